"""Linear stability of plating at the interface of a metal and a solid: the parameter χ and its three terms.

A wave A cos(kx) of the interface changes the electrochemical potential of the electrons in equilibrium with metal and
ions by χ A cos(kx); where χ is negative, crests grow more slowly than troughs and the interface stays flat
(C. Monroe and J. Newman, Journal of The Electrochemical Society 152, A396, 2005; Z. Ahmad and V. Viswanathan, Physical
Review Letters 119, 056003, 2017, doi:10.1103/PhysRevLett.119.056003).

    χ = −γk² V(1 + v)/(2z)  +  k V(1 + v)/(2z) (τ_e − τ_s)  +  k V(1 − v)/(2z) (p_e + p_s)

with the metal's molar volume V, the ion's volume in the electrolyte over its atom's in the metal v, the ion's charge z,
the interface's tension γ, and stresses per unit of kA as
:class:`~atomscreen.properties.plating.half_space.InterfaceStress` has them. Signs are the published ones, and not
beyond doubt: where pressure raises μ of the metal by V p_e and that of the ion by vV p_s, and normal forces balance,
all three terms come out with one and the same sign, while the model gives tension the opposite one. In words: a crest
of metal presses on a stiff electrolyte, and where the metal takes more room than its ion (v < 1), pressure by itself
would resist deposition there; the model counts it as favouring deposition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atomscreen.properties.plating.half_space import InterfaceStress

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Numbers = float | Array


@dataclass(frozen=True)
class Deposit:
    """What is deposited, and the wave of the interface.

    Attributes
    ----------
    molar_volume
        Of the metal, in cm³/mol.
    charge
        Of the ion.
    volume_ratio
        Volume of the ion in the electrolyte over that of its atom in the metal.
    surface_tension
        Of the interface, in J/m².
    wave_number
        In 1/nm.
    """

    molar_volume: float
    charge: int
    volume_ratio: Numbers
    surface_tension: Numbers
    wave_number: float


@dataclass(frozen=True)
class Stability:
    """χ and its terms in kJ/(mol nm); stable where the total is negative.

    Attributes
    ----------
    surface_tension
        Always stabilising.
    deviatoric
        Of the jump in deviatoric stress across the interface.
    hydrostatic
        Of the pressures on both sides; it changes sign with 1 − v and with which of the two is stiffer.
    """

    surface_tension: Numbers
    deviatoric: Numbers
    hydrostatic: Numbers

    @property
    def total(self) -> Numbers:
        """The stability parameter χ."""
        return self.surface_tension + self.deviatoric + self.hydrostatic


def stability(deposit: Deposit, stress: InterfaceStress) -> Stability:
    """Return χ of an interface; numbers in GPa, cm³/mol and 1/nm make kJ/(mol nm) without a factor."""
    wave, volume = deposit.wave_number, deposit.molar_volume / (2 * deposit.charge)
    mean, difference = volume * (1 + deposit.volume_ratio), volume * (1 - deposit.volume_ratio)
    return Stability(
        surface_tension=-mean * deposit.surface_tension * wave**2,  # J/m² is GPa nm
        deviatoric=mean * wave * stress.deviator_jump,
        hydrostatic=difference * wave * stress.pressure_sum,
    )


def isotropic_stress(
    metal_shear: Numbers, metal_poisson: Numbers, electrolyte_shear: Numbers, electrolyte_poisson: Numbers
) -> InterfaceStress:
    """Return the stresses at the interface of two isotropic solids, in closed form; shear moduli in GPa."""
    g_e, nu_e, g_s, nu_s = metal_shear, metal_poisson, electrolyte_shear, electrolyte_poisson
    compliance = g_s * (1 - nu_s) * (3 - 4 * nu_e) + g_e * (1 - nu_e) * (3 - 4 * nu_s)
    return InterfaceStress(
        deviator_jump=4 * g_e * g_s * (2 - 3 * nu_e - 3 * nu_s + 4 * nu_e * nu_s) / compliance,
        pressure_sum=(g_s**2 * (3 - 4 * nu_e) - g_e**2 * (3 - 4 * nu_s)) / compliance,
    )


def critical_wavelength(deposit: Deposit, stress: InterfaceStress) -> float | None:
    """Return the wavelength in nm below which surface tension keeps the interface flat, ``None`` if it always is."""
    import math

    found = stability(deposit, stress)
    destabilising = float(found.deviatoric + found.hydrostatic)
    if destabilising <= 0:
        return None
    return 2 * math.pi / (deposit.wave_number * destabilising / -float(found.surface_tension))
