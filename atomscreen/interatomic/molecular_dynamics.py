"""Molecular dynamics at constant temperature and volume (NVT) with any ASE calculator.

The thermostat is stochastic velocity rescaling (Bussi, Donadio and Parrinello 2007, doi:10.1063/1.2408420): it samples
the canonical ensemble and, acting on the total kinetic energy only, hardly disturbs how single ions move. Its whole
state is the random generator's, so that a killed run goes on exactly where its last checkpoint was.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from atomscreen.core.errors import StageFailure, UsageError

if TYPE_CHECKING:
    import numpy as np
    from ase import Atoms
    from ase.calculators.calculator import Calculator
    from ase.md.bussi import Bussi
    from pymatgen.core import Structure

THERMOSTAT_TIME = 0.1
"""Relaxation time of the thermostat, in ps."""

# Limits of the watchdogs: far outside what a healthy run shows, soon reached by one that explodes.
_HOTTEST = 3.0  # instantaneous over wanted temperature
_ENERGY_JUMP = 1.0  # change of the potential energy since the start, in eV/atom; 3/2 k_B T at 3000 K is 0.39
_CLOSEST = 0.5  # distance of two atoms over the sum of their covalent radii
_MEAN_TEMPERATURE_ERROR = 0.05  # of the mean over the run, relative, beside its statistical error


@dataclass(frozen=True, eq=False)
class Trajectory:
    """What a run leaves, equilibration not included.

    Attributes
    ----------
    positions
        Unwrapped Cartesian positions in Å, shape (frames, atoms, 3): no jumps at the cell's faces.
    lattice
        Cell vectors in Å as rows, shape (3, 3).
    symbols
        The atoms' elements.
    frame_spacing
        Time between frames, in ps.
    temperatures
        Instantaneous temperature of each frame, in K.
    energies
        Potential energy of the cell at each frame, in eV.
    """

    positions: np.ndarray
    lattice: np.ndarray
    symbols: tuple[str, ...]
    frame_spacing: float
    temperatures: np.ndarray
    energies: np.ndarray

    @property
    def duration(self) -> float:
        """Time from the first frame to the last, in ps."""
        return self.frame_spacing * (len(self.positions) - 1)


def run_nvt(
    structure: Structure,
    calculator: Calculator,
    *,
    temperature: float,
    duration: float,
    equilibration: float,
    time_step: float = 2.0,
    frame_spacing: float = 0.02,
    seed: int = 0,
    checkpoint: Path | None = None,
    checkpoint_interval: float = 1.0,
) -> Trajectory:
    """Run molecular dynamics at constant temperature and volume.

    Velocities start from the Maxwell–Boltzmann distribution; the centre of mass stays where it is. The same seed
    gives the same trajectory on the same machine.

    Parameters
    ----------
    structure
        The cell; an ordered structure.
    calculator
        An ASE calculator.
    temperature
        In K.
    duration
        Time that is kept, in ps.
    equilibration
        Time before it that is thrown away, in ps.
    time_step
        In fs.
    frame_spacing
        Time between the frames kept, in ps; rounded to whole time steps.
    seed
        Of the velocities and the thermostat.
    checkpoint
        A file that holds the run's state; where it is there, the run goes on from it. Give each run its own.
    checkpoint_interval
        Simulated time between two checkpoints, in ps.

    Raises
    ------
    StageFailure
        Where the run explodes, atoms come too close, or its temperature is not the one wanted.
    UsageError
        For times or a temperature that make no sense, or a checkpoint of another run.
    """
    stride = max(1, round(1000 * frame_spacing / time_step))
    spacing = stride * time_step / 1000
    skipped, kept = round(equilibration / spacing), round(duration / spacing)
    if not (temperature > 0 and time_step > 0 and equilibration >= 0 and kept >= 1):
        raise UsageError("molecular dynamics needs a positive temperature, time step and duration")
    settings = {"temperature": temperature, "time_step": time_step, "stride": stride, "skipped": skipped, "seed": seed}
    run = _Run.start(structure, calculator, settings)
    if checkpoint is not None and checkpoint.exists():
        run.restore(checkpoint)
    every = max(1, round(checkpoint_interval / spacing))
    while run.frames < skipped + kept + 1:
        run.advance(stride)
        if checkpoint is not None and run.frames % every == 0:
            run.save(checkpoint)
    trajectory = run.trajectory(skipped, spacing)
    _check_mean_temperature(trajectory, temperature)
    return trajectory


class _Run:
    """The state of a run: atoms, thermostat, random generator, and what was recorded so far."""

    def __init__(self, atoms: Atoms, dynamics: Bussi, generator: np.random.Generator, settings: dict[str, Any]) -> None:
        self.atoms = atoms
        self.dynamics = dynamics
        self.generator = generator
        self.settings = settings
        self.lattice = atoms.cell.array
        self.positions: list[np.ndarray] = []
        self.temperatures: list[float] = []
        self.energies: list[float] = []

    @classmethod
    def start(cls, structure: Structure, calculator: Calculator, settings: dict[str, Any]) -> _Run:
        """Give the atoms velocities and make the thermostat."""
        import ase.units
        import numpy as np
        from ase.constraints import FixCom
        from ase.md.bussi import Bussi
        from ase.md.velocitydistribution import MaxwellBoltzmannDistribution, Stationary, force_temperature
        from pymatgen.io.ase import AseAtomsAdaptor

        atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
        if len(atoms) < 2:
            raise UsageError("molecular dynamics needs a cell of two atoms at least")
        generator = np.random.default_rng(settings["seed"])
        atoms.set_constraint(FixCom())
        atoms.calc = calculator
        MaxwellBoltzmannDistribution(atoms, temperature_K=settings["temperature"], rng=generator)
        Stationary(atoms)
        force_temperature(atoms, settings["temperature"])
        dynamics = Bussi(
            atoms,
            timestep=settings["time_step"] * ase.units.fs,
            temperature_K=settings["temperature"],
            taut=1000 * THERMOSTAT_TIME * ase.units.fs,
            rng=generator,
        )
        return cls(atoms, dynamics, generator, settings)

    @property
    def frames(self) -> int:
        return len(self.positions)

    def advance(self, steps: int) -> None:
        """Record the first frame, or go on by some steps and record the frame reached."""
        if self.frames:
            self.dynamics.run(steps)
        self.positions.append(self.atoms.get_positions())
        self.temperatures.append(float(self.atoms.get_temperature()))
        self.energies.append(float(self.atoms.get_potential_energy()))
        self._watch()

    def _watch(self) -> None:
        """Stop a run that has gone wrong."""
        wanted, reached = self.settings["temperature"], self.temperatures[-1]
        when = (
            f"after {self.frames * self.settings['stride'] * self.settings['time_step'] / 1000:.2f} ps at {wanted:g} K"
        )
        change = (self.energies[-1] - self.energies[0]) / len(self.atoms)
        if not (math.isfinite(change) and math.isfinite(reached)):
            raise StageFailure(f"the dynamics broke down {when}: energy or temperature is not a number")
        if reached > _HOTTEST * wanted:
            raise StageFailure(f"the dynamics exploded {when}: the temperature reached {reached:.0f} K")
        if abs(change) > _ENERGY_JUMP:
            raise StageFailure(f"the dynamics exploded {when}: the energy changed by {change:.1f} eV/atom")
        if (close := _too_close(self.atoms)) is not None:
            raise StageFailure(f"atoms came too close {when}: {close}")

    def save(self, path: Path) -> None:
        """Write the state to a temporary file and rename it, so that a kill never leaves half a checkpoint."""
        import numpy as np

        temporary = path.with_name(path.name + ".tmp")
        with temporary.open("wb") as file:
            np.savez(
                file,
                settings=np.array(json.dumps(self.settings, sort_keys=True)),
                generator=np.array(json.dumps(self.generator.bit_generator.state)),
                numbers=self.atoms.numbers,
                lattice=self.lattice,
                momenta=self.atoms.get_momenta(),
                positions=np.array(self.positions),
                temperatures=np.array(self.temperatures),
                energies=np.array(self.energies),
            )
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)

    def restore(self, path: Path) -> None:
        """Take over the state from a checkpoint of the same run; :class:`UsageError` for one of another."""
        import numpy as np

        try:
            with np.load(path, allow_pickle=False) as stored:
                state = {name: stored[name] for name in stored.files}
            same = (
                str(state["settings"]) == json.dumps(self.settings, sort_keys=True)
                and np.array_equal(state["numbers"], self.atoms.numbers)
                and np.allclose(state["lattice"], self.lattice)
                and np.allclose(state["positions"][0], self.atoms.get_positions())
            )
        except (OSError, ValueError, KeyError, BadZipFile) as problem:
            raise UsageError(f"the checkpoint {path} cannot be read ({problem}); remove it to start anew") from None
        if not same:
            raise UsageError(f"the checkpoint {path} is of another run; remove it or give this run its own file")
        self.positions = list(state["positions"])
        self.temperatures, self.energies = state["temperatures"].tolist(), state["energies"].tolist()
        self.generator.bit_generator.state = json.loads(str(state["generator"]))
        self.atoms.set_positions(self.positions[-1], apply_constraint=False)
        self.atoms.set_momenta(state["momenta"], apply_constraint=False)
        # The energy tells potentials apart; single precision on another machine differs by far less than this.
        if abs(self.atoms.get_potential_energy() - self.energies[-1]) > 1e-3 * len(self.atoms):
            raise UsageError(f"the checkpoint {path} was made with another potential; give this run its own file")

    def trajectory(self, skipped: int, spacing: float) -> Trajectory:
        """Return what was recorded after the equilibration."""
        import numpy as np

        return Trajectory(
            positions=np.array(self.positions[skipped:]),
            lattice=np.array(self.lattice),
            symbols=tuple(self.atoms.get_chemical_symbols()),
            frame_spacing=spacing,
            temperatures=np.array(self.temperatures[skipped:]),
            energies=np.array(self.energies[skipped:]),
        )


def _too_close(atoms: Atoms) -> str | None:
    """Return a description of two atoms nearer than chemistry allows, or ``None``."""
    from ase.data import covalent_radii
    from ase.neighborlist import neighbor_list

    # With one radius an atom, the list holds the pairs whose spheres overlap.
    first, second, distances = neighbor_list("ijd", atoms, _CLOSEST * covalent_radii[atoms.numbers])
    if not len(distances):
        return None
    nearest = distances.argmin()
    pair = (atoms.symbols[first[nearest]], atoms.symbols[second[nearest]])
    return f"{pair[0]}–{pair[1]} at {distances[nearest]:.2f} Å"


def _check_mean_temperature(trajectory: Trajectory, wanted: float) -> None:
    """Refuse a run whose mean temperature is off by more than 5 % and four times its statistical error."""
    mean = float(trajectory.temperatures.mean())
    # Kinetic energy of f degrees of freedom has a relative variance of 2/f; it is forgotten in two relaxation times.
    freedom = 3 * len(trajectory.symbols) - 3
    independent = max(1.0, trajectory.duration / (2 * THERMOSTAT_TIME))
    allowed = _MEAN_TEMPERATURE_ERROR + 4 * math.sqrt(2 / (freedom * independent))
    if abs(mean / wanted - 1) > allowed:
        raise StageFailure(f"the mean temperature is {mean:.0f} K where {wanted:g} K were wanted: not equilibrated")
