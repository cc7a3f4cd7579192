"""Contact with an electrode: reaction energy at the worst mixing ratio, closed or at a voltage, and volume change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure, UsageError, closest
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import Versioned, stage
from atomscreen.core.units import Unit
from atomscreen.properties.thermodynamics.missing_phases import missing_between
from atomscreen.properties.thermodynamics.phases import PhaseSet, phase_set, reference_companions
from atomscreen.properties.thermodynamics.reactivity import lowest_of, missing_notes, most_reactive, volume_quantity
from atomscreen.properties.working_ion import ion_charge
from atomscreen.sources.entries import BUILTIN, PhaseSource
from atomscreen.sources.reference_set import records

if TYPE_CHECKING:
    from pymatgen.analysis.phase_diagram import PhaseDiagram
    from pymatgen.core import Composition


def partner_elements(candidate: Candidate, parameters: Mapping[str, Any]) -> Collection[str]:
    """Return the elements of the partner that a stage's parameters name, and the working ion."""
    elements = _composition_of(str(parameters["partner"])).elements
    return {*(element.symbol for element in elements), *filter(None, [candidate.working_ion])}


def check_partner(name: str) -> str:
    """Return the name of a material of the built-in set.

    Raises
    ------
    UsageError
        For one that is not there.
    """
    known = {record.id for record in records()}
    if name not in known:
        raise UsageError(f"'{name}' is not a material of the built-in set{closest(name, known)}")
    return name


def _composition_of(partner: str) -> Composition:
    from pymatgen.core import Composition

    return Composition(next(record.formula for record in records() if record.id == partner))


@stage(
    needs={"energy_per_atom"},
    uses={"volume_per_atom", "working_ion"},
    companions=reference_companions(partner_elements),
    gives={"interface_reaction_energy", "interface_volume_change"},
    cost="light",
)
def interface_with_electrode(
    candidate: Candidate,
    companions: Sequence[Candidate],
    partner: Annotated[
        str, Versioned("atomscreen.properties.thermodynamics.interface_with_electrode:check_partner")
    ] = "LiCoO2",
    voltage: Annotated[float | None, Unit("V")] = None,
    phases: PhaseSource = BUILTIN,
) -> Results:
    """Give the reaction energy of a material with an electrode at the worst mixing ratio, and its change of volume.

    Parameters
    ----------
    candidate
        The material, relaxed.
    companions
        The built-in set's phases of both materials' elements, relaxed with the same potential.
    partner
        Id of the electrode in the built-in set.
    voltage
        Voltage in V against the working ion's metal at which both are open to the ion, the electrode being charged
        or discharged to it; without one, the pair is closed. With one, the energy is per atom without the ion's, no
        change of volume is given, since ions come and go, and what either does alone at that voltage is no part of it.
    phases
        Where competing phases come from: 'builtin', or a file of entries.
    """
    ion = candidate.working_ion
    found = phase_set(candidate, companions, phases, partner_elements(candidate, {"partner": partner}))
    electrode = lowest_of(found, _composition_of(partner).reduced_formula)
    diagram, closed = found.diagram(), None
    if voltage is not None:
        if ion is None:
            raise StageFailure(f"a voltage is against a working ion's metal, and {candidate.formula} has no such ion")
        if {ion} in (found.own.elements, electrode.elements):
            raise StageFailure(f"{ion} metal has no voltage but 0 V against itself; leave out 'voltage'")
        diagram, closed = _open_to(found, ion, voltage), diagram
    reaction = most_reactive(diagram, found.own.composition, electrode.composition, closed)
    missing = missing_between(found, found.own.elements, electrode.elements)
    traced = {
        **found.origin,
        "reaction": reaction.equation,
        "products": reaction.named_products,
        "missing_systems": list(missing),
        **({} if voltage is None else {"voltage": voltage}),
    }
    at = "" if voltage is None else f" at {voltage:g} V"
    energy = Quantity(
        "interface_reaction_energy",
        reaction.energy,
        conditions={"partner": partner},
        method=f"{found.method}{at}",
        provenance=traced,
        bound="upper" if missing else None,
    )
    volumes = (
        [] if voltage is not None else volume_quantity(reaction, (found.own, electrode), partner, found.method, traced)
    )
    words = f"gains {-reaction.energy:.3f} eV/atom: {reaction.equation}" if reaction.equation else "does not react"
    return Results(
        (energy, *volumes),
        notes=(
            f"With {partner}{at} it {words}.",
            *missing_notes(found, missing),
        ),
    )


def _open_to(phases: PhaseSet, ion: str, voltage: float) -> PhaseDiagram:
    """Return the diagram open to the working ion at a voltage against its metal."""
    from pymatgen.analysis.phase_diagram import GrandPotentialPhaseDiagram
    from pymatgen.core import Element

    potential = phases.element_energy(ion) - ion_charge(ion) * voltage
    return GrandPotentialPhaseDiagram(phases.diagram().entries, {Element(ion): potential})
