"""A layer of solid electrolyte in series with a published cell."""

import dataclasses
import math

import pytest

from atomscreen.continuum.cell.electrolyte_cell import electrolyte_cell, with_layer
from atomscreen.continuum.cell.pybamm_parameters import untouched_base
from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.record import handoff_record
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.core.quantity import Quantity
from tests.continuum.candidates import electrolyte, without


def numbers(candidate, **parameters):
    results = electrolyte_cell(candidate, **parameters)
    return {q.name: q for q in results.quantities}


def conducting(conductivity, **more):
    candidate = without(electrolyte(), "bulk_ionic_conductivity_300K")
    quantity = Quantity("bulk_ionic_conductivity_300K", conductivity, **more)
    return dataclasses.replace(candidate, quantities=(*candidate.quantities, quantity))


def test_the_layer_takes_current_times_resistance_from_the_voltage():
    found = numbers(electrolyte(), model="SPM", thickness=100.0)
    area = untouched_base("Ai2020").area
    drop = 2.28 * 100e-6 / (0.1 * area)  # A Ω
    # A twentieth into the discharge: the two are drawn over their own capacities, which are the same but for 0.1 %.
    assert found["base_cell_voltages"].value[5] - found["cell_discharge_voltages"].value[5] == pytest.approx(
        drop, rel=0.02
    )
    assert found["cell_capacity"].number < base_gives(found)["cell_capacity"]
    assert found["cell_capacity"].conditions == {"c_rate": 1.0}


def base_gives(found):
    return found["cell_energy"].provenance["base_set_gives"]


def test_a_good_conductor_takes_nothing():
    found = numbers(conducting(10.0), model="SPM", thickness=1.0)
    assert found["cell_energy"].number == pytest.approx(base_gives(found)["cell_energy"], rel=1e-4)
    assert found["cell_energy"].uncertainty is None  # nobody knows that of this conductivity


def test_the_uncertainty_is_that_of_the_resistance():
    sigma = 0.5
    found = numbers(conducting(1e-3, uncertainty=sigma * 1e-3), model="SPM", thickness=100.0)
    taken = base_gives(found)["cell_mean_voltage"] - found["cell_mean_voltage"].number
    # The loss goes with the resistance, which is known by ratio.
    expected = taken * (math.exp(sigma) - math.exp(-sigma)) / 2
    assert found["cell_mean_voltage"].uncertainty == pytest.approx(expected, rel=0.02)
    assert found["cell_energy"].uncertainty > 0 and found["cell_discharge_voltages"].uncertainty is None


def test_where_a_lesser_conductor_takes_all_the_voltage_there_is_no_uncertainty_and_a_note():
    results = electrolyte_cell(conducting(2e-5, uncertainty=4e-5), model="SPM")
    assert all(one.uncertainty is None for one in results.quantities)
    assert "with a less conducting layer" in results.notes[-1]


def test_another_ion_than_lithium_is_refused_by_the_material_s_formula():
    sodium = dataclasses.replace(electrolyte(), id="candidate", working_ion="Na")
    with pytest.raises(UsageError, match=r"Li2S, which conducts Na, goes into none"):
        electrolyte_cell(sodium)


def test_pores_and_detours_are_in_it():
    dense = with_layer(untouched_base("Ai2020"), handoff_record(electrolyte()), 30e-6)
    porous = with_layer(untouched_base("Ai2020"), handoff_record(electrolyte()), 30e-6, 0.2, 1.5)
    name = "Contact resistance [Ohm]"
    assert porous.values[name] == pytest.approx(1.5 / 0.8 * dense.values[name])
    assert dense.origins[name].kind == "material" and "30 µm of Li2S" in dense.origins[name].text
    assert untouched_base("Ai2020").values[name] == 0  # the base set itself is untouched


def test_a_bound_is_not_enough():
    with pytest.raises(HandoffIncomplete, match="only a bound"):
        electrolyte_cell(conducting(1e-3, bound="upper"))


def test_an_insulator_has_no_discharge():
    with pytest.raises(StageFailure, match="PyBaMM"):
        electrolyte_cell(conducting(1e-9), model="SPM")
