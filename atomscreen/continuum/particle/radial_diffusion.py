"""Ions spreading in a sphere: finite volumes in space, implicit steps of a controlled error in time.

A step is of Euler's linearly implicit method, in one, two and three parts, extrapolated to infinitely many
(P. Deuflhard, E. Hairer and J. Zugck, Numerische Mathematik 51, 501, 1987). It is stable however fast diffusion is,
conserves to rounding, and takes kinks of a diffusivity as they come.

What is solved for are the deviations of contents from their mean. Where diffusion is fast they are a millionth of the
contents: stress, which they make, would drown in the tolerance of the contents themselves. The mean changes by what
leaves the surface and by nothing else, so that no ion is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Protocol

import numpy as np

from atomscreen.continuum.particle.radial_mesh import RadialMesh
from atomscreen.core.errors import StageFailure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

TOLERANCE: Final = 1e-3
"""Difference to the extrapolation of lower order that a step may have, over the largest deviation of content."""

STEPS: Final = 100
"""Fewest steps from the first content to the last."""

FIRST: Final = 1e-6
"""Of the way from the first content to the last, what the first step goes."""

SHORTEST: Final = 1e-9
"""Over the first step, a step at which the solution is given up."""


class Surface(Protocol):
    """What happens at a sphere's surface."""

    def exchange(self, contents: Array, conductance: Callable[[float], float]) -> tuple[float, float, float]:
        """Return the content at the surface, what leaves the sphere per second, and how that grows.

        Parameters
        ----------
        contents
            In the shells, shape (n,).
        conductance
            Between the outermost shell and the surface, by the content between them.

        Returns
        -------
        tuple
            The last is the derivative of what leaves by the content of the outermost shell, or near enough.
        """
        ...


@dataclass(frozen=True)
class ConstantRate:
    """A surface through which ions leave at a rate, in content per second; they enter where it is negative."""

    rate: float

    def exchange(self, contents: Array, conductance: Callable[[float], float]) -> tuple[float, float, float]:
        """Return what :class:`Surface` says."""
        outer = float(contents[-1])
        surface = outer
        for _ in range(2):
            surface = outer - self.rate / conductance((outer + surface) / 2)
        return surface, self.rate, 0.0


@dataclass(frozen=True)
class ConstantContent:
    """A surface that keeps one content."""

    content: float

    def exchange(self, contents: Array, conductance: Callable[[float], float]) -> tuple[float, float, float]:
        """Return what :class:`Surface` says."""
        outer = float(contents[-1])
        between = conductance((outer + self.content) / 2)
        return self.content, between * (outer - self.content), between


@dataclass(frozen=True, eq=False)
class Solution:
    """Contents against time.

    Attributes
    ----------
    times
        In s, shape (m,).
    contents
        In the shells, shape (m, n).
    mean_contents, surface_contents
        Shape (m,).
    ended_by
        What reached its end first.
    """

    times: Array
    contents: Array
    mean_contents: Array
    surface_contents: Array
    ended_by: Literal["surface", "mean"]


class _State(NamedTuple):
    """Contents as their mean and the deviations from it, shape (n,)."""

    time: float
    mean: float
    deviations: Any

    @property
    def contents(self) -> Array:
        return np.asarray(self.mean + self.deviations)


