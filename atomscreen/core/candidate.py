"""Candidate: a structure with an identity, a role, a working ion and an origin; Results: what a stage gives."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from atomscreen.core.errors import UsageError
from atomscreen.core.quantity import Quantity, show
from atomscreen.core.vocabulary import STRUCTURES, Role, structure_kind

if TYPE_CHECKING:
    from pymatgen.core import Composition, Structure


@dataclass(frozen=True)
class Results:
    """What a stage returns: quantities and structures, and notes that a reader of the report should see.

    Attributes
    ----------
    quantities
        New quantities.
    structures
        New structures by their vocabulary name.
    notes
        Sentences about limits of these results, for example a hull that lacks a compound.
    """

    quantities: tuple[Quantity, ...] = ()
    structures: Mapping[str, Structure] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A material on its way through the funnel. Frozen: results make a new one.

    Attributes
    ----------
    id
        Unique within a campaign, readable, safe as a file name.
    structures
        By vocabulary name; ``"input"`` is always there.
    role
        What it is for; ``None`` until a workflow gives it one.
    working_ion
        Symbol of the ion that moves, or ``None``.
    origin
        Where it came from: source, its id there, licence.
    quantities
        What stages found, newest last.
    known
        What the literature or the source says; stages never see these, reports print them beside ours.
    notes
        What stages said of the limits of their results.
    """

    id: str
    structures: Mapping[str, Structure]
    role: Role | None = None
    working_ion: str | None = None
    origin: Mapping[str, Any] = field(default_factory=dict)
    quantities: tuple[Quantity, ...] = ()
    known: tuple[Quantity, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.structures:
            if structure_kind(name) not in STRUCTURES:
                raise UsageError(f"'{name}' is not a structure of the vocabulary; there are {', '.join(STRUCTURES)}")
        if "input" not in self.structures:
            raise UsageError(f"candidate '{self.id}' has no structure 'input'")

    @property
    def composition(self) -> Composition:
        """The composition of one cell of the input structure."""
        return self.structures["input"].composition

    @property
    def formula(self) -> str:
        """The reduced formula, for example ``"LiFePO4"``."""
        return str(self.composition.reduced_formula)

    def structure(self, name: str = "input") -> Structure:
        """Return one of the structures.

        Raises
        ------
        UsageError
            Where the candidate does not have it.
        """
        if name not in self.structures:
            raise UsageError(f"'{self.id}' has no structure '{name}'; it has {', '.join(self.structures)}")
        return self.structures[name]

    def quantity(self, name: str, **conditions: float | str) -> Quantity:
        """Return the newest quantity of that name whose conditions include the ones given.

        A condition that is not asked for must be the one the name varies with: a bulk modulus at half the lithium is
        not 'the' bulk modulus.

        Raises
        ------
        UsageError
            Where there is none.
        """
        found = self.find(name, **conditions)
        if found is None:
            where = "".join(f" at {key} {show(value)}" for key, value in conditions.items())
            raise UsageError(f"'{self.id}' has no quantity '{name}'{where}")
        return found

    def find(self, name: str, **conditions: float | str) -> Quantity | None:
        """Return what :meth:`quantity` does, or ``None`` where there is none."""
        for quantity in reversed(self.quantities):
            if quantity.name != name or any(quantity.conditions.get(key) != want for key, want in conditions.items()):
                continue
            if set(quantity.conditions) <= {*conditions, quantity.definition.varies_with}:
                return quantity
        return None

    def with_results(self, results: Results) -> Candidate:
        """Return a candidate that has these results too; this one stays as it is."""
        return dataclasses.replace(
            self,
            structures={**self.structures, **results.structures},
            quantities=(*self.quantities, *results.quantities),
            notes=tuple(dict.fromkeys((*self.notes, *results.notes))),
        )

    def seen_by_stage(self, names: Iterable[str]) -> Candidate:
        """Return the candidate with only the named structures, quantities and facets, beside its input structure.

        A stage gets this, without id and origin too, so that what it can read and what its result's key is made from
        are the same, and one result serves the same structure from every source.
        """
        wanted = {"input", *names}
        return dataclasses.replace(
            self,
            id="candidate",
            origin={},
            structures={name: found for name, found in self.structures.items() if structure_kind(name) in wanted},
            quantities=tuple(quantity for quantity in self.quantities if quantity.name in wanted),
            role=self.role if "role" in wanted else None,
            working_ion=self.working_ion if "working_ion" in wanted else None,
            known=(),
            notes=(),
        )
