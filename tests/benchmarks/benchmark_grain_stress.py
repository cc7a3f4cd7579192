"""Stress between the grains of particles of a finished campaign's electrodes, at random and with radial texture.

python tests/benchmarks/benchmark_grain_stress.py DIR      needs CalculiX
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from atomscreen.campaign.record import campaign_candidates
from atomscreen.continuum.crystal import crystal_of
from atomscreen.continuum.finite_elements.grain_stress import TextureName, grain_stress
from atomscreen.continuum.record import handoff_record
from atomscreen.core.vocabulary import ELECTRODES, Role

TEXTURES: tuple[TextureName, ...] = ("random", "radial")
SEEDS = (0, 1, 2)


def main(folder: Path) -> None:
    """Print means over seeds, of particles taken from the content of assembly to each at which the strain is known."""
    print(
        f"{'material':10}{'contents':>14}{'texture':>9}{'energy MJ/m³':>16}{'principal GPa':>15}{'tension GPa':>13}{'s':>7}"
    )
    for candidate in campaign_candidates(folder):
        if candidate.role not in ELECTRODES:
            continue
        crystal = crystal_of(handoff_record(candidate))
        first, *others = sorted(crystal.strain, reverse=candidate.role is Role.CATHODE)
        for content in others:
            for texture in TEXTURES:
                start = time.perf_counter()
                found = [grain_stress(crystal, texture, first, content, seed=seed) for seed in SEEDS]
                taken = (time.perf_counter() - start) / len(SEEDS)
                energies = np.array([one.energy for one in found]) / 1e6
                principal, tension = (
                    np.mean([getattr(one, name) for one in found]) / 1e9 for name in ("principal", "boundary_tension")
                )
                print(
                    f"{candidate.id:10}{first:7.2f}→{content:<6.2f}{texture:>9}{energies.mean():10.2f} ±{energies.std():5.2f}"
                    f"{principal:14.2f}{tension:13.2f}{taken:9.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
