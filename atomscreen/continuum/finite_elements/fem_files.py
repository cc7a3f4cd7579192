"""An electrode's crystal for programs of finite elements: tables for any of them, decks of a grain and of particles."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from atomscreen.continuum.cell.base_sets import base_values
from atomscreen.continuum.crystal import Crystal, crystal_of
from atomscreen.continuum.finite_elements.deck import Body, deck, no_rigid_motion
from atomscreen.continuum.finite_elements.grains import TextureName, grainy_ball, single_grain, texture_of
from atomscreen.continuum.finite_elements.mesh import ball
from atomscreen.continuum.record import HandoffRecord
from atomscreen.core.files import written
from atomscreen.core.vocabulary import Role

GRAINS: Final = 20
"""Of a particle."""

DIVISIONS: Final = 3
"""Of a particle's mesh: about 7,000 elements, with which the elastic energy is 2 to 7 % above what it converges to."""

BALL_DIVISIONS: Final = 8
"""Of the mesh of one crystal: 2,048 elements."""

CONVENTIONS: Final = {
    "axes": "Cartesian, the standard ones (IRE 1949) of the full crystal, at every content",
    "voigt_order": "xx yy zz yz xz xy",
    "stiffness": "C_ij of stress_i = C_ij strain_j, Voigt order, engineering shear strains (gamma = 2 epsilon), Pa",
    "strain": "components of the tensor (3, 3), no engineering shears, dimensionless; of the stress-free lattice, "
    "positive where it is longer than that of the full material, which is the reference (0 at content 1); that of one "
    "ordering of the ions at each content, not averaged over its domains as the handoff's critical grain sizes are",
    "use": "stress = C(x) : (strain - (strain(x) - strain(x_start))) to first order, tension positive; x_start is the "
    "content at which the body is free of stress",
    "content": "of working ions, 0 empty to 1 full; take tensors as linear between the contents given; beyond those of "
    "the strain nothing is known, although the decks' tables hold it constant to 0 and 1",
    "odd_axis": "unit vector along which the lattice strains most unlike the other two directions; in the radial "
    "particle it points outwards",
}

_COMPONENTS: Final = ("xx", "yy", "zz", "yz", "xz", "xy")


@dataclass(frozen=True)
class _Particle:
    """What the decks are of: the radius in m of a base set's particle, and the contents that are taken on."""

    base: str
    parameter: str
    radius: float
    contents: tuple[float, ...]


def write_fem(record: HandoffRecord, folder: Path, base: str) -> list[Path]:
    """Write an electrode's crystal as JSON, as a table and as decks for CalculiX and Abaqus; return the paths.

    Parameters
    ----------
    record
        Of the material.
    folder
        Where to write.
    base
        The base set whose particle's radius the decks have.

    Raises
    ------
    HandoffIncomplete
        Where the record has no stiffness or no insertion strain at contents of working ions.
    UsageError
        For an unknown base set.
    """
    crystal = crystal_of(record)
    particle = _particle(record, crystal, base)
    names = {end: f"{record.material.id}.fem.{end}" for end in ("json", "csv", "about.json")}
    decks = {f"{record.material.id}.fem.{what}.inp": text for what, text in _decks(crystal, particle)}
    with written(folder / names["json"]) as file:
        json.dump(_tensors(crystal, record), file, indent=1, ensure_ascii=False)
    with written(folder / names["csv"]) as file:
        csv.writer(file).writerows(_table(crystal))
    for name, text in decks.items():
        with written(folder / name) as file:
            file.write(text)
    with written(folder / names["about.json"]) as file:
        json.dump(_about(crystal, particle, record), file, indent=1, ensure_ascii=False)
    return [folder / name for name in (names["json"], names["csv"], *decks, names["about.json"])]


def _particle(record: HandoffRecord, crystal: Crystal, base: str) -> _Particle:
    """Return the particle: it goes from the known content nearest to that of a new cell to the one farthest from it."""
    positive = record.material.role == Role.CATHODE
    parameter = f"{'Positive' if positive else 'Negative'} particle radius [m]"
    contents = sorted(crystal.strain, reverse=positive)
    return _Particle(base, parameter, float(base_values(base)[parameter]), tuple(contents))


