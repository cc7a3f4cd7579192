"""Extended XYZ: a cell and the meaning of columns in the comment of each frame."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.interatomic.dynamics.trajectory_frames import Frames, ends_early

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


def read_extended_xyz(path: Path) -> Frames:
    """Read an extended XYZ file, whose frames must have a ``Lattice``."""
    frames = Frames()
    with path.open(encoding="utf-8") as file:
        while (head := file.readline()).strip():
            count, comment = int(head), file.readline()
            if count < 1:
                raise ValueError(f"frame {len(frames.cells) + 1} has {count} atoms")
            lines = list(itertools.islice(file, count))
            if ends_early(lines, count):
                break
            cell = _lattice(comment)
            width, species, place = _columns(comment)
            words = " ".join(lines).split()
            if len(words) != count * width:
                raise ValueError(f"frame {len(frames.cells) + 1} has not {width} columns in each line")
            cartesian = np.array([words[place + axis :: width] for axis in range(3)], dtype=float).T
            frames.add(words[species::width], cartesian @ np.linalg.inv(cell), cell)
    return frames


def _lattice(comment: str) -> Array:
    found = re.search(r'\bLattice\s*=\s*(?:"([^"]*)"|\{([^}]*)\})', comment, re.IGNORECASE)
    if not found:
        raise ValueError('a frame has no Lattice="..." in its comment: the cell is needed')
    cell = np.array((found[1] or found[2]).split(), dtype=float)
    if len(cell) != 9 or abs(np.linalg.det(cell.reshape(3, 3))) < 1e-6:
        raise ValueError(f"the Lattice '{found[1] or found[2]}' is no cell of nine numbers with a volume")
    return cell.reshape(3, 3)


def _columns(comment: str) -> tuple[int, int, int]:
    """Return how many columns there are, and where those of species and positions begin."""
    found = re.search(r"\bProperties\s*=\s*\"?([^\s\"]+)", comment, re.IGNORECASE)
    parts = (found[1] if found else "species:S:1:pos:R:3").split(":")
    begins, width = {}, 0
    for name, _, columns in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        begins[name.lower()] = width
        width += int(columns)
    if not {"species", "pos"} <= begins.keys():
        raise ValueError("the Properties of a frame name no columns 'species' and 'pos'")
    return width, begins["species"], begins["pos"]
