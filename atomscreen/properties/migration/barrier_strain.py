"""Change of a migration barrier with strain, and activation volume: from the stresses at saddle and start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.interatomic.minimum_energy_path import MinimumEnergyPath
from atomscreen.interatomic.potentials import calculator

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray

    Array = NDArray[Any]

_EV_PER_GPA = 160.2176634
"""Å³ in 1 eV/GPa (exact in the SI of 2019)."""


def strain_derivative(path: MinimumEnergyPath, potential: str) -> Array:
    """Return the derivative of a path's barrier by strain, dE_a/dε (3, 3) in eV, symmetric, in the cell's axes.

    The barrier counts from the lower end. Where all forces vanish, as at the start and at the saddle, relaxation adds
    nothing to first order, so that the derivative of each energy is its cell's volume times its stress: V(σ_saddle −
    σ_start), in tension positive. It is minus the difference of the elastic dipoles of saddle and start. Strain ε is
    symmetric, length over length; a positive component says that stretching that axis raises the barrier.

    Parameters
    ----------
    path
        Converged; forces left on the saddle enter to first order.
    potential
        The one that the path was found with; it must give stresses.
    """
    lower = 0 if path.energies[0] <= path.energies[-1] else len(path.energies) - 1
    saddle, start = (_stress(path.atoms(index), potential) for index in (path.saddle, lower))
    volume = abs(float(np.linalg.det(path.cell)))
    return volume * (saddle - start)


def activation_volume(derivative: Array, stiffness: Array) -> float:
    """Return the activation volume of migration ∂E_a/∂p in Å³: positive where pressure raises the barrier.

    A pressure strains a crystal by ε_ij = −s_ijkk p, so that ∂E_a/∂p = −Σ (dE_a/dε_ij) s_ijkk; −tr(dE_a/dε)/(3K) in
    a cubic crystal.

    Parameters
    ----------
    derivative
        dE_a/dε in eV, shape (3, 3).
    stiffness
        Of the perfect crystal in GPa, Voigt order (6, 6), in the same axes.
    """
    # Voigt's engineering shear strains are twice the tensor's: each pair of components of the derivative counts once.
    pressure = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    voigt = np.array([derivative[i, j] for i, j in ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))])
    return -float(voigt @ np.linalg.solve(stiffness, pressure)) * _EV_PER_GPA


def _stress(atoms: Atoms, potential: str) -> Array:
    """Return the stress (3, 3) in eV/Å³."""
    atoms.calc = calculator(potential)
    stress: Array = atoms.get_stress(voigt=False)
    return stress
