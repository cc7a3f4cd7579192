"""Files for programs of finite elements: tensors that read back, decks that run, and what is said of both."""

import csv
import json

import numpy as np
import pytest
from pymatgen.core import Structure

from atomscreen.continuum.cell.base_sets import base_values
from atomscreen.continuum.crystal import crystal_of
from atomscreen.continuum.finite_elements.calculix import run_deck
from atomscreen.continuum.finite_elements.fem_files import write_fem
from atomscreen.continuum.handoff import HandoffSpec, hand_over
from atomscreen.continuum.record import HandoffRecord, handoff_record
from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import UsageError
from atomscreen.core.quantity import Quantity
from atomscreen.core.vocabulary import Role
from tests.continuum.finite_elements.crystals import needs_calculix
from tests.continuum.finite_elements.test_grain_stress import LAYERED
from tests.layered_oxide import LAYERED as STRUCTURE

FILES = ["json", "csv", "grain.inp", "random.inp", "radial.inp", "about.json"]


def electrode(role: Role = Role.CATHODE, contents: tuple = (0.5, 1.0), without: str = "") -> HandoffRecord:
    structure: Structure = STRUCTURE
    stiffness = (LAYERED.stiffness[1.0] / 1e9).tolist()
    quantities = [Quantity("elastic_tensor", stiffness, conditions={"ion_content": 1.0})]
    for content in contents:
        strain = (1 - content) * 2 * np.diag([-0.004, -0.004, 0.013]) + (1 - content) * 1e-3 * (1 - np.eye(3))
        quantities.append(Quantity("insertion_strain", strain.tolist(), conditions={"ion_content": content}))
    return handoff_record(
        Candidate(
            "LiXO2-test",
            {"input": structure, "intercalated@1": structure},
            role=role,
            working_ion="Li",
            quantities=tuple(quantity for quantity in quantities if quantity.name != without),
        )
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fem")
    record = electrode()
    return record, folder, write_fem(record, folder, "Ai2020")


def test_every_file_is_there_and_explained(written):
    _, folder, paths = written
    assert [path.name for path in paths] == [f"LiXO2-test.fem.{end}" for end in FILES]
    about = json.loads((folder / "LiXO2-test.fem.about.json").read_text())
    assert set(about["files"]) == {path.name for path in paths[:-1]}
    assert about["base_set"] == {"name": "Ai2020", "Positive particle radius [m]": 3e-6}
    assert about["contents"] == {"free_of_stress": 1.0, "steps": [0.5]}
    assert "traction-separation" in about["missing"][0]
    assert about["chosen"]["grains"] == 20
    assert any("softness" in remark for remark in about["remarks"])


def test_tensors_read_back_as_the_crystal(written):
    record, folder, _ = written
    crystal = crystal_of(record)
    data = json.loads((folder / "LiXO2-test.fem.json").read_text())
    assert {"axes", "voigt_order", "stiffness", "strain", "use", "content"} <= set(data["conventions"])
    for name, points in (("stiffness_Pa", crystal.stiffness), ("strain", crystal.strain)):
        assert {entry["content"]: entry["value"] for entry in data[name]} == {
            content: values.tolist() for content, values in points.items()
        }
    assert data["material"]["formula"] == record.material.formula


def test_the_table_has_both_tensors_at_every_content(written):
    record, folder, _ = written
    crystal = crystal_of(record)
    with (folder / "LiXO2-test.fem.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["content"]) for row in rows] == [0.5, 1.0]
    assert [row["stiffness known here"] for row in rows] == ["0", "1"]
    assert [row["strain known here"] for row in rows] == ["1", "1"]
    assert float(rows[0]["C13 [Pa]"]) == pytest.approx(crystal.stiffness_at(0.5)[0, 2])
    assert float(rows[0]["strain zz"]) == pytest.approx(0.013)
    assert float(rows[0]["strain yz"]) == pytest.approx(crystal.strain[0.5][1, 2])


@needs_calculix
def test_the_grain_runs_as_it_lies_there_and_is_free_of_stress(written):
    _, folder, _ = written
    text = (folder / "LiXO2-test.fem.grain.inp").read_text()
    printed = text.replace("*NODE FILE", "*NODE PRINT, NSET=NODES\nU\n*EL PRINT, ELSET=BODY\nS\n*NODE FILE")
    tables = run_deck(printed).split("stresses")
    stresses = np.array([line.split()[2:8] for line in tables[1].splitlines()[2:] if line.strip()], dtype=float)
    assert np.abs(stresses).max() < 1e-6 * 247e3 * 0.013  # MPa
    moved = np.array(
        [line.split()[1:] for line in tables[0].splitlines() if len(line.split()) == 4 and line.split()[0].isdigit()],
        dtype=float,
    )
    radius = base_values("Ai2020")["Positive particle radius [m]"] / 1e-6
    assert np.ptp(moved[:, 2]) == pytest.approx(2 * radius * 0.013, rel=0.02)  # with the shear's small part


@needs_calculix
@pytest.mark.slow
@pytest.mark.parametrize("texture", ["random", "radial"])
def test_particles_run_as_they_lie_there(written, texture):
    _, folder, _ = written
    text = (folder / f"LiXO2-test.fem.{texture}.inp").read_text()
    assert "no stage gives the curve of cohesive layers" in " ".join(text.replace("**", "").split())
    assert "displacements" in run_deck(text.replace("*NODE FILE", "*NODE PRINT, NSET=NODES\nU\n*NODE FILE"))


def test_an_anode_starts_at_the_known_content_nearest_to_empty(tmp_path):
    write_fem(electrode(Role.ANODE, (0.25, 0.5, 1.0)), tmp_path, "Chen2020")
    about = json.loads((tmp_path / "LiXO2-test.fem.about.json").read_text())
    assert about["contents"] == {"free_of_stress": 0.25, "steps": [0.5, 1.0]}
    assert about["base_set"]["Negative particle radius [m]"] == 5.86e-6
    assert any("free of stress at 0.25" in remark for remark in about["remarks"])


@pytest.mark.parametrize("name", ["elastic_tensor", "insertion_strain"])
def test_what_is_missing_is_named_and_nothing_is_written(tmp_path, name):
    (outcome,) = hand_over([electrode(without=name)], HandoffSpec(("fem",)), tmp_path)
    assert not outcome.files and name in outcome.missing[0]
    assert not list(tmp_path.glob("*.fem.*"))


def test_the_handoff_knows_the_format_and_its_base_set(tmp_path):
    (outcome,) = hand_over([electrode()], HandoffSpec(("fem",), "OKane2022"), tmp_path)
    assert outcome.base == "OKane2022"
    assert set(outcome.files) == {f"LiXO2-test.fem.{end}" for end in FILES}


def test_unknown_base_sets_are_refused(tmp_path):
    with pytest.raises(UsageError, match="Ai2020"):
        write_fem(electrode(), tmp_path, "Ai2021")
