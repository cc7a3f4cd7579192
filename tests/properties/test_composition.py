"""Composition: capacities against Faraday's law as published, oxidation states, hazards."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Composition, Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure
from atomscreen.properties.composition import composition
from atomscreen.properties.element_data import ABUNDANCE, PRICE, TOXIC


def material(formula, ion=None, n=1):
    """A candidate of a formula; the positions mean nothing."""
    species = [element.symbol for element, amount in Composition(formula).items() for _ in range(round(amount) * n)]
    positions = [[(0.618 * i) % 1, (0.755 * i) % 1, (0.57 * i) % 1] for i in range(len(species))]
    return Candidate("x", {"input": Structure(Lattice.cubic(20), species, positions)}, working_ion=ion)


def values(candidate):
    return {
        (quantity.name, *quantity.conditions.values()): quantity.number
        for quantity in composition(candidate).quantities
    }


@pytest.mark.parametrize(
    ("formula", "ion", "full", "host"),
    [
        # Theoretical capacities as the battery literature prints them, in mAh/g.
        ("LiCoO2", "Li", 274, None),
        ("LiFePO4", "Li", 170, None),
        ("LiMn2O4", "Li", 148, None),
        ("LiC6", "Li", 339, 372),
        ("Li2S", "Li", 1167, 1672),
        ("Li22Si5", "Li", None, 4200),  # Li4.4Si
        ("Li", "Li", 3862, None),
        ("Na", "Na", 1166, None),
        ("Mg", "Mg", 2206, None),
        ("Zn", "Zn", 820, None),
        ("Al", "Al", 2980, None),
    ],
)
def test_capacities(formula, ion, full, host):
    found = values(material(formula, ion))
    if full is not None:
        assert found[("gravimetric_capacity_full",)] == pytest.approx(full, rel=0.002)
    if host is not None:
        assert found[("gravimetric_capacity_host",)] == pytest.approx(host, rel=0.002)


def test_a_metal_has_no_host():
    assert ("gravimetric_capacity_host",) not in values(material("Li", "Li"))


def test_capacity_needs_working_ions():
    assert ("gravimetric_capacity_full",) not in values(material("LiCoO2"))
    results = composition(material("FePO4", "Li"))
    assert all("capacity" not in quantity.name for quantity in results.quantities)
    assert "holds no Li" in results.notes[0]
    with pytest.raises(StageFailure, match="'Xx' is not a working ion"):
        composition(material("LiCoO2", "Xx"))


@settings(max_examples=10, deadline=None)
@given(n=st.integers(1, 4), formula=st.sampled_from(["LiCoO2", "Li6PS5Cl", "LiFePO4", "LiC6"]))
def test_formula_units_in_the_cell_do_not_matter(n, formula):
    one, many = values(material(formula, "Li")), values(material(formula, "Li", n))
    for name in one.keys() - {("n_sites",)}:
        assert many[name] == pytest.approx(one[name])


@pytest.mark.parametrize(
    ("formula", "element", "state"),
    [
        ("LiCoO2", "Co", 3),
        ("LiFePO4", "Fe", 2),
        ("LiMn2O4", "Mn", 3.5),
        ("Li10GeP2S12", "P", 5),
        ("Li7La3Zr2O12", "Zr", 4),
    ],
)
def test_oxidation_states(formula, element, state):
    found = values(material(formula))
    assert found[("oxidation_state", element)] == pytest.approx(state)
    assert found[("charge_balanced",)] == 1


def test_what_does_not_balance_and_what_is_too_large():
    assert values(material("Li15Si4"))[("charge_balanced",)] == 0
    results = composition(material("Li61Co59O2"))
    assert not any(quantity.name == "charge_balanced" for quantity in results.quantities)
    assert any("were not guessed" in note for note in results.notes)


def test_sites_are_those_of_the_primitive_cell():
    rocksalt = Structure.from_spacegroup("Fm-3m", Lattice.cubic(4.2), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    assert values(Candidate("MgO", {"input": rocksalt}))[("n_sites",)] == 2


def test_cost_scarcity_and_hazards():
    found = values(material("PbS"))
    lead = 207.2 / (207.2 + 32.06)
    assert found[("toxic_mass_fraction",)] == pytest.approx(lead, rel=1e-3)
    assert found[("element_cost",)] == pytest.approx(lead * PRICE["Pb"] + (1 - lead) * PRICE["S"], rel=1e-3)
    assert found[("scarcest_abundance",)] == ABUNDANCE["Pb"]
    assert values(material("UO2"))[("radioactive",)] == 1
    assert found[("radioactive",)] == 0


def test_only_hexavalent_chromium_is_toxic():
    assert values(material("CrO3"))[("toxic_mass_fraction",)] == pytest.approx(52.0 / 100.0, rel=1e-3)
    assert values(material("Cr2O3"))[("toxic_mass_fraction",)] == 0


def test_an_element_without_price_gives_a_note_and_no_cost():
    results = composition(material("Tc"))
    assert not {"element_cost", "scarcest_abundance"} & {quantity.name for quantity in results.quantities}
    assert [("price" in note, "Tc" in note) for note in results.notes] == [(True, True), (False, True)]


def test_tables_name_elements():
    from pymatgen.core import Element

    for table in (ABUNDANCE, PRICE, TOXIC):
        assert all(Element.is_valid_symbol(symbol) for symbol in table)
    assert all(value > 0 for table in (ABUNDANCE, PRICE) for value in table.values())
    assert sum(ABUNDANCE.values()) == pytest.approx(1e6, rel=0.02)  # mg/kg of everything
