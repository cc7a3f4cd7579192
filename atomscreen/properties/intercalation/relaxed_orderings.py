"""Relaxes the orderings of an electrode and keeps the lowest at each content, with the ends as others computed them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import StageFailure
from atomscreen.properties.checkpoints import kept_array
from atomscreen.properties.intercalation.end_members import MAX_HOST_VOLUME_CHANGE, MAX_SWELLING, EndMembers, relax_host
from atomscreen.properties.intercalation.orderings import Orderings, ion_sites
from atomscreen.properties.mechanics.elasticity import RATTLE, SADDLE_DEPTH

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]


@dataclass(frozen=True)
class Intercalated:
    """An electrode at one content, in the structure of lowest energy that was found.

    Attributes
    ----------
    content
        Fraction of the working ions.
    structure
        Relaxed.
    mixing_energy
        In eV per ion site, against the ends.
    volume_change
        Against the full electrode, in percent.
    drifts
        Whether the potential does not hold its layers, so that volume and axes mean nothing.
    relaxed, distinct
        Orderings that relaxed, and distinct ones there are.
    sampled
        Whether orderings were drawn at random.
    energies
        Mixing energies of all the orderings that relaxed, the lowest first, in eV per ion site.
    multiplicities
        In how many arrangements of the supercell symmetry finds each of them.
    """

    content: float
    structure: Structure
    mixing_energy: float
    volume_change: float
    drifts: bool = False
    relaxed: int = 1
    distinct: int = 1
    sampled: bool = False
    energies: tuple[float, ...] = ()
    multiplicities: tuple[int, ...] = ()


def lowest_at(
    group: Orderings, cell: Structure, ends: EndMembers, potential: str, limits: Mapping[str, Any]
) -> tuple[Intercalated, tuple[str, ...]]:
    """Relax the orderings at one content and return the lowest, and notes on those that failed.

    Raises
    ------
    StageFailure
        Where none relaxes.
    """
    sites = ion_sites(cell, ends.ion)
    found: list[tuple[float, int, Structure, bool]] = []
    reasons = []
    for index, (occupied, multiplicity) in enumerate(zip(group.occupied, group.multiplicities, strict=True)):
        start = cell.copy()
        start.remove_sites([site for place, site in enumerate(sites) if place not in occupied])
        try:
            energy, structure, held = _relaxed(f"{group.content:.4g}-{index}", start, potential, limits)
            mixing = mixing_energy(energy / len(sites), group.content, ends)
            found.append((mixing, multiplicity, structure, held))
        except StageFailure as failure:
            reasons.append(str(failure))
    if not found:
        raise StageFailure(
            f"none of {len(group.occupied)} orderings at a content of {group.content:.4g} relaxed: {reasons[0]}"
        )
    notes: tuple[str, ...] = ()
    if reasons:
        counted = f"{len(reasons)} of {len(group.occupied)} orderings"
        notes = (f"At a content of {group.content:.4g}, {counted} did not relax and are left out: {reasons[0]}.",)
    found.sort(key=lambda one: one[0])
    lowest_energy, _, structure, held = found[0]
    change = 100 * (structure.volume / cell.volume - 1)
    lowest = Intercalated(
        content=group.content,
        structure=structure,
        mixing_energy=lowest_energy,
        volume_change=change,
        drifts=held or change > MAX_SWELLING,
        relaxed=len(found),
        distinct=group.distinct,
        sampled=group.sampled,
        energies=tuple(one[0] for one in found),
        multiplicities=tuple(one[1] for one in found),
    )
    return lowest, notes


def mixing_energy(energy: float, content: float, ends: EndMembers) -> float:
    """Return an energy, in eV per ion site of the full electrode, against the ends at the same content."""
    full = ends.full_energy / ends.n_ions
    empty = ends.empty_cells * ends.empty_energy / ends.n_ions
    return energy - content * full - (1 - content) * empty


def ends_as_intercalated(ends: EndMembers) -> tuple[Intercalated, Intercalated]:
    """Return the empty and the full electrode."""
    empty = Intercalated(0.0, ends.empty, 0.0, ends.volume_change, drifts=ends.drifts)
    return empty, Intercalated(1.0, ends.full, 0.0, 0.0)


def symmetry_note(cell: Structure, content: float, ends: EndMembers, potential: str, limits: Mapping[str, Any]) -> str:
    """Shake the full electrode and relax it; return what to say where it goes lower, or nothing.

    Orderings break the full crystal's symmetry. Where that alone lowers the energy (a Jahn–Teller crystal drawn
    undistorted), the step between the highest content with vacancies and the full electrode comes out too low.

    Parameters
    ----------
    cell
        The full supercell.
    content
        The highest content below 1.
    ends, potential, limits
        As for :func:`lowest_at`.
    """
    from pymatgen.core import Structure

    moved = cell.cart_coords + np.random.default_rng(0).normal(scale=RATTLE, size=(len(cell), 3))
    shaken = Structure(cell.lattice, cell.species, moved, coords_are_cartesian=True)
    try:
        energy, _, _ = _relaxed("full-shaken", shaken, potential, limits)
    except StageFailure as failure:
        return f"Whether only symmetry holds the full structure was not found out: {failure}."
    sites = cell.composition[ends.ion]
    gain = ends.full_energy / ends.n_ions - energy / sites
    if gain * sites <= SADDLE_DEPTH * len(cell):
        return ""
    too_low = gain / ends.charge / (1 - content)
    return (
        f"Only its symmetry holds the full structure: shaken, it goes {1000 * gain:.0f} meV per {ends.ion} lower. The "
        f"step above a content of {content:.4g} comes out up to {too_low:.2f} V too low; start from a structure of "
        "lower symmetry."
    )


def _relaxed(name: str, start: Structure, potential: str, limits: Mapping[str, Any]) -> tuple[float, Structure, bool]:
    """Return energy, structure, and whether the cell was held; kept for a run that goes on after a kill.

    Raises
    ------
    StageFailure
        Where it does not relax, or falls apart.
    """
    from pymatgen.core import Structure

    def numbers() -> Array:
        relaxation, held = relax_host(start, potential, limits)
        rows = [relaxation.structure.lattice.matrix, relaxation.structure.frac_coords, [[relaxation.energy, held, 0]]]
        return np.vstack(rows)

    table = kept_array(f"ordering-{name}", numbers)
    structure = Structure(table[:3], start.species, table[3:-1])
    change = 100 * (structure.volume / start.volume - 1)
    if abs(change) > MAX_HOST_VOLUME_CHANGE:
        raise StageFailure(f"it falls apart: its volume changes by {change:.0f} %")
    return float(table[-1, 0]), structure, bool(table[-1, 1])
