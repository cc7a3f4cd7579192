"""Phonons: dynamic stability, density of states, and the thermodynamics of the harmonic crystal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.interatomic.crystal_axes import conventional_cell
from atomscreen.interatomic.potentials import PotentialName, label, model_uncertainty, provenance
from atomscreen.properties.vibrations import harmonic_oscillators as oscillators
from atomscreen.properties.vibrations.force_constants import (
    HarmonicCrystal,
    force_constants,
    supercell_matrix,
    tightly_relaxed,
)
from atomscreen.properties.vibrations.phonon_spectrum import Mode, Spectrum, density_of_states, lowest_modes, spectrum
from atomscreen.properties.vibrations.unstable_modes import LowerStructure, follow

if TYPE_CHECKING:
    from pymatgen.core import Structure

Temperatures = Annotated[tuple[Annotated[float, Field(gt=0)], ...], Unit("K"), Field(min_length=1)]
MinWidth = Annotated[float, Unit("Å"), Field(gt=0)]
Displacement = Annotated[float, Unit("Å"), Field(gt=0, le=0.2)]
MeshLength = Annotated[float, Unit("Å"), Field(gt=0)]
FrequencyTolerance = Annotated[float, Unit("THz"), Field(ge=0)]
MaxForce = Annotated[float, Unit("eV/Å"), Field(gt=0)]

NO_LO_TO = "no LO–TO splitting: the potential has no charges"


@stage(
    needs={"relaxed"},
    uses={"working_ion"},
    gives={
        "phonon_frequencies",
        "phonon_density_of_states",
        "lowest_phonon_frequency",
        "dynamically_stable",
        "unstable_mode_energy_gain",
        "distorted",
        "zero_point_energy",
        "vibrational_free_energy",
        "vibrational_entropy",
        "heat_capacity",
        "specific_heat_capacity",
        "ion_mean_squared_displacement",
        "phonon_band_center",
    },
)
def phonons(
    candidate: Candidate,
    temperatures: Temperatures = (300.0,),
    potential: PotentialName = "chgnet",
    min_width: MinWidth = 8.0,
    displacement: Displacement = 0.05,
    mesh_length: MeshLength = 60.0,
    frequency_tolerance: FrequencyTolerance = 0.1,
    max_force: MaxForce = 0.001,
    max_steps: Annotated[int, Field(gt=0)] = 500,
) -> Results:
    """Displace the atoms of a supercell, as few as symmetry allows, and give phonons and harmonic thermodynamics.

    The primitive cell is relaxed more tightly first. The potential has no charges, so that the splitting of
    longitudinal and transverse optical modes at long waves is absent. Where a phonon is imaginary there are no
    thermodynamic quantities; the crystal is displaced along the most unstable one and relaxed, and the lower structure,
    if there is one, is given as 'distorted'.

    Parameters
    ----------
    candidate
        The candidate, relaxed with the same potential.
    temperatures
        Of the thermodynamic quantities, in K.
    potential
        The interatomic potential.
    min_width
        Least distance between opposite faces of the supercell, in Å. Between wave vectors that fit into the supercell
        frequencies are interpolated.
    displacement
        Of an atom, in Å. Anharmonic error grows with it, but the forces of learned potentials are rough: from volume to
        volume CHGNet's free energies of MgO and Li2O scatter by 2 to 10 meV/atom at 0.01, by a fifth of that at 0.06.
    mesh_length
        Length l in Å that sets the mesh of wave vectors: round(l |b|) along each reciprocal vector b.
    frequency_tolerance
        Imaginary frequencies up to this, in THz, count as numerical noise and not as an instability. The modes are
        left out of thermodynamic sums, and a note says how many.
    max_force
        Largest force on any atom of the primitive cell at rest, in eV/Å.
    max_steps
        Steps of the optimizer after which the stage fails.

    Returns
    -------
    Results
        ``phonon_band_center`` and ``ion_mean_squared_displacement`` are those of the working ion, where it is there.
        A low band centre goes with fast ions (Muy et al. 2018, doi:10.1039/C7EE03364H).

    Raises
    ------
    StageFailure
        Where the tight relaxation does not converge.
    """
    structure = tightly_relaxed(candidate.structure("relaxed"), potential, max_force, max_steps)
    crystal = force_constants(structure, supercell_matrix(structure, min_width), potential, displacement)
    modes = spectrum(crystal, mesh_length, candidate.working_ion)
    lowest = lowest_modes(crystal)
    about = About(
        potential=potential,
        method=f"{label(potential)}, harmonic, finite displacements, {NO_LO_TO}",
        provenance={
            **provenance(potential),
            **described(crystal, modes),
            "displacement": displacement,
            "lowest_exact_frequency": lowest[0].frequency,
            "lowest_exact_wave_vector": lowest[0].wave_vector.tolist(),
        },
    )
    unstable = [mode for mode in lowest if mode.frequency < -frequency_tolerance]
    if unstable:
        found = _follow(crystal, unstable, about, max_force, max_steps)
    elif modes.frequencies.min() < -frequency_tolerance:
        found = Results(notes=(_undecided(float(modes.frequencies.min())),))
    else:
        found = _stable(crystal.structure, modes, candidate.working_ion, temperatures, about)
    # Where all are real, the lowest of the mesh says only how close to zero its wave vectors come.
    imaginary = modes.frequencies[modes.frequencies < 0]
    least = min(*(mode.frequency for mode in lowest), *imaginary.tolist(), math.inf)
    always = about.spectrum_quantities(crystal, least)
    return Results((*always, *found.quantities), found.structures, found.notes)


@dataclass(frozen=True)
class About:
    """What all quantities of the stage share."""

    potential: str
    method: str
    provenance: Mapping[str, Any]

    def give(self, name: str, value: float, temperature: float | None = None) -> Quantity:
        """Return a quantity, with the potential's benchmarked error where there is one."""
        return Quantity(
            name,
            value,
            model_uncertainty(self.potential, name, value),
            conditions={} if temperature is None else {"temperature": temperature},
            method=self.method,
            provenance=self.provenance,
        )

    def spectrum_quantities(self, crystal: HarmonicCrystal, lowest: float) -> list[Quantity]:
        """Return what there is of stable and unstable crystals alike."""
        frequencies, density = density_of_states(crystal)
        curves = {"phonon_frequencies": frequencies, "phonon_density_of_states": density}
        return [
            *(Quantity(name, tuple(c), method=self.method, provenance=self.provenance) for name, c in curves.items()),
            self.give("lowest_phonon_frequency", lowest),
        ]


