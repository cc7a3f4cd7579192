"""Critical overpotentials from toughness."""

import pytest
from pymatgen.core import Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import get_stage
from atomscreen.properties.plating.alkali_metals import METALS
from atomscreen.properties.plating.plating_flaw import (
    critical_overpotential,
    plating_flaw,
    plating_pressure,
    stress_intensity,
)

LITHIUM = METALS["Li"]


def candidate(ion="Li", **toughness):
    cell = Structure(Lattice.cubic(4), ["Cu"], [[0, 0, 0]])
    return Candidate("x", {"input": cell}, working_ion=ion, quantities=(Quantity("fracture_toughness", **toughness),))


# Measured toughness (MPa·m^0.5) and overpotentials in mV at flaws of 1 and 10 µm, as a review of chemomechanics prints.
@pytest.mark.parametrize(
    ("toughness", "small", "large"),
    [(0.97, 66, 21), (1.1, 75, 24), (0.91, 62, 20), (0.23, 16, 4.9)],
    ids=["LLZO", "LATP", "LLTO", "Li2S-P2S5"],
)
def test_published_overpotentials(toughness, small, large):
    # Two digits are printed.
    assert 1e3 * critical_overpotential(toughness, 1.0, LITHIUM) == pytest.approx(small, rel=0.03)
    assert 1e3 * critical_overpotential(toughness, 10.0, LITHIUM) == pytest.approx(large, rel=0.03)


def test_pressure_of_plating():
    # 7.42 MPa per mV is printed for lithium, with a molar volume of 13.0 cm³/mol.
    assert plating_pressure(1e-3, LITHIUM) == pytest.approx(7.42, rel=2e-3)
    assert plating_pressure(1e-3, METALS["Na"]) == pytest.approx(96.485 / 23.79, rel=1e-4)


def test_the_flaw_grows_at_its_toughness():
    overpotential = critical_overpotential(0.8, 3.0, LITHIUM)
    assert stress_intensity(plating_pressure(overpotential, LITHIUM), 3.0) == pytest.approx(0.8)


def test_stage_carries_uncertainty_and_says_the_size():
    (found,) = plating_flaw(candidate(value=0.97, uncertainty=0.1), flaw_size=1.0).quantities
    assert found.number == pytest.approx(0.066, rel=0.01)
    assert found.uncertainty / found.number == pytest.approx(0.1 / 0.97)
    assert "1 µm" in found.method
    assert found.provenance["flaw_size"] == "1 µm"
    assert found.conditions == {}
    assert plating_flaw(candidate(value=0.97)).quantities[0].uncertainty is None


def test_a_lower_bound_of_toughness_is_one_of_the_overpotential():
    assert plating_flaw(candidate(value=0.5, bound="lower")).quantities[0].bound == "lower"


def test_wrong_use():
    with pytest.raises(StageFailure, match="no data for Zn"):
        plating_flaw(candidate("Zn", value=1.0))
    for wrong in ({"flaw_size": 0}, {"flaw_size": "3 V"}, {"flaw_size": -1.0}):
        with pytest.raises(UsageError, match="flaw_size"):
            get_stage("plating_flaw").check(wrong)
    assert get_stage("plating_flaw").check({"flaw_size": "500 nm"})["flaw_size"] == pytest.approx(0.5)
