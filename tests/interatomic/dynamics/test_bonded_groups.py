"""Molecules and polyanions found by their bonds, wherever the cell's faces cut them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from atomscreen.interatomic.dynamics.bonded_groups import bonded_groups, centroids
from tests.interatomic.model_polyanions import argyrodite, closo_borate


def groups_of(atoms, later=None, mobile=()):
    later = atoms.positions[None] if later is None else later
    return bonded_groups(atoms, later, ~np.isin(atoms.get_chemical_symbols(), list(mobile)))


def sizes(groups):
    return sorted(np.bincount(groups).tolist())


@pytest.mark.parametrize("carbon", [False, True])
def test_cages_are_one_group_each_across_the_faces(carbon):
    atoms = closo_borate(carbon=carbon)
    assert sizes(groups_of(atoms, mobile=["Na"])) == [1] * 4 + [24] * 2
    atoms.wrap()
    assert sizes(groups_of(atoms, mobile=["Na"])) == [1] * 4 + [24] * 2


def test_argyrodite_has_tetrahedra_and_lone_anions():
    # Four PS4; by itself are 24 Li, 4 S and 4 Cl.
    assert sizes(groups_of(argyrodite())) == [1] * 32 + [5] * 4


def test_metals_and_mobile_elements_bond_to_nothing():
    assert sizes(groups_of(argyrodite(), mobile=["P"])) == [1] * 52
    from ase.build import bulk

    assert sizes(groups_of(bulk("Al", cubic=True))) == [1] * 4


def test_infinite_networks_count_atom_by_atom():
    from ase import Atoms
    from ase.build import bulk

    assert sizes(groups_of(bulk("C", "diamond", 3.57))) == [1, 1]
    assert sizes(groups_of(bulk("C", "diamond", 3.57, cubic=True))) == [1] * 8
    # A chain of phosphorus along the short edge of a cell, and a dimer beside it.
    chain = Atoms("P4", [[0, 0, 0], [2.2, 0, 0], [0, 6, 6], [2.2, 6, 6]], cell=[4.4, 12, 12], pbc=True)
    assert sizes(groups_of(chain)) == [1] * 4
    chain.set_cell([8.8, 12, 12])
    assert sizes(groups_of(chain)) == [2, 2]


def test_group_that_falls_apart_counts_atom_by_atom():
    atoms = argyrodite()
    later = atoms.positions.copy()
    later[atoms.symbols == "P"] += 3.0
    assert sizes(groups_of(atoms, later[None])) == [1] * 52
    # What is there on average is no bond that broke.
    assert sizes(groups_of(atoms, np.array([later, *[atoms.positions] * 9]))) == [1] * 32 + [5] * 4


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31))
def test_centroids_stay_where_groups_turn_and_go_where_they_go(seed):
    generator = np.random.default_rng(seed)
    still = closo_borate()
    groups = groups_of(still, mobile=["Na"])
    turned = closo_borate(Rotation.random(2, random_state=seed))
    np.testing.assert_allclose(centroids(turned.positions - still.positions, groups), 0, atol=1e-9)
    moves = generator.normal(size=(3, groups.max() + 1, 3))
    shift = moves[:, groups] + turned.positions - still.positions
    np.testing.assert_allclose(centroids(shift, groups), moves, atol=1e-9)
