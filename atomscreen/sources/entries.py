"""Phases with energies from a file: what a hull is made of where the built-in set is not to be relaxed.

The file is JSON or JSON lines, with or without gzip: a list of entries, one entry a line, or an object with
``"entries"`` and, if you like, a ``"functional"`` that holds for all of them. An entry is either

- a simple record: ``{"formula": "Li2O", "energy_per_atom": -4.75, "functional": "PBE"}``, with ``id``, ``band_gap``
  and ``volume_per_atom`` where they are known (eV/atom, eV, Å^3/atom), or
- a ``ComputedEntry`` or ``ComputedStructureEntry`` as pymatgen writes it and the Materials Project's client returns it.

All energies of a file must be on one scale. Corrections that entries carry are kept, and none is ever added here.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

from atomscreen.core.errors import UsageError
from atomscreen.core.identity import canonical, sha256
from atomscreen.core.stages import Versioned
from atomscreen.sources.reference_set import records

if TYPE_CHECKING:
    from pymatgen.core import Composition

BUILTIN = "builtin"
"""The name of the built-in reference set, whose phases are relaxed with the candidate's potential."""

PhaseSource = Annotated[str, Versioned("atomscreen.sources.entries:digest")]
"""The type of a stage's parameter that names where competing phases come from: ``"builtin"`` or a file of entries."""


@dataclass(frozen=True)
class Phase:
    """A phase with its energy.

    Attributes
    ----------
    id
        What the source calls it.
    composition
        Of any number of formula units.
    energy_per_atom
        eV/atom, on the scale that ``functional`` names.
    functional
        Functional, Hubbard U and corrections of the energy, in words; only phases that agree in it compare.
    volume_per_atom
        Å^3/atom, ``None`` where unknown.
    band_gap
        eV, ``None`` where unknown.
    """

    id: str
    composition: Composition
    energy_per_atom: float
    functional: str
    volume_per_atom: float | None = None
    band_gap: float | None = None

    @functools.cached_property
    def elements(self) -> frozenset[str]:
        """Symbols of the elements in it."""
        return frozenset(element.symbol for element in self.composition.elements)

    @functools.cached_property
    def formula(self) -> str:
        """The reduced formula."""
        return str(self.composition.reduced_formula)


def digest(source: str) -> str:
    """Return what tells a source of phases from every other: the sha256 of the file, which is read and checked.

    The energies of the built-in set are relaxed with the candidate's potential and count by themselves; what it
    brings along is its band gaps.

    Raises
    ------
    UsageError
        Where there is no such file, or it does not hold entries on one scale.
    """
    if source == BUILTIN:
        return f"{BUILTIN} {sha256(canonical(known_band_gaps()))}"
    found = _file_digest(source)
    _read(source, found)
    return f"sha256:{found}"


def read_phases(source: str) -> tuple[Phase, ...]:
    """Return all phases of a file.

    Raises
    ------
    UsageError
        For a file that is missing, is not entries (file and line are named), or mixes energies that do not compare.
    """
    return _read(source, _file_digest(source))


@functools.cache
def known_band_gaps() -> Mapping[str, float]:
    """Return the band gaps in eV that the literature gives for materials of the built-in set, by their ids."""
    return {
        record.id: value["value"] for record in records() for value in record.known if value["quantity"] == "band_gap"
    }


def _file_digest(source: str) -> str:
    try:
        with Path(source).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise UsageError(
            f"the phases '{source}' cannot be read ({problem.strerror}); give '{BUILTIN}' or a file of entries"
        ) from None


@functools.lru_cache(maxsize=4)
def _read(source: str, digest: str) -> tuple[Phase, ...]:
    """Read a file once for each of its contents."""
    declared, rows = _rows(source)
    entries = [_Entry.of(row, source, where) for where, row in rows]
    if not entries:
        raise UsageError(f"{source} holds no entries")
    scale = declared or _common_scale(entries, source)
    return tuple(entry.phase(scale) for entry in entries)


def _rows(source: str) -> tuple[str | None, list[tuple[str, Any]]]:
    """Return the functional that a file declares for all entries, and each entry with where it stands."""
    opener: Any = gzip.open if source.endswith(".gz") else open
    try:
        with opener(source, "rt", encoding="utf-8") as file:
            text = file.read()
    except (OSError, EOFError, UnicodeDecodeError) as problem:
        raise UsageError(f"{source} cannot be read as {'gzip' if opener is gzip.open else 'text'}: {problem}") from None
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as problem:
        # A second entry behind the first, or a mistake in the middle of one: only lines tell.
        return None, _lines(text, source, problem)
    if isinstance(whole, dict) and isinstance(whole.get("entries"), list):
        return whole.get("functional"), [(f"entry {n}", row) for n, row in enumerate(whole["entries"], 1)]
    return None, [(f"entry {n}", row) for n, row in enumerate(whole if isinstance(whole, list) else [whole], 1)]


def _lines(text: str, source: str, problem: json.JSONDecodeError) -> list[tuple[str, Any]]:
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            rows.append((f"line {number}", json.loads(line)))
        except json.JSONDecodeError as wrong:
            # A list over many lines fails at its first line already; then the mistake is where the whole file broke.
            place = problem.lineno if not rows else number
            raise UsageError(f"{source}, line {place}: not JSON ({(wrong if rows else problem).msg})") from None
    return rows


