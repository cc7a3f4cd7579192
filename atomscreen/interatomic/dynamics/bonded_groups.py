"""Molecules and polyanions of a framework: atoms that covalent bonds hold together, and that may turn on the spot.

Whether such a group keeps its place is seen from its centroid, not from its atoms: all atoms of a rotating B12H12 leave
their sites, while the crystal is as solid as before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]

_BOND = 1.3
"""Non-metals are bonded where they are nearer than this times the sum of their covalent radii.

Hot bonds stretch by a tenth; the nearest pairs that are not bonded, as H···O of hydrogen bonds and the S···S of a
tetrahedron, are beyond 1.5."""


def bonded_groups(atoms: Atoms, later: Array, framework: NDArray[np.bool_]) -> Indices:
    """Return the number of the bonded group that each atom belongs to, shape (atoms,).

    A bond joins two non-metals of the framework that are near each other both at the start and, on average, later: a
    group that falls apart counts atom by atom. So do infinite networks, which have no centroid, and all other atoms.

    Parameters
    ----------
    atoms
        At the start.
    later
        Unwrapped positions in Å of the same atoms at later times, in the cell of the start, shape (times, atoms, 3).
    framework
        Which atoms belong to it, shape (atoms,).
    """
    from ase.data import covalent_radii
    from ase.neighborlist import neighbor_list
    from pymatgen.core import Element

    # The number 0 stands for what is no element.
    covalent = [number > 0 and not Element.from_Z(number).is_metal for number in atoms.numbers]
    members = np.flatnonzero(framework & np.array(covalent))
    radii = _BOND * covalent_radii[atoms.numbers]
    # With one radius an atom, the list holds the pairs whose spheres overlap.
    near, other, images = neighbor_list("ijS", atoms[members], radii[members])
    first, second = members[near], members[other]
    vectors = later[:, second] + images @ atoms.cell.array - later[:, first]
    bonded = np.linalg.norm(vectors, axis=-1).mean(axis=0) < radii[first] + radii[second]
    return _connected(len(atoms), first[bonded], second[bonded], images[bonded])


def centroids(displacements: Array, groups: Indices) -> Array:
    """Return the displacements of the groups' centroids, shape (..., groups, 3), from those of atoms, (..., atoms, 3).

    Those of atoms must be free of jumps at the cell's faces; then it does not matter which faces cut a group.
    """
    order = np.argsort(groups, kind="stable")
    sizes = np.bincount(groups)
    sums = np.add.reduceat(displacements[..., order, :], np.cumsum(sizes) - sizes, axis=-2)
    means: Array = sums / sizes[:, None]
    return means


def _connected(count: int, first: Indices, second: Indices, images: Indices) -> Indices:
    """Return group numbers of atoms joined by bonds, which are listed from both ends."""
    bonds: list[list[int]] = [[] for _ in range(count)]
    for bond, atom in enumerate(first.tolist()):
        bonds[atom].append(bond)
    group, image = np.full(count, -1), np.zeros((count, 3), dtype=np.int64)
    for start in range(count):
        if group[start] >= 0:
            continue
        group[start], reached = start, [start]
        while reached:
            atom = reached.pop()
            for bond in bonds[atom]:
                if group[second[bond]] < 0:
                    group[second[bond]] = start
                    image[second[bond]] = image[atom] + images[bond]
                    reached.append(int(second[bond]))
    # A bond to another image than the one that belongs to its group makes the group infinite.
    infinite = np.isin(group, group[first[(image[first] + images != image[second]).any(axis=1)]])
    group = np.where(infinite, np.arange(count), group)
    numbers: Indices = np.unique(group, return_inverse=True)[1]
    return numbers
