"""Elasticity at every content of working ions for which there is a structure, and how much the electrode stiffens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.core.vocabulary import ELECTRODES, structure_kind
from atomscreen.interatomic.potentials import PotentialName
from atomscreen.properties.checkpoints import kept_array
from atomscreen.properties.mechanics.elastic_descriptors import AVERAGES, CORRECTED, Stiffness, averages
from atomscreen.properties.mechanics.elasticity import origin, stiffness_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]


@stage(
    needs={"intercalated"},
    roles=ELECTRODES,
    version=2,
    gives={
        "elastic_tensor",
        "elastically_stable",
        "universal_anisotropy",
        *AVERAGES,
        *CORRECTED,
        "youngs_modulus_change",
    },
)
def elasticity_with_content(
    candidate: Candidate,
    potential: PotentialName = "chgnet",
    strain: Annotated[float, Field(gt=0, lt=0.05)] = 0.02,
    max_force: Annotated[float, Unit("eV/Å"), Field(gt=0)] = 0.002,
    max_steps: Annotated[int, Field(gt=0)] = 300,
) -> Results:
    """Give the stiffness tensor and its averages at every content of working ions, each as the stage 'elasticity' does.

    ``youngs_modulus_change`` compares the electrode without ions with the full one. A content whose structure is a
    saddle, or whose ions do not relax under strain, is left out with a note; where none is left, the stage fails.

    Parameters
    ----------
    candidate
        The electrode, with structures at several contents relaxed with the same potential.
    potential
        The interatomic potential.
    strain
        Magnitude of the components of strain, dimensionless.
    max_force
        Largest force on any ion of a strained cell, in eV/Å.
    max_steps
        Steps of the optimizer in one strained cell after which a content is left out.
    """
    quantities: list[Quantity] = []
    notes: list[str] = []
    for content, structure in _by_content(candidate):
        try:
            stiffness = _stiffness(content, structure, potential, strain, max_force, max_steps)
        except StageFailure as problem:
            notes.append(f"There are no moduli at ion content {content:g}: {problem}.")
            continue
        at_content = averages(stiffness)
        quantities += at_content.quantities
        notes += [f"At ion content {content:g}: {note}" for note in at_content.notes]
    if not quantities:
        raise StageFailure(" ".join(notes))
    return Results((*quantities, *_change(quantities)), notes=tuple(notes))


def _by_content(candidate: Candidate) -> list[tuple[float, Structure]]:
    """Return the contents there are and their structures, empty first."""
    return sorted(
        (
            (float(name.partition("@")[2]), structure)
            for name, structure in candidate.structures.items()
            if structure_kind(name) == "intercalated"
        ),
        key=lambda pair: pair[0],
    )


def _stiffness(
    content: float, structure: Structure, potential: str, strain: float, max_force: float, max_steps: int
) -> Stiffness:
    """Return the stiffness at one content, from the stage's scratch folder where it is there already."""
    conditions = {"ion_content": content}

    def compute() -> Array:
        fresh = stiffness_of(structure, potential, strain, max_force, max_steps)
        return np.vstack([fresh.tensor, np.full((1, 6), fresh.misfit)])

    table = kept_array(f"stiffness@{content:g}", compute)
    return Stiffness(table[:6], float(table[6, 0]), structure, potential, origin(potential, strain), conditions)


def _change(quantities: list[Quantity]) -> list[Quantity]:
    """Return the change of Young's modulus when all ions leave, where both ends have one."""
    moduli = {
        quantity.conditions["ion_content"]: quantity for quantity in quantities if quantity.name == "youngs_modulus"
    }
    if not {0.0, 1.0} <= set(moduli):
        return []
    full = moduli[1.0]
    change = 100 * (moduli[0.0].number / full.number - 1)
    return [Quantity("youngs_modulus_change", change, method=full.method, provenance=full.provenance)]
