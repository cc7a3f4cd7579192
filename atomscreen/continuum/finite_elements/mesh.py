"""Meshes of hexahedra with eight nodes: of a box, and of a ball.

A ball is seven blocks: a rounded cube in the middle and a shell on each of its faces. A cube that is simply blown up to
a ball has elements without an angle along its edges; these have none.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.core.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

CORNERS: Final = np.array(
    [(-1, -1, -1), (1, -1, -1), (1, 1, -1), (-1, 1, -1), (-1, -1, 1), (1, -1, 1), (1, 1, 1), (-1, 1, 1)]
)
"""Corners of a hexahedron in the order in which Abaqus and CalculiX name them, in its own coordinates."""

FACES: Final = np.array([(0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)])
"""Corners of its six faces, each turning to the right seen along the normal that points outwards."""

CORE: Final = 0.45
"""Half the edge of a ball's middle block over the radius."""

ROUNDING: Final = 0.4
"""How far that block is from a cube (0) towards a ball (1): its corners would leave the shells thin elements."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """Nodes and hexahedra.

    Attributes
    ----------
    nodes
        Positions in m, shape (n_nodes, 3).
    elements
        Indices of the corners in the order of :data:`CORNERS`, counted from 0, shape (n_elements, 8).
    """

    nodes: Array
    elements: Array

    @property
    def centroids(self) -> Array:
        """Means of the elements' corners in m, shape (n_elements, 3)."""
        centroids: Array = self.nodes[self.elements].mean(axis=1)
        return centroids

    @functools.cached_property
    def point_volumes(self) -> Array:
        """Volumes in m³ that belong to the points of integration, shape (n_elements, 8)."""
        return point_volumes(self.nodes[self.elements])

    @functools.cached_property
    def faces(self) -> tuple[Array, Array]:
        """Faces between elements: the elements on both sides (n, 2) and the corners (n, 4), seen from the first."""
        corners = self.elements[:, FACES].reshape(-1, 4)
        owners = np.repeat(np.arange(len(self.elements)), len(FACES))
        order = np.lexsort(np.sort(corners, axis=1).T)
        ordered = np.sort(corners, axis=1)[order]
        first = np.flatnonzero((ordered[1:] == ordered[:-1]).all(axis=1))
        return np.stack([owners[order[first]], owners[order[first + 1]]], axis=1), corners[order[first]]

    @property
    def surface_nodes(self) -> Array:
        """Nodes of faces that belong to one element only, shape (n,)."""
        corners = self.elements[:, FACES].reshape(-1, 4)
        _, place, count = np.unique(np.sort(corners, axis=1), axis=0, return_index=True, return_counts=True)
        return np.unique(corners[place[count == 1]])

    def nearest(self, place: Array) -> int:
        """Return the node nearest to a position in m, shape (3,)."""
        return int(np.argmin(((self.nodes - place) ** 2).sum(axis=1)))

    def face_areas(self, corners: Array) -> Array:
        """Return the area vectors in m² of faces given by their corners (n, 4), shape (n, 3)."""
        places = self.nodes[corners]
        areas: Array = np.cross(places[:, 2] - places[:, 0], places[:, 3] - places[:, 1]) / 2
        return areas


def box(lengths: tuple[float, float, float], divisions: tuple[int, int, int]) -> Mesh:
    """Return the mesh of a box with a corner at the origin.

    Parameters
    ----------
    lengths
        Edges in m.
    divisions
        Elements along each.

    Raises
    ------
    UsageError
        For edges or divisions that are not positive.
    """
    if min(lengths) <= 0 or min(divisions) < 1:
        raise UsageError("a box has edges longer than zero and at least one element along each")
    unit = (unit_corners(divisions) + 1) / 2
    return joined(unit * np.array(lengths), max(lengths))


