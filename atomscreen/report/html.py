"""The report: one HTML file that opens without a network, with all its scripts, styles and data inside."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atomscreen.campaign.handoff import FOLDER
from atomscreen.continuum.handoff import read_index
from atomscreen.core.errors import UsageError
from atomscreen.core.files import written
from atomscreen.report.details import OTHERS_WITH_DETAILS, WITH_SYMMETRY, candidate_detail, choose_detailed
from atomscreen.report.figures import SYMMETRY_TOLERANCE, element_styles, pareto_plot
from atomscreen.report.overview import (
    candidate_rows,
    companion_rows,
    formulas_of,
    funnel,
    headline,
    ranking_view,
    rankings_of,
)
from atomscreen.report.tables import ranked_rows
from atomscreen.report.wording import formula_parts, role_name

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_TEMPLATE = "report.html.jinja"
# What a browser could take for the end of a script, or JavaScript for the end of a line.
_UNSAFE_IN_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def write_report(summary: Mapping[str, Any], path: Path) -> None:
    """Write the report of a campaign as one HTML file.

    What was handed over, by the campaign or later, is read from the folder of handoffs beside the report.

    Parameters
    ----------
    summary
        The campaign's summary, the content of ``campaign.json``.
    path
        The file to write; it appears whole or not at all.

    Raises
    ------
    UsageError
        Where the summary lacks something that every campaign has, or the index of handoffs cannot be read.
    """
    handoff = read_index(path.parent / FOLDER)
    try:
        context = page_context(summary, handoff)
    except (KeyError, TypeError, IndexError) as problem:
        raise UsageError(
            f"the campaign's summary cannot be read ({problem!r}); was it written by atomscreen?"
        ) from problem
    with written(path) as stream:
        stream.writelines(_environment().get_template(_TEMPLATE).generate(context))


def page_context(summary: Mapping[str, Any], handoff: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that the template prints; ``handoff`` is the index of what was handed over."""
    ranked, formulas = ranked_rows(summary), formulas_of(summary)
    chosen = choose_detailed(summary["candidates"], ranked)
    # Ids come from files; anchors are ours, so that any id can be linked to.
    anchors = {candidate["id"]: f"candidate-{number}" for number, candidate in enumerate(chosen, 1)}
    details = [
        candidate_detail(candidate, number < WITH_SYMMETRY, handoff["handed"])
        for number, candidate in enumerate(chosen)
    ]
    symbols = {symbol for detail in details for drawing in detail["drawings"].values() for symbol in drawing["symbols"]}
    plots = {role: pareto_plot(ranking, formulas) for role, ranking in rankings_of(summary).items()}
    scripts = {"plotly": _packaged_plotly(), "page": _packaged("report.js")}
    return {
        "summary": summary,
        "headline": headline(summary),
        "funnel": funnel(summary),
        "rankings": [ranking_view(role, ranking, formulas) for role, ranking in rankings_of(summary).items()],
        "rows": candidate_rows(summary, anchors),
        "details": details,
        "anchors": anchors,
        "ranked": ranked,
        "steps": {step["index"]: step["label"] for step in summary.get("steps") or ()},
        "others_limit": OTHERS_WITH_DETAILS,
        "symmetry_limit": WITH_SYMMETRY,
        "symmetry_tolerance": SYMMETRY_TOLERANCE,
        "companions": companion_rows(summary),
        "tables": handoff["tables"],
        "data": {"elements": element_styles(symbols), "plots": plots, "anchors": _plot_anchors(plots, anchors)},
        "style": _packaged("report.css"),
        "scripts": scripts,
        "script_digests": [_digest(text) for text in scripts.values()],
    }


def _plot_anchors(plots: Mapping[str, Any], anchors: Mapping[str, str]) -> dict[str, str]:
    """Return the anchors of the points of the plots, so that a click on one leads to the candidate."""
    ids = {point["id"] for plot in plots.values() for point in plot["points"]}
    return {name: anchor for name, anchor in anchors.items() if name in ids}


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # Everything is escaped, whatever the template's file name ends in.
    environment = Environment(
        loader=PackageLoader("atomscreen.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(script_json=script_json, formula=_formula, role_name=role_name)
    return environment


def script_json(data: object) -> Markup:
    """Return data as JSON that can stand inside a script element, whatever text is in it."""
    from markupsafe import Markup

    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for character, escape in _UNSAFE_IN_SCRIPT.items():
        text = text.replace(character, escape)
    return Markup(text)


def _formula(formula: str) -> Markup:
    """Return a formula with subscripts."""
    from markupsafe import Markup, escape

    pieces = [Markup("<sub>{}</sub>").format(text) if low else escape(text) for text, low in formula_parts(formula)]
    return Markup("").join(pieces)


def _digest(script: str) -> str:
    """Return a script's digest as a content security policy wants it: only our own scripts run on the page."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _packaged(name: str) -> Markup:
    from markupsafe import Markup

    return Markup(files("atomscreen.report").joinpath("templates", name).read_text(encoding="utf-8"))


def _packaged_plotly() -> Markup:
    from markupsafe import Markup

    return Markup(files("plotly").joinpath("package_data", "plotly.min.js").read_text(encoding="utf-8"))
