"""The optimizer of relaxations: fast where it can be, careful where it must be, and honest about the end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import StageFailure

if TYPE_CHECKING:
    from ase import Atoms

MAX_STRESS = 0.05
"""Largest stress in GPa that a relaxed cell may have; for a bulk modulus of 50 GPa that is 0.03 % of a length."""

LARGEST_VOLUME_CHANGE = 0.5
"""A cell whose volume changes by more than this fraction has left what potentials are made for."""

PATIENCE, ENERGY_GAIN = 20, 1e-6
"""L-BFGS has stalled when this many steps gained less than this energy, in eV per atom."""

CAREFUL_STEP = 0.05
"""Longest step of FIRE in Å; with ase's 0.2 Å a cell of few atoms stretches by a tenth at once."""


class _FallenApart(StageFailure):
    """A cell whose volume ran away, or whose energy is no number."""


@dataclass(frozen=True)
class Limits:
    """When a structure counts as relaxed, and how long that may take."""

    max_force: float
    """Largest force on an atom in eV/Å."""
    max_steps: int
    cell: bool = True
    """Whether the cell relaxes too."""
    max_volume_change: float = LARGEST_VOLUME_CHANGE
    """Fraction of the first volume by which it may change."""

    def met_by(self, atoms: Atoms) -> bool:
        """Say whether forces and stress are small enough."""
        return largest_force(atoms) <= self.max_force and (not self.cell or largest_stress(atoms) <= MAX_STRESS)


def optimize(atoms: Atoms, limits: Limits) -> int:
    """Relax atoms in place and return the number of steps.

    L-BFGS needs the fewest steps, but in soft layered crystals it can oscillate or overshoot: where it gains nothing
    any more FIRE takes over, slow and in careful steps, and where the cell fell apart FIRE begins from the start.
    """
    from ase.optimize import FIRE, LBFGS

    start = atoms.copy()
    fast = partial(_run, LBFGS, atoms, start.get_volume(), limits, patience=PATIENCE)
    careful = partial(_run, FIRE, atoms, start.get_volume(), limits, patience=limits.max_steps, maxstep=CAREFUL_STEP)
    try:
        steps, converged = fast(max_steps=limits.max_steps)
        if not converged:
            more, converged = careful(max_steps=limits.max_steps - steps)
            steps += more
    except _FallenApart:
        atoms.set_cell(start.cell)
        atoms.set_positions(start.positions)
        steps, converged = careful(max_steps=limits.max_steps)
    if converged:
        return steps
    stress = f", largest stress {largest_stress(atoms):.3g} GPa of at most {MAX_STRESS:g}" if limits.cell else ""
    raise StageFailure(
        f"the relaxation of {atoms.get_chemical_formula('metal')} did not converge in {limits.max_steps} steps:"
        f" largest force {largest_force(atoms):.3g} eV/Å of at most {limits.max_force:g}{stress}"
    )


def _run(
    optimizer_class: Any,
    atoms: Atoms,
    volume: float,
    limits: Limits,
    *,
    max_steps: int,
    patience: int,
    **settings: float,
) -> tuple[int, bool]:
    """Run one optimizer and return its steps and whether the limits are met.

    It stops early where the energy has not come down for ``patience`` steps; ``volume`` is the cell's at the start.
    """
    from ase.filters import FrechetCellFilter

    # The energy's curvature by strain grows with the number of atoms: divided by its root, strains weigh as much as
    # displacements. With ase's default (the number itself) cells lag behind and take twice as many steps.
    moved = FrechetCellFilter(atoms, exp_cell_factor=len(atoms) ** 0.5) if limits.cell else atoms
    optimizer = optimizer_class(moved, logfile=None, **settings)
    lowest, at_step = np.inf, 0
    # The optimizer's own criterion, which mixes forces and stress, is never met.
    for _ in optimizer.irun(fmax=0.0, steps=max_steps):
        _fail_if_fallen_apart(atoms, volume, limits.max_volume_change)
        if limits.met_by(atoms):
            return int(optimizer.nsteps), True
        energy = float(atoms.get_potential_energy())
        if energy < lowest - ENERGY_GAIN * len(atoms):
            lowest, at_step = energy, optimizer.nsteps
        elif optimizer.nsteps - at_step >= patience:
            break
    return int(optimizer.nsteps), False


def _fail_if_fallen_apart(atoms: Atoms, volume: float, max_change: float) -> None:
    """Raise :class:`_FallenApart` for a cell that has left what potentials are made for."""
    formula = atoms.get_chemical_formula("metal")
    if not (np.isfinite(atoms.get_potential_energy()) and np.isfinite(atoms.get_forces()).all()):
        raise _FallenApart(
            f"the relaxation of {formula} fell apart: the potential gives energies or forces that are no numbers"
        )
    change = atoms.get_volume() / volume - 1
    if abs(change) > max_change:
        raise _FallenApart(f"the relaxation of {formula} fell apart: its volume changed by {100 * change:.0f} %")


def largest_force(atoms: Atoms) -> float:
    """Return the largest force on an atom in eV/Å."""
    return float(np.linalg.norm(atoms.get_forces(), axis=1).max())


def largest_stress(atoms: Atoms) -> float:
    """Return the largest component of the stress in GPa."""
    from ase import units

    return float(np.abs(atoms.get_stress()).max() / units.GPa)
