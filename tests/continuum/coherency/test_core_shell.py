"""Core and shell in a sphere, against closed forms of films and inclusions, and the radial solver."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from atomscreen.continuum.coherency.core_shell import CoreShell, IsotropicPhase, core_shell_of
from atomscreen.continuum.coherency.thin_film import film_stress
from atomscreen.continuum.particle.radial_mesh import radial_mesh
from atomscreen.continuum.particle.sphere_stress import sphere_stress
from atomscreen.core.errors import UsageError
from tests.continuum.coherency.stiffnesses import isotropic
from tests.continuum.examples import lithium_cobalt_oxide

SOFT = IsotropicPhase(70e9, 0.35, 0.01)
STIFF = IsotropicPhase(180e9, 0.25, -0.005)
PARTICLE = CoreShell(SOFT, STIFF, 3e-6, 5e-6)

phases = st.builds(IsotropicPhase, st.floats(1e9, 5e11), st.floats(-0.2, 0.45), st.floats(-0.05, 0.05))


@given(phases, st.floats(0.05, 0.95))
def test_phases_of_the_same_strain_have_no_stress(phase, share):
    particle = CoreShell(phase, dataclasses.replace(phase, youngs_modulus=3e9), share, 1.0)
    assert particle.pressure == particle.energy == particle.hoop_in_shell == 0


@given(phases, phases, st.floats(0.05, 0.95))
def test_stresses_are_in_balance_and_the_shell_fits_the_core(core, shell, share):
    particle = CoreShell(core, shell, share, 1.0)
    scale = max(abs(particle.pressure), abs(particle.hoop_in_shell), 1e-3)
    assert particle.radial_stress(1.0) == pytest.approx(0, abs=1e-9 * scale)
    outside = np.nextafter(share, 1)
    assert particle.radial_stress(outside) == pytest.approx(particle.radial_stress(share), abs=1e-6 * scale)
    # On any cut through the centre the forces sum to nothing: ∫ σ_θ r dr = 0.
    forces = sum(
        quad(lambda r: float(particle.tangential_stress(r)) * r, *ends)[0] for ends in ((0, share), (outside, 1))
    )
    assert forces == pytest.approx(0, abs=1e-7 * scale)
    # Tangential strain, elastic and free, is that of the core on both sides of the interface.
    strains = [
        phase.strain + (tangential * (1 - phase.poisson_ratio) - radial * phase.poisson_ratio) / phase.youngs_modulus
        for phase, radial, tangential in (
            (core, -particle.pressure, -particle.pressure),
            (shell, -particle.pressure, particle.hoop_in_shell),
        )
    ]
    assert strains[0] == pytest.approx(strains[1], abs=1e-12)


def test_the_energy_is_that_of_the_stresses():
    def density(r, phase):
        radial, tangential = float(PARTICLE.radial_stress(r)), float(PARTICLE.tangential_stress(r))
        young, poisson = phase.youngs_modulus, phase.poisson_ratio
        squares = radial**2 + 2 * tangential**2 - 2 * poisson * (2 * radial * tangential + tangential**2)
        return 4 * math.pi * r**2 * squares / (2 * young)

    core = quad(density, 0, 3e-6, args=(SOFT,))[0]
    shell = quad(density, np.nextafter(3e-6, 1), 5e-6, args=(STIFF,))[0]
    assert PARTICLE.energy == pytest.approx(core + shell, rel=1e-9)
    assert PARTICLE.pressure > 0 and PARTICLE.hoop_in_shell > 0, "a core that would be larger opens its shell"


def test_a_thin_shell_is_a_film_on_a_rigid_solid():
    thin = dataclasses.replace(PARTICLE, core_radius=5e-6 * (1 - 1e-6))
    film = film_stress(isotropic(180e9, 0.25), (STIFF.strain - SOFT.strain) * np.eye(3), np.array([0, 0, 1]))
    # The core gives way by a millionth of what it would to as thick a shell as it is itself.
    assert thin.hoop_in_shell == pytest.approx(film[0, 0], rel=1e-5)
    assert thin.hoop_at_surface == pytest.approx(film[0, 0], rel=1e-5)
    assert thin.pressure == pytest.approx(2e-6 * film[0, 0], rel=1e-5), "2 t/a of the hoop stress"


def test_a_small_core_is_an_inclusion():
    """Energy 2G(1 + ν)/(1 − ν) ε² per volume in a matrix of the same moduli (J. D. Eshelby 1957)."""
    core = dataclasses.replace(STIFF, strain=0.01)
    small = CoreShell(core, dataclasses.replace(STIFF, strain=0.0), 1e-9, 1e-5)
    shear = 180e9 / (2 * 1.25)
    volume = 4 / 3 * math.pi * 1e-27
    assert small.energy / volume == pytest.approx(2 * shear * 1.25 / 0.75 * 0.01**2)
    assert small.hoop_in_shell == pytest.approx(small.pressure / 2)


def test_of_an_electrode():
    electrode = lithium_cobalt_oxide()
    particle = core_shell_of(electrode, 1.0, 0.5, 2e-6, 3e-6)
    change = float(electrode.volume_change.at(0.5))
    assert particle.misfit == pytest.approx(1 - np.cbrt(1 + change))
    assert particle.shell.youngs_modulus == pytest.approx(float(electrode.youngs_modulus.at(0.5)))
    same = core_shell_of(electrode, 0.7, 0.7, 2e-6, 3e-6)
    assert same.pressure == 0


@pytest.mark.parametrize(("core", "shell"), [(1.0, 0.4), (0.1, 0.9)])
def test_the_radial_solver_agrees(core, shell):
    """Finite elements that are exact in shells of one content each, with a step at one of their faces."""
    electrode = lithium_cobalt_oxide()
    mesh = radial_mesh(40)
    inner = 25
    contents = np.where(np.arange(40) < inner, core, shell)
    solved = sphere_stress(electrode, mesh, contents, np.asarray(shell))
    particle = core_shell_of(electrode, core, shell, 5e-6 * mesh.faces[inner], 5e-6)
    radii = 5e-6 * mesh.radii
    assert np.allclose(solved.radial, particle.radial_stress(radii), atol=1e-9 * abs(particle.pressure))
    assert np.allclose(solved.tangential, particle.tangential_stress(radii), atol=1e-9 * abs(particle.pressure))
    assert solved.surface_tangential == pytest.approx(particle.hoop_at_surface)


def test_wrong_use():
    with pytest.raises(UsageError, match="radii must rise"):
        CoreShell(SOFT, STIFF, 5e-6, 5e-6)
    with pytest.raises(UsageError, match="Poisson"):
        IsotropicPhase(1e9, 0.5, 0.0)
    with pytest.raises(UsageError, match="Young"):
        IsotropicPhase(-1e9, 0.3, 0.0)
    with pytest.raises(UsageError, match="content"):
        core_shell_of(lithium_cobalt_oxide(), 1.2, 0.5, 1e-6, 2e-6)
    for radii in (-1e-9, np.array([1e-6, 6e-6])):
        with pytest.raises(UsageError, match="between 0"):
            PARTICLE.radial_stress(radii)
