"""The campaign: candidates go through the funnel, each result is stored at once, a run resumes where the last ended."""

from __future__ import annotations

import shutil
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from atomscreen.campaign.criteria import Verdict
from atomscreen.campaign.estimate import Estimate, time_left
from atomscreen.campaign.executors import Executor
from atomscreen.campaign.funnel import KeepStep, StageStep, Step, TopStep, available, companion_steps, part_steps
from atomscreen.campaign.queue import JobQueue
from atomscreen.campaign.store import Failure, Finished, Outcome, Store
from atomscreen.campaign.tasks import Job
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import AtomscreenError
from atomscreen.core.identity import canonical, result_key
from atomscreen.core.stages import Part

Status = Literal["under way", "passed", "dropped", "failed"]

_REPORT_SECONDS = 0.5
# Chunks in flight for each worker. Light ones: enough that none waits for the next. Heavy ones: no more than can run,
# or dask would let one wait behind a long one while another worker has nothing to do.
_LIGHT_PER_SLOT, _HEAVY_PER_SLOT = 3, 1


@dataclass(eq=False)
class Track:
    """One candidate on its way through a list of steps."""

    candidate: Candidate
    steps: Sequence[Step]
    position: int = 0
    status: Status = "under way"
    reason: str | None = None
    failure: Failure | None = None
    failure_seconds: float = 0.0
    given: list[tuple[str, Results, int | None]] = field(default_factory=list)
    """Stage, results, and number of the run that computed them."""
    before: list[Track] | None = None
    """Companions or parts that the step it stands before has asked for; ``None`` while it has asked for nothing."""
    waiting: list[Track] = field(default_factory=list)
    """Tracks that need this one finished, as a companion or a part."""

    @property
    def step(self) -> Step | None:
        """The step it stands before, or ``None`` at the end."""
        return self.steps[self.position] if self.position < len(self.steps) else None


@dataclass
class Tally:
    """How many candidates entered and left one step, and why; the seconds its stage took."""

    entered: int = 0
    passed: int = 0
    dropped: int = 0
    failed: int = 0
    passed_by: int = 0
    reused: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Snapshot:
    """Where a running campaign stands."""

    done: int
    total: int
    failed: int
    computed: int
    elapsed: float
    left: Estimate
    doing: str


