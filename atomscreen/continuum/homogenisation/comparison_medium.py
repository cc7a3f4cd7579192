"""The one equation of all averages here: grains answer as if each sat in an isotropic medium.

With Hill's constraint a* of that medium, which is what it opposes to a sphere that changes shape in it, phases of
property a average to

    ⟨1/(a + a*)⟩⁻¹ − a*

(L. J. Walpole 1966, doi:10.1016/0022-5096(66)90035-4). A medium without stiffness gives Reuss's average, an infinitely
stiff one Voigt's; the softest and the stiffest phase give Hashin and Shtrikman's bounds, the matrix of a composite
Mori and Tanaka's estimate, and the average itself, taken as the medium, the self-consistent one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from atomscreen.core.errors import UsageError
from atomscreen.properties.mechanics import elastic_tensor

FRACTION_ERROR = 1e-9
"""By which volume fractions may miss a sum of one: rounding, no more."""


@dataclass(frozen=True)
class IsotropicMedium:
    """An isotropic elastic medium: bulk and shear modulus, in one unit, which all that follows from them has too."""

    bulk: float
    shear: float

    @property
    def youngs_modulus(self) -> float:
        """Return 9KG/(3K + G); 0 without stiffness."""
        return elastic_tensor.youngs_modulus(self.bulk, self.shear) if self.bulk or self.shear else 0.0

    @property
    def poisson_ratio(self) -> float:
        """Return (3K − 2G)/(2(3K + G)); nan without stiffness, where it means nothing."""
        return elastic_tensor.poisson_ratio(self.bulk, self.shear) if self.bulk or self.shear else math.nan

    @property
    def constraint(self) -> IsotropicMedium:
        """Return what the medium opposes to a sphere: K* = 4G/3 and G* = G (9K + 8G)/(6 (K + 2G)) (R. Hill 1965).

        Source: doi:10.1016/0022-5096(65)90010-4.
        """
        if self.shear == 0:
            return IsotropicMedium(0.0, 0.0)
        bulk, shear = self.bulk, self.shear
        return IsotropicMedium(4 / 3 * shear, shear * (9 * bulk + 8 * shear) / (6 * (bulk + 2 * shear)))


def constrained_mean(fractions: Iterable[float], values: Iterable[float], constraint: float) -> float:
    """Return ⟨1/(a + a*)⟩⁻¹ − a* of phases of values a; 0 where one of them gives way and nothing opposes it.

    It is computed as ⟨a/(a + a*)⟩/⟨1/(a + a*)⟩, which is the same and loses no digits to a large a*.

    Parameters
    ----------
    fractions
        By volume, summing to one.
    values
        Of the phases, in one unit, none negative: bulk moduli, shear moduli, conductivities.
    constraint
        Hill's a* for that property, in the same unit: K*, G*, or twice the medium's conductivity.
    """
    pairs = [(fraction, value) for fraction, value in zip(fractions, values, strict=True) if fraction]
    if any(value + constraint == 0 for _, value in pairs):
        return 0.0
    weights = [fraction / (value + constraint) for fraction, value in pairs]
    return sum(weight * value for weight, (_, value) in zip(weights, pairs, strict=True)) / sum(weights)


def self_consistent_value(estimate: Callable[[float], float], low: float, high: float) -> float:
    """Return the positive number that an estimate returns when it is given it; 0 where there is none.

    Parameters
    ----------
    estimate
        From a property of the comparison medium to that of the average: rising and concave, as constrained means are,
        so that its ratio to what it is given falls and is one but once.
    low
        Positive, at most the number; where the estimate is below it already, there is no positive number.
    high
        At least the number.
    """
    from scipy.optimize import brentq

    def excess(logarithm: float) -> float:
        value = math.exp(logarithm)
        return estimate(value) / value - 1

    # Twice and half: a homogeneous body has its number at both limits, where rounding decides on the sign.
    ends = math.log(low / 2), math.log(2 * high)
    if excess(ends[0]) <= 0:
        return 0.0
    return math.exp(brentq(excess, *ends, xtol=1e-14, rtol=1e-14))


def check_fractions(fractions: Mapping[str, float]) -> None:
    """Refuse volume fractions that are negative or do not sum to one.

    Raises
    ------
    UsageError
        Naming the phase, or the sum.
    """
    for name, fraction in fractions.items():
        if not 0 <= fraction <= 1:
            raise UsageError(f"the volume fraction of '{name}' is {fraction:g}: it must be between 0 and 1")
    total = sum(fractions.values())
    if abs(total - 1) > FRACTION_ERROR:
        parts = " + ".join(f"{name} {fraction:g}" for name, fraction in fractions.items())
        raise UsageError(f"the volume fractions {parts or 'of no phases'} sum to {total:g}, not to 1")


def check_not_negative(what: str, value: float) -> None:
    """Refuse a negative or infinite property of a phase.

    Raises
    ------
    UsageError
        Naming what it is.
    """
    if not (math.isfinite(value) and value >= 0):
        raise UsageError(f"{what} is {value:g}: it must be finite and not negative")
