"""Sizes of particles and grains that do not crack, against the rate and the end of a cycle."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Final

import numpy as np
from pydantic import Field

from atomscreen.continuum.cell.base_sets import DEFAULT_BASE, BaseName, base_values
from atomscreen.continuum.crystal import CRYSTAL_QUANTITIES, Crystal, crystal_of
from atomscreen.continuum.electrode_reading import ELECTRODE_QUANTITIES, TAKEN_BESIDE, beyond_known, electrode_of
from atomscreen.continuum.fracture.fracture_notes import fracture_notes
from atomscreen.continuum.fracture.fracture_numbers import FractureNumbers, FractureProblem, Key, fracture_numbers
from atomscreen.continuum.fracture.griffith import fracture_energy_of
from atomscreen.continuum.incomplete import HandoffIncomplete, in_one_line
from atomscreen.continuum.particle.usable_contents import bound_of_end, usable_end
from atomscreen.continuum.record import HandoffRecord, stage_record
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.core.vocabulary import ELECTRODES, define

C_RATES: Final = tuple(float(f"{c_rate:.3g}") for c_rate in np.geomspace(0.1, 10.0, 7))
"""Rates at which critical radii are given."""

CUTOFFS: Final = (1 / 3, 2 / 3, 1.0)
"""Contents at which cycles turn for which they are, as shares of the usable ones."""

_IN_SPHERE: Final = "Griffith's criterion at a sphere's centre and surface, transient stress of charge and discharge"

METHODS: Final = {
    "critical_particle_radius": _IN_SPHERE,
    "critical_particle_radius_at_cutoff": _IN_SPHERE,
    "safe_rate": _IN_SPHERE,
    "critical_grain_size": "Hu-Zhao-Suo, deviatoric insertion strain of domains, Z = 1",
    "critical_grain_size_radial": "Griffith's criterion in a sphere of radial texture",
    "critical_size_of_two_phases": "Hu-Zhao-Suo, misfit of the coexisting phases, Z = 1",
}


@stage(
    needs={*ELECTRODE_QUANTITIES, "fracture_energy", "role", "working_ion"},
    uses={*TAKEN_BESIDE, *CRYSTAL_QUANTITIES, "usable_capacity", "intercalated"},
    roles=ELECTRODES,
    gives={*METHODS, "particle_radius_of_base"},
)
def particle_fracture(
    candidate: Candidate,
    base: BaseName = DEFAULT_BASE,
    temperature: Annotated[float, Unit("K"), Field(gt=0)] = 298.15,
    samples: Annotated[int, Field(ge=0)] = 30,
    seed: int = 0,
) -> Results:
    """Give the largest particles and grains in which no crack grows from the flaws that are looked at.

    Those of a particle are cracks of up to half of its radius, at its centre and at its surface. It is a sphere of one
    phase, isotropic, charged at constant current from the content at which a cell is assembled, or discharged back from
    an even content, whichever is worse. Where nothing breaks up to the largest radius, or the highest rate, that is
    looked at, there is no number but a note. Where two phases coexist in particles, diffusion describes them at
    no rate, and the critical size is that of the misfit between the phases. Sizes of grains and phases are given where
    the insertion strain that they rest on is known.

    Parameters
    ----------
    candidate
        The cathode or anode.
    base
        The base set, a published cell of PyBaMM, whose particles' radius the safe rate is for.
    temperature
        Of the particles, in K.
    samples
        Electrodes drawn for the uncertainties; 0 for none.
    seed
        Of the draws.
    """
    record = stage_record(candidate)
    electrode = electrode_of(record)
    crystal, lacking = _crystal(record)
    start, end = electrode.assembled_content, usable_end(electrode, candidate)
    problem = FractureProblem(
        electrode=electrode,
        fracture_energy=fracture_energy_of(record),
        crystal=crystal,
        cutoffs=tuple(round(start + share * (end - start), 3) for share in CUTOFFS),
        c_rates=C_RATES,
        radius=float(base_values(base)[f"{electrode.side} particle radius [m]"]),
        temperature=temperature,
    )
    found = fracture_numbers(problem, samples, seed)
    methods = "; ".join(dict.fromkeys(entry.method for entry in record.entries("fracture_energy")))
    said = (
        f"The fracture energy is that of: {methods or 'source not said'}. No energy of cleaved surfaces is beside it: "
        "an estimate from moduli is too large for a layered crystal, which cleaves along its layers, and sizes with it."
    )
    beyond = (*beyond_known(electrode, min(start, end), max(start, end)), *bound_of_end(candidate))
    quantities = _quantities(problem, found, base, samples, seed)
    return Results(tuple(quantities), notes=(*fracture_notes(problem, found), said, *lacking, *beyond))


def _crystal(record: HandoffRecord) -> tuple[Crystal | None, tuple[str, ...]]:
    try:
        return crystal_of(record), ()
    except HandoffIncomplete as problem:
        return None, (f"No critical size of grains or phases: {in_one_line(problem)}.",)


def _quantities(problem: FractureProblem, found: FractureNumbers, base: str, samples: int, seed: int) -> list[Quantity]:
    resists = problem.fracture_energy
    about = {
        "temperature": problem.temperature,
        "fracture_energy": {f"{c:g}": value for c, value in zip(resists.contents, resists.values, strict=True)},
        "cutoffs": list(problem.cutoffs),
        "base_particle_radius": problem.radius,
        "uncertainties": f"{samples} samples, seed {seed}, of {', '.join(found.varied)}" if found.spreads else "none",
    }
    quantities = []
    for key, value in found.numbers.items():
        quantity = Quantity.of(
            key.name,
            value,
            "m" if define(key.name).unit else "",
            conditions=_conditions(key),
            method=METHODS[key.name],
            provenance=about,
            bound="upper" if key in found.upper_bounds else None,
        )
        if key in found.spreads:
            quantity = dataclasses.replace(quantity, uncertainty=quantity.number * found.spreads[key])
        quantities.append(quantity)
    if found.fracture_map is not None:
        quantities.append(Quantity.of("particle_radius_of_base", problem.radius, "m", method=base))
    return quantities


def _conditions(key: Key) -> dict[str, float]:
    given = {"c_rate": key.c_rate, "ion_content": key.cutoff}
    return {name: value for name, value in given.items() if value is not None}
