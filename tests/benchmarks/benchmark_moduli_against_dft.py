"""How far a potential's moduli are from DFT, and how far when corrected: what the cards in potentials/ state.

    python tests/benchmarks/benchmark_moduli_against_dft.py [POTENTIAL] [COUNT] [SEED] [MAX_SITES]

draws binaries from the Materials Project's elasticity data (``moduli/train.jsonl.gz`` in the folder that
ATOMSCREEN_DATA names, ../shared/data by default), of each chemical class in turn, and runs the stage 'elasticity' on
each. A class is divided into two halves by chemical system: the factor of correction comes from the first and is judged
on the second.
"""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from pymatgen.core import Structure

from atomscreen import AtomscreenError, Candidate, run_stage

DATA = Path(os.environ.get("ATOMSCREEN_DATA", Path(__file__).parents[3] / "shared" / "data"))
CLASSES = {
    "oxides and halides": {"O", "F", "Cl", "Br", "I"},
    "nitrides and chalcogenides": {"N", "S", "Se", "Te"},
}
"""Classes by the elements of which a compound has at least one; first come, first served."""


def chemical_class(symbols: set[str]) -> str:
    """Return the class of compounds that are about equally soft."""
    return next((name for name, anions in CLASSES.items() if symbols & anions), "others")


def sample(count: int, seed: int, max_sites: int) -> list[dict]:
    """Return records with moduli that a fit can be compared with (K above 5 GPa, G above 3 GPa), classes in turn."""
    with gzip.open(DATA / "moduli" / "train.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    rows = [r for r in rows if len(r["structure"]["sites"]) <= max_sites and r["K_VRH"] > 5 and r["G_VRH"] > 3]
    classes: dict[str, list[dict]] = {}
    for index in np.random.default_rng(seed).permutation(len(rows)):
        symbols = {site["species"][0]["element"] for site in rows[index]["structure"]["sites"]}
        classes.setdefault(chemical_class(symbols), []).append(rows[index])
    turns = itertools.chain.from_iterable(itertools.zip_longest(*classes.values()))
    return list(itertools.islice(filter(None, turns), count))


def half(structure: Structure) -> int:
    """Return the half, 0 or 1, of the compound's chemical system."""
    return hashlib.md5(structure.chemical_system.encode()).digest()[0] % 2


def summary(reference: np.ndarray, computed: np.ndarray) -> str:
    """Return the errors in words."""
    logarithm = np.log(computed / reference)
    return (
        f"mean absolute error {np.abs(computed - reference).mean():.1f} GPa, bias "
        f"{(computed - reference).mean():.1f} GPa, median ratio {np.exp(np.median(logarithm)):.2f}, "
        f"root mean square of ln(ratio) {np.sqrt((logarithm**2).mean()):.2f}"
    )


def report(title: str, pairs: list[tuple[float, ...]]) -> None:
    """Print the errors of a class, and of its second half before and after correction."""
    table = np.array(pairs)
    first, second = table[table[:, 0] == 0], table[table[:, 0] == 1]
    for name, place in (("K", 1), ("G", 3)):
        print(f"{title}, {name}, all {len(table)}: {summary(table[:, place], table[:, place + 1])}")
        if not (len(first) and len(second)):
            continue
        factor = float(np.exp(np.median(np.log(first[:, place] / first[:, place + 1]))))
        reference, computed = second[:, place], second[:, place + 1]
        print(f"  second half, {len(second)} as computed: {summary(reference, computed)}")
        print(f"  second half, times {factor:.3f} of {len(first)}: {summary(reference, factor * computed)}")


def main() -> None:
    """Compute and print."""
    given = [*sys.argv[1:], *["chgnet", "240", "0", "8"][len(sys.argv) - 1 :]]
    potential, count, seed, max_sites = given[0], *map(int, given[1:])
    pairs: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    failures: Counter[str] = Counter()
    for row in sample(count, seed, max_sites):
        structure = Structure.from_dict(row["structure"])
        kind = chemical_class({element.symbol for element in structure.composition.elements})
        try:
            found = run_stage("elasticity", Candidate(row["id"], {"input": structure}), potential=potential)
        except AtomscreenError as problem:
            failures[str(problem)[:48]] += 1
            continue
        if found.find("bulk_modulus") is None:
            failures["not positive definite"] += 1
            continue
        values = [found.quantity(name).number for name in ("bulk_modulus", "shear_modulus")]
        pairs[kind].append((half(structure), row["K_VRH"], values[0], row["G_VRH"], values[1]))
        print(f"{row['formula']} ({kind}): {[round(number, 1) for number in pairs[kind][-1]]}", flush=True)
    print(f"{potential}: {sum(failures.values())} without a modulus: {dict(failures)}")
    pairs["all"] = [pair for found in pairs.values() for pair in found]
    for kind, found in pairs.items():
        report(kind, found)


if __name__ == "__main__":
    main()
