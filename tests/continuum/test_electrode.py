"""An electrode as a cell model sees it: read from a record, or refused with what it lacks."""

import dataclasses

import numpy as np
import pytest

from atomscreen.continuum.electrode import Curve
from atomscreen.continuum.electrode_reading import ELECTRODE_QUANTITIES, beyond_known, electrode_of
from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.record import handoff_record
from atomscreen.core.errors import UsageError
from atomscreen.core.quantity import Quantity
from atomscreen.core.vocabulary import Role
from tests.continuum.candidates import CONTENTS, cathode, without


def electrode(candidate=None):
    return electrode_of(handoff_record(candidate or cathode()))


def test_numbers_of_the_record_arrive():
    found = electrode()
    assert found.side == "Positive"
    assert found.maximum_concentration == pytest.approx(51600)
    assert found.open_circuit_potential.at(0.305) == pytest.approx(4.6 - 0.8 * 0.305)
    assert found.open_circuit_potential.uncertainties == (0.2,) * 100
    assert found.diffusivity.at(0.25) == pytest.approx(1e-14 * 10**0.25)  # by its logarithm
    assert found.activation_energy.mean() == pytest.approx(28946, rel=1e-3)
    assert found.youngs_modulus.at(0.5) == pytest.approx(np.sqrt(180 * 240) * 1e9, rel=0.02)  # the corrected one
    assert found.sources["youngs_modulus"] == "youngs_modulus_corrected: corrected"
    assert found.sources["poisson_ratio"] == "poisson_ratio_corrected: corrected"
    assert found.poisson_ratio.mean() == pytest.approx(0.27)
    assert found.partial_molar_volume.at(0.5) == pytest.approx(-6.022e-7, rel=1e-4)
    assert found.volume_change.at(0.0) == pytest.approx(0.03)
    assert found.fracture_toughness.at(0.3) == pytest.approx(1.5e6)
    assert found.reference_temperature == 298.15
    assert not found.phase_separating


def test_a_modulus_corrected_at_some_contents_only_is_not_mixed_with_the_raw_one():
    candidate = cathode()
    half = tuple(
        q
        for q in candidate.quantities
        if not (q.name == "youngs_modulus_corrected" and q.conditions["ion_content"] == 0.5)
    )
    found = electrode(dataclasses.replace(candidate, quantities=half))
    assert found.youngs_modulus.at(1.0) == pytest.approx(200e9)
    assert found.poisson_ratio.mean() == pytest.approx(0.25)  # both or neither
    assert "not corrected" in found.remarks[0]


def test_the_volume_goes_on_by_the_partial_molar_volume_where_it_is_not_known():
    candidate = cathode()
    half = tuple(
        q for q in candidate.quantities if not (q.name == "volume_change" and q.conditions["ion_content"] == 0.0)
    )
    found = electrode(dataclasses.replace(candidate, quantities=half))
    slope = found.maximum_concentration * found.partial_molar_volume.at(0.5)  # −0.0311 for a content of 1
    assert found.volume_change.at(0.0) == pytest.approx(0.015 - 0.5 * slope)
    assert found.known["volume_change"] == found.known["partial_molar_volume"] == (0.5, 1.0)
    one = tuple(
        q for q in candidate.quantities if not (q.name == "volume_change" and q.conditions["ion_content"] < 1.0)
    )
    with pytest.raises(HandoffIncomplete, match="volume_change at two contents"):
        electrode(dataclasses.replace(candidate, quantities=one))


def test_what_is_used_beyond_the_known_contents_is_told():
    found = dataclasses.replace(
        electrode(), known={"volume_change": (0.5, 1.0), "diffusivity": (0.0, 1.0), "fracture_toughness": (0.9, 1.0)}
    )
    (said,) = beyond_known(found, 0.2, 1.0)
    assert said.startswith("Contents from 0.20 to 1.00 are used; known from 0.50 to 1.00 only are volume change.")
    assert said.endswith("the volume goes on by the partial molar volume there.")
    assert not list(beyond_known(found, 0.46, 1.0))  # near enough


