"""The stages 'molecular_dynamics' and 'diffusivity': planted walks and a cheap potential in place of the real ones."""

import math

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from atomscreen.campaign.single import run_stage
from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure, StructureRefused, UsageError
from atomscreen.core.stages import get_stage
from atomscreen.interatomic.dynamics.trajectory import Trajectory
from atomscreen.properties.transport import simulation
from atomscreen.properties.transport.arrhenius import conductivity_per_diffusivity
from atomscreen.properties.transport.replicas import mean_of

BOLTZMANN = 8.617333262e-5
FRAME = 0.02  # ps
IONS, FRAMEWORK = 24, 8
SYMBOLS = ["Li"] * IONS + ["S"] * FRAMEWORK
SITE_DISTANCE = 3.0  # Å
EMT = "ase.calculators.emt:EMT"


def lattice_walk(seed: int, rate: float, frames: int) -> np.ndarray:
    """Ions on a simple cubic lattice that jump at a rate per ps: D = rate d²/6 exactly; all atoms vibrate."""
    generator = np.random.default_rng(seed)
    jumps = generator.random((frames - 1, IONS)) < rate * FRAME
    directions = np.vstack([np.eye(3), -np.eye(3)]) * SITE_DISTANCE
    steps = directions[generator.integers(0, 6, jumps.shape)] * jumps[..., None]
    ions = np.concatenate([np.zeros((1, IONS, 3)), steps.cumsum(axis=0)])
    atoms = np.concatenate([ions, np.zeros((frames, FRAMEWORK, 3))], axis=1)
    return atoms + generator.normal(0.0, 0.2, atoms.shape)


@pytest.fixture
def planted(monkeypatch):
    """Let the engine return lattice walks with jump rates by temperature, of a cell of 24 Li and 8 S."""

    def run(rates, latent_heat=lambda temperature: 0.0, **parameters):
        lengths = []

        def walk(structure, calculator, *, temperature, seed, duration, **rest):
            if rates[temperature] is None:
                raise StageFailure("the dynamics exploded")
            lengths.append(duration)
            frames = round(duration / FRAME) + 1
            positions = lattice_walk(seed, rates[temperature], frames)
            noise = np.random.default_rng(seed).normal(0, 0.1, frames)
            energy = len(SYMBOLS) * (1.5 * BOLTZMANN * temperature + latent_heat(temperature)) + noise
            return Trajectory(
                positions, structure.lattice.matrix, tuple(SYMBOLS), FRAME, np.full(frames, temperature), energy
            )

        cell = Structure(Lattice.cubic(10), SYMBOLS, np.random.default_rng(0).random((IONS + FRAMEWORK, 3)))
        monkeypatch.setattr(simulation, "run_nvt", walk)
        monkeypatch.setattr(simulation, "supercell", lambda structure, width: structure)
        monkeypatch.setattr(simulation, "_potential_energy", lambda structure, calculator: 0.0)
        candidate = Candidate("x", {"input": cell, "relaxed": cell}, working_ion="Li")
        given = {"temperatures": tuple(rates), "potential": EMT, **parameters}
        return run_stage("diffusivity", candidate, **given), lengths

    return run


def by_name(candidate, name):
    return [quantity for quantity in candidate.quantities if quantity.name == name]


def rates_of(energy, temperatures=(700, 850, 1000)):
    return {float(t): 25 * math.exp(-energy / (BOLTZMANN * t)) for t in temperatures}


def test_planted_activation_energy_is_recovered(planted):
    energy = 0.2
    found, _ = planted(rates_of(energy), extrapolate_to=(300.0, 350.0))
    assert len(by_name(found, "tracer_diffusivity")) == 3 + 1
    activation = found.quantity("activation_energy")
    assert abs(activation.number - energy) < 3 * activation.uncertainty
    for target, conductivity in (
        (300, found.quantity("bulk_ionic_conductivity_300K")),
        (350, found.quantity("bulk_ionic_conductivity", temperature=350)),
    ):
        diffusivity = 25 * math.exp(-energy / (BOLTZMANN * target)) * SITE_DISTANCE**2 / 6 * 1e-4
        expected = diffusivity * conductivity_per_diffusivity(IONS, 1, 1000.0, target)
        assert abs(math.log(conductivity.number / expected)) < 3 * conductivity.uncertainty / conductivity.number
        assert "Haven ratio 1" in conductivity.method
    prefactor = found.quantity("diffusivity_prefactor")
    assert abs(math.log(prefactor.number / (25 * 9 / 6 * 1e-4))) < 3 * prefactor.uncertainty / prefactor.number


