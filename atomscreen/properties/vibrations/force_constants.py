"""Force constants by finite displacements: a tightly relaxed primitive cell, its supercell, forces, symmetry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import StageFailure
from atomscreen.interatomic.crystal_axes import SYMMETRY_PRECISION
from atomscreen.interatomic.crystal_symmetry import spglib_cell
from atomscreen.interatomic.potentials import calculator
from atomscreen.interatomic.relaxation import relax_structure, to_atoms
from atomscreen.interatomic.supercells import perpendicular_widths
from atomscreen.properties.checkpoints import kept_array, kept_structure

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from phonopy import Phonopy
    from phonopy.structure.atoms import PhonopyAtoms
    from pymatgen.core import Structure

    Array = NDArray[Any]

_PHONOPY_PRECISION = 1e-3
"""Å; relaxation with potentials of single precision leaves a cell symmetric within 1e-4."""


@dataclass(frozen=True, eq=False)
class HarmonicCrystal:
    """A crystal at rest and its force constants.

    Attributes
    ----------
    structure
        The primitive cell.
    energy
        Potential energy in eV per atom.
    residual_force
        Largest force left on an atom in eV/Å; force constants are made from what displacements add to it.
    phonopy
        Holds the force constants, symmetrised: space group, permutations, and the acoustic sum rule.
    displacements
        Displaced supercells whose forces were computed, as few as the symmetry allows.
    """

    structure: Structure
    energy: float
    residual_force: float
    phonopy: Phonopy
    displacements: int

    @property
    def atoms_in_supercell(self) -> int:
        """Atoms of the supercell."""
        return len(self.phonopy.supercell)


def ideal_primitive_cell(structure: Structure) -> Structure:
    """Return spglib's standardised primitive cell: what is symmetric within 0.01 Å becomes so exactly.

    Raises
    ------
    StageFailure
        Where spglib finds no symmetry, not even the identity.
    """
    return _standardised(structure, to_primitive=True, no_idealize=False)


def tightly_relaxed(structure: Structure, potential: str, max_force: float, max_steps: int) -> Structure:
    """Return the ideal primitive cell, relaxed until forces are small beside those that displacements cause.

    Raises
    ------
    StageFailure
        Where that does not converge.
    """
    start = ideal_primitive_cell(structure)

    def relax() -> Structure:
        return relax_structure(start, potential, max_force=max_force, max_steps=max_steps).structure

    return ideal_primitive_cell(kept_structure("relaxed", start, relax))


def supercell_matrix(structure: Structure, min_width: float) -> Array:
    """Return the smallest supercell that is wide enough and as symmetric as the crystal.

    Compared are repetitions of the primitive cell and of the conventional one.

    Parameters
    ----------
    structure
        The ideal primitive cell.
    min_width
        Least distance between opposite faces, in Å.

    Returns
    -------
    ndarray
        Integers, shape (3, 3); the rows are the supercell's vectors in those of the primitive cell.
    """
    conventional = _standardised(structure, to_primitive=False, no_idealize=True).lattice
    transformation = np.rint(conventional.matrix @ structure.lattice.inv_matrix).astype(int)
    rotations = point_group(structure)
    choices = [
        # The small allowance keeps a cell of exactly the width from being doubled by rounding.
        np.diag(np.ceil(min_width / perpendicular_widths(lattice) - 1e-6).astype(int)) @ matrix
        for matrix, lattice in ((np.eye(3, dtype=int), structure.lattice), (transformation, conventional))
    ]
    symmetric = [matrix for matrix in choices if keeps_lattice(matrix, rotations)] or choices
    return min(symmetric, key=lambda matrix: round(abs(np.linalg.det(matrix))))


def point_group(structure: Structure) -> Array:
    """Return the point group's rotations (n, 3, 3), in fractional coordinates."""
    import spglib

    found = spglib.get_symmetry(spglib_cell(structure)[0], symprec=SYMMETRY_PRECISION)
    rotations: Array = np.eye(3, dtype=int)[None] if found is None else np.unique(found["rotations"], axis=0)
    return rotations


def keeps_lattice(matrix: Array, rotations: Array) -> bool:
    """Say whether rotations turn the lattice of a supercell into itself."""
    # Rotations act on columns of fractional coordinates, the supercell's vectors are rows.
    turned = matrix @ np.swapaxes(rotations, 1, 2) @ np.linalg.inv(matrix)
    return bool(np.allclose(turned, np.rint(turned), atol=1e-6))


def force_constants(
    structure: Structure, matrix: Array, potential: str, displacement: float, label: str = "displaced"
) -> HarmonicCrystal:
    """Displace the atoms that symmetry tells apart and fit force constants to the forces.

    Parameters
    ----------
    structure
        A primitive cell, relaxed.
    matrix
        Of the supercell, as :func:`supercell_matrix` has it.
    potential
        The interatomic potential.
    displacement
        In Å. Where the crystal has a centre of symmetry on the site, one sign is enough: the other is its image.
    label
        Begins the names of the checkpoints of each supercell's forces.
    """
    from phonopy import Phonopy

    phonopy = Phonopy(
        phonopy_atoms(structure), supercell_matrix=matrix.T, primitive_matrix="P", symprec=_PHONOPY_PRECISION
    )
    phonopy.generate_displacements(distance=displacement)
    displaced = phonopy.supercells_with_displacements
    at_rest = kept_array(f"{label}-rest", partial(_forces, phonopy.supercell, potential))
    phonopy.forces = [
        kept_array(f"{label}-{index}", partial(_forces, cell, potential)) - at_rest
        for index, cell in enumerate(displaced)
    ]
    phonopy.produce_force_constants(show_drift=False)
    phonopy.symmetrize_force_constants(use_symfc_projector=True, show_drift=False)
    return HarmonicCrystal(
        structure=structure,
        energy=energy_per_atom(structure, potential),
        residual_force=float(np.linalg.norm(at_rest, axis=1).max()),
        phonopy=phonopy,
        displacements=len(displaced),
    )


def energy_per_atom(structure: Structure, potential: str) -> float:
    """Return the potential energy of a structure as it is, in eV per atom."""
    atoms = to_atoms(structure)
    atoms.calc = calculator(potential)
    return float(atoms.get_potential_energy()) / len(atoms)


def phonopy_atoms(structure: Structure) -> PhonopyAtoms:
    """Return a structure as phonopy takes it."""
    from phonopy.structure.atoms import PhonopyAtoms

    return PhonopyAtoms(
        symbols=[site.specie.symbol for site in structure],
        cell=structure.lattice.matrix,
        scaled_positions=structure.frac_coords,
    )


def _forces(cell: PhonopyAtoms, potential: str) -> Array:
    """Return the forces in eV/Å, shape (atoms, 3)."""
    from ase import Atoms

    atoms = Atoms(cell.symbols, positions=cell.positions, cell=cell.cell, pbc=True)
    atoms.calc = calculator(potential)
    forces: Array = atoms.get_forces()
    if not np.isfinite(forces).all():
        raise StageFailure("the potential gives forces that are no numbers in a displaced supercell")
    return forces


def _standardised(structure: Structure, **how: bool) -> Structure:
    import spglib
    from pymatgen.core import Structure

    cell, kinds = spglib_cell(structure)
    found = spglib.standardize_cell(cell, symprec=SYMMETRY_PRECISION, **how)
    if found is None:
        raise StageFailure(f"spglib finds no space group for {structure.reduced_formula}")
    lattice, positions, numbers = found
    return Structure(lattice, [kinds[number] for number in numbers], positions)
