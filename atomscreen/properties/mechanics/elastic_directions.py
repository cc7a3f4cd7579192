"""How stiff a crystal is along its directions: extremes of Young's and shear modulus, Poisson's ratio, compressibility.

Along a unit vector n, with the compliance S as a tensor of fourth rank (Nye, Physical Properties of Crystals, 1957):
Young's modulus 1/(nn:S:nn), linear compressibility 1:S:nn; with m across n, Poisson's ratio −(mm:S:nn)/(nn:S:nn) and
shear modulus 1/(4 nm:S:nm). For a given n the extremes over m are eigenvalues, so the search is over n alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Along = Callable[[Array, Array], Array]

GRID, STARTS = 1000, 4
"""Directions on the half sphere at which the search looks, about 5° apart, and how many of the best it refines."""

FINEST = 1e-5
"""Half width in radians of the finest window; at an extreme, values differ by its square."""

_VOIGT = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])


def directional_extremes(stiffness: Array) -> dict[str, float]:
    """Return the extremes over directions by the vocabulary's names, GPa and 1/GPa.

    Parameters
    ----------
    stiffness
        Positive definite, (6, 6) in Voigt order, GPa.
    """
    compliance = compliance_tensor(stiffness)
    # Linear compressibility is a quadratic form of n.
    compressibilities = np.linalg.eigvalsh(np.einsum("iijk->jk", compliance))
    found = {"linear_compressibility_min": compressibilities[0], "linear_compressibility_max": compressibilities[2]}
    for name, along in _ALONG.items():
        found[f"{name}_min"] = _extreme(along, compliance, greatest=False)
        found[f"{name}_max"] = _extreme(along, compliance, greatest=True)
    return {name: float(value) for name, value in found.items()}


def compliance_tensor(stiffness: Array) -> Array:
    """Return the compliance (3, 3, 3, 3) in 1/GPa of a stiffness (6, 6) in GPa."""
    halves = np.array([1.0, 1.0, 1.0, 0.5, 0.5, 0.5])  # engineering shears are twice the tensor's
    compliance = np.linalg.inv(stiffness) * np.outer(halves, halves)
    tensor: Array = compliance[_VOIGT[:, :, None, None], _VOIGT[None, None]]
    return tensor


def _youngs_moduli(compliance: Array, n: Array) -> Array:
    """Return Young's modulus along n (a, 3), twice (2, a): there is no m."""
    return np.stack([1 / _axial(_lateral(compliance, n), n)] * 2)


def _shear_moduli(compliance: Array, n: Array) -> Array:
    """Return the least and greatest shear modulus (2, a) of planes across n (a, 3)."""
    inverse = 4 * _eigenvalues_across(_lateral(compliance.transpose(0, 2, 1, 3), n), n)
    return 1 / inverse[::-1]


def _poisson_ratios(compliance: Array, n: Array) -> Array:
    """Return the least and greatest Poisson's ratio (2, a) of tension along n (a, 3)."""
    lateral = _lateral(compliance, n)
    ratios: Array = -_eigenvalues_across(lateral, n)[::-1] / _axial(lateral, n)
    return ratios


def _lateral(tensor: Array, n: Array) -> Array:
    """Return the quadratic forms (a, 3, 3) that are left of a tensor of fourth rank after n (a, 3) twice."""
    dyads = (n[:, :, None] * n[:, None]).reshape(-1, 9)
    return (dyads @ tensor.reshape(9, 9).T).reshape(-1, 3, 3)


def _axial(forms: Array, n: Array) -> Array:
    """Return the value of quadratic forms (a, 3, 3) along n (a, 3)."""
    value: Array = (n[:, None] @ forms @ n[:, :, None])[:, 0, 0]
    return value


def _eigenvalues_across(forms: Array, n: Array) -> Array:
    """Return the least and greatest value (2, a) of quadratic forms (a, 3, 3) over unit vectors across n (a, 3)."""
    planes = _planes(n)
    eigenvalues: Array = np.linalg.eigvalsh(planes @ forms @ np.swapaxes(planes, 1, 2))
    ends: Array = eigenvalues.T
    return ends


def _planes(n: Array) -> Array:
    """Return two unit vectors (a, 2, 3) across each n (a, 3) and each other."""
    first = np.cross(n, np.eye(3)[np.abs(n).argmin(axis=1)])
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return np.stack([first, np.cross(n, first)], axis=1)


def _extreme(along: Along, compliance: Array, greatest: bool) -> float:
    """Return an extreme over all directions: that of a grid on the half sphere, then of finer ones about its best."""
    sign = -1 if greatest else 1

    def cost(n: Array) -> Array:
        values: Array = sign * along(compliance, n)[int(greatest)]
        return values

    directions = _half_sphere()
    directions = directions[np.argsort(cost(directions), kind="stable")[:STARTS]]
    # Two coordinates in each tangent plane: no pole is in the way.
    window = np.stack(np.meshgrid(*[np.linspace(-1, 1, 5)] * 2), axis=-1).reshape(-1, 2)
    width = 2 / np.sqrt(GRID)
    while width > FINEST:
        near = directions[:, None] + width * window @ _planes(directions)
        near /= np.linalg.norm(near, axis=-1, keepdims=True)
        costs = cost(near.reshape(-1, 3)).reshape(len(directions), -1)
        directions = near[np.arange(len(directions)), costs.argmin(axis=1)]
        width /= 2
    return sign * float(cost(directions).min())


def _half_sphere() -> Array:
    """Return unit vectors (GRID, 3) spread evenly over the half sphere (Fibonacci's lattice)."""
    index = np.arange(GRID) + 0.5
    height, angle = index / GRID, np.pi * (1 + np.sqrt(5)) * index
    radius = np.sqrt(1 - height**2)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), height], axis=1)


_ALONG: Mapping[str, Along] = {
    "youngs_modulus": _youngs_moduli,
    "shear_modulus": _shear_moduli,
    "poisson_ratio": _poisson_ratios,
}
