"""Fields on a periodic grid, and the levels at which they percolate."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.properties.pathways.periodic_graph import Links, percolation_links

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Lattice

    Array = NDArray[Any]

_FEWEST = 3  # points along an axis: of fewer, the two neighbours of a point are the same


def grid_counts(lattice: Lattice, spacing: float) -> tuple[int, int, int]:
    """Return how many points along each axis are needed for a spacing of at most so many Å."""
    first, second, third = (max(_FEWEST, math.ceil(length / spacing - 1e-6)) for length in lattice.abc)
    return first, second, third


def grid_points(counts: tuple[int, int, int]) -> Array:
    """Return the fractional coordinates of all points, shape (points, 3), in the order of a raveled field."""
    points: Array = np.stack(np.unravel_index(np.arange(math.prod(counts)), counts), axis=1) / np.array(counts)
    return points


def grid_links(field: Array) -> Links:
    """Return the links from every point to its neighbours along the axes, each as high as its higher end.

    Parameters
    ----------
    field
        Shape (a, b, c), without the points that repeat at the far faces; three points an axis at least.
    """
    points = np.arange(field.size).reshape(field.shape)
    cells = np.zeros((3, *field.shape, 3), dtype=np.int64)
    for axis in range(3):
        np.moveaxis(cells[axis], axis, 0)[-1, ..., axis] = 1
    start = np.tile(points.ravel(), 3)
    end = np.concatenate([np.roll(points, -1, axis=axis).ravel() for axis in range(3)])
    return Links(start, end, cells.reshape(-1, 3), np.maximum(field.flat[start], field.flat[end]))


def percolation_levels(field: Array) -> tuple[float, float, float]:
    """Return the lowest levels at which the region ``field <= level`` percolates in 1, 2 and 3 dimensions.

    Parameters
    ----------
    field
        As for :func:`grid_links`.
    """
    links = grid_links(field)
    first, second, third = (float(links.heights[index]) for index in percolation_links(links, field.size))
    return first, second, third
