"""A phase change between the temperatures of simulations, seen in their mean potential energies.

A harmonic crystal stores 3/2 k_B T of potential energy in each atom, whatever its bonds. Anharmonicity and ions that
hop change that by tenths of k_B; a first-order change, or a sublattice that melts, adds its latent heat within a few
kelvin. Latent heats that are smaller than the allowance pass unseen: see :func:`unseen_latent_heat`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

_BOLTZMANN = 8.617333262e-5  # eV/K
_HARMONIC = 1.5  # potential part of the heat capacity, in k_B per atom
# Beyond it, in k_B per atom; lithium that hops through Li6PS5Cl adds 0.36 ± 0.19 between 700 and 850 K (CHGNet).
_EXCESS = 0.5
_SIGNIFICANT = 3.0  # standard deviations


def phase_changes(
    temperatures: Sequence[float], energies: Sequence[float], uncertainties: Sequence[float]
) -> list[tuple[float, float]]:
    """Return the intervals of temperature, in K, in which the potential energy changes as only a phase change can.

    An interval is suspect where its mean heat capacity, potential part, differs from 3/2 k_B per atom by more than
    k_B/2, beyond three standard deviations. The relaxed crystal is the point at 0 K: a suspect interval that begins
    there says that the hot phase is not the one that was relaxed. There only an excess counts: a relaxed structure that
    is a saddle, as ordered models of disordered crystals are, lies higher than what it becomes.

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
        difference = (high - low) / scale - _HARMONIC
        excess = (difference if cold == 0 else abs(difference)) - _EXCESS
        if excess > _SIGNIFICANT * math.hypot(low_error, high_error) / scale:
            suspect.append((cold, hot))
    return suspect


def unseen_latent_heat(temperature: float) -> float:
    """Return the latent heat in eV/atom that a change below a temperature in K can have without being seen."""
    return _EXCESS * _BOLTZMANN * temperature
