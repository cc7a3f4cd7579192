"""Fracture toughness estimated from elastic moduli and the volume of an atom."""

from __future__ import annotations

import math

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.properties.mechanics.polycrystal_moduli import CORRECTED_MODULI, MODULI, best_moduli

MODEL_UNCERTAINTY = 0.26
"""Relative standard uncertainty of the estimate itself, before that of the moduli: its scatter about the measured
toughness of the ceramics and solid electrolytes in this project's tests."""


def estimated_toughness(bulk: float, shear: float, volume_per_atom: float) -> float:
    """Return K_Ic in MPa·m^0.5 of an ionic or covalent crystal from moduli in GPa and the volume per atom in Å³.

    K_Ic = V^(1/6) G √(K/G) (H. Niu, S. Niu, A. R. Oganov, Journal of Applied Physics 125, 065105, 2019,
    doi:10.1063/1.5066311).
    """
    return math.pow(volume_per_atom * 1e-30, 1 / 6) * 1e3 * math.sqrt(bulk * shear)


@stage(
    needs={*MODULI, "volume_per_atom"},
    uses=CORRECTED_MODULI,
    gives={"fracture_toughness"},
    cost="light",
)
def fracture_toughness(candidate: Candidate) -> Results:
    """Estimate the fracture toughness of a ceramic from its moduli (Niu, Niu and Oganov 2019).

    For ionic and covalent crystals; a metal is tougher by an enhancement factor that moduli do not tell, and gets
    none. Grain boundaries, pores and bridging grains, which make one ceramic of a compound up to twice as tough as
    another, are not in it.

    Parameters
    ----------
    candidate
        The candidate with its moduli; corrected ones are taken where there are both.
    """
    if all(element.is_metal for element in candidate.composition.elements):
        raise StageFailure(
            f"{candidate.formula} is a metal: its toughness does not follow from moduli as that of a ceramic does"
        )
    moduli, origin = best_moduli(candidate)
    volume = candidate.quantity("volume_per_atom").number
    value = estimated_toughness(moduli.bulk, moduli.shear, volume)
    relative = moduli.relative_uncertainties
    return Results(
        (
            Quantity(
                "fracture_toughness",
                value,
                None if relative is None else value * math.hypot(MODEL_UNCERTAINTY, relative[0] / 2, relative[1] / 2),
                method=f"Niu-Niu-Oganov estimate; moduli: {origin}",
                provenance={"bulk_modulus": moduli.bulk, "shear_modulus": moduli.shear, "volume_per_atom": volume},
            ),
        )
    )
