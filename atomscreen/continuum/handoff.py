"""Handing materials over: every record becomes the files that a continuum model reads, or a list of what is missing.

A new format is a function and one line in :data:`FORMATS`.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.pairs import write_pairs
from atomscreen.continuum.record import HandoffRecord
from atomscreen.core.errors import StageFailure, UsageError, closest
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
    "csv": dict.fromkeys(KINDS, f"{_RECORD_FILES}:write_csv"),
    "json": dict.fromkeys(KINDS, f"{_RECORD_FILES}:write_json"),
}
"""Format to the functions that write it, by the kind of material: ``(record, folder, base) -> paths``."""

DEFAULT_BASE: Final = "Ai2020"
"""The parameter set from which a cell takes what is not the material's."""

INDEX: Final = "handoff.json"


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
    """

    id: str
    format: str
    files: tuple[str, ...] = ()
    reason: str = ""
    missing: tuple[str, ...] = ()


def check_handoff(given: Any) -> HandoffSpec:
    """Check what a user asks for: a format, a list of them, or ``{"to": [...], "base": "OKane2022"}``.

    Raises
    ------
    UsageError
        For an unknown format or key, or a base set that there is not.
    """
    from atomscreen.continuum.cell.base_sets import check_base

    if isinstance(given, Mapping):
        for key in given:
            if key not in ("to", "base"):
                raise UsageError(f"'handoff' has no '{key}'{closest(str(key), ('to', 'base'))}")
        given, base = given.get("to"), str(given.get("base", DEFAULT_BASE))
    else:
        base = DEFAULT_BASE
    names = [given] if isinstance(given, str) else list(given or [])
    if not names:
        raise UsageError(f"a handoff names at least one format: {', '.join(FORMATS)}")
    for name in names:
        if name not in FORMATS:
            raise UsageError(f"there is no handoff to '{name}'{closest(str(name), FORMATS)}")
    check_base(base)
    return HandoffSpec(tuple(dict.fromkeys(map(str, names))), base)


def hand_over(records: Iterable[HandoffRecord], spec: HandoffSpec, folder: Path) -> list[Handed]:
    """Write every record in every format, a table of pairs, and an index of what was written and what is missing.

    A material that lacks something is left out of that format, with the list of what it lacks; the others go on.

    Parameters
    ----------
    records
        Of the materials.
    spec
        Formats and base set.
    folder
        Where to write; it is made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    materials = list(records)
    outcome = [_one(record, name, spec.base, folder) for record in materials for name in spec.formats]
    tables = [path.name for path in write_pairs(materials, folder)]
    with written(folder / INDEX) as file:
        json.dump({"base": spec.base, "handed": [asdict(one) for one in outcome], "tables": tables}, file, indent=1)
    return outcome


def _one(record: HandoffRecord, name: str, base: str, folder: Path) -> Handed:
    try:
        files = _writer(name, record)(record, folder, base)
    except HandoffIncomplete as problem:
        return Handed(record.material.id, name, reason=str(problem), missing=problem.missing)
    except (UsageError, StageFailure) as problem:
        return Handed(record.material.id, name, reason=str(problem))
    return Handed(record.material.id, name, tuple(path.name for path in files))


def _writer(name: str, record: HandoffRecord) -> Callable[[HandoffRecord, Path, str], Sequence[Path]]:
    kind: Kind = "electrode" if record.material.role in ELECTRODES else "electrolyte"
    if kind not in FORMATS[name]:
        others = ", ".join(other for other, kinds in FORMATS.items() if kind in kinds)
        raise UsageError(f"'{record.material.id}' is no electrode, and {name} takes no other; there are {others}")
    module, _, function = FORMATS[name][kind].partition(":")
    found: Callable[[HandoffRecord, Path, str], Sequence[Path]] = getattr(importlib.import_module(module), function)
    return found
