"""Phonon frequencies over the Brillouin zone, the share of an ion in them, the lowest one, the density of states."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.properties.vibrations.force_constants import HarmonicCrystal, keeps_lattice, point_group

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]

_POINTS = 300  # of the density of states

_DEGENERATE = 0.01  # THz within which phonons of one wave vector count as degenerate

# In units of the mesh's spacing: the middles of the eighths of the cell around wave vector zero, one of each pair ±q.
_AROUND_ZERO = np.array([[1, 1, 1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]]) / 4


@dataclass(frozen=True, eq=False)
class Spectrum:
    """The modes of a mesh of wave vectors; each array has one entry a mode.

    In place of wave vector zero, whose acoustic modes are translations and no vibrations, there are wave vectors close
    around it. Sums that diverge there, such as that of 1/ν², thus lack little.

    Attributes
    ----------
    frequencies
        In THz; an imaginary one is negative.
    shares
        How many modes each stands for, per atom of the crystal; their sum is 3.
    ion_shares
        The same per working ion, by the squared length of the ion's part of the eigenvector; ``None`` without one.
    mesh
        Numbers of wave vectors along the axes of the reciprocal lattice.
    """

    frequencies: Array
    shares: Array
    ion_shares: Array | None
    mesh: tuple[int, int, int]

    def real(self) -> Spectrum:
        """Return the modes that vibrate: those of a frequency above zero."""
        kept = self.frequencies > 0
        ion = None if self.ion_shares is None else self.ion_shares[kept]
        return Spectrum(self.frequencies[kept], self.shares[kept], ion, self.mesh)


@dataclass(frozen=True, eq=False)
class Mode:
    """One phonon, with those degenerate with it.

    Attributes
    ----------
    frequency
        In THz; an imaginary one is negative.
    wave_vector
        In units of the reciprocal lattice of the primitive cell.
    eigenvectors
        Complex, shape (degenerate phonons, atoms, 3), with √mass in them.
    exact
        Whether the wave vector fits into the supercell; else the phonon is interpolated.
    """

    frequency: float
    wave_vector: Array
    eigenvectors: Array
    exact: bool = True


def spectrum(crystal: HarmonicCrystal, mesh: float | tuple[int, int, int], ion: str | None = None) -> Spectrum:
    """Return the modes on a mesh of wave vectors centred on zero.

    Parameters
    ----------
    crystal
        With its force constants.
    mesh
        The length of :func:`mesh_numbers` in Å, or the numbers themselves.
    ion
        The element whose share in each mode is wanted; none where the crystal does not hold it.
    """
    phonopy = crystal.phonopy
    numbers = mesh if isinstance(mesh, tuple) else mesh_numbers(crystal.structure, mesh)
    phonopy.run_mesh(numbers, with_eigenvectors=True, is_gamma_center=True)
    sampled = phonopy.mesh
    phonopy.run_qpoints(_AROUND_ZERO / np.array(numbers), with_eigenvectors=True)
    around = phonopy.qpoints
    away = np.any(sampled.qpoints != 0, axis=1)
    frequencies = np.vstack([sampled.frequencies[away], around.frequencies])
    weights = np.concatenate([sampled.weights[away], np.full(len(_AROUND_ZERO), 1 / len(_AROUND_ZERO))])
    weights = np.broadcast_to((weights / weights.sum())[:, None], frequencies.shape)
    symbols = np.array([site.specie.symbol for site in crystal.structure])
    ion_shares = None
    if ion in symbols:
        # Rows of an eigenvector matrix are x, y, z of each atom, columns are modes. Summed over all atoms of the
        # element, the share is the same at symmetric wave vectors, so that the irreducible ones do.
        components = np.repeat(symbols == ion, 3)
        on_ion = (np.abs(np.vstack([sampled.eigenvectors[away], around.eigenvectors])[:, components]) ** 2).sum(axis=1)
        ion_shares = (weights * on_ion).ravel() / np.count_nonzero(symbols == ion)
    return Spectrum(frequencies.ravel(), weights.ravel() / len(symbols), ion_shares, numbers)


def mesh_numbers(structure: Structure, length: float) -> tuple[int, int, int]:
    """Return numbers of wave vectors along the reciprocal axes: max(1, round(l |b|)) for a length l.

    Where such a mesh has not the symmetry of the crystal, all three are the largest of them.
    """
    vectors = np.linalg.norm(structure.lattice.inv_matrix, axis=0)
    numbers = [max(1, round(length * float(vector))) for vector in vectors]
    if not keeps_lattice(np.diag(numbers), point_group(structure)):
        numbers = [max(numbers)] * 3
    a, b, c = numbers
    return a, b, c


def lowest_modes(crystal: HarmonicCrystal) -> list[Mode]:
    """Return the phonon of lowest frequency among the wave vectors that fit into the supercell, translations aside.

    At these the frequencies follow from the computed forces alone. Where some of the wave vectors of halves, such as
    (½, ½, 0), do not fit, the lowest of those follows as a second one, interpolated: most crystals that distort double
    their cell.
    """
    from phonopy.harmonic.dynmat_to_fc import get_commensurate_points

    matrix = crystal.phonopy.supercell_matrix
    halves = np.array(list(itertools.product((0.0, 0.5), repeat=3)))
    misfit = halves @ matrix - np.rint(halves @ matrix)
    others = halves[np.abs(misfit).max(axis=1) > 1e-6]
    sets = [(get_commensurate_points(matrix), True)] + ([(others, False)] if len(others) else [])
    return [_lowest(crystal, wave_vectors, exact) for wave_vectors, exact in sets]


def _lowest(crystal: HarmonicCrystal, wave_vectors: Array, exact: bool) -> Mode:
    crystal.phonopy.run_qpoints(wave_vectors, with_eigenvectors=True)
    found = crystal.phonopy.qpoints
    frequencies = found.frequencies.copy()
    for origin in np.flatnonzero(np.all(np.abs(wave_vectors) < 1e-9, axis=1)):
        frequencies[origin, np.argsort(np.abs(frequencies[origin]))[:3]] = np.inf
    point, band = np.unravel_index(frequencies.argmin(), frequencies.shape)
    lowest = float(frequencies[point, band])
    degenerate = frequencies[point] < lowest + _DEGENERATE
    eigenvectors = found.eigenvectors[point][:, degenerate].T.reshape(int(degenerate.sum()), -1, 3)
    return Mode(lowest, wave_vectors[point], eigenvectors, exact)


def density_of_states(crystal: HarmonicCrystal) -> tuple[Array, Array]:
    """Return frequencies in THz and the density of states in 1/(THz atom), by the tetrahedron method.

    The mesh is that of the last call of :func:`spectrum`.
    """
    found = crystal.phonopy.mesh.frequencies
    low, high = min(0.0, float(found.min())), float(found.max())
    margin = 0.02 * (high - low)
    low, high = (low - margin if low < 0 else 0.0), high + margin
    crystal.phonopy.run_total_dos(freq_min=low, freq_max=high, freq_pitch=(high - low) / _POINTS)
    total = crystal.phonopy.total_dos
    return total.frequency_points, total.dos / len(crystal.structure)
