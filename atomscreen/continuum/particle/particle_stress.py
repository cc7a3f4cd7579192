"""Stress that a charge makes in spherical particles of an electrode."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Final

import numpy as np
from pydantic import Field

from atomscreen.continuum.cell.base_sets import DEFAULT_BASE, BaseName, base_values
from atomscreen.continuum.electrode import Electrode
from atomscreen.continuum.electrode_reading import ELECTRODE_QUANTITIES, TAKEN_BESIDE, beyond_known, electrode_of
from atomscreen.continuum.electrode_samples import sampled, standard_uncertainty, with_uncertainty, without_uncertainty
from atomscreen.continuum.particle.ion_transport import Coupling, IonTransport
from atomscreen.continuum.particle.sphere import SPHERES_ONLY, Sphere, SphereHistory, charge_at_constant_rate
from atomscreen.continuum.particle.usable_contents import bound_of_end, usable_end
from atomscreen.continuum.record import stage_record
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit, convert
from atomscreen.core.vocabulary import ELECTRODES, define

SHOWN: Final = (0.02, 0.1, 0.25, 0.5, 0.75, 1.0)
"""Times whose profiles are given, over that of the charge."""

TWO_PHASES: Final = (
    "Two phases coexist in its particles at most contents: a front passes through them, of which diffusion knows "
    "nothing, so that no diffusion-induced stress is given; coherency strain and a phase field describe it."
)


@stage(
    needs={*ELECTRODE_QUANTITIES, "role", "working_ion"},
    uses={*TAKEN_BESIDE, "usable_capacity"},
    roles=ELECTRODES,
    gives={
        "particle_stress",
        "particle_surface_stress_max",
        "particle_surface_stress_min",
        "particle_centre_stress_max",
        "particle_centre_stress_min",
        "stress_enhancement",
        "particle_radii",
        "particle_radial_stress",
        "particle_tangential_stress",
    },
)
def particle_stress(
    candidate: Candidate,
    c_rate: Annotated[float, Field(gt=0)] = 1.0,
    radius: Annotated[float, Unit("µm"), Field(gt=0)] | None = None,
    base: BaseName = DEFAULT_BASE,
    end: Annotated[float, Field(ge=0, le=1)] | None = None,
    coupling: Coupling = "none",
    temperature: Annotated[float, Unit("K"), Field(gt=0)] = 298.15,
    samples: Annotated[int, Field(ge=0)] = 30,
    seed: int = 0,
) -> Results:
    """Charge a spherical particle of the material at a constant rate and give the stress in it.

    The particle is isotropic, of one phase at every content, and free at its surface; it is charged from the content at
    which a cell is assembled: ions leave that of a cathode, and enter that of an anode. Where two phases coexist in
    particles no stress is given.

    Parameters
    ----------
    candidate
        The cathode or anode.
    c_rate
        Of the particle: at 1 its content would change by 1 in an hour, whatever share of that is its usable capacity.
    radius
        Of the particle, in µm; the one in the base set's electrode where it is not given. Stress goes with its square.
    base
        The base set, a published cell of PyBaMM.
    end
        Content at which the charge ends, of the surface; that of the usable capacity where it is not given.
    coupling
        What stress does to the ions' motion: nothing, what it does in a "dilute" solution (as in PyBaMM), or what it
        does on a "lattice" of sites, by the thermodynamic factor of the open-circuit potential.
    temperature
        Of the particle, in K.
    samples
        Electrodes drawn for the uncertainties; 0 for none.
    seed
        Of the draws.
    """
    electrode = electrode_of(stage_record(candidate))
    if electrode.phase_separating:
        return Results(notes=(TWO_PHASES,))
    limits = () if end is not None else tuple(bound_of_end(candidate))
    end = usable_end(electrode, candidate) if end is None else end
    size = convert(radius, "µm", "m") if radius else float(base_values(base)[f"{electrode.side} particle radius [m]"])
    sphere = Sphere(electrode, size, temperature, coupling)
    history = charge_at_constant_rate(sphere, c_rate, electrode.assembled_content, end)
    numbers = stress_numbers(history)
    spreads, said = _uncertainties(sphere, c_rate, end, numbers, samples, seed)
    method = f"diffusion in a sphere of {1e6 * size:.3g} µm" + ("" if radius else f" (particles of {base})")
    about = {
        "coupling": coupling,
        "temperature": temperature,
        "contents": [electrode.assembled_content, end],
        "ended_by": f"content of the {history.ended_by} at {history.times[-1]:.5g} s",
        "uncertainties": f"of {samples} sampled electrodes, seed {seed}" if spreads else "none",
    }
    at = {"c_rate": c_rate}
    quantities = [Quantity(name, value, spreads.get(name), at, method, about) for name, value in numbers.items()]
    quantities += _profiles(history, f"{method} at {c_rate:g} C", about)
    enhancements, why = _enhancements(electrode, temperature)
    limits += tuple(beyond_known(electrode, *sorted((electrode.assembled_content, end))))
    notes = (SPHERES_ONLY, *electrode.remarks, *limits, *said, *why)
    return Results((*quantities, *enhancements), notes=notes)


def stress_numbers(history: SphereHistory) -> dict[str, float]:
    """Return the vocabulary's numbers of a charge, in MPa."""
    surface, centre = history.surface_tangential_stress, history.centre_stress
    tensile = max(float(part.max()) for part in (history.radial_stress, history.tangential_stress, surface, centre))
    found = {
        "particle_stress": tensile,
        "particle_surface_stress_max": float(surface.max()),
        "particle_surface_stress_min": float(surface.min()),
        "particle_centre_stress_max": float(centre.max()),
        "particle_centre_stress_min": float(centre.min()),
    }
    return {name: convert(stress, "Pa", "MPa") for name, stress in found.items()}


