"""Hulls with known answers: planted energies, and metals of an effective-medium potential."""

import pytest
from pymatgen.core import Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.interatomic.relaxation import relax
from atomscreen.properties.stability import competing_phases, energy_above_hull, stability

PLANTED = {"potential": "planted", "potential_digest": "1", "functional": "none"}


def phase(name, formula, energy, provenance=PLANTED):
    """A phase with a planted energy in eV per atom."""
    species = [symbol for symbol, count in formula.items() for _ in range(count)]
    structure = Structure(Lattice.cubic(10), species, [[i / len(species), 0, 0] for i in range(len(species))])
    planted = Quantity("energy_per_atom", energy, method="planted", provenance=provenance)
    return Candidate(name, {"input": structure, "relaxed": structure}, quantities=(planted,))


LI, O = phase("Li", {"Li": 2}, -2.0), phase("O2", {"O": 2}, -5.0)  # noqa: E741
CO = phase("Co", {"Co": 1}, -7.0)
# Formation energies per atom: Li2O −2.0, CoO −1.0.
LI2O, COO = phase("Li2O", {"Li": 2, "O": 1}, -5.0), phase("CoO", {"Co": 1, "O": 1}, -7.0)


def test_binary_hull():
    # On the line from O (0) to Li2O (−2 at x = 2/3 of Li), Li2O2 at x = 1/2 has −1.5 eV/atom.
    peroxide = phase("Li2O2", {"Li": 2, "O": 2}, -3.5 - 1.4)
    hull = energy_above_hull(peroxide, [LI, O, LI2O])
    assert hull.formation_energy == pytest.approx(-1.4)
    assert hull.above_hull == pytest.approx(0.1)
    assert hull.decomposition == pytest.approx({"Li2O": 0.75, "O2": 0.25})  # atomic fractions
    assert hull.missing == ()
    assert hull.phases == ("Li", "Li2O", "O2")


def test_ternary_hull_and_what_it_lacks():
    # Two of LiCoO2 (8 atoms) are Li2O (3) + 2 CoO (4) + O (1): (3·2.0 + 4·1.0 + 0)/8 = 1.25 eV/atom below elements.
    elements = (-2.0 - 7.0 - 2 * 5.0) / 4
    lithium_cobaltate = phase("LiCoO2", {"Li": 1, "Co": 1, "O": 2}, elements - 1.20)
    results = stability(lithium_cobaltate, [LI, O, CO, LI2O, COO])
    above, formation = results.quantities
    assert above.number == pytest.approx(0.05)
    assert formation.number == pytest.approx(-1.20)
    assert above.provenance["decomposition"] == pytest.approx({"Li2O": 3 / 8, "CoO": 4 / 8, "O2": 1 / 8})
    assert above.provenance["hull_phases"] == ["Co", "CoO", "Li", "Li2O", "O2"]
    assert above.provenance["missing_systems"] == ["Co-Li"]
    assert "no compound of Co-Li" in results.notes[0] and "lower bound" in results.notes[0]


def test_stable_phase_lies_on_the_hull():
    hull = energy_above_hull(LI2O, [LI, O])
    assert hull.above_hull == 0
    assert hull.decomposition == {"Li2O": 1.0}


def test_phases_with_the_same_id_or_of_other_elements_do_no_harm():
    same = phase("Li2O", {"Li": 4, "O": 2}, -4.9)
    hull = energy_above_hull(same, [LI, O, LI2O, CO, COO])
    assert hull.above_hull == pytest.approx(0.1)
    assert hull.phases == ("Li", "Li2O", "O2")


def test_energies_of_two_potentials_are_refused():
    other = phase("Li", {"Li": 2}, -2.0, {**PLANTED, "potential": "other"})
    with pytest.raises(StageFailure, match=r"'Li2O' .* and 'Li' .* do not compare"):
        energy_above_hull(LI2O, [O, other])
    functional = phase("O2", {"O": 2}, -5.0, {**PLANTED, "functional": "r2SCAN"})
    with pytest.raises(StageFailure, match="do not compare"):
        energy_above_hull(LI2O, [LI, functional])
    with pytest.raises(StageFailure, match="does not say which potential"):
        energy_above_hull(LI2O, [LI, phase("O2", {"O": 2}, -5.0, {})])


def test_missing_element_is_refused():
    with pytest.raises(StageFailure, match="no relaxed reference phase of O, so"):
        energy_above_hull(LI2O, [LI, CO])


def test_competing_phases_of_the_built_in_set():
    chosen = competing_phases(phase("any", {"Li": 1, "O": 1}, 0.0), {})
    assert {"Li", "O2", "Li2O", "Li2O2"} <= {companion.id for companion in chosen}
    assert all({element.symbol for element in companion.composition.elements} <= {"Li", "O"} for companion in chosen)


def test_ordered_alloy_of_a_real_potential():
    # EMT's L1_2 Cu3Au is bound against its elements; the formation energy is a difference of three relaxations.
    cubic = {"Cu": 3.61, "Au": 4.08}
    phases = [
        Candidate(element, {"input": Structure.from_spacegroup("Fm-3m", Lattice.cubic(a), [element], [[0, 0, 0]])})
        for element, a in cubic.items()
    ]
    alloy = Structure.from_spacegroup("Pm-3m", Lattice.cubic(3.75), ["Au", "Cu"], [[0, 0, 0], [0, 0.5, 0.5]])
    emt = "ase.calculators.emt:EMT"
    copper, gold, compound = (
        candidate.with_results(relax(candidate, potential=emt))
        for candidate in [*phases, Candidate("Cu3Au", {"input": alloy})]
    )
    expected = (
        compound.quantity("energy_per_atom").number
        - (3 * copper.quantity("energy_per_atom").number + gold.quantity("energy_per_atom").number) / 4
    )
    above, formation = stability(compound, [copper, gold]).quantities
    assert formation.number == pytest.approx(expected, abs=1e-9)
    assert above.number == pytest.approx(max(expected, 0), abs=1e-9)
