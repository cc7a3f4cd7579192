"""Migration barriers of the working ion: nudged elastic bands of its distinct hops, and how these percolate."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.core.vocabulary import ELECTRODES
from atomscreen.interatomic.nudged_elastic_band import BandSettings
from atomscreen.interatomic.potentials import PotentialName, refuse_unknown_elements
from atomscreen.properties.migration.carrier_sites import dilute_sites, empty_host, vacancy_sites
from atomscreen.properties.migration.concerted_hops import concerted_routes
from atomscreen.properties.migration.divacancy_hops import divacancy_routes
from atomscreen.properties.migration.empty_sites import interstitial_sites
from atomscreen.properties.migration.hop_network import Route, distinct_hops
from atomscreen.properties.migration.migration_path import PathSearch, migration_path
from atomscreen.properties.migration.migration_results import About, Explored, migration_results
from atomscreen.properties.migration.site_crystal import Carrier, SiteCrystal

Limit = Literal["full", "dilute"]

_LOG = logging.getLogger(__name__)

CALLS_PER_HOP = 150
"""Evaluations of the potential that a hop takes, about: both ends and five images, a symmetric path."""


@stage(
    needs={"relaxed", "working_ion"},
    uses={"role", "charged_relaxed", "elastic_tensor"},
    gives={
        "migration_barrier_1d",
        "migration_barrier_2d",
        "migration_barrier_3d",
        "divacancy_barrier_1d",
        "divacancy_barrier_2d",
        "divacancy_barrier_3d",
        "hop_barrier",
        "concerted_barrier",
        "barrier_strain_tensor",
        "activation_volume",
    },
)
def migration_barrier(
    candidate: Candidate,
    potential: PotentialName = "chgnet",
    carrier: Literal["vacancy", "divacancy", "interstitial"] = "vacancy",
    content: Literal["full", "dilute", "both"] = "full",
    concerted: Annotated[int, Field(ge=1, le=3)] = 1,
    max_chains: Annotated[int, Field(gt=0)] = 3,
    max_length: Annotated[float, Unit("Å"), Field(gt=0)] = 5.0,
    min_width: Annotated[float, Unit("Å"), Field(gt=0)] = 8.0,
    images: Annotated[int, Field(ge=1)] = 5,
    max_force: Annotated[float, Unit("eV/Å"), Field(gt=0)] = 0.05,
    max_steps: Annotated[int, Field(gt=0)] = 400,
) -> Results:
    """Find the barriers of the working ion's symmetry-distinct hops and at which they connect the crystal.

    Each hop is a nudged elastic band with a climbing image in a neutral supercell of the relaxed cell; the ends are
    relaxed first. Shortest hops come first, until they could percolate in three dimensions. The migration barrier in
    one, two or three dimensions is the lowest saddle that must be let in for hops to lead that way for ever, above the
    lowest site that they connect. Barriers are of single ions unless the name says concerted: ions of superionic
    conductors move together and over lower ones, so no single-ion barrier stands for a conductor's activation energy.

    Of a divacancy, an ion hops from i to j while k, a neighbour of both, is empty too: in layered oxides it passes the
    tetrahedral site between the three, a lone vacancy's ion a pair of oxygens (Van der Ven and Ceder 2000). The empty
    pair j, k becomes i, k: it has turned about k, and goes on by turns about either of its two. Pairs are the places
    of its network, turns the ways between: a divacancy barrier is what a pair must climb, above its lowest place, to
    get anywhere without ever coming apart. It is no migration barrier of a vacancy: pairs have to be there, and what
    binds them or drives them apart is not in it.

    Parameters
    ----------
    candidate
        The candidate, relaxed with the same potential.
    potential
        The interatomic potential.
    carrier
        In the full crystal: one vacancy among the working ions, two neighbouring ones, or one more ion in an empty
        site. Empty sites are the vertices of the atoms' Voronoi cells at which an ion relaxes to a place of its own.
        The hops of two vacancies are those of one, each with every distinct third site that hops connect to both ends.
    content
        Of working ions: the full crystal with that carrier, the dilute limit (one ion in the host without any others,
        hopping among the sites of the full one), or both.
    concerted
        Ions that move at once in additional paths, 2 or 3: each into the place of the one before it. 1 is none.
    max_chains
        Distinct concerted paths that are computed, at most, the shortest.
    max_length
        Longest straight line of a hop, in Å.
    min_width
        Least distance between opposite faces of the supercell, in Å.
    images
        Images between the ends of a single hop; every further ion that moves adds two.
    max_force
        Largest force left on the band, in eV/Å; ends are relaxed to half of it.
    max_steps
        Steps of the optimizer for an end, and for a band, after which the hop counts as failed.

    Returns
    -------
    Results
        For each distinct hop ``hop_barrier``, ``barrier_strain_tensor`` and, where the elastic tensor is known,
        ``activation_volume``; the direction names its sites and length. Of the network ``migration_barrier_1d`` to
        ``_3d``, of a divacancy ``divacancy_barrier_1d`` to ``_3d``, as far as it percolates. Electrodes have
        their content with them: 1 full, 0 dilute.

    Raises
    ------
    StageFailure
        Where no hop gave a path.
    StructureRefused
        Where the working ion is not in the structure.
    UsageError
        Where a divacancy is to move in concert.
    """
    if carrier == "divacancy" and concerted > 1:
        raise UsageError("concerted hops are those of a vacancy or an interstitial, not of a divacancy")
    refuse_unknown_elements(potential, candidate.structure("relaxed"))
    search = PathSearch(potential, BandSettings(images, max_force, max_steps), min_width)
    found: list[Results] = []
    limits: tuple[Limit, ...] = ("dilute", "full") if content == "both" else (content,)
    for one in limits:
        sites, notes = _sites(candidate, carrier if one == "full" else "dilute", search)
        routes = distinct_hops(sites.crystal, sites.sites, max_length)
        if not routes:
            raise StageFailure(f"no two sites of {sites.ion} lie within {max_length:g} Å of each other")
        if sites.carrier is Carrier.DIVACANCY and not (routes := divacancy_routes(routes, sites.symmetry)):
            raise StageFailure(
                f"no site of {sites.ion} is a neighbour of both ends of a hop: no pair of vacancies turns"
            )
        single_hops = len(routes)
        if concerted > 1 and one == "full":
            routes += concerted_routes(sites, max_length, concerted)[:max_chains]
        explored, failed = _explore(sites, routes, search, one)
        content_known = one == "dilute" or candidate.role in ELECTRODES
        about = About(candidate, sites, search, (0.0 if one == "dilute" else 1.0) if content_known else None)
        results = migration_results(about, explored, failed, single_hops)
        found.append(Results(results.quantities, notes=(*notes, *results.notes)))
    return Results(
        tuple(quantity for results in found for quantity in results.quantities),
        notes=tuple(note for results in found for note in results.notes),
    )


def _sites(
    candidate: Candidate, carrier: Literal["vacancy", "divacancy", "interstitial", "dilute"], search: PathSearch
) -> tuple[SiteCrystal, list[str]]:
    """Return the crystal with the sites of a carrier, and what is to be said of it."""
    relaxed, ion = candidate.structure("relaxed"), str(candidate.working_ion)
    if carrier == "interstitial":
        return interstitial_sites(relaxed, ion, search)
    if carrier != "dilute":
        return vacancy_sites(relaxed, ion, Carrier(carrier)), []
    limits = {"max_force": search.settings.max_force, "max_steps": search.settings.max_steps}
    host, held = empty_host(relaxed, candidate.structures.get("charged_relaxed"), ion, search.potential, limits)
    note = (
        f"The host without {ion} was held in the cell of the full crystal: by itself the potential lets its layers "
        "drift apart, and a lone ion would find too much room."
    )
    return dilute_sites(relaxed, host, ion), [note] if held else []


def _explore(
    sites: SiteCrystal, routes: Sequence[Route], search: PathSearch, name: str
) -> tuple[list[Explored], dict[str, str]]:
    """Return the routes that have a path, and the names of those that have none with the reason.

    Raises
    ------
    StageFailure
        Where none has one.
    """
    _LOG.info("%d distinct hops, about %d evaluations of the potential", len(routes), CALLS_PER_HOP * len(routes))
    explored: list[Explored] = []
    failed: dict[str, str] = {}
    for number, (label, route) in enumerate(zip(sites.labels(routes), routes, strict=True)):
        try:
            path = migration_path(sites, route, search, f"{name}-{number}")
        except StageFailure as failure:
            failed[label] = str(failure)
            continue
        explored.append(Explored(label, route, path))
    if not explored:
        raise StageFailure("; ".join(f"{label}: {reason}" for label, reason in failed.items()))
    return explored, failed
