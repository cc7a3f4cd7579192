"""How the summary's data are put in words: labels of quantities, conditions, roles, deviations from known values."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from atomscreen.core.quantity import show
from atomscreen.core.vocabulary import CONDITIONS, QUANTITIES, Definition
from atomscreen.report.numbers import MISSING, measured, unit_text

ROLES = {
    "cathode": "Cathodes",
    "anode": "Anodes",
    "solid_electrolyte": "Solid electrolytes",
    "coating": "Coatings",
    "reference": "Reference phases",
}
# Two values belong together where their temperatures differ by no more than this (K): room temperature is given as
# 293 K, 298 K or 300 K.
_SAME_TEMPERATURE = 10.0
# What a measurement often leaves unsaid and a calculation does not, or the other way round.
_OFTEN_UNSAID = frozenset({"temperature", "pressure"})


def role_name(role: str | None) -> str:
    """Return the heading of a role."""
    return ROLES.get(role or "", (role or "candidates").replace("_", " ").capitalize())


def definition_of(name: str) -> Definition:
    """Return a quantity's definition; a name of another version's vocabulary stands for itself."""
    return QUANTITIES.get(name) or Definition("", name.replace("_", " "), "not in this version's vocabulary")


def long_name(name: str) -> str:
    """Return a quantity's name in words: ``"average voltage"``."""
    return name.replace("_", " ")


def conditions_text(conditions: Mapping[str, float | str]) -> str:
    """Return conditions as ``"temperature=700 K"``; the same text names a column of the table of candidates."""
    return ", ".join(
        f"{name}={show(value)} {CONDITIONS.get(name) or ''}".strip() for name, value in sorted(conditions.items())
    )


def condition_name(name: str) -> str:
    """Return a condition's name as a reader wants it."""
    return name.replace("_", " ").replace("c rate", "C rate")


def conditions_in_words(conditions: Mapping[str, float | str]) -> str:
    """Return conditions as a reader wants them: ``"temperature 700 K"``."""
    return condition_name(conditions_text(conditions).replace("=", " "))


def value_text(quantity: Mapping[str, Any]) -> str:
    """Return a scalar quantity's value with uncertainty and bound; a yes or no where it is one of those."""
    value = quantity.get("value")
    if isinstance(value, list | tuple) or value is None:
        return MISSING
    definition = definition_of(quantity.get("name", ""))
    if definition.description.startswith("1 where") and value in (0, 1):
        return "yes" if value else "no"
    return measured(float(value), quantity.get("uncertainty"), quantity.get("bound"), definition.logarithmic)


def with_unit(text: str, unit: str | None) -> str:
    """Return a number with its unit behind it."""
    return text if text == MISSING or not unit else f"{text} {unit_text(unit)}"


def rank_text(row: Mapping[str, Any]) -> str:
    """Return a rank with its interval, for example ``"2 (1–4)"``."""
    low, high = row.get("rank_low"), row.get("rank_high")
    return str(row["rank"]) if low is None or high is None else f"{row['rank']} ({low}–{high})"


def provenance_text(provenance: Mapping[str, Any]) -> str:
    """Return a provenance as readable text, one line an entry."""
    return "\n".join(f"{key}: {_plain_text(value)}" for key, value in provenance.items())


def _plain_text(value: object) -> str:
    if isinstance(value, str | int | float):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def formula_parts(formula: str) -> list[tuple[str, bool]]:
    """Split a formula into pieces and whether each is a subscript; anything that is no formula stays whole."""
    if not re.fullmatch(r"(?:[A-Z][a-z]?|[()]|\d+\.?\d*)+", formula):
        return [(formula, False)]
    return [(piece, piece[0].isdigit()) for piece in re.findall(r"\d+\.?\d*|[^\d]+", formula)]


def same_conditions(ours: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    """Say whether two quantities are of the same name and at the same conditions, as far as both state them."""
    if ours["name"] != known["name"]:
        return False
    mine, theirs = ours.get("conditions") or {}, known.get("conditions") or {}
    varies_with = definition_of(ours["name"]).varies_with
    if varies_with and (varies_with in mine) != (varies_with in theirs):
        return False
    if (mine.keys() ^ theirs.keys()) - _OFTEN_UNSAID:
        return False
    return all(_alike(name, mine[name], theirs[name]) for name in mine.keys() & theirs.keys())


def _alike(condition: str, mine: float | str, theirs: float | str) -> bool:
    if isinstance(mine, str) or isinstance(theirs, str):
        return mine == theirs
    tolerance = _SAME_TEMPERATURE if condition == "temperature" else 1e-6 * max(1.0, abs(mine))
    return abs(mine - theirs) <= tolerance


def deviation(ours: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """Return how far a value is from a known one: a factor, percentage points or percent; and in uncertainties.

    The combined standard uncertainty is given only where both values have one; nothing is said against a bound.
    """
    mine, theirs = ours["value"], known["value"]
    if isinstance(mine, list | tuple) or isinstance(theirs, list | tuple) or ours.get("bound") or known.get("bound"):
        return ""
    definition = definition_of(ours["name"])
    if definition.description.startswith("1 where") or ours["name"] == "space_group":
        return "same" if mine == theirs else "differs"
    by_ratio = definition.logarithmic and mine > 0 and theirs > 0
    if by_ratio:
        text = f"× {mine / theirs:.2g}"
    elif definition.unit == "percent":
        text = f"{mine - theirs:+.2g} points".replace("-", "−")
    elif theirs != 0:
        text = f"{100 * (mine - theirs) / abs(theirs):+.1f} %".replace("-", "−")
    else:
        text = with_unit(f"{mine - theirs:+.2g}".replace("-", "−"), definition.unit)
    spread, known_spread = ours.get("uncertainty"), known.get("uncertainty")
    if spread is None or known_spread is None or spread == known_spread == 0:
        return text
    if by_ratio:  # the difference of the logarithms over its uncertainty, as rankings take it
        away = abs(math.log(mine / theirs)) / math.hypot(spread / mine, known_spread / theirs)
    else:
        away = abs(mine - theirs) / math.hypot(spread, known_spread)
    return f"{text} ({away:.1f} u)"
