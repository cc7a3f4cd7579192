"""A sphere cut into shells, finer towards its surface, where a charge begins and stress is largest."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

FEWEST_SHELLS = 4
"""Below this a profile is not told from a straight line."""


@dataclass(frozen=True, eq=False)
class RadialMesh:
    """Shells of a sphere, innermost first; lengths are over its radius, volumes over its own.

    Profiles of a sphere are smooth functions of r² (Fick's law has no odd powers of r at the centre), so gradients are
    differences in r². The parabola of a steady charge is exact on any mesh then.

    Attributes
    ----------
    faces
        Shape (n + 1,), from 0 to 1.
    radii
        Where a function linear in r² has its mean over a shell, shape (n,).
    volumes
        Of the shells, shape (n,); they add up to 1.
    conductances
        Shape (n,): what leaves the sphere within each outer face per time, as a share of the sphere, for a diffusivity
        of 1 (radius²/time) and a fall of 1 from the shell within to the one without; the last is to the surface.
    """

    faces: Array
    radii: Array
    volumes: Array
    conductances: Array

    def mean(self, contents: Array) -> Array:
        """Return the mean over the sphere of contents of shape (..., n)."""
        return np.asarray(contents @ self.volumes)

    def centre(self, values: Array) -> Array:
        """Return the value at r = 0 of what is known in shells, shape (..., n), taken on in r²."""
        first, second = self.radii[:2] ** 2
        return np.asarray(values[..., 0] - (values[..., 1] - values[..., 0]) * first / (second - first))


@functools.cache
def radial_mesh(shells: int) -> RadialMesh:
    """Return a mesh whose shells thin out towards the surface as a sine does.

    Raises
    ------
    UsageError
        For too few shells.
    """
    if shells < FEWEST_SHELLS:
        raise UsageError(f"a sphere of {shells} shells is too coarse: it takes {FEWEST_SHELLS} at least")
    faces = np.sin(np.linspace(0.0, np.pi / 2, shells + 1))
    faces[-1] = 1.0
    volumes = np.diff(faces**3)
    squares = 0.6 * np.diff(faces**5) / volumes
    rises = np.diff(np.append(squares, 1.0))
    return RadialMesh(faces, np.sqrt(squares), volumes, 6 * faces[1:] ** 3 / rises)
