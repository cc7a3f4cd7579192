from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomscreen.continuum.electrode import Electrode
from atomscreen.continuum.particle.ion_transport import thermodynamic_factor
from atomscreen.continuum.particle.sphere import (
    HOUR,
    Sphere,
    SphereHistory,
    charge_at_constant_content,
    charge_at_constant_rate,
)
from atomscreen.core.errors import StageFailure, UsageError
from tests.continuum.examples import curve, graphite, lithium_cobalt_oxide
from tests.continuum.particle.constant import DIFFUSIVITY, RADIUS, constant_electrode, constant_sphere

ROOM = 298.15


@functools.cache
def constant_history(**changes: Any) -> SphereHistory:
    return charge_at_constant_rate(Sphere(constant_electrode(), RADIUS, ROOM, **changes), 1.0, 1.0, 0.3)


def test_the_end_of_a_charge_is_the_steady_stress() -> None:
    history = constant_history()
    assert history.times[-1] > 0.8 * RADIUS**2 / DIFFUSIVITY  # six of exp(−20.2 Dt/R²) gone
    sphere = constant_sphere(constant_electrode())
    flux = -constant_electrode().maximum_concentration / HOUR * RADIUS / 3
    radial, tangential = sphere.steady_stress(flux, np.array([0.0, 1.0]))
    # The strain is the cube root of the volume, 7e-4 off a third of its change.
    assert history.surface_tangential_stress[-1] == pytest.approx(tangential[1], rel=1e-3)
    assert history.centre_stress[-1] == pytest.approx(radial[0], rel=1e-3)
    assert history.surface_tangential_stress.max() == history.surface_tangential_stress[-1]


def test_a_charge_at_constant_rate_is_the_series_at_all_times() -> None:
    history = constant_history()
    flux = -constant_electrode().maximum_concentration / HOUR * RADIUS / 3
    surface, centre = constant_sphere(constant_electrode()).stress_after_flux(flux, history.times[1:])
    assert history.surface_tangential_stress[1:] == pytest.approx(surface, abs=2e-3 * np.abs(surface).max())
    assert history.centre_stress[1:] == pytest.approx(centre, abs=2e-3 * np.abs(centre).max())


def test_a_charge_at_constant_content_is_the_series_at_all_times() -> None:
    history = charge_at_constant_content(Sphere(constant_electrode(), RADIUS, ROOM), 0.9, 0.3)
    step = -0.6 * constant_electrode().maximum_concentration
    surface, centre = constant_sphere(constant_electrode()).stress_after_step(step, history.times[1:])
    assert history.surface_tangential_stress[1:] == pytest.approx(surface, abs=2e-3 * np.abs(surface).max())
    assert history.centre_stress[1:] == pytest.approx(centre, abs=2e-3 * np.abs(centre).max())
    assert history.centre_stress.min() == pytest.approx(centre.min(), rel=2e-3)
    assert history.ended_by == "mean"
    assert history.mean_contents[-1] == pytest.approx(0.9 - 0.99 * 0.6)
    assert np.all(history.surface_contents == 0.3)


@pytest.mark.parametrize("example", [lithium_cobalt_oxide, graphite])
@pytest.mark.parametrize("coupling", ["none", "dilute", "lattice"])
def test_no_ion_is_lost(example: Callable[[], Electrode], coupling: Any) -> None:
    electrode = example()
    start, end = electrode.assembled_content, 1 - electrode.assembled_content
    sphere = Sphere(electrode, 3e-6, ROOM, coupling)
    history = charge_at_constant_rate(sphere, 2.0, start, end)
    through_surface = np.sign(end - start) * 2.0 * history.times / HOUR
    assert np.abs(history.contents @ sphere.mesh.volumes - start - through_surface).max() < 1e-12
    assert history.mean_contents == pytest.approx(history.contents @ sphere.mesh.volumes, abs=1e-12)


