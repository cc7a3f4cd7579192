"""Cheap screens of ion transport beside measured conductivities: how well each alone puts materials in order.

    python tests/benchmarks/benchmark_cheap_screens.py [reference|cifs] [--site-energies]

``reference`` takes the built-in materials with a measured conductivity near room temperature; ``cifs`` those of the
data set of measured lithium conductors (``conductivity/`` in the folder that ATOMSCREEN_DATA names, ../shared/data by
default) whose framework is ordered: partial occupancies of lithium alone do no harm, as it is taken out. Measured upper
limits count as values. ``--site-energies`` relaxes with CHGNet first (reference only). Printed are one line a material
and, for each quantity, Spearman's coefficient of rank correlation with the logarithm of the conductivity, its
p value, the number of materials and the processor time a material.
"""

from __future__ import annotations

import csv
import os
import sys
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pymatgen.io.cif import CifParser
from scipy.stats import spearmanr

from atomscreen import AtomscreenError, Candidate, run_stage
from atomscreen.core.stages import get_stage
from atomscreen.sources.builtin import reference_candidates

DATA = Path(os.environ.get("ATOMSCREEN_DATA", Path(__file__).parents[3] / "shared" / "data"))
MEASURED = ("total_ionic_conductivity", "bulk_ionic_conductivity")
STAGES = ("bond_valence", "percolation_radius", "anion_sublattice")


def reference() -> Iterator[tuple[Candidate, float]]:
    """Yield built-in candidates with the logarithm of their conductivity, the total one where both are known."""
    for candidate in reference_candidates():
        known = sorted(
            (one for one in candidate.known if one.name in MEASURED), key=lambda one: MEASURED.index(one.name)
        )
        if known:
            yield candidate, float(np.log10(known[0].number))


def cifs() -> Iterator[tuple[Candidate, float]]:
    """Yield structures of the data set with the logarithm of their conductivity; those unreadable are counted."""
    rows = csv.DictReader((DATA / "conductivity" / "train.csv").open())
    labels = {row["ID"]: row["Ionic conductivity (S cm-1)"].lstrip("<") for row in rows}
    with zipfile.ZipFile(DATA / "conductivity" / "train_cifs.zip") as archive:
        for name in sorted(name for name in archive.namelist() if name.endswith(".cif")):
            identifier = Path(name).stem
            try:
                parser = CifParser.from_str(archive.read(name).decode(), occupancy_tolerance=1.05)
                structure = parser.parse_structures(primitive=True)[0].remove_oxidation_states()
            except Exception as problem:
                print(f"{identifier}: not read: {problem}")
                continue
            yield (
                Candidate(identifier, {"input": structure}, working_ion="Li"),
                float(np.log10(float(labels[identifier]))),
            )


def screen(candidate: Candidate, stages: tuple[str, ...], seconds: Counter, failures: Counter) -> dict[str, float]:
    """Return the numbers of all stages; what fails is counted by the kind of its sentence."""
    found: dict[str, float] = {}
    for stage in stages:
        begin = time.process_time()
        try:
            results = get_stage(stage).function(candidate)
        except AtomscreenError as problem:
            failures[stage, str(problem).split(":")[0].split(" of ")[0][:60]] += 1
            continue
        seconds[stage] += time.process_time() - begin
        seconds[stage, "n"] += 1
        found |= {one.name: one.number for one in results.quantities if not one.conditions}
    return found


def main() -> None:
    """Compute and print."""
    warnings.filterwarnings("ignore")
    source = cifs() if "cifs" in sys.argv else reference()
    stages = STAGES
    if "--site-energies" in sys.argv:
        stages, source = (*STAGES, "site_energies"), ((run_stage("relax", one), label) for one, label in source)
    rows: list[tuple[float, dict[str, float]]] = []
    seconds: Counter = Counter()
    failures: Counter = Counter()
    for candidate, label in source:
        found = screen(candidate, stages, seconds, failures)
        rows.append((label, found))
        print(f"{candidate.id:26} {label:6.1f} ", *(f"{name}={value:.3f}" for name, value in found.items()), flush=True)
    print(f"\n{len(rows)} materials with a measured conductivity")
    for name in sorted({name for _, found in rows for name in found}):
        pairs = np.array([(label, found[name]) for label, found in rows if name in found])
        result = spearmanr(pairs[:, 0], pairs[:, 1])
        print(f"{name:30} rho {result.statistic:+.2f}   p {result.pvalue:.2g}   n {len(pairs)}")
    for stage in stages:
        print(f"{stage}: {seconds[stage] / max(1, seconds[stage, 'n']):.2f} s a material, n {seconds[stage, 'n']}")
    for (stage, reason), count in failures.most_common():
        print(f"not screened by {stage}: {count} ({reason} ...)")


if __name__ == "__main__":
    main()
