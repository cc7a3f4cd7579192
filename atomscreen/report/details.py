"""What the page shows of one candidate: structures, quantities grouped by their origin, literature values, failure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from atomscreen.core.vocabulary import CONDITIONS, STRUCTURES, structure_kind
from atomscreen.report.curves import curves_of, in_table
from atomscreen.report.figures import crystal, space_group, structure_drawing
from atomscreen.report.numbers import unit_text
from atomscreen.report.wording import (
    conditions_in_words,
    definition_of,
    deviation,
    long_name,
    provenance_text,
    same_conditions,
    value_text,
    with_unit,
)

# Beside the ranked and the failed ones; a page with the details of ten thousand candidates is not usable.
OTHERS_WITH_DETAILS = 300
# Finding a space group takes some milliseconds for each structure; beyond these it is left out.
WITH_SYMMETRY = 300


def choose_detailed(candidates: Sequence[Mapping[str, Any]], ranked: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the candidates that get details: all ranked ones by rank, all failed ones, and some of the others."""
    first = [candidate for candidate in candidates if candidate["id"] in ranked]
    first.sort(key=lambda candidate: (str(candidate.get("role")), ranked[candidate["id"]]["rank"]))
    failed = [candidate for candidate in candidates if _failed(candidate) and candidate["id"] not in ranked]
    others = [candidate for candidate in candidates if not _failed(candidate) and candidate["id"] not in ranked]
    # Those that came furthest first: they carry most results.
    others.sort(key=_came_far, reverse=True)
    return [*first, *failed, *others[:OTHERS_WITH_DETAILS]]


def _failed(candidate: Mapping[str, Any]) -> bool:
    return bool(candidate["status"] == "failed")


def _came_far(candidate: Mapping[str, Any]) -> float:
    left_at = candidate.get("left_at")
    return float("inf") if left_at is None else float(left_at)


def candidate_detail(
    candidate: Mapping[str, Any], with_symmetry: bool = True, handed: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Return what the template prints of one candidate; symmetry is left out where the list is long.

    ``handed`` is what became of the campaign's materials in handoffs.
    """
    quantities = newest(candidate.get("quantities", ()))
    known = candidate.get("known", ())
    matched = {id(item) for item in known for quantity in quantities if same_conditions(quantity, item)}
    return {
        "candidate": candidate,
        "structures": [
            _structure(name, data, with_symmetry) for name, data in (candidate.get("structures") or {}).items()
        ],
        "drawings": {name: structure_drawing(data) for name, data in (candidate.get("structures") or {}).items()},
        "groups": group_by_origin(in_table(quantities), known),
        "curves": curves_of(quantities),
        "known_alone": [_known(item) for item in known if id(item) not in matched],
        "has_known": bool(matched),
        "origin": provenance_text(candidate.get("origin") or {}),
        "handed": [one for one in handed if one["id"] == candidate["id"]],
    }


def newest(quantities: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the newest quantity of each name and conditions, in the order they were first found."""
    found: dict[str, Mapping[str, Any]] = {}
    for quantity in quantities:
        found[json.dumps([quantity["name"], sorted((quantity.get("conditions") or {}).items())])] = quantity
    return list(found.values())


def group_by_origin(
    quantities: Sequence[Mapping[str, Any]], known: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return quantities grouped by stage, method and provenance, so that each provenance is printed once."""
    groups: dict[str, dict[str, Any]] = {}
    for quantity in quantities:
        provenance = provenance_text(quantity.get("provenance") or {})
        stage, method = quantity.get("stage") or "", quantity.get("method") or ""
        group = groups.setdefault(
            json.dumps([stage, method, provenance]),
            {"stage": stage, "method": method, "provenance": provenance, "rows": [], "matrices": []},
        )
        kind = "matrices" if isinstance(quantity["value"], list | tuple) else "rows"
        group[kind].append(_matrix(quantity) if kind == "matrices" else _row(quantity, known))
    return list(groups.values())


def _row(quantity: Mapping[str, Any], known: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    definition = definition_of(quantity["name"])
    return {
        "name": long_name(quantity["name"]),
        "label": definition.label,
        "description": definition.description,
        "text": with_unit(value_text(quantity), quantity.get("unit")),
        "conditions": _conditions(quantity),
        "known": [
            {**_known(item), "deviation": deviation(quantity, item)}
            for item in known
            if same_conditions(quantity, item)
        ],
    }


def _known(quantity: Mapping[str, Any]) -> dict[str, Any]:
    provenance = quantity.get("provenance") or {}
    scalar = not isinstance(quantity["value"], list | tuple)
    return {
        "name": long_name(quantity["name"]),
        "text": with_unit(value_text(quantity), quantity.get("unit")) if scalar else "tensor",
        "conditions": _conditions(quantity),
        "source": str(provenance.get("source") or quantity.get("method") or ""),
        "doi": _doi(provenance),
        "note": str(provenance.get("note") or ""),
    }


def _doi(provenance: Mapping[str, Any]) -> str:
    """Return a DOI where the provenance gives one that can be made a link."""
    doi = str(provenance.get("doi") or "").removeprefix("https://doi.org/")
    return doi if doi.startswith("10.") and not set(doi) & set(" <>\"'") else ""


def _conditions(quantity: Mapping[str, Any]) -> str:
    conditions = quantity.get("conditions") or {}
    if set(conditions) == {"element"}:
        return str(conditions["element"])
    if set(conditions) == {"temperature"} and not isinstance(conditions["temperature"], str):
        return f"{conditions['temperature']:g} {CONDITIONS['temperature']}"
    return conditions_in_words(conditions)


def _matrix(quantity: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tensor of rank two as rows of text; of any other rank, one row with all its numbers."""
    value = quantity["value"]
    rows = value if value and isinstance(value[0], list | tuple) else [value]
    largest = max((abs(float(x)) for row in rows for x in row), default=0.0)
    # A thousandth of the largest entry is noise in any calculation; what is smaller is printed as zero.
    decimals = 0 if largest >= 1000 else 1 if largest >= 10 else 3
    return {
        "name": long_name(quantity["name"]),
        "label": definition_of(quantity["name"]).label,
        "description": definition_of(quantity["name"]).description,
        "unit": unit_text(quantity.get("unit")),
        "uncertainty": "" if quantity.get("uncertainty") is None else f"{quantity['uncertainty']:.2g}",
        "conditions": _conditions(quantity),
        "rows": [
            [
                {
                    "text": (f"{float(x):.{decimals}f}".replace("-", "−") if abs(float(x)) > largest / 1000 else "0"),
                    "weight": round(abs(float(x)) / largest, 2) if largest else 0.0,
                }
                for x in row
            ]
            for row in rows
        ],
    }


def _structure(name: str, data: Mapping[str, Any], with_symmetry: bool) -> dict[str, Any]:
    found = crystal(data)
    lengths = ", ".join(f"{axis} = {length:.3f}" for axis, length in zip("abc", found["lengths"], strict=True))
    angles = ", ".join(f"{axis} = {angle:.2f}°" for axis, angle in zip("αβγ", found["angles"], strict=True))
    return {
        "name": name,
        "title": " at ".join(long_name(name).split("@")),
        "description": STRUCTURES.get(structure_kind(name), ""),
        "lengths": f"{lengths} Å",
        "angles": angles,
        "volume": f"{found['volume']:.2f} Å³, {found['sites']} atoms",
        "space_group": (space_group(data) or "no space group found") if with_symmetry else "",
    }
