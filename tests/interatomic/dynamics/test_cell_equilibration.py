"""Cells at temperature and pressure against closed forms and against zero pressure found at constant volume."""

import numpy as np
import pytest

from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.interatomic.dynamics.barostat import StochasticCell, bulk_modulus
from atomscreen.interatomic.dynamics.cell_equilibration import equilibrate_cell, standard_error
from atomscreen.interatomic.dynamics.integrator import Dynamics
from atomscreen.interatomic.relaxation import to_atoms
from tests.interatomic.model_potentials import ElasticContainer, ShiftedLennardJones, WithHistory, argon

SHORT = {"temperature": 15.0, "duration": 2.0, "time_step": 5.0, "seed": 1, "heating": 0.0}


@pytest.mark.parametrize("isotropic", [True, False])
def test_volume_of_an_elastic_container_has_the_closed_distribution(isotropic):
    import ase.units
    from ase import Atoms
    from scipy.integrate import quad

    temperature, pressure, count = 1000.0, 0.5, 4
    atoms = Atoms(f"Ar{count}", scaled_positions=np.eye(4, 3) / 2, cell=[10.0] * 3, pbc=True)
    run = Dynamics(
        atoms, ElasticContainer(), time_step=10.0, thermostat_name="langevin", temperature=temperature, seed=1
    )
    barostat = StochasticCell(run, pressure=pressure, relaxation_time=0.1, isotropic=isotropic)
    volumes, pressures = [], []
    for _ in range(6_000):
        run.step(temperature)
        barostat.apply(temperature, run.time_step)
        volumes.append(atoms.get_volume())
        pressures.append(barostat.internal_pressure())
    kt, load = ase.units.kB * temperature, pressure * ase.units.GPa

    def weight(volume):
        # V^N exp(-(U + P V)/kT): N ideal particles in the container.
        energy = ElasticContainer.modulus * 1000 * np.log(volume / 1000) ** 2 / 2 + load * (volume - 1000)
        return np.exp(count * np.log(volume / 1000) - energy / kt)

    moments = [
        quad(lambda volume, power=power: volume**power * weight(volume), 200, 3000, points=[1000])[0]
        for power in range(3)
    ]
    mean = moments[1] / moments[0]
    spread = np.sqrt(moments[2] / moments[0] - mean**2)
    found = np.array(volumes[300:])
    assert found.mean() == pytest.approx(mean, abs=4 * standard_error(found))
    # An Euler step of 0.01 ps in a relaxation of 0.1 ps widens the distribution by 2.5 %; statistics add the rest.
    variances = (found - mean) ** 2
    assert variances.mean() == pytest.approx(spread**2, rel=0.05, abs=4 * standard_error(variances))
    # The virial theorem: the mean internal pressure is the outer one.
    assert np.mean(pressures[300:]) == pytest.approx(pressure, abs=4 * standard_error(np.array(pressures[300:])))


@pytest.mark.parametrize("cell", ["isotropic", "flexible"])
def test_crystal_has_the_volume_at_which_plain_ase_finds_no_pressure(cell):
    import ase.units
    from ase.md.langevin import Langevin
    from ase.md.velocitydistribution import MaxwellBoltzmannDistribution

    found = equilibrate_cell(argon(5.5), ShiftedLennardJones(), **{**SHORT, "duration": 25.0}, cell=cell)
    volumes, pressures, errors = [], [], []
    for edge in (5.54, 5.62):
        atoms, generator = to_atoms(argon(edge)), np.random.default_rng(5)
        atoms.calc = ShiftedLennardJones()
        MaxwellBoltzmannDistribution(atoms, temperature_K=15, rng=generator)
        dynamics = Langevin(
            atoms, 5 * ase.units.fs, temperature_K=15, friction=0.002 / ase.units.fs, fixcm=False, rng=generator
        )
        dynamics.run(400)
        samples = []
        for _ in range(250):
            dynamics.run(8)
            ideal = len(atoms) * ase.units.kB * 15 / atoms.get_volume()
            samples.append((ideal - np.trace(atoms.get_stress(voigt=False)) / 3) / ase.units.GPa)
        volumes.append(atoms.get_volume())
        pressures.append(np.mean(samples))
        errors.append(standard_error(np.array(samples)))
    slope = (volumes[1] - volumes[0]) / (pressures[1] - pressures[0])
    expected = volumes[0] - slope * pressures[0]
    error = np.hypot(found.volume_uncertainty, slope * np.hypot(*errors))
    # The curvature of V(P) between the two is worth half of (2 %)² times a Grüneisen-like 8: 0.2 %.
    assert found.volume == pytest.approx(expected, abs=4 * error + 0.002 * expected)
    assert error < 0.01 * expected
    # At rest the crystal is smaller: it expands.
    assert found.volume > 1.01 * at_rest()
    assert found.pressure == pytest.approx(0, abs=4 * found.pressure_uncertainty)
    assert found.structure.volume == pytest.approx(found.volume)
    np.testing.assert_allclose(found.structure.frac_coords, argon(5.5).frac_coords, atol=1e-12)
    assert (found.length_uncertainties < 0.2).all()


