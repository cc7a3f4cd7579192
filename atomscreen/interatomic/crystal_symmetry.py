"""Symmetry of a crystal: its primitive cell, its standard axes, its point group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.interatomic.crystal_axes import SYMMETRY_PRECISION

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]


def primitive_cell(structure: Structure) -> Structure:
    """Return the primitive cell, not idealised: a supercell hides symmetry and makes every strained cell larger."""
    import spglib
    from pymatgen.core import Structure

    cell, kinds = spglib_cell(structure)
    found = spglib.standardize_cell(cell, to_primitive=True, no_idealize=True, symprec=SYMMETRY_PRECISION)
    if found is None or len(found[2]) == len(structure):
        return structure
    return Structure(found[0], [kinds[number] for number in found[2]], found[1])


def standard_orientation(structure: Structure) -> Structure:
    """Return the structure turned rigidly into the standard axes of crystal physics (IRE 1949, IEEE 176-1987)."""
    from pymatgen.core import Lattice, Structure
    from pymatgen.core.tensors import Tensor

    # For triclinic crystals pymatgen sorts the lattice vectors by their length and stumbles over equal ones.
    distinct = Lattice(structure.lattice.matrix * (1 + 1e-9 * np.arange(3)[:, None]))
    rotation = np.asarray(Tensor.get_ieee_rotation(Structure(distinct, structure.species, structure.frac_coords)))
    left, _, right = np.linalg.svd(rotation)  # the nearest true rotation: a turned cell must not be strained
    lattice = Lattice(structure.lattice.matrix @ (left @ right).T)
    return Structure(lattice, structure.species, structure.frac_coords)


def point_group(structure: Structure) -> Array:
    """Return the rotations (n, 3, 3) of the point group of a primitive cell, in its Cartesian axes."""
    import spglib

    found = spglib.get_symmetry(spglib_cell(structure)[0], symprec=SYMMETRY_PRECISION)
    if found is None:
        return np.eye(3)[None]
    operations = np.unique(found["rotations"], axis=0)
    # A relaxed cell has its symmetry only nearly: the mean of its metric's images has it exactly.
    columns = structure.lattice.matrix.T
    metric = np.mean(np.swapaxes(operations, 1, 2) @ (columns.T @ columns) @ operations, axis=0)
    upright = np.linalg.cholesky(metric).T
    left, _, right = np.linalg.svd(columns @ np.linalg.inv(upright))
    columns = left @ right @ upright
    turned: Array = columns @ operations @ np.linalg.inv(columns)
    return turned


def spglib_cell(structure: Structure) -> tuple[tuple[Array, Array, list[int]], list[str]]:
    """Return lattice, positions and kinds as spglib takes them, and the symbol of each kind."""
    kinds = sorted(structure.symbol_set)
    numbers = [kinds.index(site.specie.symbol) for site in structure]
    return (structure.lattice.matrix, structure.frac_coords, numbers), kinds
