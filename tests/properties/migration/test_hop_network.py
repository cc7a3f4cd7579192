"""Networks of hops and their percolation, against ones drawn by hand and pymatgen's."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure

from atomscreen.properties.migration.carrier_sites import standard_crystal, vacancy_sites
from atomscreen.properties.migration.concerted_hops import concerted_routes
from atomscreen.properties.migration.hop_network import Hop, distinct_hops, site_symmetry
from atomscreen.properties.migration.hop_percolation import Edge, percolations
from atomscreen.sources.builtin import reference_candidates

X, Y, Z, HERE = (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0)


def barriers(site_energies, *edges):
    found = percolations(site_energies, [Edge(*edge) for edge in edges])
    return {dimension: pytest.approx(one.barrier) for dimension, one in found.items()}


def test_three_hops_along_three_axes():
    assert barriers([0.0], (0, 0, X, 0.3), (0, 0, Y, 0.5), (0, 0, Z, 0.9)) == {1: 0.3, 2: 0.5, 3: 0.9}


def test_parallel_hops_do_not_add_dimensions():
    assert barriers([0.0], (0, 0, X, 0.3), (0, 0, (2, 0, 0), 0.1), (0, 0, (1, 1, 0), 0.7)) == {1: 0.1, 2: 0.7}


def test_a_cage_goes_nowhere():
    assert barriers([0.0] * 3, (0, 1, HERE, 0.1), (1, 2, HERE, 0.1), (2, 0, HERE, 0.1)) == {}


def test_a_cage_that_leaks():
    edges = [(0, 1, HERE, 0.1), (1, 2, HERE, 0.1), (2, 0, X, 0.4)]
    assert barriers([0.0] * 3, *edges) == {1: 0.4}


def test_the_barrier_counts_from_the_lowest_site():
    """Up a staircase no hop climbs more than 0.3 eV, but an ion at rest starts at the bottom."""
    stairs = [(0, 1, HERE, 0.3), (1, 2, HERE, 0.5), (2, 0, X, 0.6)]
    assert barriers([0.0, 0.2, 0.4], *stairs) == {1: 0.6}


def test_a_low_site_off_the_way_counts_where_any_hop_joins_it():
    edges = [(0, 0, X, 0.5), (0, 1, HERE, 0.2)]
    assert barriers([0.0, -0.4], *edges) == {1: 0.9}
    assert barriers([0.0, -0.4], edges[0], (0, 1, HERE, 0.8)) == {1: 0.9}  # in equilibrium the carriers are there
    assert barriers([0.0, -0.4], edges[0]) == {1: 0.5}


def test_a_minimum_on_the_way_counts_as_a_site():
    assert barriers([0.0], (0, 0, X, 0.5, -0.2)) == {1: 0.7}
    assert barriers([0.0], (0, 0, X, 0.5, 0.2)) == {1: 0.5}


def test_interpenetrating_networks_do_not_help_each_other():
    edges = [(0, 0, X, 0.2), (1, 1, Y, 0.3), (0, 1, HERE, 0.7)]
    assert barriers([0.0, 0.0], *edges) == {1: 0.2, 2: 0.7}


def test_no_hops():
    assert barriers([0.0, 0.0]) == {}


@st.composite
def networks(draw):
    count = draw(st.integers(1, 4))
    site = st.integers(0, count - 1)
    image = st.tuples(*[st.integers(-1, 1)] * 3)
    energies = draw(st.lists(st.floats(0, 1), min_size=count, max_size=count))
    edges = draw(st.lists(st.tuples(site, site, image, st.floats(1, 2)), max_size=8))
    return energies, edges


@given(networks(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_origins_order_and_direction_do_not_matter(network, random):
    energies, edges = network
    moved = [random.choice([HERE, X, (-1, 2, 0)]) for _ in energies]
    other = []
    for start, end, image, energy in edges:
        shifted = tuple(np.add(image, moved[end]) - moved[start])
        back = (end, start, tuple(-np.array(shifted)), energy)
        other.append(random.choice([(start, end, shifted, energy), back]))
    random.shuffle(other)
    assert barriers(energies, *edges) == barriers(energies, *other)


@given(networks())
@settings(max_examples=100, deadline=None)
def test_more_dimensions_take_higher_barriers(network):
    found = percolations(network[0], [Edge(*edge) for edge in network[1]])
    assert sorted(found) == list(range(1, len(found) + 1))
    rising = [found[dimension].barrier for dimension in sorted(found)]
    assert rising == sorted(rising)


def rocksalt():
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(4.2), ["Li", "F"], [[0, 0, 0], [0.5, 0, 0]])


def test_a_face_centred_lattice_has_one_hop_of_six_directions():
    crystal = standard_crystal(rocksalt())
    (route,) = distinct_hops(crystal, [0], 5.0)
    assert route.length == pytest.approx(4.2 / np.sqrt(2))
    assert len(route.members) == 6  # twelve neighbours, each direction once


def test_a_hop_through_an_atom_is_none():
    # Along the cube's edge the way from lithium to lithium goes through fluorine.
    crystal = standard_crystal(rocksalt())
    lengths = [route.length for route in distinct_hops(crystal, [0], 3.0)]
    assert lengths == [pytest.approx(4.2 / np.sqrt(2))]
    chlorine_between = Structure(Lattice.cubic(4.0), ["Li", "Cl"], [[0, 0, 0], [0.5, 0, 0]])
    directions = {route.hops[0].image for route in distinct_hops(chlorine_between, [0], 4.5)}
    assert X not in directions and (-1, 0, 0) not in directions


def test_orbits_are_those_of_the_layers_symmetry():
    relaxed = next(one for one in reference_candidates() if one.id == "LiCoO2").structure()
    crystal = standard_crystal(relaxed)
    lithium = [index for index, site in enumerate(crystal) if site.specie.symbol == "Li"]
    in_plane, *between = distinct_hops(crystal, lithium, 6.0)
    assert len(in_plane.members) == 3
    assert in_plane.length == pytest.approx(2.82, abs=0.02)  # the a axis
    assert between


@pytest.mark.parametrize("name", ["LiFePO4", "LiMn2O4", "Li3OCl", "Li10GeP2S12"])
def test_hops_of_one_length_are_counted_as_pymatgen_counts_neighbours(name):
    """The members of all orbits are all neighbour pairs up to the longest hop, less those through another atom."""
    crystal = standard_crystal(next(one for one in reference_candidates() if one.id == name).structure())
    lithium = [index for index, site in enumerate(crystal) if site.specie.symbol == "Li"]
    routes = distinct_hops(crystal, lithium, 5.0)
    members = list(itertools.chain.from_iterable(route.members for route in routes))
    assert len(members) == len({member.canonical() for member in members})
    shortest = routes[0].length + 1e-3
    pairs = sum(
        neighbour.nn_distance < shortest and neighbour.specie.symbol == "Li"
        for site in lithium
        for neighbour in crystal.get_neighbors(crystal[site], shortest)
    )
    alike = [route for route in routes if route.length < shortest]
    assert 2 * sum(len(route.members) for route in alike) == pairs


@pytest.mark.parametrize(("name", "max_length"), [("LiFePO4", 4.9), ("LiMn2O4", 4.0), ("Li3OCl", 3.0)])
def test_distinct_hops_are_those_of_pymatgens_migration_graph(name, max_length):
    mapper = pytest.importorskip("pymatgen.analysis.diffusion.neb.full_path_mapper")
    crystal = standard_crystal(next(one for one in reference_candidates() if one.id == name).structure())
    lithium = [index for index, site in enumerate(crystal) if site.specie.symbol == "Li"]
    ours = [route.length for route in distinct_hops(crystal, lithium, max_length)]
    graph = mapper.MigrationGraph.with_distance(crystal, "Li", max_distance=max_length)
    assert ours == pytest.approx(sorted(hop["hop"].length for hop in graph.unique_hops.values()))


def test_a_reversed_hop_is_the_same():
    hop = Hop(1, 0, (0, 1, -1))
    assert hop.reversed().reversed() == hop
    assert hop.canonical() == hop.reversed().canonical()


def test_operations_keep_lengths():
    crystal = standard_crystal(next(one for one in reference_candidates() if one.id == "LiFePO4").structure())
    hop = distinct_hops(crystal, [i for i, site in enumerate(crystal) if site.specie.symbol == "Li"], 4.0)[0]
    for image in site_symmetry(crystal).images(hop.hops[0]):
        vector = crystal.frac_coords[image.end] + image.image - crystal.frac_coords[image.start]
        assert np.linalg.norm(vector @ crystal.lattice.matrix) == pytest.approx(hop.length, abs=0.02)


def test_chains_of_two_on_a_face_centred_lattice():
    """Into a vacancy, the next ion at 60°, 90°, 120° or 180°: the four distinct pairs of neighbouring hops."""
    sites = vacancy_sites(rocksalt(), "Li")
    routes = concerted_routes(sites, 4.0, 2)
    turns = []
    for route in routes:
        one, two = (np.array(hop.image) @ sites.crystal.lattice.matrix for hop in route.hops)
        turns.append(
            round(float(np.degrees(np.arccos(np.clip(one @ two / (np.linalg.norm(one) * np.linalg.norm(two)), -1, 1)))))
        )
    assert sorted(turns) == [0, 60, 90, 120]


def test_shallow_chain_counts_from_the_deep_site_that_it_is_connected_to():
    # A chain of sites at 0.3 eV percolates at 0.5; sites at −1.0 join it over 0.7 and lead across it over 0.8 and 0.9.
    edges = [
        Edge(1, 1, (1, 0, 0), 0.5),
        Edge(0, 1, (0, 0, 0), 0.7),
        Edge(0, 0, (0, 1, 0), 0.8),
        Edge(0, 0, (0, 0, 1), 0.9),
    ]
    found = percolations([-1.0, 0.3], edges)
    assert {dimension: one.barrier for dimension, one in found.items()} == pytest.approx({1: 1.5, 2: 1.8, 3: 1.9})
