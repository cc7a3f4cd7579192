"""Electrodes drawn from the stated uncertainties of one electrode.

One potential made all points of a curve, so they are wrong the same way: a curve moves as a whole, by one number of its
standard uncertainties, its deviate. Different properties move independently of each other.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.core.errors import UsageError, closest

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIMITS: Final[Mapping[str, tuple[float, float]]] = {
    "open_circuit_potential": (-math.inf, math.inf),
    "diffusivity": (0.0, math.inf),
    "activation_energy": (0.0, math.inf),
    "youngs_modulus": (0.0, math.inf),
    "poisson_ratio": (-1.0, 0.5),
    "partial_molar_volume": (-math.inf, math.inf),
    "fracture_toughness": (0.0, math.inf),
}
"""Properties that are drawn independently, and the open intervals outside which no solid is."""


CENTRAL: Final = (0.16, 0.84)
"""Quantiles one standard deviation to either side of the median, were samples normal."""


def standard_uncertainty(samples: NDArray[np.float64], value: float, *, by_ratio: bool) -> float:
    """Return the standard uncertainty of a value: half of what the central 68 % of its samples (n,) span.

    Of what is compared by ratio the samples' ratios are taken, so that the value may be off, as that of another model.
    """
    low, high = np.quantile(np.log(samples) if by_ratio else samples, CENTRAL)
    return float(high - low) / 2 * (value if by_ratio else 1.0)


def with_uncertainty(electrode: Electrode) -> tuple[str, ...]:
    """Return the properties of an electrode that are drawn: those whose standard uncertainty is known."""
    return tuple(name for name in LIMITS if _spread(getattr(electrode, name)))


def without_uncertainty(electrode: Electrode) -> tuple[str, ...]:
    """Return the properties that stay as they are in every sample, because nobody knows how uncertain they are.

    As long as there are any, the samples' spread is a lower bound.
    """
    drawn = with_uncertainty(electrode)
    fixed = [name for name in LIMITS if name not in drawn]
    if "partial_molar_volume" not in drawn:
        fixed.append("volume_change")
    return ("maximum_concentration", *fixed)


def moved(electrode: Electrode, deviates: Mapping[str, float]) -> Electrode:
    """Return an electrode whose properties are moved, each by a number of its standard uncertainties.

    Parameters
    ----------
    electrode
        The electrode as it was calculated.
    deviates
        By the names of :func:`with_uncertainty`; what is not named stays. The volume change goes with the partial molar
        volume, whose integral over content it is.

    Raises
    ------
    UsageError
        For a name whose uncertainty is not known.
    """
    known = with_uncertainty(electrode)
    for name in deviates:
        if name not in known:
            raise UsageError(f"'{name}' of {electrode.id} has no known uncertainty{closest(name, known)}")
    changed = {name: getattr(electrode, name).moved(deviate) for name, deviate in deviates.items()}
    if "partial_molar_volume" in changed:
        changed["volume_change"] = _volume_change(electrode, changed["partial_molar_volume"])
    return dataclasses.replace(electrode, **changed)


def deviate_range(electrode: Electrode, name: str) -> tuple[float, float]:
    """Return the deviates between which a property stays within :data:`LIMITS`; infinite where it always does.

    Raises
    ------
    UsageError
        Where the property itself is outside.
    """
    low, high = LIMITS[name]
    curve: Curve = getattr(electrode, name)
    if not all(low < value < high for value in curve.values):
        raise UsageError(f"{name} of {electrode.id} is not between {low:g} and {high:g} at all contents")
    if curve.uncertainties is None or curve.logarithmic:
        return -math.inf, math.inf
    points = [(value, u) for value, u in zip(curve.values, curve.uncertainties, strict=True) if u > 0]
    return max((low - value) / u for value, u in points), min((high - value) / u for value, u in points)


def drawn_deviates(electrode: Electrode, count: int, seed: int) -> dict[str, NDArray[np.float64]]:
    """Return independent deviates of each property that has an uncertainty, each of shape (count,).

    They are standard normal, truncated where a curve would leave :data:`LIMITS`. Each property has its own stream of
    random numbers, so that it is drawn the same whichever others there are.

    Raises
    ------
    UsageError
        Where there is nothing to draw, or a property is outside its limits as it is.
    """
    from scipy.stats import truncnorm

    names = with_uncertainty(electrode)
    if not names:
        raise UsageError(f"no property of {electrode.id} has a known uncertainty: there is nothing to sample")
    if count < 1:
        raise UsageError(f"{count} samples were asked for; at least one is needed")
    return {
        name: truncnorm(*deviate_range(electrode, name)).rvs(count, random_state=generator)
        for name, generator in zip(LIMITS, np.random.default_rng(seed).spawn(len(LIMITS)), strict=True)
        if name in names
    }


def sampled(electrode: Electrode, count: int, seed: int) -> list[Electrode]:
    """Return electrodes drawn from the stated uncertainties; raises as :func:`drawn_deviates` does."""
    deviates = drawn_deviates(electrode, count, seed)
    return [moved(electrode, {name: float(drawn[i]) for name, drawn in deviates.items()}) for i in range(count)]


def _spread(curve: Curve) -> bool:
    return curve.uncertainties is not None and any(u > 0 for u in curve.uncertainties)


def _volume_change(electrode: Electrode, partial_molar_volume: Curve) -> Curve:
    """Return the volume change that belongs to another partial molar volume.

    Dv(x)/dx = c Ω(x) with v the volume over that of the full material and c the maximum concentration, so that a change
    of Ω changes v by its integral from the full material, where v is 0 by definition.
    """
    contents = sorted({*electrode.volume_change.contents, *partial_molar_volume.contents, 0.0, 1.0})
    grid = np.array(contents)
    shift = partial_molar_volume.at(grid) - electrode.partial_molar_volume.at(grid)
    # Between neighbouring points of both curves the shift is linear, so that trapezes are exact.
    steps = electrode.maximum_concentration * np.diff(grid) * (shift[1:] + shift[:-1]) / 2
    from_full = -np.append(np.cumsum(steps[::-1])[::-1], 0.0)
    values = electrode.volume_change.at(grid) + from_full
    return Curve(tuple(contents), tuple(map(float, values)))
