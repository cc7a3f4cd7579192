"""Tables: candidates as CSV for spreadsheets, rankings and funnel for the terminal."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atomscreen.core.files import written
from atomscreen.core.vocabulary import QUANTITIES
from atomscreen.report.numbers import duration, measured, unit_text
from atomscreen.report.wording import conditions_text, definition_of, long_name, rank_text, role_name, value_text

if TYPE_CHECKING:
    from rich.table import Table

_FIXED_COLUMNS = ("id", "formula", "role", "status", "left_at", "reason", "rank", "score", "score uncertainty")
# A quantity at its conditions: what one group of columns holds.
_Key = tuple[str, tuple[tuple[str, float | str], ...]]


def write_candidates_csv(summary: Mapping[str, Any], path: Path) -> None:
    """Write one row a candidate: where it ended, and every scalar quantity with its uncertainty.

    Columns are named ``average_voltage [V]``, ``average_voltage uncertainty [V]`` and, for what varies,
    ``tracer_diffusivity @ temperature=700 K [cm^2/s]``; ``... bound`` where a value is only a limit. Numbers have all
    their digits. Text that a spreadsheet would take for a formula gets an apostrophe in front.

    Parameters
    ----------
    summary
        The campaign's summary, the content of ``campaign.json``.
    path
        The file to write; it appears whole or not at all.
    """
    scalars = [_scalars(candidate) for candidate in summary["candidates"]]
    columns = _columns(scalars)
    ranked = ranked_rows(summary)
    labels = step_labels(summary)
    with written(path) as stream:
        writer = csv.writer(stream)
        writer.writerow([*_FIXED_COLUMNS, *(heading for _, _, heading in columns)])
        for candidate, found in zip(summary["candidates"], scalars, strict=True):
            row = ranked.get(candidate["id"], {})
            left_at = labels.get(candidate.get("left_at"), "")
            texts = [candidate.get(key) for key in ("id", "formula", "role", "status")]
            texts += [left_at, candidate.get("reason")]
            numbers = [row.get("rank"), row.get("score"), row.get("score_uncertainty")]
            values = [found.get(key, {}).get(part) for key, part, _ in columns]
            writer.writerow([*map(_harmless, texts), *map(_cell, numbers), *map(_cell, values)])


def ranked_rows(summary: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the row of each ranked candidate, by id."""
    return {row["id"]: row for ranking in (summary.get("rankings") or {}).values() for row in ranking["rows"]}


def step_labels(summary: Mapping[str, Any]) -> dict[int | None, str]:
    """Return the label of each step by its index."""
    return {step["index"]: step["label"] for step in summary.get("steps", ())}


def _scalars(candidate: Mapping[str, Any]) -> dict[_Key, Mapping[str, Any]]:
    """Return the newest scalar quantity of each name and conditions."""
    return {
        (quantity["name"], tuple(sorted((quantity.get("conditions") or {}).items()))): quantity
        for quantity in candidate.get("quantities", ())
        if not isinstance(quantity["value"], list | tuple)
    }


def _columns(scalars: Sequence[Mapping[_Key, Mapping[str, Any]]]) -> list[tuple[_Key, str, str]]:
    """Return the columns in the vocabulary's order: key, which part of the quantity, heading."""
    keys = {key: quantity.get("unit") or "" for found in scalars for key, quantity in found.items()}
    place = {name: number for number, name in enumerate(QUANTITIES)}
    # Numbers sort before text, so that conditions of both kinds can stand together.
    order = sorted(
        keys,
        key=lambda key: (place.get(key[0], len(place)), key[0], [(n, isinstance(v, str), v) for n, v in key[1]]),
    )
    columns: list[tuple[_Key, str, str]] = []
    for key in order:
        name, conditions = key
        title = f"{name} @ {conditions_text(dict(conditions))}" if conditions else name
        unit = f" [{keys[key]}]" if keys[key] else ""
        columns += [(key, "value", title + unit), (key, "uncertainty", f"{title} uncertainty{unit}")]
        if any(found[key].get("bound") for found in scalars if key in found):
            columns.append((key, "bound", f"{title} bound"))
    return columns


def _cell(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else repr(value)


def _harmless(text: object) -> str:
    """Return a text that no spreadsheet runs as a formula."""
    plain = "" if text is None else str(text)
    return "'" + plain if plain.startswith(("=", "+", "-", "@", "\t", "\r")) else plain


def ranking_table(
    ranking: Mapping[str, Any], formulas: Mapping[str, str] | None = None, title: str = "", limit: int | None = None
) -> Table:
    """Return a ranking for the terminal: rank with interval, id, formula, objectives with uncertainty, score.

    Parameters
    ----------
    ranking
        ``objectives`` and ``rows`` of one role.
    formulas
        The formula of each candidate, by id.
    title
        A heading, for example the role.
    limit
        How many rows to show; all by default.
    """
    from rich.table import Table
    from rich.text import Text

    rows = ranking["rows"][:limit]
    left_out = len(ranking["rows"]) - len(rows)
    table = Table(
        title=Text(title) if title else None,
        title_justify="left",
        caption=f"{left_out} more in the report" if left_out else None,
    )
    for heading in ("rank", "id", "formula"):
        table.add_column(heading, justify="right" if heading == "rank" else "left")
    for objective in ranking["objectives"]:
        table.add_column(Text(objective_heading(objective)), justify="right")
    table.add_column("score", justify="right")
    table.add_column("Pareto", justify="center")
    for row in rows:
        values = [objective_text(row, objective) for objective in ranking["objectives"]]
        score = measured(row.get("score"), row.get("score_uncertainty"))
        formula = (formulas or {}).get(row["id"], "")
        # Text, not str: an id with brackets is no markup.
        cells = [rank_text(row), row["id"], formula, *values, score, "●" if row.get("pareto") else ""]
        table.add_row(*(Text(str(cell)) for cell in cells))
    return table


def objective_heading(objective: Mapping[str, Any]) -> str:
    """Return the heading of an objective: name, unit, and an arrow to where it is better."""
    unit = unit_text(definition_of(objective["quantity"]).unit)
    arrow = "↑" if objective["goal"] == "max" else "↓"
    return f"{long_name(objective['selector'])} {arrow}" + (f"\n{unit}" if unit else "")


def objective_text(row: Mapping[str, Any], objective: Mapping[str, Any]) -> str:
    """Return the value of one objective in a row of a ranking, with uncertainty and bound."""
    return value_text({"name": objective["quantity"], **(row["values"].get(objective["selector"]) or {"value": None})})


def funnel_table(summary: Mapping[str, Any]) -> Table:
    """Return the funnel for the terminal: how many entered and left each step, and the time it took."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(f"funnel of {summary['name']}"), title_justify="left")
    table.add_column("step")
    counts = ("entered", "passed", "passed_by", "dropped", "failed", "reused")
    for heading in counts:
        table.add_column(heading.replace("_", " "), justify="right")
    table.add_column("time", justify="right")
    for step in summary["steps"]:
        label = f"{step['label']} {step.get('detail') or ''}".strip()
        numbers = [str(step.get(count) or 0) for count in counts]
        table.add_row(Text(label), *numbers, duration(step.get("seconds")))
    return table


def ranking_tables(summary: Mapping[str, Any], limit: int | None = None) -> list[Table]:
    """Return one table a role, for the terminal."""
    formulas = {candidate["id"]: candidate["formula"] for candidate in summary["candidates"]}
    return [
        ranking_table(ranking, formulas, title=role_name(role), limit=limit)
        for role, ranking in (summary.get("rankings") or {}).items()
    ]
