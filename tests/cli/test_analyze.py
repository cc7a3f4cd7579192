"""`atomscreen analyze` as a user meets it."""

import json
import subprocess
import sys

import ase.io
import numpy as np
import pytest
from ase import Atoms

from atomscreen import analyze
from atomscreen.properties.transport.arrhenius import conductivity_per_diffusivity

IONS, FRAMES, HOPS, EDGE = 12, 401, 20, 15.0


def atomscreen(*arguments, cwd=None):
    command = [sys.executable, "-m", "atomscreen.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120, check=False)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Two pieces of a walk on a lattice, with a framework, wrapped: D = hops (3 Å)²/(6 × 40 ps)."""
    generator = np.random.default_rng(0)
    steps = np.zeros((FRAMES, IONS, 3))
    count = HOPS * IONS
    where = (generator.integers(1, FRAMES, count), generator.integers(0, IONS, count), generator.integers(0, 3, count))
    np.add.at(steps, where, generator.choice([-3.0, 3.0], count))
    ions = steps.cumsum(axis=0) + generator.uniform(0, EDGE, (1, IONS, 3))
    places = np.concatenate([ions, np.zeros((FRAMES, 6, 3)) + generator.uniform(0, EDGE, (1, 6, 3))], axis=1)
    places += generator.normal(0, 0.15, places.shape)
    frames = [Atoms(["Li"] * IONS + ["O"] * 6, place, cell=[EDGE] * 3, pbc=True) for place in places]
    for atoms in frames:
        atoms.wrap()
    folder = tmp_path_factory.mktemp("run")
    ase.io.write(folder / "one.xyz", frames[:200])
    ase.io.write(folder / "two.xyz", frames[199:])
    return folder


def test_json_is_one_object_with_what_a_program_needs(run):
    done = atomscreen(
        "analyze",
        "one.xyz",
        "two.xyz",
        "--ion",
        "Li",
        "--temperature",
        "500",
        "--frame-spacing",
        "100fs",
        "--json",
        cwd=run,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["n_frames"], found["duration_ps"]) == (FRAMES, pytest.approx(40.0))
    assert found["verdict"] == "measured"
    assert found["bound"] is None
    value, error = found["diffusivity_cm2_per_s"], found["standard_uncertainty_cm2_per_s"]
    assert abs(value - HOPS * 9 / (6 * 40) * 1e-4) < 3 * error
    low, high = found["interval_90_cm2_per_s"]
    assert low < value < high
    assert abs(found["haven_ratio"] - 1) < 3 * found["haven_ratio_uncertainty"]
    assert found["hops_per_ion"] == pytest.approx(found["hops"] / IONS)
    assert np.trace(found["tensor_cm2_per_s"]) / 3 == pytest.approx(value)
    factor = conductivity_per_diffusivity(IONS, 1, EDGE**3, 500.0)
    sigma = found["conductivities_S_per_cm"]
    assert sigma["bulk_haven_ratio_1"] == pytest.approx(factor * value)
    assert sigma["bulk_collective"] == pytest.approx(factor * value / found["haven_ratio"])
    # The call from Python gives the same.
    report = analyze([run / "one.xyz", run / "two.xyz"], "Li", temperature=500.0, frame_spacing=0.1)
    assert report.as_dict() == found


def test_table_for_a_reader(run):
    done = atomscreen(
        "analyze", "one.xyz", "two.xyz", "--ion", "Li", "--temperature", "500 K", "--frame-spacing", "0.1 ps", cwd=run
    )
    assert done.returncode == 0, done.stderr
    for text in ("verdict", "measured", "tracer diffusivity", "90 % interval", "Haven ratio", "hops", "S/cm", "cm²/s"):
        assert text in done.stdout


def test_bound_without_conductivity(run):
    done = atomscreen("analyze", "one.xyz", "two.xyz", "--ion", "O", "--frame-spacing", "100fs", "--json", cwd=run)
    found = json.loads(done.stdout)
    assert found["verdict"] == "too slow: upper bound"
    assert found["bound"] == "upper"
    assert found["standard_uncertainty_cm2_per_s"] is None
    assert found["conductivities_S_per_cm"] is None
    assert found["interval_90_cm2_per_s"] == [0.0, found["diffusivity_cm2_per_s"]]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["absent.xyz", "--ion", "Li", "--frame-spacing", "100fs"], "no trajectory file 'absent.xyz'"),
        (["one.xyz", "--ion", "Li"], "--frame-spacing 100fs"),
        (["one.xyz", "--ion", "Li", "--frame-spacing", "100"], "lacks its unit"),
        (["one.xyz", "--ion", "Li", "--frame-spacing", "100 K"], "not a unit of ps"),
        (["one.xyz", "--ion", "Li", "--frame-spacing", "soon"], "a number with its unit"),
        (["one.xyz", "--ion", "Li", "--frame-spacing", "100fs", "--temperature", "0"], "temperature"),
        (["one.xyz", "--ion", "Na", "--frame-spacing", "100fs"], "there is no Na"),
        (["one.xyz", "--ion", "Li", "--frame-spacing", "100fs", "--discard", "19 ps"], "too few"),
    ],
)
def test_every_mistake_is_one_sentence_and_exit_code_two(run, arguments, text):
    done = atomscreen("analyze", *arguments, cwd=run)
    assert done.returncode == 2
    assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout
