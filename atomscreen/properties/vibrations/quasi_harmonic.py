"""The quasi-harmonic crystal: free energies at several volumes make an equation of state at each temperature."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.polynomial import Polynomial

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_JOULE_PER_MOLE = 96485.33212  # J/mol in 1 eV
_GIGAPASCAL = 160.2176634  # GPa in 1 eV/Å³


@dataclass(frozen=True)
class Equilibrium:
    """The crystal at one temperature and zero pressure.

    Attributes
    ----------
    volume
        In Å³ per atom.
    expansion
        Volumetric, d ln V/dT, in 1/K.
    bulk_modulus
        Isothermal, in GPa.
    heat_capacity
        At constant pressure, in J/(mol K) per mole of atoms.
    gruneisen
        α K V/C_V.
    """

    volume: float
    expansion: float
    bulk_modulus: float
    heat_capacity: float
    gruneisen: float


def equilibrium(
    temperature: float,
    volumes: Array,
    energies: Array,
    free_energies: Array,
    entropies: Array,
    heat_capacities: Array,
) -> Equilibrium | None:
    """Return the crystal where its free energy is least.

    The potential energy is fitted by Birch's equation of state of third order, a cubic polynomial in x = V^(−2/3)
    (Birch 1947, doi:10.1103/PhysRev.71.809), the free energy of vibration by a quadratic one. Both fits are linear in
    what is fitted, so that the derivative of the sum p by temperature is the same fit of −S: no finite differences.

    Parameters
    ----------
    temperature
        In K.
    volumes
        Å³ per atom, at least five.
    energies, free_energies
        Potential energy, and free energy of vibration, at each volume, eV per atom.
    entropies, heat_capacities
        At each volume, at constant volume, J/(mol K) per mole of atoms.

    Returns
    -------
    Equilibrium or None
        ``None`` where the free energy has no minimum between the volumes.
    """
    x = volumes ** (-2 / 3)
    total = _fit(x, energies, 3) + _fit(x, free_energies, 2)
    at_rest = _minimum(total)
    if at_rest is None:
        return None
    curvature = float(total.deriv(2)(at_rest))
    volume = at_rest**-1.5
    slope = -2 / 3 * at_rest / volume  # dx/dV
    # p'(x, T) stays zero: dx/dT = −(∂p'/∂T)/p'', and ∂p/∂T = −S.
    shift = float(_fit(x, entropies / _JOULE_PER_MOLE, 2).deriv()(at_rest)) / curvature
    expansion = shift / slope / volume
    stiffness = volume * curvature * slope**2  # eV/Å³
    at_volume = float(_fit(x, heat_capacities, 2)(at_rest))
    coupling = expansion * stiffness * volume * _JOULE_PER_MOLE
    return Equilibrium(
        volume=volume,
        expansion=expansion,
        bulk_modulus=stiffness * _GIGAPASCAL,
        heat_capacity=at_volume + expansion * coupling * temperature,
        gruneisen=coupling / at_volume,
    )


def _fit(x: Array, values: Array, degree: int) -> Polynomial:
    # Of the same x, so that sums of fits are on the same domain.
    return Polynomial.fit(x, values, degree)


def _minimum(energy: Polynomial) -> float | None:
    """Return where a cubic fit has its minimum within its domain, if it has one there."""
    # In the fit's own variable, −1 to 1 over the domain. The root of the slope at which the curvature is positive,
    # written so that it stays exact where the cubic term vanishes.
    slope = [*energy.deriv().coef, 0.0, 0.0, 0.0][:3]
    discriminant = slope[1] ** 2 - 4 * slope[0] * slope[2]
    if discriminant <= 0 or slope[1] + math.sqrt(discriminant) <= 0:
        return None
    place = -2 * slope[0] / (slope[1] + math.sqrt(discriminant))
    offset, scale = energy.mapparms()
    return float((place - offset) / scale) if abs(place) <= 1 else None
