"""Energies that may be compared: of one potential (or functional), per cell or per host."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure

_ORIGIN = ("potential", "potential_digest", "functional")


def common_origin(candidates: Iterable[Candidate]) -> Mapping[str, Any]:
    """Return the origin that the energies of all candidates share: potential, digest and functional.

    Raises
    ------
    StageFailure
        Where they do not share it, or an energy does not say where it is from: a difference would mean nothing.
    """
    first: Candidate | None = None
    origin: dict[str, Any] = {}
    for candidate in candidates:
        provenance = candidate.quantity("energy_per_atom").provenance
        found = {name: provenance[name] for name in _ORIGIN if provenance.get(name) is not None}
        if not found:
            raise StageFailure(f"the energy of '{candidate.id}' does not say which potential or functional it is from")
        if first is None:
            first, origin = candidate, found
        elif found != origin:
            raise StageFailure(
                f"the energies of '{first.id}' ({_text(origin)}) and '{candidate.id}' ({_text(found)}) do not compare: "
                "relax both with the same potential"
            )
    return origin


def cell_energy(candidate: Candidate) -> float:
    """Return the energy of the relaxed cell in eV."""
    return candidate.quantity("energy_per_atom").number * len(candidate.structure("relaxed"))


def _text(origin: Mapping[str, Any]) -> str:
    return ", ".join(str(value) for value in origin.values())
