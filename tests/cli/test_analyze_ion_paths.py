"""What `atomscreen analyze` writes beside diffusivities: files that are asked for, lines, JSON, and wrong choices."""

import csv
import itertools
import json
import subprocess
import sys

import numpy as np
import pytest
from ase import Atoms
from ase.io import write
from ase.io.cube import read_cube
from pymatgen.core import Lattice, Structure

EDGE, CELLS = 3.0, 3
CORNERS = EDGE * np.array(list(itertools.product(range(CELLS), repeat=3)))


def analyze(*arguments, cwd):
    command = [sys.executable, "-m", "atomscreen.cli", "analyze", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120, check=False)


@pytest.fixture
def folder(tmp_path):
    """Lithium that walks along x from corner to corner of an oxygen lattice, and the crystal of its sites."""
    generator = np.random.default_rng(0)
    ions = CORNERS[::3].copy()
    frames = []
    for _ in range(400):
        ions[:, 0] += EDGE * generator.integers(-1, 2, len(ions)) * (generator.random(len(ions)) < 0.1)
        positions = np.vstack([ions, CORNERS + EDGE / 2]) + generator.normal(0, 0.15, (36, 3))
        frames.append(Atoms("Li9O27", positions=positions, cell=[EDGE * CELLS] * 3, pbc=True))
        frames[-1].wrap()
    write(tmp_path / "run.xyz", frames, format="extxyz")
    Structure(Lattice.cubic(EDGE), [{"Li": 1 / 3}, "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]).to(str(tmp_path / "sites.cif"))
    return tmp_path


RUN = ("run.xyz", "--ion", "Li", "--frame-spacing", "100fs", "--temperature", 600)
FILES = ("--van-hove", "g.csv", "--density", "density.cube", "--occupancies", "sites.csv", "--sites", "sites.cif")


def test_files_lines_and_json(folder):
    told = analyze(*RUN, *FILES, cwd=folder)
    assert told.returncode == 0, told.stderr
    assert "free energy along 3D paths" in told.stdout
    assert "occupancy of 1a" in told.stdout
    with (folder / "sites.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 27
    assert sum(float(row["occupancy"]) for row in rows) == pytest.approx(9, abs=1e-3)
    with (folder / "density.cube").open() as file:
        density = read_cube(file)["data"]
    assert density.sum() * (EDGE * CELLS) ** 3 / density.size == pytest.approx(9, rel=1e-3)
    assert (folder / "g.csv").read_text().startswith("time_ps,radius_angstrom")
    data = json.loads(analyze(*RUN, *FILES, "--json", cwd=folder).stdout)
    assert data["ion"] == "Li"
    assert [one["dimensions"] for one in data["percolation"]] == [1, 2, 3]
    assert data["orbits"][0]["occupancy"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--density", "density.dat"), "density.dat"),
        (("--occupancies", "sites.csv"), "both"),
        (("--occupancies", "s.csv", "--sites", "none.cif"), "none.cif"),
        (("--van-hove", "nowhere/g.csv"), "nowhere"),
    ],
)
def test_wrong_choices_are_one_sentence(folder, wrong, said):
    told = analyze(*RUN, *wrong, cwd=folder)
    assert told.returncode == 2
    assert said in told.stderr
    assert "Traceback" not in told.stderr
    assert told.stdout == ""
