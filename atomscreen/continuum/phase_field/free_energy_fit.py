"""Interactions of a free energy: through energies of mixing, or from an open-circuit potential."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.phase_field.coexistence import Gap, spinodal
from atomscreen.continuum.phase_field.free_energy import FreeEnergy, basis, basis_slopes
from atomscreen.core.errors import UsageError
from atomscreen.core.units import convert

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

MOST_TERMS: Final = 12
"""Interactions of a free energy through energies of mixing, at most."""

COLD: Final = 1.0
"""Temperature in K at which next to nothing but the energies themselves keeps a content stable."""

PLACES: Final = np.linspace(0.0, 1.0, 101)
"""Contents at which a free energy through energies of mixing is held to their shape."""

IMPOSSIBLE: Final = 1e-10
"""Squared distance, of energies up to 1, below which conditions contradict each other by all but rounding."""

MOST_TERMS_OF_POTENTIAL: Final = 6
"""Interactions of a free energy fitted to a potential, at most: further ones follow the bends of its construction."""


def through_energies(contents: Sequence[float], energies: Sequence[float], temperature: float) -> FreeEnergy:
    """Return the free energy whose part beyond the ideal solution, E, goes through energies of mixing.

    It has as many interactions as contents between the ends. A polynomial through few points can swing, and separate
    phases where the energies tell of none: it then gets further interactions, up to :data:`MOST_TERMS`, until E can be
    convex or concave wherever the energies are, without more concave intervals than they have; of those the ones that
    make the curvature E'' vary least. That depends on the energies alone, so that the interactions are the same at
    every temperature. A regular solution comes back exactly. No polynomial follows an ordered content far
    below its neighbours: :func:`swings` then tells.

    Parameters
    ----------
    contents
        Rising, between 0 and 1, shape (n,); the ends have no energy of mixing.
    energies
        Against the ends at the same content, in J per mole of the ions' sites, shape (n,).
    temperature
        In K.

    Raises
    ------
    UsageError
        For no contents or too many, or such as do not rise between 0 and 1.
    """
    x, e = np.asarray(contents, dtype=float), np.asarray(energies, dtype=float)
    if not 1 <= len(x) <= MOST_TERMS or not np.all(np.diff([0.0, *x, 1.0]) > 0):
        raise UsageError(f"energies of mixing are at 1 to {MOST_TERMS} contents, rising between 0 and 1")
    scale, shape = float(np.abs(e).max()) or 1.0, _shape(x, e)
    fits = [_of_least_variation(x, e / scale, terms, shape) for terms in range(len(x), MOST_TERMS + 1)]
    fits.append(_of_least_variation(x, e / scale, MOST_TERMS, np.zeros_like(shape)))
    found = [tuple((scale * fit).tolist()) for fit in fits if fit is not None]
    calm = (one for one in found if not swings(FreeEnergy(one, COLD), contents, energies))
    return FreeEnergy(next(calm, found[0]), temperature)


def swings(free_energy: FreeEnergy, contents: Sequence[float], energies: Sequence[float]) -> bool:
    """Say whether it is unstable in more intervals of content than the energies that it goes through are concave in."""
    x, e = np.array([0.0, *contents, 1.0]), np.array([0.0, *energies, 0.0])
    concave = np.diff(np.diff(e) / np.diff(x)) < 0
    stretches = int(concave[0]) + int(np.count_nonzero(concave[1:] & ~concave[:-1]))
    return len(spinodal(free_energy)) > stretches


def _shape(x: Array, energies: Array) -> Array:
    """Return 1 at those of :data:`PLACES` where the energies are convex, −1 where concave, 0 where they turn from one.

    At a content with an energy they bend as the straight lines from it to its neighbours do; so they do between two
    contents at which they bend the same way, and up to the ends.
    """
    bends = np.sign(np.diff(np.diff([0.0, *energies, 0.0]) / np.diff([0.0, *x, 1.0])))
    before = bends[np.maximum(np.searchsorted(x, PLACES, side="right") - 1, 0)]
    after = bends[np.minimum(np.searchsorted(x, PLACES, side="left"), len(x) - 1)]
    return np.where(before == after, before, 0.0)


def _of_least_variation(x: Array, energies: Array, terms: int, shape: Array) -> Array | None:
    """Return the interactions (terms,) through energies at contents (n,) whose E'' differs least from its mean.

    The squared difference, over all contents, is least under the conditions that E goes through the energies and that
    E'' has nowhere the wrong sign; ``None`` where no E does. That is the least distance of C. L. Lawson and R. J.
    Hanson (Solving Least Squares Problems, 1974, chapter 23), which least squares without negative numbers give.
    """
    from scipy.optimize import nnls

    places, weights = np.polynomial.legendre.leggauss(2 * terms)
    curvatures = _curvatures(places, terms)
    varying = np.sqrt(weights)[:, None] * (curvatures - weights @ curvatures / weights.sum())
    through, bent = basis(x, terms), shape[:, None] * _curvatures(2 * PLACES - 1, terms)
    one = np.linalg.lstsq(through, energies)[0]
    others = np.linalg.svd(through)[2][len(x) :].T  # what they differ by leaves the energies as they are
    directions, lengths = np.linalg.qr(varying @ others)
    least = directions.T @ (varying @ one)
    # With y = lengths @ z + least, of one + others @ z, the shortest y for which slope @ y >= lack.
    slope = bent @ others @ np.linalg.inv(lengths)
    lack = slope @ least - bent @ one
    stacked, target = np.vstack([slope.T, lack]), np.append(np.zeros(len(least)), 1.0)
    residual = target - stacked @ nnls(stacked, target)[0]
    if residual[-1] < IMPOSSIBLE:
        return None
    shortest = -residual[:-1] / residual[-1]
    return np.asarray(one + others @ np.linalg.solve(lengths, shortest - least))


def _curvatures(places: Array, terms: int) -> Array:
    """Return what each interaction adds to a quarter of E'' at places s = 2x − 1 (n,), shape (n, terms)."""
    return np.column_stack([FreeEnergy(tuple(row), 1.0).excess.deriv(2)(places) for row in np.eye(terms)])


def from_potential(
    contents: Sequence[float], voltages: Sequence[float], gaps: Sequence[Gap], charge: int, temperature: float
) -> tuple[FreeEnergy, float]:
    """Return the free energy whose chemical potential is that of an open-circuit potential, and the mean voltage in V.

    The potential is fitted, by least squares, and its free energy follows in closed form: μ = −zF(U − Ū), whose
    integral over all contents is zero. In a gap the potential is flat, and the barrier between the phases is lost: all
    that is fitted there is that both ends have the potential of the plateau, and that the areas above and below it are
    equal. What is between continues the two phases, as assessments of phase diagrams do. The number of interactions
    is that with the least error in points left out of the fit.

    Parameters
    ----------
    contents, voltages
        Of the potential in V against the working ion's metal, both of shape (n,); points at contents of 0 and 1 are
        left out, since the chemical potential is infinite there.
    gaps
        Contents at which two phases coexist.
    charge
        Of the working ion.
    temperature
        In K.

    Raises
    ------
    UsageError
        Where a gap reaches an end, since nothing tells of the phase there, or there are too few points.
    """
    if any(low <= 0 or high >= 1 for low, high in gaps):
        raise UsageError("a plateau of the potential reaches a content of 0 or 1: it tells nothing of the phase there")
    x, u = np.asarray(contents, dtype=float), np.asarray(voltages, dtype=float)
    single = (x > 0) & (x < 1)
    for low, high in gaps:
        single &= (x <= low) | (x >= high)
    per_volt = charge * convert(1.0, "faraday_constant", "C/mol")
    ideal, most = FreeEnergy((), temperature), MOST_TERMS_OF_POTENTIAL
    rows = [basis_slopes(x[single], most)]
    values = [-per_volt * u[single] - ideal.chemical_potential(x[single])]
    for gap in gaps:
        ends = np.array(gap)
        plateau = -per_volt * float(np.interp(ends.mean(), x, u))
        rows += [basis_slopes(ends, most), np.diff(basis(ends, most), axis=0) / np.diff(ends)]
        values += [plateau - ideal.chemical_potential(ends), plateau - np.diff(ideal.at(ends)) / np.diff(ends)]
    system, right = np.vstack(rows), np.concatenate(values)
    if len(right) < 4:
        raise UsageError(f"{len(right)} points of a potential are too few to fit a free energy to")
    fits = [_fit(system[:, :terms], right) for terms in range(1, min(most, len(right) - 2) + 1)]
    found, _ = min(fits, key=lambda fit: fit[1])
    return FreeEnergy(tuple(found[:-1].tolist()), temperature), float(found[-1]) / per_volt


def _fit(system: Array, right: Array) -> tuple[Array, float]:
    """Return the coefficients, the last that of the mean voltage times charge, and the mean squared error left out."""
    system = np.column_stack([system, -np.ones(len(right))])
    found, _, rank, _ = np.linalg.lstsq(system, right)
    leverage = np.einsum("ij,ji->i", system, np.linalg.pinv(system))
    if rank < system.shape[1] or np.any(leverage > 1 - 1e-9):
        return found, math.inf
    left_out = (right - system @ found) / (1 - leverage)
    return found, float(np.mean(left_out**2))
