"""Bounds of random polycrystals against published values, closed forms and plain averages over rotations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from atomscreen.continuum.homogenisation.random_polycrystal import bounds_of_polycrystal
from atomscreen.core.errors import UsageError
from atomscreen.properties.mechanics import elastic_tensor

NARROWING = ("reuss", "hashin_shtrikman_lower", "self_consistent", "hashin_shtrikman_upper", "voigt")


def symmetric(rows):
    """Return a (6, 6) matrix from the rows of its upper triangle."""
    matrix = np.zeros((6, 6))
    matrix[np.triu_indices(6)] = [entry for row in rows for entry in row]
    return matrix + np.triu(matrix, 1).T


def cubic(c11, c12, c44):
    return symmetric([[c11, c12, c12, 0, 0, 0], [c11, c12, 0, 0, 0], [c11, 0, 0, 0], [c44, 0, 0], [c44, 0], [c44]])


def hexagonal(c11, c12, c13, c33, c44):
    c66 = (c11 - c12) / 2
    return symmetric([[c11, c12, c13, 0, 0, 0], [c11, c13, 0, 0, 0], [c33, 0, 0, 0], [c44, 0, 0], [c44, 0], [c66]])


def random_stiffness(seed, softest=0.02):
    """Return a triclinic stiffness in GPa, its softest strain not softer than a share of the mean one."""
    half = np.random.default_rng(seed).uniform(-1, 1, (6, 6))
    return 40 * (half @ half.T + softest * np.eye(6))


# Stiffness in GPa; Hashin-Shtrikman bounds of bulk and shear modulus, lower then upper. The first three are the examples
# of P. Watt (Computers & Geosciences 13, 441, 1987), albite that of J. M. Brown (Computers & Geosciences 80, 95, 2015),
# as Brown's published program lists them.
PUBLISHED = {
    "zircon, tetragonal": (
        symmetric([
            [422.9, 71.4, 148.7, 0, 0, 0], [422.9, 148.7, 0, 0, 0], [490.3, 0, 0, 0], [112.7, 0, 0], [112.7, 0], [48.7],
        ]),
        (226.67, 107.15), (228.03, 112.49),
    ),
    "stishovite, tetragonal": (
        symmetric([[453, 211, 203, 0, 0, 0], [453, 203, 0, 0, 0], [776, 0, 0, 0], [252, 0, 0], [252, 0], [302]]),
        (314.06, 218.90), (317.09, 223.52),
    ),
    "muscovite, monoclinic": (
        symmetric([
            [181, 48.8, 25.6, 0, -14.2, 0], [178.4, 21.2, 0, 1.1, 0], [58.6, 0, 1.0, 0], [16.5, 0, -5.2], [19.5, 0], [72],
        ]),
        (54.26, 32.05), (60.63, 37.24),
    ),
    "albite, triclinic": (
        symmetric([
            [68.3350, 32.1813, 30.4224, 4.8676, -2.2533, -0.9297],
            [184.3432, 4.9698, -4.3754, -7.7979, -6.3760],
            [180.0076, -9.1671, 7.4850, -9.3982],
            [24.9772, -2.4157, -7.1946],
            [26.9008, 0.6107],
            [33.5526],
        ]),
        (57.12, 32.85), (60.33, 36.74),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_bounds(name):
    stiffness, lower, upper = PUBLISHED[name]
    bounds = bounds_of_polycrystal(stiffness)
    # Cut off after 0.01 GPa there, and with media kept 0.01 GPa away from the limit.
    for found, published in ((bounds.hashin_shtrikman_lower, lower), (bounds.hashin_shtrikman_upper, upper)):
        assert (found.bulk, found.shear) == pytest.approx(published, abs=0.02)


@pytest.mark.parametrize("constants", [(168.4, 121.4, 75.4), (16.5, 6.5, 4.0), (300, 100, 30), (100, 20, 39)])
def test_cubic_closed_forms(constants):
    """Hashin and Shtrikman 1962, and the cubic equation of the self-consistent shear modulus (Hershey 1954)."""
    c11, c12, c44 = constants
    bulk = (c11 + 2 * c12) / 3
    soft, stiff = sorted(((c11 - c12) / 2, c44))
    few = 2 if soft == c44 else 3  # independent shears of the stiffer kind: three c44, or two (c11 - c12)/2

    def shifted(shear, other, share):
        beta = 3 * (bulk + 2 * shear) / (5 * shear * (3 * bulk + 4 * shear))
        return shear + share / (5 / (other - shear) + 2 * (5 - share) * beta)

    bounds = bounds_of_polycrystal(cubic(*constants))
    # The search for the medium ends within 1.5e-8 of the limit, scipy's own relative tolerance.
    assert bounds.hashin_shtrikman_lower.shear == pytest.approx(shifted(soft, stiff, few), rel=1e-7)
    assert bounds.hashin_shtrikman_upper.shear == pytest.approx(shifted(stiff, soft, 5 - few), rel=1e-7)
    for average in NARROWING:
        assert getattr(bounds, average).bulk == pytest.approx(bulk, rel=1e-12)
    equation = [8, 5 * c11 + 4 * c12, -c44 * (7 * c11 - 4 * c12), -c44 * (c11 - c12) * (c11 + 2 * c12)]
    (root,) = [root.real for root in np.roots(equation) if abs(root.imag) < 1e-9 and root.real > 0]
    assert bounds.self_consistent.shear == pytest.approx(root, rel=1e-10)


def test_isotropic_grains_make_the_same_polycrystal():
    bulk, shear = 55.0, 31.0
    bounds = bounds_of_polycrystal(cubic(bulk + 4 / 3 * shear, bulk - 2 / 3 * shear, shear))
    for average in NARROWING:
        found = getattr(bounds, average)
        assert (found.bulk, found.shear) == pytest.approx((bulk, shear), rel=1e-9)


def isotropic(bulk, shear):
    """Return an isotropic stiffness in Kelvin's notation."""
    volume = np.zeros((6, 6))
    volume[:3, :3] = 1 / 3
    return 3 * bulk * volume + 2 * shear * (np.eye(6) - volume)


