"""Free energies read from records: which source is taken, what is said of it, and what is missing."""

import dataclasses

import numpy as np
import pytest

from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.phase_field.coexistence import binodal, spinodal
from atomscreen.continuum.phase_field.configurations import configurational_energy
from atomscreen.continuum.phase_field.free_energy import FreeEnergy
from atomscreen.continuum.phase_field.free_energy_reading import free_energy_of
from atomscreen.continuum.record import handoff_record
from atomscreen.core.errors import UsageError
from tests.continuum.examples import candidate_with, graphite, lithium_cobalt_oxide, lithium_iron_phosphate
from tests.continuum.phase_field.examples import candidate_with_energies, orderings

ENERGIES = {0.25: -4000.0, 0.5: -6000.0, 0.75: -3500.0}


def excess(energy, content):
    return float(energy.at(content) - FreeEnergy((), energy.temperature).at(content))


def test_the_lowest_orderings_are_gone_through_and_said_to_favour_mixing():
    found = free_energy_of(handoff_record(candidate_with_energies(lithium_cobalt_oxide(), ENERGIES)))
    assert "lowest orderings at contents 0.25, 0.5, 0.75: by hand" in found.origin
    assert any("favours mixing" in remark for remark in found.remarks)
    for content, energy in ENERGIES.items():
        assert excess(found.free_energy, content) == pytest.approx(energy, rel=1e-9)
    assert found.free_energy.temperature == 298.15


def all_orderings():
    return (
        *orderings(0.25, [-4000.0], [4]),
        *orderings(0.5, [-6000.0, -4500.0], [2, 4]),
        *orderings(0.75, [-3500.0], [4]),
    )


def test_all_orderings_are_taken_before_the_lowest():
    candidate = candidate_with_energies(lithium_cobalt_oxide(), ENERGIES, more=all_orderings())
    for temperature in (250.0, 400.0):
        found = free_energy_of(handoff_record(candidate), temperature)
        assert "all orderings" in found.origin
        half = configurational_energy([-6000.0, -4500.0], [2, 4], 4, temperature)
        assert excess(found.free_energy, 0.5) == pytest.approx(half, rel=1e-9)
        assert excess(found.free_energy, 0.25) == pytest.approx(-4000.0, rel=1e-9)


@pytest.mark.parametrize("about", [{}, {"supercell_ion_sites": 8}])
def test_some_orderings_are_not_taken_for_all_of_a_smaller_cell(about):
    more = tuple(dataclasses.replace(quantity, provenance=about) for quantity in all_orderings())
    found = free_energy_of(handoff_record(candidate_with_energies(lithium_cobalt_oxide(), ENERGIES, more=more)))
    assert "lowest orderings" in found.origin and found.at_every_temperature


def test_some_orderings_are_not_taken_for_all():
    more = (*all_orderings()[:2], *orderings(0.5, [-6000.0, -4500.0], [2, 3]), *all_orderings()[4:])
    found = free_energy_of(handoff_record(candidate_with_energies(lithium_cobalt_oxide(), ENERGIES, more=more)))
    assert "lowest orderings" in found.origin


def test_without_energies_a_potential_that_slopes_gives_the_free_energy():
    found = free_energy_of(handoff_record(candidate_with(lithium_cobalt_oxide())))
    assert found.origin.startswith("open-circuit potential")
    assert spinodal(found.free_energy) == ()
    # Eight points, six of whose bends the polynomial follows.
    assert "fits the potential within 0." in found.remarks[-1]


def test_a_plateau_hides_the_barrier_and_that_is_said():
    found = free_energy_of(handoff_record(candidate_with(lithium_iron_phosphate())))
    assert any("barrier" in remark for remark in found.remarks)
    assert binodal(found.free_energy)[0] == pytest.approx((0.02, 0.98), abs=0.005)


def test_the_difference_from_the_potential_is_told_in_millivolts():
    # Energies of an ideal solution whose potential is its own, moved by 20 mV on one half and −20 mV on the other.
    electrode = lithium_cobalt_oxide()
    x = np.linspace(0.005, 0.995, 100)
    voltages = 3.9 - FreeEnergy((), 298.15).chemical_potential(x) / 96485.33212 + np.where(x < 0.5, 0.02, -0.02)
    curve = dataclasses.replace(
        electrode.open_circuit_potential, contents=tuple(x), values=tuple(voltages), uncertainties=None
    )
    electrode = dataclasses.replace(electrode, open_circuit_potential=curve)
    found = free_energy_of(handoff_record(candidate_with_energies(electrode, {0.5: 0.0})))
    assert "by 20 mV" in found.remarks[-1]


def test_what_is_missing_is_named_with_the_stage_that_gives_it():
    whole_plateau = dataclasses.replace(lithium_iron_phosphate(), coexistence=((0.0, 1.0),))
    with pytest.raises(HandoffIncomplete, match=r"mixing_energy at contents between the ends.*voltage_profile"):
        free_energy_of(handoff_record(candidate_with(whole_plateau)))
    with pytest.raises(HandoffIncomplete, match=r"open_circuit_potential.*voltage_profile"):
        free_energy_of(handoff_record(candidate_with(graphite(), without="open_circuit_potential")))
    with pytest.raises(HandoffIncomplete, match="mixing_energy at a content between the ends"):
        free_energy_of(handoff_record(candidate_with(graphite(), without="open_circuit_potential")), 300.0)


def test_a_potential_holds_at_its_own_temperature_only():
    with pytest.raises(UsageError, match=r"298\.15 K, not 350 K"):
        free_energy_of(handoff_record(candidate_with(lithium_cobalt_oxide())), 350.0)
