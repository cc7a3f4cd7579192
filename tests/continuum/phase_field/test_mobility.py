"""Mobilities: consistent with the chemical diffusivity, and of the temperature asked for."""

import numpy as np
import pytest

from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.phase_field.free_energy import FreeEnergy
from atomscreen.continuum.phase_field.mobility import jump_diffusivity_of, mobility, regular_mobility
from atomscreen.continuum.record import handoff_record
from tests.continuum.phase_field.examples import complete_candidate

CONTENTS = np.linspace(0.1, 0.9, 17)


def test_an_ideal_solution_diffuses_alike_at_all_contents():
    ideal = FreeEnergy((), 298.15)
    chemical = regular_mobility(2e-14, ideal)(CONTENTS) * ideal.curvature(CONTENTS)
    assert chemical == pytest.approx(np.full(17, 2e-14), rel=1e-12)


def test_mobility_times_curvature_is_the_chemical_diffusivity():
    # Darken: D = Γ D_J, with Γ = d(μ/RT)/d ln x by differences
    energy = FreeEnergy((-8e3, 2e3), 298.15)
    jumps, _ = jump_diffusivity_of(handoff_record(complete_candidate()), 298.15)
    step = 1e-5
    gained = energy.chemical_potential(CONTENTS * (1 + step)) - energy.chemical_potential(CONTENTS * (1 - step))
    factor = gained / (2 * step) / (8.31446261815324 * 298.15)
    assert mobility(jumps, energy)(CONTENTS) * energy.curvature(CONTENTS) == pytest.approx(
        factor * jumps.at(CONTENTS), rel=1e-6
    )


def test_the_record_is_read_in_metres():
    jumps, _ = jump_diffusivity_of(handoff_record(complete_candidate()), 298.15)
    assert jumps.contents == (0.1, 0.5, 0.9)
    assert jumps.values == pytest.approx((9e-15, 5e-15, 1e-15))


def test_another_temperature_is_missing():
    with pytest.raises(HandoffIncomplete, match="jump_diffusivity at contents and 350 K"):
        jump_diffusivity_of(handoff_record(complete_candidate()), 350.0)
