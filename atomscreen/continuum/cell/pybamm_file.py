"""A cell's parameters as files: one that PyBaMM reads by itself, and a table of where each number comes from.

values = pybamm.ParameterValues.from_json("LiCoO2.pybamm.json")
pybamm.Simulation(pybamm.lithium_ion.DFN(), parameter_values=values).solve([0, 3600])
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

from atomscreen.continuum.cell.pybamm_parameters import CellParameters, pybamm_parameters
from atomscreen.continuum.electrode import electrode_of
from atomscreen.continuum.record import HandoffRecord
from atomscreen.core.files import written


def write_pybamm(record: HandoffRecord, folder: Path, base: str) -> list[Path]:
    """Write the parameters of a base set's cell with a material in it, and their origins; return both paths.

    Raises
    ------
    HandoffIncomplete
        Where the record lacks something.
    UsageError
        For an unknown base set, or a material of another ion than lithium.
    StageFailure
        Where the cell's open-circuit voltage never gets to the base set's limits.
    """
    return write_parameters(pybamm_parameters(electrode_of(record), base), folder, record.material.id)


def write_parameters(parameters: CellParameters, folder: Path, name: str) -> list[Path]:
    """Write a cell's parameters and their origins under a name; return both paths."""
    path, origins = folder / f"{name}.pybamm.json", folder / f"{name}.pybamm.origins.csv"
    with written(path) as file:
        json.dump(parameters.values.to_json(), file, indent=1)
    with written(origins) as file:
        table = csv.writer(file)
        table.writerow(("parameter", "origin", "source"))
        table.writerows((key, origin.kind, origin.text) for key, origin in sorted(parameters.origins.items()))
    return [path, origins]
