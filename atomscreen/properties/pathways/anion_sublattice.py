"""How like the anions of a crystal lie to a body-centred cubic lattice, whose tetrahedra share faces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.interatomic.crystal_axes import SYMMETRY_PRECISION
from atomscreen.interatomic.crystal_symmetry import spglib_cell
from atomscreen.properties.pathways.ionic_framework import best_structure, mean_charges
from atomscreen.properties.pathways.neighbourhood_matching import LATTICES, deviations, needed_radius

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]


_EMPTY = 0.01  # of a site, within which an occupancy is rounded
_FEWEST = 14  # neighbours of the bcc template


@stage(
    cost="light",
    uses={"relaxed"},
    gives={"anion_bcc_deviation", "anion_fcc_deviation", "anion_hcp_deviation", "anion_bcc_likeness"},
)
def anion_sublattice(candidate: Candidate) -> Results:
    """Compare the anions' neighbourhoods with those of body-centred cubic, face-centred cubic and hexagonal crystals.

    In a body-centred cubic anion lattice an ion moves between tetrahedra that share faces, with a low barrier (Wang et
    al. 2015, doi:10.1038/nmat4369). There a whole lattice is mapped onto the anions; here each anion's nearest anions
    of any kind (14 for bcc, 12 for the others) are laid over the perfect ones, and the mean over all anions is given.
    So the measure knows no cell, orientation or scale, but does not see order at long range. Anions are the elements
    with a negative likeliest oxidation state, in the relaxed structure where there is one, else in the input structure.

    Parameters
    ----------
    candidate
        The candidate.

    Returns
    -------
    Results
        The three deviations, root mean squares by the mean distance of neighbours, and the likeness c / (b + c), where
        b is the deviation from bcc and c the smaller one of the others.

    Raises
    ------
    StageFailure
        Where no oxidation states balance.
    """
    name, structure = best_structure(candidate)
    charges = mean_charges(structure.composition)
    anions = sorted(element for element, charge in charges.items() if charge < 0)
    if not anions:
        raise StageFailure(f"{structure.composition.reduced_formula} has no anions")
    found = mean_deviations(anion_structure(structure, anions))
    close_packed = min(found["fcc"], found["hcp"])
    rest: dict[str, Any] = {
        "method": f"neighbourhoods of {', '.join(anions)} by template matching",
        "provenance": {"structure": name},
    }
    return Results(
        (
            *(Quantity(f"anion_{lattice}_deviation", found[lattice], **rest) for lattice in LATTICES),
            Quantity("anion_bcc_likeness", close_packed / (found["bcc"] + close_packed), **rest),
        )
    )


def anion_structure(structure: Structure, anions: list[str]) -> Structure:
    """Return the anions alone, all as one kind of atom; which anion a site holds may be open, whether it does may not.

    Raises
    ------
    StageFailure
        Where a site holds an anion only in part.
    """
    from pymatgen.core import Structure

    places = []
    for site in structure:
        share = sum(part for element, part in site.species.items() if element.symbol in anions)
        if share > _EMPTY:
            if share < 1 - _EMPTY:
                raise StageFailure(f"the anions are disordered: a site holds {site.species_string}")
            places.append(site.frac_coords)
    return Structure(structure.lattice, ["S"] * len(places), places)


def mean_deviations(sublattice: Structure) -> dict[str, float]:
    """Return the mean over all atoms of their deviation from each lattice; equivalent ones are computed once."""
    import spglib

    data = spglib.get_symmetry_dataset(spglib_cell(sublattice)[0], symprec=SYMMETRY_PRECISION)
    classes = np.arange(len(sublattice)) if data is None else data.equivalent_atoms
    _, first, counts = np.unique(classes, return_index=True, return_counts=True)
    each = [deviations(_neighbours(sublattice, int(index))) for index in first]
    return {lattice: float(np.average([found[lattice] for found in each], weights=counts)) for lattice in LATTICES}


def _neighbours(sublattice: Structure, index: int) -> Array:
    """Return the vectors to all neighbours that may be needed, shape (n, 3), in Å."""
    radius = 1.5 * (sublattice.volume / len(sublattice)) ** (1 / 3)
    while True:
        around = sublattice.get_neighbors(sublattice[index], radius)
        vectors: Array = np.array([site.coords for site in around]).reshape(-1, 3) - sublattice[index].coords
        lengths = np.sort(np.linalg.norm(vectors, axis=1))
        if len(lengths) >= _FEWEST and needed_radius(lengths) <= radius:
            return vectors
        radius *= 1.3
