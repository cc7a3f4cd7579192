"""Any stage on any structure, with the stages it needs before it: `atomscreen run` and `atomscreen.run_stage`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atomscreen.campaign.funnel import StageStep, companion_steps
from atomscreen.campaign.store import Outcome
from atomscreen.campaign.tasks import Job, execute
from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure, StructureRefused, UsageError, closest
from atomscreen.core.identity import result_key
from atomscreen.core.stages import FACETS, Stage, get_stage, providers
from atomscreen.core.vocabulary import structure_kind


def plan(name: str, given: Mapping[str, Any]) -> list[StageStep]:
    """Return a stage's step behind the steps of the stages it needs, in order.

    A parameter goes to the stage itself, and to those before it that have one of the same name, so that
    ``potential=...`` means one potential throughout. ``relax.max_force=...`` is for one stage only.

    Raises
    ------
    UsageError
        For an unknown stage or parameter.
    """
    wanted = _with_needs(get_stage(name), [])
    names = [stage.name for stage in wanted]
    shared = {key: value for key, value in given.items() if "." not in key}
    known = {name for stage in wanted for name in stage.parameters}
    for key in shared:
        if key not in known:
            raise UsageError(f"neither '{name}' nor what it needs has a parameter '{key}'{closest(key, known)}")
    special: dict[str, dict[str, Any]] = {stage: {} for stage in names}
    for key, value in given.items():
        stage, dot, parameter = key.partition(".")
        if dot:
            if stage not in special:
                raise UsageError(f"'{key}' is for stage '{stage}', which '{name}' does not need; it needs {names[:-1]}")
            special[stage][parameter] = value
    return [
        StageStep(
            stage,
            stage.check({key: shared[key] for key in stage.parameters if key in shared} | special[stage.name]),
        )
        for stage in wanted
    ]


def run_stage(name: str, candidate: Candidate, **parameters: Any) -> Candidate:
    """Run a stage, and first the ones it needs and the candidate has not been through, in this process.

    Parameters
    ----------
    name
        The stage.
    candidate
        The candidate; it stays as it is.
    **parameters
        The stage's parameters.

    Returns
    -------
    Candidate
        With the new results.

    Raises
    ------
    UsageError
        For an unknown stage or parameter.
    StageFailure
        Where a stage gives no result; the sentence says why. :class:`StructureRefused` where the input is to blame.
    """
    steps = plan(name, parameters)
    for step in steps:
        given = {*map(structure_kind, candidate.structures), *(quantity.name for quantity in candidate.quantities)}
        if step is not steps[-1] and _needed(steps, step) <= given:
            continue
        candidate = _run_step(step, steps, candidate)
    return candidate


def _needed(steps: list[StageStep], step: StageStep) -> set[str]:
    """Return what later steps need of what this one gives."""
    later = steps[steps.index(step) + 1 :]
    return {need for other in later for need in other.stage.needs} & step.stage.gives


def _with_needs(stage: Stage, found: list[Stage]) -> list[Stage]:
    """Return the stages that give what a stage needs, their own needs first, and the stage itself last."""
    for need in sorted(stage.needs - set(FACETS) - {"input"}):
        if not any(need in other.gives for other in found):
            sources = providers(need)
            if not sources:
                raise UsageError(f"stage '{stage.name}' needs '{need}', which no stage of this installation gives")
            _with_needs(sources[0], found)
    if stage not in found:
        found.append(stage)
    return found


_COMPANION_OUTCOMES: dict[str, Outcome] = {}
"""What this process found of companions, by key: candidates of one system share most of their competing phases."""


def _run_step(
    step: StageStep, steps: list[StageStep], candidate: Candidate, memory: dict[str, Outcome] | None = None
) -> Candidate:
    companions = []
    if step.stage.companions is not None:
        own = companion_steps(step, steps)
        for companion in step.stage.companions.choose(candidate, step.parameters):
            try:
                for other in own:
                    companion = _run_step(other, steps, companion, _COMPANION_OUTCOMES)
            except (StageFailure, StructureRefused):
                continue  # a companion that fails is left out; the stage says which it had
            companions.append(companion)
    seen = candidate.seen_by_stage(step.stage.needs | step.stage.uses)
    key = result_key(step.stage, step.parameters, candidate, companions)
    if memory is None or key not in memory:
        (outcome,) = execute([Job(key, step.stage, step.parameters, seen, tuple(companions))])
        if memory is not None and outcome.final:
            memory[key] = outcome
    else:
        outcome = memory[key]
    if outcome.results is None:
        assert outcome.failure is not None
        kind = StructureRefused if outcome.failure.error == StructureRefused.__name__ else StageFailure
        error = kind(outcome.failure.reason)
        error.add_note(outcome.failure.log)  # the traceback, where nobody foresaw it
        raise error
    return candidate.with_results(outcome.results)
