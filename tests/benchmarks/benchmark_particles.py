"""Particles of a finished campaign's electrodes: stress, what does not crack, what coexists, and how long each takes.

Of materials whose diffusivity is published, stress and sizes with that one stand beside those with the campaign's.

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
from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.continuum.electrode_reading import electrode_of
from atomscreen.continuum.fracture.fracture_map import fracture_map, solved_cycles
from atomscreen.continuum.fracture.griffith import fracture_energy_of
from atomscreen.continuum.fracture.particle_fracture import particle_fracture
from atomscreen.continuum.particle.ion_transport import Coupling
from atomscreen.continuum.particle.particle_stress import particle_stress
from atomscreen.continuum.particle.sphere import Sphere, charge_at_constant_rate
from atomscreen.continuum.phase_field.free_energy_curves import free_energy
from atomscreen.continuum.record import HandoffRecord, handoff_record
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.vocabulary import ELECTRODES

PUBLISHED_DIFFUSIVITY = {
    "LiCoO2": (5.387e-15, "PyBaMM's Ai2020", 0.5),
    "LiMn2O4": (7.08e-15, "X. Zhang, W. Shyy and A. M. Sastry, J. Electrochem. Soc. 154, A910, 2007", 0.28),
}
"""In m²/s by formula, where it is from, and the content at which the charge ends."""

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
        record = handoff_record(candidate)
        charges(electrode_of(record), base)
        if candidate.formula in PUBLISHED_DIFFUSIVITY:
            with_published_diffusivity(record, base)


def with_published_diffusivity(record: HandoffRecord, base: str) -> None:
    """Print stress and safe sizes with a published diffusivity and everything else of the campaign."""
    value, source, end = PUBLISHED_DIFFUSIVITY[record.material.formula]
    published = Curve((0.5,), (value,), logarithmic=True)
    electrode = dataclasses.replace(electrode_of(record), diffusivity=published)
    radius = float(base_values(base)[f"{electrode.side} particle radius [m]"])
    sizes = fracture_map(electrode, fracture_energy_of(record), solved_cycles(electrode, [end]))
    history = charge_at_constant_rate(Sphere(electrode, radius, electrode.reference_temperature), 1.0, 1.0, end)
    print(
        f"  with {value:g} m²/s ({source}), contents 1 to {end:g}: at 1 C "
        f"{history.surface_tangential_stress.max() / 1e6:.0f} MPa at the surface, {history.centre_stress.max() / 1e6:.0f} "
        f"at the centre; R_c at 1 C {1e6 * sizes.critical_radius(1.0, end):.3g} µm; safe rate of {1e6 * radius:g} µm "
        f"{sizes.safe_rate(radius, end):.3g} C"
    )


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
