"""The formats of trajectories, told apart by their content."""

from __future__ import annotations

import gzip
import itertools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from atomscreen.core.errors import UsageError
from atomscreen.interatomic.dynamics.extended_xyz import read_extended_xyz
from atomscreen.interatomic.dynamics.lammps_dump import read_lammps_dump
from atomscreen.interatomic.dynamics.trajectory_frames import Frames
from atomscreen.interatomic.dynamics.vasp_trajectories import read_vasprun, read_xdatcar

_MAGIC = 64  # bytes that tell a binary format
_LINES = 10  # lines that tell a text format


def read_frames(path: Path, elements: Sequence[str] = ()) -> Frames:
    """Read all frames of a file, whose format is found from its content; gzip is unpacked.

    Parameters
    ----------
    path
        XDATCAR or vasprun.xml of VASP, extended XYZ, LAMMPS dump, ASE's .traj, or atomscreen's own AMBER NetCDF.
    elements
        Of LAMMPS's atom types 1, 2, ..., for a dump without element column.

    Raises
    ------
    UsageError
        For a file that is missing, of no known format, or damaged.
    """
    if not path.is_file():
        raise UsageError(f"there is no trajectory file '{path}'")
    try:
        with _unpacked(path) as plain:
            reader = _reader(plain, path)
            frames = reader(plain, elements) if reader is read_lammps_dump else reader(plain)
    except (ValueError, IndexError, KeyError, EOFError, OSError, SyntaxError) as problem:
        raise UsageError(f"the trajectory '{path}' cannot be read: {problem}") from None
    if not frames.cells:
        raise UsageError(f"the trajectory '{path}' has no complete frame")
    return frames


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """Give a plain file: the path itself, or a temporary one with what a gzip file holds."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if not packed:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / path.name.removesuffix(".gz")
        with gzip.open(path) as source, plain.open("wb") as target:
            while block := source.read(1 << 22):
                target.write(block)
        yield plain


def _reader(plain: Path, path: Path) -> Callable[..., Frames]:
    with plain.open("rb") as file:
        start = file.read(_MAGIC)
    if start.startswith(b"- of Ulm"):
        return _ase_trajectory
    if start.startswith(b"CDF"):
        return _amber_netcdf
    with plain.open(encoding="utf-8", errors="replace") as text:
        lines = [line.strip() for line in itertools.islice(text, _LINES)]
    if any(line.startswith("ITEM:") for line in lines[:1]):
        return read_lammps_dump
    if lines and lines[0].startswith("<?xml"):
        return read_vasprun
    if any("configuration=" in line for line in lines):
        return read_xdatcar
    if lines and lines[0].isdigit():
        return read_extended_xyz
    raise UsageError(
        f"'{path}' is of no format known here: VASP XDATCAR or vasprun.xml, extended XYZ, LAMMPS text dump, ASE .traj,"
        " AMBER NetCDF of atomscreen"
    )


def _ase_trajectory(path: Path) -> Frames:
    from ase.io.trajectory import TrajectoryReader

    frames = Frames()
    with TrajectoryReader(path) as images:
        for atoms in images:
            cell = atoms.cell.array
            frames.add(atoms.get_chemical_symbols(), atoms.positions @ np.linalg.inv(cell), cell)
    return frames


def _amber_netcdf(path: Path) -> Frames:
    from atomscreen.interatomic.dynamics.trajectory_file import read_trajectory

    found = read_trajectory(path)
    cells = np.broadcast_to(found.lattice, (len(found.positions), 3, 3))
    return Frames(
        symbols=found.symbols,
        fractional=list(found.positions @ np.linalg.inv(found.lattice)),
        cells=list(cells),
        unwrapped=True,
        frame_spacing=found.frame_spacing,
    )
