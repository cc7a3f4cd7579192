"""Plain numbers out of records: those without conditions that are more than a bound, or what is missing, in words."""

from __future__ import annotations

from collections.abc import Iterable

from atomscreen.continuum.incomplete import lacks
from atomscreen.continuum.record import HandoffRecord
from atomscreen.core.errors import UsageError


def check_same_ion(active: HandoffRecord, electrolyte: HandoffRecord) -> None:
    """Refuse a pair of materials in which different ions move.

    Raises
    ------
    UsageError
        Naming both.
    """
    one, other = active.material, electrolyte.material
    if one.working_ion != other.working_ion:
        ions = (f"{material.working_ion or 'no known ion'} moves in {material.id}" for material in (one, other))
        raise UsageError(f"{' and '.join(ions)}: they make no cell")


def lacking(record: HandoffRecord, names: Iterable[str], bounds: Iterable[str] = (), which: str = "") -> list[str]:
    """Return what a record lacks of scalar quantities without conditions, with the stages that give it.

    Parameters
    ----------
    record
        Of the material.
    names
        Of quantities that must have a value.
    bounds
        Of quantities of which a bound will do too.
    which
        What tells this material's quantities from another's.
    """
    missing = []
    wanted = tuple(bounds)
    for name in (*names, *wanted):
        found = record.find(name)
        if found is None:
            missing.append(lacks(name, which))
        elif found.bound is not None and name not in wanted:
            missing.append(f"{' '.join(filter(None, (name, which)))} (there is only a bound)")
    return missing


def number(record: HandoffRecord, name: str) -> float:
    """Return a number in SI units that :func:`lacking` did not miss."""
    found = record.find(name)
    assert found is not None
    return found.number
