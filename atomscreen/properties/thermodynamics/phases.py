"""Phase diagrams around a candidate: its own phase and its competitors, from one source of energies."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure
from atomscreen.core.stages import Companions
from atomscreen.properties.energies import common_origin
from atomscreen.sources.entries import BUILTIN, Phase, digest, known_band_gaps, read_phases

if TYPE_CHECKING:
    from pymatgen.analysis.phase_diagram import PDEntry, PhaseDiagram
    from pymatgen.core import Composition

_LONGEST_LIST = 8  # systems named in a note


@dataclass(frozen=True)
class PhaseSet:
    """A candidate's phase and the phases it competes with.

    Attributes
    ----------
    own
        The candidate.
    competing
        All others, of the elements asked for.
    origin
        Where the energies are from, for the provenance.
    method
        The same in a few words.
    """

    own: Phase
    competing: tuple[Phase, ...]
    origin: Mapping[str, Any]
    method: str

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The candidate and its competitors."""
        return (self.own, *self.competing)

    @property
    def elements(self) -> frozenset[str]:
        """Symbols of all elements there are."""
        return frozenset[str]().union(*(phase.elements for phase in self.phases))

    def diagram(self, without: Callable[[Phase], bool] = lambda phase: False) -> PhaseDiagram:
        """Return the phase diagram of all phases but those ``without`` is true of; entries carry their phase.

        Raises
        ------
        StageFailure
            Where an element has no phase of its own, so that there is no hull.
        """
        from pymatgen.analysis.phase_diagram import PhaseDiagram

        kept = [phase for phase in self.phases if not without(phase)]
        pure = {next(iter(phase.elements)) for phase in kept if len(phase.elements) == 1}
        if lacking := frozenset[str]().union(*(phase.elements for phase in kept)) - pure:
            raise self._failure_without(lacking)
        return PhaseDiagram([entry_of(phase) for phase in kept])

    def element_energy(self, symbol: str) -> float:
        """Return the energy per atom of an element's most stable phase, in eV.

        Raises
        ------
        StageFailure
            Where there is none.
        """
        energies = [phase.energy_per_atom for phase in self.phases if phase.elements == {symbol}]
        if not energies:
            raise self._failure_without({symbol})
        return min(energies)

    def _failure_without(self, elements: Collection[str]) -> StageFailure:
        """Return the failure for want of the elements' own phases."""
        named = ", ".join(sorted(elements))
        if (file := self.origin.get("phases")) is None:
            return StageFailure(f"there is no relaxed reference phase of {named}, so there is no hull")
        return StageFailure(f"'{file}' has no entry of {named}, so there is no hull")

    def replaced(self, phases: Iterable[Phase]) -> PhaseSet:
        """Return a set with other competing phases."""
        return replace(self, competing=tuple(phases))

    @property
    def missing_systems(self) -> tuple[str, ...]:
        """Binary and ternary systems within the candidate's elements, such as ``"Co-P"``, without a compound."""
        covered = {phase.elements for phase in self.phases}
        own = sorted(self.own.elements)
        systems = (frozenset(system) for size in (2, 3) for system in itertools.combinations(own, size))
        return tuple("-".join(sorted(system)) for system in systems if system not in covered)


def entry_of(phase: Phase) -> PDEntry:
    """Return a phase-diagram entry of one cell; its ``attribute`` is the phase."""
    from pymatgen.analysis.phase_diagram import PDEntry

    return PDEntry(phase.composition, phase.energy_per_atom * phase.composition.num_atoms, attribute=phase)


def no_further_elements(candidate: Candidate, parameters: Mapping[str, Any]) -> Collection[str]:
    """Return no element beside the candidate's own."""
    return ()


def working_ion_too(candidate: Candidate, parameters: Mapping[str, Any]) -> Collection[str]:
    """Return the working ion, which phases may hold though the candidate does not."""
    return {str(candidate.working_ion)}


def reference_companions(
    further: Callable[[Candidate, Mapping[str, Any]], Collection[str]] = no_further_elements,
    stages: tuple[str, ...] = ("relax",),
) -> Companions:
    """Return the companions of a stage with a ``phases`` parameter: built-in phases, relaxed, unless a file is named.

    Parameters
    ----------
    further
        Gives the elements that the phases may hold beside the candidate's, from the candidate and the parameters.
    stages
        What the phases go through first.
    """

    def choose(candidate: Candidate, parameters: Mapping[str, Any]) -> tuple[Candidate, ...]:
        if parameters.get("phases", BUILTIN) != BUILTIN:
            return ()
        allowed = elements_of(candidate) | set(further(candidate, parameters))
        return tuple(phase for phase, elements in _reference_elements() if elements <= allowed)

    return Companions(choose=choose, stages=stages)


