"""Supercells wide enough that an atom does not feel its own images."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from atomscreen.core.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from pymatgen.core import Lattice, Structure

# Cells of up to four times the given one are looked at: among them are the conventional cells of all centred lattices.
_LARGEST_MULTIPLE = 4


def perpendicular_widths(lattice: Lattice) -> np.ndarray:
    """Return the distances between opposite faces of a cell, in Å, shape (3,)."""
    import numpy as np

    widths: np.ndarray = 1.0 / np.linalg.norm(np.linalg.inv(lattice.matrix), axis=0)
    return widths


def supercell(structure: Structure, min_width: float) -> Structure:
    """Return a small supercell whose widths all reach a minimum.

    Compared are the diagonal supercells of the given cell and of the compact cells of every sublattice up to four times
    as large; the one with the fewest atoms is taken. Where a primitive cell is oblique, that is often a supercell of
    the conventional one. No atom is moved.

    Parameters
    ----------
    structure
        An ordered structure.
    min_width
        The least distance between opposite faces, in Å.

    Returns
    -------
    Structure
        A new structure; its axes need not be those of the given one.

    Raises
    ------
    UsageError
        Where ``min_width`` is not positive.
    """
    import numpy as np

    if not min_width > 0:
        raise UsageError(f"the least width of a supercell is {min_width} Å; it must be positive")
    # min keeps the first of equals, so that the given cell's axes are kept where others gain nothing.
    best = min(
        (np.diag(_repeats(cell, min_width)) @ matrix for matrix, cell in _cells(structure.lattice)),
        key=lambda matrix: round(abs(np.linalg.det(matrix))),
    )
    enlarged: Structure = structure.copy()
    enlarged.make_supercell(best)
    return enlarged


def _cells(lattice: Lattice) -> Iterator[tuple[np.ndarray, Lattice]]:
    """Yield the given cell, then compact cells of its sublattices, each with its integer matrix, shape (3, 3)."""
    import numpy as np
    from pymatgen.core import Lattice

    yield np.eye(3, dtype=int), lattice
    for multiple in range(1, _LARGEST_MULTIPLE + 1):
        for matrix in sublattices(multiple):
            compact = Lattice(np.array(matrix) @ lattice.matrix).get_lll_reduced_lattice()
            yield np.rint(compact.matrix @ lattice.inv_matrix).astype(int), compact


def sublattices(multiple: int) -> Iterator[list[list[int]]]:
    """Yield every sublattice of an index once: the integer matrices in Hermite normal form."""
    for a, d in itertools.product(range(1, multiple + 1), repeat=2):
        if multiple % (a * d) == 0:
            f = multiple // (a * d)
            for b, c, e in itertools.product(range(d), range(f), range(f)):
                yield [[a, b, c], [0, d, e], [0, 0, f]]


def _repeats(lattice: Lattice, min_width: float) -> tuple[int, ...]:
    # The small allowance keeps a cell of exactly the width from being doubled by rounding.
    return tuple(max(1, math.ceil(min_width / width - 1e-6)) for width in perpendicular_widths(lattice))
