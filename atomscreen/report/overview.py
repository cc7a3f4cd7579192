"""What the page shows of the campaign as a whole: headline, funnel, rankings, the table of candidates."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from typing import Any

from atomscreen.report.numbers import chance, duration, measured, unit_text
from atomscreen.report.tables import objective_text, ranked_rows, step_labels
from atomscreen.report.wording import definition_of, long_name, rank_text, role_name, with_unit

# The reasons of more candidates than these are read in the table of all candidates, not below a step.
LEAVERS_LISTED = 200
_OUTCOMES = ("passed", "passed_by", "dropped", "failed")


def moment(text: str | None) -> str:
    """Return a point in time to the minute; what is not an ISO time stays as it is."""
    if not text:
        return ""
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{time:%Y-%m-%d %H:%M} {time:%Z}".strip()


def headline(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return when the campaign ran, for how long, how many went in, and the best of each ranking in one sentence."""
    states = Counter(candidate["status"] for candidate in summary["candidates"])
    return {
        "started": moment(summary.get("started")),
        "finished": moment(summary.get("finished")),
        "duration": duration(summary.get("seconds")),
        "read": (summary.get("source") or {}).get("read", len(summary["candidates"])),
        "candidates": len(summary["candidates"]),
        "skipped": len((summary.get("source") or {}).get("skipped") or ()),
        "states": states,
        "best": [_best(role, ranking, summary) for role, ranking in rankings_of(summary).items() if ranking["rows"]],
    }


def rankings_of(summary: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return the rankings by role."""
    rankings: Mapping[str, Mapping[str, Any]] = summary.get("rankings") or {}
    return rankings


def formulas_of(summary: Mapping[str, Any]) -> dict[str, str]:
    """Return the formula of each candidate, by id."""
    return {candidate["id"]: candidate.get("formula") or "" for candidate in summary["candidates"]}


def _best(role: str, ranking: Mapping[str, Any], summary: Mapping[str, Any]) -> dict[str, Any]:
    row = min(ranking["rows"], key=lambda row: int(row["rank"]))
    values = []
    for objective in ranking["objectives"]:
        if objective["selector"] in row["values"]:
            unit = definition_of(objective["quantity"]).unit
            values.append(f"{long_name(objective['selector'])} {with_unit(objective_text(row, objective), unit)}")
    return {
        "role": role_name(role),
        "id": row["id"],
        "formula": formulas_of(summary).get(row["id"], ""),
        "results": values,
        "interval": [row.get("rank_low"), row.get("rank_high")],
        "among": len(ranking["rows"]),
        "front": sum(bool(item.get("pareto")) for item in ranking["rows"]),
    }


def funnel(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each step with its bar's parts (percent of the widest step) and the candidates that left there."""
    steps = summary.get("steps") or []
    widest = max((step.get("entered") or 0 for step in steps), default=0) or 1
    leavers: dict[int, list[Mapping[str, Any]]] = {}
    for candidate in summary["candidates"]:
        if candidate.get("left_at") is not None:
            leavers.setdefault(candidate["left_at"], []).append(candidate)
    return [
        {
            **step,
            "parts": [
                {"outcome": outcome, "count": step.get(outcome) or 0, "width": 100 * (step.get(outcome) or 0) / widest}
                for outcome in _OUTCOMES
                if step.get(outcome)
            ],
            "time": duration(step.get("seconds")),
            "leavers": leavers.get(step["index"], [])[:LEAVERS_LISTED],
            "more_leavers": max(0, len(leavers.get(step["index"], [])) - LEAVERS_LISTED),
        }
        for step in steps
    ]


def ranking_view(role: str, ranking: Mapping[str, Any], formulas: Mapping[str, str]) -> dict[str, Any]:
    """Return headings and cells of one role's ranking."""
    objectives = ranking["objectives"]
    total = sum(abs(objective.get("weight", 1.0)) for objective in objectives) or 1.0
    headings = [
        {
            "name": long_name(objective["selector"]),
            "unit": unit_text(definition_of(objective["quantity"]).unit),
            "goal": objective["goal"],
            "weight": chance(abs(objective.get("weight", 1.0)) / total),
            "description": definition_of(objective["quantity"]).description,
        }
        for objective in objectives
    ]
    rows = [
        {
            "row": row,
            "formula": formulas.get(row["id"], ""),
            "rank": rank_text(row),
            "score": measured(row.get("score"), row.get("score_uncertainty")),
            "probability": chance(row.get("pareto_probability")),
            "beats_next": chance(row.get("beats_next")),
            "cells": [_cell(row, objective) for objective in objectives],
        }
        for row in ranking["rows"]
    ]
    return {"role": role, "title": role_name(role), "headings": headings, "rows": rows, "weighted": len(objectives) > 1}


def _cell(row: Mapping[str, Any], objective: Mapping[str, Any]) -> dict[str, Any]:
    value = row["values"].get(objective["selector"]) or {}
    return {"text": objective_text(row, objective), "number": value.get("value")}


def candidate_rows(summary: Mapping[str, Any], anchors: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows of the table of all candidates; ``anchors`` are those of the ones with details, by id."""
    ranked, labels = ranked_rows(summary), step_labels(summary)
    return [
        {
            "id": candidate["id"],
            "anchor": anchors.get(candidate["id"]),
            "formula": candidate.get("formula") or "",
            "role": (candidate.get("role") or "").replace("_", " "),
            "status": candidate["status"],
            "left_at": labels.get(candidate.get("left_at"), ""),
            "left_index": candidate.get("left_at"),
            "reason": candidate.get("reason") or "",
            "rank": ranked.get(candidate["id"], {}).get("rank"),
            "score": ranked.get(candidate["id"], {}).get("score"),
            "score_text": measured(ranked[candidate["id"]].get("score")) if candidate["id"] in ranked else "",
        }
        for candidate in summary["candidates"]
    ]


def companion_rows(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the competing phases with what was computed of them."""
    from atomscreen.report.details import newest
    from atomscreen.report.wording import value_text

    return [
        {
            "id": companion["id"],
            "formula": companion.get("formula") or "",
            "failure": companion.get("failure"),
            "quantities": [
                {
                    "name": long_name(quantity["name"]),
                    "text": with_unit(value_text(quantity), quantity.get("unit")),
                    "stage": quantity.get("stage") or "",
                }
                for quantity in newest(companion.get("quantities") or ())
                if not isinstance(quantity["value"], list | tuple)
            ],
        }
        for companion in summary.get("companions") or ()
    ]