def mean_over_rotations(tensor):
    """Return bulk and shear modulus of the mean of a stiffness in Kelvin's notation over all orientations.

    The mean over the 60 rotations of an icosahedron is that over all rotations, for tensors of up to the fifth rank.
    """
    pairs = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
    units = np.zeros((6, 3, 3))
    for unit, (row, column) in zip(units, pairs, strict=True):
        unit[row, column] = unit[column, row] = 1.0 if row == column else np.sqrt(0.5)
    rotations = Rotation.create_group("I").as_matrix()
    turned = rotations[:, None] @ units @ np.swapaxes(rotations, 1, 2)[:, None]
    turns = np.einsum("iab,gjab->gij", units, turned)
    mean = np.mean(turns @ tensor @ np.swapaxes(turns, 1, 2), axis=0)
    bulk, shear = mean[:3, :3].sum() / 9, mean[3, 3] / 2
    np.testing.assert_allclose(mean, isotropic(bulk, shear), atol=1e-9 * np.abs(mean).max())
    return bulk, shear


def mean_in(stiffness, bulk, shear):
    """Return ⟨(C + C*)⁻¹⟩⁻¹ − C* with tensors and rotations, for a medium of these moduli."""
    kelvin = stiffness * np.outer(*2 * [np.sqrt([1, 1, 1, 2, 2, 2])])
    constraint = 4 / 3 * shear, shear * (9 * bulk + 8 * shear) / (6 * (bulk + 2 * shear))
    inverse = np.linalg.inv(kelvin + isotropic(*constraint))
    # An isotropic compliance has 1/9K and 1/4G where the stiffness has K and G.
    bulk_compliance, shear_compliance = mean_over_rotations(inverse)
    return 1 / (9 * bulk_compliance) - constraint[0], 1 / (4 * shear_compliance) - constraint[1]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_bounds_are_the_best_over_all_admissible_media(seed):
    stiffness = random_stiffness(seed, softest=0.2)
    kelvin = stiffness * np.outer(*2 * [np.sqrt([1, 1, 1, 2, 2, 2])])
    bounds = bounds_of_polycrystal(stiffness)
    best = {1: np.zeros(2), -1: np.full(2, np.inf)}
    for bulk in np.geomspace(1, 1000, 40):
        for shear in np.geomspace(1, 1000, 60):
            signs = np.sign(np.linalg.eigvalsh(kelvin - isotropic(bulk, shear)))
            if abs(signs.sum()) == 6:
                better = np.maximum if signs[0] > 0 else np.minimum
                best[int(signs[0])] = better(best[int(signs[0])], mean_in(stiffness, bulk, shear))
    lower, upper = bounds.hashin_shtrikman_lower, bounds.hashin_shtrikman_upper
    assert (best[1] <= [lower.bulk * (1 + 1e-9), lower.shear * (1 + 1e-9)]).all()
    assert (best[-1] >= [upper.bulk * (1 - 1e-9), upper.shear * (1 - 1e-9)]).all()
    # The grid's best is near: its steps are 19 % in bulk and 12 % in shear modulus.
    assert best[1] == pytest.approx([lower.bulk, lower.shear], rel=0.1)
    assert best[-1] == pytest.approx([upper.bulk, upper.shear], rel=0.1)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_self_consistent_medium_is_its_own_mean(seed):
    stiffness = random_stiffness(seed)
    medium = bounds_of_polycrystal(stiffness).self_consistent
    assert mean_in(stiffness, medium.bulk, medium.shear) == pytest.approx((medium.bulk, medium.shear), rel=1e-9)


