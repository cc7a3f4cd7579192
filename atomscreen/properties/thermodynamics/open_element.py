"""A compound open to one element: between which chemical potentials its content of that element stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atomscreen.properties.thermodynamics.phases import as_written

if TYPE_CHECKING:
    from pymatgen.analysis.phase_diagram import PhaseDiagram
    from pymatgen.core import Composition

_SAME_AMOUNT = 1e-5
"""Atoms of the open element per formula unit below which two contents are one: rounding of the hull's geometry."""


@dataclass(frozen=True)
class OpenRange:
    """Chemical potentials of an element, in eV per atom, at which equilibrium holds a compound's own content of it.

    Attributes
    ----------
    lowest
        Below it the equilibrium holds less; ``None`` where there is nothing to lose.
    highest
        Above it the equilibrium holds more; the pure element's energy where it takes up nothing before that.
    loss, gain
        The reactions at the two limits, ``None`` where there is none.
    """

    lowest: float | None
    highest: float
    loss: str | None
    gain: str | None


def open_range(diagram: PhaseDiagram, composition: Composition, element: str) -> OpenRange:
    """Return the range of an element's chemical potential in which equilibrium holds the composition's content of it.

    For a stable compound that is where it is stable when open to the element. One above the hull counts as the phases
    it would decompose into without exchange, as if it were on the hull; where these hold its content at one potential
    only, the two limits coincide.

    Parameters
    ----------
    diagram
        Of all elements in the composition and the open one.
    composition
        One formula unit.
    element
        Symbol of the open element.
    """
    # From the assemblage richest in the element to the poorest; 'chempot' is where each meets the one before it.
    steps = diagram.get_element_profile(element, composition)
    richer = [step for step in steps if step["evolution"] > _SAME_AMOUNT]
    same = [step for step in steps if abs(step["evolution"]) <= _SAME_AMOUNT]
    poorer = [step for step in steps if step["evolution"] < -_SAME_AMOUNT]
    return OpenRange(
        lowest=_potential(poorer),
        highest=float((same or poorer)[0]["chempot"]),
        loss=as_written(str(poorer[0]["reaction"])) if poorer else None,
        gain=as_written(str(richer[-1]["reaction"])) if richer else None,
    )


def _potential(steps: Sequence[Any]) -> float | None:
    return float(steps[0]["chempot"]) if steps else None