class Campaign:
    """Runs a funnel over candidates.

    Parameters
    ----------
    steps
        The checked funnel.
    store
        Where results are kept and looked for.
    observe
        Called with a :class:`Snapshot` whenever something finished.
    scratch
        Folder of the stages' checkpoints, on a file system that the workers share; ``None`` for no checkpoints.
    files
        Folder of the files that stay beside the results, likewise.

    Attributes
    ----------
    tracks
        One for each candidate, in the order they came.
    companions
        Tracks of competing phases, metals and whatever other materials stages asked for.
    parts
        Tracks of the runs that stages put together.
    tallies
        One for each step.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        store: Store,
        observe: Callable[[Snapshot], None] = lambda snapshot: None,
        scratch: Path | None = None,
        files: Path | None = None,
    ) -> None:
        self.steps = steps
        self.tracks: list[Track] = []
        self.companions: dict[str, Track] = {}
        self.parts: dict[str, Track] = {}
        self.tallies = [Tally() for _ in steps]
        self.computed = 0
        self._store = store
        self._observe = observe
        self._scratch = scratch
        self._files = files
        self._ready: deque[Track] = deque()
        self._at_top: dict[int, list[Track]] = defaultdict(list)
        self._wanting: dict[str, list[Track]] = defaultdict(list)
        self._queue = JobQueue()
        self._run: int | None = None
        self._seconds = store.seconds_per_stage()
        self._started = time.monotonic()
        self._reported = 0.0

    def run(self, candidates: Iterable[Candidate], executor: Executor, run_id: int) -> None:
        """Take every candidate through the funnel; returns when all have left it.

        Parameters
        ----------
        candidates
            The candidates; their ids differ.
        executor
            Where jobs run.
        run_id
            The store's number of this run.
        """
        self._run = run_id
        self.tracks = [Track(candidate, self.steps) for candidate in candidates]
        self._ready.extend(self.tracks)
        while True:
            while self._ready or self._release_top():
                self._advance_all()
            self._feed(executor)
            self._report(executor)
            if not executor.in_flight:
                self._refuse_standstill()
                return
            pairs = executor.finished()
            self._store.write(run_id, (_finished(job, outcome) for job, outcome in pairs))
            self._drop_checkpoints(pairs)
            for job, outcome in pairs:
                self.computed += 1
                self._seconds.setdefault(job.stage.name, []).append(outcome.seconds)
                for track in self._wanting.pop(job.key):
                    self._settle(track, outcome, reused=False)

    def _feed(self, executor: Executor) -> None:
        """Hand out jobs while workers have room."""
        slots = executor.slots
        while self._queue:
            room = slots * (_LIGHT_PER_SLOT if self._queue.light else _HEAVY_PER_SLOT)
            if executor.in_flight >= room:
                return
            executor.submit(*self._queue.pop())

    def _refuse_standstill(self) -> None:
        """Refuse to end while a candidate waits for what will never come: a stage that is its own companion or part."""
        waiting = next((track for track in self.tracks if track.status == "under way"), None)
        if waiting is not None:
            label = waiting.step.label if waiting.step else "the end"
            raise AtomscreenError(f"'{waiting.candidate.id}' waits at '{label}' for what waits for it")

    # --- one candidate ------------------------------------------------------------------------------------------

    def _advance_all(self) -> None:
        """Move every ready track as far as it goes; look up in one query what the store has for them."""
        wave = [(track, job) for track in self._drain() if (job := self._advance(track)) is not None]
        stored = self._store.read({job.key for _, job in wave})
        for track, job in wave:
            if job.key in stored:
                self._settle(track, stored[job.key], reused=True)
                continue
            if job.key not in self._wanting:
                self._queue.push(job)
            self._wanting[job.key].append(track)

    def _drain(self) -> Iterable[Track]:
        while self._ready:
            yield self._ready.popleft()

    def _advance(self, track: Track) -> Job | None:
        """Take a track to its next stage and return the job, or to where it waits or ends and return ``None``."""
        while (step := track.step) is not None:
            tally = self._tally(track)
            tally.entered += track.before is None  # not again when it comes back from waiting
            if not step.applies_to(track.candidate.role):
                tally.passed_by += 1
                track.position += 1
            elif isinstance(step, KeepStep):
                if not self._judge(track, step):
                    return None
            elif isinstance(step, TopStep):
                self._at_top[track.position].append(track)
                return None
            else:
                finished = self._finished_before(track, step)
                return None if finished is None else self._job(track.candidate, step, finished)
        self._end(track, "passed")
        return None

    def _job(self, candidate: Candidate, step: StageStep, finished: Sequence[Track]) -> Job:
        stage, parameters = step.stage, step.parameters
        # A companion that failed is left out: the stage says which it had. Of a part it is told why there is none.
        companions = tuple(track.candidate for track in finished if stage.companions and track.status == "passed")
        parts = tuple(_part(track) for track in finished if stage.parts)
        key = result_key(stage, parameters, candidate, companions, parts)
        before = companions if stage.companions else parts if stage.parts else None
        scratch, kept = (
            folder / key if folder is not None and stage.cost == "heavy" else None
            for folder in (self._scratch, self._files)
        )
        return Job(key, stage, parameters, candidate.seen_by_stage(stage.needs | stage.uses), before, scratch, kept)

    def _judge(self, track: Track, step: KeepStep) -> bool:
        given = available(track.steps[: track.position], track.candidate.role)
        for criterion in step.criteria:
            verdict, sentence = criterion.judge(track.candidate)
            if verdict is Verdict.MISSING and criterion.selector.name not in given:
                continue  # no stage so far means anything for its role
            if verdict is not Verdict.MET:
                self._tally(track).dropped += 1
                self._end(track, "dropped", sentence)
                return False
        self._tally(track).passed += 1
        track.position += 1
        return True

    def _settle(self, track: Track, outcome: Outcome, *, reused: bool) -> None:
        """Give a track the outcome it waited for."""
        step = track.step
        assert isinstance(step, StageStep)
        tally = self._tally(track)
        tally.reused += reused
        tally.seconds += outcome.seconds
        if outcome.results is None:
            tally.failed += 1
            track.failure, track.failure_seconds = outcome.failure, outcome.seconds
            self._end(track, "failed", outcome.failure.reason if outcome.failure else None)
            return
        tally.passed += 1
        track.candidate = track.candidate.with_results(outcome.results)
        track.given.append((step.stage.name, outcome.results, outcome.run or self._run))
        track.position += 1
        self._ready.append(track)

    def _end(self, track: Track, status: Status, reason: str | None = None) -> None:
        track.status, track.reason = status, reason
        self._ready.extend(track.waiting)
        track.waiting = []

    def _tally(self, track: Track) -> Tally:
        """Return the tally of the track's step; companions are not counted in the funnel's."""
        return self.tallies[track.position] if track.steps is self.steps else Tally()

    # --- companions and parts -----------------------------------------------------------------------------------

    def _finished_before(self, track: Track, step: StageStep) -> list[Track] | None:
        """Return the tracks of the companions or parts a stage needs, or ``None`` while one is under way."""
        if track.before is None:
            track.before = self._asked_for(track.candidate, step)
        pending = next((other for other in track.before if other.status == "under way"), None)
        if pending is not None:
            pending.waiting.append(track)
            return None
        finished, track.before = track.before, None
        return finished

    def _asked_for(self, candidate: Candidate, step: StageStep) -> list[Track]:
        if step.stage.companions is not None:
            own_steps = companion_steps(step, self.steps, candidate.role)
            chosen = step.stage.companions.choose(candidate, step.parameters)
            return [self._track(self.companions, other, own_steps) for other in chosen]
        return [self._track(self.parts, candidate, [part]) for part in part_steps(step)]

    def _track(self, tracks: dict[str, Track], candidate: Candidate, steps: Sequence[StageStep]) -> Track:
        """Return the track of a candidate through some steps; all who ask for it share one."""
        key = canonical([candidate.id, [[step.label, step.parameters] for step in steps]])
        if key not in tracks:
            tracks[key] = Track(candidate, steps)
            self._ready.append(tracks[key])
        return tracks[key]

    # --- the best few -------------------------------------------------------------------------------------------

    def _release_top(self) -> bool:
        """Decide every 'top' step that all its competitors have reached; say whether any track moves on."""
        for position, waiting in list(self._at_top.items()):
            step = self.steps[position]
            assert isinstance(step, TopStep)
            if waiting and not any(self._still_before(track, position, step) for track in self.tracks):
                self._at_top.pop(position)
                self._take_best(step, waiting)
                return True  # whom it dropped may have been what another 'top' waited for
        return False

    @staticmethod
    def _still_before(track: Track, position: int, step: TopStep) -> bool:
        return track.status == "under way" and track.position < position and step.applies_to(track.candidate.role)

    def _take_best(self, step: TopStep, waiting: Sequence[Track]) -> None:
        sign = -1.0 if step.goal == "max" else 1.0
        ranked: list[tuple[float, str, Track]] = []
        for track in waiting:
            quantity = step.by.of(track.candidate)
            if quantity is not None:
                ranked.append((sign * quantity.number, track.candidate.id, track))
            elif step.by.name in available(track.steps[: track.position], track.candidate.role):
                self._tally(track).dropped += 1
                self._end(track, "dropped", f"has no {step.by}, by which the top {step.count} are taken")
            else:
                self._tally(track).passed_by += 1
                self._move_on(track)
        for place, (_, _, track) in enumerate(sorted(ranked, key=lambda item: item[:2]), 1):
            tally = self._tally(track)
            if place <= step.count:
                tally.passed += 1
                self._move_on(track)
            else:
                tally.dropped += 1
                self._end(track, "dropped", f"is number {place} by {step.by}; the top {step.count} go on")

    def _move_on(self, track: Track) -> None:
        track.position += 1
        self._ready.append(track)

    # --- checkpoints --------------------------------------------------------------------------------------------

    @staticmethod
    def _drop_checkpoints(pairs: Sequence[tuple[Job, Outcome]]) -> None:
        """Remove the checkpoints of what is in the store for good."""
        for job, outcome in pairs:
            if job.scratch is not None and outcome.final:
                shutil.rmtree(job.scratch, ignore_errors=True)

    # --- what an observer sees ----------------------------------------------------------------------------------

    def _report(self, executor: Executor) -> None:
        now = time.monotonic()
        if now - self._reported < _REPORT_SECONDS and executor.in_flight:
            return
        self._reported = now
        waiting: dict[str, int] = defaultdict(int)
        others = [*self.companions.values(), *self.parts.values()]
        for track in [*self.tracks, *others]:
            if track.status == "under way" and isinstance(track.step, StageStep):
                waiting[track.step.label] += 1
        self._observe(
            Snapshot(
                done=sum(track.status != "under way" for track in self.tracks),
                total=len(self.tracks),
                failed=sum(track.status == "failed" for track in self.tracks),
                computed=self.computed,
                elapsed=now - self._started,
                left=time_left(self.tracks, others, self._seconds, executor.slots),
                doing=", ".join(f"{stage} {count}" for stage, count in waiting.items()),
            )
        )


def _part(track: Track) -> Part:
    (step,) = track.steps
    assert isinstance(step, StageStep)
    results = track.given[-1][1] if track.status == "passed" else None
    return Part(step.parameters, results, track.reason or "")


def _finished(job: Job, outcome: Outcome) -> Finished:
    return Finished(job.key, job.stage.name, job.candidate.formula, job.parameters, outcome)
