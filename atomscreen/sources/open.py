"""Opening a source: one line of a workflow file or of the command line becomes a stream of candidates.

A new kind of source is a module with a function and one line in :data:`KINDS`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import UsageError, closest

KINDS: Mapping[str, str] = {
    "builtin": "atomscreen.sources.builtin",
    "cif": "atomscreen.sources.folder",
}
"""Kind of source to the module that reads it; the module has ``check(where)`` and ``read(where)``."""


@dataclass(frozen=True)
class SourceSpec:
    """A source by kind and place: ``builtin:reference``, ``cif:FOLDER``."""

    kind: str
    where: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.where}"


@dataclass(frozen=True)
class Skipped:
    """Something in a source that cannot be used, with the reason; it is reported, never dropped silently."""

    name: str
    reason: str


def check_source(given: Any) -> SourceSpec:
    """Check what a user wrote for a source.

    Parameters
    ----------
    given
        ``{"builtin": "reference"}`` as in a workflow file, or ``"builtin:reference"``, ``"cif:FOLDER"``, or the path
        of a folder or structure file, as on the command line.

    Raises
    ------
    UsageError
        For an unknown kind or a place that does not exist.
    """
    if isinstance(given, SourceSpec):
        spec = given
    elif isinstance(given, Mapping):
        if len(given) != 1:
            raise UsageError(f"a source has one kind, not {', '.join(map(str, given)) or 'none'}")
        ((kind, where),) = given.items()
        spec = SourceSpec(str(kind), str(where))
    else:
        kind, colon, where = str(given).partition(":")
        if not colon and kind in KINDS and not _exists(kind):
            raise UsageError(
                f"the source '{kind}' needs a place behind a colon, such as 'builtin:reference' or 'cif:FOLDER'"
            )
        if not colon or _exists(str(given)):
            kind, where = "cif", str(given)
        spec = SourceSpec(kind, where)
    if spec.kind not in KINDS:
        raise UsageError(f"unknown kind of source '{spec.kind}'{closest(spec.kind, KINDS)}")
    importlib.import_module(KINDS[spec.kind]).check(spec.where)
    return spec


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:  # a name too long to be one
        return False


def read_source(spec: SourceSpec) -> Iterator[Candidate | Skipped]:
    """Yield the candidates of a source one by one, and what in it cannot be used."""
    yield from importlib.import_module(KINDS[spec.kind]).read(spec.where)


def load_candidates(source: str | Path | Mapping[str, str]) -> list[Candidate]:
    """Return all usable candidates of a source: the Python API's way in.

    Parameters
    ----------
    source
        The path of a structure file or of a folder of them, ``"builtin:reference"``, or a mapping as in a workflow.

    Raises
    ------
    UsageError
        Where the source does not exist, or nothing in it can be used; the first reason is given.
    """
    found: list[Candidate] = []
    skipped: list[Skipped] = []
    for item in read_source(check_source(source)):
        if isinstance(item, Candidate):
            found.append(item)
        else:
            skipped.append(item)
    if not found:
        reason = f": {skipped[0].name}: {skipped[0].reason}" if skipped else ""
        raise UsageError(f"nothing in '{source}' can be used{reason}")
    return found
