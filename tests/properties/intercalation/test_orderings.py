"""Orderings: counts against Burnside's lemma and known numbers, energies of pairs, supercells, bad input."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.properties.intercalation.orderings import (
    distinct_occupations,
    electrostatic_energies,
    ion_sites,
    orderings,
    realising_supercell,
    sampled_occupations,
    site_permutations,
    snapped,
)


def square(repeats=(1, 1, 1)):
    """Li on a square lattice beneath O: the layers are far apart and not alike, so the symmetry is the plane's."""
    cell = Structure(Lattice.tetragonal(3.0, 9.0), ["Li", "O"], [[0, 0, 0], [0, 0, 0.2]])
    return cell.make_supercell(repeats, in_place=False)


def cube():
    return Structure(Lattice.cubic(4.0), ["O", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def layered():
    """O3 LiCoO2."""
    return Structure.from_spacegroup(
        "R-3m", Lattice.hexagonal(2.816, 14.05), ["Li", "Co", "O"], [[0, 0, 0.5], [0, 0, 0], [0, 0, 0.2395]]
    ).get_primitive_structure()


def burnside(permutations, n_occupied):
    """Mean number of occupations that a permutation leaves as they are."""
    n_sites = permutations.shape[1]
    fixed = 0
    for permutation in permutations:
        polynomial = np.array([1])
        for length in cycles(permutation):
            factor = np.zeros(length + 1, dtype=int)
            factor[[0, length]] = 1
            polynomial = np.convolve(polynomial, factor)
        fixed += polynomial[n_occupied] if n_occupied <= n_sites else 0
    assert fixed % len(permutations) == 0
    return fixed // len(permutations)


def cycles(permutation):
    left = set(range(len(permutation)))
    while left:
        start = place = left.pop()
        length = 1
        while (place := permutation[place]) != start:
            left.discard(place)
            length += 1
        yield length


@pytest.mark.parametrize(
    "cell", [square((2, 2, 1)), square((3, 2, 1)), square((3, 3, 1)), square((4, 2, 1)), cube() * (2, 2, 2)]
)
def test_distinct_orderings_are_as_many_as_burnside_counts(cell):
    permutations = site_permutations(cell, ion_sites(cell, "Li"))
    for n_occupied in range(permutations.shape[1] + 1):
        assert len(distinct_occupations(permutations, n_occupied)) == burnside(permutations, n_occupied)


def test_counts_known_from_elsewhere():
    # Beads on a ring of six that may be turned over: 1, 1, 3, 3, 3, 1, 1 (OEIS A052307).
    ring = np.array([np.roll(order, k) for order in (range(6), range(6)[::-1]) for k in range(6)])
    assert [len(distinct_occupations(ring, n)) for n in range(7)] == [1, 1, 3, 3, 3, 1, 1]
    # Corners of a cube under rotations and reflections: 1, 1, 3, 3, 6, 3, 3, 1, 1, 22 in all (Pólya 1937).
    corners = list(itertools.product((0, 1), repeat=3))
    group = np.array(
        [
            [
                corners.index(tuple((corner[axis] + flip) % 2 for axis, flip in zip(axes, flips, strict=True)))
                for corner in corners
            ]
            for axes in itertools.permutations(range(3))
            for flips in corners
        ]
    )
    assert [len(distinct_occupations(group, n)) for n in range(9)] == [1, 1, 3, 3, 6, 3, 3, 1, 1]
    # In a periodic 2 x 2 x 2 cell of a simple cubic lattice the same group acts.
    cell = cube() * (2, 2, 2)
    permutations = site_permutations(cell, ion_sites(cell, "Li"))
    assert [len(distinct_occupations(permutations, n)) for n in range(9)] == [1, 1, 3, 3, 6, 3, 3, 1, 1]


def test_distinct_orderings_by_brute_force():
    cell = square((3, 2, 1))
    permutations = site_permutations(cell, ion_sites(cell, "Li"))
    for n_occupied in range(7):
        classes = {
            min(tuple(sorted(row[list(chosen)])) for row in permutations)
            for chosen in itertools.combinations(range(6), n_occupied)
        }
        assert len(distinct_occupations(permutations, n_occupied)) == len(classes)


def test_permutations_are_a_group():
    cell = square((2, 2, 1))
    permutations = {tuple(row) for row in site_permutations(cell, ion_sites(cell, "Li"))}
    assert tuple(range(4)) in permutations
    for first, second in itertools.product(permutations, repeat=2):
        assert tuple(first[place] for place in second) in permutations


def test_sample_is_seeded_and_distinct():
    cell = cube() * (3, 3, 3)
    permutations = site_permutations(cell, ion_sites(cell, "Li"))
    first = sampled_occupations(permutations, 9, 40, seed=3)
    assert first == sampled_occupations(permutations, 9, 40, seed=3)
    assert first != sampled_occupations(permutations, 9, 40, seed=4)
    images = [{frozenset(row[list(one)]) for row in permutations} for one in first]
    assert all(len(one) == 9 for one in first)
    assert all(a.isdisjoint(b) for a, b in itertools.combinations(images, 2))


def test_sample_of_more_sites_than_an_integer_has_digits():
    identity = np.arange(70)[None, :]
    drawn = sampled_occupations(np.vstack([identity, identity[:, ::-1]]), 35, 10, seed=0)
    assert len(drawn) == 10
    assert all(len(set(one)) == 35 and max(one) < 70 for one in drawn)


def test_contents_are_taken_as_simple_fractions():
    assert snapped([0.333, 0.5, 0.6667, 0.5, 1 / 3]) == [Fraction(1, 3), Fraction(1, 2), Fraction(2, 3)]


@pytest.mark.parametrize("content", [0.0, 1.0, 0.01, 0.99, -0.5, 1.5])
def test_ends_are_no_contents(content):
    with pytest.raises(UsageError, match="is not between the ends"):
        snapped([0.5, content])


def test_supercell_has_whole_numbers_of_ions_and_is_compact():
    third = realising_supercell(layered(), "Li", [Fraction(1, 3)], 100)
    assert third.composition["Li"] == 3
    # √3 × √3 within the layer, or wider: never a row of three.
    images = [third.lattice.abc[i] for i in range(3)]
    assert min(images) > 1.7 * 2.816
    quarter = realising_supercell(layered(), "Li", snapped([0.25, 0.5]), 100)
    assert quarter.composition["Li"] == 4
    mirrored = Structure(-layered().lattice.matrix, layered().species, layered().frac_coords)
    for start in (layered(), mirrored):
        assert np.linalg.det(realising_supercell(start, "Li", snapped([0.25]), 100).lattice.matrix) > 0
    with pytest.raises(StageFailure, match=r"1/7 of LiCoO2 need a cell of 28 atoms, more than max_atoms = 20"):
        realising_supercell(layered(), "Li", [Fraction(1, 7)], 20)


def test_electrostatics_ranks_far_ions_first():
    cell = square((4, 2, 1))
    (group,) = orderings(cell, "Li", [Fraction(1, 4)], 3, seed=0)
    sites = ion_sites(cell, "Li")
    apart = [cell.get_distance(*(sites[place] for place in pair)) for pair in group.occupied]
    assert apart[0] == max(apart)
    assert group.distinct == burnside(site_permutations(cell, sites), 2)
    assert not group.sampled


@pytest.mark.parametrize("content", [Fraction(1, 4), Fraction(1, 2), Fraction(5, 8)])
def test_multiplicities_add_up_to_all_arrangements(content):
    cell = cube() * (2, 2, 2)
    (group,) = orderings(cell, "Li", [content], 100, seed=0)
    assert len(group.multiplicities) == len(group.occupied) == group.distinct
    assert sum(group.multiplicities) == math.comb(8, int(8 * content))


def test_electrostatic_energy_is_ewalds_of_the_charges_left():
    from pymatgen.analysis.ewald import EwaldSummation

    cell = layered() * (2, 1, 1)
    sites = ion_sites(cell, "Li")
    energies = electrostatic_energies(cell, "Li")
    charged = cell.copy()
    charged.add_oxidation_state_by_element({"Li": 1, "Co": 3, "O": -2})
    assert energies.sum() == pytest.approx(EwaldSummation(charged).total_energy, rel=1e-6)
    # By Madelung's own symmetry both ions are alike.
    kept = [[index for index in range(len(cell)) if index != site] for site in sites]
    assert energies[np.ix_(kept[0], kept[0])].sum() == pytest.approx(energies[np.ix_(kept[1], kept[1])].sum(), abs=1e-4)


def test_without_oxidation_states_ions_repel_each_other():
    alloy = Structure(Lattice.cubic(4.0), ["Au", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]]) * (4, 1, 1)
    (group,) = orderings(alloy, "Li", [Fraction(1, 2)], 1, seed=0)
    assert group.occupied in {((0, 2),), ((1, 3),)}


def test_too_many_arrangements_are_sampled():
    cell = square((5, 4, 1))
    (group,) = orderings(cell, "Li", [Fraction(1, 2)], 2, seed=0)
    assert group.sampled
    assert len(group.occupied) == 2
