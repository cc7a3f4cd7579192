"""Materials handed over: files by format, an index, and what is missing for the others."""

import csv
import dataclasses
import json

import pytest

from atomscreen.continuum import handoff
from atomscreen.continuum.electrolyte.electrolyte_layer import electrolyte_layer
from atomscreen.continuum.handoff import FORMATS, INDEX, HandoffSpec, _writer, check_handoff, hand_over, read_index
from atomscreen.continuum.pairs import COLUMNS, FILE
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
    assert json.loads(schema.read_text())["title"] == "atomscreen-handoff-1"


def test_the_table_has_every_number_in_si(tmp_path):
    hand_over([handoff_record(cathode())], HandoffSpec(("csv",)), tmp_path)
    with (tmp_path / "LiCoO2-test.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["quantity"] == "open_circuit_potential" for row in rows) == 100
    (corrected,) = [r for r in rows if r["quantity"] == "youngs_modulus_corrected" and r["ion_content"] == "0.5"]
    assert (float(corrected["value"]), corrected["unit"]) == (210e9, "Pa")
    assert [row["method"] for row in rows if row["quantity"] == "note"] == ["A note."]
    (particle,) = [row for row in rows if row["quantity"] == "particle_model"]
    assert (particle["value"], particle["temperature"]) == ("diffusion", "298.15")


def test_the_table_says_where_two_phases_coexist(tmp_path):
    apart = {"temperature": 298.15, "coexistence": [[0.1, 0.8]]}
    quantities = [
        dataclasses.replace(q, provenance=apart) if q.name == "open_circuit_potential" else q
        for q in cathode().quantities
    ]
    record = handoff_record(dataclasses.replace(cathode(), quantities=tuple(quantities)))
    hand_over([record], HandoffSpec(("csv",)), tmp_path)
    with (tmp_path / "LiCoO2-test.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["quantity"].startswith("particle")]
    assert [(row["component"], row["value"]) for row in rows] == [
        ("", "two phases"), ("1,1", "0.1"), ("1,2", "0.8")
    ]  # fmt: skip


def test_what_lacks_something_is_left_out_with_the_list_and_the_others_go_on(tmp_path):
    whole = cathode()
    poor = dataclasses.replace(without(whole, "youngs_modulus", "fracture_toughness"), id="poor")
    outcome = hand_over(map(handoff_record, (poor, whole)), HandoffSpec(("pybamm", "csv")), tmp_path)
    by_place = {(one.id, one.format): one for one in outcome}
    refused = by_place["poor", "pybamm"]
    assert not refused.files
    assert [text.split()[0] for text in refused.missing] == ["fracture_toughness", "youngs_modulus"]
    assert "'elasticity_with_content'" in refused.missing[1]
    assert by_place["LiCoO2-test", "pybamm"].files and by_place["poor", "csv"].files
    index = json.loads((tmp_path / INDEX).read_text())
    assert index["handed"] == [
        {**dataclasses.asdict(one), "files": list(one.files), "missing": list(one.missing), "notes": list(one.notes)}
        for one in outcome
    ]
    assert all((tmp_path / name).exists() for one in outcome for name in one.files)
    assert {one.format: one.base for one in outcome} == {"pybamm": "Ai2020", "csv": None}


def test_the_index_keeps_what_earlier_handoffs_gave(tmp_path):
    whole, other = handoff_record(cathode()), handoff_record(dataclasses.replace(cathode(), id="other"))
    hand_over([whole, other], HandoffSpec(("csv", "pybamm")), tmp_path)
    hand_over([whole], HandoffSpec(("json", "pybamm"), "OKane2022"), tmp_path)
    found = {(one["id"], one["format"]): one for one in read_index(tmp_path)["handed"]}
    assert {place: one["base"] for place, one in found.items()} == {
        ("LiCoO2-test", "csv"): None,
        ("LiCoO2-test", "json"): None,
        ("LiCoO2-test", "pybamm"): "OKane2022",
        ("other", "csv"): None,
        ("other", "pybamm"): "Ai2020",
    }


def test_a_refusal_removes_the_older_files_and_says_so(tmp_path):
    hand_over([handoff_record(cathode())], HandoffSpec(("pybamm", "csv")), tmp_path)
    poor = dataclasses.replace(
        without(cathode(), "youngs_modulus", "youngs_modulus_corrected"),
        notes=("There are no moduli at ion content 0: a saddle.", "Something else."),
    )
    (refused,) = hand_over([handoff_record(poor)], HandoffSpec(("pybamm",)), tmp_path)
    assert "removed: LiCoO2-test.pybamm.json" in refused.reason
    assert refused.notes == poor.notes  # why it is missing may be among them
    assert not list(tmp_path.glob("*.pybamm.*")) and (tmp_path / "LiCoO2-test.csv").exists()
    assert {one["format"]: bool(one["files"]) for one in read_index(tmp_path)["handed"]} == {
        "csv": True,
        "pybamm": False,
    }


def test_an_error_that_nobody_foresaw_stops_neither_the_others_nor_the_index(tmp_path, monkeypatch):
    def broken(record, folder, base):
        raise ImportError("no module\nof that name")

    monkeypatch.setattr(handoff, "broken", broken, raising=False)
    monkeypatch.setitem(FORMATS, "bpx", {"electrode": "atomscreen.continuum.handoff:broken"})
    outcome = hand_over([handoff_record(cathode())], HandoffSpec(("bpx", "csv")), tmp_path)
    assert [one.reason for one in outcome] == ["ImportError: no module of that name", ""]
    assert outcome[1].files and len(read_index(tmp_path)["handed"]) == 2


def test_an_index_of_something_else_is_refused(tmp_path):
    (tmp_path / INDEX).write_text('{"handed": [{"id": 1}]}')
    with pytest.raises(UsageError, match="is not what atomscreen wrote; delete it"):
        hand_over([handoff_record(cathode())], HandoffSpec(("csv",)), tmp_path)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("pybamm", HandoffSpec(("pybamm",))),
        (["csv", "json", "csv"], HandoffSpec(("csv", "json"))),
        ({"to": ["pybamm"], "base": "OKane2022"}, HandoffSpec(("pybamm",), "OKane2022")),
        ({"to": "csv", "base": None}, HandoffSpec(("csv",))),
    ],
)
def test_what_is_asked_for(given, expected):
    assert check_handoff(given) == expected


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("pybam", "no handoff to 'pybam'; did you mean 'pybamm'"),
        ([], "at least one format"),
        ({"to": "csv", "bas": "Ai2020"}, "no 'bas'"),
        ({"base": "Ai2020"}, "at least one format"),
        (True, "at least one format"),
        ([{"pybamm": {"base": "OKane2022"}}], "at least one format"),
        ({"to": "pybamm", "base": "Ai2021"}, "Ai2020"),
    ],
)
def test_what_cannot_be_asked_for(given, said):
    with pytest.raises(UsageError, match=said):
        check_handoff(given)


