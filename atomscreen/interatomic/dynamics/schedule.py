"""What a molecular dynamics run does when: heating, equilibration, frames and checkpoints, counted in frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from atomscreen.core.errors import UsageError

if TYPE_CHECKING:
    from pymatgen.core import Structure

HEATING_START = 0.1
"""Fraction of the temperature at which heating begins."""


def default_time_step(structure: Structure) -> float:
    """Return a time step in fs that follows the fastest vibration of a structure.

    Velocity Verlet gives a mode of frequency ω a mean potential energy that is too large by about (ω Δt)²/4, here in
    brackets for the stiffest mode. Bonds to hydrogen vibrate with up to 3500 cm⁻¹, a period of 9.5 fs: 0.5 fs (2.7 %).
    Those of carbon and nitrogen with each other and with oxygen reach 2200 cm⁻¹: 1 fs (4.3 %). Boron vibrates
    against oxygen with up to 1450 cm⁻¹: 1 fs (1.9 %; 7.5 % at 2 fs). All others in solids, those of lithium as well as
    P–O and S–O in anions, stay below 1200 cm⁻¹, a period of 28 fs: 2 fs (5.1 %).
    """
    elements = set(structure.symbol_set)
    if elements & {"H", "D", "T"}:
        return 0.5
    return 1.0 if elements & {"B", "C", "N"} else 2.0


@dataclass(frozen=True)
class Schedule:
    """The times of a run. It tells runs apart: the duration, which may grow, is not in it.

    Attributes
    ----------
    temperature
        In K.
    time_step
        In fs.
    stride
        Time steps between frames.
    equilibration, heating, checkpoint_interval
        In frames; heating is the first part of the equilibration, at most half of it.
    """

    temperature: float
    time_step: float
    stride: int
    equilibration: int
    heating: int
    checkpoint_interval: int

    @classmethod
    def of_times(
        cls,
        *,
        temperature: float,
        time_step: float,
        frame_spacing: float,
        equilibration: float,
        heating: float,
        checkpoint_interval: float,
    ) -> Schedule:
        """Make a schedule of times in ps, but for the time step in fs; :class:`UsageError` for senseless ones."""
        if not (temperature > 0 and time_step > 0 and equilibration >= 0 and heating >= 0):
            raise UsageError("molecular dynamics needs a positive temperature and time step, and no negative times")
        stride = max(1, round(1000 * frame_spacing / time_step))
        spacing = stride * time_step / 1000
        return cls(
            temperature=temperature,
            time_step=time_step,
            stride=stride,
            equilibration=round(equilibration / spacing),
            heating=round(min(heating, equilibration / 2) / spacing),
            checkpoint_interval=max(1, round(checkpoint_interval / spacing)),
        )

    @property
    def spacing(self) -> float:
        """Time between frames, in ps."""
        return self.stride * self.time_step / 1000

    def frames(self, duration: float) -> int:
        """Return how many frames a duration in ps has behind its first; :class:`UsageError` where there is none."""
        count = round(duration / self.spacing) if duration > 0 else 0
        if count < 1:
            raise UsageError(f"molecular dynamics of {duration:g} ps has no second frame; it needs a positive duration")
        return count

    def target(self, frame: int) -> float:
        """Return the temperature in K on the way from a frame to the next."""
        if frame >= self.heating:
            return self.temperature
        return self.temperature * (HEATING_START + (1 - HEATING_START) * frame / self.heating)
