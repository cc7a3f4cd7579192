from collections.abc import Sequence
from typing import Annotated

import pytest
from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.checking import check_stage
from atomscreen.core.errors import UsageError
from atomscreen.core.stages import _STAGES, all_stages, get_stage, stage
from atomscreen.core.units import Unit


@pytest.fixture
def warm():
    """A stage registered for one test."""

    @stage(gives={"density"}, needs={"relaxed"})
    def warm(
        candidate: Candidate,
        temperatures: Annotated[tuple[float, ...], Unit("K")] = (300.0,),
        scale: Annotated[float, Field(gt=0)] = 1.0,
        name: str = "x",
    ) -> Results:
        """Warm it up.

        Parameters
        ----------
        candidate
            The candidate.
        temperatures
            Temperatures in K.
        scale
            A factor.
        name
            Any text.
        """
        return Results()

    yield get_stage("warm")
    _STAGES.pop("warm")


@pytest.mark.parametrize("name", sorted(all_stages()))
def test_every_registered_stage_is_complete(name):
    check_stage(get_stage(name))


def test_the_decorator_returns_the_function_unchanged(warm):
    assert warm.function.__name__ == "warm" and warm.function(None) == Results()


def test_parameters_are_checked_and_filled_in(warm):
    assert warm.check({"temperatures": [700, "900 K", "25 degC"]}) == {
        "temperatures": (700.0, 900.0, pytest.approx(298.15)),
        "scale": 1.0,
        "name": "x",
    }
    assert warm.check({"temperatures": [0, 100], "name": "y"}, units="degC")["temperatures"] == (
        pytest.approx(273.15),
        pytest.approx(373.15),
    )


@pytest.mark.parametrize(
    ("given", "units", "message"),
    [
        ({"temperature": 3}, None, "no parameter 'temperature'; did you mean 'temperatures'"),
        ({"temperatures": ["300 GPa"]}, None, "'GPa' is not a unit of K"),
        ({"temperatures": [300]}, "eV", "'eV' is not a unit of K"),
        ({"scale": 1.0}, "K", "no parameter that has a unit"),
        ({"scale": -1.0}, None, "greater than 0"),
        ({"scale": "big"}, None, "valid number"),
    ],
)
def test_wrong_parameters_are_one_sentence(warm, given, units, message):
    with pytest.raises(UsageError, match=message) as caught:
        warm.check(given, units=units)
    assert "\n" not in str(caught.value)


def test_unknown_stage_offers_the_near_ones():
    with pytest.raises(UsageError, match="did you mean 'relax'"):
        get_stage("relaxx")


def test_programmers_mistakes_are_found_when_the_module_is_imported():
    with pytest.raises(TypeError, match="speaks of 'densitty'"):

        @stage(gives={"densitty"})
        def wrong(candidate: Candidate) -> Results:
            """Wrong."""

    with pytest.raises(TypeError, match="has no type"):

        @stage(gives={"density"})
        def untyped(candidate: Candidate, strain=0.1) -> Results:
            """Untyped."""

    with pytest.raises(TypeError, match="is registered in"):

        @stage(gives={"density"})
        def relax(candidate: Candidate) -> Results:
            """Taken."""


def test_a_stage_of_several_candidates_is_a_batch():
    @stage(gives={"density"})
    def many(candidates: Sequence[Candidate]) -> list[Results]:
        """Take many."""
        return [Results() for _ in candidates]

    assert _STAGES.pop("many").batch


def test_the_checker_names_what_is_missing(warm):
    @stage(gives={"density"})
    def bare(candidate: Candidate, pressure: Annotated[float, Unit("GPa")] = 1.0) -> Results:
        """Do it.

        Parameters
        ----------
        pressure
            How hard.
        """
        return Results()

    check_stage(warm)
    with pytest.raises(TypeError, match="does not say that 'pressure' is in GPa"):
        check_stage(_STAGES.pop("bare"))
