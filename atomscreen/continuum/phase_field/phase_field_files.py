"""Files for phase-field codes: formulas and coefficients as JSON, functions of content as a table."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from atomscreen.continuum.phase_field.phase_field_document import phase_field_input
from atomscreen.continuum.record import HandoffRecord
from atomscreen.core.files import written


def write_phase_field(record: HandoffRecord, folder: Path, base: str) -> list[Path]:
    """Write what a phase-field code needs of an electrode: ``ID.phase-field.json`` and ``ID.phase-field.csv``.

    What is missing beyond the free energy is listed in the JSON file, and leaves out a block or a column.

    Raises
    ------
    HandoffIncomplete
        Where the record has no free energy or no concentration of ions.
    UsageError
        For an unknown base set.
    """
    found = phase_field_input(record, base)
    path, table = (folder / f"{record.material.id}.phase-field{end}" for end in (".json", ".csv"))
    with written(path) as file:
        json.dump({**found.document, "table": table.name}, file, indent=1, ensure_ascii=False, allow_nan=False)
    with written(table) as file:
        rows = csv.writer(file)
        rows.writerow(found.table)
        rows.writerows(zip(*(map(repr, map(float, column)) for column in found.table.values()), strict=True))
    return [path, table]
