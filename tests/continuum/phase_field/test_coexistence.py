"""What coexists: regular solutions in closed form, and the conditions of equilibrium for all others."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from atomscreen.continuum.phase_field.coexistence import binodal, common_tangent, critical_temperature, spinodal
from atomscreen.continuum.phase_field.free_energy import FreeEnergy

THERMAL = FreeEnergy((), 298.15).thermal

interactions = st.lists(st.floats(-4e4, 4e4), min_size=1, max_size=6).map(tuple)


@settings(deadline=None)
@given(st.floats(2.05, 30))
def test_a_regular_solution_coexists_as_its_closed_form_says(strength):
    energy = FreeEnergy((strength * THERMAL,), 298.15)
    ((low, high),) = binodal(energy)
    exact = brentq(lambda s: s - strength * math.tanh(s / 2), 1e-3, 40, xtol=1e-14)  # s = ln[(1 − x)/x]
    assert low == pytest.approx(1 / (1 + math.exp(exact)), abs=1e-10)
    assert high == pytest.approx(1 - low, abs=1e-10)
    # ln[x/(1 − x)] = (Ω/RT)(2x − 1)
    assert math.log(low / (1 - low)) == pytest.approx(strength * (2 * low - 1), abs=1e-10)
    ((first, last),) = spinodal(energy)
    root = math.sqrt(1 - 2 / strength)
    assert (first, last) == pytest.approx(((1 - root) / 2, (1 + root) / 2), abs=1e-10)


@pytest.mark.parametrize("strength", [-10.0, 0.0, 1.0, 1.999, 2.0])
def test_a_regular_solution_above_its_critical_temperature_is_one_phase(strength):
    energy = FreeEnergy((strength * THERMAL,), 298.15)
    assert spinodal(energy) == binodal(energy) == ()
    x = np.linspace(0, 1, 21)
    assert common_tangent(energy, x) == pytest.approx(energy.at(x))


@pytest.mark.parametrize("below", [1e-5, 1e-4, 1e-3, 1e-2])
def test_just_below_the_critical_temperature_the_gap_closes_with_its_root(below):
    # With u the width, artanh(u)/u = T_c/T: u² = 3 (1 − T/T_c) to first order, and what follows is of that order.
    energy = FreeEnergy((2 * THERMAL / (1 - below),), 298.15)
    ((low, high),) = binodal(energy)
    assert high - low == pytest.approx(math.sqrt(3 * below), rel=2 * below + 1e-6)


def test_a_phase_that_dissolves_next_to_nothing_is_exact():
    energy = FreeEnergy((100 * THERMAL,), 298.15)
    ((low, _),) = binodal(energy)
    assert math.log(low) == pytest.approx(-100, rel=1e-12)


@settings(deadline=None)
@given(interactions)
def test_coexisting_phases_have_the_same_chemical_potentials(given_interactions):
    energy = FreeEnergy(given_interactions, 298.15)
    scale = THERMAL + sum(map(abs, given_interactions))
    unstable = spinodal(energy)
    gaps = binodal(energy)
    assert bool(gaps) == bool(unstable)
    for low, high in gaps:
        assert any(low <= first and last <= high for first, last in unstable)
        # Newton's steps near a critical point are rounding where the gap is narrow; contents near 0 or 1 have lost the
        # digits that their logarithms had.
        if high - low < 0.02 or low < 1e-6 or high > 1 - 1e-6:
            continue
        ends = np.array([low, high])
        ions = energy.chemical_potential(ends)
        assert ions[0] == pytest.approx(ions[1], abs=1e-8 * scale)
        assert np.diff(energy.at(ends))[0] == pytest.approx(ions[0] * (high - low), abs=1e-8 * scale)
    assert all(low < high for low, high in gaps)
    assert all(one[1] <= two[0] + 1e-9 for one, two in itertools.pairwise(gaps))


@settings(deadline=None, max_examples=50)
@given(interactions)
def test_what_is_in_equilibrium_is_convex_and_never_above(given_interactions):
    energy = FreeEnergy(given_interactions, 298.15)
    x = np.linspace(0.005, 0.995, 199)
    lowest = common_tangent(energy, x)
    scale = THERMAL + sum(map(abs, given_interactions))
    assert np.all(lowest <= energy.at(x) + 1e-9 * scale)
    assert np.all(np.diff(lowest, 2) >= -1e-9 * scale)


def test_two_gaps_about_an_ordered_content_and_one_tangent_over_two_spinodals():
    # A deep well at half content leaves two gaps; a shallow one within a barrier is bridged by one tangent.
    apart = FreeEnergy((-2e4, 0.0, 7e4), 298.15)
    assert len(spinodal(apart)) == len(binodal(apart)) == 2
    bridged = FreeEnergy((1.2e4, 0.0, 3e4, 0.0, 4e4), 298.15)
    assert len(binodal(bridged)) == 1
    low, high = binodal(bridged)[0]
    assert low == pytest.approx(1 - high, abs=1e-9)


@settings(deadline=None, max_examples=50)
@given(interactions)
def test_the_critical_temperature_is_where_the_spinodal_closes(given_interactions):
    critical = critical_temperature(FreeEnergy(given_interactions, 298.15))
    assert critical >= 0 or critical == pytest.approx(0, abs=1e-6)
    assert not spinodal(FreeEnergy(given_interactions, max(critical, 0.0) * 1.001 + 1e-3))
    if critical > 1:
        assert spinodal(FreeEnergy(given_interactions, critical * 0.99))


def test_the_critical_temperature_of_a_regular_solution():
    assert critical_temperature(FreeEnergy((1.1e4,), 298.15)) == pytest.approx(1.1e4 / (2 * 8.31446261815324), rel=1e-9)
    assert critical_temperature(FreeEnergy((-1.1e4,), 298.15)) == pytest.approx(0.0, abs=1e-9)
