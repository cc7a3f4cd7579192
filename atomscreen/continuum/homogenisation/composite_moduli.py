"""Moduli of a composite of isotropic phases from their volume fractions: bounds and estimates, in SI units.

Phases are particles of no preferred shape or direction with perfect bonds between them; pores are a phase without
stiffness. Every average is one of :mod:`~atomscreen.continuum.homogenisation.comparison_medium`, for the bulk modulus
with K*, for the shear modulus with G* of some medium.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atomscreen.continuum.homogenisation.comparison_medium import (
    IsotropicMedium,
    check_fractions,
    check_not_negative,
    constrained_mean,
    self_consistent_value,
)
from atomscreen.core.errors import UsageError, closest

LEAST_SHEAR = 1e-12
"""Share of Voigt's shear modulus below which a composite with pores or fluid has no self-consistent stiffness."""


@dataclass(frozen=True)
class Phase:
    """An isotropic phase of a composite.

    Attributes
    ----------
    fraction
        Of the composite's volume.
    bulk, shear
        Moduli in Pa; both 0 for pores, shear 0 for a fluid.

    Raises
    ------
    UsageError
        For a modulus that is negative or not finite.
    """

    fraction: float
    bulk: float
    shear: float

    def __post_init__(self) -> None:
        check_not_negative("the bulk modulus of a phase in Pa", self.bulk)
        check_not_negative("the shear modulus of a phase in Pa", self.shear)

    @classmethod
    def of_youngs_modulus(cls, fraction: float, youngs_modulus: float, poisson_ratio: float) -> Phase:
        """Return a phase of a Young's modulus in Pa and a Poisson's ratio ν: K = E/(3(1−2ν)), G = E/(2(1+ν))."""
        if not -1 < poisson_ratio < 0.5:
            raise UsageError(f"Poisson's ratio of a phase is {poisson_ratio:g}: it must be between -1 and 0.5")
        return cls(fraction, youngs_modulus / (3 * (1 - 2 * poisson_ratio)), youngs_modulus / (2 * (1 + poisson_ratio)))

    @classmethod
    def pores(cls, fraction: float) -> Phase:
        """Return pores."""
        return cls(fraction, 0.0, 0.0)

    @property
    def medium(self) -> IsotropicMedium:
        """The phase as a medium around others."""
        return IsotropicMedium(self.bulk, self.shear)


Phases = Mapping[str, Phase]
"""Phases by name; their fractions sum to one, or :class:`UsageError` is raised."""


def mean_in(phases: Phases, medium: IsotropicMedium) -> IsotropicMedium:
    """Return the average of phases, in Pa, each as if it were a sphere in a medium: ⟨1/(a + a*)⟩⁻¹ − a* for K and G.

    Source: L. J. Walpole 1966, doi:10.1016/0022-5096(66)90035-4.
    """
    _check(phases)
    fractions = [phase.fraction for phase in phases.values()]
    constraint = medium.constraint
    return IsotropicMedium(
        constrained_mean(fractions, (phase.bulk for phase in phases.values()), constraint.bulk),
        constrained_mean(fractions, (phase.shear for phase in phases.values()), constraint.shear),
    )


def voigt(phases: Phases) -> IsotropicMedium:
    """Return the averages ⟨K⟩ and ⟨G⟩ in Pa, upper bounds for any microstructure (R. Hill 1952).

    Source: doi:10.1088/0370-1298/65/5/307.
    """
    _check(phases)
    return IsotropicMedium(
        sum(phase.fraction * phase.bulk for phase in phases.values()),
        sum(phase.fraction * phase.shear for phase in phases.values()),
    )


def reuss(phases: Phases) -> IsotropicMedium:
    """Return the averages ⟨1/K⟩⁻¹ and ⟨1/G⟩⁻¹ in Pa, lower bounds for any microstructure (R. Hill 1952); 0 with pores.

    Source: doi:10.1088/0370-1298/65/5/307.
    """
    return mean_in(phases, IsotropicMedium(0.0, 0.0))


def hashin_shtrikman_lower(phases: Phases) -> IsotropicMedium:
    """Return the lower bounds in Pa for isotropic composites: the mean in a medium of the least moduli; 0 with pores.

    Z. Hashin and S. Shtrikman 1963 (doi:10.1016/0022-5096(63)90060-7); where no phase has both of the least moduli,
    L. J. Walpole 1966 (doi:10.1016/0022-5096(66)90035-4).
    """
    there = _present(phases)
    return mean_in(phases, IsotropicMedium(min(p.bulk for p in there), min(p.shear for p in there)))


def hashin_shtrikman_upper(phases: Phases) -> IsotropicMedium:
    """Return the upper bounds in Pa for isotropic composites: the mean in a medium of the greatest moduli.

    Sources as for :func:`hashin_shtrikman_lower`.
    """
    there = _present(phases)
    return mean_in(phases, IsotropicMedium(max(p.bulk for p in there), max(p.shear for p in there)))


def mori_tanaka(phases: Phases, *, matrix: str) -> IsotropicMedium:
    """Return the estimate in Pa for spheres in a matrix that is connected, however little of it there is.

    It is the mean in a medium of the matrix (T. Mori and K. Tanaka 1973, doi:10.1016/0001-6160(73)90064-3), so it is
    one of Hashin and Shtrikman's bounds where the matrix is the softest or the stiffest phase.

    Parameters
    ----------
    phases
        By name.
    matrix
        The name of the connected phase.

    Raises
    ------
    UsageError
        For a matrix that is no phase or has no volume.
    """
    if matrix not in phases:
        raise UsageError(f"there is no phase '{matrix}' to be the matrix{closest(matrix, phases)}")
    if phases[matrix].fraction == 0:
        raise UsageError(f"the matrix '{matrix}' has no volume")
    return mean_in(phases, phases[matrix].medium)


def self_consistent(phases: Phases) -> IsotropicMedium:
    """Return the estimate in Pa for spheres none of which is the matrix: the medium is the composite.

    R. Hill 1965 (doi:10.1016/0022-5096(65)90010-4), B. Budiansky 1965 (doi:10.1016/0022-5096(65)90011-6). Phases hold
    together from their percolation on: with half of the volume pores the stiffness ends.
    """
    above, below = voigt(phases), reuss(phases)

    def estimate(shear: float) -> IsotropicMedium:
        # K* is that of the medium's shear modulus alone, so that the bulk modulus follows from it.
        bulk = mean_in(phases, IsotropicMedium(0.0, shear)).bulk
        return mean_in(phases, IsotropicMedium(bulk, shear))

    if above.shear == 0:
        return below
    low = below.shear or LEAST_SHEAR * above.shear
    return estimate(self_consistent_value(lambda shear: estimate(shear).shear, low, above.shear))


def _present(phases: Phases) -> list[Phase]:
    """Return the phases that have a volume."""
    _check(phases)
    return [phase for phase in phases.values() if phase.fraction]


def _check(phases: Phases) -> None:
    check_fractions({name: phase.fraction for name, phase in phases.items()})
