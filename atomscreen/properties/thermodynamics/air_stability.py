"""What moist air does to a material: its reactions with water vapour and with carbon dioxide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.properties.thermodynamics.gases import GASES, with_gases
from atomscreen.properties.thermodynamics.missing_phases import missing_between
from atomscreen.properties.thermodynamics.phases import PhaseSet, phase_set, reference_companions
from atomscreen.properties.thermodynamics.reactivity import InterfaceReaction, missing_notes, most_reactive
from atomscreen.sources.entries import BUILTIN, PhaseSource

_AIR = {"O2": 2.1e4, "N2": 7.8e4}
"""Partial pressures in Pa in air at 1 bar."""

_REACTIONS = {"hydrolysis_energy": ("H2O", {"H", "O"}), "carbonation_energy": ("CO2", {"C", "O"})}
"""The gas of each reaction, and its elements."""

_HALOGENS_WITHOUT_GAS = frozenset({"F", "Br", "I"})


@stage(
    needs={"energy_per_atom"},
    companions=reference_companions(lambda candidate, parameters: {"H", "C", "O"}),
    gives=set(_REACTIONS),
    cost="light",
)
def air_stability(
    candidate: Candidate,
    companions: Sequence[Candidate],
    phases: PhaseSource = BUILTIN,
    temperature: Annotated[float, Unit("K"), Field(ge=298, le=1000)] = 298.15,
    water_pressure: Annotated[float, Unit("Pa"), Field(gt=0)] = 1000.0,
    carbon_dioxide_pressure: Annotated[float, Unit("Pa"), Field(gt=0)] = 42.0,
    product_pressure: Annotated[float, Unit("Pa"), Field(gt=0)] = 1.0,
) -> Results:
    """Give the Gibbs energies of reaction with water vapour and with carbon dioxide at the worst mixing ratio.

    Negative ones are per atom of the mixture that reacts, 0 means that nothing happens. Gases have tabulated Gibbs
    energies, solids energies at 0 K. Their neglected entropy errs toward 'stable in air', by some 20 to 50 J/(mol K)
    for every formula unit of solid that forms net: Li2O and water vapour at 1 kPa and 298 K gain 0.106 eV/atom without
    it, 0.131 with it, by the JANAF tables. Without phases of hydrogen or of carbon only the other half is given.

    Parameters
    ----------
    candidate
        The material, relaxed.
    companions
        The built-in set's phases of its elements, hydrogen, carbon and oxygen, relaxed with the same potential.
    phases
        Where competing phases come from: 'builtin', or a file of entries.
    temperature
        In K, from 298 to 1000.
    water_pressure
        Partial pressure of water vapour in Pa; 1000 Pa is about 30 percent of relative humidity at 298 K.
    carbon_dioxide_pressure
        Partial pressure of carbon dioxide in Pa; 42 Pa is that of the open air.
    product_pressure
        Partial pressure in Pa that gases which air does not hold, such as hydrogen sulfide, reach before the wind
        takes them away; 1 Pa is 10 ppm.
    """
    from pymatgen.core import Composition

    solids = phase_set(candidate, companions, phases, {"H", "C", "O"})
    lacking = {name: sorted(elements - solids.elements) for name, (_, elements) in _REACTIONS.items()}
    if all(lacking.values()):
        names = ", ".join(sorted({symbol for symbols in lacking.values() for symbol in symbols}))
        raise StageFailure(f"there is no phase of {names} among the phases, so nothing is known of moist air")
    pressures = {
        **dict.fromkeys(GASES, product_pressure),
        **_AIR,
        "H2O": water_pressure,
        "CO2": carbon_dioxide_pressure,
    }
    found = with_gases(solids, temperature, pressures)
    quantities, notes, missing = [], [], dict[str, None]()
    for name, (gas, elements) in _REACTIONS.items():
        if lacking[name]:
            notes.append(f"Nothing is known of {gas}: there is no phase of {', '.join(lacking[name])}.")
            continue
        reaction = most_reactive(found.diagram(), found.own.composition, Composition(gas))
        between = missing_between(found, found.own.elements, elements)
        missing |= dict.fromkeys(between)
        quantities.append(_quantity(name, reaction, found, between, temperature, pressures[gas]))
        words = f"{reaction.equation} gains {-reaction.energy:.3f} eV/atom" if reaction.equation else "nothing happens"
        notes.append(f"With {gas} at {pressures[gas]:g} Pa and {temperature:g} K: {words}.")
    return Results(tuple(quantities), notes=(*notes, *_unknown_acids(found), *missing_notes(solids, tuple(missing))))


def _quantity(
    name: str,
    reaction: InterfaceReaction,
    phases: PhaseSet,
    missing: Sequence[str],
    temperature: float,
    pressure: float,
) -> Quantity:
    """Return a reaction's energy, an upper bound where phases that it might give are missing."""
    return Quantity(
        name,
        reaction.energy,
        conditions={"temperature": temperature},
        method=f"{phases.method}; gases by NIST-JANAF tables",
        provenance={
            **phases.origin,
            "reaction": reaction.equation,
            "products": reaction.named_products,
            "pressure_Pa": pressure,
            "missing_systems": list(missing),
        },
        bound="upper" if missing else None,
    )


def _unknown_acids(phases: PhaseSet) -> tuple[str, ...]:
    """Return a note where hydrolysis may set a hydrogen halide free that has no Gibbs energy here."""
    halogens = sorted(_HALOGENS_WITHOUT_GAS & phases.own.elements) if "H" in phases.elements else []
    if not halogens:
        return ()
    acids = ", ".join(f"H{halogen}" for halogen in halogens)
    return (f"Gaseous {acids} is not known here, so that hydrolysis may gain more.",)
