"""Diffusivity: trajectories whose diffusivity is known exactly, closed forms, and the stage with a cheap potential."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure, StructureRefused, UsageError
from atomscreen.core.stages import get_stage
from atomscreen.properties.transport.arrhenius import arrhenius, conductivity_per_diffusivity
from atomscreen.properties.transport.hops import count_hops
from atomscreen.properties.transport.transport_analysis import diffusion

FRAME = 0.02  # ps
FRAMES = 1001
IONS, FRAMEWORK = 24, 8
SYMBOLS = ["Li"] * IONS + ["S"] * FRAMEWORK
SITE_DISTANCE = 3.0  # Å


def lattice_walk(seed: int, rate: float, frames: int = FRAMES) -> np.ndarray:
    """Ions on a simple cubic lattice that jump at a rate per ps: D = rate d²/6 exactly; all atoms vibrate."""
    generator = np.random.default_rng(seed)
    jumps = generator.random((frames - 1, IONS)) < rate * FRAME
    directions = np.vstack([np.eye(3), -np.eye(3)]) * SITE_DISTANCE
    steps = directions[generator.integers(0, 6, jumps.shape)] * jumps[..., None]
    return with_framework(np.concatenate([np.zeros((1, IONS, 3)), steps.cumsum(axis=0)]), generator)


def cage_walk(seed: int, residence: float, radius: float = 2.4) -> np.ndarray:
    """Ions that jump to random places on a sphere, the cage of an argyrodite, and never leave it."""
    generator = np.random.default_rng(seed)
    places = generator.normal(size=(FRAMES, IONS, 3))
    places *= radius / np.linalg.norm(places, axis=-1, keepdims=True)
    jumps = generator.random((FRAMES, IONS)) < FRAME / residence
    for frame in range(1, FRAMES):
        places[frame, ~jumps[frame]] = places[frame - 1, ~jumps[frame]]
    return with_framework(places, generator)


def with_framework(ions: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    atoms = np.concatenate([ions, np.zeros((len(ions), FRAMEWORK, 3))], axis=1)
    return atoms + generator.normal(0.0, 0.2, atoms.shape)


def estimate(positions: np.ndarray, seed: int = 0):
    return diffusion(positions, SYMBOLS, "Li", FRAME, seed=seed)


@pytest.mark.slow
def test_stated_uncertainty_covers_the_truth_as_often_as_it_says():
    rate = 0.5
    truth = rate * SITE_DISTANCE**2 / 6 * 1e-4
    runs = 60
    estimates = [estimate(lattice_walk(seed, rate), seed) for seed in range(runs)]
    assert all(found.enough for found in estimates)
    values = np.array([found.diffusivity for found in estimates])
    stated = np.array([found.uncertainty for found in estimates])
    # The mean of 60 estimates, each good to about 17 %, is good to 2.2 %: three times that.
    assert values.mean() == pytest.approx(truth, rel=0.066)
    # A standard deviation from 60 samples is good to 9 %; the stated one may be off by three times that.
    assert stated.mean() == pytest.approx(values.std(ddof=1), rel=0.28)
    covered = np.mean([found.interval[0] <= truth <= found.interval[1] for found in estimates])
    # Binomial: 0.68 ± 0.06 for 60 runs; three standard deviations.
    assert 0.50 <= covered <= 0.86


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_lattice_walk_has_the_diffusivity_of_its_jump_rate(seed):
    rate = 0.5
    found = estimate(lattice_walk(seed, rate))
    assert found.enough
    assert found.uncertainty is not None
    # Three standard deviations.
    assert abs(found.diffusivity - rate * SITE_DISTANCE**2 / 6 * 1e-4) < 3 * found.uncertainty
    # Jumps are counted unless two fall into one averaging time of 0.4 ps (a fifth of them at this rate).
    assert found.hops_per_ion == pytest.approx(rate * FRAME * (FRAMES - 1), rel=0.3)


def test_same_seed_same_answer_and_numpy_stays_as_it_was():
    walk = lattice_walk(3, 0.5)
    np.random.seed(5)
    first = estimate(walk)
    drawn = np.random.random()
    second = estimate(walk)
    np.random.seed(5)
    assert first.diffusivity == second.diffusivity
    assert drawn == np.random.random()


def test_vibrating_ions_are_too_slow_to_measure():
    generator = np.random.default_rng(0)
    phase = generator.uniform(0, 2 * np.pi, (1, IONS + FRAMEWORK, 3))
    time = FRAME * np.arange(FRAMES)[:, None, None]
    found = estimate(0.4 * np.sin(2 * np.pi * time / 0.13 + phase))
    assert not found.enough
    assert found.uncertainty is None
    assert found.hops_per_ion == 0
    # No hop in 24 × 20 ps: at 95 % fewer than 3, each of 3 Å, so 3 × 9/(6 × 480) Å²/ps, and the vibrations' share.
    poisson = 3.0 * 9 / (6 * IONS * 20) * 1e-4
    assert poisson < found.diffusivity < 2 * poisson


def test_drift_of_the_cell_is_no_diffusion():
    walk = lattice_walk(1, 0.5)
    drift = np.arange(FRAMES)[:, None, None] * np.array([0.05, -0.02, 0.03])
    assert estimate(walk + drift).diffusivity == pytest.approx(estimate(walk).diffusivity, rel=1e-6)


@pytest.mark.parametrize("residence", [0.5, 4.0, 8.0])
def test_rattling_in_a_cage_is_no_diffusion(residence):
    for seed in range(3):
        found = estimate(cage_walk(seed, residence))
        assert found.hops_per_ion > 1
        assert not found.enough
        assert "no long-range diffusion" in found.reason


@pytest.mark.parametrize("rate", [0.002, 0.02])
def test_bound_is_above_the_truth_where_hops_are_rare(rate):
    truth = rate * SITE_DISTANCE**2 / 6 * 1e-4
    found = [estimate(lattice_walk(seed, rate)) for seed in range(5)]
    assert not any(run.enough for run in found)
    # At 95 % each; two of five below would happen once in fifty.
    assert sum(run.diffusivity < truth for run in found) <= 1


def test_molten_framework_is_refused_and_turning_groups_are_not():
    generator = np.random.default_rng(0)
    walk = lattice_walk(0, 0.5)
    symbols = ["Li"] * IONS + ["P"] * 2 + ["S"] * 6
    walk[:, IONS + 2 :] += (
        1.0 * generator.normal(size=(1, 6, 3)) * np.sign(np.sin(np.arange(FRAMES) / 300))[:, None, None]
    )
    moved = diffusion(walk, symbols, "Li", FRAME)
    assert moved.framework_msd["P"] < 1
    steps = generator.normal(0, math.sqrt(2 * 0.3 * FRAME), (FRAMES, FRAMEWORK, 3))
    walk[:, IONS:] = steps.cumsum(axis=0)
    with pytest.raises(StageFailure, match="melted"):
        diffusion(walk, symbols, "Li", FRAME)


def test_hop_is_counted_once_and_excursions_are_not():
    path = np.zeros((200, 1, 3))
    path[100:, 0, 0] = 3.0  # one jump
    path[50:55, 0, 1] = 3.0  # 0.1 ps away
    assert count_hops(path, FRAME) == 1


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(IONS)), st.floats(-20, 20))
def test_hops_do_not_depend_on_order_or_origin(order, shift):
    walk = lattice_walk(4, 0.5, frames=301)[:, :IONS]
    assert count_hops(walk[:, list(order)] + shift, FRAME) == count_hops(walk, FRAME)


def test_bad_trajectories_are_refused():
    walk = lattice_walk(0, 0.5)
    with pytest.raises(UsageError, match="there is no Na"):
        diffusion(walk, SYMBOLS, "Na", FRAME)
    with pytest.raises(UsageError, match="do not fit"):
        diffusion(walk[:, :-1], SYMBOLS, "Li", FRAME)
    with pytest.raises(UsageError, match="too few"):
        diffusion(walk[:30], SYMBOLS, "Li", FRAME)
    with pytest.raises(UsageError, match="positive"):
        diffusion(walk, SYMBOLS, "Li", 0.0)
    walk[5, 3, 1] = np.nan
    with pytest.raises(UsageError, match="not numbers"):
        diffusion(walk, SYMBOLS, "Li", FRAME)


def test_nernst_einstein_by_hand_in_si_units():
    # 24 Li in a cube of 9.86 Å at 700 K, in SI: n = 24/(9.86e-10 m)³, e = 1.602177e-19 C, k_B = 1.380649e-23 J/K;
    # D of 1e-5 cm²/s is 1e-9 m²/s; 1 S/m is 0.01 S/cm.
    density = 24 / (9.86e-10) ** 3
    by_hand = density * 1.602177e-19**2 * 1e-9 / (1.380649e-23 * 700) * 0.01
    assert 1e-5 * conductivity_per_diffusivity(24, 1, 9.86**3, 700) == pytest.approx(by_hand, rel=1e-5)
    assert conductivity_per_diffusivity(24, 2, 9.86**3, 700) == pytest.approx(4 * by_hand / 1e-5, rel=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.05, 1.2), st.floats(-12, -2))
def test_arrhenius_line_is_recovered_exactly(energy, log_prefactor):
    temperatures = np.array([600.0, 750.0, 900.0, 1100.0])
    values = np.exp(log_prefactor - energy / (8.617333262e-5 * temperatures))
    fit = arrhenius(temperatures, values, 0.1 * values)
    assert fit.activation_energy == pytest.approx(energy, rel=1e-7)
    assert fit.log_diffusivity(300)[0] == pytest.approx(log_prefactor - energy / (8.617333262e-5 * 300), rel=1e-7)
    assert fit.straight


def test_arrhenius_uncertainties_are_those_of_repeated_measurements():
    generator = np.random.default_rng(0)
    temperatures = np.array([700.0, 850.0, 1000.0])
    spread = np.array([0.2, 0.15, 0.1])
    truth = -6.0 - 0.3 / (8.617333262e-5 * temperatures)
    fits = [
        arrhenius(temperatures, values, spread * values)
        for values in np.exp(truth + spread * generator.normal(size=(2000, 3)))
    ]
    energies = [fit.activation_energy for fit in fits]
    rooms = [fit.log_diffusivity(300)[0] for fit in fits]
    # 2000 repetitions give a standard deviation to 1.6 %, a mean to 0.02 of it; four times those.
    assert np.std(energies) == pytest.approx(fits[0].activation_energy_uncertainty, rel=0.064)
    assert np.mean(energies) == pytest.approx(0.3, abs=0.09 * np.std(energies))
    assert np.std(rooms) == pytest.approx(fits[0].log_diffusivity(300)[1], rel=0.064)
    # At 1 % one in a hundred straight lines is rejected: 20 ± 4.4 of 2000.
    assert 3 <= sum(not fit.straight for fit in fits) <= 37


def test_curved_data_and_too_few_temperatures():
    assert not arrhenius([700, 850, 1000], [1e-6, 1e-5, 1.1e-5], [1e-7, 1e-6, 1e-6]).straight
    with pytest.raises(UsageError, match="three temperatures"):
        arrhenius([700, 850], [1e-6, 1e-5], [1e-7, 1e-6])
    with pytest.raises(UsageError, match="positive"):
        arrhenius([700, 850, 1000], [1e-6, -1e-5, 1e-5], [1e-7, 1e-6, 1e-6])


# --- the stage -----------------------------------------------------------------------------------------------------


def copper(working_ion: str = "Cu") -> Candidate:
    from pymatgen.core import Lattice, Structure

    structure = Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.61), ["Cu"], [[0, 0, 0]])
    return Candidate("cu", {"input": structure, "relaxed": structure}, working_ion=working_ion)


def planted(monkeypatch, rates):
    """Let the engine return lattice walks with jump rates by temperature, of a cell of 24 Li and 8 S."""
    from pymatgen.core import Lattice, Structure

    from atomscreen.interatomic.molecular_dynamics import Trajectory
    from atomscreen.properties.transport import diffusivity as module

    def run(structure, calculator, *, temperature, seed, **rest):
        rate = rates[temperature]
        if rate is None:
            raise StageFailure("the dynamics exploded")
        walk = lattice_walk(round(temperature), rate)
        return Trajectory(walk, structure.lattice.matrix, tuple(SYMBOLS), FRAME, np.zeros(FRAMES), np.zeros(FRAMES))

    structure = Structure(Lattice.cubic(10), SYMBOLS, np.random.default_rng(0).random((IONS + FRAMEWORK, 3)))
    monkeypatch.setattr(module, "run_nvt", run)
    monkeypatch.setattr(module, "supercell", lambda structure, width: structure)
    candidate = Candidate("x", {"input": structure, "relaxed": structure}, working_ion="Li")
    return module.diffusivity(candidate, tuple(rates), potential="ase.calculators.emt:EMT")


def by_name(results, name):
    return [quantity for quantity in results.quantities if quantity.name == name]


def test_stage_recovers_planted_activation_energy(monkeypatch):
    energy = 0.2
    rates = {temperature: 25 * math.exp(-energy / (8.617333262e-5 * temperature)) for temperature in (700, 850, 1000)}
    results = planted(monkeypatch, rates)
    assert len(by_name(results, "tracer_diffusivity")) == 3
    (found,) = by_name(results, "activation_energy")
    assert abs(found.number - energy) < 3 * found.uncertainty
    (room,) = by_name(results, "bulk_ionic_conductivity_300K")
    diffusivity = 25 * math.exp(-energy / (8.617333262e-5 * 300)) * SITE_DISTANCE**2 / 6 * 1e-4
    expected = diffusivity * conductivity_per_diffusivity(IONS, 1, 1000.0, 300)
    assert abs(math.log(room.number / expected)) < 3 * room.uncertainty / room.number
    assert "Haven ratio 1" in room.method
    for conductivity in by_name(results, "bulk_ionic_conductivity"):
        assert conductivity.uncertainty / conductivity.number > 0.05


def test_stage_does_not_extrapolate_two_temperatures(monkeypatch):
    results = planted(monkeypatch, {700: 0.005, 850: 0.5, 1000: 0.8})
    assert not by_name(results, "activation_energy")
    assert not by_name(results, "bulk_ionic_conductivity_300K")
    assert [quantity.bound for quantity in by_name(results, "tracer_diffusivity")] == ["upper", None, None]
    assert any("only 2 of 3 temperatures had enough hops" in note for note in results.notes)
    assert any("Too slow to measure at 700 K" in note for note in results.notes)


def test_stage_goes_on_without_a_temperature_that_explodes(monkeypatch):
    results = planted(monkeypatch, {700: 0.5, 1000: None})
    assert len(by_name(results, "tracer_diffusivity")) == 1
    assert any("1000 K: the dynamics exploded" in note for note in results.notes)
    with pytest.raises(StageFailure, match="exploded"):
        planted(monkeypatch, {1000: None})


def test_stage_of_a_solid_metal_is_too_slow_to_measure():
    # A perfect crystal far below its melting point: no vacancies, so no diffusion at all.
    results = get_stage("diffusivity").function(
        silver(), (500.0,), potential="ase.calculators.emt:EMT", duration=5.0, equilibration=0.5, time_step=5.0
    )
    (found,) = by_name(results, "tracer_diffusivity")
    assert found.bound == "upper"
    assert found.uncertainty is None
    assert by_name(results, "hops_per_ion")[0].number == 0


def silver() -> Candidate:
    from pymatgen.core import Lattice, Structure

    structure = Structure.from_spacegroup("Fm-3m", Lattice.cubic(4.06), ["Ag"], [[0, 0, 0]])
    return Candidate("ag", {"input": structure, "relaxed": structure}, working_ion="Ag")


def test_stage_refuses_what_makes_no_sense():
    function = get_stage("diffusivity").function
    with pytest.raises(StructureRefused, match="no Li"):
        function(copper("Li"), potential="ase.calculators.emt:EMT")
    with pytest.raises(UsageError, match="differ"):
        function(copper(), (700.0, 700.0), potential="ase.calculators.emt:EMT")


def test_stage_parameters_carry_units():
    stage = get_stage("diffusivity")
    checked = stage.check({"temperatures": ["700 K", "626.85 degC"], "duration": "0.01 ns"})
    assert checked["temperatures"] == pytest.approx((700.0, 900.0))
    assert checked["duration"] == pytest.approx(10.0)
    assert checked["time_step"] is None
    assert stage.check({"time_step": "0.5 fs"})["time_step"] == 0.5
    for bad in (
        {"temperatures": []},
        {"temperatures": [-5]},
        {"time_step": 50},
        {"duration": "5 K"},
        {"duration": 1.0},
        {"min_width": 0},
    ):
        with pytest.raises(UsageError):
            stage.check(bad)
