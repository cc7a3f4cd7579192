"""Parameters of PyBaMM's, which may be functions, as the numbers and tables that exchange formats want."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.cell.base_sets import pybamm_library

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_ENDS = np.geomspace(1e-5, 0.02, 40)
STOICHIOMETRIES: Final = np.unique(np.concatenate([np.linspace(0.0, 1.0, 401), _ENDS, 1.0 - _ENDS]))
"""Where functions of stoichiometry are sampled: densely at the ends, where potentials are steep."""

CONCENTRATIONS: Final = np.linspace(0.0, 4000.0, 201)
"""Where functions of the electrolyte's concentration are sampled, in mol/m³."""

WARMER: Final = 10.0
"""Difference of temperature, in K, from which activation energies are taken."""


class SampledParameters:
    """Reads a ``pybamm.ParameterValues`` at its reference temperature, in K, and salt concentration, in mol/m³."""

    def __init__(self, values: Any) -> None:
        self.values = values
        self.temperature = self.number("Reference temperature [K]")
        self.concentration = self.number("Initial concentration in electrolyte [mol.m-3]")

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def number(self, name: str) -> float:
        """Return a constant."""
        return float(self.values[name])

    def at(self, name: str, *arguments: float | Array) -> Array:
        """Return a parameter, constant or function, at places; arguments in PyBaMM's order, shape of the longest."""
        pybamm = pybamm_library()
        length = max(np.size(argument) for argument in arguments)
        inputs = {str(i): pybamm.Vector(np.broadcast_to(argument, length)) for i, argument in enumerate(arguments)}
        symbol = self.values.process_symbol(pybamm.FunctionParameter(name, inputs))
        return np.broadcast_to(np.ravel(symbol.evaluate()), length).astype(float)

    def of_stoichiometry(self, name: str, *others: float) -> Array:
        """Return a function of stoichiometry, shape of :data:`STOICHIOMETRIES`."""
        return self.at(name, STOICHIOMETRIES, *others)

    def of_electrolyte(self, name: str) -> Array:
        """Return a property of the electrolyte, shape of :data:`CONCENTRATIONS`."""
        return self.at(name, CONCENTRATIONS, self.temperature)

    def initial(self, name: str) -> float:
        """Return a property of the electrolyte at its initial concentration."""
        return float(self.at(name, self.concentration, self.temperature)[0])

    def activation_energy(self, name: str, *places: float | Array) -> float:
        """Return the activation energy, in J/mol, of what has temperature as last argument; mean over places."""
        cold, warm = (self.at(name, *places, self.temperature + step) for step in (0.0, WARMER))
        gas = float(pybamm_library().constants.R.value)
        energies = gas * np.log(warm / cold) / (1 / self.temperature - 1 / (self.temperature + WARMER))
        return float(energies.mean())


def mean_over_stoichiometry(values: Array) -> float:
    """Return the mean from 0 to 1 of what is known at :data:`STOICHIOMETRIES`."""
    return float(np.trapezoid(values, STOICHIOMETRIES))
