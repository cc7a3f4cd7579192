"""How a host changes when ions leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]


def host_displacement(before: Structure, after: Structure, ion: str) -> float:
    """Return the largest distance in Å by which an atom of the host leaves its place in the strained lattice.

    Parameters
    ----------
    before, after
        The same supercell, with the host's sites in the same order; ions may be missing in ``after``.
    ion
        Symbol of the working ion, which does not count.
    """
    places, found = (
        np.array([site.frac_coords for site in cell if site.specie.symbol != ion]) for cell in (before, after)
    )
    moved = found - places
    moved -= np.rint(moved)
    moved -= moved.mean(axis=0)  # the crystal as a whole is free to drift
    return float(np.linalg.norm(moved @ after.lattice.matrix, axis=1).max())
