"""Arrhenius lines and phase changes: exact lines, repeated measurements, planted bends and latent heats."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomscreen.core.errors import UsageError
from atomscreen.properties.transport.arrhenius import arrhenius
from atomscreen.properties.transport.phase_change import phase_changes, unseen_latent_heat

BOLTZMANN = 8.617333262e-5


@settings(deadline=None)
@given(st.floats(0.05, 1.2), st.floats(-12, -2))
def test_arrhenius_line_is_recovered_exactly(energy, log_prefactor):
    temperatures = np.array([600.0, 750.0, 900.0, 1100.0])
    values = np.exp(log_prefactor - energy / (BOLTZMANN * temperatures))
    fit = arrhenius(temperatures, values, 0.1 * values)
    assert fit.activation_energy == pytest.approx(energy, rel=1e-7)
    assert fit.log_diffusivity(300)[0] == pytest.approx(log_prefactor - energy / (BOLTZMANN * 300), rel=1e-7)
    assert fit.straight


def test_uncertainties_are_those_of_repeated_measurements():
    generator = np.random.default_rng(0)
    temperatures = np.array([700.0, 850.0, 1000.0])
    spread = np.array([0.2, 0.15, 0.1])
    truth = -6.0 - 0.3 / (BOLTZMANN * temperatures)
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


def test_bend_is_seen_as_often_as_its_error_allows():
    generator = np.random.default_rng(1)
    temperatures = np.array([600.0, 700.0, 800.0, 900.0, 1000.0, 1100.0])
    line = -6.0 - 0.3 / (BOLTZMANN * temperatures)
    bends = [
        arrhenius(temperatures, values, 0.1 * values).bend
        for values in np.exp(line + 0.1 * generator.normal(size=(1000, 6)))
    ]
    # A standard normal variable: mean to 0.03, standard deviation to 0.022; four times those.
    assert np.mean(bends) == pytest.approx(0, abs=0.13) and np.std(bends) == pytest.approx(1, abs=0.09)
    # 0.2 eV below 850 K, 0.6 eV above it: two lines that meet there.
    energies = np.where(temperatures < 850, 0.2, 0.6)
    broken = np.exp(-6.0 - energies * (1 / (BOLTZMANN * temperatures) - 1 / (BOLTZMANN * 850)))
    fit = arrhenius(temperatures, broken, 0.1 * broken)
    assert not fit.straight and fit.bend > 2.58


def test_curved_data_and_too_few_temperatures():
    assert not arrhenius([700, 850, 1000], [1e-6, 1e-5, 1.1e-5], [1e-7, 1e-6, 1e-6]).straight
    with pytest.raises(UsageError, match="three temperatures"):
        arrhenius([700, 850], [1e-6, 1e-5], [1e-7, 1e-6])
    with pytest.raises(UsageError, match="positive"):
        arrhenius([700, 850, 1000], [1e-6, -1e-5, 1e-5], [1e-7, 1e-6, 1e-6])


@settings(deadline=None)
@given(st.floats(1.1, 1.9))
def test_solid_without_a_change_has_none(heat_capacity):
    temperatures = [600.0, 800.0, 1000.0]
    assert phase_changes(temperatures, [heat_capacity * BOLTZMANN * t for t in temperatures], [1e-3] * 3) == []


def test_latent_heat_is_found_in_its_interval():
    temperatures = [600.0, 800.0, 1000.0]
    energies = [1.6 * BOLTZMANN * t + (0.03 if t > 700 else 0.0) for t in temperatures]
    assert phase_changes(temperatures, energies, [1e-3] * 3) == [(600.0, 800.0)]
    assert phase_changes(temperatures, energies, [2e-2] * 3) == []  # not beyond its error
    warmed = [1.5 * BOLTZMANN * t + 0.032 for t in temperatures]  # as much as AgI, below all runs
    assert phase_changes(temperatures, warmed, [1e-4] * 3) == [(0.0, 600.0)]
    assert unseen_latent_heat(600.0) < 0.032
    saddle = [1.5 * BOLTZMANN * t - 0.05 for t in temperatures]  # the relaxed structure was no minimum
    assert phase_changes(temperatures, saddle, [1e-3] * 3) == []
    melted = [energy + 0.1 for energy in energies]
    assert phase_changes(temperatures, melted, [1e-3] * 3)[0] == (0.0, 600.0)


def test_copper_is_harmonic_enough():
    """The potential energy of a real (EMT) crystal at 300 and 600 K, by the engine itself."""
    from ase.build import bulk
    from ase.calculators.emt import EMT
    from pymatgen.io.ase import AseAtomsAdaptor

    from atomscreen.interatomic.dynamics.molecular_dynamics import run_nvt

    atoms = bulk("Cu", cubic=True) * (2, 2, 2)
    atoms.calc = EMT()
    rest = atoms.get_potential_energy() / len(atoms)
    cell = AseAtomsAdaptor.get_structure(atoms)
    energies = []
    for temperature in (300.0, 600.0):
        run = run_nvt(cell, EMT(), temperature=temperature, duration=5.0, equilibration=1.0, time_step=5.0)
        energies.append(float(run.energies.mean()) / len(atoms) - rest)
    assert math.isclose(energies[0], 1.5 * BOLTZMANN * 300, rel_tol=0.1)
    assert phase_changes([300.0, 600.0], energies, [1e-3, 1e-3]) == []
