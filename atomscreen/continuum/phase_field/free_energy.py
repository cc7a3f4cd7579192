"""Free energy of an electrode against its content of working ions: smooth, with its derivatives in closed form.

g(x) = RT [x ln x + (1 − x) ln(1 − x)] + x (1 − x) Σ L_k (2x − 1)^k, per mole of the ions' sites and against the ends at
the same content: the ideal entropy of ions and vacancies, and a polynomial of Redlich and Kister (Industrial and
Engineering Chemistry 40, 345, 1948) whose coefficients L_k are the interactions. One coefficient is a regular solution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.polynomial import Polynomial

from atomscreen.core.errors import UsageError
from atomscreen.core.units import convert

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True)
class FreeEnergy:
    """A free energy of mixing at one temperature, in J per mole of the ions' sites.

    Attributes
    ----------
    interactions
        L_k in J/mol, k from 0; none is an ideal solution.
    temperature
        In K.
    """

    interactions: tuple[float, ...]
    temperature: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise UsageError(f"a free energy is at a temperature above 0 K, not {self.temperature:g} K")
        if not all(map(math.isfinite, self.interactions)):
            raise UsageError("the interactions of a free energy are finite numbers")

    @cached_property
    def thermal(self) -> float:
        """RT in J/mol."""
        return convert(self.temperature, "K * molar_gas_constant", "J/mol")

    @cached_property
    def excess(self) -> Polynomial:
        """What is beyond an ideal solution, in J/mol, as a polynomial in s = 2x − 1: x (1 − x) is (1 − s²)/4."""
        return Polynomial([0.25, 0.0, -0.25]) * Polynomial([*self.interactions, 0.0])

    def at(self, content: float | Array) -> Array:
        """Return g in J/mol at contents from 0 to 1, of the same shape."""
        x = _checked(content)
        return np.asarray(self.thermal * (_x_ln_x(x) + _x_ln_x(1 - x)) + self.excess(2 * x - 1))

    def chemical_potential(self, content: float | Array) -> Array:
        """Return μ = dg/dx in J per mole of ions, against the mean of both ends; infinite at contents of 0 and 1."""
        x = _checked(content)
        with np.errstate(divide="ignore"):
            ideal = np.log(x) - np.log1p(-x)
        return np.asarray(self.thermal * ideal + 2 * self.excess.deriv()(2 * x - 1))

    def curvature(self, content: float | Array) -> Array:
        """Return d²g/dx² in J/mol, negative where a uniform content is unstable; infinite at contents of 0 and 1."""
        x = _checked(content)
        with np.errstate(divide="ignore"):
            ideal = 1 / (x * (1 - x))
        return np.asarray(self.thermal * ideal + 4 * self.excess.deriv(2)(2 * x - 1))

    def with_coherency(self, strain_modulus: float, concentration: float) -> FreeEnergy:
        """Return the free energy of a crystal that stays coherent, with ½ B (x − x̄)² of strain energy in it.

        In x it differs from −½ B x (1 − x) by a straight line, which changes nothing in a particle that keeps its ions:
        a coherent crystal is one whose first interaction is less by B/(2 c).

        Parameters
        ----------
        strain_modulus
            B in Pa: twice the energy density of a lattice held at the strain of a content that is 1 off its own.
        concentration
            Of the ions' sites, c, in mol/m³.
        """
        first, *others = self.interactions or (0.0,)
        return replace(self, interactions=(first - strain_modulus / (2 * concentration), *others))


def basis(contents: Array, terms: int) -> Array:
    """Return x (1 − x) (2x − 1)^k, shape (n, terms): what each interaction adds to the free energy at contents (n,)."""
    return np.asarray((contents * (1 - contents))[:, None] * (2 * contents[:, None] - 1) ** np.arange(terms))


def basis_slopes(contents: Array, terms: int) -> Array:
    """Return the derivatives of :func:`basis` by content, shape (n, terms): what each interaction adds to μ."""
    unit = (FreeEnergy(tuple(row), 1.0).excess.deriv() for row in np.eye(terms))
    return np.column_stack([2 * slope(2 * contents - 1) for slope in unit])


def _checked(content: float | Array) -> Array:
    x = np.asarray(content, dtype=float)
    if not np.all((x >= 0) & (x <= 1)):
        raise UsageError("contents of working ions go from 0 to 1")
    return x


def _x_ln_x(x: Array) -> Array:
    return np.asarray(x * np.log(np.where(x > 0, x, 1.0)))
