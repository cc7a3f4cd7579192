"""Half-spaces against a direct solution of the equations of equilibrium, Stroh's eigenvalues and closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomscreen.properties.mechanics.elastic_tensor import averages, poisson_ratio
from atomscreen.properties.plating.alkali_metals import METALS
from atomscreen.properties.plating.electrodeposition_stability import isotropic_stress
from atomscreen.properties.plating.half_space import half_spaces, interface_stress

VOIGT = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])


def isotropic(shear, poisson):
    bulk = 2 * shear * (1 + poisson) / (3 * (1 - 2 * poisson))
    stiffness = np.diag([2 * shear] * 3 + [shear] * 3).astype(float)
    stiffness[:3, :3] += bulk - 2 * shear / 3
    return stiffness


def general(seed):
    """A stiffness without any symmetry, comfortably positive definite."""
    half = np.random.default_rng(seed).uniform(-1, 1, (6, 6))
    return 20 * (half @ half.T + np.eye(6))


def random_axes(seed):
    axes, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return axes * np.linalg.det(axes)


def tensor_in(stiffness, axes):
    tensor = stiffness[VOIGT[:, :, None, None], VOIGT]
    return np.einsum("ai,bj,ck,dl,ijkl->abcd", axes, axes, axes, axes, tensor)


def turned(stiffness, rotation):
    tensor = tensor_in(stiffness, rotation)
    places = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
    return np.array([[tensor[first + second] for second in places] for first in places])


def chebyshev(count):
    """Points and differentiation matrix on [−1, 1] (Trefethen)."""
    points = np.cos(np.pi * np.arange(count + 1) / count)
    weights = np.r_[2, np.ones(count - 1), 2] * (-1.0) ** np.arange(count + 1)
    difference = points[:, None] - points[None, :]
    matrix = np.outer(weights, 1 / weights) / (difference + np.eye(count + 1))
    return points, matrix - np.diag(matrix.sum(axis=1))


def collocated_stresses(metal, electrolyte, depth=40.0, count=140):
    """Solve T u″ + i(R + Rᵀ)u′ − Q u = 0 (k = 1) on both sides at once, and return σ_nn and σ_tt of each.

    No eigenvalues, no integrals: equilibrium at collocation points, displacements that vanish far away, displacements
    and tangential tractions that agree at the interface, where the normal displacement is 1.
    """
    _, derivative = chebyshev(count)
    size = 3 * (count + 1)
    system, right = np.zeros((2 * size, 2 * size), complex), np.zeros(2 * size, complex)
    sides, first = [], np.eye(count + 1)
    # Chebyshev's points run from +1 to −1: the interface is the last point above and the first point below.
    for offset, tensor, surface, far in ((0, electrolyte, count, 0), (size, metal, 0, count)):
        slope = derivative * 2 / depth
        q, r, t = tensor[:, 0, :, 0], tensor[:, 0, :, 2], tensor[:, 2, :, 2]
        block = np.kron(slope @ slope, t) + 1j * np.kron(slope, r + r.T) - np.kron(first, q)
        normal = np.kron(slope, t) + 1j * np.kron(first, r.T)
        along = np.kron(slope, r) + 1j * np.kron(first, q)
        at = slice(3 * surface, 3 * surface + 3)
        for rows in (slice(3 * far, 3 * far + 3), at):
            block[rows] = 0
        block[3 * far : 3 * far + 3, 3 * far : 3 * far + 3] = np.eye(3)
        system[offset : offset + size, offset : offset + size] = block
        sides.append((offset, at, normal, along))
    (up, at_up, normal_up, along_up), (down, at_down, normal_down, along_down) = sides
    row = np.arange(up + at_up.start, up + at_up.stop)
    system[row, row], system[row, np.arange(down + at_down.start, down + at_down.stop)] = 1, -1
    row = np.arange(down + at_down.start, down + at_down.stop)
    for place in (0, 1):
        system[row[place], up : up + size] = normal_up[at_up][place]
        system[row[place], down : down + size] = -normal_down[at_down][place]
    system[row[2], up + at_up.start + 2], right[row[2]] = 1, 1
    solved = np.linalg.solve(system, right)
    above, below = solved[up : up + size], solved[down : down + size]
    return [
        (normal[at] @ side)[2].real if which == "nn" else (along[at] @ side)[0].real
        for side, at, normal, along in ((below, at_down, normal_down, along_down), (above, at_up, normal_up, along_up))
        for which in ("nn", "tt")
    ]


@pytest.mark.parametrize("case", ["isotropic", "lithium on a triclinic crystal", "two triclinic crystals"])
def test_stresses_agree_with_a_direct_solution_of_equilibrium(case):
    metal, electrolyte = {
        "isotropic": (isotropic(3.4, 0.42), isotropic(50, 0.25)),
        "lithium on a triclinic crystal": (METALS["Li"].stiffness, general(1)),
        "two triclinic crystals": (general(2), general(3)),
    }[case]
    below, above = random_axes(4), random_axes(5)
    nn_e, tt_e, nn_s, tt_s = collocated_stresses(tensor_in(metal, below), tensor_in(electrolyte, above))
    found = interface_stress(half_spaces(metal, below), half_spaces(electrolyte, above))
    # What collocation leaves: exp(−40) at the far ends and its own rounding, which grows with the fourth power of count.
    assert found.deviator_jump == pytest.approx((nn_e - tt_e - nn_s + tt_s) / 2, rel=1e-6)
    assert found.pressure_sum == pytest.approx(-(nn_e + tt_e + nn_s + tt_s) / 2, rel=1e-6)


def test_impedance_agrees_with_stroh_eigenvectors():
    stiffness, axes = general(7), random_axes(8)
    tensor = tensor_in(stiffness, axes)
    q, r, t = tensor[:, 0, :, 0], tensor[:, 0, :, 2], tensor[:, 2, :, 2]
    inverse = np.linalg.inv(t)
    matrix = np.block([[-inverse @ r.T, inverse], [r @ inverse @ r.T - q, -r @ inverse]])
    roots, vectors = np.linalg.eig(matrix)
    decaying = vectors[:, roots.imag > 0]
    expected = -1j * decaying[3:] @ np.linalg.inv(decaying[:3])
    assert half_spaces(stiffness, axes).impedance == pytest.approx(expected, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(
    shears=st.tuples(st.floats(0.1, 200), st.floats(0.1, 200)),
    poissons=st.tuples(st.floats(-0.2, 0.48), st.floats(-0.2, 0.48)),
    seed=st.integers(0, 99),
)
def test_isotropic_solids_give_the_closed_form_in_any_orientation(shears, poissons, seed):
    metal, electrolyte = (isotropic(*pair) for pair in zip(shears, poissons, strict=True))
    found = interface_stress(half_spaces(metal, random_axes(seed)), half_spaces(electrolyte, random_axes(seed + 1000)))
    expected = isotropic_stress(shears[0], poissons[0], shears[1], poissons[1])
    scale = max(shears)  # differences of stresses of this size
    assert found.deviator_jump == pytest.approx(expected.deviator_jump, abs=1e-9 * scale)
    assert found.pressure_sum == pytest.approx(expected.pressure_sum, abs=1e-9 * scale)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_impedance_is_hermitian_positive_definite_and_turns_with_the_crystal(seed):
    stiffness, axes, rotation = general(seed), random_axes(seed + 1), random_axes(seed + 2)
    impedance = half_spaces(stiffness, axes).impedance
    assert impedance == pytest.approx(impedance.conj().T, abs=1e-8 * np.abs(impedance).max())
    assert np.linalg.eigvalsh(impedance).min() > 0  # the energy of any wave
    again = half_spaces(turned(stiffness, rotation), axes @ rotation.T).impedance
    assert again == pytest.approx(impedance, rel=1e-8, abs=1e-8 * np.abs(impedance).max())


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_polycrystal_stresses_do_not_depend_on_the_axes_of_the_crystal(seed):
    stiffness = general(seed)
    pair = []
    for tensor in (stiffness, turned(stiffness, random_axes(seed + 1))):
        mean = averages(tensor)
        pair.append(isotropic_stress(3.4, 0.42, mean.shear, poisson_ratio(mean.bulk, mean.shear)))
    assert pair[1].deviator_jump == pytest.approx(pair[0].deviator_jump)
    assert pair[1].pressure_sum == pytest.approx(pair[0].pressure_sum)


def test_a_wave_and_its_opposite_have_the_same_stresses():
    stiffness, axes = general(11), random_axes(12)
    backward = np.array([-axes[0], -axes[1], axes[2]])
    lithium = METALS["Li"].stiffness
    here = interface_stress(half_spaces(lithium, axes), half_spaces(stiffness, axes))
    there = interface_stress(half_spaces(lithium, backward), half_spaces(stiffness, backward))
    assert there.deviator_jump == pytest.approx(here.deviator_jump)
    assert there.pressure_sum == pytest.approx(here.pressure_sum)


def test_many_orientations_at_once_are_one_at_a_time():
    stiffness, axes = general(13), np.array([random_axes(seed) for seed in range(4)])
    for impedance, one in zip(half_spaces(stiffness, axes).impedance, axes, strict=True):
        assert impedance == pytest.approx(half_spaces(stiffness, one).impedance)
