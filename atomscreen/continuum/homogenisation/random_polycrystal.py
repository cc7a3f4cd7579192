"""Moduli of a random polycrystal from the stiffness of its grains: bounds that no microstructure breaks, and estimates.

Grains are equiaxed and of every orientation. The bounds are Hashin and Shtrikman's (1962,
doi:10.1016/0022-5096(62)90005-4) for grains of any symmetry: the best over all isotropic comparison media that are
softer (stiffer) than the grain in every strain. The self-consistent estimate is Kröner's (1958,
doi:10.1007/BF01337948): the medium is the polycrystal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.continuum.homogenisation.comparison_medium import IsotropicMedium, self_consistent_value
from atomscreen.core.errors import UsageError
from atomscreen.properties.mechanics import elastic_tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_KELVIN = np.sqrt([1, 1, 1, 2, 2, 2])
_DILATION = np.array([1, 1, 1, 0, 0, 0]) / np.sqrt(3)

SYMMETRIC = 1e-6
"""Asymmetry of a stiffness, relative to its largest entry, that still counts as rounding."""


@dataclass(frozen=True)
class PolycrystalBounds:
    """Bounds and estimates of a random polycrystal, in the unit of the stiffness.

    Each bound holds for bulk and shear modulus separately: the two need not be those of one medium.
    """

    reuss: IsotropicMedium
    hashin_shtrikman_lower: IsotropicMedium
    self_consistent: IsotropicMedium
    hashin_shtrikman_upper: IsotropicMedium
    voigt: IsotropicMedium


def bounds_of_polycrystal(stiffness: Array) -> PolycrystalBounds:
    """Return the bounds and estimates of a random polycrystal of equiaxed grains.

    Parameters
    ----------
    stiffness
        Of a grain, (6, 6) in Voigt order (xx yy zz yz xz xy), of any symmetry, in any unit; GPa in atomscreen.

    Raises
    ------
    UsageError
        Where it is no symmetric, positive definite (6, 6) matrix.
    """
    stiffness = np.asarray(stiffness, dtype=float)
    if stiffness.shape != (6, 6) or not np.isfinite(stiffness).all():
        raise UsageError(f"a stiffness is a finite (6, 6) matrix in Voigt order, not one of shape {stiffness.shape}")
    if np.abs(stiffness - stiffness.T).max() > SYMMETRIC * np.abs(stiffness).max():
        raise UsageError("the stiffness is not symmetric")
    stiffness = (stiffness + stiffness.T) / 2
    lowest = elastic_tensor.eigenvalues(stiffness).min()
    if lowest <= 0:
        raise UsageError(f"the stiffness is not positive definite (lowest eigenvalue {lowest:.3g}): it has no averages")
    grain = _Grain.of(stiffness)
    return PolycrystalBounds(grain.reuss, grain.lower(), grain.self_consistent(), grain.upper(), grain.voigt)


@dataclass(frozen=True)
class _Grain:
    """What the average over orientations sees of a stiffness C, in Kelvin's notation: all that dilation singles out.

    Attributes
    ----------
    dilation
        C along the unit dilation: three times Voigt's bulk modulus.
    shears
        Eigenvalues of C among the strains without dilation, ascending, shape (5,): twice shear moduli.
    coupling
        C between the unit dilation and the eigenvectors of those, shape (5,); 0 in cubic crystals.
    """

    dilation: float
    shears: Array
    coupling: Array

    @classmethod
    def of(cls, stiffness: Array) -> _Grain:
        """Take a stiffness (6, 6) in Voigt order apart."""
        kelvin = stiffness * np.outer(_KELVIN, _KELVIN)
        # The left singular vectors of a single vector: itself, then five unit vectors normal to it.
        strains = np.linalg.svd(_DILATION[:, None])[0][:, 1:]
        shears, axes = np.linalg.eigh(strains.T @ kelvin @ strains)
        return cls(float(_DILATION @ kelvin @ _DILATION), shears, _DILATION @ kelvin @ strains @ axes)

    @property
    def voigt(self) -> IsotropicMedium:
        """Return the average in an infinitely stiff medium."""
        return IsotropicMedium(self.dilation / 3, float(self.shears.mean()) / 2)

    @property
    def reuss(self) -> IsotropicMedium:
        """Return the average in a medium without stiffness."""
        return self.mean_in(IsotropicMedium(0.0, 0.0))

    def mean_in(self, medium: IsotropicMedium) -> IsotropicMedium:
        """Return ⟨(C + C*)⁻¹⟩⁻¹ − C* over all orientations, C* the constraint of a medium.

        The average of T = (C + C*)⁻¹ is isotropic: 3K + 3K* is 1/(e·T·e) for the unit dilation e, and 2G + 2G* is five
        over the rest of the trace of T. T is written out: C + C* is diagonal but for what couples to dilation.
        """
        constraint = medium.constraint
        shears = self.shears + 2 * constraint.shear
        bulk = self.dilation - float(np.sum(self.coupling**2 / shears))
        trace = float(np.sum(1 / shears) + np.sum((self.coupling / shears) ** 2) / (bulk + 3 * constraint.bulk))
        return IsotropicMedium(bulk / 3, (5 / trace - 2 * constraint.shear) / 2)

    def medium_touching(self, shear: float) -> IsotropicMedium:
        """Return the medium of a shear modulus for which C − C0 is about to lose its sign.

        With a shear modulus below those of the grain it has the largest bulk modulus for which C − C0 is positive
        definite, above them the smallest for which it is negative definite: the last pivot of C − C0 is zero.
        """
        return IsotropicMedium((self.dilation + float(np.sum(self.coupling**2 / (2 * shear - self.shears)))) / 3, shear)

    def lower(self) -> IsotropicMedium:
        """Return the greatest moduli over media softer than the grain."""
        # Softer in every strain and with a positive bulk modulus: up to here, by the pivot of the dilation.
        softest = np.linalg.eigvalsh(np.diag(self.shears) - np.outer(self.coupling, self.coupling) / self.dilation)[0]
        return self._best(self.medium_touching, softest / 2, sign=1)

    def upper(self) -> IsotropicMedium:
        """Return the least moduli over media stiffer than the grain."""
        return self._best(lambda compliance: self.medium_touching(1 / compliance), 2 / self.shears[-1], sign=-1)

    def _best(self, medium: Callable[[float], IsotropicMedium], end: float, sign: int) -> IsotropicMedium:
        """Return the greatest (sign 1) or least (−1) bulk and shear modulus over media of a parameter from 0 to an end.

        Constrained means are concave in the stiffness of the medium and, inverted, in its compliance, and so is the
        constraint itself; each search, in the stiffness below and in the compliance above, has one optimum.
        """
        from scipy.optimize import minimize_scalar

        def found(modulus: str) -> float:
            least = minimize_scalar(
                lambda parameter: -sign * getattr(self.mean_in(medium(parameter)), modulus),
                bounds=(0.0, end),
                method="bounded",
                options={"xatol": 1e-12 * end},
            )
            return float(-sign * least.fun)

        return IsotropicMedium(found("bulk"), found("shear"))

    def self_consistent(self) -> IsotropicMedium:
        """Return the medium that is its own mean: at each shear modulus its bulk modulus, then the shear modulus."""
        low, high = self.reuss, self.voigt

        def with_own_bulk(shear: float) -> IsotropicMedium:
            def bulk_in(bulk: float) -> float:
                return self.mean_in(IsotropicMedium(bulk, shear)).bulk

            return self.mean_in(IsotropicMedium(self_consistent_value(bulk_in, low.bulk, high.bulk), shear))

        return with_own_bulk(self_consistent_value(lambda shear: with_own_bulk(shear).shear, low.shear, high.shear))
