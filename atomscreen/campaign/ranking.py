"""Ranking: Pareto front and weighted score, with every quantity's uncertainty carried through by sampling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atomscreen.campaign.funnel import Objective
from atomscreen.core.candidate import Candidate
from atomscreen.core.quantity import Quantity
from atomscreen.core.vocabulary import define

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_SAMPLES = 2000
_SAMPLED_ROWS = 2_000_000  # fewer samples of very long rankings: the front costs rows times front each
_INTERVAL = (0.05, 0.95)
_AHEAD = 1e6  # added to the score of what has every objective


@dataclass(frozen=True)
class Ranked:
    """One row of a ranking.

    Attributes
    ----------
    rank
        1 is best, by score; candidates that lack an objective come behind all that have every one.
    rank_low, rank_high
        The 90 % interval of the rank under the quantities' uncertainties.
    score, score_uncertainty
        Weighted mean of the objectives, each scaled to 0 (worst of the ranked) … 1 (best), or over four typical
        standard uncertainties where these span more; its standard deviation.
    pareto
        Whether no other candidate is at least as good in every objective and better in one.
    pareto_probability
        The share of samples in which that is so.
    beats_next
        The share of samples in which it comes before the candidate ranked behind it; ``None`` of the last.
    values
        The quantity of each objective; ``None`` where there is none.
    """

    candidate: Candidate
    rank: int
    rank_low: int
    rank_high: int
    score: float
    score_uncertainty: float
    pareto: bool
    pareto_probability: float
    beats_next: float | None
    values: tuple[Quantity | None, ...]


def rank(candidates: Sequence[Candidate], objectives: Sequence[Objective], seed: int = 0) -> list[Ranked]:
    """Rank candidates by several objectives.

    Quantities compared by ratio are ranked by their logarithm. Each is sampled as a normal deviate with its standard
    uncertainty (a log-normal one where it is compared by ratio); one without uncertainty is taken as exact. A bound is
    taken as the value it bounds where the truth can only be better, and as missing where it can only be worse. The
    errors of candidates are drawn independently, so what they share (a potential that is too soft everywhere) makes
    intervals wider than they need be. A candidate that lacks an objective gets the worst value there.

    Parameters
    ----------
    candidates
        Those that passed the funnel.
    objectives
        What is good, with weights.
    seed
        Of the sampling.

    Returns
    -------
    list of Ranked
        Best first.
    """
    import numpy as np

    if not candidates or not objectives:
        return []
    values = [[objective.selector.of(candidate) for objective in objectives] for candidate in candidates]
    central, spread = _tables(values, objectives)
    complete = ~np.isnan(central).any(axis=1)
    generator = np.random.default_rng(seed)
    count = max(100, min(_SAMPLES, _SAMPLED_ROWS // len(candidates)))
    samples = central + spread * generator.standard_normal((count, *central.shape))
    low, high = _range(central, spread)
    weights = np.array([objective.weight for objective in objectives])
    score = _score(central[None], low, high, weights)[0]
    scores = _score(samples, low, high, weights)
    # Whatever the score, a candidate of which less is known stands behind those of which all is.
    place = _places((score + _AHEAD * complete)[None])[0]
    places = _places(scores + _AHEAD * complete)
    first, last = np.quantile(places, _INTERVAL, axis=0, method="nearest")
    filled = np.where(np.isnan(central), -np.inf, central)
    front = _undominated(filled)
    fronts = np.mean([_undominated(np.where(np.isnan(sample), -np.inf, sample)) for sample in samples], axis=0)
    behind = {int(place[index]) - 1: index for index in range(len(candidates))}
    rows = [
        Ranked(
            candidate=candidate,
            rank=int(place[index]),
            rank_low=int(first[index]),
            rank_high=int(last[index]),
            score=float(score[index]),
            score_uncertainty=float(scores[:, index].std()) if spread[index].any() else 0.0,
            pareto=bool(front[index]),
            pareto_probability=float(fronts[index]),
            beats_next=_share_before(places, index, behind.get(int(place[index]))),
            values=tuple(values[index]),
        )
        for index, candidate in enumerate(candidates)
    ]
    return sorted(rows, key=lambda row: row.rank)


def _tables(values: Sequence[Sequence[Quantity | None]], objectives: Sequence[Objective]) -> tuple[Floats, Floats]:
    """Return central values and standard deviations, (candidates, objectives), signed so that more is better."""
    import numpy as np

    central = np.full((len(values), len(objectives)), np.nan)
    spread = np.zeros_like(central)
    for row, quantities in enumerate(values):
        for column, (quantity, objective) in enumerate(zip(quantities, objectives, strict=True)):
            if quantity is None or quantity.bound == ("upper" if objective.goal == "max" else "lower"):
                continue  # 'at most' so much of what should be high says nothing for it
            number, deviation = quantity.number, quantity.uncertainty or 0.0
            if define(quantity.name).logarithmic:
                if number <= 0:
                    continue
                number, deviation = float(np.log10(number)), deviation / (number * float(np.log(10)))
            central[row, column] = number if objective.goal == "max" else -number
            spread[row, column] = deviation
    return central, spread


def _range(central: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Return what scores 0 and what scores 1 in each objective: the worst and the best of the candidates.

    Differences far below the uncertainty should not count: the range is at least four typical standard deviations.
    """
    import numpy as np

    low = np.where(np.isnan(central), np.inf, central).min(axis=0)
    high = np.where(np.isnan(central), -np.inf, central).max(axis=0)
    known = np.isfinite(low)
    low, high = np.where(known, low, 0.0), np.where(known, high, 0.0)
    middle, half = (low + high) / 2, (high - low) / 2
    half = np.maximum(half, 2.0 * np.median(spread, axis=0))
    half = np.where(half > 0, half, 0.5)
    return middle - half, middle + half


def _score(values: Floats, low: Floats, high: Floats, weights: Floats) -> Floats:
    """Return the weighted mean of scaled objectives, over the last axis; a missing one counts as the worst."""
    import numpy as np

    scaled = np.where(np.isnan(values), 0.0, (values - low) / (high - low))
    return np.asarray((scaled * weights).sum(axis=-1) / weights.sum())


def _places(scores: Floats) -> NDArray[np.int64]:
    """Return each candidate's place, 1 for the highest score; ties in the order of the candidates."""
    import numpy as np

    order = np.argsort(-scores, axis=-1, kind="stable")
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.arange(1, scores.shape[-1] + 1)[None], axis=-1)
    return places


def _share_before(places: NDArray[np.int64], one: int, other: int | None) -> float | None:
    """Return the share of samples in which one candidate has a better place than another."""
    return None if other is None else float((places[:, one] < places[:, other]).mean())


def _undominated(values: Floats) -> NDArray[np.bool_]:
    """Return which rows no other row beats: at least as good everywhere and better somewhere."""
    import numpy as np

    front = np.ones(len(values), dtype=bool)
    for index, row in enumerate(values):
        if front[index]:  # drop what this row beats; a row that is beaten is beaten by one of the front
            front[front] = (values[front] > row).any(axis=1) | (values[front] == row).all(axis=1)
    return front
