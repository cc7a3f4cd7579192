"""The pressure that keeps a metal electrode in contact while it is stripped: lithium must creep as fast as it leaves.

Stripping takes metal from the interface at the velocity v = i V/(zF). A foil of thickness h that is pressed after it is
strained at a rate of about v/h, and flows under the stress that its creep law gives for that rate.

Limits, all of which make the true pressure higher: the law is that of a foil free to slide, and one that sticks to
rigid plates is held back (``constraint``); it is that of bulk metal, and lithium a few µm thick or less is several
times as strong; real interfaces have voids, around which the current, and so the rate, is greater. It says nothing of
the electrolyte: the pressure is the same on every one that does not react.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from atomscreen.core.errors import UsageError
from atomscreen.core.units import convert
from atomscreen.properties.plating.alkali_metals import Metal
from atomscreen.properties.working_ion import ion_charge

LIMITS: Final = (
    "The pressure under which bulk metal creeps as fast as it is stripped, for a foil that is free to slide. One that "
    "sticks to rigid plates needs more, so does lithium a few µm thick or less, which is several times as strong, and "
    "so do voids, around which the current is greater. It is the same on every electrolyte that does not react."
)
"""What :func:`stack_pressure` leaves out."""


@dataclass(frozen=True)
class CreepLaw:
    """Steady flow of a metal in uniaxial stress: strain rate = rate · exp(−Q/RT) · (stress/strength)^exponent.

    Attributes
    ----------
    rate
        In 1/s.
    activation_energy
        Q, in J/mol.
    strength
        In Pa.
    exponent
        Of the stress.
    melting_point
        In K.
    """

    rate: float
    activation_energy: float
    strength: float
    exponent: float
    melting_point: float

    def rate_at_strength(self, temperature: float) -> float:
        """Return the strain rate in 1/s under a stress equal to the strength, at a temperature in K."""
        thermal = convert(temperature, "molar_gas_constant * K", "J/mol")
        return self.rate * math.exp(-self.activation_energy / thermal)


# Lithium: L. Anand and S. Narayan, Journal of The Electrochemical Society 166, A1092 (2019), for the tension tests of
# W. S. LePage et al., ibid. 166, A89 (2019), doi:10.1149/2.0221902jes. In their hardened state the strain rate goes
# with (stress/resistance)^(1/0.15), and the resistance is 2.0 MPa times the 0.05th power of that rate over its
# thermally activated prefactor: together, the stress goes with the power 0.15 + 0.05 of the rate.
CREEP: Mapping[str, CreepLaw] = {
    "Li": CreepLaw(
        rate=4.25e4, activation_energy=37e3, strength=2.0e6, exponent=1 / (0.15 + 0.05), melting_point=453.65
    )
}


def creep_law(metal: Metal, temperature: float) -> CreepLaw:
    """Return the law by which a metal creeps at a temperature in K.

    Raises
    ------
    UsageError
        For a metal without one, and from its melting point on.
    """
    if metal.symbol not in CREEP:
        raise UsageError(f"there is no creep law of {metal.symbol} metal here; there are {', '.join(CREEP)}")
    law = CREEP[metal.symbol]
    if not 0 < temperature < law.melting_point:
        raise UsageError(f"{metal.symbol} metal creeps below its melting point of {law.melting_point:g} K")
    return law


def flow_stress(metal: Metal, strain_rate: float, temperature: float = 298.15) -> float:
    """Return the uniaxial stress in Pa under which a metal flows at a rate in 1/s, at a temperature in K."""
    law = creep_law(metal, temperature)
    return float(law.strength * (strain_rate / law.rate_at_strength(temperature)) ** (1 / law.exponent))


def refill_rate(metal: Metal, current_density: float, thickness: float) -> float:
    """Return the strain rate in 1/s of a foil of a thickness in m that is stripped at a current density in A/m²."""
    molar_volume = convert(metal.molar_volume, "cm^3/mol", "m^3/mol")
    per_charge = molar_volume / (ion_charge(metal.symbol) * convert(1.0, "faraday_constant", "C/mol"))
    return current_density * per_charge / thickness


def stack_pressure(
    metal: Metal, current_density: float, thickness: float, temperature: float = 298.15, constraint: float = 1.0
) -> float:
    """Return the pressure in Pa that makes a foil creep as fast as it is stripped.

    Parameters
    ----------
    metal
        Lithium, so far.
    current_density
        Of stripping, in A/m².
    thickness
        Of the foil, in m; the thinner, the faster it must be strained.
    temperature
        In K.
    constraint
        Mean pressure over flow stress: 1 for a foil that slides freely, more for one that sticks to rigid plates.

    Raises
    ------
    UsageError
        For a metal without a creep law, a temperature at which it melts, or a size or current that is not positive.
    """
    if min(current_density, thickness) <= 0 or constraint < 1:
        raise UsageError("a stack pressure needs a positive current density and thickness, and a constraint from 1 up")
    return constraint * flow_stress(metal, refill_rate(metal, current_density, thickness), temperature)
