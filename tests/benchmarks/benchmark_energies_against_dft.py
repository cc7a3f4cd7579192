"""How far a potential's formation energies and hull distances are from DFT: what the cards in potentials/ state.

    python tests/benchmarks/benchmark_energies_against_dft.py [POTENTIAL] [SYSTEMS] [SEED] [MAX_SITES]

draws chemical systems of two or three elements with at least four compounds in the Materials Project's entries
(``materials/train.jsonl.gz`` in the folder that ATOMSCREEN_DATA names, ../shared/data by default), relaxes the compounds
and the elements' reference phases, and builds two hulls of the same phases: from DFT's formation energies (corrected)
and from the potential's. The hulls lack what the data lack, both the same. The data (2019-20) have the older corrections
of Hubbard-U energies, which differ from those of 2020 by up to 0.5 eV per transition-metal atom: only compounds and
systems without a U compare.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from pymatgen.analysis.phase_diagram import PDEntry, PhaseDiagram
from pymatgen.core import Composition, Structure

from atomscreen import AtomscreenError
from atomscreen.interatomic.relaxation import relax_structure
from atomscreen.sources.builtin import reference_candidates

DATA = Path(os.environ.get("ATOMSCREEN_DATA", Path(__file__).parents[3] / "shared" / "data"))


def element_energies(potential: str, symbols: set[str]) -> dict[str, float]:
    """Return the potential's energy in eV/atom of each element's reference phase, the lowest of them."""
    found: dict[str, float] = {}
    for phase in reference_candidates():
        elements = [element.symbol for element in phase.composition.elements]
        if len(elements) == 1 and elements[0] in symbols:
            relaxed = relax_structure(phase.structure(), potential, max_volume_change=1.0)
            energy = relaxed.energy / len(relaxed.structure)
            found[elements[0]] = min(energy, found.get(elements[0], np.inf))
    return found


def sample(count: int, seed: int, max_sites: int) -> list[list[dict]]:
    """Return the entries of each drawn system."""
    with gzip.open(DATA / "materials" / "train.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    known = {
        phase.composition.elements[0].symbol for phase in reference_candidates() if len(phase.composition.elements) == 1
    }
    systems = defaultdict(list)
    for row in rows:
        elements = frozenset(element.symbol for element in Composition(row["formula"]).elements)
        if len(elements) in (2, 3) and elements <= known and len(row["structure"]["sites"]) <= max_sites:
            systems[elements].append(row)
    rich = sorted((key for key, found in systems.items() if len(found) >= 4), key=sorted)
    order = np.random.default_rng(seed).permutation(len(rich))[:count]
    return [systems[rich[index]] for index in order]


def hull_distances(compositions: list[Composition], formation: list[float]) -> list[float]:
    """Return each compound's distance in eV/atom to the hull of all of them and their elements at zero."""
    elements = {element for composition in compositions for element in composition.elements}
    entries = [PDEntry(c, energy * c.num_atoms) for c, energy in zip(compositions, formation, strict=True)]
    diagram = PhaseDiagram([*entries, *(PDEntry(Composition({element: 1}), 0.0) for element in elements)])
    return [float(diagram.get_e_above_hull(entry)) for entry in entries]


def main() -> None:
    """Compute and print."""
    potential, systems, seed, max_sites = (*sys.argv[1:], *["chgnet", "30", "0", "20"][len(sys.argv) - 1 :])
    drawn = sample(int(systems), int(seed), int(max_sites))
    symbols = {e.symbol for rows in drawn for row in rows for e in Composition(row["formula"]).elements}
    references = element_energies(potential, symbols)
    formation: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    hull: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    failed = 0
    for rows in drawn:
        kept, computed = [], []
        for row in rows:
            try:
                relaxed = relax_structure(Structure.from_dict(row["structure"]), potential)
            except AtomscreenError as problem:
                failed += 1
                print(f"{row['id']:12} {row['formula']:14} failed: {problem}", flush=True)
                continue
            composition = relaxed.structure.composition
            elements = sum(n * references[element.symbol] for element, n in composition.items())
            computed.append((relaxed.energy - elements) / composition.num_atoms)
            kept.append(row)
        dft = [row["formation_energy_per_atom_eV"] for row in kept]
        compositions = [Composition(row["formula"]) for row in kept]
        pairs = zip(hull_distances(compositions, dft), hull_distances(compositions, computed), strict=True)
        hull[any(row["is_hubbard"] for row in kept)] += list(pairs)
        for row, reference, energy in zip(kept, dft, computed, strict=True):
            formation[row["is_hubbard"]].append((reference, energy))
            print(f"{row['id']:12} {row['formula']:14} {reference:7.3f} {energy:7.3f}", flush=True)
    print(f"{len(drawn)} systems, {failed} compounds failed")
    for hubbard in (False, True):
        about = "with U, corrections of two vintages" if hubbard else "without U"
        summarise(f"formation energy, compounds {about}", formation[hubbard])
        summarise(f"distance to the hull, systems {about}", hull[hubbard])


def summarise(name: str, pairs: list[tuple[float, float]]) -> None:
    """Print the errors of pairs of DFT's and the potential's values in eV/atom."""
    error = 1000 * np.diff(np.array(pairs).reshape(-1, 2))
    print(
        f"{name}: {len(error)}; mean absolute error {np.abs(error).mean():.0f} meV/atom, median "
        f"{np.median(np.abs(error)):.0f}, bias {error.mean():+.0f}, root mean square {np.sqrt((error**2).mean()):.0f}"
    )


if __name__ == "__main__":
    main()
