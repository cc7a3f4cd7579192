"""The handoff record: everything known of one material, in SI units, as JSON with a published schema.

The record speaks the vocabulary: a quantity has the same name here as anywhere in atomscreen, in an SI unit.
What is counted per atom or ion inside is given per mole here, so ``volume_change_per_ion`` is the partial molar volume.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, model_validator

from atomscreen.continuum.si_units import si_factor, si_unit
from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import UsageError
from atomscreen.core.quantity import Quantity
from atomscreen.core.vocabulary import CONDITIONS, QUANTITIES

SCHEMA: Final = "atomscreen-handoff-1"
"""Version of the record's layout; files of another one are refused."""

TWO_PHASES_FROM: Final = 0.5
"""Share of the contents at which two phases coexist from which a particle is described by them: with less of it most of
a charge passes through solid solutions, with more of it through moving fronts."""

NOTE_OF_A_CELL: Final = "In the cell of "
"""How notes begin that are of one base set's cell, and not of the material."""

_FROZEN = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Entry(BaseModel):
    """One value of a quantity in SI units, with everything that must travel with it."""

    model_config = _FROZEN

    value: float | tuple[float, ...] | tuple[tuple[float, ...], ...]
    unit: str = Field(description="SI unit; empty for a dimensionless number")
    uncertainty: float | None = Field(default=None, description="standard uncertainty in the same unit; null: unknown")
    bound: Literal["upper", "lower"] | None = Field(
        default=None, description="'upper': the truth is at most the value; 'lower': at least"
    )
    conditions: dict[str, float | str] = Field(
        default={}, description="where it holds: temperature in K, pressure in Pa, ion_content 0 (empty) to 1 (full)"
    )
    method: str = ""
    provenance: dict[str, Any] = Field(default={}, description="potential with digest, parameters, in their own units")

    @property
    def number(self) -> float:
        """The value of a scalar."""
        assert isinstance(self.value, float)
        return self.value

    @property
    def content(self) -> float | None:
        """The content of working ions at which it holds, where it says one."""
        content = self.conditions.get("ion_content")
        return content if isinstance(content, float) else None


class Material(BaseModel):
    """Which material the record is of."""

    model_config = _FROZEN

    id: str
    formula: str = Field(description="reduced formula, working ions in")
    role: str | None
    working_ion: str | None
    origin: dict[str, Any] = Field(description="source, its id there, licence")
    structures: dict[str, dict[str, Any]] = Field(
        description="pymatgen structures by atomscreen's names; lengths in Å, unlike everything else"
    )


class Particle(BaseModel):
    """Which model describes how working ions spread in a particle of an electrode."""

    model_config = _FROZEN

    model: Literal["diffusion", "two phases"] = Field(
        description="'diffusion': solid solutions, Fick's law with the chemical diffusivity. 'two phases': a phase "
        "field (Cahn and Hilliard), or a sharp front that its reaction limits; a diffusivity that depends on "
        "concentration so steeply that it makes a front is no model of two phases"
    )
    coexistence: tuple[tuple[float, float], ...] = Field(
        description="contents of working ions between which two phases coexist, at the temperature"
    )
    temperature: float = Field(description="K")


class _InTheirUnits(BaseModel):
    """Checks that every entry is in the unit of its quantity."""

    model_config = _FROZEN

    @model_validator(mode="after")
    def _check_units(self) -> Self:
        for name in type(self).model_fields:
            unit = si_unit(QUANTITIES[name].unit)
            for entry in getattr(self, name):
                if entry.unit != unit:
                    raise ValueError(f"{name} is in '{entry.unit}' where the record has it in '{unit}'")
        return self


def _quantities_model() -> type[BaseModel]:
    """Return the model whose fields are the vocabulary's names, each with its meaning and SI unit."""
    fields: dict[str, Any] = {
        name: (
            Annotated[
                tuple[Entry, ...],
                Field(description=f"{definition.description} [{si_unit(definition.unit) or 'dimensionless'}]"),
            ],
            (),
        )
        for name, definition in QUANTITIES.items()
    }
    return create_model("Quantities", __base__=_InTheirUnits, __doc__="Every quantity of the vocabulary.", **fields)


Quantities = _quantities_model()


