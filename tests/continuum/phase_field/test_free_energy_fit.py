"""Fits: energies are gone through, potentials given back, and barriers that a plateau hides are continued."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomscreen.continuum.phase_field.coexistence import binodal, common_tangent, critical_temperature, spinodal
from atomscreen.continuum.phase_field.free_energy import FreeEnergy
from atomscreen.continuum.phase_field.free_energy_fit import MOST_TERMS, from_potential, swings, through_energies
from atomscreen.core.errors import UsageError

FARADAY = 96485.33212
QUARTERS = [0.25, 0.5, 0.75]


@settings(deadline=None)
@given(st.lists(st.floats(-2e4, 2e4), min_size=1, max_size=5))
def test_the_polynomial_goes_through_the_energies(energies):
    contents = [(i + 1) / (len(energies) + 1) for i in range(len(energies))]
    found = through_energies(contents, energies, 298.15)
    excess = found.at(np.array(contents)) - FreeEnergy((), 298.15).at(np.array(contents))
    assert excess == pytest.approx(energies, abs=1e-7 * (1 + max(map(abs, energies))))


@pytest.mark.parametrize("interaction", [-3e4, 0.0, 1.2e4])
def test_a_regular_solution_comes_back(interaction):
    found = through_energies(QUARTERS, [interaction * x * (1 - x) for x in QUARTERS], 298.15)
    assert found.interactions == pytest.approx((interaction, 0.0, 0.0), abs=1e-6)


def test_energies_that_tell_of_no_separation_make_none():
    # A deep ordered content between shallow ones: the quartic through them bends the wrong way near both ends, where
    # the energies are convex.
    energies = [-7858.0, -13361.0, -8919.0]
    alone = FreeEnergy(tuple(np.linalg.solve(_basis(QUARTERS), energies)), 298.15)
    assert swings(alone, QUARTERS, energies) and len(spinodal(alone)) == 2
    found = through_energies(QUARTERS, energies, 298.15)
    assert spinodal(found) == () and 3 < len(found.interactions) <= MOST_TERMS
    # Convex at the 101 contents it is held at, and so next to convex between them.
    assert critical_temperature(found) < 5
    excess = found.at(np.array(QUARTERS)) - FreeEnergy((), 298.15).at(np.array(QUARTERS))
    assert excess == pytest.approx(energies, rel=1e-9)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(-2e4, 2e4), min_size=3, max_size=3), st.floats(10.0, 1000.0))
def test_the_interactions_are_the_same_at_every_temperature(energies, temperature):
    here, there = (through_energies(QUARTERS, energies, one) for one in (298.15, temperature))
    assert here.interactions == there.interactions


@settings(deadline=None, max_examples=30)
@given(st.floats(-3e4, -1e4), st.lists(st.floats(0.0, 1e4), min_size=3, max_size=3))
def test_what_is_convex_stays_so(interaction, corners):
    # Energies of a regular solution that mixes, with a corner downwards at each content, of less depth than itself.
    x = np.array(QUARTERS)
    energies = interaction * x * (1 - x)
    for corner, at in zip(corners, QUARTERS, strict=True):
        energies -= corner * np.minimum(x, at) * (1 - np.maximum(x, at))
    found = through_energies(QUARTERS, energies.tolist(), 298.15)
    # A touch of the wrong sign is left between the 101 contents at which it is held to the shape.
    assert critical_temperature(found) < 10 and not swings(found, QUARTERS, energies.tolist())


def test_a_corner_too_sharp_for_a_polynomial_swings_and_that_is_told():
    energies = [-1437.5, -2750.0, -1437.5]
    found = through_energies(QUARTERS, energies, 298.15)
    assert len(found.interactions) == MOST_TERMS and swings(found, QUARTERS, energies)
    assert found.at(0.5) - FreeEnergy((), 298.15).at(0.5) == pytest.approx(-2750.0)


def test_energies_that_tell_of_two_gaps_keep_them():
    energies = [-879.0, -5044.0, 11.0]
    found = through_energies(QUARTERS, energies, 298.15)
    assert len(binodal(found)) == 2 and not swings(found, QUARTERS, energies)


@pytest.mark.parametrize(
    "contents", [[], [0.0, 0.5], [0.5, 1.0], [0.5, 0.25], [0.5, 0.5], [i / 20 for i in range(1, 20)]]
)
def test_contents_that_make_no_polynomial_are_refused(contents):
    with pytest.raises(UsageError, match="contents"):
        through_energies(contents, [1.0] * len(contents), 298.15)


def _basis(contents):
    x = np.array(contents)
    return (x * (1 - x))[:, None] * (2 * x[:, None] - 1) ** np.arange(len(x))


def potential_of(energy, x, mean, charge):
    return mean - energy.chemical_potential(x) / (charge * FARADAY)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(-2e4, 4e3), min_size=1, max_size=3), st.floats(0.1, 4.5), st.sampled_from([1, 2]))
def test_the_potential_of_a_solid_solution_gives_its_free_energy_back(interactions, mean, charge):
    energy, x = FreeEnergy(tuple(interactions), 298.15), np.linspace(0.005, 0.995, 100)
    found, voltage = from_potential(x, potential_of(energy, x, mean, charge), (), charge, 298.15)
    assert voltage == pytest.approx(mean, abs=1e-8)
    # With more terms than it has, least squares leave rounding in them.
    assert found.at(x) == pytest.approx(energy.at(x), abs=1e-5)


@pytest.mark.parametrize("interactions", [(8e3,), (1.1e4,), (9e3, 1.5e3)])
def test_a_plateau_is_continued_from_the_phases_beside_it(interactions):
    energy = FreeEnergy(interactions, 298.15)
    (gap,) = binodal(energy)
    x = np.unique(np.concatenate([np.linspace(0.004, 0.996, 125), gap]))
    slopes = np.where((x > gap[0]) & (x < gap[1]), energy.chemical_potential(gap[0]), energy.chemical_potential(x))
    found, voltage = from_potential(x, 3.4 - slopes / FARADAY, (gap,), 1, 298.15)
    assert voltage == pytest.approx(3.4, abs=1e-6)
    assert binodal(found)[0] == pytest.approx(gap, abs=1e-5)
    assert common_tangent(found, x) == pytest.approx(common_tangent(energy, x), abs=0.5)


@pytest.mark.parametrize("gap", [(0.0, 0.5), (0.5, 1.0)])
def test_a_plateau_that_reaches_an_end_is_refused(gap):
    x = np.linspace(0.1, 0.9, 9)
    with pytest.raises(UsageError, match="reaches"):
        from_potential(x, 3.5 - 0.1 * x, (gap,), 1, 298.15)


def test_too_few_points_are_refused():
    with pytest.raises(UsageError, match="too few"):
        from_potential([0.0, 0.5, 0.6, 1.0], [4.0, 3.5, 3.4, 3.0], (), 1, 298.15)
