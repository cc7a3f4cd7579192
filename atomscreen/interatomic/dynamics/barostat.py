"""Stochastic cell rescaling: a barostat for crystals whose cell follows the isothermal–isobaric distribution.

Isotropic it is that of Bernetti and Bussi 2020 (doi:10.1063/5.0020514); flexible, its extension to six strains. The
cell has no inertia: it relaxes towards the pressure with noise that makes its fluctuations the right ones, and does not
ring, which lets it work for small cells. The mobility of the strain is constant, so that there is no spurious drift.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray

    from atomscreen.interatomic.dynamics.integrator import Dynamics

    Array = NDArray[np.float64]

_STRAIN = 5e-3  # of the lengths, for the bulk modulus
_SOFTEST, _STIFFEST = 2.0, 500.0  # GPa, of bulk moduli that are believed


class StochasticCell:
    """Strains the cell of a :class:`Dynamics` so that it samples a pressure.

    Parameters
    ----------
    dynamics
        Its atoms, momenta and forces are changed.
    pressure
        In GPa.
    relaxation_time
        Of the volume, in ps.
    isotropic
        Whether the cell keeps its shape; otherwise all six strains are free.
    """

    def __init__(self, dynamics: Dynamics, *, pressure: float, relaxation_time: float, isotropic: bool) -> None:
        import ase.units

        self._dynamics = dynamics
        self._pressure = pressure * ase.units.GPa
        self._isotropic = isotropic
        modulus = min(max(bulk_modulus(dynamics.atoms), _SOFTEST), _STIFFEST) * ase.units.GPa
        self._mobility = 1 / (modulus * dynamics.atoms.get_volume() * 1000 * relaxation_time * ase.units.fs)

    def internal_pressure(self) -> float:
        """Return the instantaneous pressure in GPa, with its ideal-gas part for all 3 N degrees of freedom."""
        import ase.units

        atoms = self._dynamics.atoms
        ideal = 2 / 3 * self._dynamics.kinetic_energy * len(atoms) / (len(atoms) - 1)
        return float((ideal / atoms.get_volume() - np.trace(atoms.get_stress(voigt=False)) / 3) / ase.units.GPa)

    def apply(self, temperature: float, interval: float) -> None:
        """Strain the cell over an interval of time, in units of ASE, at a temperature in K, and renew the forces."""
        import ase.units

        dynamics, atoms = self._dynamics, self._dynamics.atoms
        kt = ase.units.kB * temperature
        work = dynamics.momenta.T @ (dynamics.momenta / dynamics.masses)
        work -= atoms.get_volume() * (atoms.get_stress(voigt=False) + self._pressure * np.eye(3))
        # One kT for the centre of mass, which is at rest here, and one for the measure of the cell.
        work += 2 * kt * np.eye(3)
        noise = self._dynamics.generator.standard_normal((3, 3))
        if self._isotropic:
            work, noise = np.trace(work) / 3 * np.eye(3), noise[0, 0] / np.sqrt(3) * np.eye(3)
        strain = self._mobility / 3 * interval * work
        strain += np.sqrt(2 / 3 * self._mobility * kt * interval) * (noise + noise.T) / 2
        self._deform(_exponential(strain))

    def _deform(self, stretch: Array) -> None:
        """Stretch cell and positions, and the momenta inversely."""
        dynamics, atoms = self._dynamics, self._dynamics.atoms
        atoms.set_cell(atoms.cell.array @ stretch, scale_atoms=False)
        atoms.positions = atoms.positions @ stretch
        dynamics.momenta = dynamics.momenta @ np.linalg.inv(stretch)
        dynamics.forces = atoms.get_forces()


def bulk_modulus(atoms: Atoms) -> float:
    """Return the bulk modulus in GPa, of unrelaxed sites, by the pressure at two volumes; the atoms are left alone."""
    import ase.units

    pressures, volumes = [], []
    for factor in (1 - _STRAIN, 1 + _STRAIN):
        strained = atoms.copy()
        strained.set_cell(factor * atoms.cell.array, scale_atoms=True)
        strained.calc = atoms.calc
        pressures.append(-np.trace(strained.get_stress(voigt=False)) / 3 / ase.units.GPa)
        volumes.append(strained.get_volume())
    return float(-(pressures[1] - pressures[0]) / np.log(volumes[1] / volumes[0]))


def _exponential(symmetric: Array) -> Array:
    """Return the exponential of a symmetric matrix."""
    values, vectors = np.linalg.eigh(symmetric)
    result: Array = (vectors * np.exp(values)) @ vectors.T
    return result
