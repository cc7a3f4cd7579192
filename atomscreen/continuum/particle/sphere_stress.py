"""Stress in a sphere with a free surface, from a radial profile of its content of working ions.

Shells that would each swell by a stress-free strain e of their own hold together by stress. With the displacement u,
σ_r = λ(u′ + 2u/r) + 2G u′ − 3K e and σ_θ = λ(u′ + 2u/r) + 2G u/r − 3K e are in balance, σ_r′ + 2(σ_r − σ_θ)/r = 0.
Within a shell of constant content that gives u = A r + B/r²; finite elements with these two functions are exact for a
sphere of such shells, whatever their moduli.

With constant moduli the stresses are those of a heated sphere (S. P. Timoshenko and J. N. Goodier, Theory of
Elasticity), as Y.-T. Cheng and M. W. Verbrugge use them (J. Power Sources 190, 453, 2009,
doi:10.1016/j.jpowsour.2009.01.021): σ_θ(R) = E/(1 − ν) (mean of e − e(R)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.continuum.electrode import Electrode
from atomscreen.continuum.particle.radial_mesh import RadialMesh

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class SphereStress:
    """Stresses in Pa, tension positive, of profiles of shape (..., n).

    Attributes
    ----------
    radial, tangential
        At the radii of the mesh, shape (..., n).
    surface_tangential
        At the surface, where the radial one is 0, shape (...).
    centre
        At the centre, where all directions are alike, shape (...).
    """

    radial: Array
    tangential: Array
    surface_tangential: Array
    centre: Array

    @property
    def hydrostatic(self) -> Array:
        """A third of the trace, shape (..., n)."""
        return hydrostatic(self.radial, self.tangential)

    @property
    def von_mises(self) -> Array:
        """Von Mises' stress, which in a sphere is that between its directions, shape (..., n)."""
        return np.asarray(np.abs(self.radial - self.tangential))


def hydrostatic(radial: Array, tangential: Array) -> Array:
    """Return a third of the trace of a stress that is the same in both tangential directions."""
    return np.asarray((radial + 2 * tangential) / 3)


def stress_free_strain(electrode: Electrode, contents: Array) -> Array:
    """Return the linear strain that a content makes without stress, counted from the assembled particle."""
    change = electrode.volume_change
    assembled = 1 + float(change.at(electrode.assembled_content))
    return np.asarray(np.cbrt((1 + change.at(contents)) / assembled) - 1)


def sphere_stress(electrode: Electrode, mesh: RadialMesh, contents: Array, surface_contents: Array) -> SphereStress:
    """Return the stresses that profiles make in a sphere; its size does not matter.

    Parameters
    ----------
    electrode
        For Young's modulus, Poisson's ratio and volume change, each a function of the content.
    mesh
        With n shells.
    contents
        In the shells, shape (..., n).
    surface_contents
        At the surface, shape (...).
    """
    contents, surface_contents = np.asarray(contents, dtype=float), np.asarray(surface_contents, dtype=float)
    # A strain that is the same everywhere makes no stress: taken off, none is lost to rounding in nearly even profiles.
    even = stress_free_strain(electrode, mesh.mean(contents))
    strains = stress_free_strain(electrode, contents) - even[..., None]
    young, poisson = electrode.youngs_modulus.at(contents), electrode.poisson_ratio.at(contents)
    bulk, shear = young / (3 * (1 - 2 * poisson)), young / (2 * (1 + poisson))
    displacements = _displacements(mesh, bulk, shear, strains)

    inner, outer = mesh.faces[:-1], mesh.faces[1:]
    cubes = outer**3 - inner**3
    within, without = displacements[..., :-1], displacements[..., 1:]
    swelling = (outer**2 * without - inner**2 * within) / cubes
    shearing = (inner * outer) ** 2 * (outer * within - inner * without) / cubes / mesh.radii**3
    pressureless = 3 * bulk * (swelling - strains)
    young, poisson = electrode.youngs_modulus.at(surface_contents), electrode.poisson_ratio.at(surface_contents)
    mismatch = displacements[..., -1] - (stress_free_strain(electrode, surface_contents) - even)
    return SphereStress(
        radial=pressureless - 4 * shear * shearing,
        tangential=pressureless + 2 * shear * shearing,
        surface_tangential=np.asarray(young / (1 - poisson) * mismatch),
        centre=mesh.centre(pressureless),
    )


def _displacements(mesh: RadialMesh, bulk: Array, shear: Array, strains: Array) -> Array:
    """Return radial displacements over the radius at the faces, shape (..., n + 1), 0 at the centre."""
    from scipy.linalg import solveh_banded

    inner, outer = mesh.faces[:-1], mesh.faces[1:]
    cubes = outer**3 - inner**3
    # Forces on the outer and on the inner face of each shell by the displacements of both.
    at_outer = (3 * bulk * outer**4 + 4 * shear * inner**3 * outer) / cubes
    at_inner = (3 * bulk * inner**4 + 4 * shear * inner * outer**3) / cubes
    between = -(3 * bulk + 4 * shear) * (inner * outer) ** 2 / cubes
    free = 3 * bulk * strains

    diagonal = at_outer.copy()
    diagonal[..., :-1] += at_inner[..., 1:]
    load = free * outer**2
    load[..., :-1] -= (free * inner**2)[..., 1:]
    # The first shell's inner face is the centre, and stays. So nothing ties the first node to the one before it, and
    # all profiles are solved as one long chain.
    bands = np.stack([between.ravel(), diagonal.ravel()])
    solved = solveh_banded(bands, load.ravel(), check_finite=False).reshape(strains.shape)
    return np.concatenate([np.zeros((*strains.shape[:-1], 1)), solved], axis=-1)
