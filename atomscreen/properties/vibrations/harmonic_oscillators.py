"""Thermodynamics of harmonic oscillators: sums over modes of frequency ν, each with the share it counts with.

Frequencies are in THz and positive, temperatures in K; x = hν/(k_B T).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

# Exact in the SI of 2019, to the digits given.
PLANCK = 4.135667696e-3  # eV/THz
BOLTZMANN = 8.617333262e-5  # eV/K
GAS_CONSTANT = 8.314462618  # J/(mol K)

_ZERO_POINT_SPREAD = 0.505379008  # h/(8π² Da) in Å² THz: an oscillator at rest has ⟨u²⟩ = ħ/(2mω), which is this/(m ν)


def zero_point_energy(frequencies: Array, shares: Array) -> float:
    """Return Σ hν/2 in eV."""
    return float(shares @ frequencies) * PLANCK / 2


def free_energy(frequencies: Array, shares: Array, temperature: float) -> float:
    """Return Σ [hν/2 + k_B T ln(1 − exp(−x))] in eV."""
    x = _reduced(frequencies, temperature)
    thermal = float(shares @ np.log(-np.expm1(-x)))
    return zero_point_energy(frequencies, shares) + BOLTZMANN * temperature * thermal


def entropy(frequencies: Array, shares: Array, temperature: float) -> float:
    """Return R Σ [x/(exp(x) − 1) − ln(1 − exp(−x))] in J/(mol K)."""
    x = _reduced(frequencies, temperature)
    return GAS_CONSTANT * float(shares @ (x * _occupation(x) - np.log(-np.expm1(-x))))


def heat_capacity(frequencies: Array, shares: Array, temperature: float) -> float:
    """Return R Σ x² exp(x)/(exp(x) − 1)² in J/(mol K)."""
    x = _reduced(frequencies, temperature)
    occupation = _occupation(x)
    return GAS_CONSTANT * float(shares @ (x**2 * occupation * (occupation + 1)))


def mean_squared_displacement(frequencies: Array, shares: Array, mass: float, temperature: float) -> float:
    """Return Σ ħ/(4π m ν) (2n + 1), n = 1/(exp(x) − 1), in Å², for an atom of ``mass`` in Da.

    ``shares`` are the modes' shares on that atom: the squared lengths of its part of the eigenvectors.
    """
    occupation = _occupation(_reduced(frequencies, temperature))
    return _ZERO_POINT_SPREAD / mass * float(shares @ ((2 * occupation + 1) / frequencies))


def _reduced(frequencies: Array, temperature: float) -> Array:
    return PLANCK * frequencies / (BOLTZMANN * temperature)


def _occupation(x: Array) -> Array:
    """Return the Bose–Einstein occupation, 0 where it underflows."""
    # exp(700) is near the largest float; the occupation there is 0 to every digit.
    return 1 / np.expm1(np.minimum(x, 700.0))
