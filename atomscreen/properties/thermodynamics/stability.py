"""Energy above the convex hull of competing phases, of decomposition and of formation, from energies of one source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.interatomic.potentials import model_uncertainty
from atomscreen.properties.thermodynamics.phases import (
    PhaseSet,
    amounts,
    entry_of,
    missing_note,
    phase_set,
    reference_companions,
)
from atomscreen.sources.entries import BUILTIN, PhaseSource

_NOTED_ABOVE_HULL = 1e-3
"""eV/atom above the hull from which a note says what the candidate would decompose into."""


ROUNDING = 1e-6
"""eV/atom above the hull that are rounding and not a distance."""


@dataclass(frozen=True)
class HullDistance:
    """Where a candidate lies against the hull of its chemical system.

    Attributes
    ----------
    above_hull
        eV/atom above the hull of all phases, the candidate among them; 0 on the hull.
    formation_energy
        eV/atom against the most stable elements.
    decomposition_energy
        eV/atom against the hull of the phases of other compositions: how far a stable candidate lies below it
        (negative), or an unstable one above; ``None`` for an element, which has no other phases.
    decomposition
        What it would decompose into, as atomic fractions by the phases' ids; itself where it is stable.
    """

    above_hull: float
    formation_energy: float
    decomposition_energy: float | None
    decomposition: Mapping[str, float]


@stage(
    needs={"energy_per_atom"},
    companions=reference_companions(),
    gives={"energy_above_hull", "formation_energy", "decomposition_energy"},
    cost="light",
    version=2,
)
def stability(candidate: Candidate, companions: Sequence[Candidate], phases: PhaseSource = BUILTIN) -> Results:
    """Give the energy above the hull of the phases of the same elements, of decomposition, and of formation.

    The hull holds what is at hand and no more: an energy above an incomplete hull is a lower bound.

    Parameters
    ----------
    candidate
        The candidate, relaxed.
    companions
        The built-in set's phases, relaxed with the same potential; the elements must be among them.
    phases
        Where competing phases come from: 'builtin', relaxed with the candidate's potential, or a file of entries
        (pymatgen's ComputedEntry, or formula, energy_per_atom and functional), which must then hold the candidate too.
    """
    found = phase_set(candidate, companions, phases)
    hull = energy_above_hull(found)
    origin = {
        **found.origin,
        "hull_phases": sorted(phase.id for phase in found.competing),
        "decomposition": dict(hull.decomposition),
        "missing_systems": list(found.missing_systems),
    }
    values = {
        "energy_above_hull": hull.above_hull,
        "formation_energy": hull.formation_energy,
        "decomposition_energy": hull.decomposition_energy,
    }
    method = f"{found.method}, hull of {len(found.competing)} competing phases"
    notes = missing_note(found.missing_systems, "the energy above the hull is a lower bound")
    if hull.above_hull > _NOTED_ABOVE_HULL:
        notes = (f"By {found.method} it would decompose into {amounts(hull.decomposition)} (of the atoms).", *notes)
    if phases != BUILTIN:
        lowest = f"The lowest entry of {found.own.formula} in '{phases}', {found.own.id}, stands for it"
        notes = (f"{lowest}, whatever its structure.", *notes)
    potential = found.origin.get("potential")  # a file of entries has none

    def give(name: str, value: float) -> Quantity:
        error = None if potential is None else model_uncertainty(potential, name, value)
        told = found.method if name == "formation_energy" else method
        return Quantity(name, value, error, method=told, provenance=origin)

    return Results(tuple(give(name, value) for name, value in values.items() if value is not None), notes=notes)


def energy_above_hull(phases: PhaseSet) -> HullDistance:
    """Return where a candidate lies against the hull of its competitors and itself.

    Raises
    ------
    StageFailure
        Where an element has no phase of its own.
    """
    diagram = phases.diagram()
    own = entry_of(phases.own)
    decomposition, above = diagram.get_decomp_and_e_above_hull(own)
    return HullDistance(
        above_hull=float(above) if above > ROUNDING else 0.0,
        formation_energy=float(diagram.get_form_energy_per_atom(own)),
        decomposition_energy=_decomposition_energy(phases),
        decomposition={entry.attribute.id: float(fraction) for entry, fraction in decomposition.items()},
    )


def _decomposition_energy(phases: PhaseSet) -> float | None:
    """Return eV/atom against all phases of other compositions (Bartel 2020 calls this ΔH_d), ``None`` for an element.

    References
    ----------
    C. J. Bartel et al., npj Computational Materials 6, 97 (2020), doi:10.1038/s41524-020-00362-y.
    """
    if len(phases.own.elements) == 1:
        return None
    others = phases.diagram(without=lambda phase: phase.formula == phases.own.formula)
    return phases.own.energy_per_atom - float(others.get_hull_energy_per_atom(phases.own.composition))
