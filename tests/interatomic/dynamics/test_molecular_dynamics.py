"""Molecular dynamics with cheap potentials: frames, determinism, kills and resumption, watchdogs in the loop."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.interatomic.dynamics.molecular_dynamics import default_time_step, run_nvt
from atomscreen.interatomic.dynamics.trajectory_file import read_trajectory
from atomscreen.interatomic.supercells import perpendicular_widths, supercell
from tests.interatomic.model_potentials import ShiftedLennardJones, WithHistory, argon

SHORT = {"temperature": 25.0, "duration": 0.4, "equilibration": 0.6, "time_step": 5.0, "seed": 3, "heating": 0.0}
THERMOSTATS = ["velocity_rescaling", "langevin", "nose_hoover_chain"]


def copper():
    from pymatgen.core import Lattice, Structure

    structure = Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.61), ["Cu"], [[0, 0, 0]])
    structure.make_supercell(2)
    return structure


def emt():
    from ase.calculators.emt import EMT

    return EMT()


def assert_equal(first, second):
    np.testing.assert_array_equal(first.positions, second.positions)
    np.testing.assert_array_equal(first.temperatures, second.temperatures)
    np.testing.assert_array_equal(first.energies, second.energies)
    assert first.warnings == second.warnings


def test_mean_energy_is_that_of_plain_ase():
    from ase.md.langevin import Langevin
    from ase.md.velocitydistribution import MaxwellBoltzmannDistribution
    from ase.units import fs

    from atomscreen.interatomic.relaxation import to_atoms

    run = run_nvt(argon(), ShiftedLennardJones(), **{**SHORT, "duration": 10.0, "equilibration": 2.0})
    atoms, generator = to_atoms(argon()), np.random.default_rng(0)
    atoms.calc = ShiftedLennardJones()
    MaxwellBoltzmannDistribution(atoms, temperature_K=25, rng=generator)
    plain = Langevin(atoms, 5 * fs, temperature_K=25, friction=0.002 / fs, fixcm=False, rng=generator)
    plain.run(400)
    energies = []
    for _ in range(500):
        plain.run(4)
        energies.append(atoms.get_potential_energy())
    # Standard errors from ten blocks of 1 ps each.
    ours, theirs = run.energies[1:].reshape(10, -1).mean(axis=1), np.array(energies).reshape(10, -1).mean(axis=1)
    error = np.hypot(ours.std(ddof=1), theirs.std(ddof=1)) / np.sqrt(10)
    # ASE's centre of mass moves, but has no potential energy.
    assert ours.mean() == pytest.approx(theirs.mean(), abs=4 * error)


def test_frames_unwrapped_positions_and_fixed_centre_of_mass():
    run = run_nvt(argon(), ShiftedLennardJones(), **SHORT)
    assert run.positions.shape == (21, 32, 3)
    assert run.frame_spacing == pytest.approx(0.02)
    assert run.duration == pytest.approx(0.4)
    assert len(run.temperatures) == len(run.energies) == 21
    assert run.warnings == ()
    # One element: the centre of mass is the mean; frames are in single precision, 1e-6 Å.
    np.testing.assert_allclose(run.positions.mean(axis=1), run.positions[0].mean(axis=0) * np.ones((21, 1)), atol=1e-6)
    # No jump over the cell's faces: at 25 K argon moves less than 0.1 Å in 0.02 ps.
    assert np.abs(np.diff(run.positions, axis=0)).max() < 0.1


def test_heating_rises_to_the_temperature():
    cold = run_nvt(argon(), ShiftedLennardJones(), **{**SHORT, "equilibration": 0.0})
    assert cold.temperatures[0] == pytest.approx(25)
    checked = []

    class Watched(ShiftedLennardJones):
        def calculate(self, atoms, *arguments, **named):
            super().calculate(atoms, *arguments, **named)
            checked.append(atoms.positions.copy())

    run_nvt(argon(), Watched(), **{**SHORT, "equilibration": 0.8, "heating": 0.4})
    speeds = np.linalg.norm(np.diff(checked, axis=0), axis=-1).mean(axis=1)
    # Velocities go with the root of the temperature: a third of the last at a tenth of it.
    assert speeds[:8].mean() < 0.5 * speeds[-40:].mean()


@pytest.mark.parametrize("thermostat", THERMOSTATS)
def test_same_seed_same_trajectory_another_seed_another(thermostat):
    first = run_nvt(argon(), ShiftedLennardJones(), **SHORT, thermostat=thermostat)
    second = run_nvt(argon(), ShiftedLennardJones(), **SHORT, thermostat=thermostat)
    other = run_nvt(argon(), ShiftedLennardJones(), **(SHORT | {"seed": 4}), thermostat=thermostat)
    assert_equal(first, second)
    assert not np.allclose(first.positions, other.positions)


class Killed(BaseException):
    pass


def killed_after(evaluations):
    class Dying(WithHistory):
        done = 0

        def calculate(self, *arguments, **named):
            type(self).done += 1
            if self.done > evaluations:
                raise Killed
            super().calculate(*arguments, **named)

    return Dying()


@pytest.mark.parametrize("thermostat", THERMOSTATS)
@settings(max_examples=2, deadline=None, derandomize=True)
@given(evaluations=st.integers(3, 190), interval=st.sampled_from([0.06, 0.1, 0.3]))
def test_interrupted_run_goes_on_to_the_same_trajectory(tmp_path_factory, thermostat, evaluations, interval):
    folder = tmp_path_factory.mktemp("run")
    # A calculator whose rounding depends on its history: the engine makes it forget at each checkpoint.
    named = {**SHORT, "thermostat": thermostat, "checkpoint_interval": interval}
    whole = run_nvt(argon(), WithHistory(), **named)
    with pytest.raises(Killed):
        run_nvt(argon(), killed_after(evaluations), **named, checkpoint=folder / "run.npz")
    again = run_nvt(argon(), WithHistory(), **named, checkpoint=folder / "run.npz")
    assert sorted(item.name for item in folder.iterdir()) == ["run.nc", "run.npz"]
    assert_equal(again, whole)
    # Of a finished run at most one interval is computed again, beside a first evaluation and one of the checkpoint.
    repeated = killed_after(2 + round(interval / 0.005))
    assert_equal(run_nvt(argon(), repeated, **named, checkpoint=folder / "run.npz"), whole)


@pytest.mark.parametrize("thermostat", THERMOSTATS)
def test_longer_run_goes_on_as_if_never_interrupted(tmp_path, thermostat):
    named = {**SHORT, "thermostat": thermostat, "checkpoint_interval": 0.06}
    path = tmp_path / "run.npz"
    for duration in (0.1, 0.32, 0.4):  # neither is a multiple of the interval
        part = run_nvt(argon(), WithHistory(), **{**named, "duration": duration}, checkpoint=path)
    whole = run_nvt(argon(), WithHistory(), **named)
    assert_equal(part, whole)
    # A shorter duration gives the first part, and loses nothing of what is there.
    first = run_nvt(argon(), WithHistory(), **{**named, "duration": 0.1}, checkpoint=path)
    np.testing.assert_array_equal(first.positions, whole.positions[:6])
    assert_equal(run_nvt(argon(), WithHistory(), **named, checkpoint=path), whole)
    np.testing.assert_array_equal(read_trajectory(tmp_path / "run.nc").positions, whole.positions)


PROGRAM = """
import sys
from pathlib import Path
from atomscreen.interatomic.dynamics.molecular_dynamics import run_nvt
from tests.interatomic.model_potentials import ShiftedLennardJones, argon
print("started", flush=True)
run_nvt(argon(), ShiftedLennardJones(), temperature=25.0, duration=12.0, equilibration=1.0, time_step=5.0, seed=3, heating=0.0,
        thermostat="nose_hoover_chain", checkpoint=Path(sys.argv[1]), checkpoint_interval=0.1)
