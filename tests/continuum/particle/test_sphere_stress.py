from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomscreen.continuum.particle.radial_mesh import radial_mesh
from atomscreen.continuum.particle.sphere_stress import sphere_stress, stress_free_strain
from atomscreen.core.errors import UsageError
from tests.continuum.examples import curve, graphite, lithium_cobalt_oxide
from tests.continuum.particle.constant import POISSON, YOUNG, constant_electrode


def test_a_parabola_with_constant_moduli_has_its_closed_form() -> None:
    electrode = constant_electrode(swelling=1e-6)
    errors = []
    for shells in (20, 40, 80):
        mesh = radial_mesh(shells)
        found = sphere_stress(electrode, mesh, 0.5 + 0.1 * mesh.radii**2, np.asarray(0.6))
        # EΔe/[15(1 − ν)] · 2 with e a third of the swelling: c̄ − c(R) = −0.04, c̄ − c(0) = 0.06.
        unit = YOUNG * 1e-6 / 3 / (1 - POISSON)
        # Exact on any mesh but for the cube root in the strain, 1e-6 of it.
        assert found.surface_tangential == pytest.approx(-0.04 * unit, rel=1e-6)
        assert found.centre == pytest.approx(2 / 3 * 0.06 * unit, rel=1e-6)
        squares = mesh.radii**2
        errors.append(np.abs(found.radial - 0.04 * unit * (1 - squares)).max() / (0.04 * unit))
        assert (
            np.abs(found.tangential - 0.04 * unit * (1 - 2 * squares)).max() < 0.02 * 0.04 * unit * (20 / shells) ** 2
        )
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.15)
    assert errors[1] / errors[2] == pytest.approx(4, rel=0.15)


def test_constant_moduli_have_the_integrals_of_the_thermal_analogy() -> None:
    electrode, mesh = constant_electrode(), radial_mesh(200)

    def profile(places: np.ndarray) -> np.ndarray:
        return 0.4 + 0.3 * np.exp(-8 * (1 - places)) * places**2

    found = sphere_stress(electrode, mesh, profile(mesh.radii), profile(np.asarray(1.0)))
    fine = np.linspace(0.0, 1.0, 20001)
    strains = stress_free_strain(electrode, profile(fine)) * fine**2
    within = np.concatenate([[0.0], np.cumsum((strains[1:] + strains[:-1]) / 2 * np.diff(fine))])
    whole, inner = 3 * within[-1], 3 * np.interp(mesh.radii, fine, within) / mesh.radii**3
    local = stress_free_strain(electrode, profile(mesh.radii))
    stiffness = YOUNG / (3 * (1 - POISSON))
    # Second order in shells of 1/130 at the most.
    size = np.abs(found.tangential).max()
    assert found.radial == pytest.approx(2 * stiffness * (whole - inner), abs=2e-3 * size)
    assert found.tangential == pytest.approx(stiffness * (2 * whole + inner - 3 * local), abs=2e-3 * size)


def test_two_materials_have_the_stress_of_lames_spheres() -> None:
    # A core that swells in a shell of other moduli: the contact pressure of two Lamé solutions that fit.
    electrode = dataclasses.replace(
        constant_electrode(),
        youngs_modulus=curve({0.0: 5.0e10, 1.0: 2.0e11}, logarithmic=True),
        poisson_ratio=curve({0.0: 0.2, 1.0: 0.35}),
    )
    mesh = radial_mesh(30)
    contents = np.where(np.arange(30) < 12, 1.0, 0.0)
    found = sphere_stress(electrode, mesh, contents, np.asarray(0.0))
    ratio = mesh.faces[12] ** 3  # volume of the core
    bulk_core, bulk, shear = 2.0e11 / (3 * 0.3), 5.0e10 / (3 * 0.6), 5.0e10 / (2 * 1.2)
    misfit = float(np.subtract(*stress_free_strain(electrode, np.array([1.0, 0.0]))))
    # The core strains by e − p/3K₁, the hole in the shell by p/(1 − f) (f/3K + 1/4G).
    pressure = misfit / (1 / (3 * bulk_core) + (ratio / (3 * bulk) + 1 / (4 * shear)) / (1 - ratio))
    assert found.radial[:12] == pytest.approx(-pressure, rel=1e-9)
    assert found.tangential[:12] == pytest.approx(-pressure, rel=1e-9)
    decay = pressure * ratio / (1 - ratio)
    assert found.radial[12:] == pytest.approx(decay * (1 - mesh.radii[12:] ** -3), rel=1e-9)
    assert found.tangential[12:] == pytest.approx(decay * (1 + mesh.radii[12:] ** -3 / 2), rel=1e-9)
    assert found.surface_tangential == pytest.approx(1.5 * decay, rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.0, 1.0), st.sampled_from([lithium_cobalt_oxide, graphite]))
def test_an_even_content_makes_no_stress(content: float, example: object) -> None:
    mesh = radial_mesh(10)
    found = sphere_stress(example(), mesh, np.full(10, content), np.asarray(content))  # type: ignore[operator]
    for stress in (found.radial, found.tangential, found.surface_tangential, found.centre):
        assert np.abs(stress).max() < 1e-3  # Pa: rounding of strains of 0.01 in 1e11 Pa


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0.05, 0.95), min_size=6, max_size=6))
def test_any_profile_is_in_balance(points: list[float]) -> None:
    electrode, mesh = graphite(), radial_mesh(400)
    contents = np.interp(mesh.radii, np.linspace(0, 1, 6), points)
    found = sphere_stress(electrode, mesh, contents, np.asarray(points[-1]))
    # The tangential stress over half a sphere's face sums up to nothing, by midpoints of 400 shells.
    shares = np.diff(mesh.faces**2)
    size = max(1.0, float(np.abs(found.tangential).max()))
    assert found.tangential @ shares == pytest.approx(0.0, abs=2e-3 * size)
    assert np.abs(found.radial[-1]) < 0.02 * size  # free surface


def test_many_profiles_at_once_are_those_one_by_one() -> None:
    electrode, mesh = lithium_cobalt_oxide(), radial_mesh(12)
    contents = np.random.default_rng(0).uniform(0.2, 0.9, (2, 3, 12))
    surfaces = contents[..., -1] - 0.05
    found = sphere_stress(electrode, mesh, contents, surfaces)
    for place in np.ndindex(2, 3):
        one = sphere_stress(electrode, mesh, contents[place], surfaces[place])
        assert found.radial[place] == pytest.approx(one.radial, rel=1e-9, abs=1.0)
        assert found.surface_tangential[place] == pytest.approx(one.surface_tangential)
        assert found.centre[place] == pytest.approx(one.centre)
    assert found.von_mises == pytest.approx(np.abs(found.radial - found.tangential))
    assert found.hydrostatic == pytest.approx((found.radial + 2 * found.tangential) / 3)


def test_a_tiny_difference_of_content_is_not_lost() -> None:
    mesh, electrode = radial_mesh(60), lithium_cobalt_oxide()
    tiny, small = (
        sphere_stress(electrode, mesh, 0.6 + size * mesh.radii**2, np.asarray(0.6 + size)) for size in (1e-9, 1e-6)
    )
    # A double holds 1 plus a strain to 1e-16, a hundred thousandth of the strains' difference of about 1e-11.
    assert tiny.surface_tangential * 1000 == pytest.approx(small.surface_tangential, rel=1e-4)
    assert tiny.centre * 1000 == pytest.approx(small.centre, rel=1e-4)


def test_a_sphere_of_too_few_shells_is_refused() -> None:
    with pytest.raises(UsageError, match="too coarse"):
        radial_mesh(3)
