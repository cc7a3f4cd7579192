"""A cell's parameters as files: one that PyBaMM reads by itself, where each number is from, and how to run them."""

from __future__ import annotations

import csv
import dataclasses
import importlib.metadata
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from atomscreen.continuum.cell.base_sets import BASE_SETS
from atomscreen.continuum.cell.crack_start import that_cracks_start
from atomscreen.continuum.cell.discharge import TOLERANCES, model_options
from atomscreen.continuum.cell.pybamm_parameters import CellParameters, pybamm_parameters
from atomscreen.continuum.electrode_reading import electrode_of
from atomscreen.continuum.record import HandoffRecord
from atomscreen.core.errors import StageFailure
from atomscreen.core.files import written

HOW_TO_USE: Final = (
    "values = pybamm.ParameterValues.from_json('ID.pybamm.json'); about = json.load(open('ID.pybamm.about.json')); "
    "options = {name: tuple(value) if isinstance(value, list) else value for name, value in about['options'].items()}; "
    "solver = pybamm.IDAKLUSolver(rtol=about['tolerances'][0], atol=about['tolerances'][0]); "
    "pybamm.Simulation(pybamm.lithium_ion.DFN(options), parameter_values=values, solver=solver).solve([0, 3600]). "
    "Looser tolerances make noise of the small stresses of fast diffusion; take the next where one fails."
)


def write_pybamm(record: HandoffRecord, folder: Path, base: str) -> list[Path]:
    """Write the parameters of a base set's cell with a material in it, and what must go with them; return all paths.

    Raises
    ------
    HandoffIncomplete
        Where the record lacks something.
    UsageError
        For an unknown base set.
    StageFailure
        Where the cell's open-circuit voltage never gets to the base set's limits.
    """
    parameters = pybamm_parameters(electrode_of(record), base)
    return write_parameters(parameters, folder, record.material.id, record.notes_of_material)


def runnable(parameters: CellParameters) -> CellParameters:
    """Return a cell's parameters from which PyBaMM's cracks can grow, where its base set has mechanics.

    Where no such charged state is found they are as they were, and a remark says so.
    """
    if not BASE_SETS[parameters.base].mechanics:
        return parameters
    try:
        return that_cracks_start(parameters, {"particle mechanics": "swelling and cracking"})
    except StageFailure as problem:
        return dataclasses.replace(parameters, remarks=(*parameters.remarks, f"{problem}."))


def write_parameters(parameters: CellParameters, folder: Path, name: str, notes: Sequence[str] = ()) -> list[Path]:
    """Write a cell's parameters, their origins, and how to run them, under a name; return the paths.

    Parameters
    ----------
    parameters
        Of the cell.
    folder
        Where to write.
    name
        Of the files.
    notes
        What the calculations behind the numbers said of their limits.
    """
    options = model_options(parameters, "swelling only" if BASE_SETS[parameters.base].mechanics else "none")
    parameters = runnable(parameters)
    path, origins, about = (folder / f"{name}.pybamm{end}" for end in (".json", ".origins.csv", ".about.json"))
    with written(path) as file:
        json.dump(parameters.values.to_json(), file, indent=1, default=float)  # NumPy's numbers among PyBaMM's
    with written(origins) as file:
        table = csv.writer(file)
        table.writerow(("parameter", "origin", "source"))
        table.writerows((key, origin.kind, origin.text) for key, origin in sorted(parameters.origins.items()))
    with written(about) as file:
        told = {
            "base": parameters.base,
            "pybamm": importlib.metadata.version("pybamm"),
            "how_to_use": HOW_TO_USE,
            "options": options,
            "tolerances": list(TOLERANCES),
            "remarks": list(parameters.remarks),
            "notes": list(notes),
        }
        json.dump(told, file, indent=1, ensure_ascii=False)
    return [path, origins, about]
