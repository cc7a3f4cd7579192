"""Extremes of the moduli of single crystals against closed forms and random directions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_elastic_tensor import isotropic, rotated, turn

from atomscreen.properties.mechanics.elastic_directions import compliance_tensor, directional_extremes

positive_definite = st.lists(st.floats(-1, 1), min_size=36, max_size=36).map(
    lambda values: 50 * (np.reshape(values, (6, 6)) @ np.reshape(values, (6, 6)).T + 0.2 * np.eye(6))
)


def cubic(c11, c12, c44):
    stiffness = np.diag([c11 - c12] * 3 + [c44] * 3).astype(float)
    stiffness[:3, :3] += c12
    return stiffness


def test_isotropic_solid_is_the_same_in_all_directions():
    bulk, shear = 160.0, 80.0
    found = directional_extremes(isotropic(bulk, shear))
    expected = {
        "youngs_modulus": 9 * bulk * shear / (3 * bulk + shear),
        "shear_modulus": shear,
        "poisson_ratio": (3 * bulk - 2 * shear) / (6 * bulk + 2 * shear),
        "linear_compressibility": 1 / (3 * bulk),
    }
    for name, value in expected.items():
        assert found[f"{name}_min"] == pytest.approx(value, rel=1e-9)
        assert found[f"{name}_max"] == pytest.approx(value, rel=1e-9)


# Copper (Zener's ratio 3.2) and a crystal stiffest along the cube's edge, such as NaCl (0.7): GPa.
@pytest.mark.parametrize("constants", [(168.4, 121.4, 75.4), (48.7, 12.4, 12.6)])
def test_cubic_closed_form(constants):
    c11, c12, c44 = constants
    found = directional_extremes(cubic(c11, c12, c44))
    s11 = (c11 + c12) / ((c11 - c12) * (c11 + 2 * c12))
    s12 = -c12 / ((c11 - c12) * (c11 + 2 * c12))
    young = sorted([1 / s11, 3 / (s11 + 2 * s12 + 1 / c44)])  # along ⟨100⟩ and ⟨111⟩ (Nye)
    assert [found["youngs_modulus_min"], found["youngs_modulus_max"]] == pytest.approx(young, rel=1e-8)
    shear = sorted([c44, (c11 - c12) / 2])
    assert [found["shear_modulus_min"], found["shear_modulus_max"]] == pytest.approx(shear, rel=1e-8)
    for end in ("min", "max"):
        assert found[f"linear_compressibility_{end}"] == pytest.approx(1 / (c11 + 2 * c12), rel=1e-9)


def test_copper_stretched_along_110_thins_and_widens():
    # Extreme Poisson's ratios of copper are for tension along ⟨110⟩ (Baughman 1998): lateral ⟨001⟩ and ⟨1-10⟩.
    c11, c12, c44 = 168.4, 121.4, 75.4
    compliance = np.linalg.inv(cubic(c11, c12, c44))
    s11, s12, s44 = compliance[0, 0], compliance[0, 1], compliance[3, 3]
    axial = (2 * s11 + 2 * s12 + s44) / 4
    found = directional_extremes(cubic(c11, c12, c44))
    assert found["poisson_ratio_max"] == pytest.approx(-s12 / axial, rel=1e-8)
    assert found["poisson_ratio_min"] == pytest.approx(-(2 * s11 + 2 * s12 - s44) / 4 / axial, rel=1e-8)


def test_hexagonal_closed_form():
    # Graphite (Blakslee 1970): in and across the layers differ by a factor of 28.
    c11, c12, c13, c33, c44 = 1060.0, 180.0, 15.0, 36.5, 4.5
    stiffness = np.zeros((6, 6))
    stiffness[:3, :3] = [[c11, c12, c13], [c12, c11, c13], [c13, c13, c33]]
    stiffness[[3, 4, 5], [3, 4, 5]] = c44, c44, (c11 - c12) / 2
    s = np.linalg.inv(stiffness)
    cosine = np.linspace(0, 1, 100_001) ** 2  # squared
    young = 1 / ((1 - cosine) ** 2 * s[0, 0] + cosine**2 * s[2, 2] + cosine * (1 - cosine) * (2 * s[0, 2] + s[3, 3]))
    found = directional_extremes(stiffness)
    assert found["youngs_modulus_min"] == pytest.approx(young.min(), rel=1e-7)
    assert found["youngs_modulus_max"] == pytest.approx(young.max(), rel=1e-7)
    assert found["shear_modulus_max"] == pytest.approx((c11 - c12) / 2, rel=1e-7)
    along, across = s[0, 0] + s[0, 1] + s[0, 2], 2 * s[0, 2] + s[2, 2]
    assert found["linear_compressibility_min"] == pytest.approx(min(along, across), rel=1e-9)
    assert found["linear_compressibility_max"] == pytest.approx(max(along, across), rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(stiffness=positive_definite, angles=st.tuples(*[st.floats(0, 6.3)] * 3), seed=st.integers(0, 99))
def test_no_direction_is_beyond_the_extremes(stiffness, angles, seed):
    found = directional_extremes(stiffness)
    compliance = compliance_tensor(stiffness)
    random = np.random.default_rng(seed).normal(size=(5000, 2, 3))
    n = random[:, 0] / np.linalg.norm(random[:, 0], axis=1, keepdims=True)
    m = np.cross(n, random[:, 1])
    m /= np.linalg.norm(m, axis=1, keepdims=True)

    def along(*vectors):
        return np.einsum("ijkl,ai,aj,ak,al->a", compliance, *vectors, optimize=True)

    axial = along(n, n, n, n)
    for name, values in {
        "youngs_modulus": 1 / axial,
        "shear_modulus": 1 / (4 * along(n, m, n, m)),
        "poisson_ratio": -along(m, m, n, n) / axial,
    }.items():
        assert values.min() >= found[f"{name}_min"] - 1e-6 * abs(found[f"{name}_min"])
        assert values.max() <= found[f"{name}_max"] + 1e-6 * abs(found[f"{name}_max"])
    turned = directional_extremes(rotated(stiffness, turn(angles)))
    for name, value in found.items():
        assert turned[name] == pytest.approx(value, rel=1e-5, abs=1e-9)
