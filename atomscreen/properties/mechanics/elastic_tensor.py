"""Elastic tensors: symmetry, the fewest strains that fix one, its fit, and the averages of a polycrystal.

Stiffness is (6, 6) in Voigt order xx yy zz yz xz xy. Inside, symmetric tensors are 6-vectors in Kelvin's notation
(shear components times √2), in which rotations are orthogonal and every component of the tensor weighs the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
_KELVIN = np.array([1.0, 1.0, 1.0, np.sqrt(2.0), np.sqrt(2.0), np.sqrt(2.0)])
_Numbers = TypeVar("_Numbers", float, "Array")


@dataclass(frozen=True)
class Averages:
    """Bulk and shear modulus of the polycrystal in GPa: Voigt's upper bound, Reuss's lower bound, Hill's mean."""

    bulk_voigt: float
    bulk_reuss: float
    shear_voigt: float
    shear_reuss: float

    @property
    def bulk(self) -> float:
        """Hill's average."""
        return (self.bulk_voigt + self.bulk_reuss) / 2

    @property
    def shear(self) -> float:
        """Hill's average."""
        return (self.shear_voigt + self.shear_reuss) / 2

    @property
    def universal_anisotropy(self) -> float:
        """5 G_V/G_R + K_V/K_R − 6 (Ranganathan and Ostoja-Starzewski 2008); 0 for an isotropic crystal."""
        return 5 * self.shear_voigt / self.shear_reuss + self.bulk_voigt / self.bulk_reuss - 6


def averages(stiffness: Array) -> Averages:
    """Return the averages of a positive definite stiffness (6, 6), Voigt order, GPa (R. Hill 1952)."""
    compliance = np.linalg.inv(stiffness)

    def sums(tensor: Array) -> tuple[float, float, float]:
        """Return the sums of the diagonal and off-diagonal normal entries and of the shear entries."""
        diagonal = float(np.trace(tensor[:3, :3]))
        return diagonal, float(tensor[:3, :3].sum()) - diagonal, float(np.trace(tensor[3:, 3:]))

    c_normal, c_cross, c_shear = sums(stiffness)
    s_normal, s_cross, s_shear = sums(compliance)
    return Averages(
        bulk_voigt=(c_normal + c_cross) / 9,
        bulk_reuss=1 / (s_normal + s_cross),
        shear_voigt=(2 * c_normal - c_cross + 6 * c_shear) / 30,
        shear_reuss=15 / (4 * s_normal - 2 * s_cross + 3 * s_shear),
    )


def youngs_modulus(bulk: float, shear: float) -> float:
    """Return Young's modulus 9KG/(3K + G)."""
    return 9 * bulk * shear / (3 * bulk + shear)


def poisson_ratio(bulk: _Numbers, shear: _Numbers) -> _Numbers:
    """Return Poisson's ratio (3K − 2G)/(2(3K + G))."""
    ratio: _Numbers = (3 * bulk - 2 * shear) / (2 * (3 * bulk + shear))
    return ratio


def eigenvalues(stiffness: Array) -> Array:
    """Return the six eigenvalues of a stiffness in GPa; all are positive in a stable crystal (Born)."""
    return np.linalg.eigvalsh(stiffness * np.outer(_KELVIN, _KELVIN))


def strain_matrix(direction: Array) -> Array:
    """Return the symmetric (3, 3) strain whose Voigt components (tensor shears, not engineering) are ``direction``."""
    strain = np.zeros((3, 3))
    for component, (row, column) in zip(direction, _VOIGT, strict=True):
        strain[row, column] = strain[column, row] = component
    return strain


def turned_stiffness(stiffness: Array, rotation: Array) -> Array:
    """Return a stiffness (6, 6), Voigt order, in the axes to which ``rotation`` (3, 3) takes components of vectors."""
    turn = np.column_stack([_images(strain_matrix(unit), rotation[None])[0] for unit in np.diag(1 / _KELVIN)])
    turned: Array = turn @ (stiffness * np.outer(_KELVIN, _KELVIN)) @ turn.T / np.outer(_KELVIN, _KELVIN)
    return turned


def independent_strains(rotations: Array) -> list[Array]:
    """Return the fewest components of strain whose images under the point group span all six: 2 for cubic crystals.

    Directions are those of :func:`strain_matrix`. A normal and a shear component strained together would do with fewer
    cells still, but a learned potential answers a larger strain by another slope: moduli would be off by tens of
    percent from those of single components. Greedy: each next one adds most dimensions and spans them best.
    """
    chosen: list[Array] = []
    spanned = np.empty((0, 6))
    while _span(spanned)[0] < 6:
        images = [np.vstack([spanned, _images(strain_matrix(unit), rotations)]) for unit in np.eye(6)]
        best = max(range(6), key=lambda index: _span(images[index]))
        chosen.append(np.eye(6)[best])
        spanned = images[best]
    return chosen


def fit_stiffness(strains: list[Array], stresses: list[Array], rotations: Array) -> tuple[Array, float]:
    """Return the stiffness (6, 6) that fits the stresses of strains and of all their symmetry images, and its error.

    Parameters
    ----------
    strains, stresses
        Symmetric (3, 3) tensors, stresses in GPa per unit of strain; strains as :func:`independent_strains` has them.
    rotations
        The point group; the result has its symmetry exactly, because the set of images has.

    Returns
    -------
    tuple
        The stiffness in GPa, Voigt order, and the root-mean-square misfit per unit strain in GPa, which holds what
        breaks the symmetry of the tensor: unrelaxed ions, noise, anharmonicity.
    """
    strained = np.vstack([_images(strain, rotations) for strain in strains])
    stressed = np.vstack([_images(stress, rotations) for stress in stresses])
    fitted: Array = np.linalg.lstsq(strained, stressed, rcond=None)[0]
    kelvin: Array = (fitted + fitted.T) / 2
    misfit = float(np.linalg.norm(stressed - strained @ kelvin) / np.linalg.norm(strained))
    return kelvin / np.outer(_KELVIN, _KELVIN), misfit


def _images(tensor: Array, rotations: Array) -> Array:
    """Return the Kelvin vectors (n, 6) of a symmetric tensor's images under rotations (n, 3, 3)."""
    turned = rotations @ tensor @ np.swapaxes(rotations, 1, 2)
    images: Array = np.stack([turned[:, row, column] for row, column in _VOIGT], axis=1) * _KELVIN
    return images


def _span(vectors: Array) -> tuple[int, float]:
    """Return the dimensions that vectors (n, 6) span, and how well: the least singular value among them, per vector.

    Images of unit strains either span a dimension well or not at all; what is small is inexact symmetry.
    """
    if not len(vectors):
        return 0, 0.0
    values = np.linalg.svd(vectors, compute_uv=False) / np.sqrt(len(vectors))
    significant = values[values > 0.01]
    return int(significant.size), round(float(significant.min()), 6)
