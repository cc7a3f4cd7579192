"""Electrochemical window: between which voltages a material neither takes nor gives the working ion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Bound, Quantity
from atomscreen.core.stages import stage
from atomscreen.properties.thermodynamics.electronic_class import INSULATING_GAP, ElectronicClass, electronic_class
from atomscreen.properties.thermodynamics.missing_phases import missing_between
from atomscreen.properties.thermodynamics.open_element import OpenRange, open_range
from atomscreen.properties.thermodynamics.phases import (
    PhaseSet,
    missing_note,
    phase_set,
    reference_companions,
    working_ion_too,
)
from atomscreen.properties.thermodynamics.stability import energy_above_hull
from atomscreen.properties.working_ion import ion_charge
from atomscreen.sources.entries import BUILTIN, PhaseSource

_ON_HULL = 1e-4
"""eV/atom above the hull within which a phase counts as on it."""


@stage(
    needs={"energy_per_atom", "working_ion"},
    uses={"band_gap"},
    companions=reference_companions(working_ion_too),
    gives={"reduction_limit", "oxidation_limit", "electrochemical_window"},
    cost="light",
)
def electrochemical_window(
    candidate: Candidate, companions: Sequence[Candidate], phases: PhaseSource = BUILTIN
) -> Results:
    """Give the voltages at which a material is reduced and oxidised, against the working ion's metal.

    Equilibrium with a reservoir of the ion at V = −(μ − μ0)/z: between the limits its phases hold as many ions as the
    material does. A material above the hull counts as the phases that it would decompose into without exchange of
    ions: as if it were just on the hull (Zhu 2015, Richards 2016). What kinetics add is not in it.

    Parameters
    ----------
    candidate
        The material, relaxed.
    companions
        The built-in set's phases of its elements and the ion, relaxed with the same potential.
    phases
        Where competing phases come from: 'builtin', or a file of entries.

    References
    ----------
    Y. Zhu, X. He, Y. Mo, ACS Applied Materials & Interfaces 7, 23685 (2015), doi:10.1021/acsami.5b07517.
    S. P. Ong, L. Wang, B. Kang, G. Ceder, Chemistry of Materials 20, 1798 (2008), doi:10.1021/cm702327g.
    """
    ion = str(candidate.working_ion)
    charge = ion_charge(ion)
    found = phase_set(candidate, companions, phases, {ion})
    conduction = _refuse_conductors(candidate, found)
    reference = found.element_energy(ion)
    limits = open_range(found.diagram(), found.own.composition.reduced_composition, ion)
    # Rounding leaves −1e-16 V where the pure metal is the limit.
    reduction = max((reference - limits.highest) / charge, 0.0)
    oxidation = None if limits.lowest is None else (reference - limits.lowest) / charge
    missing = missing_between(found, {ion}, found.own.elements)
    unknown = (*missing, *(system for system in found.missing_systems if system not in missing))
    origin = {
        **found.origin,
        "reduction": limits.gain,
        "oxidation": limits.loss,
        "missing_systems": list(unknown),
    }
    # Without the salt that the host leaves behind nothing is known to stop its oxidation but pure elements.
    bound: Bound | None = "upper" if missing or _lacks_salt(found) else None
    give = partial(Quantity, method=found.method, provenance=origin)
    quantities = [give("reduction_limit", reduction, bound="lower" if missing else None)]
    if oxidation is not None:
        quantities.append(give("oxidation_limit", oxidation, bound=bound))
        quantities.append(give("electrochemical_window", oxidation - reduction, bound=bound))
    return Results(
        tuple(quantities),
        notes=(
            _reactions_note(limits, ion, reduction, oxidation),
            *conduction,
            *_metastable_note(found),
            *missing_note(unknown, "the window is too wide"),
        ),
    )


def _lacks_salt(phases: PhaseSet) -> bool:
    """Say whether a metal and a nonmetal of the material have no compound at hand, where nature always has one."""
    from pymatgen.core import Element

    pairs = (system.split("-") for system in phases.missing_systems if system.count("-") == 1)
    return any(Element(one).is_metal != Element(other).is_metal for one, other in pairs)


def _refuse_conductors(candidate: Candidate, phases: PhaseSet) -> tuple[str, ...]:
    """Refuse what conducts electrons; return a note where that is not known."""
    gap = candidate.find("band_gap")
    own = phases.own if gap is None else replace(phases.own, band_gap=gap.number)
    conduction = electronic_class(own, INSULATING_GAP)
    if conduction is ElectronicClass.CONDUCTING:
        raise StageFailure(
            f"{candidate.formula} is a metal or nearly so: it conducts electrons and has no electrochemical window"
        )
    if conduction is ElectronicClass.UNDECIDED:
        return (f"{candidate.formula} may conduct electrons, and then it has no window; a band gap would tell.",)
    return ()


def _reactions_note(limits: OpenRange, ion: str, reduction: float, oxidation: float | None) -> str:
    reduced = f"Reduced at {reduction:.2f} V: {limits.gain}" if limits.gain else f"Not reduced by {ion} metal"
    if oxidation is None:
        return f"{reduced}. It holds no {ion} to lose, so this gives no limit of oxidation."
    return f"{reduced}. Oxidised at {oxidation:.2f} V: {limits.loss}."


def _metastable_note(phases: PhaseSet) -> tuple[str, ...]:
    above = energy_above_hull(phases).above_hull
    if above < _ON_HULL:
        return ()
    return (
        f"It lies {above:.3f} eV/atom above the hull; the window is that of the phases it would decompose into, "
        "as if it were on the hull.",
    )
