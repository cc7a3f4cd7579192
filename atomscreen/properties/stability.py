"""Energy above the convex hull of competing phases, and energy of formation, from energies of one potential."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import Companions, stage
from atomscreen.properties.energies import common_origin

if TYPE_CHECKING:
    from pymatgen.analysis.phase_diagram import PDEntry


_LONGEST_LIST = 8  # systems named in a note


@dataclass(frozen=True)
class HullDistance:
    """Where a candidate lies against the hull of its chemical system.

    Attributes
    ----------
    above_hull
        eV/atom above the hull of all phases, the candidate among them; 0 on the hull.
    formation_energy
        eV/atom against the most stable elements.
    decomposition
        What it would decompose into, as atomic fractions by the phases' ids; itself where it is stable.
    phases
        Ids of the competing phases that the hull had.
    missing
        Binary and ternary systems within the candidate's, such as ``"Co-P"``, of which no compound was at hand.
    """

    above_hull: float
    formation_energy: float
    decomposition: Mapping[str, float]
    phases: tuple[str, ...]
    missing: tuple[str, ...]


def competing_phases(candidate: Candidate, parameters: Mapping[str, Any]) -> tuple[Candidate, ...]:
    """Return all candidates of the built-in set that consist of the candidate's elements."""
    own = _elements(candidate)
    return tuple(phase for phase, elements in _reference_elements() if elements <= own)


@functools.cache
def _reference_elements() -> tuple[tuple[Candidate, frozenset[str]], ...]:
    from atomscreen.sources.builtin import reference_candidates

    return tuple((phase, _elements(phase)) for phase in reference_candidates())


@stage(
    needs={"relaxed", "energy_per_atom"},
    companions=Companions(choose=competing_phases, stages=("relax",)),
    gives={"energy_above_hull", "formation_energy"},
    cost="light",
)
def stability(candidate: Candidate, companions: Sequence[Candidate]) -> Results:
    """Give the energy above the hull of the built-in set's phases of the same elements, relaxed with one potential.

    The hull holds what is at hand and no more: an energy above an incomplete hull is a lower bound.

    Parameters
    ----------
    candidate
        The candidate, relaxed.
    companions
        The competing phases, relaxed with the same potential; the elements must be among them.
    """
    hull = energy_above_hull(candidate, companions)
    origin = {
        **common_origin([candidate]),
        "hull_phases": list(hull.phases),
        "decomposition": dict(hull.decomposition),
        "missing_systems": list(hull.missing),
    }
    energy = candidate.quantity("energy_per_atom")
    method = f"{energy.method}, hull of {len(hull.phases)} competing phases"
    return Results(
        (
            Quantity("energy_above_hull", hull.above_hull, method=method, provenance=origin),
            Quantity("formation_energy", hull.formation_energy, method=energy.method, provenance=origin),
        ),
        notes=_notes(hull.missing),
    )


def _notes(missing: Sequence[str]) -> tuple[str, ...]:
    """Return what a reader should know of systems without a compound in the hull."""
    if not missing:
        return ()
    named = ", ".join(missing[:_LONGEST_LIST])
    more = f" and {len(missing) - _LONGEST_LIST} systems more" if len(missing) > _LONGEST_LIST else ""
    return (
        f"The hull had no compound of {named}{more}; where such compounds exist, "
        "the energy above the hull is a lower bound.",
    )


def energy_above_hull(candidate: Candidate, competing: Sequence[Candidate]) -> HullDistance:
    """Return where a candidate lies against the hull of competing phases and itself.

    Parameters
    ----------
    candidate
        With its ``energy_per_atom``.
    competing
        Phases with theirs; those that hold other elements are left out.

    Raises
    ------
    StageFailure
        Where the energies are not of one potential, or an element has no phase of its own.
    """
    from pymatgen.analysis.phase_diagram import PhaseDiagram

    phases = [phase for phase in competing if _elements(phase) <= _elements(candidate)]
    common_origin([candidate, *phases])
    covered = {_elements(phase) for phase in phases} | {_elements(candidate)}
    if lacking := sorted(element for element in _elements(candidate) if frozenset({element}) not in covered):
        raise StageFailure(f"there is no relaxed reference phase of {', '.join(lacking)}, so there is no hull")
    own = _entry(candidate, "candidate")
    named = {f"phase {index}": phase.id for index, phase in enumerate(phases)} | {"candidate": candidate.id}
    diagram = PhaseDiagram([own, *(_entry(phase, f"phase {index}") for index, phase in enumerate(phases))])
    decomposition, above = diagram.get_decomp_and_e_above_hull(own)
    return HullDistance(
        above_hull=max(float(above), 0.0),  # rounding leaves −1e-16 on the hull
        formation_energy=float(diagram.get_form_energy_per_atom(own)),
        decomposition={named[entry.name]: float(fraction) for entry, fraction in decomposition.items()},
        phases=tuple(sorted(phase.id for phase in phases)),
        missing=_missing_systems(_elements(candidate), covered),
    )


def _missing_systems(elements: frozenset[str], covered: set[frozenset[str]]) -> tuple[str, ...]:
    """Return the binary and ternary systems of the elements that have no compound at hand."""
    systems = (frozenset(system) for size in (2, 3) for system in itertools.combinations(sorted(elements), size))
    return tuple("-".join(sorted(system)) for system in systems if system not in covered)


def _entry(phase: Candidate, name: str) -> PDEntry:
    """Return a phase-diagram entry of one cell."""
    from pymatgen.analysis.phase_diagram import PDEntry

    composition = phase.composition.element_composition
    energy = phase.quantity("energy_per_atom").number * composition.num_atoms
    return PDEntry(composition, energy, name=name)


def _elements(phase: Candidate) -> frozenset[str]:
    return frozenset(element.symbol for element in phase.composition.element_composition.elements)
