"""Percolation of a periodic network of hops: the least barrier that connects a cell to its images in 1 to 3 ways."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

Image = tuple[int, int, int]

Place = tuple[int, Image]
"""A site of the crystal and the cell, counted from some origin, that it lies in."""


@dataclass(frozen=True)
class Edge:
    """A hop of a periodic network: from a site to one in a cell ``image`` away, over a saddle of ``energy`` in eV."""

    start: int
    end: int
    image: Image
    energy: float
    lowest: float = math.inf
    """Energy of the lowest point between the sites, where that is a minimum of its own."""


@dataclass(frozen=True)
class Percolation:
    """How a network percolates: barrier, the saddle that decides, and the lowest site it is counted from, in eV."""

    saddle: float
    lowest_site: float

    @property
    def barrier(self) -> float:
        """Energy of the deciding saddle above the lowest site."""
        return self.saddle - self.lowest_site


def percolations(site_energies: Sequence[float], edges: Iterable[Edge]) -> dict[int, Percolation]:
    """Return, for 1, 2 and 3 dimensions, the percolation of least barrier; a dimension that is never reached is absent.

    Saddles are let in from low to high. A set of connected sites percolates in as many dimensions as the lattice
    vectors of its closed walks span. Its barrier is the highest saddle let in above the *lowest* of all sites that its
    sites are connected to by any of the hops: in equilibrium a carrier sits there, and has to climb from there however
    many shallow sites lie on its way. The highest forward barrier of the hops would leave out what earlier hops have
    lifted it.

    Parameters
    ----------
    site_energies
        Energies of the sites in eV, on the scale of the saddles'.
    edges
        All hops of one cell, each in one direction: both directions pass the same saddle.
    """
    network = _Network(list(site_energies))
    reached: list[tuple[int, float, int]] = []  # dimension, saddle, a site of the set
    for level, group in itertools.groupby(sorted(edges, key=lambda edge: edge.energy), key=lambda edge: edge.energy):
        roots = {network.connect(edge) for edge in group}
        for root in {network.locate(root)[0] for root in roots}:
            reached += [(dimension, level, root) for dimension in range(1, network.dimension(root) + 1)]
    found: dict[int, Percolation] = {}
    for dimension, level, site in reached:
        one = Percolation(level, network.lowest[network.locate(site)[0]])
        if dimension not in found or one.barrier < found[dimension].barrier:
            found[dimension] = one
    return found


@dataclass
class _Network:
    """Sites joined to trees: each knows its parent and in which cell, counted from its own, that lies."""

    lowest: list[float]
    """Energy of the lowest site of the tree, valid at its root."""
    parents: list[int] = field(init=False)
    offsets: list[Array] = field(init=False)
    cycles: list[list[Array]] = field(init=False)
    """Lattice vectors of closed walks in the tree, valid at its root."""

    def __post_init__(self) -> None:
        self.parents = list(range(len(self.lowest)))
        self.offsets = [np.zeros(3, dtype=int) for _ in self.lowest]
        self.cycles = [[] for _ in self.lowest]

    def locate(self, site: int) -> tuple[int, Array]:
        """Return the root of a site's tree and the cell of that copy of the root which the site is connected to."""
        offset = np.zeros(3, dtype=int)
        while self.parents[site] != site:
            offset = offset + self.offsets[site]
            site = self.parents[site]
        return site, offset

    def connect(self, edge: Edge) -> int:
        """Join the trees of both sites, or note the closed walk that the hop makes, and return the root."""
        root, to_root = self.locate(edge.start)
        other, to_other = self.locate(edge.end)
        self.lowest[root] = min(self.lowest[root], edge.lowest)
        gap = np.array(edge.image) + to_other - to_root
        if root == other:
            self.cycles[root].append(gap)
            return root
        self.parents[other], self.offsets[other] = root, -gap
        self.cycles[root] += self.cycles[other]
        self.lowest[root] = min(self.lowest[root], self.lowest[other])
        return root

    def dimension(self, root: int) -> int:
        """Return in how many independent directions a tree reaches its own images."""
        return int(np.linalg.matrix_rank(np.array(self.cycles[root]))) if self.cycles[root] else 0
