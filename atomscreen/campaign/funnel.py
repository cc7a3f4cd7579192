"""The steps of a funnel: run a stage, keep what meets criteria, take the best; and the check that they fit together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from atomscreen.campaign.criteria import Criterion, Selector
from atomscreen.core.errors import UsageError
from atomscreen.core.stages import FACETS, Stage, get_stage, providers
from atomscreen.core.vocabulary import Role

Goal = Literal["max", "min"]


@dataclass(frozen=True)
class StageStep:
    """Run a stage on every candidate it applies to."""

    stage: Stage
    parameters: Mapping[str, Any]
    roles: frozenset[Role] | None = None
    kind: Literal["stage"] = field(default="stage", init=False)

    @property
    def label(self) -> str:
        """The stage's name."""
        return self.stage.name

    @property
    def detail(self) -> str:
        """The parameters that are not the defaults, in words."""
        usual = self.stage.check({})
        changed = {name: value for name, value in self.parameters.items() if value != usual[name]}
        units = {name: unit.symbol for name in changed if (unit := self.stage.unit_of(name))}
        return ", ".join(f"{name}: {_plain(value)} {units.get(name, '')}".rstrip() for name, value in changed.items())

    def applies_to(self, role: Role | None) -> bool:
        """Say whether a candidate of that role goes through this step or passes by."""
        return self.stage.applies_to(role) and _among(role, self.roles)


@dataclass(frozen=True)
class KeepStep:
    """Drop every candidate that fails a criterion, and keep the reason."""

    criteria: tuple[Criterion, ...]
    roles: frozenset[Role] | None = None
    label: str = "keep"
    kind: Literal["keep"] = field(default="keep", init=False)

    @property
    def detail(self) -> str:
        """The criteria, as the user wrote them."""
        return ", ".join(str(criterion) for criterion in self.criteria)

    @property
    def selectors(self) -> tuple[Selector, ...]:
        """The quantities compared."""
        return tuple(criterion.selector for criterion in self.criteria)

    def applies_to(self, role: Role | None) -> bool:
        """Say whether a candidate of that role is judged here."""
        return _among(role, self.roles)


@dataclass(frozen=True)
class TopStep:
    """Wait for all candidates, then keep the best few by one quantity."""

    count: int
    by: Selector
    goal: Goal = "max"
    roles: frozenset[Role] | None = None
    label: str = "top"
    kind: Literal["top"] = field(default="top", init=False)

    @property
    def detail(self) -> str:
        """What is taken."""
        return f"{self.count} with the {'highest' if self.goal == 'max' else 'lowest'} {self.by}"

    @property
    def selectors(self) -> tuple[Selector, ...]:
        """The quantity compared."""
        return (self.by,)

    def applies_to(self, role: Role | None) -> bool:
        """Say whether a candidate of that role competes here."""
        return _among(role, self.roles)


Step = StageStep | KeepStep | TopStep


@dataclass(frozen=True)
class Objective:
    """One axis of a ranking."""

    selector: Selector
    goal: Goal
    weight: float = 1.0


def available(steps: Iterable[Step], role: Role | None) -> set[str]:
    """Return the names that the stages among ``steps`` give for candidates of a role."""
    found: set[str] = set()
    for step in steps:
        if isinstance(step, StageStep) and step.applies_to(role):
            found |= step.stage.gives
    return found


def check_step(step: Step, earlier: Sequence[Step], roles: Sequence[Role | None]) -> None:
    """Check that what a step needs is given by earlier ones, for every role it applies to.

    Raises
    ------
    UsageError
        Naming what is missing and the stage that gives it.
    """
    concerned = [role for role in roles if step.applies_to(role)]
    where = f"stage '{step.label}'" if isinstance(step, StageStep) else f"'{step.label}'"
    if not concerned:
        raise UsageError(f"{where} applies to none of the roles {_listed(roles)}")
    if isinstance(step, StageStep):
        part_steps(step)  # their parameters are checked here too
        for role in concerned:
            for need in sorted(step.stage.needs - set(FACETS) - {"input"}):
                if need not in available(earlier, role):
                    raise UsageError(f"{where} needs '{need}'{_hint(need, [role])}")
        return
    for selector in step.selectors:
        check_selector(selector, earlier, concerned, where)


def check_selector(selector: Selector, steps: Sequence[Step], roles: Sequence[Role | None], where: str) -> None:
    """Check that some earlier stage gives a quantity for at least one of the roles.

    Raises
    ------
    UsageError
        Naming the quantity and the stages that give it.
    """
    if not any(selector.name in available(steps, role) for role in roles):
        raise UsageError(f"{where} compares '{selector.name}'{_hint(selector.name, roles)}")


def companion_steps(step: StageStep, steps: Sequence[Step], role: Role | None) -> list[StageStep]:
    """Return the stages that a step's companions go through, for a candidate of a role.

    They run with the parameters that the funnel itself has for those stages and that role, so that a candidate and its
    companions are computed alike and shared: of the last such step before this one, else of the first behind it. With
    the defaults where the funnel does not have them.
    """
    if step.stage.companions is None:
        return []
    here = next((index for index, other in enumerate(steps) if other is step), len(steps))
    nearest_last = [*reversed(steps[here:]), *steps[:here]]
    own = {other.label: other for other in nearest_last if isinstance(other, StageStep) and other.applies_to(role)}
    return [
        StageStep(own[name].stage, own[name].parameters) if name in own else default_step(name)
        for name in step.stage.companions.stages
    ]


def part_steps(step: StageStep) -> list[StageStep]:
    """Return the runs of another stage that a step puts together."""
    if step.stage.parts is None:
        return []
    return [default_step(step.stage.parts.stage, given) for given in step.stage.parts.parameters(step.parameters)]


def default_step(name: str, given: Mapping[str, Any] | None = None) -> StageStep:
    """Return a step of one stage with its defaults, but for the parameters given."""
    stage = get_stage(name)
    return StageStep(stage, stage.check(given or {}))


def _plain(value: Any) -> str:
    """Return a parameter as a user would write it: a tuple as a list, whole numbers without a point."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_plain, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _hint(name: str, roles: Sequence[Role | None]) -> str:
    """Return what to do about a name that no earlier step gives for any of the roles."""
    stages = [f"'{stage.name}'" for stage in providers(name) if any(map(stage.applies_to, roles))]
    return ", which no earlier step gives; " + (
        f"put {' or '.join(stages)} before it" if stages else f"no stage gives it for {_listed(roles)}"
    )


def _among(role: Role | None, roles: frozenset[Role] | None) -> bool:
    return roles is None or role is None or role in roles


def _listed(roles: Sequence[Role | None]) -> str:
    return ", ".join(str(role) for role in roles)
