"""What a potential makes of well-known electrodes between their ends, beside what was measured.

    python tests/benchmarks/benchmark_voltage_profiles.py [POTENTIAL] [NAME...]

For each electrode of the built-in set: average voltage and change of volume, whether two phases coexist, the steps,
and the crystal against content; for LiNiO2 beside LiNi0.8Mn0.1Co0.1O2 (NMC811), measured by neutrons in operando:
a falls from 2.87 to 2.82 Å, c rises from 14.22 to 14.82 Å and falls to 14.2 Å, V falls from 102 to 97.5 Å³.

With the potential ``chgnet-d3`` the empty layered hosts hold together.
"""

from __future__ import annotations

import sys
import time

from atomscreen import AtomscreenError, Candidate, run_stage
from atomscreen.sources.builtin import reference_candidates

# Measured average voltage in V and change of volume in percent (end members), where it is known.
MEASURED = {
    "LiCoO2": ("3.9-4.0", ""),
    "LiNiO2": ("3.8-3.9", "-4.4 (NMC811, to 4.6 V)"),
    "LiFePO4": ("3.45", "-6.7"),
    "LiMn2O4": ("4.0-4.1", ""),
    "LiTiS2": ("2.2", "-10.6 (lattices of LiTiS2 and TiS2)"),
    "LiMnPO4": ("4.1", ""),
    "LiC6": ("0.1", ""),
}
SHOWN = ("mixing_energy", "volume_change", "lattice_a", "lattice_b", "lattice_c", "host_displacement")


def show(candidate: Candidate) -> None:
    """Print the steps and the crystal against content."""
    steps = [quantity for quantity in candidate.quantities if quantity.name == "step_voltage"]
    for step in sorted(steps, key=lambda quantity: quantity.conditions["ion_content"]):
        low, high = step.provenance["contents"]
        kind = "two phases" if step.provenance["two_phase"] else "neighbouring contents"
        print(f"    {low:6.4g} to {high:6.4g}: {step.number:6.3f} V, {kind}")
    by_content: dict[float, dict[str, float]] = {}
    for quantity in candidate.quantities:
        if quantity.name in SHOWN and quantity.conditions:
            by_content.setdefault(float(quantity.conditions["ion_content"]), {})[quantity.name] = quantity.number
    print("    content " + "".join(f"{name:>18}" for name in SHOWN))
    for content, values in sorted(by_content.items()):
        print(f"    {content:7.4g} " + "".join(f"{values.get(name, float('nan')):18.4f}" for name in SHOWN))


def main() -> None:
    """Compute and print."""
    potential = sys.argv[1] if len(sys.argv) > 1 else "chgnet"
    by_id = {candidate.id: candidate for candidate in reference_candidates()}
    for name in sys.argv[2:] or MEASURED:
        voltage, volume = MEASURED[name]
        began = time.perf_counter()
        try:
            found = run_stage("voltage_profile", by_id[name], potential=potential)
        except AtomscreenError as problem:
            print(f"{name:8} failed: {problem}", flush=True)
            continue
        seconds = time.perf_counter() - began
        change = found.find("volume_change", ion_content=0.0)
        print(
            f"{name:8} {found.quantity('average_voltage').number:6.3f} V (measured {voltage}); volume "
            f"{'not held together' if change is None else f'{change.number:+.1f} %'} (measured {volume or 'not here'}); "
            f"two-phase {found.quantity('two_phase_fraction').number:.2f}; {seconds:.0f} s"
        )
        show(found)
        for note in found.notes:
            print(f"    {note}")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
