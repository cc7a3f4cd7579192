"""One hop, or several ions' at once, in a supercell: its two ends, their relaxation, and the path between them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import StageFailure
from atomscreen.core.scratch import scratch_file
from atomscreen.interatomic.crystal_symmetry import point_group
from atomscreen.interatomic.minimum_energy_path import MinimumEnergyPath
from atomscreen.interatomic.nudged_elastic_band import BandSettings, Mirror, nudged_elastic_band
from atomscreen.interatomic.optimizer import Limits, optimize
from atomscreen.interatomic.potentials import calculator
from atomscreen.interatomic.relaxation import to_atoms
from atomscreen.interatomic.supercells import supercell
from atomscreen.properties.checkpoints import kept_array
from atomscreen.properties.migration.hop_network import (
    Hop,
    Route,
    SiteSymmetry,
    hop_vector,
    route_vector,
    site_symmetry,
)

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]

SAME_PLACE = 0.15
"""Å within which an atom lies where a symmetry says it should."""

ENDS_FORCE = 0.5
"""Ends are relaxed to this part of the band's limit of force, so that their error does not count."""


IMAGES_PER_ION = 2
"""Images that every further ion of a concerted hop adds: an even number, so that a middle one stays in the middle."""


class Carrier(StrEnum):
    """What moves: an empty site among filled ones, or an ion among empty ones."""

    VACANCY = "vacancy"
    INTERSTITIAL = "interstitial"


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

        Of a chain it also says how far apart its ends are. Where several routes are alike in all that, they are
        numbered.
        """
        names = [self._label(route) for route in routes]
        return [
            name if names.count(name) == 1 else f"{name} ({names[: index + 1].count(name)})"
            for index, name in enumerate(names)
        ]

    def _label(self, route: Route) -> str:
        ends = [route.hops[0].start, *(hop.end for hop in route.hops)]
        name = f"{'–'.join(self._name(site) for site in ends)} {route.length:.2f} Å"
        if len(route.hops) == 1:
            return name
        return f"{name}, ends {np.linalg.norm(route_vector(self.crystal, route)):.2f} Å apart"

    def _name(self, site: int) -> str:
        kind = self.crystal[site].specie.symbol
        alike = {self.symmetry.orbit_of_site(one) for one in range(len(self.crystal)) if self._is(one, kind)}
        number = sorted(alike).index(self.symmetry.orbit_of_site(site)) + 1
        return f"{self.ion if kind == self.ion else 'empty '}{number}"

    def _is(self, site: int, kind: str) -> bool:
        return bool(self.crystal[site].specie.symbol == kind)


@dataclass(frozen=True)
class Ends:
    """Both ends of a path, atoms in the same order; the ``movers`` last ones are those that change their sites."""

    start: Atoms
    end: Atoms
    movers: int


def ideal_ends(sites: SiteCrystal, chain: Sequence[Hop], min_width: float) -> Ends:
    """Return the ends of a path before relaxation, in a supercell of a least width.

    Parameters
    ----------
    sites
        The crystal.
    chain
        Hops of the carrier, each from where the last one ended. With several, ions move at once: into the vacancy and
        each after the other, or each pushing the next away.
    min_width
        In Å.

    Raises
    ------
    StageFailure
        Where the supercell is too small to hold the chain.
    """
    crystal = sites.crystal.copy()
    crystal.add_site_property("site", list(range(len(crystal))))
    large = supercell(crystal, min_width)
    points = _points(sites.crystal, chain)
    lattice = large.lattice
    gaps = lattice.get_all_distances(lattice.get_fractional_coords(points), large.frac_coords)
    on_chain = gaps.argmin(axis=1)
    if gaps.min(axis=1).max() > SAME_PLACE or len(set(on_chain)) < len(points):
        raise StageFailure(f"a supercell {min_width:g} Å wide cannot hold a hop over {len(points)} different sites")
    numbers = np.array(large.site_properties["site"])
    rest = [index for index in range(len(large)) if sites.filled[numbers[index]] and index not in on_chain]
    background = to_atoms(type(large).from_sites([large[index] for index in rest]))
    before, after = (points[1:], points[:-1]) if sites.carrier is Carrier.VACANCY else (points[:-1], points[1:])
    return Ends(with_ions(background, sites.ion, before), with_ions(background, sites.ion, after), len(chain))


def _points(crystal: Structure, chain: Sequence[Hop]) -> Array:
    """Return the sites that a chain of hops passes, shape (hops + 1, 3), in Å and not brought back into one cell."""
    steps = [crystal.cart_coords[chain[0].start], *(hop_vector(crystal, hop) for hop in chain)]
    points: Array = np.cumsum(steps, axis=0)
    return points


def with_ions(background: Atoms, ion: str, positions: Array) -> Atoms:
    """Return atoms and, behind them, ions at further positions (n, 3) in Å."""
    from ase import Atoms

    together: Atoms = background + Atoms([ion] * len(positions), positions=positions)
    return together


def find_mirror(ends: Ends, rotations: Array) -> Mirror | None:
    """Return a reflection that swaps the two ideal ends, or ``None``.

    A turn or an inversion that swaps them would hold the ion on an axis or in a point on its way; a plane leaves it
    free to go around what stands in the way.

    Parameters
    ----------
    ends
        Before relaxation.
    rotations
        Of the crystal's point group in Cartesian axes, shape (n, 3, 3).
    """
    from scipy.optimize import linear_sum_assignment

    start, end, cell = ends.start.positions, ends.end.positions, ends.start.cell.array
    center = (start[-ends.movers :] + end[-ends.movers :]).mean(axis=0) / 2
    kinds = ends.start.numbers
    for rotation in rotations:
        turned = cell @ rotation.T @ np.linalg.inv(cell)
        reflects = np.linalg.det(rotation) < 0 and abs(np.trace(rotation) - 1) < 1e-3
        if not (reflects and np.allclose(turned, np.rint(turned), atol=1e-2)):
            continue
        # The middle of the movers' ways stays where it is.
        images = (start - center) @ rotation.T + center
        gaps = (end[:, None] - images[None]) @ np.linalg.inv(cell)
        distances = np.linalg.norm((gaps - np.rint(gaps)) @ cell, axis=2)
        distances[kinds[:, None] != kinds] = 10.0
        order, source = linear_sum_assignment(distances)
        if distances[order, source].max() < SAME_PLACE and (source[source] == order).all():
            shifts = np.rint(gaps[order, source]) @ cell
            return Mirror(rotation, center - rotation @ center + shifts, source)
    return None


@dataclass(frozen=True)
class PathSearch:
    """How paths are searched for: what :func:`migration_path` needs beside the hop."""

    potential: str
    settings: BandSettings
    min_width: float


def migration_path(sites: SiteCrystal, route: Route, search: PathSearch, name: str) -> MinimumEnergyPath:
    """Return the path of least energy of a hop, or of several ions' hops at once, in a supercell of fixed cell.

    Parameters
    ----------
    sites
        The crystal.
    route
        A hop of the carrier, or a chain of them.
    search
        Potential, band and supercell.
    name
        Of the checkpoints, once in a stage.

    Raises
    ------
    StageFailure
        Where an end does not relax or is none: its ions left for other sites; or where the band does not converge.
    """
    ends = ideal_ends(sites, route.hops, search.min_width)
    mirror = find_mirror(ends, point_group(sites.crystal))
    start = relaxed_in_cell(ends.start, search, f"{name}-start")
    if mirror is None:
        end = relaxed_in_cell(ends.end, search, f"{name}-end")
    else:
        end = start.copy()
        end.set_positions(mirror.positions(start.positions))
    _refuse_fallen(ends, start, end)
    checkpoint: Path | None = scratch_file(f"{name}-band.npz")
    settings = dataclasses.replace(search.settings, images=search.settings.images + IMAGES_PER_ION * (ends.movers - 1))
    return nudged_elastic_band(start, end, lambda: calculator(search.potential), settings, mirror, checkpoint)


def relaxed_in_cell(atoms: Atoms, search: PathSearch, name: str) -> Atoms:
    """Return atoms with relaxed positions in the same cell; ``name`` is the checkpoint's, once in a stage."""

    def positions() -> Array:
        moved = atoms.copy()
        moved.calc = calculator(search.potential)
        optimize(moved, Limits(ENDS_FORCE * search.settings.max_force, search.settings.max_steps, cell=False))
        found: Array = moved.positions
        return found

    relaxed = atoms.copy()
    relaxed.set_positions(kept_array(name, positions))
    return relaxed


def _refuse_fallen(ends: Ends, start: Atoms, end: Atoms) -> None:
    """Refuse ends whose relaxed ions left the sites they were put on, by more than half of their way."""
    ways = np.linalg.norm(ends.end.positions - ends.start.positions, axis=1)
    for ideal, relaxed in ((ends.start, start), (ends.end, end)):
        left = np.linalg.norm(relaxed.positions - ideal.positions, axis=1)[-ends.movers :]
        if (left > ways[-ends.movers :] / 2).any():
            raise StageFailure(f"an end is no minimum: relaxed, its ion leaves its site by {left.max():.1f} Å")
