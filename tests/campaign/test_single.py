"""A stage on a single structure, with the stages it needs."""

import pytest

from atomscreen.campaign import single
from atomscreen.campaign.single import run_stage
from atomscreen.core.errors import StageFailure
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