class RadialDiffusion:
    """A sphere's shells and what moves ions between them and out.

    Parameters
    ----------
    mesh
        With n shells.
    law
        Gives the diffusivity over the radius squared, in 1/s, through a step that begins with these contents, shape
        (n,), and deviations from their mean: at the inner faces, by the contents there, shape (..., n − 1).
    at_surface
        The same between the outermost shell and the surface, by the content there.
    surface
        What happens at the surface.
    """

    def __init__(
        self,
        mesh: RadialMesh,
        law: Callable[[Array, Array], Callable[[Array], Array]],
        at_surface: Callable[[float], float],
        surface: Surface,
    ) -> None:
        self.mesh, self.law, self.surface = mesh, law, surface
        self._conductance = lambda content: float(mesh.conductances[-1]) * at_surface(content)

    def solve(self, start: float, end: float, share: float, by_surface: bool = False) -> Solution:
        """Return contents from an even start until an end.

        Parameters
        ----------
        start, end
            Contents.
        share
            Of the way between them that the mean goes at most, 0 to 1; a step goes a hundredth at most.
        by_surface
            Whether it ends where the surface reaches ``end`` before that.

        Raises
        ------
        StageFailure
            Where the surface is there before it has begun, or steps become too small.
        """
        states = [_State(0.0, start, np.zeros(len(self.mesh.radii)))]
        span = abs(start - end)

        def mean_remains(state: _State) -> float:
            return share - (start - state.mean) / (start - end)

        def surface_remains(state: _State) -> float:
            return (self._exchange(state.contents)[0] - end) / (start - end) if by_surface else np.inf

        def remains(state: _State) -> float:
            return min(mean_remains(state), surface_remains(state))

        if remains(states[0]) <= 0:
            raise StageFailure("the surface is empty or full before any ion has moved inside: the rate is too high")
        self._walk(states, span, remains)
        surfaces = np.array([self._exchange(state.contents)[0] for state in states])
        if not isinstance(self.surface, ConstantContent):
            surfaces[0] = start  # no ion has moved
        return Solution(
            np.array([state.time for state in states]),
            np.array([state.contents for state in states]),
            np.array([state.mean for state in states]),
            surfaces,
            "surface" if surface_remains(states[-1]) <= mean_remains(states[-1]) else "mean",
        )

    def _walk(self, states: list[_State], span: float, remains: Callable[[_State], float]) -> None:
        """Append states up to the one at which nothing remains."""
        step = first = FIRST * span / abs(self._exchange(states[0].contents)[1])
        while remains(states[-1]) > 0:
            now = states[-1]
            step = min(step, span / STEPS / abs(self._exchange(now.contents)[1]))
            following, error = self._step(now, step, span)
            if error <= 1:
                states.append(following)
            elif step < SHORTEST * first:
                raise StageFailure(f"ions spreading in a sphere are not solved beyond {now.time:.4g} s")
            step *= min(5.0, max(0.2, 0.9 / max(error, 1e-9) ** (1 / 3)))
        before, beyond = states[-2:]
        states[-1] = self._last(before, beyond.time - before.time, span, remains)

    def _last(self, now: _State, longest: float, span: float, remains: Callable[[_State], float]) -> _State:
        """Return the state that a part of a step leads to, at which nothing remains."""
        from scipy.optimize import brentq

        def after(step: float) -> _State:
            return self._step(now, step, span)[0] if step else now

        return after(brentq(lambda step: remains(after(step)), 0.0, longest, rtol=1e-10))

    def _step(self, now: _State, step: float, span: float) -> tuple[_State, float]:
        """Return the state after a step, and its error over the one allowed."""
        diffusivity = self.law(now.contents, now.deviations)
        leaving, slope = self._exchange(now.contents)[1:]
        bands = self._bands(diffusivity, now, slope)
        begins = self._gains(diffusivity, now, leaving), leaving
        rows: list[Array] = []
        for parts in (1, 2, 3):
            solve = _solver(bands, step / parts)
            state, (gains, leaving) = now, begins
            for part in range(parts):
                if part:
                    leaving = self._exchange(state.contents)[1]
                    gains = self._gains(diffusivity, state, leaving)
                gained = solve(step / parts * gains)
                state = _State(
                    state.time + step / parts,
                    state.mean - step / parts * leaving - step / parts * slope * float(gained[-1]),
                    state.deviations + (gained - self.mesh.mean(gained)),
                )
            rows.append(np.append(state.deviations, state.mean))
        # Aitken and Neville: the error of an Euler step is a power series in the length of its parts.
        second, third = 2 * rows[1] - rows[0], 3 * rows[2] - 2 * rows[1]
        best = third + (third - second) / 2
        errors = np.abs(best - third)
        allowed = TOLERANCE * np.append(np.full(len(errors) - 1, np.abs(best[:-1]).max()), span)
        return _State(now.time + step, float(best[-1]), best[:-1]), float(
            np.nan_to_num(errors / allowed, nan=np.inf).max()
        )

    def _gains(self, diffusivity: Callable[[Array], Array], state: _State, leaving: float) -> Array:
        """Return how contents change per second."""
        contents = state.contents
        between = (contents[1:] + contents[:-1]) / 2
        falls = state.deviations[:-1] - state.deviations[1:]
        flows = np.concatenate([[0.0], self.mesh.conductances[:-1] * diffusivity(between) * falls, [leaving]])
        return np.asarray((flows[:-1] - flows[1:]) / self.mesh.volumes)

    def _bands(self, diffusivity: Callable[[Array], Array], state: _State, slope: float) -> tuple[Array, Array, Array]:
        """Return the derivatives of the gains by contents: below, on and above the diagonal."""
        contents, volumes, tiny = state.contents, self.mesh.volumes, 1e-6
        between = (contents[1:] + contents[:-1]) / 2
        lower, middle, upper = self.mesh.conductances[:-1] * diffusivity(between + tiny * np.array([[-1], [0], [1]]))
        steeper = (upper - lower) / (4 * tiny) * (state.deviations[:-1] - state.deviations[1:])
        by_inner, by_outer = np.append(middle + steeper, slope), np.append(0.0, middle - steeper)
        return by_inner[:-1] / volumes[1:], -(by_inner + by_outer) / volumes, by_outer[1:] / volumes[:-1]

    def _exchange(self, contents: Array) -> tuple[float, float, float]:
        return self.surface.exchange(contents, self._conductance)


def _solver(bands: tuple[Array, Array, Array], step: float) -> Callable[[Array], Array]:
    """Return what solves (1 − step · derivatives) x = b, from the derivatives' bands."""
    from scipy.linalg.lapack import dgttrf, dgttrs

    below, on, above = bands
    *factors, _ = dgttrf(-step * below, 1 - step * on, -step * above)
    return lambda right: np.asarray(dgttrs(*factors, right)[0])
