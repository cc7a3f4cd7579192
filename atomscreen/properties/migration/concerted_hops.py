"""Chains of hops in which two or three ions move at once, each to where the one before it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from atomscreen.properties.migration.hop_network import Hop, Route, SiteSymmetry, distinct_hops
from atomscreen.properties.migration.hop_percolation import Image
from atomscreen.properties.migration.site_crystal import SiteCrystal

Steps = Mapping[int, Sequence[tuple[Hop, float]]]
"""The hops that begin at each site, with their lengths in Å."""


def concerted_routes(sites: SiteCrystal, max_length: float, ions: int) -> list[Route]:
    """Return the symmetry-distinct chains of hops in which several ions move at once, the shortest first.

    A vacancy's chain leads over filled sites to a filled one; an additional ion's leads from an empty site over filled
    ones to an empty one, each ion pushing the next away. No site is passed twice.

    Parameters
    ----------
    sites
        The crystal and its carrier.
    max_length
        Of each ion's hop in Å.
    ions
        How many move.
    """
    crystal = sites.crystal
    working = [index for index, site in enumerate(crystal) if site.specie.symbol == sites.ion]
    steps: dict[int, list[tuple[Hop, float]]] = {}
    for single in distinct_hops(crystal, sorted({*sites.sites, *working}), max_length):
        for member in single.members:
            for hop in {member, member.reversed()}:
                steps.setdefault(hop.start, []).append((hop, single.length))
    ends_filled = sites.carrier.is_empty
    found: dict[tuple[Hop, ...], float] = {}
    for start in sorted({sites.symmetry.orbit_of_site(site) for site in steps if sites.filled[site] == ends_filled}):
        for chain, length in _chains(start, steps, ions, sites.filled):
            if sites.filled[chain[-1].end] == ends_filled:
                found.setdefault(_canonical(chain, sites.symmetry), length)
    ordered = sorted(found.items(), key=lambda pair: (round(pair[1], 4), pair[0]))
    return [Route(chain, (), length) for chain, length in ordered]


def _chains(start: int, steps: Steps, ions: int, filled: Sequence[bool]) -> Iterator[tuple[tuple[Hop, ...], float]]:
    """Yield every chain from a site that comes to no place twice, with its length."""
    origin = (start, (0, 0, 0))
    unfinished: list[tuple[tuple[Hop, ...], float, tuple[tuple[int, Image], ...]]] = [((), 0.0, (origin,))]
    while unfinished:
        chain, length, places = unfinished.pop()
        if len(chain) == ions:
            yield chain, length
            continue
        if chain and not filled[places[-1][0]]:
            continue
        for hop, more in steps.get(places[-1][0], []):
            a, b, c = (int(n) for n in np.add(places[-1][1], hop.image))
            place = (hop.end, (a, b, c))
            if place not in places:
                unfinished.append(((*chain, hop), length + more, (*places, place)))


def _canonical(chain: tuple[Hop, ...], symmetry: SiteSymmetry) -> tuple[Hop, ...]:
    """Return the same chain for all that symmetry, or going back, makes of a chain."""
    images = list(zip(*(symmetry.images(hop) for hop in chain), strict=True))
    return min(images + [tuple(hop.reversed() for hop in reversed(image)) for image in images])
