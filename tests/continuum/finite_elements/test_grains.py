"""Textures: rotations, uniform ones, and ones with an axis outwards."""

import numpy as np
import pytest

from atomscreen.continuum.crystal import Crystal
from atomscreen.continuum.finite_elements.grains import grainy_ball, radial_texture, random_texture, single_grain
from atomscreen.continuum.finite_elements.mesh import ball

LAYERED = Crystal("x", "LiX", {1.0: np.eye(6)}, {0.0: np.diag([0.01, 0.01, -0.03]), 1.0: np.zeros((3, 3))}, {})


def are_rotations(rotations: np.ndarray) -> bool:
    orthogonal = np.allclose(np.einsum("gki,gkj->gij", rotations, rotations), np.eye(3), atol=1e-12)
    return orthogonal and np.allclose(np.linalg.det(rotations), 1)


def test_random_rotations_are_uniform():
    rotations = random_texture(np.zeros((4000, 3)), np.random.default_rng(0))
    assert are_rotations(rotations)
    # Of a uniform rotation every entry has mean 0 and mean square 1/3, and the trace squared has mean 1.
    noise = 4 / np.sqrt(4000)
    assert rotations.mean(axis=0) == pytest.approx(np.zeros((3, 3)), abs=noise)
    assert (rotations**2).mean(axis=0) == pytest.approx(np.full((3, 3), 1 / 3), abs=noise)
    assert (np.trace(rotations, axis1=1, axis2=2) ** 2).mean() == pytest.approx(1, abs=2 * noise)


def test_radial_rotations_put_the_odd_axis_outwards_and_spin_about_it():
    places = np.random.default_rng(2).normal(size=(2000, 3))
    rotations = radial_texture(LAYERED)(places, np.random.default_rng(0))
    assert are_rotations(rotations)
    outward = places / np.linalg.norm(places, axis=1, keepdims=True)
    assert rotations @ LAYERED.odd_axis == pytest.approx(outward, abs=1e-9)
    same = radial_texture(LAYERED)(np.tile([0.0, 0.0, 1.0], (2000, 1)), np.random.default_rng(0))
    assert same[:, :, 0].mean(axis=0) == pytest.approx(np.zeros(3), abs=0.1)  # every spin as likely as any other


def test_a_seed_gives_the_same_grains_in_any_mesh():
    (coarse, one), (fine, two) = (grainy_ball(1e-6, 10, random_texture, divisions, seed=7) for divisions in (1, 2))
    assert np.array_equal(one.rotations, two.rotations)
    assert np.array_equal(np.repeat(one.labels, 8), two.labels)
    other = grainy_ball(1e-6, 10, random_texture, 1, seed=8)[1]
    assert not np.allclose(one.rotations, other.rotations)
    assert len(coarse.elements) * 8 == len(fine.elements)


def test_single_grain_has_every_element():
    mesh = ball(1e-6, 2)
    grains = single_grain(mesh)
    assert set(grains.labels) == {0} and len(grains.labels) == len(mesh.elements)
    assert np.array_equal(grains.rotations, np.eye(3)[None])
