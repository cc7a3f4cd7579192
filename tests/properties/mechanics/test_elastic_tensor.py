"""Averages, symmetry and fit of elastic tensors against closed forms and rotations."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomscreen.properties.mechanics import elastic_tensor as tensor


def isotropic(bulk, shear):
    """Stiffness of an isotropic solid: λ + 2μ, λ, μ."""
    stiffness = np.zeros((6, 6))
    stiffness[:3, :3] = bulk - 2 * shear / 3
    stiffness[np.arange(3), np.arange(3)] += 2 * shear
    stiffness[np.arange(3, 6), np.arange(3, 6)] = shear
    return stiffness


def rotated(stiffness, rotation):
    """Turn a Voigt stiffness as a fourth-rank tensor, by explicit summation."""
    voigt = {(0, 0): 0, (1, 1): 1, (2, 2): 2, (1, 2): 3, (0, 2): 4, (0, 1): 5}
    index = {**voigt, **{(column, row): place for (row, column), place in voigt.items()}}
    full = np.array(
        [
            [[[stiffness[index[i, j], index[k, m]] for m in range(3)] for k in range(3)] for j in range(3)]
            for i in range(3)
        ]
    )
    turned = np.einsum("ai,bj,ck,dm,ijkm->abcd", rotation, rotation, rotation, rotation, full)
    return np.array([[turned[first + second] for second in voigt] for first in voigt])


def turn(angles):
    """Rotation by three Euler angles."""
    (a, b, c) = angles
    about_z = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    again = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return about_z @ about_x @ again


def group(*generators):
    """Return the closure of rotations under multiplication."""
    found = [np.eye(3)]
    while True:
        products = [a @ b for a, b in itertools.product([*found, *generators], repeat=2)]
        new = [p for p in products if not any(np.allclose(p, f) for f in found)]
        if not new:
            return np.array(found)
        for product in new:
            if not any(np.allclose(product, f) for f in found):
                found.append(product)


@given(bulk=st.floats(1, 400), shear=st.floats(1, 400))
def test_isotropic_solid_gives_its_own_moduli(bulk, shear):
    mean = tensor.averages(isotropic(bulk, shear))
    for found in (mean.bulk, mean.bulk_voigt, mean.bulk_reuss):
        assert found == pytest.approx(bulk, rel=1e-9)
    for found in (mean.shear, mean.shear_voigt, mean.shear_reuss):
        assert found == pytest.approx(shear, rel=1e-9)
    assert mean.universal_anisotropy == pytest.approx(0, abs=1e-8)
    # Eigenvalues in Kelvin's notation: 3K once and 2G five times.
    assert tensor.eigenvalues(isotropic(bulk, shear)) == pytest.approx(sorted([3 * bulk, *[2 * shear] * 5]), rel=1e-8)


def test_cubic_closed_form():
    # Copper (Simmons and Wang): C11, C12, C44; Voigt and Reuss shear of a cubic crystal in closed form.
    c11, c12, c44 = 168.4, 121.4, 75.4
    stiffness = np.diag([c11 - c12] * 3 + [c44] * 3).astype(float)
    stiffness[:3, :3] += c12
    mean = tensor.averages(stiffness)
    assert mean.bulk == pytest.approx((c11 + 2 * c12) / 3)
    assert mean.shear_voigt == pytest.approx((c11 - c12 + 3 * c44) / 5)
    assert mean.shear_reuss == pytest.approx(5 * (c11 - c12) * c44 / (4 * c44 + 3 * (c11 - c12)))
    # Zener's ratio A gives A_U = 6/5 (√A − 1/√A)² for cubic crystals (Ranganathan and Ostoja-Starzewski 2008).
    zener = 2 * c44 / (c11 - c12)
    assert mean.universal_anisotropy == pytest.approx(1.2 * (np.sqrt(zener) - 1 / np.sqrt(zener)) ** 2)


positive_definite = st.lists(st.floats(-1, 1), min_size=36, max_size=36).map(
    lambda values: 50 * (np.reshape(values, (6, 6)) @ np.reshape(values, (6, 6)).T + 0.2 * np.eye(6))
)


@settings(max_examples=30)
@given(stiffness=positive_definite, angles=st.tuples(*[st.floats(0, 6.3)] * 3))
def test_averages_do_not_depend_on_axes(stiffness, angles):
    here, there = tensor.averages(stiffness), tensor.averages(rotated(stiffness, turn(angles)))
    for name in ("bulk_voigt", "bulk_reuss", "shear_voigt", "shear_reuss"):
        assert getattr(there, name) == pytest.approx(getattr(here, name), rel=1e-7)
    assert here.bulk_reuss <= here.bulk_voigt * (1 + 1e-12)
    assert here.shear_reuss <= here.shear_voigt * (1 + 1e-12)


@given(bulk=st.floats(5, 300), shear=st.floats(5, 300))
def test_youngs_modulus_and_poisson_ratio_satisfy_the_identities_of_isotropic_solids(bulk, shear):
    young, poisson = tensor.youngs_modulus(bulk, shear), tensor.poisson_ratio(bulk, shear)
    assert young == pytest.approx(2 * shear * (1 + poisson))
    assert young == pytest.approx(3 * bulk * (1 - 2 * poisson))


FOURFOLD_Z = turn((np.pi / 2, 0, 0))
THREEFOLD_Z = turn((2 * np.pi / 3, 0, 0))
SIXFOLD_Z = turn((np.pi / 3, 0, 0))
TWOFOLD_X, TWOFOLD_Y = np.diag([1.0, -1, -1]), np.diag([-1.0, 1, -1])
THREEFOLD_111 = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])

# Number of independent constants (Nye), and of components of strain that no rotation of the group mixes.
SYSTEMS = {
    "cubic": ((FOURFOLD_Z, THREEFOLD_111), 3, 2),
    "hexagonal": ((SIXFOLD_Z, TWOFOLD_X), 5, 3),
    "trigonal": ((THREEFOLD_Z, TWOFOLD_X), 6, 3),
    "tetragonal": ((FOURFOLD_Z, TWOFOLD_X), 6, 4),
    "orthorhombic": ((TWOFOLD_X, TWOFOLD_Y), 9, 6),
    "monoclinic": ((TWOFOLD_Y,), 13, 6),
    "triclinic": ((), 21, 6),
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_fit_recovers_a_tensor_from_the_fewest_strains(system):
    generators, constants, n_strains = SYSTEMS[system]
    rotations = group(*generators)
    random = np.random.default_rng(3)
    half = random.uniform(-1, 1, (6, 6))
    general = half @ half.T + np.eye(6)
    stiffness = np.mean([rotated(general, rotation) for rotation in rotations], axis=0)
    images = [
        np.mean([rotated(basis, rotation) for rotation in rotations], axis=0).ravel()
        for i, j in itertools.combinations_with_replacement(range(6), 2)
        for basis in [_symmetric_unit(i, j)]
    ]
    assert np.linalg.matrix_rank(images, tol=1e-8) == constants  # the group is the one meant

    directions = tensor.independent_strains(rotations)
    strains = [tensor.strain_matrix(direction) for direction in directions]
    stresses = [_stress(stiffness, strain) for strain in strains]
    fitted, misfit = tensor.fit_stiffness(strains, stresses, rotations)
    assert len(directions) == n_strains
    assert fitted == pytest.approx(stiffness, abs=1e-10)
    assert misfit < 1e-10


def test_fit_has_the_symmetry_of_the_group_even_with_noise():
    rotations = group(FOURFOLD_Z, THREEFOLD_111)
    strains = [tensor.strain_matrix(direction) for direction in tensor.independent_strains(rotations)]
    noise = np.random.default_rng(1).normal(size=(3, 3))
    stresses = [_stress(isotropic(100, 40), strain) + noise + noise.T for strain in strains]
    fitted, misfit = tensor.fit_stiffness(strains, stresses, rotations)
    for rotation in rotations:
        assert rotated(fitted, rotation) == pytest.approx(fitted, abs=1e-9)
    assert (fitted == fitted.T).all()
    assert misfit > 0.1


def _symmetric_unit(i, j):
    unit = np.zeros((6, 6))
    unit[i, j] = unit[j, i] = 1
    return unit


def _stress(stiffness, strain):
    """Hooke's law with engineering shears."""
    (xx, xy, xz), (_, yy, yz), (_, _, zz) = strain
    voigt = stiffness @ [xx, yy, zz, 2 * yz, 2 * xz, 2 * xy]
    sxx, syy, szz, syz, sxz, sxy = voigt
    return np.array([[sxx, sxy, sxz], [sxy, syy, syz], [sxz, syz, szz]])
