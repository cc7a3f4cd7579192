"""Bond-valence screen: how high the working ion must climb to cross the crystal, and in how many directions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.properties.pathways.bond_valence_energy import bond_valence_energies
from atomscreen.properties.pathways.grid_percolation import grid_counts, percolation_levels
from atomscreen.properties.pathways.ionic_framework import best_structure, framework, mean_charges, refuse_without
from atomscreen.properties.working_ion import ion_charge

if TYPE_CHECKING:
    from pymatgen.core import Structure

_NAMES = ("bond_valence_barrier_1d", "bond_valence_barrier_2d", "bond_valence_barrier_3d")
_COARSER = 1.5  # the second grid, whose difference is the uncertainty
_HIGHEST = 5.0  # eV; a way over this leads through atoms, and its height means nothing


@stage(
    needs={"working_ion"},
    uses={"relaxed", "charged", "charged_relaxed"},
    gives={*_NAMES, "bond_valence_dimensionality"},
)
def bond_valence(
    candidate: Candidate,
    percolates_below: Annotated[float, Unit("eV"), Field(gt=0, lt=_HIGHEST)] = 1.0,
    grid_spacing: Annotated[float, Unit("Å"), Field(gt=0, le=0.5)] = 0.2,
) -> Results:
    """Find the bond-valence site energy at which the working ion percolates in one, two and three dimensions.

    The ion moves alone through the framework that all working ions have left, which stays where it is: the barrier is
    the height of the lowest way through the crystal above the lowest place in it. It ranks, it is no activation energy;
    where the framework would have to give way it is far too high (3 eV in LiCoO2, whose layers are close-packed).
    Charges are the likeliest mean oxidation states of the composition. The framework is that of the relaxed structure
    where there is one, else of the input structure; that of the charged end member, where it is known, follows
    with the ion content 0.

    Parameters
    ----------
    percolates_below
        Energy in eV below which a direction counts for the dimensionality.
    grid_spacing
        Of the points at which the energy is computed, in Å. The difference from a grid 1.5 times as coarse is taken as
        the uncertainty.

    Returns
    -------
    Results
        Barriers in eV; a direction without a way below 5 eV has 5 eV as a lower bound.

    Raises
    ------
    StageFailure
        Where there is no working ion, no balanced oxidation states, or no parameters for a pair of ions.
    """
    ion = str(candidate.working_ion)
    name, structure = best_structure(candidate)
    refuse_without(ion, structure)
    origin = {"structure": name, "grid_spacing": grid_spacing}
    quantities = _screen(structure, ion, percolates_below, origin, {})
    if not {"charged", "charged_relaxed"} & set(candidate.structures):
        return Results(tuple(quantities))
    name, structure = best_structure(candidate, "charged_relaxed", "charged")
    try:
        quantities += _screen(structure, ion, percolates_below, {**origin, "structure": name}, {"ion_content": 0.0})
    except StageFailure as failure:
        return Results(tuple(quantities), notes=(f"No bond-valence barriers of the charged end member: {failure}.",))
    return Results(tuple(quantities))


def percolation_barriers(
    cell: Structure, ion: str, charges: Mapping[str, float], grid_spacing: float
) -> tuple[float, float, float]:
    """Return the energies of percolation in 1, 2 and 3 dimensions above the lowest energy of the grid, in eV.

    Parameters
    ----------
    cell
        The framework, without the working ion.
    ion
        The working ion's element.
    charges
        Of the ion and of every element of the framework.
    grid_spacing
        In Å.
    """
    energy = bond_valence_energies(cell, ion, charges, grid_counts(cell.lattice, grid_spacing))
    lowest = float(energy.min())
    first, second, third = (level - lowest for level in percolation_levels(energy))
    return first, second, third


def _screen(
    structure: Structure, ion: str, percolates_below: float, origin: Mapping[str, Any], conditions: Mapping[str, float]
) -> list[Quantity]:
    """Return barriers and dimensionality of one structure."""
    spacing = float(origin["grid_spacing"])
    charges = {**mean_charges(structure.composition), ion: float(ion_charge(ion))}
    cell = framework(structure, ion)
    barriers = percolation_barriers(cell, ion, charges, spacing)
    coarse = percolation_barriers(cell, ion, charges, _COARSER * spacing)
    rest: dict[str, Any] = {
        "conditions": conditions,
        "method": "bond-valence site energy, parameters of bvlain (softBV), rigid framework",
        "provenance": {**origin, "charges": charges},
    }
    found = [
        Quantity(name, barrier, abs(barrier - other), **rest)
        if barrier < _HIGHEST
        else Quantity(name, _HIGHEST, bound="lower", **rest)
        for name, barrier, other in zip(_NAMES, barriers, coarse, strict=True)
    ]
    dimensions = sum(barrier < percolates_below for barrier in barriers)
    rest["provenance"] = {**rest["provenance"], "percolates_below_eV": percolates_below}
    return [*found, Quantity("bond_valence_dimensionality", float(dimensions), **rest)]
