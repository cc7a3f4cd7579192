"""What is handed to phase-field codes: what coexists, what comes from the base set, what is missing."""

import dataclasses

import numpy as np
import pytest

from atomscreen.continuum.crystal import Crystal
from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.phase_field.coexistence import binodal, critical_temperature
from atomscreen.continuum.phase_field.free_energy import FreeEnergy
from atomscreen.continuum.phase_field.gradient_energy import interface_energy
from atomscreen.continuum.phase_field.phase_field_document import phase_field_input
from atomscreen.continuum.record import handoff_record
from atomscreen.core.errors import UsageError
from tests.continuum.phase_field.examples import MIXING, SEPARATING, complete_candidate


def test_what_coexists_and_what_an_interface_energy_gives():
    record = handoff_record(complete_candidate())
    bare = phase_field_input(record, "Ai2020").document
    assert any("interface" in what for what in bare["missing"])
    assert "kappa [J/m]" not in bare["gradient_energy"]
    document = phase_field_input(record, "Ai2020", interface_energy=0.05).document
    told, gradients = document["free_energy"], document["gradient_energy"]
    energy = FreeEnergy(tuple(told["L [J/mol]"]), told["T [K]"])
    (gap,) = binodal(energy)
    assert told["binodal contents"] == [list(gap)]
    assert interface_energy(energy, gap, told["c [mol/m3]"], gradients["kappa [J/m]"]) == pytest.approx(0.05)
    factor = bare["gradient_energy"]["kappa over squared interface energy [m3/J]"]
    assert factor * 0.05**2 == pytest.approx(gradients["kappa [J/m]"])
    assert not any("interface" in what for what in document["missing"])


def test_only_one_gap_has_a_temperature_above_which_it_is_closed():
    one, two = (
        phase_field_input(handoff_record(complete_candidate(energies)), "Ai2020").document["free_energy"]
        for energies in (SEPARATING, {0.25: -879.0, 0.5: -5044.0, 0.75: 11.0})
    )
    energy = FreeEnergy(tuple(one["L [J/mol]"]), one["T [K]"])
    assert one["solid solution above [K]"] == pytest.approx(critical_temperature(energy))
    # Between two gaps lies an ordered content, which melts at a temperature that is in no smooth free energy.
    assert len(two["binodal contents"]) == 2 and two["solid solution above [K]"] is None


def test_the_mobility_can_be_made_again_from_what_is_written():
    found = phase_field_input(handoff_record(complete_candidate()), "Ai2020")
    told, x = found.document["mobility"], found.table["ion content"]
    unblocked = np.exp(np.interp(x, told["D_0 contents"], np.log(told["D_0 [m2/s]"])))
    by_hand = x * (1 - x) * unblocked / (8.31446261815324 * found.document["free_energy"]["T [K]"])
    assert found.table["mobility [mol m2/(J s)]"] == pytest.approx(by_hand, rel=1e-9)
    assert "not for use together with g" in told["about"]


def test_stress_free_strain_is_that_of_the_volume_and_of_the_ions_that_swell_it():
    found = phase_field_input(handoff_record(complete_candidate()), "Ai2020")
    elastic, strain, x = found.document["elasticity"], found.table["stress-free strain"], found.table["ion content"]
    volume = np.interp(x, [0, 0.25, 0.5, 0.75, 1], [0.008, 0.022, 0.018, 0.008, 0.0])  # against the full material
    assert elastic["x_free"] == 1.0 and (1 + strain) ** 3 == pytest.approx(1 + volume, rel=1e-12)
    # From 0.75 to 1 ions take up −0.008 of the volume, by which the partial molar volume is made.
    inside = (x > 0.8) & (x < 0.95)
    slopes = 3 / elastic["c_free [mol/m3]"] * np.gradient(strain, x)[inside]
    assert slopes == pytest.approx(-0.008 / 0.25 / elastic["c_free [mol/m3]"], rel=0.01)  # strains of a percent


