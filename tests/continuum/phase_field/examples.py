"""LiFePO4 as a regular solution, with the numbers of the phase-field literature, and records with energies of mixing.

They are those that MPET, the porous-electrode program of Bazant's group, takes from D. A. Cogswell and M. Z. Bazant,
ACS Nano 6, 2215 (2012), doi:10.1021/nn204177u: 1.8560e-20 J per site, 5.0148e-10 J/m, 0.1916 GPa, 1.3793e28 sites/m³.
"""

from __future__ import annotations

import dataclasses

from atomscreen.continuum.electrode import Electrode
from atomscreen.continuum.phase_field.free_energy import FreeEnergy
from atomscreen.core.candidate import Candidate
from atomscreen.core.quantity import Quantity
from tests.continuum.examples import AVOGADRO, candidate_with, lithium_cobalt_oxide

IRON_PHOSPHATE = FreeEnergy((1.8560e-20 * AVOGADRO,), 298.0)
KAPPA = 5.0148e-10
SITES = 1.3793e28 / AVOGADRO
STRAIN_MODULUS = 0.1916e9

SEPARATING = {0.25: 2000.0, 0.5: 2900.0, 0.75: 2100.0}
MIXING = {0.25: -2000.0, 0.5: -2900.0, 0.75: -2100.0}
"""Energies of mixing in J per mole of sites, by content, of two phases and of a solid solution."""

EV = 96485.33212
"""J/mol per eV of one site."""


def candidate_with_energies(
    electrode: Electrode, energies: dict[float, float], without: str = "", more: tuple[Quantity, ...] = ()
) -> Candidate:
    """Return a candidate with energies of mixing in J per mole of sites, by content, beside what the electrode has."""
    candidate = candidate_with(electrode, without)
    mixing = tuple(
        Quantity("mixing_energy", energy / EV, conditions={"ion_content": content}, method="by hand")
        for content, energy in {0.0: 0.0, **energies, 1.0: 0.0}.items()
    )
    return dataclasses.replace(candidate, quantities=(*candidate.quantities, *mixing, *more))


def orderings(content: float, energies: list[float], multiplicities: list[int]) -> tuple[Quantity, ...]:
    """Return the quantities of all orderings at one content; energies in J per mole of sites."""
    at, about = {"ion_content": content}, {"supercell_ion_sites": 4}
    return (
        Quantity("ordering_energies", [energy / EV for energy in energies], conditions=at, provenance=about),
        Quantity("ordering_multiplicities", multiplicities, conditions=at, provenance=about),
    )


def complete_candidate(energies: dict[float, float] = SEPARATING, without: str = "") -> Candidate:
    """Return a candidate with all that a phase field takes from a record, but for a crystal."""
    jumps = tuple(
        Quantity("jump_diffusivity", 1e-10 * (1 - x), conditions={"ion_content": x, "temperature": 298.15})
        for x in (0.1, 0.5, 0.9)
    )
    toughness = tuple(Quantity("fracture_energy", 2 + 6 * x, conditions={"ion_content": x}) for x in (0.5, 1.0))
    more = tuple(quantity for quantity in (*jumps, *toughness) if quantity.name != without)
    return candidate_with_energies(lithium_cobalt_oxide(), energies, without, more)
