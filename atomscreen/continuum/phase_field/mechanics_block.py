"""The mechanical part of what is handed to a phase-field code: elastic energy, and fracture with its length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from atomscreen.continuum.electrode import Electrode
from atomscreen.continuum.phase_field.content_table import FRACTURE_ENERGY, YOUNGS_MODULUS
from atomscreen.continuum.phase_field.phase_field_fracture import (
    CONVENTION,
    MODELS,
    critical_stress,
    regularisation_length,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

ELASTIC: Final = (
    "per volume of the particle free of stress f is c_free*g(x) and gains 1/2*(eps - eps0):C(x):(eps - eps0), C "
    "isotropic from Young's modulus and Poisson's ratio of the table, eps0 its column 'stress-free strain' along every "
    "axis, from x_free; the potential of ions then gains -tr(sigma)/c_free*d(eps0)/dx + "
    "(eps - eps0):dC/dx:(eps - eps0)/(2*c_free), sigma tension positive; the column 'partial molar volume' is "
    "3/c_free*d(eps0)/dx smoothed between contents, and not for use with it; for tensors instead of isotropic numbers, "
    "hand over to fem"
)
STRENGTH: Final = (
    "strength of the particles (which no stage gives), without which a regularisation length is chosen; where it is "
    "known, give it to phase_field_input in Python"
)
LENGTH_SHARE: Final = 0.05
"""Regularisation length over the radius of a particle: cracks much thinner than the particle, on a mesh that is
affordable."""


def elasticity(electrode: Electrode | None) -> dict[str, Any]:
    """Return how stress enters the free energy; nothing where the electrode's mechanics are not known."""
    if electrode is None:
        return {}
    return {
        "formula": ELASTIC,
        "x_free": electrode.assembled_content,
        "c_free [mol/m3]": electrode.assembled_concentration,
    }


def fracture(
    table: Mapping[str, Array], radius: float | None, strength: float | None
) -> tuple[dict[str, Any], list[str]]:
    """Return the parameters of phase-field fracture, and what is missing for them.

    Parameters
    ----------
    table
        Columns by content; without a fracture energy there is nothing to tell.
    radius
        Of the base set's particles in m, from which a length is chosen where there is no strength.
    strength
        Of the particles in Pa, from which the length follows.

    Raises
    ------
    UsageError
        For a strength that is not positive.
    """
    if FRACTURE_ENERGY not in table:
        return {}, []
    told: dict[str, Any] = {"convention": CONVENTION, "E, nu, G_c": "columns of the table"}
    # The content at which a bar breaks first, whatever the length.
    pairs = zip(table[YOUNGS_MODULUS].tolist(), table[FRACTURE_ENERGY].tolist(), strict=True)
    weakest = min(pairs, key=lambda pair: pair[0] * pair[1])
    if strength is not None:
        lengths = {f"{model} l [m]": regularisation_length(model, *weakest, strength) for model in MODELS}
        return {**told, "l is": "that with which the weakest content has the strength", **lengths}, []
    if radius is None:
        return told, [STRENGTH]
    length = LENGTH_SHARE * radius
    chosen = {
        "l [m]": length,
        "l is": f"chosen: {LENGTH_SHARE:g} of the base set's particle radius; a bar with even damage then breaks at "
        "these stresses, those of the weakest content",
        **{f"{model} critical stress [Pa]": critical_stress(model, *weakest, length) for model in MODELS},
    }
    return {**told, **chosen}, [STRENGTH]
