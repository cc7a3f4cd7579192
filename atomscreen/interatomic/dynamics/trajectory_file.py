"""Trajectories in AMBER's NetCDF format, which ASE, MDAnalysis, VMD, OVITO and others read.

A file holds per frame the time, the cell, unwrapped positions, temperature and potential energy (NetCDF classic with
64-bit offsets: a header, then records of equal length). Frames can be added to it and cut off from its end, so that a
run that goes on from a checkpoint leaves the file that an uninterrupted one would have left. The format knows the cell
by lengths and angles only; positions are turned with it, so that the first vector lies along x and the second in the
plane of x and y. Positions are in single precision, as the format wants it: to 2e-6 Å at 30 Å.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from atomscreen.core.errors import UsageError
from atomscreen.core.files import explained
from atomscreen.interatomic.dynamics.trajectory import Trajectory

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_COUNT = slice(4, 8)  # bytes of the header that hold the number of frames
_PER_FRAME = {
    "time": ("d", (), "picosecond"),
    "cell_lengths": ("d", ("spatial",), "angstrom"),
    "cell_angles": ("d", ("spatial",), "degree"),
    "coordinates": ("f", ("atom", "spatial"), "angstrom"),
    "temperature": ("d", (), "kelvin"),
    "potential_energy": ("d", (), "electronvolt"),
}


class TrajectoryFile:
    """Frames that are added to a file, or to memory where there is no path.

    Parameters
    ----------
    path
        Of the file; ``None`` to keep the frames in memory.
    symbols
        The atoms' elements.
    lattice
        Cell vectors in Å as rows, shape (3, 3), of the first frame.
    frame_spacing
        Time between frames, in ps.
    """

    def __init__(self, path: Path | None, symbols: Sequence[str], lattice: Array, frame_spacing: float) -> None:
        self._symbols, self._lattice, self._frame_spacing = tuple(symbols), lattice, frame_spacing
        self._header = _header(symbols, lattice, frame_spacing)
        self._record = _record(len(symbols))
        self._path = path
        self._stream: BinaryIO = io.BytesIO() if path is None else _opened(path)
        self.frames = 0

    def cut(self, frames: int) -> None:
        """Keep the first frames only; with 0 the file begins anew.

        Raises
        ------
        UsageError
            Where the file has fewer frames, or is of other atoms.
        """
        if frames == 0:
            self._stream.seek(0)
            self._stream.write(self._header)
        self._stream.seek(0)
        found = self._stream.read(len(self._header))
        size = len(self._header) + frames * self._record.itemsize
        complete = self._stream.seek(0, os.SEEK_END) >= size
        if not complete or _with_count(found, 0) != self._header:
            raise UsageError(f"the trajectory {self._path} does not go with its checkpoint; remove both to start anew")
        self._stream.truncate(size)
        self._set_count(frames)

    def append(
        self,
        positions: Sequence[Array] | Array,
        lattices: Sequence[Array] | Array,
        temperatures: Sequence[float] | Array,
        energies: Sequence[float] | Array,
    ) -> None:
        """Add frames: positions (atoms, 3) and cell vectors (3, 3) in Å, temperatures in K, energies in eV."""
        import numpy as np

        records = np.zeros(len(positions), self._record)
        records["time"] = self._frame_spacing * np.arange(self.frames, self.frames + len(positions))
        for record, place, lattice in zip(records, positions, lattices, strict=True):
            shape = _Shape(lattice)
            record["cell_lengths"], record["cell_angles"] = shape.lengths, shape.angles
            record["coordinates"] = place @ shape.rotation
        records["temperature"], records["potential_energy"] = temperatures, energies
        try:
            self._stream.seek(len(self._header) + self.frames * self._record.itemsize)
            self._stream.write(records.tobytes())
            self._set_count(self.frames + len(positions))
        except OSError as problem:
            raise explained(self._path or Path("memory"), problem) from None

    def _set_count(self, frames: int) -> None:
        """Write the number of frames, last, so that a reader never meets a frame that is not there."""
        self._stream.flush()
        self._stream.seek(_COUNT.start)
        self._stream.write(struct.pack(">i", frames))
        self._stream.flush()
        if self._path is not None:
            os.fsync(self._stream.fileno())
        self.frames = frames

    def read(self, frames: int) -> Trajectory:
        """Return the first frames."""
        import numpy as np

        self._stream.seek(len(self._header))
        records = np.frombuffer(self._stream.read(frames * self._record.itemsize), self._record)
        return _trajectory(records, self._symbols, self._lattice, self._frame_spacing)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("r+b" if path.exists() else "w+b")
    except OSError as problem:
        raise explained(path, problem) from None


def read_trajectory(path: Path) -> Trajectory:
    """Read a trajectory that this module wrote, in the orientation it was written in where its cell is constant.

    Raises
    ------
    UsageError
        For any other file.
    """
    import numpy as np
    from scipy.io import netcdf_file

    try:
        with netcdf_file(path, mmap=False) as found:
            frames = {name: found.variables[name].data for name in _PER_FRAME}
            lattice = np.array(found.lattice, dtype=float).reshape(3, 3)
            return _trajectory(frames, found.symbols.decode().split(), lattice, float(found.frame_spacing))
    except OSError as problem:
        raise UsageError(f"the trajectory '{path}' cannot be read: {problem}") from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UsageError(f"'{path}' is no trajectory of atomscreen; open it with its own program's format") from None


def _trajectory(frames: Any, symbols: Sequence[str], lattice: Array, frame_spacing: float) -> Trajectory:
    """Turn frames, arrays by name, back to the orientation of the lattice; where the cell changes, not."""
    import numpy as np
    from ase.geometry import cellpar_to_cell

    positions = frames["coordinates"].astype(float)
    cells = np.hstack([frames["cell_lengths"], frames["cell_angles"]])
    constant = bool((cells == cells[0]).all())
    return Trajectory(
        positions=positions @ _Shape(lattice).rotation.T if constant else positions,
        lattice=np.array(lattice) if constant else np.array([cellpar_to_cell(cell) for cell in cells]),
        symbols=tuple(symbols),
        frame_spacing=frame_spacing,
        temperatures=frames["temperature"].astype(float),
        energies=frames["potential_energy"].astype(float),
    )


class _Shape:
    """Lengths (Å) and angles (degrees) of a cell, and the rotation that turns its rows to the format's orientation."""

    def __init__(self, lattice: Array) -> None:
        import numpy as np
        from ase.geometry import cell_to_cellpar, cellpar_to_cell

        parameters = cell_to_cellpar(lattice)
        self.lengths, self.angles = parameters[:3], parameters[3:]
        # A left-handed cell is mirrored, since a reader makes a right-handed one of lengths and angles.
        self.rotation: Array = np.linalg.solve(lattice, cellpar_to_cell(parameters))


