"""LAMMPS text dumps: scaled or not, wrapped or not, with image flags, in boxes of any shape."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.interatomic.dynamics.trajectory_frames import Frames, ends_early

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


def read_lammps_dump(path: Path, elements: Sequence[str]) -> Frames:
    """Read a text dump; ``elements`` are those of types 1, 2, ..., where it has no element column."""
    frames = Frames()
    with path.open(encoding="utf-8") as file:
        step, count, origin, cell = 0, 0, np.zeros(3), np.eye(3)
        for line in file:
            if line.startswith("ITEM: TIMESTEP"):
                step = int(next(file))
            elif line.startswith("ITEM: NUMBER OF ATOMS"):
                count = int(next(file))
            elif line.startswith("ITEM: BOX BOUNDS"):
                origin, cell = _box(line, [next(file, "").split() for _ in range(3)])
            elif line.startswith("ITEM: ATOMS"):
                lines = list(itertools.islice(file, count))
                if ends_early(lines, count):
                    break
                _add_atoms(frames, line.split()[2:], lines, elements, origin, cell)
                frames.time_steps.append(step)
            elif line.startswith("ITEM:"):
                next(file)
    return frames


def _box(head: str, bounds: list[list[str]]) -> tuple[Array, Array]:
    """Return origin and cell vectors of LAMMPS's three ways of writing a box."""
    numbers = np.array(bounds, dtype=float)
    if "abc origin" in head:
        return numbers[:, 3], numbers[:, :3]
    low, high = numbers[:, 0].copy(), numbers[:, 1].copy()
    xy, xz, yz = numbers[:, 2] if "xy xz yz" in head else (0.0, 0.0, 0.0)
    low[0] -= min(0.0, xy, xz, xy + xz)
    high[0] -= max(0.0, xy, xz, xy + xz)
    low[1] -= min(0.0, yz)
    high[1] -= max(0.0, yz)
    lengths = high - low
    return low, np.array([[lengths[0], 0, 0], [xy, lengths[1], 0], [xz, yz, lengths[2]]])


def _add_atoms(
    frames: Frames, names: list[str], lines: list[str], elements: Sequence[str], origin: Array, cell: Array
) -> None:
    words = " ".join(lines).split()
    columns = {name: words[number :: len(names)] for number, name in enumerate(names)}
    order = np.argsort(np.array(columns["id"], dtype=int)) if "id" in columns else np.arange(len(lines))
    kind = next((kind for kind in ("u", "su", "s", "") if f"x{kind}" in columns), None)
    if kind is None:
        raise ValueError("the dump has no coordinates x y z, xs ys zs, xu yu zu or xsu ysu zsu")
    places = np.array([columns[f"{axis}{kind}"] for axis in "xyz"], dtype=float).T
    if "s" not in kind:
        places = (places - origin) @ np.linalg.inv(cell)
    if "u" not in kind and "ix" in columns:
        places = places + np.array([columns[f"i{axis}"] for axis in "xyz"], dtype=float).T
    frames.unwrapped = "u" in kind or "ix" in columns
    symbols = np.array(_lammps_symbols(columns, elements))
    frames.add(symbols[order].tolist(), places[order], cell)


def _lammps_symbols(columns: dict[str, list[str]], elements: Sequence[str]) -> list[str]:
    if "element" in columns and not elements:
        return columns["element"]
    if "type" not in columns or not elements:
        raise ValueError("it has no column 'element'; give the elements of types 1, 2, ... as --elements Li,P,S,Cl")
    types = [int(text) for text in columns["type"]]
    if max(types) > len(elements):
        raise ValueError(f"it has an atom type {max(types)}, and --elements names only {len(elements)}")
    return [elements[number - 1] for number in types]
