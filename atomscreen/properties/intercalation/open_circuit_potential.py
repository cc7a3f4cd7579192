"""The open-circuit potential as a function of content, from the convex hull: flat, falling, never rising.

Where two phases coexist the potential is flat at the step's voltage, exactly. Along contents that are all stable
(a solid solution, as far as the computed contents tell) the steps become one falling curve through them: a mean field
that keeps the energy of every computed content, and the ideal entropy of ions and vacancies on the sites that fill
there. The lower convex envelope of that free energy is what coexists at the temperature; its slope is the potential.
Between two flat stretches a step remains.

Ideal entropy is that of ions placed at random; real ones order, so the curve is too steep at its ends rather than too
flat. Entropies of vibration and of electrons are left out.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.units import registry
from atomscreen.properties.intercalation.intercalation_hull import IntercalationHull, Step, lower_hull

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

FEWEST_INTERVALS = 100
"""Intervals of content of a curve, at least."""


@dataclass(frozen=True)
class OpenCircuitPotential:
    """A potential in V, never rising with content, as means over intervals: their sum is the energy, exactly.

    Attributes
    ----------
    nodes
        Ends of the intervals of content, from 0 to 1, shape (n + 1,).
    voltages
        Mean potential in each, in V, shape (n,).
    """

    nodes: tuple[float, ...]
    voltages: tuple[float, ...]

    @property
    def contents(self) -> tuple[float, ...]:
        """The middles of the intervals, at which the potentials stand."""
        return tuple((low + high) / 2 for low, high in itertools.pairwise(self.nodes))


def open_circuit_potential(hull: IntercalationHull, temperature: float) -> OpenCircuitPotential:
    """Return the potential of an electrode in equilibrium.

    Parameters
    ----------
    hull
        The lowest energies against content.
    temperature
        In K, of the configurational entropy.
    """
    nodes = _nodes(hull.contents)
    free = _free_energy(hull, nodes, temperature)
    corners = lower_hull(nodes.tolist(), free.tolist())
    envelope = np.interp(nodes, nodes[corners], free[corners])
    slopes = np.diff(envelope) / np.diff(nodes)
    voltages = hull.average_voltage - slopes / hull.charge
    return OpenCircuitPotential(tuple(nodes.tolist()), tuple(voltages.tolist()))


def _nodes(contents: Sequence[float]) -> Array:
    """Return contents from 0 to 1, each interval between computed ones divided evenly."""
    parts = [
        np.linspace(low, high, math.ceil(FEWEST_INTERVALS * (high - low) - 1e-9), endpoint=False)
        for low, high in itertools.pairwise(contents)
    ]
    nodes: Array = np.concatenate([*parts, [1.0]])
    return nodes


def _free_energy(hull: IntercalationHull, nodes: Array, temperature: float) -> Array:
    """Return the free energy of mixing in eV per ion site at the nodes, before the envelope is taken."""
    stable = [(hull.contents[index], hull.energies[index]) for index in hull.stable]
    energy: Array = np.interp(nodes, *np.array(stable).T)
    thermal = float(registry().Quantity(temperature, "K * boltzmann_constant").to("eV").magnitude)
    steps = hull.steps
    for run in _solid_solutions(steps):
        low, high = steps[run.start].low, steps[run.stop - 1].high
        inside = (nodes >= low) & (nodes <= high)
        energy[inside] += _bend(steps, run, hull, nodes[inside])
        filled = (nodes[inside] - low) / (high - low)
        energy[inside] += thermal * (high - low) * (_x_ln_x(filled) + _x_ln_x(1 - filled))
    return energy


def _solid_solutions(steps: Sequence[Step]) -> list[range]:
    """Return the runs of steps without coexistence. One step from end to end is none: nothing tells of its middle."""
    if len(steps) == 1:
        return []
    runs = []
    for two_phase, group in itertools.groupby(range(len(steps)), key=lambda index: steps[index].two_phase):
        if not two_phase:
            members = list(group)
            runs.append(range(members[0], members[-1] + 1))
    return runs


def _bend(steps: Sequence[Step], run: range, hull: IntercalationHull, x: Array) -> Array:
    """Return what turns the hull's straight edges along a solid solution into one smooth convex curve, in eV.

    In each step the slope goes from s₀ to s₁ as s₀ + (s₁ − s₀) tᵖ, with p such that its mean is the edge's slope m:
    the curve then meets the hull at every stable content, and slopes never fall.
    """
    slopes = [hull.charge * (hull.average_voltage - step.voltage) for step in steps]
    bend = np.zeros_like(x)
    for index in run:
        step, mean = steps[index], slopes[index]
        first, last = _end_slopes(slopes, index, run)
        if not first < mean < last:  # on a straight line
            continue
        inside = (x >= step.low) & (x <= step.high)
        t = (x[inside] - step.low) / (step.high - step.low)
        power = (last - first) / (mean - first)  # p + 1
        bend[inside] = (step.high - step.low) * (first * t + (last - first) * t**power / power - mean * t)
    return bend


def _end_slopes(slopes: Sequence[float], index: int, run: range) -> tuple[float, float]:
    """Return the slopes at both ends of a step of a solid solution, which neighbours share.

    Beside a flat stretch it is that one's; at the end of all contents it is such that the slope changes evenly.
    """
    mean = slopes[index]
    before = slopes[index - 1] if index > 0 else None
    after = slopes[index + 1] if index + 1 < len(slopes) else None
    first = (before + mean) / 2 if before is not None and index > run.start else before
    last = (after + mean) / 2 if after is not None and index + 1 < run.stop else after
    if first is None:
        first = 2 * mean - last if last is not None else mean
    return first, 2 * mean - first if last is None else last


def _x_ln_x(x: Array) -> Array:
    """Return x ln x, 0 at 0."""
    result: Array = x * np.log(np.where(x > 0, x, 1.0))
    return result
