"""Stress in particles of grains: the closed form of a sphere, convergence with the mesh, and what no length changes."""

import dataclasses

import numpy as np
import pytest

from atomscreen.continuum.crystal import Crystal
from atomscreen.continuum.finite_elements import calculix
from atomscreen.continuum.finite_elements.deck import Body, no_rigid_motion
from atomscreen.continuum.finite_elements.grain_stress import (
    boundary_tractions,
    energy_density,
    grain_stress,
    stress_of,
    von_mises,
)
from atomscreen.continuum.finite_elements.grains import (
    Grains,
    grainy_ball,
    radial_texture,
    random_texture,
    single_grain,
)
from atomscreen.continuum.finite_elements.mesh import ball, box
from atomscreen.core.errors import UsageError
from tests.continuum.finite_elements.crystals import isotropic, needs_calculix

YOUNGS_MODULUS, POISSON_RATIO = 1.5e11, 0.25
RADIAL, TANGENTIAL = -0.02, 0.005
SPHERE = isotropic(YOUNGS_MODULUS, POISSON_RATIO, np.diag([TANGENTIAL, TANGENTIAL, RADIAL]))

# A sphere of an isotropic solid that would strain by a along and by b across its radius. With u(r) the displacement,
# equilibrium σ_r' + 2 (σ_r − σ_θ)/r = 0 is u'' + 2u'/r − 2u/r² = 3k/r, k = 2 (1 − 2ν)(a − b) / (3 (1 − ν)); u = k r ln r
# + c r with σ_r = 0 at the surface gives σ_r = A ln(r/R), σ_θ = A (ln(r/R) + 1/2), A = 2E (a − b) / (3 (1 − ν)), and the
# elastic energy over volume A² (1 − ν) / 4E.
AMPLITUDE = 2 * YOUNGS_MODULUS * (RADIAL - TANGENTIAL) / (3 * (1 - POISSON_RATIO))
ENERGY = AMPLITUDE**2 * (1 - POISSON_RATIO) / (4 * YOUNGS_MODULUS)

LAYERED = Crystal(
    "layered",
    "LiX",
    {
        1.0: 1e9
        * np.array(
            [
                [247.0, 125, 80, 0, 0, 0],
                [125, 247, 80, 0, 0, 0],
                [80, 80, 159, 0, 0, 0],
                [0, 0, 0, 33, 0, 0],
                [0, 0, 0, 0, 33, 0],
                [0, 0, 0, 0, 0, 61],
            ]
        )
    },
    {0.0: np.diag([-0.004, -0.004, 0.013]), 1.0: np.zeros((3, 3))},
    {},
)


def mean_energy(body: Body, stresses: np.ndarray) -> float:
    return float(np.average(energy_density(body, stresses), weights=body.mesh.point_volumes))


@needs_calculix
def test_a_sphere_that_strains_unalike_along_and_across_its_radius_has_the_closed_form():
    """Each element is a grain of its own, turned by its own place."""
    errors = []
    for divisions in (4, 8):
        mesh = ball(1e-6, divisions)
        rotations = radial_texture(SPHERE)(mesh.centroids, np.random.default_rng(0))
        body = Body(mesh, Grains(np.arange(len(mesh.elements)), rotations), SPHERE, (1.0, 0.0), no_rigid_motion(mesh))
        stresses = calculix.run(body).stresses[0]
        errors.append(mean_energy(body, stresses) / ENERGY - 1)
    assert errors[1] == pytest.approx(0, abs=0.01)
    assert errors[1] / errors[0] == pytest.approx(1 / 4, rel=0.15)  # the error goes as the square of the elements' size
    matrices = stresses.mean(axis=1)[:, [[0, 5, 4], [5, 1, 3], [4, 3, 2]]]
    distances = np.linalg.norm(mesh.centroids, axis=1)
    outward = mesh.centroids / distances[:, None]
    radial = np.einsum("ei,eij,ej->e", outward, matrices, outward)
    tangential = (np.trace(matrices, axis1=1, axis2=2) - radial) / 2
    for low, high in ((0.3, 0.6), (0.6, 0.8), (0.8, 1.0)):
        shell = (distances > low * 1e-6) & (distances < high * 1e-6)
        logarithm = np.log(distances[shell] / 1e-6)
        near = 0.02 * abs(AMPLITUDE)  # elements are a tenth of the radius thick
        assert radial[shell].mean() == pytest.approx(AMPLITUDE * logarithm.mean(), abs=near)
        assert tangential[shell].mean() == pytest.approx(AMPLITUDE * (logarithm.mean() + 0.5), abs=near)


