"""Workflow files: read with line numbers and checked whole before anything runs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atomscreen.campaign.criteria import Criterion, Selector
from atomscreen.campaign.funnel import (
    Goal,
    KeepStep,
    Objective,
    StageStep,
    Step,
    TopStep,
    check_selector,
    check_step,
)
from atomscreen.continuum.handoff import HandoffSpec, check_handoff
from atomscreen.core.errors import UsageError, closest
from atomscreen.core.resources import shipped, shipped_file
from atomscreen.core.stages import get_stage
from atomscreen.core.vocabulary import Role
from atomscreen.sources.open import SourceSpec, check_source

_KEYS = ("name", "description", "role", "working_ion", "source", "funnel", "rank", "handoff", "seed")
_STEP_OPTIONS = ("for", "units")


@dataclass(frozen=True)
class Workflow:
    """A checked workflow.

    Attributes
    ----------
    roles
        Roles that are screened; a candidate of another role is left out, one without a role gets the first.
    working_ions
        Ions that are screened; empty is any. A candidate without one gets the first.
    source
        Where the candidates come from.
    steps
        The funnel.
    rankings
        Objectives by role.
    handoff
        Formats in which what passes the funnel is handed to continuum models, ``None`` for none.
    seed
        Seed of the ranking's sampling.
    text
        The file as read, for the report.
    """

    name: str
    description: str
    roles: tuple[Role, ...]
    working_ions: tuple[str, ...]
    source: SourceSpec | None
    steps: tuple[Step, ...]
    rankings: Mapping[Role, tuple[Objective, ...]]
    handoff: HandoffSpec | None
    seed: int
    text: str


def workflow_names() -> list[str]:
    """Return the names of the shipped workflows."""
    return sorted(path.stem for path in shipped("workflows").glob("*.yaml"))


def find_workflow(name: str | Path) -> Path:
    """Return the path of a workflow given by path or by the name of a shipped one.

    Raises
    ------
    UsageError
        Where there is neither.
    """
    path = Path(name)
    if path.is_file():
        return path
    if path.suffix in {".yaml", ".yml"} or len(path.parts) > 1:
        raise UsageError(f"there is no workflow file '{name}'")
    return shipped_file("workflows", str(name), "workflow")


def read_workflow(name: str | Path) -> Workflow:
    """Read and check a workflow file.

    Parameters
    ----------
    name
        A path, or the name of a shipped workflow.

    Raises
    ------
    UsageError
        For anything wrong in it; the sentence names file and line.
    """
    path = find_workflow(name)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"workflow file '{path}' cannot be read: {problem}") from None
    return parse_workflow(text, path.name)


def shipped_description(name: str) -> str:
    """Return what a shipped workflow says of itself, also where something is missing here that it needs to run."""
    text = find_workflow(name).read_text(encoding="utf-8")
    return str(_mapping(text, name).get("description", "")).strip()


def parse_workflow(text: str, file: str = "workflow") -> Workflow:
    """Check a workflow given as text; ``file`` names it in errors."""
    return _Reader(file, _mapping(text, file)).workflow(text)


def _mapping(text: str, file: str) -> Mapping[str, Any]:
    """Return the YAML tree, which knows the line of every part."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        data = YAML(typ="rt").load(text)
    except MarkedYAMLError as problem:
        mark = problem.problem_mark
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise UsageError(f"{file}{line}: not valid YAML: {problem.problem or problem.context}") from None
    except (YAMLError, ValueError, RecursionError) as problem:  # forbidden characters, impossible dates, loops
        raise UsageError(f"{file}: not valid YAML: {' '.join(str(problem).split())}") from None
    if not isinstance(data, Mapping):
        raise UsageError(f"{file}: a workflow is a mapping with the keys {', '.join(_KEYS)}")
    return data


