"""Plating on known solid electrolytes: χ, estimated toughness and critical overpotentials from measured moduli.

    python tests/benchmarks/benchmark_dendrites.py

runs the stages 'dendrites', 'fracture_toughness' and 'plating_flaw' on built-in structures with moduli from the
literature, and prints them beside measured toughness and the published signs of χ: unstable (positive) for every stiff
inorganic electrolyte (Ahmad and Viswanathan 2017; Ahmad et al. 2018).
"""

from __future__ import annotations

import dataclasses

import numpy as np

from atomscreen import Candidate
from atomscreen.core.quantity import Quantity
from atomscreen.properties.mechanics.fracture_toughness import fracture_toughness
from atomscreen.properties.plating.dendrites import dendrites
from atomscreen.properties.plating.plating_flaw import plating_flaw
from atomscreen.sources.builtin import reference_candidates

# Young's modulus (GPa) and its uncertainty, measured toughness (MPa·m^0.5), as a review of chemomechanics prints them;
# Poisson's ratio 0.26 is assumed. The structure is the nearest one of the built-in set.
ELECTROLYTES = {
    "Li7La3Zr2O12, hot pressed": ("Li7La3Zr2O12-tetragonal", 140.0, 9.0, 0.97),
    "Li6.5La3Zr1.5Ta0.5O12": ("Li7La3Zr2O12-tetragonal", 153.8, 2.7, 1.28),
    "Li0.33La0.57TiO3": ("Li0.5La0.5TiO3", 186.0, 4.0, 0.91),
    "Li1.3Al0.3Ti1.7(PO4)3": ("LiTi2P3O12", 102.5, 10.0, 1.1),
    "Li1.5Al0.5Ge1.5(PO4)3": ("LiGe2P3O12", 90.2, 10.5, None),
    "LiPON film": ("Li2PNO2", 77.0, 8.0, None),
    "Li10GeP2S12 (DFT)": ("Li10GeP2S12", 37.2, 4.0, None),
    "Li2S-P2S5 glass": ("Li3PS4-beta", 18.0, 2.0, 0.23),
}
POISSON = 0.26


def electrolyte(structure: Candidate, young: float, uncertainty: float) -> Candidate:
    """Return a built-in structure with isotropic moduli."""
    bulk, shear = young / (3 * (1 - 2 * POISSON)), young / (2 * (1 + POISSON))
    stiffness = np.diag([2 * shear] * 3 + [shear] * 3)
    stiffness[:3, :3] += bulk - 2 * shear / 3
    cell = structure.structure()
    quantities = (
        Quantity("elastic_tensor", stiffness),
        Quantity("bulk_modulus", bulk, bulk * uncertainty / young, method="measured"),
        Quantity("shear_modulus", shear, shear * uncertainty / young, method="measured"),
        Quantity("volume_per_atom", cell.volume / len(cell)),
    )
    return dataclasses.replace(structure, structures={"input": cell, "relaxed": cell}, quantities=quantities)


def main() -> None:
    """Compute and print."""
    known = {candidate.id: candidate for candidate in reference_candidates()}
    print("χ in kJ/(mol nm) at a wave number of 0.1/nm; K in MPa·m^0.5; overpotentials in mV at flaws of 1 and 10 µm")
    print(
        f"{'':26} {'v':>12} {'χ':>12} {'over metal planes':>18} {'K est.':>12} {'K meas.':>7} {'η(1)':>6} {'η(10)':>6}"
    )
    for name, (structure, young, uncertainty, toughness) in ELECTROLYTES.items():
        found = electrolyte(known[structure], young, uncertainty)
        found = found.with_results(dendrites(found)).with_results(fracture_toughness(found))
        chi, ratio, estimate, least, most = (
            found.quantity(quantity)
            for quantity in (
                "dendrite_parameter",
                "molar_volume_ratio",
                "fracture_toughness",
                "dendrite_parameter_min",
                "dendrite_parameter_max",
            )
        )
        if toughness is not None:
            found = dataclasses.replace(
                found, quantities=(*found.quantities, Quantity("fracture_toughness", toughness))
            )
        small, large = (plating_flaw(found, flaw_size=size).quantities[0].to("mV") for size in (1.0, 10.0))
        print(
            f"{name:26} {ratio.number:.3f} ± {ratio.uncertainty:.3f} {chi.number:5.1f} ± {chi.uncertainty:4.1f} "
            f"{least.number:8.1f} to {most.number:5.1f} {estimate.number:5.2f} ± {estimate.uncertainty:.2f} "
            f"{'' if toughness is None else toughness:>7} {small:6.1f} {large:6.1f}"
        )


if __name__ == "__main__":
    main()