def _uncertainties(
    sphere: Sphere, c_rate: float, end: float, numbers: Mapping[str, float], count: int, seed: int
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Return standard uncertainties, where there are any, and what a reader should know of them.

    What is 0 in all samples, as an extreme of the particle before it is charged, has none.
    """
    electrode = sphere.electrode
    if not count:
        return {}, ()
    if not with_uncertainty(electrode):
        return {}, ("No property of the electrode has a known uncertainty, so the particle's stress has none.",)
    drawn: list[dict[str, float]] = []
    failures = []
    for one in sampled(electrode, count, seed):
        try:
            drawn.append(
                stress_numbers(
                    charge_at_constant_rate(
                        dataclasses.replace(sphere, electrode=one), c_rate, electrode.assembled_content, end
                    )
                )
            )
        except StageFailure as problem:
            failures.append(str(problem))
    fixed = ", ".join(name.replace("_", " ") for name in without_uncertainty(electrode))
    notes = [f"The uncertainties of the particle's stress are lower bounds, since nobody knows those of {fixed}."]
    if failures:
        notes.append(f"{len(failures)} of {count} sampled particles could not be charged; the first: {failures[0]}.")
    if not drawn:
        return {}, tuple(notes[1:])
    spreads = {
        name: standard_uncertainty(np.array([one[name] for one in drawn]), value, by_ratio=define(name).logarithmic)
        for name, value in numbers.items()
        if any(one[name] for one in drawn)
    }
    return spreads, tuple(notes)


def _profiles(history: SphereHistory, method: str, about: Mapping[str, object]) -> list[Quantity]:
    """Return the stress against radius at some times, from the centre to the surface."""
    radii = np.concatenate([[0.0], history.radii, [history.radius]])
    centre, surface = history.centre_stress[:, None], history.surface_tangential_stress[:, None]
    curves = {
        "particle_radial_stress": np.hstack([centre, history.radial_stress, np.zeros_like(surface)]),
        "particle_tangential_stress": np.hstack([centre, history.tangential_stress, surface]),
    }
    quantities = []
    for row in sorted({int(np.abs(history.times / history.times[-1] - share).argmin()) for share in SHOWN}):
        at = {"time": float(f"{history.times[row]:.4g}")}
        shown = {"particle_radii": convert(1.0, "m", "µm") * radii}
        shown |= {name: convert(1.0, "Pa", "MPa") * stress[row] for name, stress in curves.items()}
        quantities += [
            Quantity(name, tuple(values.tolist()), None, at, method, about) for name, values in shown.items()
        ]
    return quantities


def _enhancements(electrode: Electrode, temperature: float) -> tuple[list[Quantity], tuple[str, ...]]:
    """Return by which share stress speeds diffusion, at the contents of the partial molar volume."""
    try:
        contents = np.array(electrode.partial_molar_volume.contents)
        shares = IonTransport(electrode, temperature, "lattice").enhancement(contents)
    except StageFailure as problem:
        return [], (f"What stress does to diffusion is not given: {problem}.",)
    method = "isotropic elasticity and the thermodynamic factor of the open-circuit potential"
    return [
        Quantity("stress_enhancement", float(share), None, {"ion_content": float(content)}, method)
        for content, share in zip(contents, shares, strict=True)
    ], ()
