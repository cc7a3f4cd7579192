"""The stage: its curves stand in the vocabulary's units and make one figure, and its notes say what coexists."""

import numpy as np
import pytest

from atomscreen.continuum.phase_field.coexistence import binodal, spinodal
from atomscreen.continuum.phase_field.free_energy import FreeEnergy
from atomscreen.continuum.phase_field.free_energy_curves import free_energy
from atomscreen.core.checking import check_stage
from atomscreen.core.stages import get_stage
from tests.continuum.examples import lithium_cobalt_oxide
from tests.continuum.phase_field.examples import EV, candidate_with_energies

QUARTERS = (0.25, 0.5, 0.75)


def given_by(interaction, **parameters):
    candidate = candidate_with_energies(lithium_cobalt_oxide(), {x: interaction * x * (1 - x) for x in QUARTERS})
    results = free_energy(candidate, **parameters)
    return {quantity.name: quantity for quantity in results.quantities}, results.notes


def test_the_stage_is_complete():
    check_stage(get_stage("free_energy"))


def test_a_regular_solution_that_separates():
    found, notes = given_by(1.1e4, temperature=300.0)
    energy = FreeEnergy((1.1e4,), 300.0)
    x = np.array(found["free_energy_contents"].value)
    assert np.array(found["free_energy_of_mixing"].value) * EV == pytest.approx(energy.at(x), abs=1e-4)
    (gap,), (unstable,) = binodal(energy), spinodal(energy)
    assert found["binodal_contents"].value == pytest.approx(gap, abs=1e-8)
    assert found["spinodal_contents"].value == pytest.approx(unstable, abs=1e-8)
    assert found["miscibility_gap"].number == pytest.approx(gap[1] - gap[0])
    lowest = np.array(found["common_tangent"].value) * EV
    inside = (x > gap[0]) & (x < gap[1])
    assert lowest[inside] == pytest.approx(np.full(inside.sum(), energy.at(gap[0])), abs=1e-4)
    assert lowest[~inside] == pytest.approx(energy.at(x[~inside]), abs=1e-4)
    assert f"two phases coexist at contents from {gap[0]:.3f} to {gap[1]:.3f}" in notes[0]
    assert all(quantity.uncertainty is None for quantity in found.values())
    assert found["free_energy_of_mixing"].conditions == {"temperature": 300.0}


def test_a_solid_solution():
    found, notes = given_by(-1.1e4)
    assert set(found) == {"free_energy_contents", "free_energy_of_mixing", "miscibility_gap"}
    assert found["miscibility_gap"].number == 0.0
    assert "solid solution at all contents" in notes[0]
    assert found["miscibility_gap"].conditions == {"temperature": 298.15}
