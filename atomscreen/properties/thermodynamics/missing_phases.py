"""Systems across two materials in contact that nature fills as a rule, and of which a set of phases has no compound."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from atomscreen.properties.thermodynamics.phases import PhaseSet

_ANIONS = frozenset({"N", "O", "F", "P", "S", "Cl", "Se", "Br", "I"})
_SHARED_ANIONS = frozenset({"O", "S", "Se"})
_MOLECULAR = frozenset({"H", "C"})


def missing_between(phases: PhaseSet, first: Collection[str], second: Collection[str]) -> tuple[str, ...]:
    """Return systems such as ``"Na-O"`` or ``"H-Na-O"`` without a compound, though a reaction may well end in one.

    Most systems across two materials never hold a compound. These count:

    - Binary salts: a metal, a metalloid or phosphorus of one material with oxygen, sulfur or selenium of the other.
      With other anions only the most electropositive metal of both, which takes halides, nitrides and phosphides from
      all others.
    - Double oxides, hydroxides and oxo salts: that metal, oxygen, and a third element. Two s metals gain next to
      nothing by sharing oxygen, and so do all double halides and sulfides against their salts: they do not count.

    What is missing within one material's own elements is told by ``PhaseSet.missing_systems``.

    Parameters
    ----------
    phases
        All phases of both materials' elements.
    first, second
        Symbols of the elements of the two materials.
    """
    covered = {phase.elements for phase in phases.phases}
    systems = {*_salts(first, second), *_salts(second, first), *_double_oxides(set(first), set(second))}
    return tuple(sorted("-".join(sorted(system)) for system in systems - covered))


def _salts(first: Collection[str], second: Collection[str]) -> Iterator[frozenset[str]]:
    """Yield the salts of the first material's cations and the second's anions."""
    from pymatgen.core import Element

    strongest = _most_electropositive({*first, *second})
    for anion in _ANIONS & set(second):
        for cation in set(first) - _MOLECULAR - {anion}:
            if Element(cation).X >= Element(anion).X or (cation in _ANIONS and cation != "P"):
                continue
            if cation == strongest or anion in _SHARED_ANIONS:
                yield frozenset({cation, anion})


def _double_oxides(first: set[str], second: set[str]) -> Iterator[frozenset[str]]:
    """Yield the oxides of the most electropositive metal and a cation of the other material."""
    from pymatgen.core import Element

    metal = _most_electropositive(first | second)
    if "O" not in first | second or not Element(metal).is_metal:
        return
    for other in (first | second) - (_ANIONS - {"P"}) - {metal}:
        system = {metal, other, "O"}
        both_s = all(Element(symbol).is_alkali or Element(symbol).is_alkaline for symbol in (metal, other))
        if not both_s and not system <= first and not system <= second:
            yield frozenset(system)


def _most_electropositive(elements: Collection[str]) -> str:
    from pymatgen.core import Element

    return min(sorted(elements), key=lambda symbol: float(Element(symbol).X))
