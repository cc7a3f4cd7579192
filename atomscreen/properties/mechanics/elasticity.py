"""Elasticity: the full stiffness tensor from stresses of strained, ion-relaxed cells, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.interatomic.crystal_symmetry import point_group, primitive_cell, standard_orientation
from atomscreen.interatomic.potentials import PotentialName, calculator, provenance
from atomscreen.interatomic.relaxation import to_atoms
from atomscreen.properties.mechanics import elastic_tensor as tensor
from atomscreen.properties.mechanics.elastic_descriptors import (
    AVERAGES,
    BOUNDS,
    CORRECTED,
    ESTIMATES,
    EXTREMES,
    Stiffness,
    averages,
    descriptors,
)

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]

MAX_RESIDUAL_STRESS = 0.5
"""Largest stress in GPa of the unstrained cell; more means that it was relaxed with something else."""

RATTLE, SADDLE_DEPTH = 0.03, 1e-3
"""Å of random displacement after which ions must not find a lower energy, by more than this in eV/atom."""

FIRST_CURVATURE = 20.0
"""Curvature of the energy in eV/Å² with which the first relaxation begins: crystals have 5 to 50, ase's default is for
molecules and takes half again as many steps."""


@stage(
    needs={"relaxed"},
    gives={
        "elastic_tensor",
        "elastically_stable",
        "universal_anisotropy",
        "cauchy_pressure",
        *AVERAGES,
        *BOUNDS,
        *EXTREMES,
        *CORRECTED,
        *ESTIMATES,
    },
    version=2,
)
def elasticity(
    candidate: Candidate,
    potential: PotentialName = "chgnet",
    strain: Annotated[float, Field(gt=0, lt=0.05)] = 0.02,
    max_force: Annotated[float, Unit("eV/Å"), Field(gt=0)] = 0.002,
    max_steps: Annotated[int, Field(gt=0)] = 300,
) -> Results:
    """Strain the relaxed cell both ways in as few components as its symmetry allows and fit the stiffness tensor.

    Ions relax in every strained cell. A structure that only its symmetry holds is a failure. Strains of opposite sign
    are subtracted, so that residual stress and the first anharmonic term cancel. Where the potential's softness was
    measured, moduli, Poisson's and Pugh's ratio are given corrected too, and hardness, velocities of sound and Debye
    temperature are those of the corrected ones; everything else is as the potential has it.

    Parameters
    ----------
    candidate
        The candidate, relaxed with the same potential.
    potential
        The interatomic potential.
    strain
        Magnitude of the components of strain, dimensionless. Anharmonic error grows with its square (up to 3 % of G
        in metals at the default); the energy surface of learned potentials is rough, so that smaller strains scatter
        more (bulk moduli with CHGNet about those of PBE by 24 % at 0.01, 19 % at 0.02, 15 % at 0.04).
    max_force
        Largest force on any ion of a strained cell, in eV/Å. Stresses depend on it linearly: keep it tight.
    max_steps
        Steps of the optimizer in one strained cell after which the stage fails.
    """
    stiffness = stiffness_of(candidate.structure("relaxed"), potential, strain, max_force, max_steps)
    found = averages(stiffness)
    if not any(quantity.name == "bulk_modulus" for quantity in found.quantities):
        return found
    more = descriptors(stiffness)
    return Results((*found.quantities, *more.quantities), notes=(*found.notes, *more.notes))


def stiffness_of(relaxed: Structure, potential: str, strain: float, max_force: float, max_steps: int) -> Stiffness:
    """Return the stiffness of a relaxed crystal; parameters are those of :func:`elasticity`.

    Raises
    ------
    StageFailure
        Where the crystal was relaxed with something else, is a saddle, or its ions do not relax.
    """
    crystal = standard_orientation(primitive_cell(relaxed))
    rotations = point_group(crystal)
    cell = _StrainedCell(to_atoms(crystal), potential, max_force, max_steps)
    strains = [tensor.strain_matrix(direction) for direction in tensor.independent_strains(rotations)]
    stresses = [cell.response(direction, strain) for direction in strains]
    fitted, misfit = tensor.fit_stiffness(strains, stresses, rotations)
    details = {
        "strained_cells": 2 * len(strains),
        "evaluations": cell.evaluations,
        "residual_stress": cell.residual_stress,
        "fit_misfit": misfit,
    }
    return Stiffness(fitted, misfit, crystal, potential, origin(potential, strain) | details)


def origin(potential: str, strain: float) -> dict[str, Any]:
    """Return the provenance of a stiffness of the given strain."""
    axes = "IRE-1949 (IEEE 176-1987) standard orientation of the relaxed crystal"
    return {**provenance(potential), "axes": axes, "strain": strain}


class _StrainedCell:
    """A crystal that can be strained: relaxes its ions and returns the stress it then has."""

    def __init__(self, atoms: Atoms, potential: str, max_force: float, max_steps: int) -> None:
        self.atoms, self.max_force, self.max_steps = atoms, max_force, max_steps
        self.atoms.calc = calculator(potential)
        self.evaluations = 0
        self._curvature: Array | None = None
        unstrained = self._relaxed_stress()
        self.residual_stress = float(np.abs(unstrained).max())
        if self.residual_stress > MAX_RESIDUAL_STRESS:
            raise StageFailure(
                f"the relaxed cell has a stress of {self.residual_stress:.2g} GPa with the potential '{potential}': "
                "relax it with the same potential first"
            )
        self.matrix, self.positions = atoms.cell.array.copy(), atoms.get_scaled_positions(wrap=False)
        self._refuse_saddle(potential)

    def _refuse_saddle(self, potential: str) -> None:
        """Refuse a structure that only its symmetry holds: under strain its ions would fall to another one.

        A Jahn–Teller crystal drawn undistorted, or lithium drawn on the site between its own, has no linear response:
        the stiffness would come out the more negative the smaller the strain.
        """
        from ase.optimize import BFGS

        shaken = self.atoms.copy()
        shaken.calc = calculator(potential)
        shaken.rattle(RATTLE, seed=0)
        optimizer = BFGS(shaken, logfile=None, alpha=FIRST_CURVATURE)
        optimizer.run(fmax=self.max_force, steps=self.max_steps)
        self.evaluations += optimizer.nsteps + 1
        if optimizer.nsteps:
            self._curvature = optimizer.H
        depth = (self.atoms.get_potential_energy() - shaken.get_potential_energy()) / len(shaken)
        if depth > SADDLE_DEPTH:
            raise StageFailure(
                f"the relaxed structure is a saddle that its symmetry holds: shaken by {RATTLE} Å its ions go "
                f"{1000 * depth:.1f} meV/atom lower, so it has no linear elasticity; start from one of lower symmetry"
            )

    def response(self, direction: Array, strain: float) -> Array:
        """Return the stress (3, 3) in GPa per unit strain along a direction, by central difference."""
        forward = self._stress(strain * direction, 0.0)
        # To first order the ions answer a strain of opposite sign by the opposite displacements.
        moved = self.atoms.get_scaled_positions(wrap=False) - self.positions
        backward = self._stress(-strain * direction, -moved)
        return (forward - backward) / (2 * strain)

    def _stress(self, strain: Array, displacements: Array | float) -> Array:
        self.atoms.set_cell(self.matrix @ (np.eye(3) + strain))
        self.atoms.set_scaled_positions(self.positions + displacements)
        return self._relaxed_stress()

    def _relaxed_stress(self) -> Array:
        """Relax the ions, beginning with the curvature that earlier cells have shown, and return the stress."""
        from ase import units
        from ase.optimize import BFGS

        optimizer = BFGS(self.atoms, logfile=None, alpha=FIRST_CURVATURE)
        optimizer.attach(self.atoms.get_stress)  # asked for at each step, it comes with the forces
        if self._curvature is not None:
            optimizer.H0 = self._curvature
        converged = optimizer.run(fmax=self.max_force, steps=self.max_steps)
        self.evaluations += optimizer.nsteps + 1
        if not converged:
            raise StageFailure(
                f"the ions of a strained cell did not relax to {self.max_force:g} eV/Å in {self.max_steps} steps"
            )
        if optimizer.nsteps:
            self._curvature = optimizer.H
        stress: Array = self.atoms.get_stress(voigt=False) / units.GPa
        return stress
