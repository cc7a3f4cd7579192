"""How far a potential's average voltages are from DFT's: what the cards in potentials/ state as an absolute error.

    python tests/benchmarks/benchmark_voltages_against_dft.py [POTENTIAL] [COUNT] [SEED] [MAX_SITES]

draws insertion pairs from the Materials Project's electrodes (``electrodes/train.jsonl.gz`` in the folder that
ATOMSCREEN_DATA names, ../shared/data by default), at most one of a framework, whose discharged cell has at most
MAX_SITES sites, relaxes both ends and the working ion's metal, and prints one line a pair and the errors.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
from pymatgen.core import Structure

from atomscreen import AtomscreenError, Candidate, run_stage
from atomscreen.core.vocabulary import Role
from atomscreen.properties.element_data import CHARGES

DATA = Path(os.environ.get("ATOMSCREEN_DATA", Path(__file__).parents[3] / "shared" / "data"))


def sample(count: int, seed: int, max_sites: int) -> list[dict]:
    """Return pairs of working ions that have a metal here and whose charged end has lost them all."""
    with gzip.open(DATA / "electrodes" / "train.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    rows = [row for row in rows if row["working_ion"] in CHARGES and _fits(row, max_sites)]
    drawn, frameworks = [], set()
    for index in np.random.default_rng(seed).permutation(len(rows)):
        if rows[index]["framework"] not in frameworks:
            frameworks.add(rows[index]["framework"])
            drawn.append(rows[index])
    return drawn[:count]


def _fits(row: dict, max_sites: int) -> bool:
    charged = Structure.from_dict(row["charged"]).composition
    return len(row["discharged"]["sites"]) <= max_sites and row["working_ion"] not in charged


def main() -> None:
    """Compute and print."""
    potential, count, seed, max_sites = (*sys.argv[1:], *["chgnet", "100", "0", "24"][len(sys.argv) - 1 :])
    pairs, failures = [], Counter()
    for row in sample(int(count), int(seed), int(max_sites)):
        structures = {"input": Structure.from_dict(row["discharged"]), "charged": Structure.from_dict(row["charged"])}
        start = Candidate(row["id"], structures, role=Role.CATHODE, working_ion=row["working_ion"])
        began = time.perf_counter()
        try:
            found = run_stage("voltage", start, potential=potential).quantity("average_voltage").number
        except AtomscreenError as problem:
            failures[str(problem)[:60]] += 1
            print(f"{row['id']:20} {start.formula:20} failed: {problem}", flush=True)
            continue
        pairs.append((row["average_voltage_V"], found))
        seconds = time.perf_counter() - began
        print(f"{row['id']:20} {start.formula:20} {pairs[-1][0]:7.3f} {found:7.3f} V {seconds:6.0f} s", flush=True)
    reference, computed = np.array(pairs).T
    error = computed - reference
    print(
        f"{potential}: {len(pairs)} compared, {sum(failures.values())} failed {dict(failures)}; mean absolute error "
        f"{np.abs(error).mean():.3f} V, bias {error.mean():+.3f} V, median absolute error "
        f"{np.median(np.abs(error)):.3f} V, root mean square {np.sqrt((error**2).mean()):.3f} V"
    )


if __name__ == "__main__":
    main()