@needs_calculix
@pytest.mark.slow
def test_radial_grains_approach_the_sphere_as_they_become_many():
    energies = []
    for count, divisions in ((20, 2), (60, 1), (150, 1)):
        mesh, grains = grainy_ball(1e-6, count, radial_texture(SPHERE), divisions)
        body = Body(mesh, grains, SPHERE, (1.0, 0.0), no_rigid_motion(mesh))
        energies.append(mean_energy(body, calculix.run(body).stresses[0]) / ENERGY)
    assert energies == sorted(energies)
    assert energies[0] < 0.85
    assert energies[-1] == pytest.approx(1, abs=0.05)


@needs_calculix
@pytest.mark.slow
@pytest.mark.parametrize("texture", ["random", "radial"])
def test_a_particle_of_grains_converges_with_the_mesh(texture):
    found = [grain_stress(LAYERED, texture, 1.0, 0.0, grains=12, divisions=n) for n in (1, 2, 3, 4)]
    for name in ("energy", "von_mises"):
        values = np.array([getattr(one, name) for one in found])
        steps = -np.diff(values)
        assert (steps > 0).all()  # elements only add constraints: the energy of the exact solution is less
        # Steps 1/(n(n+1)) of an error that goes as 1/n are halved from 2–3 to 3–4; those of a better one fall faster.
        assert steps[2] / steps[1] < 0.5
        assert steps[2] < 0.05 * values[-1]


@needs_calculix
def test_stress_knows_no_length_and_goes_with_the_strain():
    bodies = []
    for radius, strain in ((1e-6, 1.0), (5e-6, 1.0), (1e-6, -0.5)):
        crystal = Crystal("x", "x", LAYERED.stiffness, {c: strain * e for c, e in LAYERED.strain.items()}, {})
        mesh, grains = grainy_ball(radius, 6, random_texture, 1)
        body = Body(mesh, grains, crystal, (1.0, 0.0), no_rigid_motion(mesh))
        bodies.append((body, calculix.run(body).stresses[0]))
    largest = np.abs(bodies[0][1]).max()
    assert bodies[1][1] == pytest.approx(bodies[0][1], abs=1e-5 * largest)
    assert bodies[2][1] == pytest.approx(-0.5 * bodies[0][1], abs=1e-5 * largest)
    one, half = (stress_of(*bodies[index]) for index in (0, 2))
    assert half.energy == pytest.approx(one.energy / 4, rel=1e-4)
    assert half.von_mises == pytest.approx(one.von_mises / 2, rel=1e-4)
    assert half.boundary_shear == pytest.approx(one.boundary_shear / 2, rel=1e-4)


def test_tractions_on_a_boundary_are_those_of_the_stress_tensor():
    mesh = box((1e-6, 2e-6, 2e-6), (1, 1, 2))
    body = Body(mesh, Grains(np.array([0, 1]), np.tile(np.eye(3), (2, 1, 1))), LAYERED, (1.0, 0.0), {})
    stresses = np.broadcast_to([1.0, 2.0, 5.0, 3.0, 4.0, 6.0], (2, 8, 6))
    areas, normal, shear = boundary_tractions(body, stresses)
    assert areas == pytest.approx([2e-12])
    assert normal == pytest.approx([5.0])
    assert shear == pytest.approx([5.0])  # of yz 3 and xz 4
    assert stress_of(body, stresses).boundary_tension == pytest.approx(5.0)


def test_von_mises_of_tension_pressure_and_shear():
    stresses = np.array([[7.0, 0, 0, 0, 0, 0], [2, 2, 2, 0, 0, 0], [0, 0, 0, 0, 3, 0]])
    assert von_mises(stresses) == pytest.approx([7, 0, 3 * np.sqrt(3)])


def test_a_content_at_which_no_strain_is_known_is_refused():
    half = dataclasses.replace(LAYERED, strain={0.5: np.diag([-0.002, -0.002, 0.006]), 1.0: np.zeros((3, 3))})
    with pytest.raises(UsageError, match=r"from 0.2 to 1, and its insertion strain is known from 0.5 to 1 only"):
        grain_stress(half, "random", 1.0, 0.2)


def test_what_there_is_not_is_refused():
    with pytest.raises(UsageError, match="texture"):
        grain_stress(LAYERED, "columnar", 1.0, 0.0)
    mesh = ball(1e-6, 2)
    body = Body(mesh, single_grain(mesh), LAYERED, (1.0, 0.0), {})
    with pytest.raises(UsageError, match="single grain"):
        boundary_tractions(body, np.zeros((len(mesh.elements), 8, 6)))
