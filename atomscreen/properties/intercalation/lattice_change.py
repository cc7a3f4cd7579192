"""How a crystal changes when ions leave it, on the axes of the full one: no cell is standardised anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import StageFailure
from atomscreen.interatomic.relaxation import SYMMETRY_PRECISION

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]


def conventional_axes(structure: Structure) -> Array:
    """Return the vectors of spglib's conventional cell in the structure's own orientation, rows in Å, shape (3, 3).

    Raises
    ------
    StageFailure
        Where spglib finds no symmetry, not even the identity.
    """
    import spglib

    kinds = sorted(structure.symbol_set)
    numbers = [kinds.index(site.specie.symbol) for site in structure]
    cell = (structure.lattice.matrix, structure.frac_coords, numbers)
    dataset = spglib.get_symmetry_dataset(cell, symprec=SYMMETRY_PRECISION)
    if dataset is None:
        raise StageFailure(f"spglib finds no space group for {structure.reduced_formula}")
    # spglib's columns: (a b c) = (a_s b_s c_s) P.
    axes: Array = np.linalg.inv(dataset.transformation_matrix).T @ structure.lattice.matrix
    return axes


def strained_axes(axes: Array, before: Structure, after: Structure) -> tuple[float, float, float]:
    """Return the lengths in Å that axes have after the strain that took one cell to another of the same lattice.

    Parameters
    ----------
    axes
        Rows in Å, in the orientation of ``before``.
    before, after
        The same supercell; ``after`` may be turned.
    """
    gradient = np.linalg.inv(before.lattice.matrix) @ after.lattice.matrix
    a, b, c = (float(length) for length in np.linalg.norm(axes @ gradient, axis=1))
    return a, b, c


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
