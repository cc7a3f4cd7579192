"""Where jobs run: in this process, on local worker processes, or on any dask scheduler; one interface."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from typing import Any, Protocol, Self

from atomscreen.campaign.store import Outcome
from atomscreen.campaign.tasks import Job, describe_failure, execute
from atomscreen.core.errors import AtomscreenError, UsageError

# Worker processes have one thread each: two torch programs with two threads each on two cores are ten times slower.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
_CONNECT_SECONDS = 30
_PATIENCE_SECONDS, _LOOK_SECONDS = 5.0, 0.01


class Executor(Protocol):
    """Takes chunks of jobs and gives back their outcomes as they come."""

    @property
    def slots(self) -> int:
        """How many chunks it can run at the same time."""

    @property
    def in_flight(self) -> int:
        """How many chunks it has taken and not given back."""

    def submit(self, jobs: Sequence[Job], priority: float) -> None:
        """Take a chunk of jobs of one stage; higher priorities run first."""

    def finished(self) -> list[tuple[Job, Outcome]]:
        """Wait for a chunk, but not for long, and return all that are finished by now; none where it took longer."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class InProcess:
    """Runs jobs one after the other in this process: for tests, debugging and single structures."""

    slots = 1

    def __init__(self, device: str = "auto") -> None:
        self._device = device
        self._waiting: list[tuple[float, Sequence[Job]]] = []

    @property
    def in_flight(self) -> int:
        """How many chunks wait."""
        return len(self._waiting)

    def submit(self, jobs: Sequence[Job], priority: float) -> None:
        """Queue a chunk."""
        self._waiting.append((priority, jobs))

    def finished(self) -> list[tuple[Job, Outcome]]:
        """Run the most urgent chunk and return it."""
        best = max(range(len(self._waiting)), key=lambda index: self._waiting[index][0])
        _, jobs = self._waiting.pop(best)
        return list(zip(jobs, execute(jobs, self._device), strict=True))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._waiting.clear()


class OnDask:
    """Runs jobs on dask workers.

    Parameters
    ----------
    address
        Address of a running scheduler (``tcp://...``), or ``None`` for worker processes on this machine.
    workers
        How many local worker processes; by default one for each core this process may use.
    device
        Where torch runs in the workers.
    """

    def __init__(self, address: str | None = None, workers: int | None = None, device: str = "auto") -> None:
        self._address = address
        self._workers = workers or available_cores()
        self._device = device
        self._jobs: dict[str, Sequence[Job]] = {}
        self._client: Any = None
        self._cluster: Any = None
        self._results: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the workers; work under way on a cluster that is not ours is cancelled."""
        if self._client is not None:
            self._client.close()
        if self._cluster is not None:
            self._cluster.close()

    @property
    def slots(self) -> int:
        """Threads of all workers known now, at least one."""
        if self._client is None:
            return self._workers
        try:
            threads: dict[str, int] = self._client.nthreads()
        except OSError as problem:
            raise AtomscreenError(
                f"the dask scheduler is gone ({problem}); what was finished is in the store: run the same command again"
            ) from None
        return max(1, sum(threads.values()))

    @property
    def in_flight(self) -> int:
        """How many chunks dask has."""
        return len(self._jobs)

    def submit(self, jobs: Sequence[Job], priority: float) -> None:
        """Send a chunk to the scheduler; the first one starts or finds it."""
        if self._client is None:
            self._start()
        future = self._client.submit(execute, jobs, self._device, priority=priority, pure=False, key=_task_name(jobs))
        self._jobs[future.key] = jobs
        self._results.add(future)

    def _start(self) -> None:
        """Start the workers: not before there is work, since a campaign that only resumes has none."""
        import distributed

        logging.getLogger("distributed").setLevel(logging.ERROR)
        self._cluster = None if self._address else _local_cluster(self._workers)
        try:
            self._client = distributed.Client(self._cluster or self._address, timeout=_CONNECT_SECONDS)
        except (OSError, ValueError) as problem:
            raise UsageError(f"no dask scheduler answers at '{self._address}': {problem}") from None
        self._results = distributed.as_completed(with_results=True, raise_errors=False)

    def finished(self) -> list[tuple[Job, Outcome]]:
        """Wait some seconds at most, so that the caller can say how it goes, and return the chunks that are there."""
        pairs: list[tuple[Job, Outcome]] = []
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not (batch := self._results.next_batch(block=False)) and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
        for future, returned in batch:
            jobs = self._jobs.pop(future.key)
            if future.status != "finished" and len(jobs) > 1:
                for job in jobs:  # one of them took the worker with it: each alone, to see which
                    self.submit([job], priority=0.0)
                continue
            pairs += zip(jobs, _outcomes(jobs, future, returned), strict=True)
        return pairs


def available_cores() -> int:
    """Return how many cores this process may use, which can be fewer than the machine has."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _task_name(jobs: Sequence[Job]) -> str:
    """Return dask's name for a chunk; a job that is sent again alone must not meet the name of its lost chunk."""
    return f"{jobs[0].stage.name}-{jobs[0].key}-{len(jobs)}"


def _outcomes(jobs: Sequence[Job], future: Any, returned: Any) -> list[Outcome]:
    """Return a chunk's outcomes; one that was lost with its worker is a failure to be tried again next time."""
    if future.status == "finished":
        return list(returned)
    problem = returned[1] if isinstance(returned, tuple) else future.exception()
    failure = describe_failure(jobs[0].stage.name, problem or RuntimeError(f"the task ended as '{future.status}'"))
    return [Outcome(None, failure, 0.0, final=False) for _ in jobs]


def _local_cluster(workers: int) -> Any:
    import dask
    from distributed import LocalCluster

    settings = {
        "distributed.nanny.pre-spawn-environ": _ONE_THREAD,
        "distributed.worker.daemon": True,
        # No task is given to a worker that is at work: what waits, waits for whichever is free first.
        "distributed.scheduler.worker-saturation": 1.0,
    }
    with dask.config.set(settings):
        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # whichever port is free: a second campaign has its own
            memory_limit=None,
            # A worker whose heartbeat meets the end of its scheduler logs a traceback as an error; what goes wrong in a
            # task comes back with its outcome, whatever is logged.
            silence_logs=logging.CRITICAL,
        )
