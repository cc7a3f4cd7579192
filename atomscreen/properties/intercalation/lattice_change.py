"""How a host changes when ions leave it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.interatomic.crystal_axes import conventional_axes, strained_axes

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    from atomscreen.properties.intercalation.end_members import EndMembers
    from atomscreen.properties.intercalation.relaxed_orderings import Intercalated

    Array = NDArray[Any]


def host_displacement(before: Structure, after: Structure, ion: str) -> float:
    """Return the largest distance in Å by which an atom of the host leaves its place in the strained lattice.

    Parameters
    ----------
    before, after
        The same supercell, with the host's sites in the same order; ions may be missing in ``after``.
    ion
        Symbol of the working ion, which does not count.
    """
    places, found = (
        np.array([site.frac_coords for site in cell if site.specie.symbol != ion]) for cell in (before, after)
    )
    moved = found - places
    moved -= np.rint(moved)
    moved -= moved.mean(axis=0)  # the crystal as a whole is free to drift
    return float(np.linalg.norm(moved @ after.lattice.matrix, axis=1).max())


def axes_by_content(
    start: Structure, ends: EndMembers, cell: Structure, between: Sequence[Intercalated]
) -> Mapping[float, tuple[float, float, float]]:
    """Return a, b, c of the conventional cell at every content whose structure is a strained full one."""
    # The input has the symmetry that names the axes; the relaxed cell, a strained input, may have lost it.
    axes = conventional_axes(start) @ np.linalg.inv(start.lattice.matrix) @ ends.full.lattice.matrix
    found = {1.0: strained_axes(axes, ends.full, ends.full)}
    found |= {one.content: strained_axes(axes, cell, one.structure) for one in between if not one.drifts}
    if not ends.given and not ends.drifts:
        found[0.0] = strained_axes(axes, ends.full, ends.empty)
    return found


def displacements(ends: EndMembers, cell: Structure, between: Sequence[Intercalated]) -> Mapping[float, float]:
    """Return how far the host's atoms move, by content, where the structure is a strained full one."""
    empty = {} if ends.given else {0.0: host_displacement(ends.full, ends.empty, ends.ion)}
    return empty | {one.content: host_displacement(cell, one.structure, ends.ion) for one in between}
