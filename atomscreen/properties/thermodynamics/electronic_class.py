"""Whether a phase conducts electrons: by its band gap where one is known, else by rules of its composition."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pymatgen.core import Composition, Element

    from atomscreen.sources.entries import Phase

_NONMETALS = frozenset({"H", "C", "N", "O", "F", "P", "S", "Cl", "Se", "Br", "I"})
_CONDUCTS_AS_ELEMENT = frozenset({"C", "P", "Se"})  # or hardly insulates: graphite, black phosphorus, selenium
_LARGEST_FORMULA = 60
"""Atoms in a formula unit beyond which guessing oxidation states takes too long."""


INSULATING_GAP = 0.5
"""Band gap in eV from which on a phase counts as insulating, unless another is asked for."""


class ElectronicClass(StrEnum):
    """What a phase does to electrons."""

    INSULATING = "insulating"
    CONDUCTING = "conducting"
    UNDECIDED = "undecided"


def electronic_class(phase: Phase, insulating_gap: float) -> ElectronicClass:
    """Say whether a phase conducts electrons.

    With a known band gap, by that. Else: elemental metals and intermetallics conduct, unless the latter are charge
    balanced (some of these are semiconductors). Nonmetal compounds of transition metals in an open shell conduct
    where the metal atoms are at least as many as those of P, N or C, or at least twice as many as those of all
    nonmetals. Salts insulate where common oxidation states balance and every metal is in a closed shell (s, p and f
    metals as cations, d0, d10), but for phosphides with at least as many atoms of transition metals (Cu3P is a metal,
    LiZnP a semiconductor) and compounds of rare earths with P, N or C (LaN). All others are undecided.

    Parameters
    ----------
    phase
        The phase.
    insulating_gap
        Band gap in eV from which on a phase insulates.
    """
    if phase.band_gap is not None:
        return ElectronicClass.INSULATING if phase.band_gap >= insulating_gap else ElectronicClass.CONDUCTING
    return _by_composition(str(phase.composition.reduced_formula))


def is_metallic(composition: Composition) -> bool:
    """Say whether all elements are metals."""
    return all(element.is_metal for element in composition.elements)


@functools.lru_cache(maxsize=4096)
def _by_composition(formula: str) -> ElectronicClass:
    from pymatgen.core import Composition

    composition = Composition(formula)
    if is_metallic(composition):
        return ElectronicClass.CONDUCTING
    nonmetals = {element for element in composition.elements if element.symbol in _NONMETALS}
    if len(composition) == 1:
        insulates = nonmetals and not {element.symbol for element in nonmetals} & _CONDUCTS_AS_ELEMENT
        return ElectronicClass.INSULATING if insulates else ElectronicClass.UNDECIDED
    states = _oxidation_states(composition)
    if not nonmetals:
        return ElectronicClass.UNDECIDED if states else ElectronicClass.CONDUCTING
    if states and all(_closed_shell(element, states[element.symbol]) for element in composition.elements):
        covalent = _metal_rich_phosphide(composition, nonmetals) or _soft_rare_earth(composition, nonmetals)
        return ElectronicClass.UNDECIDED if covalent else ElectronicClass.INSULATING
    return ElectronicClass.CONDUCTING if _metal_rich(composition, nonmetals) else ElectronicClass.UNDECIDED


def _metal_rich(composition: Composition, nonmetals: Iterable[Element]) -> bool:
    """Say whether a compound of transition metals has so few nonmetal atoms that metal bonds remain."""
    metals = sum(composition[element] for element in composition.elements if element.is_transition_metal)
    others = sum(composition[element] for element in nonmetals)
    soft = {element.symbol for element in nonmetals} <= {"P", "N", "C"}
    return bool(metals >= others if soft else metals >= 2 * others)


def _metal_rich_phosphide(composition: Composition, nonmetals: Iterable[Element]) -> bool:
    return {element.symbol for element in nonmetals} == {"P"} and _metal_rich(composition, nonmetals)


def _soft_rare_earth(composition: Composition, nonmetals: Iterable[Element]) -> bool:
    """Say whether P, N or C are a rare earth's only nonmetals."""
    rare = any(element.is_rare_earth or element.symbol in {"Sc", "Y"} for element in composition.elements)
    return rare and {element.symbol for element in nonmetals} <= {"P", "N", "C"}


def _oxidation_states(composition: Composition) -> Mapping[str, float]:
    """Return the likeliest mean oxidation states, empty where none balance or the formula is too large."""
    whole, _ = composition.get_integer_formula_and_factor(max_denominator=_LARGEST_FORMULA)
    integer = type(composition)(whole)
    if integer.num_atoms > _LARGEST_FORMULA:
        return {}
    guesses = integer.oxi_state_guesses(max_sites=-1)
    return dict(guesses[0]) if guesses else {}


def _closed_shell(element: Element, state: float) -> bool:
    """Say whether an element in that oxidation state leaves no open d shell and gives no electrons to a band.

    Carbon between 0 and −1 is graphite with electrons put in, which conducts.
    """
    if element.is_transition_metal:
        # The group number counts the outer electrons: none left is d0, ten left is d10.
        return state in (element.group, element.group - 10)
    if element.is_metal:
        return state > 0 and float(state).is_integer()
    return not (element.symbol == "C" and -1 < state <= 0)
