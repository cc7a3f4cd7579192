"""Molecular dynamics with ASE's effective-medium and Lennard-Jones potentials: statistics, determinism, watchdogs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.interatomic.molecular_dynamics import run_nvt
from atomscreen.interatomic.supercells import perpendicular_widths, supercell


def argon():
    from pymatgen.core import Lattice, Structure

    structure = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.4), ["Ar"], [[0, 0, 0]])
    structure.make_supercell(2)
    return structure


def copper(repeats=2):
    from pymatgen.core import Lattice, Structure

    structure = Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.61), ["Cu"], [[0, 0, 0]])
    structure.make_supercell(repeats)
    return structure


def lennard_jones():
    from ase.calculators.lj import LennardJones

    calculator = LennardJones(sigma=3.4, epsilon=0.0104, rc=5.4, smooth=True)
    calculate = calculator.calculate

    def without_history(*arguments, **named):
        # ASE keeps the order of neighbours from step to step, and with it the rounding of sums.
        calculator.nl = None
        calculate(*arguments, **named)

    calculator.calculate = without_history
    return calculator


def emt():
    from ase.calculators.emt import EMT

    return EMT()


SHORT = {"temperature": 300.0, "duration": 0.4, "equilibration": 0.1, "time_step": 2.0, "seed": 3}


def test_temperature_and_its_fluctuations_are_canonical():
    run = run_nvt(copper(), emt(), temperature=600.0, duration=5.0, equilibration=1.0, time_step=5.0, seed=1)
    freedom = 3 * len(run.symbols) - 3
    # The kinetic energy of f degrees of freedom has a relative variance of 2/f; with energy flowing to and from the
    # vibrations it is forgotten in about 0.2 ps: 25 independent samples, four standard errors.
    assert run.temperatures.mean() == pytest.approx(600, rel=4 * np.sqrt(2 / freedom / 25))
    assert run.temperatures.std() / 600 == pytest.approx(np.sqrt(2 / freedom), rel=4 / np.sqrt(2 * 25))


def test_frames_unwrapped_positions_and_fixed_centre_of_mass():
    run = run_nvt(argon(), lennard_jones(), **SHORT)
    assert run.positions.shape == (21, 32, 3)
    assert run.frame_spacing == pytest.approx(0.02)
    assert run.duration == pytest.approx(0.4)
    assert len(run.temperatures) == len(run.energies) == 21
    # One element: the centre of mass is the mean.
    np.testing.assert_allclose(run.positions.mean(axis=1), run.positions[0].mean(axis=0) * np.ones((21, 1)), atol=1e-9)
    # No jump over the cell's faces: at 300 K argon moves less than 1 Å in 0.02 ps.
    assert np.abs(np.diff(run.positions, axis=0)).max() < 1


def test_same_seed_same_trajectory_another_seed_another():
    first = run_nvt(argon(), lennard_jones(), **SHORT)
    second = run_nvt(argon(), lennard_jones(), **SHORT)
    other = run_nvt(argon(), lennard_jones(), **(SHORT | {"seed": 4}))
    np.testing.assert_array_equal(first.positions, second.positions)
    assert not np.allclose(first.positions, other.positions)


class Killed(BaseException):
    pass


def killed_after(calculator, evaluations):
    calculate, done = calculator.calculate, [0]

    def counting(*arguments, **named):
        done[0] += 1
        if done[0] > evaluations:
            raise Killed
        return calculate(*arguments, **named)

    calculator.calculate = counting
    return calculator


@pytest.mark.parametrize("evaluations", [40, 130, 190])
def test_interrupted_run_goes_on_to_the_same_trajectory(tmp_path, evaluations):
    path = tmp_path / "run.npz"
    whole = run_nvt(argon(), lennard_jones(), **SHORT)
    resume = {**SHORT, "checkpoint": path, "checkpoint_interval": 0.06}
    with pytest.raises(Killed):
        run_nvt(argon(), killed_after(lennard_jones(), evaluations), **resume)
    written = path.stat().st_mtime_ns
    again = run_nvt(argon(), lennard_jones(), **resume)
    assert path.stat().st_mtime_ns > written
    assert [item.name for item in tmp_path.iterdir()] == ["run.npz"]
    np.testing.assert_array_equal(again.positions, whole.positions)
    np.testing.assert_array_equal(again.temperatures, whole.temperatures)
    np.testing.assert_array_equal(again.energies, whole.energies)


def test_checkpoint_of_another_run_or_broken_is_refused(tmp_path):
    path = tmp_path / "run.npz"
    resume = {**SHORT, "checkpoint": path, "checkpoint_interval": 0.1}
    run_nvt(argon(), lennard_jones(), **resume)
    with pytest.raises(UsageError, match="another run"):
        run_nvt(argon(), lennard_jones(), **{**resume, "temperature": 310.0})
    with pytest.raises(UsageError, match="another run"):
        run_nvt(copper(), emt(), **resume)
    from ase.calculators.lj import LennardJones

    with pytest.raises(UsageError, match="another potential"):
        run_nvt(argon(), LennardJones(sigma=3.6, epsilon=0.02, rc=5.4, smooth=True), **resume)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(UsageError, match="cannot be read"):
        run_nvt(argon(), lennard_jones(), **resume)


def test_runs_that_go_wrong_stop_with_the_reason():
    with pytest.raises(StageFailure, match=r"exploded|too close|broke down"):
        run_nvt(copper(), emt(), temperature=300.0, duration=1.0, equilibration=0.0, time_step=60.0)
    crowded = argon()
    crowded.translate_sites([0], [0.36, 0.0, 0.25])
    crowded.translate_sites([0], crowded[1].frac_coords - crowded[0].frac_coords + [0.05, 0, 0])
    with pytest.raises(StageFailure, match=r"exploded|too close"):
        run_nvt(crowded, lennard_jones(), **SHORT)


@pytest.mark.parametrize("change", [{"temperature": 0.0}, {"duration": 0.0}, {"equilibration": -1.0}])
def test_senseless_settings_are_refused(change):
    with pytest.raises(UsageError):
        run_nvt(argon(), lennard_jones(), **{**SHORT, **change})


# --- supercells ----------------------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(st.tuples(*[st.floats(3, 12)] * 3), st.tuples(*[st.floats(65, 110)] * 3), st.floats(5, 15))
def test_supercells_reach_the_width_and_keep_the_crystal(lengths, angles, width):
    from pymatgen.core import Lattice, Structure

    structure = Structure(Lattice.from_parameters(*lengths, *angles), ["Li", "Cl"], [[0, 0, 0], [0.4, 0.5, 0.6]])
    enlarged = supercell(structure, width)
    assert perpendicular_widths(enlarged.lattice).min() >= width * (1 - 1e-5)
    assert enlarged.density == pytest.approx(structure.density, rel=1e-9)
    assert enlarged.composition.reduced_formula == "LiCl"


def test_perpendicular_widths_of_a_rhombohedral_cell():
    from pymatgen.core import Lattice

    # The primitive cell of a face-centred cube of edge a: widths a/√3, the distance of its (111) planes.
    lattice = Lattice([[0, 5, 5], [5, 0, 5], [5, 5, 0]])
    np.testing.assert_allclose(perpendicular_widths(lattice), 10 / np.sqrt(3))


def test_oblique_primitive_cell_becomes_the_smaller_conventional_one():
    from pymatgen.core import Lattice, Structure

    primitive = Structure(Lattice([[0, 4.93, 4.93], [4.93, 0, 4.93], [4.93, 4.93, 0]]), ["Li"], [[0, 0, 0]])
    assert len(supercell(primitive, 8.0)) == 4  # eight of the primitive one would be needed
    assert len(supercell(primitive, 5.0)) == 1


@pytest.mark.parametrize("width", [0.0, -1.0, float("nan")])
def test_senseless_widths_are_refused(width):
    with pytest.raises(UsageError):
        supercell(argon(), width)
