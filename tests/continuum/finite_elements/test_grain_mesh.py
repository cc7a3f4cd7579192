"""Grains meshed to their boundaries: nothing overlaps, nothing is missing, whichever grains are drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import KDTree

from atomscreen.continuum.finite_elements.grain_mesh import FEWEST, grain_mesh
from atomscreen.core.errors import UsageError


@settings(max_examples=12, deadline=None)
@given(st.integers(FEWEST, 30), st.integers(0, 1000), st.integers(1, 2))
def test_grains_fill_the_ball_and_end_at_their_boundaries(count, seed, divisions):
    mesh, labels, seeds = grain_mesh(1.0, count, divisions, seed)
    assert set(labels) == set(range(count))
    assert mesh.point_volumes.min() > 0
    assert np.linalg.norm(mesh.nodes[mesh.surface_nodes], axis=1) == pytest.approx(1, abs=1e-9)  # no holes inside
    # The middle of an element is nearest to the seed of its grain, unless the sphere's bulge moved it.
    assert (KDTree(seeds).query(mesh.centroids)[1] == labels).mean() > 0.97


def test_volumes_approach_the_sphere_and_grains_those_of_voronoi_cells():
    samples = np.random.default_rng(1).uniform(-1, 1, (200_000, 3))
    samples = samples[np.linalg.norm(samples, axis=1) < 1]
    mesh, labels, seeds = grain_mesh(1.0, 12, 4, seed=3)
    expected = np.bincount(KDTree(seeds).query(samples)[1]) / len(samples)
    volumes = np.bincount(labels, weights=mesh.point_volumes.sum(axis=1))
    assert volumes.sum() == pytest.approx(4 / 3 * np.pi, rel=0.01)
    assert volumes / volumes.sum() == pytest.approx(expected, rel=0.03)  # 8,000 samples a grain: 1 % of noise


def test_boundaries_are_the_same_however_fine_the_elements():
    areas = []
    for divisions in (1, 3):
        mesh, labels, seeds = grain_mesh(1.0, 8, divisions, seed=0)
        elements, corners = mesh.faces
        between = labels[elements[:, 0]] != labels[elements[:, 1]]
        normals = mesh.face_areas(corners[between])
        across = np.diff(seeds[labels[elements[between]]], axis=1)[:, 0]
        cosines = (normals * across).sum(axis=1) / np.linalg.norm(normals, axis=1) / np.linalg.norm(across, axis=1)
        inner = np.linalg.norm(mesh.nodes[corners[between]], axis=-1).max(axis=1) < 1 - 1e-9
        # Planes halfway between two seeds. Where one ends at the sphere, the middle of its arc is moved outwards along
        # the radius, which need not lie in the plane: that tilts faces by 2° (1 − cos 2° = 6e-4) at most.
        assert cosines[inner] == pytest.approx(np.ones(inner.sum()), abs=6e-4)
        areas.append(np.linalg.norm(normals, axis=1).sum())
    assert areas[0] == pytest.approx(areas[1], rel=0.1)  # but for the segments at the sphere


@pytest.mark.parametrize("radius,count,divisions", [(0, 20, 1), (1, 5, 1), (1, 20, 0)])
def test_bad_grains_are_refused(radius, count, divisions):
    with pytest.raises(UsageError, match="grains"):
        grain_mesh(radius, count, divisions)
