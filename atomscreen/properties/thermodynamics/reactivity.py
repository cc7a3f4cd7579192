"""The reaction of two materials at the mixing ratio where it gains most: its energy, products and change of volume."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.properties.thermodynamics.phases import PhaseSet, as_written, missing_note
from atomscreen.sources.entries import Phase

if TYPE_CHECKING:
    from pymatgen.analysis.phase_diagram import PhaseDiagram
    from pymatgen.core import Composition

_NO_REACTION = 1e-6
"""eV/atom below which a gain is rounding."""


@dataclass(frozen=True)
class InterfaceReaction:
    """The reaction of two materials at the mixing ratio where it gains most.

    Attributes
    ----------
    energy
        eV per atom of the mixture (without those of an open element), at most 0. Both count as if they were on the
        hull, so that what either would gain by decomposing alone is no part of it.
    share
        Fraction of the mixture's atoms that the first material brings.
    equation
        The reaction, balanced; ``None`` where nothing happens.
    products
        The phases it gives, and their fractions of the atoms.
    """

    energy: float
    share: float
    equation: str | None
    products: Mapping[Phase, float]

    @property
    def named_products(self) -> dict[str, float]:
        """Fractions of the products' atoms by formula."""
        return {as_written(phase.formula): fraction for phase, fraction in self.products.items()}


def most_reactive(
    diagram: PhaseDiagram, first: Composition, second: Composition, closed: PhaseDiagram | None = None
) -> InterfaceReaction:
    """Return the reaction of two materials at the mixing ratio of lowest energy.

    Parameters
    ----------
    diagram
        Of all their elements; a grand-potential diagram where one element is open.
    first, second
        Their compositions.
    closed
        With a grand-potential diagram, the ordinary one of the same phases.

    References
    ----------
    W. D. Richards et al., Chemistry of Materials 28, 266 (2016), doi:10.1021/acs.chemmater.5b04082.
    """
    from pymatgen.analysis.interface_reactions import GrandPotentialInterfacialReactivity, InterfacialReactivity

    first, second = first.reduced_composition, second.reduced_composition
    if closed is None:
        mixing = InterfacialReactivity(first, second, diagram, use_hull_energy=True)
    else:
        mixing = GrandPotentialInterfacialReactivity(first, second, diagram, closed)
    _, share, energy, reaction, _ = min(mixing.get_kinks(), key=lambda kink: kink[2])
    if energy > -_NO_REACTION:
        return InterfaceReaction(0.0, 1.0, None, {})
    reaction.normalize_to(first)
    mixture = mixing.c1 * share + mixing.c2 * (1 - share)
    return InterfaceReaction(float(energy), float(share), as_written(str(reaction)), decomposition(diagram, mixture))


def decomposition(diagram: PhaseDiagram, composition: Composition) -> dict[Phase, float]:
    """Return the phases that a composition falls into and their fractions of the atoms that are not open."""
    open_elements = getattr(diagram, "chempots", {})
    kept = type(composition)({element: n for element, n in composition.items() if element not in open_elements})
    return {entry.attribute: float(fraction) for entry, fraction in diagram.get_decomposition(kept).items()}


def volume_change(products: Mapping[Phase, float], reactants: Mapping[Phase, float]) -> float | None:
    """Return the change of volume in percent of the reactants', ``None`` where a phase has no known volume."""
    if not products:
        return 0.0
    volumes = []
    for side in (products, reactants):
        if any(phase.volume_per_atom is None for phase in side):
            return None
        volumes.append(sum(fraction * (phase.volume_per_atom or 0.0) for phase, fraction in side.items()))
    return 100 * (volumes[0] / volumes[1] - 1)


def lowest_of(phases: PhaseSet, formula: str) -> Phase:
    """Return the phase of lowest energy of a formula.

    Raises
    ------
    StageFailure
        Where there is none.
    """
    same = [phase for phase in phases.phases if phase.formula == formula]
    if not same:
        raise StageFailure(f"there is no {formula} among the phases, so nothing is known of the contact with it")
    return min(same, key=lambda phase: phase.energy_per_atom)


def missing_notes(phases: PhaseSet, between: Sequence[str]) -> tuple[str, ...]:
    """Return what a reader should know of systems without a compound, those between two reactants first."""
    others = [system for system in phases.missing_systems if system not in between]
    return (
        *missing_note(between, "the reaction gains more, so that its energy is an upper bound"),
        *missing_note(others, "the reaction may go further and gain more"),
    )


def volume_quantity(
    reaction: InterfaceReaction, reactants: tuple[Phase, Phase], partner: str, method: str, origin: Mapping[str, Any]
) -> list[Quantity]:
    """Return the change of volume of a reaction as a quantity, none where a phase has no known volume."""
    change = volume_change(reaction.products, {reactants[0]: reaction.share, reactants[1]: 1 - reaction.share})
    if change is None:
        return []
    return [
        Quantity("interface_volume_change", change, conditions={"partner": partner}, method=method, provenance=origin)
    ]
