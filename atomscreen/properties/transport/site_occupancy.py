"""Which crystallographic sites the ions are on, how full each is, and how long an ion stays."""

from __future__ import annotations

import csv
import itertools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import UsageError
from atomscreen.core.files import written
from atomscreen.properties.transport.host_frame import host_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import PeriodicSite, Structure

    from atomscreen.interatomic.dynamics.trajectory import Trajectory
    from atomscreen.properties.transport.host_frame import HostFrame

    Array = NDArray[Any]

LARGEST_CORE = 1.0
"""Å from a site within which an ion counts as arrived there, at most."""

_CORE_SHARE = 0.4  # of the least distance between sites; cores must not touch, or vibrations would count as jumps
_LEAST_CORE = 0.2  # Å; thermal vibration alone is as large
_LARGEST_STRAIN = 0.1  # between the reference's cell, repeated, and the trajectory's
_LARGEST_MISFIT = 1.0  # Å, root mean square, between the host's mean positions and the reference's
_BLOCKS = 5  # of time, between which the spread of an occupancy is taken
_NONE_SEEN = 3.0  # −ln 0.05: events expected at least, where none is seen, once in twenty times only


@dataclass(frozen=True)
class Orbit:
    """Sites that are equivalent by symmetry.

    Attributes
    ----------
    wyckoff
        Multiplicity in the reference's conventional cell and letter, for example ``"48h"``.
    sites
        Of them in the trajectory's cell.
    occupancy
        Mean number of ions per site.
    occupancy_uncertainty
        Standard uncertainty by the spread between five pieces of the run.
    residence_time
        Mean time in ps that an ion stays on a site; a lower bound at 95 % where none ever left (no ``departures``), and
        ``None`` where no ion was there.
    departures
        Times an ion went on to another site; the relative uncertainty of the residence time is one over its root.
    """

    wyckoff: str
    sites: int
    occupancy: float
    occupancy_uncertainty: float
    residence_time: float | None
    departures: int


@dataclass(frozen=True, eq=False)
class SiteOccupancies:
    """The sites, what is on them, and the ways between them.

    Attributes
    ----------
    orbits
        Symmetry-distinct kinds of sites.
    sites
        Fractional coordinates in the trajectory's cell, shape (sites, 3).
    orbit_of_site
        Index of each site's orbit, shape (sites,).
    occupancies
        Mean number of ions on each site, shape (sites,).
    site_of_ion
        The site each ion was on last, shape (frames, ions).
    jumps
        Number of times an ion went from a site of one orbit to a site of another (or the same), shape (orbits, orbits).
    between
        Share of the time that ions were outside the core of every site; they count for the one they came from. Much
        of it means that the reference lacks sites.
    core
        Radius in Å about a site within which an ion arrives.
    """

    orbits: tuple[Orbit, ...]
    sites: Array
    orbit_of_site: Array
    occupancies: Array
    site_of_ion: Array
    jumps: Array
    between: float
    core: float


def site_occupancies(trajectory: Trajectory, ion: str, reference: Structure) -> SiteOccupancies:
    """Assign an ion's positions to crystallographic sites.

    An ion is on the site whose core it was in last, so that it must arrive at another before it has left: vibrations
    across the face between two sites are no jumps. Cores reach 0.4 of the least distance between sites, 1 Å at most.

    Own code: SiteOccupancyAnalyzer of pymatgen-analysis-diffusion takes the nearest site in every frame, which counts
    such vibrations, and knows no residence times.

    Parameters
    ----------
    trajectory
        The run, equilibrated.
    ion
        Element that moves.
    reference
        Crystal with all sites the ion may be on; partial occupancies and other ions beside it are welcome, so that a
        disordered CIF file serves. The trajectory's cell is a supercell of it, strained by a tenth at most: any in the
        same orientation, multiples along its axes in another. Its host is laid on the trajectory's.

    Raises
    ------
    UsageError
        Where the reference has no such site, or does not fit the trajectory.
    """
    frame = host_frame(trajectory, ion)
    names, repeated = _supercell(reference, ion, frame)
    held = np.array([_holds(site, ion) for site in repeated])
    sites = repeated.frac_coords[held] + _offset(repeated, held, frame)
    orbit_of_site = np.array(repeated.site_properties["orbit"])[held]
    last, inside, core = _assigned(frame, sites)
    starts, ends = last[:-1], last[1:]
    moved = starts != ends
    jumps = np.zeros((len(names), len(names)), dtype=int)
    np.add.at(jumps, (orbit_of_site[starts[moved]], orbit_of_site[ends[moved]]), 1)
    return SiteOccupancies(
        orbits=tuple(
            _orbit(name, orbit_of_site == index, last, int(jumps[index].sum()), frame.frame_spacing)
            for index, name in enumerate(names)
        ),
        sites=sites % 1.0,
        orbit_of_site=orbit_of_site,
        occupancies=np.bincount(last.ravel(), minlength=len(sites)) / len(last),
        site_of_ion=last,
        jumps=jumps,
        between=float(1 - inside.mean()),
        core=core,
    )


