"""Balance of a cell in which one electrode is new: how much lithium it holds, and where its voltage limits lie.

Geometry stays that of the base set: thickness, area and volume fractions. So the new electrode has the capacity that
its own maximum concentration gives it there, and the lithium is counted anew: a new positive electrode brings its own,
all of it; a new negative one comes empty to the base set's positive electrode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from atomscreen.continuum.cell.base_sets import base_values, pybamm_library
from atomscreen.continuum.electrode import Side
from atomscreen.core.errors import StageFailure

FARTHEST_BEYOND: Final = 1.0
"""V by which a limit may lie beyond the open-circuit voltage at which an electrode is used up. The potential of a
nearly empty or full electrode runs away within a small part of its capacity, more steeply than any curve of finite
steps says; a limit farther off than that is one of another cell."""


@dataclass(frozen=True)
class ElectrodeCapacities:
    """What the electrodes of a cell can hold, in A·h from stoichiometry 0 to 1."""

    negative: float
    positive: float


@dataclass(frozen=True)
class Balance:
    """Stoichiometries of both electrodes at the voltage limits, at rest.

    Attributes
    ----------
    capacity
        Theoretical, between the limits, in A·h.
    lithium
        In both electrodes together, in A·h.
    negative, positive
        Stoichiometries of the discharged and of the charged cell.
    remarks
        Where an electrode is empty or full before a limit is reached.
    """

    capacity: float
    lithium: float
    negative: tuple[float, float]
    positive: tuple[float, float]
    remarks: tuple[str, ...] = ()


def electrode_capacities(values: Any) -> ElectrodeCapacities:
    """Return what the electrodes of a set can hold."""
    symbols = pybamm_library().LithiumIonParameters()
    return ElectrodeCapacities(float(values.evaluate(symbols.n.Q_init)), float(values.evaluate(symbols.p.Q_init)))


def lithium_of_new_cell(values: Any, base: str, side: Side) -> float:
    """Return the lithium, in A·h, of a cell of a base set in which the electrode of one side is new.

    A new positive electrode is full, and the base set's negative one holds what it holds in the discharged base cell.
    A new negative electrode is empty, and the base set's positive one holds what it holds in the discharged base cell.
    """
    untouched = base_values(base)
    symbols = pybamm_library().LithiumIonParameters()
    theirs = _solve(untouched, float(untouched.evaluate(symbols.Q_Li_particles_init)))
    capacities = electrode_capacities(values)
    if side == "Positive":
        return capacities.positive + float(theirs["x_0"]) * capacities.negative
    return float(theirs["y_0"]) * capacities.positive


def open_circuit_range(values: Any, lithium: float) -> tuple[float, float]:
    """Return the open-circuit voltages, in V, at which an electrode of a cell is used up: discharged, charged."""
    capacities = electrode_capacities(values)
    positive = min(1.0, lithium / capacities.positive)
    negative = min(1.0, lithium / capacities.negative)
    discharged = _voltage(values, (lithium - positive * capacities.positive) / capacities.negative, positive)
    charged = _voltage(values, negative, (lithium - negative * capacities.negative) / capacities.positive)
    return discharged, charged


def balance(values: Any, lithium: float) -> Balance:
    """Return the balance of a cell with so much lithium, in A·h, between the voltage limits of its set.

    Raises
    ------
    StageFailure
        Where its open-circuit voltage never gets to a limit; with the range it has.
    """
    lower, upper = (float(values[f"Open-circuit voltage at {state}% SOC [V]"]) for state in (0, 100))
    discharged, charged = open_circuit_range(values, lithium)
    runs = f"the open-circuit voltage runs from {discharged:.3f} to {charged:.3f} V"
    beyond = max(discharged - lower, upper - charged)
    if discharged >= upper or charged <= lower or beyond > FARTHEST_BEYOND:
        raise StageFailure(f"{runs}, which does not get to the limits of {lower:g} and {upper:g} V: set others")
    pybamm = pybamm_library()
    try:
        found = _solve(values, lithium)
    except (pybamm.SolverError, ValueError) as problem:
        raise StageFailure(f"{runs}, and PyBaMM finds no {lower:g} and {upper:g} V in it: {problem}") from problem
    return Balance(
        capacity=float(found["Q"]),
        lithium=lithium,
        negative=(float(found["x_0"]), float(found["x_100"])),
        positive=(float(found["y_0"]), float(found["y_100"])),
        remarks=_used_up(values, lithium, (lower, upper), (discharged, charged)),
    )


def _used_up(values: Any, lithium: float, limits: tuple[float, float], ends: tuple[float, float]) -> tuple[str, ...]:
    """Say where an electrode is used up first; PyBaMM then adds a millionth over its stoichiometry to its potential."""
    capacities = electrode_capacities(values)
    remarks = []
    if ends[0] > limits[0]:
        which = "positive electrode is full" if lithium > capacities.positive else "negative electrode is empty"
        remarks.append(
            f"The open-circuit voltage ends at {ends[0]:.2f} V, above the lower limit: the cell counts as discharged "
            f"where its {which}."
        )
    if ends[1] < limits[1]:
        plates = lithium > capacities.negative
        which = "negative electrode is full, where it would plate lithium" if plates else "positive electrode is empty"
        remarks.append(
            f"The open-circuit voltage ends at {ends[1]:.2f} V, below the upper limit: the cell counts as charged "
            f"where its {which}."
        )
    return tuple(remarks)


def _voltage(values: Any, negative: float, positive: float) -> float:
    """Return the open-circuit voltage in V at stoichiometries, by the potentials as they were given."""
    pybamm = pybamm_library()

    def potential(side: Side, stoichiometry: float) -> float:
        function = values[f"{side} electrode OCP [V]"]
        return float(np.asarray(values.evaluate(function(pybamm.Scalar(stoichiometry)))).item())

    return potential("Positive", positive) - potential("Negative", negative)


def _solve(values: Any, lithium: float) -> dict[str, Any]:
    """Return PyBaMM's state of health of the electrodes of a cell with so much lithium."""
    capacities = electrode_capacities(values)
    solver = pybamm_library().lithium_ion.ElectrodeSOHSolver(values)
    solved: dict[str, Any] = solver.solve({"Q_n": capacities.negative, "Q_p": capacities.positive, "Q_Li": lithium})
    return solved
