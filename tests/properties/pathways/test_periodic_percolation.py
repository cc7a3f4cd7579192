"""Percolation of fields: planted landscapes, a plain search, and what no choice of cell may change."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from atomscreen.properties.pathways.grid_percolation import grid_points, percolation_levels


def waves(counts: tuple[int, int, int], *heights: float) -> np.ndarray:
    """Wells at the corners of the cell and, along each axis, a barrier of its own height in between."""
    x = grid_points(counts)
    return (np.array(heights) * np.sin(np.pi * x) ** 2).sum(axis=1).reshape(counts)


def dimensions_by_search(field: np.ndarray, level: float) -> int:
    """Walk from every open point, remember the cell each is first met in, and collect the loops: plain and slow."""
    best, met = 0, {}
    for seed in zip(*np.nonzero(field <= level), strict=True):
        if seed in met:
            continue
        met[seed], waiting, loops = np.zeros(3, dtype=int), [seed], [np.zeros(3, dtype=int)]
        while waiting:
            at = waiting.pop()
            for axis, step in itertools.product(range(3), (-1, 1)):
                moved = np.array(at)
                moved[axis] += step
                cell = met[at] + moved // field.shape
                inside = tuple(moved % field.shape)
                if field[inside] > level:
                    continue
                if inside in met:
                    loops.append(cell - met[inside])
                else:
                    met[inside] = cell
                    waiting.append(inside)
        best = max(best, int(np.linalg.matrix_rank(np.array(loops))))
    return best


def random_field(seed: int, shape: tuple[int, int, int]) -> np.ndarray:
    return np.random.default_rng(seed).random(shape)


def test_barriers_along_the_axes_are_found_one_after_the_other():
    # An even number of points has one at the top of each barrier, so that the heights are exact.
    assert percolation_levels(waves((12, 10, 8), 0.3, 0.9, 0.5)) == pytest.approx((0.3, 0.5, 0.9), abs=1e-12)


def test_channels_along_the_diagonals_of_a_plane_are_two_dimensional():
    # Windings [110] and [1-10] only: of the images in a doubled cell, two are reached, as by a one-dimensional channel.
    field = np.ones((8, 8, 3))
    for n in range(8):
        for m in (n, n + 1):  # steps, so that neighbours share a face
            field[n, m % 8, 0] = field[n, -m % 8, 0] = 0.0
    assert dimensions_by_search(field, 0.0) == 2
    assert percolation_levels(field) == (0.0, 0.0, 1.0)


@settings(deadline=None, max_examples=40)
@example(seed=874, shape=(4, 5, 3))  # a link of the tree joins two channels that run in different directions
@given(seed=st.integers(0, 2**31), shape=st.tuples(*[st.integers(3, 6)] * 3))
def test_levels_are_those_of_a_plain_search(seed, shape):
    field = random_field(seed, shape)
    for dimension, level in enumerate(percolation_levels(field), start=1):
        assert dimensions_by_search(field, level) >= dimension
        assert dimensions_by_search(field, np.nextafter(level, -1)) < dimension


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**31), st.permutations([0, 1, 2]), st.tuples(*[st.integers(0, 5)] * 3))
def test_neither_origin_nor_order_of_axes_nor_supercell_matters(seed, axes, shift):
    field = random_field(seed, (4, 5, 3))
    same = np.roll(np.tile(field, (2, 1, 3)).transpose(axes), shift, axis=(0, 1, 2))
    assert percolation_levels(same) == percolation_levels(field)
