"""A surrogate gives back functions that it was trained on, knows how far it is off, and does not extrapolate."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import lognorm

from atomscreen.continuum.cell.cell_surrogate import FARTHEST, RATE, Input, cell_surrogate, trained
from atomscreen.continuum.cell.cell_uncertainty import cell_uncertainty
from atomscreen.continuum.electrode_samples import LIMITS
from atomscreen.core.errors import StageFailure, UsageError
from tests.continuum.examples import graphite, lithium_cobalt_oxide

INPUTS = (
    Input("youngs_modulus", -3.0, 3.0),
    Input("diffusivity", -3.0, 3.0),
    Input(RATE, 0.5, 2.0, logarithmic=True),
)


def stress(point):
    """A stress that goes with stiffness and rate, and against diffusivity: all known by ratio."""
    exponent = 0.2 * point["youngs_modulus"] - 0.3 * point["diffusivity"]
    return {"stress": np.exp(exponent) * point[RATE], "energy": 10 - 0.5 * point[RATE] + 0.1 * point["diffusivity"]}


@pytest.fixture(scope="module")
def surrogate():
    return trained(INPUTS, stress, runs=40, held_out=20, seed=0)


def test_it_gives_back_a_smooth_function_and_knows_its_error(surrogate):
    draws = np.random.default_rng(5)
    points = {one.name: one.from_unit(draws.random(500)) for one in INPUTS}
    expected = {name: np.array(values) for name, values in _each(points).items()}
    for name, (mean, spread) in surrogate.predict(points).items():
        off = np.sqrt(np.mean((mean - expected[name]) ** 2))
        assert off < 0.05 * expected[name].std()
        # Twenty held-out runs know a root mean square to about a third, more where a few of them dominate it.
        assert off < 3 * surrogate.held_out[name].root_mean_square
        assert surrogate.held_out[name].of_spread < 0.05
        assert 0 < np.median(spread) < 0.1 * expected[name].std()


def test_where_it_is_overconfident_its_deviations_are_widened(surrogate):
    point = {"youngs_modulus": np.array([1.0]), "diffusivity": np.array([-1.0]), RATE: np.array([1.0])}
    unit = np.array([[4 / 6, 2 / 6, 0.5]])
    for sure in (0.5, 2.0):
        check = dataclasses.replace(surrogate.held_out["stress"], overconfidence=sure)
        _, spread = dataclasses.replace(surrogate, held_out={**surrogate.held_out, "stress": check}).predict(point)[
            "stress"
        ]
        own = surrogate.processes["stress"].predict(unit, return_std=True)[1]
        assert spread == pytest.approx(max(1.0, sure) * own)


def _each(points):
    rows = [stress(dict(zip(points, values, strict=True))) for values in zip(*points.values(), strict=True)]
    return {name: [row[name] for row in rows] for name in rows[0]}


def test_the_distribution_is_the_one_in_closed_form(surrogate):
    found = surrogate.distribution(20000, seed=1, c_rate=1.0)["stress"]
    # The product of two log-normal factors, hardly cut off at three standard deviations.
    closed = lognorm(s=np.hypot(0.2, 0.3))
    for share in (0.05, 0.5, 0.95):
        assert np.quantile(found, share) == pytest.approx(closed.ppf(share), rel=0.03)
    assert (
        surrogate.distribution(10, seed=1, c_rate=1.0)["stress"] == surrogate.distribution(10, 1, 1.0)["stress"]
    ).all()


def test_it_refuses_to_extrapolate(surrogate):
    inside = {"youngs_modulus": np.zeros(2), "diffusivity": np.zeros(2), RATE: np.ones(2)}
    surrogate.predict(inside)
    with pytest.raises(UsageError, match="diffusivity from -3 to 3"):
        surrogate.predict({**inside, "diffusivity": np.array([0.0, 3.1])})
    with pytest.raises(UsageError, match="diffusivity from -3 to 3"):
        surrogate.predict({**inside, "diffusivity": np.array([0.0, np.nan])})
    with pytest.raises(UsageError, match=r"c_rate from 0\.5 to 2 only"):
        surrogate.distribution(10, seed=0, c_rate=3.0)
    with pytest.raises(UsageError, match="depends on youngs_modulus, diffusivity, c_rate"):
        surrogate.distribution(10, seed=0)


def test_noise_is_known_as_error_and_not_learnt():
    noise = np.random.default_rng(0)
    found = trained(INPUTS[:1], lambda point: {"noise": float(noise.standard_normal())}, runs=200, held_out=200, seed=0)
    assert found.held_out["noise"].of_spread == pytest.approx(1.0, abs=0.1)
    assert found.held_out["noise"].within_90 == pytest.approx(0.9, abs=0.06)  # three standard errors of 200


def test_failed_runs_are_counted_and_too_many_refused():
    def sometimes(point):
        if point["youngs_modulus"] > 2:
            raise StageFailure("too stiff")
        return stress(point)

    found = trained(INPUTS, sometimes, runs=40, held_out=20, seed=0)
    assert set(found.failures) == {"too stiff"} and found.runs + len(found.failures) < 60
    with pytest.raises(StageFailure, match="60 of 60 runs failed, the first: never"):
        trained(INPUTS, _never, runs=40, held_out=20, seed=0)
    with pytest.raises(UsageError, match="at least 6 runs"):
        trained(INPUTS, stress, runs=5, held_out=20, seed=0)


def _never(point):
    raise StageFailure("never")


@pytest.mark.parametrize("one", INPUTS)
def test_scaling_to_the_unit_box_goes_back(one):
    values = np.linspace(one.low, one.high, 7)
    assert one.from_unit(one.to_unit(values)) == pytest.approx(values)
    assert one.to_unit(np.array([one.low, one.high])) == pytest.approx([0.0, 1.0])


def only(electrode, *names):
    certain = {
        name: dataclasses.replace(getattr(electrode, name), uncertainties=None) for name in LIMITS if name not in names
    }
    return dataclasses.replace(electrode, **certain)


@pytest.mark.slow
def test_a_cell_s_surrogate_has_the_distribution_of_direct_runs():
    electrode = only(lithium_cobalt_oxide(), "youngs_modulus", "open_circuit_potential")
    found = cell_surrogate(electrode, model="SPM", runs=12, held_out=5, seed=0)
    assert [one.name for one in found.inputs] == ["open_circuit_potential", "youngs_modulus"]
    assert all(one.low == -FARTHEST and one.high == FARTHEST for one in found.inputs)
    direct = cell_uncertainty(electrode, count=12, seed=2, model="SPM")
    drawn = found.distribution(4000, seed=0)
    for name in ("cell_capacity", "cell_energy", "surface_stress"):
        assert found.held_out[name].of_spread < 0.1
        error = direct.outputs[name].std() / np.sqrt(12)
        assert drawn[name].mean() == pytest.approx(direct.outputs[name].mean(), abs=4 * error)
        assert drawn[name].std() == pytest.approx(direct.outputs[name].std(), rel=0.6)  # 12 runs know it to 20 %


def test_bad_input_is_refused():
    with pytest.raises(UsageError, match="nothing to learn"):
        cell_surrogate(only(graphite()))
    with pytest.raises(UsageError, match="rates run from a positive one"):
        cell_surrogate(graphite(), c_rates=(2.0, 0.5))
    with pytest.raises(UsageError, match="rates run from a positive one"):
        cell_surrogate(graphite(), c_rates=(0.0, 0.5))
