from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.constants import physical_constants
from scipy.optimize import brentq

from atomscreen.continuum.cell.base_sets import base_values, pybamm_library
from atomscreen.continuum.cell.cell_balance import (
    balance,
    electrode_capacities,
    lithium_of_new_cell,
    open_circuit,
)
from atomscreen.continuum.cell.discharge import run_discharge
from atomscreen.continuum.cell.pybamm_parameters import pybamm_parameters
from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.core.errors import StageFailure
from tests.continuum.examples import graphite, lithium_cobalt_oxide, lithium_iron_phosphate

FARADAY = physical_constants["Faraday constant"][0] / 3600  # A·h/mol


def capacity_by_hand(values: Any, side: str) -> float:
    """Return what an electrode holds, from its volume: A·h."""
    names = [f"{side} electrode thickness [m]", "Electrode height [m]", "Electrode width [m]"]
    volume = np.prod([values[name] for name in names])
    volume *= values["Number of electrodes connected in parallel to make a cell"]
    solid = values[f"{side} electrode active material volume fraction"]
    return float(FARADAY * volume * solid * values[f"Maximum concentration in {side.lower()} electrode [mol.m-3]"])


def theirs(base: str, side: str) -> Callable[[float], float]:
    """Return the base set's own potential, as its cell models have it."""
    values, pybamm = base_values(base), pybamm_library()

    def potential(stoichiometry: float) -> float:
        found = values.evaluate(values[f"{side} electrode OCP [V]"](pybamm.Scalar(stoichiometry)))
        return float(np.asarray(found).item()) + runaway(stoichiometry)

    return potential


def runaway(stoichiometry: float) -> float:
    """Return what PyBaMM adds to every potential, so that it runs away at the ends."""
    return 1e-6 / stoichiometry + 1e-6 / (stoichiometry - 1)


def ours(electrode: Electrode) -> Callable[[float], float]:
    return lambda stoichiometry: float(electrode.open_circuit_potential.at(stoichiometry)) + runaway(stoichiometry)


@pytest.mark.parametrize("base", ["Ai2020", "OKane2022"])
@pytest.mark.parametrize("example", [lithium_cobalt_oxide, lithium_iron_phosphate, graphite])
def test_capacity_is_that_of_our_own_root_finding(example: Callable[[], Electrode], base: str) -> None:
    electrode = example()
    parameters = pybamm_parameters(electrode, base)
    found, values = parameters.balance, parameters.values
    assert found is not None
    potentials = {side: theirs(base, side) for side in ("Positive", "Negative")} | {electrode.side: ours(electrode)}
    holds = {side: capacity_by_hand(values, side) for side in ("Positive", "Negative")}

    def excess(negative: float, limit: float) -> float:
        positive = (found.lithium - negative * holds["Negative"]) / holds["Positive"]
        return potentials["Positive"](positive) - potentials["Negative"](negative) - limit

    low = max(0.0, (found.lithium - holds["Positive"]) / holds["Negative"]) + 1e-9
    high = min(1.0, found.lithium / holds["Negative"]) - 1e-9
    discharged, charged = (
        brentq(excess, low, high, args=(values[f"Open-circuit voltage at {state}% SOC [V]"],)) for state in (0, 100)
    )
    # The set's potential is a smooth curve through the same points as our lines, and differs from them between points.
    assert found.capacity == pytest.approx((charged - discharged) * holds["Negative"], rel=5e-3)
    assert found.negative == pytest.approx((discharged, charged), abs=5e-3)


def test_a_new_positive_electrode_brings_all_its_lithium() -> None:
    values = pybamm_parameters(lithium_cobalt_oxide()).values
    lithium = lithium_of_new_cell(values, "Ai2020", "Positive")
    left = lithium - capacity_by_hand(values, "Positive")
    # What the base set's graphite holds where its own cell is at 3 V.
    assert 0 < left < 0.01 * capacity_by_hand(values, "Negative")


def test_a_new_negative_electrode_comes_empty() -> None:
    parameters = pybamm_parameters(graphite())
    lithium = lithium_of_new_cell(parameters.values, "Ai2020", "Negative")
    assert lithium < capacity_by_hand(parameters.values, "Positive")


def test_lithium_is_conserved() -> None:
    parameters = pybamm_parameters(lithium_cobalt_oxide())
    found = parameters.balance
    holds = electrode_capacities(parameters.values)
    assert found is not None
    assert holds.positive == pytest.approx(capacity_by_hand(parameters.values, "Positive"))
    for negative, positive in zip(found.negative, found.positive, strict=True):
        assert negative * holds.negative + positive * holds.positive == pytest.approx(found.lithium)


