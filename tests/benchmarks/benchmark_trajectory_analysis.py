"""How often the 90 % interval of a diffusivity covers the truth, and how often a cage is taken for diffusion.

python tests/benchmarks/benchmark_trajectory_analysis.py [REPETITIONS]; 200 take about ten minutes on one core
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "properties" / "transport"))
from planted_walks import HOP, box_walk, cage_walk, independent_walk, trajectory, vacancy_walk

from atomscreen.properties.transport.transport_analysis import DiffusionEstimate, diffusion
from atomscreen.properties.transport.verdict import NoDiffusivity

SPACING = 0.1  # ps
# ions, frames, hops per ion, vibration in Å
INDEPENDENT = [(6, 301, 20, 0.0), (6, 2001, 60, 0.2), (24, 301, 5, 0.2), (24, 1001, 10, 0.2), (24, 4001, 200, 0.0)]
INDEPENDENT += [(100, 501, 3, 0.2), (100, 1001, 20, 0.2), (100, 2001, 40, 0.0)]
# lattice, cells along an edge, vacancies, tries of vacancies to hop, correlation factor where it is known
CORRELATED = [("sc", 2, 1, 300, None), ("sc", 3, 1, 800, None), ("sc", 5, 3, 4000, None), ("sc", 8, 3, 8000, 0.6531)]
CORRELATED += [("fcc", 2, 1, 1000, None), ("fcc", 3, 4, 3000, None), ("fcc", 4, 2, 6000, 0.7815)]
CAGES = [(6, 10, 2), (24, 100, 2), (6, 30, 3), (24, 10, 3), (24, 30, 3), (24, 100, 3)]  # ions, residence, sites


def main() -> None:
    """Measure and print."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for ions, frames, hops, vibration in INDEPENDENT:
        true = hops * HOP**2 / (6 * (frames - 1) * SPACING) * 1e-4

        def walk(seed: int, ions: int = ions, frames: int = frames, hops: int = hops) -> np.ndarray:
            return independent_walk(seed, ions, frames, hops)

        _report(f"{ions} independent ions, {frames} frames, {hops} hops", walk, repetitions, vibration, true, true)
    for kind, size, vacancies, tries, factor in CORRELATED:
        walks = [vacancy_walk(seed, size, kind, vacancies, tries, 1001) for seed in range(repetitions)]
        paths = [places for places, _ in walks]
        hops = float(np.mean([count for _, count in walks])) / paths[0].shape[1]
        free = hops * HOP**2 / (6 * 1000 * SPACING) * 1e-4
        true = None if factor is None else factor * free
        name = f"{kind}, {paths[0].shape[1]} ions, {vacancies} vacancies, {hops:.0f} hops"
        # The centre of all ions moves by single, independent hops of vacancies, where these are few.
        _report(name, paths.__getitem__, repetitions, 0.15, true, free)
    for ions, residence, sites in CAGES:
        paths = [box_walk(seed, ions, 1001, residence, sites) for seed in range(min(repetitions, 60))]
        _report(
            f"{ions} ions in closed cages of {sites}³ sites, {residence} frames", paths.__getitem__, len(paths), 0.15
        )
    _report("24 ions on closed spheres", lambda seed: cage_walk(seed, 24, 1001, 20), min(repetitions, 60), 0.2)


def _report(
    name: str,
    walk: Callable[[int], np.ndarray],
    repetitions: int,
    vibration: float,
    true: float | None = None,
    collective: float | None = None,
) -> None:
    began, found = time.process_time(), []
    for seed in range(repetitions):
        try:
            found.append(diffusion(trajectory(walk(seed), SPACING, vibration=vibration, seed=seed, edge=30), "Li"))
        except NoDiffusivity:
            continue
    measured = [estimate for estimate in found if estimate.enough]
    text = f"{name:50} measured {len(measured)} of {repetitions}"
    if measured and collective is not None:
        text += _statistics(measured, true, collective)
    print(f"{text}; {1000 * (time.process_time() - began) / repetitions:.0f} ms each", flush=True)


def _statistics(found: list[DiffusionEstimate], true: float | None, collective: float) -> str:
    values = np.array([estimate.diffusivity for estimate in found])
    level = values.mean() if true is None else true
    inside = np.mean([estimate.interval_90[0] <= level <= estimate.interval_90[1] for estimate in found])
    stated = np.mean([estimate.uncertainty for estimate in found])
    havens = [estimate for estimate in found if estimate.haven_ratio is not None]
    ratio = np.median([estimate.haven_ratio for estimate in havens])
    within = np.mean(
        [
            abs(estimate.haven_ratio - level / collective) < 1.645 * estimate.haven_ratio_uncertainty
            for estimate in havens
        ]
    )
    return (
        f"; D {values.mean():.3g} ({'its mean' if true is None else f'true {true:.3g}'}), spread {values.std() / level:.3f},"
        f" stated {stated / level:.3f}, interval covers {inside:.3f}; Haven ratio {ratio:.2f} (true {level / collective:.2f},"
        f" within its 90 % {within:.2f})"
    )


if __name__ == "__main__":
    main()
