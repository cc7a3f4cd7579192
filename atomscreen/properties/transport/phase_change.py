"""A phase change between the temperatures of simulations, seen in their mean potential energies.

A harmonic crystal stores 3/2 k_B T of potential energy in each atom, whatever its bonds. Anharmonicity changes that
by tenths; a first-order change, or a sublattice that melts, adds its latent heat within a few kelvin.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

_BOLTZMANN = 8.617333262e-5  # eV/K
_HARMONIC = 1.5  # potential part of the heat capacity, in k_B per atom
_EXCESS = 1.0  # k_B per atom beyond it that no anharmonic solid shows
_SIGNIFICANT = 3.0  # standard deviations


def phase_changes(
    temperatures: Sequence[float], energies: Sequence[float], uncertainties: Sequence[float]
) -> list[tuple[float, float]]:
    """Return the intervals of temperature, in K, in which the potential energy rises as only a phase change can.

    An interval is suspect where its mean heat capacity, potential part, differs from 3/2 k_B per atom by more than
    k_B, beyond three standard deviations. The relaxed crystal is the point at 0 K: a suspect interval that begins
    there says that the hot phase is not the one that was relaxed.

    Parameters
    ----------
    temperatures
        In K, different from each other.
    energies
        Mean potential energy of each run above the relaxed structure's, in eV/atom.
    uncertainties
        Their standard uncertainties, in eV/atom.
    """
    points = [(0.0, 0.0, 0.0), *sorted(zip(temperatures, energies, uncertainties, strict=True))]
    suspect = []
    for (cold, low, low_error), (hot, high, high_error) in itertools.pairwise(points):
        scale = _BOLTZMANN * (hot - cold)
        excess = abs((high - low) / scale - _HARMONIC) - _EXCESS
        if excess > _SIGNIFICANT * math.hypot(low_error, high_error) / scale:
            suspect.append((cold, hot))
    return suspect
