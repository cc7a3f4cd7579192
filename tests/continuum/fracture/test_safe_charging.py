"""Safe charging: the steady rate in closed form, and a charge that PyBaMM runs without a flaw that grows."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from atomscreen.continuum.cell.pybamm_parameters import CellParameters, pybamm_parameters, untouched_base
from atomscreen.continuum.fracture.charging_run import pybamm_sphere, run_charge
from atomscreen.continuum.fracture.griffith import fracture_energy_from_toughness, worst_by_time, worst_flaw
from atomscreen.continuum.fracture.safe_charging import safe_charge, steady_safe_rates
from atomscreen.continuum.particle.radial_mesh import radial_mesh
from atomscreen.continuum.particle.sphere_stress import sphere_stress
from atomscreen.core.errors import StageFailure, UsageError
from tests.continuum.examples import lithium_cobalt_oxide, lithium_iron_phosphate
from tests.continuum.fracture.conftest import FRACTURE_ENERGY, even_electrode, flat
from tests.continuum.fracture.test_fracture_map import closed_form

RADIUS = 20e-6  # so large that only slow charges are safe


@pytest.fixture(scope="module")
def cell() -> CellParameters:
    return pybamm_parameters(lithium_cobalt_oxide(), "OKane2022")


@pytest.fixture(scope="module")
def charge(cell):
    return safe_charge(cell, fracture_energy_from_toughness(lithium_cobalt_oxide()), RADIUS, steps=3, fastest=1.0)


def test_steady_rates_are_those_of_the_closed_form():
    contents = np.array([0.99, 0.5])
    rates = steady_safe_rates(even_electrode(), flat(FRACTURE_ENERGY), closed_form(0.3), contents, 298.15)
    # The strain (1 + ΔV/V)^(1/3) − 1 is up to 6 % steeper where the particle is smaller; the closed form is its start.
    assert rates[0] == pytest.approx(0.3, rel=0.02)
    assert rates[1] == pytest.approx(0.3, rel=0.06)


def test_steady_rates_fall_with_the_radius_to_the_power_of_five_halves():
    radii = 2e-6, 8e-6
    rates = [
        float(steady_safe_rates(lithium_cobalt_oxide(), flat(3.0), radius, np.array([0.7]), 298.15)[0])
        for radius in radii
    ]
    assert math.log(rates[0] / rates[1], 4) == pytest.approx(2.5, rel=1e-6)


def test_without_swelling_every_rate_is_safe():
    still = even_electrode(volume_change=flat(1e-30))
    assert np.all(steady_safe_rates(still, flat(1.0), 1e-6, np.array([0.5]), 298.15) > 1e6)


def test_no_flaw_grows_in_the_charge(charge, cell):
    electrode = lithium_cobalt_oxide()
    solution = charge.simulation().solve()
    history = pybamm_sphere(solution, "Positive", RADIUS)
    worst = worst_flaw(history, electrode, fracture_energy_from_toughness(electrode))
    assert not worst.grows
    assert worst.ratio == pytest.approx(charge.worst.ratio, rel=1e-3)  # the same run again
    assert charge.capacity > 0.5 * cell.balance.capacity
    for step, words in zip(charge.steps, charge.instructions, strict=True):
        assert words == f"Charge at {step.c_rate:.8g}C for {step.duration:.8g} seconds or until 4.2 V"


def test_steps_are_not_slower_than_they_have_to_be(charge):
    # Each is at the fastest rate that was asked for, or the worst flaw is near to growing.
    assert charge.worst.ratio > 0.5 or all(step.c_rate == 1.0 for step in charge.steps)


def test_half_as_fast_again_a_flaw_grows(charge):
    faster = [
        dataclasses.replace(step, c_rate=1.5 * step.c_rate, duration=step.duration / 1.5) for step in charge.steps
    ]
    history, _ = run_charge(charge.parameters, faster, RADIUS)
    worst = worst_by_time(history, lithium_cobalt_oxide(), fracture_energy_from_toughness(lithium_cobalt_oxide()))
    assert worst.max() > 1


def test_pybamms_stress_is_that_of_the_spheres_solver(charge):
    history = pybamm_sphere(charge.simulation().solve(), "Positive", RADIUS)
    # With one modulus and one partial molar volume, as PyBaMM takes their means, the profiles differ by a factor only.
    even = dataclasses.replace(
        lithium_cobalt_oxide(),
        youngs_modulus=flat(1e11),
        poisson_ratio=flat(0.25),
        volume_change=dataclasses.replace(
            lithium_cobalt_oxide().volume_change, contents=(0.0, 1.0), values=(1e-4, 0.0)
        ),
    )
    late = len(history.times) // 2
    mesh = radial_mesh(60)
    contents = np.interp(mesh.radii, history.radii / RADIUS, history.contents[late])
    ours = sphere_stress(even, mesh, contents, history.surface_contents[late])
    theirs = np.interp(mesh.radii, history.radii / RADIUS, history.tangential_stress[late])
    shape = theirs / history.surface_tangential_stress[late]
    assert ours.tangential / ours.surface_tangential == pytest.approx(shape, abs=0.03)  # PyBaMM's 40 even shells


@pytest.mark.parametrize("wrong", [{"radius": 0.0}, {"fastest": -1.0}, {"steps": 0}])
def test_numbers_that_make_no_charge_are_refused(cell, wrong):
    with pytest.raises(UsageError, match="are positive"):
        safe_charge(cell, flat(3.0), **{"radius": RADIUS, **wrong})


def test_what_has_no_stress_has_no_safe_charge(cell):
    with pytest.raises(UsageError, match="not of an untouched base set"):
        safe_charge(untouched_base("OKane2022"), flat(3.0), RADIUS)
    with pytest.raises(UsageError, match="has no mechanics"):
        safe_charge(dataclasses.replace(cell, base="Chen2020"), flat(3.0), RADIUS)
    with pytest.raises(StageFailure, match="two phases coexist"):
        safe_charge(dataclasses.replace(cell, electrode=lithium_iron_phosphate()), flat(3.0), RADIUS)
