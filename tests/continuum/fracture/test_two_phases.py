"""The critical size of two phases, by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from atomscreen.continuum.crystal import Crystal
from atomscreen.continuum.electrode import Curve
from atomscreen.continuum.fracture.two_phases import two_phase_size, unknown_pairs
from atomscreen.core.errors import UsageError
from tests.continuum.examples import lithium_iron_phosphate
from tests.continuum.fracture.conftest import even_electrode, flat

STRAIN = Crystal("made", "LiX", {1.0: np.eye(6)}, {0.0: np.diag([-0.05, -0.036, 0.019]), 1.0: np.zeros((3, 3))}, {})


def test_the_size_is_that_of_the_misfit_between_the_phases():
    electrode = dataclasses.replace(even_electrode(), coexistence=((0.1, 0.9),))
    found = two_phase_size(electrode, STRAIN, Curve((0.0, 1.0), (1.0, 3.0), logarithmic=True))
    assert found.misfit == pytest.approx(0.8 * 0.05)  # the strain is linear in content
    assert found.size == pytest.approx(3**0.1 / (1e11 * 0.04**2))  # the lower of both fracture energies
    assert two_phase_size(electrode, STRAIN, flat(1.0), z=2.0).size == pytest.approx(1 / (2e11 * 0.04**2))


def test_of_several_pairs_the_worst_counts():
    electrode = dataclasses.replace(even_electrode(), coexistence=((0.0, 0.2), (0.3, 0.9)))
    assert two_phase_size(electrode, STRAIN, flat(1.0)).contents == (0.3, 0.9)


def test_pairs_beyond_the_known_strain_are_left_out():
    half = dataclasses.replace(STRAIN, strain={0.3: STRAIN.strain[0.0], 1.0: STRAIN.strain[1.0]})
    electrode = dataclasses.replace(even_electrode(), coexistence=((0.0, 0.3), (0.3, 0.9)))
    assert unknown_pairs(electrode, half) == [(0.0, 0.3)]
    assert two_phase_size(electrode, half, flat(1.0)).contents == (0.3, 0.9)
    alone = dataclasses.replace(electrode, coexistence=((0.0, 0.3),))
    assert two_phase_size(alone, half, flat(1.0)) is None


def test_the_misfit_of_lithium_iron_phosphate_allows_tens_of_nanometres():
    # Strains of 5.0, 3.6 and −1.9 % between its phases; with a few J/m² that is the size of the particles in use.
    found = two_phase_size(lithium_iron_phosphate(), STRAIN, flat(4.0))
    assert 5e-9 < found.size < 100e-9


def test_one_phase_has_no_misfit():
    with pytest.raises(UsageError, match="no two phases coexist"):
        two_phase_size(even_electrode(), STRAIN, flat(1.0))
