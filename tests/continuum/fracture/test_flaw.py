"""Stress intensities against closed forms, handbook values and the symmetries of a linear functional."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomscreen.continuum.fracture.flaw import (
    FLAW_SIZES,
    PLACES,
    energy_release_rate,
    loading_matrix,
    stress_intensity,
    tips,
)
from atomscreen.core.errors import UsageError

SIZES = np.array([0.01, 0.1, 0.3, 0.5])


def test_uniform_stress_opens_a_penny_as_sneddon_says():
    found = stress_intensity("centre", SIZES, 1.0, np.ones_like)
    assert found == pytest.approx(2 * np.sqrt(SIZES / math.pi), rel=1e-12)  # closed form, exact for the quadrature


def test_parabolic_stress_opens_a_penny_by_its_closed_form():
    # With σ = 1 − b r² the integral is 1 − 2 b a²/3.
    found = stress_intensity("centre", SIZES, 1.0, lambda r: 1 - 1.7 * r**2)
    assert found == pytest.approx(2 * np.sqrt(SIZES / math.pi) * (1 - 2 / 3 * 1.7 * SIZES**2), rel=1e-12)


@pytest.mark.parametrize(
    ("stress", "factor"),
    [
        (np.ones_like, 1.12152),  # Koiter's value, 1.1215
        (lambda depth: depth, 0.683),  # H. Tada, P. C. Paris, G. R. Irwin, The Stress Analysis of Cracks Handbook
        (lambda depth: 1 - depth, 0.439),  # the same, and what is left of the uniform one
    ],
)
def test_edge_cracks_have_the_handbooks_factors(stress, factor):
    # σ over its value at the mouth or the tip, depth over that of the crack; the handbook has three digits.
    size, radius = 2e-7, 1e-6
    found = stress_intensity("surface", size, radius, lambda r: stress((radius - r) / size))
    assert found / math.sqrt(math.pi * size) == pytest.approx(factor, abs=6e-4)


def test_a_logarithm_at_the_centre_is_integrated():
    # ∫ x ln x/√(1 − x²) dx from 0 to 1 is ln 2 − 1.
    found = stress_intensity("centre", SIZES, 1.0, np.log)
    exact = 2 * np.sqrt(SIZES / math.pi) * (np.log(SIZES) + math.log(2) - 1)
    assert found == pytest.approx(exact, rel=1e-5)  # the quadrature of a logarithm


@given(
    scale=st.floats(0.1, 10), radius=st.floats(1e-8, 1e-3), share=st.floats(0.005, 0.5), place=st.sampled_from(PLACES)
)
def test_intensity_goes_with_stress_and_the_root_of_length(scale, radius, share, place):
    of_unit = stress_intensity(place, share, 1.0, lambda r: 1 - r)
    of_radius = stress_intensity(place, share * radius, radius, lambda r: scale * (1 - r / radius))
    assert float(of_radius) == pytest.approx(scale * math.sqrt(radius) * float(of_unit), rel=1e-9)  # rounding


@pytest.mark.parametrize("place", PLACES)
def test_the_matrix_does_what_the_integral_does(place):
    nodes = np.linspace(0, 1, 41)
    stress = np.random.default_rng(0).normal(size=41)
    direct = stress_intensity(place, SIZES, 1.0, lambda r: np.interp(r, nodes, stress))
    assert loading_matrix(place, SIZES, nodes) @ stress == pytest.approx(direct, rel=1e-9, abs=1e-12)  # linear: exact


def test_compression_closes_a_crack_and_releases_nothing():
    intensity = stress_intensity("centre", SIZES, 1.0, lambda r: -np.ones_like(r))
    assert np.all(intensity < 0)
    assert np.all(energy_release_rate(intensity, np.array(1e11), np.array(0.3)) == 0)


def test_energy_release_in_plane_strain():
    assert energy_release_rate(np.array(1e6), np.array(1e11), np.array(0.3)) == pytest.approx(9.1)


def test_tips_count_from_the_flaws_mouth():
    assert tips("centre", SIZES) == pytest.approx(SIZES)
    assert tips("surface", SIZES) == pytest.approx(1 - SIZES)
    assert max(FLAW_SIZES) == pytest.approx(0.5)


@pytest.mark.parametrize("size", [0.0, -1e-9, 0.6e-6])
def test_a_flaw_that_is_none_or_too_large_is_refused(size):
    with pytest.raises(UsageError, match=r"at most 0\.5 of the particle's radius"):
        stress_intensity("centre", size, 1e-6, np.ones_like)
