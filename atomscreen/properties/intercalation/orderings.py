"""Orderings of working ions and vacancies on the ions' own sites, each counted once however symmetry turns it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.interatomic.crystal_axes import SYMMETRY_PRECISION
from atomscreen.interatomic.supercells import perpendicular_widths, sublattices
from atomscreen.properties.composition import oxidation_states
from atomscreen.properties.working_ion import ion_charge

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]

LARGEST_DENOMINATOR = 24
"""Contents are taken as the nearest fractions with denominators up to this: 0.333 is a third."""

ENUMERATED = 50_000
"""Up to this many arrangements are gone through one by one; of more, a sample is drawn."""

DRAWS = 50
"""Random arrangements drawn for each ordering that is wanted, where there are too many to go through."""


@dataclass(frozen=True)
class Orderings:
    """Orderings at one content of working ions.

    Attributes
    ----------
    content
        Fraction of the sites that hold an ion.
    occupied
        For each ordering, the numbers of the ion sites that keep their ion; the lowest electrostatic energy first.
    multiplicities
        For each ordering, in how many arrangements of the supercell symmetry finds it.
    distinct
        How many there are that no symmetry of the full cell maps onto each other; where ``sampled``, how many of
        them were met.
    sampled
        Whether they were drawn at random rather than gone through.
    """

    content: float
    occupied: tuple[tuple[int, ...], ...]
    multiplicities: tuple[int, ...]
    distinct: int
    sampled: bool


def snapped(contents: Sequence[float]) -> list[Fraction]:
    """Return contents as simple fractions, sorted, without repeats.

    Raises
    ------
    UsageError
        For a content that is, as a simple fraction, an end.
    """
    fractions = {content: Fraction(content).limit_denominator(LARGEST_DENOMINATOR) for content in contents}
    for content, fraction in fractions.items():
        if not 0 < fraction < 1:
            raise UsageError(
                f"a content of {content:g} is not between the ends 0 and 1, or too near to one: the fractions that are "
                f"told apart have denominators up to {LARGEST_DENOMINATOR}"
            )
    return sorted(set(fractions.values()))


def realising_supercell(structure: Structure, ion: str, contents: Sequence[Fraction], max_atoms: int) -> Structure:
    """Return the smallest supercell in which every content is a whole number of ions.

    Of those of one size it is the one whose faces are farthest apart, so that no image of an ion is close.

    Parameters
    ----------
    structure
        The full primitive cell.
    ion
        Symbol of the working ion.
    contents
        Fractions of the ions.
    max_atoms
        The most atoms it may have.

    Raises
    ------
    StageFailure
        Where that many atoms are not enough.
    """
    from pymatgen.core import Lattice

    n_ions = int(structure.composition[ion])
    multiple = math.lcm(1, *(part.denominator // math.gcd(part.denominator, n_ions) for part in contents))
    if multiple * len(structure) > max_atoms:
        raise StageFailure(
            f"the contents {', '.join(map(str, contents))} of {structure.composition.reduced_formula} need a cell of "
            f"{multiple * len(structure)} atoms, more than max_atoms = {max_atoms}; ask for simpler fractions"
        )
    compact = [
        Lattice(np.array(matrix) @ structure.lattice.matrix).get_lll_reduced_lattice()
        for matrix in sublattices(multiple)
    ]
    # max keeps the first of equals; rounding keeps that choice the same on every machine.
    widest = max(compact, key=lambda lattice: round(float(perpendicular_widths(lattice).min()), 6))
    matrix = np.rint(widest.matrix @ structure.lattice.inv_matrix).astype(int)
    cell: Structure = structure.copy()
    # Stresses of some potentials have the wrong sign in a left-handed cell.
    cell.make_supercell(matrix * round(np.sign(np.linalg.det(widest.matrix))))
    return cell


def ion_sites(cell: Structure, ion: str) -> list[int]:
    """Return the indices of the working ions in a cell."""
    return [index for index, site in enumerate(cell) if site.specie.symbol == ion]


def site_permutations(cell: Structure, sites: Sequence[int]) -> Array:
    """Return how the cell's symmetry permutes some of its sites: integers (n_permutations, n_sites), each row once.

    Raises
    ------
    StageFailure
        Where spglib finds no symmetry, not even the identity.
    """
    import spglib

    kinds = sorted(cell.symbol_set)
    numbers = [kinds.index(site.specie.symbol) for site in cell]
    found = spglib.get_symmetry((cell.lattice.matrix, cell.frac_coords, numbers), symprec=SYMMETRY_PRECISION)
    if found is None:
        raise StageFailure(f"spglib finds no space group for {cell.reduced_formula}")
    positions = cell.frac_coords[list(sites)]
    rows = []
    for rotation, translation in zip(found["rotations"], found["translations"], strict=True):
        moved = positions @ rotation.T + translation
        offsets = moved[:, None, :] - positions[None, :, :]
        offsets -= np.rint(offsets)
        rows.append(np.linalg.norm(offsets @ cell.lattice.matrix, axis=2).argmin(axis=1))
    return np.unique(np.array(rows), axis=0)


def distinct_occupations(permutations: Array, n_occupied: int) -> list[tuple[int, ...]]:
    """Return every way to occupy so many sites that no permutation maps onto another, in a fixed order."""
    n_sites = permutations.shape[1]
    occupations = np.zeros((math.comb(n_sites, n_occupied), n_sites), dtype=np.int64)
    for row, chosen in enumerate(itertools.combinations(range(n_sites), n_occupied)):
        occupations[row, list(chosen)] = 1
    return _representatives(occupations, permutations)


def sampled_occupations(permutations: Array, n_occupied: int, draws: int, seed: int) -> list[tuple[int, ...]]:
    """Return the distinct ones among randomly drawn occupations, in a fixed order."""
    n_sites = permutations.shape[1]
    rows = np.tile(np.arange(n_sites) < n_occupied, (draws, 1)).astype(np.int64)
    return _representatives(np.random.default_rng(seed).permuted(rows, axis=1), permutations)


def _representatives(occupations: Array, permutations: Array) -> list[tuple[int, ...]]:
    """Return one of each class of occupations: the one that reads as the smallest binary number.

    Parameters
    ----------
    occupations
        Zeros and ones, shape (n, n_sites).
    permutations
        Shape (n_permutations, n_sites).
    """
    # Numbers of more than 62 binary digits need Python's own integers.
    kind: Any = np.int64 if permutations.shape[1] <= 62 else object
    powers = np.array([1 << place for place in range(permutations.shape[1])], dtype=kind)
    digits = occupations.astype(kind)
    smallest = digits @ powers
    for permutation in permutations:
        smallest = np.minimum(smallest, digits @ powers[permutation])
    return [_sites_of(int(number)) for number in np.unique(smallest)]


def _multiplicity(occupied: Sequence[int], permutations: Array) -> int:
    """Return how many arrangements the permutations make of one."""
    return len({frozenset(image) for image in permutations[:, list(occupied)].tolist()})


def _sites_of(number: int) -> tuple[int, ...]:
    return tuple(place for place in range(number.bit_length()) if number >> place & 1)


def orderings(
    cell: Structure, ion: str, contents: Sequence[Fraction], max_orderings: int, seed: int
) -> Iterator[Orderings]:
    """Yield the orderings to be relaxed at each content: of all distinct ones those of lowest electrostatic energy.

    Parameters
    ----------
    cell
        The full supercell.
    ion
        Symbol of the working ion.
    contents
        Fractions of the ions; each must give a whole number of them in ``cell``.
    max_orderings
        The most at one content.
    seed
        Of the random draws, where the arrangements are too many to go through.
    """
    sites = ion_sites(cell, ion)
    permutations = site_permutations(cell, sites)
    energies: Array | None = None
    for content in contents:
        n_occupied = int(content * len(sites))
        sampled = math.comb(len(sites), n_occupied) > ENUMERATED
        if sampled:
            found = sampled_occupations(permutations, n_occupied, DRAWS * max_orderings, seed)
        else:
            found = distinct_occupations(permutations, n_occupied)
        distinct = len(found)
        if distinct > max_orderings:
            energies = electrostatic_energies(cell, ion) if energies is None else energies
            found = sorted(found, key=lambda occupied: _electrostatic_energy(cell, sites, occupied, energies))
        chosen = tuple(found[:max_orderings])
        multiplicities = tuple(_multiplicity(occupied, permutations) for occupied in chosen)
        yield Orderings(float(content), chosen, multiplicities, distinct, sampled)


def electrostatic_energies(cell: Structure, ion: str) -> Array:
    """Return the Ewald energies of every pair of sites of the full cell in eV, shape (n, n).

    Charges are the mean oxidation states of the elements; where none balance, the ions repel each other before a
    uniform background. The host's charges stay those of the full cell: what that leaves out is nearly the same for
    all orderings of one content.
    """
    from pymatgen.analysis.ewald import EwaldSummation

    formula = cell.composition.element_composition.reduced_composition
    states, _ = oxidation_states(formula)
    charges = {str(state.conditions["element"]): state.number for state in states if "element" in state.conditions}
    if charges.get(ion, 0.0) <= 0:
        charges = dict.fromkeys(cell.symbol_set, 0.0) | {ion: float(ion_charge(ion))}
    charged = cell.copy()
    charged.add_oxidation_state_by_element(charges)
    energies: Array = EwaldSummation(charged).total_energy_matrix
    return energies


def _electrostatic_energy(cell: Structure, sites: Sequence[int], occupied: Sequence[int], energies: Any) -> float:
    """Return the electrostatic energy of an ordering; rounded, so that equal ones stay in their order."""
    vacant = {*sites} - {sites[place] for place in occupied}
    kept = [index for index in range(len(cell)) if index not in vacant]
    return round(float(energies[np.ix_(kept, kept)].sum()), 6)
