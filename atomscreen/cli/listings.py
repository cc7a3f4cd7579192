"""The commands that list: stages, workflows, potentials, sources."""

from __future__ import annotations

import inspect
import json as json_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atomscreen.core.stages import Stage


def stages(name: str | None, json: bool) -> None:
    """Print every stage, or one with its documentation."""
    from atomscreen.core.stages import all_stages, get_stage

    chosen = [get_stage(name)] if name else list(all_stages().values())
    if json:
        print(json_module.dumps([_stage(stage) for stage in chosen], indent=1))
        return
    for stage in chosen:
        data = _stage(stage)
        print(f"{stage.name}  ({stage.cost}): {stage.summary}")
        for key in ("needs", "uses", "gives", "roles", "companions", "parts"):
            if data[key]:
                print(f"    {key}: {', '.join(data[key])}")
        for parameter in data["parameters"]:
            unit = f" {parameter['unit']}" if parameter["unit"] else ""
            print(f"    --param {parameter['name']}={parameter['default']}{unit}")
        if name:
            print("\n" + inspect.cleandoc(stage.function.__doc__ or "").partition("\n\n")[2])


def _stage(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "summary": stage.summary,
        "cost": stage.cost,
        "needs": sorted(stage.needs),
        "uses": sorted(stage.uses),
        "gives": sorted(stage.gives),
        "roles": sorted(stage.roles) if stage.roles is not None else [],
        "companions": list(stage.companions.stages) if stage.companions is not None else [],
        "parts": [stage.parts.stage] if stage.parts is not None else [],
        "parameters": [
            {
                "name": name,
                "default": None if parameter.default is inspect.Parameter.empty else parameter.default,
                "unit": unit.symbol if (unit := stage.unit_of(name)) else "",
            }
            for name, parameter in stage.parameters.items()
        ],
    }


def workflows(json: bool) -> None:
    """Print the shipped workflows, and what is missing to run them; reading one checks it too."""
    from atomscreen.campaign.workflow import read_workflow, shipped_description, workflow_names
    from atomscreen.core.errors import UsageError

    rows = []
    for name in workflow_names():
        try:
            read_workflow(name)
            missing = None
        except UsageError as problem:
            missing = str(problem)
        description = shipped_description(name)
        rows.append({"name": name, "description": description, "ready": missing is None, "missing": missing})
    if json:
        print(json_module.dumps(rows))
        return
    for row in rows:
        print(f"{row['name']}: {row['description']}" + ("" if row["ready"] else f"\n    not ready: {row['missing']}"))


def potentials(json: bool) -> None:
    """Print every potential card's name and summary, and what is missing to use it."""
    from atomscreen.core.errors import UsageError
    from atomscreen.interatomic.potentials import cards, digest

    rows = []
    for name, item in sorted(cards().items()):
        try:
            digest(name)
            missing = None
        except UsageError as problem:
            missing = str(problem)
        rows.append({"name": name, "summary": item.summary, "ready": missing is None, "missing": missing})
    if json:
        print(json_module.dumps(rows, indent=1))
        return
    for row in rows:
        print(f"{row['name']}: {row['summary']}" + ("" if row["ready"] else f"\n    not ready: {row['missing']}"))


def potential(name: str, json: bool) -> None:
    """Print one card."""
    from atomscreen.core.resources import shipped_file
    from atomscreen.interatomic.potentials import card

    item = card(name)
    if json:
        print(item.model_dump_json(indent=1))
        return
    print(shipped_file("potentials", name, "potential").read_text(encoding="utf-8"), end="")


def sources(json: bool) -> None:
    """Print the kinds of source."""
    import importlib

    from atomscreen.sources.open import KINDS

    rows = {kind: (importlib.import_module(module).__doc__ or "").split("\n")[0] for kind, module in KINDS.items()}
    if json:
        print(json_module.dumps(rows, indent=1))
        return
    for kind, summary in rows.items():
        print(f"{kind}: {summary}")


def source(where: str, json: bool) -> None:
    """Print what a source holds."""
    from atomscreen.core.candidate import Candidate
    from atomscreen.sources.open import check_source, read_source

    usable: list[dict[str, Any]] = []
    skipped: list[dict[str, str]] = []
    for item in read_source(check_source(where)):
        if isinstance(item, Candidate):
            row = {"id": item.id, "formula": item.formula, "role": item.role, "working_ion": item.working_ion}
            usable.append(row | {"n_sites": len(item.structure()), "origin": dict(item.origin)})
        else:
            skipped.append(vars(item))
    if json:
        print(json_module.dumps({"candidates": usable, "skipped": skipped}, indent=1))
        return
    for row in usable:
        print("{id}  {formula}  {role}  {working_ion}  {n_sites} sites".format(**row))
    for left_out in skipped:
        print(f"skipped {left_out['name']}: {left_out['reason']}")
    print(f"{len(usable)} candidates, {len(skipped)} skipped")
