"""Stability of plating over the orientations of a single crystal, of the metal on it, and of the wave between them."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.properties.plating.alkali_metals import Metal
from atomscreen.properties.plating.electrodeposition_stability import Deposit, stability
from atomscreen.properties.plating.half_space import HalfSpace, half_spaces, interface_stress

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

STEPS = 6
"""Directions of the wave in half a turn."""

PLANES = tuple(
    index for index in itertools.product((1, 0, -1), repeat=3) if any(index) and next(filter(None, index)) > 0
)
"""Normals of the solid's planes in the axes of its stiffness: ⟨100⟩, ⟨110⟩, ⟨111⟩, one of each pair of opposites."""

METAL_PLANES = ((1, 0, 0), (1, 1, 0), (1, 1, 1))
"""Normals of the metal's planes; symmetry makes them stand for all of their families."""


def metal_half_spaces(metal: Metal) -> HalfSpace:
    """Return the half-spaces of a metal in all its orientations, along the first of two axes.

    The wave goes over a whole turn in the metal and over half a turn in the solid, so that all pairs are there.
    """
    found = half_spaces(metal.stiffness, _frames(METAL_PLANES, 2 * STEPS))
    return HalfSpace(*(getattr(found, field.name)[:, None] for field in dataclasses.fields(found)))


def oriented_parameters(metal: HalfSpace, deposit: Deposit, stiffness: Array) -> Array:
    """Return χ in kJ/(mol nm) of every pair of metal and solid orientations, shape (36, 78).

    Parameters
    ----------
    metal
        The half-spaces of :func:`metal_half_spaces`.
    deposit
        What is deposited, and the wave.
    stiffness
        Of the solid, shape (6, 6), Voigt order, in GPa.
    """
    stress = interface_stress(metal, half_spaces(stiffness, _frames(PLANES, STEPS)))
    return np.asarray(stability(deposit, stress).total)


def planes_of(place: int) -> dict[str, Any]:
    """Return the planes of a pair by its place in the flattened array of :func:`oriented_parameters`."""
    metal, solid = divmod(place, len(PLANES) * STEPS)
    return {
        "plane": list(PLANES[solid // STEPS]),
        "metal_plane": list(METAL_PLANES[metal // (2 * STEPS)]),
        "wave": _frames(PLANES, STEPS)[solid, 0].round(3).tolist(),
    }


def _frames(normals: Sequence[tuple[int, ...]], directions: int) -> Array:
    """Return axes along the wave, across it and along the normal, shape (normals · directions, 3, 3)."""
    frames = []
    for normal in np.array(normals, float):
        normal /= np.linalg.norm(normal)
        first = np.cross(normal, np.eye(3)[np.abs(normal).argmin()])
        first /= np.linalg.norm(first)
        second = np.cross(normal, first)
        for angle in np.arange(directions) * np.pi / STEPS:
            wave = np.cos(angle) * first + np.sin(angle) * second
            frames.append([wave, np.cross(normal, wave), normal])
    return np.array(frames)
