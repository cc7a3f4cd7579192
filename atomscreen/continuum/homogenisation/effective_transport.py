"""Effective conductivity or diffusivity of a composite, and the tortuosity that stands for it, with its convention.

Two numbers are called tortuosity. The tortuosity *factor* divides, D_eff = D ε/factor; it is what impedance and
simulations on tomograms measure. The *ratio* of the path's length to the thickness enters squared: factor = ratio²
(N. Epstein 1989, doi:10.1016/0009-2509(89)85053-5). Bruggeman's power law, D_eff = D ε^b, is a third way to say it.
:class:`Tortuosity` can only be made by saying which of the three a number is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from atomscreen.continuum.homogenisation.comparison_medium import (
    check_fractions,
    check_not_negative,
    constrained_mean,
    self_consistent_value,
)
from atomscreen.core.errors import UsageError, closest

BRUGGEMAN_EXPONENT = 1.5
"""Of Bruggeman's power law for insulating spheres of all sizes in a conductor."""

LEAST_CONDUCTIVITY = 1e-12
"""Share of the parallel conductivity below which what conducts does not percolate."""


@dataclass(frozen=True)
class ConductingPhase:
    """A phase of a composite that conducts, or an insulator or pore that does not.

    Attributes
    ----------
    fraction
        Of the composite's volume.
    conductivity
        In S/m; or a diffusivity in m²/s of what is as concentrated in one phase as in the other. 0 for an insulator.

    Raises
    ------
    UsageError
        For a conductivity that is negative or not finite.
    """

    fraction: float
    conductivity: float

    def __post_init__(self) -> None:
        check_not_negative("the conductivity of a phase", self.conductivity)


ConductingPhases = Mapping[str, ConductingPhase]
"""Phases by name; their fractions sum to one, or :class:`UsageError` is raised."""


def mean_in(phases: ConductingPhases, conductivity: float) -> float:
    """Return the average of phases, each as if it were a sphere in a medium of a conductivity σ0.

    ⟨1/(σ + 2σ0)⟩⁻¹ − 2σ0, in the unit of the conductivities (Z. Hashin and S. Shtrikman 1962, doi:10.1063/1.1728579).
    """
    _check(phases)
    return constrained_mean(
        (phase.fraction for phase in phases.values()),
        (phase.conductivity for phase in phases.values()),
        2 * conductivity,
    )


def parallel(phases: ConductingPhases) -> float:
    """Return ⟨σ⟩, that of layers along the current: an upper bound (O. Wiener 1912), in the unit given."""
    _check(phases)
    return sum(phase.fraction * phase.conductivity for phase in phases.values())


def series(phases: ConductingPhases) -> float:
    """Return ⟨1/σ⟩⁻¹, that of layers across the current: a lower bound (O. Wiener 1912), 0 with an insulator."""
    return mean_in(phases, 0.0)


def hashin_shtrikman_lower(phases: ConductingPhases) -> float:
    """Return the lower bound for isotropic composites: the mean in the worst conductor; 0 with an insulator.

    Source: Z. Hashin and S. Shtrikman 1962, doi:10.1063/1.1728579.
    """
    _check(phases)
    return mean_in(phases, min(phase.conductivity for phase in phases.values() if phase.fraction))


def hashin_shtrikman_upper(phases: ConductingPhases) -> float:
    """Return the upper bound for isotropic composites: the mean in the best conductor.

    With one conductor of fraction ε among insulators it is σ 2ε/(3 − ε), Maxwell's. Source: Z. Hashin and
    S. Shtrikman 1962, doi:10.1063/1.1728579.
    """
    _check(phases)
    return mean_in(phases, max(phase.conductivity for phase in phases.values() if phase.fraction))


