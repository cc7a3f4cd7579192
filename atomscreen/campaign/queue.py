"""The queue of jobs: light ones in chunks and first, heavy ones one by one and the largest structure first."""

from __future__ import annotations

import heapq
import itertools
from collections import deque

from atomscreen.campaign.tasks import Job
from atomscreen.core.identity import canonical

_CHUNK = 64  # candidates of a light stage in one task: dask's own cost for a task is a few milliseconds
_FIRST = 1e9


class JobQueue:
    """Jobs that no worker has yet."""

    def __init__(self) -> None:
        self._light: dict[str, deque[Job]] = {}
        self._heavy: list[tuple[int, int, Job]] = []
        self._order = itertools.count()  # equal sizes leave in the order they came

    def __len__(self) -> int:
        return len(self._heavy) + sum(len(jobs) for jobs in self._light.values())

    @property
    def light(self) -> bool:
        """Whether the next chunk is of a light stage."""
        return bool(self._light)

    def push(self, job: Job) -> None:
        """Add a job."""
        if job.stage.cost == "light":
            same = f"{job.stage.name} {canonical(job.parameters)}"
            self._light.setdefault(same, deque()).append(job)
        else:
            heapq.heappush(self._heavy, (-job.size, next(self._order), job))

    def pop(self) -> tuple[list[Job], float]:
        """Return the next chunk of jobs of one stage, and its priority."""
        if self._light:
            same, jobs = next(iter(self._light.items()))
            chunk = [jobs.popleft() for _ in range(min(_CHUNK, len(jobs)))]
            if not jobs:
                self._light.pop(same)
            return chunk, _FIRST
        size, _, job = heapq.heappop(self._heavy)
        return [job], float(-size)
