"""What a layer of a solid electrolyte takes from a cell: a discharge with the layer in series, beside one without."""

from __future__ import annotations

import dataclasses
import math
from typing import Annotated

from pydantic import Field

from atomscreen.continuum.cell.base_sets import DEFAULT_BASE, BaseName
from atomscreen.continuum.cell.discharge import CellModel, run_discharge
from atomscreen.continuum.cell.discharge_quantities import discharge_numbers, discharge_quantities
from atomscreen.continuum.cell.pybamm_parameters import CellParameters, Origin, untouched_base
from atomscreen.continuum.electrolyte.electrolyte_layer import (
    LAYER_THICKNESS,
    Porosity,
    Thickness,
    TortuosityFactor,
)
from atomscreen.continuum.electrolyte.layer_in_cell import CONDUCTIVITY, WHAT_IT_IS, electrolyte_parameters
from atomscreen.continuum.record import HandoffRecord, stage_record
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.stages import stage
from atomscreen.core.units import convert
from atomscreen.core.vocabulary import Role

RESISTANCE = "Contact resistance [Ohm]"


@stage(
    needs={CONDUCTIVITY, "working_ion"},
    roles={Role.SOLID_ELECTROLYTE, Role.COATING},
    version=2,
    gives={
        "cell_capacity",
        "cell_energy",
        "cell_mean_voltage",
        "cell_discharge_capacities",
        "cell_discharge_voltages",
        "base_cell_capacities",
        "base_cell_voltages",
    },
)
def electrolyte_cell(
    candidate: Candidate,
    base: BaseName = DEFAULT_BASE,
    model: CellModel = "DFN",
    c_rate: Annotated[float, Field(gt=0)] = 1.0,
    thickness: Thickness = LAYER_THICKNESS,
    porosity: Porosity = 0.0,
    tortuosity_factor: TortuosityFactor = 1.0,
) -> Results:
    """Discharge a published cell with a layer of the solid electrolyte in series, and give what it still delivers.

    The layer is a constant resistance, since one ion moves in it; everything else, liquid electrolyte included, is the
    base set's, and a discharge without the layer stands beside it. It is no all-solid-state cell. Uncertainties are
    those that the conductivity's makes: half the differences between discharges at one standard deviation of its
    logarithm either way.

    Parameters
    ----------
    candidate
        The solid electrolyte or coating, with a conductivity that is more than a bound.
    base
        The base set: a published cell of PyBaMM.
    model
        Of PyBaMM: single particles (SPM), with electrolyte (SPMe), or porous electrodes (DFN).
    c_rate
        Current over the one that takes the base set's nominal capacity in one hour.
    thickness
        Of the layer, in µm.
    porosity
        Share of the layer's volume in pores.
    tortuosity_factor
        The square of the tortuosity.

    Raises
    ------
    UsageError
        For another ion than lithium.
    HandoffIncomplete
        Where the conductivity is only a bound.
    StageFailure
        Where PyBaMM finds no discharge, for example because the layer takes all the voltage.
    """
    record = stage_record(candidate)
    bare = untouched_base(base)
    layered = with_layer(bare, record, convert(thickness, "µm", "m"), porosity, tortuosity_factor)
    ours, theirs = ((cell, run_discharge(cell, model, "none", c_rate)) for cell in (layered, bare))
    known = candidate.quantity(CONDUCTIVITY)
    notes = [WHAT_IT_IS, *ours[1].remarks]
    uncertainties: dict[str, float] = {}
    if known.uncertainty is None:
        notes.append("Nobody knows how uncertain the conductivity is, so the cell's numbers have no uncertainty.")
    else:
        try:
            uncertainties = _uncertainties(layered, model, c_rate, known.uncertainty / known.number)
        except StageFailure as problem:
            notes.append(f"The cell's numbers have no uncertainty: with a less conducting layer {problem}.")
    resistance = float(layered.values[RESISTANCE])
    method = f"PyBaMM {model} at {c_rate:g} C; {thickness:g} µm of the material in series with the cell {base}"
    about = {"model": model, "thickness": f"{thickness:g} µm", "resistance": f"{resistance:.4g} Ω"}
    return Results(tuple(discharge_quantities(ours, theirs, method, about, uncertainties)), notes=tuple(notes))


def with_layer(
    cell: CellParameters,
    electrolyte: HandoffRecord,
    thickness: float,
    porosity: float = 0.0,
    tortuosity_factor: float = 1.0,
) -> CellParameters:
    """Return a cell with a layer of solid electrolyte in series, thickness in m.

    Raises
    ------
    UsageError
        For another ion than lithium.
    HandoffIncomplete
        Where the conductivity is not known, or only a bound of it.
    """
    put = electrolyte_parameters(electrolyte, thickness, cell.area, porosity, tortuosity_factor)
    return _in_series(
        cell, put, f"{convert(thickness, 'm', 'µm'):g} µm of {electrolyte.material.formula} over the electrodes' area"
    )


def _in_series(cell: CellParameters, put: dict[str, float], text: str) -> CellParameters:
    values = cell.values.copy()
    values.update(put)
    return dataclasses.replace(
        cell, values=values, origins={**cell.origins, **dict.fromkeys(put, Origin("material", text))}
    )


def _uncertainties(layered: CellParameters, model: CellModel, c_rate: float, deviation: float) -> dict[str, float]:
    """Return half the differences between cells whose layers resist one standard deviation more, and less."""
    values = float(layered.values[RESISTANCE])
    more, less = (
        discharge_numbers(cell, run_discharge(cell, model, "none", c_rate))
        for sign in (1, -1)
        for cell in (_in_series(layered, {RESISTANCE: values * math.exp(sign * deviation)}, "moved"),)
    )
    return {name: abs(more[name] - less[name]) / 2 for name in more}