def described(crystal: HarmonicCrystal, modes: Spectrum) -> dict[str, Any]:
    """Return what provenance says of the crystal, its supercell and its mesh."""
    return {
        "space_group": conventional_cell(crystal.structure)[3],
        "residual_force": crystal.residual_force,
        "supercell": crystal.phonopy.supercell_matrix.T.tolist(),
        "atoms_in_supercell": crystal.atoms_in_supercell,
        "displaced_supercells": crystal.displacements,
        "supercell_evaluations": crystal.displacements + 1,  # one at rest
        "symmetrised": "space group, permutations, acoustic sum rule",
        "wave_vector_mesh": list(modes.mesh),
    }


def left_out(modes: Spectrum) -> tuple[str, ...]:
    """Return a note on modes that are left out of thermodynamic sums, if there are any."""
    noise = modes.frequencies <= 0
    if not noise.any():
        return ()
    share = float(modes.shares[noise].sum() / modes.shares.sum())
    return (
        f"{100 * share:.2g} % of the modes have frequencies between {modes.frequencies.min():.2g} THz (imaginary) and "
        "0, which counts as noise; thermodynamic sums leave them out.",
    )


def _stable(
    structure: Structure, modes: Spectrum, ion: str | None, temperatures: Sequence[float], about: About
) -> Results:
    real = modes.real()
    frequencies, shares = real.frequencies, real.shares
    atomic_mass = float(structure.composition.weight) / len(structure)
    quantities = [
        about.give("dynamically_stable", 1.0),
        about.give("zero_point_energy", oscillators.zero_point_energy(frequencies, shares)),
    ]
    if real.ion_shares is not None:
        center = float(frequencies @ real.ion_shares / real.ion_shares.sum())
        quantities.append(about.give("phonon_band_center", center))
    for temperature in sorted(set(temperatures)):
        capacity = oscillators.heat_capacity(frequencies, shares, temperature)
        at_temperature = {
            "vibrational_free_energy": oscillators.free_energy(frequencies, shares, temperature),
            "vibrational_entropy": oscillators.entropy(frequencies, shares, temperature),
            "heat_capacity": capacity,
            "specific_heat_capacity": 1000 * capacity / atomic_mass,
        }
        if real.ion_shares is not None:
            at_temperature["ion_mean_squared_displacement"] = oscillators.mean_squared_displacement(
                frequencies, real.ion_shares, _mass(structure, ion), temperature
            )
        quantities += [about.give(name, value, temperature) for name, value in at_temperature.items()]
    return Results(tuple(quantities), notes=left_out(modes))


