"""A ball of grains meshed with hexahedra that end at the grains' boundaries.

Grains are the Voronoi cells of their seeds, cut off by the sphere. Each corner of a cell is where four things meet: the
cell, and three others, one of which may be the outside. Three of them share an edge, two a face. A corner of a cell,
the middles of the three edges and three faces that it has there, and the middle of the cell are the corners of one
hexahedron, and these hexahedra fill the cell; each is then divided evenly.
"""

from __future__ import annotations

import contextlib
import itertools
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.finite_elements.mesh import CORNERS, Mesh, joined, point_volumes, unit_corners
from atomscreen.core.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

OUTSIDE: Final = -1
"""What is outside the ball, among seeds counted from 0."""

FEWEST: Final = 6
"""Grains: with fewer, faces of cells have no corners on the sphere."""

ROUNDS: Final = 15
"""Times that seeds are moved to the middles of their cells (S. Lloyd 1982), which makes grains of about one size."""

SAMPLES_PER_GRAIN: Final = 200
"""Random points of the ball, for each grain, by which the middles of cells are found."""

DRAWN: Final = 8
"""Arrangements of grains, of which the best one for a mesh is taken."""

CHECKED: Final = (1, 2, 3, 4)
"""Divisions at which no element may be inverted, whichever are asked for, so that all get the same arrangement."""

Meeting = frozenset[int]
"""Seeds that meet, and :data:`OUTSIDE`: one is a cell, two a face, three an edge, four a corner."""


@dataclass(frozen=True, eq=False)
class _Cells:
    """Voronoi cells of seeds in the unit ball.

    Attributes
    ----------
    corners
        Positions, shape (n, 3).
    meetings
        What meets at each.
    """

    corners: Array
    meetings: list[Meeting]

    def middles(self) -> dict[Meeting, Array]:
        """Return the middles of edges, faces and cells: of an edge that of its ends, of others that of their edges.

        What touches the outside lies on the sphere.
        """
        ends: dict[Meeting, list[Array]] = defaultdict(list)
        for place, meeting in zip(self.corners, self.meetings, strict=True):
            for edge in map(frozenset, itertools.combinations(meeting, 3)):
                ends[edge].append(place)
        if any(len(pair) != 2 for pair in ends.values()):
            raise _NotDivisible
        middles = {edge: _onto_sphere(np.mean(pair, axis=0), edge) for edge, pair in ends.items()}
        parts: dict[Meeting, list[Array]] = defaultdict(list)
        for edge, middle in middles.items():
            for count in (1, 2):
                for part in itertools.combinations(edge, count):
                    parts[frozenset(part)].append(middle)
        return middles | {part: _onto_sphere(np.mean(found, axis=0), part) for part, found in parts.items()}


@dataclass(frozen=True, eq=False)
class _Hexahedra:
    """Hexahedra that fill the unit ball.

    Attributes
    ----------
    seeds
        Of the grains, shape (n_grains, 3).
    corners
        Shape (n, 8, 3).
    on_sphere
        Whether the first face, of corners 0 to 3, is on the sphere, shape (n,).
    labels
        The grain of each, shape (n,).
    """

    seeds: Array
    corners: Array
    on_sphere: Array
    labels: Array


class _NotDivisible(Exception):
    """Cells that are not made of hexahedra."""


def _onto_sphere(place: Array, meeting: Meeting) -> Array:
    return place / np.linalg.norm(place) if OUTSIDE in meeting and len(meeting) > 1 else place


def grain_mesh(radius: float, count: int, divisions: int, seed: int = 0) -> tuple[Mesh, Array, Array]:
    """Return the mesh of a ball of grains around the origin, the grain of each element, and the seeds.

    The same count and seed give the same grains at any number of divisions.

    Parameters
    ----------
    radius
        In m.
    count
        Of grains.
    divisions
        Elements along each edge of each hexahedron.
    seed
        Of the grains' places.

    Returns
    -------
    tuple
        The mesh; of each element the grain, counted from 0, shape (n_elements,); the seeds in m, shape (count, 3).

    Raises
    ------
    UsageError
        For a radius that is not positive, fewer than 6 grains, no division; or where grains do not divide.
    """
    if radius <= 0 or count < FEWEST or divisions < 1:
        raise UsageError(f"a ball of grains has a radius above zero, {FEWEST} grains or more and at least one division")
    arrangement = _arrangement(count, np.random.default_rng(seed))
    mesh = joined(radius * _divided(arrangement, divisions), radius)
    if mesh.point_volumes.min() <= 0:
        raise UsageError(f"{divisions} divisions invert elements of these {count} grains: take fewer, or another seed")
    return mesh, np.repeat(arrangement.labels, divisions**3), radius * arrangement.seeds


