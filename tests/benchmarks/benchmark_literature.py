"""What the default potential gives for well-known materials, beside the literature.

    python tests/benchmarks/benchmark_literature.py [POTENTIAL]

Electrodes: lattice, voltage and volume change; MgO and Li2O: moduli; from the built-in reference set.
"""

from __future__ import annotations

import sys

from atomscreen import Candidate, StageFailure, run_stage
from atomscreen.sources.builtin import reference_candidates

# Quantity, unit, what the literature has. PBE moduli: Materials Project; the rest measured.
TABLE = [
    ("LiCoO2", "lattice_a", "Å", "2.816"),
    ("LiCoO2", "lattice_c", "Å", "14.05"),
    ("LiCoO2", "average_voltage", "V", "3.9-4.0"),
    ("LiFePO4", "average_voltage", "V", "3.45"),
    ("LiFePO4", "volume_change", "percent", "-6.7"),
    ("LiMn2O4", "average_voltage", "V", "4.0-4.1"),
    ("LiNiO2", "average_voltage", "V", "3.8-3.9"),
    ("LiMnPO4", "average_voltage", "V", "4.1"),
    ("LiTiS2", "average_voltage", "V", "2.2"),
    ("LiC6", "average_voltage", "V", "0.1"),
    ("MgO", "bulk_modulus", "GPa", "PBE 151"),
    ("MgO", "shear_modulus", "GPa", "PBE 119"),
    ("Li2O", "bulk_modulus", "GPa", "PBE 79"),
    ("Li2O", "shear_modulus", "GPa", "PBE 68"),
    ("Li6PS5Cl", "lattice_a", "Å", "9.86"),
]
STAGES = {"lattice_a": "relax", "lattice_c": "relax", "average_voltage": "voltage", "volume_change": "voltage"}


def main() -> None:
    """Compute and print."""
    potential = sys.argv[1] if len(sys.argv) > 1 else "chgnet"
    by_id = {candidate.id: candidate for candidate in reference_candidates()}
    done: dict[tuple[str, str], Candidate | str] = {}
    for name, quantity, unit, literature in TABLE:
        stage = STAGES.get(quantity, "elasticity")
        if (name, stage) not in done:
            try:
                start = run_stage("relax", by_id[name], potential=potential)
                done[name, stage] = start if stage == "relax" else run_stage(stage, start, potential=potential)
            except StageFailure as problem:
                done[name, stage] = str(problem)
        found = done[name, stage]
        value = found if isinstance(found, str) else str(found.find(quantity) or f"no {quantity}: {found.notes}")
        print(f"{name:10} {value:60} literature {literature} {unit}")


if __name__ == "__main__":
    main()
