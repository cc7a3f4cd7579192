"""Contact with the working ion's metal: reaction energy, change of volume, and the class of the interphase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Bound, Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.properties.thermodynamics.electronic_class import INSULATING_GAP, ElectronicClass, electronic_class
from atomscreen.properties.thermodynamics.missing_phases import missing_between
from atomscreen.properties.thermodynamics.phases import (
    amounts,
    as_written,
    phase_set,
    reference_companions,
    working_ion_too,
)
from atomscreen.properties.thermodynamics.reactivity import (
    InterfaceReaction,
    decomposition,
    lowest_of,
    missing_notes,
    most_reactive,
    volume_change,
    volume_quantity,
)
from atomscreen.properties.working_ion import ion_charge
from atomscreen.sources.entries import BUILTIN, Phase, PhaseSource

if TYPE_CHECKING:
    from pymatgen.analysis.phase_diagram import PhaseDiagram
    from pymatgen.core import Composition


class Interphase(IntEnum):
    """The class of what forms on a metal; the number is the value of the quantity ``interphase_class``."""

    STABLE = 0
    PASSIVATING = 1
    MIXED_CONDUCTING = 2


@stage(
    needs={"energy_per_atom", "working_ion"},
    uses={"volume_per_atom", "band_gap"},
    companions=reference_companions(working_ion_too),
    gives={"metal_reaction_energy", "interface_volume_change", "interphase_expansion", "interphase_class"},
    cost="light",
)
def interface_with_metal(
    candidate: Candidate,
    companions: Sequence[Candidate],
    phases: PhaseSource = BUILTIN,
    stable_above: Annotated[float, Unit("eV/atom"), Field(le=0)] = -0.025,
    insulating_gap: Annotated[float, Unit("eV"), Field(gt=0)] = INSULATING_GAP,
) -> Results:
    """Give the reaction of a material with the working ion's metal, its change of volume and the interphase's class.

    Volumes are those of the products at the worst ratio: against all that reacts (the change that a cell feels), and
    against the material alone (the expansion that presses on what remains of it, the metal leaving room).

    The class is 0, stable, where the reaction gains next to nothing; 1, passivating, where every phase in equilibrium
    with the metal insulates; 2, mixed conducting, where one conducts electrons, so that the interphase goes on growing
    (Zhu 2016). Where a phase's conduction is not known and none conducts for sure, there is no class; nor is
    there where it seems stable, but phases that it might react to are missing.

    Parameters
    ----------
    candidate
        The material, relaxed.
    companions
        The built-in set's phases of its elements and the ion, relaxed with the same potential.
    phases
        Where competing phases come from: 'builtin', or a file of entries.
    stable_above
        Reaction energy in eV/atom above which the contact counts as stable; the default is the thermal energy at
        room temperature.
    insulating_gap
        Band gap in eV from which on a product insulates.

    References
    ----------
    Y. Zhu, X. He, Y. Mo, Journal of Materials Chemistry A 4, 3253 (2016), doi:10.1039/C5TA08574H.
    """
    ion = str(candidate.working_ion)
    ion_charge(ion)
    found = phase_set(candidate, companions, phases, {ion})
    if found.own.elements == {ion}:
        raise StageFailure(f"{candidate.formula} is the working ion's metal itself")
    metal = lowest_of(found, ion)
    diagram = found.diagram()
    reaction = most_reactive(diagram, found.own.composition, metal.composition)
    final = _with_excess(diagram, found.own.composition, ion)
    missing = missing_between(found, {ion}, found.own.elements)
    traced = {
        **found.origin,
        "reaction": reaction.equation,
        "products": reaction.named_products,
        "products_with_excess_of_metal": {as_written(phase.formula): fraction for phase, fraction in final.items()},
        "missing_systems": list(missing),
    }
    interphase, why = _classify(reaction, final, ion, stable_above, insulating_gap)
    if interphase is Interphase.STABLE and missing:
        interphase, why = None, (f"Against {ion} nothing at hand reacts with it, too little to call it stable.",)
    bound: Bound | None = "upper" if missing else None
    quantities = [
        Quantity("metal_reaction_energy", reaction.energy, method=found.method, provenance=traced, bound=bound),
        *volume_quantity(reaction, (found.own, metal), ion, found.method, traced),
    ]
    expansion = volume_change(reaction.products, {found.own: reaction.share})
    if expansion is not None:
        quantities.append(Quantity("interphase_expansion", expansion, method=found.method, provenance=traced))
    if interphase is not None:
        quantities.append(Quantity("interphase_class", interphase, method=found.method, provenance=traced))
    notes = (*why, *missing_notes(found, missing))
    return Results(tuple(quantities), notes=notes)


def _classify(
    reaction: InterfaceReaction, final: Mapping[Phase, float], ion: str, stable_above: float, insulating_gap: float
) -> tuple[Interphase | None, tuple[str, ...]]:
    """Return the interphase's class, where there is one, and a note that says why."""
    if reaction.energy > stable_above:
        gain = f": {reaction.equation} gains only {-reaction.energy:.3f} eV/atom" if reaction.equation else ""
        return Interphase.STABLE, (f"Against {ion} it is stable{gain}.",)
    classes = {as_written(phase.formula): electronic_class(phase, insulating_gap) for phase in final}
    named = {kind: ", ".join(sorted(f for f in classes if classes[f] is kind)) for kind in ElectronicClass}
    start = f"Against {ion} it reacts ({reaction.equation})"
    if named[ElectronicClass.CONDUCTING]:
        return Interphase.MIXED_CONDUCTING, (
            f"{start}; the interphase conducts ions and electrons (by {named[ElectronicClass.CONDUCTING]}) and grows.",
        )
    if named[ElectronicClass.UNDECIDED]:
        return None, (
            f"{start}; whether {named[ElectronicClass.UNDECIDED]} conducts electrons is not known, so the interphase "
            "has no class.",
        )
    products = amounts({as_written(phase.formula): fraction for phase, fraction in final.items()})
    return Interphase.PASSIVATING, (f"{start}; what remains in contact ({products}) insulates and passivates.",)


def _with_excess(diagram: PhaseDiagram, composition: Composition, ion: str) -> dict[Phase, float]:
    """Return the phases in equilibrium with the metal, which itself is left out."""
    # The element profile's first step is the equilibrium that meets the pure element.
    first = diagram.get_element_profile(ion, composition.reduced_composition)[0]
    return {
        phase: fraction
        for phase, fraction in decomposition(diagram, first["critical_composition"]).items()
        if phase.elements != {ion}
    }