def test_tensor_and_haven_ratio_of_independent_walks(planted):
    found, _ = planted({700.0: 2.0}, relative_uncertainty=0.05, duration=40.0)
    tracer = found.quantity("tracer_diffusivity", temperature=700)
    tensor = np.array(found.quantity("tracer_diffusivity_tensor", temperature=700).value)
    # The planted cell has no symmetry, so that nothing is averaged.
    assert np.trace(tensor) / 3 == pytest.approx(tracer.number, rel=1e-6)
    spread = found.quantity("tracer_diffusivity_tensor", temperature=700).uncertainty
    assert np.abs(tensor - 3e-4 * np.eye(3)).max() < 4 * spread
    haven = by_name(found, "haven_ratio")
    assert all(abs(ratio.number - 1) < 3 * ratio.uncertainty for ratio in haven)


def test_run_goes_on_until_it_is_precise_enough_or_its_time_is_spent(planted):
    _, lengths = planted({700.0: 1.0}, duration=20.0, max_duration=60.0, relative_uncertainty=1e-6)
    assert lengths == [20.0, 30.0, 45.0, 60.0]
    _, lengths = planted({700.0: 1.0}, duration=20.0, max_duration=60.0, relative_uncertainty=0.9)
    assert lengths == [20.0]
    found, lengths = planted({700.0: 0.001}, duration=20.0, max_duration=30.0)
    assert lengths == [20.0, 30.0]
    (bound,) = by_name(found, "tracer_diffusivity")
    assert bound.bound == "upper" and bound.uncertainty is None


def test_two_temperatures_are_not_extrapolated(planted):
    found, _ = planted({700.0: 0.001, 850.0: 0.5, 1000.0: 0.8})
    assert not by_name(found, "activation_energy") and not by_name(found, "bulk_ionic_conductivity_300K")
    assert [quantity.bound for quantity in by_name(found, "tracer_diffusivity")] == ["upper", None, None]
    assert any("only 2 of 3 temperatures had enough hops" in note for note in found.notes)
    assert any("Not measured at 700 K (too slow" in note for note in found.notes)


def test_no_extrapolation_across_a_phase_change(planted):
    found, _ = planted(rates_of(0.2), latent_heat=lambda temperature: 0.05 if temperature > 800 else 0.0)
    assert not by_name(found, "activation_energy")
    assert any("between 700 and 850 K as only a phase change" in note for note in found.notes)


def test_temperature_that_explodes_is_left_out(planted):
    found, _ = planted({700.0: 0.5, 1000.0: None})
    assert len(by_name(found, "tracer_diffusivity")) == 1
    assert any("1000 K: the dynamics exploded" in note for note in found.notes)
    with pytest.raises(StageFailure, match="exploded"):
        planted({1000.0: None})


def test_replicas_are_averaged_and_their_scatter_counts(planted):
    found, lengths = planted({700.0: 1.0}, replicas=4, relative_uncertainty=0.9)
    (mean,) = by_name(found, "tracer_diffusivity")
    runs = mean.provenance["runs"]
    assert len(lengths) == len(runs) == 4 and len({run["seed"] for run in runs}) == 4
    assert mean.number == pytest.approx(np.mean([run["value"] for run in runs]))
    scatter = np.std([run["value"] for run in runs], ddof=1) / 2
    assert mean.uncertainty >= scatter
    assert abs(mean.number - 1.5e-4) < 3 * mean.uncertainty


