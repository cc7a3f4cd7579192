"""Configurations: limits of temperature, and the chain of repelling neighbours, which is solved exactly."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomscreen.continuum.phase_field.configurations import configurational_energy
from atomscreen.core.errors import UsageError

GAS = 8.31446261815324


def ring(sites: int, ions: int, pair: float) -> tuple[list[float], list[int]]:
    """Energies in J per mole of sites, and multiplicities, of ions on a ring whose neighbours cost ``pair`` J/mol."""
    found = Counter(
        sum(place in chosen and (place + 1) % sites in chosen for place in range(sites))
        for chosen in map(frozenset, itertools.combinations(range(sites), ions))
    )
    return [pair * pairs / sites for pairs in found], list(found.values())


@settings(deadline=None)
@given(st.floats(-2e4, 2e4), st.floats(50, 2000), st.lists(st.integers(1, 20), min_size=1, max_size=5))
def test_configurations_of_one_energy_are_an_ideal_solution(energy, temperature, multiplicities):
    found = configurational_energy([energy] * len(multiplicities), multiplicities, 4, temperature)
    assert found == pytest.approx(energy, rel=1e-12, abs=1e-9)


def test_heat_gives_the_mean_and_cold_the_lowest_with_its_order():
    energies, multiplicities = [-500.0, 100.0, 800.0], [2, 3, 1]
    mean = np.average(energies, weights=multiplicities)
    assert configurational_energy(energies, multiplicities, 4, 1e8) == pytest.approx(mean, abs=0.01)
    cold = 5.0
    order = GAS * cold / 4 * math.log(6 / 2)
    assert configurational_energy(energies, multiplicities, 4, cold) == pytest.approx(-500 + order, abs=1e-6)


@pytest.mark.parametrize("strength", [-1.0, 0.5, 1.5])
def test_a_chain_of_interacting_neighbours_has_its_exact_free_energy(strength):
    # With half of the sites taken it is Ising's chain without a field: F/N = w/4 − RT ln[2 cosh(w/4RT)], w the energy of
    # a pair. A ring of N sites is off by a term in 1/N, which two sizes tell; what is left falls with 1/N².
    temperature = 300.0
    thermal = GAS * temperature
    pair = strength * thermal
    exact = pair / 4 - thermal * math.log(2 * math.cosh(pair / (4 * thermal)))

    def of_ring(sites: int) -> float:
        return configurational_energy(*ring(sites, sites // 2, pair), sites, temperature) - thermal * math.log(2)

    assert abs(of_ring(16) - exact) < 0.03 * thermal
    left = [2 * of_ring(2 * sites) - of_ring(sites) - exact for sites in (4, 8)]
    assert abs(left[1]) < abs(left[0]) / 3


@pytest.mark.parametrize(
    ("energies", "multiplicities", "sites", "temperature"),
    [([], [], 4, 300), ([1.0], [1, 2], 4, 300), ([1.0], [0], 4, 300), ([1.0], [1], 0, 300), ([1.0], [1], 4, 0)],
)
def test_what_are_no_configurations_is_refused(energies, multiplicities, sites, temperature):
    with pytest.raises(UsageError, match=r"configurations"):
        configurational_energy(energies, multiplicities, sites, temperature)
