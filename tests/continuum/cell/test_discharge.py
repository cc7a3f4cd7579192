from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from atomscreen.continuum.cell.base_sets import base_values, pybamm_library
from atomscreen.continuum.cell.crack_start import that_cracks_start
from atomscreen.continuum.cell.discharge import Discharge, run_discharge
from atomscreen.continuum.cell.pybamm_parameters import CellParameters, pybamm_parameters, untouched_base
from atomscreen.continuum.electrode import Curve, Electrode, Side
from atomscreen.core.errors import StageFailure, UsageError
from tests.continuum.examples import SOURCES, graphite, lithium_cobalt_oxide, lithium_iron_phosphate

EXAMPLES = [lithium_cobalt_oxide, lithium_iron_phosphate, graphite]
FARADAY = 96485.33212
GAS_CONSTANT = 8.31446261815324


@functools.cache
def cell(example: Callable[[], Electrode], base: str = "Ai2020") -> CellParameters:
    return pybamm_parameters(example(), base)


@functools.cache
def discharged(example: Callable[[], Electrode], rate: float, model: Any = "SPM") -> Discharge:
    return run_discharge(cell(example), model, c_rate=rate)


@pytest.mark.parametrize("base", ["Ai2020", "OKane2022"])
@pytest.mark.parametrize("example", EXAMPLES)
def test_a_slow_discharge_delivers_the_capacity_at_rest(example: Callable[[], Electrode], base: str) -> None:
    parameters = cell(example, base)
    found = run_discharge(parameters, "DFN", c_rate=1 / 50)
    assert parameters.balance is not None
    # What a slow discharge leaves behind is what diffusion needs; issue: within 2 %.
    assert 0.98 * parameters.balance.capacity < found.capacity[-1] <= 1.0005 * parameters.balance.capacity
    assert found.ended_by == "Minimum voltage [V]"


@pytest.mark.parametrize("example", EXAMPLES)
def test_faster_delivers_less(example: Callable[[], Electrode]) -> None:
    slow, fast = (discharged(example, rate) for rate in (0.2, 1.0))
    assert fast.capacity[-1] < slow.capacity[-1]
    assert fast.energy < slow.energy


def test_charge_and_energy_are_integrals_of_the_current() -> None:
    found = discharged(lithium_cobalt_oxide, 1.0)
    hours = found.time / 3600
    assert np.ptp(found.current) == 0
    assert found.capacity == pytest.approx(found.current * hours, abs=1e-6)
    # The trapezoidal rule over the solver's own steps errs by a few parts in ten thousand.
    assert found.energy == pytest.approx(np.trapezoid(found.voltage * found.current, hours), rel=2e-3)
    assert found.temperature == 298.15


def test_a_particle_that_shrinks_as_it_fills_is_under_tension_at_its_surface() -> None:
    tense = discharged(lithium_cobalt_oxide, 1.0)  # filled in a discharge, negative partial molar volume
    assert tense.stress_range is not None and tense.tangential_stress is not None
    assert tense.stress_range[0] == pytest.approx(0.0, abs=1e4)
    assert tense.stress_range[1] > 1e7


def test_a_particle_that_swells_as_it_fills_is_under_tension_where_it_is_emptied() -> None:
    tense = discharged(graphite, 1.0)
    assert tense.stress_range is not None
    assert tense.stress_range[0] == pytest.approx(0.0, abs=1e4)
    assert tense.stress_range[1] > 1e6


def test_stress_is_that_of_a_sphere_under_steady_influx() -> None:
    # σ_θ at the surface of a sphere with a molar influx J is −EΩJR/[15(1 − ν)D]. A small Ω keeps the stress from
    # driving ions (its part of the flux is 2EΩ²c/[9(1 − ν)R_gT], here 3e-5), and a fast diffusion makes it steady.
    modulus, poisson, volume, diffusivity = 2e11, 0.25, 5e-9, 1e-13
    electrode = dataclasses.replace(
        lithium_cobalt_oxide(),
        youngs_modulus=Curve((0.5,), (modulus,)),
        poisson_ratio=Curve((0.5,), (poisson,)),
        partial_molar_volume=Curve((0.5,), (volume,)),
        diffusivity=Curve((0.5,), (diffusivity,)),
    )
    assert 2 * modulus * volume**2 * 51600 / (9 * (1 - poisson) * GAS_CONSTANT * 298.15) < 1e-4
    parameters = pybamm_parameters(electrode)
    values = parameters.values
    found = run_discharge(parameters, "SPM")
    radius = values["Positive particle radius [m]"]
    surface = 3 * values["Positive electrode active material volume fraction"] / radius
    influx = found.current[0] / (parameters.area * values["Positive electrode thickness [m]"] * surface * FARADAY)
    expected = -modulus * volume * influx * radius / (15 * (1 - poisson) * diffusivity)
    assert found.tangential_stress is not None
    half_way = np.interp(0.5 * found.time[-1], found.time, found.tangential_stress)
    assert half_way == pytest.approx(expected, rel=0.01)  # 20 shells of PyBaMM's mesh, and its solver's 1e-4


