"""Conventional axes, however the cell is turned, and what a strain makes of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure

from atomscreen.interatomic.crystal_axes import conventional_axes, conventional_cell, strained_axes
from tests.layered_oxide import LAYERED, turned

seeds = st.integers(0, 10_000)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_conventional_axes_are_spglibs(seed):
    crystal = turned(LAYERED, seed)
    lengths = np.linalg.norm(conventional_axes(crystal), axis=1)
    assert lengths == pytest.approx(conventional_cell(crystal)[:3], rel=1e-6)
    assert lengths == pytest.approx([2.816, 2.816, 14.05], rel=1e-6)


def test_collapse_of_an_axis_is_seen_where_a_standardised_cell_hides_it():
    # An orthorhombic crystal whose c shrinks below its b: sorted axes would swap their names.
    crystal = Structure(Lattice.orthorhombic(3, 4, 5), ["Li", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    axes = conventional_axes(crystal)
    after = Structure(Lattice.orthorhombic(3, 4.2, 4.1), crystal.species, crystal.frac_coords)
    assert sorted(strained_axes(axes, crystal, after)) == pytest.approx([3, 4.1, 4.2])
    before = np.linalg.norm(axes, axis=1)
    now = np.array(strained_axes(axes, crystal, after))
    assert now[before.argmax()] == pytest.approx(4.1)


def test_standard_axes_of_a_triclinic_cell_with_equal_edges():
    from atomscreen.interatomic.crystal_symmetry import standard_orientation

    places = np.random.default_rng(0).random((4, 3))
    structure = Structure(Lattice.cubic(10), ["Li", "Li", "S", "O"], places)
    upright = standard_orientation(structure)
    assert upright.distance_matrix == pytest.approx(structure.distance_matrix, abs=1e-8)
