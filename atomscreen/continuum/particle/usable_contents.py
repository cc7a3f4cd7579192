"""How far an electrode is charged where nobody says it: as far as its usable capacity goes."""

from __future__ import annotations

from collections.abc import Iterator

from atomscreen.continuum.electrode import Electrode
from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure


def usable_end(electrode: Electrode, candidate: Candidate) -> float:
    """Return the content at which the usable contents end; the other end of all where they are not known.

    Raises
    ------
    StageFailure
        Where no capacity is usable.
    """
    usable, start = candidate.find("usable_capacity"), electrode.assembled_content
    if usable is None or "contents" not in usable.provenance:
        return 1 - start
    low, high = map(float, usable.provenance["contents"])
    end = low if start == 1 else high
    if low == high or end == start:
        raise StageFailure(f"no capacity of {electrode.formula} is usable, so that it is charged nowhere")
    return end


def bound_of_end(candidate: Candidate) -> Iterator[str]:
    """Yield a sentence where :func:`usable_end` is the furthest that it may be charged, or the least, and not known."""
    usable = candidate.find("usable_capacity")
    if usable is not None and usable.bound is not None:
        yield f"Particles are charged as far as usable capacity goes, of which only the {usable.bound} bound is known."
