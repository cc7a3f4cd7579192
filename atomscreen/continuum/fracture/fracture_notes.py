"""What a reader should know of the limits of numbers of fracture, and of those that are not given."""

from __future__ import annotations

from atomscreen.continuum.crystal import Crystal
from atomscreen.continuum.electrode_reading import NEAR
from atomscreen.continuum.fracture.fracture_map import FASTEST_RATE, LARGEST_RADIUS
from atomscreen.continuum.fracture.fracture_numbers import FractureNumbers, FractureProblem, Key, radius_key
from atomscreen.continuum.fracture.two_phases import unknown_pairs
from atomscreen.continuum.particle.sphere import SPHERES_ONLY


def fracture_notes(problem: FractureProblem, found: FractureNumbers) -> tuple[str, ...]:
    """Return sentences about the numbers of a problem."""
    crystal = problem.crystal
    return (
        *problem.electrode.remarks,
        *(_of_two_phases(problem, found) if found.fracture_map is None else _of_map(problem, found)),
        *_of_fracture_energy(problem),
        *([] if crystal is None else _of_grains(problem, found, crystal)),
        *_of_uncertainties(found),
    )


def _of_map(problem: FractureProblem, found: FractureNumbers) -> list[str]:
    """Return what to say of particles, and of those that nothing breaks."""
    notes = [SPHERES_ONLY]
    if safe := _beyond_the_map(problem, found):
        notes.append(f"No flaw that is looked at grows {safe}; no number is given for that.")
    if "diffusivity" in found.fixed:
        notes.append(
            "Nobody knows how uncertain the diffusivity D is, and critical radii go with about D^0.4: a barrier that "
            "is 0.1 eV off, a factor of about 50 in D at room temperature, moves them by a factor of about 5."
        )
    return notes


def _beyond_the_map(problem: FractureProblem, found: FractureNumbers) -> str:
    """Return which particles nothing breaks, in words."""
    cycles = []
    for cutoff in problem.cutoffs:
        rates = [rate for rate in problem.c_rates if radius_key(problem, rate, cutoff) not in found.numbers]
        if rates:
            cycles.append(f"to content {cutoff:g} at up to {max(rates):g} C")
    safe = [f"in particles of up to {1e6 * LARGEST_RADIUS:g} µm in cycles {' and '.join(cycles)}"] if cycles else []
    if Key("safe_rate") not in found.numbers:
        safe.append(f"in particles of {1e6 * problem.radius:g} µm at up to {FASTEST_RATE:g} C")
    return ", nor ".join(safe)


def _of_two_phases(problem: FractureProblem, found: FractureNumbers) -> list[str]:
    notes = [
        "Two phases coexist at most contents: diffusion does not describe the particles, and there is no map of size "
        "against rate. What is given is the size that the misfit of the phases allows at any rate."
    ]
    if problem.crystal is not None and (unknown := unknown_pairs(problem.electrode, problem.crystal)):
        pairs = "; ".join(f"{low:g} and {high:g}" for low, high in unknown)
        left = (
            "the critical size is that of the other phases, an upper bound"
            if Key("critical_size_of_two_phases") in found.numbers
            else "there is no critical size of two phases"
        )
        notes.append(f"{_known(problem.crystal)}: the misfit of the phases at {pairs} is not known, and {left}.")
    return notes


def _of_fracture_energy(problem: FractureProblem) -> list[str]:
    known, ends = problem.fracture_energy.contents, (problem.electrode.assembled_content, problem.cutoffs[-1])
    if min(ends) >= min(known) - NEAR and max(ends) <= max(known) + NEAR:
        return []
    return [
        f"Contents from {min(ends):.2f} to {max(ends):.2f} are used; the fracture energy is known from "
        f"{min(known):.2f} to {max(known):.2f} only, and taken as it is nearest beyond."
    ]


def _of_grains(problem: FractureProblem, found: FractureNumbers, crystal: Crystal) -> list[str]:
    """Return what to say of grains, and of the ends of a cycle up to which their strain is not known."""
    notes = []
    if not crystal.knows_strain(problem.electrode.assembled_content):
        notes.append(f"{_known(crystal)}, not where a cell is assembled: there is no critical size of grains.")
    elif unknown := [f"{cutoff:g}" for cutoff in problem.cutoffs if cutoff not in found.grains]:
        notes.append(f"{_known(crystal)}: there is no critical size of grains for cycles to {' and '.join(unknown)}.")
    if not found.grains:
        return notes
    cutoff, grains = list(found.grains.items())[-1]
    if not grains.strain:
        return [
            *notes,
            "Averaged over the domains of an ordering, the insertion strain is the same along all axes: it gives no "
            "critical size of grains.",
        ]
    return [
        *notes,
        f"In cycles to content {cutoff:g}, grains at random are worst at {grains.random_content:.2f}, with a "
        f"deviatoric strain of {grains.strain:.3f} since assembly; those of radial texture at "
        f"{grains.radial_content:.2f}, with a crack at the {grains.radial_flaw}.",
        "Strains of grains are averaged over the symmetry of the full crystal, as over the domains of an ordering of "
        "the ions. Of a full crystal that is itself distorted, as by Jahn-Teller ions that the potential has in order, "
        "they are those of the distorted axes, which in nature can average out too: sizes are then too small.",
    ]


def _of_uncertainties(found: FractureNumbers) -> list[str]:
    if not found.spreads:
        return []
    fixed = ", ".join(name.replace("_", " ") for name in found.fixed)
    return [
        "The uncertainties of critical sizes are of the material's properties and, of grains at random and of phases, "
        "of the geometry's factor Z (0.2 to 4)"
        + (f"; they are lower bounds, since nobody knows those of {fixed}." if fixed else ".")
    ]


def _known(crystal: Crystal) -> str:
    return f"The insertion strain is known at contents from {min(crystal.strain):g} to {max(crystal.strain):g} only"
