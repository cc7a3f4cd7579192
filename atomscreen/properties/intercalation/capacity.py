"""How much of an electrode's capacity can be used: within a voltage window, and before its crystal strains too far."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from atomscreen.properties.intercalation.intercalation_hull import Step
from atomscreen.properties.intercalation.open_circuit_potential import OpenCircuitPotential


@dataclass(frozen=True)
class UsageLimits:
    """What ends the use of an electrode; voltages in V, the rest in percent."""

    min_voltage: float
    max_voltage: float
    max_volume_change: float
    """Largest change of volume, either way, against the full electrode."""
    max_axis_collapse: float
    """Largest fall of an axis of the conventional cell below the longest it was since the full electrode."""


@dataclass(frozen=True)
class Shape:
    """The crystal at a content: change of volume against the full one in percent, axes of the conventional cell in Å.

    The axes are ``None`` where the structure cannot be mapped onto the full one.
    """

    volume_change: float
    axes: tuple[float, float, float] | None


@dataclass(frozen=True)
class UsableRange:
    """Contents between which an electrode can be used, 0 ≤ low ≤ high ≤ 1, and what sets each end."""

    low: float
    high: float
    low_limit: str
    high_limit: str
    unknown: tuple[float, ...]
    """Stable contents at the ends of the steps within the range whose strain is not known: it limits nothing there."""


def usable_range(
    potential: OpenCircuitPotential, steps: Sequence[Step], shapes: Mapping[float, Shape], limits: UsageLimits
) -> UsableRange:
    """Return the contents between which an electrode stays within its limits.

    Strain is followed from the full electrode down. Where two phases coexist, the one with fewer ions is there from
    the first ion that leaves: its strain counts at once. In between stable contents without coexistence strain is
    interpolated.

    Parameters
    ----------
    potential
        The open-circuit potential.
    steps
        The steps between stable contents.
    shapes
        By content; contents that are not known are left out.
    limits
        What ends its use.
    """
    inside = [
        (low, high)
        for (low, high), voltage in zip(itertools.pairwise(potential.nodes), potential.voltages, strict=True)
        if limits.min_voltage <= voltage <= limits.max_voltage
    ]
    if not inside:
        return UsableRange(1.0, 1.0, "voltage window", "voltage window", ())
    low, high = inside[0][0], inside[-1][1]
    low_limit = "voltage window" if low > 0 else "all ions out"
    strained = {
        "volume change": _crossing(steps, shapes, _swelling, limits.max_volume_change),
        "collapse of an axis": _crossing(steps, shapes, _collapse, limits.max_axis_collapse),
    }
    for name, content in strained.items():
        if content > low:
            low, low_limit = content, name
    # A crystal strained too far before the window opens cannot be used at all.
    low = min(low, high)
    used = [step for step in steps if step.low < high and step.high > low]
    unknown = sorted({content for step in used for content in (step.low, step.high)} - set(shapes))
    return UsableRange(low, high, low_limit, "voltage window" if high < 1 else "all ions in", tuple(unknown))


def _crossing(
    steps: Sequence[Step],
    shapes: Mapping[float, Shape],
    strain: Callable[[Sequence[Shape]], float],
    limit: float,
) -> float:
    """Return the least content that is reached from the full electrode before a strain passes its limit."""
    passed: list[Shape] = [shapes[1.0]] if 1.0 in shapes else []
    before = 0.0
    for step in reversed(steps):
        if step.low not in shapes:
            continue
        passed.append(shapes[step.low])
        now = strain(passed)
        if now > limit:
            if step.two_phase:
                return step.high
            return step.high - (step.high - step.low) * (limit - before) / (now - before)
        before = now
    return 0.0


def _swelling(passed: Sequence[Shape]) -> float:
    return abs(passed[-1].volume_change)


def _collapse(passed: Sequence[Shape]) -> float:
    """Return by how many percent an axis is shorter now than it has been."""
    if passed[-1].axes is None:
        return 0.0
    known = [shape.axes for shape in passed if shape.axes is not None]
    longest: list[float] = [max(axis) for axis in zip(*known, strict=True)]
    return max(100 * (1 - length / most) for length, most in zip(passed[-1].axes, longest, strict=True))
