"""The built-in reference set: one small readable record per material, and the crystal structure built from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

from atomscreen.core.resources import shipped
from atomscreen.core.vocabulary import QUANTITIES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pymatgen.core import Lattice, Structure

ROLES = ("cathode", "anode", "solid_electrolyte", "coating", "reference")
SAME_POSITION = 0.02  # Å: records carry five decimals, so images of one site on a special position differ by far less

_PRIMITIVE_VECTORS = {  # rows: the primitive vectors in units of the conventional ones, by centring
    "P": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "A": ((1, 0, 0), (0, 0.5, -0.5), (0, 0.5, 0.5)),
    "B": ((0.5, 0, -0.5), (0, 1, 0), (0.5, 0, 0.5)),
    "C": ((0.5, -0.5, 0), (0.5, 0.5, 0), (0, 0, 1)),
    "I": ((-0.5, 0.5, 0.5), (0.5, -0.5, 0.5), (0.5, 0.5, -0.5)),
    "F": ((0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)),
    "R": ((2 / 3, 1 / 3, 1 / 3), (-1 / 3, 1 / 3, 1 / 3), (-1 / 3, -2 / 3, 1 / 3)),
}
_CENTRING_SHIFTS = {(0, 3, 3): "A", (3, 0, 3): "B", (3, 3, 0): "C", (3, 3, 3): "I", (4, 2, 2): "R"}  # in sixths


def _coordinate(value: Any) -> float:
    try:
        return float(Fraction(str(value)))
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{value!r} is neither a number nor a fraction such as 1/3") from None


class SpaceGroup(TypedDict):
    """Number of a space group and, where it is not the standard one, the setting as in spglib's table."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]
    number: Annotated[int, Field(ge=1, le=230)]
    choice: NotRequired[str]


class Site(TypedDict):
    """One Wyckoff position: element, label and the fractional coordinates of one of its points."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]
    element: str
    wyckoff: Annotated[str, Field(pattern=r"^[1-9]\d*[a-zA-Z]$")]
    position: Annotated[list[Annotated[float, BeforeValidator(_coordinate)]], Field(min_length=3, max_length=3)]


class KnownValue(TypedDict):
    """One literature value with its source."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]
    quantity: str
    value: float
    unit: str
    source: str
    uncertainty: NotRequired[float]
    conditions: NotRequired[dict[str, float]]
    note: NotRequired[str]


@dataclass(frozen=True)
class ReferenceRecord:
    """One material of the reference set, as its file says it (lengths in Å, angles in degrees).

    The fields are described in ``candidates/README.md``.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    id: str
    name: str
    formula: str
    family: str
    role: Literal["cathode", "anode", "solid_electrolyte", "coating", "reference"]
    space_group: SpaceGroup
    lattice: dict[str, float]
    sites: list[Site]
    oxidation_states: dict[str, float]
    structure_source: str
    working_ion: str | None = None
    note: str | None = None
    charged: str | None = None
    known: list[KnownValue] = field(default_factory=list)


@cache
def _checker() -> TypeAdapter[ReferenceRecord]:
    return TypeAdapter(ReferenceRecord)


def read_record(path: Path) -> ReferenceRecord:
    """Read and check one record file; the file's name without its ending is the record's id.

    Raises
    ------
    ValueError
        If the file is no record: one sentence that names the file and the field.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    path = Path(path)
    try:
        content = YAML(typ="safe", pure=False).load(path)
        if not isinstance(content, dict) or "id" in content:
            raise ValueError("must be a mapping of field names to values, without 'id', which is the file's name")
        record = _checker().validate_python({"id": path.stem, **content})
        _check_together(record)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{path.name}: field '{place}': {first['msg']} (it is {first['input']!r}).") from error
    except (YAMLError, OSError) as error:
        raise ValueError(f"{path.name}: cannot be read as YAML: {' '.join(str(error).split())}") from error
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}.") from error
    return record


def _check_together(record: ReferenceRecord) -> None:
    """Check what concerns more than one field."""
    if (record.role == "reference") != (record.working_ion is None):
        raise ValueError("field 'working_ion' goes with every role but 'reference'")
    if {site["element"] for site in record.sites} != set(record.oxidation_states):
        raise ValueError("field 'oxidation_states' must name exactly the elements of 'sites'")
    for value in record.known:
        unit = QUANTITIES[value["quantity"]].unit if value["quantity"] in QUANTITIES else None
        if unit != value["unit"]:
            raise ValueError(
                f"field 'known' has '{value['quantity']}' in '{value['unit']}'; "
                + (f"it is given in {unit}" if unit is not None else "the vocabulary has no such quantity")
            )


