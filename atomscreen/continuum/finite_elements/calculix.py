"""Running a deck with CalculiX, and reading displacements, forces and stresses back."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.finite_elements.deck import LENGTH, PRESSURE, Body, deck
from atomscreen.core.errors import StageFailure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

PROGRAM: Final = "ccx"

_PRINTED: Final = (
    "*NODE PRINT, NSET=NODES, FREQUENCY=1000000",
    "U, RF",
    "*EL PRINT, ELSET=BODY, GLOBAL=YES, FREQUENCY=1000000",
    "S",
)
"""What is read back at the end of each step: stresses are at points of integration, in the axes of the mesh."""

_TO_VOIGT: Final = [0, 1, 2, 5, 4, 3]
"""CalculiX prints xx yy zz xy xz yz."""


@dataclass(frozen=True, eq=False)
class Fields:
    """What CalculiX gives at the end of each step.

    Attributes
    ----------
    displacements
        In m, shape (n_steps, n_nodes, 3).
    forces
        On nodes that are held, in N, of the same shape.
    stresses
        In Pa, Voigt order xx yy zz yz xz xy in the axes of the mesh, at the points of integration, shape
        (n_steps, n_elements, 8, 6).
    """

    displacements: Array
    forces: Array
    stresses: Array


def run(body: Body, more: Iterable[str] = ()) -> Fields:
    """Return what CalculiX finds of a body.

    Parameters
    ----------
    body
        What is calculated.
    more
        Lines of the model beside its grains.

    Raises
    ------
    StageFailure
        Where CalculiX is not installed, or fails: in its own words.
    """
    text = run_deck(deck(body, more=more, output=_PRINTED))
    tables = _tables(text)
    steps, nodes, elements = len(body.contents) - 1, len(body.mesh.nodes), len(body.mesh.elements)
    stresses = _by_step(tables["stresses"], (elements, 8), 6, steps)[..., _TO_VOIGT]
    displacements, forces = (_by_step(tables[name], (nodes,), 3, steps) for name in ("displacements", "forces"))
    return Fields(displacements * LENGTH, forces * PRESSURE * LENGTH**2, stresses * PRESSURE)


def run_deck(text: str) -> str:
    """Return the table of results (``.dat``) that CalculiX prints for a deck.

    Raises
    ------
    StageFailure
        Where CalculiX is not installed, or fails: in its own words.
    """
    if (program := shutil.which(PROGRAM)) is None:
        raise StageFailure("CalculiX is not installed: there is no program 'ccx' (Debian's package calculix-ccx)")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "body.inp").write_text(text, encoding="ascii")
        done = subprocess.run(
            [program, "body"],
            cwd=folder,
            env={**os.environ, "OMP_NUM_THREADS": "1", "CCX_NPROC_EQUATION_SOLVER": "1", "NUMBER_OF_CPUS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            check=False,
        )
        said = re.findall(r"\*ERROR.*(?:\n(?!\s*\*).*\S.*)*", done.stdout)
        if said or done.returncode or "Job finished" not in done.stdout:
            words = " ".join(" ".join(said[:2]).split()) or " ".join(done.stdout.split()[-30:])
            raise StageFailure(f"CalculiX failed (exit code {done.returncode}): {words}")
        return (Path(folder) / "body.dat").read_text(encoding="ascii")


def _tables(text: str) -> dict[str, list[Array]]:
    """Return the tables of a result file by the first word of their titles, step after step."""
    tables: dict[str, list[Array]] = {}
    title = ""
    rows: list[list[str]] = []
    for line in [*text.splitlines(), "end"]:
        words = line.split()
        if words and words[0][0].isalpha():
            if rows:
                tables.setdefault(title, []).append(np.array(rows, dtype=float))
            title, rows = words[0], []
        elif words:
            rows.append(words)
    return tables


def _by_step(tables: list[Array], shape: tuple[int, ...], columns: int, steps: int) -> Array:
    """Return the last columns of tables whose first columns count nodes or elements and points from 1."""
    found = np.zeros((steps, *shape, columns))
    for values, table in zip(found, tables, strict=True):
        values[tuple(table[:, axis].astype(int) - 1 for axis in range(len(shape)))] = table[:, -columns:]
    return found
