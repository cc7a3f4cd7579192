from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from atomscreen.continuum.cell.cell_discharge import _unused, cell_discharge
from atomscreen.continuum.cell.discharge_quantities import POINTS, theoretical_capacity
from atomscreen.continuum.cell.pybamm_parameters import pybamm_parameters
from atomscreen.continuum.electrode import Electrode
from atomscreen.continuum.electrode_reading import ELECTRODE_QUANTITIES
from atomscreen.continuum.electrode_samples import moved
from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import get_stage
from tests.continuum.examples import candidate_with, graphite, lithium_cobalt_oxide, lithium_iron_phosphate


@functools.cache
def given(example: Callable[[], Electrode]) -> Results:
    return cell_discharge(candidate_with(example()), model="SPM", samples=0)


def value(results: Results, name: str) -> Any:
    return next(quantity for quantity in results.quantities if quantity.name == name).value


@pytest.mark.parametrize("example", [lithium_cobalt_oxide, lithium_iron_phosphate, graphite])
def test_numbers_belong_together(example: Callable[[], Electrode]) -> None:
    results = given(example)
    assert {quantity.name for quantity in results.quantities} <= get_stage("cell_discharge").gives
    capacity, voltage = value(results, "cell_capacity"), value(results, "cell_mean_voltage")
    assert value(results, "cell_energy") == pytest.approx(capacity * voltage)
    assert capacity / value(results, "cell_theoretical_capacity") == pytest.approx(value(results, "cell_utilisation"))
    capacities, voltages = value(results, "cell_discharge_capacities"), value(results, "cell_discharge_voltages")
    assert len(capacities) == len(voltages) == POINTS
    assert capacities[-1] == pytest.approx(capacity)
    assert np.trapezoid(voltages, capacities) == pytest.approx(value(results, "cell_energy"), rel=2e-3)
    assert voltages[-1] == pytest.approx(3.0, abs=1e-2)


def test_capacity_of_lithium_cobalt_oxide_is_that_of_its_layer() -> None:
    # 68 µm of which 62 % is active, 51.6 mol/L: 5.83 mAh/cm² from empty to full, of which 59 % lies below 4.2 V.
    assert value(given(lithium_cobalt_oxide), "cell_theoretical_capacity") == pytest.approx(5.83 * 0.588, rel=0.01)


def test_stress_is_given_where_diffusion_is_solved() -> None:
    results = given(lithium_cobalt_oxide)
    assert value(results, "surface_stress") == value(results, "surface_stress_max") > 0  # it swells as it is emptied
    assert max(value(results, "surface_stress_curve")) == pytest.approx(value(results, "surface_stress_max"), rel=0.01)
    assert "surface_stress_max" not in {quantity.name for quantity in given(lithium_iron_phosphate).quantities}
    assert any("no front between phases" in note for note in given(lithium_iron_phosphate).notes)


def test_stress_is_ranked_by_its_size() -> None:
    electrode = lithium_cobalt_oxide()
    volume = electrode.partial_molar_volume
    opposite = dataclasses.replace(
        electrode, partial_molar_volume=dataclasses.replace(volume, values=tuple(-one for one in volume.values))
    )
    results = cell_discharge(candidate_with(opposite), model="SPM", samples=0)
    # What swells as it is filled is compressed all through a discharge of a cathode, by as much: E and D are the same.
    assert value(results, "surface_stress_max") < 1e-6 * value(results, "surface_stress")
    assert value(results, "surface_stress") == -value(results, "surface_stress_min")
    # Stress drives ions by its square, whatever the sign.
    assert value(results, "surface_stress") == pytest.approx(
        value(given(lithium_cobalt_oxide), "surface_stress"), rel=0.1
    )


def test_the_untouched_base_set_stands_beside_it() -> None:
    results = given(graphite)
    energy = next(quantity for quantity in results.quantities if quantity.name == "cell_energy")
    assert energy.conditions == {"c_rate": 1.0}
    assert "Ai2020" in energy.method and "negative electrode" in energy.method
    # 2.4 A·h at 3.7 V over 34 pairs of 5.1 by 4.7 cm.
    assert energy.provenance["base_set_gives"]["cell_energy"] == pytest.approx(10.8, rel=0.03)
    shared = {json.dumps(one.provenance) for one in results.quantities if one.name != "cell_theoretical_capacity"}
    assert len(shared) == 1, "one provenance, which a report prints once"
    capacities, voltages = value(results, "base_cell_capacities"), value(results, "base_cell_voltages")
    assert np.trapezoid(voltages, capacities) == pytest.approx(10.8, rel=0.03)
    rest = next(quantity for quantity in results.quantities if quantity.name == "cell_theoretical_capacity")
    assert "Positive electrode OCP [V]" in rest.provenance["of_base_set"]
    assert "Negative electrode OCP [V]" not in rest.provenance["of_base_set"]