def ball(radius: float, divisions: int) -> Mesh:
    """Return the mesh of a ball around the origin.

    Parameters
    ----------
    radius
        In m.
    divisions
        Elements along an edge of the middle block, even so that a node is at the centre; half as many are across each
        shell: 4 divisions³ elements.

    Raises
    ------
    UsageError
        For a radius that is not positive, or divisions that are not even.
    """
    if radius <= 0 or divisions < 2 or divisions % 2:
        raise UsageError("a ball has a radius above zero and an even number of divisions, 2 or more")
    core = unit_corners((divisions, divisions, divisions))
    shell = unit_corners((divisions, divisions, divisions // 2))
    blocks = [_core(core)]
    inner, outer = shell.copy(), shell.copy()
    inner[..., 2], outer[..., 2] = 1, 1
    share = (shell[..., 2:] + 1) / 2
    upper = (1 - share) * _core(inner) + share * _spherical(outer)
    for axis in range(3):
        turned = np.roll(upper, axis, axis=-1)
        blocks += [turned, -turned[:, [6, 7, 4, 5, 2, 3, 0, 1]]]  # the other side: inverted
    return joined(np.concatenate(blocks) * radius, radius)


def point_volumes(corners: Array) -> Array:
    """Return the volumes that belong to the 2 × 2 × 2 points of integration of hexahedra, negative in inverted ones.

    Parameters
    ----------
    corners
        Shape (n_elements, 8, 3).

    Returns
    -------
    Array
        Shape (n_elements, 8); the order is CalculiX's: the first coordinate runs fastest, the third slowest.
    """
    points = np.array([(x, y, z) for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)]) / np.sqrt(3)
    one_plus = 1 + CORNERS * points[:, None]  # (points, corners, 3)
    others = np.stack([one_plus[..., i] * one_plus[..., j] for i, j in ((1, 2), (0, 2), (0, 1))], axis=-1)
    jacobians = np.einsum("eci,pcj->epij", corners, CORNERS / 8 * others)
    volumes: Array = np.linalg.det(jacobians)
    return volumes


def unit_corners(divisions: tuple[int, int, int]) -> Array:
    """Return the corners of the elements that divide the cube from -1 to 1, shape (n_elements, 8, 3)."""
    counts = np.array(divisions)
    places = np.stack(np.meshgrid(*(np.arange(count) for count in divisions), indexing="ij"), axis=-1).reshape(-1, 3)
    corners: Array = 2 * (places[:, None] + (CORNERS + 1) / 2) / counts - 1
    return corners


def _spherical(places: Array) -> Array:
    """Return the points of a cube from -1 to 1 moved onto spheres: each cube around the origin becomes one."""
    extent = np.abs(places).max(axis=-1, keepdims=True)
    angles = np.tan(np.pi / 4 * np.divide(places, extent, out=np.zeros_like(places), where=extent > 0))
    length = np.linalg.norm(angles, axis=-1, keepdims=True)
    moved: Array = extent * np.divide(angles, length, out=np.zeros_like(places), where=length > 0)
    return moved


def _core(places: Array) -> Array:
    """Return the points of a cube from -1 to 1 moved to a ball's middle block of radius 1."""
    rounded: Array = CORE * ((1 - ROUNDING) * places + ROUNDING * np.sqrt(2) * _spherical(places))
    return rounded


def joined(corners: Array, size: float) -> Mesh:
    """Return a mesh from the corners of its elements (n_elements, 8, 3) in m: those at one place become one node.

    Parameters
    ----------
    corners
        Of the elements.
    size
        Of the body in m: corners closer than a billionth of it are at one place.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    flat = corners.reshape(-1, 3)
    pairs = KDTree(flat).query_pairs(1e-9 * size, output_type="ndarray")
    same = coo_array((np.ones(len(pairs), dtype=bool), pairs.T), shape=(len(flat), len(flat)))
    count, nodes = connected_components(same, directed=False)
    places = np.zeros((count, 3))
    places[nodes] = flat
    return Mesh(places, nodes.reshape(-1, 8))
