"""A crystal with the sites that a carrier can sit on, and names for the routes between these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from atomscreen.properties.migration.hop_network import (
    Hop,
    Route,
    SiteSymmetry,
    hop_vector,
    route_vector,
    site_symmetry,
)

if TYPE_CHECKING:
    from pymatgen.core import Structure


class Carrier(StrEnum):
    """What moves: one or two neighbouring empty sites among filled ones, or an ion among empty ones."""

    VACANCY = "vacancy"
    DIVACANCY = "divacancy"
    INTERSTITIAL = "interstitial"

    @property
    def is_empty(self) -> bool:
        """Whether the carrier is where no ion is: ions then move against its way."""
        return self is not Carrier.INTERSTITIAL


@dataclass(frozen=True)
class SiteCrystal:
    """A crystal and the sites in it that a carrier can sit on.

    Attributes
    ----------
    crystal
        Host and sites; every site of a carrier is a site of the crystal, whether an ion is there or not.
    sites
        Indices of those sites.
    filled
        Of each site of the crystal, whether an atom is there when there is no carrier.
    carrier
        What moves.
    ion
        Symbol of the working ion.
    """

    crystal: Structure
    sites: tuple[int, ...]
    filled: tuple[bool, ...]
    carrier: Carrier
    ion: str
    alone: bool = False
    """Whether the carrier is the only working ion in the crystal."""

    @cached_property
    def symmetry(self) -> SiteSymmetry:
        """What the space group makes of the sites."""
        return site_symmetry(self.crystal)

    def labels(self, routes: Sequence[Route]) -> list[str]:
        """Return a name for each route: its sites, those alike by symmetry under one number, and its length.

        Of a chain it also says how far apart its ends are, of a divacancy's hop where the other vacancy is. Where
        several routes are alike in all that, they are numbered.
        """
        names = [self._label(route) for route in routes]
        return [
            name if names.count(name) == 1 else f"{name} ({names[: index + 1].count(name)})"
            for index, name in enumerate(names)
        ]

    def motion(self, route: Route) -> str:
        """Return what moves on a route, and beside which other vacancies."""
        if (ions := len(route.hops)) > 1:
            return f"concerted hop of {ions} ions, {self.carrier}"
        return f"single-ion {self.carrier} hop{self._beside(route.hops[0])}"

    def _label(self, route: Route) -> str:
        ends = [route.hops[0].start, *(hop.end for hop in route.hops)]
        name = f"{'–'.join(self._name(site) for site in ends)} {route.length:.2f} Å"
        if len(route.hops) == 1:
            return f"{name}{self._beside(route.hops[0])}"
        return f"{name}, ends {np.linalg.norm(route_vector(self.crystal, route)):.2f} Å apart"

    def _beside(self, hop: Hop) -> str:
        """Return which further sites are empty during a hop, and how far they are from its start and its end."""
        text = ""
        for site, cell in hop.beside:
            from_start = hop_vector(self.crystal, Hop(hop.start, site, cell))
            lengths = (float(np.linalg.norm(line)) for line in (from_start, from_start - hop_vector(self.crystal, hop)))
            text += f", {self._name(site)} vacant {' and '.join(f'{length:.2f}' for length in lengths)} Å from its ends"
        return text

    def _name(self, site: int) -> str:
        kind = self.crystal[site].specie.symbol
        alike = {self.symmetry.orbit_of_site(one) for one in range(len(self.crystal)) if self._is(one, kind)}
        number = sorted(alike).index(self.symmetry.orbit_of_site(site)) + 1
        return f"{self.ion if kind == self.ion else 'empty '}{number}"

    def _is(self, site: int, kind: str) -> bool:
        return bool(self.crystal[site].specie.symbol == kind)
