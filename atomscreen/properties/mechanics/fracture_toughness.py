"""Fracture toughness estimated from elastic moduli and the volume of an atom."""

from __future__ import annotations

import math
from collections.abc import Callable

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.vocabulary import structure_kind
from atomscreen.properties.mechanics import elastic_tensor
from atomscreen.properties.mechanics.polycrystal_moduli import CORRECTED_MODULI, MODULI, Moduli, best_moduli

MODEL_UNCERTAINTY = 0.26
"""Relative standard uncertainty of the estimate itself, before that of the moduli: its scatter about the measured
toughness of the ceramics and solid electrolytes in this project's tests."""


def estimated_toughness(bulk: float, shear: float, volume_per_atom: float) -> float:
    """Return K_Ic in MPa·m^0.5 of an ionic or covalent crystal from moduli in GPa and the volume per atom in Å³.

    K_Ic = V^(1/6) G √(K/G) (H. Niu, S. Niu, A. R. Oganov, Journal of Applied Physics 125, 065105, 2019,
    doi:10.1063/1.5066311).
    """
    return math.pow(volume_per_atom * 1e-30, 1 / 6) * 1e3 * math.sqrt(bulk * shear)


def fracture_energy(toughness: float, youngs_modulus: float, poisson_ratio: float) -> float:
    """Return G_c = K_Ic² (1 − ν²)/E in J/m², in plane strain, from a toughness in MPa·m^0.5 and a modulus in GPa."""
    return 1e3 * toughness**2 * (1 - poisson_ratio**2) / youngs_modulus


@stage(
    needs={*MODULI},
    uses={*CORRECTED_MODULI, "volume_per_atom", "intercalated"},
    gives={"fracture_toughness", "fracture_energy"},
    cost="light",
    version=2,
)
def fracture_toughness(candidate: Candidate) -> Results:
    """Estimate fracture toughness and fracture energy of a ceramic from its moduli (Niu, Niu and Oganov 2019).

    For ionic and covalent crystals; a metal is tougher by an enhancement factor that moduli do not tell, and gets
    none. Grain boundaries, pores and bridging grains, which make one ceramic of a compound up to twice as tough as
    another, are not in it. An electrode with moduli at several contents of working ions gets a toughness at each.

    Parameters
    ----------
    candidate
        The candidate with its moduli; corrected ones are taken where there are both.

    Raises
    ------
    StageFailure
        For a metal, or where nowhere both moduli and the volume are known.
    """
    if all(element.is_metal for element in candidate.composition.elements):
        raise StageFailure(
            f"{candidate.formula} is a metal: its toughness does not follow from moduli as that of a ceramic does"
        )
    volumes = _volumes_per_atom(candidate)
    found = [
        quantity
        for content, volume in volumes.items()
        for quantity in _estimate(candidate, volume, {} if content is None else {"ion_content": content})
    ]
    if not found:
        raise StageFailure("nowhere are both moduli and the volume per atom known")
    return Results(tuple(found))


def _volumes_per_atom(candidate: Candidate) -> dict[float | None, float]:
    """Return the volume per atom in Å³ at every content, and without one of the material as it is."""
    found: dict[float | None, float] = {
        float(name.partition("@")[2]): float(structure.volume) / len(structure)
        for name, structure in candidate.structures.items()
        if structure_kind(name) == "intercalated"
    }
    if (volume := candidate.find("volume_per_atom")) is not None:
        found[None] = volume.number
    return found


def _estimate(candidate: Candidate, volume: float, conditions: dict[str, float]) -> list[Quantity]:
    """Return toughness and fracture energy under conditions, none where the moduli there are not known."""
    if any(candidate.find(name, **conditions) is None for name in MODULI):
        return []
    moduli, origin = best_moduli(candidate, **conditions)
    method = f"Niu-Niu-Oganov estimate; moduli: {origin}"
    traced = {"bulk_modulus": moduli.bulk, "shear_modulus": moduli.shear, "volume_per_atom": volume}
    found = []
    for name, function, power in (("fracture_toughness", estimated_toughness, 1), ("fracture_energy", _energy, 2)):
        value = function(moduli.bulk, moduli.shear, volume)
        relative = _relative_uncertainty(function, moduli, volume, power * MODEL_UNCERTAINTY)
        found.append(Quantity(name, value, relative and relative * value, conditions, method, traced))
    return found


def _energy(bulk: float, shear: float, volume: float) -> float:
    """Return the fracture energy in J/m² that goes with the estimated toughness."""
    poisson = elastic_tensor.poisson_ratio(bulk, shear)
    return fracture_energy(
        estimated_toughness(bulk, shear, volume), elastic_tensor.youngs_modulus(bulk, shear), poisson
    )


def _relative_uncertainty(
    function: Callable[[float, float, float], float], moduli: Moduli, volume: float, of_model: float
) -> float | None:
    """Return the relative standard uncertainty of an estimate, to first order in those of the moduli."""
    if moduli.relative_uncertainties is None:
        return None
    step = 1e-4
    parts = [of_model]
    for (bulk, shear), relative in zip(((step, 0), (0, step)), moduli.relative_uncertainties, strict=True):
        above, below = (
            function(moduli.bulk * (1 + sign * bulk), moduli.shear * (1 + sign * shear), volume) for sign in (1, -1)
        )
        parts.append(relative * math.log(above / below) / (2 * step))
    return math.hypot(*parts)
