"""Axes of the full crystal followed through a known strain, however the cell is chosen and turned."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Structure

from atomscreen.interatomic.crystal_axes import conventional_axes, strained_axes
from atomscreen.properties.intercalation.lattice_change import host_displacement
from tests.layered_oxide import LAYERED, turned

seeds = st.integers(0, 10_000)


@given(seeds, st.floats(-0.05, 0.05), st.floats(-0.08, 0.08))
@settings(max_examples=25, deadline=None)
def test_known_strain_comes_back(seed, along_a, along_c):
    crystal = turned(LAYERED, seed)
    axes = conventional_axes(crystal)
    normal = axes[2] / np.linalg.norm(axes[2])
    strain = (1 + along_a) * np.eye(3) + (along_c - along_a) * np.outer(normal, normal)
    cell = crystal * (2, 1, 1)
    after = turned(Structure(cell.lattice.matrix @ strain, cell.species, cell.frac_coords), seed + 1)
    expected = (2.816 * (1 + along_a), 2.816 * (1 + along_a), 14.05 * (1 + along_c))
    assert strained_axes(axes, cell, after) == pytest.approx(expected, rel=1e-6)
    assert host_displacement(cell, after, "Li") < 1e-6


def test_host_displacement_ignores_drift_ions_and_images():
    cell = LAYERED * (2, 1, 1)
    after = cell.copy()
    after.remove_sites([index for index, site in enumerate(cell) if site.specie.symbol == "Li"][:1])
    after.translate_sites(list(range(len(after))), [0.3, 0.7, 0.9])
    assert host_displacement(cell, after, "Li") < 1e-6
    oxygen = next(index for index, site in enumerate(after) if site.specie.symbol == "O")
    after.translate_sites([oxygen], [0, 0, 0.4], frac_coords=False)
    n_host = 6
    assert host_displacement(cell, after, "Li") == pytest.approx(0.4 * (1 - 1 / n_host), abs=1e-3)