def write_occupancies(found: SiteOccupancies, path: Path) -> None:
    """Write a row for each site as comma-separated values, with its orbit's residence time.

    Raises
    ------
    UsageError
        Where the file cannot be written.
    """
    header = "orbit,wyckoff,x,y,z,occupancy,orbit_occupancy,orbit_occupancy_uncertainty,residence_time_ps,departures"
    with written(path) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header.split(","))
        for site, index, occupancy in zip(found.sites, found.orbit_of_site, found.occupancies, strict=True):
            orbit = found.orbits[index]
            time = "" if orbit.residence_time is None else f"{orbit.residence_time:.5g}"
            means = [f"{number:.5f}" for number in (*site, occupancy, orbit.occupancy, orbit.occupancy_uncertainty)]
            table.writerow([index + 1, orbit.wyckoff, *means, time, orbit.departures])


def _holds(site: PeriodicSite, element: str) -> bool:
    return any(species.symbol == element for species in site.species.elements)


def _supercell(reference: Structure, ion: str, frame: HostFrame) -> tuple[list[str], Structure]:
    """Return the Wyckoff names of the ion's orbits, and the reference repeated to the trajectory's cell.

    The supercell's sites have the property ``orbit``: the index of the name.
    """
    from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

    cell, repeats = _repeats(reference, frame.lattice)
    symmetry = SpacegroupAnalyzer(cell).get_symmetry_dataset()
    held = [index for index, site in enumerate(cell) if _holds(site, ion)]
    if not held:
        raise UsageError(f"the reference {cell.reduced_formula} has no site of {ion}")
    orbits = list(dict.fromkeys(symmetry.equivalent_atoms[held].tolist()))
    conventional = len(symmetry.std_types) / len(cell)
    names = [
        f"{round(conventional * (symmetry.equivalent_atoms == orbit).sum())}{symmetry.wyckoffs[orbit]}"
        for orbit in orbits
    ]
    labels = [orbits.index(orbit) if orbit in orbits else -1 for orbit in symmetry.equivalent_atoms.tolist()]
    repeated = cell.copy(site_properties={"orbit": labels})
    repeated.make_supercell(repeats)
    return names, repeated


def _repeats(reference: Structure, lattice: Array) -> tuple[Structure, Array]:
    """Return the reference's primitive cell, or itself, and the integer matrix that takes it to the lattice.

    Any supercell is found in the reference's own orientation, multiples along the axes in every orientation.
    """
    primitive = reference.get_primitive_structure()
    along_axes = np.linalg.norm(lattice, axis=1) / np.array(reference.lattice.abc)
    fitting: list[tuple[float, Structure, Array]] = []
    for cell, matrix in (
        (primitive, np.rint(lattice @ np.linalg.inv(primitive.lattice.matrix))),
        (reference, np.diag(np.rint(along_axes))),
    ):
        if round(abs(np.linalg.det(matrix))):
            gradient = np.linalg.inv(matrix @ cell.lattice.matrix) @ lattice
            strain = float(np.abs(gradient.T @ gradient - np.eye(3)).max()) / 2
            fitting.append((strain, cell, matrix.astype(int)))
    strain, cell, matrix = min(fitting, key=lambda one: one[0], default=(np.inf, reference, np.eye(3)))
    if strain < _LARGEST_STRAIN:
        return cell, matrix
    raise UsageError(
        "the trajectory's cell is no supercell of the reference's: its edges are "
        f"{', '.join(f'{ratio:.2f}' for ratio in along_axes)} times as long"
    )


