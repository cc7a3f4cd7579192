"""Critical size of particles in which two phases coexist: their misfit cracks large ones, however slow the charge.

Where a front between phases holds together it stresses both by their misfit ε_m, and a crack releases G = Z E ε_m² h
in a particle of size h, so that none grows below h_c = G_c/(Z E ε_m²) (Y. Hu, X. Zhao, Z. Suo, Journal of Materials
Research 25, 1007, 2010). Here ε_m is the principal value of largest magnitude of the strain between the phases, E the
larger of their moduli and G_c the smaller of their fracture energies. Z is as uncertain as that of grains.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atomscreen.continuum.crystal import Crystal
from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.continuum.fracture.grain_size import Z, critical_size
from atomscreen.core.errors import UsageError


@dataclass(frozen=True)
class TwoPhases:
    """The pair of phases whose misfit lets a crack grow in the smallest particles.

    Attributes
    ----------
    size
        Critical size in m.
    contents
        Of the two phases.
    misfit
        ε_m.
    """

    size: float
    contents: tuple[float, float]
    misfit: float


def unknown_pairs(electrode: Electrode, crystal: Crystal) -> list[tuple[float, float]]:
    """Return the coexisting phases of an electrode whose misfit is beyond the contents at which strain is known."""
    return [pair for pair in electrode.coexistence if not crystal.knows_strain(*pair)]


def two_phase_size(electrode: Electrode, crystal: Crystal, fracture_energy: Curve, z: float = Z) -> TwoPhases | None:
    """Return the smallest of the critical sizes of an electrode's coexisting phases.

    Pairs of :func:`unknown_pairs` are left out: the size is an upper bound where there are any, and ``None`` where
    there are no others.

    Parameters
    ----------
    electrode
        Its moduli, and where phases coexist.
    crystal
        Its insertion strain.
    fracture_energy
        In J/m² against content.
    z
        Energy that a crack releases, over E ε_m² h.

    Raises
    ------
    UsageError
        Where no two phases coexist.
    """
    if not electrode.coexistence:
        raise UsageError(f"no two phases coexist in {electrode.id}")
    unknown = unknown_pairs(electrode, crystal)
    found = []
    for pair in electrode.coexistence:
        if pair in unknown:
            continue
        ends = np.array(pair)
        misfit = float(np.abs(np.linalg.eigvalsh(crystal.strain_between(*pair))).max())
        size = critical_size(
            float(fracture_energy.at(ends).min()), float(electrode.youngs_modulus.at(ends).max()), misfit, z
        )
        found.append(TwoPhases(size, pair, misfit))
    return min(found, key=lambda phases: phases.size, default=None)
