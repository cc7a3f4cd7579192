"""Thermal expansion in the quasi-harmonic approximation: phonons at several volumes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.interatomic.optimizer import MAX_STRESS, largest_force
from atomscreen.interatomic.potentials import PotentialName, calculator, label, provenance
from atomscreen.interatomic.relaxation import to_atoms
from atomscreen.properties.checkpoints import kept_structure
from atomscreen.properties.vibrations import harmonic_oscillators as oscillators
from atomscreen.properties.vibrations.force_constants import (
    HarmonicCrystal,
    force_constants,
    supercell_matrix,
    tightly_relaxed,
)
from atomscreen.properties.vibrations.phonon_spectrum import Spectrum, lowest_modes, spectrum
from atomscreen.properties.vibrations.phonons import (
    NO_LO_TO,
    Displacement,
    FrequencyTolerance,
    MaxForce,
    MeshLength,
    MinWidth,
    Temperatures,
    described,
    left_out,
)
from atomscreen.properties.vibrations.quasi_harmonic import Equilibrium, equilibrium

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]


@stage(
    needs={"relaxed"},
    gives={
        "thermal_expansion",
        "volume_per_atom",
        "isothermal_bulk_modulus",
        "heat_capacity_constant_pressure",
        "gruneisen_parameter",
    },
)
def thermal_expansion(
    candidate: Candidate,
    temperatures: Temperatures = (300.0,),
    potential: PotentialName = "chgnet",
    volumes: Annotated[int, Field(ge=6)] = 9,
    compression: Annotated[float, Unit("percent"), Field(gt=0, le=10)] = 3.0,
    expansion: Annotated[float, Unit("percent"), Field(gt=0, le=15)] = 6.0,
    min_width: MinWidth = 8.0,
    displacement: Displacement = 0.05,
    mesh_length: MeshLength = 60.0,
    frequency_tolerance: FrequencyTolerance = 0.1,
    max_force: MaxForce = 0.001,
    max_steps: Annotated[int, Field(gt=0)] = 500,
) -> Results:
    """Compute phonons at several volumes and give the crystal at temperatures, by the quasi-harmonic approximation.

    At each volume ions and the shape of the cell relax; at each temperature the volume of least free energy is taken.
    All values are given at their temperature, and at zero pressure.

    Parameters
    ----------
    candidate
        The candidate, relaxed with the same potential.
    temperatures
        In K.
    potential
        The interatomic potential.
    volumes
        How many; one more than an equation of state without one of them needs for its error.
    compression, expansion
        The least and the greatest volume, in percent below and above the relaxed one. One that is reached at a wanted
        temperature must lie between them.
    min_width
        Least distance between opposite faces of the supercell, in Å.
    displacement
        Of an atom, in Å.
    mesh_length
        Length l in Å that sets the mesh of wave vectors: round(l |b|) along each reciprocal vector b.
    frequency_tolerance
        Imaginary frequencies up to this, in THz, count as numerical noise.
    max_force
        Largest force on any atom of a cell at rest, in eV/Å; stresses other than pressure are at most 0.05 GPa.
    max_steps
        Steps of the optimizer at one volume after which the stage fails.

    Returns
    -------
    Results
        Uncertainties are those of the equation of state (jackknife over the volumes): they hold what the roughness of
        the potential does, and not its other errors.

    Raises
    ------
    StageFailure
        Where a relaxation does not converge, a phonon is imaginary at one of the volumes, or no temperature has its
        volume between them.
    """
    relaxed = tightly_relaxed(candidate.structure("relaxed"), potential, max_force, max_steps)
    matrix = supercell_matrix(relaxed, min_width)
    mesh: float | tuple[int, int, int] = mesh_length
    points: list[_Point] = []
    for index, strain in enumerate(np.linspace(-compression, expansion, volumes) / 100):
        cell = _at_volume(relaxed, strain, f"volume-{index}", potential, max_force, max_steps)
        crystal = force_constants(cell, matrix, potential, displacement, f"volume-{index}-displaced")
        modes = spectrum(crystal, mesh)
        _refuse_imaginary(crystal, modes, strain, frequency_tolerance)
        mesh = modes.mesh
        points.append(_Point(crystal, modes))
    origin = {
        **provenance(potential),
        **described(points[0].crystal, points[0].modes),
        "displacement": displacement,
        "residual_force": max(point.crystal.residual_force for point in points),
        "supercell_evaluations": sum(point.crystal.displacements + 1 for point in points),
        "volumes": [point.volume for point in points],
        "energies": [point.crystal.energy for point in points],
        "equation_of_state": "Birch, third order; free energy of vibration quadratic in V^(-2/3)",
    }
    return _results(points, temperatures, f"{label(potential)}, quasi-harmonic, {NO_LO_TO}", origin)


@dataclass(frozen=True, eq=False)
class _Point:
    """The crystal at one volume."""

    crystal: HarmonicCrystal
    modes: Spectrum

    @property
    def volume(self) -> float:
        """In Å³ per atom."""
        return float(self.crystal.structure.volume) / len(self.crystal.structure)

    def thermodynamics(self, temperature: float) -> tuple[float, float, float, float]:
        """Return potential and vibrational free energy, eV per atom, entropy and heat capacity, J/(mol K)."""
        real = self.modes.real()
        return (
            self.crystal.energy,
            oscillators.free_energy(real.frequencies, real.shares, temperature),
            oscillators.entropy(real.frequencies, real.shares, temperature),
            oscillators.heat_capacity(real.frequencies, real.shares, temperature),
        )


def _results(
    points: Sequence[_Point], temperatures: Sequence[float], method: str, origin: Mapping[str, Any]
) -> Results:
    volumes = np.array([point.volume for point in points])
    quantities: list[Quantity] = []
    notes = list(dict.fromkeys(note for point in points for note in left_out(point.modes)))
    for temperature in sorted(set(temperatures)):
        curves = np.array([point.thermodynamics(temperature) for point in points]).T
        found = equilibrium(temperature, volumes, *curves)
        spread = None if found is None else _jackknife(temperature, volumes, curves)
        if found is None or spread is None:
            notes.append(
                f"No values at {temperature:g} K: the free energy has no {'' if found is None else 'certain '}minimum "
                "between the volumes. A wider range may hold one, more volumes make it more certain."
            )
            continue
        quantities += [
            Quantity(
                name,
                getattr(found, attribute),
                spread[attribute],
                conditions={"temperature": temperature},
                method=method,
                provenance=origin,
            )
            for name, attribute in _ATTRIBUTES.items()
        ]
    if not quantities:
        raise StageFailure(" ".join(notes))
    return Results(tuple(quantities), notes=tuple(notes))


_ATTRIBUTES = {
    "thermal_expansion": "expansion",
    "volume_per_atom": "volume",
    "isothermal_bulk_modulus": "bulk_modulus",
    "heat_capacity_constant_pressure": "heat_capacity",
    "gruneisen_parameter": "gruneisen",
}


def _jackknife(temperature: float, volumes: Array, curves: Array) -> dict[str, float] | None:
    """Return standard uncertainties from leaving out one volume at a time; ``None`` where the rest has no minimum."""
    count = len(volumes)
    without: list[Equilibrium] = []
    for index in range(count):
        left = equilibrium(temperature, np.delete(volumes, index), *np.delete(curves, index, axis=1))
        if left is None:
            return None
        without.append(left)
    # The jackknife's variance is (n − 1)/n times the sum of squares about the mean, which is n − 1 times np.var.
    return {
        attribute: math.sqrt((count - 1) * float(np.var([getattr(left, attribute) for left in without])))
        for attribute in _ATTRIBUTES.values()
    }


def _refuse_imaginary(crystal: HarmonicCrystal, modes: Spectrum, strain: float, tolerance: float) -> None:
    lowest = min(float(modes.frequencies.min()), *(mode.frequency for mode in lowest_modes(crystal)))
    if lowest < -tolerance:
        raise StageFailure(
            f"at a volume {abs(100 * strain):.1f} % {'above' if strain > 0 else 'below'} the relaxed one a phonon has "
            f"the imaginary frequency {-lowest:.2g}i THz, so there is no quasi-harmonic crystal; "
            f"narrow the range of volumes, or look at the stage 'phonons'"
        )


def _at_volume(
    structure: Structure, strain: float, name: str, potential: str, max_force: float, max_steps: int
) -> Structure:
    """Return the structure with its volume changed by a fraction, ions and shape of the cell relaxed."""
    start = structure.copy()
    start.scale_lattice(structure.volume * (1 + strain))
    return kept_structure(name, start, lambda: _relax_shape(start, potential, max_force, max_steps))


def _relax_shape(start: Structure, potential: str, max_force: float, max_steps: int) -> Structure:
    from ase.filters import FrechetCellFilter
    from ase.optimize import LBFGS
    from pymatgen.core import Structure

    atoms = to_atoms(start)
    atoms.calc = calculator(potential)
    optimizer = LBFGS(FrechetCellFilter(atoms, constant_volume=True), logfile=None)
    # The optimizer's own criterion, which mixes forces and stress, is never met.
    for _ in optimizer.irun(fmax=0.0, steps=max_steps):
        if largest_force(atoms) <= max_force and _largest_deviatoric_stress(atoms) <= MAX_STRESS:
            return Structure(atoms.cell.array, start.species, atoms.get_scaled_positions(wrap=False))
    raise StageFailure(
        f"the relaxation of {start.reduced_formula} at a fixed volume did not converge in {max_steps} steps: largest "
        f"force {largest_force(atoms):.3g} eV/Å of at most {max_force:g}, largest deviatoric stress "
        f"{_largest_deviatoric_stress(atoms):.3g} GPa of at most {MAX_STRESS:g}"
    )


def _largest_deviatoric_stress(atoms: Atoms) -> float:
    """Return the largest component of the stress without its pressure, in GPa."""
    from ase import units

    stress = atoms.get_stress(voigt=False)
    return float(np.abs(stress - np.trace(stress) / 3 * np.eye(3)).max() / units.GPa)
