"""Quantity: one named number that never travels without unit, uncertainty, conditions, method and provenance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from atomscreen.core.errors import UsageError, closest
from atomscreen.core.units import convert
from atomscreen.core.vocabulary import CONDITIONS, Definition, define

Value = float | tuple[Any, ...]
Bound = Literal["upper", "lower"]


@dataclass(frozen=True)
class Quantity:
    """One named number, in the unit that the vocabulary fixes for its name.

    Attributes
    ----------
    name
        A name of the vocabulary.
    value
        A number, or nested tuples in the vocabulary's shape.
    uncertainty
        Standard uncertainty (one standard deviation) in the same unit; ``None`` where nobody knows it, which is not
        the same as zero.
    conditions
        Where it holds, for example ``{"temperature": 300.0}``; names and units are the vocabulary's.
    method
        How it was obtained, in a few words: ``"CHGNet 0.3.0"``, ``"PBE (Materials Project)"``, ``"measured"``.
    provenance
        Everything needed to trace it: potential and digest, phases in a hull, a publication.
    bound
        ``"upper"`` where the truth is at most ``value``, ``"lower"`` where it is at least ``value``.

    Raises
    ------
    UsageError
        For an unknown name or condition, a wrong shape, or a value that is not finite.
    """

    name: str
    value: Value
    uncertainty: float | None = None
    conditions: Mapping[str, float | str] = field(default_factory=dict)
    method: str = ""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    bound: Bound | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", _nested(self.name, self.value, self.definition.shape))
        if self.uncertainty is not None:
            uncertainty = float(self.uncertainty)
            if not (math.isfinite(uncertainty) and uncertainty >= 0):
                raise UsageError(f"the uncertainty of {self.name} is {uncertainty}: it must be finite and not negative")
            object.__setattr__(self, "uncertainty", uncertainty)
        for condition in self.conditions:
            if condition not in CONDITIONS:
                raise UsageError(f"unknown condition '{condition}' of {self.name}{closest(condition, CONDITIONS)}")
            if CONDITIONS[condition] is not None and isinstance(self.conditions[condition], str):
                unit = f" in {CONDITIONS[condition]}" if CONDITIONS[condition] else ""
                raise UsageError(f"the condition '{condition}' of {self.name} is a number{unit}")
        if self.bound not in (None, "upper", "lower"):
            raise UsageError(f"the bound of {self.name} is 'upper' or 'lower', not '{self.bound}'")
        numbers = {name: value if isinstance(value, str) else float(value) for name, value in self.conditions.items()}
        object.__setattr__(self, "conditions", numbers)
        object.__setattr__(self, "provenance", dict(self.provenance))

    @classmethod
    def of(cls, name: str, value: float, unit: str, uncertainty: float | None = None, **rest: Any) -> Quantity:
        """Make a quantity from a number in any unit of the right dimension; ``rest`` as for the class."""
        to = define(name).unit
        # A difference of two converted values also serves units with an offset.
        spread = None if uncertainty is None else abs(convert(value + uncertainty, unit, to) - convert(value, unit, to))
        return cls(name, convert(value, unit, to), spread, **rest)

    @property
    def definition(self) -> Definition:
        """What the vocabulary says of the name."""
        return define(self.name)

    @property
    def unit(self) -> str:
        """The unit of value and uncertainty."""
        return self.definition.unit

    @property
    def number(self) -> float:
        """The value of a scalar quantity.

        Raises
        ------
        UsageError
            For a tensor.
        """
        if isinstance(self.value, tuple):
            raise UsageError(f"{self.name} is a tensor of shape {self.definition.shape}, not a number")
        return self.value

    def to(self, unit: str) -> float:
        """Return the value of a scalar quantity in another unit."""
        return convert(self.number, self.unit, unit)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; :meth:`from_dict` reads it back unchanged."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "uncertainty": self.uncertainty,
            "conditions": dict(self.conditions),
            "method": self.method,
            "provenance": dict(self.provenance),
            "bound": self.bound,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Quantity:
        """Read what :meth:`as_dict` wrote.

        Raises
        ------
        UsageError
            Where the unit is no longer the vocabulary's: the file is of another version.
        """
        unit = define(data["name"]).unit
        if data.get("unit", unit) != unit:
            raise UsageError(f"{data['name']} is stored in {data['unit']}, this atomscreen has it in {unit}")
        return cls(**{key: value for key, value in data.items() if key != "unit"})

    def __str__(self) -> str:
        sign = {"upper": "< ", "lower": "> ", None: ""}[self.bound]
        spread = "" if self.uncertainty is None else f" ± {self.uncertainty:.2g}"
        value = f"{self.value:.5g}" if isinstance(self.value, float) else self._shape_text()
        where = ", ".join(
            f"{name} {show(value)} {CONDITIONS[name] or ''}".strip() for name, value in self.conditions.items()
        )
        return f"{self.name} = {sign}{value}{spread} {self.unit}".rstrip() + (f" ({where})" if where else "")

    def _shape_text(self) -> str:
        """Return what stands for a tensor, or a curve's number of points and range."""
        if self.definition.shape != (None,) or not isinstance(self.value, tuple) or not self.value:
            return f"tensor {self.definition.shape}"
        return f"{len(self.value)} points from {min(self.value):.5g} to {max(self.value):.5g}"


def show(condition: float | str) -> str:
    """Return a condition's value as text."""
    return condition if isinstance(condition, str) else f"{condition:g}"


def _nested(name: str, value: Any, shape: Sequence[int | None]) -> Value:
    """Return plain floats in nested tuples of ``shape``, whatever array or list came in."""
    if shape:
        rows = tuple(value)
        if shape[0] is not None and len(rows) != shape[0]:
            raise UsageError(f"{name} has {len(rows)} entries where the vocabulary has {shape[0]}")
        return tuple(_nested(name, row, shape[1:]) for row in rows)
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise UsageError(f"{name} is a number in the vocabulary, not {value!r}") from None
    if not math.isfinite(number):
        raise UsageError(f"{name} is {number}: a quantity must be finite")
    return number
