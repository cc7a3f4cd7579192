"""The README's Python is run as it stands there."""

import dataclasses
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pymatgen.core import Lattice, Structure

from atomscreen.campaign.workflow import parse_workflow
from atomscreen.core.quantity import Quantity
from tests.campaign.test_handoff import row
from tests.continuum.candidates import cathode
from tests.continuum.test_crystal import electrode
from tests.layered_oxide import LAYERED

README = Path(__file__).parent.parent / "README.md"
EMT = "ase.calculators.emt:EMT"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def block(mark):
    """The one block of Python that contains a mark."""
    (found,) = [code for code in blocks("python") if mark in code]
    return found


def run(code, folder):
    (folder / "script.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_two_stages_on_a_cif(tmp_path):
    cell = Structure.from_spacegroup("Fm-3m", Lattice.cubic(4.21), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    cell.to(filename=str(tmp_path / "MgO.cif"), fmt="cif")
    printed = run(block('run_stage("relax"'), tmp_path)
    assert "bulk_modulus = " in printed and "chgnet" in printed


@pytest.mark.slow
def test_a_campaign(tmp_path):
    (tmp_path / "my-structures").mkdir()
    cell = Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.6), ["Cu"], [[0, 0, 0]])
    cell.to(filename=str(tmp_path / "my-structures" / "Cu.cif"), fmt="cif")
    (tmp_path / "my-workflow.yaml").write_text(
        f'name: my\nrole: solid_electrolyte\nfunnel: [{{relax: {{potential: "{EMT}"}}}}]\nrank: {{density: max}}\n'
    )
    assert run(block("run_workflow("), tmp_path).startswith("1 Cu {'density'")
    assert (tmp_path / "my-campaign" / "report.html").stat().st_size > 1_000_000


def test_the_workflow_file_is_in_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-structures").mkdir()
    (tmp_path / "my-structures" / "x.cif").touch()
    assert parse_workflow(blocks("yaml")[0]).name == "my-screen"


def test_the_stage_to_imitate_is_complete(tmp_path):
    check = "\nfrom atomscreen.core.checking import check_stage\nfrom atomscreen.core.stages import get_stage\ncheck_stage(get_stage('weigh'))"
    assert run(block("def weigh(") + check + "\nprint('complete')", tmp_path).endswith("complete\n")


def finished_campaign(folder, candidate):
    folder.mkdir()
    (folder / "campaign.json").write_text(json.dumps({"name": "x", "steps": [], "candidates": [row(candidate)]}))


def test_a_cell_in_a_few_lines(tmp_path):
    finished_campaign(tmp_path / "my-campaign", dataclasses.replace(cathode(), id="LiCoO2"))
    printed = run(
        block("parameter_values(") + "\nprint(values['Maximum concentration in positive electrode [mol.m-3]'])",
        tmp_path,
    )
    assert float(printed.split()[-1]) == pytest.approx(51600)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("ccx"), reason="CalculiX is not installed")
def test_particles_and_grains_in_a_few_lines(tmp_path):
    crystal = electrode(LAYERED)
    energies = [Quantity("fracture_energy", 5.0, conditions={"ion_content": content}) for content in (0.0, 1.0)]
    given = (*cathode().quantities, *crystal.quantities, *energies)
    candidate = dataclasses.replace(crystal, id="LiMn2O4", role=cathode().role, quantities=given)
    finished_campaign(tmp_path / "my-campaign", candidate)
    radius, stress = run(block("grain_stress("), tmp_path).splitlines()
    assert re.fullmatch(r"(inf|\d.*) m", radius) and stress.startswith("GrainStress(energy=")
