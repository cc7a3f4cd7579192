"""Units: one pint registry, conversion, and parameters that carry their unit in the signature."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from atomscreen.core.errors import UsageError

if TYPE_CHECKING:
    import pint
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema


@functools.cache
def registry() -> pint.UnitRegistry[float]:
    """Return the unit registry, with atoms and formula units as dimensions of their own.

    'eV/atom' and 'eV' therefore do not convert into each other: whether an energy is per atom, per formula unit or
    per cell is never lost.
    """
    import pint

    units: pint.UnitRegistry[float] = pint.UnitRegistry()
    units.define("atom = [atom_count]")
    units.define("formula_unit = [formula_unit_count] = f_u")
    units.define("USD = [currency]")
    return units


def convert(value: float, unit: str, to: str) -> float:
    """Convert a number from one unit to another.

    Parameters
    ----------
    value
        The number in ``unit``.
    unit, to
        Units as text, for example ``"meV/atom"``; ``""`` is dimensionless.

    Raises
    ------
    UsageError
        For an unknown unit, or units of different dimensions.
    """
    if unit == to:
        return float(value)
    import pint

    try:
        return float(registry().Quantity(value, unit).to(to).magnitude)
    except pint.DimensionalityError:
        raise UsageError(f"'{unit or 'a bare number'}' is not a unit of {to or 'a dimensionless number'}") from None
    except Exception as problem:  # pint raises tokenizer and syntax errors of many kinds for nonsense
        raise UsageError(f"'{unit}' is not a unit ({problem})") from None


def parse(text: str, to: str) -> float:
    """Read a number with its unit, for example ``"50 meV/atom"``, and convert it.

    Parameters
    ----------
    text
        A number, then a unit; the unit may only be left out where ``to`` is dimensionless.
    to
        The unit wanted.

    Raises
    ------
    UsageError
        Where there is no number, no unit, or the wrong one.
    """
    head, _, unit = text.strip().partition(" ")
    try:
        number = float(head)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"'{text}' does not begin with a number followed by a space and a unit")
    unit = unit.strip()
    if not unit and to:
        raise UsageError(f"'{text}' lacks its unit; write for example '{head} {to}'")
    return convert(number, unit, to)


@dataclass(frozen=True)
class Unit:
    """The unit of a stage's parameter: ``temperature: Annotated[float, Unit("K")]``.

    Bare numbers are in that unit; text such as ``"25 degC"`` is converted to it. Works inside lists too.
    """

    symbol: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Put the conversion before pydantic's own check of the number."""
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(self._read, handler(source))

    def _read(self, given: object) -> object:
        if isinstance(given, str):
            try:
                return parse(given, self.symbol)
            except UsageError as problem:
                raise ValueError(str(problem)) from None
        if isinstance(given, list | tuple):
            return [self._read(item) for item in given]
        return given

    def attach(self, given: object, unit: str) -> object:
        """Write ``unit`` behind every bare number of a parameter (the step key ``units:`` of a workflow file)."""
        if isinstance(given, list | tuple):
            return [self.attach(item, unit) for item in given]
        if isinstance(given, int | float) and not isinstance(given, bool):
            return f"{cast(float, given)!r} {unit}"
        return given
