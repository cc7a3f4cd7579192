"""Hops beside a second vacancy: which there are, the planted barriers they have, and where pairs of vacancies get."""

import numpy as np
import planted_barriers as planted
import pytest
from pymatgen.core import Lattice, Structure

from atomscreen import run_stage
from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.interatomic.minimum_energy_path import MinimumEnergyPath
from atomscreen.interatomic.potentials import calculator
from atomscreen.interatomic.relaxation import to_atoms
from atomscreen.properties.migration.carrier_sites import vacancy_sites
from atomscreen.properties.migration.divacancy_hops import divacancy_routes
from atomscreen.properties.migration.hop_network import distinct_hops, hop_vector
from atomscreen.properties.migration.migration_barrier import migration_barrier
from atomscreen.properties.migration.migration_path import ideal_ends
from atomscreen.properties.migration.site_crystal import Carrier
from atomscreen.sources.builtin import reference_candidates

TRIANGLES = "planted_barriers:CrowdedTriangles"
SETTINGS = {"potential": TRIANGLES, "min_width": 8.0, "max_length": 3.1, "max_force": 0.02}


def crystal(structure=None):
    structure = structure or planted.triangular_crystal()
    return Candidate("toy", {"input": structure, "relaxed": structure}, None, "Li")


def routes_of(structure, max_length):
    sites = vacancy_sites(structure, "Li", Carrier.DIVACANCY)
    return sites, divacancy_routes(distinct_hops(sites.crystal, sites.sites, max_length), sites.symmetry)


def kagome():
    """Triangles that share corners only: an ion has four neighbours, and each hop one site beside it."""
    sites = [[0.5, 0, 0], [0, 0.5, 0], [0.5, 0.5, 0], [0, 0, 0.5]]
    return Structure(Lattice.hexagonal(6.0, 9.0), ["Li", "Li", "Li", "Cl"], sites)


def values(results):
    return {quantity.name: quantity.number for quantity in results.quantities}


@pytest.fixture(scope="module")
def pair():
    return migration_barrier(crystal(), carrier="divacancy", **SETTINGS)


def test_forces_of_the_planted_field_are_its_energys_derivatives():
    atoms = to_atoms(planted.triangular_crystal() * (3, 3, 1))
    del atoms[0]
    atoms.rattle(0.2, seed=1)
    atoms.calc = calculator(TRIANGLES)
    assert atoms.get_forces() == pytest.approx(atoms.calc.calculate_numerical_forces(atoms, d=1e-4), abs=1e-5)


def test_a_vacant_neighbour_lowers_the_barrier_by_what_it_crowded(pair):
    alone = values(migration_barrier(crystal(), **SETTINGS))
    assert alone["hop_barrier"] == pytest.approx(planted.HILL + 2 * planted.CROWDING, rel=0.01)
    assert values(pair)["hop_barrier"] == pytest.approx(planted.HILL + planted.CROWDING, rel=0.01)


def test_the_pair_gets_anywhere_in_its_layer_by_turns(pair):
    found = values(pair)
    assert set(found) == {"hop_barrier", "divacancy_barrier_1d", "divacancy_barrier_2d"}
    assert found["divacancy_barrier_2d"] == pytest.approx(planted.HILL + planted.CROWDING, rel=0.01)
    assert any("Turns of a pair of vacancies of the Li connect the crystal in 2 dim" in note for note in pair.notes)


def test_the_method_names_the_mechanism_and_the_third_site(pair):
    hop = next(quantity for quantity in pair.quantities if quantity.name == "hop_barrier")
    assert "single-ion divacancy hop, Li1 vacant 3.00 and 3.00 Å from its ends" in hop.method
    assert "two neighbouring Li vacancies in the full crystal" in hop.method
    assert hop.conditions["direction"] == "Li1–Li1 3.00 Å, Li1 vacant 3.00 and 3.00 Å from its ends"


