"""What coexists: contents at which a uniform electrode is unstable (spinodal), and of coexisting phases (binodal).

The spinodal's contents are roots of a polynomial, g'' x (1 − x). The binodal's are where one straight line touches g
twice: ions and vacancies have the same chemical potential in both phases. A convex hull over a fine grid finds how many
such pairs there are, also where one tangent bridges several spinodals; Newton's method makes each exact. It works in
the logarithm of x/(1 − x), so that a phase that dissolves next to nothing is as exact as any other.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.phase_field.free_energy import FreeEnergy
from atomscreen.core.errors import StageFailure
from atomscreen.core.units import convert
from atomscreen.properties.intercalation.intercalation_hull import lower_hull

if TYPE_CHECKING:
    from numpy.polynomial import Polynomial
    from numpy.typing import NDArray

    Array = NDArray[Any]

Gap = tuple[float, float]

NARROWEST: Final = 1e-3
"""Width of content below which a spinodal counts as none: that of a regular solution 1e-6 below its critical
temperature, where rounding hides what coexists."""

REAL: Final = 1e-9
"""Imaginary part up to which a root counts as real, by rounding."""

FARTHEST: Final = 14.0
"""Logarithm of x/(1 − x) up to which the hull is taken; Newton's method goes on from there."""

MOST_STEPS: Final = 200

ROUNDED: Final = 1e-7
"""Newton step below which one that is no smaller than the last is rounding, near a critical temperature."""


def spinodal(free_energy: FreeEnergy) -> tuple[Gap, ...]:
    """Return the intervals of content in which a uniform electrode is unstable, in order; none in a solid solution."""
    # RT + x (1 − x) E'' in s = 2x − 1
    stability = free_energy.thermal + _of_curvature(free_energy)
    roots = [0.0, *((root + 1) / 2 for root in _real_roots(stability)), 1.0]
    return tuple(
        (low, high)
        for low, high in itertools.pairwise(roots)
        if high - low > NARROWEST and stability(low + high - 1) < 0
    )


def binodal(free_energy: FreeEnergy) -> tuple[Gap, ...]:
    """Return the pairs of contents of coexisting phases, in order; none in a solid solution.

    Raises
    ------
    StageFailure
        Where Newton's method finds no common tangent, which no free energy of this form is known to do.
    """
    unstable = spinodal(free_energy)
    if not unstable:
        return ()
    grid = _grid(unstable)
    corners = grid[lower_hull(grid.tolist(), free_energy.at(grid).tolist())]
    found = []
    for low, high in itertools.pairwise(corners):
        if any(low <= start and end <= high for start, end in unstable):
            found.append(_tangent(free_energy, low, high))
    return tuple(found)


def common_tangent(free_energy: FreeEnergy, contents: Array) -> Array:
    """Return the free energy of what is in equilibrium at contents (n,), in J/mol: g, and in each gap its tangent."""
    lowest = free_energy.at(contents)
    for gap in binodal(free_energy):
        inside = (contents > gap[0]) & (contents < gap[1])
        lowest[inside] = np.interp(contents[inside], gap, free_energy.at(np.array(gap)))
    return lowest


def critical_temperature(free_energy: FreeEnergy) -> float:
    """Return the temperature in K above which these interactions leave a solid solution; 0 where they always do.

    It is the largest −x (1 − x) E''(x)/R, L₀/(2R) of a regular solution; E is what is beyond the ideal solution.
    """
    stability = _of_curvature(free_energy)
    extremes = [-1.0, *_real_roots(stability.deriv()), 1.0]
    return float(max(-stability(np.array(extremes)))) / convert(1.0, "K * molar_gas_constant", "J/mol")


def _of_curvature(free_energy: FreeEnergy) -> Polynomial:
    """Return x (1 − x) E'' in J/mol, a polynomial in s = 2x − 1."""
    return (1 - _s() ** 2) * free_energy.excess.deriv(2)


def _s() -> Polynomial:
    return np.polynomial.Polynomial([0.0, 1.0])


def _real_roots(polynomial: Polynomial) -> list[float]:
    """Return the real roots between −1 and 1, rising; there, next to nothing of a coefficient changes none."""
    smallest = 1e-13 * np.abs(polynomial.coef).max()
    roots = np.asarray(polynomial.trim(smallest).roots(), dtype=complex)
    return sorted(roots.real[(np.abs(roots.imag) < REAL) & (np.abs(roots.real) < 1)].tolist())


def _grid(unstable: tuple[Gap, ...]) -> Array:
    """Return contents, rising: even in the logarithm of x/(1 − x), and finer about each spinodal."""
    parts = [_content(np.linspace(-FARTHEST, FARTHEST, 4001))]
    for low, high in unstable:
        width = high - low
        near = np.linspace(low - width, high + width, 801)
        parts.append(near[(near > parts[0][0]) & (near < parts[0][-1])])
    return np.unique(np.concatenate(parts))


def _tangent(free_energy: FreeEnergy, low: float, high: float) -> Gap:
    """Return the contents at which one line touches g, from contents near them on both sides of a spinodal."""
    place = np.log([low / (1 - low), high / (1 - high)])  # logarithm of x/(1 − x) of both phases
    last = np.inf
    for _ in range(MOST_STEPS):
        x = _content(place)
        slopes = free_energy.thermal + x * (1 - x) * 4 * free_energy.excess.deriv(2)(2 * x - 1)  # of μ, by the place
        ions, vacancies = _potentials(free_energy, place)
        of_ions, of_vacancies = ions[1] - ions[0], vacancies[1] - vacancies[0]
        # Of both phases, the change of μ that makes both differences zero: that of vacancies changes by −x times it.
        first = (of_vacancies + x[1] * of_ions) / (x[1] - x[0])
        step = np.array([first, first - of_ions]) / slopes
        size = float(np.abs(step).max())
        place = place + step / max(1.0, size)
        if size < 1e-14 or last <= size < ROUNDED:
            return float(_content(place[0])), float(_content(place[1]))
        last = size
    raise StageFailure(f"no common tangent is found of {free_energy} between contents near {low:.6g} and {high:.6g}")


def _potentials(free_energy: FreeEnergy, place: Array) -> tuple[Array, Array]:
    """Return chemical potentials in J/mol of ions against vacancies, dg/dx, and of vacancies, g − x dg/dx."""
    x = _content(place)
    excess, slope = free_energy.excess(2 * x - 1), 2 * free_energy.excess.deriv()(2 * x - 1)
    vacancies = -free_energy.thermal * np.logaddexp(0.0, place) + excess - x * slope
    return free_energy.thermal * place + slope, vacancies


def _content(place: float | Array) -> Array:
    """Return the content from the logarithm of x/(1 − x)."""
    return np.asarray(np.exp(-np.logaddexp(0.0, -np.asarray(place))))