"""


def test_run_killed_at_random_moments_ends_with_the_same_trajectory(tmp_path):
    path, moments, kills = tmp_path / "run.npz", random.Random(0), 0
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    while True:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(path)], env=environment, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        process.stdout.readline()
        if kills == 5:
            assert process.wait() == 0
            break
        time.sleep(moments.uniform(0.05, 0.6))
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        process.stdout.close()
        kills += 1
    process.stdout.close()
    whole = run_nvt(
        argon(),
        ShiftedLennardJones(),
        **{**SHORT, "duration": 12.0, "equilibration": 1.0},
        thermostat="nose_hoover_chain",
        checkpoint_interval=0.1,
    )
    found = read_trajectory(tmp_path / "run.nc")
    np.testing.assert_array_equal(found.positions, whole.positions)
    np.testing.assert_array_equal(found.energies, whole.energies)
    np.testing.assert_array_equal(found.temperatures, whole.temperatures)


def test_torn_write_beside_a_checkpoint_does_no_harm(tmp_path):
    path = tmp_path / "run.npz"
    named = {**SHORT, "checkpoint_interval": 0.1, "checkpoint": path}
    run_nvt(argon(), ShiftedLennardJones(), **{**named, "duration": 0.2})
    (tmp_path / ".run.npz.tmp").write_bytes(b"half a checkpoint")
    with (tmp_path / "run.nc").open("ab") as file:
        file.write(b"half a frame")
    assert_equal(run_nvt(argon(), ShiftedLennardJones(), **named), run_nvt(argon(), ShiftedLennardJones(), **SHORT))


def test_checkpoint_does_not_grow_with_the_run(tmp_path):
    sizes = []
    for duration in (0.2, 2.0):
        run_nvt(
            argon(),
            ShiftedLennardJones(),
            **{**SHORT, "duration": duration},
            checkpoint=tmp_path / "run.npz",
            checkpoint_interval=0.1,
        )
        sizes.append((tmp_path / "run.npz").stat().st_size)
    assert abs(sizes[1] - sizes[0]) < 100  # the text of the generator's state differs


def test_checkpoint_of_another_run_or_broken_is_refused(tmp_path):
    path = tmp_path / "run.npz"
    resume = {**SHORT, "checkpoint": path, "checkpoint_interval": 0.1}
    run_nvt(argon(), ShiftedLennardJones(), **resume)
    for change in ({"temperature": 26.0}, {"seed": 4}, {"thermostat": "langevin"}, {"time_step": 4.0}):
        with pytest.raises(UsageError, match="another run"):
            run_nvt(argon(), ShiftedLennardJones(), **{**resume, **change})
    with pytest.raises(UsageError, match="another run"):
        run_nvt(copper(), emt(), **resume)
    with pytest.raises(UsageError, match="another run"):
        run_nvt(argon(5.3), ShiftedLennardJones(), **resume)

    class Deeper(ShiftedLennardJones):
        epsilon = 0.02

    with pytest.raises(UsageError, match="another potential"):
        run_nvt(argon(), Deeper(), **resume)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(UsageError, match="cannot be read"):
        run_nvt(argon(), ShiftedLennardJones(), **resume)


def test_checkpoint_without_its_trajectory_is_refused(tmp_path):
    resume = {**SHORT, "checkpoint": tmp_path / "run.npz", "checkpoint_interval": 0.1}
    run_nvt(argon(), ShiftedLennardJones(), **resume)
    (tmp_path / "run.nc").unlink()
    with pytest.raises(UsageError, match="does not go with its checkpoint"):
        run_nvt(argon(), ShiftedLennardJones(), **resume)


def test_folder_that_is_not_there_is_a_clear_sentence(tmp_path):
    with pytest.raises(UsageError, match="cannot be written"):
        run_nvt(argon(), ShiftedLennardJones(), **SHORT, checkpoint=tmp_path / "missing" / "run.npz")


def test_runs_that_go_wrong_stop_with_the_reason():
    with pytest.raises(StageFailure, match=r"exploded after|too close after|broke down after"):
        run_nvt(copper(), emt(), temperature=300.0, duration=1.0, equilibration=0.0, time_step=60.0)
    crowded = argon()
    crowded.translate_sites([0], crowded[1].frac_coords - crowded[0].frac_coords + [0.05, 0, 0])
    with pytest.raises(StageFailure, match=r"atoms came too close after 0\.00 ps at 25 K: Ar–Ar at 0\.5"):
        run_nvt(crowded, ShiftedLennardJones(), **SHORT)
    with pytest.raises(StageFailure, match=r"the framework melted within .* ps at 300 K: .* of Ar left their sites"):
        run_nvt(argon(5.8), ShiftedLennardJones(), temperature=300.0, duration=10.0, equilibration=0.5, time_step=5.0)


def test_frames_checked_for_melting_are_averages(monkeypatch):
    from atomscreen.interatomic.dynamics.watchdogs import Watch

    checked = []
    monkeypatch.setattr(Watch, "refuse_melt", lambda self, when, positions: checked.append((when, positions)))
    # Checkpoints at 0.5 and 1.0 ps; of the end, 0.1 ps after the last one, there is too little to average.
    times = {"equilibration": 0.5, "duration": 0.6, "checkpoint_interval": 0.5}
    run = run_nvt(argon(), ShiftedLennardJones(), **{**SHORT, **times})
    assert [when for when, _ in checked] == pytest.approx([0.5, 1.0])
    # The second is the mean over the frames after 0.5 ps; they were kept in single precision, 1e-6 Å.
    np.testing.assert_allclose(checked[1][1], run.positions[1:26].mean(axis=0), atol=2e-6)
    checked.clear()
    run_nvt(argon(), ShiftedLennardJones(), **SHORT, checkpoint_interval=0.1)
    assert [when for when, _ in checked] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])


@pytest.mark.parametrize(
    "change", [{"temperature": 0.0}, {"duration": 0.0}, {"equilibration": -1.0}, {"time_step": 0.0}]
)
def test_senseless_settings_are_refused(change):
    with pytest.raises(UsageError):
        run_nvt(argon(), ShiftedLennardJones(), **{**SHORT, **change})


@pytest.mark.parametrize(
    ("species", "step"),
    [(["Li", "H"], 0.5), (["Li", "C"], 1.0), (["B", "O"], 1.0), (["Li", "S"], 2.0), (["La", "O"], 2.0)],
)
def test_time_step_follows_the_stiffest_bonds(species, step):
    from pymatgen.core import Lattice, Structure

    assert default_time_step(Structure(Lattice.cubic(4), species, [[0, 0, 0], [0.5, 0.5, 0.5]])) == step


@pytest.mark.slow
def test_energy_is_conserved_with_chgnet_at_the_default_step():
    from atomscreen.interatomic.dynamics.integrator import Dynamics
    from atomscreen.interatomic.potentials import calculator
    from atomscreen.interatomic.relaxation import to_atoms
    from atomscreen.sources.builtin import reference_candidates

    candidate = next(found for found in reference_candidates() if found.id == "Li3PS4-gamma")
    structure = candidate.structure("input")
    run = Dynamics(
        to_atoms(structure),
        calculator("chgnet"),
        time_step=default_time_step(structure),
        thermostat_name=None,
        temperature=1000.0,
        seed=0,
    )
    energies = []
    for _ in range(250):
        run.step(1000.0)
        energies.append(run.conserved_energy / len(structure))
    times = run.time_step * np.arange(250)
    # Half a picosecond; a drift of 1 meV/atom/ps is what the watchdog lets pass.
    from ase.units import fs

    assert abs(np.polyfit(times / (1000 * fs), energies, 1)[0]) < 1e-3
    assert np.std(energies) < 1e-3


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
