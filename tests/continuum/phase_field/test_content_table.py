"""Functions of content as a table: consistent with each other, and without columns for what is missing."""

import numpy as np
import pytest

from atomscreen.continuum.electrode_reading import electrode_of
from atomscreen.continuum.phase_field.coexistence import binodal
from atomscreen.continuum.phase_field.content_table import content_table
from atomscreen.continuum.phase_field.free_energy_reading import free_energy_of
from atomscreen.continuum.record import handoff_record
from tests.continuum.phase_field.examples import complete_candidate

MOBILITY = "mobility [mol m2/(J s)]"


def test_the_table_has_all_that_the_record_has():
    record = handoff_record(complete_candidate())
    energy = free_energy_of(record).free_energy
    columns, missing = content_table(record, energy, electrode_of(record))
    assert missing == []
    x = columns["ion content"]
    (gap,) = binodal(energy)
    outside = (x < gap[0]) | (x > gap[1])
    free, lowest = columns["free energy [J/mol]"], columns["free energy in equilibrium [J/mol]"]
    assert lowest[outside] == pytest.approx(free[outside])
    assert np.all(lowest[~outside] < free[~outside])
    assert np.all((columns["curvature [J/mol]"] > 0)[outside])
    at_half = np.argmin(abs(x - 0.5))
    assert columns["Young's modulus [Pa]"][at_half] == pytest.approx(1.2e11)
    assert columns["fracture energy [J/m2]"][at_half] == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("without", "column"), [("jump_diffusivity", MOBILITY), ("fracture_energy", "fracture energy [J/m2]")]
)
def test_what_is_missing_is_no_column(without, column):
    record = handoff_record(complete_candidate(without=without))
    columns, missing = content_table(record, free_energy_of(record).free_energy, electrode_of(record))
    assert column not in columns
    assert [what.split()[0] for what in missing] == [without]


def test_without_an_electrode_there_are_no_mechanics():
    record = handoff_record(complete_candidate())
    columns, _ = content_table(record, free_energy_of(record).free_energy, None)
    assert "Young's modulus [Pa]" not in columns and MOBILITY in columns
