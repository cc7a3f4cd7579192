"""Lithium diffusion in Li6PS5Cl by the stage 'diffusivity', as a user runs it; about 15 minutes on one core.

python tests/benchmarks/benchmark_diffusivity.py [DURATION_PS] [TEMPERATURE_K ...]
"""

from __future__ import annotations

import sys
import time

from atomscreen import run_stage
from atomscreen.sources.builtin import reference_candidates


def main() -> None:
    """Run and print."""
    duration = float(sys.argv[1]) if len(sys.argv) > 1 else 16.0
    temperatures = [float(text) for text in sys.argv[2:]] or [700.0, 850.0, 1000.0]
    start = next(candidate for candidate in reference_candidates() if candidate.id == "Li6PS5Cl")
    began = time.monotonic()
    found = run_stage("diffusivity", start, temperatures=temperatures, duration=duration, equilibration=1.0)
    names = ("lattice_a", "tracer_diffusivity", "hops_per_ion", "bulk_ionic_conductivity", "activation_energy")
    for quantity in found.quantities:
        if quantity.name.startswith(names):
            print(quantity)
    for note in found.notes:
        print("note:", note)
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
