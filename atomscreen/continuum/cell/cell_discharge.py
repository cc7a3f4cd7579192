"""What a cell does with the material as one electrode: capacity, energy, voltage, and stress in the particles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from atomscreen.continuum.cell.base_sets import DEFAULT_BASE, BaseName
from atomscreen.continuum.cell.cell_uncertainty import CellUncertainty, cell_uncertainty
from atomscreen.continuum.cell.discharge import CellModel, Discharge, Mechanics, run_discharge
from atomscreen.continuum.cell.discharge_quantities import (
    discharge_numbers,
    discharge_quantities,
    theoretical_capacity,
    voltage_limits,
)
from atomscreen.continuum.cell.pybamm_parameters import CellParameters, pybamm_parameters, untouched_base
from atomscreen.continuum.electrode import Electrode
from atomscreen.continuum.electrode_reading import ELECTRODE_QUANTITIES, TAKEN_BESIDE, electrode_of
from atomscreen.continuum.electrode_samples import with_uncertainty
from atomscreen.continuum.record import NOTE_OF_A_CELL, stage_record
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.core.vocabulary import ELECTRODES

NOTED_WARMTH: Final = 2.0
"""K between the potential's temperature and the cell's from which a note says so."""

NOTED_UNUSED: Final = 0.25
"""Share of an electrode's content that stays unused between the voltage limits from which a note says so."""

AT_REST: Final = "cell_theoretical_capacity"

SAMPLED_MODEL: Final[CellModel] = "SPM"
"""What samples are run with: a fifth of the time of a porous electrode, and as far apart."""


@stage(
    needs={*ELECTRODE_QUANTITIES, "role", "working_ion"},
    uses=TAKEN_BESIDE,
    roles=ELECTRODES,
    version=2,
    gives={
        AT_REST,
        "cell_capacity",
        "cell_utilisation",
        "cell_energy",
        "cell_mean_voltage",
        "cell_thickness_change",
        "electrode_thickness_change",
        "surface_stress",
        "surface_stress_max",
        "surface_stress_min",
        "cell_discharge_capacities",
        "cell_discharge_voltages",
        "surface_stress_curve",
        "base_cell_capacities",
        "base_cell_voltages",
    },
)
def cell_discharge(
    candidate: Candidate,
    base: BaseName = DEFAULT_BASE,
    model: CellModel = "DFN",
    mechanics: Mechanics = "swelling only",
    c_rate: Annotated[float, Field(gt=0)] = 1.0,
    lower_voltage: Annotated[float, Unit("V")] | None = None,
    upper_voltage: Annotated[float, Unit("V")] | None = None,
    samples: Annotated[int, Field(ge=0)] = 30,
    seed: int = 0,
) -> Results:
    """Discharge a cell of a published parameter set in which the material is one electrode, and give what it does.

    Geometry, porosity, particle size, electrolyte, kinetics and the other electrode stay those of the base set, so the
    numbers compare materials in one cell; they are not those of the best cell with each. A discharge of the untouched
    base set stands beside them. Where two phases coexist in the particles no stress is given: the particles are then
    uniform, limited by their reaction.

    Standard uncertainties are those of single-particle cells with electrodes drawn from their own uncertainties; a note
    says what is not in them.

    Parameters
    ----------
    candidate
        The cathode or anode.
    base
        The base set: a published cell of PyBaMM.
    model
        Of PyBaMM: single particles (SPM), with electrolyte (SPMe), or porous electrodes (DFN).
    mechanics
        Of the particles; Chen2020 has none.
    c_rate
        Current over the one that takes the cell's capacity at rest in one hour.
    lower_voltage, upper_voltage
        Limits of the cell in V; the base set's where they are not given.
    samples
        Electrodes drawn for the uncertainties; 0 for none.
    seed
        Of the draws.
    """
    electrode = electrode_of(stage_record(candidate))
    parameters = pybamm_parameters(electrode, base, lower_voltage, upper_voltage)
    reference = untouched_base(base)
    ours = parameters, run_discharge(parameters, model, mechanics, c_rate)
    theirs = reference, run_discharge(reference, model, mechanics, c_rate, electrode.side)
    limits = lower_voltage, upper_voltage
    drawn, said = _drawn(electrode, samples, base, seed, mechanics, c_rate, limits)
    at_rest = theoretical_capacity(parameters)
    uncertainties = {} if drawn is None else _uncertainties(drawn, {**discharge_numbers(*ours), AT_REST: at_rest})
    method = f"PyBaMM {model} at {c_rate:g} C; all but the material of the {electrode.side.lower()} electrode: {base}"
    about: dict[str, str] = {"model": model, "mechanics": mechanics}
    if drawn is not None:
        about["uncertainties"] = f"of {len(drawn.outputs[AT_REST])} sampled electrodes in {SAMPLED_MODEL}s, seed {seed}"
    quantities = discharge_quantities(ours, theirs, method, about, uncertainties)
    rest = _theoretical(parameters, at_rest, uncertainties.get(AT_REST))
    notes = tuple(f"{NOTE_OF_A_CELL}{base}: {note}" for note in (*_notes(*ours), *said))
    return Results((*quantities, rest), notes=notes)


