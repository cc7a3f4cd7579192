"""Which moduli are used, and a tensor scaled to them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.quantity import Quantity
from atomscreen.properties.mechanics import elastic_tensor
from atomscreen.properties.mechanics.polycrystal_moduli import best_moduli, draws, scaled


def candidate(*quantities):
    return Candidate("x", {"input": Structure(Lattice.cubic(4), ["Cu"], [[0, 0, 0]])}, quantities=quantities)


RAW = (Quantity("bulk_modulus", 60.0, 6.0), Quantity("shear_modulus", 20.0, 5.0, method="potential"))


def test_corrected_moduli_are_taken_where_there_are_both():
    corrected = (Quantity("bulk_modulus_corrected", 70.0, 7.0), Quantity("shear_modulus_corrected", 40.0, 9.0))
    both, origin = best_moduli(candidate(*RAW, *corrected))
    assert (both.bulk, both.shear, both.bulk_uncertainty, both.shear_uncertainty) == (70.0, 40.0, 7.0, 9.0)
    assert origin == "corrected"
    for given_ in (RAW, (*RAW, corrected[0])):
        raw, origin = best_moduli(candidate(*given_))
        assert (raw.bulk, raw.shear) == (60.0, 20.0)
        assert origin == "uncorrected, potential"
        assert raw.poisson == pytest.approx((3 * 60 - 2 * 20) / (2 * (3 * 60 + 20)))


def test_unknown_errors_stay_unknown():
    moduli, _ = best_moduli(candidate(Quantity("bulk_modulus", 60.0), RAW[1]))
    assert moduli.relative_uncertainties is None


@given(seed=st.integers(0, 1000), bulk=st.floats(0.2, 5), shear=st.floats(0.2, 5))
def test_all_averages_of_a_scaled_tensor_scale(seed, bulk, shear):
    half = np.random.default_rng(seed).uniform(-1, 1, (6, 6))
    stiffness = 20 * (half @ half.T + np.eye(6))
    here, there = elastic_tensor.averages(stiffness), elastic_tensor.averages(scaled(stiffness, bulk, shear))
    for name in ("bulk_voigt", "bulk_reuss"):
        assert getattr(there, name) == pytest.approx(bulk * getattr(here, name))
    for name in ("shear_voigt", "shear_reuss"):
        assert getattr(there, name) == pytest.approx(shear * getattr(here, name))


def test_draws_are_log_normal_about_the_value():
    values = draws(np.random.default_rng(0), 5.0, 0.3, 20_000)
    assert np.median(values) == pytest.approx(5.0, rel=0.01)
    assert values.std() / values.mean() == pytest.approx(0.3, rel=0.03)
    assert draws(np.random.default_rng(0), 5.0, 0.0, 3).tolist() == [5.0] * 3
