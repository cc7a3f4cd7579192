"""Interfaces: what the literature has of LiFePO4, the limit near a critical point, and how all goes with κ."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomscreen.continuum.phase_field.coexistence import binodal
from atomscreen.continuum.phase_field.free_energy import FreeEnergy
from atomscreen.continuum.phase_field.gradient_energy import (
    beyond_tangent,
    gradient_coefficient,
    interface_energy,
    interface_width,
)
from atomscreen.core.errors import UsageError
from tests.continuum.phase_field.examples import IRON_PHOSPHATE, KAPPA, SITES, STRAIN_MODULUS


def test_the_interface_of_lithium_iron_phosphate_has_the_published_energy():
    # D. A. Cogswell and M. Z. Bazant, ACS Nano 6, 2215 (2012), doi:10.1021/nn204177u: 39 mJ/m², with coherency strain.
    coherent = IRON_PHOSPHATE.with_coherency(STRAIN_MODULUS, SITES)
    (gap,) = binodal(coherent)
    assert interface_energy(coherent, gap, SITES, KAPPA) == pytest.approx(0.039, abs=0.0005)
    assert gradient_coefficient(coherent, gap, SITES, 0.039) == pytest.approx(KAPPA, rel=0.02)  # two digits are given
    # Without the strain it would be three times that.
    (gap,) = binodal(IRON_PHOSPHATE)
    assert interface_energy(IRON_PHOSPHATE, gap, SITES, KAPPA) == pytest.approx(0.1136, abs=0.0001)


def test_near_the_critical_point_the_interface_is_a_hyperbolic_tangent():
    # There g is −a y²/2 + b y⁴/4, y = x − ½, with a = 4 RT δ and b = 16/3 RT: Δg = b (y₀² − y²)²/4, so that
    # γ = √(κ c b/2) 4 y₀³/3 and the step over the steepest slope is 2 y₀ √(2 κ/(c b))/y₀². Corrections are of order δ.
    below, temperature = 1e-3, 300.0
    energy = FreeEnergy((2 * 8.31446261815324 * temperature / (1 - below),), temperature)
    (gap,) = binodal(energy)
    kappa, sites, half = 1e-9, 2e4, (gap[1] - gap[0]) / 2
    b = 16 / 3 * energy.thermal
    expected = math.sqrt(kappa * sites * b / 2) * 4 / 3 * half**3
    assert interface_energy(energy, gap, sites, kappa) == pytest.approx(expected, rel=5 * below)
    width = 2 / half * math.sqrt(2 * kappa / (sites * b))
    assert interface_width(energy, gap, sites, kappa) == pytest.approx(width, rel=5 * below)


@settings(deadline=None, max_examples=30)
@given(st.floats(2.2, 12), st.floats(-500, 500), st.floats(1e-12, 1e-8), st.floats(1e3, 1e5))
def test_coefficient_and_energy_are_inverse_and_go_with_the_root(strength, skew, kappa, sites):
    energy = FreeEnergy((strength * FreeEnergy((), 298.15).thermal, skew), 298.15)
    (gap,) = binodal(energy)
    found = interface_energy(energy, gap, sites, kappa)
    assert gradient_coefficient(energy, gap, sites, found) == pytest.approx(kappa, rel=1e-9)
    assert interface_energy(energy, gap, sites, 4 * kappa) == pytest.approx(2 * found, rel=1e-9)
    assert interface_width(energy, gap, sites, 4 * kappa) == pytest.approx(
        2 * interface_width(energy, gap, sites, kappa), rel=1e-9
    )


def test_nothing_is_beyond_the_tangent_at_the_phases():
    (gap,) = binodal(IRON_PHOSPHATE)
    assert beyond_tangent(IRON_PHOSPHATE, gap, np.array(gap)) == pytest.approx([0, 0], abs=1e-9)
    assert np.all(beyond_tangent(IRON_PHOSPHATE, gap, np.linspace(*gap, 99)[1:-1]) > 0)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan])
def test_numbers_that_are_not_positive_are_refused(bad):
    (gap,) = binodal(IRON_PHOSPHATE)
    for function in (interface_energy, interface_width, gradient_coefficient):
        with pytest.raises(UsageError, match="positive"):
            function(IRON_PHOSPHATE, gap, SITES, bad)
        with pytest.raises(UsageError, match="concentration"):
            function(IRON_PHOSPHATE, gap, bad, KAPPA)
