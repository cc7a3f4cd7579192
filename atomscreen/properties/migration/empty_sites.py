"""Empty sites of a crystal: where an additional ion finds a place of its own among the atoms."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import StageFailure
from atomscreen.interatomic.potentials import calculator
from atomscreen.interatomic.relaxation import to_atoms
from atomscreen.interatomic.supercells import supercell
from atomscreen.properties.checkpoints import kept_array
from atomscreen.properties.migration.carrier_sites import standard_crystal
from atomscreen.properties.migration.hop_network import space_group
from atomscreen.properties.migration.migration_path import FARTHEST, PathSearch, relaxed_in_cell, with_ions
from atomscreen.properties.migration.site_crystal import Carrier, SiteCrystal

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]

CLEARANCE = 1.4
"""Å that the middle of a void must be away from every atom: Li–O bonds are 1.9 Å and more, and atoms make room."""

SAME_VOID = 0.8
"""Å within which places are one site."""

SHAKE, ROLLED_FORCE = 0.05, 0.1
"""Å by which an ion is moved off the middle of a void, and eV/Å at which, rolled down from there, it has arrived."""

HIGHEST = 1.0
"""eV above the lowest empty site up to which others count: at 1000 K one in 100,000 ions would sit there."""


def voids(crystal: Structure) -> list[Array]:
    """Return the middles of a crystal's voids, symmetry-distinct ones, the widest first: fractional, shape (3,) each.

    They are the vertices of the Voronoi cells of all atoms: places as far from their nearest atoms as any nearby.
    """
    from scipy.spatial import Voronoi

    shifts = np.array(list(itertools.product(range(-2, 3), repeat=3)))
    points = (crystal.frac_coords % 1 + shifts[:, None]).reshape(-1, 3)
    vertices = crystal.lattice.get_fractional_coords(Voronoi(points @ crystal.lattice.matrix).vertices)
    inside = np.unique(np.round(vertices[((vertices > -1e-6) & (vertices < 1 - 1e-6)).all(axis=1)], 6), axis=0)
    width = crystal.lattice.get_all_distances(inside, crystal.frac_coords).min(axis=1)
    distinct: list[Array] = []
    taken = np.empty((0, 3))
    for vertex in inside[np.argsort(-width.round(3), kind="stable")][: int((width >= CLEARANCE).sum())]:
        if len(taken) and crystal.lattice.get_all_distances([vertex], taken).min() < SAME_VOID:
            continue
        distinct.append(vertex)
        taken = np.vstack([taken, _equivalents(crystal, vertex)])
    return distinct


def interstitial_sites(relaxed: Structure, ion: str, search: PathSearch) -> tuple[SiteCrystal, list[str]]:
    """Return a crystal with the sites that an additional ion relaxes to, and notes on voids that hold none.

    Parameters
    ----------
    relaxed
        The crystal.
    ion
        Symbol of the working ion.
    search
        The potential, the width of the supercell, the limits.

    Raises
    ------
    StageFailure
        Where no void holds an ion.
    """
    crystal = standard_crystal(relaxed)
    found: list[tuple[float, Array]] = []
    notes: list[str] = []
    for number, void in enumerate(voids(crystal)):
        try:
            found.append(_relaxed_interstitial(crystal, ion, void, search, f"void{number}"))
        except StageFailure as failure:
            notes.append(f"No {ion} in the void at {void.round(3).tolist()}: {failure}.")
    if not found:
        raise StageFailure(f"no void of {crystal.composition.reduced_formula} holds another {ion}")
    lowest = min(energy for energy, _ in found)
    extended = crystal.copy()
    for energy, place in sorted(found, key=lambda pair: pair[0]):
        for equivalent in _equivalents(crystal, place) if energy - lowest <= HIGHEST else ():
            empty = extended.frac_coords[len(crystal) :]
            if not len(empty) or crystal.lattice.get_all_distances([equivalent], empty).min() >= SAME_VOID:
                extended.append("X", equivalent)
    filled = tuple(index < len(crystal) for index in range(len(extended)))
    sites = tuple(range(len(crystal), len(extended)))
    return SiteCrystal(extended, sites, filled, Carrier.INTERSTITIAL, ion), notes


def _relaxed_interstitial(
    crystal: Structure, ion: str, void: Array, search: PathSearch, name: str
) -> tuple[float, Array]:
    """Return energy in eV and fractional place of an ion that relaxed from a void.

    Raises
    ------
    StageFailure
        Where the cell does not relax, or another atom leaves its site.
    """
    large = to_atoms(supercell(crystal, search.min_width))
    start = with_ions(large, ion, crystal.lattice.get_cartesian_coords([void]))
    rolled = start.copy()
    rolled.set_positions(kept_array(f"{name}-rolled", lambda: _rolled_down(start, search)))
    relaxed = relaxed_in_cell(rolled, search, name)
    moved = np.linalg.norm(relaxed.positions[:-1] - start.positions[:-1], axis=1).max()
    if moved > FARTHEST:
        raise StageFailure(f"the additional {ion} pushes another atom {moved:.1f} Å off its site")
    relaxed.calc = calculator(search.potential)
    place: Array = crystal.lattice.get_fractional_coords(relaxed.positions[-1])
    return float(relaxed.get_potential_energy()), place


def _rolled_down(start: Atoms, search: PathSearch) -> Array:
    """Return positions with the last atom, alone, moved downhill from where it was.

    A void's middle can be a hill by symmetry, and L-BFGS, which looks for places without force, would stay there.
    """
    from ase.constraints import FixAtoms
    from ase.optimize import FIRE

    atoms = start.copy()
    last = len(atoms) - 1
    atoms.positions[last] += np.random.default_rng(0).normal(scale=SHAKE, size=3)
    atoms.set_constraint(FixAtoms(indices=range(last)))
    atoms.calc = calculator(search.potential)
    FIRE(atoms, logfile=None).run(fmax=ROLLED_FORCE, steps=search.settings.max_steps)
    positions: Array = atoms.positions
    return positions


def _equivalents(crystal: Structure, place: Array) -> Array:
    """Return the images of a fractional position under the space group, shape (n, 3), each once."""
    rotations, translations = space_group(crystal)
    images = (rotations @ place + translations) % 1
    distinct: list[Array] = []
    for image in images:
        if not distinct or crystal.lattice.get_all_distances([image], distinct).min() >= SAME_VOID:
            distinct.append(image)
    return np.array(distinct)
