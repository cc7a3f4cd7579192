"""A layered oxide, and any crystal turned in space."""

from pymatgen.core import Lattice, Structure
from scipy.spatial.transform import Rotation

LAYERED = Structure.from_spacegroup(
    "R-3m", Lattice.hexagonal(2.816, 14.05), ["Li", "Co", "O"], [[0, 0, 0.5], [0, 0, 0], [0, 0, 0.2395]]
).get_primitive_structure()
"""LiCoO2 as measured: a = 2.816 Å, c = 14.05 Å."""


def turned(structure, seed):
    """Return the crystal in a random orientation."""
    rotation = Rotation.random(random_state=seed).as_matrix()
    return Structure(structure.lattice.matrix @ rotation.T, structure.species, structure.frac_coords)
