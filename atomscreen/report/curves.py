"""Curves of a candidate: what changes with temperature or the content of working ions, and densities of states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from atomscreen.core.vocabulary import CONDITIONS, QUANTITIES
from atomscreen.report.numbers import unit_text
from atomscreen.report.wording import conditions_text, definition_of, long_name

FEWEST_POINTS = 4
"""A quantity at fewer conditions is read more easily in a table; one at as many is shown as a curve only, and the CSV
and JSON files have its numbers."""

MOST_MARKERS = 24
"""Points of a curve up to which each is marked."""


def curves_of(quantities: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the axes and points of every curve among a candidate's quantities, in the vocabulary's order."""
    place = {name: number for number, name in enumerate(QUANTITIES)}
    found = [*_spectra(quantities), *(_curve(*key, points) for key, points in _scans(quantities).items())]
    return sorted(found, key=lambda curve: place.get(curve["name"], len(place)))


def in_table(quantities: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the quantities that a table shows: all but those of curves."""
    drawn = _scans(quantities)
    return [
        quantity
        for quantity in quantities
        if _scanned(quantity) not in drawn and definition_of(quantity["name"]).shape != (None,)
    ]


def _scanned(quantity: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return name and condition of a number that stands under one numeric condition."""
    conditions = quantity.get("conditions") or {}
    if len(conditions) != 1 or isinstance(quantity["value"], list | tuple):
        return None
    (condition,) = conditions
    return None if CONDITIONS.get(condition) is None else (quantity["name"], condition)


def _scans(quantities: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
    """Return the points of each quantity that is known at several values of one numeric condition."""
    scans: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for quantity in quantities:
        if (key := _scanned(quantity)) is not None:
            scans.setdefault(key, []).append(quantity)
    return {key: points for key, points in scans.items() if len(points) >= FEWEST_POINTS}


def _curve(name: str, condition: str, points: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    ordered = sorted(points, key=lambda point: point["conditions"][condition])
    return {
        "name": name,
        "title": long_name(name),
        "x": [point["conditions"][condition] for point in ordered],
        "y": [point["value"] for point in ordered],
        "uncertainty": [point.get("uncertainty") for point in ordered],
        "x_label": _with_unit(condition.replace("_", " "), CONDITIONS[condition]),
        "y_label": _with_unit(long_name(name), definition_of(name).unit),
        "bound": [point.get("bound") for point in ordered],
        "logarithmic": _on_logarithmic_axis(name, [point["value"] for point in ordered]),
        "x_logarithmic": False,
        "markers": len(ordered) <= MOST_MARKERS,
    }


def _on_logarithmic_axis(name: str, values: Sequence[float]) -> bool:
    """Say whether a logarithmic axis is called for: one of less than a decade has ticks that nobody can read."""
    return definition_of(name).logarithmic and min(values) > 0 and max(values) / min(values) > 10


def _spectra(quantities: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the curves whose ordinates and abscissas are quantities of many numbers each."""
    named = {(quantity["name"], _where(quantity)): quantity for quantity in quantities}
    found = []
    for (name, where), quantity in named.items():
        against = definition_of(name).against
        axis = named.get((against, where)) if against else None
        if against is None or axis is None or len(axis["value"]) != len(quantity["value"]):
            continue
        found.append(
            {
                "name": name,
                "title": f"{long_name(name)}, {where}" if where else long_name(name),
                "x": list(axis["value"]),
                "y": list(quantity["value"]),
                "uncertainty": [None] * len(quantity["value"]),
                "x_label": _with_unit(definition_of(against).label, definition_of(against).unit),
                "y_label": _with_unit(long_name(name), definition_of(name).unit),
                "bound": [None] * len(quantity["value"]),
                "logarithmic": _on_logarithmic_axis(name, quantity["value"]),
                "x_logarithmic": _on_logarithmic_axis(against, axis["value"]),
                "markers": False,
            }
        )
    return found


def _where(quantity: Mapping[str, Any]) -> str:
    return conditions_text(quantity.get("conditions") or {}).replace("=", " ").replace("_", " ")


def _with_unit(name: str, unit: str | None) -> str:
    return f"{name} ({unit_text(unit)})" if unit else name
