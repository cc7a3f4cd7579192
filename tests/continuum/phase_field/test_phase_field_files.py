"""Files for phase-field codes: what they say is enough to make the table again."""

import csv
import json

import numpy as np
import pytest

from atomscreen.continuum.handoff import HandoffSpec, hand_over
from atomscreen.continuum.phase_field.phase_field_files import write_phase_field
from atomscreen.continuum.record import handoff_record
from tests.continuum.examples import lithium_cobalt_oxide
from tests.continuum.phase_field.examples import complete_candidate

GAS = 8.31446261815324


def written(record, folder):
    path, table = write_phase_field(record, folder, "Ai2020")
    rows = list(csv.reader(table.open()))
    columns = dict(zip(rows[0], np.array(rows[1:], dtype=float).T, strict=True))
    return json.loads(path.read_text()), columns


def test_formula_and_coefficients_make_the_table_again(tmp_path):
    document, columns = written(handoff_record(complete_candidate()), tmp_path)
    x, told = columns["ion content"], document["free_energy"]
    thermal = GAS * told["T [K]"]
    polynomial = sum(coefficient * (2 * x - 1) ** k for k, coefficient in enumerate(told["L [J/mol]"]))
    g = thermal * (x * np.log(x) + (1 - x) * np.log(1 - x)) + x * (1 - x) * polynomial
    assert columns["free energy [J/mol]"] == pytest.approx(g, rel=1e-12)
    slope = sum(2 * k * coefficient * (2 * x - 1) ** (k - 1) for k, coefficient in enumerate(told["L [J/mol]"]) if k)
    mu = thermal * np.log(x / (1 - x)) + (1 - 2 * x) * polynomial + x * (1 - x) * slope
    assert columns["chemical potential [J/mol]"] == pytest.approx(mu, rel=1e-9, abs=1e-6)
    assert document["table"] == "material.phase-field.csv"
    assert told["c [mol/m3]"] == pytest.approx(lithium_cobalt_oxide().maximum_concentration)


def test_the_handoff_writes_it(tmp_path):
    (handed,) = hand_over([handoff_record(complete_candidate())], HandoffSpec(("phase-field",)), tmp_path)
    assert handed.files == ("material.phase-field.json", "material.phase-field.csv"), handed.reason