@given(seed=st.integers(0, 10**6), softest=st.floats(1e-8, 1))
def test_every_average_lies_within_the_wider_bounds(seed, softest):
    bounds = bounds_of_polycrystal(random_stiffness(seed, softest))
    for modulus in ("bulk", "shear"):
        values = np.array([getattr(getattr(bounds, average), modulus) for average in NARROWING])
        # A theorem: only rounding and the self-consistent iteration's end may break it.
        assert (values[1:] >= values[:-1] * (1 - 1e-9)).all()


@given(seed=st.integers(0, 10**6), factor=st.floats(1e-3, 1e12))
def test_averages_scale_and_do_not_turn_with_the_axes(seed, factor):
    stiffness = random_stiffness(seed, softest=0.05)
    kelvin = np.sqrt([1, 1, 1, 2, 2, 2])
    basis = [elastic_tensor.strain_matrix(unit / kelvin) for unit in np.eye(6)]
    turn = Rotation.random(random_state=seed).as_matrix()
    turned = np.array([[np.sum(one * (turn @ other @ turn.T)) for other in basis] for one in basis])
    moved = turned @ (stiffness * np.outer(kelvin, kelvin)) @ turned.T / np.outer(kelvin, kelvin)
    here, there = bounds_of_polycrystal(stiffness), bounds_of_polycrystal(factor * moved)
    for average in NARROWING:
        for modulus in ("bulk", "shear"):
            expected = factor * getattr(getattr(here, average), modulus)
            assert getattr(getattr(there, average), modulus) == pytest.approx(expected, rel=1e-8)


@given(seed=st.integers(0, 10**6))
def test_voigt_and_reuss_are_those_of_the_elastic_tensor(seed):
    stiffness = random_stiffness(seed)
    bounds, known = bounds_of_polycrystal(stiffness), elastic_tensor.averages(stiffness)
    assert (bounds.voigt.bulk, bounds.voigt.shear) == pytest.approx((known.bulk_voigt, known.shear_voigt))
    assert (bounds.reuss.bulk, bounds.reuss.shear) == pytest.approx((known.bulk_reuss, known.shear_reuss))


def test_constants_like_those_of_graphite_have_bounds_far_apart():
    """Layers that hardly hold together: Voigt's average is 24 times Reuss's in shear."""
    bounds = bounds_of_polycrystal(hexagonal(1060, 180, 15, 36.5, 4.0))
    assert bounds.voigt.shear / bounds.reuss.shear > 20
    assert bounds.hashin_shtrikman_lower.shear > 1.5 * bounds.reuss.shear
    assert bounds.hashin_shtrikman_upper.shear < 0.7 * bounds.voigt.shear
    assert bounds.hashin_shtrikman_lower.shear < bounds.self_consistent.shear < bounds.hashin_shtrikman_upper.shear


@pytest.mark.parametrize(
    ("stiffness", "words"),
    [
        (np.eye(5), "shape"),
        (np.full((6, 6), np.nan), "finite"),
        (np.eye(6) + np.eye(6, k=1), "not symmetric"),
        (np.diag([1, 1, 1, 1, 1, -0.1]), "not positive definite"),
        (cubic(100, 120, 50), "not positive definite"),
    ],
)
def test_what_is_no_stable_stiffness_is_refused(stiffness, words):
    with pytest.raises(UsageError, match=words):
        bounds_of_polycrystal(stiffness)
