"""Crystals of polyanions that can turn on the spot."""

import numpy as np

GOLDEN = (1 + np.sqrt(5)) / 2
_CORNERS = np.array([[0, a, b * GOLDEN] for a in (1, -1) for b in (1, -1)])
ICOSAHEDRON = np.concatenate([np.roll(_CORNERS, turn, axis=1) for turn in range(3)]) / np.sqrt(1 + GOLDEN**2)
CAGES = np.array([[0, 0, 0], [5, 5, 5]])  # Å; the cell's faces cut the first one


def closo_borate(turns=None, *, carbon=False, edge=10.0):
    """Return two B12H12 (or CB11H12) cages with B–B of 1.79 and B–H of 1.20 Å, turned each by its rotation, and Na."""
    from ase import Atoms

    cage = np.concatenate([1.70 * ICOSAHEDRON, 2.90 * ICOSAHEDRON])
    cages = [(cage if turns is None else turns[number].apply(cage)) + centre for number, centre in enumerate(CAGES)]
    sodium = np.array([[5, 0, 2.5], [0, 5, 2.5], [5, 2.5, 0], [2.5, 5, 0]])
    symbols = ["Na"] * 4 + ([*("C" if carbon else "B"), *["B"] * 11, *["H"] * 12]) * 2
    return Atoms(symbols, np.concatenate([sodium, *cages]), cell=[edge] * 3, pbc=True)


def argyrodite():
    """Return Li6PS5Cl, 52 atoms: PS4 tetrahedra with P–S of 2.0 Å, S and Cl by themselves, F-43m."""
    from pymatgen.core import Lattice, Structure

    from atomscreen.interatomic.relaxation import to_atoms

    x, y = 0.6175, 0.0183
    sites = [[y, 0.25, 0.25], [0.5, 0.5, 0.5], [x, x, x], [0.25, 0.25, 0.25], [0, 0, 0]]
    return to_atoms(Structure.from_spacegroup("F-43m", Lattice.cubic(9.86), ["Li", "P", "S", "S", "Cl"], sites))
