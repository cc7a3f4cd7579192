"""Sizes of particles and grains that do not crack, against the rate and the end of a charge."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Final

import numpy as np
from pydantic import Field

from atomscreen.continuum.cell.base_sets import DEFAULT_BASE, BaseName, base_values
from atomscreen.continuum.cell.pybamm_parameters import NEAR
from atomscreen.continuum.crystal import CRYSTAL_QUANTITIES, Crystal, crystal_of
from atomscreen.continuum.electrode_reading import ELECTRODE_QUANTITIES, TAKEN_BESIDE, electrode_of
from atomscreen.continuum.fracture.fracture_map import FASTEST_RATE, LARGEST_RADIUS
from atomscreen.continuum.fracture.fracture_numbers import FractureNumbers, FractureProblem, Key, fracture_numbers
from atomscreen.continuum.fracture.griffith import fracture_energy_of
from atomscreen.continuum.incomplete import HandoffIncomplete, in_one_line
from atomscreen.continuum.particle.sphere import SPHERES_ONLY
from atomscreen.continuum.particle.usable_contents import CAPACITIES, usable_end
from atomscreen.continuum.record import HandoffRecord, handoff_record
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.core.vocabulary import ELECTRODES, define

C_RATES: Final = tuple(float(f"{c_rate:.3g}") for c_rate in np.geomspace(0.1, 10.0, 7))
"""Rates at which critical radii are given."""

CUTOFFS: Final = (1 / 3, 2 / 3, 1.0)
"""Ends of a charge for which they are, as shares of the usable contents."""

METHODS: Final = {
    "critical_particle_radius": "Griffith's criterion for all flaws in a sphere's transient stress",
    "critical_particle_radius_at_cutoff": "Griffith's criterion for all flaws in a sphere's transient stress",
    "safe_rate": "Griffith's criterion for all flaws in a sphere's transient stress",
    "critical_grain_size": "Hu-Zhao-Suo, deviatoric insertion strain, Z = 1",
    "critical_grain_size_radial": "Griffith's criterion in a sphere of radial texture",
    "critical_size_of_two_phases": "Hu-Zhao-Suo, misfit of the coexisting phases, Z = 1",
}


@stage(
    needs={*ELECTRODE_QUANTITIES, "fracture_energy", "role", "working_ion"},
    uses={*TAKEN_BESIDE, *CRYSTAL_QUANTITIES, *CAPACITIES, "intercalated"},
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
    """Give the largest particles and grains in which no crack grows, whatever flaws there are.

    A particle is a sphere of one phase, isotropic, charged at constant current from the content at which a cell is
    assembled; a discharge opens flaws at the other place, by much the same stress, and is not in it. A critical radius
    beyond the largest one looked at is given as a lower bound: diffusion is then too fast to make stress. Where two
    phases coexist in particles, diffusion describes them at no rate, and the critical size is that of the misfit
    between the phases.

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
    # A stage sees no candidate's own name: the formula stands for it in what is said of it.
    record = handoff_record(dataclasses.replace(candidate, id=candidate.formula))
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
        f"The fracture energy is that of: {methods or 'source not said'}. No energy of cleaved surfaces is beside it."
    )
    return Results(
        tuple(_quantities(problem, found, base, samples, seed)), notes=(*_notes(problem, found), said, *lacking)
    )


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
    for key, border in found.numbers.items():
        quantity = Quantity.of(
            key.name,
            border.value,
            "m" if define(key.name).unit else "",
            conditions=_conditions(key),
            method=METHODS[key.name],
            provenance=about,
            bound=border.bound,
        )
        if border.bound is None and key in found.spreads:
            quantity = dataclasses.replace(quantity, uncertainty=quantity.number * found.spreads[key])
        quantities.append(quantity)
    if found.fracture_map is not None:
        quantities.append(Quantity.of("particle_radius_of_base", problem.radius, "m", method=base))
    return quantities


def _conditions(key: Key) -> dict[str, float]:
    given = {"c_rate": key.c_rate, "ion_content": key.cutoff}
    return {name: value for name, value in given.items() if value is not None}


def _notes(problem: FractureProblem, found: FractureNumbers) -> tuple[str, ...]:
    """Return what a reader should know of the limits of these numbers."""
    electrode, resists = problem.electrode, problem.fracture_energy
    notes = []
    if found.fracture_map is None:
        notes.append(
            "Two phases coexist at most contents: there is no map of particle size against rate, which diffusion does "
            "not describe, but the size that the misfit of the phases allows at any rate."
        )
    else:
        notes.append(SPHERES_ONLY)
    if any(border.bound for border in found.numbers.values()):
        notes.append(
            f"Particles are looked at up to {1e6 * LARGEST_RADIUS:g} µm and rates up to {FASTEST_RATE:g} C: where "
            "nothing breaks there, the end is given as a bound. A radius that is a bound means that diffusion as "
            "calculated makes next to no stress; it is as uncertain as that diffusivity."
        )
    start, end = electrode.assembled_content, problem.cutoffs[-1]
    low, high = min(start, end), max(start, end)
    if low < min(resists.contents) - NEAR or high > max(resists.contents) + NEAR:
        notes.append(
            f"Contents from {low:.2f} to {high:.2f} are used; the fracture energy is known from "
            f"{min(resists.contents):.2f} to {max(resists.contents):.2f} only, and taken as it is nearest beyond."
        )
    if (grains := found.grains) is not None:
        notes.append(
            f"Grains at random are worst at content {grains.random_content:.2f}, with a deviatoric strain of "
            f"{grains.strain:.3f} since assembly; those of radial texture at {grains.radial_content:.2f}, with a crack "
            f"at the {grains.radial_flaw}. That strain is of one ordering of the ions, and one that shears the lattice "
            "or turns the axes of distorted ions makes more of it than grains in which these average out."
        )
    if problem.crystal is not None:
        notes += [remark for remark in problem.crystal.remarks if remark.startswith("The strain")]
    if found.spreads:
        fixed = ", ".join(name.replace("_", " ") for name in found.fixed)
        notes.append(
            "The uncertainties of critical sizes are of the material's properties and, of grains, of the geometry's "
            "factor Z (0.2 to 4)" + (f"; they are lower bounds, since nobody knows those of {fixed}." if fixed else ".")
        )
    return (*electrode.remarks, *notes)
