"""Elasticity: the full stiffness tensor from stresses of strained, ion-relaxed cells, and what follows from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.interatomic.potentials import PotentialName, calculator, label, model_uncertainty, provenance
from atomscreen.interatomic.relaxation import to_atoms
from atomscreen.properties import elastic_tensor as tensor

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray

    Array = NDArray[Any]

MAX_RESIDUAL_STRESS = 0.5
"""Largest stress in GPa of the unstrained cell; more means that it was relaxed with something else."""

RATTLE, SADDLE_DEPTH = 0.03, 1e-3
"""Å of random displacement after which ions must not find a lower energy, by more than this in eV/atom."""


@stage(
    needs={"relaxed"},
    gives={
        "elastic_tensor",
        "bulk_modulus",
        "bulk_modulus_voigt",
        "bulk_modulus_reuss",
        "shear_modulus",
        "shear_modulus_voigt",
        "shear_modulus_reuss",
        "youngs_modulus",
        "poisson_ratio",
        "pugh_ratio",
        "universal_anisotropy",
        "elastically_stable",
    },
)
def elasticity(
    candidate: Candidate,
    potential: PotentialName = "chgnet",
    strain: Annotated[float, Field(gt=0, lt=0.05)] = 0.015,
    max_force: Annotated[float, Unit("eV/Å"), Field(gt=0)] = 0.002,
    max_steps: Annotated[int, Field(gt=0)] = 300,
) -> Results:
    """Strain the relaxed cell both ways in as few directions as its symmetry allows and fit the stiffness tensor.

    Ions relax in every strained cell. A structure that only its symmetry holds is a failure. Strains of opposite sign
    are subtracted, so that residual stress and the first anharmonic term cancel.

    Parameters
    ----------
    candidate
        The candidate, relaxed with the same potential.
    potential
        The interatomic potential.
    strain
        Magnitude of the components of strain, dimensionless. Anharmonic error grows with its square (up to 2 % of G
        in metals at the default); the energy surface of learned potentials is rough at strains below 0.01.
    max_force
        Largest force on any ion of a strained cell, in eV/Å. Stresses depend on it linearly: keep it tight.
    max_steps
        Steps of the optimizer in one strained cell after which the stage fails.
    """
    crystal = tensor.standard_orientation(tensor.primitive_cell(candidate.structure("relaxed")))
    rotations = tensor.point_group(crystal)
    cell = _StrainedCell(to_atoms(crystal), potential, max_force, max_steps)
    strains = [tensor.strain_matrix(direction) for direction in tensor.independent_strains(rotations)]
    stresses = [cell.response(direction, strain) for direction in strains]
    stiffness, misfit = tensor.fit_stiffness(strains, stresses, rotations)
    origin = {
        **provenance(potential),
        "axes": "IRE-1949 (IEEE 176-1987) standard orientation of the relaxed crystal",
        "strain": strain,
        "strained_cells": 2 * len(strains),
        "evaluations": cell.evaluations,
        "residual_stress": cell.residual_stress,
        "fit_misfit": misfit,
    }
    return _results(stiffness, misfit, potential, origin)


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
        optimizer = BFGS(shaken, logfile=None)
        optimizer.run(fmax=self.max_force, steps=self.max_steps)
        self.evaluations += optimizer.nsteps + 1
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

        optimizer = BFGS(self.atoms, logfile=None)
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


def _results(stiffness: Array, misfit: float, potential: str, origin: dict[str, Any]) -> Results:
    """Return the tensor and, where it is stable, the averages with their uncertainty."""
    method = f"{label(potential)}, finite strains"

    def give(name: str, value: Any, uncertainty: float | None = None) -> Quantity:
        return Quantity(name, value, uncertainty, method=method, provenance=origin)

    lowest = float(tensor.eigenvalues(stiffness).min())
    quantities = [give("elastic_tensor", stiffness)]
    if lowest <= 0 and -lowest < misfit:
        note = (
            f"Whether it is elastically stable is not decided: the lowest eigenvalue of the stiffness is {lowest:.2g} "
            f"GPa, within the misfit of the fit, {misfit:.2g} GPa; there are no averages."
        )
        return Results(tuple(quantities), notes=(note,))
    quantities.append(give("elastically_stable", float(lowest > 0)))
    if lowest <= 0:
        note = f"The stiffness is not positive definite (lowest eigenvalue {lowest:.3g} GPa), so it has no averages."
        return Results(tuple(quantities), notes=(note,))
    notes: tuple[str, ...] = ()
    if lowest < misfit:
        notes = (
            f"Elastic stability is uncertain: the lowest eigenvalue, {lowest:.2g} GPa, is within the fit's error.",
        )
    mean = tensor.averages(stiffness)
    bulk_error = _total(misfit, model_uncertainty(potential, "bulk_modulus", mean.bulk))
    shear_error = _total(misfit, model_uncertainty(potential, "shear_modulus", mean.shear))
    young, young_by_bulk, young_by_shear = tensor.youngs_modulus(mean.bulk, mean.shear)
    poisson, poisson_by_bulk, poisson_by_shear = tensor.poisson_ratio(mean.bulk, mean.shear)
    pugh = mean.bulk / mean.shear
    pugh_error = _total(bulk_error, shear_error, 1 / mean.shear, pugh / mean.shear)
    quantities += [
        give("bulk_modulus", mean.bulk, bulk_error),
        give("bulk_modulus_voigt", mean.bulk_voigt, bulk_error),
        give("bulk_modulus_reuss", mean.bulk_reuss, bulk_error),
        give("shear_modulus", mean.shear, shear_error),
        give("shear_modulus_voigt", mean.shear_voigt, shear_error),
        give("shear_modulus_reuss", mean.shear_reuss, shear_error),
        give("youngs_modulus", young, _total(bulk_error, shear_error, young_by_bulk, young_by_shear)),
        give("poisson_ratio", poisson, _total(bulk_error, shear_error, poisson_by_bulk, poisson_by_shear)),
        give("pugh_ratio", pugh, pugh_error),
        give("universal_anisotropy", mean.universal_anisotropy),
    ]
    return Results(tuple(quantities), notes=notes)


def _total(first: float | None, second: float | None, by_first: float = 1.0, by_second: float = 1.0) -> float | None:
    """Return the standard uncertainty that two independent ones make, weighted; ``None`` where one is unknown."""
    return None if first is None or second is None else math.hypot(first * by_first, second * by_second)
