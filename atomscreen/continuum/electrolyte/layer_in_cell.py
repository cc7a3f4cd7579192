"""What a cell model takes of a solid electrolyte: the resistance of a layer in series with the cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from atomscreen.continuum.electrolyte.electrolyte_layer import area_specific_resistance
from atomscreen.continuum.electrolyte.record_values import lacking, number
from atomscreen.continuum.homogenisation.effective_transport import Tortuosity
from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.record import HandoffRecord
from atomscreen.core.errors import UsageError

CONDUCTIVITY: Final = "bulk_ionic_conductivity_300K"

CELL_OPTIONS: Mapping[str, str] = {"contact resistance": "true"}
"""The option of a PyBaMM model with which it takes the resistance."""

WHAT_IT_IS: Final = (
    "A layer of the solid electrolyte stands in series with the cell of the base set, as a constant resistance: one "
    "ion moves in it, so nothing but Ohm's law is needed. It is no all-solid-state cell: the electrodes keep the base "
    "set's liquid electrolyte in their pores, its separator stays, and so do its kinetics. The resistance is that of "
    "the grains at 300 K, whatever the temperature of the cell; grain boundaries and the interfaces with the "
    "electrodes are not in it."
)
"""What the resistance stands for and what it does not."""


def electrolyte_parameters(
    record: HandoffRecord,
    thickness: float,
    area: float,
    porosity: float = 0.0,
    tortuosity_factor: float = 1.0,
) -> dict[str, float]:
    """Return PyBaMM's parameters of a layer of solid electrolyte in a cell, to be put into its ``ParameterValues``.

    The model needs :data:`CELL_OPTIONS`; :data:`WHAT_IT_IS` says what is modelled.

    Parameters
    ----------
    record
        Of the solid electrolyte.
    thickness
        Of the layer, in m.
    area
        Of all the electrode pairs of the cell together, in m² (``CellParameters.area``).
    porosity
        Share of the layer's volume in pores.
    tortuosity_factor
        The square of the tortuosity.

    Raises
    ------
    HandoffIncomplete
        Where the conductivity is not known, or only a bound of it.
    UsageError
        For another ion than lithium, or a layer that cannot be.
    """
    material = record.material
    if material.working_ion != "Li":
        raise UsageError(
            f"the base sets are cells of lithium: {material.id}, which conducts {material.working_ion}, goes into none"
        )
    if not (thickness > 0 and area > 0 and 0 <= porosity < 1):
        raise UsageError("a layer has a positive thickness and area, and a porosity from 0 to below 1")
    paths = Tortuosity(factor=tortuosity_factor)
    if missing := lacking(record, [CONDUCTIVITY]):
        raise HandoffIncomplete(record.material.id, "a cell as a layer of solid electrolyte", missing)
    conductivity = paths.effective(number(record, CONDUCTIVITY), 1 - porosity)
    return {"Contact resistance [Ohm]": area_specific_resistance(thickness, conductivity) / area}
