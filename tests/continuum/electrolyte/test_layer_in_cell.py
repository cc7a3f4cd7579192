"""A layer of solid electrolyte in a cell that PyBaMM runs."""

import dataclasses

import numpy as np
import pytest

from atomscreen.continuum.cell.pybamm_parameters import untouched_base
from atomscreen.continuum.electrolyte.layer_in_cell import CELL_OPTIONS, WHAT_IT_IS, electrolyte_parameters
from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.record import handoff_record
from atomscreen.core.errors import UsageError
from tests.continuum.electrolyte.examples import candidate, conductivity, record


def test_resistance_by_hand():
    # 30 µm at 1 mS/cm are 3 Ω·cm², over 100 cm² 30 mΩ.
    assert electrolyte_parameters(record(conductivity(1e-3)), 30e-6, 1e-2) == {
        "Contact resistance [Ohm]": pytest.approx(0.03)
    }
    porous = electrolyte_parameters(record(conductivity(1e-3)), 30e-6, 1e-2, porosity=0.5, tortuosity_factor=1.5)
    assert porous["Contact resistance [Ohm]"] == pytest.approx(0.09)
    assert "no all-solid-state cell" in WHAT_IT_IS


def test_incomplete_records_are_refused():
    with pytest.raises(HandoffIncomplete, match=r"bulk_ionic_conductivity_300K \(stage 'diffusivity'"):
        electrolyte_parameters(record(), 30e-6, 1e-2)
    with pytest.raises(HandoffIncomplete, match="only a bound"):
        electrolyte_parameters(record(conductivity(1e-9, bound="upper")), 30e-6, 1e-2)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"thickness": 0.0}, "a layer has"),
        ({"area": -1.0}, "a layer has"),
        ({"porosity": 1.0}, "a layer has"),
        ({"tortuosity_factor": 0.5}, "tortuosity factor"),
    ],
    ids=str,
)
def test_impossible_layers_are_refused(wrong, said):
    with pytest.raises(UsageError, match=said):
        electrolyte_parameters(record(conductivity(1e-3)), **{"thickness": 30e-6, "area": 1e-2, **wrong})


def test_another_ion_than_lithium_is_refused():
    of_sodium = handoff_record(dataclasses.replace(candidate(conductivity(1e-3)), working_ion="Na"))
    with pytest.raises(UsageError, match="the base sets are cells of lithium: solid_electrolyte, which conducts Na"):
        electrolyte_parameters(of_sodium, 30e-6, 1e-2)


def discharge(values, options):
    """Return the first tenth of a discharge at 1 C: current in A and voltages in V."""
    import pybamm

    current = values["Nominal cell capacity [A.h]"]
    simulation = pybamm.Simulation(
        pybamm.lithium_ion.SPM(options),
        parameter_values=values,
        experiment=pybamm.Experiment([f"Discharge at {current} A for 6 minutes"]),
    )
    return current, simulation.solve()["Voltage [V]"]


def test_pybamm_loses_current_times_resistance():
    cell = untouched_base("Ai2020")
    plain = cell.values.copy()
    layered = cell.values.copy()
    found = electrolyte_parameters(record(conductivity(3e-4)), 50e-6, cell.area)
    layered.update(found)
    current, without = discharge(plain, {})
    _, with_layer = discharge(layered, dict(CELL_OPTIONS))
    times = np.linspace(0, 300, 31)
    lost = current * found["Contact resistance [Ohm]"]
    assert lost > 0.03  # a layer that can be seen
    # 1 mV is far above the solver's tolerance and far below the drop.
    assert without(t=times) - with_layer(t=times) == pytest.approx(lost, abs=1e-3)
