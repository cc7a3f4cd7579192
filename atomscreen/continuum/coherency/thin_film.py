"""A thin film whose free lattice would strain against the thick solid that it grows on, and how it bends a substrate.

The film keeps the in-plane lengths of the solid below, has no traction on its plane and may strain and shear out of it.
A thin lamella inside a crystal is in the same state. Tensors are (3, 3), stiffness is (6, 6) in Voigt order
xx yy zz yz xz xy, both in one set of axes; strains are small.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_VOIGT = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])
"""Place in Voigt's order of each component of a symmetric tensor."""


def film_stress(stiffness: Array, misfit: Array, normal: Array) -> Array:
    """Return the stress (3, 3) in a film, in the unit of its stiffness; tension is positive.

    Parameters
    ----------
    stiffness
        Of the film, shape (6, 6).
    misfit
        Strain (3, 3) of the film's free lattice against the solid below; a film that would be larger is compressed.
    normal
        Of the film's plane, shape (3,), of any length.
    """
    stress = -_held_back(stiffness, misfit, _unit(normal))
    found: Array = stress[_VOIGT]
    return found


def film_energy(stiffness: Array, misfit: Array, normals: Array) -> Array:
    """Return the elastic energy of films per volume of film, in the unit of the stiffness, for normals (..., 3)."""
    strain = _voigt_strain(misfit)
    energies: Array = _held_back(stiffness, misfit, _unit(normals)) @ strain / 2
    return energies


def biaxial_modulus(stiffness: Array, normal: Array) -> float:
    """Return the mean in-plane stress over an equal in-plane strain, E/(1 − ν) where the film is isotropic."""
    unit = _unit(normal)
    stress = -film_stress(stiffness, np.eye(3) - np.outer(unit, unit), unit)
    return float(np.trace(stress)) / 2


def film_curvature(stress: float, film_thickness: float, substrate_thickness: float, substrate_modulus: float) -> float:
    """Return the curvature in 1/m that a thin film gives a thick substrate; a film in tension makes its side hollow.

    Source: G. G. Stoney, Proc. R. Soc. Lond. A 82, 172 (1909), doi:10.1098/rspa.1909.0021, with the biaxial modulus of
    a plate for his Young's modulus of a strip: 6 σ h / (M H²), to first order in the ratio of thicknesses h/H.

    Parameters
    ----------
    stress
        In the film's plane, the same in all its directions, in Pa; tension positive.
    film_thickness, substrate_thickness
        In m.
    substrate_modulus
        Biaxial, E/(1 − ν), in Pa.

    Raises
    ------
    UsageError
        For a thickness or modulus that is not positive, or a film that is not thinner than its substrate.
    """
    if not 0 < film_thickness < substrate_thickness < math.inf or not 0 < substrate_modulus < math.inf:
        raise UsageError(
            f"a film of {film_thickness:g} m on a substrate of {substrate_thickness:g} m and {substrate_modulus:g} Pa: "
            "all must be positive, and the film the thinner one"
        )
    return 6 * stress * film_thickness / (substrate_modulus * substrate_thickness**2)


def _held_back(stiffness: Array, misfit: Array, units: Array) -> Array:
    """Return C(ε − n⊗u) in Voigt order, shape (..., 6), with the displacement gradient u that frees the plane.

    Tractions of a stress σ in Voigt order are N σ, and the strain of a gradient u along the normal is Nᵀ u: the plane
    is free where N C (ε − Nᵀ u) = 0.
    """
    tractions = np.zeros((*units.shape[:-1], 3, 6))
    for row in range(3):
        for column in range(3):
            tractions[..., row, _VOIGT[row, column]] = units[..., column]
    strain = _voigt_strain(misfit)
    stiff = tractions @ stiffness
    gradient = np.linalg.solve(stiff @ np.swapaxes(tractions, -1, -2), (stiff @ strain)[..., None])
    left = strain - (np.swapaxes(tractions, -1, -2) @ gradient)[..., 0]
    held: Array = left @ stiffness
    return held


def _voigt_strain(strain: Array) -> Array:
    """Return a strain (3, 3) in Voigt order, shears doubled."""
    return np.array([*np.diagonal(strain), 2 * strain[1, 2], 2 * strain[0, 2], 2 * strain[0, 1]])


def _unit(vectors: Array) -> Array:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    if not np.all(lengths > 0):
        raise UsageError("a plane's normal needs a length")
    units: Array = vectors / lengths
    return units
