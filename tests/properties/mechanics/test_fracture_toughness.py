"""Estimated toughness beside measured toughness."""

import math

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.properties.mechanics.fracture_toughness import (
    MODEL_UNCERTAINTY,
    estimated_toughness,
    fracture_toughness,
)


def from_young(young, poisson):
    return young / (3 * (1 - 2 * poisson)), young / (2 * (1 + poisson))


# Bulk and shear modulus (GPa), volume per atom (Å³, from lattice parameters or density), measured toughness (MPa·m^0.5).
# Al2O3, SiC: Munro's evaluated data of sintered ceramics (NIST). Si: NIST Structural Ceramics Database, 0.79 and 0.95.
# MgO: moduli of Sinogeikin and Bass (2000), toughness of polycrystals about 2. Electrolytes: Young's moduli and
# toughness as a review of chemomechanics prints; Poisson ratios of 0.25 to 0.3 are assumed and hardly matter.
MEASURED = {
    "MgO": (162.5, 130.5, 9.34, 2.0),
    "Al2O3": (257, 169, 8.49, 3.5),
    "SiC": (*from_young(415, 0.16), 10.36, 3.1),
    "Si": (97.8, 66.6, 20.02, 0.87),
    "Li7La3Zr2O12, hot pressed": (*from_young(140, 0.26), 11.36, 0.97),
    "Li6.91Al0.13La3Zr2O12": (*from_young(140, 0.26), 11.36, 1.19),
    "Li6.5La3Zr1.5Ta0.5O12": (*from_young(153.8, 0.26), 11.36, 1.28),
    "Li0.33La0.57TiO3": (*from_young(186, 0.25), 11.8, 0.91),
    "Li1.3Al0.3Ti1.7(PO4)3": (*from_young(102.5, 0.25), 12.1, 1.1),
    "Li2S-P2S5 glass": (*from_young(18, 0.3), 19.9, 0.23),
}


def test_estimates_beside_measurements():
    logarithms = {}
    for name, (bulk, shear, volume, measured) in MEASURED.items():
        estimate = estimated_toughness(bulk, shear, volume)
        logarithms[name] = math.log(estimate / measured)
        print(f"{name}: {estimate:.2f}, measured {measured} ({100 * (estimate / measured - 1):+.0f} %)")
    scatter = np.sqrt(np.mean(np.square(list(logarithms.values()))))
    print(f"root mean square of ln(estimate/measured): {scatter:.2f}")
    # The stated uncertainty is this scatter, and nothing lies beyond two of it.
    assert scatter == pytest.approx(MODEL_UNCERTAINTY, abs=0.01)
    assert max(map(abs, logarithms.values())) < 2 * MODEL_UNCERTAINTY


def test_the_order_of_families():
    # Measured: perovskite and garnet above phosphate above thiophosphate in modulus; thiophosphate by far the weakest.
    estimate = {name: estimated_toughness(*row[:3]) for name, row in MEASURED.items()}
    assert (
        estimate["Li0.33La0.57TiO3"]
        > estimate["Li6.5La3Zr1.5Ta0.5O12"]
        > estimate["Li1.3Al0.3Ti1.7(PO4)3"]
        > estimate["Li2S-P2S5 glass"]
    )


def candidate(formula=("Mg", "O"), **errors):
    cell = Structure.from_spacegroup("Fm-3m", Lattice.cubic(4.21), list(formula), [[0, 0, 0], [0.5, 0.5, 0.5]])
    quantities = (
        Quantity("bulk_modulus", 162.5, errors.get("bulk")),
        Quantity("shear_modulus", 130.5, errors.get("shear")),
        Quantity("volume_per_atom", cell.volume / len(cell)),
    )
    return Candidate("x", {"input": cell}, quantities=quantities)


def test_stage_adds_the_error_of_the_model_to_that_of_the_moduli():
    (exact,) = fracture_toughness(candidate(bulk=0, shear=0)).quantities
    assert exact.number == pytest.approx(2.11, abs=0.01)
    assert exact.uncertainty == pytest.approx(MODEL_UNCERTAINTY * exact.number)
    (vague,) = fracture_toughness(candidate(bulk=16.25, shear=65.25)).quantities
    assert vague.uncertainty == pytest.approx(math.hypot(MODEL_UNCERTAINTY, 0.05, 0.25) * vague.number)
    assert fracture_toughness(candidate()).quantities[0].uncertainty is None


def test_metals_have_none():
    with pytest.raises(StageFailure, match="is a metal"):
        fracture_toughness(candidate(("Ni", "Al")))
