"""Balance of a cell in which one electrode is new: how much lithium it holds, and where its voltage limits lie.

Geometry stays that of the base set: thickness, area and volume fractions. So the new electrode has the capacity that
its own maximum concentration gives it there, and the lithium is counted anew: a new positive electrode brings its own,
all of it; a new negative one comes empty to the base set's positive electrode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.cell.base_sets import base_values, pybamm_library
from atomscreen.continuum.electrode import Side
from atomscreen.core.errors import StageFailure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

FARTHEST_BEYOND: Final = 1.0
"""V by which a limit may lie beyond the open-circuit voltage at which an electrode is used up. The potential of a
nearly empty or full electrode runs away within a small part of its capacity, more steeply than any curve of finite
steps says; a limit farther off than that is one of another cell."""

STATES: Final = 20_001
"""States of charge among which those at the voltage limits are sought, before they are interpolated."""

USED_UP: Final = 5e-4
"""Stoichiometry at which an electrode counts as empty, and its distance from 1 as full: PyBaMM adds a millionth over
it to every potential, which there begins to count."""


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
    theirs = balance(untouched, float(untouched.evaluate(symbols.Q_Li_particles_init)))
    capacities = electrode_capacities(values)
    if side == "Positive":
        return capacities.positive + theirs.negative[0] * capacities.negative
    return theirs.positive[0] * capacities.positive


@dataclass(frozen=True)
class OpenCircuit:
    """A cell at rest, from discharged to charged, as far as its potentials are known.

    Attributes
    ----------
    negative, positive
        Stoichiometries, shape (n,).
    voltage
        In V, shape (n,).
    discharged_by, charged_by
        What ends it on either side, in words.
    """

    negative: Array
    positive: Array
    voltage: Array
    discharged_by: str
    charged_by: str


def open_circuit(values: Any, lithium: float) -> OpenCircuit:
    """Return the states at rest of a cell with so much lithium, in A·h."""
    capacities = electrode_capacities(values)
    negative, positive = (_known_range(values, side) for side in ("Negative", "Positive"))
    # Ions that leave one electrode are in the other: each end of one is an end of the cell.
    discharged = [
        (positive.most, f"positive electrode {positive.when_full}"),
        (
            (lithium - negative.least * capacities.negative) / capacities.positive,
            f"negative electrode {negative.when_empty}",
        ),
    ]
    charged = [
        (positive.least, f"positive electrode {positive.when_empty}"),
        (
            (lithium - negative.most * capacities.negative) / capacities.positive,
            f"negative electrode {negative.when_full}",
        ),
    ]
    (most, discharged_by), (least, charged_by) = min(discharged), max(charged)
    ions = np.linspace(most, least, STATES)
    others = (lithium - ions * capacities.positive) / capacities.negative
    voltage = _potential(values, "Positive", ions) - _potential(values, "Negative", others)
    return OpenCircuit(others, ions, voltage, discharged_by, charged_by)


def balance(values: Any, lithium: float) -> Balance:
    """Return the balance of a cell with so much lithium, in A·h, between the voltage limits of its set.

    A limit is where it is met first: on charge from the discharged end, and on discharge from there. (PyBaMM's own
    ElectrodeSOHSolver agrees for smooth potentials; for a flat one it stopped at states that have neither voltage.)

    Raises
    ------
    StageFailure
        Where its open-circuit voltage never gets to a limit; with the range it has.
    """
    lower, upper = (float(values[f"Open-circuit voltage at {state}% SOC [V]"]) for state in (0, 100))
    rest = open_circuit(values, lithium)
    first, last = float(rest.voltage[0]), float(rest.voltage[-1])
    if first >= upper or last <= lower or max(first - lower, upper - last) > FARTHEST_BEYOND:
        raise StageFailure(
            f"the open-circuit voltage runs from {first:.3f} to {last:.3f} V, which does not get to the limits of "
            f"{lower:g} and {upper:g} V: set others"
        )
    remarks = []
    if first > lower:
        remarks.append(_ends(first, "above the lower", "discharged", rest.discharged_by))
    if last < upper:
        remarks.append(_ends(last, "below the upper", "charged", rest.charged_by))
    charged = _met(rest.voltage, upper)
    discharged = int(charged) - _met(-rest.voltage[int(charged) :: -1], -lower)
    places = np.arange(STATES)
    negative, positive = (np.interp([discharged, charged], places, way) for way in (rest.negative, rest.positive))
    return Balance(
        capacity=float(positive[0] - positive[1]) * electrode_capacities(values).positive,
        lithium=lithium,
        negative=(float(negative[0]), float(negative[1])),
        positive=(float(positive[0]), float(positive[1])),
        remarks=tuple(remarks),
    )


def _ends(voltage: float, where: str, state: str, by: str) -> str:
    return (
        f"The open-circuit voltage ends at {voltage:.2f} V, {where} limit: the cell counts as {state} where its {by}."
    )


def _met(voltage: Array, limit: float) -> float:
    """Return the place, counted from the first, at which a voltage first reaches a limit; the last if it never does."""
    beyond = voltage >= limit
    if not beyond.any():
        return float(len(voltage) - 1)
    index = int(np.argmax(beyond))
    if index == 0:
        return 0.0
    share = (limit - voltage[index - 1]) / (voltage[index] - voltage[index - 1])
    return float(index - 1 + share)


@dataclass(frozen=True)
class _Known:
    """Stoichiometries between which an electrode's potential is known, and what it is at either end, in words."""

    least: float
    most: float
    when_empty: str
    when_full: str


def _known_range(values: Any, side: Side) -> _Known:
    """Return where an electrode's potential is known: a base set's table may end before the electrode does."""
    pybamm = pybamm_library()
    symbol = values.process_symbol(values[f"{side} electrode OCP [V]"](pybamm.Vector([0.5])))
    tables = [node.x[0] for node in symbol.pre_order() if isinstance(node, pybamm.Interpolant)]
    least = max([USED_UP, *(float(np.min(table)) for table in tables)])
    most = min([1 - USED_UP, *(float(np.max(table)) for table in tables)])
    full = "is full, where it would plate lithium" if side == "Negative" else "is full"
    return _Known(
        least,
        most,
        "is empty" if least == USED_UP else f"has stoichiometry {least:.3g}, below which its potential is not known",
        full if most == 1 - USED_UP else f"has stoichiometry {most:.3g}, above which its potential is not known",
    )


def _potential(values: Any, side: Side, stoichiometry: Array) -> Array:
    """Return an electrode's open-circuit potential in V, as it was given, at stoichiometries (n,)."""
    symbol = values[f"{side} electrode OCP [V]"](pybamm_library().Vector(stoichiometry))
    return np.asarray(np.ravel(values.evaluate(symbol)), dtype=np.float64)
