"""Cells of a finished campaign's electrodes: do they run, how fast, and is the capacity at C/50 the theoretical one.

python tests/benchmarks/benchmark_cells.py DIR [BASE]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from atomscreen.campaign.record import campaign_candidates
from atomscreen.continuum.cell.discharge import run_discharge
from atomscreen.continuum.cell.pybamm_parameters import pybamm_parameters, untouched_base
from atomscreen.continuum.electrode_reading import electrode_of
from atomscreen.continuum.record import handoff_record
from atomscreen.core.vocabulary import ELECTRODES

MODELS = ("SPM", "SPMe", "DFN")
MECHANICS = ("swelling only", "swelling and cracking")


def main(folder: Path, base: str) -> None:
    """Print a line for every electrode, model and mechanics, and one for its capacity at C/50."""
    print(f"{'material':16}{'model':6}{'mechanics':24}{'V mean':>8}{'A·h':>8}{'largest σ MPa':>15}{'processor s':>13}")
    for candidate in campaign_candidates(folder):
        if candidate.role not in ELECTRODES:
            continue
        parameters = pybamm_parameters(electrode_of(handoff_record(candidate)), base)
        side = parameters.electrode.side if parameters.electrode else "Positive"
        for name, cell in ((candidate.id, parameters), (base, untouched_base(base))):
            for model in MODELS:
                for mechanics in MECHANICS:
                    start = time.process_time()
                    found = run_discharge(cell, model, mechanics, 1.0, side)
                    taken = time.process_time() - start
                    stress = "–" if found.stress_range is None else f"{max(map(abs, found.stress_range)) / 1e6:.4f}"
                    mean = found.energy / found.capacity[-1]
                    print(
                        f"{name:16}{model:6}{mechanics:24}{mean:8.3f}{found.capacity[-1]:8.3f}{stress:>15}{taken:13.2f}"
                    )
        slow = run_discharge(parameters, "DFN", "swelling only", 0.02)
        assert parameters.balance is not None
        print(f"{candidate.id:16}DFN   C/50 over theoretical: {slow.capacity[-1] / parameters.balance.capacity:.4f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "Ai2020")
