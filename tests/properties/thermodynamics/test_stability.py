"""Hulls with known answers: planted energies, files of entries, and metals of an effective-medium potential."""

import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest
from entry_files import KILOJOULE, candidate_of, values_of, write_entries
from pymatgen.core import Composition, Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import get_stage
from atomscreen.interatomic.relaxation import relax
from atomscreen.properties.thermodynamics.electrochemical_window import electrochemical_window
from atomscreen.properties.thermodynamics.phases import phase_set
from atomscreen.properties.thermodynamics.stability import energy_above_hull, stability

PLANTED = {"potential": "planted:potential", "potential_digest": "1", "functional": "none"}
DATA = Path(os.environ.get("ATOMSCREEN_DATA", Path(__file__).parents[4] / "shared" / "data"))


def phase(name, formula, energy, provenance=PLANTED):
    """A phase with a planted energy in eV per atom."""
    species = [symbol for symbol, count in formula.items() for _ in range(count)]
    structure = Structure(Lattice.cubic(10), species, [[i / len(species), 0, 0] for i in range(len(species))])
    planted = Quantity("energy_per_atom", energy, method="planted", provenance=provenance)
    return Candidate(name, {"input": structure, "relaxed": structure}, quantities=(planted,))


def hull_of(candidate, companions):
    return energy_above_hull(phase_set(candidate, companions))


LI, O = phase("Li", {"Li": 2}, -2.0), phase("O2", {"O": 2}, -5.0)  # noqa: E741
CO = phase("Co", {"Co": 1}, -7.0)
# Formation energies per atom: Li2O −2.0, CoO −1.0.
LI2O, COO = phase("Li2O", {"Li": 2, "O": 1}, -5.0), phase("CoO", {"Co": 1, "O": 1}, -7.0)


def test_binary_hull():
    # On the line from O (0) to Li2O (−2 at x = 2/3 of Li), Li2O2 at x = 1/2 has −1.5 eV/atom.
    peroxide = phase("Li2O2", {"Li": 2, "O": 2}, -3.5 - 1.4)
    hull = hull_of(peroxide, [LI, O, LI2O])
    assert hull.formation_energy == pytest.approx(-1.4)
    assert hull.above_hull == hull.decomposition_energy == pytest.approx(0.1)
    assert hull.decomposition == pytest.approx({"Li2O": 0.75, "O2": 0.25})  # atomic fractions


def test_ternary_hull_and_what_it_lacks():
    # Two of LiCoO2 (8 atoms) are Li2O (3) + 2 CoO (4) + O (1): (3·2.0 + 4·1.0 + 0)/8 = 1.25 eV/atom below elements.
    elements = (-2.0 - 7.0 - 2 * 5.0) / 4
    lithium_cobaltate = phase("LiCoO2", {"Li": 1, "Co": 1, "O": 2}, elements - 1.20)
    results = stability(lithium_cobaltate, [LI, O, CO, LI2O, COO])
    above, formation, decomposition = results.quantities
    assert above.number == pytest.approx(0.05)
    assert formation.number == pytest.approx(-1.20)
    assert decomposition.number == pytest.approx(0.05)
    assert above.provenance["decomposition"] == pytest.approx({"Li2O": 3 / 8, "CoO": 4 / 8, "O2": 1 / 8})
    assert above.provenance["hull_phases"] == ["Co", "CoO", "Li", "Li2O", "O2"]
    assert above.provenance["missing_systems"] == ["Co-Li"]
    assert "would decompose into 50 % CoO, 38 % Li2O, " in results.notes[0]
    assert "no compound of Co-Li" in results.notes[1] and "lower bound" in results.notes[1]


def test_decomposition_energy_of_a_stable_phase_is_its_depth_below_the_others():
    # Without Li2O2 the hull from O to Li2O is at −1.5 eV/atom there; a polymorph of the same formula does not count.
    peroxide = phase("Li2O2", {"Li": 2, "O": 2}, -3.5 - 1.8)
    other = phase("Li2O2, other", {"Li": 2, "O": 2}, -3.5 - 1.7)
    hull = hull_of(peroxide, [LI, O, LI2O, other])
    assert hull.above_hull == 0
    assert hull.decomposition_energy == pytest.approx(-0.3)
    assert hull_of(LI, [O]).decomposition_energy is None  # an element has no other phases


def test_stable_phase_lies_on_the_hull():
    hull = hull_of(LI2O, [LI, O])
    assert hull.above_hull == 0
    assert hull.decomposition == {"Li2O": 1.0}


def test_phases_with_the_same_id_or_of_other_elements_do_no_harm():
    same = phase("Li2O", {"Li": 4, "O": 2}, -4.9)
    assert hull_of(same, [LI, O, LI2O, CO, COO]).above_hull == pytest.approx(0.1)
    assert phase_set(same, [LI, O, LI2O, CO, COO]).elements == {"Li", "O"}


