"""Thermostats and the integrator against closed forms: canonical kinetic energy, equipartition, conserved energy."""

import numpy as np
import pytest

from atomscreen.core.errors import UsageError
from atomscreen.interatomic.dynamics.integrator import Dynamics
from atomscreen.interatomic.dynamics.thermostats import Langevin, NoseHooverChain, VelocityRescaling, thermostat
from atomscreen.interatomic.relaxation import to_atoms
from tests.interatomic.model_potentials import ShiftedLennardJones, Springs, argon

NAMES = ["velocity_rescaling", "langevin", "nose_hoover_chain"]


def moving(name, time_step, temperature=25.0, seed=0):
    return Dynamics(
        to_atoms(argon()),
        ShiftedLennardJones(),
        time_step=time_step,
        thermostat_name=name,
        temperature=temperature,
        seed=seed,
    )


@pytest.mark.parametrize("kind", ["velocity_rescaling", "langevin"])
def test_kinetic_energy_of_free_particles_is_gamma_distributed(kind):
    from scipy.stats import gamma, kstest

    atoms, kt = 5, 0.1
    freedom = 3 * atoms - 3
    generator = np.random.default_rng(1)
    chosen = VelocityRescaling(freedom, 1.0, generator) if kind == "velocity_rescaling" else Langevin(1.0, generator)
    masses = np.array([1.0, 7, 16, 31, 207])[:, None]
    momenta = np.sqrt(masses) * generator.standard_normal((atoms, 3))
    momenta -= masses / masses.sum() * momenta.sum(axis=0)
    energies = []
    for _ in range(4000):
        # Momenta are forgotten as exp(-t): after three times the relaxation time samples are all but independent.
        chosen.apply(momenta, masses, kt, 3.0)
        energies.append((momenta**2 / masses).sum() / 2)
    assert np.abs(momenta.sum(axis=0)).max() < 1e-12
    # A right sampler fails one seed in a thousand; the seed is fixed.
    assert kstest(energies[1:], gamma(freedom / 2, scale=kt).cdf).pvalue > 1e-3


def test_langevin_spreads_the_energy_evenly_over_masses():
    generator = np.random.default_rng(2)
    masses = np.array([1.0, 7, 16, 31, 207])[:, None]
    momenta, total, kt, repeats = np.zeros((5, 3)), np.zeros(5), 0.1, 6000
    langevin = Langevin(1.0, generator)
    for _ in range(repeats):
        langevin.apply(momenta, masses, kt, 3.0)
        total += (momenta**2 / masses).sum(axis=1)
    # With the centre of mass at rest an atom of mass m has 3 (1 - m/M) degrees of freedom; each has a variance of 2.
    freedom = 3 * (1 - masses[:, 0] / masses.sum())
    np.testing.assert_allclose(total / repeats / kt, freedom, atol=4 * np.sqrt(2 * 3 / repeats))


@pytest.mark.parametrize("name", NAMES)
def test_crystal_samples_the_canonical_kinetic_energy(name):
    run = moving(name, 5.0)
    samples = []
    for step in range(8_000):
        run.step(25.0)
        if step >= 800:
            samples.append(run.temperature)
    samples = np.array(samples)
    # Independent samples by the series itself: blocks of 1.5 ps, longer than any memory of the kinetic energy.
    blocks = samples.reshape(24, -1)
    error = blocks.mean(axis=1).std(ddof=1) / np.sqrt(24)
    assert samples.mean() == pytest.approx(25, abs=4 * error)
    spread = ((blocks - 25) ** 2).mean(axis=1)
    # Relative variance 2/f for f degrees of freedom.
    expected = 25**2 * 2 / run.freedom
    assert spread.mean() == pytest.approx(expected, abs=4 * spread.std(ddof=1) / np.sqrt(24))
    assert np.abs(run.momenta.sum(axis=0)).max() < 1e-10


@pytest.mark.parametrize("name", [None, *NAMES])
def test_conserved_energy_stays_and_its_error_is_of_second_order(name):
    errors = []
    for time_step in (10.0, 5.0):
        run = moving(name, time_step, seed=3)
        energies = []
        for _ in range(round(4000 / time_step)):
            run.step(25.0)
            energies.append(run.conserved_energy)
        errors.append(np.std(energies))
        # The kinetic energy alone fluctuates by k_B T sqrt(f/2) = 23 meV here.
        drift = np.polyfit(np.linspace(0, 4, len(energies)), energies, 1)[0] / 32
        assert abs(drift) < 2e-6  # eV/atom/ps: a thousandth of what is let pass
    if name is None:  # the others take heat by chance
        assert errors[0] / errors[1] == pytest.approx(4, rel=0.25)


def test_verlet_oscillates_at_the_frequency_known_for_it():
    atoms = to_atoms(argon())
    atoms.set_masses([1.0] * 32)
    omega = 0.3
    run = Dynamics(
        atoms,
        Springs(atoms.positions.copy(), np.ones(32), omega),
        time_step=1.0,
        thermostat_name=None,
        temperature=300,
        seed=0,
    )
    start, step = run.momenta.copy(), run.time_step
    # A step of velocity Verlet turns the phase by 2 arcsin(ω Δt/2).
    phase = 2 * np.arcsin(omega * step / 2)
    for _ in range(100):
        run.step(300.0)
    np.testing.assert_allclose(run.momenta, start * np.cos(100 * phase), atol=1e-10 * np.abs(start).max())


def test_chain_is_reversible_and_remembers():
    chain = NoseHooverChain(12, 0.7)
    masses = np.array([1.0, 7, 16, 31, 207])[:, None]
    momenta = np.sqrt(masses) * np.random.default_rng(0).standard_normal((5, 3))
    start = momenta.copy()
    for interval in (0.05, 0.05, -0.05, -0.05):
        chain.apply(momenta, masses, 0.1, interval)
    np.testing.assert_allclose(momenta, start, rtol=1e-12)
    np.testing.assert_allclose(chain.memory, 0, atol=1e-13)


def test_unknown_thermostat_is_answered_with_the_near_name():
    with pytest.raises(UsageError, match="did you mean 'langevin'"):
        thermostat("langevine", 3, 1.0, np.random.default_rng(0))