def test_a_kept_surface_passes_what_the_sphere_loses() -> None:
    sphere = Sphere(lithium_cobalt_oxide(), 3e-6, ROOM)
    history = charge_at_constant_content(sphere, 0.9, 0.4)
    assert history.contents @ sphere.mesh.volumes == pytest.approx(history.mean_contents, abs=1e-12)
    # The gradient at the surface, from outside the solver, against what is lost over the second half of the charge.
    rows = slice(len(history.times) // 2, None)
    outer = history.contents[rows, -1]
    falls = (outer - 0.4) / (1 - sphere.mesh.radii[-1] ** 2) * 2
    pace = sphere.transport.diffusivity((outer + 0.4) / 2) / sphere.radius**2
    lost = np.trapezoid(3 * pace * falls, history.times[rows])
    assert history.mean_contents[rows][0] - history.mean_contents[-1] == pytest.approx(lost, rel=2e-3)


def test_the_end_is_where_the_surface_is() -> None:
    history = constant_history()
    assert history.ended_by == "surface"
    assert history.surface_contents[-1] == pytest.approx(0.3, abs=1e-6)
    assert history.mean_contents[-1] > 0.3
    assert np.all(np.diff(history.times) > 0)
    assert history.surface_contents[0] == history.mean_contents[0] == 1.0
    assert history.hydrostatic_stress == pytest.approx((history.radial_stress + 2 * history.tangential_stress) / 3)


def test_converges_with_the_square_of_the_mesh() -> None:
    # Moduli and diffusivity that change smoothly, with a wide and even range of contents.
    electrode = dataclasses.replace(
        constant_electrode(swelling=0.05),
        diffusivity=curve({0.0: 2e-15, 1.0: 2e-14}, logarithmic=True),
        youngs_modulus=curve({0.0: 5e10, 1.0: 2e11}, logarithmic=True),
    )

    def at_the_end(shells: int) -> np.ndarray:
        history = charge_at_constant_rate(Sphere(electrode, RADIUS, ROOM, shells=shells), 1.0, 0.9, 0.1)
        return np.array([history.surface_tangential_stress[-1], history.centre_stress[-1], history.times[-1]])

    exact = at_the_end(320)
    errors = [at_the_end(shells) / exact - 1 for shells in (10, 20, 40)]
    # The reference has an error of 1/64 of the finest; time adds some 1e-6, its steps being the same.
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.1)
    assert errors[1] / errors[2] == pytest.approx(4, rel=0.1)
    assert np.all(np.abs(at_the_end(60) / exact - 1) < 2e-4)


@settings(max_examples=10, deadline=None)
@given(st.floats(-3, 3), st.floats(0.2, 5.0))
def test_only_the_rate_times_the_square_of_the_radius_matters(power: float, rate: float) -> None:
    factor = 10.0**power
    here = charge_at_constant_rate(Sphere(lithium_cobalt_oxide(), 3e-6, ROOM), rate, 1.0, 0.3)
    there = charge_at_constant_rate(Sphere(lithium_cobalt_oxide(), 3e-6 * factor, ROOM), rate / factor**2, 1.0, 0.3)
    assert there.mean_contents[-1] == pytest.approx(here.mean_contents[-1], rel=1e-6)
    assert there.times[-1] == pytest.approx(here.times[-1] * factor**2, rel=1e-6)
    for name in ("surface_tangential_stress", "centre_stress"):
        ours, theirs = getattr(here, name), getattr(there, name)
        assert np.abs(theirs).max() == pytest.approx(np.abs(ours).max(), rel=1e-4)


def test_where_diffusion_is_fast_stress_is_small_and_no_noise() -> None:
    fast = constant_electrode(swelling=0.03, diffusivity=1e-9)
    history = charge_at_constant_rate(Sphere(fast, 5e-8, ROOM), 1.0, 1.0, 0.0)
    flux = -fast.maximum_concentration / HOUR * 5e-8 / 3
    extreme = constant_sphere(fast, 5e-8).steady_stress(flux, np.array([1.0]))[1][0]
    assert extreme < 100  # Pa, of 1e11 Pa that the material is stiff
    late = history.times > 60
    # Strains go by the cube root: 0.97^(-2/3) at most. The rest is rounding: contents to 1e-16, their differences 2e-11.
    assert np.all(np.abs(history.surface_tangential_stress[late] / extreme - 1.01) < 0.012)
    assert np.abs(np.diff(history.surface_tangential_stress[late])).max() < 3e-3 * extreme


def test_stress_spreads_ions_as_its_closed_form_says() -> None:
    electrode = constant_electrode(swelling=2e-4, young=1e16)
    theta = constant_sphere(electrode).coupling_strength() / ROOM * electrode.maximum_concentration
    assert 0.3 < theta < 3
    for origin in (0.25, 0.0):
        stressed = Sphere(electrode, RADIUS, ROOM, "dilute", counted_from=origin)
        # The same as a diffusivity against content that is known beforehand, at points so close that they are it.
        places = np.linspace(0.0, 1.0, 4001)
        faster = dict(zip(places.tolist(), (DIFFUSIVITY * (1 + theta * (places - origin))).tolist(), strict=True))
        plain = Sphere(dataclasses.replace(electrode, diffusivity=curve(faster, logarithmic=True)), RADIUS, ROOM)
        one, other = (charge_at_constant_rate(sphere, 3.0, 0.9, 0.3) for sphere in (stressed, plain))
        assert one.times[-1] == pytest.approx(other.times[-1], rel=1e-3)
        times = np.linspace(0.1, 0.99, 20) * other.times[-1]
        for name in ("surface_tangential_stress", "centre_stress", "surface_contents"):
            ours, theirs = (np.interp(times, history.times, getattr(history, name)) for history in (one, other))
            # The cube root in the strain, 1.3e-4 of it, and steps in time.
            assert ours == pytest.approx(theirs, rel=5e-4)
    uncoupled = charge_at_constant_rate(Sphere(electrode, RADIUS, ROOM), 3.0, 0.9, 0.3)
    assert uncoupled.times[-1] < 0.93 * one.times[-1]  # stress helps, so that more gets out


