"""Grains of a body: which element is in which, and how the crystal of each is turned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from atomscreen.continuum.crystal import Crystal
from atomscreen.continuum.finite_elements.grain_mesh import grain_mesh
from atomscreen.continuum.finite_elements.mesh import Mesh
from atomscreen.core.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Grains:
    """Grains of a mesh.

    Attributes
    ----------
    labels
        The grain of each element, counted from 0, shape (n_elements,).
    rotations
        Of each grain the rotation from the crystal's axes to those of the mesh, shape (n_grains, 3, 3): its columns are
        the crystal's axes.
    """

    labels: Array
    rotations: Array


Texture = Callable[["Array", np.random.Generator], "Array"]
"""Rotations (n_grains, 3, 3) of grains from their places (n_grains, 3) in m, around the middle of the particle."""


TextureName = Literal["random", "radial"]


def random_texture(places: Array, generator: np.random.Generator) -> Array:
    """Return rotations of which each is as likely as any other (uniform on SO(3)), shape (n_grains, 3, 3)."""
    from scipy.spatial.transform import Rotation

    rotations: Array = Rotation.random(len(places), random_state=generator).as_matrix()
    return rotations


def radial_texture(crystal: Crystal) -> Texture:
    """Return the texture in which the crystal's odd axis points away from the centre, turned about it at random."""
    from scipy.spatial.transform import Rotation

    odd = crystal.odd_axis

    def rotations(places: Array, generator: np.random.Generator) -> Array:
        outward = places / np.linalg.norm(places, axis=1, keepdims=True)
        spins = Rotation.from_rotvec(generator.uniform(0, 2 * np.pi, len(places))[:, None] * outward)
        onto = Rotation.concatenate([Rotation.align_vectors([axis], [odd])[0] for axis in outward])
        turned: Array = (spins * onto).as_matrix()
        return turned

    return rotations


def texture_of(name: TextureName, crystal: Crystal) -> Texture:
    """Return a texture by its name.

    Raises
    ------
    UsageError
        For an unknown one.
    """
    if name == "random":
        return random_texture
    if name == "radial":
        return radial_texture(crystal)
    raise UsageError(f"grains have a 'random' or a 'radial' texture, not '{name}'")


def single_grain(mesh: Mesh, rotation: Array | None = None) -> Grains:
    """Return one grain, its axes those of the mesh where no rotation (3, 3) is given."""
    turn = np.eye(3) if rotation is None else np.asarray(rotation)
    return Grains(np.zeros(len(mesh.elements), dtype=int), turn[None])


def grainy_ball(radius: float, count: int, texture: Texture, divisions: int, seed: int = 0) -> tuple[Mesh, Grains]:
    """Return the mesh and the grains of a ball; the same count and seed give the same ones at any divisions.

    Parameters
    ----------
    radius
        In m.
    count
        Of grains.
    texture
        :func:`random_texture` or what :func:`radial_texture` returns.
    divisions
        Elements along each edge of the hexahedra of which grains are made.
    seed
        Of places and rotations.

    Raises
    ------
    UsageError
        For what :func:`~atomscreen.continuum.finite_elements.grain_mesh.grain_mesh` refuses.
    """
    mesh, labels, places = grain_mesh(radius, count, divisions, seed)
    return mesh, Grains(labels, texture(places, np.random.default_rng([seed, count])))
