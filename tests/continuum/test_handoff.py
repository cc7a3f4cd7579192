"""Materials handed over: files by format, an index, and what is missing for the others."""

import csv
import dataclasses
import json

import pytest

from atomscreen.continuum.handoff import FORMATS, INDEX, HandoffSpec, _writer, check_handoff, hand_over
from atomscreen.continuum.pairs import FILE
from atomscreen.continuum.record import HandoffRecord, handoff_record
from atomscreen.core.errors import UsageError
from atomscreen.core.quantity import Quantity
from atomscreen.core.vocabulary import Role
from tests.continuum.candidates import cathode, electrolyte, without


def cathode_with_moduli():
    moduli = tuple(
        Quantity(name, value, conditions={"ion_content": 1.0})
        for name, value in (("bulk_modulus", 150.0), ("shear_modulus", 80.0))
    )
    return dataclasses.replace(cathode(), quantities=(*cathode().quantities, *moduli))


def test_the_record_and_its_schema_lie_beside_each_other(tmp_path):
    record = handoff_record(cathode())
    (outcome,) = hand_over([record], HandoffSpec(("json",)), tmp_path / "new")
    path, schema = (tmp_path / "new" / name for name in outcome.files)
    assert HandoffRecord.from_json(path.read_text()) == record
    assert json.loads(schema.read_text())["title"] == "HandoffRecord"


def test_the_table_has_every_number_in_si(tmp_path):
    hand_over([handoff_record(cathode())], HandoffSpec(("csv",)), tmp_path)
    with (tmp_path / "LiCoO2-test.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["quantity"] == "open_circuit_potential" for row in rows) == 100
    (corrected,) = [r for r in rows if r["quantity"] == "youngs_modulus_corrected" and r["ion_content"] == "0.5"]
    assert (float(corrected["value"]), corrected["unit"]) == (210e9, "Pa")


def test_what_lacks_something_is_left_out_with_the_list_and_the_others_go_on(tmp_path):
    whole = cathode()
    poor = dataclasses.replace(without(whole, "youngs_modulus", "fracture_toughness"), id="poor")
    outcome = hand_over(map(handoff_record, (poor, whole)), HandoffSpec(("pybamm", "csv")), tmp_path)
    by_place = {(one.id, one.format): one for one in outcome}
    refused = by_place["poor", "pybamm"]
    assert not refused.files
    assert [text.split()[0] for text in refused.missing] == ["fracture_toughness", "youngs_modulus"]
    assert "stage 'elasticity_with_content'" in refused.missing[1] or "elasticity" in refused.missing[1]
    assert by_place["LiCoO2-test", "pybamm"].files and by_place["poor", "csv"].files
    index = json.loads((tmp_path / INDEX).read_text())
    assert index["handed"] == [
        {**dataclasses.asdict(one), "files": list(one.files), "missing": list(one.missing)} for one in outcome
    ]
    assert all((tmp_path / name).exists() for one in outcome for name in one.files)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("pybamm", HandoffSpec(("pybamm",))),
        (["csv", "json", "csv"], HandoffSpec(("csv", "json"))),
        ({"to": ["pybamm"], "base": "OKane2022"}, HandoffSpec(("pybamm",), "OKane2022")),
    ],
)
def test_what_is_asked_for(given, expected):
    assert check_handoff(given) == expected


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("pybam", "did you mean 'pybamm'"),
        ([], "at least one format"),
        ({"to": "csv", "bas": "Ai2020"}, "no 'bas'"),
        ({"base": "Ai2020"}, "at least one format"),
        ({"to": "pybamm", "base": "Ai2021"}, "Ai2020"),
    ],
)
def test_what_cannot_be_asked_for(given, said):
    with pytest.raises(UsageError, match=said):
        check_handoff(given)


@pytest.mark.parametrize("record", [cathode(), electrolyte()], ids=["electrode", "electrolyte"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_its_writer_or_says_which_do(name, record):
    if name == "bpx" and record.role is Role.SOLID_ELECTROLYTE:
        with pytest.raises(
            UsageError, match="'sulfide' is no electrode, and bpx takes no other; there are pybamm, csv"
        ):
            _writer(name, handoff_record(record))
    else:
        assert callable(_writer(name, handoff_record(record)))


def test_a_solid_electrolyte_is_a_layer_of_a_cell(tmp_path):
    (outcome,) = hand_over([handoff_record(electrolyte())], HandoffSpec(("pybamm",)), tmp_path)
    layer = json.loads((tmp_path / outcome.files[0]).read_text())
    # 30 µm over 0.1 S/m is 3e-4 Ω·m², over the area of the base set's cell.
    assert layer["parameters"]["Contact resistance [Ohm]"] == pytest.approx(3e-4 / layer["area_m2"])
    assert "no all-solid-state cell" in layer["what_it_is"]


def test_cathodes_and_electrolytes_are_paired(tmp_path):
    poor = dataclasses.replace(without(electrolyte(), "fracture_energy"), id="poor")
    both = [handoff_record(one) for one in (cathode_with_moduli(), electrolyte(), poor)]
    hand_over(both, HandoffSpec(("csv",)), tmp_path)
    with (tmp_path / FILE).open(newline="") as file:
        rows = {row["electrolyte"]: row for row in csv.DictReader(file)}
    assert rows["sulfide"]["stays_whole"] == "False"  # 1.5 J/m²
    assert float(rows["sulfide"]["expansion"]) == pytest.approx(0.03)
    assert 26e9 < float(rows["sulfide"]["layer_youngs_modulus_Pa"]) < 200e9
    assert rows["poor"]["stays_whole"] == "" and "lacks fracture_energy" in rows["poor"]["said"]
    assert json.loads((tmp_path / INDEX).read_text())["tables"] == [FILE]
    hand_over(both[:1], HandoffSpec(("csv",)), tmp_path / "alone")
    assert not (tmp_path / "alone" / FILE).exists()
