"""What moist air does to a material: its reactions with water vapour and with carbon dioxide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.properties.thermodynamics.gases import GASES, with_gases
from atomscreen.properties.thermodynamics.phases import missing_note, phase_set, reference_companions
from atomscreen.properties.thermodynamics.reactivity import most_reactive
from atomscreen.sources.entries import BUILTIN, PhaseSource

_AIR = {"O2": 2.1e4, "N2": 7.8e4}
"""Partial pressures in Pa in air at 1 bar."""

_REACTIONS = {"hydrolysis_energy": "H2O", "carbonation_energy": "CO2"}


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
    energies, solids their energies at 0 K.

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
    pressures = {
        **dict.fromkeys(GASES, product_pressure),
        **_AIR,
        "H2O": water_pressure,
        "CO2": carbon_dioxide_pressure,
    }
    found = with_gases(solids, temperature, pressures)
    diagram = found.diagram()
    method = f"{found.method}; gases by NIST-JANAF tables"
    quantities, notes = [], []
    for name, gas in _REACTIONS.items():
        reaction = most_reactive(diagram, found.own.composition, Composition(gas))
        traced = {
            **found.origin,
            "reaction": reaction.equation,
            "products": reaction.named_products,
            "pressure_Pa": pressures[gas],
        }
        at = {"temperature": temperature}
        quantities.append(Quantity(name, reaction.energy, conditions=at, method=method, provenance=traced))
        words = f"{reaction.equation} gains {-reaction.energy:.3f} eV/atom" if reaction.equation else "nothing happens"
        notes.append(f"With {gas} at {pressures[gas]:g} Pa and {temperature:g} K: {words}.")
    consequence = "it may react further"
    return Results(tuple(quantities), notes=(*notes, *missing_note(solids.missing_systems, consequence)))