def test_thickness_change_is_that_of_the_particles() -> None:
    parameters = cell(lithium_iron_phosphate)
    values, found = parameters.values, discharged(lithium_iron_phosphate, 0.2)
    holds = values["Positive electrode active material volume fraction"] * values["Positive electrode thickness [m]"]
    filled = found.capacity[-1] * 3600 / FARADAY / (parameters.area * holds * 22800.0)
    assert found.electrode_thickness_change is not None and found.cell_thickness_change is not None
    expected = parameters.layers * holds * 0.067 * filled
    assert found.electrode_thickness_change[-1] == pytest.approx(expected, rel=1e-3)
    assert found.cell_thickness_change[-1] < found.electrode_thickness_change[-1]  # the graphite shrinks


def test_no_stress_is_given_where_two_phases_coexist() -> None:
    found = discharged(lithium_iron_phosphate, 1.0)
    assert found.tangential_stress is None and found.stress_range is None
    assert "no front between phases" in found.remarks[0]
    assert discharged(lithium_cobalt_oxide, 1.0).remarks == ()


@pytest.mark.parametrize("model", ["SPMe", "DFN"])
def test_cracks_leave_a_first_discharge_nearly_as_it_is(model: Any) -> None:
    smooth = run_discharge(cell(lithium_cobalt_oxide), model)
    cracked = run_discharge(cell(lithium_cobalt_oxide), model, "swelling and cracking")
    assert cracked.capacity[-1] == pytest.approx(smooth.capacity[-1], rel=1e-3)


def test_without_mechanics_there_is_no_stress_and_no_thickness() -> None:
    found = run_discharge(cell(lithium_cobalt_oxide, "Chen2020"), "SPM", "none")
    assert found.tangential_stress is None and found.cell_thickness_change is None
    assert found.capacity[-1] > 0


def test_mechanics_of_a_base_set_without_them_are_refused() -> None:
    with pytest.raises(UsageError, match="use OKane2022"):
        run_discharge(cell(lithium_cobalt_oxide, "Chen2020"))


def test_a_rate_that_no_cell_sustains_fails_with_pybamms_words() -> None:
    with pytest.raises(StageFailure, match=r"PyBaMM's DFN finds no discharge at 500 C: \w+"):
        run_discharge(cell(lithium_cobalt_oxide), c_rate=500.0)
    with pytest.raises(UsageError, match="a positive rate, not 0 C"):
        run_discharge(cell(lithium_cobalt_oxide), c_rate=0.0)


def as_electrode(base: str, side: Side) -> Electrode:
    """Return the base set's own material, read off its functions at 999 contents."""
    values, pybamm = base_values(base), pybamm_library()
    contents = np.linspace(1e-3, 1 - 1e-3, 999)
    largest = float(values[f"Maximum concentration in {side.lower()} electrode [mol.m-3]"])

    def curve(name: str, *beside: float) -> Curve:
        value = values[f"{side} {name}"]
        if not callable(value):
            return Curve((0.5,), (float(value),))
        found = values.evaluate(value(pybamm.Vector(contents), *map(pybamm.Scalar, beside)))
        return Curve(tuple(contents), tuple(np.broadcast_to(np.ravel(found), contents.shape).tolist()))

    swelling = curve("electrode volume change")
    full = swelling.values[-1]
    change = Curve(swelling.contents, tuple((value - full) / (1 + full) for value in swelling.values))
    return Electrode(
        id="own",
        formula="own",
        working_ion="Li",
        side=side,
        # The set's concentration is over the volume of the assembled electrode, ours over that of the full one.
        maximum_concentration=largest * (1 + float(change.at(0.0 if side == "Negative" else 1.0))),
        open_circuit_potential=curve("electrode OCP [V]"),
        diffusivity=curve("particle diffusivity [m2.s-1]", 298.15),
        activation_energy=Curve((0.5,), (5000.0,)),
        reference_temperature=298.15,
        youngs_modulus=curve("electrode Young's modulus [Pa]"),
        poisson_ratio=curve("electrode Poisson's ratio"),
        partial_molar_volume=curve("electrode partial molar volume [m3.mol-1]"),
        volume_change=change,
        fracture_toughness=Curve((0.5,), (1e6,)),
        sources=SOURCES,
    )


