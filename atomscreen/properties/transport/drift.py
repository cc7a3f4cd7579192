"""The frame in which ions move: a cell of constant shape, whose framework stays where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

MELTED = 1.5
"""Å²: mean-squared displacement of the least mobile framework element above which the framework has melted.

A solid melts (Lindemann) where atoms stray about 0.15 of their distance: 0.45 Å for 3 Å, a mean-squared displacement
between two times of 2 (0.45 Å)² = 0.4 Å². Anions of rotating polyanions exceed the limit, but then their centres stay
below it."""

_COMMON = 10.0
"""Times by which the ions' common displacement, squared, must exceed the one of independent ions to be a drift.

Independent ions reach 5.4 times once in a thousand runs; ions that correlate as on a lattice with few vacancies move
together 1.5 times as far, squared."""


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
    """

    displacements: Array
    own_centre: bool = False
    note: str = ""


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


def without_drift(displacements: Array, elements: Array, ion: str) -> FixedFrame:
    """Return displacements relative to the framework.

    The framework's displacement is the mean over its atoms, each counted once and not by its mass: in a solid every
    atom marks its place of the lattice equally well, while the centre of mass follows the heavy ones. Elements that
    move as ions do are left out of it. Where all others do, as cations beside the anion that is asked for, the ions'
    own centre is held if they stay in place. Without any framework the displacements stay as they are, unless all ions
    together went much farther than diffusion takes them: then it is the cell that drifts, and their own centre is held.

    Parameters
    ----------
    displacements
        Since the first frame, in Å, shape (frames, atoms, 3).
    elements
        Of the atoms.
    ion
        The element that moves.
    """
    others = sorted(set(elements.tolist()) - {ion})
    if not others:
        return _without_common_motion(displacements)
    fixed = _held(displacements, elements != ion)
    still = [name for name, value in framework_displacements(fixed, elements, others).items() if value <= MELTED]
    if still:
        return FixedFrame(_held(displacements, np.isin(elements, still)))
    by_itself = _held(displacements, elements == ion)
    if (elements == ion).sum() > 1 and framework_displacements(by_itself, elements, [ion])[ion] <= MELTED:
        return FixedFrame(by_itself, True, f"All other atoms move, and {ion} does not: its own centre is held.")
    return FixedFrame(fixed)


def _held(displacements: Array, atoms: Array) -> Array:
    """Return displacements relative to the mean of some atoms."""
    relative: Array = displacements - displacements[:, atoms].mean(axis=1, keepdims=True)
    return relative


def framework_displacements(displacements: Array, elements: Array, names: Sequence[str]) -> dict[str, float]:
    """Return by element the mean-squared displacement over half of the run, in Å², over all starting times."""
    half = len(displacements) // 2
    squares = ((displacements[half:] - displacements[:-half]) ** 2).sum(axis=-1).mean(axis=0)
    return {name: float(squares[elements == name].mean()) for name in names}


def _without_common_motion(displacements: Array) -> FixedFrame:
    alone = displacements - displacements.mean(axis=1, keepdims=True)
    ions = displacements.shape[1]
    independent = float((alone[-1] ** 2).sum(axis=-1).mean()) / max(ions - 1, 1)
    if ions > 1 and float((displacements[-1].mean(axis=0) ** 2).sum()) > _COMMON * independent:
        note = "The cell drifts and has no framework: the ions' own centre is held; of their collective motion nothing"
        return FixedFrame(alone, True, f"{note} is known.")
    return FixedFrame(
        displacements, note="There is no framework to measure from: displacements are taken as the file has them."
    )
