"""Cathodes in solid electrolytes."""

import dataclasses

import numpy as np
import pytest

from atomscreen.continuum.electrolyte.cathode_pairing import LARGEST_EXPANSION, LEAST_FRACTURE_ENERGY, pairing
from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.record import handoff_record
from atomscreen.core.errors import UsageError
from atomscreen.core.quantity import Quantity
from atomscreen.core.vocabulary import Role
from atomscreen.properties.mechanics.fracture_toughness import fracture_energy
from tests.continuum.electrolyte.examples import candidate, record


def cathode(change=-6.7, uncertainty=None, voltage=3.45, more=()):
    return record(
        Quantity("volume_change", change, uncertainty),
        Quantity("average_voltage", voltage, 0.1),
        *more,
        role=Role.CATHODE,
    )


def electrolyte(energy=6.3, uncertainty=None, window=(0.05, 2.9), bounds=(None, None), **rest):
    return record(
        Quantity("fracture_energy", energy, uncertainty, **rest),
        Quantity("reduction_limit", window[0], bound=bounds[0]),
        Quantity("oxidation_limit", window[1], bound=bounds[1]),
    )


# Toughness (MPa·m^0.5) and Young's modulus (GPa) as measured, and the fracture energies (J/m²) that follow in a review.
TABLE = [(0.23, 18, 2.7, False), (0.91, 186, 4.2, True), (0.97, 140, 6.3, True), (1.1, 102.5, 11, True)]


@pytest.mark.parametrize(("toughness", "modulus", "energy", "passes"), TABLE, ids=["Li2S-P2S5", "LLTO", "LLZO", "LATP"])
@pytest.mark.parametrize("poisson", [0.25, 0.3])
def test_published_fracture_energies_and_who_passes(toughness, modulus, energy, passes, poisson):
    # Poisson's ratios are not printed; between 0.25 and 0.3 they make 3 %, and two digits are printed.
    found = fracture_energy(toughness, modulus, poisson)
    assert found == pytest.approx(energy, rel=0.04)
    assert pairing(cathode(), electrolyte(found)).intact is passes


def test_numbers_and_verdict():
    found = pairing(cathode(), electrolyte())
    assert found.expansion == pytest.approx(0.067)
    assert found.fracture_energy == pytest.approx(6.3)
    assert found.window == (0.05, 2.9) and found.voltage == 3.45
    assert found.intact and found.in_window is False
    assert found.probability is None
    assert "6.7%" in found.verdict and "stays whole;" in found.verdict and "does not stand 3.45 V" in found.verdict
    assert any("average voltage" in limit for limit in found.limits)
    assert found == dataclasses.replace(found)


@pytest.mark.parametrize(
    ("change", "energy", "whole"),
    [(7.49, 4.01, True), (-7.49, 4.01, True), (7.51, 4.01, False), (-7.51, 4.01, False), (7.49, 3.99, False)],
)
def test_thresholds(change, energy, whole):
    assert pairing(cathode(change), electrolyte(energy)).intact is whole


def test_the_greatest_change_on_the_way_counts():
    # Made up: it swells to less than half of its ions and ends smaller than it was.
    way = [Quantity("volume_change", change, None, {"ion_content": x}) for x, change in ((0.0, -1.0), (0.4, 8.0))]
    found = pairing(cathode(-1.0, more=way), electrolyte())
    assert found.expansion == pytest.approx(0.08) and not found.intact


def test_changes_against_content_alone_will_do():
    way = [Quantity("volume_change", change, None, {"ion_content": x}) for x, change in ((0.0, -6.7), (1.0, 0.0))]
    active = record(Quantity("average_voltage", 3.45), *way, role=Role.CATHODE)
    assert pairing(active, electrolyte()).expansion == pytest.approx(0.067)


@pytest.mark.parametrize("change", [-6.7, 7.2, 1.0])
def test_probability_against_sampling(change):
    found = pairing(cathode(change, 1.5), electrolyte(5.0, 2.0)).probability
    random = np.random.default_rng(0)
    swelling = random.normal(change / 100, 0.015, 200_000)
    energy = 5.0 * random.lognormal(0, 0.4, 200_000)
    sampled = np.mean((abs(swelling) < LARGEST_EXPANSION) & (energy > LEAST_FRACTURE_ENERGY))
    assert found == pytest.approx(sampled, abs=4 * 0.5 / np.sqrt(200_000))  # four standard errors at most


def test_certain_numbers_have_certain_probabilities():
    assert pairing(cathode(-6.7, 0.0), electrolyte(6.3, 0.0)).probability == 1.0
    assert pairing(cathode(-8.0, 0.0), electrolyte(6.3, 0.0)).probability == 0.0


def test_a_window_from_an_incomplete_hull_proves_failure_only():
    bounds = ("lower", "upper")
    assert pairing(cathode(voltage=2.0), electrolyte()).in_window is True
    assert pairing(cathode(voltage=2.0), electrolyte(bounds=bounds)).in_window is None
    assert pairing(cathode(voltage=4.0), electrolyte(bounds=bounds)).in_window is False
    assert "may stand" in pairing(cathode(voltage=2.0), electrolyte(bounds=bounds)).verdict


def test_all_that_is_missing_is_named():
    with pytest.raises(HandoffIncomplete) as problem:
        pairing(record(role=Role.CATHODE), record())
    assert len(problem.value.missing) == 5
    text = str(problem.value)
    for expected in ("volume_change", "average_voltage", "fracture_energy", "reduction_limit", "oxidation_limit"):
        assert expected in text
    assert "stage 'fracture_toughness'" in text and "of cathode" in text and "of solid_electrolyte" in text


def test_different_ions_make_no_cell():
    of_sodium = handoff_record(candidate(Quantity("fracture_energy", 6.3), ion="Na"))
    with pytest.raises(UsageError, match="Li moves in cathode and Na moves in solid_electrolyte"):
        pairing(cathode(), of_sodium)


def test_a_change_at_half_charge_is_not_that_of_a_charge():
    half = Quantity("volume_change", -3.0, None, {"ion_content": 0.5})
    with pytest.raises(HandoffIncomplete, match="volume_change"):
        pairing(record(Quantity("average_voltage", 3.45), half, role=Role.CATHODE), electrolyte())


def test_a_bound_of_the_fracture_energy_is_no_value():
    with pytest.raises(HandoffIncomplete, match="only a bound"):
        pairing(cathode(), electrolyte(bound="lower"))
