"""What a molecular dynamics run leaves: positions of all frames, cell, temperatures and energies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Frames of a run at equal times, ours or another code's.

    Attributes
    ----------
    positions
        Unwrapped Cartesian positions in Å, shape (frames, atoms, 3): no jumps at the cell's faces.
    lattice
        Cell vectors in Å as rows: shape (3, 3) for a constant cell, (frames, 3, 3) for one that changes.
    symbols
        The atoms' elements.
    frame_spacing
        Time between frames, in ps.
    temperatures
        Instantaneous temperature of each frame, in K; ``None`` where not known.
    energies
        Potential energy of the cell at each frame, in eV; ``None`` where not known.
    warnings
        What makes the run doubtful: a sentence each that says what, where and when.
    """

    positions: np.ndarray
    lattice: np.ndarray
    symbols: tuple[str, ...]
    frame_spacing: float
    temperatures: np.ndarray | None = None
    energies: np.ndarray | None = None
    warnings: tuple[str, ...] = ()

    @property
    def duration(self) -> float:
        """Time from the first frame to the last, in ps."""
        return self.frame_spacing * (len(self.positions) - 1)