class _Reader:
    """Turns the YAML tree into a Workflow; knows the line of every part it speaks of."""

    def __init__(self, file: str, data: Mapping[str, Any]) -> None:
        self._file = file
        self._data = data

    def workflow(self, text: str) -> Workflow:
        for key in self._data:
            if key not in _KEYS:
                raise self._error(self._data, key, f"unknown key '{key}'{closest(str(key), _KEYS)}")
        for key in ("name", "funnel"):
            if key not in self._data:
                raise UsageError(f"{self._file}: the key '{key}' is missing")
        roles = self._roles(self._data, "role")
        steps = self._steps(roles or tuple(Role))
        return Workflow(
            name=self._name(),
            description=str(self._data.get("description", "")).strip(),
            roles=roles or tuple(role for role in Role if role is not Role.REFERENCE),
            working_ions=self._ions(),
            source=self._source(),
            steps=steps,
            rankings=self._rankings(roles, steps),
            handoff=self._handoff(),
            seed=self._seed(),
            text=text,
        )

    def _name(self) -> str:
        name = str(self._data["name"])
        if not name or any(character in name for character in "/\\\0") or name.startswith("."):
            raise self._error(self._data, "name", f"the name '{name}' cannot be a folder's name")
        return name

    def _seed(self) -> int:
        seed = self._data.get("seed", 0)
        if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
            raise self._error(self._data, "seed", f"the seed is '{seed}'; it is a whole number, 0 or more")
        return int(seed)

    def _roles(self, place: Mapping[str, Any], key: str) -> tuple[Role, ...]:
        roles = []
        for name in _as_list(place.get(key, [])):
            try:
                roles.append(Role(name))
            except ValueError:
                raise self._error(place, key, f"unknown role '{name}'{closest(str(name), Role)}") from None
        return tuple(roles)

    def _ions(self) -> tuple[str, ...]:
        from pymatgen.core import Element

        ions = tuple(str(ion) for ion in _as_list(self._data.get("working_ion", [])))
        for ion in ions:
            if not Element.is_valid_symbol(ion):
                raise self._error(self._data, "working_ion", f"'{ion}' is not the symbol of an element")
        return ions

    def _source(self) -> SourceSpec | None:
        given = self._data.get("source")
        if given is None:
            return None
        spec: SourceSpec = self._at(self._data, "source", lambda: check_source(given))
        return spec

    def _handoff(self) -> HandoffSpec | None:
        given = _plain(self._data.get("handoff"))
        if given is None:
            return None
        spec: HandoffSpec = self._at(self._data, "handoff", lambda: check_handoff(given))
        return spec

    def _steps(self, roles: Sequence[Role]) -> tuple[Step, ...]:
        funnel = self._data["funnel"]
        if not isinstance(funnel, Sequence) or isinstance(funnel, str) or not funnel:
            raise self._error(self._data, "funnel", "the funnel is a list of at least one step")
        steps: list[Step] = []
        for index, item in enumerate(funnel):
            step = self._at(funnel, index, lambda item=item: self._step(item))
            self._at(funnel, index, lambda step=step: check_step(step, steps, roles))
            steps.append(step)
        return tuple(steps)

    def _step(self, item: Any) -> Step:
        if isinstance(item, str):
            item = {item: {}}
        if not isinstance(item, Mapping) or len(item) != 1:
            raise UsageError(f"a step is a stage's name, or one name with its parameters, not '{_shown(item)}'")
        ((name, given),) = item.items()
        given = {} if given is None else given
        if not isinstance(given, Mapping):
            raise UsageError(f"the parameters of '{name}' are a mapping of names to values, not '{_shown(given)}'")
        roles = frozenset(self._roles(given, "for")) or None
        if "units" in given and name in ("keep", "top"):
            raise UsageError(f"'{name}' takes no 'units'; write the unit behind each number")
        rest = {str(key): _plain(value) for key, value in given.items() if key not in _STEP_OPTIONS}
        if name == "keep":
            if not rest:
                raise UsageError("'keep' has no criterion")
            return KeepStep(tuple(Criterion.parse(*criterion) for criterion in rest.items()), roles)
        if name == "top":
            return _top(rest, roles)
        stage = get_stage(str(name))
        return StageStep(stage, stage.check(rest, units=given.get("units")), roles)

    def _rankings(self, roles: tuple[Role, ...], steps: Sequence[Step]) -> dict[Role, tuple[Objective, ...]]:
        given = self._data.get("rank")
        if given is None:
            return {}
        if not isinstance(given, Mapping) or not given:
            raise self._error(self._data, "rank", "a ranking names quantities, each with 'max' or 'min'")
        if set(given) <= set(Role):
            for role in given:
                if roles and Role(role) not in roles:
                    raise self._error(given, role, f"'{role}' is ranked but not among the roles of the workflow")
            return {Role(role): self._objectives(given, role, [Role(role)], steps) for role in given}
        if len(roles) != 1:
            raise self._error(self._data, "rank", "with several roles, give a ranking under the name of each role")
        return {roles[0]: self._objectives(self._data, "rank", roles, steps)}

    def _objectives(
        self, place: Mapping[str, Any], key: str, roles: Sequence[Role], steps: Sequence[Step]
    ) -> tuple[Objective, ...]:
        if not isinstance(place[key], Mapping) or not place[key]:
            raise self._error(place, key, f"the ranking '{key}' names quantities, each with 'max' or 'min'")
        objectives = []
        for quantity, goal in place[key].items():
            objective = self._at(
                place[key], quantity, lambda quantity=quantity, goal=goal: _objective(str(quantity), goal)
            )
            self._at(
                place[key],
                quantity,
                lambda objective=objective: check_selector(objective.selector, steps, roles, "the ranking"),
            )
            objectives.append(objective)
        return tuple(objectives)

    def _at(self, place: Any, key: Any, read: Any) -> Any:
        """Return ``read()``; put file and line before what it has to say."""
        try:
            return read()
        except UsageError as problem:
            if str(problem).startswith(f"{self._file}, line"):
                raise  # said with a line of its own, deeper in
            raise self._error(place, key, str(problem)) from None

    def _error(self, place: Any, key: Any, message: str) -> UsageError:
        try:
            line = place.lc.item(key)[0] if isinstance(key, int) else place.lc.key(key)[0]
        except (AttributeError, KeyError, TypeError):
            return UsageError(f"{self._file}: {message}")
        return UsageError(f"{self._file}, line {line + 1}: {message}")


