"""Tracer diffusivity of a trajectory, from any engine, with an honest answer where the ions are too slow to measure."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.properties.transport.hops import SITE_TIME, count_far, count_hops

if TYPE_CHECKING:
    import numpy as np

LONG_RANGE = 6.0
"""Å from where it was at first that an ion must reach to prove that it has left its cage.

Ions that jump in a closed cage of radius R never get farther than 2 R, 4.8 Å in argyrodites. How fast the mean-squared
displacement grows does not tell: while it saturates, its regression can feign twice its final value."""

LONG_RANGE_SHARE = 0.1
"""Share of the ions (two at least) that must have gone so far."""

MIN_HOPS_PER_ION = 1.0
MIN_HOPS = 10
"""Fewer site-to-site displacements than these, per ion and in all, are too few for statistics."""

MELTED = 1.5
"""Å²: mean-squared displacement of the least mobile framework element above which the framework has melted.

A solid melts (Lindemann) where atoms stray about 0.15 of their distance: 0.45 Å for 3 Å, a mean-squared displacement
between two times of 2 (0.45 Å)² = 0.4 Å². Anions of rotating polyanions exceed the limit, but then their centres stay
below it."""

# The regression's time intervals, as parts of the run: vibrations and most jumps back are over before, and behind it
# there are too few independent intervals. Random walks give intervals that cover the truth as often as stated.
_START, _END = 0.2, 0.5
_INTERVALS = 30  # at which the mean-squared displacement is taken, up to the end of the regression
_MIN_FRAMES = 2 * _INTERVALS
_HOP_LENGTH = 3.0  # Å, of hops that might have occurred
_CONFIDENCE = 0.95  # of upper bounds
_NORMAL_QUANTILE = 1.645  # one-sided, 95 %
_SIGNIFICANT = 2.0  # standard deviations by which D must differ from zero
_CM2_PER_S = 1e-4  # 1 Å²/ps = 1e-4 cm²/s


@dataclass(frozen=True, eq=False)
class DiffusionEstimate:
    """What a trajectory says of the tracer diffusivity of one kind of ion, in three dimensions.

    Attributes
    ----------
    diffusivity
        Tracer diffusivity D* in cm²/s; the upper bound where ``enough`` is false.
    uncertainty
        Its standard uncertainty in cm²/s; ``None`` for a bound.
    interval
        The central 68 % of the posterior, in cm²/s; for a bound from zero to the bound.
    hops_per_ion
        Site-to-site displacements per ion in the whole trajectory; jumps back count too.
    enough
        Whether D* was measured. Otherwise ``reason`` says what is missing.
    reason
        Empty, or why it is too slow to measure.
    intervals, msd
        Time intervals in ps and the ions' mean-squared displacement in Å², with the framework's drift taken away.
    framework_msd
        By element: mean-squared displacement over half of the run, in Å².
    """

    diffusivity: float
    uncertainty: float | None
    interval: tuple[float, float]
    hops_per_ion: float
    enough: bool
    reason: str
    intervals: np.ndarray
    msd: np.ndarray
    framework_msd: dict[str, float]


def diffusion(
    positions: np.ndarray, symbols: Sequence[str], ion: str, frame_spacing: float, *, seed: int = 0
) -> DiffusionEstimate:
    """Estimate the tracer diffusivity of an ion from a trajectory.

    D* = lim MSD/(6 t) comes from kinisi's Bayesian regression of the mean-squared displacement, with an intercept for
    vibrations and the covariance between time intervals (McCluskey, Coles and Morgan 2025,
    doi:10.1021/acs.jctc.4c01249), over intervals from a fifth to half of the run. Ions are taken as independent of
    each other. The framework's mean displacement is taken away first.

    D* counts as measured where ions hopped at least :data:`MIN_HOPS_PER_ION` times each and :data:`MIN_HOPS` times in
    all, a :data:`LONG_RANGE_SHARE` of them got :data:`LONG_RANGE` away (so that rattling in a cage does not count), and
    D* is two standard deviations above zero. Otherwise the answer is an upper bound at 95 %, see :func:`_bound`.

    Parameters
    ----------
    positions
        Unwrapped Cartesian positions in Å, shape (frames, atoms, 3), of a cell of constant shape.
    symbols
        The atoms' elements.
    ion
        The element that moves; all others are the framework. Without any, the centre of mass of the ions is fixed.
    frame_spacing
        Time between frames, in ps.
    seed
        Of the sampling of the posterior.

    Raises
    ------
    StageFailure
        Where the framework has melted.
    UsageError
        For arrays that do not fit together, too few frames, or an ion that is not there.
    """
    import numpy as np

    elements = np.asarray(symbols)
    _refuse_nonsense(positions, elements, ion, frame_spacing)
    ions = elements == ion
    others = ~ions if (~ions).any() else ions
    displacements = positions - positions[0]
    displacements = displacements - displacements[:, others].mean(axis=1, keepdims=True)
    framework = {str(name): _msd_at_half(displacements[:, elements == name]) for name in np.unique(elements[~ions])}
    if framework and min(framework.values()) > MELTED:
        raise StageFailure(
            "the framework melted: its elements' mean-squared displacements over half of the run are "
            + ", ".join(f"{name} {value:.1f} Å²" for name, value in framework.items())
        )
    moving = displacements[:, ions]
    duration = frame_spacing * (len(positions) - 1)
    hops, far = count_hops(moving, frame_spacing), count_far(moving, frame_spacing, LONG_RANGE)
    intervals, msd, spread, posterior = _kinisi(moving, frame_spacing, seed)
    mean, sigma = float(posterior.mean()), float(posterior.std(ddof=1))
    reason = _shortcoming(hops, far, moving.shape[1], mean / sigma, duration)
    if reason:
        bound = _bound(intervals, msd, spread, hops, moving.shape[1], duration)
        value, uncertainty, interval = bound, None, (0.0, bound)
    else:
        low, high = np.quantile(posterior, (0.16, 0.84)) * _CM2_PER_S
        value, uncertainty, interval = mean * _CM2_PER_S, sigma * _CM2_PER_S, (float(low), float(high))
    return DiffusionEstimate(
        diffusivity=value,
        uncertainty=uncertainty,
        interval=interval,
        hops_per_ion=hops / moving.shape[1],
        enough=not reason,
        reason=reason,
        intervals=intervals,
        msd=msd,
        framework_msd=framework,
    )


def _refuse_nonsense(positions: np.ndarray, elements: np.ndarray, ion: str, frame_spacing: float) -> None:
    import numpy as np

    if positions.ndim != 3 or positions.shape[1:] != (len(elements), 3):
        raise UsageError(f"positions of shape {positions.shape} do not fit {len(elements)} atoms: (frames, atoms, 3)")
    if not (elements == ion).any():
        raise UsageError(f"there is no {ion} among the atoms of the trajectory")
    if not frame_spacing > 0:
        raise UsageError(f"the time between frames is {frame_spacing} ps; it must be positive")
    if not np.isfinite(positions).all():
        raise UsageError("the trajectory has positions that are not numbers")
    needed = max(_MIN_FRAMES, math.ceil(10 * SITE_TIME / frame_spacing))
    if len(positions) < needed:
        raise UsageError(f"{len(positions)} frames are too few for a diffusivity; at least {needed} are needed")


def _msd_at_half(displacements: np.ndarray) -> float:
    """Return the mean-squared displacement over half of the run, in Å², over all starting times."""
    half = len(displacements) // 2
    return float(((displacements[half:] - displacements[:-half]) ** 2).sum(axis=-1).mean())


def _kinisi(
    displacements: np.ndarray, frame_spacing: float, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return time intervals (ps), MSD (Å²), its standard deviation (Å²), and samples of D* (Å²/ps) from kinisi."""
    import numpy as np
    import scipp
    from kinisi.diffusion import Diffusion
    from kinisi.displacement import calculate_msd
    from kinisi.parser import Parser

    frames, ions = displacements.shape[:2]
    # kinisi takes wrapped fractional coordinates; in a box that no displacement leaves, unwrapping changes nothing.
    box = 10 * (1 + float(np.abs(displacements).max()))
    lags = np.unique(np.linspace(1, _END * (frames - 1), _INTERVALS).round().astype(int))
    trajectory = Parser(
        coords=scipp.array(dims=["time", "particle", "dimension"], values=displacements / box),
        latt=scipp.array(
            dims=["time", "row", "column"], values=np.tile(box * np.eye(3), (frames, 1, 1)), unit="angstrom"
        ),
        time_step=scipp.scalar(frame_spacing, unit="ps"),
        step_skip=scipp.scalar(1.0),
        dt=scipp.array(dims=["time interval"], values=lags * frame_spacing, unit="ps"),
        specie_indices=scipp.arange("particle", ions),
        drift_indices=scipp.array(dims=["particle"], values=np.zeros(0, dtype=int)),  # drift is taken away already
    )
    observed = calculate_msd(trajectory, progress=False)
    data = observed["da"]
    # Independent pieces of the run, which kinisi reckons to its last interval: here that is half of the run only.
    independent = ions * (frames - 1) / lags
    intervals, msd = data.coords["time interval"].values, data.values
    first = int(np.argmax(lags >= _START * (frames - 1)))
    variances = data.variances * data.coords["n_samples"].values / independent
    variances[first:] = _smooth_variances(lags[first:], msd[first:], variances[first:], independent[first:])
    data.variances, data.coords["n_samples"].values = variances, independent
    regression = Diffusion(observed)
    with _seeded(seed):
        regression.bayesian_regression(
            start_dt=data.coords["time interval"][first], n_walkers=16, n_samples=600, n_burn=200, progress=False
        )
    samples: np.ndarray = regression.gradient.values / 6  # three dimensions
    return intervals, msd, np.sqrt(variances), samples


