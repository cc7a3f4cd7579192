"""The volume that an ion takes in a crystal, against that of its atom in the metal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atomscreen.core.errors import StageFailure
from atomscreen.properties.plating.alkali_metals import Metal

if TYPE_CHECKING:
    from pymatgen.core import PeriodicSite, Structure

CRYSTAL_RADIUS_OFFSET = 0.14
"""Å by which Shannon's crystal radii of cations are larger than his effective ionic radii."""

_ANION = 1.0
"""Difference of electronegativities from which a neighbour can be an ion's anion."""

_REACH = 6.0
"""Å within which an ion's anions lie."""


@dataclass(frozen=True)
class VolumeRatio:
    """Volume of an ion over that of its atom in the metal, and its standard uncertainty."""

    value: float
    uncertainty: float
    origin: str


def volume_ratio(structure: Structure, metal: Metal) -> VolumeRatio:
    """Return the mean volume ratio of a metal's ions in a structure, of spheres with their Shannon crystal radius.

    The radius is interpolated between tabulated coordination numbers and held beyond them. Where an ion ends is a
    convention: the uncertainty is the difference from spheres with the effective ionic radius, about half the value.

    Raises
    ------
    StageFailure
        Where the structure has no such ion, or no anion near it.
    """
    sites = [site for site in structure if site.specie.symbol == metal.symbol]
    if not sites:
        raise StageFailure(
            f"{structure.composition.reduced_formula} holds no {metal.symbol}, so the volume of the ion in it is "
            "unknown; give molar_volume_ratio"
        )
    numbers = [coordination_number(structure, site) for site in sites]
    radii = np.interp(numbers, list(metal.ionic_radii), list(metal.ionic_radii.values()))
    atom = metal.molar_volume / 0.602214076  # cm³/mol to Å³
    small, large = (4 / 3 * math.pi * float(np.mean(r**3)) / atom for r in (radii, radii + CRYSTAL_RADIUS_OFFSET))
    origin = f"sphere of Shannon's crystal radius at coordination number {np.mean(numbers):.2f}"
    return VolumeRatio(large, large - small, origin)


def coordination_number(structure: Structure, site: PeriodicSite) -> float:
    """Return the effective coordination number of a cation by anions (R. Hoppe, Z. Kristallogr. 150, 23, 1979).

    Neighbours weigh exp(1 − (d/d̄)⁶), where d̄ is the mean distance with those weights.

    Raises
    ------
    StageFailure
        Where there is no anion.
    """
    anions = _anions(structure)
    own = site.specie.X
    distances = np.array(
        [
            near.nn_distance
            for near in structure.get_neighbors(site, _REACH)
            if near.specie.symbol in anions and near.specie.X - own > _ANION
        ]
    )
    if not distances.size:
        raise StageFailure(
            f"{site.specie.symbol} has no anion within {_REACH} Å in {structure.composition.reduced_formula}, so it is "
            "no ion with a radius; give molar_volume_ratio"
        )
    mean, last = float(distances.min()), 0.0
    while abs(mean - last) > 1e-6:
        weights = np.exp(1 - (distances / mean) ** 6)
        last, mean = mean, float((weights * distances).sum() / weights.sum())
    return float(np.exp(1 - (distances / mean) ** 6).sum())


def _anions(structure: Structure) -> set[str]:
    """Return the elements whose nearest neighbour is not more electronegative: S of PS4 and H of BH4, not P or B."""
    found: set[str] = set()
    for symbol in structure.symbol_set:
        site = next(site for site in structure if site.specie.symbol == symbol)
        neighbours = structure.get_neighbors(site, _REACH)
        nearest = min(neighbours, key=lambda near: near.nn_distance, default=site)
        if nearest.specie.X <= site.specie.X:
            found.add(symbol)
    return found
