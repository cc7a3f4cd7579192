"""The stage interface's own checker: what a stage must be for users to rely on it without reading its code."""

from __future__ import annotations

import inspect
import re

from atomscreen.core.stages import Stage, get_stage


def check_stage(stage: Stage) -> None:
    """Check that a stage is complete: documented, with units, with defaults that pass its own checks.

    Call it in the test of a new stage; the project's tests call it on every registered one.

    Raises
    ------
    TypeError
        With one sentence for the first thing that is missing.
    """
    text = inspect.cleandoc(stage.function.__doc__ or "")
    if not stage.summary.endswith("."):
        raise TypeError(f"the docstring of stage '{stage.name}' does not begin with a sentence")
    if not stage.gives:
        raise TypeError(f"stage '{stage.name}' gives nothing")
    described = _described_parameters(text)
    if stage.parts is not None:
        other = get_stage(stage.parts.stage)
        if not other.needs <= stage.needs:
            raise TypeError(
                f"stage '{stage.name}' lacks what its part '{other.name}' needs: {other.needs - stage.needs}"
            )
        described = _described_parameters(inspect.cleandoc(other.function.__doc__ or "")) | described
    for name, parameter in stage.parameters.items():
        if name not in described:
            raise TypeError(f"the docstring of stage '{stage.name}' does not describe '{name}'")
        if parameter.default is inspect.Parameter.empty:
            raise TypeError(
                f"parameter '{name}' of stage '{stage.name}' has no default, so no workflow can name it bare"
            )
        unit = stage.unit_of(name)
        if unit is not None and unit.symbol not in described[name]:
            raise TypeError(f"the docstring of stage '{stage.name}' does not say that '{name}' is in {unit.symbol}")
    stage.check({})


def _described_parameters(text: str) -> dict[str, str]:
    """Return what the 'Parameters' section of a numpy docstring says of each name."""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\S[^\n]*\n-{3,}|\Z)", text, re.MULTILINE | re.DOTALL)
    described: dict[str, str] = {}
    names: list[str] = []
    for line in (section.group(1) if section else "").splitlines():
        if line and not line[0].isspace():
            names = [name.strip() for name in line.partition(":")[0].split(",")]
            described.update(dict.fromkeys(names, line))
        else:
            for name in names:
                described[name] += " " + line.strip()
    return described
