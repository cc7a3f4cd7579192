"""The ways through the voids between the spheres of a crystal, and how wide the widest are."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.interatomic.supercells import perpendicular_widths
from atomscreen.properties.pathways.grid_percolation import grid_counts, grid_links, grid_points
from atomscreen.properties.pathways.periodic_graph import Links, percolation_links

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]

_MOVES = 24  # of a point towards more room; their lengths fall off as 1/n from half a spacing


class Spheres:
    """All atoms of a crystal as hard spheres.

    Parameters
    ----------
    cell
        Of the crystal; a compact one.
    radii
        Of its elements, in Å.
    """

    def __init__(self, cell: Structure, radii: Mapping[str, float]) -> None:
        from scipy.spatial import cKDTree

        self.lattice = cell.lattice
        shifts = _shifts(cell)
        self._trees = []
        for element in sorted(cell.symbol_set):
            own = cell.frac_coords[[site.specie.symbol == element for site in cell]] % 1.0
            images = (own[:, None] + shifts[None]).reshape(-1, 3) @ cell.lattice.matrix
            self._trees.append((cKDTree(images), radii[element]))

    def room(self, points: Array) -> tuple[Array, Array]:
        """Return the distance to the nearest surface, negative inside a sphere, in Å, and the direction away from it.

        Parameters
        ----------
        points
            Cartesian, shape (n, 3), in Å; anywhere in space.
        """
        inside = (self.lattice.get_fractional_coords(points) % 1.0) @ self.lattice.matrix
        room, away = np.full(len(points), np.inf), np.zeros((len(points), 3))
        for tree, radius in self._trees:
            distance, index = tree.query(inside)
            nearer = distance - radius < room
            room[nearer] = distance[nearer] - radius
            away[nearer] = inside[nearer] - tree.data[index[nearer]]
        return room, away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)


def percolation_radii(cell: Structure, radii: Mapping[str, float], grid_spacing: float) -> tuple[float, float, float]:
    """Return the radii of the largest spheres that travel in 1, 2 and 3 dimensions, negative where spheres overlap.

    On a rigid grid a way misses the middle of a passage by up to half a spacing, and the radius falls short by about as
    much. So every point near the limit is moved, no farther than halfway to the next ones, to where there is most room,
    and every link is measured in its middle too: what is left is of second order in the spacing.

    Parameters
    ----------
    cell
        The framework: all its atoms are obstacles.
    radii
        Of its elements, in Å.
    grid_spacing
        In Å.
    """
    counts = grid_counts(cell.lattice, grid_spacing)
    spheres = Spheres(cell, radii)
    points = grid_points(counts) @ cell.lattice.matrix
    room, _ = spheres.room(points)
    links = grid_links(-room.reshape(counts))
    widest, _, narrowest = (-float(links.heights[index]) for index in percolation_links(links, room.size))
    near = (room > narrowest - grid_spacing) & (room < widest + grid_spacing)
    points[near], room[near] = _with_most_room(points[near], spheres, counts)
    links = _measured(links, points, room, near, spheres)
    first, second, third = (-float(links.heights[index]) for index in percolation_links(links, room.size))
    return first, second, third


def _with_most_room(points: Array, spheres: Spheres, counts: tuple[int, int, int]) -> tuple[Array, Array]:
    """Return where near each point of the grid there is most room, and how much (a subgradient ascent)."""
    steps = spheres.lattice.matrix / np.array(counts)[:, None]
    inverse = np.linalg.inv(steps)
    length = 0.5 * float(np.linalg.norm(steps, axis=1).min())
    at, best = points.copy(), points.copy()
    room, away = spheres.room(at)
    most = room.copy()
    for move in range(1, _MOVES + 1):
        offset = (at + length / move * away - points) @ inverse
        at = points + np.clip(offset, -0.5, 0.5) @ steps
        room, away = spheres.room(at)
        more = room > most
        best[more], most[more] = at[more], room[more]
    return best, most


def _measured(links: Links, points: Array, room: Array, near: Array, spheres: Spheres) -> Links:
    """Return the links as wide as the narrowest of their ends and, of those near the limit, their middle."""
    narrow = np.minimum(room[links.start], room[links.end])
    close = near[links.start] & near[links.end]
    ends = points[links.end[close]] + links.cells[close] @ spheres.lattice.matrix
    middle, _ = spheres.room((points[links.start[close]] + ends) / 2)
    narrow[close] = np.minimum(narrow[close], middle)
    return dataclasses.replace(links, heights=-narrow)


def _shifts(cell: Structure) -> Array:
    """Return lattice vectors to cells enough that the image nearest to any point of the cell is in one of them.

    No point is farther from an image of an atom than half the sum of the axes.
    """
    reach = np.ceil(sum(cell.lattice.abc) / 2 / perpendicular_widths(cell.lattice)).astype(int)
    return np.array(list(itertools.product(*(range(-n, n + 1) for n in reach))))
