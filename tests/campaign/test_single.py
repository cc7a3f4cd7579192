"""A stage on a single structure, with the stages it needs."""

import dataclasses

import pytest

from atomscreen.campaign import single
from atomscreen.campaign.single import plan, run_stage, working_folder
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.core.vocabulary import Role
from tests.campaign.toys import candidates, toy_stages


def test_companions_are_computed_once_in_a_process(monkeypatch):
    monkeypatch.setattr(single, "_COMPANION_OUTCOMES", {})
    first, second = candidates(2)
    with toy_stages() as calls:
        one = run_stage("compare", run_stage("weigh", first))
        pressed = calls.count(("press", 2.0))
        other = run_stage("compare", run_stage("weigh", second))
        assert pressed == calls.count(("press", 2.0)) == 1
    assert one.quantity("energy_above_hull").number == pytest.approx(3.0 - 2.0)
    assert other.quantity("energy_above_hull").number == pytest.approx(3.1 - 2.0)


def test_parts_run_one_after_the_other_in_this_process():
    (only,) = candidates(1)
    with toy_stages():
        found = run_stage("repeat", run_stage("weigh", only))
    assert found.quantity("bulk_modulus").number == pytest.approx(30)
    assert found.notes == ("1.0: too dense: 3.0",)


def test_a_stage_for_other_roles_is_refused():
    (only,) = candidates(1)
    with toy_stages(), pytest.raises(UsageError, match="for these roles: cathode; 'c0' is of the role solid electro"):
        run_stage("compare", dataclasses.replace(only, role=Role.SOLID_ELECTROLYTE))


def test_what_a_stage_needs_comes_from_one_for_its_own_roles():
    names = [step.stage.name for step in plan("cell_discharge", {})]
    assert "elasticity_with_content" in names and "elasticity" not in names
    assert "elasticity" in [step.stage.name for step in plan("dendrites", {})]


def test_files_and_checkpoints_go_to_the_working_folder(tmp_path):
    from atomscreen.core.candidate import Candidate, Results
    from atomscreen.core.quantity import Quantity
    from atomscreen.core.scratch import kept_file, scratch_file
    from atomscreen.core.stages import _STAGES, stage

    @stage(gives={"density"})
    def lasting(candidate: Candidate) -> Results:
        """Leave a file."""
        assert scratch_file("state") is not None
        kept_file("path.txt").write_text("here")
        return Results((Quantity("density", 1.0),))

    try:
        with working_folder(tmp_path):
            run_stage("lasting", candidates(1)[0])
    finally:
        _STAGES.pop("lasting")
    assert [path.name for path in (tmp_path / "files").glob("*/*")] == ["path.txt"]
    assert not list((tmp_path / "scratch").glob("*"))


def test_a_repeated_call_computes_the_candidate_itself_again():
    (only,) = candidates(1)
    with toy_stages() as calls:
        run_stage("weigh", only)
        run_stage("weigh", only)
        assert calls == [("weigh", 3.0)] * 2


def test_a_stage_that_needs_the_ion_says_so_and_how_to_give_it():
    (only,) = candidates(1)
    with pytest.raises(StageFailure, match=r"needs to know the ion that moves: give 'working_ion' .* '--ion Li'"):
        run_stage("electrochemical_window", only, potential="ase.calculators.lj:LennardJones")
