"""Migration barriers of known electrodes by the stage 'migration_barrier', beside published ones of DFT.

About three minutes on one core.

python tests/benchmarks/benchmark_migration_barriers.py [POTENTIAL [CANDIDATE [CARRIER]]]
"""

from __future__ import annotations

import sys
import time

from atomscreen import run_stage
from atomscreen.sources.builtin import reference_candidates

PUBLISHED = {
    ("LiFePO4", "vacancy"): "along [010]: 0.27 eV (GGA, Morgan, Van der Ven and Ceder 2004), 0.55 eV (ionic model, "
    "Islam 2005)",
    ("LiCoO2", "vacancy"): "one vacancy in the full crystal, past the oxygen dumbbell: about 0.8 eV (Van der Ven and "
    "Ceder 2000)",
    ("LiCoO2", "divacancy"): "past the tetrahedral site: about 0.2 to 0.3 eV near the full crystal (Van der Ven and "
    "Ceder 2000)",
}


def main() -> None:
    """Run and print."""
    potential, *wanted = sys.argv[1:] or ["chgnet"]
    candidates = {candidate.id: candidate for candidate in reference_candidates()}
    for case, published in PUBLISHED.items():
        if list(case[: len(wanted)]) != wanted:
            continue
        name, carrier = case
        began = time.process_time()
        # Hops between layers or channels are no way for lithium in these: they are left out by their length.
        found = run_stage(
            "migration_barrier",
            candidates[name],
            potential=potential,
            carrier=carrier,
            content="both" if carrier == "vacancy" else "full",
            max_length=4.0,
        )
        print(f"{name}, {carrier}; published: {published}")
        for quantity in found.quantities:
            if quantity.name.startswith(("migration_barrier", "divacancy_barrier", "hop_barrier")):
                print("  ", quantity)
        for note in found.notes:
            print("   note:", note)
        print(f"   {time.process_time() - began:.0f} s of processor time", flush=True)


if __name__ == "__main__":
    main()
