"""The numbers and curves of a discharge in the vocabulary's units, beside those of the untouched base set."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
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


def discharge_quantities(
    ours: tuple[CellParameters, Discharge],
    untouched: tuple[CellParameters, Discharge],
    method: str,
    about: Mapping[str, Any],
    uncertainties: Mapping[str, float],
) -> list[Quantity]:
    """Return the quantities of a discharge.

    Parameters
    ----------
    ours
        The cell with the material, and its discharge.
    untouched
        The base set as it is published, and its discharge at the same rate.
    method
        In words.
    about
        What goes into every provenance.
    uncertainties
        Standard uncertainties by quantity, in the vocabulary's units; of what is not there nobody knows them.
    """
    parameters, discharge = ours
    # One provenance for all, so that a report prints it once.
    traced = {
        **about,
        "base": parameters.base,
        "base_set_gives": {name: float(f"{value:.6g}") for name, value in discharge_numbers(*untouched).items()},
        "voltage_limits": voltage_limits(parameters),
        "pybamm": importlib.metadata.version("pybamm"),
    }
    values: dict[str, Any] = {**discharge_numbers(*ours), **discharge_curves(*ours)}
    for which in ("capacities", "voltages"):
        values[f"base_cell_{which}"] = discharge_curves(*untouched)[f"cell_discharge_{which}"]
    at = {"c_rate": discharge.c_rate}
    return [Quantity(name, value, uncertainties.get(name), at, method, traced) for name, value in values.items()]


def discharge_numbers(parameters: CellParameters, discharge: Discharge) -> dict[str, float]:
    """Return the vocabulary's numbers of a discharge, each per area of one pair of electrodes."""
    area = convert(parameters.area, "m^2", "cm^2")
    capacity = float(discharge.capacity[-1])
    numbers = {
        "cell_capacity": 1e3 * capacity / area,
        "cell_energy": 1e3 * discharge.energy / area,
        "cell_mean_voltage": discharge.energy / capacity,
    }
    if parameters.balance is not None:
        numbers["cell_utilisation"] = capacity / parameters.balance.capacity
    for which in ("electrode", "cell"):
        change = getattr(discharge, f"{which}_thickness_change")
        if change is not None:
            numbers[f"{which}_thickness_change"] = convert(float(change[-1]) / parameters.layers, "m", "µm")
    if discharge.stress_range is not None:
        low, high = (convert(stress, "Pa", "MPa") for stress in discharge.stress_range)
        numbers |= {"surface_stress": max(-low, high), "surface_stress_min": low, "surface_stress_max": high}
    return numbers


def discharge_curves(parameters: CellParameters, discharge: Discharge) -> dict[str, tuple[float, ...]]:
    """Return the vocabulary's curves of a discharge, at capacities in even steps."""
    even = np.linspace(0.0, discharge.capacity[-1], POINTS)

    def curve(values: Array) -> tuple[float, ...]:
        return tuple(np.interp(even, discharge.capacity, values).tolist())

    curves = {
        "cell_discharge_capacities": tuple((1e3 * even / convert(parameters.area, "m^2", "cm^2")).tolist()),
        "cell_discharge_voltages": curve(discharge.voltage),
    }
    if discharge.tangential_stress is not None:
        curves["surface_stress_curve"] = curve(convert(1.0, "Pa", "MPa") * discharge.tangential_stress)
    return curves


def theoretical_capacity(parameters: CellParameters) -> float:
    """Return the capacity at rest of a cell with a material in it, in mAh/cm²."""
    assert parameters.balance is not None
    return 1e3 * parameters.balance.capacity / convert(parameters.area, "m^2", "cm^2")


def voltage_limits(parameters: CellParameters) -> list[float]:
    """Return the lower and the upper limit of a cell, in V."""
    return [float(parameters.values[f"{which} voltage cut-off [V]"]) for which in ("Lower", "Upper")]
