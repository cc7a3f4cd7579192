"""The moving atoms: velocity Verlet between two halves of a thermostat, and all of its state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import UsageError
from atomscreen.interatomic.dynamics.thermostats import remove_drift, thermostat

if TYPE_CHECKING:
    from ase import Atoms
    from ase.calculators.calculator import Calculator
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class Dynamics:
    """Atoms that move at constant temperature, with their centre of mass at rest.

    Each step is thermostat, kick, drift, kick, thermostat. It is symmetric in time and asks for the forces once.
    Energies in eV, lengths in Å, masses in u; the time unit is the one that follows from them, as in ASE.

    Parameters
    ----------
    atoms
        Their positions and cell are moved.
    calculator
        An ASE calculator.
    time_step
        In fs.
    thermostat_name
        See :mod:`atomscreen.interatomic.dynamics.thermostats`; ``None`` for constant energy.
    temperature
        Of the first velocities, in K, met exactly.
    seed
        Of the first velocities and the thermostat.
    """

    def __init__(
        self,
        atoms: Atoms,
        calculator: Calculator,
        *,
        time_step: float,
        thermostat_name: str | None,
        temperature: float,
        seed: int,
    ) -> None:
        import ase.units

        if len(atoms) < 2:
            raise UsageError("molecular dynamics needs a cell of two atoms at least")
        self._start = {
            "start_numbers": atoms.numbers.copy(),
            "start_cell": atoms.cell.array.copy(),
            "start_positions": atoms.positions.copy(),
        }
        self.atoms = atoms
        self.atoms.calc = calculator
        self.forget_history()
        self.masses: Array = atoms.get_masses()[:, None]
        self.freedom = 3 * len(atoms) - 3
        self.time_step = time_step * ase.units.fs
        self.generator = np.random.default_rng(seed)
        self._thermostat = thermostat_name and thermostat(
            thermostat_name, self.freedom, 1000 * ase.units.fs, self.generator
        )
        self.momenta: Array = np.sqrt(self.masses) * self.generator.standard_normal((len(atoms), 3))
        remove_drift(self.momenta, self.masses)
        self.momenta *= np.sqrt(temperature / self.temperature)
        self.heat_taken = 0.0
        self.forces: Array = atoms.get_forces()

    def step(self, temperature: float, *, with_stress: bool = False) -> None:
        """Go on by one time step, with the thermostat at a temperature in K, and compute the stress where asked to."""
        self._thermalise(temperature)
        self.momenta += self.time_step / 2 * self.forces
        self.atoms.positions += self.time_step * self.momenta / self.masses
        if with_stress:  # first, since it needs the forces too
            self.atoms.get_stress()
        self.forces = self.atoms.get_forces()
        self.momenta += self.time_step / 2 * self.forces
        self._thermalise(temperature)

    def _thermalise(self, temperature: float) -> None:
        import ase.units

        if self._thermostat:
            before = self.kinetic_energy
            self._thermostat.apply(self.momenta, self.masses, ase.units.kB * temperature, self.time_step / 2)
            self.heat_taken += before - self.kinetic_energy

    @property
    def kinetic_energy(self) -> float:
        """Of all atoms, in eV."""
        return float((self.momenta**2 / self.masses).sum()) / 2

    @property
    def temperature(self) -> float:
        """Instantaneous, in K."""
        import ase.units

        return float(2 * self.kinetic_energy / (self.freedom * ase.units.kB))

    @property
    def potential_energy(self) -> float:
        """Of the cell, in eV."""
        return float(self.atoms.get_potential_energy())

    @property
    def conserved_energy(self) -> float:
        """What exact integration keeps: potential and kinetic energy and the heat the thermostat took, in eV."""
        return self.potential_energy + self.kinetic_energy + self.heat_taken

    def state(self) -> dict[str, Any]:
        """Return all that decides how the motion goes on, as arrays."""
        return {
            **self._start,
            "energy": np.array(self.potential_energy),
            "positions": self.atoms.positions.copy(),
            "cell": self.atoms.cell.array.copy(),
            "momenta": self.momenta.copy(),
            "forces": self.forces.copy(),
            "heat_taken": np.array(self.heat_taken),
            "thermostat": self._thermostat.memory.copy() if self._thermostat else np.zeros(0),
            "generator": np.array(json.dumps(self.generator.bit_generator.state)),
        }

    def restore(self, state: dict[str, Any], source: Path) -> None:
        """Take over a state; :class:`UsageError`, naming its source, where atoms or potential are not these."""
        if not all(
            np.shape(state[name]) == np.shape(start) and np.allclose(state[name], start)
            for name, start in self._start.items()
        ):
            raise UsageError(f"the checkpoint {source} is of another run; remove it or give this run its own file")
        self.atoms.set_cell(state["cell"])
        self.atoms.set_positions(state["positions"])
        self.momenta, self.forces = state["momenta"].copy(), state["forces"].copy()
        self.heat_taken = float(state["heat_taken"])
        if self._thermostat:
            self._thermostat.memory[:] = state["thermostat"]
        self.generator.bit_generator.state = json.loads(str(state["generator"]))
        # The energy tells potentials apart; single precision on another machine differs by far less than this.
        if abs(self.potential_energy - float(state["energy"])) > 1e-3 * len(self.atoms):
            raise UsageError(f"the checkpoint {source} was made with another potential; give this run its own file")
        self.forget_history()

    def forget_history(self) -> None:
        """Reset the calculator, so that what it keeps from step to step does not outlive a checkpoint."""
        self.atoms.calc.reset()