def test_energies_of_two_potentials_are_refused():
    other = phase("Li", {"Li": 2}, -2.0, {**PLANTED, "potential": "other"})
    with pytest.raises(StageFailure, match=r"'Li2O' .* and 'Li' .* do not compare"):
        hull_of(LI2O, [O, other])
    functional = phase("O2", {"O": 2}, -5.0, {**PLANTED, "functional": "r2SCAN"})
    with pytest.raises(StageFailure, match="do not compare"):
        hull_of(LI2O, [LI, functional])
    with pytest.raises(StageFailure, match="does not say which potential"):
        hull_of(LI2O, [LI, phase("O2", {"O": 2}, -5.0, {})])


def test_missing_element_is_refused():
    with pytest.raises(StageFailure, match="no relaxed reference phase of O, so"):
        hull_of(LI2O, [LI, CO])


def test_competing_phases_of_the_built_in_set():
    companions = get_stage("stability").companions
    chosen = companions.choose(phase("any", {"Li": 1, "O": 1}, 0.0), {"phases": "builtin"})
    assert {"Li", "O2", "Li2O", "Li2O2"} <= {companion.id for companion in chosen}
    assert all({element.symbol for element in companion.composition.elements} <= {"Li", "O"} for companion in chosen)
    assert companions.choose(phase("any", {"Li": 1, "O": 1}, 0.0), {"phases": "entries.json"}) == ()


def test_with_a_file_its_entry_counts_and_not_the_potential(tmp_path):
    # Enthalpies of formation: JANAF (Chase 1998), Li2O −598.7 and Li2O2 −632.6 kJ/mol.
    entries = write_entries(tmp_path / "entries.jsonl", {"Li2O": -598.7, "Li2O2": -632.6})
    results = stability(candidate_of("Li2O2"), (), entries)
    found = values_of(results)
    assert "The lowest entry of Li2O2" in results.notes[0] and results.quantities[0].provenance["entry"] == "Li2O2"
    assert found["formation_energy"] == pytest.approx(-632.6 * KILOJOULE / 4)
    assert found["decomposition_energy"] == pytest.approx(-(632.6 - 598.7) * KILOJOULE / 4)
    assert found["energy_above_hull"] == 0


def test_a_file_without_the_candidate_or_an_element_is_refused(tmp_path):
    entries = write_entries(tmp_path / "entries.jsonl", {"Li2O": -598.7})
    with pytest.raises(StageFailure, match="has no entry of Li2O2, and the energy of a potential does not compare"):
        stability(candidate_of("Li2O2"), (), entries)
    alone = tmp_path / "alone.json"
    alone.write_text(json.dumps([{"formula": "Li2O", "energy_per_atom": -2.0, "functional": "x"}]))
    with pytest.raises(StageFailure, match=r"alone\.json' has no entry of Li, O, so there is no hull"):
        stability(candidate_of("Li2O"), (), str(alone))


def test_entries_of_the_materials_project(tmp_path):
    """Distances from a hull with fewer phases are at most those from the whole one; formation energies are the same."""
    source = DATA / "materials" / "train.jsonl.gz"
    if not source.exists():
        pytest.skip(f"no {source}")
    with gzip.open(source, "rt") as file:
        rows = [json.loads(line) for line in file]
    rows = [row for row in rows if None not in (row["formation_energy_per_atom_eV"], row["e_above_hull_eV_atom"])]
    elements = {element.symbol for row in rows for element in Composition(row["formula"]).elements}
    # Formation energies hold the Project's own corrections, so that they are on one scale, elements at zero.
    records = [(row["id"], row["formula"], row["formation_energy_per_atom_eV"], row["band_gap_eV"]) for row in rows]
    records += [(symbol, symbol, 0.0, None) for symbol in sorted(elements)]
    entries = tmp_path / "entries.jsonl"
    keys = ("id", "formula", "energy_per_atom", "band_gap")
    scale = {"functional": "formation energies, PBE/PBE+U corrected"}
    entries.write_text("\n".join(json.dumps(dict(zip(keys, record, strict=True)) | scale) for record in records))

    lithium = [row for row in rows if Composition(row["formula"])["Li"]]
    within, compared = 0, 0
    for index in np.random.default_rng(0).permutation(len(lithium))[:60]:
        row = lithium[index]
        candidate = candidate_of(Composition(row["formula"]).reduced_formula)
        own = phase_set(candidate, (), str(entries)).own
        found = values_of(stability(candidate, (), str(entries)))
        # A gap of its own, since many of these are metals, which have no window.
        insulator = candidate_of(candidate.formula, band_gap=5.0)
        window = values_of(electrochemical_window(insulator, (), str(entries)))
        assert found["energy_above_hull"] >= 0
        assert 0 <= window["reduction_limit"] <= window["oxidation_limit"] + 1e-9
        if own.id == row["id"]:
            compared += 1
            assert found["formation_energy"] == pytest.approx(row["formation_energy_per_atom_eV"])
            within += found["energy_above_hull"] <= row["e_above_hull_eV_atom"] + 1e-3
    # By their own formation energies 49 of the data's 1,479 lowest lithium compounds are nearer to the whole hull than to
    # this part of it, which cannot be: the data's two columns disagree there, nobody here knows why.
    assert compared >= 30 and within >= 0.9 * compared


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
    above, formation, decomposition = stability(compound, [copper, gold]).quantities
    assert formation.number == decomposition.number == pytest.approx(expected, abs=1e-9)
    assert above.number == pytest.approx(max(expected, 0), abs=1e-9)
