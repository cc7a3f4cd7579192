"""Migration barriers of known electrodes by the stage 'migration_barrier', beside published ones of DFT.

About three minutes on one core.

python tests/benchmarks/benchmark_migration_barriers.py [POTENTIAL]
"""

from __future__ import annotations

import sys
import time

from atomscreen import run_stage
from atomscreen.sources.builtin import reference_candidates

PUBLISHED = {
    "LiFePO4": "along [010]: 0.27 eV (GGA, Morgan, Van der Ven and Ceder 2004), 0.55 eV (ionic model, Islam 2005)",
    "LiCoO2": "one vacancy in the full crystal, past the oxygen dumbbell: about 0.8 eV (Van der Ven and Ceder 2000)",
}


def main() -> None:
    """Run and print."""
    potential = sys.argv[1] if len(sys.argv) > 1 else "chgnet"
    for candidate in reference_candidates():
        if candidate.id not in PUBLISHED:
            continue
        began = time.process_time()
        # Hops between layers or channels are no way for lithium in these: they are left out by their length.
        found = run_stage("migration_barrier", candidate, potential=potential, content="both", max_length=4.0)
        print(f"{candidate.id}; published: {PUBLISHED[candidate.id]}")
        for quantity in found.quantities:
            if quantity.name.startswith(("migration_barrier", "hop_barrier")):
                print("  ", quantity)
        for note in found.notes:
            print("   note:", note)
        print(f"   {time.process_time() - began:.0f} s of processor time")


if __name__ == "__main__":
    main()
