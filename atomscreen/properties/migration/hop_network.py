"""Hops between the sites of a crystal, grouped by its symmetry: one of each group stands for all."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import StageFailure
from atomscreen.interatomic.crystal_symmetry import spglib_cell
from atomscreen.properties.migration.hop_percolation import Edge, Image, Place, percolations

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]

PRECISION = 0.05
"""Å within which positions are equivalent: those of relaxed empty sites are less exact than those of atoms."""

CLEARANCE = 1.0
"""Å that the straight line of a hop must keep from every other atom or site: a hop through a site is two hops."""

ALIKE = 0.1
"""Å within which hops count as equally long."""

HERE: Image = (0, 0, 0)


@dataclass(frozen=True, order=True)
class Hop:
    """From a site of the crystal to one in a cell ``image`` away."""

    start: int
    end: int
    image: Image
    beside: tuple[Place, ...] = ()
    """Further parts of the carrier, which stay in their places; cells are counted from the start's."""

    @property
    def before(self) -> tuple[Place, ...]:
        """Where all of the carrier is before the hop."""
        return ((self.start, HERE), *self.beside)

    @property
    def after(self) -> tuple[Place, ...]:
        """Where all of it is after the hop."""
        return ((self.end, self.image), *self.beside)

    def reversed(self) -> Hop:
        """Return the hop back, which passes the same saddle."""
        back = _minus(HERE, self.image)
        return Hop(self.end, self.start, back, tuple((site, _minus(cell, self.image)) for site, cell in self.beside))

    def canonical(self) -> Hop:
        """Return the hop or the one back: the same of the two whichever is given."""
        return min(self, self.reversed())


@dataclass(frozen=True)
class Route:
    """A hop, or several in a row that a carrier makes at once, and what symmetry makes of it.

    Attributes
    ----------
    hops
        Each begins where the one before it ends.
    members
        Of a single hop, all that symmetry takes it to, each in one direction.
    length
        Of all straight lines together, in Å.
    """

    hops: tuple[Hop, ...]
    members: tuple[Hop, ...]
    length: float


@dataclass(frozen=True)
class SiteSymmetry:
    """What each operation of a space group makes of each site: the site it comes to and the cell that one is in.

    Shapes: rotations (m, 3, 3) of fractional coordinates, sites (m, n), cells (m, n, 3).
    """

    rotations: Array
    sites: Array
    cells: Array

    def images(self, hop: Hop) -> list[Hop]:
        """Return the images of a hop under all operations."""
        moved = zip(*(self._moved(place) for place in ((hop.start, HERE), *hop.after)), strict=True)
        return [
            Hop(start, end, _minus(image, origin), tuple((site, _minus(cell, origin)) for site, cell in beside))
            for (start, origin), (end, image), *beside in moved
        ]

    def orbit(self, places: Iterable[Place]) -> tuple[Place, ...]:
        """Return a name for all that symmetry makes of places taken together, in no order."""
        return min(from_first(image)[0] for image in zip(*map(self._moved, places), strict=True))

    def orbit_of_site(self, site: int) -> int:
        """Return the least index among the sites that symmetry takes a site to: a name of the orbit."""
        return int(self.sites[:, site].min())

    def _moved(self, place: Place) -> list[Place]:
        """Return what each operation makes of a place."""
        site, cell = place
        cells = self.cells[:, site] + self.rotations @ np.array(cell)
        return [(int(one), _image(image)) for one, image in zip(self.sites[:, site], cells, strict=True)]


def from_first(places: Iterable[Place]) -> tuple[tuple[Place, ...], Image]:
    """Return places in order, with cells counted from the first one's, and the cell of that first one.

    Sets of places that are lattice vectors apart come out the same, in different cells.
    """
    ordered = sorted(places)
    origin = ordered[0][1]
    return tuple((site, _minus(cell, origin)) for site, cell in ordered), origin


def site_symmetry(crystal: Structure) -> SiteSymmetry:
    """Return how the space group of a crystal moves its sites; species of any kind count, empty sites too.

    Raises
    ------
    StageFailure
        Where spglib finds no symmetry, not even the identity.
    """
    rotations, translations = space_group(crystal)
    numbers = np.array(spglib_cell(crystal)[0][2])
    moved = np.einsum("mij,nj->mni", rotations, crystal.frac_coords) + translations[:, None]
    gaps = moved[:, :, None] - crystal.frac_coords[None, None]
    cells = np.rint(gaps)
    distances = np.linalg.norm((gaps - cells) @ crystal.lattice.matrix, axis=-1)
    other_kind = numbers[:, None] != numbers
    sites = np.where(other_kind, np.inf, distances).argmin(axis=2)
    chosen = np.take_along_axis(cells, sites[:, :, None, None], axis=2)[:, :, 0]
    return SiteSymmetry(rotations, sites, chosen.astype(int))


