"""Two anisotropic elastic half-spaces whose interface is bent into a wave: the stresses on both sides of it.

The surface impedance of a half-space comes from the integral formalism of Barnett and Lothe, which is Stroh's with the
sums over eigenvectors turned into integrals over an angle: it never degenerates, not even for an isotropic solid
(T. C. T. Ting, Anisotropic Elasticity, Oxford University Press, 1996, chapters 5 to 7).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_VOIGT = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])
"""Place in Voigt's order of each component of a symmetric tensor."""

_ANGLES = 96
"""Angles of the integrals. The trapezoidal rule converges exponentially for a periodic function: in lithium, whose
shear anisotropy (8.5) is among the largest there are, 48 leave an error of 3e-10."""


@dataclass(frozen=True)
class HalfSpace:
    """An elastic half-space, seen in the axes of a surface wave: along the wave, across it, and along the normal.

    Attributes
    ----------
    along, coupling, normal
        The matrices Q, R and T of Stroh's formalism, shape (..., 3, 3), in GPa: Q_ik = C_i1k1, R_ik = C_i1k3,
        T_ik = C_i3k3.
    impedance
        Hermitian and positive definite, shape (..., 3, 3), in GPa: a displacement U exp(ikx) of the surface needs the
        traction −k Z U where the normal points into the half-space, k Z* U where it points out of it.
    """

    along: Array
    coupling: Array
    normal: Array
    impedance: Array


def half_spaces(stiffness: Array, axes: Array) -> HalfSpace:
    """Return the half-spaces that a crystal makes in several orientations of surface and wave.

    Parameters
    ----------
    stiffness
        Shape (6, 6), Voigt order, in GPa; positive definite.
    axes
        Shape (..., 3, 3): rows are unit vectors along the wave, across it and along the normal, in the axes of the
        stiffness, right-handed.
    """
    tensor = stiffness[_VOIGT[:, :, None, None], _VOIGT]
    wave, normal = axes[..., 0, :], axes[..., 2, :]
    q, r, t = (
        axes @ np.einsum("...j,ijkl,...l->...ik", first, tensor, second, optimize=True) @ np.swapaxes(axes, -1, -2)
        for first, second in ((wave, wave), (wave, normal), (normal, normal))
    )
    return HalfSpace(along=q, coupling=r, normal=t, impedance=_impedance(q, r, t))


def _impedance(q: Array, r: Array, t: Array) -> Array:
    """Return H⁻¹(1 + iS) from Barnett and Lothe's integrals S and H over turns of the axes of Q, R and T."""
    transposed = np.swapaxes(r, -1, -2)
    s_sum, h_sum = np.zeros_like(q), np.zeros_like(q)
    for angle in np.arange(_ANGLES) * np.pi / _ANGLES:
        c, s = np.cos(angle), np.sin(angle)
        inverse = np.linalg.inv(s * s * q - s * c * (r + transposed) + c * c * t)
        s_sum -= inverse @ (c * c * transposed - s * s * r + s * c * (t - q))
        h_sum += inverse
    found: Array = np.linalg.inv(h_sum / _ANGLES) @ (np.eye(3) + 1j * s_sum / _ANGLES)
    return found


@dataclass(frozen=True)
class InterfaceStress:
    """Amplitudes of the stresses at the crests of a wavy interface, in GPa per unit of amplitude times wave number.

    A crest is where the metal reaches into the electrolyte. Pressures and deviators are those of the plane that holds
    the wave and the normal: p = −(σ_nn + σ_tt)/2 and τ = (σ_nn − σ_tt)/2.

    Attributes
    ----------
    deviator_jump
        Normal deviatoric stress of the metal less that of the electrolyte, τ_e − τ_s.
    pressure_sum
        Pressure in the metal plus that in the electrolyte, p_e + p_s.
    """

    deviator_jump: Array | float
    pressure_sum: Array | float


def interface_stress(metal: HalfSpace, electrolyte: HalfSpace) -> InterfaceStress:
    """Return the stresses of a metal below and an electrolyte above an interface displaced as cos(kx) along its normal.

    Both follow the interface without slip, and the tangential tractions of the two are equal. What balances the normal
    traction, the deposition itself, is left free, as Monroe and Newman (2005) do.
    Leading axes of the two half-spaces are broadcast against each other.
    """
    total = electrolyte.impedance + np.conj(metal.impedance)
    tangential = -np.linalg.solve(total[..., :2, :2], total[..., :2, 2:])
    displacement = np.concatenate([tangential, np.ones_like(tangential[..., :1, :])], axis=-2)
    metal_stress = _stress(metal, np.conj(metal.impedance) @ displacement, displacement)
    electrolyte_stress = _stress(electrolyte, -electrolyte.impedance @ displacement, displacement)
    return InterfaceStress(
        deviator_jump=(metal_stress[0] - metal_stress[1] - electrolyte_stress[0] + electrolyte_stress[1]) / 2,
        pressure_sum=-(metal_stress[0] + metal_stress[1] + electrolyte_stress[0] + electrolyte_stress[1]) / 2,
    )


def _stress(half_space: HalfSpace, traction: Array, displacement: Array) -> tuple[Array, Array]:
    """Return the normal stresses along the surface's normal and along the wave, in phase with the displacement."""
    gradient = 1j * displacement
    across = np.linalg.solve(half_space.normal, traction - np.swapaxes(half_space.coupling, -1, -2) @ gradient)
    along = half_space.along @ gradient + half_space.coupling @ across
    return traction[..., 2, 0].real, along[..., 0, 0].real
