"""Candidates with every quantity that a handoff asks for, made by hand: the numbers are of LiCoO2's and LiC6's order."""

from __future__ import annotations

import dataclasses

from pymatgen.core import Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.quantity import Quantity
from atomscreen.core.vocabulary import Role

CONTENTS = tuple((2 * n + 1) / 200 for n in range(100))
EQUILIBRIUM = {"temperature": 298.15, "coexistence": []}


def at(content: float | None) -> dict[str, float]:
    return {} if content is None else {"ion_content": content}


def layered_oxide() -> Structure:
    return Structure.from_spacegroup(
        "R-3m", Lattice.hexagonal(2.816, 14.05), ["Li", "Co", "O"], [[0, 0, 0], [0, 0, 0.5], [0, 0, 0.2395]]
    )


def cathode() -> Candidate:
    """A solid solution with everything a cell model needs, and a corrected modulus at both ends."""
    quantities = [
        Quantity("open_circuit_contents", CONTENTS),
        Quantity(
            "open_circuit_potential",
            [4.6 - 0.8 * content for content in CONTENTS],
            method="test potential",
            provenance=EQUILIBRIUM,
        ),
        Quantity("average_voltage", 4.2, 0.2),
        Quantity("maximum_ion_concentration", 51.6, method="cell"),
    ]
    for content in (0.0, 0.5, 1.0):
        quantities += [
            Quantity("chemical_diffusivity", 1e-10 * 10**content, 1e-10, at(content), "barriers"),
            Quantity("chemical_diffusivity_activation_energy", 0.3, 0.05, at(content)),
            Quantity("volume_change", 3.0 * (1 - content), None, at(content)),
            Quantity("youngs_modulus", 150.0 + 50 * content, 20.0, at(content), "raw"),
            Quantity("youngs_modulus_corrected", 180.0 + 60 * content, 20.0, at(content), "corrected"),
            Quantity("poisson_ratio", 0.25, 0.02, at(content)),
            Quantity("poisson_ratio_corrected", 0.27, 0.02, at(content), "corrected"),
            Quantity("fracture_toughness", 1.5, 0.4, at(content)),
        ]
    quantities += [Quantity("volume_change_per_ion", -1.0, None, at(content)) for content in (0.25, 0.75)]
    return Candidate(
        "LiCoO2-test",
        {"input": layered_oxide()},
        role=Role.CATHODE,
        working_ion="Li",
        origin={"source": "test"},
        quantities=tuple(quantities),
        notes=("A note.",),
    )


def without(candidate: Candidate, *names: str) -> Candidate:
    """The candidate without some of its quantities."""
    left = tuple(quantity for quantity in candidate.quantities if quantity.name not in names)
    return dataclasses.replace(candidate, quantities=left)


def electrolyte() -> Candidate:
    """A sulfide with everything that layers and pairs ask for."""
    structure = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.71), ["Li", "S"], [[0.25] * 3, [0, 0, 0]])
    quantities = (
        Quantity("bulk_ionic_conductivity_300K", 1e-3, 1e-3, method="MD"),
        Quantity("bulk_modulus", 25.0, 3.0),
        Quantity("shear_modulus", 10.0, 2.0),
        Quantity("youngs_modulus", 26.0, 4.0),
        Quantity("poisson_ratio", 0.32, 0.02),
        Quantity("fracture_toughness", 0.2, 0.05),
        Quantity("fracture_energy", 1.5, 0.8),
        Quantity("reduction_limit", 1.7),
        Quantity("oxidation_limit", 2.1),
    )
    return Candidate(
        "sulfide", {"input": structure}, role=Role.SOLID_ELECTROLYTE, working_ion="Li", quantities=quantities
    )
