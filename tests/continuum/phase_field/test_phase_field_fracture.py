"""Phase-field fracture: critical stresses against the largest stress of a bar in which damage is even."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomscreen.continuum.phase_field.phase_field_fracture import critical_stress, regularisation_length


def largest_stress(model, modulus, fracture_energy, length):
    """Largest (1 − d)² E ε over strains, d where the energy density of each is least."""
    damage = np.linspace(0, 1, 20001)
    if model == "AT2":
        cost, scale = fracture_energy / (2 * length) * damage**2, np.sqrt(fracture_energy / (length * modulus))
    else:
        cost, scale = 3 * fracture_energy / (8 * length) * damage, np.sqrt(fracture_energy / (length * modulus))
    stresses = []
    for strain in np.linspace(0, 2 * scale, 2001):
        least = damage[np.argmin((1 - damage) ** 2 * modulus * strain**2 / 2 + cost)]
        stresses.append((1 - least) ** 2 * modulus * strain)
    return max(stresses)


@pytest.mark.parametrize("model", ["AT1", "AT2"])
def test_critical_stress_is_the_largest_of_the_homogeneous_response(model):
    given_numbers = 1.9e11, 9.5, 1.5e-7
    # Strains in steps of a thousandth of their scale resolve the peak to the same share.
    assert critical_stress(model, *given_numbers) == pytest.approx(largest_stress(model, *given_numbers), rel=2e-3)


def test_critical_stresses_as_they_are_printed():
    assert critical_stress("AT1", 8.0, 3.0, 1.0) == pytest.approx(3.0)  # √(3 E G_c/(8 l))
    assert critical_stress("AT2", 3.0, 1.0, 1.0) == pytest.approx(9 / 16)  # 9/16 √(E G_c/(3 l))


@settings(deadline=None)
@given(st.sampled_from(["AT1", "AT2"]), st.floats(1e9, 1e12), st.floats(0.1, 100), st.floats(1e-9, 1e-4))
def test_length_and_strength_are_inverse(model, modulus, fracture_energy, length):
    strength = critical_stress(model, modulus, fracture_energy, length)
    assert regularisation_length(model, modulus, fracture_energy, strength) == pytest.approx(length)
    assert critical_stress(model, modulus, fracture_energy, 4 * length) == pytest.approx(strength / 2)
