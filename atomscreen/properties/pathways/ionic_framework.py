"""The framework that a working ion moves in: everything else of the crystal, with the ions' charges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure, StructureRefused
from atomscreen.interatomic.crystal_symmetry import primitive_cell
from atomscreen.properties.composition import oxidation_states

if TYPE_CHECKING:
    from pymatgen.core import Composition, Structure


def best_structure(candidate: Candidate, relaxed: str = "relaxed", given: str = "input") -> tuple[str, Structure]:
    """Return the name of the structure to look at, and it: the relaxed one where there is one, else the given one."""
    name = relaxed if relaxed in candidate.structures else given
    return name, candidate.structure(name)


def refuse_without(ion: str, structure: Structure) -> None:
    """Refuse a structure that the working ion is not in.

    Raises
    ------
    StructureRefused
        It names the ion and the formula.
    """
    if ion not in structure.symbol_set:
        raise StructureRefused(f"{structure.composition.reduced_formula} has no {ion} whose ways could be looked for")


def mean_charges(composition: Composition) -> dict[str, float]:
    """Return each element's mean oxidation state, the likeliest that balance.

    Raises
    ------
    StageFailure
        Where no common states balance, or the formula is too large for a guess.
    """
    formula = composition.element_composition.reduced_composition
    quantities, notes = oxidation_states(formula)
    states = {
        str(quantity.conditions["element"]): quantity.number
        for quantity in quantities
        if quantity.name == "oxidation_state"
    }
    if not states:
        reason = notes[0].rstrip(".") if notes else f"no common oxidation states of {formula.reduced_formula} balance"
        raise StageFailure(f"the charges of its ions are not known: {reason}")
    return states


def framework(structure: Structure, ion: str) -> Structure:
    """Return the compact primitive cell of a structure without the working ion, elements only.

    Its primitive cell may be smaller than the crystal's. Axes in space are those of the structure, so that the result
    depends neither on the cell that a crystal is given in nor on how its ions are ordered.

    Raises
    ------
    StageFailure
        Where nothing is left, or another element shares a site.
    """
    from pymatgen.core import Structure

    kept = [site for site in structure if {element.symbol for element in site.species.elements} != {ion}]
    if not kept:
        raise StageFailure(f"{structure.composition.reduced_formula} is nothing but {ion}: there is no framework")
    if mixed := next((site for site in kept if not site.is_ordered), None):
        raise StageFailure(f"the framework is disordered: a site holds {mixed.species_string}")
    left = Structure(structure.lattice, [site.specie.symbol for site in kept], [site.frac_coords for site in kept])
    reduced: Structure = primitive_cell(left).get_reduced_structure("LLL")
    return reduced
