import pytest

from atomscreen.campaign.campaign import Campaign
from atomscreen.campaign.criteria import Criterion, Selector
from atomscreen.campaign.executors import InProcess
from atomscreen.campaign.funnel import KeepStep, TopStep
from atomscreen.campaign.store import Store
from atomscreen.core.errors import UsageError
from atomscreen.core.stages import get_stage
from atomscreen.core.vocabulary import Role
from tests.campaign.toys import candidates, step, toy_stages


@pytest.fixture
def calls():
    with toy_stages() as made:
        yield made


def run(tmp_path, steps, items):
    store = Store(tmp_path / "store.sqlite")
    campaign = Campaign(steps, store)
    with InProcess() as executor:
        campaign.run(items, executor, store.begin_run({}))
    store.close()
    return campaign


def keep(quantity, comparison):
    return KeepStep((Criterion.parse(quantity, comparison),))


def test_candidates_go_through_in_order_and_leave_with_the_reason(tmp_path, calls):
    steps = [step("weigh"), keep("density", "<= 3.45 g/cm^3"), step("press", limit=3.35)]
    campaign = run(tmp_path, steps, candidates(8))
    assert [track.status for track in campaign.tracks] == ["passed"] * 4 + ["failed"] + ["dropped"] * 3
    assert campaign.tracks[4].reason == "too dense: 3.4"
    assert campaign.tracks[7].reason == "density is 3.7 g/cm^3, which does not meet 'density <= 3.45 g/cm^3'"
    assert [(t.entered, t.passed, t.dropped, t.failed) for t in campaign.tallies] == [
        (8, 8, 0, 0), (8, 5, 3, 0), (5, 4, 0, 1),
    ]  # fmt: skip
    assert campaign.tracks[0].candidate.quantity("bulk_modulus").number == pytest.approx(30.0)
    assert campaign.tracks[0].candidate.notes == ("pressed",)


def test_run_again_computes_nothing_and_ends_the_same(tmp_path, calls):
    steps = [step("weigh"), step("press", limit=3.35)]
    first = run(tmp_path, steps, candidates(6))
    made = len(calls)
    again = run(tmp_path, steps, candidates(6))
    assert len(calls) == made and again.computed == 0
    assert [t.candidate.quantities for t in again.tracks] == [t.candidate.quantities for t in first.tracks]
    assert [(t.status, t.reason, t.failure) for t in again.tracks] == [
        (t.status, t.reason, t.failure) for t in first.tracks
    ]


def test_another_parameter_computes_only_what_depends_on_it(tmp_path, calls):
    run(tmp_path, [step("weigh"), step("press")], candidates(3))
    calls.clear()
    run(tmp_path, [step("weigh"), step("press", limit=100.0)], candidates(3))
    assert [name for name, _ in calls] == ["press"] * 3


def test_the_same_structure_twice_is_computed_once(tmp_path, calls):
    twins = [*candidates(2), *(type(c)(f"{c.id}-copy", c.structures, c.role) for c in candidates(2))]
    campaign = run(tmp_path, [step("weigh"), step("press")], twins)
    assert len(calls) == 4
    assert all(track.status == "passed" for track in campaign.tracks)


def test_top_waits_for_all_and_takes_the_best(tmp_path, calls):
    top = TopStep(2, Selector.parse("density"), "max")
    campaign = run(tmp_path, [step("weigh"), top, step("press")], candidates(5))
    assert [track.status for track in campaign.tracks] == ["dropped"] * 3 + ["passed"] * 2
    assert campaign.tracks[0].reason == "is number 5 by density; the top 2 go on"
    assert [name for name, _ in calls].count("press") == 2


def test_top_by_what_a_role_cannot_have_lets_it_pass_by(tmp_path, calls):
    items = candidates(3) + [type(c)("e" + c.id, c.structures, Role.SOLID_ELECTROLYTE) for c in candidates(2)]
    steps = [step("weigh"), step("compare"), TopStep(1, Selector.parse("energy_above_hull"), "min"), step("press")]
    campaign = run(tmp_path, steps, items)
    assert [track.status for track in campaign.tracks] == ["passed", "dropped", "dropped", "passed", "passed"]
    assert campaign.tallies[1].passed_by == 2 and campaign.tallies[2].passed_by == 2


