"""The diffusivity as the slope of the mean-squared displacement, with an uncertainty that can be relied on.

The line is fitted by generalised least squares, whose result is the posterior of Bayesian regression with a Gaussian
likelihood and a flat prior, which kinisi samples (McCluskey, Coles and Morgan 2025, doi:10.1021/acs.jctc.4c01249).
What differs is the covariance of the mean-squared displacement at two lags. Here it is that of overlapping windows of
Brownian motion (kinisi takes windows that do not overlap and states uncertainties up to 1.8 times too large where the
regression begins early), for as many ions as would move independently of each other, and to it comes the counting
noise of rare hops that the data show.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.properties.transport.displacement_statistics import (
    anisotropy,
    displacement_tensors,
    excess_variance,
    independent_particles,
    lag_grid,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SITE_DISTANCE = 3.0
"""Å: typical distance of the sites of a mobile ion; sites lie 2–4 Å apart."""

# Parts of the run. Before the mean-squared displacement has reached a site distance squared, jumps back and rattling
# bend it; after that, more pieces mean better statistics. Five pieces are the fewest that show fluctuations.
EARLIEST, LATEST, END = 0.01, 0.2, 0.5
_WINDOW = 10  # longest lag of a regression over its shortest: longer ones tell almost nothing new
_AGREE = 3.0  # standard deviations by which a line that begins later may differ
_RESOLUTION = 400  # points at which the overlap of windows is integrated
_KNOWN = 0.5  # standard uncertainties: below that, a slope is not known at all
FREEDOM = 3  # of the fluctuations, for each piece: one in each direction
_TINY = 1e-12  # Å²: ions that do not move at all
_ROUNDS = 3  # of fitting, as the covariance depends on the line


@dataclass(frozen=True, eq=False)
class Line:
    """A straight line through the mean-squared displacement against time.

    Attributes
    ----------
    lags, tensors
        Lags in frames, and ⟨Δr Δrᵀ⟩ at each in Å², shape (lags, 3, 3).
    weights
        Of the mean-squared displacements in the slope.
    slope, intercept
        In Å² per frame, and Å².
    gaussian_variance
        Of the slope, for Gaussian displacements of as many ions as are independent of each other.
    excess
        What comes on top of that, as a part of the slope squared; see ``excess_variance``.
    pieces
        How often the shortest lag fits into the run.
    """

    lags: Array
    tensors: Array
    weights: Array
    slope: float
    intercept: float
    gaussian_variance: float
    excess: float
    pieces: float

    @property
    def uncertainty(self) -> float:
        """Standard uncertainty of the slope, in Å² per frame."""
        return math.sqrt(self.gaussian_variance + self.excess * self.slope**2)

    @property
    def significance(self) -> float:
        """The slope in its standard uncertainties."""
        return self.slope / self.uncertainty if self.uncertainty > 0 else 0.0

    def interval(self, probability: float) -> tuple[float, float]:
        """Return the central interval of the slope's posterior, in Å² per frame.

        A slope of relative uncertainty r is distributed like a variance of 2/r² degrees of freedom, which is skewed
        where r is large; that r itself comes from few pieces of the run widens it as Student's distribution does.
        """
        from scipy.stats import chi2, norm, t

        if self.significance < _KNOWN:
            return 0.0, math.inf
        upper = (1 + probability) / 2
        wider = float(t.ppf(upper, FREEDOM * self.pieces) / norm.ppf(upper))
        freedom = 2 * (self.significance / wider) ** 2
        low, high = chi2.ppf([1 - upper, upper], freedom)
        return self.slope * freedom / float(high), self.slope * freedom / float(low)

    def tensor(self) -> tuple[Array, Array]:
        """Return the slope of ⟨Δr Δrᵀ⟩ and its standard uncertainty, in Å² per frame, shape (3, 3) each."""
        slopes = np.einsum("l,lij->ij", self.weights, self.tensors)
        shares = self.tensors[-1] / np.trace(self.tensors[-1])
        own = np.diagonal(shares)
        # Wick's theorem for Gaussian displacements; hops count for the axis along which they go.
        variance = self.gaussian_variance / anisotropy(self.tensors[0]) * (np.outer(own, own) + shares**2)
        variance = variance + self.excess * self.slope**2 * np.sqrt(np.outer(own, own))
        return slopes, np.sqrt(variance)


def diffusive_line(paths: Array, first: int) -> Line:
    """Fit the part of the mean-squared displacement that is straight.

    The line begins at a lag or, where lines that begin at two, four, ... times that lag disagree with it, at the first
    of these that the later ones agree with; at the latest at a fifth of the run.

    Parameters
    ----------
    paths
        Unwrapped Cartesian positions in Å, shape (frames, ions, 3), without drift.
    first
        The lag at which the line may begin, in frames, from :func:`first_lag`.
    """
    frames = len(paths) - 1
    lags = lag_grid(first, max(first + 1, int(END * frames)))
    tensors = displacement_tensors(paths, lags)
    lines = []
    start = first
    while start == first or start <= LATEST * frames:
        chosen = (lags >= start) & (lags <= _WINDOW * start)
        gaussian = anisotropy(tensors[chosen][0])
        ions = independent_particles(paths, start)
        excess = excess_variance(paths, start, gaussian) / ions
        lines.append(fit_line(lags[chosen], tensors[chosen], frames, gaussian / ions, excess))
        start *= 2
    return next(line for number, line in enumerate(lines) if _agrees(line, lines[number + 1 :]))


def collective_line(paths: Array, tracer: Line) -> Line:
    """Fit the mean-squared displacement of all ions together, per ion.

    Its slope over six is the charge diffusivity of ions of equal charge, ⟨|Σ Δr|²⟩/(6 N t). There is only one such
    displacement, so that it is known less well than the tracer's and its line must begin as early as it may: from a
    hundredth of the run on, where the tracer's displacement, which shows it more clearly, is straight already.

    Parameters
    ----------
    paths
        Unwrapped Cartesian positions in Å, shape (frames, ions, 3), without drift.
    tracer
        The tracer's line, which is straight from its beginning on.
    """
    frames = len(paths) - 1
    straight = diffusive_line(paths, max(1, round(EARLIEST * frames)))
    first = min(int(straight.lags[0]), int(tracer.lags[0]))
    together = paths.sum(axis=1, keepdims=True) / math.sqrt(paths.shape[1])
    lags = lag_grid(first, max(first + 1, min(_WINDOW * first, int(END * frames))))
    return fit_line(lags, displacement_tensors(together, lags), frames, anisotropy(tracer.tensors[0]), tracer.excess)


def first_lag(paths: Array) -> int:
    """Return the lag, in frames, at which the mean-squared displacement reaches :data:`SITE_DISTANCE` squared.

    Kept between a hundredth and a fifth of the run.
    """
    frames = len(paths) - 1
    shortest, longest = max(1, round(EARLIEST * frames)), max(1, int(LATEST * frames))
    lags = lag_grid(shortest, longest)
    msd = np.trace(displacement_tensors(paths, lags), axis1=1, axis2=2)
    reached = lags[msd >= SITE_DISTANCE**2]
    return int(reached[0]) if len(reached) else longest


def late_exponent(paths: Array) -> tuple[float, float]:
    """Return the logarithmic slope of the mean-squared displacement from an eighth to half of the run, and its error.

    It is 1 for diffusion, 0 in a cage and 2 for a drift.
    """
    frames = len(paths) - 1
    lags = np.array([max(1, frames // 8), frames // 2])
    tensors = displacement_tensors(paths, lags)
    early, late = np.trace(tensors, axis1=1, axis2=2)
    if early == 0:
        return 0.0, 0.0
    overlap = window_covariance(lags / frames)
    ions = independent_particles(paths, int(lags[0]))
    variance = anisotropy(tensors[1]) / ions * float(overlap[0, 0] + overlap[1, 1] - 2 * overlap[0, 1])
    octaves = math.log(lags[1] / lags[0])
    return math.log(late / early) / octaves, math.sqrt(variance) / octaves


def fit_line(lags: Array, tensors: Array, frames: int, gaussian: float, excess: float) -> Line:
    """Fit a line by generalised least squares.

    Parameters
    ----------
    lags, tensors
        In frames, and ⟨Δr Δrᵀ⟩ at each in Å².
    frames
        Length of the run.
    gaussian
        Relative variance of the squared displacement in one window, were it Gaussian.
    excess
        Relative variance common to all lags.
    """
    msd = np.trace(tensors, axis1=1, axis2=2)
    overlap = window_covariance(lags / frames)
    design = np.column_stack([lags, np.ones(len(lags))])
    line = np.maximum(msd, _TINY)
    for _ in range(_ROUNDS):
        scatter = gaussian * overlap * np.outer(line, line)
        weights = _least_squares_weights(design / line[:, None], gaussian * overlap + excess) / line
        slope, intercept = (float(number) for number in weights @ msd)
        rising = design @ (slope, intercept) if slope > 0 else np.full(len(msd), msd.mean())
        line = np.maximum(rising, 0.3 * msd.min() + _TINY)
    return Line(
        lags=lags,
        tensors=tensors,
        weights=weights[0],
        slope=slope,
        intercept=intercept,
        gaussian_variance=float(weights[0] @ scatter @ weights[0]),
        excess=excess,
        pieces=frames / float(lags[0]),
    )


def _least_squares_weights(design: Array, covariance: Array) -> Array:
    """Return the matrix that takes data to the coefficients of generalised least squares, columns of any size."""
    scales = np.linalg.norm(design, axis=0)
    weighted = np.linalg.solve(covariance, design / scales)
    weights: Array = np.linalg.solve((design / scales).T @ weighted, weighted.T) / scales[:, None]
    return weights


def window_covariance(windows: Array) -> Array:
    """Return the covariance of time averages of squared displacements over windows, relative, of Brownian motion.

    Two displacements over windows that overlap by o have a squared correlation of o²/(ab), which is averaged over all
    pairs of windows of lengths a and b that fit into the run. For long runs that is a (1 − a/(3 b)) with a ≤ b.

    Parameters
    ----------
    windows
        Lengths as parts of the run, less than 1.

    Returns
    -------
    array
        Shape (windows, windows), to be multiplied by the relative variance in one window.
    """
    covariance = np.empty((len(windows), len(windows)))
    for i, a in enumerate(windows):
        for j, b in enumerate(windows):
            shift = np.linspace(-b, a, _RESOLUTION)  # start of the window of length b after that of length a
            overlap = np.minimum(a, shift + b) - np.maximum(0, shift)
            room = np.minimum(1 - a, 1 - b - shift) - np.maximum(0, -shift)  # starts that fit both into the run
            covariance[i, j] = np.trapezoid(np.maximum(room, 0) * overlap**2, shift)
            covariance[i, j] /= a * b * (1 - a) * (1 - b)
    return covariance


def _agrees(line: Line, later: list[Line]) -> bool:
    """Say whether lines that begin later have the same slope; they know less, and of the same data."""
    return all(
        abs(other.slope - line.slope)
        <= _AGREE * math.sqrt(max(other.uncertainty**2 - line.uncertainty**2, line.uncertainty**2))
        for other in later
    )
