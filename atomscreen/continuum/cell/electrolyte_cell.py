"""What a layer of a solid electrolyte takes from a cell: a discharge with the layer in series, beside one without."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from pydantic import Field

from atomscreen.continuum.cell.base_sets import BaseName
from atomscreen.continuum.cell.discharge import CellModel, run_discharge
from atomscreen.continuum.cell.discharge_quantities import discharge_numbers, discharge_quantities
from atomscreen.continuum.cell.pybamm_parameters import CellParameters, Origin, untouched_base
from atomscreen.continuum.electrolyte.layer_in_cell import WHAT_IT_IS, electrolyte_parameters
from atomscreen.continuum.record import HandoffRecord, handoff_record
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit, convert
from atomscreen.core.vocabulary import Role


@stage(
    needs={"bulk_ionic_conductivity_300K"},
    roles={Role.SOLID_ELECTROLYTE, Role.COATING},
    gives={
        "cell_capacity",
        "cell_energy",
        "cell_mean_voltage",
        "cell_discharge_capacities",
        "cell_discharge_voltages",
    },
)
def electrolyte_cell(
    candidate: Candidate,
    base: BaseName = "Ai2020",
    model: CellModel = "DFN",
    c_rate: Annotated[float, Field(gt=0)] = 1.0,
    thickness: Annotated[float, Unit("µm"), Field(gt=0)] = 30.0,
    porosity: Annotated[float, Field(ge=0, lt=1)] = 0.0,
    tortuosity_factor: Annotated[float, Field(ge=1)] = 1.0,
) -> Results:
    """Discharge a published cell with a layer of the solid electrolyte in series, and give what it still delivers.

    The layer is a constant resistance, since one ion moves in it; everything else, liquid electrolyte included, is the
    base set's, and a discharge without the layer stands beside it in the provenance. It is no all-solid-state cell.

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
    HandoffIncomplete
        Where the conductivity is only a bound.
    StageFailure
        Where PyBaMM finds no discharge, for example because the layer takes all the voltage.
    """
    bare = untouched_base(base)
    layered = with_layer(bare, handoff_record(candidate), convert(thickness, "µm", "m"), porosity, tortuosity_factor)
    discharge = run_discharge(layered, model, "none", c_rate)
    without = discharge_numbers(bare, run_discharge(bare, model, "none", c_rate))
    resistance = float(layered.values["Contact resistance [Ohm]"])
    method = f"PyBaMM {model} at {c_rate:g} C; {thickness:g} µm of the material in series with the cell {base}"
    about = {"model": model, "thickness": f"{thickness:g} µm", "resistance": f"{resistance:.4g} Ω"}
    return Results(tuple(discharge_quantities(layered, discharge, without, method, about)), notes=(WHAT_IT_IS,))


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
    HandoffIncomplete
        Where the conductivity is not known, or only a bound of it.
    """
    put = electrolyte_parameters(electrolyte, thickness, cell.area, porosity, tortuosity_factor)
    values = cell.values.copy()
    values.update(put)
    origin = Origin("material", f"{thickness:g} m of {electrolyte.material.id} over the area of the electrodes")
    return dataclasses.replace(cell, values=values, origins={**cell.origins, **dict.fromkeys(put, origin)})
