"""Mobility of ions for a phase field, which is finite also where the chemical diffusivity is not: within a spinodal.

M = x D_J/(RT) in mol·m²/(J·s), D_J the jump diffusivity; M g'' is then the chemical diffusivity, Γ D_J with the
thermodynamic factor Γ = x g''/(RT).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.continuum.electrode import Curve
from atomscreen.continuum.incomplete import HandoffIncomplete, lacks
from atomscreen.continuum.phase_field.free_energy import FreeEnergy
from atomscreen.continuum.phase_field.free_energy_reading import MODEL
from atomscreen.continuum.record import HandoffRecord

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

Mobility = Callable[["Array"], "Array"]


def regular_mobility(diffusivity: float, free_energy: FreeEnergy) -> Mobility:
    """Return M(x) = D x (1 − x)/(RT) of ions that hop to free neighbours, D in m²/s that of a single ion."""
    return lambda x: np.asarray(diffusivity * x * (1 - x) / free_energy.thermal)


def mobility(jump_diffusivity: Curve, free_energy: FreeEnergy) -> Mobility:
    """Return M(x) = x D_J(x)/(RT), D_J in m²/s at the temperature of the free energy."""
    return lambda x: np.asarray(x * jump_diffusivity.at(x) / free_energy.thermal)


def jump_diffusivity_of(record: HandoffRecord, temperature: float) -> tuple[Curve, str]:
    """Return the jump diffusivity in m²/s against content at a temperature in K, and its method.

    Raises
    ------
    HandoffIncomplete
        Where the record has none at any content at that temperature.
    """
    found = {
        entry.content: entry
        for entry in record.entries("jump_diffusivity")
        if entry.content is not None and entry.conditions.get("temperature") == temperature
    }
    if not found:
        missing = [lacks("jump_diffusivity", f"at contents and {temperature:g} K")]
        raise HandoffIncomplete(record.material.id, MODEL, missing)
    contents = sorted(found)
    methods = dict.fromkeys(entry.method for entry in found.values())
    curve = Curve(tuple(contents), tuple(found[content].number for content in contents), logarithmic=True)
    return curve, "; ".join(methods)
