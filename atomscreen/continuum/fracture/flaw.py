"""Stress intensity of a flaw in a sphere whose stress depends on the radius only.

Two flaws stand for all. One is a penny-shaped crack at the centre, in a plane through it, which the tangential stress
opens (I. N. Sneddon, Proceedings of the Royal Society A 187, 229, 1946, doi:10.1098/rspa.1946.0077):

    K = 2/√(πa) ∫₀ᵃ σ(r) r/√(a² − r²) dr.

The other is an edge crack of depth a from the surface inwards, as long as the body, with the weight function of R. J.
Hartranft and G. C. Sih (in Methods of Analysis and Solutions of Crack Problems, Noordhoff, 1973), s from the mouth:

    K = 2√(a/π) ∫₀ᵃ [1 + f(s/a)] σ(s)/√(a² − s²) ds
    f(x) = (1 − x²)(0.2945 − 0.3912x² + 0.7685x⁴ − 0.9942x⁶ + 0.5094x⁸).

Both are of bodies much larger than the crack. Up to half of the radius, the largest size taken here, a finite body
raises K: of a penny in a cylinder by up to 8 %, of an edge crack in a plate as wide as the sphere by up to a third,
both under uniform tension (H. Tada, P. C. Paris and G. R. Irwin, The Stress Analysis of Cracks Handbook). Against that,
surface flaws that are not as long as the body have a smaller K, down to 2/π of it for a semicircle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from atomscreen.core.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

Place = Literal["centre", "surface"]
PLACES: Final[tuple[Place, ...]] = ("centre", "surface")

LARGEST_SHARE: Final = 0.5
"""Largest size of a flaw over the radius of the particle, up to which K of an infinite body is taken."""

SMALLEST_SHARE: Final = 0.005
"""Smallest size of a flaw over the radius of the particle: K goes with the root of what is smaller still."""

FLAW_SIZES: Final = tuple(float(share) for share in np.geomspace(SMALLEST_SHARE, LARGEST_SHARE, 40))
"""Sizes over the radius of the particle among which the worst flaw is looked for."""

_POINTS = 48  # of Gauss: profiles with a kink or a thin layer at the surface need more than smooth ones


def stress_intensity(
    place: Place, sizes: float | Array, radius: float, stress: Callable[[Array], Array]
) -> NDArray[np.float64]:
    """Return K in Pa·m^0.5 of flaws; negative where the stress would close a flaw.

    Parameters
    ----------
    place
        Where the flaw is.
    sizes
        In m: radius of the penny, or depth of the edge crack; any shape.
    radius
        Of the sphere, in m.
    stress
        Gives the tangential stress in Pa at distances from the centre in m, for an array of any shape.

    Returns
    -------
    ndarray
        Of the shape of ``sizes``.

    Raises
    ------
    UsageError
        For a size that is not positive, or larger than half of the radius.
    """
    size = np.asarray(sizes, dtype=float)[..., None]
    if not (np.all(size > 0) and np.all(size <= LARGEST_SHARE * radius * (1 + 1e-9))):
        raise UsageError(f"a flaw is larger than 0 and at most {LARGEST_SHARE:g} of the particle's radius")
    # With s = a sin(angle) neither integral has a singularity left.
    nodes, weights = np.polynomial.legendre.leggauss(_POINTS)
    sine = np.sin(np.pi / 4 * (nodes + 1))
    weights = np.pi / 4 * weights * (sine if place == "centre" else 1 + _edge(sine))
    distance = size * sine if place == "centre" else radius - size * sine
    found: NDArray[np.float64] = 2 * np.sqrt(size[..., 0] / np.pi) * (stress(distance) @ weights)
    return found


def loading_matrix(place: Place, shares: Array, nodes: Array) -> NDArray[np.float64]:
    """Return the matrix that turns stresses at places of a sphere into stress intensities of many flaws.

    Parameters
    ----------
    place
        Where the flaws are.
    shares
        Their sizes over the radius, shape (m,).
    nodes
        Distances from the centre over the radius at which the stress is given, rising, shape (n,); the stress is linear
        between them, and constant beyond the first and the last.

    Returns
    -------
    ndarray
        Shape (m, n): ``matrix @ stress * radius**0.5`` is K in Pa·m^0.5 for a stress in Pa of shape (n,).
    """
    # Of a stress of 1 at one node that falls to 0 at its neighbours, for each node in turn.
    return np.column_stack([stress_intensity(place, shares, 1.0, _linear(nodes, hat)) for hat in np.eye(len(nodes))])


def tips(place: Place, shares: Array) -> Array:
    """Return where flaws end, as distances from the centre over the radius."""
    return np.asarray(shares) if place == "centre" else 1 - np.asarray(shares)


def energy_release_rate(intensity: Array, youngs_modulus: Array, poisson_ratio: Array) -> NDArray[np.float64]:
    """Return G = K² (1 − ν²)/E in J/m², in plane strain, of flaws that are open; 0 of those that are closed."""
    found: NDArray[np.float64] = np.maximum(intensity, 0.0) ** 2 * (1 - poisson_ratio**2) / youngs_modulus
    return found


def _linear(nodes: Array, values: Array) -> Callable[[Array], Array]:
    return lambda places: np.asarray(np.interp(places, nodes, values))


def _edge(x: Array) -> Array:
    """Return Hartranft and Sih's function f, by which an edge crack differs from one inside."""
    square = x**2
    return np.asarray(
        (1 - square) * np.polynomial.polynomial.polyval(square, (0.2945, -0.3912, 0.7685, -0.9942, 0.5094))
    )
