"""Mobilities: consistent with the chemical diffusivity from one dilute limit to the other, and of one temperature."""

import dataclasses

import numpy as np
import pytest

from atomscreen.continuum.electrode import Curve
from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.phase_field.free_energy import FreeEnergy
from atomscreen.continuum.phase_field.mobility import mobility, unblocked_diffusivity_of
from atomscreen.continuum.record import handoff_record
from atomscreen.core.quantity import Quantity
from tests.continuum.phase_field.examples import complete_candidate

CONTENTS = np.linspace(0.001, 0.999, 17)
ROOM = 298.15
RT = 8.31446261815324 * ROOM


def with_more(*quantities):
    candidate = complete_candidate()
    return handoff_record(dataclasses.replace(candidate, quantities=(*candidate.quantities, *quantities)))


def dilute(content, value, temperature=ROOM):
    """The chemical diffusivity of a dilute limit in cm²/s, as the stage gives it."""
    at, about = {"ion_content": content}, {"temperature": temperature}
    return Quantity("chemical_diffusivity", value, conditions=at, provenance=about)


def test_an_ideal_solution_diffuses_alike_at_all_contents():
    ideal = FreeEnergy((), ROOM)
    chemical = mobility(Curve((0.5,), (2e-14,), logarithmic=True), ideal)(CONTENTS) * ideal.curvature(CONTENTS)
    assert chemical == pytest.approx(np.full(17, 2e-14), rel=1e-12)


def test_mobility_times_curvature_is_the_chemical_diffusivity():
    # Darken: D = Γ D_J, with Γ = d(μ/RT)/d ln x by differences; the record's D_J is 1e-14 (1 − x) m²/s.
    energy = FreeEnergy((-8e3, 2e3), ROOM)
    unblocked, _ = unblocked_diffusivity_of(handoff_record(complete_candidate()), ROOM)
    step = 1e-5
    gained = energy.chemical_potential(CONTENTS * (1 + step)) - energy.chemical_potential(CONTENTS * (1 - step))
    factor = gained / (2 * step) / RT
    found = mobility(unblocked, energy)(CONTENTS) * energy.curvature(CONTENTS)
    # At 0.999 the difference spans a hundredth of what is free, squared in its error.
    assert found == pytest.approx(factor * 1e-14 * (1 - CONTENTS), rel=1e-4)


def test_at_the_contents_of_the_record_it_is_the_jump_diffusivity():
    record = handoff_record(complete_candidate())
    unblocked, _ = unblocked_diffusivity_of(record, ROOM)
    for x, jump in ((0.1, 9e-15), (0.5, 5e-15), (0.9, 1e-15)):
        assert mobility(unblocked, FreeEnergy((), ROOM))(np.array(x)) == pytest.approx(x * jump / RT)


def test_dilute_limits_are_the_chemical_diffusivity_and_neither_end_runs_away():
    unblocked, _ = unblocked_diffusivity_of(with_more(dilute(0.0, 2e-10), dilute(1.0, 5e-11)), ROOM)
    assert unblocked.contents == (0.0, 0.1, 0.5, 0.9, 1.0)
    energy = FreeEnergy((-8e3, 2e3), ROOM)
    ends = np.array([1e-6, 1 - 1e-6])
    # Where ions or vacancies are alone Γ (1 − x) is 1; what they do to each other is then a few millionths.
    assert mobility(unblocked, energy)(ends) * energy.curvature(ends) == pytest.approx([2e-14, 5e-15], rel=1e-4)


def test_limits_of_another_temperature_and_jumps_in_a_full_lattice_are_left_out():
    full = Quantity("jump_diffusivity", 1e-9, conditions={"ion_content": 1.0, "temperature": ROOM})
    unblocked, _ = unblocked_diffusivity_of(with_more(dilute(0.0, 2e-10, 350.0), full), ROOM)
    assert unblocked.contents == (0.1, 0.5, 0.9)
    assert unblocked.values == pytest.approx((1e-14,) * 3)


def test_another_temperature_is_missing():
    with pytest.raises(HandoffIncomplete, match="jump_diffusivity at contents and 350 K"):
        unblocked_diffusivity_of(handoff_record(complete_candidate()), 350.0)
