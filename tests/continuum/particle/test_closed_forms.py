from __future__ import annotations

import numpy as np
import pytest

from atomscreen.continuum.particle.closed_forms import ConstantSphere
from atomscreen.core.errors import UsageError

SPHERE = ConstantSphere(1.0e11, 0.3, 3e-6, 1e-14, 5e-6)
FLUX = 1e-6
PACE = SPHERE.radius**2 / SPHERE.diffusivity


def test_the_steady_stress_is_the_parabola_of_the_steady_flux() -> None:
    extreme = 1.0e11 * 3e-6 * FLUX * 5e-6 / (15 * 0.7 * 1e-14)
    radial, tangential = SPHERE.steady_stress(FLUX, np.array([0.0, 0.5, 1.0]))
    assert radial == pytest.approx([extreme, 0.75 * extreme, 0.0])
    assert tangential == pytest.approx([extreme, 0.5 * extreme, -extreme])


def test_the_steady_stress_is_in_balance_and_carries_no_force() -> None:
    places = np.linspace(0.0, 1.0, 2001)
    radial, tangential = SPHERE.steady_stress(FLUX, places)
    inside = places[1:]
    unbalanced = np.gradient(radial, places)[1:] + 2 * (radial - tangential)[1:] / inside
    assert np.abs(unbalanced).max() < 2e-3 * radial[0]  # a difference over 1/2000
    # Half a sphere pulls at the other half with what its tangential stress sums up to.
    assert np.trapezoid(tangential * places, places) == pytest.approx(0.0, abs=1e-6 * radial[0])


def test_a_flux_ends_in_the_steady_stress_and_begins_with_none() -> None:
    surface, centre = SPHERE.stress_after_flux(FLUX, np.array([1e-8, 1e-6, 2.0]) * PACE)
    radial, tangential = SPHERE.steady_stress(FLUX, np.array([0.0, 1.0]))
    assert surface[-1] == pytest.approx(tangential[1], rel=1e-12)
    assert centre[-1] == pytest.approx(radial[0], rel=1e-12)
    # A half-space at first: its surface is ahead by 2J √(t/πD), less what a sphere's smaller inside adds, J t/R.
    early = np.array([1e-8, 1e-6]) * PACE
    ahead = FLUX * (2 * np.sqrt(early / (np.pi * 1e-14)) - 2 * early / 5e-6)
    assert surface[:2] == pytest.approx(-SPHERE.biaxial * ahead, rel=1e-5)
    assert np.abs(centre[0]) < 1e-5 * radial[0]


def test_a_step_begins_with_its_most_at_the_surface_and_ends_with_none() -> None:
    times = np.geomspace(1e-9, 3.0, 4000) * PACE
    surface, centre = SPHERE.stress_after_step(1000.0, times)
    whole = SPHERE.biaxial * 1000.0
    assert surface[0] == pytest.approx(-whole, rel=2e-4)
    assert np.argmin(surface) == 0
    # Cheng and Verbrugge's extreme at the centre: 0.386 of EΩΔc/[3(1 − ν)], at a time of 0.057 R²/D.
    assert centre.max() == pytest.approx(0.386 * whole, rel=2e-3)
    assert times[np.argmax(centre)] / PACE == pytest.approx(0.0574, abs=5e-4)
    assert np.abs([surface[-1], centre[-1]]).max() < 1e-8 * whole


def test_many_steps_of_content_are_a_flux() -> None:
    # Duhamel: the flux into a sphere after a step, 2 D Δc/R Σ exp(−n²π²τ), has the mean 6/π² Σ exp(...)/n² behind.
    times = np.array([0.01, 0.1, 0.5]) * PACE
    after, before = (SPHERE.stress_after_step(1.0, times * (1 + step))[0] for step in (1e-5, -1e-5))
    terms = np.arange(1, 200)[:, None]
    flux = 2 * 1e-14 / 5e-6 * np.exp(-((terms * np.pi) ** 2) * times / PACE).sum(0)
    filling = (after - before) / (2e-5 * times) / SPHERE.biaxial
    assert filling == pytest.approx(3 * flux / 5e-6, rel=1e-4)


def test_coupling_strength_is_that_of_pybamm() -> None:
    theta = 8.314462618 * SPHERE.coupling_strength()
    assert theta == pytest.approx(3e-6 * 2 * 3e-6 * 1.0e11 / (9 * (1 - 0.3)), rel=1e-9)


@pytest.mark.parametrize("times", [0.0, -1.0, float("nan")])
def test_times_are_positive(times: float) -> None:
    for stress in (SPHERE.stress_after_flux, SPHERE.stress_after_step):
        with pytest.raises(UsageError, match="positive times"):
            stress(1.0, np.array([1.0, times]))
