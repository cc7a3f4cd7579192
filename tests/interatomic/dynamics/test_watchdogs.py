"""Watchdogs on trajectories made up to be healthy, or wrong in one way."""

import re

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from atomscreen.core.errors import StageFailure
from atomscreen.interatomic.dynamics.bonded_groups import bonded_groups
from atomscreen.interatomic.dynamics.trajectory import Trajectory
from atomscreen.interatomic.dynamics.watchdogs import Watch
from atomscreen.interatomic.relaxation import to_atoms
from tests.interatomic.model_polyanions import argyrodite, closo_borate

SPACING, FRAMES = 0.02, 500  # ps: a run of ten picoseconds


def thiophosphate():
    """Return Li3PS4-like groups: PS4 tetrahedra with P–S bonds of 2.05 Å, and a lithium between, eight times."""
    from pymatgen.core import Lattice, Structure

    corner = 2.05 / np.sqrt(3) / 7.0
    arms = corner * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    sites = [[0.5, 0.5, 0.5], *(0.5 + arms), [0, 0, 0]]
    structure = Structure(Lattice.cubic(7.0), ["P", "S", "S", "S", "S", "Li"], sites)
    structure.make_supercell(2)
    return structure


ATOMS = to_atoms(thiophosphate())
SYMBOLS = np.array(ATOMS.get_chemical_symbols())


def run(shift=None, energies=None):
    """Return a run that vibrates by 0.2 Å and is drifting as a whole, with displacements added, (frames, atoms, 3)."""
    generator = np.random.default_rng(0)
    positions = ATOMS.positions + 0.2 * generator.normal(size=(FRAMES, len(ATOMS), 3))
    positions += np.linspace(0, 5, FRAMES)[:, None, None]
    if shift is not None:
        positions = positions + shift
    if energies is None:
        energies = generator.normal(size=FRAMES)
    return Trajectory(positions, ATOMS.cell.array, tuple(SYMBOLS), SPACING, np.full(FRAMES, 700.0), energies)


def doubts(trajectory, integration_drift=0.0, mobile=("Li",)):
    return Watch(ATOMS, 700.0, mobile).doubts(trajectory, integration_drift)


def walk(chosen, step, seed=1):
    shift = np.zeros((FRAMES, len(ATOMS), 3))
    shift[:, chosen] = np.cumsum(step * np.random.default_rng(seed).normal(size=(FRAMES, int(chosen.sum()), 3)), axis=0)
    return shift


def test_vibrations_drift_and_mobile_ions_raise_no_doubt():
    assert doubts(run()) == ()
    assert doubts(run(walk(SYMBOLS == "Li", 0.3))) == ()
    Watch(ATOMS, 700.0, ["Li"]).refuse_melt(5.0, run(walk(SYMBOLS == "Li", 0.3)).positions[-1])


def test_ions_that_count_as_framework_are_doubtful():
    (only,) = doubts(run(walk(SYMBOLS == "Li", 0.3)), mobile=())
    assert "of the framework's Li left their sites by" in only


def test_melt_is_refused_with_share_time_and_temperature():
    melt = run(walk(SYMBOLS != "Li", 0.3)).positions
    with pytest.raises(StageFailure, match=r"framework melted within 9\.00 ps at 700 K: \d+ % of P, \d+ % of S left"):
        Watch(ATOMS, 700.0, ["Li"]).refuse_melt(9.0, melt[-50:].mean(axis=0))


def rotating():
    """From 6 ps on all tetrahedra have turned by 120° about one of their bonds: S exchange places, P stay."""
    shift = np.zeros((FRAMES, len(ATOMS), 3))
    first, second, third = (np.flatnonzero(SYMBOLS == "S")[corner * 8 : corner * 8 + 8] for corner in (1, 2, 3))
    for start, end in ((first, second), (second, third), (third, first)):
        move = ATOMS.positions[end] - ATOMS.positions[start]
        move -= 14 * np.round(move / 14)
        shift[300:, start] = move
    return run(shift)


def test_rotating_groups_are_doubtful_not_molten():
    (only,) = doubts(rotating())
    assert only.startswith("75 % of the framework's S left their sites by 7.0 ps of production at 700 K")
    Watch(ATOMS, 700.0, ["Li"]).refuse_melt(10.0, rotating().positions[-50:].mean(axis=0))


@pytest.mark.parametrize("carbon", [False, True])
@pytest.mark.parametrize("degrees", [36, 60, 90])
def test_cages_that_turn_on_the_spot_are_no_melt_but_a_doubt(carbon, degrees):
    atoms = closo_borate(carbon=carbon)
    turned = closo_borate(Rotation.from_rotvec(np.radians(degrees) * np.eye(3)[1:]), carbon=carbon).positions
    watch = Watch(atoms, 500.0, ["Na"])
    watch.refuse_melt(1.0, turned)
    frames = np.repeat([atoms.positions, turned], 100, axis=0)
    found = watch.doubts(Trajectory(frames, atoms.cell.array, tuple(atoms.symbols), SPACING), 0.0)
    assert any("of the framework's H left their sites by" in doubt and "rotating groups" in doubt for doubt in found)


def test_mean_of_freely_tumbling_cages_is_no_melt():
    # The mean positions of all atoms of a cage are its centre.
    atoms = closo_borate()
    mean = np.mean([closo_borate(Rotation.random(2, random_state=seed)).positions for seed in range(200)], axis=0)
    assert np.linalg.norm(mean - atoms.positions, axis=1)[atoms.symbols == "H"].min() > 2  # atom by atom it is a melt
    Watch(atoms, 500.0, ["Na"]).refuse_melt(1.0, mean)