def at_rest():
    """Return the volume of the cell with the least energy in Å³."""
    from scipy.optimize import minimize_scalar

    def energy(edge):
        atoms = to_atoms(argon(edge))
        atoms.calc = ShiftedLennardJones()
        return atoms.get_potential_energy()

    return (2 * minimize_scalar(energy, bounds=(5.2, 5.8), method="bounded").x) ** 3


def test_bulk_modulus_is_the_curvature_of_the_energy():
    from ase.units import GPa

    energies, volumes = [], []
    for edge in (5.39, 5.4, 5.41):
        atoms = to_atoms(argon(edge))
        atoms.calc = ShiftedLennardJones()
        energies.append(atoms.get_potential_energy())
        volumes.append(atoms.get_volume())
    expected = 2 * volumes[1] * np.polyfit(volumes, energies, 2)[0] / GPa
    atoms = to_atoms(argon(5.4))
    atoms.calc = ShiftedLennardJones()
    # Both are finite differences, of other widths.
    assert bulk_modulus(atoms) == pytest.approx(expected, rel=0.02)
    assert atoms.get_volume() == pytest.approx(volumes[1])


class Killed(BaseException):
    pass


@pytest.mark.parametrize("cell", ["isotropic", "flexible"])
def test_interrupted_run_goes_on_to_the_same_cells(tmp_path, cell):
    class Dying(WithHistory):
        done = 0

        def calculate(self, *arguments, **named):
            type(self).done += 1
            if self.done > 230:
                raise Killed
            super().calculate(*arguments, **named)

    resume = {**SHORT, "cell": cell, "checkpoint": tmp_path / "cell.npz", "checkpoint_interval": 0.3}
    with pytest.raises(Killed):
        equilibrate_cell(argon(5.58), Dying(), **resume)
    again = equilibrate_cell(argon(5.58), WithHistory(), **resume)
    whole = equilibrate_cell(argon(5.58), WithHistory(), **{**resume, "checkpoint": None})
    np.testing.assert_array_equal(again.lattices, whole.lattices)
    assert again.pressure == whole.pressure
    longer = equilibrate_cell(argon(5.58), WithHistory(), **{**resume, "duration": 2.5})
    np.testing.assert_array_equal(longer.lattices[:100], whole.lattices)
    with pytest.raises(UsageError, match="another run"):
        equilibrate_cell(argon(5.5), WithHistory(), **{**resume, "pressure": 0.1})


def test_melt_or_vapour_is_refused():
    with pytest.raises(StageFailure, match=r"the volume changed by \+\d+ %|the framework melted"):
        equilibrate_cell(argon(5.5), ShiftedLennardJones(), **{**SHORT, "temperature": 150.0, "duration": 20.0})


def test_volume_that_still_drifts_is_refused():
    class Swelling(ShiftedLennardJones):
        """Atoms that grow while they are watched."""

        def calculate(self, *arguments, **named):
            self.sigma += 1e-4
            super().calculate(*arguments, **named)

    with pytest.raises(StageFailure, match=r"the volume still drifts at 15 K: by \+"):
        equilibrate_cell(argon(5.45), Swelling(), **{**SHORT, "duration": 5.0})


@pytest.mark.parametrize("change", [{"temperature": -1.0}, {"duration": 0.0}, {"cell": "cubic"}])
def test_senseless_settings_are_refused(change):
    with pytest.raises(UsageError):
        equilibrate_cell(argon(), ShiftedLennardJones(), **{**SHORT, **change})


def test_standard_error_of_an_autoregressive_series():
    generator, repeats, length, memory = np.random.default_rng(0), 200, 2000, 0.9
    noise = generator.normal(size=(repeats, length))
    series = np.zeros_like(noise)
    series[:, 0] = noise[:, 0] / np.sqrt(1 - memory**2)
    for step in range(1, length):
        series[:, step] = memory * series[:, step - 1] + noise[:, step]
    estimates = np.array([standard_error(one) for one in series])
    # The variance of the mean is that of white noise over (1 - memory)²; 200 means know it to 5 %.
    assert estimates.mean() == pytest.approx(1 / (1 - memory) / np.sqrt(length), rel=0.1)
    assert series.mean(axis=1).std() == pytest.approx(estimates.mean(), rel=0.2)