def _follow(
    crystal: HarmonicCrystal, unstable: Sequence[Mode], about: About, max_force: float, max_steps: int
) -> Results:
    """Say what unstable modes lead to; the one that leads lowest is taken."""
    notes: list[str] = []
    ends: list[LowerStructure] = []
    for mode in unstable:
        try:
            end = follow(crystal, mode, about.potential, max_force, max_steps)
        except StageFailure as failure:
            notes.append(f"{_imaginary(mode)} Displaced along it the crystal could not be relaxed: {failure}.")
            continue
        notes.append(f"{_imaginary(mode)} {_NOTHING_LOWER if end is None else _outcome(end)}")
        ends += [] if end is None else [end]
    if ends:
        lower = max(ends, key=lambda end: end.energy_gain)
        quantities = (about.give("dynamically_stable", 0.0), _gain(lower, about))
        return Results(quantities, {"distorted": lower.structure}, (*notes, _DISTORTED))
    if not any(mode.exact for mode in unstable):
        return Results(notes=(*notes, _undecided(unstable[0].frequency)))
    return Results((about.give("dynamically_stable", 0.0),), notes=tuple(notes))


_NOTHING_LOWER = "No structure of lower energy was found along it; it may be noise of the potential."
_DISTORTED = "The lowest structure found is given as 'distorted'; whether it is stable was not looked at."


def _imaginary(mode: Mode) -> str:
    where = ", ".join(f"{part:.3g}" for part in mode.wave_vector)
    return (
        f"The phonon of wave vector ({where}) has the imaginary frequency {-mode.frequency:.2f}i THz"
        f"{'' if mode.exact else ', interpolated'}: there are no harmonic thermodynamic quantities."
    )


def _gain(lower: LowerStructure, about: About) -> Quantity:
    return Quantity(
        "unstable_mode_energy_gain",
        1000 * lower.energy_gain,
        method=f"{label(about.potential)}, relaxed along the unstable phonon",
        provenance={**about.provenance, "distorted_space_group": lower.space_group},
    )


def _outcome(lower: LowerStructure) -> str:
    return (
        f"Displaced along it and relaxed the crystal becomes a structure of space group {lower.space_group} with "
        f"{len(lower.structure)} atoms, {1000 * lower.energy_gain:.3g} meV/atom lower."
    )


def _undecided(frequency: float) -> str:
    return (
        "Whether it is dynamically stable is not decided: no wave vector that fits into the supercell has an imaginary "
        f"phonon, but interpolation between them reaches {-frequency:.2g}i THz. A larger min_width decides; until then "
        "there are no thermodynamic quantities."
    )


def _mass(structure: Structure, ion: str | None) -> float:
    """Return the mass of an atom of the working ion, in Da."""
    return float(next(site.specie.atomic_mass for site in structure if site.specie.symbol == ion))
