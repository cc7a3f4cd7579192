"""Particles of a finished campaign's electrodes: stress, what does not crack, what coexists, and how long each takes.

python tests/benchmarks/benchmark_particles.py DIR [BASE]
"""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Callable
from pathlib import Path

from atomscreen.campaign.record import campaign_candidates
from atomscreen.continuum.cell.base_sets import base_values
from atomscreen.continuum.electrode import Electrode
from atomscreen.continuum.electrode_reading import electrode_of
from atomscreen.continuum.fracture.particle_fracture import particle_fracture
from atomscreen.continuum.particle.ion_transport import Coupling
from atomscreen.continuum.particle.particle_stress import particle_stress
from atomscreen.continuum.particle.sphere import Sphere, charge_at_constant_rate
from atomscreen.continuum.phase_field.free_energy_curves import free_energy
from atomscreen.continuum.record import handoff_record
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.vocabulary import ELECTRODES

COUPLINGS: tuple[Coupling, ...] = ("none", "dilute", "lattice")


def main(folder: Path, base: str) -> None:
    """Print the numbers of the three stages, and the processor time of each and of single charges."""
    for candidate in campaign_candidates(folder):
        if candidate.role not in ELECTRODES:
            continue
        print(f"\n{candidate.id} in particles of {base}")
        for run in (particle_stress, particle_fracture):
            numbers(run.__name__, lambda one, run=run: run(one, base=base), candidate)
        numbers("free_energy", free_energy, candidate)
        charges(electrode_of(handoff_record(candidate)), base)


def numbers(name: str, run: Callable[[Candidate], Results], candidate: Candidate) -> None:
    """Print what a stage gives that is a number."""
    start = time.process_time()
    found = run(candidate)
    print(f"  {name}: {time.process_time() - start:.1f} s")
    for quantity in found.quantities:
        if not isinstance(quantity.value, tuple) or len(quantity.value) <= 4:
            print(f"    {quantity}")


def charges(electrode: Electrode, base: str) -> None:
    """Print how long one charge at 1 C takes, with each coupling."""
    if electrode.phase_separating:
        return
    radius = float(base_values(base)[f"{electrode.side} particle radius [m]"])
    sphere = Sphere(electrode, radius, electrode.reference_temperature)
    for coupling in COUPLINGS:
        start = time.process_time()
        try:
            ends = electrode.assembled_content, 1 - electrode.assembled_content
            charge_at_constant_rate(dataclasses.replace(sphere, coupling=coupling), 1.0, *ends)
        except StageFailure as problem:
            print(f"  a charge with coupling {coupling}: {problem}")
        else:
            print(f"  a charge with coupling {coupling}: {1e3 * (time.process_time() - start):.0f} ms")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "Ai2020")
