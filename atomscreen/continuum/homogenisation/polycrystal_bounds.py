"""The stage that narrows down the moduli of a polycrystal, at every content of ions at which there is a stiffness."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from atomscreen.continuum.homogenisation.random_polycrystal import PolycrystalBounds, bounds_of_polycrystal
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity, show
from atomscreen.core.stages import stage
from atomscreen.properties.mechanics import elastic_tensor

AVERAGES = {
    "hashin_shtrikman_lower": "Hashin-Shtrikman lower bound",
    "hashin_shtrikman_upper": "Hashin-Shtrikman upper bound",
    "self_consistent": "self-consistent average",
}
"""What the names of the quantities end in, and what each is."""


@stage(
    needs={"elastic_tensor"},
    uses={"bulk_modulus", "shear_modulus", "youngs_modulus"},
    gives={
        *(f"{modulus}_modulus_{average}" for modulus in ("bulk", "shear") for average in AVERAGES),
        "youngs_modulus_self_consistent",
    },
    cost="light",
)
def polycrystal_bounds(candidate: Candidate) -> Results:
    """Give Hashin–Shtrikman bounds and the self-consistent moduli of a random polycrystal of the stiffness.

    Grains are equiaxed, of every orientation, without pores and with strong boundaries. The bounds lie within Voigt's
    and Reuss's, the self-consistent moduli between the bounds. All are of the stiffness as the potential has it, not
    corrected for its softness. The relative uncertainty is that of the Hill average at the same conditions. A content
    of ions at which the stiffness is not positive definite is left out with a note; where none is left, the stage
    fails. Formulas and sources: :mod:`atomscreen.continuum.homogenisation.random_polycrystal`.

    Parameters
    ----------
    candidate
        The candidate with its stiffness, of an electrode perhaps at several contents.
    """
    quantities: list[Quantity] = []
    notes: list[str] = []
    for stiffness in _newest_stiffnesses(candidate):
        matrix = np.array(stiffness.value)
        lowest = float(elastic_tensor.eigenvalues(matrix).min())
        if lowest > 0:
            quantities += _averages(candidate, stiffness, bounds_of_polycrystal(matrix))
        else:
            where = "".join(f" at {name} {show(value)}" for name, value in stiffness.conditions.items())
            notes.append(
                f"There are no polycrystal averages{where}: the stiffness is not positive definite (lowest eigenvalue "
                f"{lowest:.3g} GPa)."
            )
    if not quantities:
        raise StageFailure(" ".join(notes))
    return Results(tuple(quantities), notes=tuple(notes))


def _newest_stiffnesses(candidate: Candidate) -> list[Quantity]:
    """Return the newest stiffness at each of the conditions there are."""
    found = {
        tuple(sorted(quantity.conditions.items())): quantity
        for quantity in candidate.quantities
        if quantity.name == "elastic_tensor"
    }
    return list(found.values())


def _averages(candidate: Candidate, stiffness: Quantity, bounds: PolycrystalBounds) -> Iterator[Quantity]:
    """Return the quantities of one polycrystal."""
    for average, meaning in AVERAGES.items():
        medium = getattr(bounds, average)
        moduli = {"bulk_modulus": medium.bulk, "shear_modulus": medium.shear}
        if average == "self_consistent":
            moduli["youngs_modulus"] = medium.youngs_modulus
        for modulus, value in moduli.items():
            hill = candidate.find(modulus, **stiffness.conditions)
            relative = None if hill is None or hill.uncertainty is None else hill.uncertainty / hill.number
            yield Quantity(
                f"{modulus}_{average}",
                value,
                None if relative is None else relative * value,
                conditions=stiffness.conditions,
                method=f"{meaning} of a random polycrystal; stiffness: {stiffness.method}",
                provenance=stiffness.provenance,
            )
