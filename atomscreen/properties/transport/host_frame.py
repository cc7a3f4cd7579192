"""Positions as the host sees them: cell and drift taken away, so that a place in the crystal keeps its coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import UsageError
from atomscreen.properties.transport.drift import framework_groups, in_mean_cell, without_drift

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from atomscreen.interatomic.dynamics.trajectory import Trajectory

    Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class HostFrame:
    """A trajectory of one kind of ion in the mean cell of its host.

    Attributes
    ----------
    ions
        Unwrapped fractional coordinates of the ions, shape (frames, ions, 3).
    host
        Mean fractional coordinates of the other atoms, shape (host atoms, 3).
    host_symbols
        Their elements.
    lattice
        Mean cell vectors in Å as rows, shape (3, 3).
    frame_spacing
        Time between frames, in ps.
    """

    ions: Array
    host: Array
    host_symbols: tuple[str, ...]
    lattice: Array
    frame_spacing: float

    @property
    def volume(self) -> float:
        """Of the mean cell, in Å³."""
        return float(abs(np.linalg.det(self.lattice)))

    @property
    def half_width(self) -> float:
        """Half of the least distance between opposite faces, in Å: nearer than that there is one image only."""
        return float(0.5 / np.linalg.norm(np.linalg.inv(self.lattice), axis=0).max())


def host_frame(trajectory: Trajectory, ion: str) -> HostFrame:
    """Return the paths of an ion relative to its host, which keeps the place it has in the first frame.

    What drifts is decided as for diffusivities, see :func:`atomscreen.properties.transport.drift.without_drift`.

    Raises
    ------
    UsageError
        For fewer than three frames, an ion that is not there, or a position that is not a number.
    """
    if len(trajectory.positions) < 3:
        raise UsageError(f"{len(trajectory.positions)} frames are too few to see ions move")
    elements = np.asarray(trajectory.symbols)
    moving = elements == ion
    if not moving.any():
        raise UsageError(f"there is no {ion} among the atoms of the trajectory")
    if not np.isfinite(trajectory.positions).all():
        raise UsageError("the trajectory has positions that are not numbers")
    lattice = trajectory.lattice if trajectory.lattice.ndim == 2 else trajectory.lattice.mean(axis=0)
    positions = in_mean_cell(trajectory.positions, trajectory.lattice)
    groups = framework_groups(positions, lattice, elements, ion)
    displacements = without_drift(positions - positions[0], elements, ion, groups).displacements
    fractional = (positions[0] + displacements) @ np.linalg.inv(lattice)
    return HostFrame(
        ions=fractional[:, moving],
        host=fractional[:, ~moving].mean(axis=0),
        host_symbols=tuple(elements[~moving].tolist()),
        lattice=lattice,
        frame_spacing=trajectory.frame_spacing,
    )
