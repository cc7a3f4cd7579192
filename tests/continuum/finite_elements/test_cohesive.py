"""Cohesive layers: two blocks pulled apart carry the curve's peak and take its work; bonded grains stay as they were."""

import itertools

import numpy as np
import pytest

from atomscreen.continuum.crystal import Crystal
from atomscreen.continuum.finite_elements import calculix
from atomscreen.continuum.finite_elements.cohesive import TractionSeparation, cohesive_elements, parted, springs
from atomscreen.continuum.finite_elements.deck import Body, no_rigid_motion
from atomscreen.continuum.finite_elements.grain_stress import energy_density
from atomscreen.continuum.finite_elements.grains import Grains, grainy_ball, random_texture, single_grain
from atomscreen.continuum.finite_elements.mesh import ball, box
from atomscreen.core.errors import UsageError
from tests.continuum.finite_elements.crystals import isotropic, needs_calculix, triclinic

CURVE = TractionSeparation((0.0, 1e-10, 3e-10, 6e-10, 1e-9), (0.0, 3e9, 5e9, 2e9, 0.0))
LENGTHS = (5e-8, 4e-8, 2e-8)


def pulled(axis: int, displacement: float, crystal: Crystal) -> tuple[np.ndarray, float]:
    """Force on the upper block in N and how far the boundary opened in m, of two blocks on each other."""
    mesh = box(LENGTHS, (2, 3, 2))
    labels = (mesh.centroids[:, 2] > LENGTHS[2] / 2).astype(int)
    apart, boundaries = parted(mesh, labels)
    bottom, top = (np.flatnonzero(np.isclose(apart.nodes[:, 2], z, atol=1e-12)) for z in (0, LENGTHS[2]))
    held = {(node, direction): 0.0 for node in bottom for direction in range(3)}
    held |= {(node, direction): displacement * (direction == axis) for node in top for direction in range(3)}
    body = Body(apart, Grains(labels, np.tile(np.eye(3), (2, 1, 1))), crystal, (1.0, 1.0), held)
    found = calculix.run(body, springs(boundaries, CURVE, len(apart.elements)))
    moved = found.displacements[0]
    return found.forces[0][top].sum(axis=0), (moved[boundaries.upper] - moved[boundaries.lower])[..., axis].mean()


@needs_calculix
def test_two_blocks_pulled_apart_carry_the_peak_and_take_the_work_of_separation():
    # Without Poisson's ratio, and so stiff that they stretch by 1e-5, which large rotations and strains do not change.
    youngs_modulus = 1e13
    crystal = isotropic(youngs_modulus, 0.0, np.zeros((3, 3)))
    area = LENGTHS[0] * LENGTHS[1]
    displacements, forces = [0.0], [0.0]
    for separation, traction in zip(CURVE.separations[1:], CURVE.tractions[1:], strict=True):
        displacements.append(separation + traction / youngs_modulus * LENGTHS[2])
        force, opened = pulled(2, displacements[-1], crystal)
        forces.append(force[2])
        assert opened == pytest.approx(separation, rel=1e-3)
        assert force == pytest.approx([0, 0, traction * area], abs=1e-3 * CURVE.peak * area)
    assert max(forces) == pytest.approx(CURVE.peak * area, rel=1e-3)
    # Straight lines between these points, and blocks that have sprung back: the work is that of the boundary.
    assert np.trapezoid(forces, displacements) == pytest.approx(CURVE.work * area, rel=1e-3)


@needs_calculix
def test_blocks_pressed_together_do_not_pass_each_other():
    force, opened = pulled(2, -1e-9, isotropic(1e13, 0.0, np.zeros((3, 3))))
    closing = -1e-9 / (1 + CURVE.stiffness * LENGTHS[2] / 1e13)
    assert opened == pytest.approx(closing, rel=1e-3)
    assert force[2] == pytest.approx(CURVE.stiffness * closing * LENGTHS[0] * LENGTHS[1], rel=1e-3)


@needs_calculix
@pytest.mark.parametrize("sign", [1, -1])
def test_boundaries_shear_by_the_same_curve_either_way(sign):
    force, opened = pulled(0, sign * 3.2e-10, isotropic(1e15, 0.0, np.zeros((3, 3))))
    traction = np.interp(abs(opened), CURVE.separations, CURVE.tractions)
    assert force[0] == pytest.approx(sign * traction * LENGTHS[0] * LENGTHS[1], rel=5e-3)


@needs_calculix
def test_strong_layers_leave_a_particle_as_one_without_them():
    """Opening under 1e-4 of the grains' size, and strains so small that large deformations do not matter."""
    crystal = triclinic(size=1e-5)
    strong = TractionSeparation((0.0, 1e-9, 2e-9), (0.0, 1e11, 0.0))
    mesh, grains = grainy_ball(1e-6, 6, random_texture, 1)
    bonded = Body(mesh, grains, crystal, (1.0, 0.0), no_rigid_motion(mesh))
    apart, boundaries = parted(mesh, grains.labels)
    layered = Body(apart, grains, crystal, (1.0, 0.0), no_rigid_motion(apart))
    energies = [
        np.average(energy_density(body, calculix.run(body, lines).stresses[0]), weights=body.mesh.point_volumes)
        for body, lines in ((bonded, ()), (layered, springs(boundaries, strong, len(apart.elements))))
    ]
    assert energies[1] == pytest.approx(energies[0], rel=0.02)
    assert energies[1] < energies[0]  # layers that give a little


