"""Keys of results: sha256 of a canonical text, the same on every machine and with every Python.

A result's key is made from all that decides it: the stage with its version, its parameters, the digests of potentials
and models, and what the stage can see of the candidate and its companions. The candidate's name and origin are not in
it, so that the same structure from two sources is computed once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from atomscreen.core.candidate import Candidate
from atomscreen.core.stages import FACETS, Part, Stage
from atomscreen.core.vocabulary import structure_kind

if TYPE_CHECKING:
    from pymatgen.core import Structure

# Digits kept of lengths in Å and of fractional coordinates: far below any physical difference, far above the rounding
# of one platform's arithmetic against another's.
_DIGITS = 8


def canonical(value: Any) -> str:
    """Return the canonical text of plain data: sorted keys, shortest exact floats, no spaces."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def sha256(text: str) -> str:
    """Return the sha256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def structure_digest(structure: Structure) -> str:
    """Return the digest of a structure: lattice, species with occupancies, and positions, in their order."""
    lattice = [_fixed(number) for row in structure.lattice.matrix.tolist() for number in row]
    sites = [
        [site.species_string, *(_fixed(number) for number in position)]
        for site, position in zip(structure, structure.frac_coords.tolist(), strict=True)
    ]
    return sha256(canonical([lattice, sites]))


def candidate_digest(candidate: Candidate, names: Iterable[str] | None = None) -> str:
    """Return the digest of what ``names`` cover of a candidate (everything it carries by default).

    Names are structures, quantities, ``"role"`` and ``"working_ion"``; the input structure always counts.
    """
    carried = {
        *map(structure_kind, candidate.structures),
        *(quantity.name for quantity in candidate.quantities),
        *FACETS,
    }
    wanted = carried if names is None else {*names}
    seen = candidate.seen_by_stage(wanted)
    return sha256(
        canonical(
            {
                "structures": {name: structure_digest(structure) for name, structure in seen.structures.items()},
                "quantities": [quantity.as_dict() for quantity in seen.quantities],
                "role": candidate.role if "role" in wanted else None,
                "working_ion": candidate.working_ion if "working_ion" in wanted else None,
            }
        )
    )


def result_key(
    stage: Stage,
    parameters: Mapping[str, Any],
    candidate: Candidate,
    companions: Sequence[Candidate] = (),
    parts: Sequence[Part] = (),
) -> str:
    """Return the key under which a stage's result for a candidate is stored.

    Parameters
    ----------
    stage
        The stage.
    parameters
        All its parameters, as :meth:`Stage.check` returns them.
    candidate
        The candidate with what earlier stages gave it.
    companions
        The finished companions; their order does not matter.
    parts
        The finished parts.
    """
    decisive = {
        "stage": stage.name,
        "version": stage.version,
        "parameters": dict(parameters),
        "digests": stage.versions(parameters),
        "candidate": candidate_digest(candidate, stage.needs | stage.uses),
        "companions": sorted([companion.id, candidate_digest(companion)] for companion in companions),
    }
    if stage.parts is not None:
        decisive["parts"] = [_part(part) for part in parts]
    return sha256(canonical(decisive))


def _part(part: Part) -> list[Any]:
    if part.results is None:
        return [part.parameters, part.reason]
    structures = {name: structure_digest(structure) for name, structure in part.results.structures.items()}
    return [part.parameters, [quantity.as_dict() for quantity in part.results.quantities], structures]


def _fixed(number: float) -> str:
    """Return a float at a fixed number of decimals, with one way only to write zero."""
    return f"{round(number, _DIGITS) + 0.0:.{_DIGITS}f}"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(item) for item in value)
    return value
