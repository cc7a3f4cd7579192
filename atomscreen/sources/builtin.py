"""The built-in reference set as candidates: real battery materials with literature values, and competing phases."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import UsageError, closest
from atomscreen.core.quantity import Quantity
from atomscreen.core.vocabulary import Role
from atomscreen.sources.open import Skipped
from atomscreen.sources.reference_set import KnownValue, ReferenceRecord, build_structure, records

SET = "reference"
"""The name of the built-in set as a whole."""


def check(where: str) -> None:
    """Check what is asked of the built-in set: all of it (``"reference"``), or materials by id, with commas between.

    Raises
    ------
    UsageError
        For an id that there is not.
    """
    if where == SET:
        return
    ids = [record.id for record in records()]
    for wanted in _ids(where):
        if wanted not in ids:
            raise UsageError(f"there is no built-in set or material '{wanted}'{closest(wanted, [SET, *ids])}")


def read(where: str) -> Iterator[Candidate | Skipped]:
    """Yield the candidates asked for, in the set's order; of the whole set competing phases (role 'reference') too."""
    check(where)
    wanted = _ids(where)
    yield from (candidate for candidate in reference_candidates() if where == SET or candidate.id in wanted)


def _ids(where: str) -> list[str]:
    return [identity.strip() for identity in where.split(",")]


@functools.cache
def reference_candidates() -> tuple[Candidate, ...]:
    """Return the whole built-in set, in the order of the ids; built once a process."""
    by_id = {record.id: record for record in records()}
    return tuple(_candidate(record, by_id) for record in by_id.values())


def _candidate(record: ReferenceRecord, by_id: dict[str, ReferenceRecord]) -> Candidate:
    structures = {"input": build_structure(record)}
    if record.charged is not None:
        structures["charged"] = build_structure(by_id[record.charged])
    return Candidate(
        id=record.id,
        structures=structures,
        role=Role(record.role),
        working_ion=record.working_ion,
        origin={
            "source": "builtin:reference",
            "name": record.name,
            "family": record.family,
            "structure": record.structure_source,
            **({"note": record.note} if record.note else {}),
        },
        known=tuple(_known(value) for value in record.known),
    )


def _known(value: KnownValue) -> Quantity:
    """Return a literature value as a quantity; its source and note are the provenance."""
    note = {"note": value["note"]} if "note" in value else {}
    return Quantity.of(
        str(value["quantity"]),
        value["value"],
        str(value["unit"]),
        value.get("uncertainty"),
        conditions=value.get("conditions", {}),
        method="literature",
        provenance={"source": value["source"], **note},
    )