def test_concentrations_are_over_the_volume_as_assembled():
    full = electrode()
    assert full.assembled_concentration == pytest.approx(full.maximum_concentration)
    empty = electrode(dataclasses.replace(cathode(), role=Role.ANODE))
    # An anode is assembled empty; this one is 3 % larger then, and holds its ions in more volume.
    assert empty.assembled_concentration == pytest.approx(51600 / 1.03)


def test_bounds_and_implausible_speed_are_remarked():
    candidate = cathode()
    fast = Quantity("chemical_diffusivity", 1e-4, None, {"ion_content": 0.5}, "barriers", bound="lower")
    said = electrode(dataclasses.replace(candidate, quantities=(*candidate.quantities, fast))).remarks
    assert any("chemical_diffusivity is lower bound" in one for one in said)
    assert any("1.0e-08 m²/s, more than ions in a liquid have" in one for one in said)
    assert any("uncertainty at some contents only" in one for one in said)


@pytest.mark.parametrize("name", sorted(ELECTRODE_QUANTITIES))
def test_what_is_missing_is_named_with_the_stage_that_gives_it(name):
    with pytest.raises(HandoffIncomplete) as problem:
        electrode(without(cathode(), name))
    assert len(problem.value.missing) == 1
    assert name in str(problem.value) and "stage '" in str(problem.value)


def test_all_that_is_missing_is_named_at_once():
    with pytest.raises(HandoffIncomplete) as problem:
        electrode(without(cathode(), "youngs_modulus", "chemical_diffusivity", "volume_change"))
    assert len(problem.value.missing) == 3


def test_a_modulus_without_a_content_is_not_that_of_any():
    candidate = without(cathode(), "youngs_modulus")
    candidate = dataclasses.replace(candidate, quantities=(*candidate.quantities, Quantity("youngs_modulus", 150.0)))
    with pytest.raises(HandoffIncomplete, match="youngs_modulus at a content of working ions"):
        electrode(candidate)


def test_a_tracer_diffusivity_does_not_stand_for_the_chemical_one():
    candidate = without(cathode(), "chemical_diffusivity")
    tracer = Quantity("tracer_diffusivity", 1e-9, conditions={"ion_content": 0.5, "temperature": 300.0})
    with pytest.raises(HandoffIncomplete, match="chemical_diffusivity"):
        electrode(dataclasses.replace(candidate, quantities=(*candidate.quantities, tracer)))


def test_coexistence_is_told_and_decides_the_particle():
    candidate = without(cathode(), "open_circuit_potential")
    flat = Quantity(
        "open_circuit_potential",
        [3.4] * len(CONTENTS),
        provenance={"temperature": 300.0, "coexistence": [[0.05, 0.95]]},
    )
    candidate = dataclasses.replace(candidate, quantities=(*candidate.quantities, flat))
    assert handoff_record(candidate).particle.model == "two phases"
    assert handoff_record(cathode()).particle.model == "diffusion"
    found = electrode(candidate)
    assert found.phase_separating
    assert any("no chemical diffusivity there" in one for one in found.remarks)


@pytest.mark.parametrize("role", [Role.SOLID_ELECTROLYTE, None])
def test_what_is_no_electrode_is_refused(role):
    with pytest.raises(UsageError, match="no cathode or anode"):
        electrode(dataclasses.replace(cathode(), role=role))


def test_a_curve_moves_as_a_whole():
    straight = Curve((0.0, 1.0), (1.0, 3.0), (0.1, 0.2))
    assert straight.moved(2.0).values == pytest.approx((1.2, 3.4))
    ratio = Curve((0.0, 1.0), (1.0, 100.0), (0.5, 50.0), logarithmic=True)
    # One standard uncertainty is the value times that of its logarithm.
    assert ratio.moved(1.0).values == pytest.approx((np.exp(0.5), 100 * np.exp(0.5)))
    assert ratio.mean() == pytest.approx(10.0)
    assert min(ratio.moved(-8.0).values) > 0
    assert Curve((0.0,), (1.0,)).moved(3.0).values == (1.0,)