class HandoffRecord(BaseModel):
    """Everything known of one material, in SI units.

    Raises
    ------
    pydantic.ValidationError
        Where data are of another layout, or a unit is not the one of its quantity.
    """

    model_config = _FROZEN

    schema_version: Literal["atomscreen-handoff-1"] = SCHEMA
    material: Material
    particle: Particle | None = Field(default=None, description="of an electrode with an open-circuit potential")
    quantities: Quantities  # type: ignore[valid-type]
    notes: tuple[str, ...] = Field(default=(), description="limits of these numbers, in sentences")

    def entries(self, name: str) -> tuple[Entry, ...]:
        """Return the values of a quantity, oldest first; none where nothing gave it.

        Raises
        ------
        UsageError
            For a name that is not in the vocabulary.
        """
        if name not in QUANTITIES:
            raise UsageError(f"'{name}' is not a quantity of the vocabulary")
        found: tuple[Entry, ...] = getattr(self.quantities, name)
        return found

    def find(self, name: str, **conditions: float | str) -> Entry | None:
        """Return the newest value whose conditions are exactly the ones given, or ``None``."""
        return next((entry for entry in reversed(self.entries(name)) if entry.conditions == conditions), None)

    def by_content(self, name: str) -> dict[float, Entry]:
        """Return the newest value at each content of working ions, empty first."""
        found = {entry.content: entry for entry in self.entries(name) if set(entry.conditions) == {"ion_content"}}
        return {content: found[content] for content in sorted(content for content in found if content is not None)}

    @property
    def notes_of_material(self) -> tuple[str, ...]:
        """The notes, without those of the stage that ran a cell, which need not be the one that is handed over."""
        return tuple(note for note in self.notes if not note.startswith(NOTE_OF_A_CELL))

    def to_json(self) -> str:
        """Return the record as JSON; quantities that nothing gave are left out."""
        data = self.model_dump(mode="json")
        data["quantities"] = {name: entries for name, entries in data["quantities"].items() if entries}
        return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> HandoffRecord:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        UsageError
            Where it is no such record; the first thing that is wrong is named.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as problem:
            first = problem.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the file"
            raise UsageError(f"this is no handoff record of schema {SCHEMA}: {where}: {first['msg']}") from None


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of records: with its version as title, and the unit of every quantity fixed."""
    schema = HandoffRecord.model_json_schema()
    quantities = schema["$defs"]["Quantities"]["properties"]
    for name, definition in QUANTITIES.items():
        quantities[name]["items"]["properties"] = {"unit": {"const": si_unit(definition.unit)}}
    about = "Everything that atomscreen knows of one material, in SI units. What is counted per atom is per mole here."
    return schema | {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": SCHEMA, "description": about}


def stage_record(candidate: Candidate) -> HandoffRecord:
    """Return a candidate's record for a stage: a stage sees no candidate's own name, and the formula stands for it."""
    return handoff_record(dataclasses.replace(candidate, id=candidate.formula))


def handoff_record(candidate: Candidate) -> HandoffRecord:
    """Return the record of a candidate: its structures, and its quantities in SI units.

    Of several values of one name at the same conditions it has the newest, as all of atomscreen does.
    """
    newest = {(quantity.name, *sorted(quantity.conditions.items())): quantity for quantity in candidate.quantities}
    by_name: dict[str, list[Entry]] = {}
    for quantity in newest.values():
        by_name.setdefault(quantity.name, []).append(_entry(quantity))
    return HandoffRecord(
        material=Material(
            id=candidate.id,
            formula=candidate.formula,
            role=candidate.role and str(candidate.role),
            working_ion=candidate.working_ion,
            origin=_plain(candidate.origin),
            structures={
                name: _plain(structure.as_dict(verbosity=0)) for name, structure in candidate.structures.items()
            },
        ),
        particle=_particle(candidate),
        quantities=Quantities(**by_name),
        notes=candidate.notes,
    )


def _particle(candidate: Candidate) -> Particle | None:
    """Return the model of a particle that the open-circuit potential calls for, where there is one that tells."""
    curve = candidate.find("open_circuit_potential")
    if curve is None or not {"coexistence", "temperature"} <= curve.provenance.keys():
        return None
    gaps = tuple((float(low), float(high)) for low, high in curve.provenance["coexistence"])
    share = sum(high - low for low, high in gaps)
    return Particle(
        model="two phases" if share >= TWO_PHASES_FROM else "diffusion",
        coexistence=gaps,
        temperature=float(curve.provenance["temperature"]),
    )


def _entry(quantity: Quantity) -> Entry:
    factor = si_factor(quantity.unit)
    return Entry(
        value=_scaled(quantity.value, factor),
        unit=si_unit(quantity.unit),
        uncertainty=None if quantity.uncertainty is None else quantity.uncertainty * factor,
        bound=quantity.bound,
        conditions={
            name: value if isinstance(value, str) else value * si_factor(CONDITIONS[name] or "")
            for name, value in quantity.conditions.items()
        },
        method=quantity.method,
        provenance=_plain(quantity.provenance),
    )


def _scaled(value: Any, factor: float) -> Any:
    return tuple(_scaled(row, factor) for row in value) if isinstance(value, tuple) else value * factor


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return data as JSON gives them back, so that a record that was written and read is the same one.

    What is not a number is null: JSON has no NaN.
    """
    plain: dict[str, Any] = json.loads(json.dumps(data), parse_constant=lambda name: None)
    return plain