def test_limits_out_of_reach_are_refused_with_the_range() -> None:
    with pytest.raises(StageFailure, match=r"runs from 2\.\d+ to 4\.\d+ V, .* the limits of 3 and 7 V"):
        pybamm_parameters(lithium_cobalt_oxide(), upper_voltage=7.0)
    with pytest.raises(StageFailure, match="limits of 5 and 6 V: set others"):
        pybamm_parameters(lithium_cobalt_oxide(), lower_voltage=5.0, upper_voltage=6.0)


def test_an_electrode_used_up_before_a_limit_is_said() -> None:
    found = pybamm_parameters(lithium_iron_phosphate(), upper_voltage=4.2).balance
    assert found is not None
    assert found.positive[1] < 1e-3
    assert "charged where its positive electrode is empty" in found.remarks[0]
    assert pybamm_parameters(lithium_iron_phosphate(), upper_voltage=3.6).balance.remarks == ()  # type: ignore[union-attr]


def test_a_smaller_window_takes_less() -> None:
    wide = pybamm_parameters(lithium_cobalt_oxide()).balance
    narrow = pybamm_parameters(lithium_cobalt_oxide(), lower_voltage=3.5, upper_voltage=4.0).balance
    assert wide is not None and narrow is not None
    assert narrow.capacity < wide.capacity


def test_the_balance_of_an_untouched_set_is_its_own() -> None:
    values = base_values("Ai2020")
    symbols = pybamm_library().LithiumIonParameters()
    lithium = float(values.evaluate(symbols.Q_Li_particles_init))
    found = balance(values, lithium)
    rest = open_circuit(values, lithium)
    assert rest.voltage[0] < 3.0 and rest.voltage[-1] > 4.2
    # Its initial concentrations are published as those of the charged cell: 21725 of 49943 and 24108 of 28700 mol/m³.
    assert found.positive[1] == pytest.approx(21725 / 49943, abs=0.01)
    assert found.negative[1] == pytest.approx(24108 / 28700, abs=0.01)


@pytest.mark.parametrize("shift", [-0.7, 0.25, 1.0])
def test_limits_that_move_with_the_potential_give_the_same_cell(shift: float) -> None:
    electrode = lithium_cobalt_oxide()
    curve = electrode.open_circuit_potential
    moved = Curve(curve.contents, tuple(value + shift for value in curve.values))
    expected = pybamm_parameters(electrode).balance
    found = pybamm_parameters(
        dataclasses.replace(electrode, open_circuit_potential=moved),
        lower_voltage=3.0 + shift,
        upper_voltage=4.2 + shift,
    ).balance
    assert expected is not None and found is not None
    assert found.capacity == pytest.approx(expected.capacity, rel=1e-6)
    assert found.positive == pytest.approx(expected.positive, rel=1e-6)


@pytest.mark.parametrize("base", ["Ai2020", "OKane2022"])
def test_smooth_cells_have_the_balance_of_pybamms_own_solver(base: str) -> None:
    for values in (base_values(base), pybamm_parameters(lithium_cobalt_oxide(), base).values):
        symbols = pybamm_library().LithiumIonParameters()
        lithium = float(values.evaluate(symbols.Q_Li_particles_init))
        holds = electrode_capacities(values)
        solver = pybamm_library().lithium_ion.ElectrodeSOHSolver(values)
        expected = solver.solve({"Q_n": holds.negative, "Q_p": holds.positive, "Q_Li": lithium})
        found = balance(values, lithium)
        # Where an electrode ends first, ours stops at 0.0005 of its end, theirs where their potential has run away.
        assert found.capacity == pytest.approx(float(expected["Q"]), rel=1e-3)
        assert found.negative == pytest.approx((float(expected["x_0"]), float(expected["x_100"])), abs=1e-3)


def test_a_flat_anode_is_emptied_before_the_lower_limit() -> None:
    """With plateaus PyBaMM's solver stops at a state that has neither limit's voltage; ours ends where it is empty."""
    steps = Curve(tuple((2 * n + 1) / 200 for n in range(100)), tuple(0.541 if n < 50 else 0.332 for n in range(100)))
    electrode = dataclasses.replace(graphite(), open_circuit_potential=steps, maximum_concentration=28830.0)
    found = pybamm_parameters(electrode).balance
    assert found is not None
    assert found.negative[0] < 1e-3
    # Ai2020's table of LiCoO2's potential begins at 0.4, which is 4.06 V against this anode.
    assert found.positive[1] == pytest.approx(0.4, abs=1e-6)
    assert "discharged where its negative electrode is empty" in found.remarks[0]
    assert "has stoichiometry 0.4, below which its potential is not known" in found.remarks[1]
    discharge = run_discharge(pybamm_parameters(electrode), "SPM", "none", 0.02)
    assert discharge.capacity[-1] == pytest.approx(found.capacity, rel=0.02)
