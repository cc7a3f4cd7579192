"""Stress in a particle of many grains whose content changes everywhere alike: turned grains press and pull each other.

No length enters linear elasticity: a particle of any radius with grains of the same shapes has the same stress. Where
three boundaries meet the stress has no limit as the mesh is refined, so that greatest values say nothing; means, the
elastic energy and what is exceeded in 1 % of the volume or the boundaries converge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.crystal import Crystal
from atomscreen.continuum.finite_elements.calculix import run
from atomscreen.continuum.finite_elements.deck import Body, no_rigid_motion
from atomscreen.continuum.finite_elements.grains import TextureName, grainy_ball, texture_of
from atomscreen.core.errors import UsageError
from atomscreen.properties.mechanics.elastic_tensor import turned_stiffness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

EXCEEDED: Final = 0.01
"""Share of the volume, or of the area of grain boundaries, in which a stress is exceeded."""

_MATRIX: Final = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])
"""Places of a tensor's components in Voigt order."""


@dataclass(frozen=True)
class GrainStress:
    """Stress in a particle of grains, in Pa but for the energy.

    Attributes
    ----------
    energy
        Elastic energy over volume, in J/m³.
    von_mises
        Mean over the volume.
    principal
        The greatest principal stress that is exceeded in 1 % of the volume; tension is positive.
    boundary_tension, boundary_shear
        Tractions normal and along grain boundaries that are exceeded in 1 % of their area.
    """

    energy: float
    von_mises: float
    principal: float
    boundary_tension: float
    boundary_shear: float


def grain_stress(
    crystal: Crystal,
    texture: TextureName,
    start: float,
    end: float,
    grains: int = 20,
    divisions: int = 3,
    seed: int = 0,
) -> GrainStress:
    """Return the stress in a free ball of grains that was free of it at one content and is taken to another.

    Parameters
    ----------
    crystal
        Stiffness and insertion strain.
    texture
        How the grains are turned: ``"random"``, or ``"radial"``, the crystal's odd axis pointing outwards.
    start, end
        Contents, from 0 to 1.
    grains
        Number of grains.
    divisions
        Elements along each edge of the hexahedra of which grains are made.
    seed
        Of the grains' places and rotations.

    Raises
    ------
    UsageError
        For contents, textures or numbers that there are not.
    StageFailure
        Where CalculiX is not installed, or fails.
    """
    mesh, polycrystal = grainy_ball(1e-6, grains, texture_of(texture, crystal), divisions, seed)
    body = Body(mesh, polycrystal, crystal, (start, end), no_rigid_motion(mesh))
    return stress_of(body, run(body).stresses[-1])


def stress_of(body: Body, stresses: Array) -> GrainStress:
    """Return what stresses (n_elements, 8, 6) in Pa at the last content of a body come to."""
    volumes = body.mesh.point_volumes
    principal = np.linalg.eigvalsh(stresses[..., _MATRIX])[..., -1]
    areas, normal, shear = boundary_tractions(body, stresses)
    return GrainStress(
        energy=float(np.sum(energy_density(body, stresses) * volumes) / volumes.sum()),
        von_mises=float(np.sum(von_mises(stresses) * volumes) / volumes.sum()),
        principal=_exceeded(principal, volumes),
        boundary_tension=_exceeded(normal, areas),
        boundary_shear=_exceeded(shear, areas),
    )


def energy_density(body: Body, stresses: Array) -> Array:
    """Return the elastic energy σ·S·σ/2 in J/m³ of stresses (n_elements, 8, 6) in Pa, shape (n_elements, 8)."""
    stiffness = body.crystal.stiffness_at(body.contents[-1])
    compliances = np.linalg.inv([turned_stiffness(stiffness, rotation) for rotation in body.grains.rotations])
    energy: Array = np.einsum("epi,eij,epj->ep", stresses, compliances[body.grains.labels], stresses) / 2
    return energy


def von_mises(stresses: Array) -> Array:
    """Return von Mises' equivalent of stresses (..., 6) in Voigt order."""
    differences = stresses[..., :3] - np.roll(stresses[..., :3], 1, axis=-1)
    equivalent: Array = np.sqrt((differences**2).sum(axis=-1) / 2 + 3 * (stresses[..., 3:] ** 2).sum(axis=-1))
    return equivalent


def boundary_tractions(body: Body, stresses: Array) -> tuple[Array, Array, Array]:
    """Return areas in m² of the faces between grains, and tractions in Pa normal to and along each, all of shape (n,).

    The traction is that of the mean stress in the elements on both sides; tension is positive.
    """
    elements, corners = body.mesh.faces
    between = np.not_equal(*body.grains.labels[elements].T)
    if not between.any():
        raise UsageError("a single grain has no boundaries between grains")
    areas = body.mesh.face_areas(corners[between])
    sizes = np.linalg.norm(areas, axis=1)
    normals = areas / sizes[:, None]
    means = stresses.mean(axis=1)[elements[between]].mean(axis=1)[:, _MATRIX]
    tractions = np.einsum("fij,fj->fi", means, normals)
    normal = (tractions * normals).sum(axis=1)
    return sizes, normal, np.linalg.norm(tractions - normal[:, None] * normals, axis=1)


def _exceeded(values: Array, weights: Array) -> float:
    """Return the value that is exceeded in the share :data:`EXCEEDED` of the weights."""
    order = np.argsort(values, axis=None)[::-1]
    shares = np.cumsum(weights.ravel()[order]) / weights.sum()
    return float(values.ravel()[order][np.searchsorted(shares, EXCEEDED)])
