"""The command `run`: any stage on structure files."""

from __future__ import annotations

import contextlib
import dataclasses
import json as json_module
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from atomscreen.core.errors import StageFailure, StructureRefused, UsageError, closest
from atomscreen.core.stages import FACETS


def run_files(
    stage: str,
    files: Sequence[Path],
    parameters: Sequence[str],
    ion: str | None,
    role: str | None,
    out: Path | None,
    device: str,
    json: bool,
) -> None:
    """Run a stage on each structure of each file and print what it gave.

    Checkpoints and files go to the folder ``out``; without it there are none, and what is killed starts anew.
    Exits with 2 where a file's structure cannot be used, with 1 where a stage gave no result; the others are done.
    """
    from atomscreen.campaign.single import plan, working_folder
    from atomscreen.interatomic.devices import set_device

    given = read_parameters(parameters)
    steps = plan(stage, given)  # wrong use is said before anything is computed
    for facet, option in {"working_ion": "--ion Li", "role": "--role cathode"}.items():
        needing = next((step.label for step in steps if facet in step.stage.needs), None)
        if needing and (ion if facet == "working_ion" else role) is None:
            raise UsageError(f"stage '{needing}' needs to know {FACETS[facet]}: give it with '{option}'")
    set_device(device)
    code, printed = 0, []
    with working_folder(out) if out is not None else contextlib.nullcontext():
        for file in files:
            for entry, exit_code in _run_file(stage, file, given, ion, _role(role)):
                code = max(code, exit_code)
                printed.append(entry)
                if not json:
                    _print(entry)
    if json:
        print(json_module.dumps(printed, indent=1))
    sys.exit(code)


def read_parameters(given: Sequence[str]) -> dict[str, Any]:
    """Return parameters given as NAME=VALUE; values are YAML, so ``temperatures=[700, 900]`` is a list.

    Raises
    ------
    UsageError
        For text without an equals sign, or a value that is not YAML.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    parameters = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--param is NAME=VALUE, not '{text}'")
        try:
            parameters[name.strip()] = YAML(typ="safe").load(value)
        except (YAMLError, ValueError, RecursionError):
            raise UsageError(f"the value of --param {name} cannot be read: '{value}'") from None
    return parameters


def _role(name: str | None) -> Any:
    from atomscreen.core.vocabulary import Role

    if name is None:
        return None
    try:
        return Role(name)
    except ValueError:
        raise UsageError(f"unknown role '{name}'{closest(name, Role)}") from None


def _run_file(
    stage: str, file: Path, parameters: dict[str, Any], ion: str | None, role: Any
) -> list[tuple[dict[str, Any], int]]:
    from atomscreen.campaign.single import run_stage
    from atomscreen.core.candidate import Candidate
    from atomscreen.sources.folder import check, read

    try:
        check(str(file))
    except UsageError as problem:
        return [(_entry(str(file), failure=str(problem)), 2)]
    entries = []
    for item in read(str(file)):
        if not isinstance(item, Candidate):
            entries.append((_entry(str(file), failure=item.reason), 2))
            continue
        candidate = dataclasses.replace(item, working_ion=ion, role=role)
        name = str(file) if file.is_file() else str(file / str(item.origin["file"]))
        try:
            entries.append((_entry(name, run_stage(stage, candidate, **parameters)), 0))
        except StructureRefused as problem:
            entries.append((_entry(name, failure=str(problem)), 2))
        except StageFailure as problem:
            entries.append((_entry(name, failure=str(problem)), 1))
    return entries


def _entry(file: str, candidate: Any = None, failure: str | None = None) -> dict[str, Any]:
    quantities = [] if candidate is None else [quantity.as_dict() for quantity in candidate.quantities]
    notes = [] if candidate is None else list(candidate.notes)
    return {"file": file, "quantities": quantities, "notes": notes, "failure": failure}


def _print(entry: dict[str, Any]) -> None:
    from atomscreen.core.quantity import Quantity

    if entry["failure"] is not None:
        print(f"atomscreen: {entry['file']}: {entry['failure']}", file=sys.stderr)
        return
    print(entry["file"])
    for data in entry["quantities"]:
        print(f"  {Quantity.from_dict(data)}")
    for note in entry["notes"]:
        print(f"  note: {note}")
