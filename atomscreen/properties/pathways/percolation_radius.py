"""Geometric percolation radius: the largest sphere that can travel through the voids of the framework."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.properties.pathways.ionic_framework import best_structure, framework, mean_charges, refuse_without
from atomscreen.properties.pathways.void_network import percolation_radii

_GRID_ERROR = 0.1  # of the spacing; for packings of spheres with known answers radii are 0 to 0.15 of it too small
_NAMES = ("percolation_radius_1d", "percolation_radius_2d", "percolation_radius_3d")


@stage(needs={"working_ion"}, uses={"relaxed"}, gives=_NAMES)
def percolation_radius(
    candidate: Candidate,
    grid_spacing: Annotated[float, Unit("Å"), Field(gt=0, le=0.5)] = 0.15,
) -> Results:
    """Find the largest sphere that can travel through the framework in one, two and three dimensions.

    The framework is the crystal without its working ions, each other ion a hard sphere of its Shannon radius (the mean
    over coordination numbers), with the likeliest oxidation states of the composition. It is the relaxed structure
    where there is one, else the input structure. 0 says that no sphere gets through.

    Parameters
    ----------
    grid_spacing
        Distance in Å between the points at which the room is measured; each is then moved to where there is most room
        near by. The uncertainty is a tenth of the spacing.

    Raises
    ------
    StageFailure
        Where there is no working ion, no balanced oxidation states, or no radius of an ion.
    """
    name, structure = best_structure(candidate)
    ion = str(candidate.working_ion)
    refuse_without(ion, structure)
    cell = framework(structure, ion)
    charges = mean_charges(structure.composition)
    radii = {element: ionic_radius(element, charges[element]) for element in sorted(cell.symbol_set)}
    found = percolation_radii(cell, radii, grid_spacing)
    method = f"voids between spheres of Shannon radii, without {ion}"
    origin = {"structure": name, "radii_angstrom": radii, "grid_spacing": grid_spacing}
    return Results(
        tuple(
            Quantity(quantity, max(0.0, radius), _GRID_ERROR * grid_spacing, method=method, provenance=origin)
            for quantity, radius in zip(_NAMES, found, strict=True)
        )
    )


def ionic_radius(element: str, charge: float) -> float:
    """Return Shannon's ionic radius of an element in a charge, in Å.

    The mean over coordination numbers and spins in Shannon's table; linear between two charges of it.

    Raises
    ------
    StageFailure
        For an ion that there is no radius of.
    """
    from pymatgen.core import Element

    table = Element(element).data.get("Shannon radii") or {}
    known = {
        float(state): float(np.mean([entry["ionic_radius"] for spins in numbers.values() for entry in spins.values()]))
        for state, numbers in table.items()
        if float(state) * charge > 0
    }
    states = sorted(known)
    if not states or not states[0] <= charge <= states[-1]:
        raise StageFailure(f"no Shannon radius is known of {element} with the charge {charge:+g}")
    return float(np.interp(charge, states, [known[state] for state in states]))
