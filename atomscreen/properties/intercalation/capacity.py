"""How much of an electrode's capacity can be used: within a voltage window, and before its crystal strains too far."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from atomscreen.properties.intercalation.open_circuit_potential import OpenCircuitPotential


@dataclass(frozen=True)
class UsageLimits:
    """What ends the use of an electrode; voltages in V, the rest in percent."""

    min_voltage: float
    max_voltage: float
    max_volume_change: float
    """Largest change of the electrode's volume, either way, since it was assembled."""
    max_axis_collapse: float
    """Largest fall of an axis of the conventional cell below the longest it was since assembly."""


@dataclass(frozen=True)
class Shape:
    """The crystal at a content: change of volume against the full one in percent, axes of the conventional cell in Å.

    The axes are ``None`` where the structure cannot be mapped onto the full one.
    """

    volume_change: float
    axes: tuple[float, float, float] | None


@dataclass(frozen=True)
class Gap:
    """Two coexisting contents, and by how many percent the volume of the second phase differs from the first's.

    The first is the one that is there first as the electrode leaves the state it was assembled in.
    """

    low: float
    high: float
    volume_change: float


@dataclass(frozen=True)
class UsableRange:
    """Contents between which an electrode can be used, 0 ≤ low ≤ high ≤ 1, and what sets each end."""

    low: float
    high: float
    low_limit: str
    high_limit: str
    unknown: tuple[float, ...]
    """Contents in use whose strain is not known: it limits nothing there."""
    cut: Gap | None = None
    """The gap within which strain ends the range."""


def usable_range(
    potential: OpenCircuitPotential, shapes: Mapping[float, Shape | None], limits: UsageLimits, *, from_empty: bool
) -> UsableRange:
    """Return the contents between which an electrode stays within its limits.

    Strain counts from the content at which the electrode is made, or the nearest to it within the voltage window:
    a cathode is made full and loses ions, an anode is made empty and takes them up. Strain is that of the electrode
    as a whole: interpolated between computed contents, and by the lever rule where two phases coexist.

    Parameters
    ----------
    potential
        The open-circuit potential, with what coexists.
    shapes
        By computed content; ``None`` where the shape is not known.
    limits
        What ends its use.
    from_empty
        Whether it is made without ions.
    """
    inside = [
        (low, high)
        for (low, high), voltage in zip(itertools.pairwise(potential.nodes), potential.voltages, strict=True)
        if limits.min_voltage <= voltage <= limits.max_voltage
    ]
    if not inside:
        end = 0.0 if from_empty else 1.0
        return UsableRange(end, end, "voltage window", "voltage window", ())
    low, high = inside[0][0], inside[-1][1]
    low_limit = "voltage window" if low > 0 else "all ions out"
    high_limit = "voltage window" if high < 1 else "all ions in"
    begin, end = (low, high) if from_empty else (high, low)
    reached, name = _strain_limit(potential, shapes, limits, begin, end)
    if name:
        low, high = (low, reached) if from_empty else (reached, high)
        low_limit, high_limit = (low_limit, name) if from_empty else (name, high_limit)
    cut = _gap(potential, shapes, reached, from_empty) if name else None
    return UsableRange(low, high, low_limit, high_limit, _unknown(potential, shapes, low, high), cut)


def _strain_limit(
    potential: OpenCircuitPotential,
    shapes: Mapping[float, Shape | None],
    limits: UsageLimits,
    begin: float,
    end: float,
) -> tuple[float, str]:
    """Return how far from ``begin`` towards ``end`` strain allows, and which strain ends it, empty where none does."""
    path = _path(potential, {at: (volume,) for at, volume in _volumes(shapes).items()}, begin, end)
    swelling = [(at, 100 * (volume / path[0][1][0] - 1)) for at, (volume,) in path]
    axes = {at: shape.axes for at, shape in shapes.items() if shape and shape.axes}
    collapse: list[tuple[float, float]] = []
    longest: Sequence[float] = (0.0, 0.0, 0.0)
    for at, lengths in _path(potential, axes, begin, end):
        longest = [max(pair) for pair in zip(longest, lengths, strict=True)]
        collapse.append((at, max(100 * (1 - now / most) for now, most in zip(lengths, longest, strict=True))))
    ends = [
        (_crossing(swelling, limits.max_volume_change), "volume change"),
        (_crossing(collapse, limits.max_axis_collapse), "collapse of an axis"),
    ]
    passed = [(at, name) for at, name in ends if at is not None]
    return min(passed, key=lambda one: abs(one[0] - begin), default=(end, ""))


def _path(
    potential: OpenCircuitPotential, known: Mapping[float, Sequence[float]], begin: float, end: float
) -> list[tuple[float, tuple[float, ...]]]:
    """Return contents and mean values from ``begin`` to ``end``, as far as known; straight lines lie between them."""
    contents = sorted(known)
    phases = {at for at in (*contents, *itertools.chain(*potential.coexistence)) if not _within_gap(potential, at)}
    corners = sorted(at for at in phases if contents and contents[0] <= at <= contents[-1])
    if not corners:  # nothing is known, or what is known lies within a gap that reaches beyond it
        return []
    of_corners = [np.interp(corners, contents, column) for column in zip(*(known[at] for at in contents), strict=True)]
    low, high = sorted((begin, end))
    way = {at for at in (low, *corners, high) if low <= at <= high and corners[0] <= at <= corners[-1]}
    return [
        (at, tuple(float(np.interp(at, corners, column)) for column in of_corners))
        for at in sorted(way, reverse=begin > end)
    ]


def _volumes(shapes: Mapping[float, Shape | None]) -> dict[float, float]:
    """Return the known volumes in units of the full crystal's, by rising content."""
    return {at: 1 + shape.volume_change / 100 for at, shape in sorted(shapes.items()) if shape}


def _gap(
    potential: OpenCircuitPotential, shapes: Mapping[float, Shape | None], content: float, from_empty: bool
) -> Gap | None:
    """Return the gap that a content lies in."""
    volumes = _volumes(shapes)
    for low, high in potential.coexistence:
        if low < content < high:
            empty, full = (float(np.interp(at, list(volumes), list(volumes.values()))) for at in (low, high))
            return Gap(low, high, 100 * (full / empty - 1 if from_empty else empty / full - 1))
    return None


def _within_gap(potential: OpenCircuitPotential, content: float) -> bool:
    """Say whether a single phase of that content decomposes."""
    return any(low < content < high for low, high in potential.coexistence)


def _unknown(
    potential: OpenCircuitPotential, shapes: Mapping[float, Shape | None], low: float, high: float
) -> tuple[float, ...]:
    """Return the contents beside used ones whose shape is not known, except those that decompose."""
    pairs = itertools.pairwise(sorted(at for at in shapes if not _within_gap(potential, at)))
    used = {at for pair in pairs if pair[0] < high and pair[1] > low for at in pair}
    return tuple(sorted(at for at in used if shapes[at] is None))


def _crossing(path: Sequence[tuple[float, float]], limit: float) -> float | None:
    """Return the content at which a strain first passes its limit, either way; ``None`` where it does not."""
    for (before, smaller), (after, larger) in itertools.pairwise(path):
        if abs(larger) > limit:
            share = (math.copysign(limit, larger) - smaller) / (larger - smaller)
            return before + (after - before) * share
    return None
