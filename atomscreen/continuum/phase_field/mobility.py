"""Mobility of ions for a phase field, which is finite also where the chemical diffusivity is not: within a spinodal.

M = x (1 − x) D_0/(RT) in mol·m²/(J·s). D_0 = D_J/(1 − x), D_J the jump diffusivity, is that of ions none of whose
neighbouring sites is taken. Its logarithm changes evenly with content where D_J falls to nothing as sites fill up, so
that it is what is interpolated; in the limits of lone ions and lone vacancies it is the chemical diffusivity. M g'' is
the chemical diffusivity with the thermodynamic factor of the free energy g, x g''/(RT).
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


def mobility(unblocked_diffusivity: Curve, free_energy: FreeEnergy) -> Mobility:
    """Return M(x) = x (1 − x) D_0(x)/(RT), D_0 in m²/s at the temperature of the free energy."""
    return lambda x: np.asarray(x * (1 - x) * unblocked_diffusivity.at(x) / free_energy.thermal)


def unblocked_diffusivity_of(record: HandoffRecord, temperature: float) -> tuple[Curve, str]:
    """Return D_0 in m²/s against content at a temperature in K, and the method of the jump diffusivities behind it.

    At contents of 0 and 1 it is the chemical diffusivity there, where the record has that of the temperature. A jump
    diffusivity of a full lattice, where no site is free, is not taken.

    Raises
    ------
    HandoffIncomplete
        Where the record has no jump diffusivity at any content below 1 at that temperature.
    """
    jumps = {
        entry.content: entry
        for entry in record.entries("jump_diffusivity")
        if entry.content is not None and entry.content < 1 and entry.conditions.get("temperature") == temperature
    }
    if not jumps:
        missing = [lacks("jump_diffusivity", f"at contents and {temperature:g} K")]
        raise HandoffIncomplete(record.material.id, MODEL, missing)
    dilute = {
        content: entry.number
        for content, entry in record.by_content("chemical_diffusivity").items()
        if content in (0, 1) and entry.provenance.get("temperature") == temperature
    }
    found = dilute | {content: entry.number / (1 - content) for content, entry in jumps.items()}
    contents = sorted(found)
    methods = dict.fromkeys(entry.method for entry in jumps.values())
    return Curve(tuple(contents), tuple(map(found.__getitem__, contents)), logarithmic=True), "; ".join(methods)
