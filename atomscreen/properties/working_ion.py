"""The working ion: its charge, and theoretical capacity by Faraday's law."""

from __future__ import annotations

from atomscreen.core.errors import StageFailure, closest
from atomscreen.properties.element_data import CHARGES

_FARADAY = 96485.33212
"""Faraday constant in C/mol (CODATA 2018; exact in the SI of 2019)."""


def ion_charge(ion: str) -> int:
    """Return the charge of a working ion.

    Raises
    ------
    StageFailure
        For an ion that no battery here works with.
    """
    if ion not in CHARGES:
        raise StageFailure(f"'{ion}' is not a working ion{closest(ion, CHARGES)}")
    return CHARGES[ion]


def gravimetric_capacity(n_ions: float, charge: int, mass: float) -> float:
    """Return the theoretical capacity n z F / (3.6 M) in mAh/g.

    Parameters
    ----------
    n_ions
        Working ions per formula unit.
    charge
        Charge of one.
    mass
        Molar mass of the formula unit in g/mol, with or without the ions: that makes two different capacities.
    """
    return n_ions * charge * _FARADAY / (3.6 * mass)
