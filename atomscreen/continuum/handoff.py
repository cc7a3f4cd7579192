"""Handing materials over: every record becomes the files that a continuum model reads, or a list of what is missing.

A new format is a function and one line in :data:`FORMATS`.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from atomscreen.continuum import pairs
from atomscreen.continuum.cell.base_sets import DEFAULT_BASE, check_base
from atomscreen.continuum.incomplete import HandoffIncomplete, in_one_line
from atomscreen.continuum.record import HandoffRecord
from atomscreen.core.errors import UsageError, closest
from atomscreen.core.files import written
from atomscreen.core.vocabulary import ELECTRODES

Kind = Literal["electrode", "electrolyte"]
KINDS: Final[tuple[Kind, ...]] = ("electrode", "electrolyte")

_RECORD_FILES: Final = "atomscreen.continuum.record_files"

FORMATS: Mapping[str, Mapping[Kind, str]] = {
    "pybamm": {
        "electrode": "atomscreen.continuum.cell.pybamm_file:write_pybamm",
        "electrolyte": "atomscreen.continuum.electrolyte.layer_file:write_layer",
    },
    "bpx": {"electrode": "atomscreen.continuum.cell.bpx_file:write_bpx"},
    "fem": {"electrode": "atomscreen.continuum.finite_elements.fem_files:write_fem"},
    "phase-field": {"electrode": "atomscreen.continuum.phase_field.phase_field_files:write_phase_field"},
    "csv": dict.fromkeys(KINDS, f"{_RECORD_FILES}:write_csv"),
    "json": dict.fromkeys(KINDS, f"{_RECORD_FILES}:write_json"),
}
"""Format to the functions that write it, by the kind of material: ``(record, folder, base) -> paths``."""

WITH_BASE_SET: Final = frozenset({"pybamm", "bpx", "fem", "phase-field"})
"""Formats whose files have something of a base set's cell in them, if only the radius of its particles."""

INDEX: Final = "handoff.json"
"""What of each material lies in the folder, from all the handoffs into it."""


@dataclass(frozen=True)
class HandoffSpec:
    """What is asked for: formats, and the base set of cells."""

    formats: tuple[str, ...]
    base: str = DEFAULT_BASE


@dataclass(frozen=True)
class Handed:
    """What became of one material in one format.

    Attributes
    ----------
    id, format
        Of the material, and of its files.
    files
        Names of the files written, in the folder of the handoff.
    reason
        Why there are none, in one sentence; empty where there are.
    missing
        What the material lacks, each with the stage that gives it.
    base
        The base set whose cell was asked for; ``None`` in formats that take none.
    notes
        What the stages of a material that lacks something said of their limits: why it is missing may be among it.
    """

    id: str
    format: str
    files: tuple[str, ...] = ()
    reason: str = ""
    missing: tuple[str, ...] = ()
    base: str | None = None
    notes: tuple[str, ...] = ()


def check_handoff(given: Any) -> HandoffSpec:
    """Check what a user asks for: a format, a list of them, or ``{"to": [...], "base": "OKane2022"}``.

    Raises
    ------
    UsageError
        For an unknown format or key, or a base set that there is not.
    """
    if isinstance(given, Mapping):
        for key in given:
            if key not in ("to", "base"):
                raise UsageError(f"'handoff' has no '{key}'{closest(str(key), ('to', 'base'))}")
        given, base = given.get("to"), str(given.get("base") or DEFAULT_BASE)
    else:
        base = DEFAULT_BASE
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, Sequence) or not names or not all(isinstance(name, str) for name in names):
        raise UsageError(f"a handoff names at least one format: {', '.join(FORMATS)}")
    for name in names:
        if name not in FORMATS:
            raise UsageError(f"there is no handoff to '{name}'{closest(str(name), FORMATS)}")
    check_base(base)
    return HandoffSpec(tuple(dict.fromkeys(map(str, names))), base)