def test_companions_are_computed_once_with_the_funnels_own_parameters(tmp_path, calls):
    campaign = run(tmp_path, [step("weigh", factor=2.0), step("compare")], candidates(3))
    assert [c for c in calls if c[0] == "press"] == [("press", 4.0), ("press", 5.0)]
    assert [track.candidate.quantity("energy_above_hull").number for track in campaign.tracks] == pytest.approx(
        [2, 2.2, 2.4]
    )
    assert campaign.tallies[0].entered == 3  # companions do not count in the funnel


def test_a_companion_that_fails_is_left_out(tmp_path, calls):
    # 'press' is in the funnel behind, and its limit fails the larger companion.
    steps = [step("weigh"), step("compare"), step("press", limit=2.2)]
    campaign = run(tmp_path, steps, candidates(1))
    assert ("compare", 1) in calls
    assert {t.candidate.id: t.status for t in campaign.companions.values()} == {
        "smaller0.0": "passed",
        "smaller0.5": "failed",
    }


def test_parts_are_jobs_of_their_own_and_one_more_costs_only_itself(tmp_path, calls):
    campaign = run(tmp_path, [step("weigh"), step("repeat", limits=(9.0, 10.0))], candidates(2))
    assert len([c for c in calls if c[0] == "press"]) == 4 and campaign.computed == 2 + 4 + 2
    assert campaign.tracks[1].candidate.quantity("bulk_modulus").number == pytest.approx(31)
    assert campaign.tallies[1].entered == 2
    again = run(tmp_path, [step("weigh"), step("repeat", limits=(10.0, 11.0))], candidates(2))
    assert again.computed == 2 + 2  # the new part of each candidate, and what puts the parts together


def test_a_stage_takes_the_parameters_of_its_parts_too(tmp_path, calls):
    campaign = run(tmp_path, [step("weigh"), step("repeat", stiffness=20.0)], candidates(1))
    assert campaign.tracks[0].candidate.quantity("bulk_modulus").number == pytest.approx(60)
    assert set(get_stage("repeat").parameters) == {"limits", "stiffness"}
    with pytest.raises(UsageError, match="no parameter 'limit'"):
        step("repeat", limit=2.0)


def test_a_part_that_fails_says_why_to_the_stage_it_is_for(tmp_path, calls):
    campaign = run(tmp_path, [step("weigh"), step("repeat")], candidates(1))
    (track,) = campaign.tracks
    assert track.status == "passed" and track.candidate.notes == ("1.0: too dense: 3.0",)
    assert track.candidate.quantity("bulk_modulus").number == pytest.approx(30)


def test_kept_files_stay_beside_the_store(tmp_path):
    from atomscreen.core.candidate import Candidate, Results
    from atomscreen.core.quantity import Quantity
    from atomscreen.core.scratch import kept_file
    from atomscreen.core.stages import _STAGES, stage

    @stage(gives={"density"})
    def lasting(candidate: Candidate) -> Results:
        """Leave a file."""
        kept_file("path.txt").write_text("here")
        return Results((Quantity("density", 1.0),))

    try:
        with InProcess() as executor:
            Campaign([step("lasting")], Store(tmp_path / "store.sqlite"), files=tmp_path / "files").run(
                candidates(1), executor, 1
            )
    finally:
        _STAGES.pop("lasting")
    (left,) = (tmp_path / "files").glob("*/path.txt")
    assert left.read_text() == "here"


def test_a_surprise_is_a_failure_with_its_log_and_is_tried_again(tmp_path, calls):
    campaign = run(tmp_path, [step("surprise")], candidates(2))
    failure = campaign.tracks[0].failure
    assert failure.error == "ZeroDivisionError" and failure.reason == "ZeroDivisionError: division by zero"
    assert "about to divide" in failure.log and "Traceback" in failure.log
    assert run(tmp_path, [step("surprise")], candidates(2)).computed == 2


def test_criteria_on_a_bound_drop_only_what_is_known_to_fail():
    from atomscreen.core.candidate import Candidate
    from atomscreen.core.quantity import Quantity

    slow = Quantity("bulk_ionic_conductivity_300K", 1e-6, bound="upper")
    candidate = Candidate("x", candidates(1)[0].structures, quantities=(slow,))
    verdicts = {
        text: Criterion.parse("bulk_ionic_conductivity_300K", text).judge(candidate)[0].value
        for text in (">= 1e-4 S/cm", ">= 1e-3 mS/cm", "<= 1e-9 S/cm", "<= 1e-3 S/cm")
    }
    assert verdicts == {">= 1e-4 S/cm": "not met", ">= 1e-3 mS/cm": "met", "<= 1e-9 S/cm": "met", "<= 1e-3 S/cm": "met"}


