"""Records as files: JSON with its schema beside it, and a table of every number for spreadsheets."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from atomscreen.continuum.record import SCHEMA, Entry, HandoffRecord, Particle, json_schema
from atomscreen.core.files import written
from atomscreen.core.vocabulary import CONDITIONS, QUANTITIES

COLUMNS: Final = ("quantity", "component", "value", "unit", "uncertainty", "bound", *CONDITIONS, "method")
"""Columns of the table; ``component`` counts the entries of tensors and curves from 1, as ``1,6``."""


def write_json(record: HandoffRecord, folder: Path, base: str) -> list[Path]:
    """Write a record as JSON, with its JSON schema beside it; ``base`` plays no part."""
    path, schema = folder / f"{record.material.id}.json", folder / f"{SCHEMA}.schema.json"
    with written(path) as file:
        file.write(record.to_json())
    with written(schema) as file:
        json.dump(json_schema(), file, indent=1, ensure_ascii=False)
    return [path, schema]


def write_csv(record: HandoffRecord, folder: Path, base: str) -> list[Path]:
    """Write every number of a record as one row of a table in SI units; ``base`` plays no part.

    Below them are the model of a particle and the notes, which have no quantity's name.
    """
    path = folder / f"{record.material.id}.csv"
    with written(path) as file:
        table = csv.DictWriter(file, COLUMNS, restval="")
        table.writeheader()
        for name in QUANTITIES:
            for entry in record.entries(name):
                table.writerows(_rows(name, entry))
        if record.particle is not None:
            table.writerows(_particle_rows(record.particle))
        table.writerows({"quantity": "note", "method": note} for note in record.notes)
    return [path]


def _rows(name: str, entry: Entry) -> Iterator[dict[str, Any]]:
    for component, value in _components(entry.value):
        yield {
            "quantity": name,
            "component": component,
            "value": repr(value),
            "unit": entry.unit,
            "uncertainty": "" if entry.uncertainty is None else repr(entry.uncertainty),
            "bound": entry.bound or "",
            "method": entry.method,
            **entry.conditions,
        }


def _particle_rows(particle: Particle) -> Iterator[dict[str, Any]]:
    """Yield which model describes a particle, and between which contents two phases coexist."""
    yield {"quantity": "particle_model", "value": particle.model, "temperature": particle.temperature}
    for component, content in _components(particle.coexistence):
        yield {
            "quantity": "particle_coexistence",
            "component": component,
            "value": repr(content),
            "temperature": particle.temperature,
        }


def _components(value: Any, place: tuple[int, ...] = ()) -> Iterator[tuple[str, float]]:
    """Yield the numbers of a scalar, curve or tensor with their places, counted from 1."""
    if isinstance(value, tuple):
        for index, part in enumerate(value, start=1):
            yield from _components(part, (*place, index))
    else:
        yield ",".join(map(str, place)), value
