"""Separation in one dimension: ions are kept, energy never rises, and theory says what grows and where it ends."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomscreen.continuum.electrode import Curve
from atomscreen.continuum.phase_field.cahn_hilliard import Bar, separate
from atomscreen.continuum.phase_field.coexistence import binodal
from atomscreen.continuum.phase_field.free_energy import FreeEnergy
from atomscreen.continuum.phase_field.gradient_energy import interface_energy, interface_width
from atomscreen.continuum.phase_field.mobility import mobility
from atomscreen.core.errors import StageFailure, UsageError
from tests.continuum.phase_field.examples import IRON_PHOSPHATE, KAPPA, SITES, STRAIN_MODULUS

DIFFUSIVITY = 1e-16
HOPS = Curve((0.0,), (DIFFUSIVITY,))
"""Of ions that hop to free neighbours alike at all contents."""
COHERENT = IRON_PHOSPHATE.with_coherency(STRAIN_MODULUS, SITES)
SOLID_SOLUTION = FreeEnergy((-1e4,), 298.0)


def bar_of(energy, length):
    return Bar(energy, SITES, KAPPA, mobility(HOPS, energy), length)


def cells(bar, count):
    return (np.arange(count) + 0.5) * bar.length / count


def fastest(bar):
    """Wave number that grows fastest from half content, and its rate."""
    wave = math.sqrt(-float(bar.free_energy.curvature(0.5)) * SITES / (2 * KAPPA))
    return wave, bar.growth_rate(0.5, wave)


def noise(count):
    return 0.5 + 0.01 * np.random.default_rng(0).normal(size=count)


def test_lithium_iron_phosphate_separates():
    bar, start = bar_of(IRON_PHOSPHATE, 30e-9), noise(60)
    found = separate(bar, start, 300 / fastest(bar)[1], tolerance=1e-3)
    assert np.abs(found.contents.mean(axis=1) - start.mean()).max() < 1e-10
    assert np.all(np.diff(found.energies) <= 0)
    low, high = binodal(IRON_PHOSPHATE)[0]
    assert found.contents[-1].min() < low + 0.03 and found.contents[-1].max() > high - 0.03
    assert found.times[-1] == pytest.approx(300 / fastest(bar)[1])


def test_a_solid_solution_does_not_separate():
    bar, start = bar_of(SOLID_SOLUTION, 30e-9), noise(60)
    found = separate(bar, start, 300 / fastest(bar_of(IRON_PHOSPHATE, 30e-9))[1])
    assert np.ptp(found.contents[-1]) < 1e-9
    assert np.abs(found.contents.mean(axis=1) - start.mean()).max() < 1e-10
    assert np.all(np.diff(found.energies) <= 1e-12 * abs(found.energies[0]))


@pytest.mark.parametrize("energy", [IRON_PHOSPHATE, COHERENT])
def test_two_phases_at_rest_are_those_of_the_common_tangent(energy):
    # One interface in a bar: phases of the binodal, the interface's own energy and width. 240 cells have 12 of them in
    # the narrower interface, where the error, which falls with their square, is below 1 %.
    bar = bar_of(energy, 60e-9)
    x = cells(bar, 240)
    (gap,) = binodal(energy)
    step = np.where(x < 0.5 * bar.length, gap[0] + 0.02, gap[1] - 0.02)
    rest = separate(bar, step, 20 * bar.length**2 / DIFFUSIVITY, tolerance=1e-3)
    profile = rest.contents[-1]
    assert (profile[0], profile[-1]) == pytest.approx(gap, abs=1e-5)
    phases = SITES * bar.length * np.interp(profile.mean(), gap, energy.at(np.array(gap)))
    expected = interface_energy(energy, gap, SITES, KAPPA)
    assert rest.energies[-1] - phases == pytest.approx(expected, rel=0.01)
    width = (gap[1] - gap[0]) / np.abs(np.diff(profile) / np.diff(x)).max()
    assert width == pytest.approx(interface_width(energy, gap, SITES, KAPPA), rel=0.01)


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_a_small_wave_grows_as_linear_stability_says(factor):
    # A standing wave that fits the closed bar; at twice the fastest wave number it decays. Steps of first order, and
    # cells of a 40th of a wave, are each off by a few thousandths.
    bar = bar_of(IRON_PHOSPHATE, 1.0)
    wave = factor * fastest(bar)[0]
    bar = bar_of(IRON_PHOSPHATE, 2 * math.pi / wave)
    rate, x, amplitude = bar.growth_rate(0.5, wave), cells(bar, 40), 1e-4
    found = separate(bar, 0.5 + amplitude * np.cos(wave * x), 0.5 / abs(rate), tolerance=3e-10)
    final = 2 * np.mean((found.contents[-1] - 0.5) * np.cos(wave * x))
    assert math.log(final / amplitude) == pytest.approx(math.copysign(0.5, rate), rel=0.01)
    assert rate > 0 if factor <= 1 else rate < 0


@settings(deadline=None, max_examples=10)
@given(st.floats(-2e4, 2e4), st.floats(-5e3, 5e3), st.floats(0.05, 0.95), st.integers(0, 9))
def test_ions_are_kept_and_energy_never_rises_whatever_the_free_energy(first, second, content, seed):
    energy = FreeEnergy((first, second), 298.15)
    start = content + 0.04 * np.random.default_rng(seed).uniform(-1, 1, 24)
    found = separate(bar_of(energy, 20e-9), start, 1.0, tolerance=1e-2)
    assert np.abs(found.contents.mean(axis=1) - start.mean()).max() < 1e-10
    assert np.all(np.diff(found.energies) <= 1e-12 * np.abs(found.energies).max())
    assert np.all((found.contents > 0) & (found.contents < 1))


def test_ions_are_kept_in_steps_of_any_length():
    # Ions that spread in a nanosecond, followed for seconds: what rounds in the linear equations is 1e12 times larger
    # than their solution.
    bar = Bar(SOLID_SOLUTION, SITES, KAPPA, mobility(Curve((0.0,), (1e-9,)), SOLID_SOLUTION), 60e-9)
    found = separate(bar, noise(80), 10.0)
    assert np.abs(found.contents.mean(axis=1) - found.contents[0].mean()).max() < 1e-10
    assert np.ptp(found.contents[-1]) < 1e-6
    assert np.all(np.diff(found.energies) <= 1e-12 * abs(found.energies[0]))


def test_strain_stabilises():
    wave, rate = fastest(bar_of(IRON_PHOSPHATE, 1.0))
    assert 0 < fastest(bar_of(COHERENT, 1.0))[1] < rate
    stiff = IRON_PHOSPHATE.with_coherency(5 * STRAIN_MODULUS, SITES)
    assert bar_of(stiff, 1.0).growth_rate(0.5, wave) < 0
    assert np.ptp(separate(bar_of(stiff, 30e-9), noise(30), 1000 / rate).contents[-1]) < 1e-9


@pytest.mark.parametrize("contents", [[0.5, 0.5], [0.0, 0.5, 0.5], [0.5, 0.5, 1.0], [[0.5] * 3]])
def test_bad_contents_are_refused(contents):
    with pytest.raises(UsageError, match="three cells"):
        separate(bar_of(IRON_PHOSPHATE, 1e-8), np.array(contents), 1.0)


def test_a_tolerance_that_no_step_meets_fails():
    with pytest.raises(StageFailure, match="too fast"):
        separate(bar_of(IRON_PHOSPHATE, 30e-9), noise(10), 1.0, tolerance=1e-25)


def test_other_bad_input_is_refused():
    with pytest.raises(UsageError, match="more than 0 s"):
        separate(bar_of(IRON_PHOSPHATE, 1e-8), noise(10), 0.0)
    with pytest.raises(UsageError, match="length of a bar"):
        bar_of(IRON_PHOSPHATE, 0.0)
