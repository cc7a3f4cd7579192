"""Grains: the radial texture against a numerical solution of equilibrium, the random one in its limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomscreen.continuum.crystal import Crystal
from atomscreen.continuum.fracture.grain_size import (
    Z_SPREAD,
    critical_size,
    deviatoric_norm,
    grain_sizes,
    radial_texture_diameter,
    radial_texture_stress,
)
from atomscreen.core.errors import UsageError
from tests.continuum.fracture.conftest import FRACTURE_ENERGY, MODULUS, POISSON, even_electrode, flat

THREEFOLD = np.array([np.linalg.matrix_power([[0, 0, 1], [1, 0, 0], [0, 1, 0]], n) for n in range(3)])
"""About the diagonal of the axes, which an isotropic strain and one along the diagonal survive."""


def crystal(strain: np.ndarray, empty: float = 0.0, symmetry: np.ndarray | None = None) -> Crystal:
    """Return a crystal whose strain is known from a content to 1."""
    strains = {empty: strain, 1.0: np.zeros((3, 3))}
    return Crystal(
        "made", "LiX", {1.0: np.eye(6)}, strains, {}, symmetry=np.eye(3)[None] if symmetry is None else symmetry
    )


def numerical_texture(difference: float, radii: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return stresses from the boundary-value problem of the displacement u, in terms of w = u/r and its slope.

    σ_r = (λ + 2μ)(u' − ε_r) + 2λ(u/r − ε_θ), dσ_r/dr + 2(σ_r − σ_θ)/r = 0, σ_r = 0 at the surface; near the centre,
    where u/r goes with ln r, by r w' = A, the constant that a regular stress difference asks for.
    """
    from scipy.integrate import solve_bvp

    lame = MODULUS * POISSON / ((1 + POISSON) * (1 - 2 * POISSON))
    shear = MODULUS / (2 * (1 + POISSON))
    along, across = difference, 0.0

    def change(s, y):  # s = ln r; y = w, dw/ds. u' = w + dw/ds.
        return np.vstack([y[1], -3 * y[1] + 4 * shear * (along - across) / (lame + 2 * shear)])

    def radial(w, slope):
        return (lame + 2 * shear) * (w + slope - along) + 2 * lame * (w - across)

    def ends(inner, outer):
        # At the inner end what diverges there as 1/r³ is absent: the slope has no part that falls off.
        return np.array([change(0.0, inner[:, None])[1, 0], radial(*outer)])

    grid = np.linspace(math.log(1e-4), 0.0, 400)
    solved = solve_bvp(change, ends, grid, np.zeros((2, 400)), tol=1e-10)
    w, slope = solved.sol(np.log(radii))
    tangential = lame * (w + slope - along) + 2 * (lame + shear) * (w - across)
    return radial(w, slope), tangential


@pytest.mark.parametrize("difference", [0.01, -0.03])
def test_radial_texture_solves_equilibrium(difference):
    radii = np.array([0.001, 0.01, 0.1, 0.3, 0.7, 1.0])
    radial, tangential = (stress(radii) for stress in radial_texture_stress(1.0, MODULUS, POISSON, difference))
    numerical = numerical_texture(difference, radii)
    scale = MODULUS * abs(difference)
    assert radial == pytest.approx(numerical[0], abs=1e-6 * scale)  # the boundary-value problem's tolerance
    assert tangential == pytest.approx(numerical[1], abs=1e-6 * scale)


def test_radial_texture_has_no_force_across_a_section():
    # The tangential stress over a section through the centre balances: ∫ σ_θ r dr = 0.
    from scipy.integrate import quad

    _, tangential = radial_texture_stress(1.0, MODULUS, POISSON, 0.02)
    total, _ = quad(lambda r: float(tangential(np.asarray(r))) / MODULUS * r, 0, 1)
    assert total == pytest.approx(0.0, abs=1e-8)


def test_a_lattice_that_shrinks_along_the_radius_cracks_at_the_centre():
    # K = 2S√(a/π)(1 − 2 ln 2a) is greatest at 2a = e^(−3/2), where it is 8 S e^(−3/4)/√(2π).
    diameter, place = radial_texture_diameter(FRACTURE_ENERGY, MODULUS, POISSON, -0.02)
    stress = MODULUS * 0.02 / (3 * (1 - POISSON))
    factor = 8 * math.exp(-0.75) / math.sqrt(2 * math.pi)
    exact = 2 * FRACTURE_ENERGY * MODULUS / ((factor * stress) ** 2 * (1 - POISSON**2))
    assert place == "centre"
    assert diameter == pytest.approx(exact, rel=3e-3)  # sizes of flaws are looked at 12 % apart


def test_a_lattice_that_grows_along_the_radius_cracks_at_the_surface():
    diameter, place = radial_texture_diameter(FRACTURE_ENERGY, MODULUS, POISSON, 0.02)
    assert place == "surface"
    # Its stress falls from S at the surface, so that it is safer than S all along a crack as deep as the tension goes.
    stress = MODULUS * 0.02 / (3 * (1 - POISSON))
    tension = 1 - math.exp(-0.5)
    uniform = FRACTURE_ENERGY * MODULUS / (1.1215**2 * math.pi * tension * stress**2 * (1 - POISSON**2))
    assert diameter / 2 > uniform


