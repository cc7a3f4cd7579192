from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from atomscreen.continuum.cell.base_sets import pybamm_library
from atomscreen.continuum.cell.pybamm_parameters import CellParameters, pybamm_parameters, untouched_base
from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.core.errors import UsageError
from tests.continuum.examples import graphite, lithium_cobalt_oxide, lithium_iron_phosphate

EXAMPLES = [lithium_cobalt_oxide, lithium_iron_phosphate, graphite]
GAS_CONSTANT = 8.31446261815324


@functools.cache
def parameters_of(example: Callable[[], Electrode], base: str) -> CellParameters:
    return pybamm_parameters(example(), base)


def evaluated(parameters: CellParameters, name: str, *arguments: float) -> float:
    function = parameters.values[name]
    scalars = [pybamm_library().Scalar(argument) for argument in arguments]
    return float(np.asarray(parameters.values.evaluate(function(*scalars))).item())


@pytest.mark.parametrize("base", ["Ai2020", "OKane2022", "Chen2020"])
@pytest.mark.parametrize("example", EXAMPLES)
def test_every_parameter_has_an_origin(example: Callable[[], Electrode], base: str) -> None:
    electrode = example()
    parameters = pybamm_parameters(electrode, base)
    assert set(parameters.origins) == set(parameters.values.keys())
    untouched = untouched_base(base)
    for name, origin in parameters.origins.items():
        assert origin.text
        if origin.kind == "base set":
            assert origin.text == base
            value = untouched.values[name]
            assert callable(value) or parameters.values[name] == value, name
    by_kind = {kind: {n for n, o in parameters.origins.items() if o.kind == kind} for kind in ("material", "balanced")}
    assert f"{electrode.side} electrode OCP [V]" in by_kind["material"]
    assert "Nominal cell capacity [A.h]" in by_kind["balanced"]
    assert parameters.origins[f"{electrode.side} electrode OCP entropic change [V.K-1]"].kind == "set to zero"
    assert parameters.origins[f"{electrode.side} electrode conductivity [S.m-1]"].kind == "base set"


