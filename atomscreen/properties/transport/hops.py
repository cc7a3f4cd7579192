"""Hops of ions from site to site, found without knowing the sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

HOP_DISTANCE = 2.0
"""Å from its last site at which an ion has hopped. Sites of mobile ions lie 2–4 Å apart, and a position averaged over
:data:`SITE_TIME` strays by a few tenths of an Å."""

SITE_TIME = 0.4
"""Time in ps over which positions are averaged to find an ion's site: a few periods of its slowest vibrations."""


def count_hops(displacements: np.ndarray, frame_spacing: float) -> int:
    """Count site-to-site displacements of all ions together.

    Positions are averaged over :data:`SITE_TIME`. An ion has hopped when such an average lies more than
    :data:`HOP_DISTANCE` from its last site; that average is then its site. Vibrations and short excursions do not
    count, a jump and its return count twice.

    Parameters
    ----------
    displacements
        In Å, shape (frames, ions, 3).
    frame_spacing
        In ps.
    """
    import numpy as np

    averages = _average(displacements, frame_spacing)
    sites, hops = averages[0].copy(), 0
    for average in averages[1:]:
        hopped = np.linalg.norm(average - sites, axis=1) > HOP_DISTANCE
        sites[hopped] = average[hopped]
        hops += int(hopped.sum())
    return hops


def count_far(displacements: np.ndarray, frame_spacing: float, distance: float) -> int:
    """Return how many ions have at any time been farther than a distance from where they were at first.

    Parameters
    ----------
    displacements
        In Å, shape (frames, ions, 3).
    frame_spacing
        In ps.
    distance
        In Å; compared with positions averaged over :data:`SITE_TIME`.
    """
    import numpy as np

    averages = _average(displacements, frame_spacing)
    reach = np.linalg.norm(averages - averages[0], axis=2).max(axis=0)
    return int((reach > distance).sum())


def _average(displacements: np.ndarray, frame_spacing: float) -> np.ndarray:
    """Return displacements averaged over consecutive pieces of :data:`SITE_TIME`, shape (pieces, ions, 3)."""
    length = max(1, round(SITE_TIME / frame_spacing))
    pieces = len(displacements) // length
    averages: np.ndarray = displacements[: pieces * length].reshape(pieces, length, -1, 3).mean(axis=1)
    return averages