def test_a_killed_stage_finds_its_checkpoint_and_a_finished_one_leaves_none(tmp_path):
    from atomscreen.core.candidate import Candidate, Results
    from atomscreen.core.quantity import Quantity
    from atomscreen.core.scratch import scratch_file
    from atomscreen.core.stages import _STAGES, stage

    @stage(gives={"density"})
    def long(candidate: Candidate) -> Results:
        """Count up in a file; the first time, be interrupted."""
        path = scratch_file("count")
        count = int(path.read_text()) if path.exists() else 0
        path.write_text(str(count + 1))
        if count == 0:
            raise KeyboardInterrupt
        return Results((Quantity("density", count + 1),))

    try:
        store = Store(tmp_path / "store.sqlite")
        with pytest.raises(KeyboardInterrupt), InProcess() as executor:
            Campaign([step("long")], store, scratch=tmp_path / "scratch").run(candidates(1), executor, 1)
        campaign = Campaign([step("long")], store, scratch=tmp_path / "scratch")
        with InProcess() as executor:
            campaign.run(candidates(1), executor, 2)
    finally:
        _STAGES.pop("long")
    assert campaign.tracks[0].candidate.quantity("density").number == 2
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_failure_of_a_kind_of_its_own_is_final_too(tmp_path):
    from atomscreen.core.candidate import Candidate, Results
    from atomscreen.core.errors import StageFailure
    from atomscreen.core.stages import _STAGES, stage

    class FallenApartError(StageFailure):
        pass

    @stage(gives={"density"})
    def fragile(candidate: Candidate) -> Results:
        """Fall apart."""
        raise FallenApartError("fell apart")

    try:
        assert run(tmp_path, [step("fragile")], candidates(1)).computed == 1
        assert run(tmp_path, [step("fragile")], candidates(1)).computed == 0
    finally:
        _STAGES.pop("fragile")


def test_a_top_that_drops_everybody_releases_the_next(tmp_path, calls):
    items = candidates(2) + [type(c)("e" + c.id, c.structures, Role.SOLID_ELECTROLYTE) for c in candidates(2)]
    nothing = TopStep(1, Selector.parse("energy_above_hull"), "min", frozenset({Role.CATHODE}))
    steps = [step("weigh"), step("compare"), nothing, TopStep(1, Selector.parse("density")), step("press")]
    campaign = run(tmp_path, steps, items)
    assert not [track for track in campaign.tracks if track.status == "under way"]


def test_companions_go_through_the_nearest_of_two_steps_of_one_stage(tmp_path, calls):
    campaign = run(tmp_path, [step("weigh", factor=1.0), step("weigh", factor=2.0), step("compare")], candidates(1))
    assert campaign.tracks[0].candidate.quantity("energy_above_hull").number == pytest.approx(2.0 * (3.0 - 2.0))


def test_companions_go_through_the_steps_of_the_candidates_role(tmp_path, calls):
    for_others = step("weigh", roles=frozenset({Role.SOLID_ELECTROLYTE}), factor=2.0)
    campaign = run(tmp_path, [step("weigh", factor=1.0), for_others, step("compare")], candidates(1))
    assert campaign.tracks[0].candidate.quantity("energy_above_hull").number == pytest.approx(3.0 - 2.0)


@pytest.mark.parametrize("value", [{"a": {1, 2}}, {"a": float("nan")}, {"a": object()}])
def test_what_the_store_cannot_hold_is_that_candidates_failure(tmp_path, value):
    from atomscreen.core.candidate import Candidate, Results
    from atomscreen.core.quantity import Quantity
    from atomscreen.core.stages import _STAGES, stage

    @stage(gives={"density"})
    def careless(candidate: Candidate) -> Results:
        """Return what is no plain data."""
        return Results((Quantity("density", 1.0, provenance=value),))

    try:
        assert run(tmp_path, [step("careless")], candidates(1)).tracks[0].status == "failed"
    finally:
        _STAGES.pop("careless")
