"""Whether a trajectory tells a diffusivity: enough hops, that lead somewhere, and a displacement that grows evenly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from atomscreen.core.errors import StageFailure
from atomscreen.properties.transport.diffusive_regression import Line

LONG_RANGE = 6.0
"""Å from where it was at first that an ion must reach to prove that it has left its cage.

Ions that jump in a closed cage of radius R never get farther than 2 R, 4.8 Å in argyrodites. How fast the mean-squared
displacement grows does not tell: while it saturates, its regression can feign twice its final value."""

LONG_RANGE_SHARE = 0.1
"""Share of the ions (two at least) that must have gone so far."""

MIN_HOPS_PER_ION = 1.0
MIN_HOPS = 10
"""Fewer site-to-site displacements than these, per ion and in all, are too few for statistics."""

_SIGNIFICANT = 2.0  # standard deviations by which D must differ from zero
_STEADY = 3.0  # standard deviations by which the halves of a run may differ
# Logarithmic slopes: one error below the first, rattling is likely to be the greater part of the displacement; two
# errors above the second ions seem to fly or drift, which a longer run may show to be chance, and two above the third
# they do. The errors differ because a cage that is taken for diffusion is worse than the other way round.
_SUBDIFFUSIVE, _SUPERDIFFUSIVE, _BALLISTIC = 0.8, 1.25, 1.6


class Verdict(StrEnum):
    """What a trajectory says of the diffusivity."""

    MEASURED = "measured"
    TOO_SLOW = "too slow: upper bound"
    NOT_CONVERGED = "not converged"
    MELTED = "melted"
    NOT_DIFFUSIVE = "not diffusive"


class NoDiffusivity(StageFailure):
    """A trajectory that has no diffusivity, not even a bound.

    Attributes
    ----------
    verdict
        ``MELTED`` or ``NOT_DIFFUSIVE``.
    """

    def __init__(self, verdict: Verdict, reason: str) -> None:
        super().__init__(reason)
        self.verdict = verdict


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the verdict is made from.

    Attributes
    ----------
    hops
        Site-to-site displacements of all ions together.
    far
        Ions that got :data:`LONG_RANGE` away.
    ions
        How many there are.
    duration
        Of the run, in ps.
    whole, first, second
        Lines through the mean-squared displacement of the run and of its halves.
    exponent, exponent_error
        Logarithmic slope of the mean-squared displacement at long times, see ``late_exponent``.
    """

    hops: int
    far: int
    ions: int
    duration: float
    whole: Line
    first: Line
    second: Line
    exponent: float
    exponent_error: float


def judge(evidence: Evidence) -> tuple[Verdict, str]:
    """Return the verdict and one sentence on what is missing, empty for a measured diffusivity.

    Raises
    ------
    NoDiffusivity
        Where ions certainly fly or drift instead of diffusing.
    """
    line, hops = evidence.whole, evidence.hops
    run = f"of {evidence.ions} ions in {evidence.duration:.3g} ps"
    if hops < MIN_HOPS or hops / evidence.ions < MIN_HOPS_PER_ION:
        return Verdict.TOO_SLOW, f"only {hops} hops {run}"
    exponent, error = evidence.exponent, evidence.exponent_error
    if exponent - 2 * error > _SUPERDIFFUSIVE:
        sentence = f"the mean-squared displacement grows as t^{exponent:.1f} at long times: the ions drift or fly"
        if exponent - 2 * error > _BALLISTIC:
            raise NoDiffusivity(Verdict.NOT_DIFFUSIVE, sentence)
        return Verdict.NOT_CONVERGED, sentence
    if evidence.far < min(evidence.ions, max(2, LONG_RANGE_SHARE * evidence.ions)):
        return (
            Verdict.TOO_SLOW,
            f"no long-range diffusion: {hops} hops {run}, but only {evidence.far} ions got {LONG_RANGE:g} Å away",
        )
    if line.significance < _SIGNIFICANT:
        return (
            Verdict.TOO_SLOW,
            f"the diffusivity is only {line.significance:.1f} standard deviations above zero: {hops} hops {run}",
        )
    if exponent + error < _SUBDIFFUSIVE:
        return (
            Verdict.NOT_CONVERGED,
            f"the mean-squared displacement grows as t^{exponent:.1f} at long times, as in a cage: {hops} hops {run}",
        )
    apart = _standard_deviations_apart(evidence.first, evidence.second)
    if apart > _STEADY:
        return (
            Verdict.NOT_CONVERGED,
            f"the diffusivities of the run's halves are {apart:.1f} standard deviations apart",
        )
    return Verdict.MEASURED, ""


def _standard_deviations_apart(first: Line, second: Line) -> float:
    spread = math.hypot(first.uncertainty, second.uncertainty)
    return abs(first.slope - second.slope) / spread if spread > 0 else 0.0
