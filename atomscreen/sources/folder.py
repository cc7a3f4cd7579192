"""Structure files: a folder (searched with its subfolders) or one file of CIF, POSCAR or pymatgen JSON."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StructureRefused, UsageError
from atomscreen.sources.checks import refuse_unusable
from atomscreen.sources.open import Skipped

if TYPE_CHECKING:
    from pymatgen.core import Structure

_LONGEST_NAME = 255  # characters; longer ones are no file's
_SUFFIXES = {".cif", ".vasp", ".poscar", ".json"}


def check(where: str) -> None:
    """Check that there is something to read.

    Raises
    ------
    UsageError
        Where the path does not exist, or a folder holds no structure file.
    """
    path = Path(where)
    if len(path.name) > _LONGEST_NAME or not path.exists():
        raise UsageError(f"there is no file or folder '{where}'")
    if not structure_files(path):
        raise UsageError(f"the folder '{where}' holds no structure file (CIF, POSCAR or pymatgen JSON)")


def read(where: str) -> Iterator[Candidate | Skipped]:
    """Yield a candidate for each structure, and the files that cannot be used with the reason."""
    root = Path(where)
    taken: set[str] = set()
    for path in structure_files(root):
        name = _readable(path.name if path == root else str(path.relative_to(root)))
        try:
            structures = read_structures(path)
        except StructureRefused as problem:
            yield Skipped(name, str(problem))
            continue
        for number, structure in enumerate(structures, 1):
            block = name if len(structures) == 1 else f"{name} (structure {number})"
            try:
                refuse_unusable(structure)
            except StructureRefused as problem:
                yield Skipped(block, str(problem))
                continue
            identity = _unique(_identifier(name, number, len(structures)), taken)
            yield Candidate(identity, {"input": _bare(structure)}, origin={"source": "file", "file": block})


def _bare(structure: Structure) -> Structure:
    """Return lattice, elements and positions alone.

    Constraints, velocities, moments and charges of other programs' files are no part of a candidate's identity.
    """
    from pymatgen.core import Structure

    return Structure(structure.lattice, [site.specie.symbol for site in structure], structure.frac_coords)


def _readable(name: str) -> str:
    """Return a file's name as text that can be written anywhere, also where it is not UTF-8 on the disk."""
    return os.fsencode(name).decode("utf-8", "replace")


def structure_files(path: Path) -> list[Path]:
    """Return a file itself, or the structure files below a folder, sorted by name."""
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and _is_structure_file(file))


def read_structures(path: Path) -> list[Structure]:
    """Return all structures of one file.

    Raises
    ------
    StructureRefused
        Where the file cannot be read as what its name says.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pymatgen warns of every rounded coordinate
            structures = _parse(path)
    except StructureRefused:
        raise
    except Exception as problem:  # parsers raise whatever a broken file makes them trip over
        reason = " ".join(str(problem).split())[:160] or type(problem).__name__
        raise StructureRefused(f"cannot be read: {reason}") from None
    if not structures:
        raise StructureRefused("holds no structure")
    return structures


def _parse(path: Path) -> list[Structure]:
    from pymatgen.core import Structure

    if path.suffix.lower() == ".cif":
        from pymatgen.io.cif import CifParser

        # Within 0.01 Å symmetry copies are one site: rounding of CIF coordinates, not physics.
        return list(CifParser(path).parse_structures(primitive=True, on_error="raise"))
    text = path.read_text(encoding="utf-8")
    if path.suffix.lower() == ".json":
        return [Structure.from_str(text, fmt="json")]
    from pymatgen.io.vasp import Poscar

    poscar = Poscar.from_str(text)
    if not poscar.true_names:
        raise StructureRefused("names no elements (the old format of VASP 4); write them in the sixth line")
    return [poscar.structure]


def _is_structure_file(path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES or bool(re.match(r"(POSCAR|CONTCAR)", path.name))


def _identifier(name: str, number: int, of: int) -> str:
    """Return an id that is safe as a file name."""
    stem = re.sub(r"\.(cif|vasp|poscar|json)$", "", name, flags=re.IGNORECASE)
    safe = re.sub(r"[^\w.+-]+", "_", stem).strip("._") or "structure"
    return safe if of == 1 else f"{safe}-{number}"


def _unique(identity: str, taken: set[str]) -> str:
    """Return the id itself, or one with a number where another file has it (a/LiCoO2.cif and a/LiCoO2.vasp)."""
    candidate, number = identity, 1
    while candidate in taken:
        number += 1
        candidate = f"{identity}.{number}"
    taken.add(candidate)
    return candidate
