"""What computed hops give: barriers, their change with strain, and the barrier at which their network percolates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.quantity import Quantity
from atomscreen.interatomic.minimum_energy_path import MinimumEnergyPath
from atomscreen.interatomic.potentials import label, model_uncertainty, provenance
from atomscreen.properties.migration.barrier_strain import activation_volume, strain_derivative
from atomscreen.properties.migration.hop_network import Route, from_first, route_vector
from atomscreen.properties.migration.hop_percolation import Edge, Place, percolations
from atomscreen.properties.migration.migration_path import PathSearch
from atomscreen.properties.migration.site_crystal import Carrier, SiteCrystal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


UNEVEN = 0.01
"""eV by which ends that are alike by symmetry may differ: relaxation to the usual limits leaves less."""


@dataclass(frozen=True)
class Explored:
    """A route, its name, and the path of least energy along it."""

    label: str
    route: Route
    path: MinimumEnergyPath

    @property
    def lower_end(self) -> float:
        """Energy of the lower end in eV."""
        return float(min(self.path.energies[0], self.path.energies[-1]))

    @property
    def barrier(self) -> float:
        """Energy of the saddle above the lower end, in eV."""
        return float(self.path.energies.max()) - self.lower_end


@dataclass(frozen=True)
class About:
    """What all quantities of one carrier share."""

    candidate: Candidate
    sites: SiteCrystal
    search: PathSearch
    content: float | None
    """Condition of the quantities, where they have one."""

    def method(self, motion: str) -> str:
        """Return how the barrier of a motion was obtained, and of what."""
        ion = self.sites.ion
        if self.sites.alone:
            where = f"one {ion} in the empty host"
        elif self.sites.carrier is Carrier.VACANCY:
            where = f"one {ion} vacancy in the full crystal"
        elif self.sites.carrier is Carrier.DIVACANCY:
            where = f"two neighbouring {ion} vacancies in the full crystal"
        else:
            where = f"one {ion} more in the full crystal"
        return f"{label(self.search.potential)} climbing-image NEB, {motion}, {where}, neutral supercell"

    def give(self, name: str, value: Any, motion: str, origin: dict[str, Any], **more: Any) -> Quantity:
        """Return a quantity; ``more`` are its direction, uncertainty and bound."""
        conditions: dict[str, float | str] = {} if self.content is None else {"ion_content": self.content}
        if direction := more.pop("direction", None):
            conditions["direction"] = direction
        return Quantity(
            name, value, conditions=conditions, method=self.method(motion), provenance={**self.origin, **origin}, **more
        )

    @property
    def origin(self) -> dict[str, Any]:
        """Provenance of everything."""
        return {**provenance(self.search.potential), "min_width": self.search.min_width}


def migration_results(
    about: About, explored: Sequence[Explored], failed: Mapping[str, str], single_hops: int
) -> Results:
    """Return quantities and notes of the hops of one carrier.

    Parameters
    ----------
    about
        What they share.
    explored
        Hops with a path.
    failed
        Names of those without, and why.
    single_hops
        How many single hops of the network there are, with a path or without.
    """
    single = [one for one in explored if len(one.route.hops) == 1]
    quantities: list[Quantity] = []
    # The lowest comes last: it is the one that is found where nobody asks for a direction.
    for one in sorted(explored, key=lambda one: -one.barrier):
        quantities += _hop_quantities(about, one)
    more, missing = _percolation_quantities(about, single, incomplete=len(single) < single_hops)
    evaluations = sum(one.path.evaluations for one in explored)
    said = [f"No barrier of the hop {label}: {reason}." for label, reason in failed.items()]
    said.append(
        f"{len(explored)} distinct hops took {evaluations} evaluations of the potential, their ends not counted."
    )
    said += [note for one in explored for note in _path_notes(one, about.sites)]
    return Results((*quantities, *more), notes=(*missing, *said))


def _path_notes(one: Explored, sites: SiteCrystal) -> list[str]:
    """Return what is to be said of a path that is not one hop between two sites as they should be."""
    notes = []
    if minima := one.path.minima:
        depths = ", ".join(f"{energy:.2f}" for energy in minima)
        notes.append(
            f"The path {one.label} has minima between its ends, at {depths} eV above the start: it is several hops, "
            "and its barrier the highest of their saddles."
        )
    first, last = (sites.symmetry.orbit(end) for end in (one.route.hops[0].before, one.route.hops[-1].after))
    uneven = abs(float(one.path.energies[-1] - one.path.energies[0]))
    if first == last and uneven > UNEVEN:
        notes.append(
            f"The ends of the hop {one.label} are alike by symmetry, but differ by {uneven:.2f} eV: around the "
            f"{sites.carrier} the host falls into structures not its own, so that barriers are as uncertain."
        )
    return notes


def _hop_quantities(about: About, one: Explored) -> list[Quantity]:
    """Return the barrier of one hop, and its change with strain."""
    path, motion = one.path, about.sites.motion(one.route)
    name = "hop_barrier" if len(one.route.hops) == 1 else "concerted_barrier"
    origin: dict[str, Any] = {
        "forward_barrier": path.barrier,
        "reverse_barrier": path.reverse_barrier,
        "numerical_error": path.numerical_error,
        "largest_force": path.largest_force,
        "atoms": len(path.numbers),
        "images": len(path.energies) - 2,
        "mirrored": path.mirrored,
        "minima": list(path.minima),
        "equivalent_hops": len(one.route.members),
        "vector": [round(float(x), 4) for x in route_vector(about.sites.crystal, one.route)],
    }
    direction = one.label
    spread = _uncertainty(about, name, one)
    given = [about.give(name, one.barrier, motion, origin, direction=direction, uncertainty=spread)]
    try:
        derivative = strain_derivative(path, about.search.potential)
    except NotImplementedError:  # how ase says that a calculator gives no stress
        return given
    given.append(about.give("barrier_strain_tensor", derivative.tolist(), motion, origin, direction=direction))
    stiffness = about.candidate.find("elastic_tensor")
    if stiffness is not None and not about.sites.alone:
        volume = activation_volume(derivative, np.array(stiffness.value))
        given.append(about.give("activation_volume", volume, motion, origin, direction=direction))
    return given


def _uncertainty(about: About, name: str, one: Explored) -> float | None:
    """Return the potential's benchmarked error and the band's own together; unknown where the first is."""
    model = model_uncertainty(about.search.potential, name, one.barrier)
    return None if model is None else math.hypot(model, one.path.numerical_error)


def _percolation_quantities(
    about: About, single: Sequence[Explored], *, incomplete: bool
) -> tuple[list[Quantity], list[str]]:
    """Return the migration barriers that the single hops' network has, and what is to be said of them."""
    carrier = about.sites.carrier
    energies, edges = _network(about.sites, single)
    found = percolations(energies, edges)
    deciding = {float(one.path.energies.max()): one.label for one in single}
    prefix, place, hops = (
        ("divacancy", "pair of sites", "Turns of a pair of vacancies")
        if carrier is Carrier.DIVACANCY
        else ("migration", "site", "Single hops")
    )
    quantities = [
        about.give(
            name := f"{prefix}_barrier_{dimension}d",
            one.barrier,
            f"single-ion {carrier} hops",
            {"deciding_hop": deciding[one.saddle], "hops": len(single)},
            # A hop without a path may have been a lower way.
            bound="upper" if incomplete else None,
            uncertainty=model_uncertainty(about.search.potential, name, one.barrier),
        )
        for dimension, one in sorted(found.items())
    ]
    notes = []
    reached = max(found, default=0)
    if reached < 3:
        notes.append(
            f"{hops} of the {about.sites.ion} connect the crystal in {reached} dimensions, as far as computed."
        )
    if found and (deeper := found[reached].lowest_site - min(energies)) > 0.01:
        notes.append(
            f"A {place} {deeper:.2f} eV lower is not on the percolating network: carriers may be caught there."
        )
    return quantities, notes


def _network(sites: SiteCrystal, single: Sequence[Explored]) -> tuple[list[float], list[Edge]]:
    """Return the energies in eV of all that a carrier can occupy, a site or a pair of sites, and the hops between.

    The energy is that of the lowest end found there. A pair is one place of the network, however its hops lead to it.
    """
    lowest: dict[tuple[Place, ...], float] = {}
    for one in single:
        hop = one.route.hops[0]
        for places, energy in ((hop.before, one.path.energies[0]), (hop.after, one.path.energies[-1])):
            orbit = sites.symmetry.orbit(places)
            lowest[orbit] = min(lowest.get(orbit, math.inf), float(energy))
    numbers: dict[tuple[Place, ...], int] = {}
    edges = []
    for one in single:
        for hop in one.route.members:
            (start, origin), (end, arrival) = from_first(hop.before), from_first(hop.after)
            first, last = (numbers.setdefault(places, len(numbers)) for places in (start, end))
            a, b, c = (int(n) for n in np.subtract(arrival, origin))
            edges.append(Edge(first, last, (a, b, c), float(one.path.energies.max()), float(one.path.energies.min())))
    return [lowest[sites.symmetry.orbit(places)] for places in numbers], edges
