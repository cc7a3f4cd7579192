"""Meshes: volumes, closed surfaces, faces between elements."""

import numpy as np
import pytest

from atomscreen.continuum.finite_elements.mesh import FACES, Mesh, ball, box, point_volumes
from atomscreen.core.errors import UsageError


def enclosed_volume(mesh: Mesh) -> float:
    """The volume by Gauss's theorem from all faces' areas: those inside cancel where they are shared."""
    faces = mesh.nodes[mesh.elements[:, FACES]]
    areas = np.cross(faces[..., 2, :] - faces[..., 0, :], faces[..., 3, :] - faces[..., 1, :]) / 2
    return float((areas * faces.mean(axis=-2)).sum() / 3)


def test_box_has_its_volume_and_nodes():
    mesh = box((1.0, 2.0, 3.0), (2, 3, 4))
    assert mesh.point_volumes.sum() == pytest.approx(6.0, rel=1e-12)
    assert len(mesh.nodes) == 3 * 4 * 5
    assert len(mesh.surface_nodes) == 60 - 1 * 2 * 3
    elements, corners = mesh.faces
    assert len(elements) == 1 * 3 * 4 + 2 * 2 * 4 + 2 * 3 * 3
    along = mesh.centroids[elements[:, 1]] - mesh.centroids[elements[:, 0]]
    assert ((mesh.face_areas(corners) * along).sum(axis=1) > 0).all()  # from the first element to the second


def test_volumes_are_those_of_the_points_of_integration_in_calculix_order():
    corners = box((1.0, 1.0, 1.0), (1, 1, 1)).nodes
    mesh = box((1.0, 1.0, 1.0), (1, 1, 1))
    wider = corners.copy()
    wider[corners[:, 0] == 1, 1] *= 3  # wider in y where x is greater
    volumes = point_volumes(wider[mesh.elements])[0]
    assert volumes.sum() == pytest.approx(2.0)
    # The first of each pair of points lies at the lesser x: width there 1 + 2 x.
    x = (1 - 1 / np.sqrt(3)) / 2
    assert volumes[::2] == pytest.approx(np.full(4, (1 + 2 * x) / 8))
    assert volumes[1::2] == pytest.approx(np.full(4, (3 - 2 * x) / 8))


@pytest.mark.parametrize("divisions", [2, 4, 8])
def test_ball_is_closed_and_fills_a_sphere_with_finer_elements(divisions):
    mesh = ball(2e-6, divisions)
    assert len(mesh.elements) == 4 * divisions**3
    assert mesh.point_volumes.min() > 0
    assert np.linalg.norm(mesh.nodes[mesh.surface_nodes], axis=1) == pytest.approx(2e-6, rel=1e-9)
    volume = mesh.point_volumes.sum()
    assert enclosed_volume(mesh) == pytest.approx(volume, rel=1e-3)  # faces are no planes
    # Flat facets leave out a share of the sphere that falls as the square of their size.
    assert 1 - volume / (4 / 3 * np.pi * 8e-18) == pytest.approx(1.05 / divisions**2, rel=0.15)
    assert np.linalg.norm(mesh.nodes[mesh.nearest(np.zeros(3))]) < 1e-18


@pytest.mark.parametrize("lengths,divisions", [((0, 1, 1), (1, 1, 1)), ((1, 1, 1), (1, 0, 1))])
def test_bad_boxes_are_refused(lengths, divisions):
    with pytest.raises(UsageError, match="box"):
        box(lengths, divisions)


@pytest.mark.parametrize("radius,divisions", [(0, 4), (1, 3), (1, 0)])
def test_bad_balls_are_refused(radius, divisions):
    with pytest.raises(UsageError, match="ball"):
        ball(radius, divisions)
