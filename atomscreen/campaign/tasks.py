"""What a worker does: run one stage on one candidate, or on a chunk of them, and turn every end into an Outcome."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import time
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atomscreen.campaign.store import Failure, Outcome
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import AtomscreenError, StageFailure, StructureRefused
from atomscreen.core.scratch import scratch_folder
from atomscreen.core.stages import FACETS, Part, Stage
from atomscreen.core.vocabulary import structure_kind

_LOG_CHARACTERS = 6000


@dataclass(frozen=True)
class Job:
    """One stage on one candidate, with what the stage can see of it, under the key of its result."""

    key: str
    stage: Stage
    parameters: Mapping[str, Any]
    candidate: Candidate
    before: tuple[Candidate, ...] | tuple[Part, ...] | None = None
    """The finished companions or parts of a stage that has them."""
    scratch: Path | None = None
    """Folder of the stage's checkpoints."""
    kept: Path | None = None
    """Folder of the files that stay beside the result."""

    @property
    def size(self) -> int:
        """Atoms in the largest structure: how costly it is, roughly."""
        return max(len(structure) for structure in self.candidate.structures.values())


def execute(jobs: Sequence[Job], device: str = "auto") -> list[Outcome]:
    """Run jobs of one stage one after the other; called in a worker.

    Parameters
    ----------
    jobs
        All of the same stage and parameters.
    device
        Where torch runs: ``"auto"``, ``"cpu"`` or ``"cuda"``.

    Returns
    -------
    list of Outcome
        One for each job, in order. Whatever a stage raises is a failure of that candidate alone.
    """
    from atomscreen.interatomic.devices import set_device

    set_device(device)
    if jobs[0].stage.batch and jobs[0].before is None and len(jobs) > 1:
        outcomes = _execute_batch(jobs)
        if outcomes is not None:
            return outcomes
    return [_execute_one(job) for job in jobs]


def _execute_one(job: Job) -> Outcome:
    started = time.perf_counter()
    results, failure, final = None, None, True
    with _captured() as log, scratch_folder(job.scratch, job.kept):
        try:
            results = _call(job)
        except (Exception, SystemExit) as problem:
            failure = describe_failure(job.stage.name, problem, log.getvalue())
            # These are facts about the material and hold next time too; any other failure may be the machine's.
            final = isinstance(problem, StageFailure | StructureRefused)
    return Outcome(results, failure, time.perf_counter() - started, final)


def _call(job: Job) -> Results:
    for facet in FACETS.keys() & job.stage.needs:
        if getattr(job.candidate, facet) is None:
            option = {"working_ion": "--ion Li"}.get(facet, "--role cathode")
            raise StageFailure(
                f"stage '{job.stage.name}' needs to know {FACETS[facet]}: give '{facet}' in the workflow or to the "
                f"Candidate, or '{option}' on the command line"
            )
    arguments: list[Any] = [[job.candidate] if job.stage.batch else job.candidate]
    if job.before is not None:
        arguments.append(job.before)
    returned = job.stage.call(*arguments, **job.parameters)
    return _declared(job.stage, returned[0] if job.stage.batch else returned)


def _declared(stage: Stage, results: Any) -> Results:
    """Return what a stage returned, refusing what it did not declare: a mistake in the stage."""
    if not isinstance(results, Results):
        raise TypeError(f"stage '{stage.name}' returned {type(results).__name__}, not Results")
    given = {*map(structure_kind, results.structures), *(quantity.name for quantity in results.quantities)}
    for structure in results.structures.values():
        if not hasattr(structure, "as_dict"):
            raise TypeError(f"stage '{stage.name}' returned a structure that is {type(structure).__name__}")
    # What JSON cannot hold would only be found when the store writes it, or hang on its way from the worker.
    json.dumps([quantity.as_dict() for quantity in results.quantities], allow_nan=False)
    if not all(isinstance(note, str) for note in results.notes) or isinstance(results.notes, str):
        raise TypeError(f"the notes of stage '{stage.name}' are not a tuple of sentences")
    if given - stage.gives:
        raise TypeError(f"stage '{stage.name}' returned {sorted(given - stage.gives)}, which it does not declare")
    return results


def _execute_batch(jobs: Sequence[Job]) -> list[Outcome] | None:
    """Run a batch stage on all candidates at once; ``None`` where that fails, and each is to be tried alone."""
    stage = jobs[0].stage
    started = time.perf_counter()
    with _captured():
        try:
            returned = stage.function([job.candidate for job in jobs], **jobs[0].parameters)
            results = [_declared(stage, result) for _, result in zip(jobs, returned, strict=True)]
        except Exception:
            return None
    seconds = (time.perf_counter() - started) / len(jobs)
    return [Outcome(result, None, seconds) for result in results]


def describe_failure(stage: str, problem: BaseException, log: str = "") -> Failure:
    """Return the failure that a report shows: one sentence, and for a surprise the traceback in the log."""
    expected = isinstance(problem, AtomscreenError)
    reason = " ".join(str(problem).split()) or type(problem).__name__
    if not expected:
        reason = f"{type(problem).__name__}: {reason}"
        log += "\n" + "".join(traceback.format_exception(problem))
    return Failure(stage, type(problem).__name__, reason, log.strip()[-_LOG_CHARACTERS:])


@contextlib.contextmanager
def _captured() -> Iterator[io.StringIO]:
    """Collect what a stage prints, logs and warns of, so that it ends in the record and not on the terminal."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        with (
            contextlib.redirect_stdout(log),
            contextlib.redirect_stderr(log),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("default")
            warnings.simplefilter("ignore", DeprecationWarning)  # of libraries among themselves
            yield log
    finally:
        root.removeHandler(handler)