def maxwell(phases: ConductingPhases, *, matrix: str) -> float:
    """Return J. C. Maxwell's (1873) estimate for spheres in a matrix: the mean in the matrix, in the unit given.

    Raises
    ------
    UsageError
        For a matrix that is no phase.
    """
    if matrix not in phases:
        raise UsageError(f"there is no phase '{matrix}' to be the matrix{closest(matrix, phases)}")
    return mean_in(phases, phases[matrix].conductivity)


def self_consistent(phases: ConductingPhases) -> float:
    """Return the estimate for spheres none of which is the matrix: the medium is the composite, in the unit given.

    Σ f (σ − σ_eff)/(σ + 2σ_eff) = 0 (D. A. G. Bruggeman 1935, doi:10.1002/andp.19354160705). A conductor among
    insulators percolates from a third of the volume on: it is 0 below.
    """
    above = parallel(phases)
    if above == 0:
        return 0.0
    low = series(phases) or LEAST_CONDUCTIVITY * above
    return self_consistent_value(lambda conductivity: mean_in(phases, conductivity), low, above)


def bruggeman_power_law(value: float, fraction: float, exponent: float = BRUGGEMAN_EXPONENT) -> float:
    """Return σ ε^b of a phase that is connected at any fraction ε while the others insulate, in the unit of the value.

    D. A. G. Bruggeman 1935 (doi:10.1002/andp.19354160705), b = 1.5 for spheres of very different sizes; measured b are
    mostly greater.
    """
    return Tortuosity.from_bruggeman(fraction=fraction, exponent=exponent).effective(value, fraction)


@dataclass(frozen=True, kw_only=True)
class Tortuosity:
    """How much longer than its share of the volume the paths of a phase make it: D_eff = D ε/factor.

    Attributes
    ----------
    factor
        The tortuosity factor, the square of the ratio of lengths; at least 1. Of a measured tortuosity, find out which
        of the two it is: only ``factor=`` and :meth:`from_path_ratio` take one.

    Raises
    ------
    UsageError
        For a factor below 1, which would conduct better than straight channels.
    """

    factor: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.factor) and self.factor >= 1):
            raise UsageError(f"the tortuosity factor is {self.factor:g}: it must be finite and at least 1")

    @classmethod
    def from_path_ratio(cls, *, ratio: float) -> Tortuosity:
        """Return that of paths longer than the thickness by a ratio of lengths: factor = ratio²."""
        if ratio < 1:
            raise UsageError(f"the paths' length over the thickness is {ratio:g}: it must be at least 1")
        return cls(factor=ratio**2)

    @classmethod
    def from_bruggeman(cls, *, fraction: float, exponent: float) -> Tortuosity:
        """Return that of the power law ε^b at a fraction: factor = ε^(1−b)."""
        _check_share(fraction)
        return cls(factor=fraction ** (1 - exponent))

    @property
    def path_ratio(self) -> float:
        """Length of the paths over the thickness: the square root of the factor."""
        return math.sqrt(self.factor)

    def effective(self, value: float, fraction: float) -> float:
        """Return value · ε/factor of a phase that fills a fraction ε of the volume, in the unit of the value."""
        check_not_negative("the conductivity or diffusivity of the phase", value)
        _check_share(fraction)
        return value * fraction / self.factor

    def bruggeman_exponent(self, fraction: float) -> float:
        """Return the exponent b for which ε^b = ε/factor at a fraction ε: b = 1 − ln factor/ln ε.

        It is what PyBaMM calls the Bruggeman coefficient, of this fraction and no other.

        Raises
        ------
        UsageError
            Where the phase fills all of the volume: every exponent gives the same there.
        """
        _check_share(fraction)
        if fraction == 1:
            raise UsageError("a phase that fills all of the volume has no Bruggeman exponent")
        return 1 - math.log(self.factor) / math.log(fraction)


def _check_share(fraction: float) -> None:
    if not 0 < fraction <= 1:
        raise UsageError(f"the fraction of the conducting phase is {fraction:g}: it must be above 0 and at most 1")


def _check(phases: ConductingPhases) -> None:
    check_fractions({name: phase.fraction for name, phase in phases.items()})
