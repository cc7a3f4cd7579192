"""Cohesive layers between grains, from a curve of traction against separation.

:func:`parted` gives grains nodes of their own. What joins them are cohesive elements in Abaqus, which CalculiX has
not; there each pair of nodes is joined by three springs, whose forces are the tractions on the area that belongs to it.
Springs know nothing of each other, so that a boundary that has opened still resists shear, and they take back what they
gave when it closes. The curve is one of opening; boundaries are taken to shear by the same one, for want of another.
Where boundaries tear at once there is no static state on the way: CalculiX then gives up, which is a StageFailure.

>>> mesh, boundaries = parted(mesh, grains.labels)
>>> body = Body(mesh, grains, crystal, (1.0, 0.5), no_rigid_motion(mesh))
>>> text = deck(body, more=springs(boundaries, curve, len(mesh.elements)))
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.finite_elements.deck import LENGTH, PRESSURE
from atomscreen.continuum.finite_elements.mesh import Mesh
from atomscreen.core.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

POINTS_BETWEEN: Final = 10
"""Points of the damage's table between two of the curve's: damage is no straight line where the traction is one."""


@dataclass(frozen=True)
class TractionSeparation:
    """Traction against separation: rises from zero, then falls, straight between points, and ends at zero.

    Attributes
    ----------
    separations
        In m, rising from 0, shape (n,).
    tractions
        In Pa, 0 at the first and the last, positive between, shape (n,).

    Raises
    ------
    UsageError
        For anything else, or a curve that stiffens as it opens: damage does not heal.
    """

    separations: tuple[float, ...]
    tractions: tuple[float, ...]

    def __post_init__(self) -> None:
        opened, pull = np.array(self.separations), np.array(self.tractions)
        if opened.shape != pull.shape or opened.size < 3:
            raise UsageError("a traction-separation curve has a traction for each of three separations or more")
        if not np.isfinite([opened, pull]).all() or opened[0] != 0 or (np.diff(opened) <= 0).any():
            raise UsageError("the separations of a traction-separation curve rise from 0")
        if pull[0] != 0 or pull[-1] != 0 or (pull[1:-1] <= 0).any():
            raise UsageError("the tractions of a traction-separation curve are above 0 but for the first and the last")
        if (np.diff(pull[1:] / opened[1:]) > 1e-9 * self.stiffness).any():
            raise UsageError("a traction-separation curve may not stiffen as it opens: damage does not heal")

    @property
    def stiffness(self) -> float:
        """The first slope in Pa/m."""
        return self.tractions[1] / self.separations[1]

    @property
    def peak(self) -> float:
        """The greatest traction in Pa."""
        return max(self.tractions)

    @property
    def work(self) -> float:
        """The work of separation in J/m²."""
        return float(np.trapezoid(self.tractions, self.separations))

    def damage(self) -> tuple[Array, Array]:
        """Return separations in m beyond the first point, and at each the damage D of T = (1 − D) stiffness δ."""
        parts = [
            np.linspace(*ends, POINTS_BETWEEN, endpoint=False) for ends in itertools.pairwise(self.separations[1:])
        ]
        opened = np.concatenate([*parts, self.separations[-1:]])
        pull = np.interp(opened, self.separations, self.tractions)
        return opened - opened[0], 1 - pull / (self.stiffness * opened)


@dataclass(frozen=True, eq=False)
class Boundaries:
    """Faces between grains that have nodes of their own.

    Attributes
    ----------
    lower, upper
        Nodes of each face in the grains on both sides, at the same places, shape (n_faces, 4).
    areas
        Area vectors in m² from lower to upper, shape (n_faces, 3).
    """

    lower: Array
    upper: Array
    areas: Array


def parted(mesh: Mesh, labels: Array) -> tuple[Mesh, Boundaries]:
    """Return the mesh in which each grain has nodes of its own, and the faces between them.

    Parameters
    ----------
    mesh
        With nodes that grains share.
    labels
        The grain of each element, shape (n_elements,).

    Raises
    ------
    UsageError
        For a single grain.
    """
    elements, corners = mesh.faces
    between = np.not_equal(*labels[elements].T)
    if not between.any():
        raise UsageError("a single grain has no boundaries to part it at")
    count = len(mesh.nodes)
    own, first, place = np.unique(
        (labels[:, None] * count + mesh.elements).ravel(), return_index=True, return_inverse=True
    )
    apart = Mesh(mesh.nodes[mesh.elements.ravel()[first]], place.reshape(-1, 8))
    sides = [np.searchsorted(own, labels[elements[between, side], None] * count + corners[between]) for side in (0, 1)]
    return apart, Boundaries(sides[0], sides[1], mesh.face_areas(corners[between]))


def springs(boundaries: Boundaries, curve: TractionSeparation, elements: int) -> Iterator[str]:
    """Yield the lines of a deck for CalculiX that join grains by springs.

    Parameters
    ----------
    boundaries
        What :func:`parted` returned.
    curve
        Of every boundary.
    elements
        Number of elements that the deck has already.
    """
    # CalculiX takes the displacement of the first node less that of the second for the elongation.
    pairs = np.stack([boundaries.upper, boundaries.lower], axis=-1).reshape(-1, 2)
    joined, place = np.unique(pairs, axis=0, return_inverse=True)
    areas = np.zeros((len(joined), 3))
    np.add.at(areas, place.ravel(), np.repeat(boundaries.areas / 4, 4, axis=0))
    far = 1e3 * curve.separations[-1]
    opened, pull = np.array([*curve.separations, far]), np.array([*curve.tractions, 0.0])
    tables = {
        1: (np.array([-far, *opened]), np.array([-far * curve.stiffness, *pull])),  # faces do not pass each other
        2: (np.array([*-opened[:0:-1], *opened]), np.array([*-pull[:0:-1], *pull])),
    }
    tables[3] = tables[2]
    number = elements
    for index, (pair, area) in enumerate(zip(joined, areas, strict=True), start=1):
        size = float(np.linalg.norm(area))
        normal, along = area / size, np.linalg.svd(area[None])[2][1]
        yield f"*ORIENTATION, NAME=PAIR{index}, SYSTEM=RECTANGULAR"
        yield ", ".join(f"{value:.12e}" for value in (*normal, *along))
        for axis, (separations, tractions) in tables.items():
            number += 1
            yield f"*ELEMENT, TYPE=SPRING2, ELSET=PAIR{index}AXIS{axis}"
            yield f"{number}, {pair[0] + 1}, {pair[1] + 1}"
            yield f"*SPRING, ELSET=PAIR{index}AXIS{axis}, NONLINEAR, ORIENTATION=PAIR{index}"
            yield f"{axis}, {axis}"
            for separation, traction in zip(separations, tractions, strict=True):
                yield f"{traction * size / PRESSURE / LENGTH**2:.12e}, {separation / LENGTH:.12e}"


def cohesive_elements(boundaries: Boundaries, curve: TractionSeparation, elements: int) -> Iterator[str]:
    """Yield the lines of a deck for Abaqus that join grains by cohesive elements; no run of them was made.

    Damage begins at the curve's first point and then follows the curve; it does not heal.

    Parameters
    ----------
    boundaries
        What :func:`parted` returned.
    curve
        Of every boundary.
    elements
        Number of elements that the deck has already.
    """
    yield "*ELEMENT, TYPE=COH3D8, ELSET=BOUNDARIES"
    for number, nodes in enumerate(np.hstack([boundaries.lower, boundaries.upper]) + 1, start=elements + 1):
        yield f"{number}, {', '.join(map(str, nodes))}"
    yield "*COHESIVE SECTION, ELSET=BOUNDARIES, MATERIAL=BOUNDARY, RESPONSE=TRACTION SEPARATION, THICKNESS=SPECIFIED"
    yield "1.0,"
    yield "*MATERIAL, NAME=BOUNDARY"
    yield "*ELASTIC, TYPE=TRACTION"
    yield ", ".join([f"{curve.stiffness / PRESSURE * LENGTH:.9e}"] * 3)
    yield "*DAMAGE INITIATION, CRITERION=MAXS"
    yield ", ".join([f"{curve.tractions[1] / PRESSURE:.9e}"] * 3)
    yield "*DAMAGE EVOLUTION, TYPE=DISPLACEMENT, SOFTENING=TABULAR"
    for separation, damage in zip(*curve.damage(), strict=True):
        yield f"{damage:.9e}, {separation / LENGTH:.9e}"
