"""One hop, or several ions' at once, in a supercell: its two ends, their relaxation, and the path between them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
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
from atomscreen.properties.migration.hop_network import Hop, Route, hop_vector
from atomscreen.properties.migration.site_crystal import SiteCrystal

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


FARTHEST = 1.2
"""Å that an atom may move when another one comes or goes; farther, it has left its site."""


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
        each after the other, or each pushing the next away. What the carrier has beside its hop stays empty.
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
    beside = [crystal.lattice.get_cartesian_coords(crystal[site].frac_coords + cell) for site, cell in chain[0].beside]
    lattice = large.lattice
    involved = lattice.get_fractional_coords([*points, *beside])
    gaps = lattice.get_all_distances(involved, large.frac_coords)
    taken = gaps.argmin(axis=1)
    if gaps.min(axis=1).max() > SAME_PLACE or len(set(taken)) < len(involved):
        raise StageFailure(f"a supercell {min_width:g} Å wide cannot hold a hop over {len(involved)} different sites")
    numbers = np.array(large.site_properties["site"])
    rest = [index for index in range(len(large)) if sites.filled[numbers[index]] and index not in taken]
    background = to_atoms(type(large).from_sites([large[index] for index in rest]))
    before, after = (points[1:], points[:-1]) if sites.carrier.is_empty else (points[:-1], points[1:])
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
    """Refuse ends where an ion left its site by more than half of its way, or where another atom left its own."""
    ways = np.linalg.norm(ends.end.positions - ends.start.positions, axis=1)
    for ideal, relaxed in ((ends.start, start), (ends.end, end)):
        moved = np.linalg.norm(relaxed.positions - ideal.positions, axis=1)
        movers, others = moved[-ends.movers :], moved[: -ends.movers]
        if (movers > ways[-ends.movers :] / 2).any():
            raise StageFailure(f"an end is no minimum: relaxed, its ion leaves its site by {movers.max():.1f} Å")
        if len(others) and others.max() > FARTHEST:
            raise StageFailure(
                f"an end is another than was meant: relaxed, one of the other atoms leaves its site by"
                f" {others.max():.1f} Å"
            )
