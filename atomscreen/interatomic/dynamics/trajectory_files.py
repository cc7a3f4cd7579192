"""Trajectories from files of any code: consecutive pieces of one run, joined and unwrapped."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import UsageError
from atomscreen.interatomic.dynamics.trajectory import Trajectory
from atomscreen.interatomic.dynamics.trajectory_formats import read_frames
from atomscreen.interatomic.dynamics.trajectory_frames import Frames

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

# Part of the cell above which a step is long: one of a half is ambiguous. Where more than one in a thousand of any atom
# are long, too many will have been longer than a half and taken for short ones of the opposite direction.
_LONG, _LONG_SHARE = 0.4, 1e-3
_SAME_SPACING = 0.01  # relative
_SAME = 1e-6  # difference of fractional coordinates below which two frames are one that was written twice
_WHOLE_CELL = 1.5  # cells over which atoms are spread where coordinates are not wrapped
_CONSTANT = 1e-5  # Å by which a constant cell may vary


def load_trajectory(
    files: Sequence[str | Path],
    *,
    frame_spacing: float | None = None,
    elements: Sequence[str] = (),
    discard: float = 0.0,
) -> Trajectory:
    """Read a trajectory, in one file or in several that follow each other.

    Steps from frame to frame are taken to the nearest image, in fractional coordinates, and added up, which holds for
    a cell that changes too. Coordinates that the file gives without jumps are kept where steps are too long for that.

    Parameters
    ----------
    files
        In the order of the run; see ``read_frames`` for the formats. A frame that ends one file and begins the next is
        taken once.
    frame_spacing
        Time between frames in ps, where the files do not say it.
    elements
        Of LAMMPS's atom types.
    discard
        Time at the start that is left out, in ps.

    Raises
    ------
    UsageError
        For files that cannot be read or do not belong together, and steps too long to be unwrapped.
    """
    if not files:
        raise UsageError("there is no trajectory file to read")
    paths = [Path(file) for file in files]
    pieces = [read_frames(path, elements) for path in paths]
    for path, piece in zip(paths[1:], pieces[1:], strict=True):
        if piece.symbols != pieces[0].symbols:
            raise UsageError(f"'{path}' is of another system than '{paths[0]}': its atoms or their order differ")
    _drop_repeated(pieces)
    _refuse_uneven_steps(pieces)
    spacing = _spacing(pieces, frame_spacing)
    skipped = round(discard / spacing)
    unwrapped, warnings = _unwrapped(pieces)
    fractional = unwrapped[skipped:]
    if not len(fractional):
        raise UsageError(f"nothing is left of the trajectory after its first {discard:g} ps")
    cells = np.array([cell for piece in pieces for cell in piece.cells])[skipped:]
    constant = float(np.ptp(cells, axis=0).max()) < _CONSTANT
    return Trajectory(
        positions=fractional @ (cells[0] if constant else cells),
        lattice=cells[0] if constant else cells,
        symbols=pieces[0].symbols,
        frame_spacing=spacing,
        warnings=warnings,
    )


def _drop_repeated(pieces: Sequence[Frames]) -> None:
    """Leave out the frame at a joint that both files have."""
    for before, after in itertools.pairwise(pieces):
        if before.time_steps and after.time_steps:
            repeated = before.time_steps[-1] == after.time_steps[0]
        else:
            repeated = float(np.abs(_nearest(after.fractional[0] - before.fractional[-1])).max()) < _SAME
        if repeated:
            del after.fractional[0], after.cells[0], after.time_steps[:1]


def _refuse_uneven_steps(pieces: Sequence[Frames]) -> None:
    """Refuse frames that are not at equal times, where the files number their time steps."""
    steps = [step for piece in pieces for step in piece.time_steps]
    between = set(np.diff(steps).tolist())
    if len(steps) == sum(len(piece.cells) for piece in pieces) and len(between) > 1:
        shown = ", ".join(str(number) for number in sorted(between)[:4])
        raise UsageError(f"the frames are not at equal times: {shown} time steps lie between them; are files missing?")


def _spacing(pieces: Sequence[Frames], given: float | None) -> float:
    said = pieces[0].frame_spacing
    if given is not None and said is not None and abs(given / said - 1) > _SAME_SPACING:
        raise UsageError(
            f"the trajectory says that its frames are {said:g} ps apart, not {given:g}; leave it to the file"
        )
    spacing = given if given is not None else said
    if spacing is None:
        raise UsageError(
            "the trajectory does not say the time between its frames; give it, as in --frame-spacing 100fs"
        )
    if not spacing > 0:
        raise UsageError(f"the time between frames is {spacing:g} ps; it must be positive")
    return spacing


def _unwrapped(pieces: Sequence[Frames]) -> tuple[Array, tuple[str, ...]]:
    """Return fractional coordinates without jumps, shape (frames, atoms, 3), and warnings."""
    fractional = np.array([frame for piece in pieces for frame in piece.fractional])
    steps = np.diff(fractional, axis=0)
    nearest = _nearest(steps)
    each = (np.abs(nearest) > _LONG).sum(axis=(0, 2))
    long = int(each.max(initial=0))  # of the atom with most of them, as a framework has none
    warnings: tuple[str, ...] = ()
    if long > 0 and (all(piece.unwrapped for piece in pieces) or np.ptp(fractional, axis=(0, 1)).max() > _WHOLE_CELL):
        joints = np.cumsum([len(piece.cells) for piece in pieces])[:-1] - 1
        steps[joints] = nearest[joints]  # a run that was started again may have been wrapped
        nearest = steps
    elif long > max(1, _LONG_SHARE * nearest[:, 0].size):
        raise UsageError(
            "atoms move by half the cell or more between frames, so that nobody knows where they went; write frames"
            " more often, or coordinates that are not wrapped"
        )
    elif long > 0:
        warnings = ("A few steps between frames are nearly half the cell long; some may have been unwrapped wrongly.",)
    fractional[1:] = fractional[0] + np.cumsum(nearest, axis=0)
    return fractional, warnings


def _nearest(steps: Array) -> Array:
    nearest: Array = steps - np.rint(steps)
    return nearest