@pytest.mark.parametrize("side", ["Positive", "Negative"])
@pytest.mark.parametrize("base", ["Ai2020", "OKane2022"])
def test_a_base_sets_own_material_gives_its_own_discharge(base: str, side: Side) -> None:
    untouched = untouched_base(base)
    replaced = pybamm_parameters(as_electrode(base, side), base)
    # A cell with a new electrode has other lithium in it than the published, aged one: here it gets the same.
    states = [f"Initial concentration in {which} electrode [mol.m-3]" for which in ("negative", "positive")]
    for name in [*states, "Nominal cell capacity [A.h]", "Current function [A]"]:
        replaced.values[name] = untouched.values[name]
    theirs, ours = (run_discharge(parameters, "DFN", side=side) for parameters in (untouched, replaced))
    assert ours.capacity[-1] == pytest.approx(theirs.capacity[-1], rel=1e-3)
    until = np.linspace(0.0, 0.98 * theirs.time[-1], 200)

    def at(found: Discharge, name: str) -> Any:
        return np.interp(until, found.time, getattr(found, name))

    assert at(ours, "voltage") == pytest.approx(at(theirs, "voltage"), abs=5e-3)
    stress = at(theirs, "tangential_stress")
    assert at(ours, "tangential_stress") == pytest.approx(stress, abs=0.02 * np.abs(stress).max())
    if (base, side) != ("OKane2022", "Positive"):
        # There a full particle has 1.79 times the volume of an empty one, and we count parts of another volume.
        thickness = at(theirs, "cell_thickness_change")
        assert at(ours, "cell_thickness_change") == pytest.approx(thickness, abs=0.02 * np.abs(thickness).max())


@pytest.mark.parametrize("model", ["SPM", "DFN"])
def test_the_small_stress_of_fast_diffusion_is_no_noise(model: Any) -> None:
    """A cathode that swells on discharge is pressed at its surface; the closed form holds for the mean over x."""
    fast = dataclasses.replace(
        lithium_iron_phosphate(), coexistence=(), diffusivity=Curve((0.5,), (5e-10,), None, logarithmic=True)
    )
    parameters = pybamm_parameters(fast)
    found = run_discharge(parameters, model, c_rate=1.0)
    assert found.stress_range is not None and found.tangential_stress is not None
    low, high = found.stress_range
    assert high < 0.01 * abs(low)
    values, middle = parameters.values, len(found.time) // 2
    radius = float(values["Positive particle radius [m]"])
    solid = float(values["Positive electrode active material volume fraction"])
    area = parameters.area * float(values["Positive electrode thickness [m]"]) * 3 * solid / radius
    flux = found.current[middle] / (FARADAY * area)  # mol/(m² s) into the particles, mean over the electrode
    state = found.capacity[middle] / found.capacity[-1]
    assert parameters.balance is not None
    start, end = (
        parameters.balance.positive[1],
        parameters.balance.positive[1]
        + (parameters.balance.positive[0] - parameters.balance.positive[1])
        * found.capacity[-1]
        / parameters.balance.capacity,
    )
    content = start + state * (end - start)
    modulus, expansion = float(fast.youngs_modulus.at(content)), float(fast.partial_molar_volume.at(content))
    stiff = 1 - fast.poisson_ratio.mean()
    theta = 2 * modulus * expansion**2 / (9 * stiff * GAS_CONSTANT)  # stress drives the ions too: D (1 + θ c/T)
    diffusivity = 5e-10 * (1 + theta * content * fast.assembled_concentration / found.temperature)
    expected = -modulus * expansion * flux * radius / (15 * stiff * diffusivity)
    # In the porous electrode the mean over x is not that at the mean content of a potential that is flat.
    assert found.tangential_stress[middle] == pytest.approx(expected, rel=0.02 if model == "SPM" else 0.2)


@pytest.mark.slow
@pytest.mark.parametrize("state", [0.30, 0.31, 0.626, 0.696396, 0.7])
def test_cracks_start_from_any_charged_state(state: float) -> None:
    base = untouched_base("Ai2020")
    values = base.values.copy()
    name = "Initial concentration in negative electrode [mol.m-3]"
    values[name] = state * float(values["Maximum concentration in negative electrode [mol.m-3]"])
    parameters = dataclasses.replace(base, values=values)
    started = that_cracks_start(parameters, {"particle mechanics": "swelling and cracking"})
    assert started.values[name] == pytest.approx(float(values[name]), rel=1e-5)
    assert parameters.values[name] == values[name]  # what was handed in is as it was
