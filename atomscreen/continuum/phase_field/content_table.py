"""What a phase field needs as functions of content: free energy with its derivatives, mobility, mechanics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.electrode import Electrode
from atomscreen.continuum.fracture.griffith import fracture_energy_of
from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.particle.sphere_stress import stress_free_strain
from atomscreen.continuum.phase_field.coexistence import common_tangent
from atomscreen.continuum.phase_field.free_energy import FreeEnergy
from atomscreen.continuum.phase_field.mobility import mobility, unblocked_diffusivity_of
from atomscreen.continuum.record import HandoffRecord

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

CONTENTS: Final = np.concatenate([[0.001, 0.003], np.linspace(0.01, 0.99, 99), [0.997, 0.999]])
"""Contents of the table; at 0 and 1 the chemical potential is infinite."""

YOUNGS_MODULUS: Final = "Young's modulus [Pa]"
FRACTURE_ENERGY: Final = "fracture energy [J/m2]"

OF_ELECTRODE: Final = {
    "chemical diffusivity [m2/s]": "diffusivity",
    YOUNGS_MODULUS: "youngs_modulus",
    "Poisson's ratio": "poisson_ratio",
    "partial molar volume [m3/mol]": "partial_molar_volume",
}
"""Columns to the electrode's functions in them."""


def content_table(
    record: HandoffRecord, free_energy: FreeEnergy, electrode: Electrode | None
) -> tuple[dict[str, Array], list[str]]:
    """Return columns by name, each of the shape of :data:`CONTENTS`, and what is missing for others.

    Parameters
    ----------
    record
        Of the material.
    free_energy
        Of the material.
    electrode
        Its functions of content, ``None`` where the record has not all of them.
    """
    x = CONTENTS
    missing: list[str] = []
    columns = {
        "ion content": x,
        "free energy [J/mol]": free_energy.at(x),
        "free energy in equilibrium [J/mol]": common_tangent(free_energy, x),
        "chemical potential [J/mol]": free_energy.chemical_potential(x),
        "curvature [J/mol]": free_energy.curvature(x),
    }
    try:
        unblocked, _ = unblocked_diffusivity_of(record, free_energy.temperature)
        columns["mobility [mol m2/(J s)]"] = mobility(unblocked, free_energy)(x)
    except HandoffIncomplete as problem:
        missing += problem.missing
    if electrode is not None:
        columns |= {column: getattr(electrode, name).at(x) for column, name in OF_ELECTRODE.items()}
        columns["stress-free strain"] = stress_free_strain(electrode, x)
        try:
            columns[FRACTURE_ENERGY] = fracture_energy_of(record).at(x)
        except HandoffIncomplete as problem:
            missing += problem.missing
    return columns, missing
