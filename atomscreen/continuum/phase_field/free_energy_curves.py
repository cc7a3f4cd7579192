"""The stage that gives an electrode's free energy against content, and what coexists by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np
from pydantic import Field

from atomscreen.continuum.phase_field.coexistence import Gap, binodal, common_tangent, spinodal
from atomscreen.continuum.phase_field.free_energy_reading import free_energy_of
from atomscreen.continuum.record import stage_record
from atomscreen.continuum.si_units import si_factor
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.core.vocabulary import ELECTRODES

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONTENTS: Final = np.concatenate([[0.0, 0.001, 0.003], np.linspace(0.01, 0.99, 99), [0.997, 0.999, 1.0]])
"""Contents at which the free energy is given: closer at the ends, where its slope is infinite."""


@stage(
    needs={"open_circuit_contents", "open_circuit_potential", "role", "working_ion"},
    uses={"mixing_energy", "ordering_energies", "ordering_multiplicities", "average_voltage"},
    roles=ELECTRODES,
    cost="light",
    gives={
        "free_energy_contents",
        "free_energy_of_mixing",
        "common_tangent",
        "spinodal_contents",
        "binodal_contents",
        "miscibility_gap",
    },
)
def free_energy(candidate: Candidate, temperature: Annotated[float, Unit("K"), Field(gt=0)] | None = None) -> Results:
    """Give a smooth free energy against content, and the contents at which phases coexist by it.

    A polynomial of Redlich and Kister with the ideal entropy of the ions, through the energies of orderings between the
    ends where there are any, else fitted to the open-circuit potential; what a phase field needs, and what the handoff
    to one writes. It has a barrier between phases, which the open-circuit potential has not, but no ordered contents,
    which that one has: a note says by how much they differ. Energies of mixing have no known uncertainty, so nothing
    here has one.

    Parameters
    ----------
    candidate
        The electrode with its voltage profile.
    temperature
        In K; that of the open-circuit potential where it is not given.
    """
    found = free_energy_of(stage_record(candidate), temperature)
    unstable, gaps = spinodal(found.free_energy), binodal(found.free_energy)
    at = {"temperature": found.free_energy.temperature}
    about = {"interactions_J_per_mol": list(found.free_energy.interactions)}

    def given(name: str, value: Any, conditions: dict[str, float] = at) -> Quantity:
        return Quantity(name, value, conditions=conditions, method=f"phase field; {found.origin}", provenance=about)

    quantities = [
        given("free_energy_contents", CONTENTS, {}),
        given("free_energy_of_mixing", _per_site(found.free_energy.at(CONTENTS))),
        given("miscibility_gap", sum(high - low for low, high in gaps)),
    ]
    if gaps:
        quantities += [
            given("common_tangent", _per_site(common_tangent(found.free_energy, CONTENTS))),
            given("spinodal_contents", [content for gap in unstable for content in gap]),
            given("binodal_contents", [content for gap in gaps for content in gap]),
        ]
    return Results(tuple(quantities), notes=(coexistence_in_words(gaps, unstable), *found.remarks))


def coexistence_in_words(gaps: Sequence[Gap], unstable: Sequence[Gap]) -> str:
    """Return what coexists, in a sentence."""
    if not gaps:
        return "By its smooth free energy the electrode is a solid solution at all contents."
    return (
        f"By its smooth free energy two phases coexist at contents from {_ranges(gaps)}; from {_ranges(unstable)} a "
        "uniform content is unstable."
    )


def _ranges(gaps: Sequence[Gap]) -> str:
    return ", ".join(f"{low:.3f} to {high:.3f}" for low, high in gaps)


def _per_site(energies: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return eV per site from J/mol."""
    return energies / si_factor("eV")
