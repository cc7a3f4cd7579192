"""How far the neighbourhood of an atom is from that in a body-centred cubic, face-centred cubic or hexagonal crystal.

As in polyhedral template matching (Larsen, Schmidt and Schiøtz 2016, doi:10.1088/0965-0393/24/5/055007): the neighbours
are laid over those of the perfect crystal by the best rotation, scale and pairing; what is left is the distance.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

LATTICES = ("bcc", "fcc", "hcp")

_TIE = 0.1  # neighbours whose distance differs from that of the last one needed by this share may take its place
_TAKEN = 1e3  # makes the pairing leave out no neighbour that is nearer than these
_WIDE = math.radians(35.0)  # two neighbours are tried for two of the template where their angles differ by less
_STARTS = 16  # rotations that are refined, the best at first sight
_ROUNDS = 20


@functools.cache
def template(lattice: str) -> Array:
    """Return the neighbours of an atom in a perfect crystal with mean distance 1: 14 of bcc, 12 of fcc and hcp."""
    corners = np.array(list(itertools.product((-1.0, 1.0), repeat=3)))
    if lattice == "bcc":
        found = np.vstack([corners, 2 * np.eye(3), -2 * np.eye(3)])
    elif lattice == "fcc":
        pairs = np.array(list(itertools.product((-1.0, 1.0), repeat=2)))
        found = np.vstack([np.insert(pairs, axis, 0.0, axis=1) for axis in range(3)])
    else:
        turns = np.radians(np.arange(6) * 60.0)
        layer = np.column_stack([np.cos(turns), np.sin(turns), np.zeros(6)])
        above = layer[::2] @ np.array([[math.cos(math.pi / 6), 0.5, 0], [-0.5, math.cos(math.pi / 6), 0], [0, 0, 1]])
        above = above / math.sqrt(3) + [0, 0, math.sqrt(2 / 3)]
        found = np.vstack([layer, above, above * [1, 1, -1]])
    scaled: Array = found / np.linalg.norm(found, axis=1).mean()
    return scaled


def deviations(neighbours: Array) -> Mapping[str, float]:
    """Return the distance of a neighbourhood from each of the three lattices, by the mean distance of the neighbours.

    Parameters
    ----------
    neighbours
        Vectors to the neighbours, shape (n, 3), any order and unit; all up to 1.1 times the 14th nearest.

    Returns
    -------
    Mapping
        By lattice the root of the mean square of what the vectors are off; 0 is the perfect crystal.
    """
    return {lattice: _deviation(neighbours, template(lattice)) for lattice in LATTICES}


def needed_radius(distances: Array) -> float:
    """Return up to which distance neighbours are looked at, from sorted distances."""
    return float((1 + _TIE) * distances[len(template("bcc")) - 1])


def _deviation(neighbours: Array, perfect: Array) -> float:
    lengths = np.linalg.norm(neighbours, axis=1)
    nearest = np.sort(lengths)[: len(perfect)]
    near = neighbours[lengths <= (1 + _TIE) * nearest[-1]] / nearest.mean()
    # Which of several equally far neighbours are taken is open; that the nearer ones are, is not.
    bonus = np.where(np.linalg.norm(near, axis=1) < (1 - _TIE) * nearest[-1] / nearest.mean(), _TAKEN, 0.0)
    starts = _rotations(near, perfect)
    # At first sight each neighbour of the template takes the nearest one there is, be it taken already.
    apart = np.linalg.norm((near @ starts)[:, None, :, :] - perfect[None, :, None, :], axis=-1).min(axis=-1)
    best = np.argsort((apart**2).sum(axis=1), kind="stable")[:_STARTS]
    return min(_refined(near, bonus, perfect, starts[index]) for index in best)


def _rotations(near: Array, perfect: Array) -> Array:
    """Return rotations that lay two neighbours over two neighbouring ones of the template, shape (n, 3, 3)."""
    directions = _unit(near)
    first, second = perfect[0], perfect[1 + int(np.argmin(np.linalg.norm(perfect[1:] - perfect[0], axis=1)))]
    wanted = math.acos(float(first @ second / np.linalg.norm(first) / np.linalg.norm(second)))
    angles = np.arccos(np.clip(directions @ directions.T, -1, 1))
    fitting = (abs(angles - wanted) < _WIDE) & (angles > 0.1)
    one, other = np.nonzero(fitting)
    return _frames(directions[one], directions[other]).swapaxes(-1, -2) @ _frames(first[None], second[None])


def _frames(first: Array, second: Array) -> Array:
    """Return right-handed frames whose first axis halves the two vectors and whose last is normal to them."""
    middle = first / np.linalg.norm(first, axis=1, keepdims=True) + second / np.linalg.norm(
        second, axis=1, keepdims=True
    )
    middle /= np.linalg.norm(middle, axis=1, keepdims=True)
    normal = np.cross(first, second)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    return np.stack([middle, np.cross(normal, middle), normal], axis=1)


def _unit(vectors: Array) -> Array:
    """Return vectors, shape (n, 3), at length 1."""
    scaled: Array = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return scaled


def _refined(near: Array, bonus: Array, perfect: Array, rotation: Array) -> float:
    """Pair and rotate in turns until the pairs stay the same; return what is left with the best scale."""
    from scipy.optimize import linear_sum_assignment

    pairs: Array | None = None
    for _ in range(_ROUNDS):
        apart = ((perfect[:, None, :] - (near @ rotation)[None, :, :]) ** 2).sum(axis=-1)
        _, chosen = linear_sum_assignment(apart - bonus)
        if pairs is not None and (chosen == pairs).all():
            break
        pairs = chosen
        left, stretch, right = np.linalg.svd(near[pairs].T @ perfect)
        mirror = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
        rotation = left @ mirror @ right
        overlap = float((stretch * np.diag(mirror)).sum())
    scale = overlap / float((near[pairs] ** 2).sum())
    return math.sqrt(max(0.0, float(((scale * near[pairs] @ rotation - perfect) ** 2).sum()) / len(perfect)))
