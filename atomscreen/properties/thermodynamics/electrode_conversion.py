"""Whether an electrode converts to other phases rather than intercalates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.core.vocabulary import ELECTRODES
from atomscreen.properties.thermodynamics.open_element import open_range
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


@stage(
    needs={"energy_per_atom", "average_voltage", "working_ion"},
    roles=ELECTRODES,
    companions=reference_companions(working_ion_too),
    gives={"conversion_voltage", "conversion_preferred"},
    cost="light",
)
def electrode_conversion(
    candidate: Candidate,
    companions: Sequence[Candidate],
    phases: PhaseSource = BUILTIN,
    margin: Annotated[float, Unit("V"), Field(ge=0)] = 0.1,
) -> Results:
    """Give the voltage below which the discharged electrode converts, and whether that comes before intercalation.

    It takes up more ions than the discharged compound has at the voltage where that decomposes; or it converts with the
    same ions at V + E_hull N/(n z), with N atoms and n ions, where other phases lie that much lower than the compound.
    The second counts where it gains more than ``margin``. Real electrodes are often held from converting by kinetics.

    Parameters
    ----------
    candidate
        The electrode with its ions in, with its average voltage.
    companions
        The built-in set's phases of its elements and the ion, relaxed with the same potential.
    phases
        Where competing phases come from: 'builtin', or a file of entries.
    margin
        Voltage in V by which conversion must lie above the average voltage to be called preferred.
    """
    ion = str(candidate.working_ion)
    charge = ion_charge(ion)
    found = phase_set(candidate, companions, phases, {ion})
    formula = found.own.composition.reduced_composition
    if not formula[ion]:
        raise StageFailure(f"{candidate.formula} holds no {ion}: conversion is asked of the discharged electrode")
    intercalation = _voltage_comparable_with(found, candidate)
    reference = found.element_energy(ion)
    limits = open_range(found.diagram(), formula, ion)
    further = max((reference - limits.highest) / charge, 0.0)
    gained = energy_above_hull(found).above_hull * formula.num_atoms / (formula[ion] * charge)
    same = intercalation + gained
    voltage = max(further, same) if gained > margin else further
    preferred = voltage > intercalation + margin
    origin = {**found.origin, "reaction": limits.gain, "with_more_ions": further, "with_the_same_ions": same}
    notes = missing_note(found.missing_systems, "it converts at a higher voltage")
    if preferred:
        way = f"more {ion}: {limits.gain}" if voltage == further else f"the same {ion}: other phases lie lower"
        notes = (
            f"Conversion at {voltage:.2f} V comes before intercalation at {intercalation:.2f} V, with {way}.",
            *notes,
        )
    return Results(
        (
            Quantity("conversion_voltage", voltage, method=found.method, provenance=origin),
            Quantity("conversion_preferred", float(preferred), method=found.method, provenance=origin),
        ),
        notes=notes,
    )


def _voltage_comparable_with(phases: PhaseSet, candidate: Candidate) -> float:
    """Return the average voltage in V.

    Raises
    ------
    StageFailure
        Where it is not of the phases' functional, or of their potential.
    """
    voltage = candidate.quantity("average_voltage")
    named = ("functional",) if "phases" in phases.origin else ("potential", "potential_digest", "functional")
    if any(voltage.provenance.get(name) != phases.origin.get(name) for name in named):
        raise StageFailure(
            f"the average voltage of {candidate.formula} ({voltage.method or 'of unknown origin'}) and the phases "
            f"({phases.method}) do not compare: take both from one potential or functional"
        )
    return voltage.number
