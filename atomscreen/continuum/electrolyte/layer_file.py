"""A solid electrolyte as a file: a layer of it in a base set's cell of PyBaMM, with what that is and is not.

It is no set of parameters: a resistance that goes into one, and what has to be known to use it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from atomscreen.continuum.cell.pybamm_parameters import CellParameters, untouched_base
from atomscreen.continuum.electrolyte import metal_contact
from atomscreen.continuum.electrolyte.electrolyte_layer import LAYER_THICKNESS
from atomscreen.continuum.electrolyte.layer_in_cell import (
    CELL_OPTIONS,
    CONDUCTIVITY,
    WHAT_IT_IS,
    electrolyte_parameters,
)
from atomscreen.continuum.record import HandoffRecord
from atomscreen.core.files import written
from atomscreen.core.units import convert, parse
from atomscreen.properties.plating.alkali_metals import plating_metal

FOIL: Final = 20e-6
"""Thickness in m of the metal that the stack pressure is given for; the thinner, the more it takes."""

CONDUCTIVITY_AT, PRESSURE_AT = 300.0, 298.15
"""Temperatures in K."""

HOW_TO_USE: Final = (
    "layer = json.load(open('ID.layer.json')); values = pybamm.ParameterValues(layer['base']); "
    "values.update(layer['parameters']); "
    "pybamm.Simulation(pybamm.lithium_ion.DFN(layer['options']), parameter_values=values).solve([0, 3600])"
)


def write_layer(record: HandoffRecord, folder: Path, base: str) -> list[Path]:
    """Write a layer of a solid electrolyte in a base set's cell.

    Thickness, porosity and tortuosity are those of the record's areal resistance; without one the layer is dense and of
    :data:`~atomscreen.continuum.electrolyte.electrolyte_layer.LAYER_THICKNESS`.

    Raises
    ------
    HandoffIncomplete
        Where the conductivity is not known, or only a bound of it.
    UsageError
        For an unknown base set, or a material of another ion than lithium.
    """
    cell = untouched_base(base)
    layer = _layer(record)
    path = folder / f"{record.material.id}.layer.json"
    parameters = electrolyte_parameters(
        record, layer["thickness_m"], cell.area, layer["porosity"], layer["tortuosity_factor"]
    )
    content = {
        "what_it_is": WHAT_IT_IS,
        "how_to_use": HOW_TO_USE,
        "material": record.material.model_dump(include={"id", "formula", "role", "working_ion"}),
        "base": base,
        "parameters": parameters,
        "options": dict(CELL_OPTIONS),
        "area_m2": cell.area,
        "layer": layer,
        "conductivity": _conductivity(record),
        "transference_number": 1.0,
        "stack_pressure": _stack_pressure(cell),
        "notes": record.notes,
    }
    with written(path) as file:
        json.dump(content, file, indent=1, ensure_ascii=False)
    return [path]


def _layer(record: HandoffRecord) -> dict[str, Any]:
    """Return the layer that the record's areal resistance is of, or a dense one."""
    resistance = record.find("area_specific_resistance")
    about = resistance.provenance if resistance is not None else {}
    if "tortuosity_factor" not in about:
        return {
            "thickness_m": convert(LAYER_THICKNESS, "µm", "m"),
            "porosity": 0.0,
            "tortuosity_factor": 1.0,
            "from": "assumed",
        }
    return {
        "thickness_m": parse(about["thickness"], "m"),
        "porosity": about["porosity"],
        "tortuosity_factor": about["tortuosity_factor"],
        "from": "area_specific_resistance of the record",
    }


def _conductivity(record: HandoffRecord) -> dict[str, Any]:
    found = record.find(CONDUCTIVITY)
    assert found is not None  # or there would be no parameters
    relative = None if found.uncertainty is None else found.uncertainty / found.number
    return {
        "S_per_m": found.number,
        "uncertainty_S_per_m": found.uncertainty,
        "relative_uncertainty": relative,
        "temperature_K": CONDUCTIVITY_AT,
        "method": found.method,
        "what_it_is": "inside the grains; the resistance has the same relative uncertainty",
    }


def _stack_pressure(cell: CellParameters) -> dict[str, Any]:
    """Return what keeps a lithium foil in contact while it is stripped at the current that empties the cell in 1 h."""
    current_density = float(cell.values["Nominal cell capacity [A.h]"]) / cell.area
    return {
        "Pa": metal_contact.stack_pressure(plating_metal("Li"), current_density, FOIL, PRESSURE_AT),
        "metal": "Li",
        "current_density_A_per_m2": current_density,
        "foil_thickness_m": FOIL,
        "temperature_K": PRESSURE_AT,
        "what_it_is": f"{metal_contact.LIMITS} The foil's thickness is assumed; the current is 1C of the base set.",
    }