@pytest.mark.parametrize("crystal", [argyrodite, closo_borate])
def test_groups_that_all_leave_their_places_are_a_melt(crystal):
    atoms = crystal()
    mobile = ["Li", "Na"]
    groups = bonded_groups(atoms, atoms.positions[None], ~np.isin(atoms.get_chemical_symbols(), mobile))
    moves = np.random.default_rng(0).normal(0, 2.5, (groups.max() + 1, 3))  # Å, unbroken groups
    with pytest.raises(StageFailure, match=r"the framework melted within 15\.00 ps at 1000 K"):
        Watch(atoms, 1000.0, mobile).refuse_melt(15.0, atoms.positions + moves[groups])
    Watch(atoms, 1000.0, mobile).refuse_melt(15.0, atoms.positions + 0.1 * moves[groups])


@pytest.mark.parametrize("crystal", [argyrodite, closo_borate])
def test_groups_that_fall_apart_are_a_melt(crystal):
    atoms = crystal()
    moves = np.random.default_rng(0).normal(0, 2.5, (len(atoms), 3))
    with pytest.raises(StageFailure, match="the framework melted"):
        Watch(atoms, 1000.0, ["Li", "Na"]).refuse_melt(15.0, atoms.positions + moves)


def test_bond_that_breaks_for_good_is_named_with_its_time():
    shift = np.zeros((FRAMES, len(ATOMS), 3))
    sulphur = np.flatnonzero(SYMBOLS == "S")[0]
    shift[200:, sulphur] = 1.2 * np.ones(3) / np.sqrt(3)  # 2.05 Å becomes 3.25 Å, away from its phosphorus
    found = doubts(run(shift))
    assert found == ("1 of 32 P–S bonds broke for good at 700 K, the first by 5.0 ps of production.",)
    shift[350:] = 0  # and heals
    assert doubts(run(shift)) == ()


def test_energy_drift_is_told_from_noise():
    noise = 0.1 * np.random.default_rng(2).normal(size=FRAMES)
    slope = np.linspace(0, 0.02 * len(ATOMS), FRAMES)
    (only,) = doubts(run(energies=noise + slope))
    slope_found, error = map(float, re.search(r"drifts by \+(\S+) ± (\S+) meV/atom", only).groups())
    assert slope_found == pytest.approx(20, abs=4 * error)
    assert "over 9.98 ps" in only
    assert doubts(run(energies=noise + 0.1 * slope)) == ()  # below the limit
    assert doubts(run(energies=3000 * noise + slope)) == ()  # not significant


def test_gain_of_conserved_energy_is_a_time_step_too_long():
    (only,) = doubts(run(), integration_drift=0.004)
    assert only == "The time step is too long at 700 K: the conserved energy changes by 4.0 meV/atom in a picosecond."


@pytest.mark.parametrize(
    ("temperature", "energy", "message"),
    [
        (float("nan"), 0.0, "broke down after 1.50 ps at 700 K"),
        (700.0, float("inf"), "broke down"),
        (2200.0, 0.0, "exploded after 1.50 ps at 700 K: the temperature reached 2200 K"),
        (700.0, -60.0, r"exploded .* the energy changed by -1.2 eV/atom"),
    ],
)
def test_explosions_are_refused(temperature, energy, message):
    with pytest.raises(StageFailure, match=message):
        Watch(ATOMS, 700.0, ["Li"]).refuse_explosion(1.5, temperature, energy, 0.0)
    Watch(ATOMS, 700.0, ["Li"]).refuse_explosion(1.5, 900.0, 3.0, 0.0)


def test_overlap_names_the_pair_across_the_cell_face():
    atoms = ATOMS.copy()
    lithium, phosphorus = np.flatnonzero(SYMBOLS == "Li")[0], np.flatnonzero(SYMBOLS == "P")[0]
    atoms.positions[lithium] = atoms.positions[phosphorus] + [14.9, 0, 0]
    with pytest.raises(StageFailure, match=r"too close after 2\.00 ps at 700 K: (Li–P|P–Li) at 0\.90 Å"):
        Watch(ATOMS, 700.0, ["Li"]).refuse_overlap(2.0, atoms)


def test_wrong_mean_temperature_is_refused_beyond_its_error():
    watch = Watch(ATOMS, 700.0, ["Li"])
    # 141 degrees of freedom, 25 independent samples: one standard error is 2.4 %.
    watch.refuse_wrong_temperature(np.full(FRAMES, 750.0), 0.2, SPACING)
    with pytest.raises(StageFailure, match="the mean temperature is 850 K where 700 K were wanted"):
        watch.refuse_wrong_temperature(np.full(FRAMES, 850.0), 0.2, SPACING)


def test_pure_mobile_element_has_no_framework():
    from pymatgen.core import Lattice, Structure

    lithium = to_atoms(Structure(Lattice.cubic(3.5), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]]))
    moved = lithium.positions + np.array([[0, 0, 0], [3, 3, 3]])
    Watch(lithium, 300.0, ["Li"]).refuse_melt(1.0, moved)
    with pytest.raises(StageFailure, match="melted"):
        Watch(lithium, 300.0, []).refuse_melt(1.0, moved)