def _drawn(
    electrode: Electrode,
    count: int,
    base: str,
    seed: int,
    mechanics: Mechanics,
    c_rate: float,
    limits: tuple[float | None, float | None],
) -> tuple[CellUncertainty | None, tuple[str, ...]]:
    """Return discharges of sampled electrodes, if there are any, and what a reader should know of them."""
    if not count:
        return None, ()
    if not with_uncertainty(electrode):
        return None, ("No property of the electrode has a known uncertainty, so the cell's numbers have none.",)
    try:
        drawn = cell_uncertainty(electrode, base, count, seed, SAMPLED_MODEL, mechanics, c_rate, *limits)
    except StageFailure as problem:
        return None, (f"The cell's numbers have no uncertainty: {problem}.",)
    fixed = ", ".join(name.replace("_", " ") for name in drawn.fixed)
    notes = [
        f"The uncertainties of the cell's numbers are lower bounds, since nobody knows those of {fixed}, and what is "
        "the base set's was not varied."
    ]
    if drawn.failures:
        notes.append(
            f"{len(drawn.failures)} of {count} sampled cells did not run, those whose voltage is furthest "
            f"off, so the uncertainties, which are of the others, are too small; the first: {drawn.failures[0]}."
        )
    return drawn, tuple(notes)


def _uncertainties(drawn: CellUncertainty, values: Mapping[str, float]) -> dict[str, float]:
    return {name: drawn.standard_uncertainty(name, value) for name, value in values.items()}


def _theoretical(parameters: CellParameters, value: float, uncertainty: float | None) -> Quantity:
    """Return the capacity at rest, with all that the base set gave to it."""
    balance = parameters.balance
    assert balance is not None
    return Quantity(
        AT_REST,
        value,
        uncertainty,
        method=f"balance of both electrodes; geometry and the other electrode: {parameters.base}",
        provenance={
            "negative_stoichiometries": list(balance.negative),
            "positive_stoichiometries": list(balance.positive),
            "of_base_set": sorted(name for name, origin in parameters.origins.items() if origin.kind == "base set"),
        },
    )


def _notes(parameters: CellParameters, discharge: Discharge) -> tuple[str, ...]:
    """Return what a reader should know of the limits of these numbers."""
    electrode = parameters.electrode
    assert electrode is not None
    notes = [*parameters.remarks, *discharge.remarks, *_unused(parameters)]
    if discharge.ended_by != "Minimum voltage [V]":
        notes.append(f"The discharge ended before the lower voltage limit, by PyBaMM's '{discharge.ended_by}'.")
    if abs(electrode.reference_temperature - discharge.temperature) > NOTED_WARMTH:
        notes.append(
            f"The potential is that of {electrode.reference_temperature:g} K in a cell at {discharge.temperature:g} K."
        )
    return tuple(notes)


def _unused(parameters: CellParameters) -> tuple[str, ...]:
    """Return a note where much of the electrode is never used: one pair of limits does not suit all materials."""
    electrode, balance = parameters.electrode, parameters.balance
    assert electrode is not None and balance is not None
    low, high = sorted(balance.positive if electrode.side == "Positive" else balance.negative)
    if high - low >= 1 - NOTED_UNUSED:
        return ()
    lower, upper = voltage_limits(parameters)
    return (
        f"Between {lower:g} and {upper:g} V the electrode is used only at contents from {low:.2f} to {high:.2f}: other "
        "limits, or another electrode opposite, may use more of it.",
    )
