"""What the campaign machinery costs by itself: a stage that does nothing, over many candidates.

    python tests/benchmarks/benchmark_campaign_overhead.py [CANDIDATES] [STAGES]

prints milliseconds per candidate and stage, the peak memory of the main process, and the time of a second run that
finds everything in the store.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from pymatgen.core import Lattice, Structure

from atomscreen.campaign.campaign import Campaign
from atomscreen.campaign.executors import OnDask
from atomscreen.campaign.funnel import StageStep
from atomscreen.campaign.store import Store
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import get_stage, stage


def make_stage(number: int) -> None:
    """Register a stage that does nothing but give one number."""

    def idle(candidate: Candidate, number: int = number) -> Results:
        """Do nothing."""
        return Results((Quantity("n_sites", number),))

    idle.__name__ = f"idle_{number}"
    stage(gives={"n_sites"}, cost="light")(idle)


def make_candidate(number: int) -> Candidate:
    """Return a rock salt, its own lattice parameter for each number."""
    edge = 2.0 + 1e-5 * number
    lattice = Lattice([[0, edge, edge], [edge, 0, edge], [edge, edge, 0]])
    structure = Structure(lattice, ["Li", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    return Candidate(f"c{number}", {"input": structure})


def measure(candidates: list[Candidate], steps: list[StageStep], store_path: Path) -> float:
    """Return the seconds one run takes, workers started."""
    store = Store(store_path)
    with OnDask() as executor:
        campaign = Campaign(steps, store)
        started = time.perf_counter()
        campaign.run(candidates, executor, store.begin_run({}))
        seconds = time.perf_counter() - started
    assert all(track.status == "passed" for track in campaign.tracks)
    store.close()
    return seconds


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    stages = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    for number in range(stages):
        make_stage(number)
    steps = [StageStep(entry, entry.check({})) for entry in (get_stage(f"idle_{n}") for n in range(stages))]
    candidates = [make_candidate(number) for number in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite"
        first = measure(candidates, steps, path)
        again = measure(candidates, steps, path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} candidates, {stages} stages that do nothing, cost of starting the workers included")
    print(f"first run   {first:7.1f} s   {1000 * first / count / stages:.2f} ms per candidate and stage")
    print(
        f"second run  {again:7.1f} s   {1000 * again / count / stages:.2f} ms per candidate and stage, nothing computed"
    )
    print(f"peak memory of the main process {peak:.0f} MB")


if __name__ == "__main__":
    main()
