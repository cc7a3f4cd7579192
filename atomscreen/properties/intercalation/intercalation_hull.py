"""Convex hull of energies against the content of working ions: what is stable between the ends, and the steps."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

ON_HULL = 1e-6
"""eV per ion site below which a content lies on the hull; finer than any relaxation."""


@dataclass(frozen=True)
class Step:
    """Two contents that coexist, or between which nothing was computed, and the voltage between them in V."""

    low: float
    high: float
    voltage: float
    two_phase: bool
    """Whether a content between them was computed and found above the hull."""


@dataclass(frozen=True)
class IntercalationHull:
    """The lowest energies of an electrode against its content of working ions.

    Attributes
    ----------
    contents
        From 0 (no ions) to 1 (all), rising.
    energies
        Energies of mixing in eV per ion site: e(x) − x e(1) − (1 − x) e(0).
    average_voltage
        Between the ends, in V.
    charge
        Of the working ion.
    """

    contents: tuple[float, ...]
    energies: tuple[float, ...]
    average_voltage: float
    charge: int

    @property
    def distances(self) -> tuple[float, ...]:
        """Energies above the hull in eV per ion site, 0 on it."""
        corners = lower_hull(self.contents, self.energies)
        return tuple(
            max(energy - _interpolated(content, corners, self.contents, self.energies), 0.0)
            for content, energy in zip(self.contents, self.energies, strict=True)
        )

    @property
    def stable(self) -> tuple[int, ...]:
        """Indices of the contents on the hull, the ends among them."""
        return tuple(index for index, distance in enumerate(self.distances) if distance <= ON_HULL)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of voltage between neighbouring stable contents, at 0 K; voltages fall as the content rises."""
        stable = self.stable
        return tuple(self._step(low, high) for low, high in itertools.pairwise(stable))

    def _step(self, low: int, high: int) -> Step:
        span = self.contents[high] - self.contents[low]
        slope = (self.energies[high] - self.energies[low]) / span
        return Step(
            low=self.contents[low],
            high=self.contents[high],
            voltage=self.average_voltage - slope / self.charge,
            two_phase=high - low > 1,
        )

    @property
    def two_phase_fraction(self) -> float:
        """Share of the contents at which two phases coexist: 1 where nothing between the ends is stable.

        Between contents next to each other nothing was computed; they count as one phase.
        """
        return sum(step.high - step.low for step in self.steps if step.two_phase)


def lower_hull(x: Sequence[float], y: Sequence[float]) -> list[int]:
    """Return the indices of the corners of the lower convex hull of points with rising ``x`` (Andrew 1979)."""
    corners: list[int] = []
    for index in range(len(x)):
        while len(corners) > 1:
            first, second = corners[-2], corners[-1]
            run, rise = x[second] - x[first], y[second] - y[first]
            if (y[index] - y[first]) * run > rise * (x[index] - x[first]):
                break
            corners.pop()
        corners.append(index)
    return corners


def _interpolated(at: float, corners: Sequence[int], x: Sequence[float], y: Sequence[float]) -> float:
    """Return the height of the hull at a content."""
    for low, high in itertools.pairwise(corners):
        if at <= x[high]:
            return y[low] + (y[high] - y[low]) * (at - x[low]) / (x[high] - x[low])
    return y[corners[-1]]
