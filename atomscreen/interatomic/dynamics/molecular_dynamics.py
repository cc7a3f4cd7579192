"""Molecular dynamics at constant temperature and volume (NVT) with any ASE calculator.

A run heats up, equilibrates, and keeps what follows. It is written to disk as it goes on: the frames to a trajectory
file that only grows, the state to a small checkpoint. Killed at any moment, it goes on from its last checkpoint to the
same trajectory, bit for bit; called again for a longer time, it goes on where it ended.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atomscreen.interatomic.dynamics import checkpoint as md_checkpoint
from atomscreen.interatomic.dynamics.run import Run
from atomscreen.interatomic.dynamics.schedule import Schedule, default_time_step
from atomscreen.interatomic.dynamics.thermostats import RELAXATION_TIMES, ThermostatName
from atomscreen.interatomic.dynamics.trajectory import Trajectory

if TYPE_CHECKING:
    from ase.calculators.calculator import Calculator
    from pymatgen.core import Structure

__all__ = ["Trajectory", "default_time_step", "run_nvt"]

_FRAMES_BETWEEN_OVERLAP_CHECKS = 10
_AVERAGED = 0.2  # ps, the least time over which positions are averaged before they tell of melting
_FEWEST_AVERAGED = 5  # frames, for the same


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
    thermostat: ThermostatName = "velocity_rescaling",
    heating: float = 0.2,
    mobile: Sequence[str] = (),
    checkpoint: Path | None = None,
    checkpoint_interval: float = 1.0,
) -> Trajectory:
    """Run molecular dynamics at constant temperature and volume.

    Velocities start from the Maxwell–Boltzmann distribution; the centre of mass stays where it is. The same seed
    gives the same trajectory on the same machine. With the same checkpoint and a longer duration the run goes on, to
    what it would have been had it been as long from the first.

    Parameters
    ----------
    structure
        The cell; an ordered structure.
    calculator
        An ASE calculator. It is reset at every checkpoint, so that what it keeps from step to step does not matter.
    temperature
        In K.
    duration
        Time that is kept, in ps.
    equilibration
        Time before it that is thrown away, in ps.
    time_step
        In fs; see :func:`default_time_step`.
    frame_spacing
        Time between the frames kept, in ps; rounded to whole time steps.
    seed
        Of the velocities and the thermostat.
    thermostat
        ``"velocity_rescaling"``, ``"langevin"`` or ``"nose_hoover_chain"``.
    heating
        Time in ps, of the equilibration, along which the temperature rises from a tenth; at most half of it.
    mobile
        The elements that may leave their sites; all others are the framework, which is watched for melting.
    checkpoint
        A file that holds the run's state; where it is there, the run goes on from it. Give each run its own. The
        frames lie beside it, in a file with the ending ``.nc`` that ASE and MDAnalysis read (AMBER NetCDF).
    checkpoint_interval
        Simulated time between two checkpoints, in ps: what a kill can cost, and what a call for a longer duration
        repeats of a run whose length is no multiple of it.

    Returns
    -------
    Trajectory
        The frames kept; its ``warnings`` say what makes them doubtful.

    Raises
    ------
    StageFailure
        Where the run explodes, atoms come too close, the framework melts, or the temperature is not the one wanted.
    UsageError
        For times or a temperature that make no sense, or a checkpoint of another run.
    """
    schedule = Schedule.of_times(
        temperature=temperature,
        time_step=time_step,
        frame_spacing=frame_spacing,
        equilibration=equilibration,
        heating=heating,
        checkpoint_interval=checkpoint_interval,
    )
    settings = {**dataclasses.asdict(schedule), "thermostat": thermostat, "seed": seed}
    kept = schedule.frames(duration)
    run = _Run(structure, calculator, schedule, settings, mobile, checkpoint)
    try:
        return run.until(schedule.equilibration + kept)
    finally:
        run.close()


class _Run(Run):
    """A run on its way: the dynamics, the watch, the frames, and where it is."""

    def __init__(
        self,
        structure: Structure,
        calculator: Calculator,
        schedule: Schedule,
        settings: dict[str, Any],
        mobile: Sequence[str],
        checkpoint: Path | None,
    ) -> None:
        from atomscreen.interatomic.dynamics.trajectory_file import TrajectoryFile

        super().__init__(structure, calculator, schedule, settings, mobile, checkpoint)
        atoms = self.dynamics.atoms
        self.frame = 0
        self.first_conserved = self.dynamics.conserved_energy
        self.fresh: list[tuple[Any, float, float]] = []  # frames that are not in the file yet
        self.unchecked: list[Any] = []  # positions since the last check for melting
        path = None if checkpoint is None else checkpoint.with_suffix(".nc")
        self.file = TrajectoryFile(path, atoms.get_chemical_symbols(), atoms.cell.array, schedule.spacing)
        if checkpoint is not None and checkpoint.exists():
            self._restore(checkpoint)
        else:
            self.file.cut(0)
            self.watch.refuse_overlap(0.0, atoms)
            self._record()

    def until(self, last: int) -> Trajectory:
        """Go on up to a frame and return what is kept until there."""
        while self.frame < last:
            self._advance()
            if self.frame % self.schedule.checkpoint_interval == 0:
                self._save()
        self._write()
        kept = last - self.schedule.equilibration + 1
        trajectory = self.file.read(kept)
        correlation_time = max(0.1, RELAXATION_TIMES[self.settings["thermostat"]])
        assert trajectory.temperatures is not None
        self.watch.refuse_wrong_temperature(trajectory.temperatures, correlation_time, self.schedule.spacing)
        gained = (self.dynamics.conserved_energy - self.first_conserved) / len(self.dynamics.atoms)
        elapsed = max(1, self.frame - self.schedule.equilibration) * self.schedule.spacing
        return dataclasses.replace(trajectory, warnings=self.watch.doubts(trajectory, gained / elapsed))

    def _advance(self) -> None:
        """Go on to the next frame."""
        target = self.schedule.target(self.frame)
        for _ in range(self.schedule.stride):
            self.dynamics.step(target)
        self.frame += 1
        self._record()

    def _record(self) -> None:
        """Watch the frame reached, and keep it once the equilibration is over."""
        when = self.frame * self.schedule.spacing
        energy, temperature = self.dynamics.potential_energy, self.dynamics.temperature
        self.watch.refuse_explosion(when, temperature, energy, self.first_energy)
        if self.frame % _FRAMES_BETWEEN_OVERLAP_CHECKS == 0:
            self.watch.refuse_overlap(when, self.dynamics.atoms)
        if self.frame == self.schedule.equilibration:
            self.first_conserved = self.dynamics.conserved_energy
        positions = self.dynamics.atoms.positions.copy()
        self.unchecked.append(positions)
        if self.frame >= self.schedule.equilibration:
            self.fresh.append((positions, temperature, energy))

    def _write(self) -> None:
        """Move the fresh frames to the file, unless the framework has melted meanwhile."""
        import numpy as np

        if len(self.unchecked) >= max(_FEWEST_AVERAGED, _AVERAGED / self.schedule.spacing):
            self.watch.refuse_melt(self.frame * self.schedule.spacing, np.mean(self.unchecked, axis=0))
            self.unchecked.clear()
        if self.fresh:
            positions, temperatures, energies = zip(*self.fresh, strict=True)
            lattices = [self.dynamics.atoms.cell.array] * len(positions)
            self.file.append(positions, lattices, temperatures, energies)
            self.fresh.clear()

    def _save(self) -> None:
        """Write frames, then the state that goes with them, and let the calculator forget its history."""
        self._write()
        if self.checkpoint is not None:
            state = {
                **self.dynamics.state(),
                "frame": self.frame,
                "frames_in_file": self.file.frames,
                "first_energy": self.first_energy,
                "first_conserved": self.first_conserved,
            }
            md_checkpoint.save(self.checkpoint, self.settings, state)
        self.dynamics.forget_history()

    def _restore(self, path: Path) -> None:
        """Take over the state from a checkpoint of the same run; :class:`UsageError` for one of another."""
        state = md_checkpoint.load(path, self.settings)
        self.dynamics.restore(state, path)
        self.frame = int(state["frame"])
        self.first_energy, self.first_conserved = float(state["first_energy"]), float(state["first_conserved"])
        self.file.cut(int(state["frames_in_file"]))

    def close(self) -> None:
        """Close the trajectory file."""
        self.file.close()
