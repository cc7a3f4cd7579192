"""Bond-valence site energy: what an ion costs at any place of a framework, from tabulated pair potentials.

E(r) = Σ_anions Morse(r) + Σ_cations screened Coulomb(r), with the parameters of bvlain, which are those of softBV (Chen
and Adams 2017). The working ions do not see each other.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import StageFailure
from atomscreen.interatomic.supercells import perpendicular_widths

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]

CUTOFF = 10.0
"""Å, within which ions of the framework count; the potentials are below 1e-4 eV there."""

_SCREENING = 0.74  # of the sum of the covalent radii: length of the Coulomb repulsion's screening
_CLOSEST = 0.3  # Å; the potentials are infinite where two nuclei meet


@dataclass(frozen=True)
class _Pair:
    """Interaction of the working ion with one element of the framework: attraction or repulsion, as bvlain's kwargs."""

    attracts: bool
    parameters: Mapping[str, float]

    def energy(self, distance: Array) -> Array:
        from bvlain.potentials import BVSEPotential

        potential = BVSEPotential.Morse if self.attracts else BVSEPotential.Coulomb
        found: Array = potential(distance, **self.parameters)
        return found


def bond_valence_energies(
    cell: Structure, ion: str, charges: Mapping[str, float], counts: tuple[int, int, int]
) -> Array:
    """Return the bond-valence site energy of a cation on a grid, in eV.

    Parameters
    ----------
    cell
        The framework, without the working ion.
    ion
        The working ion's element.
    charges
        Of every element of the framework and of the ion; means of mixed valence are allowed for cations.
    counts
        Points along each axis.

    Returns
    -------
    numpy.ndarray
        Shape ``counts``; the first point is the origin of the cell.

    Raises
    ------
    StageFailure
        Where a pair has no parameters, or no anion is in the framework.
    """
    if not any(charges[element] < 0 for element in cell.symbol_set):
        raise StageFailure(f"{cell.composition.reduced_formula} has no anions that bond valences could be reckoned to")
    pairs = {element: _pair(ion, charges[ion], element, charges[element]) for element in sorted(cell.symbol_set)}
    energy = np.zeros(np.prod(counts))
    for site in cell:
        indices, distances = _around(site.frac_coords, cell, counts)
        weights = pairs[site.specie.symbol].energy(np.maximum(distances, _CLOSEST))
        energy += np.bincount(indices, weights, minlength=energy.size)
    return energy.reshape(counts)


def _around(centre: Array, cell: Structure, counts: tuple[int, int, int]) -> tuple[Array, Array]:
    """Return the raveled indices of the grid's points around an atom, images of them too, and their distances in Å."""
    size = np.array(counts)
    reach = np.ceil(CUTOFF / perpendicular_widths(cell.lattice) * size).astype(int) + 1
    nearest = np.rint(centre * size).astype(int)
    ranges = [np.arange(at - n, at + n + 1) for at, n in zip(nearest, reach, strict=True)]
    steps = [
        (own[:, None] / n - at) * axis
        for own, n, at, axis in zip(ranges, counts, centre, cell.lattice.matrix, strict=True)
    ]
    offsets = steps[0][:, None, None] + steps[1][None, :, None] + steps[2][None, None, :]
    distances = np.sqrt((offsets**2).sum(axis=-1))
    inside = distances < CUTOFF
    wrapped = np.ravel_multi_index(np.ix_(*ranges), counts, mode="wrap")
    return np.broadcast_to(wrapped, inside.shape)[inside], distances[inside]


def _pair(ion: str, ion_charge: float, element: str, charge: float) -> _Pair:
    """Return how an element of the framework acts on the working ion."""
    from ase.data import atomic_numbers

    moving, fixed = atomic_numbers[ion], atomic_numbers[element]
    if charge < 0:
        try:
            found = _tables()["cation"][moving][round(ion_charge)][fixed][_whole(charge)]
        except KeyError:
            raise StageFailure(
                f"there are no bond-valence parameters for {ion}{ion_charge:+g} with {element}{charge:+g}"
            ) from None
        return _Pair(True, {name: float(found[name]) for name in ("r_min", "d0", "alpha")})
    return _Pair(False, _repulsion(moving, ion_charge, fixed, charge))


def _whole(charge: float) -> int:
    """Return a charge as a whole number, as the tables have them; one that is not whole is in none."""
    if abs(charge - round(charge)) > 1e-6:
        raise KeyError(charge)
    return round(charge)


def _repulsion(moving: int, ion_charge: float, fixed: int, charge: float) -> dict[str, float]:
    from bvlain.data.covalent_radii import get_covalent_radii

    shells = _tables()["quantum_n"]
    return {
        "q1": ion_charge,
        "q2": charge,
        "rc1": float(get_covalent_radii(moving)),
        "rc2": float(get_covalent_radii(fixed)),
        "n1": float(shells[moving]),
        "n2": float(shells[fixed]),
        "f": _SCREENING,
    }


@functools.cache
def _tables() -> dict[str, Any]:
    """Return bvlain's tables: parameters of cations with anions, and principal quantum numbers."""
    import pickle
    from pathlib import Path

    from bvlain import Lain

    lain = Lain(verbose=False)
    files = {"cation": lain.cation_file, "quantum_n": lain.quantum_file}
    return {name: pickle.loads(Path(file).read_bytes()) for name, file in files.items()}
