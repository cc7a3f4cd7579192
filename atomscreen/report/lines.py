"""Lines of figures: what quantities give against a condition, or against another quantity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atomscreen.core.vocabulary import CONDITIONS, CONDITIONS_BY_RATIO
from atomscreen.report.numbers import unit_text
from atomscreen.report.wording import condition_name, conditions_text, definition_of

FEWEST_POINTS = 4
"""A quantity at fewer conditions is read more easily in a table; one at as many is shown as a curve only, and the CSV
and JSON files have its numbers."""

Conditions = Mapping[str, float | str]


@dataclass(frozen=True, eq=False)
class Line:
    """One line of a figure.

    Attributes
    ----------
    name
        The quantity that its ordinates are of.
    axis
        The condition that its abscissas are of; ``""`` where they are another quantity's, ``None`` of a level line,
        which holds at every abscissa.
    x_label, x_by_ratio
        Name of the abscissas with their unit, and whether they are compared by ratio.
    conditions
        Where the whole line holds.
    apart
        Those of the conditions that have a figure of their own.
    x, y, uncertainty, bound
        One a point; a level line has one point and no ``x``.
    quantities
        What it was made of.
    """

    name: str
    axis: str | None
    x_label: str
    x_by_ratio: bool
    conditions: Conditions
    apart: frozenset[str]
    x: Sequence[float]
    y: Sequence[float]
    uncertainty: Sequence[float | None]
    bound: Sequence[str | None]
    quantities: Sequence[Mapping[str, Any]]


def lines_of(quantities: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Return every line that quantities can make, of however few points."""
    return [*_spectra(quantities), *_scans(quantities), *_levels(quantities)]


def labelled(name: str, unit: str | None) -> str:
    """Return what an axis says: a name with its unit."""
    return f"{name} ({unit_text(unit)})" if unit else name


def _scans(quantities: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Return numbers along one numeric condition; lines are told apart by the other conditions."""
    axes = _axes(quantities)
    found: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for quantity in quantities:
        if (axis := _axis(quantity, axes)) is not None:
            others = {name: value for name, value in quantity["conditions"].items() if name != axis}
            found.setdefault((quantity["name"], axis, conditions_text(others)), []).append(quantity)
    return [_scan(name, axis, points) for (name, axis, _), points in found.items()]


def _axes(quantities: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return the numeric conditions of each quantity of single numbers, the one best drawn along first.

    It is the one that the vocabulary says it varies with, where it is known at enough of them, or else the one at
    most values.
    """
    values: dict[str, dict[str, set[float]]] = {}
    for quantity in quantities:
        if not isinstance(quantity["value"], list | tuple):
            for name, value in (quantity.get("conditions") or {}).items():
                if CONDITIONS.get(name) is not None:
                    values.setdefault(quantity["name"], {}).setdefault(name, set()).add(value)

    def preference(name: str, condition: str) -> tuple[bool, int]:
        count = len(values[name][condition])
        return condition == definition_of(name).varies_with and count >= FEWEST_POINTS, count

    return {
        name: sorted(known, key=lambda condition: preference(name, condition), reverse=True)
        for name, known in values.items()
    }


def _axis(quantity: Mapping[str, Any], axes: Mapping[str, Sequence[str]]) -> str | None:
    """Return the condition along which a number is one of several."""
    conditions = quantity.get("conditions") or {}
    if isinstance(quantity["value"], list | tuple):
        return None
    return next((axis for axis in axes.get(quantity["name"], ()) if axis in conditions), None)


def _scan(name: str, axis: str, points: Sequence[Mapping[str, Any]]) -> Line:
    ordered = sorted(points, key=lambda point: point["conditions"][axis])
    return Line(
        name=name,
        axis=axis,
        x_label=labelled(condition_name(axis), CONDITIONS[axis]),
        x_by_ratio=axis in CONDITIONS_BY_RATIO,
        conditions={key: value for key, value in ordered[0]["conditions"].items() if key != axis},
        apart=frozenset(),
        x=[point["conditions"][axis] for point in ordered],
        y=[point["value"] for point in ordered],
        uncertainty=[point.get("uncertainty") for point in ordered],
        bound=[point.get("bound") for point in ordered],
        quantities=ordered,
    )


def _spectra(quantities: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Return quantities of many numbers each along the quantity that the vocabulary sets them against."""
    found = []
    for quantity in quantities:
        name, values, conditions = quantity["name"], quantity["value"], quantity.get("conditions") or {}
        definition = definition_of(name)
        abscissas = _abscissas(definition.against, conditions, quantities)
        if not abscissas or len(abscissas) != len(values):
            continue
        against = definition_of(str(definition.against))
        found.append(
            Line(
                name=name,
                axis="",
                x_label=labelled(against.label, against.unit),
                x_by_ratio=against.logarithmic,
                conditions=conditions,
                apart=frozenset(conditions) - {definition.varies_with} if definition.varies_with else frozenset(),
                x=abscissas,
                y=values,
                uncertainty=[quantity.get("uncertainty")] * len(values),
                bound=[quantity.get("bound")] * len(values),
                quantities=[quantity],
            )
        )
    return found


def _abscissas(
    against: str | None, conditions: Conditions, quantities: Sequence[Mapping[str, Any]]
) -> Sequence[float] | None:
    """Return the abscissas under the same conditions; else those that hold under more of them, or under all."""
    fitting = [
        quantity
        for quantity in quantities
        if quantity["name"] == against and (quantity.get("conditions") or {}).items() <= conditions.items()
    ]
    closest = max(fitting, key=lambda quantity: len(quantity.get("conditions") or {}), default=None)
    return None if closest is None else closest["value"]


def _levels(quantities: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Return the numbers at no numeric condition: they hold along the whole figure of the quantity beside them."""
    return [
        Line(
            name=quantity["name"],
            axis=None,
            x_label="",
            x_by_ratio=False,
            conditions=quantity.get("conditions") or {},
            apart=frozenset(),
            x=(),
            y=[quantity["value"]],
            uncertainty=[quantity.get("uncertainty")],
            bound=[quantity.get("bound")],
            quantities=[quantity],
        )
        for quantity in quantities
        if definition_of(quantity["name"]).beside
        and not isinstance(quantity["value"], list | tuple)
        and not any(CONDITIONS.get(name) is not None for name in quantity.get("conditions") or {})
    ]
