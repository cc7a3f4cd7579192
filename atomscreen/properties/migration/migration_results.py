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
from atomscreen.properties.migration.hop_network import Route, route_vector
from atomscreen.properties.migration.hop_percolation import Edge, percolations
from atomscreen.properties.migration.migration_path import Carrier, PathSearch, SiteCrystal

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

    def method(self, ions: int) -> str:
        """Return how a barrier was obtained, and of what."""
        ion = self.sites.ion
        if self.sites.alone:
            where = f"one {ion} in the empty host"
        elif self.sites.carrier is Carrier.VACANCY:
            where = f"one {ion} vacancy in the full crystal"
        else:
            where = f"one {ion} more in the full crystal"
        hop = (
            f"single-ion {self.sites.carrier} hop"
            if ions == 1
            else f"concerted hop of {ions} ions, {self.sites.carrier}"
        )
        return f"{label(self.search.potential)} climbing-image NEB, {hop}, {where}, neutral supercell"

    def give(self, name: str, value: Any, ions: int, origin: dict[str, Any], **more: Any) -> Quantity:
        """Return a quantity; ``more`` are its direction, uncertainty and bound."""
        conditions: dict[str, float | str] = {} if self.content is None else {"ion_content": self.content}
        if direction := more.pop("direction", None):
            conditions["direction"] = direction
        return Quantity(
            name, value, conditions=conditions, method=self.method(ions), provenance={**self.origin, **origin}, **more
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
    first, last = (sites.symmetry.orbit_of_site(site) for site in (one.route.hops[0].start, one.route.hops[-1].end))
    uneven = abs(float(one.path.energies[-1] - one.path.energies[0]))
    if first == last and uneven > UNEVEN:
        notes.append(
            f"The ends of the hop {one.label} are alike by symmetry, but differ by {uneven:.2f} eV: around the "
            f"{sites.carrier} the host falls into structures not its own, so that barriers are as uncertain."
        )
    return notes


def _hop_quantities(about: About, one: Explored) -> list[Quantity]:
    """Return the barrier of one hop, and its change with strain."""
    path, ions = one.path, len(one.route.hops)
    name = "hop_barrier" if ions == 1 else "concerted_barrier"
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
    given = [about.give(name, one.barrier, ions, origin, direction=direction, uncertainty=spread)]
    try:
        derivative = strain_derivative(path, about.search.potential)
    except NotImplementedError:  # how ase says that a calculator gives no stress
        return given
    given.append(about.give("barrier_strain_tensor", derivative.tolist(), ions, origin, direction=direction))
    stiffness = about.candidate.find("elastic_tensor")
    if stiffness is not None and not about.sites.alone:
        volume = activation_volume(derivative, np.array(stiffness.value))
        given.append(about.give("activation_volume", volume, ions, origin, direction=direction))
    return given


def _uncertainty(about: About, name: str, one: Explored) -> float | None:
    """Return the potential's benchmarked error and the band's own together; unknown where the first is."""
    model = model_uncertainty(about.search.potential, name, one.barrier)
    return None if model is None else math.hypot(model, one.path.numerical_error)


def _percolation_quantities(
    about: About, single: Sequence[Explored], *, incomplete: bool
) -> tuple[list[Quantity], list[str]]:
    """Return the migration barriers that the single hops' network has, and what is to be said of them."""
    energies = _site_energies(about.sites, single)
    edges = [
        Edge(hop.start, hop.end, hop.image, float(one.path.energies.max()), float(one.path.energies.min()))
        for one in single
        for hop in one.route.members
    ]
    found = percolations(energies, edges)
    deciding = {float(one.path.energies.max()): one.label for one in single}
    quantities = [
        about.give(
            f"migration_barrier_{dimension}d",
            one.barrier,
            1,
            {"deciding_hop": deciding[one.saddle], "hops": len(single)},
            # A hop without a path may have been a lower way.
            bound="upper" if incomplete else None,
            uncertainty=model_uncertainty(about.search.potential, f"migration_barrier_{dimension}d", one.barrier),
        )
        for dimension, one in sorted(found.items())
    ]
    notes = []
    reached = max(found, default=0)
    if reached < 3:
        notes.append(
            f"Single hops of the {about.sites.ion} connect the crystal in {reached} dimensions, as far as computed."
        )
    if found and (deeper := found[reached].lowest_site - min(energies)) > 0.01:
        notes.append(f"A site {deeper:.2f} eV lower is not on the percolating network: carriers may be caught there.")
    return quantities, notes


def _site_energies(sites: SiteCrystal, single: Sequence[Explored]) -> list[float]:
    """Return the energy of the cell with the carrier on each site, in eV: the lowest end found there, else infinite."""
    orbits = [sites.symmetry.orbit_of_site(site) for site in range(len(sites.crystal))]
    lowest: dict[int, float] = {}
    for one in single:
        hop = one.route.hops[0]
        for site, energy in ((hop.start, one.path.energies[0]), (hop.end, one.path.energies[-1])):
            lowest[orbits[site]] = min(lowest.get(orbits[site], math.inf), float(energy))
    return [lowest.get(orbit, math.inf) for orbit in orbits]