def test_random_grains_have_the_formulas_size():
    strain = np.diag([0.02, -0.01, -0.01])
    assert deviatoric_norm(strain + 0.05 * np.eye(3)) == pytest.approx(math.sqrt(6) * 0.01)
    found = grain_sizes(even_electrode(), crystal(strain), flat(FRACTURE_ENERGY), 0.0)
    assert found.random == pytest.approx(FRACTURE_ENERGY / (MODULUS * 6e-4))
    assert found.random_content == 0.0  # the strain is greatest at the end
    # Cleveland and Bradt's 14.4 γ/(E Δε²) with G_c = 2γ is at the lower end of the interval of Z that is given.
    of_ceramics = 7.2 * FRACTURE_ENERGY / (MODULUS * 0.03**2)
    assert 1 < of_ceramics / found.random < Z_SPREAD**2


@given(angle=st.floats(0, 2 * math.pi), axis=st.sampled_from(range(3)), scale=st.floats(0.1, 3.0))
def test_sizes_do_not_depend_on_axes_and_go_with_the_inverse_square_of_strain(angle, axis, scale):
    strain = np.diag([0.02, -0.01, -0.006])
    turn = np.eye(3)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    turn[[i, i, j, j], [i, j, i, j]] = [math.cos(angle), -math.sin(angle), math.sin(angle), math.cos(angle)]
    first = grain_sizes(even_electrode(), crystal(strain), flat(FRACTURE_ENERGY), 0.0)
    second = grain_sizes(even_electrode(), crystal(scale * turn @ strain @ turn.T), flat(FRACTURE_ENERGY), 0.0)
    for name in ("random", "radial"):
        assert getattr(second, name) * scale**2 == pytest.approx(getattr(first, name), rel=1e-6)


def test_a_shorter_charge_allows_larger_grains():
    strain = crystal(np.diag([0.02, -0.01, -0.01]))
    half, whole = (grain_sizes(even_electrode(), strain, flat(FRACTURE_ENERGY), cutoff).random for cutoff in (0.5, 0.0))
    assert half / whole == pytest.approx(4.0)


def test_an_isotropic_strain_cracks_no_grains():
    found = grain_sizes(even_electrode(), crystal(np.eye(3) * 0.01), flat(FRACTURE_ENERGY), 0.0)
    assert (found.random, found.radial, found.strain) == (math.inf, math.inf, 0.0)
    assert critical_size(1.0, 1e11, 0.0) == math.inf


def test_the_shear_of_an_ordering_averages_out_over_its_domains():
    along = 0.02 * np.full((3, 3), 1 / 3)  # a strain of the diagonal
    shear = np.array([[0.03, 0.01, 0.0], [0.01, -0.02, -0.01], [0.0, -0.01, -0.01]])
    assert np.trace(shear) == pytest.approx(0.0)
    assert np.sum(shear) == pytest.approx(0.0)
    sizes = [
        grain_sizes(even_electrode(), crystal(strain, symmetry=THREEFOLD), flat(FRACTURE_ENERGY), 0.0)
        for strain in (along, along + shear)
    ]
    assert sizes[1].random == pytest.approx(sizes[0].random)
    assert sizes[1].radial == pytest.approx(sizes[0].radial)
    alone = grain_sizes(even_electrode(), crystal(along + shear), flat(FRACTURE_ENERGY), 0.0)
    assert alone.random < sizes[1].random / 2


def test_what_averages_to_a_cube_cracks_no_grains():
    cubic = crystal(np.diag([0.03, -0.01, 0.02]), symmetry=THREEFOLD)
    found = grain_sizes(even_electrode(), cubic, flat(FRACTURE_ENERGY), 0.0)
    assert (found.random, found.radial) == (math.inf, math.inf)


def test_no_size_rests_on_a_strain_that_is_not_known():
    half = crystal(np.diag([0.02, -0.01, -0.01]), empty=0.5)
    assert grain_sizes(even_electrode(), half, flat(FRACTURE_ENERGY), 0.4) is None
    known = grain_sizes(even_electrode(), half, flat(FRACTURE_ENERGY), 0.5)
    assert known.random == pytest.approx(FRACTURE_ENERGY / (MODULUS * 6e-4))
    # A negative electrode is assembled empty: what its strain is since then nobody knows.
    anode = even_electrode(side="Negative")
    assert grain_sizes(anode, half, flat(FRACTURE_ENERGY), 1.0) is None


def test_of_equal_sizes_the_first_of_the_charge_is_told():
    strains = {0.0: np.diag([0.02, -0.01, -0.01]), 0.5: np.diag([0.02, -0.01, -0.01]), 1.0: np.zeros((3, 3))}
    flat_from_half = Crystal("made", "LiX", {1.0: np.eye(6)}, strains, {})
    found = grain_sizes(even_electrode(), flat_from_half, flat(FRACTURE_ENERGY), 0.0)
    assert (found.random_content, found.radial_content) == pytest.approx((0.5, 0.5))


@pytest.mark.parametrize("wrong", [(-1.0, 1e11, 0.01, 1.0), (1.0, 0.0, 0.01, 1.0), (1.0, 1e11, 0.01, 0.0)])
def test_what_is_not_positive_is_refused(wrong):
    with pytest.raises(UsageError, match="are positive"):
        critical_size(*wrong)
