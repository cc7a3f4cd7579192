"""At which level a periodic graph percolates in one, two and three dimensions.

A region percolates along a lattice vector where a path inside it leads from a point to that point's image. The
independent such vectors of one connected region are its dimensions. They are counted as a rank, so that the answer
is that of the crystal, whatever cell describes it: counting images in a supercell fails where one network runs only
along [110] and [1-10], or where two networks interpenetrate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True)
class Links:
    """Links between points of a periodic graph; two points have one link at most, and none with themselves.

    Attributes
    ----------
    start, end
        Numbers of the points, shape (n,).
    cells
        Lattice vector from the cell of the first to that of the second, shape (n, 3), whole numbers.
    heights
        Level from which on a link is open, shape (n,).
    """

    start: Array
    end: Array
    cells: Array
    heights: Array

    def joined(self, more: Links) -> Links:
        """Return these links and more of them."""
        pairs = ((self.start, more.start), (self.end, more.end), (self.cells, more.cells), (self.heights, more.heights))
        return Links(*(np.concatenate(pair) for pair in pairs))


def percolation_links(links: Links, points: int) -> tuple[int, int, int]:
    """Return the numbers of the links with which the graph percolates in 1, 2 and 3 dimensions.

    Links are opened from low to high. A minimum spanning tree joins any two points by the lowest way there is; every
    link outside of it that closes a loop around the cell makes a percolating path at its own height. For many points:
    the work on all of them is scipy's, in compiled code.

    Parameters
    ----------
    links
        All links of a connected graph that percolates in three dimensions with all of them open.
    points
        How many there are.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import minimum_spanning_tree

    order = np.argsort(links.heights, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(1, len(order) + 1)  # from 1: scipy takes a weight of 0 as no link
    weights = coo_matrix((rank.astype(float), (links.start, links.end)), shape=(points, points)).tocsr()
    tree = minimum_spanning_tree(weights).tocoo()
    cells = _cells_along(tree, links.cells[order[tree.data.astype(np.int64) - 1]])
    windings = cells[links.start] + links.cells - cells[links.end]
    around = windings.any(axis=1)
    loops = _Loops(tree, rank[around], links.start[around], windings[around])
    first, second, third = (int(order[loops.lowest(dimension) - 1]) for dimension in (1, 2, 3))
    return first, second, third


@dataclass(frozen=True)
class _Loops:
    """Links that close a way around the cell, with the tree that says which of them belong to one region."""

    tree: Any
    ranks: Array
    at: Array
    windings: Array

    def lowest(self, dimension: int) -> int:
        """Return the lowest rank up to which one region percolates in so many dimensions."""
        # Not only a loop adds a dimension: so does a link of the tree that joins two regions.
        low, high = int(self.ranks.min()), int(max(self.ranks.max(), self.tree.data.max()))
        while low < high:
            middle = (low + high) // 2
            if self._dimensions(middle) >= dimension:
                high = middle
            else:
                low = middle + 1
        return low

    def _dimensions(self, rank: int) -> int:
        """Return in how many dimensions the region that does so in most percolates up to a rank."""
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components

        low = self.tree.data <= rank
        links = (self.tree.data[low], (self.tree.row[low], self.tree.col[low]))
        _, region = connected_components(coo_matrix(links, shape=self.tree.shape), directed=False)
        there = self.ranks <= rank
        found = np.unique(np.column_stack([region[self.at[there]], self.windings[there]]), axis=0)
        return max(int(np.linalg.matrix_rank(found[found[:, 0] == one, 1:])) for one in np.unique(found[:, 0]))


def _cells_along(tree: Any, cells: Array) -> Array:
    """Return the cell that each point lies in when one walks there along the tree, shape (points, 3).

    Parameters
    ----------
    tree
        Sparse, in coordinates.
    cells
        Lattice vectors of its links, shape (points - 1, 3).
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import breadth_first_order

    _, before = breadth_first_order(tree, 0, directed=False)
    before[0] = 0
    numbers = coo_matrix((np.arange(1, len(cells) + 1), (tree.row, tree.col)), shape=tree.shape).tocsr()
    points = np.arange(len(before))
    along = np.asarray(numbers[before, points]).ravel()
    against = np.asarray(numbers[points, before]).ravel()
    padded = np.vstack([np.zeros((1, 3), dtype=np.int64), cells])
    walked: Array = padded[along] - padded[against]
    while before.any():  # each round doubles how far back along the tree the sum reaches
        walked = walked + walked[before]
        before = before[before]
    return walked