def test_stress_in_a_stiffening_solid_is_driven_by_its_own_gradient() -> None:
    # Moduli that differ within the particle: the flux is compared with one put together from the profile itself.
    electrode = dataclasses.replace(
        constant_electrode(swelling=0.02), youngs_modulus=curve({0.0: 5e10, 1.0: 2e11}, logarithmic=True)
    )
    sphere = Sphere(electrode, RADIUS, ROOM, "dilute", shells=120)
    history = charge_at_constant_rate(sphere, 2.0, 0.9, 0.2)
    row = int(0.9 * len(history.times))
    contents, stress, squares = history.contents[row], history.hydrostatic_stress[row], sphere.mesh.radii**2
    between = (contents[1:] + contents[:-1]) / 2
    volume = electrode.partial_molar_volume.values[0] / (8.314462618 * ROOM)
    driven = -np.diff(contents) + between * volume * np.diff(stress)
    flows = DIFFUSIVITY / RADIUS**2 * 6 * sphere.mesh.faces[1:-1] ** 3 * driven / np.diff(squares)
    # In a sphere whose profile hardly changes any more, each shell loses its share of the rate.
    earlier = history.contents[row - 1] - history.contents[row + 1]
    within = np.cumsum(earlier * sphere.mesh.volumes)[:-1] / (history.times[row + 1] - history.times[row - 1])
    assert flows[20:] == pytest.approx(within[20:], rel=0.02)


def test_a_lattice_is_moved_less_than_a_dilute_solution() -> None:
    electrode = lithium_cobalt_oxide()
    lattice, dilute = (Sphere(electrode, 3e-6, ROOM, coupling).transport for coupling in ("lattice", "dilute"))  # type: ignore[arg-type]
    content = np.array([0.55])  # in the middle of a straight piece of the potential, from 4.18 V to 4.08 V
    factor = 96485.33212 / (8.314462618 * ROOM) * 0.55 * 0.1 / 0.1
    assert dilute.enhancement(content) / lattice.enhancement(content) == pytest.approx(factor, rel=1e-6)
    assert np.all(lattice.enhancement(np.linspace(0, 1, 50)) >= 0)  # where it swells and where it shrinks


def test_a_divalent_ion_has_twice_the_thermodynamic_factor() -> None:
    single = lithium_cobalt_oxide()
    one, two = (
        thermodynamic_factor(dataclasses.replace(single, working_ion=ion), ROOM).at(0.55) for ion in ("Li", "Mg")
    )
    assert one == pytest.approx(96485.33212 / (8.314462618 * ROOM) * 0.55 * 0.1 / 0.1, rel=1e-6)
    assert two == pytest.approx(2 * one, rel=1e-12)


def test_diffusivity_is_activated() -> None:
    electrode = dataclasses.replace(constant_electrode(), activation_energy=curve({0.0: 4e4}))
    warm = Sphere(electrode, RADIUS, 330.0).transport.diffusivity(np.asarray(0.5))
    assert warm == pytest.approx(DIFFUSIVITY * np.exp(4e4 / 8.314462618 * (1 / 298.15 - 1 / 330.0)))


def test_what_makes_no_charge_is_refused() -> None:
    sphere = Sphere(lithium_cobalt_oxide(), 3e-6, ROOM)
    for start, end in ((0.5, 0.5), (1.2, 0.3), (0.5, -0.1)):
        with pytest.raises(UsageError, match="from one content to another"):
            charge_at_constant_rate(sphere, 1.0, start, end)
    for rate in (0.0, -1.0, float("inf")):
        with pytest.raises(UsageError, match="positive rate"):
            charge_at_constant_rate(sphere, rate, 1.0, 0.0)
    with pytest.raises(UsageError, match="share"):
        charge_at_constant_content(sphere, 0.9, 0.4, share=1.0)
    for change in ({"radius": 0.0}, {"temperature": -3.0}, {"radius": float("nan")}):
        with pytest.raises(UsageError, match="is positive"):
            dataclasses.replace(sphere, **change)


def test_a_rate_that_empties_the_surface_at_once_fails() -> None:
    with pytest.raises(StageFailure, match="rate is too high"):
        charge_at_constant_rate(Sphere(lithium_cobalt_oxide(), 1e-3, ROOM), 1e4, 1.0, 0.0)


def test_couplings_that_have_no_meaning_fail() -> None:
    plateau = dataclasses.replace(lithium_cobalt_oxide(), open_circuit_potential=curve({0.0: 4.5, 0.4: 4.0, 1.0: 4.0}))
    with pytest.raises(StageFailure, match=r"does not fall at content 0\.4"):
        charge_at_constant_rate(Sphere(plateau, 3e-6, ROOM, "lattice"), 1.0, 1.0, 0.3)
    stiff = constant_electrode(swelling=2e-4, young=3e16)
    with pytest.raises(StageFailure, match="diffusivity is negative"):
        charge_at_constant_rate(Sphere(stiff, RADIUS, ROOM, "dilute", counted_from=1.0), 1.0, 0.9, 0.3)
