"""Energy of mixing at a temperature from the energies of all configurations of a supercell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from atomscreen.core.errors import UsageError
from atomscreen.core.units import convert


def configurational_energy(
    energies: Sequence[float], multiplicities: Sequence[float], sites: int, temperature: float
) -> float:
    """Return what an ideal solution's free energy lacks at one content, from the energies of its configurations.

    −(RT/N) ln ⟨exp(−N E/RT)⟩, the mean taken over all configurations of the supercell alike. With the ideal entropy it
    is the free energy of the supercell's partition function, but for the configurations that a cell of N sites has too
    few of: that is left to the ideal entropy, which has it for infinitely many sites. Where all energies are equal it
    is that energy; in the heat their mean; in the cold the lowest, and what its order takes off the ideal entropy.

    Parameters
    ----------
    energies
        Of every distinct configuration, in J per mole of the ions' sites, shape (n,).
    multiplicities
        In how many arrangements symmetry finds each, shape (n,).
    sites
        Sites of the ions in the supercell, N.
    temperature
        In K.

    Returns
    -------
    float
        In J per mole of the ions' sites.

    Raises
    ------
    UsageError
        For no configurations, as many energies as multiplicities not being given, or numbers that are not positive.
    """
    if not len(energies) or len(energies) != len(multiplicities):
        raise UsageError(f"{len(energies)} energies and {len(multiplicities)} multiplicities are no configurations")
    if min(multiplicities) <= 0 or sites < 1 or not temperature > 0:
        raise UsageError("multiplicities, the number of sites and the temperature of configurations are positive")
    thermal = convert(temperature, "K * molar_gas_constant", "J/mol") / sites
    lowest = min(energies)
    factors = np.exp(-(np.asarray(energies) - lowest) / thermal)
    return lowest - thermal * float(np.log(np.average(factors, weights=multiplicities)))
