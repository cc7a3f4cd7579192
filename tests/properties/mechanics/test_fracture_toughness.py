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
    fracture_energy,
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
    exact, _ = fracture_toughness(candidate(bulk=0, shear=0)).quantities
    assert exact.number == pytest.approx(2.11, abs=0.01)
    assert exact.uncertainty == pytest.approx(MODEL_UNCERTAINTY * exact.number)
    vague, _ = fracture_toughness(candidate(bulk=16.25, shear=65.25)).quantities
    assert vague.uncertainty == pytest.approx(math.hypot(MODEL_UNCERTAINTY, 0.05, 0.25) * vague.number)
    assert fracture_toughness(candidate()).quantities[0].uncertainty is None


def test_fracture_energies_of_the_literature():
    # G_c = K_Ic² (1 − ν²)/E as a review of composite cathodes has it, ν 0.25 (E and K_Ic from the table above).
    for (young, toughness), energy in {(18, 0.23): 2.7, (186, 0.91): 4.2, (140, 0.97): 6.3, (102.5, 1.1): 11}.items():
        assert fracture_energy(toughness, young, 0.25) == pytest.approx(energy, rel=0.05)


def test_energy_belongs_to_the_toughness_and_has_the_error_of_its_square():
    toughness, energy = fracture_toughness(candidate(bulk=0, shear=0)).quantities
    young, poisson = 9 * 162.5 * 130.5 / (3 * 162.5 + 130.5), (3 * 162.5 - 2 * 130.5) / (2 * (3 * 162.5 + 130.5))
    expected = (toughness.number * 1e6) ** 2 * (1 - poisson**2) / (young * 1e9)
    assert energy.number == pytest.approx(expected)
    assert energy.uncertainty == pytest.approx(2 * MODEL_UNCERTAINTY * energy.number)


def test_an_electrode_has_a_toughness_at_every_content_that_has_moduli():
    rock_salt = candidate()
    cells = {f"intercalated@{content}": rock_salt.structure() for content in ("0", "0.5", "1")}
    moduli = [
        Quantity(name, value, conditions={"ion_content": content})
        for content, factor in ((0.0, 0.5), (1.0, 1.0))
        for name, value in (("bulk_modulus", 162.5 * factor), ("shear_modulus", 130.5 * factor))
    ]
    electrode = Candidate("x", {"input": rock_salt.structure(), **cells}, quantities=tuple(moduli))
    found = {(q.name, q.conditions["ion_content"]): q.number for q in fracture_toughness(electrode).quantities}
    assert set(found) == {(name, at) for name in ("fracture_toughness", "fracture_energy") for at in (0.0, 1.0)}
    assert found["fracture_toughness", 0.0] == pytest.approx(found["fracture_toughness", 1.0] / 2)
    with pytest.raises(StageFailure, match="nowhere"):
        fracture_toughness(Candidate("x", {"input": rock_salt.structure()}, quantities=tuple(moduli)))


def test_metals_have_none():
    with pytest.raises(StageFailure, match="is a metal"):
        fracture_toughness(candidate(("Ni", "Al")))
