"""The frame in which ions move: a cell of constant shape, whose framework stays where it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.interatomic.dynamics.bonded_groups import bonded_groups, centroids

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

MELTED = 1.5
"""Å²: mean-squared displacement of the least mobile framework element above which the framework has melted.

A solid melts (Lindemann) where atoms stray about 0.15 of their distance: 0.45 Å for 3 Å, a mean-squared displacement
between two times of 2 (0.45 Å)² = 0.4 Å². Atoms of rotating polyanions exceed the limit, but their centroids stay
below it."""

_FRAMES_OF_BONDS = 50  # at most, over which lengths of bonds are averaged

_COMMON = 10.0
"""Times by which the ions' common displacement, squared, must exceed the one of independent ions to be a drift.

Independent ions reach 5.4 times once in a thousand runs; ions that correlate as on a lattice with few vacancies move
together 1.5 times as far, squared."""

_CURVED = 1.0
"""Times by which its mean-squared distance from a straight line in time must do so to be more than an even drift.

Independent ions give a sixth on average."""


@dataclass(frozen=True, eq=False)
class FixedFrame:
    """Displacements as something that stays in place sees them.

    Attributes
    ----------
    displacements
        In Å, shape (frames, atoms, 3).
    own_centre
        Whether the ions' own centre is what stays in place; then nothing is known of their collective motion.
    note
        A sentence where that is not the framework, otherwise empty.
    doubt
        A sentence where the ions' motion cannot be told from the cell's, otherwise empty.
    correction
        By which squared displacements of the ions are too small: N/(N − 1) where the centre of N is held.
    """

    displacements: Array
    own_centre: bool = False
    note: str = ""
    doubt: str = ""
    correction: float = 1.0


def in_mean_cell(positions: Array, lattice: Array) -> Array:
    """Return positions in Å as they are in the mean cell, for a cell that changes from frame to frame.

    Fractional coordinates without jumps are multiplied by the mean cell vectors. What the cell's breathing adds to
    positions far from its origin (the artefact of unwrapping at constant pressure; von Bülow, Bullerjahn and Hummer
    2020) is gone with that, and so is the breathing itself.
    """
    if lattice.ndim == 2:
        return positions
    fixed: Array = positions @ np.linalg.inv(lattice) @ lattice.mean(axis=0)
    return fixed


def framework_groups(positions: Array, lattice: Array, elements: Array, ion: str) -> Array:
    """Return the bonded group of each atom, by the bonds of the first frame that are there in the last tenth too.

    Parameters
    ----------
    positions
        In Å, in the mean cell, without jumps, shape (frames, atoms, 3).
    lattice
        Cell vectors in Å as rows, of all frames or of each.
    elements, ion
        Of the atoms, and the one that moves.
    """
    from ase import Atoms
    from ase.data import atomic_numbers

    # A file's names may be of isotopes, or of no element; the latter bond to nothing.
    numbers = [atomic_numbers.get({"D": "H", "T": "H"}.get(name, name), 0) for name in elements.tolist()]
    cell = lattice if lattice.ndim == 2 else lattice.mean(axis=0)
    last = positions[-math.ceil(len(positions) / 10) :]
    some = last[:: math.ceil(len(last) / _FRAMES_OF_BONDS)]
    return bonded_groups(Atoms(numbers, positions=positions[0], cell=cell, pbc=True), some, elements != ion)


def without_drift(displacements: Array, elements: Array, ion: str, groups: Array) -> FixedFrame:
    """Return displacements relative to the framework.

    The framework's displacement is the mean over its atoms, each counted once and not by its mass: in a solid every
    atom marks its place of the lattice equally well, while the centre of mass follows the heavy ones. Elements that
    move as ions do are left out of it. Where all others do, as cations beside the anion that is asked for, the ions'
    own centre is held if they stay in place. Without any framework the displacements stay as they are, unless all ions
    together went much farther than diffusion takes them: evenly in time, then it is the cell that drifts, and their own
    centre is held; otherwise it may be either.

    Parameters
    ----------
    displacements
        Since the first frame, in Å, shape (frames, atoms, 3).
    elements
        Of the atoms.
    ion
        The element that moves.
    groups
        The bonded group of each atom: an element stays in place where its groups' centroids do.
    """
    others = sorted(set(elements.tolist()) - {ion})
    if not others:
        return _without_common_motion(displacements)
    fixed = _held(displacements, elements != ion)
    still = [
        name for name, value in framework_displacements(fixed, elements, others, groups).items() if value <= MELTED
    ]
    if still:
        return FixedFrame(_held(displacements, np.isin(elements, still)))
    by_itself = _held(displacements, elements == ion)
    if (elements == ion).sum() > 1 and framework_displacements(by_itself, elements, [ion])[ion] <= MELTED:
        return _own_centre(by_itself, int((elements == ion).sum()), f"All other atoms move, and {ion} does not:")
    return FixedFrame(fixed)


def _held(displacements: Array, atoms: Array) -> Array:
    """Return displacements relative to the mean of some atoms."""
    relative: Array = displacements - displacements[:, atoms].mean(axis=1, keepdims=True)
    return relative


def framework_displacements(
    displacements: Array, elements: Array, names: Sequence[str], groups: Array | None = None
) -> dict[str, float]:
    """Return by element the mean-squared displacement over half of the run, in Å², over all starting times.

    With bonded groups, that of the centroids of the groups which the element's atoms belong to.
    """
    half = len(displacements) // 2
    moving = displacements if groups is None else centroids(displacements, groups)
    squares = ((moving[half:] - moving[:-half]) ** 2).sum(axis=-1).mean(axis=0)
    if groups is not None:
        squares = squares[groups]
    return {name: float(squares[elements == name].mean()) for name in names}


def _own_centre(displacements: Array, ions: int, why: str) -> FixedFrame:
    note = (
        f"{why} the ions' own centre is held, and their diffusivity is taken as N/(N − 1) times that relative to it,"
        f" exact where the {ions} ions are independent of each other; of their collective motion nothing is known."
    )
    return FixedFrame(displacements, own_centre=True, note=note, correction=ions / (ions - 1))


def _without_common_motion(displacements: Array) -> FixedFrame:
    common = displacements.mean(axis=1)
    alone = displacements - common[:, None]
    ions = displacements.shape[1]
    independent = float((alone[-1] ** 2).sum(axis=-1).mean()) / max(ions - 1, 1)
    note = "There is no framework to measure from: displacements are taken as the file has them."
    if ions == 1 or float((common[-1] ** 2).sum()) <= _COMMON * independent:
        return FixedFrame(displacements, note=note)
    curved = common - np.linspace(0, 1, len(common))[:, None] * common[-1]
    if float((curved**2).sum(axis=-1).mean()) > _CURVED * independent:
        doubt = "all ions move together, and without a framework that cannot be told from a drift of the cell"
        return FixedFrame(displacements, note=note, doubt=doubt)
    return _own_centre(alone, ions, "The cell drifts and has no framework:")
