"""Potential cards: one small file each in ``potentials/``, which says all that atomscreen knows of a potential."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from atomscreen.core.errors import UsageError, closest
from atomscreen.core.resources import shipped
from atomscreen.core.units import convert
from atomscreen.core.vocabulary import QUANTITIES

_STRICT = ConfigDict(extra="forbid", frozen=True)


class Weights(BaseModel):
    """Where the weights of a potential lie: in its package, or in the user's folder of weights."""

    model_config = _STRICT

    in_package: str | None = None
    """Path inside the imported package, where the package brings the weights along."""
    file: str | None = None
    """Name of the file or folder in the user's folder of weights, where the package does not."""
    source: str | None = None
    """Where the user finds that file."""

    @model_validator(mode="after")
    def _one_place(self) -> Weights:
        if (self.in_package is None) == (self.file is None):
            raise ValueError("give either 'in_package' or 'file'")
        if self.file is not None and self.source is None:
            raise ValueError("'file' needs a 'source' that says where to get it")
        return self


class KnownError(BaseModel):
    """A published or benchmarked error of one quantity: absolute, or relative where it grows with the value."""

    model_config = _STRICT

    mae: Annotated[float, Field(gt=0)] | None = None
    """Mean absolute error in ``unit``."""
    unit: str | None = None
    relative: Annotated[float, Field(gt=0)] | None = None
    """Root mean square of the logarithm of computed over reference: the standard uncertainty over the value."""
    source: str
    """Whose benchmark, against what."""

    @model_validator(mode="after")
    def _one_kind(self) -> KnownError:
        if (self.mae is None) == (self.relative is None) or (self.mae is None) != (self.unit is None):
            raise ValueError("give either 'mae' with its 'unit' or 'relative'")
        return self

    def standard_uncertainty(self, value: float, unit: str) -> float:
        """Return the standard uncertainty of a value, in the value's unit.

        An absolute error is taken as normal with mean zero, whose standard deviation is the mean absolute error times
        √(π/2).
        """
        if self.mae is None or self.unit is None:
            return abs(value) * (self.relative or 0.0)
        return convert(self.mae, self.unit, unit) * math.sqrt(math.pi / 2)


class Correction(BaseModel):
    """What a potential's value of one quantity is to be multiplied by to be right on average, as measured."""

    model_config = _STRICT

    factor: Annotated[float, Field(gt=0)]
    """Median of reference over computed."""
    relative: Annotated[float, Field(gt=0)]
    """Root mean square of the logarithm of corrected over reference: the corrected value's relative uncertainty."""
    source: str
    """On what it was measured, against what, and by how much it helps on what it was not measured on."""
    with_any: str | None = None
    """Elements of which a compound must hold at least one; none where it holds for all compounds."""

    def applies_to(self, symbols: Set[str]) -> bool:
        """Say whether it holds for compounds of these elements."""
        return self.with_any is None or bool(parse_elements(self.with_any) & symbols)


class Card(BaseModel):
    """All that is known of a potential."""

    model_config = _STRICT

    name: str
    label: str
    """How methods name it, with its version: ``"CHGNet 0.3.0"``."""
    summary: str
    calculator: Annotated[str, Field(pattern=r"^[\w.]+:[\w.]+$")]
    """``"module:callable"`` that makes an ASE calculator; it gets ``device`` where it takes one."""
    arguments: Mapping[str, Any] = {}
    """Its arguments; ``"{weights}"`` stands for the path of the weights."""
    package: str
    """The distribution that pip installs."""
    module: str
    """The name it is imported by."""
    requires: tuple[str, ...] = ()
    """Further distributions that the calculator needs."""
    extra: str | None = None
    """The optional extra of atomscreen that installs it; none where atomscreen itself requires it."""
    weights: Weights
    elements: str
    """For example ``"H-Pu except Po At Rn Fr Ra"`` or ``"Li O Co"``."""
    trained_on: str
    functional: str
    """Energies of different functionals must not meet in one hull or voltage."""
    licence: str
    citation: str
    good_for: str
    limits: str
    errors: Mapping[str, KnownError] = {}
    """Known errors by the vocabulary's names of quantities."""
    corrections: Mapping[str, tuple[Correction, ...]] = {}
    """Measured corrections of systematic errors, by the vocabulary's names of quantities; the first that applies is
    taken."""

    @model_validator(mode="after")
    def _known_quantities(self) -> Card:
        for quantity in self.corrections:
            if f"{quantity}_corrected" not in QUANTITIES:
                raise ValueError(f"'corrections' speaks of '{quantity}', of which there is no corrected value")
        for quantity, error in self.errors.items():
            if quantity not in QUANTITIES:
                raise ValueError(f"'errors' speaks of '{quantity}'{closest(quantity, QUANTITIES)}")
            try:
                error.standard_uncertainty(1.0, QUANTITIES[quantity].unit)
            except UsageError as problem:
                raise ValueError(f"the error of {quantity}: {problem}") from None
        return self

    @functools.cached_property
    def symbols(self) -> frozenset[str]:
        """The elements the potential has learned."""
        return parse_elements(self.elements)


def parse_elements(text: str) -> frozenset[str]:
    """Read a set of elements, for example ``"H-Pu except Po At Rn Fr Ra"``.

    Parameters
    ----------
    text
        Symbols and ranges of them (by atomic number), then perhaps ``except`` and more of them.

    Raises
    ------
    UsageError
        For what is not an element.
    """
    from ase.data import chemical_symbols

    numbers = {symbol: number for number, symbol in enumerate(chemical_symbols) if number}

    def number(symbol: str) -> int:
        if symbol not in numbers:
            raise UsageError(f"'{symbol}' in the elements '{text}' is not an element")
        return numbers[symbol]

    def read(part: str) -> set[str]:
        found: set[str] = set()
        for word in part.replace(",", " ").split():
            first, _, last = word.partition("-")
            found |= set(chemical_symbols[number(first) : number(last or first) + 1])
        return found

    included, _, excluded = text.partition(" except ")
    return frozenset(read(included) - read(excluded))


def read_card(path: Path) -> Card:
    """Read one card.

    Raises
    ------
    UsageError
        For a file that is not a card; it names the file and the field.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        found = Card.model_validate(data)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        reason = str(first["msg"]).removeprefix("Value error, ")
        raise UsageError(f"potential card {path}{f', field {where!r}' if where else ''}: {reason}") from None
    except YAMLError as problem:
        raise UsageError(f"potential card {path} is not YAML: {' '.join(str(problem).split())}") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"potential card {path} cannot be read: {problem}") from None
    if found.name != path.stem:
        raise UsageError(f"potential card {path} is named '{found.name}'; name and file must be the same")
    return found


@functools.cache
def cards() -> Mapping[str, Card]:
    """Return every shipped card by name."""
    return {path.stem: read_card(path) for path in sorted(shipped("potentials").glob("*.yaml"))}


def card(name: str) -> Card:
    """Return the card of a potential.

    Raises
    ------
    UsageError
        Where there is none of that name; the near ones are offered.
    """
    if name not in cards():
        raise UsageError(
            f"unknown potential '{name}'{closest(name, cards()).rstrip('?')}"
            " (or the import path of an ASE calculator, such as 'ase.calculators.emt:EMT')"
        )
    return cards()[name]
