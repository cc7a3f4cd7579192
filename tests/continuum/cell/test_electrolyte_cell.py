"""A layer of solid electrolyte in series with a published cell."""

import dataclasses

import pytest

from atomscreen.continuum.cell.electrolyte_cell import electrolyte_cell, with_layer
from atomscreen.continuum.cell.pybamm_parameters import untouched_base
from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.record import handoff_record
from atomscreen.core.errors import StageFailure
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
    at_start = found["cell_discharge_voltages"]
    assert at_start.provenance["base_set_gives"][5] - at_start.value[5] == pytest.approx(drop, rel=0.02)
    assert found["cell_capacity"].number < found["cell_capacity"].provenance["base_set_gives"]
    assert found["cell_capacity"].conditions == {"c_rate": 1.0}


def test_a_good_conductor_takes_nothing():
    found = numbers(conducting(10.0), model="SPM", thickness=1.0)
    energy = found["cell_energy"]
    assert energy.number == pytest.approx(energy.provenance["base_set_gives"], rel=1e-4)


def test_pores_and_detours_are_in_it():
    dense = with_layer(untouched_base("Ai2020"), handoff_record(electrolyte()), 30e-6)
    porous = with_layer(untouched_base("Ai2020"), handoff_record(electrolyte()), 30e-6, 0.2, 1.5)
    name = "Contact resistance [Ohm]"
    assert porous.values[name] == pytest.approx(1.5 / 0.8 * dense.values[name])
    assert dense.origins[name].kind == "material"
    assert untouched_base("Ai2020").values[name] == 0  # the base set itself is untouched


def test_a_bound_is_not_enough():
    with pytest.raises(HandoffIncomplete, match="only a bound"):
        electrolyte_cell(conducting(1e-3, bound="upper"))


def test_an_insulator_has_no_discharge():
    with pytest.raises(StageFailure, match="PyBaMM"):
        electrolyte_cell(conducting(1e-9), model="SPM")
