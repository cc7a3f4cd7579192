"""Thermostats: each changes the momenta over an interval of time so that they follow the canonical distribution.

All act on the momenta alone, so that one integrator serves them, half a time step before and half behind the motion.
The total momentum stays zero: there are 3 N − 3 degrees of freedom. What a thermostat remembers beside the random
generator is in ``memory``, so that a run can be saved and goes on bit for bit; ASE's thermostats cannot be saved, and
its Nosé–Hoover chain counts 3 N degrees of freedom, which makes a small cell with a resting centre of mass too hot.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, Protocol, get_args

import numpy as np

from atomscreen.core.errors import UsageError, closest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

ThermostatName = Literal["velocity_rescaling", "langevin", "nose_hoover_chain"]

# Weights of Suzuki and Yoshida that make three leapfrog steps one of fourth order.
_OUTER = 1 / (2 - 2 ** (1 / 3))
_FOURTH_ORDER = (_OUTER, 1 - 2 * _OUTER, _OUTER)


class Thermostat(Protocol):
    """What the integrator asks of a thermostat; times, energies and masses in units that fit together."""

    memory: Array
    """All that it remembers from one call to the next; of fixed shape."""

    def apply(self, momenta: Array, masses: Array, kt: float, interval: float) -> None:
        """Change the momenta, shape (atoms, 3), in place over an interval of time at a thermal energy ``kt``.

        The masses have the shape (atoms, 1).
        """


class VelocityRescaling:
    """Stochastic velocity rescaling (Bussi, Donadio and Parrinello 2007, doi:10.1063/1.2408420).

    It draws the total kinetic energy and keeps all directions, so that it hardly disturbs how single ions move.
    """

    def __init__(self, freedom: int, relaxation_time: float, generator: np.random.Generator) -> None:
        self.memory = np.zeros(0)
        self._freedom = freedom
        self._relaxation_time = relaxation_time
        self._generator = generator

    def apply(self, momenta: Array, masses: Array, kt: float, interval: float) -> None:
        """Scale all momenta alike."""
        twice_kinetic = float((momenta**2 / masses).sum())
        kept = math.exp(-interval / self._relaxation_time)
        share = (1 - kept) * kt / twice_kinetic
        one = float(self._generator.standard_normal())
        others = 2 * float(self._generator.standard_gamma((self._freedom - 1) / 2))
        momenta *= math.sqrt(kept + share * (one**2 + others) + 2 * one * math.sqrt(kept * share))


class Langevin:
    """Langevin friction and noise (exact over the interval), with the centre of mass at rest.

    Around a velocity Verlet step it is the integrator of Bussi and Parrinello 2007 (doi:10.1103/PhysRevE.75.056707).
    It thermalises every atom by itself, and slows diffusion where the relaxation time is short.
    """

    def __init__(self, relaxation_time: float, generator: np.random.Generator) -> None:
        self.memory = np.zeros(0)
        self._relaxation_time = relaxation_time
        self._generator = generator

    def apply(self, momenta: Array, masses: Array, kt: float, interval: float) -> None:
        """Damp the momenta and add noise."""
        kept = math.exp(-interval / self._relaxation_time)
        momenta *= kept
        momenta += np.sqrt((1 - kept**2) * kt * masses) * self._generator.standard_normal(momenta.shape)
        remove_drift(momenta, masses)


class NoseHooverChain:
    """A chain of Nosé–Hoover thermostats (Martyna, Klein and Tuckerman 1992, doi:10.1063/1.463940).

    Deterministic. ``memory`` holds the velocities of the chain's variables.
    """

    def __init__(self, freedom: int, relaxation_time: float, length: int = 3) -> None:
        self.memory = np.zeros(length)
        self._freedom = freedom
        self._relaxation_time = relaxation_time

    def apply(self, momenta: Array, masses: Array, kt: float, interval: float) -> None:
        """Scale all momenta alike and move the chain on."""
        twice_kinetic = float((momenta**2 / masses).sum())
        inertia = [kt * self._relaxation_time**2] * len(self.memory)
        inertia[0] *= self._freedom
        velocities = self.memory.tolist()
        scale = 1.0
        for weight in _FOURTH_ORDER:
            part = weight * interval
            self._accelerate(velocities, inertia, scale**2 * twice_kinetic, kt, part, reversed(range(len(velocities))))
            scale *= math.exp(-part * velocities[0])
            self._accelerate(velocities, inertia, scale**2 * twice_kinetic, kt, part, range(len(velocities)))
        momenta *= scale
        self.memory[:] = velocities

    def _accelerate(
        self,
        velocities: list[float],
        inertia: list[float],
        twice_kinetic: float,
        kt: float,
        interval: float,
        order: Iterable[int],
    ) -> None:
        """Let each link's force act for half of the interval, in the middle of the friction from the next link."""
        for link in order:
            if link == 0:
                force = (twice_kinetic - self._freedom * kt) / inertia[0]
            else:
                force = (inertia[link - 1] * velocities[link - 1] ** 2 - kt) / inertia[link]
            last = link == len(velocities) - 1
            friction = 1.0 if last else math.exp(-interval / 4 * velocities[link + 1])
            velocities[link] = (velocities[link] * friction + interval / 2 * force) * friction


RELAXATION_TIMES: dict[str, float] = {"velocity_rescaling": 0.1, "langevin": 1.0, "nose_hoover_chain": 0.05}
"""In ps: fast where all momenta are scaled alike, slow where every atom feels a friction of its own."""


def thermostat(name: str, freedom: int, picosecond: float, generator: np.random.Generator) -> Thermostat:
    """Return a thermostat by name, with its relaxation time of :data:`RELAXATION_TIMES`.

    Parameters
    ----------
    name
        One of :data:`ThermostatName`.
    freedom
        Degrees of freedom of the momenta.
    picosecond
        In the unit of time that the intervals will have.
    generator
        What randomness comes from.

    Raises
    ------
    UsageError
        For another name.
    """
    if name not in get_args(ThermostatName):
        raise UsageError(f"there is no thermostat '{name}'{closest(name, get_args(ThermostatName))}")
    relaxation_time = RELAXATION_TIMES[name] * picosecond
    if name == "langevin":
        return Langevin(relaxation_time, generator)
    if name == "nose_hoover_chain":
        return NoseHooverChain(freedom, relaxation_time)
    return VelocityRescaling(freedom, relaxation_time, generator)


def remove_drift(momenta: Array, masses: Array) -> None:
    """Bring the centre of mass to rest, in place."""
    momenta -= masses / masses.sum() * momenta.sum(axis=0)
