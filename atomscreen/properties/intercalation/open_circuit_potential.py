"""The open-circuit potential as a function of content: the slope of a free energy's convex envelope, never rising.

The free energy of mixing has the energies of all computed contents and, between contents that order, the ideal entropy
of ions and vacancies on the sites that fill there. The envelope says what coexists at the temperature.

- A stable content beside a real gap is an ordered compound of one composition: its entropy is zero, its energy fixed.
- Elsewhere the material mixes. A step over contents above the hull counts as mixing, together with its neighbours,
  where a regular solution of those energies would have no gap: e < 2 k T w y (1 − y), y the place in a step of width w.
- Along stable contents the energy is a convex curve through them. What other contents differ from it is interpolated
  as y (1 − y) Ω(y), with Ω monotone between them (Fritsch and Carlson): a regular solution comes back exactly.

A gap of many k T keeps its flat plateau; what dissolves at its ends is less than the intervals resolve. Where nothing
was computed between the ends nothing tells of mixing, and the potential is flat. Ideal entropy is that of ions placed
at random; real ones order, so a curve is too steep at its ends rather than too flat. Entropies of vibration and of
electrons are left out.
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
    coexistence
        Contents between which two phases coexist at the temperature, in order.
    """

    nodes: tuple[float, ...]
    voltages: tuple[float, ...]
    coexistence: tuple[tuple[float, float], ...]

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
    coexistence = tuple(
        (float(nodes[low]), float(nodes[high])) for low, high in itertools.pairwise(corners) if high - low > 1
    )
    return OpenCircuitPotential(tuple(nodes.tolist()), tuple(voltages.tolist()), coexistence)


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
    for run in _runs(hull, thermal):
        low, high = steps[run.start].low, steps[run.stop - 1].high
        inside = (nodes >= low) & (nodes <= high)
        if all(_mixes(steps[index], hull, thermal) for index in run):
            energy[inside] += _bend(steps, run, hull, nodes[inside])
        energy[inside] += _residual(hull, nodes[inside], energy[inside])
        filled = (nodes[inside] - low) / (high - low)
        energy[inside] += thermal * (high - low) * (_x_ln_x(filled) + _x_ln_x(1 - filled))
    return energy


def _runs(hull: IntercalationHull, thermal: float) -> list[range]:
    """Return the runs of steps between ordered contents. Ends with nothing between are none: nothing tells of it."""
    steps = hull.steps
    if len(hull.contents) == 2:
        return []
    runs: list[range] = []
    for mixes, group in itertools.groupby(range(len(steps)), key=lambda index: _mixes(steps[index], hull, thermal)):
        members = list(group)
        together = range(members[0], members[-1] + 1)
        runs.extend([together] if mixes else (range(index, index + 1) for index in together))
    return runs


def _mixes(step: Step, hull: IntercalationHull, thermal: float) -> bool:
    """Say whether a regular solution with the energies computed within a step has no miscibility gap."""
    width = step.high - step.low
    return all(
        distance < 2 * thermal * (content - step.low) * (step.high - content) / width
        for content, distance in zip(hull.contents, hull.distances, strict=True)
        if step.low < content < step.high
    )


def _residual(hull: IntercalationHull, x: Array, energy: Array) -> Array:
    """Return what is missing from an energy at ``x``, along a run, to the energies of the contents computed there."""
    from scipy.interpolate import PchipInterpolator

    low, high = x[0], x[-1]
    known = np.array([pair for pair in zip(hull.contents, hull.energies, strict=True) if low < pair[0] < high])
    if not len(known):
        return np.zeros_like(x)
    y = (known[:, 0] - low) / (high - low)
    interaction = (known[:, 1] - np.interp(known[:, 0], x, energy)) / (y * (1 - y))
    # The same at both ends: nothing is known of how it goes on there.
    curve = PchipInterpolator([0.0, *y, 1.0], [interaction[0], *interaction, interaction[-1]])
    filled = (x - low) / (high - low)
    missing: Array = filled * (1 - filled) * curve(filled)
    return missing


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
