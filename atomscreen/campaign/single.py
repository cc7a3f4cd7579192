"""Any stage on any structure, with the stages it needs before it: `atomscreen run` and `atomscreen.run_stage`."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from atomscreen.campaign.funnel import StageStep, companion_steps, part_steps
from atomscreen.campaign.store import Outcome
from atomscreen.campaign.tasks import Job, execute
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure, StructureRefused, UsageError, closest
from atomscreen.core.identity import result_key
from atomscreen.core.stages import FACETS, Part, Stage, get_stage, providers
from atomscreen.core.vocabulary import Role, structure_kind

_WORKING_FOLDER: ContextVar[Path | None] = ContextVar("working_folder", default=None)


@contextlib.contextmanager
def working_folder(path: str | Path) -> Iterator[None]:
    """Let :func:`run_stage` keep checkpoints and files, such as trajectories, in a folder.

    A stage that is killed inside goes on from its checkpoint when it is called again with the same folder.
    """
    token = _WORKING_FOLDER.set(Path(path).absolute())
    try:
        yield
    finally:
        _WORKING_FOLDER.reset(token)


def plan(name: str, given: Mapping[str, Any]) -> list[StageStep]:
    """Return a stage's step behind the steps of the stages it needs, in order.

    A parameter goes to the stage itself, and to those before it that have one of the same name, so that
    ``potential=...`` means one potential throughout. ``relax.max_force=...`` is for one stage only.

    Raises
    ------
    UsageError
        For an unknown stage or parameter.
    """
    wanted = _with_needs(get_stage(name), [], get_stage(name).roles)
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
    steps = [
        StageStep(
            stage,
            stage.check({key: shared[key] for key in stage.parameters if key in shared} | special[stage.name]),
        )
        for stage in wanted
    ]
    for step in steps:
        part_steps(step)  # their parameters are checked here too
    return steps


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
        For an unknown stage or parameter, or a candidate of a role that the stage is not for.
    StageFailure
        Where a stage gives no result; the sentence says why. :class:`StructureRefused` where the input is to blame.
    """
    steps = plan(name, parameters)
    if not (stage := steps[-1].stage).applies_to(candidate.role):
        roles = ", ".join(role.replace("_", " ") for role in sorted(stage.roles or ()))
        own = str(candidate.role).replace("_", " ")
        raise UsageError(f"stage '{name}' is for these roles: {roles}; '{candidate.id}' is of the role {own}")
    for step in steps:
        given = {*map(structure_kind, candidate.structures), *(quantity.name for quantity in candidate.quantities)}
        if step is not steps[-1] and _needed(steps, step) <= given:
            continue
        candidate = candidate.with_results(_results(step, steps, candidate))
    return candidate


def _needed(steps: list[StageStep], step: StageStep) -> set[str]:
    """Return what later steps need of what this one gives."""
    later = steps[steps.index(step) + 1 :]
    return {need for other in later for need in other.stage.needs} & step.stage.gives


def _with_needs(stage: Stage, found: list[Stage], roles: frozenset[Role] | None) -> list[Stage]:
    """Return the stages that give what a stage needs, their own needs first, and the stage itself last.

    Of several that give a thing, one that is for ``roles`` comes first: an electrode's moduli at every content, say.
    """
    for need in sorted(stage.needs - set(FACETS) - {"input"}):
        if not any(need in other.gives for other in found):
            sources = providers(need)
            if not sources:
                raise UsageError(f"stage '{stage.name}' needs '{need}', which no stage of this installation gives")
            _with_needs(min(sources, key=lambda source: not _is_for(source, roles)), found, roles)
    if stage not in found:
        found.append(stage)
    return found


def _is_for(source: Stage, roles: frozenset[Role] | None) -> bool:
    return source.roles is not None and roles is not None and source.roles <= roles


_COMPANION_OUTCOMES: dict[str, Outcome] = {}
"""What this process found of companions, by key: candidates of one system share most of their competing phases."""


def _results(
    step: StageStep, steps: list[StageStep], candidate: Candidate, memory: dict[str, Outcome] | None = None
) -> Results:
    """Return what a step gives, once its companions or parts are finished."""
    companions = _finished_companions(step, steps, candidate)
    shared: dict[str, Outcome] = {}  # parts that are alike run once
    parts = tuple(_finished_part(part, steps, candidate, shared) for part in part_steps(step))
    before = companions if step.stage.companions else parts if step.stage.parts else None
    seen = candidate.seen_by_stage(step.stage.needs | step.stage.uses)
    key = result_key(step.stage, step.parameters, candidate, companions, parts)
    if memory is None or key not in memory:
        folder = _WORKING_FOLDER.get()
        scratch, kept = (None if folder is None else folder / name / key for name in ("scratch", "files"))
        (outcome,) = execute([Job(key, step.stage, step.parameters, seen, before, scratch, kept)])
        if scratch is not None and outcome.final:
            shutil.rmtree(scratch, ignore_errors=True)
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
    return outcome.results


def _finished_companions(step: StageStep, steps: list[StageStep], candidate: Candidate) -> tuple[Candidate, ...]:
    """Return a step's companions; one that fails is left out, and the stage says which it had."""
    finished: list[Candidate] = []
    if step.stage.companions is not None:
        for companion in step.stage.companions.choose(candidate, step.parameters):
            try:
                for other in companion_steps(step, steps, candidate.role):
                    companion = companion.with_results(_results(other, steps, companion, _COMPANION_OUTCOMES))
            except (StageFailure, StructureRefused):
                continue
            finished.append(companion)
    return tuple(finished)


def _finished_part(part: StageStep, steps: list[StageStep], candidate: Candidate, memory: dict[str, Outcome]) -> Part:
    """Return a part of a step, finished or with the reason why it gave nothing."""
    try:
        return Part(part.parameters, _results(part, steps, candidate, memory))
    except (StageFailure, StructureRefused) as failure:
        return Part(part.parameters, None, str(failure))
