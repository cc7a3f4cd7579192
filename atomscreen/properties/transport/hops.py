"""Hops of ions from site to site, found without knowing the sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Array = NDArray[Any]

HOP_DISTANCE = 2.0
"""Å from its last site at which an ion has hopped. Sites of mobile ions lie 2–4 Å apart, and a position averaged over
:data:`SITE_TIME` strays by a few tenths of an Å."""

SITE_TIME = 0.4
"""Time in ps over which positions are averaged to find an ion's site: a few periods of its slowest vibrations."""

_STILL = 0.05
"""Å: ions that stray less within a site do not vibrate, as on a lattice, and need no average."""


def count_hops(displacements: Array, frame_spacing: float) -> int:
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
    averages = _average(displacements, frame_spacing)
    sites, hops = averages[0].copy(), 0
    for average in averages[1:]:
        hopped = ((average - sites) ** 2).sum(axis=1) > HOP_DISTANCE**2
        sites[hopped] = average[hopped]
        hops += int(hopped.sum())
    return hops


def count_far(displacements: Array, frame_spacing: float, distance: float) -> int:
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
    averages = _average(displacements, frame_spacing)
    reach = np.linalg.norm(averages - averages[0], axis=2).max(axis=0)
    return int((reach > distance).sum())


def _average(displacements: Array, frame_spacing: float) -> Array:
    """Return displacements averaged over consecutive pieces of :data:`SITE_TIME`, shape (pieces, ions, 3)."""
    length = max(1, round(SITE_TIME / frame_spacing))
    pieces = len(displacements) // length
    steps = np.linalg.norm(displacements[length::length] - displacements[:-length:length], axis=2)
    within = steps[steps < HOP_DISTANCE / 2]
    if length == 1 or not len(within) or np.sqrt((within**2).mean()) < _STILL:
        return displacements
    averages: Array = displacements[: pieces * length].reshape(pieces, length, -1, 3).mean(axis=1)
    return averages
