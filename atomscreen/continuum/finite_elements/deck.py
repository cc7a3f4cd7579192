"""Input decks of a body of grains that takes ions up or gives them off, for CalculiX and Abaqus.

The content of working ions stands where these programs have the temperature, and the insertion strain where they have
thermal expansion. They take an expansion coefficient α as a secant: the strain at T is α(T) (T − Z) less the same at
the start, with Z a reference of its own. With Z far below all contents, α = ε/(x − Z) gives the insertion strain ε
exactly at the contents of the table, and next to a straight line between them.

Elements are hexahedra with eight nodes and full integration, C3D8. Those with incompatible modes, C3D8I, do not pass
the patch test in CalculiX 2.20: in elements that are no parallelepipeds their stress was off by a tenth.

Decks were run with CalculiX 2.20; Abaqus has the same keywords, and no deck was run with it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.crystal import Crystal
from atomscreen.continuum.finite_elements.grains import Grains
from atomscreen.continuum.finite_elements.mesh import Mesh
from atomscreen.core.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

LENGTH: Final = 1e-6
"""A deck's unit of length in m: CalculiX takes elements of less than 1e-20 cubic units for inverted ones, and in metres
those of a particle are."""

PRESSURE: Final = 1e6
"""A deck's unit of pressure in Pa; that of force is then the µN."""

REFERENCE: Final = -1000.0
"""Z of the expansion table, as a content. Between two contents x₁ and x₂ of the table the strain leaves a straight line
by (x₂ − x₁)/(4 abs(Z)) of its change at most: below 0.03 %."""

_PAIRS: Final = (
    (0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2),
    (0, 5), (1, 5), (2, 5), (5, 5), (0, 4), (1, 4), (2, 4), (5, 4), (4, 4),
    (0, 3), (1, 3), (2, 3), (5, 3), (4, 3), (3, 3),
)  # fmt: skip
"""Abaqus's order of the 21 constants, D1111 D1122 D2222 D1133 D2233 D3333 D1112 …, in Voigt order xx yy zz yz xz xy."""

_STRAINS: Final = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
"""Its order of a strain's components."""

Degree = tuple[int, int]
"""A node, counted from 0, and a direction: 0, 1 or 2."""


@dataclass(frozen=True, eq=False)
class Body:
    """A body of grains of one crystal whose content of working ions changes everywhere alike.

    Attributes
    ----------
    mesh, grains, crystal
        What it is of.
    contents
        The first is that at which it is free of stress, the others are taken on one after another.
    held
        Displacements in m that are given, by node and direction.
    equations
        Sums of displacements that are zero: of each its terms, by node and direction the factor. The first term is what
        the sum is solved for, and stands first in no other.
    """

    mesh: Mesh
    grains: Grains
    crystal: Crystal
    contents: Sequence[float]
    held: Mapping[Degree, float]
    equations: Sequence[Mapping[Degree, float]] = field(default=())

    def __post_init__(self) -> None:
        if len(self.contents) < 2:
            raise UsageError("a body takes on one content or more beside that at which it is free of stress")
        if min(self.contents) < 0 or max(self.contents) > 1:
            raise UsageError("a content is from 0 to 1")
        if not self.crystal.knows_strain(*self.contents):
            known = f"{min(self.crystal.strain):g} to {max(self.crystal.strain):g}"
            raise UsageError(
                f"a body of {self.crystal.formula} goes to contents from {min(self.contents):g} to "
                f"{max(self.contents):g}, and its insertion strain is known from {known} only"
            )


def no_rigid_motion(mesh: Mesh) -> dict[Degree, float]:
    """Return what holds a free body in place, and nothing more: three nodes, six displacements.

    The node nearest to the origin is held in all directions; the farthest from it on the first axis in the other two;
    and one away from that axis in the direction normal to the plane of the three.
    """
    origin = mesh.nearest(np.zeros(3))
    away = mesh.nodes - mesh.nodes[origin]
    size = np.abs(away).max()
    ahead = mesh.nearest(mesh.nodes[origin] + [size, 0, 0])
    beside = mesh.nearest(mesh.nodes[origin] + [0, size, 0])
    held = [(origin, 0), (origin, 1), (origin, 2), (ahead, 1), (ahead, 2), (beside, 2)]
    return dict.fromkeys(held, 0.0)


FOR_VIEWERS: Final = ("*NODE FILE", "U", "*EL FILE", "S")
"""Displacements and stresses into the result file, in both programs."""


def deck(body: Body, remarks: Iterable[str] = (), more: Iterable[str] = (), output: Sequence[str] = FOR_VIEWERS) -> str:
    """Return a body's input deck.

    Parameters
    ----------
    body
        What is calculated.
    remarks
        Sentences for the comment on top.
    more
        Lines of the model beside its grains: what joins them where they do not share nodes
        (:mod:`~atomscreen.continuum.finite_elements.cohesive`). With any the steps are geometrically nonlinear, since
        CalculiX does not iterate otherwise.
    output
        What every step writes.
    """
    more = list(more)
    parts = [
        header(body, remarks),
        _nodes(body.mesh),
        _elements(body),
        _equations(body.equations),
        _material(body.crystal),
        _sections(body.grains),
        more,
        _start(body),
        *(
            _step(content, number, body, output, iterated=bool(more))
            for number, content in enumerate(body.contents[1:], start=1)
        ),
    ]
    return "\n".join(line for part in parts for line in part) + "\n"