def space_group(crystal: Structure) -> tuple[Array, Array]:
    """Return rotations (m, 3, 3) and translations (m, 3) of the space group, in fractional coordinates.

    Raises
    ------
    StageFailure
        Where spglib finds no symmetry, not even the identity.
    """
    import spglib

    found = spglib.get_symmetry(spglib_cell(crystal)[0], symprec=PRECISION)
    if found is None:
        raise StageFailure(f"spglib finds no space group for {crystal.reduced_formula}")
    return found["rotations"], found["translations"]


def distinct_hops(crystal: Structure, sites: Sequence[int], max_length: float) -> list[Route]:
    """Return the symmetry-distinct hops between sites, shortest first, until they percolate in three dimensions.

    Hops up to the length that completes percolation are taken, and those as long within 0.1 Å; where ``max_length``
    comes first, percolation is left incomplete. A hop whose straight line passes another atom or site within 1 Å is
    left out: it is two hops, or none.

    Parameters
    ----------
    crystal
        With the sites among its own, filled or empty.
    sites
        Indices of those a carrier can sit on.
    max_length
        Of a hop in Å.
    """
    symmetry = site_symmetry(crystal)
    routes: list[Route] = []
    known: set[Hop] = set()
    enough = np.inf
    for length, hop in _pairs(crystal, sites, max_length):
        if length > enough + ALIKE:
            break
        if hop in known:
            continue
        members = tuple(sorted({image.canonical() for image in symmetry.images(hop)}))
        known.update(members)
        if _passes_another(crystal, hop):
            continue
        routes.append(Route((hop,), members, length))
        if enough == np.inf and _dimension(len(crystal), routes) == 3:
            enough = length
    return routes


def hop_vector(crystal: Structure, hop: Hop) -> Array:
    """Return the straight line of a hop in Å, shape (3,)."""
    fractional = crystal.frac_coords[hop.end] + np.array(hop.image) - crystal.frac_coords[hop.start]
    vector: Array = fractional @ crystal.lattice.matrix
    return vector


def route_vector(crystal: Structure, route: Route) -> Array:
    """Return the straight line from the beginning to the end of a route in Å, shape (3,)."""
    vector: Array = np.sum([hop_vector(crystal, hop) for hop in route.hops], axis=0)
    return vector


def _pairs(crystal: Structure, sites: Sequence[int], max_length: float) -> list[tuple[float, Hop]]:
    """Return every pair of sites once, with its distance, the shortest first."""
    chosen = set(sites)
    centers, ends, images, lengths = crystal.get_neighbor_list(max_length)
    pairs = {
        Hop(int(start), int(end), _image(image)).canonical(): float(length)
        for start, end, image, length in zip(centers, ends, images, lengths, strict=True)
        if start in chosen and end in chosen
    }
    # Rounded, so that of equally long hops the same one comes first on every machine.
    return sorted(((length, hop) for hop, length in pairs.items()), key=lambda pair: (round(pair[0], 4), pair[1]))


def _passes_another(crystal: Structure, hop: Hop) -> bool:
    """Say whether another atom or site lies within 1 Å of the straight line of a hop."""
    start, vector = crystal.cart_coords[hop.start], hop_vector(crystal, hop)
    length = float(np.linalg.norm(vector))
    near = crystal.get_sites_in_sphere(start + vector / 2, length / 2 + CLEARANCE)
    for site in near:
        along = float(np.dot(site.coords - start, vector)) / length
        across = float(np.linalg.norm(site.coords - start - along * vector / length))
        at_an_end = min(along, length - along) < PRECISION and across < PRECISION
        if not at_an_end and 0 < along < length and across < CLEARANCE:
            return True
    return False


def _dimension(count: int, routes: Sequence[Route]) -> int:
    """Return in how many dimensions hops percolate, whatever their barriers."""
    hops = itertools.chain.from_iterable(route.members for route in routes)
    edges = [Edge(hop.start, hop.end, hop.image, 0.0) for hop in hops]
    return max(percolations([0.0] * count, edges), default=0)


def _minus(cell: Image, origin: Image) -> Image:
    return cell[0] - origin[0], cell[1] - origin[1], cell[2] - origin[2]


def _image(vector: Any) -> Image:
    a, b, c = (int(component) for component in vector)
    return a, b, c