def _offset(repeated: Structure, held: Array, frame: HostFrame) -> Array:
    """Return what takes the reference's host onto the trajectory's, in fractional coordinates, shape (3,)."""
    if not len(frame.host):
        return np.zeros(3)
    from pymatgen.core import Lattice
    from pymatgen.util.coord import pbc_shortest_vectors

    lattice = Lattice(frame.lattice)
    places = repeated.frac_coords[~held]
    same = np.array([[_holds(site, symbol) for site in repeated] for symbol in frame.host_symbols])[:, ~held]
    if not same.any(axis=1).all():
        raise UsageError(f"the reference {repeated.reduced_formula} lacks elements of the trajectory's host")
    offset = np.zeros(3)
    for _ in range(3):  # who is nearest to whom settles at once where the misfit is below half a bond
        vectors = pbc_shortest_vectors(lattice, places + offset, frame.host)
        distances = np.where(same.T, np.linalg.norm(vectors, axis=2), np.inf)
        nearest = vectors[distances.argmin(axis=0), np.arange(len(frame.host))]
        offset = offset + nearest.mean(axis=0) @ np.linalg.inv(frame.lattice)
    misfit = float(np.sqrt(((nearest - nearest.mean(axis=0)) ** 2).sum(axis=1).mean()))
    if misfit > _LARGEST_MISFIT:
        raise UsageError(f"the host of the reference lies {misfit:.1f} Å (root mean square) from the trajectory's")
    return offset


def _assigned(frame: HostFrame, sites: Array) -> tuple[Array, Array, float]:
    """Return the site each ion was on last and whether it is in its core, shape (frames, ions), and the core in Å."""
    from scipy.spatial import cKDTree

    images = np.array(list(itertools.product((-1, 0, 1), repeat=3)))
    around = ((sites % 1.0)[None] + images[:, None]).reshape(-1, 3)
    tree = cKDTree(around @ frame.lattice)
    neighbours, _ = tree.query((sites % 1.0) @ frame.lattice, k=2)
    core = min(LARGEST_CORE, _CORE_SHARE * float(neighbours[:, 1].min()))
    if core < _LEAST_CORE:
        raise UsageError(f"sites of the reference lie {core / _CORE_SHARE:.2f} Å apart only: merge them into one")
    distances, nearest = tree.query((frame.ions % 1.0) @ frame.lattice)
    inside = distances <= core
    arrived = np.where(inside, np.arange(len(inside))[:, None], 0)  # before the first arrival: the nearest at first
    last = np.take_along_axis(nearest % len(sites), np.maximum.accumulate(arrived, axis=0), axis=0)
    return last, inside, core


def _orbit(wyckoff: str, mine: Array, last: Array, departures: int, frame_spacing: float) -> Orbit:
    """Return what the sites of one orbit hold; ``mine`` says which sites are its, shape (sites,)."""
    there = mine[last].sum(axis=1)  # ions on the orbit, by frame
    blocks = [block.mean() for block in np.array_split(there, min(_BLOCKS, len(there)))]
    sites = int(mine.sum())
    time = float(there.sum()) * frame_spacing
    return Orbit(
        wyckoff=wyckoff,
        sites=sites,
        occupancy=float(there.mean()) / sites,
        occupancy_uncertainty=float(np.std(blocks, ddof=1)) / math.sqrt(len(blocks)) / sites,
        residence_time=time / (departures or _NONE_SEEN) if time else None,
        departures=departures,
    )