@needs_calculix
def test_steps_with_layers_are_read_back_one_by_one():
    mesh, grains = grainy_ball(1e-6, 6, random_texture, 1)
    apart, boundaries = parted(mesh, grains.labels)
    weaker = TractionSeparation((0.0, 1e-10, 1e-9), (0.0, 1.5e9, 0.0))
    body = Body(apart, grains, triclinic(size=0.005), (1.0, 0.75, 0.5), no_rigid_motion(apart))
    found = calculix.run(body, springs(boundaries, weaker, len(apart.elements)))
    opened = np.linalg.norm(
        found.displacements[:, boundaries.upper] - found.displacements[:, boundaries.lower], axis=-1
    )
    assert len(found.stresses) == 2
    assert 0 < opened[0].max() < opened[1].max()


def test_parted_grains_share_no_node_and_stay_where_they_were():
    mesh, grains = grainy_ball(1.0, 8, random_texture, 1)
    apart, boundaries = parted(mesh, grains.labels)
    assert apart.nodes[apart.elements] == pytest.approx(mesh.nodes[mesh.elements], abs=1e-12)
    owners = [set(apart.elements[grains.labels == grain].ravel()) for grain in range(8)]
    assert not any(one & other for one, other in itertools.combinations(owners, 2))
    assert apart.nodes[boundaries.lower] == pytest.approx(apart.nodes[boundaries.upper], abs=1e-12)
    assert (boundaries.lower != boundaries.upper).all()


def test_abaqus_elements_follow_the_curve():
    mesh = box(LENGTHS, (2, 3, 2))
    labels = (mesh.centroids[:, 2] > LENGTHS[2] / 2).astype(int)
    apart, boundaries = parted(mesh, labels)
    lines = list(cohesive_elements(boundaries, CURVE, len(apart.elements)))
    first = [int(number) for number in lines[1].split(",")]
    assert first[0] == 13 and lines[0].startswith("*ELEMENT, TYPE=COH3D8")
    faces = apart.nodes[np.array(first[1:]) - 1]
    assert faces[:4] == pytest.approx(faces[4:])
    # From the first face to the second: along +z where its corners go round to the left.
    assert np.cross(faces[2] - faces[0], faces[3] - faces[1])[2] > 0
    assert lines.index("*ELASTIC, TYPE=TRACTION") + 1 == lines.index(
        "3.000000000e+07, 3.000000000e+07, 3.000000000e+07"
    )
    damage = np.array(
        [
            line.split(",")
            for line in lines[lines.index("*DAMAGE EVOLUTION, TYPE=DISPLACEMENT, SOFTENING=TABULAR") + 1 :]
        ],
        dtype=float,
    )
    assert damage[0] == pytest.approx([0, 0]) and damage[-1] == pytest.approx([1, 9e-4])
    separations = damage[:, 1] * 1e-6 + CURVE.separations[1]
    tractions = (1 - damage[:, 0]) * CURVE.stiffness * separations
    assert tractions == pytest.approx(np.interp(separations, CURVE.separations, CURVE.tractions), abs=1e-6 * CURVE.peak)
    assert (np.diff(damage, axis=0) >= 0).all()


def test_peak_and_work():
    assert CURVE.peak == 5e9
    assert CURVE.work == pytest.approx(0.15 + 0.8 + 1.05 + 0.4)


@pytest.mark.parametrize(
    "separations,tractions,words",
    [
        ((0.0, 1e-10), (0.0, 0.0), "three separations"),
        ((0.0, 1e-10, 2e-10), (0.0, 1e9), "three separations"),
        ((0.1e-10, 1e-10, 2e-10), (0.0, 1e9, 0.0), "rise from 0"),
        ((0.0, 2e-10, 1e-10), (0.0, 1e9, 0.0), "rise from 0"),
        ((0.0, 1e-10, float("nan")), (0.0, 1e9, 0.0), "rise from 0"),
        ((0.0, 1e-10, 2e-10), (0.0, 1e9, 1e8), "above 0"),
        ((0.0, 1e-10, 2e-10, 3e-10), (0.0, 1e9, -1e8, 0.0), "above 0"),
        ((0.0, 1e-10, 2e-10, 3e-10), (0.0, 1e8, 1e9, 0.0), "stiffen"),
    ],
)
def test_other_curves_are_refused(separations, tractions, words):
    with pytest.raises(UsageError, match=words):
        TractionSeparation(separations, tractions)


def test_a_single_grain_is_not_parted():
    mesh = ball(1e-6, 2)
    with pytest.raises(UsageError, match="single grain"):
        parted(mesh, single_grain(mesh).labels)