@pytest.mark.parametrize("content", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("example", EXAMPLES)
def test_functions_are_those_of_the_electrode(example: Callable[[], Electrode], content: float) -> None:
    electrode, side = example(), example().side
    parameters = pybamm_parameters(electrode)
    at_reference = (content, electrode.reference_temperature)
    assert evaluated(parameters, f"{side} particle diffusivity [m2.s-1]", *at_reference) == pytest.approx(
        float(electrode.diffusivity.at(content))
    )
    assert evaluated(parameters, f"{side} electrode Young's modulus [Pa]", *at_reference) == pytest.approx(
        float(electrode.youngs_modulus.at(content))
    )
    assert evaluated(parameters, f"{side} electrode partial molar volume [m3.mol-1]", *at_reference) == pytest.approx(
        float(electrode.partial_molar_volume.at(content))
    )


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_potential_goes_through_its_points_and_never_rises(example: Callable[[], Electrode]) -> None:
    electrode = example()
    parameters = pybamm_parameters(electrode)
    name, curve = f"{electrode.side} electrode OCP [V]", electrode.open_circuit_potential
    for content, voltage in zip(curve.contents, curve.values, strict=True):
        assert evaluated(parameters, name, content) == pytest.approx(voltage)
    between = [evaluated(parameters, name, content) for content in np.linspace(0.0, 1.0, 201)]
    assert np.all(np.diff(between) < 1e-12)


def test_diffusivity_follows_arrhenius() -> None:
    electrode = lithium_cobalt_oxide()
    parameters = pybamm_parameters(electrode)
    cold, warm = (evaluated(parameters, "Positive particle diffusivity [m2.s-1]", 0.5, T) for T in (298.15, 323.15))
    slope = GAS_CONSTANT * math.log(warm / cold) / (1 / 298.15 - 1 / 323.15)
    assert slope == pytest.approx(3.0e4, rel=1e-6)


def test_critical_stress_is_that_of_the_base_sets_crack() -> None:
    parameters = pybamm_parameters(lithium_cobalt_oxide())
    # Ai2020: cracks of 20 nm, b = 1.12; the least tough content has 0.9 MPa·m^0.5. PyBaMM holds the hydrostatic stress
    # against it, which at a free surface is 2/3 of the tangential one.
    expected = 2 / 3 * 0.9e6 / (1.12 * math.sqrt(math.pi * 20e-9))
    assert parameters.values["Positive electrode critical stress [Pa]"] == pytest.approx(expected)
    assert "of Ai2020" in parameters.origins["Positive electrode critical stress [Pa]"].text


@pytest.mark.parametrize("example", [lithium_cobalt_oxide, lithium_iron_phosphate, graphite])
def test_ions_times_their_volume_are_the_volume_change(example: Callable[[], Electrode]) -> None:
    electrode = example()
    contents = np.linspace(0, 1, 2001)
    concentration = pybamm_parameters(electrode).values[
        f"Maximum concentration in {electrode.side.lower()} electrode [mol.m-3]"
    ]
    swelling = concentration * np.trapezoid(electrode.partial_molar_volume.at(contents), contents)
    given = [
        evaluated(pybamm_parameters(electrode), f"{electrode.side} electrode volume change", x) for x in (0.0, 1.0)
    ]
    # The example's partial molar volume stands in the middle of its steps and is linear between: about the same area.
    assert swelling == pytest.approx(given[1] - given[0], rel=0.05)


def test_a_curve_that_is_used_beyond_its_contents_is_told() -> None:
    electrode = dataclasses.replace(lithium_cobalt_oxide(), known={"youngs_modulus": (0.7, 1.0), "diffusivity": (0, 1)})
    (said,) = [remark for remark in pybamm_parameters(electrode).remarks if remark.startswith("Contents from")]
    assert "known from 0.70 to 1.00 only are youngs modulus. Beyond" in said


def test_volume_counts_from_the_assembled_particle() -> None:
    anode = pybamm_parameters(graphite())
    assert evaluated(anode, "Negative electrode volume change", 0.0) == 0
    # 10.5 % less than the full volume when empty is 11.7 % more than the empty volume when full.
    assert evaluated(anode, "Negative electrode volume change", 1.0) == pytest.approx(0.105 / 0.895)
    cathode = pybamm_parameters(lithium_iron_phosphate())
    assert evaluated(cathode, "Positive electrode volume change", 1.0) == 0
    assert evaluated(cathode, "Positive electrode volume change", 0.0) == pytest.approx(-0.067)


def test_chosen_limits_are_set_and_said() -> None:
    parameters = pybamm_parameters(lithium_iron_phosphate(), lower_voltage=2.5, upper_voltage=3.6)
    for name, value in (("Lower voltage cut-off [V]", 2.5), ("Open-circuit voltage at 100% SOC [V]", 3.6)):
        assert parameters.values[name] == value
        assert parameters.origins[name].kind == "chosen"
    assert pybamm_parameters(graphite()).origins["Upper voltage cut-off [V]"].kind == "base set"


def test_an_unknown_source_is_said() -> None:
    parameters = pybamm_parameters(dataclasses.replace(graphite(), sources={}))
    assert parameters.origins["Negative electrode OCP [V]"].text == "source not said"


def test_a_curve_of_one_content_is_constant() -> None:
    electrode = dataclasses.replace(lithium_cobalt_oxide(), diffusivity=Curve((0.5,), (3e-15,), logarithmic=True))
    parameters = pybamm_parameters(electrode)
    for content in (0.01, 0.99):
        assert evaluated(parameters, "Positive particle diffusivity [m2.s-1]", content, 298.15) == pytest.approx(3e-15)


def test_an_unknown_base_set_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown base set 'ai2020'; did you mean 'Ai2020'"):
        pybamm_parameters(graphite(), "ai2020")


@pytest.mark.parametrize("mechanics", ["swelling only", "swelling and cracking"])
@pytest.mark.parametrize("model", ["SPM", "SPMe", "DFN"])
@pytest.mark.parametrize("base", ["Ai2020", "OKane2022"])
@pytest.mark.parametrize("example", EXAMPLES)
def test_pybamm_runs_it_by_itself(example: Callable[[], Electrode], base: str, model: str, mechanics: str) -> None:
    pybamm = pybamm_library()
    parameters = parameters_of(example, base)
    assert parameters.balance is not None
    solved: Any = pybamm.Simulation(
        getattr(pybamm.lithium_ion, model)({"particle mechanics": mechanics}),
        parameter_values=parameters.values,
        C_rate=0.5,
    ).solve([0.0, 3 * 3600.0])
    assert solved.termination == "event: Minimum voltage [V]"
    assert 0.5 < solved["Discharge capacity [A.h]"].entries[-1] / parameters.balance.capacity < 1.0
