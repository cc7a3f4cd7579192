"""What makes a structure unusable, in one clear sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomscreen.core.errors import StructureRefused

if TYPE_CHECKING:
    from pymatgen.core import Structure

# Two atoms closer than this fraction of the sum of their covalent radii are one atom written twice or a wrong cell:
# the shortest real bonds (H2: 1.19) are above 0.8.
_OVERLAP = 0.5
_HEAVIEST = 103  # lawrencium: no radius, mass or potential is at hand beyond


def refuse_unusable(structure: Structure) -> None:
    """Refuse a structure that no simulation can start from.

    Raises
    ------
    StructureRefused
        For no atoms, a flat or inverted cell, partial occupancies, or overlapping atoms.
    """
    import numpy as np

    if len(structure) == 0:
        raise StructureRefused("it has no atoms")
    if not (np.isfinite(structure.lattice.matrix).all() and np.isfinite(structure.frac_coords).all()):
        raise StructureRefused("its cell or positions hold numbers that are not finite")
    if structure.volume < 1.0:
        raise StructureRefused(f"its cell has a volume of {structure.volume:.2g} Å^3, which holds no atom")
    if not structure.is_ordered:
        site = next(site for site in structure if not site.is_ordered)
        raise StructureRefused(f"it is disordered (a site holds {site.species_string}); order it first")
    for site in structure:
        if not 1 <= getattr(site.specie, "Z", 0) <= _HEAVIEST:
            raise StructureRefused(f"'{site.species_string}' is not an element that anything here knows")
    _refuse_overlap(structure)


def _refuse_overlap(structure: Structure) -> None:
    import numpy as np
    from ase.data import covalent_radii

    radii = np.array([covalent_radii[site.specie.Z] for site in structure])
    first, second, _, distance = structure.get_neighbor_list(2 * _OVERLAP * float(radii.max()))
    closeness = distance / (radii[first] + radii[second])
    if len(closeness) and closeness.min() < _OVERLAP:
        worst = int(closeness.argmin())
        a, b = int(first[worst]), int(second[worst])
        raise StructureRefused(
            f"atoms overlap: {structure[a].species_string} (site {a + 1}) and {structure[b].species_string} "
            f"(site {b + 1}) are {distance[worst]:.2f} Å apart"
        )
