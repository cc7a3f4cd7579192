"""A campaign's materials handed over, from Python, from a workflow file and from the command line."""

import dataclasses
import json
import warnings

import pytest
from typer.testing import CliRunner

from atomscreen.campaign.handoff import FOLDER, handoff_campaign, parameter_values
from atomscreen.campaign.record import candidates_in
from atomscreen.campaign.workflow import parse_workflow
from atomscreen.cli.main import app
from atomscreen.continuum.handoff import HandoffSpec
from atomscreen.core.errors import AtomscreenError, UsageError
from tests.continuum.candidates import cathode, without


def row(candidate, status="ranked"):
    return {
        "id": candidate.id,
        "role": str(candidate.role),
        "working_ion": candidate.working_ion,
        "origin": dict(candidate.origin),
        "status": status,
        "structures": {name: structure.as_dict() for name, structure in candidate.structures.items()},
        "quantities": [quantity.as_dict() | {"stage": "some", "run": 1} for quantity in candidate.quantities],
        "known": [],
        "notes": list(candidate.notes),
    }


@pytest.fixture
def campaign(tmp_path):
    poor = dataclasses.replace(without(cathode(), "youngs_modulus"), id="poor")
    dropped = dataclasses.replace(cathode(), id="dropped")
    rows = [row(cathode()), row(poor), row(dropped, "dropped")]
    (tmp_path / "campaign.json").write_text(json.dumps({"name": "x", "steps": [], "candidates": rows}))
    return tmp_path


def test_candidates_come_back_from_a_record_as_they_were(campaign):
    found = candidates_in(json.loads((campaign / "campaign.json").read_text()))
    assert found[0].quantities == cathode().quantities
    assert found[0].structure().matches(cathode().structure())
    assert dataclasses.replace(found[0], structures=cathode().structures) == cathode()


def test_what_passed_the_funnel_is_handed_over(campaign):
    outcome = handoff_campaign(campaign, "json")
    assert [one.id for one in outcome] == ["LiCoO2-test", "poor"]
    assert (campaign / FOLDER / "poor.json").exists()


def test_one_that_was_dropped_can_be_asked_for_by_its_id(campaign):
    (outcome,) = handoff_campaign(campaign, ["csv"], ["dropped"])
    assert outcome.files == ("dropped.csv",)
    with pytest.raises(UsageError, match="did you mean 'dropped'"):
        handoff_campaign(campaign, "csv", ["droped"])


def test_parameter_values_in_two_lines(campaign):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        values = parameter_values(campaign, "LiCoO2-test", base="OKane2022")
    assert any("LiCoO2-test in OKane2022: The open-circuit voltage ends" in str(one.message) for one in said)
    assert values["Maximum concentration in positive electrode [mol.m-3]"] == pytest.approx(51600)
    with pytest.raises(UsageError, match="youngs_modulus"):
        parameter_values(campaign, "poor")


def test_command_says_what_was_written_and_what_is_missing(campaign):
    result = CliRunner().invoke(app, ["handoff", str(campaign), "--to", "csv", "--to", "pybamm"])
    assert result.exit_code == 0
    assert "poor to csv: poor.csv" in result.stdout
    assert (
        "poor to pybamm: poor cannot be handed to a cell model: it lacks youngs_modulus at a content" in result.stdout
    )


def test_command_fails_where_nothing_was_written(campaign):
    result = CliRunner().invoke(app, ["handoff", str(campaign), "--to", "pybamm", "--candidate", "poor"])
    assert isinstance(result.exception, AtomscreenError) and not isinstance(result.exception, UsageError)
    assert "every material lacks something" in str(result.exception)
    data = json.loads((campaign / "campaign.json").read_text())
    empty = {**data, "candidates": [{**one, "status": "dropped"} for one in data["candidates"]]}
    (campaign / "campaign.json").write_text(json.dumps(empty))
    result = CliRunner().invoke(app, ["handoff", str(campaign), "--to", "pybamm"])
    assert "no material went through the whole funnel" in str(result.exception)


def test_a_workflow_file_asks_for_it_too():
    text = "name: x\nrole: cathode\nfunnel: [composition]\nhandoff: {to: [pybamm, csv], base: OKane2022}\n"
    assert parse_workflow(text).handoff == HandoffSpec(("pybamm", "csv"), "OKane2022")
    with pytest.raises(UsageError, match="line 4: there is no handoff to 'pybam'"):
        parse_workflow(text.replace("pybamm", "pybam"))
    assert parse_workflow(text.rpartition("handoff")[0]).handoff is None