def test_mean_with_a_bound_is_a_bound():
    from atomscreen.core.quantity import Quantity

    at = {"temperature": 700.0}
    measured = Quantity("tracer_diffusivity", 1e-6, 1e-7, conditions=at)
    bound = Quantity("tracer_diffusivity", 3e-7, conditions=at, bound="upper")
    mean = mean_of([measured, bound])
    assert mean.bound == "upper" and mean.uncertainty is None
    assert mean.number == pytest.approx((1e-6 + 1.645e-7 + 3e-7) / 2)
    assert mean_of([measured]) is measured
    slow = Quantity("tracer_diffusivity", 3e-7, conditions=at, bound="upper", method="CHGNet, 95 % bound")
    assert mean_of([measured, slow]).method == "CHGNet, 95 % bound, mean of 2 runs"


def test_scatter_of_a_tensor_is_that_of_its_diagonal():
    from atomscreen.core.quantity import Quantity

    generator = np.random.default_rng(0)
    found = []
    for _ in range(2000):
        runs = [np.diag(1 + 0.3 * generator.normal(size=3)) for _ in range(4)]
        at = {"temperature": 700.0}
        quantities = [Quantity("tracer_diffusivity_tensor", run.tolist(), 0.0, conditions=at) for run in runs]
        found.append(mean_of(quantities).uncertainty)
    # 0.3 over the root of 4 runs; variances of three components are averaged, of 9 degrees of freedom.
    assert np.sqrt(np.mean(np.square(found))) == pytest.approx(0.15, rel=0.03)


def test_plain_call_goes_on_where_it_was_too(monkeypatch):
    """Without a folder of its own a run that is made longer does not begin anew."""
    steps = []
    from atomscreen.interatomic.dynamics.integrator import Dynamics

    step = Dynamics.step
    monkeypatch.setattr(Dynamics, "step", lambda *given, **more: (steps.append(1), step(*given, **more))[1])
    run_stage(
        "molecular_dynamics",
        metal("Al", 4.05, "Al"),
        temperature=500.0,
        potential=EMT,
        duration=5.0,
        max_duration=8.0,
        equilibration=1.0,
        time_step=4.0,
        min_width=8.0,
    )
    assert len(steps) == round((1.0 + 8.0) / 0.004)


def metal(symbol: str, edge: float, ion: str) -> Candidate:
    structure = Structure.from_spacegroup("Fm-3m", Lattice.cubic(edge), [symbol], [[0, 0, 0]])
    return Candidate(symbol, {"input": structure, "relaxed": structure}, working_ion=ion)


def test_stages_refuse_what_makes_no_sense():
    with pytest.raises(StructureRefused, match="no Li"):
        run_stage("molecular_dynamics", metal("Cu", 3.61, "Li"), potential=EMT)
    with pytest.raises(StageFailure, match="'Cu' is not a working ion"):
        run_stage("molecular_dynamics", metal("Cu", 3.61, "Cu"), potential=EMT)
    with pytest.raises(UsageError, match="must differ from each other"):
        get_stage("diffusivity").check({"temperatures": (700.0, 700.0)})


def test_solid_metal_is_too_slow_to_measure(tmp_path):
    # A perfect crystal far below its melting point: no vacancies, so no diffusion at all.
    from atomscreen.campaign.single import working_folder

    with working_folder(tmp_path):
        found = run_stage(
            "molecular_dynamics",
            metal("Al", 4.05, "Al"),
            temperature=500.0,
            potential=EMT,
            duration=5.0,
            max_duration=5.0,
            equilibration=0.5,
            time_step=4.0,
            cell="isotropic",
            cell_equilibration=3.0,
        )
    bound = found.quantity("tracer_diffusivity", temperature=500)
    assert bound.bound == "upper" and bound.uncertainty is None
    assert found.quantity("hops_per_ion", temperature=500).number == 0
    energy = found.quantity("thermal_potential_energy", temperature=500)
    assert energy.number == pytest.approx(1.5 * BOLTZMANN * 500, rel=0.15)  # EMT's aluminium is soft
    (trajectory,) = (tmp_path / "files").glob("*/run.nc")
    assert trajectory.stat().st_size > 1000


def test_parameters_carry_units():
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
        {"temperature": 700},
    ):
        with pytest.raises(UsageError):
            stage.check(bad)