@functools.cache
def _reference_elements() -> tuple[tuple[Candidate, frozenset[str]], ...]:
    from atomscreen.sources.builtin import reference_candidates

    return tuple((phase, elements_of(phase)) for phase in reference_candidates())


def elements_of(candidate: Candidate) -> frozenset[str]:
    """Return the symbols of a candidate's elements."""
    return frozenset(element.symbol for element in candidate.composition.element_composition.elements)


def phase_set(
    candidate: Candidate, companions: Sequence[Candidate], phases: str = BUILTIN, further: Collection[str] = ()
) -> PhaseSet:
    """Return a candidate's phase and its competitors, all from one source.

    Parameters
    ----------
    candidate
        With its ``energy_per_atom``, which counts only beside the built-in set: among the entries of a file, the
        candidate is the entry of lowest energy with its reduced composition.
    companions
        The built-in set's phases, relaxed; those that hold other elements are left out.
    phases
        ``"builtin"`` or a file of entries.
    further
        Elements that phases may hold beside the candidate's.

    Raises
    ------
    StageFailure
        Where energies are not of one origin, or the file lacks the candidate.
    """
    allowed = elements_of(candidate) | set(further)
    if phases != BUILTIN:
        return from_file(candidate.composition.element_composition, phases, allowed)
    near = [companion for companion in companions if elements_of(companion) <= allowed]
    origin = common_origin([candidate, *near])
    functional = str(origin.get("functional", ""))
    return PhaseSet(
        own=as_phase(candidate, functional),
        competing=tuple(as_phase(companion, functional) for companion in near),
        origin=origin,
        method=candidate.quantity("energy_per_atom").method,
    )


def as_phase(candidate: Candidate, functional: str) -> Phase:
    """Return a relaxed candidate as a phase."""
    volume = candidate.find("volume_per_atom")
    gap = candidate.find("band_gap")
    return Phase(
        id=candidate.id,
        composition=candidate.composition.element_composition,
        energy_per_atom=candidate.quantity("energy_per_atom").number,
        functional=functional,
        volume_per_atom=None if volume is None else volume.number,
        band_gap=known_band_gaps().get(candidate.id) if gap is None else gap.number,
    )


def from_file(composition: Composition, source: str, allowed: Collection[str]) -> PhaseSet:
    """Return the phases of a file that hold only the ``allowed`` elements, the lowest of a composition as the own one.

    Raises
    ------
    StageFailure
        Where the file has no entry of that composition.
    """
    near = [phase for phase in read_phases(source) if phase.elements <= set(allowed)]
    formula = composition.reduced_formula
    same = [phase for phase in near if phase.formula == formula]
    if not same:
        raise StageFailure(
            f"'{source}' has no entry of {formula}, and the energy of a potential does not compare with its entries: "
            f"add one, computed like them, or take phases '{BUILTIN}'"
        )
    own = min(same, key=lambda phase: phase.energy_per_atom)
    origin = {"phases": source, "phases_digest": digest(source), "functional": own.functional, "entry": own.id}
    return PhaseSet(own, tuple(phase for phase in near if phase is not own), origin, own.functional)


def missing_note(missing: Sequence[str], consequence: str) -> tuple[str, ...]:
    """Return what a reader should know of systems without a compound in the hull."""
    if not missing:
        return ()
    named = ", ".join(missing[:_LONGEST_LIST])
    more = f" and {len(missing) - _LONGEST_LIST} systems more" if len(missing) > _LONGEST_LIST else ""
    return (f"The hull had no compound of {named}{more}; where such compounds exist, {consequence}.",)


def as_written(formulas: str) -> str:
    """Return formulas, or a reaction, with hydroxides as chemists write them: ``"LiOH"`` for pymatgen's ``"LiHO"``."""
    return re.sub(r"(?<=[A-Za-z(])HO(?![A-Za-z0-9])", "OH", formulas)


def amounts(fractions: Mapping[str, float]) -> str:
    """Return atomic fractions in words: ``"62 % Li2O, 38 % P"``."""
    ordered = sorted(fractions.items(), key=lambda item: -item[1])
    return ", ".join(f"{100 * fraction:.0f} % {name}" for name, fraction in ordered)