def _top(given: dict[str, Any], roles: frozenset[Role] | None) -> TopStep:
    for key in given:
        if key not in ("count", "by", "goal"):
            raise UsageError(f"'top' has no parameter '{key}'{closest(key, ('count', 'by', 'goal'))}")
    count = given.get("count")
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise UsageError(f"'top' needs a count of 1 or more, not '{count}'")
    if "by" not in given:
        raise UsageError("'top' needs 'by', the quantity that is compared")
    return TopStep(count, Selector.parse(str(given["by"])), _goal(given.get("goal", "max")), roles)


def _objective(quantity: str, given: Any) -> Objective:
    if isinstance(given, Mapping):
        for key in given:
            if key not in ("goal", "weight"):
                raise UsageError(f"the ranking by '{quantity}' has no '{key}'{closest(str(key), ('goal', 'weight'))}")
        weight = given.get("weight", 1.0)
        if not isinstance(weight, int | float) or isinstance(weight, bool) or not 0 < weight < math.inf:
            raise UsageError(f"the weight of '{quantity}' is '{weight}'; it is a positive number")
        return Objective(Selector.parse(quantity), _goal(given.get("goal")), float(weight))
    return Objective(Selector.parse(quantity), _goal(given))


def _goal(given: Any) -> Goal:
    if given not in ("max", "min"):
        raise UsageError(f"a goal is 'max' or 'min', not '{given}'")
    return "max" if given == "max" else "min"


def _as_list(given: Any) -> list[Any]:
    if given is None:
        return []
    return list(given) if isinstance(given, Sequence) and not isinstance(given, str) else [given]


def _plain(value: Any) -> Any:
    """Return YAML's decorated containers and numbers as Python's own."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def _shown(value: Any) -> str:
    return str(_plain(value))[:60]