@dataclass(frozen=True)
class _Entry:
    """An entry before the scale of the whole file is known."""

    where: str
    id: str
    composition: Composition
    energy_per_atom: float
    functional: str
    corrections: frozenset[str]
    volume_per_atom: float | None
    band_gap: float | None

    @classmethod
    def of(cls, row: Any, source: str, where: str) -> _Entry:
        """Read an entry of either kind; one sentence with file and line for what is neither."""
        if not isinstance(row, dict):
            _refuse(source, where, "is no object with the fields of an entry")
        try:
            return cls._simple(row, where) if "energy_per_atom" in row else cls._computed(row, where)
        except KeyError as missing:
            _refuse(source, where, f"is no entry: it has no {missing}")
        except (ValueError, TypeError, AttributeError) as problem:
            _refuse(source, where, f"is no entry: {' '.join(str(problem).split())}")

    @classmethod
    def _simple(cls, row: Mapping[str, Any], where: str) -> _Entry:
        from pymatgen.core import Composition

        return cls(
            where=where,
            id=str(row.get("id", row["formula"])),
            composition=_real(Composition(str(row["formula"]))),
            energy_per_atom=_number(row, "energy_per_atom"),
            functional=str(row["functional"]),
            corrections=frozenset(),
            volume_per_atom=_number(row, "volume_per_atom", least=0.1) if "volume_per_atom" in row else None,
            band_gap=_number(row, "band_gap", least=0) if row.get("band_gap") is not None else None,
        )

    @classmethod
    def _computed(cls, row: Mapping[str, Any], where: str) -> _Entry:
        from pymatgen.core import Lattice
        from pymatgen.entries.computed_entries import ComputedEntry

        bare = {key: value for key, value in row.items() if key != "structure"}
        entry = ComputedEntry.from_dict({"parameters": {}, "data": {}, **bare, "energy": _number(row, "energy")})
        composition = _real(entry.composition)
        lattice = row.get("structure", {}).get("lattice", {}).get("matrix")
        hubbard = entry.parameters.get("is_hubbard") or entry.parameters.get("hubbards")
        return cls(
            where=where,
            id=str(entry.entry_id or composition.reduced_formula),
            composition=composition,
            energy_per_atom=_number({"energy": float(entry.energy_per_atom)}, "energy"),
            functional=str(entry.parameters.get("run_type") or ("GGA+U" if hubbard else "unknown functional")),
            corrections=frozenset(adjustment.name for adjustment in entry.energy_adjustments if adjustment.value),
            volume_per_atom=float(Lattice(lattice).volume / composition.num_atoms) if lattice else None,
            band_gap=_number(entry.data, "band_gap", least=0) if entry.data.get("band_gap") is not None else None,
        )

    def phase(self, scale: str) -> Phase:
        """Return the phase, its energy on the scale of the file."""
        return Phase(self.id, self.composition, self.energy_per_atom, scale, self.volume_per_atom, self.band_gap)


def _common_scale(entries: Iterable[_Entry], source: str) -> str:
    """Return the scale that all energies of a file share, in words.

    Raises
    ------
    UsageError
        For functionals side by side without a correction that brings them together.
    """
    first: dict[str, _Entry] = {}
    for entry in entries:
        first.setdefault(entry.functional, entry)
    schemes = sorted({name.split(" ")[0] for entry in entries for name in entry.corrections})
    if not schemes and len(first) > 1:
        one, other = list(first.values())[:2]
        raise UsageError(
            f"{source}: {one.where} ({one.id}) is {one.functional} and {other.where} ({other.id}) is "
            f"{other.functional}, without corrections; bring them to one scale (pymatgen's "
            "MaterialsProject2020Compatibility) or, if they are, say so in a 'functional' common to all"
        )
    if not schemes:
        return next(iter(first))
    for entry in entries:
        if entry.functional == "GGA+U" and not entry.corrections:
            raise UsageError(
                f"{source}, {entry.where}: {entry.id} is GGA+U and not corrected, while other entries are; "
                "correct all of them, once"
            )
    return f"{'/'.join(sorted(first))}, corrected ({', '.join(schemes)})"


def _number(row: Mapping[str, Any], name: str, least: float = -math.inf) -> float:
    if isinstance(row[name], bool) or not isinstance(row[name], int | float):
        raise ValueError(f"its '{name}' is {row[name]!r}, which is no number")
    value = float(row[name])
    if not (math.isfinite(value) and value >= least):
        raise ValueError(f"its '{name}' is {value:g}")
    return value


def _real(composition: Composition) -> Composition:
    """Return a composition of elements, without charges; refuse one that is empty or holds dummy species."""
    from pymatgen.core import Element

    bare = composition.element_composition
    if not bare.num_atoms or not all(isinstance(element, Element) for element in bare.elements):
        raise ValueError("its composition holds no real elements")
    return bare


def _refuse(source: str, where: str, what: str) -> NoReturn:
    raise UsageError(f"{source}, {where}: {what}")
