"""The numbers of a discharge in the vocabulary's units, beside those of the untouched base set."""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.cell.discharge import Discharge
from atomscreen.continuum.cell.pybamm_parameters import CellParameters
from atomscreen.core.quantity import Quantity
from atomscreen.core.units import convert

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

POINTS: Final = 101
"""Points of a discharge curve."""

UNCONDITIONAL: Final = frozenset({"cell_discharge_capacities", "cell_discharge_voltages", "surface_stress_curve"})
"""The curves, which stand for the rate asked for last: the method says it."""


def discharge_quantities(
    parameters: CellParameters,
    discharge: Discharge,
    reference: dict[str, Any],
    method: str,
    about: dict[str, Any],
) -> list[Quantity]:
    """Return the quantities of a discharge.

    Parameters
    ----------
    parameters
        Of the cell.
    discharge
        Of it.
    reference
        What :func:`discharge_numbers` gives for the untouched base set.
    method
        In words.
    about
        What goes into every provenance.
    """
    traced = {
        **about,
        "base": parameters.base,
        "voltage_limits": [float(parameters.values[f"{which} voltage cut-off [V]"]) for which in ("Lower", "Upper")],
        "pybamm": importlib.metadata.version("pybamm"),
    }
    return [
        Quantity(
            name,
            value,
            conditions={} if name in UNCONDITIONAL else {"c_rate": discharge.c_rate},
            method=method,
            provenance={**traced, "base_set_gives": reference.get(name)},
        )
        for name, value in discharge_numbers(parameters, discharge).items()
    ]


def discharge_numbers(parameters: CellParameters, discharge: Discharge) -> dict[str, Any]:
    """Return the vocabulary's numbers of a discharge, each per area of one pair of electrodes."""
    area = convert(parameters.area, "m^2", "cm^2")
    capacity = discharge.capacity[-1]
    even = np.linspace(0.0, capacity, POINTS)

    def curve(values: Array) -> tuple[float, ...]:
        return tuple(np.interp(even, discharge.capacity, values).tolist())

    numbers: dict[str, Any] = {
        "cell_capacity": 1e3 * capacity / area,
        "cell_energy": 1e3 * discharge.energy / area,
        "cell_mean_voltage": discharge.energy / capacity,
        "cell_discharge_capacities": tuple((1e3 * even / area).tolist()),
        "cell_discharge_voltages": curve(discharge.voltage),
    }
    if parameters.balance is not None:
        numbers["cell_utilisation"] = capacity / parameters.balance.capacity
    for which in ("electrode", "cell"):
        change = getattr(discharge, f"{which}_thickness_change")
        if change is not None:
            numbers[f"{which}_thickness_change"] = convert(change[-1] / parameters.layers, "m", "µm")
    if discharge.tangential_stress is not None and discharge.stress_range is not None:
        low, high = discharge.stress_range
        numbers["surface_stress_min"] = convert(low, "Pa", "MPa")
        numbers["surface_stress_max"] = convert(high, "Pa", "MPa")
        numbers["surface_stress_curve"] = curve(convert(1.0, "Pa", "MPa") * discharge.tangential_stress)
    return numbers
