"""Intervals of a cell are those of its samples, and the probability to be better is that of normal distributions."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from atomscreen.continuum.cell import cell_uncertainty as module
from atomscreen.continuum.cell.cell_uncertainty import cell_uncertainty, probability_better
from atomscreen.continuum.cell.discharge import run_discharge
from atomscreen.continuum.cell.pybamm_parameters import pybamm_parameters, untouched_base
from atomscreen.continuum.electrode_samples import LIMITS, sampled
from atomscreen.core.errors import StageFailure, UsageError
from tests.continuum.examples import graphite, lithium_cobalt_oxide, lithium_iron_phosphate

COUNT = 8


def only(electrode, *names):
    """Return an electrode of which nothing but these is uncertain."""
    certain = {
        name: dataclasses.replace(getattr(electrode, name), uncertainties=None) for name in LIMITS if name not in names
    }
    return dataclasses.replace(electrode, **certain)


@pytest.fixture(scope="module")
def of_stiffness():
    """Samples of a cell in which stiffness alone is uncertain."""
    return cell_uncertainty(only(lithium_cobalt_oxide(), "youngs_modulus"), count=COUNT, seed=4)


def test_samples_are_those_of_the_seed_one_discharge_each(of_stiffness):
    third = sampled(only(lithium_cobalt_oxide(), "youngs_modulus"), COUNT, 4)[2]
    alone = run_discharge(pybamm_parameters(third), "SPM", "swelling only", 1.0)
    area = untouched_base("Ai2020").area * 1e4
    assert of_stiffness.outputs["cell_energy"][2] == pytest.approx(1e3 * alone.energy / area, rel=1e-12)
    assert of_stiffness.outputs["surface_stress"][2] == pytest.approx(alone.stress_range[1] / 1e6, rel=1e-12)
    assert of_stiffness.seed == 4 and of_stiffness.seconds_per_sample > 0 and not of_stiffness.failures
    assert "diffusivity" in of_stiffness.fixed and "youngs_modulus" not in of_stiffness.fixed


def test_stress_goes_with_stiffness_a_little_less_than_in_proportion(of_stiffness):
    samples = sampled(only(lithium_cobalt_oxide(), "youngs_modulus"), COUNT, 4)
    stiffness = np.log([one.youngs_modulus.values[0] for one in samples])
    tension = np.log(of_stiffness.outputs["surface_stress"])
    # The tangential stress is E Ω (mean − surface concentration)/(3(1 − ν)), but stress drives the ions, too: it makes
    # them faster by 1 + 2EΩ²c/(9(1 − ν)RT), here less than 2, and evens them out.
    assert 0.5 < np.polyfit(stiffness, tension, 1)[0] < 1.0
    assert np.corrcoef(stiffness, tension)[0, 1] > 0.999
    assert np.ptp(of_stiffness.voltage, axis=0)[:-10].max() < 5e-3


def test_a_shift_of_all_potentials_shifts_a_plateau_by_as_much():
    electrode = only(lithium_iron_phosphate(), "open_circuit_potential")
    potential = electrode.open_circuit_potential
    shift = dataclasses.replace(potential, uncertainties=(0.01,) * len(potential.values))
    electrode = dataclasses.replace(electrode, open_circuit_potential=shift)
    found = cell_uncertainty(electrode, count=COUNT, seed=0, c_rate=0.1)
    shifts = [one.open_circuit_potential.at(0.5) - potential.at(0.5) for one in sampled(electrode, COUNT, 0)]
    expected = np.quantile(shifts, [0.05, 0.95])
    # The solver gives some sixty points, between which linear interpolation is off by 1.3 mV at a step of graphite.
    assert found.voltage[[0, 2], 50] - found.voltage[1, 50] == pytest.approx(expected - np.median(shifts), abs=1.5e-3)
    assert "cell_energy" in found.outputs
    with pytest.raises(UsageError, match="no 'surface_stress' but cell_theoretical_capacity, cell_capacity"):
        found.interval("surface_stress")  # where two phases coexist in a particle


def test_intervals_are_ordered_and_voltages_fall(of_stiffness):
    for name in of_stiffness.outputs:
        interval = of_stiffness.interval(name)
        assert interval.low <= interval.median <= interval.high
    assert (np.diff(of_stiffness.voltage, axis=0) >= 0).all()
    assert (np.diff(of_stiffness.voltage, axis=1) < 0).all()
    assert of_stiffness.capacity[0] == 0
    # 5 % of eight samples is less than one, which the interpolated quantile counts in part.
    delivered = of_stiffness.outputs["cell_capacity"] * untouched_base("Ai2020").area * 10  # mAh/cm² to A·h
    assert (delivered < of_stiffness.capacity[-1]).sum() <= 1


def test_standard_uncertainty_is_that_of_normal_samples(of_stiffness):
    draws = np.random.default_rng(0).normal(size=20_000)
    outputs = {"cell_energy": 9.0 + 0.4 * draws, "surface_stress": np.exp(0.3 * draws)}
    found = dataclasses.replace(of_stiffness, outputs=outputs)
    # Quantiles of 20000 draws: 1 % of the deviation; 0.16 is 0.994 of a deviation away.
    assert found.standard_uncertainty("cell_energy", 7.0) == pytest.approx(0.4, rel=0.02)
    # Compared by ratio, so that it goes with a value that another model may give.
    assert found.standard_uncertainty("surface_stress", 20.0) == pytest.approx(0.3 * 20.0, rel=0.02)


def test_limits_of_the_voltage_are_kept_to():
    electrode = only(lithium_cobalt_oxide(), "youngs_modulus")
    found = cell_uncertainty(electrode, count=2, seed=0, lower_voltage=3.2, upper_voltage=4.1)
    assert found.voltage[1, 0] < 4.1 and found.voltage[1, -1] == pytest.approx(3.2, abs=0.01)


def test_failed_samples_are_counted_and_said(monkeypatch):
    calls = iter(range(100))

    def sometimes(*arguments):
        if next(calls) % 3 == 0:
            raise StageFailure("no solution")
        return run_discharge(*arguments)

    monkeypatch.setattr(module, "run_discharge", sometimes)
    found = cell_uncertainty(graphite(), count=4, seed=0)
    assert found.failures == ("no solution", "no solution") and len(found.outputs["cell_energy"]) == 2

    def never(*arguments):
        raise StageFailure("no solution")

    monkeypatch.setattr(module, "run_discharge", never)
    with pytest.raises(StageFailure, match="3 of 3 samples of graphite failed, the first: no solution"):
        cell_uncertainty(graphite(), count=3, seed=0)


def test_probability_is_that_of_two_normal_distributions():
    draws = np.random.default_rng(0)
    ours, theirs = draws.normal(1.0, 1.0, 4000), draws.normal(0.0, 2.0, 3000)
    expected = norm.cdf(1 / np.sqrt(5))
    assert probability_better(ours, theirs) == pytest.approx(expected, abs=0.02)  # three standard errors
    assert probability_better(ours, theirs, "min") == pytest.approx(1 - expected, abs=0.02)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=8), st.lists(st.integers(0, 5), min_size=1, max_size=8))
def test_probability_counts_all_pairs_and_ties_half(ours, theirs):
    pairs = [(a > b) + 0.5 * (a == b) for a in ours for b in theirs]
    assert probability_better(ours, theirs) == pytest.approx(np.mean(pairs))
    assert probability_better(ours, theirs) + probability_better(theirs, ours) == pytest.approx(1.0)


def test_bad_input_is_refused():
    with pytest.raises(UsageError, match="some and all are finite"):
        probability_better([], [1.0])
    with pytest.raises(UsageError, match="some and all are finite"):
        probability_better([np.nan], [1.0])
    with pytest.raises(UsageError, match="'max' or 'min'"):
        probability_better([1.0], [1.0], "more")
    with pytest.raises(UsageError, match="nothing to sample"):
        cell_uncertainty(only(graphite()), count=3)
