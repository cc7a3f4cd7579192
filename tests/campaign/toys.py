"""Stages and candidates small enough to know every answer beforehand."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

from pymatgen.core import Lattice, Structure

from atomscreen.campaign.funnel import StageStep
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import _STAGES, Companions, Part, Parts, get_stage, stage
from atomscreen.core.vocabulary import Role


def crystal(edge: float) -> Structure:
    return Structure(Lattice.cubic(edge), ["Li", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def candidates(count: int, role: Role | None = Role.CATHODE) -> list[Candidate]:
    return [Candidate(f"c{number}", {"input": crystal(3.0 + 0.1 * number)}, role) for number in range(count)]


@contextlib.contextmanager
def toy_stages():
    """Register toy stages for one test: 'weigh' (light), 'press' (heavy, needs weigh), 'compare' (companions), 'repeat' (parts)."""
    calls: list[tuple[str, float]] = []

    @stage(gives={"density"}, cost="light")
    def weigh(candidate: Candidate, factor: float = 1.0) -> Results:
        """Weigh."""
        edge = candidate.structure().lattice.a
        calls.append(("weigh", round(edge, 3)))
        return Results((Quantity("density", factor * edge, 0.05),))

    @stage(needs={"density"}, gives={"bulk_modulus"})
    def press(candidate: Candidate, limit: float = 1e9, stiffness: float = 10.0) -> Results:
        """Press."""
        density = candidate.quantity("density").number
        calls.append(("press", round(density, 3)))
        if density > limit:
            raise StageFailure(f"too dense: {density:.1f}")
        return Results((Quantity("bulk_modulus", stiffness * density),), notes=("pressed",))

    def smaller(candidate: Candidate, parameters: object) -> list[Candidate]:
        edge = candidate.structure().lattice.a
        return [Candidate(f"smaller{cut}", {"input": crystal(2.0 + cut)}, Role.REFERENCE) for cut in (0.0, 0.5)] * (
            edge > 0
        )

    @stage(
        needs={"density"},
        gives={"energy_above_hull"},
        companions=Companions(smaller, ("weigh", "press")),
        roles={Role.CATHODE},
    )
    def compare(candidate: Candidate, companions: tuple[Candidate, ...]) -> Results:
        """Compare."""
        calls.append(("compare", len(companions)))
        least = min(companion.quantity("density").number for companion in companions)
        return Results((Quantity("energy_above_hull", candidate.quantity("density").number - least),))

    def presses(parameters: Mapping[str, Any]) -> list[dict[str, float]]:
        return [{"limit": limit} for limit in parameters["limits"]]

    @stage(needs={"density"}, gives={"bulk_modulus"}, parts=Parts("press", frozenset({"limit"}), presses))
    def repeat(candidate: Candidate, parts: Sequence[Part], limits: tuple[float, ...] = (1.0, 10.0)) -> Results:
        """Press several times."""
        calls.append(("repeat", len(parts)))
        found = [part.results.quantities[0].number for part in parts if part.results is not None]
        missing = tuple(f"{part.parameters['limit']}: {part.reason}" for part in parts if part.results is None)
        return Results((Quantity("bulk_modulus", sum(found) / len(found)),), notes=missing)

    @stage(gives={"n_sites"}, cost="light")
    def surprise(candidate: Candidate) -> Results:
        """Fail in a way nobody foresaw."""
        print("about to divide")
        return Results((Quantity("n_sites", 1 / 0),))

    try:
        yield calls
    finally:
        for name in ("weigh", "press", "compare", "repeat", "surprise"):
            _STAGES.pop(name)


def step(name: str, roles=None, **parameters) -> StageStep:
    entry = get_stage(name)
    return StageStep(entry, entry.check(parameters), roles)
