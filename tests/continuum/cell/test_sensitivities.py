"""Sobol's indices are those in closed form, of a product and of a sum."""

import numpy as np
import pytest

from atomscreen.continuum.cell.cell_surrogate import RATE, Input, trained
from atomscreen.continuum.cell.sensitivities import sensitivities
from atomscreen.core.errors import UsageError

INPUTS = (Input("diffusivity", -3.0, 3.0), Input("youngs_modulus", -3.0, 3.0), Input("poisson_ratio", -3.0, 3.0))


def outputs(point):
    a, b = point["diffusivity"], point["youngs_modulus"]
    return {"sum": 1.0 + 0.4 * a + 0.3 * b, "product": (2.0 + a) * (1.0 + b)}


@pytest.fixture(scope="module")
def surrogate():
    return trained(INPUTS, outputs, runs=60, held_out=20, seed=0)


def test_of_a_sum_shares_are_those_of_variance(surrogate):
    found = {row.property: row for row in sensitivities(surrogate, "sum")}
    for name, share in (("diffusivity", 0.64), ("youngs_modulus", 0.36), ("poisson_ratio", 0.0)):
        assert found[name].first_order == pytest.approx(share, abs=0.02)
        assert found[name].total == pytest.approx(share, abs=0.02)


def test_of_a_product_the_total_has_the_interaction(surrogate):
    rows = sensitivities(surrogate, "product")
    assert [row.property for row in rows] == ["youngs_modulus", "diffusivity", "poisson_ratio"]
    # (2 + a)(1 + b) with unit variances: 1 of a, 4 of b and 1 of both together, in all 6.
    found = {row.property: row for row in rows}
    for name, first, total in (("diffusivity", 1 / 6, 2 / 6), ("youngs_modulus", 4 / 6, 5 / 6)):
        assert found[name].first_order == pytest.approx(first, abs=0.03)
        assert found[name].total == pytest.approx(total, abs=0.03)


def test_the_rate_is_no_uncertainty():
    rate = Input(RATE, 0.5, 2.0, logarithmic=True)
    surrogate = trained(
        (*INPUTS[:2], rate), lambda point: {"energy": point["diffusivity"] + 5 * point[RATE]}, 40, 10, 0
    )
    assert [row.property for row in sensitivities(surrogate, "energy", c_rate=1.0)] == ["diffusivity", "youngs_modulus"]
    with pytest.raises(UsageError, match="depends on"):
        sensitivities(surrogate, "energy")


def test_it_is_repeatable_and_bad_input_is_refused(surrogate):
    assert sensitivities(surrogate, "sum", seed=3) == sensitivities(surrogate, "sum", seed=3)
    with pytest.raises(UsageError, match="no output 'summ'; did you mean 'sum'"):
        sensitivities(surrogate, "summ")
    with pytest.raises(UsageError, match="a power of two, not 1000"):
        sensitivities(surrogate, "sum", count=1000)
    assert np.isfinite([row.total for row in sensitivities(surrogate, "sum", count=64)]).all()
