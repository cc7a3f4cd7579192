"""Thermodynamic factor of a working ion, from the slope of the open-circuit potential."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import StageFailure
from atomscreen.core.units import registry

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_FLAT = 1e-6  # of an ideal solution's slope: rounding gives less, a solution near its critical point far more
_UNRESOLVED = 0.5  # relative change of a slope, taken over three intervals instead of one, that makes it none


@dataclass(frozen=True)
class ThermodynamicFactor:
    """Γ = ∂(μ/k_BT)/∂ ln x at one content, or why there is none.

    Attributes
    ----------
    value
        Γ, positive; 1/(1 − x) for ions that share their sites at random. ``None`` where it does not exist.
    resolution
        How far Γ changes where the slope is taken over three intervals of the potential instead of one.
    reason
        Why there is none; empty where there is.
    """

    value: float | None
    resolution: float | None
    reason: str


class PotentialSlope:
    """An open-circuit potential, ready to be asked for its thermodynamic factor.

    Γ = −(z e/k_BT) x dU/dx, x the content from 0 to 1 and U against the ion's metal: μ of the neutral atom is that of
    the metal less z e U, and falls where it is removed. The slope is a difference of neighbouring means divided by the
    difference of the same means of ln x/(1 − x), which is k_BT/(z e) exactly where ions share their sites at random;
    −dU/d ln[x/(1 − x)] changes slowly where x dU/dx does not, so that the ends of the curve come out right.

    Parameters
    ----------
    contents, voltages
        Of the vocabulary: middles of even intervals from 0 to 1 and mean potentials in V over each.
    charge
        Of the ion.
    temperature
        In K, at which the potential holds.

    Raises
    ------
    StageFailure
        Where these are no intervals that fill 0 to 1, or fewer than eight.
    """

    def __init__(self, contents: Sequence[float], voltages: Sequence[float], charge: int, temperature: float) -> None:
        nodes = _nodes(np.asarray(contents))
        thermal = float(registry().Quantity(temperature, "K * boltzmann_constant").to("eV").magnitude)
        ideal = np.diff(_x_ln_x(nodes) + _x_ln_x(1 - nodes)) / np.diff(nodes)  # means of ln x/(1 − x)
        self._nodes = nodes[2:-2]
        potential = charge * np.asarray(voltages) / thermal
        near = -np.diff(potential)[1:-1] / np.diff(ideal)[1:-1]
        far = -(potential[3:] - potential[:-3]) / (ideal[3:] - ideal[:-3])
        self._near, self._far = near, far

    def at(self, content: float) -> ThermodynamicFactor:
        """Return the thermodynamic factor at a content between 0 and 1."""
        if not self._nodes[0] <= content <= self._nodes[-1]:
            return ThermodynamicFactor(None, None, "the potential is too steep there for its intervals")
        near, far = (float(np.interp(content, self._nodes, slopes)) for slopes in (self._near, self._far))
        if max(near, far) < _FLAT:
            return ThermodynamicFactor(None, None, "the potential is flat: two phases coexist, and fronts move instead")
        if abs(far - near) > _UNRESOLVED * near:
            return ThermodynamicFactor(
                None, None, "the potential bends within its intervals: an ordered content, or the edge of a plateau"
            )
        return ThermodynamicFactor(near / (1 - content), abs(far - near) / (1 - content), "")


def _nodes(contents: Array) -> Array:
    """Return the ends of the intervals whose middles are given, shape (n + 1,)."""
    nodes = [0.0]
    for middle in contents.tolist():
        nodes.append(2 * middle - nodes[-1])
    if len(nodes) < 9 or abs(nodes[-1] - 1) > 1e-6 or min(np.diff(nodes)) <= 0:
        raise StageFailure("the open-circuit potential is not given over intervals that fill contents from 0 to 1")
    return np.array([*nodes[:-1], 1.0])


def _x_ln_x(x: Array) -> Array:
    """Return x ln x, 0 at 0."""
    result: Array = x * np.log(np.where(x > 0, x, 1.0))
    return result