def _decks(crystal: Crystal, particle: _Particle) -> Iterator[tuple[str, str]]:
    """Yield what each deck is of, and its text."""
    radius = f"The radius is that of base set {particle.base}."
    mesh = ball(particle.radius, BALL_DIVISIONS)
    body = Body(mesh, single_grain(mesh), crystal, particle.contents, no_rigid_motion(mesh))
    yield "grain", deck(body, [f"A ball of one crystal, its axes those of the coordinates. {radius}"])
    told: dict[TextureName, str] = {
        "random": f"{GRAINS} grains turned at random",
        "radial": f"{GRAINS} grains with the odd axis outwards, turned about it at random",
    }
    for texture, words in told.items():
        mesh, grains = grainy_ball(particle.radius, GRAINS, texture_of(texture, crystal), DIVISIONS)
        body = Body(mesh, grains, crystal, particle.contents, no_rigid_motion(mesh))
        yield (
            texture,
            deck(body, [f"A ball of {words}, bonded for good: no stage gives the curve of cohesive layers. {radius}"]),
        )


def _tensors(crystal: Crystal, record: HandoffRecord) -> dict[str, Any]:
    def listed(points: dict[float, Any]) -> list[dict[str, Any]]:
        return [{"content": content, "value": values.tolist()} for content, values in points.items()]

    return {
        "material": record.material.model_dump(include={"id", "formula", "role", "working_ion"}),
        "conventions": CONVENTIONS,
        "stiffness_Pa": listed(crystal.stiffness),
        "strain": listed(crystal.strain),
        "odd_axis": crystal.odd_axis.tolist(),
        "sources": crystal.sources,
        "remarks": crystal.remarks,
    }


def _table(crystal: Crystal) -> Iterator[list[Any]]:
    """Yield a table of all the contents at which stiffness or strain is known; the other is then in between."""
    rows, columns = np.triu_indices(6)
    stiffness = [f"C{i + 1}{j + 1} [Pa]" for i, j in zip(rows, columns, strict=True)]
    strain = [f"strain {component}" for component in _COMPONENTS]
    yield ["content", "stiffness known here", "strain known here", *stiffness, *strain]
    for content in sorted({*crystal.stiffness, *crystal.strain}):
        tensor = crystal.strain_at(content)
        known = [int(content in points) for points in (crystal.stiffness, crystal.strain)]
        constants = crystal.stiffness_at(content)[rows, columns].tolist()
        yield [content, *known, *constants, *tensor[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]].tolist()]


def _about(crystal: Crystal, particle: _Particle, record: HandoffRecord) -> dict[str, Any]:
    name = record.material.id
    return {
        "files": {
            f"{name}.fem.json": "stiffness and insertion strain against content, for any program; SI units",
            f"{name}.fem.csv": "the same as a table",
            f"{name}.fem.grain.inp": "a ball of one crystal, deck for CalculiX and Abaqus",
            f"{name}.fem.random.inp": "a ball of grains turned at random",
            f"{name}.fem.radial.inp": "a ball of grains with the odd axis outwards",
        },
        "how_to_use": f"ccx {name}.fem.random writes {name}.fem.random.frd. Decks are in µm, MPa and µN. The content "
        "of working ions stands where programs have the temperature, and insertion strain where they have expansion.",
        "tested_with": "CalculiX 2.20; the same keywords are Abaqus's, with which no deck was run",
        "conventions": CONVENTIONS,
        "contents": {"free_of_stress": particle.contents[0], "steps": list(particle.contents[1:])},
        "base_set": {"name": particle.base, particle.parameter: particle.radius},
        "chosen": {
            "grains": GRAINS,
            "places_and_rotations": "seed 0",
            "content_inside": "the same everywhere: no diffusion, no fronts between phases",
            "shape": "a ball, grains of about one size",
        },
        "sources": crystal.sources,
        "remarks": [*crystal.remarks, *_start_remark(particle, record)],
        "missing": ["traction-separation curve (which no stage gives): the decks have no cohesive layers"],
        "notes": list(record.notes_of_material),
    }


def _start_remark(particle: _Particle, record: HandoffRecord) -> Iterator[str]:
    assembled = 1.0 if record.material.role == Role.CATHODE else 0.0
    if particle.contents[0] != assembled:
        yield (
            f"A new cell has it at content {assembled:g}, where its strain is unknown: the bodies are free of stress "
            f"at {particle.contents[0]:g}."
        )
