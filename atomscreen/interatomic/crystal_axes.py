"""Conventional axes of a crystal, and what a strain makes of them: no cell is standardised anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import StageFailure

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]

SYMMETRY_PRECISION = 0.01
"""Distance in Å within which spglib takes positions as equivalent."""


def conventional_cell(structure: Structure) -> tuple[float, float, float, int]:
    """Return a, b, c in Å and the space-group number of spglib's standardised cell (hexagonal for rhombohedral).

    Raises
    ------
    StageFailure
        Where spglib finds no symmetry, not even the identity.
    """
    dataset = _symmetry(structure)
    a, b, c = (float(length) for length in np.linalg.norm(dataset.std_lattice, axis=1))
    return a, b, c, int(dataset.number)


def conventional_axes(structure: Structure) -> Array:
    """Return the vectors of spglib's conventional cell in the structure's own orientation, rows in Å, shape (3, 3).

    Raises
    ------
    StageFailure
        Where spglib finds no symmetry, not even the identity.
    """
    # spglib's columns: (a b c) = (a_s b_s c_s) P.
    axes: Array = np.linalg.inv(_symmetry(structure).transformation_matrix).T @ structure.lattice.matrix
    return axes


def _symmetry(structure: Structure) -> Any:
    import spglib

    kinds = sorted(structure.symbol_set)
    numbers = [kinds.index(site.specie.symbol) for site in structure]
    cell = (structure.lattice.matrix, structure.frac_coords, numbers)
    dataset = spglib.get_symmetry_dataset(cell, symprec=SYMMETRY_PRECISION)
    if dataset is None:
        raise StageFailure(f"spglib finds no space group for {structure.reduced_formula}")
    return dataset


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
