"""Samples of an electrode have the means and spreads that went in, and move as the physics says."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomscreen.continuum.electrode import Curve
from atomscreen.continuum.electrode_samples import (
    LIMITS,
    deviate_range,
    drawn_deviates,
    moved,
    sampled,
    with_uncertainty,
    without_uncertainty,
)
from atomscreen.core.errors import UsageError
from tests.continuum.examples import graphite, lithium_cobalt_oxide

COUNT = 2000
FIVE_ERRORS = 5 / math.sqrt(COUNT)
"""Five standard errors of a mean of so many standard normal numbers, fixed by the seed."""


@pytest.fixture(scope="module")
def samples():
    return sampled(lithium_cobalt_oxide(), COUNT, seed=1)


def test_mean_and_spread_of_the_potential_are_those_that_went_in(samples):
    curve = lithium_cobalt_oxide().open_circuit_potential
    drawn = np.array([sample.open_circuit_potential.values for sample in samples])
    spread = np.array(curve.uncertainties)
    assert np.all(np.abs(drawn.mean(axis=0) - curve.values) < FIVE_ERRORS * spread)
    # The relative standard error of a standard deviation is 1/sqrt(2 n).
    assert drawn.std(axis=0) == pytest.approx(spread, rel=FIVE_ERRORS / math.sqrt(2))


@pytest.mark.parametrize(("name", "relative"), [("diffusivity", 0.5), ("youngs_modulus", 0.1)])
def test_what_is_known_by_ratio_is_drawn_by_its_logarithm(samples, name, relative):
    curve = getattr(lithium_cobalt_oxide(), name)
    logarithms = np.log([getattr(sample, name).values[0] for sample in samples])
    assert logarithms.mean() == pytest.approx(math.log(curve.values[0]), abs=FIVE_ERRORS * relative)
    assert logarithms.std() == pytest.approx(relative, rel=FIVE_ERRORS / math.sqrt(2))


def test_a_curve_moves_as_a_whole_and_properties_independently(samples):
    potentials = np.array([sample.open_circuit_potential.values for sample in samples])
    assert np.corrcoef(potentials[:, 0], potentials[:, -1])[0, 1] == pytest.approx(1.0)
    firsts = np.array([[getattr(sample, name).values[0] for name in LIMITS] for sample in samples])
    correlations = np.corrcoef(firsts.T) - np.eye(len(LIMITS))
    assert np.abs(correlations).max() < FIVE_ERRORS


@settings(max_examples=30, deadline=None)
@given(deviate=st.floats(-3, 3))
def test_volume_change_is_the_integral_of_the_partial_molar_volume(deviate):
    electrode = graphite()
    other = moved(electrode, {"partial_molar_volume": deviate})
    grid = np.linspace(0, 1, 20001)
    shift = other.partial_molar_volume.at(grid) - electrode.partial_molar_volume.at(grid)
    expected = electrode.volume_change.at(0.25) - electrode.maximum_concentration * np.trapezoid(
        shift[5000:], grid[5000:]
    )
    assert other.volume_change.at(0.25) == pytest.approx(expected, abs=1e-9)
    assert other.volume_change.at(1.0) == 0.0


def test_sampling_is_repeatable_and_a_property_is_drawn_the_same_whatever_else_is():
    assert sampled(graphite(), 3, seed=7) == sampled(graphite(), 3, seed=7)
    assert sampled(graphite(), 3, seed=7) != sampled(graphite(), 3, seed=8)
    fewer = dataclasses.replace(graphite(), diffusivity=Curve((0.5,), (1e-14,), None, True))
    assert (drawn_deviates(fewer, 5, 7)["youngs_modulus"] == drawn_deviates(graphite(), 5, 7)["youngs_modulus"]).all()


def test_properties_of_unknown_uncertainty_stay_and_are_listed():
    fixed = Curve((0.5,), (1e-14,), None, True)
    electrode = dataclasses.replace(
        lithium_cobalt_oxide(), diffusivity=fixed, partial_molar_volume=Curve((0.5,), (1e-6,))
    )
    assert set(without_uncertainty(electrode)) == {
        "maximum_concentration",
        "diffusivity",
        "partial_molar_volume",
        "volume_change",
    }
    assert without_uncertainty(lithium_cobalt_oxide()) == ("maximum_concentration",)
    assert all(sample.diffusivity == fixed for sample in sampled(electrode, 5, seed=0))
    with pytest.raises(UsageError, match="'diffusivity' of licoo2 has no known uncertainty"):
        moved(electrode, {"diffusivity": 1.0})


def test_no_sample_is_outside_what_a_solid_can_be():
    wide = dataclasses.replace(lithium_cobalt_oxide(), poisson_ratio=Curve((0.0, 1.0), (0.3, 0.4), (0.2, 0.2)))
    ratios = np.array([sample.poisson_ratio.values for sample in sampled(wide, 300, seed=3)])
    assert ratios.min() > -1 and ratios.max() < 0.5
    assert deviate_range(wide, "poisson_ratio") == pytest.approx((-6.5, 0.5))


def test_bad_input_is_refused():
    certain = {name: dataclasses.replace(getattr(graphite(), name), uncertainties=None) for name in LIMITS}
    with pytest.raises(UsageError, match="nothing to sample"):
        sampled(dataclasses.replace(graphite(), **certain), 5, seed=0)
    with pytest.raises(UsageError, match="at least one"):
        sampled(graphite(), 0, seed=0)
    with pytest.raises(UsageError, match="poisson_ratio of graphite is not between"):
        sampled(dataclasses.replace(graphite(), poisson_ratio=Curve((0.5,), (0.9,), (0.01,))), 1, seed=0)
    assert "fracture_toughness" in with_uncertainty(graphite())