def _arrangement(count: int, generator: np.random.Generator) -> _Hexahedra:
    """Return the one of several arrangements of grains whose smallest hexahedron is the largest.

    Corners of cells that nearly meet make thin ones, in which stress is poor.
    """
    found = []
    for _ in range(DRAWN):
        seeds = _seeds(count, generator)
        with contextlib.suppress(_NotDivisible):
            found.append(_hexahedra(_cells(seeds), seeds))
    found.sort(key=lambda one: -float(point_volumes(one.corners).min()))
    for one in found:
        if all(point_volumes(_divided(one, divisions)).min() > 0 for divisions in CHECKED):
            return one
    raise UsageError(f"no arrangement of {count} grains divides into hexahedra: take another number, or seed")


def _seeds(count: int, generator: np.random.Generator) -> Array:
    """Return seeds of cells of about one size in the unit ball, shape (count, 3)."""
    from scipy.spatial import KDTree

    cube = generator.uniform(-1, 1, (2 * SAMPLES_PER_GRAIN * count, 3))  # somewhat more than half of it is in the ball
    samples = cube[np.linalg.norm(cube, axis=1) < 1]
    seeds: Array = samples[:count]
    for _ in range(ROUNDS):
        labels = KDTree(seeds).query(samples)[1]
        seeds = np.array([samples[labels == grain].mean(axis=0) for grain in range(count)])
    return seeds


def _cells(seeds: Array) -> _Cells:
    """Return the Voronoi cells of seeds, cut off by the unit sphere."""
    from scipy.spatial import Voronoi

    far = 20 * np.array(list(itertools.product((-1.0, 1.0), repeat=3)))  # makes every cell of a seed finite
    far += np.random.default_rng(0).normal(size=far.shape)
    diagram = Voronoi(np.concatenate([seeds, far]))
    count = len(seeds)
    edges: dict[tuple[int, int], set[int]] = defaultdict(set)
    for pair, polygon in zip(diagram.ridge_points, diagram.ridge_vertices, strict=True):
        if max(pair) < count:
            for ends in itertools.pairwise([*polygon, polygon[0]]):
                edges[min(ends), max(ends)] |= {*map(int, pair)}
    found: dict[int, set[int]] = defaultdict(set)
    corners, meetings = [], []
    for ends, meeting in edges.items():
        if len(meeting) < 3:
            continue
        for end in ends:
            found[end] |= meeting
        for place in _pierced(*diagram.vertices[list(ends)]):
            corners.append(place)
            meetings.append(frozenset(meeting | {OUTSIDE}))
    for vertex, meeting in found.items():
        if np.linalg.norm(diagram.vertices[vertex]) < 1:
            corners.append(diagram.vertices[vertex])
            meetings.append(frozenset(meeting))
    if any(len(meeting) != 4 for meeting in meetings):
        raise _NotDivisible
    return _Cells(np.array(corners), meetings)


def _pierced(start: Array, end: Array) -> list[Array]:
    """Return where a straight line from one point to another passes the unit sphere."""
    along = end - start
    roots = np.roots([along @ along, 2 * along @ start, start @ start - 1])
    return [start + root.real * along for root in roots if np.isreal(root) and 0 < root.real < 1]


def _hexahedra(cells: _Cells, seeds: Array) -> _Hexahedra:
    """Return the hexahedra of cells; in CORNERS' order the first corner is the cell's, number 6 the cell's middle."""
    middles = cells.middles()
    hexahedra, on_sphere, labels = [], [], []
    for corner, meeting in zip(cells.corners, cells.meetings, strict=True):
        for cell in meeting - {OUTSIDE}:
            # The first face of a hexahedron, of its corners 0 to 3, is the one on the sphere where there is one.
            a, b, c = sorted(meeting - {cell}, reverse=True)

            def middle(*others: int, cell: int = cell) -> Array:
                return middles[frozenset({cell, *others})]

            turned = np.linalg.det([middle(a, c) - corner, middle(b, c) - corner, middle(a, b) - corner])
            if turned < 0:
                a, b = b, a
            # Corners 0 1 2 3 lie in the face with c, 0 1 5 4 in that with a, 0 3 7 4 in that with b.
            hexahedra.append(
                [corner, middle(a, c), middle(c), middle(b, c), middle(a, b), middle(a), middle(), middle(b)]
            )
            on_sphere.append(c == OUTSIDE)
            labels.append(cell)
    if set(labels) != set(range(len(seeds))):
        raise _NotDivisible
    return _Hexahedra(seeds, np.array(hexahedra), np.array(on_sphere), np.array(labels))


def _divided(hexahedra: _Hexahedra, divisions: int) -> Array:
    """Return the corners (n · divisions³, 8, 3) of evenly divided hexahedra, with those on the sphere bulged to it."""
    local = unit_corners((divisions, divisions, divisions)).reshape(-1, 3)

    def placed(local: Array) -> Array:
        shares = np.prod(1 + CORNERS * local[:, None], axis=2) / 8
        places: Array = np.einsum("pc,ecx->epx", shares, hexahedra.corners)
        return places

    places = placed(local)
    below = placed(np.column_stack([local[:, :2], np.full(len(local), -1.0)]))
    bulge = below / np.linalg.norm(below, axis=-1, keepdims=True) - below
    places += hexahedra.on_sphere[:, None, None] * (1 - local[:, 2:]) / 2 * bulge
    divided: Array = places.reshape(-1, 8, 3)
    return divided
