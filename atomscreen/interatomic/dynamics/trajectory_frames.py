"""The frames of one trajectory file, as every reader returns them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass
class Frames:
    """What one file holds.

    Attributes
    ----------
    symbols
        The atoms' elements, in the order of all frames.
    fractional
        Coordinates of each frame, shape (atoms, 3).
    cells
        Cell vectors of each frame in Å as rows, shape (3, 3).
    unwrapped
        Whether the file says that its coordinates have no jumps at the cell's faces.
    frame_spacing
        In ps, where the file knows it.
    time_steps
        The number of each frame's time step, where the file gives it.
    """

    symbols: tuple[str, ...] = ()
    fractional: list[Array] = field(default_factory=list)
    cells: list[Array] = field(default_factory=list)
    unwrapped: bool = False
    frame_spacing: float | None = None
    time_steps: list[int] = field(default_factory=list)

    def add(self, symbols: Sequence[str], fractional: Array, cell: Array) -> None:
        """Add a frame, which must have the atoms of the ones before, in their order."""
        if not self.symbols:
            self.symbols = tuple(symbols)
        elif self.symbols != tuple(symbols):
            raise ValueError(f"frame {len(self.cells) + 1} has other atoms than the first, or another order of them")
        self.fractional.append(fractional)
        self.cells.append(cell)


def ends_early(lines: Sequence[str], wanted: int) -> bool:
    """Say whether a frame is cut off, as a killed run leaves its last one."""
    return len(lines) < wanted or (not lines[-1].endswith("\n") and len(lines[-1].split()) < len(lines[0].split()))
