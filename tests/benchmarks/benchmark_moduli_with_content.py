"""Young's modulus of electrodes with and without their ions, beside what is known: layered hosts change, others little.

    python tests/benchmarks/benchmark_moduli_with_content.py [POTENTIAL]

takes LiCoO2, LiC6 (against graphite), LiFePO4 and LiMn2O4 of the built-in set. Both ends are relaxed, shaken by 0.05 Å
so that no structure is one that only its symmetry holds, relaxed again, and given to 'elasticity_with_content'.
Literature: graphite and LiCoO2 change strongly (Qi 2014, by DFT), LiFePO4 and LiMn2O4 hardly.
"""

from __future__ import annotations

import sys

import numpy as np
from pymatgen.core import Structure

from atomscreen import AtomscreenError, Candidate
from atomscreen.interatomic.potentials import set_threads
from atomscreen.interatomic.relaxation import relax_structure
from atomscreen.properties.mechanics.elasticity_with_content import elasticity_with_content
from atomscreen.sources.builtin import reference_candidates

ELECTRODES = ("LiC6", "LiCoO2", "LiFePO4", "LiMn2O4")


def settled(structure: Structure, potential: str) -> tuple[Structure, float]:
    """Return the structure relaxed, shaken and relaxed again, and the change of volume in percent."""
    first = relax_structure(structure, potential, max_volume_change=1.0).structure
    moves = np.random.default_rng(0).normal(scale=0.05, size=(len(first), 3))
    shaken = Structure(first.lattice, first.species, first.cart_coords + moves, coords_are_cartesian=True)
    second = relax_structure(shaken, potential, max_force=0.01, max_volume_change=1.0).structure
    return second, 100 * (second.volume / structure.volume - 1)


def electrode(full: Candidate, potential: str) -> Candidate:
    """Return a candidate with both ends of the electrode."""
    empty = full.structures.get("charged")
    if empty is None:
        empty = full.structure().copy()
        empty.remove_species([str(full.working_ion)])
    ends = {}
    for content, structure in ((0, empty), (1, full.structure())):
        ends[f"intercalated@{content}"], change = settled(structure, potential)
        print(f"{full.id} at content {content}: relaxation changes the volume by {change:.1f} %", flush=True)
    return Candidate(full.id, {**full.structures, **ends}, full.role, full.working_ion)


def main() -> None:
    """Compute and print."""
    potential = sys.argv[1] if len(sys.argv) > 1 else "chgnet"
    set_threads(1)
    for full in reference_candidates():
        if full.id not in ELECTRODES:
            continue
        try:
            results = elasticity_with_content(electrode(full, potential), potential=potential)
        except AtomscreenError as problem:
            print(f"{full.id}: {problem}", flush=True)
            continue
        for quantity in results.quantities:
            if quantity.name in ("bulk_modulus", "shear_modulus", "youngs_modulus", "youngs_modulus_change"):
                print(f"{full.id}: {quantity}", flush=True)
            elif quantity.name == "elastic_tensor":
                print(f"{full.id}: diagonal {np.diag(quantity.value).round(1)} GPa", flush=True)
        for note in results.notes:
            print(f"{full.id}: {note}", flush=True)


if __name__ == "__main__":
    main()
