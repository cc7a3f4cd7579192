"""The crystals that ions hop in: full with one ion missing, or empty with one ion in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import StructureRefused
from atomscreen.interatomic.crystal_symmetry import primitive_cell, standard_orientation
from atomscreen.interatomic.relaxation import relax_structure
from atomscreen.properties.intercalation.end_members import MAX_SWELLING, relax_host
from atomscreen.properties.migration.site_crystal import Carrier, SiteCrystal

if TYPE_CHECKING:
    from pymatgen.core import Structure

SAME_HOST = 1.5
"""Å by which atoms of a host may differ when its ions leave; farther apart, the two are given in different cells."""


def standard_crystal(relaxed: Structure) -> Structure:
    """Return the primitive cell in IRE-1949 standard axes, so that every tensor in this cell's axes is in those."""
    return standard_orientation(primitive_cell(relaxed))


def vacancy_sites(relaxed: Structure, ion: str, carrier: Carrier = Carrier.VACANCY) -> SiteCrystal:
    """Return a crystal whose ions hop into a vacancy, or into one of two.

    Raises
    ------
    StructureRefused
        Where the crystal has no such ion.
    """
    crystal = standard_crystal(relaxed)
    return SiteCrystal(crystal, _ions(crystal, ion), (True,) * len(crystal), carrier, ion)


def dilute_sites(relaxed: Structure, empty: Structure, ion: str) -> SiteCrystal:
    """Return an empty host with the sites that its ions have in the full one: an ion hops among these, alone.

    Parameters
    ----------
    relaxed
        The full crystal.
    empty
        Its host without ions, relaxed, in the same cell and order.
    ion
        Symbol of the working ion.
    """
    places = relaxed.frac_coords[list(_ions(relaxed, ion))]
    host = [site.specie.symbol for site in empty]
    together = type(relaxed)(empty.lattice, host + [ion] * len(places), [*empty.frac_coords, *places])
    crystal = standard_crystal(together)
    sites = _ions(crystal, ion)
    filled = tuple(index not in sites for index in range(len(crystal)))
    return SiteCrystal(crystal, sites, filled, Carrier.INTERSTITIAL, ion, alone=True)


def empty_host(
    relaxed: Structure, charged: Structure | None, ion: str, potential: str, limits: Mapping[str, Any]
) -> tuple[Structure, bool]:
    """Return the relaxed host without ions, in the cell and order of the full crystal, and whether its cell was held.

    Parameters
    ----------
    relaxed
        The full crystal.
    charged
        Its host, relaxed, where that is known already; it is taken where it is given in the same cell and order.
    ion
        Symbol of the working ion.
    potential
        The interatomic potential.
    limits
        Further arguments of :func:`relax_structure`.

    Raises
    ------
    StageFailure
        Where the host does not relax.
    """
    bare = relaxed.copy()
    bare.remove_species([ion])
    held = False
    if charged is None or not _same_host(charged, bare):
        relaxation, held = relax_host(bare, potential, limits)
        charged = relaxation.structure
    if not held and 100 * (charged.volume / bare.volume - 1) > MAX_SWELLING:
        charged, held = relax_structure(bare, potential, cell=False, **limits).structure, True
    return charged, held


def _same_host(charged: Structure, bare: Structure) -> bool:
    """Say whether two hosts have the same atoms in the same order at about the same places of their cells."""
    if [site.specie.symbol for site in charged] != [site.specie.symbol for site in bare]:
        return False
    gaps = charged.frac_coords - bare.frac_coords
    away = (gaps - np.rint(gaps)) @ charged.lattice.matrix
    return bool(np.linalg.norm(away, axis=1).max() < SAME_HOST)


def _ions(crystal: Structure, ion: str) -> tuple[int, ...]:
    found = tuple(index for index, site in enumerate(crystal) if site.specie.symbol == ion)
    if not found:
        raise StructureRefused(f"{crystal.composition.reduced_formula} has no {ion} that could migrate")
    return found