@pytest.mark.parametrize(
    ("structure", "max_length", "turns"),
    [
        # Each of the bonds of one cell has so many sites next to both its ends: bonds × sites.
        (planted.triangular_crystal(), 3.1, 3 * 2),
        (Structure.from_spacegroup("Fm-3m", Lattice.cubic(4.2), ["Li", "F"], [[0, 0, 0], [0.5, 0, 0]]), 3.1, 6 * 4),
        (kagome(), 3.1, 6 * 1),
        (next(one for one in reference_candidates() if one.id == "LiCoO2").structure(), 3.1, 3 * 2),
    ],
    ids=["triangular", "face-centred", "kagome", "LiCoO2"],
)
def test_all_turns_of_a_lattice_are_one_by_symmetry(structure, max_length, turns):
    _, (route,) = routes_of(structure, max_length)
    assert len(route.members) == len(set(route.members)) == turns


@pytest.mark.parametrize("name", ["LiMn2O4", "Li3OCl", "Li10GeP2S12"])
def test_turns_are_those_counted_by_distances(name):
    """Triples of sites less than a hop apart, in a list of all neighbours that knows no symmetry."""
    sites, routes = routes_of(next(one for one in reference_candidates() if one.id == name).structure(), 4.0)
    singles = distinct_hops(sites.crystal, sites.sites, 4.0)
    vectors = {}
    for hop in (one for route in singles for member in route.members for one in (member, member.reversed())):
        vectors.setdefault(hop.start, {})[(hop.end, hop.image)] = hop_vector(sites.crystal, hop)
    pairs = sum(
        (beside, tuple(int(n) for n in np.subtract(cell, image))) in vectors[end]
        for start in vectors
        for end, image in vectors[start]
        for beside, cell in vectors[start]
    )
    assert 2 * sum(len(route.members) for route in routes) == pairs


def test_the_ends_lack_two_neighbours_each_and_share_one():
    sites, (route,) = routes_of(planted.triangular_crystal(), 3.1)
    ends = ideal_ends(sites, route.hops, 8.0)
    lithium, chlorine = (list(ends.start.symbols).count(symbol) for symbol in ("Li", "Cl"))
    assert lithium == chlorine - 2
    moved = np.linalg.norm(ends.start.positions - ends.end.positions, axis=1)
    assert np.flatnonzero(moved > 1e-6).tolist() == [len(moved) - 1]
    assert moved[-1] == pytest.approx(planted.SPACING)


def test_a_pair_is_caught_in_a_triangle_that_shares_corners_only(monkeypatch):
    """On the kagome lattice a vacancy gets anywhere in the plane, and a pair nowhere: it turns in its triangle."""

    def any_path(sites, route, search, name):
        positions = np.linspace([[0.0, 0, 0]], [[3.0, 0, 0]], 3)
        energies = np.array([0.0, 0.4, 0.0])
        return MinimumEnergyPath(positions, energies, np.zeros((3, 1, 3)), np.array([3]), 9 * np.eye(3), 0.0, 1, 1)

    monkeypatch.setattr("atomscreen.properties.migration.migration_barrier.migration_path", any_path)
    alone, together = (
        migration_barrier(crystal(kagome()), carrier=one, **SETTINGS) for one in ("vacancy", "divacancy")
    )
    assert values(alone)["migration_barrier_2d"] == pytest.approx(0.4)
    assert set(values(together)) == {"hop_barrier"}
    assert any("connect the crystal in 0 dimensions" in note for note in together.notes)


def test_a_chain_of_sites_has_no_pair_that_turns():
    with pytest.raises(StageFailure, match="no pair of vacancies turns"):
        migration_barrier(crystal(planted.planted_crystal()), carrier="divacancy", **SETTINGS)


def test_a_supercell_too_small_for_two_vacancies():
    with pytest.raises(StageFailure, match="cannot hold a hop over 3 different sites"):
        migration_barrier(crystal(), carrier="divacancy", **SETTINGS | {"min_width": 2.0})


def test_pairs_do_not_move_in_concert():
    with pytest.raises(UsageError, match="not of a divacancy"):
        migration_barrier(crystal(), carrier="divacancy", concerted=2, **SETTINGS)


def test_a_carrier_that_there_is_not():
    with pytest.raises(UsageError, match="carrier"):
        run_stage("migration_barrier", crystal(), carrier="trivacancy", **SETTINGS)
