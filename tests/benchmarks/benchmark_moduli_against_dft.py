"""How far a potential's moduli are from DFT: what the cards in potentials/ state as relative errors.

    python tests/benchmarks/benchmark_moduli_against_dft.py [POTENTIAL] [COUNT] [SEED]

draws binaries of up to 16 sites from the Materials Project's elasticity data (``moduli/train.jsonl.gz`` in the folder
that ATOMSCREEN_DATA names, ../shared/data by default) and runs the stage 'elasticity' on each.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from pymatgen.core import Structure

from atomscreen import AtomscreenError, Candidate, run_stage

DATA = Path(os.environ.get("ATOMSCREEN_DATA", Path(__file__).parents[3] / "shared" / "data"))


def sample(count: int, seed: int) -> list[dict]:
    """Return records with moduli that a fit can be compared with (K above 5 GPa, G above 3 GPa)."""
    with gzip.open(DATA / "moduli" / "train.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    rows = [r for r in rows if len(r["structure"]["sites"]) <= 16 and r["K_VRH"] > 5 and r["G_VRH"] > 3]
    return [rows[index] for index in np.random.default_rng(seed).permutation(len(rows))[:count]]


def main() -> None:
    """Compute and print."""
    potential, count, seed = (*sys.argv[1:], *["chgnet", "300", "0"][len(sys.argv) - 1 :])
    pairs, failures = [], Counter()
    for row in sample(int(count), int(seed)):
        try:
            start = Candidate(row["id"], {"input": Structure.from_dict(row["structure"])})
            found = run_stage("elasticity", start, potential=potential)
        except AtomscreenError as problem:
            failures[str(problem)[:48]] += 1
            continue
        if found.find("bulk_modulus") is None:
            failures["not positive definite"] += 1
            continue
        values = [found.quantity(name).number for name in ("bulk_modulus", "shear_modulus")]
        pairs.append((row["K_VRH"], values[0], row["G_VRH"], values[1]))
    table = np.array(pairs)
    print(f"{potential}: {len(table)} compared, {sum(failures.values())} without a modulus: {dict(failures)}")
    for name, reference, computed in (("K", table[:, 0], table[:, 1]), ("G", table[:, 2], table[:, 3])):
        logarithm = np.log(computed / reference)
        print(
            f"{name}: mean absolute error {np.abs(computed - reference).mean():.1f} GPa, bias "
            f"{(computed - reference).mean():.1f} GPa, median ratio {np.exp(np.median(logarithm)):.2f}, "
            f"root mean square of ln(ratio) {np.sqrt((logarithm**2).mean()):.2f}"
        )


if __name__ == "__main__":
    main()
