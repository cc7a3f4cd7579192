"""The handoff record: units, round trip, schema, and what is refused."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomscreen.continuum.record import SCHEMA, HandoffRecord, handoff_record, json_schema
from atomscreen.continuum.si_units import SI_UNITS, si_unit
from atomscreen.core.candidate import Results
from atomscreen.core.errors import UsageError
from atomscreen.core.quantity import Quantity
from atomscreen.core.units import registry
from atomscreen.core.vocabulary import CONDITIONS, QUANTITIES
from tests.continuum.candidates import cathode

AVOGADRO = 6.02214076e23
ELEMENTARY_CHARGE = 1.602176634e-19


def record_of(*quantities):
    candidate = cathode()
    return handoff_record(candidate.with_results(Results(quantities)))


@pytest.mark.parametrize(
    "unit", sorted({one.unit for one in QUANTITIES.values()} | {u for u in CONDITIONS.values() if u})
)
def test_every_unit_of_the_vocabulary_has_an_si_unit_of_its_dimension(unit):
    per_particle = unit in ("eV", "Å^3") or unit.endswith(("/atom", "*atom)"))
    found = registry().Quantity(1.0, SI_UNITS[unit])
    expected = registry().Quantity(1.0, unit.replace("*atom", "").removesuffix("/atom"))
    if per_particle:
        expected = expected * registry().Quantity(1.0, "1/mol")
    assert found.dimensionality == expected.dimensionality
    assert found.to_base_units().magnitude == pytest.approx(1.0)  # no prefixes: what follows needs no factors


@pytest.mark.parametrize(
    ("name", "value", "si"),
    [
        ("youngs_modulus", 150.0, 150e9),
        ("volume_change_per_ion", -1.0, -1e-30 * AVOGADRO),
        ("activation_volume", 2.0, 2e-30 * AVOGADRO),
        ("chemical_diffusivity", 1e-10, 1e-14),
        ("activation_energy", 0.3, 0.3 * ELEMENTARY_CHARGE * AVOGADRO),
        ("bulk_ionic_conductivity_300K", 1e-3, 0.1),
        ("fracture_toughness", 1.5, 1.5e6),
        ("maximum_ion_concentration", 51.6, 51600.0),
        ("volume_change", 3.0, 0.03),
        ("gravimetric_capacity_full", 274.0, 274 * 3.6 * 1000),
        ("density", 5.0, 5000.0),
        ("dendrite_parameter", 1.0, 1e12),
        ("energy_density", 1.0, 3.6e6),
    ],
)
def test_numbers_in_si(name, value, si):
    entry = record_of(Quantity(name, value, 0.1 * abs(value))).entries(name)[-1]
    assert entry.number == pytest.approx(si, rel=1e-9)
    assert entry.uncertainty == pytest.approx(0.1 * abs(si), rel=1e-9)


def test_conditions_are_in_si_too():
    (entry,) = record_of(Quantity("density", 5.0, conditions={"pressure": 2.0, "direction": "a"})).entries("density")
    assert entry.conditions == {"pressure": 2e9, "direction": "a"}


@given(st.floats(-1e6, 1e6), st.one_of(st.none(), st.floats(0, 1e3)), st.sampled_from(["upper", "lower", None]))
def test_written_and_read_is_the_same(value, spread, bound):
    quantity = Quantity("activation_volume", value, spread, {"direction": "x"}, "m", {"n": (1, 2), "t": "ü"}, bound)
    tensor = Quantity("insertion_strain", [[value, 0, 0]] * 3, conditions={"ion_content": 0.5})
    record = record_of(quantity, tensor)
    assert HandoffRecord.from_json(record.to_json()) == record


def test_a_unit_without_an_si_unit_is_named():
    with pytest.raises(UsageError, match=r"no SI unit for 'furlong': .*SI_UNITS"):
        si_unit("furlong")


def test_of_one_name_and_conditions_there_is_the_newest():
    record = record_of(Quantity("average_voltage", 3.9), Quantity("average_voltage", 4.0, method="new"))
    (entry,) = record.entries("average_voltage")
    assert (entry.number, entry.method) == (4.0, "new")


def test_there_is_no_nan_in_the_json():
    text = record_of(Quantity("density", 5.0, provenance={"spread": float("nan"), "n": [float("inf")]})).to_json()
    data = json.loads(text, parse_constant=lambda name: pytest.fail(name))
    assert data["quantities"]["density"][0]["provenance"] == {"spread": None, "n": [None]}
    with pytest.raises(UsageError, match="density"):
        data["quantities"]["density"][0]["value"] = float("nan")
        HandoffRecord.from_json(json.dumps(data))


def test_schema_names_every_quantity_with_unit_and_meaning():
    schema = json_schema()
    assert schema["$schema"].endswith("2020-12/schema") and schema["title"] == SCHEMA
    assert "Raises" not in json.dumps(schema)
    fields = schema["$defs"]["Quantities"]["properties"]
    assert set(fields) == set(QUANTITIES)
    assert fields["youngs_modulus"]["description"].endswith("[Pa]")
    assert fields["youngs_modulus"]["items"] == {
        "$ref": "#/$defs/Entry",
        "properties": {"unit": {"const": "Pa"}},
    }
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.update(schema_version="atomscreen-handoff-0"), SCHEMA),
        (
            lambda data: data["quantities"]["youngs_modulus"][0].update(unit="GPa"),
            "'GPa' where the record has it in 'Pa'",
        ),
        (lambda data: data["quantities"].update(youngs_modulos=[]), "youngs_modulos"),
        (lambda data: data.pop("material"), "material"),
    ],
)
def test_what_is_no_record_is_refused(change, said):
    data = json.loads(handoff_record(cathode()).to_json())
    change(data)
    with pytest.raises(UsageError, match="this is no handoff record") as problem:
        HandoffRecord.from_json(json.dumps(data))
    assert said in str(problem.value)


def test_values_by_content_are_the_newest():
    newer = Quantity("youngs_modulus", 1.0, conditions={"ion_content": 0.5})
    hot = Quantity("youngs_modulus", 2.0, conditions={"ion_content": 0.5, "temperature": 400.0})
    record = record_of(newer, hot)
    assert {content: entry.number for content, entry in record.by_content("youngs_modulus").items()} == {
        0.0: 150e9,
        0.5: 1e9,
        1.0: 200e9,
    }
    assert record.find("youngs_modulus", ion_content=0.5, temperature=400.0).number == 2e9
    with pytest.raises(UsageError, match="not a quantity"):
        record.entries("stiffness")


def test_notes_of_a_cell_are_not_of_the_material():
    notes = ("Soft.", "In the cell of OKane2022: of another cell.")
    record = handoff_record(dataclasses.replace(cathode(), notes=notes))
    assert record.notes == notes
    assert record.notes_of_material == ("Soft.",)