def header(body: Body, remarks: Iterable[str]) -> Iterator[str]:
    """Yield the comment on top: what it is of, what stands for what, and the units."""
    crystal, contents = body.crystal, [f"{content:g}" for content in body.contents]
    yield from _comments(
        f"{crystal.formula} ({crystal.id}): {len(body.grains.rotations)} grain(s), {len(body.mesh.elements)} elements.",
        "Units: micrometre, MPa, micronewton. Tension is positive. Linear elasticity, for strains of a few percent.",
        "TEMPERATURE IS THE CONTENT OF WORKING IONS, 0 empty to 1 full, and thermal expansion the insertion strain.",
        f"The body is free of stress at content {contents[0]}; the steps go to {', '.join(contents[1:])}.",
        f"*EXPANSION: the strain at content x is ALPHA(x)*(x - ZERO), ZERO = {REFERENCE:g}, less that at the start.",
        "It is against the lattice of the full material. CalculiX takes its shears as the tensor's, not twice of them.",
        "Material axes are those of the full crystal (IRE 1949 standard); *ORIENTATION has its x and y axes by grain.",
        "Run with CalculiX 2.20. Abaqus has these keywords too, but no run of it was made: check how it takes shears.",
        *remarks,
        *crystal.remarks,
        *(f"{what}: {source}" for what, source in crystal.sources.items()),
    )


def _comments(*sentences: str) -> Iterator[str]:
    for sentence in sentences:
        for line in textwrap.wrap(sentence.encode("ascii", "replace").decode(), 110):
            yield f"** {line}"


def _nodes(mesh: Mesh) -> Iterator[str]:
    yield "*NODE, NSET=NODES"
    for number, place in enumerate(mesh.nodes, start=1):
        yield f"{number}, {_numbers(place / LENGTH)}"


def _elements(body: Body) -> Iterator[str]:
    for grain in range(len(body.grains.rotations)):
        yield f"*ELEMENT, TYPE=C3D8, ELSET=GRAIN{grain + 1}"
        for element in np.flatnonzero(body.grains.labels == grain):
            yield f"{element + 1}, {', '.join(str(node + 1) for node in body.mesh.elements[element])}"
    yield "*ELSET, ELSET=BODY"
    yield from (f"GRAIN{grain + 1}," for grain in range(len(body.grains.rotations)))


def _equations(equations: Iterable[Mapping[Degree, float]]) -> Iterator[str]:
    for terms in equations:
        yield "*EQUATION"
        yield f"{len(terms)}"
        yield from (f"{node + 1}, {axis + 1}, {factor:.12g}" for (node, axis), factor in terms.items())


def _material(crystal: Crystal) -> Iterator[str]:
    yield "*MATERIAL, NAME=CRYSTAL"
    yield "*ELASTIC, TYPE=ANISO"
    for content in sorted(crystal.stiffness):
        stiffness = crystal.stiffness[content]
        values = [f"{(stiffness[i, j] + stiffness[j, i]) / 2 / PRESSURE:.9e}" for i, j in _PAIRS] + [f"{content:.6g}"]
        yield from (", ".join(values[start : start + 8]) for start in (0, 8, 16))
    yield f"*EXPANSION, TYPE=ANISO, ZERO={REFERENCE:g}"
    for content in sorted({0.0, 1.0, *crystal.strain}):
        slope = crystal.strain_at(content) / (content - REFERENCE)
        yield ", ".join(f"{slope[i, j]:.12e}" for i, j in _STRAINS) + f", {content:.6g}"


def _sections(grains: Grains) -> Iterator[str]:
    for number, rotation in enumerate(grains.rotations, start=1):
        yield f"*ORIENTATION, NAME=AXES{number}, SYSTEM=RECTANGULAR"
        yield f"{_numbers(rotation[:, 0])}, {_numbers(rotation[:, 1])}"
        yield f"*SOLID SECTION, ELSET=GRAIN{number}, MATERIAL=CRYSTAL, ORIENTATION=AXES{number}"


def _start(body: Body) -> Iterator[str]:
    yield "*INITIAL CONDITIONS, TYPE=TEMPERATURE"
    yield f"NODES, {body.contents[0]:.9g}"


def _step(content: float, number: int, body: Body, output: Iterable[str], *, iterated: bool) -> Iterator[str]:
    yield "*STEP, NLGEOM" if iterated else "*STEP"
    yield "*STATIC"
    if number == 1:
        yield "*BOUNDARY"
        yield from (
            f"{node + 1}, {axis + 1}, {axis + 1}, {value / LENGTH:.12e}" for (node, axis), value in body.held.items()
        )
    yield "*TEMPERATURE"
    yield f"NODES, {content:.9g}"
    yield from output
    yield "*END STEP"


def _numbers(values: Iterable[float]) -> str:
    return ", ".join(f"{value:.12e}" for value in values)