def test_what_is_of_the_base_set_is_named():
    found = phase_field_input(handoff_record(complete_candidate()), "Ai2020")
    document, columns = found.document, found.table
    base, fracture = document["of_base_set"], document["fracture"]
    assert base["name"] == "Ai2020" and base["Positive particle radius [m]"] == 3e-6
    assert base["Positive electrode exchange-current density [A.m-2]"] > 0
    assert fracture["l [m]"] == pytest.approx(0.05 * 3e-6)
    weakest = (columns["Young's modulus [Pa]"] * columns["fracture energy [J/m2]"]).min()
    assert fracture["AT1 critical stress [Pa]"] == pytest.approx(np.sqrt(3 / 8 * weakest / fracture["l [m]"]))
    assert any("strength" in what for what in document["missing"])
    assert any("order parameters" in what for what in document["missing"])


@pytest.mark.parametrize("strength", [0.0, -1e9])
def test_a_strength_is_positive(strength):
    with pytest.raises(UsageError, match="strength"):
        phase_field_input(handoff_record(complete_candidate()), "Ai2020", strength=strength)


def test_a_known_strength_gives_the_length():
    found = phase_field_input(handoff_record(complete_candidate()), "Ai2020", strength=5e8)
    weakest = (found.table["Young's modulus [Pa]"] * found.table["fracture energy [J/m2]"]).min()
    assert found.document["fracture"]["AT1 l [m]"] == pytest.approx(3 / 8 * weakest / 5e8**2)
    assert not any("strength" in what for what in found.document["missing"])


def test_coherent_phases_have_their_strain(monkeypatch):
    # Isotropic, and swelling by the same strain e along each axis: B = 2 E e²/(1 − ν) for a step of all ions.
    modulus, poisson, strain = 1.5e11, 0.25, 0.01
    lame, shear = modulus * poisson / ((1 + poisson) * (1 - 2 * poisson)), modulus / (2 * (1 + poisson))
    stiffness = np.diag([2 * shear] * 3 + [shear] * 3)
    stiffness[:3, :3] += lame
    crystal = Crystal("m", "M", {0.0: stiffness}, {0.0: -strain * np.eye(3), 1.0: np.zeros((3, 3))}, {})
    monkeypatch.setattr("atomscreen.continuum.phase_field.phase_field_document.crystal_of", lambda record: crystal)
    document = phase_field_input(handoff_record(complete_candidate()), "Ai2020").document
    (told,) = document["coherency"]
    assert told["B [J/m3]"] == pytest.approx(2 * modulus * strain**2 / (1 - poisson), rel=1e-6)
    (coherent,), (free,) = told["coherent binodal contents"], document["free_energy"]["binodal contents"]
    assert free[0] < coherent[0] < coherent[1] < free[1]


def test_without_a_crystal_coherency_is_missing():
    document = phase_field_input(handoff_record(complete_candidate()), "Ai2020").document
    assert document["coherency"] == []
    assert any("elastic_tensor" in what for what in document["missing"])


def test_a_solid_solution_needs_no_gradient_energy():
    found = phase_field_input(handoff_record(complete_candidate(MIXING)), "Ai2020")
    document, columns = found.document, found.table
    assert document["free_energy"]["binodal contents"] == []
    assert "solid solution" in document["gradient_energy"]["about"]
    assert not any("interface" in what for what in document["missing"])
    assert np.all(columns["curvature [J/mol]"] > 0)


def test_another_ion_than_lithium_has_no_base_set():
    sodium = dataclasses.replace(complete_candidate(), working_ion="Na")
    document = phase_field_input(handoff_record(sodium), "Ai2020").document
    assert document["of_base_set"] == {} and "l [m]" not in document["fracture"]
    assert any("cells of lithium" in what for what in document["missing"])


def test_what_nothing_can_be_made_of_is_refused():
    with pytest.raises(HandoffIncomplete, match="maximum_ion_concentration"):
        phase_field_input(handoff_record(complete_candidate(without="maximum_ion_concentration")), "Ai2020")
    with pytest.raises(UsageError, match="base set"):
        phase_field_input(handoff_record(complete_candidate()), "Ai2021")


def test_missing_mechanics_leave_out_fracture_and_the_rest_is_told():
    found = phase_field_input(handoff_record(complete_candidate(without="youngs_modulus")), "Ai2020")
    assert found.document["fracture"] == {}
    assert any("youngs_modulus" in what and "elasticity" in what for what in found.document["missing"])
    assert "free energy [J/mol]" in found.table and found.document["free_energy"]["binodal contents"]
