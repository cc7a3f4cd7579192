"""The estimate of the time left: what remains of each stage, times the mean it has taken so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from atomscreen.campaign.funnel import StageStep, TopStep

if TYPE_CHECKING:
    from atomscreen.campaign.campaign import Track


def seconds_left(
    tracks: Sequence[Track], companions: Sequence[Track], seconds: Mapping[str, Sequence[float]], slots: int
) -> float | None:
    """Return the seconds a campaign has still to go, or ``None`` before there is anything to judge by.

    Assumes that every criterion is met, which makes it an upper estimate, and counts a stage that was never timed as
    long as the slowest one known, because funnels put the costly stages last.

    Parameters
    ----------
    tracks, companions
        The candidates, and what their stages asked for.
    seconds
        What each stage has taken so far, by name.
    slots
        Jobs that run at the same time.
    """
    if not seconds:
        return None
    means = {stage: fmean(taken) for stage, taken in seconds.items() if taken}
    slowest = max(means.values())
    work = sum(
        count * means.get(stage, slowest)
        for group in (tracks, companions)
        for stage, count in _remaining(group).items()
    )
    return work / max(1, slots)


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
