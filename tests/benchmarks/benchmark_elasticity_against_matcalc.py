"""The stage 'elasticity' beside matcalc's ElasticityCalc: the same crystals, potential, calculator and thread.

    python tests/benchmarks/benchmark_elasticity_against_matcalc.py [POTENTIAL] [COUNT] [SEED] [MAX_SITES]

draws binaries evenly from all crystal systems of the Materials Project's elasticity data (``moduli/train.jsonl.gz`` in
the folder that ATOMSCREEN_DATA names, ../shared/data by default), relaxes each once, and gives the relaxed crystal in
its standard orientation to three: ours; matcalc with its default strains and ions held; matcalc with our strains, our
limit of force and ions relaxed. Values must agree between ours and the last, which do the same; beside matcalc's default
stands the time of ours with ions held. Times are the processor's, without the relaxation.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np
from matcalc import ElasticityCalc
from pymatgen.core import Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from atomscreen import AtomscreenError, Candidate, run_stage
from atomscreen.core.stages import get_stage
from atomscreen.interatomic.crystal_symmetry import primitive_cell, standard_orientation
from atomscreen.interatomic.potentials import calculator, set_threads
from atomscreen.properties.mechanics.elasticity import elasticity

DATA = Path(os.environ.get("ATOMSCREEN_DATA", Path(__file__).parents[3] / "shared" / "data"))
Moduli = tuple[float, float]


def sample(seed: int, max_sites: int) -> Iterator[tuple[str, dict]]:
    """Yield crystal system and record in random order, one of each system in turn."""
    with gzip.open(DATA / "moduli" / "train.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    rows = [r for r in rows if len(r["structure"]["sites"]) <= max_sites and r["K_VRH"] > 5 and r["G_VRH"] > 3]
    systems: dict[str, list[dict]] = defaultdict(list)
    for index in np.random.default_rng(seed).permutation(len(rows)):
        system = SpacegroupAnalyzer(Structure.from_dict(rows[index]["structure"])).get_crystal_system()
        systems[system].append(rows[index])
    turns = zip_longest(*([(system, row) for row in found] for system, found in sorted(systems.items())))
    return (pair for pair in chain.from_iterable(turns) if pair)


def timed(compute: Callable[[], Moduli]) -> tuple[Moduli, float]:
    """Return moduli and the seconds of the processor they took."""
    start = time.process_time()
    return compute(), time.process_time() - start


def ours(crystal: Structure, potential: str, **settings: float) -> Moduli:
    """Return bulk and shear modulus by the stage."""
    candidate = Candidate("crystal", {"input": crystal, "relaxed": crystal})
    results = elasticity(candidate, potential=potential, **settings)
    found = {quantity.name: quantity.value for quantity in results.quantities}
    if "bulk_modulus" not in found:
        raise AtomscreenError("not positive definite")
    return found["bulk_modulus"], found["shear_modulus"]


def matcalc(crystal: Structure, potential: str, **settings: object) -> Moduli:
    """Return bulk and shear modulus by matcalc; the crystal is relaxed already."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = ElasticityCalc(calculator(potential), relax_structure=False, units_GPa=True, **settings).calc(crystal)
    return float(found["bulk_modulus_vrh"]), float(found["shear_modulus_vrh"])


def same_settings() -> dict[str, object]:
    """Return matcalc's settings that do what the stage does by default."""
    defaults = get_stage("elasticity").check({})
    strains = (-defaults["strain"], defaults["strain"])
    return {
        "norm_strains": strains,
        "shear_strains": strains,
        "fmax": defaults["max_force"],
        "relax_deformed_structures": True,
    }


def compare(row: dict, system: str, potential: str) -> list[list[float]] | None:
    """Return K, G and seconds of DFT, ours, matcalc by default and with our settings, ours with ions held; ``None`` where ours has none."""
    name = f"{row['formula']:12s} {system:12s}"
    try:
        start = Candidate(row["id"], {"input": Structure.from_dict(row["structure"])})
        relaxed = run_stage("relax", start, potential=potential).structure("relaxed")
        crystal = standard_orientation(primitive_cell(relaxed))
        mine, my_time = timed(lambda: ours(crystal, potential))
        held, held_time = timed(lambda: ours(crystal, potential, max_force=1e3))
    except AtomscreenError as problem:
        print(f"{name} no modulus: {str(problem)[:80]}", flush=True)
        return None
    default, default_time = timed(lambda: matcalc(crystal, potential))
    same, same_time = timed(lambda: matcalc(crystal, potential, **same_settings()))
    lines = [
        [row["K_VRH"], row["G_VRH"], 0.0],
        [*mine, my_time],
        [*default, default_time],
        [*same, same_time],
        [*held, held_time],
    ]
    columns = zip(("DFT", "ours", "matcalc", "matcalc, our settings", "ours, ions held"), lines, strict=True)
    print(name + "; ".join(f"{who} {k:.1f} {g:.1f} ({t:.1f} s)" for who, (k, g, t) in columns), flush=True)
    return lines


def main() -> None:
    """Compute and print."""
    given = [*sys.argv[1:], *["chgnet", "40", "0", "8"][len(sys.argv) - 1 :]]
    potential, count, seed, max_sites = given[0], *map(int, given[1:])
    set_threads(1)
    matcalc(Structure([[0, 2.1, 2.1], [2.1, 0, 2.1], [2.1, 2.1, 0]], ["Cu"], [[0, 0, 0]]), potential)  # loads all
    found, systems = [], defaultdict(int)
    for system, row in sample(seed, max_sites):
        lines = compare(row, system, potential)
        if lines is not None:
            found.append(lines)
            systems[system] += 1
        if len(found) == count:
            break
    table = np.array(found)  # (compounds, who, K G seconds)
    print(f"{potential}: {len(table)} compounds, {dict(systems)}")
    for place, modulus in enumerate("KG"):
        errors = np.abs(table[:, 1:, place] - table[:, :1, place]).mean(axis=0)
        print(
            f"{modulus}: mean absolute error against DFT in GPa: ours, matcalc, matcalc with our settings, ours held: {errors.round(1)}"
        )
        for who, other in ((2, "matcalc"), (3, "matcalc with our settings")):
            deviation = 100 * np.abs(table[:, 1, place] / table[:, who, place] - 1)
            within = (deviation <= 2).sum()
            print(
                f"{modulus}: ours from {other}: median {np.median(deviation):.2f} %, largest {deviation.max():.1f} %, "
                f"{within} of {len(table)} within 2 %"
            )
    mine, default, same, held = table[:, 1:, 2].sum(axis=0)
    print(f"ions relaxed: ours {mine:.1f} s, matcalc with our settings {same:.1f} s, ratio {same / mine:.2f}")
    print(f"ions held: ours {held:.1f} s, matcalc by default {default:.1f} s, ratio {default / held:.2f}")


if __name__ == "__main__":
    main()
