"""Selectors and criteria: 'tracer_diffusivity @ 1000 K' names a quantity, '<= 50 meV/atom' tests one.

Both are parsed by hand and compared by code; nothing a user writes is ever evaluated.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import UsageError
from atomscreen.core.quantity import Quantity, show
from atomscreen.core.units import parse
from atomscreen.core.vocabulary import CONDITIONS, define

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_BELOW, _ABOVE = {"<", "<="}, {">", ">="}


class Verdict(Enum):
    """What a criterion says of a candidate."""

    MET = "met"
    NOT_MET = "not met"
    MISSING = "missing"


@dataclass(frozen=True)
class Selector:
    """One scalar quantity of a candidate: its name and, where it has several values, the condition that picks one."""

    name: str
    condition: float | str | None = None

    @classmethod
    def parse(cls, text: str) -> Selector:
        """Read ``"energy_above_hull"`` or ``"tracer_diffusivity @ 1000 K"``.

        Raises
        ------
        UsageError
            For an unknown quantity, a tensor, a condition missing where there are several values, or one too many.
        """
        name, at, where = (part.strip() for part in text.partition("@"))
        definition = define(name)
        if definition.shape:
            raise UsageError(f"'{name}' is a tensor; only single numbers can be compared")
        if definition.varies_with is None:
            if at:
                raise UsageError(f"'{name}' has one value; leave out '@ {where}'")
            return cls(name)
        unit = CONDITIONS[definition.varies_with]
        if not where:
            example = {"": "0.5", None: "Co"}.get(unit, f"300 {unit}")
            raise UsageError(
                f"'{name}' has a value for each {definition.varies_with}; say which, for example '{name} @ {example}'"
            )
        return cls(name, where if unit is None else parse(where, unit))

    def of(self, candidate: Candidate) -> Quantity | None:
        """Return the candidate's quantity, or ``None`` where it has none."""
        varies_with = define(self.name).varies_with
        if varies_with is None or self.condition is None:
            return candidate.find(self.name)
        return candidate.find(self.name, **{varies_with: self.condition})

    def __str__(self) -> str:
        if self.condition is None:
            return self.name
        unit = CONDITIONS[define(self.name).varies_with or ""] or ""
        return f"{self.name} @ {show(self.condition)} {unit}".rstrip()


@dataclass(frozen=True)
class Criterion:
    """A comparison of one quantity with a limit."""

    selector: Selector
    sign: str
    limit: float
    written: str

    @classmethod
    def parse(cls, quantity: str, comparison: object) -> Criterion:
        """Read a criterion such as ``energy_above_hull`` with ``"<= 50 meV/atom"``.

        Raises
        ------
        UsageError
            For an unknown quantity, no comparison sign, a missing or wrong unit.
        """
        selector = Selector.parse(quantity)
        match = re.fullmatch(r"\s*(<=|>=|==|!=|<|>)\s*(\S.*)", str(comparison))
        if match is None:
            raise UsageError(f"criterion '{comparison}' of '{quantity}' begins with none of {', '.join(_OPERATORS)}")
        sign, limit = match.groups()
        try:
            return cls(selector, sign, parse(limit, define(selector.name).unit), limit.strip())
        except UsageError as problem:
            raise UsageError(f"criterion of '{quantity}': {problem}") from None

    def judge(self, candidate: Candidate) -> tuple[Verdict, str]:
        """Return the verdict and a sentence with the value, in the unit the user wrote.

        A bound that does not decide (an upper bound above the least value wanted) leaves the candidate in: it has
        not been shown to fail.
        """
        quantity = self.selector.of(candidate)
        if quantity is None:
            return Verdict.MISSING, f"has no {self.selector}, which '{self}' tests"
        undecided = self.sign in {"upper": _BELOW, "lower": _ABOVE}.get(quantity.bound or "", set())
        met = undecided or _OPERATORS[self.sign](quantity.number, self.limit)
        unit = self.written.partition(" ")[2].strip()
        shown = quantity.to(unit) if unit else quantity.number
        bound = {"upper": "at most ", "lower": "at least ", None: ""}[quantity.bound]
        outcome = "meets" if met else "does not meet"
        sentence = f"{self.selector} is {bound}{shown:.4g} {unit}".rstrip() + f", which {outcome} '{self}'"
        return (Verdict.MET if met else Verdict.NOT_MET), sentence

    def __str__(self) -> str:
        return f"{self.selector} {self.sign} {self.written}"
