"""Van Hove's correlation functions: how far an ion gets in a time, and where its fellows are by then."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import UsageError
from atomscreen.core.files import written
from atomscreen.properties.transport.host_frame import host_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from atomscreen.interatomic.dynamics.trajectory import Trajectory
    from atomscreen.properties.transport.host_frame import HostFrame

    Array = NDArray[Any]

_MOST_ORIGINS = 100  # starting times over which is averaged; those between them tell little more


@dataclass(frozen=True, eq=False)
class VanHove:
    """Both parts of the van Hove function of one kind of ion, as means over spherical shells.

    Attributes
    ----------
    times
        In ps, shape (times,).
    edges
        Radii between shells in Å, shape (shells + 1,).
    self_part
        G_s(r, t) in Å⁻³: density of the places of an ion after t about where it was. Its integral over all space is 1;
        what went beyond the last shell is missing from the sum over shells.
    distinct_part
        G_d(r, t) in Å⁻³: density of the other ions after t about where an ion was. Far away it is ``density``.
    density
        Of the other ions, (N − 1)/V, in Å⁻³.
    """

    times: Array
    edges: Array
    self_part: Array
    distinct_part: Array
    density: float

    @property
    def radii(self) -> Array:
        """The middles of the shells, in Å."""
        middles: Array = (self.edges[1:] + self.edges[:-1]) / 2
        return middles


def van_hove(
    trajectory: Trajectory,
    ion: str,
    *,
    times: Sequence[float] | None = None,
    width: float = 0.1,
    reach: float | None = None,
) -> VanHove:
    """Return the van Hove functions of an ion (van Hove 1954, doi:10.1103/PhysRev.95.249), the host's drift taken away.

    Own code, because VanHoveAnalysis of pymatgen-analysis-diffusion smears by a Gaussian, wraps the paths of ions into
    the cell before it takes their displacements, and goes through all pairs in Python.

    Parameters
    ----------
    trajectory
        The run, equilibrated.
    ion
        Element that moves.
    times
        In ps, each taken as the nearest number of frames; by default ten, from one frame to half of the run, each
        longer than the one before by the same factor.
    width
        Of a shell, in Å.
    reach
        Largest radius in Å; by default half of the least distance between faces of the cell, as far as pairs have one
        image only. The self part could go farther, the distinct part cannot.

    Raises
    ------
    UsageError
        For a time or radius that the trajectory does not have.
    """
    frame = host_frame(trajectory, ion)
    reach = frame.half_width if reach is None else reach
    if not 0 < width < reach <= frame.half_width * (1 + 1e-9):
        raise UsageError(
            f"shells of {width:g} Å up to {reach:g} Å do not fit into a cell that allows {frame.half_width:.4g} Å"
        )
    lags = _lags(len(frame.ions), frame.frame_spacing, times)
    edges = np.arange(0.0, reach + 1e-9, width)
    counted = [_count(frame, lag, edges) for lag in lags]
    shells = 4 / 3 * np.pi * np.diff(edges**3)
    ions = frame.ions.shape[1]
    return VanHove(
        times=np.array(lags) * frame.frame_spacing,
        edges=edges,
        self_part=np.array([own for own, _ in counted]) / shells,
        distinct_part=np.array([others for _, others in counted]) / shells,
        density=(ions - 1) / frame.volume,
    )


def write_van_hove(functions: VanHove, path: Path) -> None:
    """Write both parts as a table of comma-separated values, a row for each time and radius.

    Raises
    ------
    UsageError
        Where the file cannot be written.
    """
    with written(path) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["time_ps", "radius_angstrom", "self_per_cubic_angstrom", "distinct_per_cubic_angstrom"])
        for time, own, others in zip(functions.times, functions.self_part, functions.distinct_part, strict=True):
            for radius, *parts in zip(functions.radii, own, others, strict=True):
                table.writerow([f"{time:.6g}", f"{radius:.6g}", *(f"{part:.6e}" for part in parts)])


def _lags(frames: int, frame_spacing: float, times: Sequence[float] | None) -> list[int]:
    """Return times as numbers of frames, rising."""
    if times is None:
        return sorted({round(float(lag)) for lag in np.geomspace(1, (frames - 1) // 2, 10)})
    lags = sorted({round(time / frame_spacing) for time in times})
    if not lags or lags[0] < 0 or lags[-1] >= frames:
        raise UsageError(f"the times lie outside the run of {(frames - 1) * frame_spacing:g} ps")
    return lags


def _count(frame: HostFrame, lag: int, edges: Array) -> tuple[Array, Array]:
    """Return how many ions lie in each shell about an ion's start, on average: itself, and the others."""
    paths, ions = frame.ions, frame.ions.shape[1]
    starts = len(paths) - lag
    origins = np.unique(np.linspace(0, starts - 1, min(starts, _MOST_ORIGINS)).astype(int))
    own, others = np.zeros(len(edges) - 1), np.zeros(len(edges) - 1)
    different = ~np.eye(ions, dtype=bool)
    for origin in origins:
        before, after = paths[origin], paths[origin + lag]
        own += np.histogram(np.linalg.norm((after - before) @ frame.lattice, axis=1), edges)[0]
        pairs = (after[None] - before[:, None])[different]
        pairs -= pairs.round()  # the nearest image, for all distances below half of the cell's least width
        others += np.histogram(np.linalg.norm(pairs @ frame.lattice, axis=1), edges)[0]
    samples = len(origins) * ions
    return own / samples, others / samples
