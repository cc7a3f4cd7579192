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

MOST_TERMS_OF_POTENTIAL: Final = 6
"""Interactions of a free energy fitted to a potential, at most: further ones follow the bends of its construction."""


def through_energies(contents: Sequence[float], energies: Sequence[float], temperature: float) -> FreeEnergy:
    """Return the free energy whose part beyond the ideal solution, E, goes through energies of mixing.

    It has as many interactions as contents between the ends. A polynomial through few points can swing, and separate
    phases where the energies tell of none: it then gets further interactions, those that make the curvature E'' vary
    least, until it is unstable in no more intervals than the energies are concave in, or has :data:`MOST_TERMS`. A
    regular solution comes back exactly.

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
    for terms in range(len(x), MOST_TERMS + 1):
        found = FreeEnergy(tuple(_of_least_variation(x, e, terms).tolist()), temperature)
        if not swings(found, contents, energies):
            break
    return found


def swings(free_energy: FreeEnergy, contents: Sequence[float], energies: Sequence[float]) -> bool:
    """Say whether it is unstable in more intervals of content than the energies that it goes through are concave in."""
    x, e = np.array([0.0, *contents, 1.0]), np.array([0.0, *energies, 0.0])
    concave = np.diff(np.diff(e) / np.diff(x)) < 0
    stretches = int(concave[0]) + int(np.count_nonzero(concave[1:] & ~concave[:-1]))
    return len(spinodal(free_energy)) > stretches


def _of_least_variation(x: Array, energies: Array, terms: int) -> Array:
    """Return the interactions (terms,) through energies at contents (n,) whose E'' differs least from its mean.

    The squared difference, over all contents, is least under the condition that E goes through the energies.
    """
    places, weights = np.polynomial.legendre.leggauss(2 * terms)
    curvatures = np.column_stack([FreeEnergy(tuple(row), 1.0).excess.deriv(2)(places) for row in np.eye(terms)])
    varying = np.sqrt(weights)[:, None] * (curvatures - weights @ curvatures / weights.sum())
    through = basis(x, terms)
    scale = float(np.linalg.norm(varying)) or 1.0
    conditions = np.block([[varying.T @ varying / scale**2, through.T], [through, np.zeros((len(x), len(x)))]])
    found = np.linalg.lstsq(conditions, np.concatenate([np.zeros(terms), energies]))[0]
    return np.asarray(found[:terms])


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