def _record(atoms: int) -> np.dtype[Any]:
    """Return the layout of one frame."""
    import numpy as np

    sizes = {"spatial": 3, "atom": atoms}
    return np.dtype(
        [
            (name, f">{'f8' if kind == 'd' else 'f4'}", tuple(sizes[axis] for axis in axes))
            for name, (kind, axes, _) in _PER_FRAME.items()
        ]
    )


def _header(symbols: Sequence[str], lattice: Array, frame_spacing: float) -> bytes:
    """Return the bytes of a file without frames."""
    import numpy as np
    from ase.data import atomic_numbers
    from scipy.io import netcdf_file

    memory = io.BytesIO()
    file = netcdf_file(memory, "w", version=2)
    file.Conventions, file.ConventionVersion = "AMBER", "1.0"
    file.program, file.programVersion, file.title = "atomscreen", "1", "molecular dynamics"
    file.symbols, file.frame_spacing, file.lattice = " ".join(symbols), np.float64(frame_spacing), np.ravel(lattice)
    for name, size in {"frame": None, "spatial": 3, "atom": len(symbols), "label": 5}.items():
        file.createDimension(name, size)
    file.createDimension("cell_spatial", 3)
    file.createDimension("cell_angular", 3)
    file.createVariable("spatial", "c", ("spatial",))[:] = list("xyz")
    file.createVariable("cell_spatial", "c", ("cell_spatial",))[:] = list("abc")
    file.createVariable("cell_angular", "c", ("cell_angular", "label"))[:] = [
        list("alpha"),
        list("beta "),
        list("gamma"),
    ]
    file.createVariable("Z", "i", ("atom",))[:] = [atomic_numbers[symbol] for symbol in symbols]
    for name, (kind, axes, unit) in _PER_FRAME.items():
        if name.startswith("cell_"):
            axes = ("cell_spatial" if name == "cell_lengths" else "cell_angular",)
        variable = file.createVariable(name, kind, ("frame", *axes))
        variable.units = unit
        variable[0] = np.zeros([{"atom": len(symbols)}.get(axis, 3) for axis in axes])  # fixes the layout
    file.flush()
    whole = memory.getvalue()
    return _with_count(whole[: len(whole) - _record(len(symbols)).itemsize], 0)


def _with_count(header: bytes, frames: int) -> bytes:
    return header[: _COUNT.start] + struct.pack(">i", frames) + header[_COUNT.stop :]
