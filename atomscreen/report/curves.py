"""Figures of a candidate's curves: lines of one quantity under several conditions, and what is compared with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from atomscreen.core.vocabulary import QUANTITIES
from atomscreen.report.lines import FEWEST_POINTS, Conditions, Line, labelled, lines_of
from atomscreen.report.wording import conditions_in_words, definition_of, long_name

MOST_MARKERS = 24
"""Points of a line up to which each is marked."""

DIGITS = 5
"""Significant digits of the numbers drawn: more than a screen shows, at a third of the page's size."""

# A quantity, what its abscissas are, and the conditions that have a figure of their own.
_Key = tuple[str, str | None, frozenset[tuple[str, float | str]]]


def curves_of(quantities: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return axes and lines of every figure among a candidate's quantities, in the vocabulary's order."""
    place = {name: number for number, name in enumerate(QUANTITIES)}
    figures = [_figure(lines) for lines in _lines_of_figures(quantities)]
    return sorted(figures, key=lambda figure: place.get(figure["name"], len(place)))


def in_table(quantities: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the quantities that a table shows: all but those of curves."""
    lines = [line for figure in _lines_of_figures(quantities) for line in figure]
    drawn = {id(quantity) for line in lines if line.axis is not None for quantity in line.quantities}
    return [quantity for quantity in quantities if id(quantity) not in drawn and not is_curve(quantity["name"])]


def is_curve(name: str) -> bool:
    """Say whether a quantity is the ordinates or the abscissas of a curve, and not a list that stands for itself."""
    definition = definition_of(name)
    if definition.shape != (None,):
        return False
    return definition.against is not None or any(other.against == name for other in QUANTITIES.values())


def _lines_of_figures(quantities: Sequence[Mapping[str, Any]]) -> list[list[Line]]:
    """Return the lines of each figure: those of its own quantity, and behind them those of quantities beside it."""
    groups: dict[_Key, list[Line]] = {}
    for line in sorted(lines_of(quantities), key=_order):
        apart = frozenset((name, value) for name, value in line.conditions.items() if name in line.apart)
        groups.setdefault((line.name, line.axis, apart), []).append(line)
    large = {key: lines for key, lines in groups.items() if any(_is_large(line) for line in lines)}
    hosts = {key: _hosts(key, large) for key in groups}
    figures = {key: list(lines) for key, lines in large.items() if not hosts[key]}
    for key, lines in groups.items():
        for host in hosts[key]:
            figures[host] += lines
    return list(figures.values())


def _is_large(line: Line) -> bool:
    """Say whether a line is worth a figure."""
    return line.axis == "" or len(line.x) >= FEWEST_POINTS


def _hosts(key: _Key, figures: Mapping[_Key, object]) -> list[_Key]:
    """Return the figures of the quantity beside which the vocabulary wants a group of lines."""
    name, axis, apart = key
    root = definition_of(name).beside
    return [host for host in figures if host[0] == root and axis in (host[1], None) and apart <= host[2]]


def _order(line: Line) -> list[tuple[str, bool, float | str]]:
    """Return what lines are sorted by; numbers before text, so that conditions of both kinds can stand together."""
    return [(name, isinstance(value, str), value) for name, value in sorted(line.conditions.items())]


def _figure(lines: Sequence[Line]) -> dict[str, Any]:
    """Return what the page draws of the lines of one figure."""
    own = [line for line in lines if line.name == lines[0].name]
    name, definition = own[0].name, definition_of(own[0].name)
    shared = dict(set.intersection(*(set(line.conditions.items()) for line in own)))
    abscissas = [x for line in lines for x in line.x]
    return {
        "name": name,
        "title": ", ".join(filter(None, (long_name(name), conditions_in_words(shared)))),
        "caption": conditions_in_words(shared),
        "x_label": own[0].x_label,
        "y_label": labelled(long_name(name), definition.unit),
        "x_logarithmic": own[0].x_by_ratio and _over_a_decade(abscissas),
        "y_logarithmic": definition.logarithmic and _over_a_decade([y for line in lines for y in line.y]),
        "by_ratio": definition.logarithmic,
        "lines": _drawn(lines, shared, (min(abscissas), max(abscissas))),
    }


def _drawn(lines: Sequence[Line], shared: Conditions, ends: tuple[float, float]) -> list[dict[str, Any]]:
    """Return label, place among the colours and points of each line; a level line goes from end to end.

    Lines of the same conditions have the same colour, be they of the figure's own quantity or of one beside it, and
    lines of other conditions another one.
    """
    names = list(dict.fromkeys(line.name for line in lines))
    where = [
        conditions_in_words({key: value for key, value in line.conditions.items() if shared.get(key) != value})
        for line in lines
    ]
    steps = list(dict.fromkeys(where))
    found = []
    for line, text in zip(lines, where, strict=True):
        points = 1 if len(line.x) else 2
        found.append(
            {
                "label": text if text and line.name == names[0] else _named(line.name, text),
                "step": round(steps.index(text) / (len(steps) - 1), 3) if len(steps) > 1 else None,
                "beside": names.index(line.name),
                "markers": 0 < len(line.x) <= MOST_MARKERS,
                "x": [_rounded(x) for x in line.x or ends],
                "y": [_rounded(y) for y in line.y] * points,
                "uncertainty": _if_any([None if u is None else _rounded(u) for u in line.uncertainty] * points),
                "bound": _if_any(list(line.bound) * points),
            }
        )
    return found


def _named(name: str, where: str) -> str:
    return ", ".join(filter(None, (long_name(name), where)))


def _over_a_decade(values: Sequence[float]) -> bool:
    """Say whether a logarithmic axis is called for: one of less than a decade has ticks that nobody can read."""
    return min(values) > 0 and max(values) / min(values) > 10


def _if_any(values: list[Any]) -> list[Any]:
    """Return an empty list where nothing is known at any point."""
    return values if any(value is not None for value in values) else []


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")
