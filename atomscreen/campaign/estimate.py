"""The estimate of the time left: what remains of each stage, times the mean it has taken so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from atomscreen.campaign.funnel import StageStep, TopStep

if TYPE_CHECKING:
    from atomscreen.campaign.campaign import Track


@dataclass(frozen=True)
class Estimate:
    """What a campaign has still to do.

    Attributes
    ----------
    seconds
        For the stages that were timed before; an upper estimate, as if every criterion were met.
    untimed
        Stages still to run of which nobody knows yet how long they take; they come on top.
    """

    seconds: float
    untimed: tuple[str, ...]


def time_left(
    tracks: Sequence[Track], others: Sequence[Track], seconds: Mapping[str, Sequence[float]], slots: int
) -> Estimate:
    """Estimate the time a campaign has still to go.

    Parameters
    ----------
    tracks, others
        The candidates, and the companions and parts that their stages asked for.
    seconds
        What each stage has taken so far, by name.
    slots
        Jobs that run at the same time.
    """
    remaining = _remaining(tracks) + _remaining(others)
    work = sum(count * fmean(seconds[stage]) for stage, count in remaining.items() if stage in seconds)
    return Estimate(work / max(1, slots), tuple(sorted(stage for stage in remaining if stage not in seconds)))


def _remaining(tracks: Sequence[Track]) -> Counter[str]:
    """Return how often each stage has still to run, 'top' steps letting no more than their count through."""
    standing = Counter(
        (id(track.steps), track.position, track.candidate.role) for track in tracks if track.status == "under way"
    )
    steps_of = {id(track.steps): track.steps for track in tracks}
    remaining: Counter[str] = Counter()
    for (which, position, role), number in standing.items():
        count = number
        for step in steps_of[which][position:]:
            if not step.applies_to(role):
                continue
            if isinstance(step, TopStep):
                count = min(count, step.count)
            elif isinstance(step, StageStep):
                remaining[step.label] += count
    return remaining
