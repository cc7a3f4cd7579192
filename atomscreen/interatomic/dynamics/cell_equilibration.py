"""The mean cell of a crystal at a temperature and pressure, by molecular dynamics with a barostat (NPT)."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.interatomic.dynamics import checkpoint as md_checkpoint
from atomscreen.interatomic.dynamics.run import Run
from atomscreen.interatomic.dynamics.schedule import Schedule
from atomscreen.interatomic.dynamics.thermostats import ThermostatName

if TYPE_CHECKING:
    from ase.calculators.calculator import Calculator
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[np.float64]

CellFreedom = Literal["isotropic", "flexible"]

AVERAGED = 2 / 3
"""Last part of the run over which the cell is averaged."""
LARGEST_VOLUME_CHANGE = 0.25
"""Change of the volume against the start at which the crystal is no longer one; thermal expansion reaches 0.1."""
VOLUME_DRIFT = 0.01
"""Difference of the volume between the halves of the averaged part at which the cell is not equilibrated."""
_SIGNIFICANT = 3.0  # standard errors
_RELAXATION_TIME = 0.5  # ps, of the volume
_MOVED_EVERY = 10  # frames between looks at the framework


@dataclass(frozen=True, eq=False)
class EquilibratedCell:
    """A cell at a temperature and pressure.

    Attributes
    ----------
    structure
        The structure given, with its fractional coordinates, in the mean cell.
    volume, volume_uncertainty
        Of the cell in Å³, with the standard error of the mean.
    length_uncertainties
        Standard errors of the lengths of the cell vectors in Å, shape (3,).
    pressure, pressure_uncertainty
        Mean internal pressure in GPa, with the standard error of the mean.
    lattices
        Cell vectors of every frame in Å as rows, shape (frames, 3, 3), from the start.
    frame_spacing
        Time between frames, in ps.
    """

    structure: Structure
    volume: float
    volume_uncertainty: float
    length_uncertainties: Array
    pressure: float
    pressure_uncertainty: float
    lattices: Array
    frame_spacing: float


def equilibrate_cell(
    structure: Structure,
    calculator: Calculator,
    *,
    temperature: float,
    pressure: float = 0.0,
    duration: float = 10.0,
    cell: CellFreedom = "isotropic",
    time_step: float = 2.0,
    seed: int = 0,
    thermostat: ThermostatName = "velocity_rescaling",
    heating: float = 0.5,
    mobile: Sequence[str] = (),
    checkpoint: Path | None = None,
    checkpoint_interval: float = 1.0,
) -> EquilibratedCell:
    """Let a crystal's cell follow temperature and pressure, and return the mean of the last two thirds of the run.

    Parameters
    ----------
    structure
        The cell; an ordered structure.
    calculator
        An ASE calculator with stresses.
    temperature
        In K.
    pressure
        In GPa.
    duration
        Of the whole run, in ps.
    cell
        ``"isotropic"``: the cell keeps its shape; ``"flexible"``: all lengths and angles are free.
    time_step
        In fs.
    seed
        Of the velocities, the thermostat and the barostat.
    thermostat
        See :func:`~atomscreen.interatomic.dynamics.molecular_dynamics.run_nvt`.
    heating
        Time in ps, from the start, along which the temperature rises from a tenth.
    mobile
        The elements that may leave their sites; all others are the framework, which is watched for melting.
    checkpoint
        A file that holds the run's state; where it is there, the run goes on from it. Give each run its own.
    checkpoint_interval
        Simulated time between two checkpoints, in ps.

    Raises
    ------
    StageFailure
        Where the run explodes, the crystal melts or falls apart, or the volume still drifts.
    UsageError
        For times or a temperature that make no sense, or a checkpoint of another run.
    """
    if cell not in ("isotropic", "flexible"):
        raise UsageError(f"the cell can be 'isotropic' or 'flexible', not '{cell}'")
    schedule = Schedule.of_times(
        temperature=temperature,
        time_step=time_step,
        frame_spacing=0.02,
        equilibration=duration,
        heating=heating,
        checkpoint_interval=checkpoint_interval,
    )
    settings = {
        **dataclasses.asdict(schedule),
        "thermostat": thermostat,
        "seed": seed,
        "cell": cell,
        "pressure": pressure,
    }
    settings.pop("equilibration")  # a longer run goes on where a shorter one ended
    run = _Run(structure, calculator, schedule, settings, mobile, checkpoint)
    return run.until(schedule.frames(duration))


class _Run(Run):
    """A run on its way: the dynamics, the barostat, the watch, and the cells so far."""

    def __init__(
        self,
        structure: Structure,
        calculator: Calculator,
        schedule: Schedule,
        settings: dict[str, Any],
        mobile: Sequence[str],
        checkpoint: Path | None,
    ) -> None:
        from atomscreen.interatomic.dynamics.barostat import StochasticCell

        super().__init__(structure, calculator, schedule, settings, mobile, checkpoint)
        self.start = self.dynamics.atoms.cell.array.copy()
        self.barostat = StochasticCell(
            self.dynamics,
            pressure=settings["pressure"],
            relaxation_time=_RELAXATION_TIME,
            isotropic=settings["cell"] == "isotropic",
        )
        self.watch.refuse_overlap(0.0, self.dynamics.atoms)
        self.lattices: list[Array] = []
        self.pressures: list[float] = []
        if checkpoint is not None and checkpoint.exists():
            state = md_checkpoint.load(checkpoint, settings)
            self.dynamics.restore(state, checkpoint)
            self.lattices, self.pressures = list(state["lattices"]), state["pressures"].tolist()

    def until(self, last: int) -> EquilibratedCell:
        """Go on up to a frame and return the mean cell until there."""
        while len(self.lattices) < last:
            self._advance()
            if len(self.lattices) % self.schedule.checkpoint_interval == 0:
                self._save()
        return self._result(last)

    def _advance(self) -> None:
        """Go on to the next frame, note its cell and pressure, and let the barostat act."""
        target = self.schedule.target(len(self.lattices))
        for _ in range(self.schedule.stride - 1):
            self.dynamics.step(target)
        self.dynamics.step(target, with_stress=True)
        self.lattices.append(self.dynamics.atoms.cell.array.copy())
        self.pressures.append(self.barostat.internal_pressure())
        self._look()
        self.barostat.apply(target, self.schedule.stride * self.dynamics.time_step)

    def _look(self) -> None:
        """Stop a run that goes wrong."""
        frame, atoms = len(self.lattices), self.dynamics.atoms
        when = frame * self.schedule.spacing
        self.watch.refuse_explosion(when, self.dynamics.temperature, self.dynamics.potential_energy, self.first_energy)
        change = atoms.get_volume() / abs(np.linalg.det(self.start)) - 1
        if abs(change) > LARGEST_VOLUME_CHANGE:
            raise StageFailure(
                f"the volume changed by {100 * change:+.0f} % within {when:.1f} ps at {self.schedule.temperature:g} K "
                f"and {self.settings['pressure']:g} GPa: the crystal melts, falls apart or changes its phase"
            )
        if frame % _MOVED_EVERY == 0:
            self.watch.refuse_overlap(when, atoms)
            fractional = atoms.positions @ np.linalg.inv(atoms.cell.array)
            self.watch.refuse_melt(when, fractional @ self.start)

    def _save(self) -> None:
        if self.checkpoint is not None:
            state = {
                **self.dynamics.state(),
                "lattices": np.array(self.lattices),
                "pressures": np.array(self.pressures),
            }
            md_checkpoint.save(self.checkpoint, self.settings, state)
        self.dynamics.forget_history()

    def _result(self, last: int) -> EquilibratedCell:
        from pymatgen.core import Lattice, Structure

        lattices = np.array(self.lattices[:last])
        used = lattices[last - max(2, round(AVERAGED * last)) :]
        pressures = np.array(self.pressures[:last])[-len(used) :]
        volumes = np.abs(np.linalg.det(used))
        self._refuse_drift(volumes)
        mean = Lattice(self.start @ _stretches(used, self.start).mean(axis=0))
        # Of cells that swell and shear by turns, the mean cell's volume is not quite the mean volume.
        mean = mean.scale(float(volumes.mean()))
        return EquilibratedCell(
            structure=Structure(
                mean, self.structure.species, self.structure.frac_coords, site_properties=self.structure.site_properties
            ),
            volume=float(volumes.mean()),
            volume_uncertainty=self._error(volumes),
            length_uncertainties=np.array([self._error(edge) for edge in np.linalg.norm(used, axis=2).T]),
            pressure=float(pressures.mean()),
            pressure_uncertainty=self._error(pressures),
            lattices=lattices,
            frame_spacing=self.schedule.spacing,
        )

    def _error(self, lengths: Array) -> float:
        """Return the standard error of the mean of something that moves with the volume, which relaxes slowly."""
        return standard_error(lengths, 2 * _RELAXATION_TIME / self.schedule.spacing)

    def _refuse_drift(self, volumes: Array) -> None:
        halves = np.array_split(volumes, 2)
        drift = float((halves[1].mean() - halves[0].mean()) / volumes.mean())
        error = math.hypot(*(self._error(half) for half in halves)) / volumes.mean()
        length = len(volumes) * self.schedule.spacing
        if abs(drift) > VOLUME_DRIFT and abs(drift) > _SIGNIFICANT * error:
            raise StageFailure(
                f"the volume still drifts at {self.schedule.temperature:g} K: by {100 * drift:+.1f} ± "
                f"{100 * error:.1f} % between the halves of the last {length:.3g} ps; not equilibrated"
            )


def _stretches(lattices: Array, start: Array) -> Array:
    """Return the symmetric stretches that make the cells of a start, up to rotations, shape (frames, 3, 3)."""
    deformations = np.linalg.inv(start) @ lattices
    values, vectors = np.linalg.eigh(deformations @ deformations.transpose(0, 2, 1))
    stretches: Array = (vectors * np.sqrt(values)[:, None, :]) @ vectors.transpose(0, 2, 1)
    return stretches


def standard_error(series: Array, least_time: float = 1.0) -> float:
    """Return the standard error of the mean of a correlated series, by its integrated autocorrelation time.

    The sum of correlations ends where it reaches five times the time it has found so far (Sokal's window). A short
    series shows too short a time; a least one, in members of the series, is for where one is known.
    """
    count = len(series)
    deviations = series - series.mean()
    variance = float((deviations**2).mean())
    if variance == 0 or count < 2:
        return 0.0
    transformed = np.fft.rfft(deviations, 2 * count)
    correlation = np.fft.irfft(np.abs(transformed) ** 2)[:count] / (variance * count)
    times = 2 * np.cumsum(correlation) - 1
    window = int(np.argmax(np.arange(count) >= 5 * times)) if (np.arange(count) >= 5 * times).any() else count - 1
    return math.sqrt(variance * max(least_time, float(times[window])) / count)