@pytest.mark.parametrize("record", [cathode(), electrolyte()], ids=["electrode", "electrolyte"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_its_writer_or_says_which_do(name, record):
    kind = "electrolyte" if record.role is Role.SOLID_ELECTROLYTE else "electrode"
    if kind not in FORMATS[name]:
        with pytest.raises(
            UsageError, match=f"{name} describes no solid electrolyte: hand '{record.id}' to one of pybamm, csv, json"
        ):
            _writer(name, handoff_record(record))
    else:
        assert callable(_writer(name, handoff_record(record)))


def test_a_solid_electrolyte_is_a_layer_of_a_cell(tmp_path):
    (outcome,) = hand_over([handoff_record(electrolyte())], HandoffSpec(("pybamm",)), tmp_path)
    layer = json.loads((tmp_path / outcome.files[0]).read_text())
    assert outcome.files == ("sulfide.layer.json",)
    # 30 µm over 0.1 S/m is 3e-4 Ω·m², over the area of the base set's cell.
    assert layer["parameters"]["Contact resistance [Ohm]"] == pytest.approx(3e-4 / layer["area_m2"])
    assert "no all-solid-state cell" in layer["what_it_is"]
    assert layer["layer"]["from"] == "assumed" and layer["layer"]["thickness_m"] == pytest.approx(30e-6)
    assert layer["conductivity"]["relative_uncertainty"] == pytest.approx(1.0)
    # 2.28 A·h over the area in an hour; lithium flows under about a megapascal.
    pressure = layer["stack_pressure"]
    assert pressure["current_density_A_per_m2"] == pytest.approx(2.28 / layer["area_m2"], rel=1e-3)
    assert 0.3e6 < pressure["Pa"] < 3e6


def test_a_layer_is_that_of_the_areal_resistance(tmp_path):
    results = electrolyte_layer(electrolyte(), thickness=100.0, porosity=0.2, tortuosity_factor=1.5)
    (outcome,) = hand_over([handoff_record(electrolyte().with_results(results))], HandoffSpec(("pybamm",)), tmp_path)
    layer = json.loads((tmp_path / outcome.files[0]).read_text())
    given = {q.name: q for q in results.quantities}["area_specific_resistance"].to("ohm*m^2")
    assert layer["parameters"]["Contact resistance [Ohm]"] * layer["area_m2"] == pytest.approx(given)
    assert layer["layer"]["thickness_m"] == pytest.approx(100e-6)


def rows_of_pairs(folder):
    with (folder / FILE).open(newline="") as file:
        return {(row["cathode"], row["electrolyte"]): row for row in csv.DictReader(file)}


def test_cathodes_and_electrolytes_are_paired(tmp_path):
    poor = dataclasses.replace(without(electrolyte(), "fracture_energy"), id="poor")
    both = [handoff_record(one) for one in (cathode_with_moduli(), electrolyte(), poor)]
    hand_over(both, HandoffSpec(("csv",)), tmp_path)
    rows = rows_of_pairs(tmp_path)
    whole, lacking = rows["LiCoO2-test", "sulfide"], rows["LiCoO2-test", "poor"]
    assert tuple(whole) == COLUMNS
    assert whole["stays_whole"] == "False"  # 1.5 J/m²
    assert float(whole["largest_volume_change_magnitude"]) == pytest.approx(0.03)
    assert float(whole["fracture_energy_uncertainty_J_per_m2"]) == pytest.approx(0.8)
    assert float(whole["layer_conductivity_relative_uncertainty"]) == pytest.approx(1.0)
    assert float(whole["layer_conductivity_bruggeman_S_per_m"]) == pytest.approx(0.1 * 0.3**1.5)
    moduli = [float(whole[f"layer_youngs_modulus_{name}_Pa"]) for name in ("mori_tanaka", "hashin_shtrikman_upper")]
    assert 26e9 < moduli[0] < moduli[1] < 240e9
    assert float(whole["active_fraction"]) + float(whole["electrolyte_fraction"]) == pytest.approx(0.9)
    assert lacking["stays_whole"] == "" and lacking["layer_youngs_modulus_mori_tanaka_Pa"]
    assert lacking["said"] == "The pair lacks fracture_energy of poor (stage 'fracture_toughness')."
    (table,) = read_index(tmp_path)["tables"]
    assert table["file"] == FILE and any("full material's volume" in limit for limit in table["limits"])
    hand_over(both[:1], HandoffSpec(("csv",)), tmp_path / "alone")
    assert not (tmp_path / "alone" / FILE).exists() and read_index(tmp_path / "alone")["tables"] == []


def test_pairs_of_earlier_handoffs_stay(tmp_path):
    other = dataclasses.replace(electrolyte(), id="other")
    hand_over(map(handoff_record, (cathode(), electrolyte())), HandoffSpec(("csv",)), tmp_path)
    hand_over([handoff_record(cathode())], HandoffSpec(("csv",)), tmp_path)
    assert read_index(tmp_path)["tables"]
    hand_over(map(handoff_record, (cathode(), other)), HandoffSpec(("csv",)), tmp_path)
    assert set(rows_of_pairs(tmp_path)) == {("LiCoO2-test", "sulfide"), ("LiCoO2-test", "other")}


def test_what_a_pair_lacks_is_said_once(tmp_path):
    poor = without(cathode(), "volume_change")
    hand_over(map(handoff_record, (poor, electrolyte())), HandoffSpec(("csv",)), tmp_path)
    (row,) = rows_of_pairs(tmp_path).values()
    assert row["said"].count("volume_change of LiCoO2-test without working ions") == 1


@pytest.mark.parametrize("text", [b"cathode;electrolyte\n", b"\xff\xfe", b"a,b\n1,2\n"])
def test_a_table_that_somebody_edited_is_not_overwritten(text, tmp_path):
    (tmp_path / FILE).write_bytes(text)
    with pytest.raises(UsageError, match="move it away"):
        hand_over(map(handoff_record, (cathode(), electrolyte())), HandoffSpec(("csv",)), tmp_path)
    assert (tmp_path / FILE).read_bytes() == text and not (tmp_path / "sulfide.csv").exists()


def test_different_ions_are_no_pair(tmp_path):
    of_sodium = dataclasses.replace(electrolyte(), working_ion="Na")
    hand_over(map(handoff_record, (cathode_with_moduli(), of_sodium)), HandoffSpec(("csv", "pybamm")), tmp_path)
    (row,) = rows_of_pairs(tmp_path).values()
    assert row["said"] == "Li moves in LiCoO2-test and Na moves in sulfide: they make no cell."
    assert not any(row[name] for name in COLUMNS[2:] if name != "said")
    (refused,) = [one for one in read_index(tmp_path)["handed"] if one["id"] == "sulfide" and not one["files"]]
    assert "cells of lithium" in refused["reason"]
