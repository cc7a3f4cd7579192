"""Griffith's criterion in the steady stress of a sphere, whose worst flaw is known in closed form."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from atomscreen.continuum.fracture.flaw import FLAW_SIZES
from atomscreen.continuum.fracture.griffith import (
    StressedSphere,
    fracture_energy_from_toughness,
    fracture_energy_of,
    release_ratios,
    worst_flaw,
)
from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.record import handoff_record
from atomscreen.core.quantity import Quantity
from tests.continuum.examples import candidate_with, lithium_cobalt_oxide
from tests.continuum.fracture.conftest import FRACTURE_ENERGY, MODULUS, POISSON, even_electrode, flat

RADIUS = 2e-6


def steady(stress: float) -> StressedSphere:
    """Return a sphere whose tangential stress is ``stress`` (1 − 2x²), at one time."""
    x = (np.arange(400) + 0.5) / 400
    even = np.full((1, 400), 0.5)
    return StressedSphere(
        radius=RADIUS,
        times=np.array([3.0]),
        radii=RADIUS * x,
        contents=even,
        surface_contents=np.array([0.5]),
        tangential_stress=(stress * (1 - 2 * x**2))[None],
        surface_tangential_stress=np.array([-stress]),
        centre_stress=np.array([stress]),
    )


def test_tension_at_the_centre_has_its_worst_flaw_where_the_closed_form_says():
    # K = 2S√(a/π)(1 − 4a²/3R²) is greatest at a = √0.15 R, where it is 2S√(aR/π)·0.8.
    found = worst_flaw(steady(1e8), even_electrode(), flat(FRACTURE_ENERGY))
    largest = 2 * 1e8 * math.sqrt(math.sqrt(0.15) * RADIUS / math.pi) * 0.8
    assert found.place == "centre"
    assert found.size / RADIUS == pytest.approx(math.sqrt(0.15), rel=0.07)  # half a step of the sizes looked at
    exact = largest**2 * (1 - POISSON**2) / MODULUS / FRACTURE_ENERGY
    assert found.ratio == pytest.approx(exact, rel=2e-3)  # flat at its top, so that the sizes' steps hardly matter
    assert found.time == 3.0


def test_the_other_sign_of_stress_opens_the_surface():
    found = worst_flaw(steady(-1e8), even_electrode(), flat(FRACTURE_ENERGY))
    assert found.place == "surface"
    # σ = S(1 − 4s + 2s²) at depth s: the uniform factor 1.1215 is an upper bound, σ at the tip with it a lower one.
    a = found.size / RADIUS
    per_uniform = (
        math.sqrt(found.ratio * FRACTURE_ENERGY * MODULUS / (1 - POISSON**2)) / 1e8 / math.sqrt(math.pi * found.size)
    )
    assert 1.1215 * (1 - 4 * a + 2 * a**2) < per_uniform < 1.1215


def test_growth_begins_at_the_fracture_energy():
    ratio = worst_flaw(steady(1e8), even_electrode(), flat(FRACTURE_ENERGY)).ratio
    just = FRACTURE_ENERGY * ratio
    assert worst_flaw(steady(1e8), even_electrode(), flat(just * 0.999)).grows
    assert not worst_flaw(steady(1e8), even_electrode(), flat(just * 1.001)).grows


def test_the_critical_size_of_a_small_flaw_goes_with_the_inverse_square_of_the_rate():
    """Stress goes with the rate, K with stress and the root of the size: the power law of fracture maps."""
    sizes = []
    for rate in (1.0, 2.0):
        ratios = release_ratios(steady(rate * 1.3e9), even_electrode(), flat(FRACTURE_ENERGY))["centre"][0]
        sizes.append(float(np.exp(np.interp(0.0, np.log(ratios[:30]), np.log(FLAW_SIZES[:30])))))
    assert sizes[0] < 0.06
    assert sizes[0] / sizes[1] == pytest.approx(4.0, rel=0.01)  # σ is not the same all over the crack, 1 − 4a²/3


def test_only_the_toughness_known_the_criterion_is_that_of_irwin():
    electrode = lithium_cobalt_oxide()
    energy = fracture_energy_from_toughness(electrode)
    for content in (0.5, 1.0):
        toughness = float(electrode.fracture_toughness.at(content))
        modulus = float(electrode.youngs_modulus.at(content))
        expected = toughness**2 * (1 - float(electrode.poisson_ratio.at(content)) ** 2) / modulus
        assert float(energy.at(content)) == pytest.approx(expected)


def test_a_record_without_fracture_energy_is_incomplete():
    candidate = candidate_with(lithium_cobalt_oxide())
    with pytest.raises(
        HandoffIncomplete, match=r"fracture_energy at a content of working ions \(stage 'fracture_toughness'"
    ):
        fracture_energy_of(handoff_record(candidate))


def test_fracture_energy_is_read_in_joules_with_its_uncertainty():
    given = tuple(
        Quantity("fracture_energy", value, value / 2, {"ion_content": content})
        for content, value in ((1.0, 8.0), (0.0, 2.0))
    )
    candidate = candidate_with(lithium_cobalt_oxide())
    found = fracture_energy_of(
        handoff_record(dataclasses.replace(candidate, quantities=(*candidate.quantities, *given)))
    )
    assert found.contents == (0.0, 1.0)
    assert found.values == (2.0, 8.0)
    assert found.uncertainties == (1.0, 4.0)
    assert float(found.at(0.5)) == pytest.approx(4.0)  # by its logarithm
