from __future__ import annotations

import csv
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atomscreen.continuum.cell.base_sets import pybamm_library
from atomscreen.continuum.cell.discharge import run_discharge
from atomscreen.continuum.cell.pybamm_file import write_parameters, write_pybamm
from atomscreen.continuum.cell.pybamm_parameters import pybamm_parameters
from atomscreen.continuum.electrode import Electrode
from atomscreen.continuum.record import handoff_record
from atomscreen.core.errors import UsageError
from tests.continuum.examples import candidate_with, graphite, lithium_cobalt_oxide, lithium_iron_phosphate


def end_of_discharge(values: Any) -> tuple[float, float]:
    pybamm = pybamm_library()
    model = pybamm.lithium_ion.DFN({"particle mechanics": "swelling only"})
    solved = pybamm.Simulation(model, parameter_values=values).solve([0.0, 1800.0])
    name = "X-averaged positive particle surface tangential stress [Pa]"
    return float(solved["Voltage [V]"].entries[-1]), float(solved[name].entries[-1])


@pytest.mark.parametrize(
    ("example", "base"),
    [(lithium_cobalt_oxide, "Ai2020"), (lithium_iron_phosphate, "Ai2020"), (graphite, "OKane2022")],
)
def test_a_written_file_gives_the_same_discharge(example: Callable[[], Electrode], base: str, tmp_path: Path) -> None:
    parameters = pybamm_parameters(example(), base)
    path, *_ = write_parameters(parameters, tmp_path, "material")
    voltage, stress = end_of_discharge(pybamm_library().ParameterValues.from_json(str(path)))
    expected = end_of_discharge(parameters.values)
    # Both solve to a relative 1e-4 of their own.
    assert voltage == pytest.approx(expected[0], abs=1e-3)
    assert stress == pytest.approx(expected[1], rel=1e-3)


def test_the_origin_of_every_parameter_stands_beside_it(tmp_path: Path) -> None:
    parameters = pybamm_parameters(lithium_cobalt_oxide())
    path, origins, _ = write_parameters(parameters, tmp_path, "licoo2")
    assert (path.name, origins.name) == ("licoo2.pybamm.json", "licoo2.pybamm.origins.csv")
    with origins.open(newline="", encoding="utf-8") as file:
        rows = {row["parameter"]: row for row in csv.DictReader(file)}
    assert set(rows) == set(json.loads(path.read_text()))
    assert rows["Positive electrode OCP [V]"]["origin"] == "material"
    assert rows["Separator porosity"] == {"parameter": "Separator porosity", "origin": "base set", "source": "Ai2020"}
    assert not list(tmp_path.glob(".*"))


def test_a_record_becomes_the_same_files(tmp_path: Path) -> None:
    record = handoff_record(candidate_with(graphite()))
    paths = write_pybamm(record, tmp_path, "Ai2020")
    ends = (".json", ".origins.csv", ".about.json")
    assert [path.name for path in paths] == [f"material.pybamm{end}" for end in ends]
    values = pybamm_library().ParameterValues.from_json(str(paths[0]))
    expected = pybamm_parameters(graphite()).values["Nominal cell capacity [A.h]"]
    assert values["Nominal cell capacity [A.h]"] == pytest.approx(expected)


def test_what_is_told_beside_it_runs_as_it_stands(tmp_path: Path) -> None:
    parameters = pybamm_parameters(lithium_iron_phosphate())
    path, _, about = write_parameters(parameters, tmp_path, "material", ["What a stage said."])
    told, pybamm = json.loads(about.read_text()), pybamm_library()
    assert told["notes"] == ["What a stage said."]
    assert told["options"]["particle"] == ["Fickian diffusion", "uniform profile"]  # two phases in the positive one
    assert told["tolerances"][0] == 1e-9 and "tuple(value)" in told["how_to_use"]
    options = {name: tuple(value) if isinstance(value, list) else value for name, value in told["options"].items()}
    model = pybamm.lithium_ion.DFN(options)
    values = pybamm.ParameterValues.from_json(str(path))
    solver = pybamm.IDAKLUSolver(rtol=told["tolerances"][0], atol=told["tolerances"][0])
    solved = pybamm.Simulation(model, parameter_values=values, solver=solver, C_rate=1.0).solve([0.0, 5400.0])
    expected = run_discharge(parameters)
    assert float(solved["Discharge capacity [A.h]"].entries[-1]) == pytest.approx(expected.capacity[-1], rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["SPM", "SPMe", "DFN"])
@pytest.mark.parametrize("example", [lithium_cobalt_oxide, lithium_iron_phosphate, graphite])
def test_a_written_file_runs_with_cracks(example: Callable[[], Electrode], model: str, tmp_path: Path) -> None:
    path, *_ = write_parameters(pybamm_parameters(example()), tmp_path, "material")
    pybamm = pybamm_library()
    cracking = getattr(pybamm.lithium_ion, model)({"particle mechanics": "swelling and cracking"})
    values = pybamm.ParameterValues.from_json(str(path))
    solved = pybamm.Simulation(cracking, parameter_values=values, C_rate=1.0).solve([0.0, 5400.0])
    assert solved.termination.startswith("event")


def test_another_ion_than_lithium_is_refused(tmp_path: Path) -> None:
    record = handoff_record(dataclasses.replace(candidate_with(graphite()), working_ion="Na"))
    with pytest.raises(UsageError, match="the base sets are cells of lithium"):
        write_pybamm(record, tmp_path, "Ai2020")
    assert not list(tmp_path.iterdir())
