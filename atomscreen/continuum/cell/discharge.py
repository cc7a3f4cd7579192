"""Discharge of a cell by PyBaMM, from its upper voltage limit to its lower one, at constant current."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from atomscreen.continuum.cell.base_sets import pybamm_library, require_mechanics
from atomscreen.continuum.cell.crack_start import that_cracks_start
from atomscreen.continuum.cell.pybamm_parameters import CellParameters
from atomscreen.continuum.electrode import Side
from atomscreen.core.errors import StageFailure, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

CellModel = Literal["SPM", "SPMe", "DFN"]
Mechanics = Literal["none", "swelling only", "swelling and cracking"]

NO_FRONT: Final = (
    "Two phases coexist in its particles at most contents. PyBaMM has no front between phases: its particles are taken "
    "as uniform, limited by their reaction, and the stress in them is not known."
)

TOLERANCES: Final = (1e-9, 1e-8, 1e-7)
"""Relative and absolute tolerances of the solver, the next where PyBaMM cannot keep to one. A stress is the difference
of two nearly equal concentrations where diffusion is fast: with PyBaMM's own tolerance that of LiFePO4 was a thousand
times too large, and of the wrong sign."""

_LONGEST = 1.5
"""Time given to a discharge, over the one that the nominal capacity takes."""


@dataclass(frozen=True, eq=False)
class Discharge:
    """A discharge, isothermal at the base set's ambient temperature.

    Attributes
    ----------
    c_rate
        Current over the one that takes the nominal capacity in an hour.
    time
        In s, shape (n,), as all the others that change with it.
    current
        In A, of the whole cell.
    capacity
        Delivered so far, in A·h.
    voltage
        In V.
    energy
        Delivered in all, in W·h.
    temperature
        In K.
    tangential_stress
        In Pa, tension positive, at the surface of the electrode's particles, mean over the electrode. ``None`` without
        mechanics, and where two phases coexist in the particles.
    stress_range
        Least and largest tangential stress at a particle's surface anywhere in the electrode, in Pa.
    electrode_thickness_change, cell_thickness_change
        In m, since the start, over all layers of the cell, which alone carry it: the area stays. ``None`` without
        mechanics.
    ended_by
        What ended it, in PyBaMM's words.
    remarks
        What a reader should know of its limits.
    """

    c_rate: float
    time: Array
    current: Array
    capacity: Array
    voltage: Array
    energy: float
    temperature: float
    tangential_stress: Array | None
    stress_range: tuple[float, float] | None
    electrode_thickness_change: Array | None
    cell_thickness_change: Array | None
    ended_by: str
    remarks: tuple[str, ...] = ()


def run_discharge(
    parameters: CellParameters,
    model: CellModel = "DFN",
    mechanics: Mechanics = "swelling only",
    c_rate: float = 1.0,
    side: Side | None = None,
) -> Discharge:
    """Discharge a charged cell at constant current to its lower voltage limit.

    Parameters
    ----------
    parameters
        Of the cell.
    model
        Of PyBaMM: single particles, those with an electrolyte, or Doyle, Fuller and Newman's porous electrodes.
    mechanics
        Of the particles. Where there are any, stress drives the ions in them too.
    c_rate
        Current over the one that takes the nominal capacity in an hour.
    side
        The electrode whose stress and thickness are wanted; the material's where it is not said.

    Raises
    ------
    UsageError
        For mechanics in a base set that has none, or a rate that is not positive.
    StageFailure
        Where PyBaMM finds no solution; with its words.
    """
    if mechanics != "none":
        require_mechanics(parameters.base)
    if not c_rate > 0:
        raise UsageError(f"a discharge has a positive rate, not {c_rate:g} C")
    if mechanics == "swelling and cracking":
        parameters = that_cracks_start(parameters, model_options(parameters, mechanics), (model,))
    uniform = separating_side(parameters)
    side = side or (parameters.electrode.side if parameters.electrode else "Positive")
    solution, tolerance = _solve(parameters, model, mechanics, c_rate)
    stressed = mechanics != "none" and uniform != side

    def series(name: str) -> Array:
        return np.asarray(solution[name].entries, dtype=np.float64)

    surface = f"{side} particle surface tangential stress [Pa]"
    mean = f"X-averaged {side.lower()} particle surface"
    return Discharge(
        c_rate=c_rate,
        time=np.asarray(solution.t, dtype=np.float64),
        current=series("Current [A]"),
        capacity=series("Discharge capacity [A.h]"),
        voltage=series("Voltage [V]"),
        energy=float(series("Discharge energy [W.h]")[-1]),
        temperature=float(parameters.values["Ambient temperature [K]"]),
        tangential_stress=series(f"{mean} tangential stress [Pa]") if stressed else None,
        stress_range=(float(series(surface).min()), float(series(surface).max())) if stressed else None,
        electrode_thickness_change=None if mechanics == "none" else series(f"{side} electrode thickness change [m]"),
        cell_thickness_change=None if mechanics == "none" else series("Cell thickness change [m]"),
        ended_by=str(solution.termination).removeprefix("event: "),
        remarks=tuple(_remarks(uniform is not None, tolerance)),
    )


def _remarks(separating: bool, tolerance: float) -> Iterator[str]:
    if separating:
        yield NO_FRONT
    if tolerance > TOLERANCES[0]:
        yield f"PyBaMM solved it to a tolerance of {tolerance:g} only; small stresses may be noise."


def separating_side(parameters: CellParameters) -> Side | None:
    """Return the side whose particles separate into two phases, so that no diffusion in them is solved."""
    electrode = parameters.electrode
    return electrode.side if electrode is not None and electrode.phase_separating else None


def model_options(parameters: CellParameters, mechanics: Mechanics = "swelling only") -> dict[str, Any]:
    """Return the options of PyBaMM's models that fit a cell's materials."""
    uniform = separating_side(parameters)
    layer = parameters.values["Contact resistance [Ohm]"] != 0
    particles = tuple(
        "uniform profile" if side == uniform else "Fickian diffusion" for side in ("Negative", "Positive")
    )
    return {
        "contact resistance": "true" if layer else "false",
        "particle": particles if uniform else particles[0],
        "particle mechanics": mechanics,
        "calculate discharge energy": "true",
    }


def _solve(parameters: CellParameters, model: CellModel, mechanics: Mechanics, c_rate: float) -> tuple[Any, float]:
    """Return PyBaMM's solution of a discharge that came to its end, and the tolerance that it keeps to."""
    pybamm = pybamm_library()
    words = ""
    for tolerance in TOLERANCES:
        simulation = pybamm.Simulation(
            getattr(pybamm.lithium_ion, model)(model_options(parameters, mechanics)),
            parameter_values=parameters.values,
            C_rate=c_rate,
            solver=pybamm.IDAKLUSolver(rtol=tolerance, atol=tolerance),
        )
        try:
            solution = simulation.solve([0.0, _LONGEST * 3600.0 / c_rate])
        except (pybamm.SolverError, pybamm.ModelError, ValueError) as problem:
            words = words or " ".join(str(problem).split())
            continue
        if solution.termination.startswith("event"):
            return solution, tolerance
        words = words or f"it comes to no end but {solution.termination}"
    raise StageFailure(f"PyBaMM's {model} finds no discharge at {c_rate:g} C: {words}")
