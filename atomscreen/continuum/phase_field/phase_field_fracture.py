"""Parameters of phase-field fracture: energy to break, and the length over which a crack is smeared.

The damage variable d is 0 where the solid is whole and 1 where it is broken, the elastic energy is degraded to
(1 − d)² ψ(ε), and a crack costs, per volume, with the regularisation length l,

- AT2: G_c/(2 l) [d² + l² |∇d|²]: damage from the first load on (B. Bourdin, G. A. Francfort, J.-J. Marigo, Journal of
  the Mechanics and Physics of Solids 48, 797, 2000, doi:10.1016/S0022-5096(99)00028-9);
- AT1: 3 G_c/(8 l) [d + l² |∇d|²]: elastic up to a threshold (K. Pham, H. Amor, J.-J. Marigo, C. Maurini, International
  Journal of Damage Mechanics 20, 618, 2011, doi:10.1177/1056789510386852).

A bar in which d is even breaks at a stress that goes with the inverse root of l: with a strength known, l is a property
of the material, and without one it is the size of a mesh, and implies a strength.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, Literal

from atomscreen.core.errors import UsageError

Model = Literal["AT1", "AT2"]
MODELS: Final[tuple[Model, ...]] = ("AT1", "AT2")

SQUARED_STRENGTHS: Final[Mapping[Model, float]] = {"AT1": 3 / 8, "AT2": 27 / 256}
"""The square of the critical stress, in units of E G_c/l; that of AT2 is (9/16)²/3."""

CONVENTION: Final = (
    "d is 0 where the solid is whole and 1 where it is broken; elastic energy is degraded by (1 - d)^2; a crack costs, "
    "per volume, G_c/(2 l) (d^2 + l^2 |grad d|^2) in AT2 and 3 G_c/(8 l) (d + l^2 |grad d|^2) in AT1"
)


def critical_stress(model: Model, youngs_modulus: float, fracture_energy: float, length: float) -> float:
    """Return the largest stress in Pa that a bar with even damage carries.

    Parameters
    ----------
    model
        AT1: √(3 E G_c/(8 l)); AT2: 9/16 √(E G_c/(3 l)).
    youngs_modulus
        In Pa.
    fracture_energy
        G_c in J/m².
    length
        l in m.
    """
    return math.sqrt(SQUARED_STRENGTHS[model] * youngs_modulus * fracture_energy / length)


def regularisation_length(model: Model, youngs_modulus: float, fracture_energy: float, strength: float) -> float:
    """Return the length l in m with which a bar breaks at a strength in Pa; the rest as in :func:`critical_stress`.

    Raises
    ------
    UsageError
        For a strength that is not positive.
    """
    if not strength > 0:
        raise UsageError(f"a strength is a positive number of Pa, not {strength:g}")
    return SQUARED_STRENGTHS[model] * youngs_modulus * fracture_energy / strength**2
