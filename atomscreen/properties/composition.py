"""What the composition alone tells: capacity, oxidation states, cost, scarcity, toxicity, radioactivity."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.interatomic.crystal_axes import SYMMETRY_PRECISION
from atomscreen.properties.element_data import ABUNDANCE, ABUNDANCE_SOURCE, PRICE, PRICE_SOURCE, TOXIC
from atomscreen.properties.working_ion import gravimetric_capacity, ion_charge

if TYPE_CHECKING:
    from pymatgen.core import Composition, Structure

# Beyond this the search over mixed oxidation states takes seconds; the number of sums grows as a power of it.
_LARGEST_FORMULA = 60
_HEXAVALENT = 5.5  # a mean oxidation state of chromium above this holds Cr(VI)


@stage(
    cost="light",
    uses={"working_ion"},
    gives={
        "n_sites",
        "n_elements",
        "molar_mass",
        "gravimetric_capacity_full",
        "gravimetric_capacity_host",
        "oxidation_state",
        "charge_balanced",
        "element_cost",
        "scarcest_abundance",
        "toxic_mass_fraction",
        "radioactive",
    },
)
def composition(candidate: Candidate) -> Results:
    """Read off the composition: theoretical capacity, oxidation states, cost, scarcity and hazards of the elements.

    Parameters
    ----------
    candidate
        The candidate; its input structure and, where it has one, its working ion count.
    """
    structure = candidate.structure("input")
    formula = structure.composition.element_composition.reduced_composition
    states, state_notes = oxidation_states(formula)
    capacities, capacity_notes = _capacities(formula, candidate.working_ion)
    costs, cost_notes = _cost_and_abundance(formula)
    return Results(
        quantities=(
            Quantity("n_sites", _sites_of_primitive_cell(structure), method="spglib"),
            Quantity("n_elements", len(formula)),
            Quantity("molar_mass", float(formula.weight), provenance={"formula": str(formula.reduced_formula)}),
            *capacities,
            *states,
            *costs,
            _toxicity(formula, states),
            Quantity("radioactive", float(any(element.is_radioactive for element in formula))),
        ),
        notes=(*capacity_notes, *state_notes, *cost_notes),
    )


def oxidation_states(formula: Composition) -> tuple[list[Quantity], list[str]]:
    """Return the likeliest mean oxidation state of each element, whether they balance, and notes.

    The likeliest combination is the one whose states are most frequent in the ICSD (pymatgen's ``oxi_state_guesses``).
    """
    guess = _guess(str(formula.formula))
    if guess is None:
        note = (
            f"Oxidation states were not guessed: a formula unit of more than {_LARGEST_FORMULA} atoms takes too long."
        )
        return [], [note]
    method = "most frequent oxidation states in the ICSD (pymatgen)"
    if not guess:
        return [Quantity("charge_balanced", 0.0, method=method)], []
    found = [
        Quantity("oxidation_state", state, conditions={"element": element}, method=method)
        for element, state in guess.items()
    ]
    return [*found, Quantity("charge_balanced", 1.0, method=method)], []


@functools.lru_cache(maxsize=4096)
def _guess(formula: str) -> Mapping[str, float] | None:
    """Return the likeliest mean states by element, empty where none balance, ``None`` for too large a formula."""
    from pymatgen.core import Composition

    whole, _ = Composition(formula).get_integer_formula_and_factor(max_denominator=_LARGEST_FORMULA)
    integer = Composition(whole)
    if integer.num_atoms > _LARGEST_FORMULA:
        return None
    guesses = integer.oxi_state_guesses(max_sites=-1)
    return dict(guesses[0]) if guesses else {}


def _capacities(formula: Composition, ion: str | None) -> tuple[list[Quantity], list[str]]:
    """Return the capacities per mass with and without the working ions, where there are any."""
    if ion is None:
        return [], []
    charge, n_ions = ion_charge(ion), float(formula[ion])
    if n_ions == 0:
        note = f"No theoretical capacity: the composition holds no {ion}, and how much it can take up is not known."
        return [], [note]
    full = float(formula.weight)
    host = sum(float(element.atomic_mass) * n for element, n in formula.items() if element.symbol != ion)
    masses = {"gravimetric_capacity_full": full, "gravimetric_capacity_host": host}
    return [
        Quantity(name, gravimetric_capacity(n_ions, charge, mass), method=f"Faraday's law, all {ion} extracted")
        for name, mass in masses.items()
        if mass > 0
    ], []


def _cost_and_abundance(formula: Composition) -> tuple[list[Quantity], list[str]]:
    """Return the price of the elements and the abundance of the scarcest, each only where all elements have one."""
    fractions = _mass_fractions(formula)
    quantities, notes = [], []
    if missing := _missing(fractions, PRICE):
        notes.append(f"No cost of the elements: the table has no price for {missing}.")
    else:
        cost = sum(fraction * PRICE[element] for element, fraction in fractions.items())
        quantities.append(Quantity("element_cost", cost, provenance={"source": PRICE_SOURCE}))
    if missing := _missing(fractions, ABUNDANCE):
        notes.append(f"No abundance of the scarcest element: the table has none for {missing}.")
    else:
        scarcest = min(fractions, key=lambda element: ABUNDANCE[element])
        source = {"source": ABUNDANCE_SOURCE, "element": scarcest}
        quantities.append(Quantity("scarcest_abundance", ABUNDANCE[scarcest], provenance=source))
    return quantities, notes


def _toxicity(formula: Composition, states: Iterable[Quantity]) -> Quantity:
    """Return the mass fraction of elements of concern; the provenance says which and why."""
    concerns = {element: reason for element, reason in TOXIC.items() if formula[element] > 0}
    if any(state.conditions.get("element") == "Cr" and state.number > _HEXAVALENT for state in states):
        concerns["Cr"] = "Cr(VI) is restricted by RoHS (Directive 2011/65/EU)"
    fractions = _mass_fractions(formula)
    return Quantity("toxic_mass_fraction", sum(fractions[element] for element in concerns), provenance=concerns)


def _mass_fractions(formula: Composition) -> dict[str, float]:
    return {element.symbol: float(formula.get_wt_fraction(element)) for element in formula}


def _missing(elements: Iterable[str], table: Mapping[str, float]) -> str:
    return ", ".join(sorted(element for element in elements if element not in table))


def _sites_of_primitive_cell(structure: Structure) -> int:
    """Return the number of sites of the primitive cell; spglib takes species as kinds, whatever they carry."""
    import spglib

    kinds = sorted({site.species_string for site in structure})
    numbers = [kinds.index(site.species_string) for site in structure]
    cell = spglib.find_primitive((structure.lattice.matrix, structure.frac_coords, numbers), symprec=SYMMETRY_PRECISION)
    return len(structure) if cell is None else len(cell[2])
