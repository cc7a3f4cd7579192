"""What a cell does with the material as one electrode: capacity, energy, voltage, and stress in the particles."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from atomscreen.continuum.cell.base_sets import BaseName
from atomscreen.continuum.cell.discharge import CellModel, Discharge, Mechanics, run_discharge
from atomscreen.continuum.cell.discharge_quantities import discharge_numbers, discharge_quantities
from atomscreen.continuum.cell.pybamm_parameters import CellParameters, pybamm_parameters, untouched_base
from atomscreen.continuum.electrode import ELECTRODE_QUANTITIES, TAKEN_BESIDE, electrode_of
from atomscreen.continuum.record import handoff_record
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit, convert
from atomscreen.core.vocabulary import ELECTRODES

NOTED_WARMTH: Final = 2.0
"""K between the potential's temperature and the cell's from which a note says so."""


@stage(
    needs={*ELECTRODE_QUANTITIES, "role", "working_ion"},
    uses=TAKEN_BESIDE,
    roles=ELECTRODES,
    gives={
        "cell_theoretical_capacity",
        "cell_capacity",
        "cell_utilisation",
        "cell_energy",
        "cell_mean_voltage",
        "cell_thickness_change",
        "electrode_thickness_change",
        "surface_stress_max",
        "surface_stress_min",
        "cell_discharge_capacities",
        "cell_discharge_voltages",
        "surface_stress_curve",
    },
)
def cell_discharge(
    candidate: Candidate,
    base: BaseName = "Ai2020",
    model: CellModel = "DFN",
    mechanics: Mechanics = "swelling only",
    c_rate: Annotated[float, Field(gt=0)] = 1.0,
    lower_voltage: Annotated[float, Unit("V")] | None = None,
    upper_voltage: Annotated[float, Unit("V")] | None = None,
) -> Results:
    """Discharge a cell of a published parameter set in which the material is one electrode, and give what it does.

    Geometry, porosity, particle size, electrolyte, kinetics and the other electrode stay those of the base set, so the
    numbers compare materials in one cell; they are not those of the best cell with each. A discharge of the untouched
    base set stands beside them in the provenance. Where two phases coexist in the particles no stress is given: the
    particles are then uniform, limited by their reaction.

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
    """
    electrode = electrode_of(handoff_record(candidate))
    parameters = pybamm_parameters(electrode, base, lower_voltage, upper_voltage)
    reference = untouched_base(base)
    discharge = run_discharge(parameters, model, mechanics, c_rate)
    theirs = discharge_numbers(reference, run_discharge(reference, model, mechanics, c_rate, electrode.side))
    method = f"PyBaMM {model} at {c_rate:g} C; all but the material of the {electrode.side.lower()} electrode: {base}"
    about = {"model": model, "mechanics": mechanics}
    quantities = discharge_quantities(parameters, discharge, theirs, method, about)
    return Results((*quantities, _theoretical(parameters, base)), notes=_notes(parameters, discharge))


def _theoretical(parameters: CellParameters, base: str) -> Quantity:
    """Return the capacity at rest, with all that the base set gave to it."""
    balance = parameters.balance
    assert balance is not None
    return Quantity(
        "cell_theoretical_capacity",
        1e3 * balance.capacity / convert(parameters.area, "m^2", "cm^2"),
        method=f"balance of both electrodes; geometry and the other electrode: {base}",
        provenance={
            "negative_stoichiometries": list(balance.negative),
            "positive_stoichiometries": list(balance.positive),
            "of_base_set": sorted(name for name, origin in parameters.origins.items() if origin.kind == "base set"),
        },
    )


def _notes(parameters: CellParameters, discharge: Discharge) -> tuple[str, ...]:
    """Return what a reader should know of the limits of these numbers."""
    electrode, balance = parameters.electrode, parameters.balance
    assert electrode is not None and balance is not None
    notes = [*electrode.remarks, *balance.remarks, *discharge.remarks]
    if discharge.ended_by != "Minimum voltage [V]":
        notes.append(f"The discharge ended before the lower voltage limit, by PyBaMM's '{discharge.ended_by}'.")
    if abs(electrode.reference_temperature - discharge.temperature) > NOTED_WARMTH:
        notes.append(
            f"The potential is that of {electrode.reference_temperature:g} K in a cell at {discharge.temperature:g} K."
        )
    return tuple(notes)
