"""Where an unstable phonon leads: the crystal displaced along it, in the smallest cell that holds it, and relaxed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.interatomic.crystal_axes import conventional_cell
from atomscreen.interatomic.relaxation import relax_structure
from atomscreen.properties.checkpoints import kept_structure
from atomscreen.properties.vibrations.force_constants import HarmonicCrystal, energy_per_atom, ideal_primitive_cell
from atomscreen.properties.vibrations.phonon_spectrum import Mode

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]

AMPLITUDES = (0.05, 0.1, 0.2, 0.3, 0.4)
"""Displacements in Å of the atom that moves most, of both signs, at which the energy along the mode is looked at."""

LOWER = 1e-5
"""Gain in eV per atom from which a structure counts as lower: learned energies are rough below."""

_LARGEST_DENOMINATOR = 100
_MIXTURES = 8


@dataclass(frozen=True, eq=False)
class LowerStructure:
    """The end of the way down an unstable mode.

    Attributes
    ----------
    structure
        Its primitive cell, relaxed.
    energy_gain
        In eV per atom.
    space_group
        Its number.
    """

    structure: Structure
    energy_gain: float
    space_group: int


def follow(
    crystal: HarmonicCrystal, mode: Mode, potential: str, max_force: float, max_steps: int
) -> LowerStructure | None:
    """Displace a crystal along a mode to where its energy is lowest, relax it, and return what it becomes.

    Returns
    -------
    LowerStructure or None
        ``None`` where no structure of lower energy is found.

    Raises
    ------
    StageFailure
        Where the displaced crystal cannot be relaxed.
    """
    patterns = [frozen_mode(crystal.structure, mode, mixture) for mixture in _mixtures(len(mode.eigenvectors))]
    starts = [
        _displaced(cell, sign * size * pattern) for cell, pattern in patterns for size in AMPLITUDES for sign in (1, -1)
    ]
    energies = [energy_per_atom(start, potential) for start in starts]
    if min(energies) >= crystal.energy:
        return None
    start = starts[int(np.argmin(energies))]

    def relax() -> Structure:
        return relax_structure(start, potential, max_force=max_force, max_steps=max_steps).structure

    relaxed = kept_structure(f"distorted-{'exact' if mode.exact else 'interpolated'}", start, relax)
    gain = crystal.energy - energy_per_atom(relaxed, potential)
    if gain < LOWER:
        return None
    return LowerStructure(ideal_primitive_cell(relaxed), gain, conventional_cell(relaxed)[3])


def frozen_mode(structure: Structure, mode: Mode, mixture: Array) -> tuple[Structure, Array]:
    """Return the smallest supercell that holds a mode, and its displacements there, the longest of them 1 Å.

    ``mixture`` has the coefficients of the degenerate eigenvectors.
    """
    cell = structure.make_supercell(_cell_of(mode.wave_vector, structure.lattice.matrix), in_place=False)
    positions = cell.cart_coords @ structure.lattice.inv_matrix
    # Which atom of the primitive cell each one is an image of.
    offsets = positions[:, None] - structure.frac_coords[None]
    origin = np.abs(offsets - np.rint(offsets)).sum(axis=2).argmin(axis=1)
    masses = np.array([float(site.specie.atomic_mass) for site in cell])
    waves = np.exp(2j * np.pi * positions @ mode.wave_vector)
    pattern = np.tensordot(mixture, mode.eigenvectors, 1)[origin] * (waves / np.sqrt(masses))[:, None]
    # The phase is free: the largest component is made real.
    largest = pattern.flat[np.abs(pattern).argmax()]
    displacements = (pattern * np.conj(largest)).real
    return cell, displacements / np.linalg.norm(displacements, axis=1).max()


def _mixtures(degeneracy: int) -> Array:
    """Return mixtures of degenerate modes: which one leads lowest, only the anharmonic energy tells."""
    if degeneracy == 1:
        return np.ones((1, 1))
    # Directions of no symmetry, so that none holds the crystal on a saddle.
    return np.random.default_rng(0).normal(size=(_MIXTURES, degeneracy))


def _cell_of(wave_vector: Array, lattice: Array) -> Array:
    """Return the smallest supercell, integers (3, 3), in which a wave fits: its shortest independent vectors."""
    fractions = [Fraction(float(part)).limit_denominator(_LARGEST_DENOMINATOR) for part in wave_vector]
    period = math.lcm(*(part.denominator for part in fractions))
    numerators = np.array([int(part * period) for part in fractions])
    vectors = np.indices((2 * period + 1,) * 3).reshape(3, -1).T - period
    vectors = vectors[vectors @ numerators % period == 0]
    ordered = vectors[np.argsort(np.linalg.norm(vectors @ lattice, axis=1), kind="stable")]
    chosen: list[Array] = []
    for vector in ordered:
        if np.linalg.matrix_rank(np.array([*chosen, vector])) == len(chosen) + 1:
            chosen.append(vector)
        if len(chosen) == 3:
            break
    # In three dimensions the shortest independent vectors of a lattice are a basis of it (Minkowski).
    matrix = np.array(chosen)
    return matrix if np.linalg.det(matrix) > 0 else -matrix


def _displaced(structure: Structure, displacements: Array) -> Structure:
    from pymatgen.core import Structure

    positions = structure.cart_coords + displacements
    return Structure(structure.lattice, structure.species, positions, coords_are_cartesian=True)
