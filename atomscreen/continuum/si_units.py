"""The handoff record's SI unit of every unit of the vocabulary; what is counted per atom there is per mole here."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from atomscreen.core.errors import UsageError
from atomscreen.core.units import convert

SI_UNITS: Mapping[str, str] = {
    "": "",
    "percent": "",
    "1/(THz*atom)": "s/mol",
    "1/GPa": "1/Pa",
    "1/K": "1/K",
    "GPa": "Pa",
    "MPa": "Pa",
    "J/(kg*K)": "J/(kg*K)",
    "J/(mol*K)": "J/(mol*K)",
    "J/m^2": "J/m^2",
    "K": "K",
    "MPa*m^0.5": "Pa*m^0.5",
    "S/cm": "S/m",
    "THz": "Hz",
    "USD/kg": "USD/kg",
    "V": "V",
    "Wh/L": "J/m^3",
    "Wh/kg": "J/kg",
    "cm^2/s": "m^2/s",
    "eV": "J/mol",
    "eV/atom": "J/mol",
    "meV/atom": "J/mol",
    "g/cm^3": "kg/m^3",
    "g/mol": "kg/mol",
    "kJ/mol/nm": "J/(mol*m)",
    "m/s": "m/s",
    "mA/cm^2": "A/m^2",
    "mAh/cm^2": "C/m^2",
    "mAh/cm^3": "C/m^3",
    "mAh/g": "C/kg",
    "mWh/cm^2": "J/m^2",
    "mg/kg": "kg/kg",
    "mol/L": "mol/m^3",
    "ohm*cm^2": "ohm*m^2",
    "s": "s",
    "µm": "m",
    "Å": "m",
    "Å^2": "m^2",
    "Å^3": "m^3/mol",
    "Å^3/atom": "m^3/mol",
}
"""The record's unit for every unit of the vocabulary."""


def si_unit(unit: str) -> str:
    """Return the record's unit for a unit of the vocabulary.

    Raises
    ------
    UsageError
        For a unit without a line in :data:`SI_UNITS`.
    """
    if unit not in SI_UNITS:
        raise UsageError(f"the handoff record has no SI unit for '{unit}': give it a line in {__name__}.SI_UNITS")
    return SI_UNITS[unit]


@functools.cache
def si_factor(unit: str) -> float:
    """Return what a number in a unit of the vocabulary is multiplied with to be in the record's unit."""
    si = si_unit(unit)
    if unit in ("eV", "Å^3") or "atom" in unit:  # of one hop, one ion, one atom
        single = unit.replace("*atom", "").removesuffix("/atom")
        return convert(1.0, single, si.removesuffix("/mol")) * convert(1.0, "avogadro_constant", "1/mol")
    return convert(1.0, unit, si)
