"""How far ions get in a time, and how much that fluctuates: the data that a diffusivity is made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_PER_OCTAVE = 3  # lags in each doubling of the time: neighbours closer than that tell the same
# Å, far below every vibration, by which positions count as uncertain. No crystal stands still or comes back to exactly
# the same digits, but a file may say so, and a displacement of exactly zero has no logarithm and no variance.
_RESOLUTION = 1e-4
_BLOCK = 10_000_000  # numbers taken at once, so that memory stays in bounds


def lag_grid(first: int, last: int) -> Array:
    """Return lags, in frames, from the first to the last, evenly spaced in their logarithm."""
    octaves = np.arange(0, np.log2(last / first) + 1e-9, 1 / _PER_OCTAVE)
    return np.unique((first * 2**octaves).round().astype(int))


def displacement_tensors(paths: Array, lags: Array) -> Array:
    """Return ⟨Δr Δrᵀ⟩ at each lag, over all starting times and particles.

    Parameters
    ----------
    paths
        Unwrapped Cartesian positions in Å, shape (frames, particles, 3).
    lags
        In frames.

    Returns
    -------
    array
        In Å², shape (lags, 3, 3); the trace is the mean-squared displacement.
    """
    sums = np.zeros((len(lags), 3, 3))
    width = max(1, _BLOCK // (3 * len(paths)))
    for start in range(0, paths.shape[1], width):
        block = np.ascontiguousarray(paths[:, start : start + width])
        for number, lag in enumerate(lags):
            moved = (block[lag:] - block[:-lag]).reshape(-1, 3)
            sums[number] += moved.T @ moved
    counts = (len(paths) - np.asarray(lags)) * paths.shape[1]
    tensors: Array = sums / counts[:, None, None] + 2 * _RESOLUTION**2 * np.eye(3)
    return tensors


def anisotropy(tensor: Array) -> float:
    """Return the relative variance 2 tr(C²)/tr(C)² of |x|² for a Gaussian vector with covariance C.

    It is 2/3 for motion alike in three dimensions, 1 in two and 2 in one.
    """
    trace = float(np.trace(tensor))
    return float(2 * np.trace(tensor @ tensor)) / trace**2 if trace > 0 else 2 / 3


def independent_particles(paths: Array, lag: int) -> float:
    """Return how many independent particles would have a mean-squared displacement that varies as much.

    Particles that move together, as rows that hop in concert do, or that block each other, make the mean over all of
    them vary more from one piece of the run to the next than independent ones would: by the variance of single squared
    displacements over their number. Pieces are a quarter of the lag long, so that there are many of them.

    Parameters
    ----------
    paths
        Unwrapped Cartesian positions in Å, shape (frames, particles, 3).
    lag
        In frames.

    Returns
    -------
    float
        At most the number of particles.
    """
    particles = paths.shape[1]
    squares = _squares_of_pieces(paths, max(1, lag // 4))
    single = float(squares.var())
    if single == 0 or len(squares) < 2:
        return float(particles)
    together = float(squares.mean(axis=1).var(ddof=1))
    return float(particles / max(1.0, together * particles / single))


def excess_variance(paths: Array, lag: int, gaussian: float) -> float:
    """Return the relative variance of a particle's mean-squared displacement beyond that of a Gaussian one.

    Hops are rare events, whose counting noise shows in how the squared displacements of single particles over a lag
    scatter. The largest that the lag, its half and its quarter give counts, as shorter pieces are more in number.

    Parameters
    ----------
    paths
        Unwrapped Cartesian positions in Å, shape (frames, particles, 3).
    lag
        In frames.
    gaussian
        The relative variance of one Gaussian particle's squared displacement, from :func:`anisotropy`.

    Returns
    -------
    float
        For the mean over the whole run, to which pieces contribute by their length.
    """
    lags = {max(1, lag // part) for part in (1, 2, 4)}
    return max(_excess_of_pieces(paths, piece, gaussian) * piece / (len(paths) - 1) for piece in lags)


def _excess_of_pieces(paths: Array, length: int, gaussian: float) -> float:
    squares = _squares_of_pieces(paths, length)
    mean = float(squares.mean())
    return max(float(squares.var()) / mean**2 - gaussian, 0.0) if mean > 0 else 0.0


def _squares_of_pieces(paths: Array, length: int) -> Array:
    """Return squared displacements over consecutive pieces of the run in Å², shape (pieces, particles)."""
    squares: Array = (np.diff(paths[::length], axis=0) ** 2).sum(axis=-1)
    return squares
