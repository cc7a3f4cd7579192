"""How far an electrode is charged where nobody says it: as far as its usable capacity goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from atomscreen.continuum.electrode import Electrode
from atomscreen.core.candidate import Candidate

CAPACITIES: Final = frozenset({"usable_capacity", "gravimetric_capacity_full"})
"""Quantities that tell how far it is charged."""


def usable_end(electrode: Electrode, candidate: Candidate) -> float:
    """Return the content at which the usable capacity is charged; the other end where that is not known."""
    usable, full = (candidate.find(name) for name in ("usable_capacity", "gravimetric_capacity_full"))
    share = 1.0 if usable is None or full is None else min(1.0, usable.number / full.number)
    start = electrode.assembled_content
    return start + share * (1 - 2 * start)


def bound_of_end(candidate: Candidate) -> Iterator[str]:
    """Yield a sentence where :func:`usable_end` is the furthest that it may be charged, or the least, and not known."""
    usable = candidate.find("usable_capacity")
    if usable is not None and usable.bound is not None:
        yield f"It is charged as far as its usable capacity goes, of which only the {usable.bound} bound is known."
