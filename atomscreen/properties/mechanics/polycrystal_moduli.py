"""Bulk and shear modulus of the polycrystal: those corrected for the potential's softness, where there are any."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.candidate import Candidate
from atomscreen.properties.mechanics import elastic_tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

MODULI = frozenset({"bulk_modulus", "shear_modulus"})
"""What a stage that calls :func:`best_moduli` needs."""

CORRECTED_MODULI = frozenset({"bulk_modulus_corrected", "shear_modulus_corrected"})
"""What it uses beside."""


@dataclass(frozen=True)
class Moduli:
    """Hill averages in GPa with their standard uncertainties, ``None`` where unknown."""

    bulk: float
    shear: float
    bulk_uncertainty: float | None
    shear_uncertainty: float | None

    @property
    def poisson(self) -> float:
        """Poisson's ratio."""
        return elastic_tensor.poisson_ratio(self.bulk, self.shear)

    @property
    def relative_uncertainties(self) -> tuple[float, float] | None:
        """Relative standard uncertainties of bulk and shear modulus, ``None`` where one is unknown."""
        if self.bulk_uncertainty is None or self.shear_uncertainty is None:
            return None
        return self.bulk_uncertainty / self.bulk, self.shear_uncertainty / self.shear


def best_moduli(candidate: Candidate, **conditions: float | str) -> tuple[Moduli, str]:
    """Return the corrected moduli where a candidate has both, else those that were computed; and which, in words."""
    suffix = "_corrected" if all(candidate.find(name, **conditions) for name in CORRECTED_MODULI) else ""
    bulk, shear = (candidate.quantity(f"{name}{suffix}", **conditions) for name in ("bulk_modulus", "shear_modulus"))
    origin = ", ".join(filter(None, ("corrected" if suffix else "uncorrected", shear.method)))
    return Moduli(bulk.number, shear.number, bulk.uncertainty, shear.uncertainty), origin


def draws(random: np.random.Generator, value: float, relative_uncertainty: float, count: int) -> Array:
    """Return random values of a positive number, log-normal about it, shape (count,)."""
    return value * random.lognormal(0.0, math.sqrt(math.log1p(relative_uncertainty**2)), count)


def scaled(stiffness: Array, bulk_factor: float, shear_factor: float) -> Array:
    """Return a stiffness (6, 6) whose averages of bulk and shear modulus are those of another, each times a factor.

    Voigt's, Reuss's and Hill's averages all scale, since volume and shape change are stretched separately; what is
    anisotropic stays so.
    """
    kelvin = np.sqrt([1, 1, 1, 2, 2, 2])
    volume = np.zeros((6, 6))
    volume[:3, :3] = 1 / 3
    stretch = math.sqrt(bulk_factor) * volume + math.sqrt(shear_factor) * (np.eye(6) - volume)
    found: Array = stretch @ (stiffness * np.outer(kelvin, kelvin)) @ stretch / np.outer(kelvin, kelvin)
    return found
