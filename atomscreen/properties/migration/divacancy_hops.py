"""Hops of an ion into one of two neighbouring vacancies, both of which are its neighbours."""

from __future__ import annotations

from collections.abc import Sequence

from atomscreen.properties.migration.hop_network import Hop, Route, SiteSymmetry


def divacancy_routes(singles: Sequence[Route], symmetry: SiteSymmetry) -> list[Route]:
    """Return the symmetry-distinct hops of single vacancies with another vacancy next to both ends, the shortest first.

    Neighbours are sites that a single hop connects. The vacancies are a pair of neighbours before the hop and after it:
    the pair turns about the one that stays, and as each of the two can be that one, it can go on.

    Parameters
    ----------
    singles
        The distinct hops of a single vacancy.
    symmetry
        Of their crystal.
    """
    connected = {hop for route in singles for member in route.members for hop in (member, member.reversed())}
    leaving: dict[int, list[Hop]] = {}
    for hop in sorted(connected):
        leaving.setdefault(hop.start, []).append(hop)
    routes: list[Route] = []
    known: set[Hop] = set()
    for route in singles:
        hop = route.hops[0]
        for aside in leaving[hop.start]:
            turning = Hop(hop.start, hop.end, hop.image, ((aside.end, aside.image),))
            back = turning.reversed()
            from_end = Hop(back.start, *back.beside[0])
            if from_end in connected and turning not in known:
                members = tuple(sorted({image.canonical() for image in symmetry.images(turning)}))
                known.update(members, (member.reversed() for member in members))
                routes.append(Route((turning,), members, route.length))
    return routes
