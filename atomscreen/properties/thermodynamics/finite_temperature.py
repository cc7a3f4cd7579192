"""The hull at finite temperature: solids with their vibrations, gases by their tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.properties.thermodynamics.gases import GASES, STANDARD_PRESSURE, with_gases
from atomscreen.properties.thermodynamics.phases import PhaseSet, as_phase, phase_set, reference_companions
from atomscreen.properties.thermodynamics.stability import energy_above_hull
from atomscreen.sources.entries import Phase

REFERENCE_TEMPERATURE = 300.0
"""K at which the enthalpy of a solid counts as its energy: those here are fitted to enthalpies at 298 K."""

_EV_PER_JOULE_PER_MOLE = 1 / 96485.33212


@stage(
    needs={"energy_per_atom", "vibrational_free_energy", "vibrational_entropy"},
    companions=reference_companions(stages=("relax", "phonons")),
    gives={"free_energy_above_hull"},
    cost="light",
)
def finite_temperature_stability(
    candidate: Candidate,
    companions: Sequence[Candidate],
    oxygen_pressure: Annotated[float, Unit("Pa"), Field(gt=0)] = 21000.0,
) -> Results:
    """Give the Gibbs energy above the hull at every temperature at which the vibrations of all phases are known.

    A solid has G(T) = E + F_vib(T) − U_vib(300 K), so that, as for gases, its energy counts as its enthalpy near room
    temperature; the stage 'phonons' must be asked for 300 K too. Gases are at 1 bar but for oxygen.

    Parameters
    ----------
    candidate
        The candidate, with phonons.
    companions
        The built-in set's phases of the same elements, relaxed and with phonons from the same potential.
    oxygen_pressure
        Partial pressure of O2 in Pa; 21000 Pa is that of air.
    """
    cold = phase_set(candidate, companions)
    pressures = {**dict.fromkeys(GASES, STANDARD_PRESSURE), "O2": oxygen_pressure}
    temperatures = [
        float(quantity.conditions["temperature"])
        for quantity in candidate.quantities
        if quantity.name == "vibrational_free_energy"
    ]
    quantities, left_out = [], set[str]()
    for temperature in sorted(set(temperatures)):
        warm, lacking = _at(cold, candidate, companions, temperature, pressures)
        left_out |= lacking
        hull = energy_above_hull(warm)
        traced = {
            **warm.origin,
            "decomposition": dict(hull.decomposition),
            "hull_phases": sorted(phase.id for phase in warm.competing),
            "oxygen_pressure_Pa": oxygen_pressure,
        }
        at = {"temperature": temperature}
        method = f"{warm.method}, harmonic; gases by NIST-JANAF tables"
        quantities.append(
            Quantity("free_energy_above_hull", hull.above_hull, conditions=at, method=method, provenance=traced)
        )
    notes = (f"Left out of the hull, without phonons: {', '.join(sorted(left_out))}.",) if left_out else ()
    return Results(tuple(quantities), notes=notes)


def _at(
    cold: PhaseSet,
    candidate: Candidate,
    companions: Sequence[Candidate],
    temperature: float,
    pressures: dict[str, float],
) -> tuple[PhaseSet, set[str]]:
    """Return the phases with their Gibbs energies at a temperature in K, and the ids of those that have none."""
    own = _warm(candidate, cold.own, temperature)
    if own is None:
        raise StageFailure(
            f"the vibrations of {candidate.formula} are not known at both {temperature:g} and "
            f"{REFERENCE_TEMPERATURE:g} K; ask 'phonons' for both"
        )
    gases = [phase for phase in with_gases(cold, temperature, pressures).competing if phase not in cold.competing]
    formulas = {gas.formula for gas in gases}
    solids, lacking = [], set()
    for companion in companions:
        phase = as_phase(companion, cold.own.functional)
        if phase not in cold.competing or phase.formula in formulas:
            continue
        warm = _warm(companion, phase, temperature)
        if warm is None:
            lacking.add(companion.id)
        else:
            solids.append(warm)
    return replace(cold, own=own, competing=(*solids, *gases)), lacking


def _warm(candidate: Candidate, phase: Phase, temperature: float) -> Phase | None:
    """Return a solid with its Gibbs energy, ``None`` where its vibrations are not known."""
    free = candidate.find("vibrational_free_energy", temperature=temperature)
    reference = candidate.find("vibrational_free_energy", temperature=REFERENCE_TEMPERATURE)
    entropy = candidate.find("vibrational_entropy", temperature=REFERENCE_TEMPERATURE)
    if free is None or reference is None or entropy is None:
        return None
    inner = reference.number + REFERENCE_TEMPERATURE * entropy.number * _EV_PER_JOULE_PER_MOLE
    return replace(phase, energy_per_atom=phase.energy_per_atom + free.number - inner)