def hand_over(records: Iterable[HandoffRecord], spec: HandoffSpec, folder: Path) -> list[Handed]:
    """Write every record in every format, a table of pairs, and an index of what was written and what is missing.

    A material that lacks something, or with which something goes wrong, is left out of that format with the reason; the
    others go on. The index keeps what earlier handoffs into the folder gave of other materials and formats.

    Parameters
    ----------
    records
        Of the materials.
    spec
        Formats and base set.
    folder
        Where to write; it is made.

    Returns
    -------
    list
        What became of each of these materials in each of these formats.

    Raises
    ------
    UsageError
        For a folder that cannot be written to, or an index in it that cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    materials = list(records)
    index = {(one["id"], one["format"]): one for one in read_index(folder)["handed"]}
    earlier = pairs.read_pairs(folder)
    outcome = []
    for record in materials:
        for name in spec.formats:
            found = _one(record, name, spec.base, folder)
            place = found.id, found.format
            older = index.pop(place, {}).get("files", [])
            if not found.files:
                shared = {file for other in index.values() for file in other["files"]}
                found = _without_older_files(found, [file for file in older if file not in shared], folder)
            index[place] = asdict(found)
            outcome.append(found)
    tables = [
        {"file": path.name, "about": pairs.ABOUT, "limits": pairs.LIMITS}
        for path in pairs.write_pairs(materials, folder, earlier)
    ]
    with written(folder / INDEX) as file:
        json.dump({"handed": list(index.values()), "tables": tables}, file, indent=1, ensure_ascii=False)
    return outcome


def read_index(folder: Path) -> dict[str, Any]:
    """Return the index of a handoff's folder; one of nothing where there is none.

    Raises
    ------
    UsageError
        For an index that is not what :func:`hand_over` wrote.
    """
    path = folder / INDEX
    if not path.exists():
        return {"handed": [], "tables": []}
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
        return {
            "handed": [asdict(Handed(**one)) for one in index["handed"]],
            "tables": [{key: table[key] for key in ("file", "about", "limits")} for table in index["tables"]],
        }
    except (OSError, ValueError, TypeError, KeyError):
        raise UsageError(f"'{path}' is not what atomscreen wrote; delete it and hand over again") from None


def _one(record: HandoffRecord, name: str, base: str, folder: Path) -> Handed:
    def handed(**what: Any) -> Handed:
        return Handed(record.material.id, name, base=base if name in WITH_BASE_SET else None, **what)

    try:
        files = _writer(name, record)(record, folder, base)
    except HandoffIncomplete as problem:
        return handed(reason=in_one_line(problem), missing=problem.missing, notes=record.notes)
    except Exception as problem:  # whatever a library raises over one material, the others are handed over
        return handed(reason=in_one_line(problem))
    return handed(files=tuple(path.name for path in files))


def _without_older_files(refused: Handed, older: Sequence[str], folder: Path) -> Handed:
    """Delete what an earlier handoff wrote of a material that is now refused, and say so."""
    for name in older:
        (folder / Path(name).name).unlink(missing_ok=True)
    if not older:
        return refused
    return replace(
        refused, reason=f"{refused.reason.removesuffix('.')}. Of an earlier handoff, removed: {', '.join(older)}"
    )


def _writer(name: str, record: HandoffRecord) -> Callable[[HandoffRecord, Path, str], Sequence[Path]]:
    kind: Kind = "electrode" if record.material.role in ELECTRODES else "electrolyte"
    if kind not in FORMATS[name]:
        role = (record.material.role or "material without a role").replace("_", " ")
        others = ", ".join(other for other, kinds in FORMATS.items() if kind in kinds)
        raise UsageError(f"{name} describes no {role}: hand '{record.material.id}' to one of {others}")
    module, _, function = FORMATS[name][kind].partition(":")
    found: Callable[[HandoffRecord, Path, str], Sequence[Path]] = getattr(importlib.import_module(module), function)
    return found
