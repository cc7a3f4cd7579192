"""Separation of phases in one dimension, by the equation of Cahn and Hilliard.

∂x/∂t = ∂/∂r [M(x) ∂μ/∂r], μ = g'(x) − (κ/c) ∂²x/∂r², with no flux of ions and no slope of content at both ends. Finite
volumes keep the ions; implicit steps that split off a convex part of the free energy (D. J. Eyre, Materials Research
Society Proceedings 529, 39, 1998, doi:10.1557/PROC-529-39) let the free energy never rise, however long they are.
A coherent crystal is one whose free energy has its strain in it, as ``FreeEnergy.with_coherency`` gives it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.phase_field.free_energy import FreeEnergy
from atomscreen.continuum.phase_field.mobility import Mobility
from atomscreen.core.errors import StageFailure, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

MOST_ITERATIONS: Final = 30

SHORTEST: Final = 1e-16
"""Share of the duration below which a step is too short to go on."""


@dataclass(frozen=True)
class Bar:
    """A bar of electrode material, closed at both ends.

    Attributes
    ----------
    free_energy
        Of the material.
    concentration
        Of the ions' sites, c, in mol/m³.
    gradient_coefficient
        κ in J/m.
    mobility
        M(x) in mol·m²/(J·s), a function of contents: that of the flux c M ∂μ/∂r in mol/(m²·s).
    length
        In m.
    """

    free_energy: FreeEnergy
    concentration: float
    gradient_coefficient: float
    mobility: Mobility
    length: float

    def __post_init__(self) -> None:
        if not (self.concentration > 0 and self.gradient_coefficient > 0 and self.length > 0):
            raise UsageError("concentration, gradient coefficient and length of a bar are positive")

    def energy(self, contents: Array) -> float:
        """Return the free energy in J/m² of contents (n,) in n even cells, that of gradients in."""
        cell = self.length / len(contents)
        uniform = self.concentration * float(self.free_energy.at(contents).sum()) * cell
        return uniform + self.gradient_coefficient / 2 * float((np.diff(contents) ** 2).sum()) / cell

    def growth_rate(self, content: float, wave_number: float) -> float:
        """Return the rate in 1/s at which a small wave on a uniform content grows: −M k² [g'' + (κ/c) k²]."""
        stiffness = float(self.free_energy.curvature(content))
        mobility = float(self.mobility(np.array(content)))
        return (
            -mobility * wave_number**2 * (stiffness + self.gradient_coefficient / self.concentration * wave_number**2)
        )


@dataclass(frozen=True, eq=False)
class Separation:
    """What became of a bar.

    Attributes
    ----------
    times
        In s, shape (n_t,), the first 0.
    contents
        In the cells, shape (n_t, n).
    energies
        In J/m², shape (n_t,); they never rise.
    """

    times: Array
    contents: Array
    energies: Array


def separate(bar: Bar, contents: Array, duration: float, tolerance: float = 1e-4) -> Separation:
    """Return how contents change in a bar.

    Parameters
    ----------
    bar
        The bar.
    contents
        At the start, in n even cells, between 0 and 1, shape (n,).
    duration
        In s.
    tolerance
        Largest difference of content between one step and two of half the time, of which the two are kept.

    Raises
    ------
    UsageError
        For contents that are not between 0 and 1, or fewer than three; for no duration.
    StageFailure
        Where steps become too short to go on.
    """
    now = np.asarray(contents, dtype=float)
    if now.ndim != 1 or len(now) < 3 or not np.all((now > 0) & (now < 1)):
        raise UsageError("a bar has at least three cells, with contents between 0 and 1")
    if not duration > 0:
        raise UsageError(f"a bar is followed for more than {duration:g} s")
    time, step = 0.0, duration / 1000
    history = [(time, now)]
    while time < duration:
        step = min(step, duration - time)
        if step < SHORTEST * duration:
            raise StageFailure(f"the bar's contents change too fast to follow after {time:.3g} s")
        whole, first = _stepped(bar, now, step), _stepped(bar, now, step / 2)
        second = None if first is None else _stepped(bar, first, step / 2)
        if whole is None or second is None:
            step /= 4
            continue
        error = float(np.abs(whole - second).max())
        if error <= tolerance:
            time, now = (duration if step == duration - time else time + step), second
            history.append((time, now))
        step *= float(np.clip(0.8 * np.sqrt(tolerance / max(error, 1e-300)), 0.2, 2.0))
    times, states = zip(*history, strict=True)
    return Separation(np.array(times), np.array(states), np.array([bar.energy(state) for state in states]))


def _stepped(bar: Bar, before: Array, step: float) -> Array | None:
    """Return contents (n,) after one step, or ``None`` where Newton's method does not find them.

    μ is that of a convex free energy, g + ½ S x², at the new contents, less S x at the old ones.
    """
    from scipy.linalg import solve_banded

    split, cell = _split(bar.free_energy), bar.length / len(before)
    # Of fluxes between cells, and of gradients: both are tridiagonal with columns that sum to zero.
    flux = _laplacian(step * bar.mobility((before[1:] + before[:-1]) / 2) / cell**2)
    bending = _laplacian(np.full(len(before) - 1, bar.gradient_coefficient / bar.concentration / cell**2))
    now = before
    for _ in range(MOST_ITERATIONS):
        potential = bar.free_energy.chemical_potential(now) + split * (now - before) - _times(bending, now)
        inner = -bending
        inner[1] += bar.free_energy.curvature(now) + split
        system = -_product(flux, inner)
        system[2] += 1.0
        change = solve_banded((2, 2), system, before + _times(flux, potential) - now)
        change -= change.mean()  # the exact one has none; long steps of fast ions would let rounding make some
        room = np.where(change > 0, 1 - now, now)
        now = now + min(1.0, 0.9 / float(np.max(np.abs(change) / room, initial=1e-300))) * change
        if np.abs(change).max() < 1e-13:
            return np.asarray(now)
    return None


def _split(free_energy: FreeEnergy) -> float:
    """Return the least S in J/mol by which g + ½ S x² is convex for certain: RT/[x (1 − x)] is at least 4 RT."""
    bend = free_energy.excess.deriv(2)
    extremes = [root.real for root in np.atleast_1d(bend.deriv().trim().roots()) if abs(root) <= 1]
    lowest = 4 * float(min(bend(np.array([-1.0, *extremes, 1.0]))))
    return max(0.0, -lowest - 4 * free_energy.thermal)


def _laplacian(between: Array) -> Array:
    """Return the rows above, on and below the diagonal, (3, n), of what conductances (n − 1,) let into each cell."""
    n = len(between) + 1
    rows = np.zeros((3, n))
    rows[0, 1:] = rows[2, :-1] = between
    rows[1, 1:] -= between
    rows[1, :-1] -= between
    return rows


def _times(rows: Array, vector: Array) -> Array:
    """Return a tridiagonal matrix, as :func:`_laplacian` gives it, times a vector (n,)."""
    product = rows[1] * vector
    product[:-1] += rows[0, 1:] * vector[1:]
    product[1:] += rows[2, :-1] * vector[:-1]
    return np.asarray(product)


def _product(left: Array, right: Array) -> Array:
    """Return the five diagonals (5, n) of the product of two tridiagonal matrices (3, n); column j holds column j."""
    up, on, down = left
    above, middle, below = right
    product = np.zeros((5, left.shape[1]))
    product[0, 2:] = up[1:-1] * above[2:]
    product[1, 1:] = on[:-1] * above[1:] + up[1:] * middle[1:]
    product[2] = on * middle
    product[2, 1:] += down[:-1] * above[1:]
    product[2, :-1] += up[1:] * below[:-1]
    product[3, :-1] = on[1:] * below[:-1] + down[:-1] * middle[:-1]
    product[4, :-2] = down[1:-1] * below[:-2]
    return product
