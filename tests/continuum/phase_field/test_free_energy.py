"""Free energy against content: its derivatives, its limits, and the strain of coherent crystals."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from atomscreen.continuum.phase_field.free_energy import FreeEnergy, basis, basis_slopes
from atomscreen.core.errors import UsageError

GAS = 8.31446261815324

energies = st.builds(
    FreeEnergy,
    st.lists(st.floats(-5e4, 5e4), max_size=6).map(tuple),
    st.floats(100, 1500),
)
inside = st.floats(0.02, 0.98)


@settings(deadline=None)
@given(energies, inside)
def test_chemical_potential_and_curvature_are_the_derivatives(energy, content):
    # Differences of fourth order with a step of 1e-3 are exact to 1e-9 of the scale of sixth derivatives here.
    step = 1e-3 * min(content, 1 - content)
    places = content + step * np.array([-2, -1, 1, 2])
    weights = np.array([1, -8, 8, -1]) / (12 * step)
    scale = energy.thermal / min(content, 1 - content) + sum(map(abs, energy.interactions))
    assert weights @ energy.at(places) == pytest.approx(energy.chemical_potential(content), abs=1e-8 * scale)
    scale /= min(content, 1 - content)
    assert weights @ energy.chemical_potential(places) == pytest.approx(energy.curvature(content), abs=1e-8 * scale)


@settings(deadline=None, max_examples=30)
@given(energies, inside, inside, inside)
def test_the_integral_of_the_chemical_potential_depends_on_the_ends_only(energy, first, detour, last):
    def between(low, high):
        return quad(lambda x: float(energy.chemical_potential(x)), low, high, epsabs=1e-7, epsrel=1e-11)[0]

    gained = float(energy.at(last) - energy.at(first))
    scale = energy.thermal + sum(map(abs, energy.interactions))
    assert between(first, last) == pytest.approx(gained, abs=1e-9 * scale)
    assert between(first, detour) + between(detour, last) == pytest.approx(gained, abs=1e-9 * scale)


def test_a_regular_solution_is_written_out():
    x, energy = np.linspace(0.01, 0.99, 33), FreeEnergy((7000.0,), 350.0)
    thermal = GAS * 350
    assert energy.at(x) == pytest.approx(thermal * (x * np.log(x) + (1 - x) * np.log(1 - x)) + 7000 * x * (1 - x))
    assert energy.chemical_potential(x) == pytest.approx(thermal * np.log(x / (1 - x)) + 7000 * (1 - 2 * x))
    assert energy.curvature(x) == pytest.approx(thermal / (x * (1 - x)) - 2 * 7000)


def test_the_ends_have_no_free_energy_and_no_finite_chemical_potential():
    energy = FreeEnergy((1e4, -3e3), 298.15)
    assert energy.at(np.array([0.0, 1.0])).tolist() == [0.0, 0.0]
    assert energy.chemical_potential(np.array([0.0, 1.0])).tolist() == [-math.inf, math.inf]


def test_interactions_of_odd_order_change_sign_with_ions_and_vacancies_exchanged():
    x = np.linspace(0.05, 0.95, 19)
    mirrored = FreeEnergy((2e3, 5e3, -1e3, -4e3), 300.0).at(1 - x)
    assert FreeEnergy((2e3, -5e3, -1e3, 4e3), 300.0).at(x) == pytest.approx(mirrored)


def test_a_coherent_crystal_has_its_strain_energy_up_to_a_straight_line():
    energy, modulus, concentration, mean = FreeEnergy((1.1e4, 2e3), 298.0), 0.19e9, 22900.0, 0.37
    x = np.linspace(0.01, 0.99, 50)
    strain = 0.5 * modulus / concentration * (x - mean) ** 2
    difference = energy.at(x) + strain - energy.with_coherency(modulus, concentration).at(x)
    assert np.diff(difference, 2) == pytest.approx(np.zeros(48), abs=1e-9)
    assert energy.with_coherency(modulus, concentration).curvature(0.4) - energy.curvature(0.4) == pytest.approx(
        modulus / concentration
    )
    assert FreeEnergy((), 298.0).with_coherency(modulus, concentration).interactions == pytest.approx(
        (-modulus / concentration / 2,)
    )


def test_basis_is_what_interactions_add():
    x = np.linspace(0.1, 0.9, 9)
    interactions = np.array([3e3, -2e3, 5e2])
    added = FreeEnergy(tuple(interactions), 300.0).at(x) - FreeEnergy((), 300.0).at(x)
    assert basis(x, 3) @ interactions == pytest.approx(added)
    slope = FreeEnergy(tuple(interactions), 300.0).chemical_potential(x) - FreeEnergy((), 300.0).chemical_potential(x)
    assert basis_slopes(x, 3) @ interactions == pytest.approx(slope)


@pytest.mark.parametrize("temperature", [0.0, -3.0, math.nan, math.inf])
def test_a_temperature_that_is_none_is_refused(temperature):
    with pytest.raises(UsageError, match="temperature"):
        FreeEnergy((1e3,), temperature)


def test_other_bad_input_is_refused():
    with pytest.raises(UsageError, match="finite"):
        FreeEnergy((math.nan,), 300.0)
    with pytest.raises(UsageError, match="from 0 to 1"):
        FreeEnergy((1e3,), 300.0).at(1.01)