def build_structure(record: ReferenceRecord) -> Structure:
    """Build the primitive cell of a record from its space group, lattice and Wyckoff positions.

    The operations come from spglib's table and the primitive vectors from the centring, so that, unlike with a
    symmetry search, the same cell in the same order of sites results on every machine.

    Raises
    ------
    ValueError
        If the setting or the lattice is wrong, or a site's multiplicity is not the one its Wyckoff label says.
    """
    import numpy as np
    import spglib
    from pymatgen.core import Structure

    operations = spglib.get_symmetry_from_database(_hall_number(record))
    rotations, shifts = operations["rotations"], operations["translations"]
    conventional = _lattice(record).matrix
    primitive = np.array(_PRIMITIVE_VECTORS[_centring(rotations, shifts)], dtype=float)
    elements: list[str] = []
    positions: list[NDArray[np.float64]] = []
    for site in record.sites:
        images = _orbit(np.array(site["position"]), rotations, shifts, conventional)
        if len(images) != int(site["wyckoff"][:-1]):
            raise ValueError(
                f"{record.id}: the site {site['element']} {site['wyckoff']} at {site['position']} has the multiplicity "
                f"{len(images)}; correct 'wyckoff' or 'position' in 'sites'."
            )
        inside = _distinct(images @ np.linalg.inv(primitive), primitive @ conventional)
        elements += [site["element"]] * len(inside)
        positions += inside
    return Structure(primitive @ conventional, elements, np.array(positions))


def _orbit(
    position: NDArray[np.float64],
    rotations: NDArray[np.intc],
    shifts: NDArray[np.float64],
    matrix: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return all positions (n, 3) equivalent to one, after moving it exactly onto the special position it is at."""
    import numpy as np

    moved = rotations @ position + shifts - position
    moved -= np.round(moved)
    fixing = np.linalg.norm(moved @ matrix, axis=1) < SAME_POSITION
    exact = position + moved[fixing].mean(axis=0)
    return np.array(_distinct(rotations @ exact + shifts, matrix))


def _distinct(positions: NDArray[np.float64], matrix: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return fractional positions wrapped into the cell, without those that differ by lattice vectors."""
    import numpy as np

    kept: list[NDArray[np.float64]] = []
    for position in np.round(positions, 9) % 1.0:
        apart = np.array(kept).reshape(-1, 3) - position
        if not (np.linalg.norm((apart - np.round(apart)) @ matrix, axis=1) < SAME_POSITION).any():
            kept.append(position)
    return kept


def _centring(rotations: NDArray[np.intc], shifts: NDArray[np.float64]) -> str:
    """Return the letter of the centring from the pure translations among the operations of a setting."""
    import numpy as np

    pure = np.round(6 * shifts[(rotations == np.eye(3)).all(axis=(1, 2))]).astype(int) % 6
    if len(pure) == 4:
        return "F"
    return next((letter for shift, letter in _CENTRING_SHIFTS.items() if (pure == shift).all(axis=1).any()), "P")


@cache
def _settings() -> dict[tuple[int, str], int]:
    """Return spglib's Hall number of every space group number and choice."""
    import spglib

    types = {hall: spglib.get_spacegroup_type(hall) for hall in range(1, 531)}
    return {(entry.number, entry.choice): hall for hall, entry in types.items()}


def _hall_number(record: ReferenceRecord) -> int:
    number, choice = record.space_group["number"], record.space_group.get("choice")
    for name in ("", "b", "b1", "H", "2") if choice is None else (choice,):
        if (number, name) in _settings():
            return _settings()[number, name]
    raise ValueError(f"{record.id}: 'space_group' has no choice '{choice}' for the number {number}.")


def _lattice(record: ReferenceRecord) -> Lattice:
    """Return the conventional lattice, from just the parameters that the crystal system leaves free."""
    from pymatgen.core import Lattice

    number, choice = record.space_group["number"], record.space_group.get("choice", "")
    angles = dict.fromkeys(("alpha", "beta", "gamma"), 90.0)
    if number <= 2:
        free = ["a", "b", "c", *angles]
    elif number <= 15:
        free = ["a", "b", "c", {"a": "alpha", "c": "gamma"}.get(choice.lstrip("-")[:1], "beta")]
    elif number <= 74:
        free = ["a", "b", "c"]
    elif choice == "R":
        free = ["a", "alpha"]
        angles = dict.fromkeys(angles, record.lattice.get("alpha", 90.0))
    else:
        free = ["a", "c"] if number <= 194 else ["a"]
        angles["gamma"] = 120.0 if 143 <= number <= 194 else 90.0
    if set(record.lattice) != set(free):
        raise ValueError(f"{record.id}: 'lattice' must give {', '.join(free)} and nothing else.")
    a, b, c = (record.lattice.get(name, record.lattice["a"]) for name in "abc")
    alpha, beta, gamma = (record.lattice.get(name, angle) for name, angle in angles.items())
    return Lattice.from_parameters(a, b, c, alpha, beta, gamma)


def reference_folder() -> Path:
    """Return the folder of the records, in a checkout or in an installed wheel."""
    return shipped("candidates") / "reference"


@cache
def records() -> tuple[ReferenceRecord, ...]:
    """Return every record of the reference set, sorted by id."""
    return tuple(sorted(map(read_record, reference_folder().glob("*.yaml")), key=lambda record: record.id))
