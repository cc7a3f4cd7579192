"""Gibbs energies of gases at temperature and pressure, on the scale of a set of phases' own elements.

A molecule's energy in a potential or functional is often its worst. Its energy of formation is known from experiment
instead, and the energies here (those of the Materials Project with its corrections, and of potentials that learned
them) are fitted to enthalpies of formation at 298 K. So a gas is its elements, as the set of phases has them, plus its
tabulated Gibbs energy against the elements at 298.15 K. The entropy of solids is neglected beside that of gases (Ong
2010, doi:10.1016/j.elecom.2010.01.010).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atomscreen.core.errors import StageFailure
from atomscreen.sources.entries import Phase

if TYPE_CHECKING:
    from atomscreen.properties.thermodynamics.phases import PhaseSet

STANDARD_PRESSURE = 1e5
"""Pa, of the tables."""
_GAS_CONSTANT = 8.31446261815324e-3  # kJ/(mol K)
_KILOJOULE_PER_MOLE = 1 / 96.48533212  # in eV


@dataclass(frozen=True)
class _Shomate:
    """Coefficients of NIST's Shomate equation between two temperatures in K, for kJ/mol and J/(mol K)."""

    lowest: float
    highest: float
    coefficients: tuple[float, float, float, float, float, float, float]


_TABLE: Mapping[str, tuple[_Shomate, ...]] = {
    "H2": (_Shomate(298, 1000, (33.066178, -11.363417, 11.432816, -2.772874, -0.158558, -9.980797, 172.707974)),),
    "O2": (
        _Shomate(100, 700, (31.32234, -20.23531, 57.86644, -36.50624, -0.007374, -8.903471, 246.7945)),
        _Shomate(700, 2000, (30.03235, 8.772972, -3.988133, 0.788313, -0.741599, -11.32468, 236.1663)),
    ),
    "N2": (
        _Shomate(100, 500, (28.98641, 1.853978, -9.647459, 16.63537, 0.000117, -8.671914, 226.4168)),
        _Shomate(500, 2000, (19.50583, 19.88705, -8.598535, 1.369784, 0.527601, -4.935202, 212.3900)),
    ),
    "H2O": (_Shomate(298, 1700, (30.09200, 6.832514, 6.793435, -2.534480, 0.082139, -250.8810, 223.3967)),),
    "CO2": (_Shomate(298, 1200, (24.99735, 55.18696, -33.69137, 7.948387, -0.136638, -403.6075, 228.2431)),),
    "H2S": (_Shomate(298, 1400, (26.88412, 18.67809, 3.434203, -3.378702, 0.135882, -28.91211, 233.3747)),),
    "HCl": (_Shomate(298, 1200, (32.12392, -13.45805, 19.86852, -6.853936, -0.049672, -101.6206, 228.6866)),),
    "NH3": (_Shomate(298, 1400, (19.99563, 49.77119, -15.37599, 1.921168, 0.189174, -53.30667, 203.8591)),),
    "SO2": (_Shomate(298, 1200, (21.43049, 74.35094, -57.75217, 16.35534, 0.086731, -305.7688, 254.8872)),),
}
"""By molecule: NIST Chemistry WebBook, after M. W. Chase, NIST-JANAF Thermochemical Tables, 4th edition (1998).

That of H2O is given there from 500 K on; at 298 K too it gives the tabulated entropy and enthalpy to 0.001.
"""

GASES = frozenset(_TABLE)
"""The gases that have a Gibbs energy here."""


def gibbs_energy(gas: str, temperature: float, pressure: float = STANDARD_PRESSURE) -> float:
    """Return the Gibbs energy of an ideal gas against its elements' enthalpies at 298.15 K, in eV per molecule.

    Parameters
    ----------
    gas
        One of ``GASES``.
    temperature
        In K.
    pressure
        Partial pressure in Pa.

    Raises
    ------
    StageFailure
        For a temperature beyond the table.
    """
    for part in _TABLE[gas]:
        if part.lowest <= temperature <= part.highest:
            a, b, c, d, e, f, g = part.coefficients
            t = temperature / 1000
            enthalpy = a * t + b * t**2 / 2 + c * t**3 / 3 + d * t**4 / 4 - e / t + f
            entropy = a * math.log(t) + b * t + c * t**2 / 2 + d * t**3 / 3 - e / (2 * t**2) + g
            standard = enthalpy - t * entropy
            return _KILOJOULE_PER_MOLE * (
                standard + _GAS_CONSTANT * temperature * math.log(pressure / STANDARD_PRESSURE)
            )
    lowest, highest = _TABLE[gas][0].lowest, _TABLE[gas][-1].highest
    raise StageFailure(f"the table of {gas} goes from {lowest:g} to {highest:g} K, not to {temperature:g} K")


def gas_phase(gas: str, phases: PhaseSet, temperature: float, pressure: float = STANDARD_PRESSURE) -> Phase:
    """Return a gas as a phase that competes with a set of phases; the parameters are those of :func:`gibbs_energy`.

    Raises
    ------
    StageFailure
        Where the set lacks one of the gas's elements.
    """
    from pymatgen.core import Composition

    composition = Composition(gas)
    elements = sum(n * phases.element_energy(element.symbol) for element, n in composition.items())
    energy = elements + gibbs_energy(gas, temperature, pressure)
    return Phase(f"{gas} (gas)", composition, energy / composition.num_atoms, phases.own.functional)


def with_gases(phases: PhaseSet, temperature: float, pressures: Mapping[str, float]) -> PhaseSet:
    """Return the phases with every gas of their elements as a gas, in place of a solid of the same formula.

    Parameters
    ----------
    phases
        The phases, all at 0 K.
    temperature
        In K.
    pressures
        Partial pressure in Pa of every gas.
    """
    from pymatgen.core import Composition

    gases = [
        gas_phase(gas, phases, temperature, pressures[gas])
        for gas in sorted(GASES)
        if {element.symbol for element in Composition(gas).elements} <= phases.elements
    ]
    formulas = {gas.formula for gas in gases}
    return phases.replaced([*(phase for phase in phases.competing if phase.formula not in formulas), *gases])