def _smooth_variances(lags: np.ndarray, msd: np.ndarray, variances: np.ndarray, independent: np.ndarray) -> np.ndarray:
    """Return variances of the MSD that change smoothly with the time interval; all arrays have the same length.

    kinisi makes its covariance matrix from the variance seen at each interval. Their noise makes that matrix
    indefinite for the few ions of a simulation cell: of 80 random walks of 24 ions, one or two then get a diffusivity
    that is off by half to all of its value. Here the relative variance of an ion's squared displacement (2/3 where it
    is Gaussian, more where hops are rare) is taken as one number, the median over the intervals, and the MSD as a
    straight line.
    """
    import numpy as np

    relative = np.median(variances * independent / msd**2)
    slope, intercept = np.polyfit(lags, msd, 1)
    line = intercept + slope * lags if slope > 0 and intercept + slope * lags[0] > 0 else np.full(len(msd), msd.mean())
    # The covariance of a sum that grows is positive definite only where variance times pieces squared grows too.
    grown = np.maximum.accumulate(line**2 * independent) * (1 + 1e-4 * np.arange(len(line)))
    smooth: np.ndarray = relative * grown / independent**2
    return smooth


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed numpy's global generator, which kinisi's sampler draws from, and give it back as it was."""
    import numpy as np

    before = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(before)


def _shortcoming(hops: int, far: int, ions: int, significance: float, duration: float) -> str:
    """Return what is missing for a measured diffusivity, or an empty text."""
    run = f"of {ions} ions in {duration:.3g} ps"
    if hops < MIN_HOPS or hops / ions < MIN_HOPS_PER_ION:
        return f"only {hops} hops {run}"
    if far < max(2, LONG_RANGE_SHARE * ions):
        return f"no long-range diffusion: {hops} hops {run}, but only {far} ions got {LONG_RANGE:g} Å away"
    if significance < _SIGNIFICANT:
        return f"the diffusivity is only {significance:.1f} standard deviations above zero: {hops} hops {run}"
    return ""


def _bound(intervals: np.ndarray, msd: np.ndarray, spread: np.ndarray, hops: int, ions: int, duration: float) -> float:
    """Return an upper bound of D* in cm²/s, at 95 %.

    D ≤ MSD(t)/(6 t) at every t, because vibrations, and jumps that are undone later, add to the mean-squared
    displacement and grow slower than t. It is taken at half of the run, where t is long and the statistics are good,
    and enlarged by the larger of two margins: 1.645 standard deviations of that MSD; and, where there were fewer than
    :data:`MIN_HOPS` hops, so that the MSD cannot know how frequent rare events are, the hops that could have occurred
    by the 95 % limit of a Poisson distribution beyond those seen, each of 3 Å: (k95 − k) (3 Å)²/(6 N T) for k hops of
    N ions in a run of length T (k95 = 3.0 for k = 0).
    """
    from scipy.stats import chi2

    time, value = float(intervals[-1]), float(msd[-1])
    margin = _NORMAL_QUANTILE * float(spread[-1]) / (6 * time)
    if hops < MIN_HOPS:
        limit = float(chi2.ppf(_CONFIDENCE, 2 * (hops + 1))) / 2
        margin = max(margin, (limit - hops) * _HOP_LENGTH**2 / (6 * ions * duration))
    return (value / (6 * time) + margin) * _CM2_PER_S
