"""A solid electrolyte for PyBaMM: the resistance of a layer of it in the base set's cell, with what that is and is not.

layer = json.load(open("Li6PS5Cl.pybamm.json"))
values.update(layer["parameters"])
pybamm.Simulation(pybamm.lithium_ion.DFN(layer["options"]), parameter_values=values).solve([0, 3600])
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from atomscreen.continuum.cell.pybamm_parameters import untouched_base
from atomscreen.continuum.electrolyte.layer_in_cell import CELL_OPTIONS, WHAT_IT_IS, electrolyte_parameters
from atomscreen.continuum.record import HandoffRecord
from atomscreen.core.files import written

THICKNESS: Final = 30e-6
"""Of the layer, in m; the resistance goes with it."""


def write_layer(record: HandoffRecord, folder: Path, base: str) -> list[Path]:
    """Write what PyBaMM takes of a dense layer of a solid electrolyte, 30 µm thick, in a base set's cell.

    Raises
    ------
    HandoffIncomplete
        Where the conductivity is not known, or only a bound of it.
    UsageError
        For an unknown base set.
    """
    area = untouched_base(base).area
    path = folder / f"{record.material.id}.pybamm.json"
    layer = {
        "parameters": electrolyte_parameters(record, THICKNESS, area),
        "options": dict(CELL_OPTIONS),
        "base": base,
        "thickness_m": THICKNESS,
        "area_m2": area,
        "transference_number": 1.0,
        "what_it_is": WHAT_IT_IS,
    }
    with written(path) as file:
        json.dump(layer, file, indent=1, ensure_ascii=False)
    return [path]