def lithium_cobalt_oxide_off_by(voltage: float) -> Electrode:
    electrode = lithium_cobalt_oxide()
    potential = electrode.open_circuit_potential
    spreads = (voltage,) * len(potential.values)
    return dataclasses.replace(electrode, open_circuit_potential=dataclasses.replace(potential, uncertainties=spreads))


def uncertain(electrode: Electrode, voltage: float) -> Candidate:
    """Return a candidate whose average voltage alone is uncertain."""
    candidate = candidate_with(electrode)
    return candidate.with_results(Results((Quantity("average_voltage", 4.0, voltage),)))


def test_uncertainties_are_those_of_sampled_electrodes() -> None:
    candidate = uncertain(lithium_cobalt_oxide(), 0.01)
    results = cell_discharge(candidate, model="SPM", samples=12)
    up, down = (
        theoretical_capacity(
            pybamm_parameters(moved(lithium_cobalt_oxide_off_by(0.01), {"open_circuit_potential": one}))
        )
        for one in (1.0, -1.0)
    )
    rest = next(one for one in results.quantities if one.name == "cell_theoretical_capacity")
    # Twelve samples know the width between these quantiles to 28 %.
    assert rest.uncertainty == pytest.approx(abs(up - down) / 2, rel=0.56)
    for one in results.quantities:
        assert (one.uncertainty is None) == isinstance(one.value, tuple)
    assert value(results, "cell_energy") == value(given(lithium_cobalt_oxide), "cell_energy")
    assert any("lower bounds" in note and "diffusivity" in note for note in results.notes)
    again = cell_discharge(candidate, model="SPM", samples=12, seed=1)
    assert (
        next(one for one in again.quantities if one.name == "cell_theoretical_capacity").uncertainty != rest.uncertainty
    )


def test_without_anything_to_draw_there_is_no_uncertainty_and_a_note() -> None:
    results = cell_discharge(candidate_with(graphite()), model="SPM")
    assert all(one.uncertainty is None for one in results.quantities)
    assert any("No property of the electrode has a known uncertainty" in note for note in results.notes)
    assert not any("known uncertainty" in note for note in given(graphite).notes)  # none were asked for


def test_samples_that_do_not_run_are_counted() -> None:
    results = cell_discharge(uncertain(lithium_cobalt_oxide(), 1.5), model="SPM", samples=10)
    (failed,) = (note for note in results.notes if "sampled cells did not run" in note)
    assert "of 10 sampled" in failed and "does not get to the limits" in failed


def test_an_electrode_left_unused_is_said() -> None:
    (said,) = (note for note in given(lithium_cobalt_oxide).notes if "is used only" in note)
    assert said.startswith("In the cell of Ai2020: Between 3 and 4.2 V the electrode is used only at contents from 0.")
    cell = pybamm_parameters(lithium_cobalt_oxide())
    assert cell.balance is not None
    for least, notes in ((0.2, 0), (0.3, 1)):
        used = dataclasses.replace(cell, balance=dataclasses.replace(cell.balance, positive=(0.99, least)))
        assert len(_unused(used)) == notes


@pytest.mark.parametrize("name", sorted(ELECTRODE_QUANTITIES))
def test_what_is_missing_is_named_with_its_stage(name: str) -> None:
    with pytest.raises(HandoffIncomplete, match=rf"lacks {name} (at a content of working ions )?\(stage '\w+'"):
        cell_discharge(candidate_with(graphite(), without=name))


def test_limits_out_of_reach_fail() -> None:
    with pytest.raises(StageFailure, match="does not get to the limits"):
        cell_discharge(candidate_with(graphite()), lower_voltage=5.5, upper_voltage=6.0)


def test_another_ion_than_lithium_is_refused() -> None:
    with pytest.raises(UsageError, match="Li with Na goes into none of them"):
        cell_discharge(dataclasses.replace(candidate_with(graphite()), working_ion="Na"))


def test_a_potential_of_another_temperature_is_said() -> None:
    candidate = candidate_with(graphite(), temperature=400.0)
    assert any("potential is that of 400 K" in note for note in cell_discharge(candidate, model="SPM", samples=0).notes)
    assert not any("potential is that of" in note for note in given(graphite).notes)


def test_a_base_set_without_mechanics_runs_without_them() -> None:
    candidate = candidate_with(graphite())
    with pytest.raises(UsageError, match="use OKane2022"):
        cell_discharge(candidate, base="Chen2020")
    names = {one.name for one in cell_discharge(candidate, base="Chen2020", mechanics="none", model="SPM").quantities}
    assert "cell_energy" in names and "cell_thickness_change" not in names


def test_parameters_are_checked_before_anything_runs() -> None:
    stage = get_stage("cell_discharge")
    assert stage.check({"upper_voltage": "3600 mV"})["upper_voltage"] == pytest.approx(3.6)
    for wrong in ({"c_rate": 0.0}, {"base": "Marquis2019"}, {"model": "P2D"}, {"mechanics": "cracks"}, {"samples": -1}):
        with pytest.raises(UsageError, match=f"'{next(iter(wrong))}' of stage 'cell_discharge'"):
            stage.check(wrong)
