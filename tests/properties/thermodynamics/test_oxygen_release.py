"""Oxygen release and conversion with known answers: reactions balanced by hand, tabulated enthalpies and entropies."""

import dataclasses

import pytest
from entry_files import KILOJOULE, candidate_of, values_of, write_entries
from pymatgen.core import Lattice, Structure

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.vocabulary import Role
from atomscreen.properties.thermodynamics.electrode_conversion import electrode_conversion
from atomscreen.properties.thermodynamics.oxygen_release import oxygen_release


def structure_of(formula):
    return candidate_of(formula).structure("input")


def charged(formula, empty, **intercalated):
    candidate = candidate_of(formula)
    structures = {**candidate.structures, "relaxed": structure_of(formula), "charged_relaxed": structure_of(empty)}
    structures |= {f"intercalated@{content}": structure_of(name) for content, name in intercalated.items()}
    return dataclasses.replace(candidate, structures=structures, role=Role.CATHODE)


# Enthalpies of formation in kJ/mol at 298 K, Wagman et al. (NBS, 1982).
MANGANESE = {"MnO2": -520.03, "Mn2O3": -958.97, "Mn3O4": -1387.8, "MnO": -385.22}


def test_manganese_dioxide(tmp_path):
    entries = write_entries(tmp_path / "entries.jsonl", MANGANESE)
    results = oxygen_release(charged("LiMnO2", "MnO2"), (), phases=entries, oxygen_pressure=1e5)
    (release,) = results.quantities
    assert release.conditions == {"ion_content": 0}
    # 2 MnO2 -> Mn2O3 + 0.5 O2 costs 81.1 kJ/mol: 162.2 per O2, which T·213.6 J/(mol K) reaches at 760 K (JANAF, 700 K
    # row and 215 of the 760 K one: −[G − H(298)]/T of O2 is 213.611 at 700 K and 216.126 at 800 K).
    per_molecule = 2 * (2 * 520.03 - 958.97) * 1000
    assert per_molecule / release.number == pytest.approx(213.611 + (release.number - 700) / 100 * 2.515, abs=0.05)
    assert release.provenance["reaction"] == "MnO2 -> 0.5 Mn2O3 + 0.25 O2"
    # In air it is known to begin near 550 °C (820 K); the neglected entropy of the solids is the rest.
    in_air = oxygen_release(charged("LiMnO2", "MnO2"), (), phases=entries).quantities[0].number
    assert in_air < release.number
    assert in_air == pytest.approx(820, rel=0.2)


def test_contents_in_between_and_what_lies_above_the_hull(tmp_path):
    lithium = {"LiMn2O4": -1380.9, "Li2O": -598.73, "LiMnO2": -845.0}  # the last planted
    entries = write_entries(tmp_path / "entries.jsonl", {**MANGANESE, **lithium})
    structures = charged("LiMnO2", "MnO2", **{"0.5": "LiMn2O4"})
    results = oxygen_release(structures, (), phases=entries)
    empty, half = results.quantities
    assert [quantity.conditions["ion_content"] for quantity in results.quantities] == [0, 0.5]
    assert half.number > empty.number  # lithium holds the oxygen
    # The same dioxide, 20 kJ/mol higher, costs 82.18 kJ per mole of O2: −[G − H(298)]/T is 206.0 J/(mol K) at 375 K, and
    # air's 0.21 bar adds 12.98.
    higher = write_entries(tmp_path / "higher.jsonl", {**MANGANESE, "MnO2": -520.03 + 20})
    excited = oxygen_release(charged("LiMnO2", "MnO2"), (), phases=higher).quantities[0]
    assert excited.number == pytest.approx(82180 / (206.0 + 12.98), abs=0.5)


def test_an_oxide_that_releases_at_once_or_never_is_a_bound(tmp_path):
    loose = write_entries(tmp_path / "loose.jsonl", {"MnO2": -300.0, "MnO": -385.22})
    (release,) = oxygen_release(charged("LiMnO2", "MnO2"), (), phases=loose).quantities
    assert (release.number, release.bound) == (100, "upper")
    tight = write_entries(tmp_path / "tight.jsonl", {"MnO2": -5000.0, "MnO": -385.22})
    (release,) = oxygen_release(charged("LiMnO2", "MnO2"), (), phases=tight).quantities
    assert (release.number, release.bound) == (2000, "lower")


def test_an_oxide_without_another_compound_of_its_elements_is_not_called_stable(tmp_path):
    alone = write_entries(tmp_path / "alone.jsonl", {"MnO2": -5000.0})
    results = oxygen_release(charged("LiMnO2", "MnO2"), (), phases=alone)
    assert results.quantities == ()
    assert "no other compound of its elements is at hand" in results.notes[0]


def test_a_sulfide_stays_in_the_campaign_without_a_temperature():
    results = oxygen_release(charged("LiTiS2", "TiS2"), ())
    assert results == Results(notes=("LiTiS2 holds no oxygen that it could release.",))


def test_no_entry_or_no_ions_is_a_failure(tmp_path):
    entries = write_entries(tmp_path / "entries.jsonl", MANGANESE)
    with pytest.raises(StageFailure, match="has no entry of CoO2"):
        oxygen_release(charged("LiCoO2", "CoO2"), (), phases=entries)
    bare = charged("MnO2", "MnO2")
    del bare.structures["charged_relaxed"]
    with pytest.raises(StageFailure, match="MnO2 holds no Li: give the structure with the ions in"):
        oxygen_release(bare, (), phases=entries)


def test_without_a_charged_structure_the_ions_are_taken_out_here(tmp_path):
    entries = write_entries(tmp_path / "entries.jsonl", MANGANESE)
    given = charged("LiMnO2", "MnO2")
    expected = oxygen_release(given, (), phases=entries).quantities
    del given.structures["charged_relaxed"]
    assert oxygen_release(given, (), phases=entries).quantities == expected
    other_host = {**given.structures, "charged": structure_of("Mn2O3")}
    with pytest.raises(StageFailure, match="charged structure Mn2O3 is not LiMnO2 without Li"):
        oxygen_release(dataclasses.replace(given, structures=other_host), (), phases=entries)


def test_the_charged_structure_relaxes_within_the_limits_given():
    rock_salt = Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.9), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    rock_salt[0] = "Al"
    electrode = Candidate("AlNi3O4", {"input": rock_salt, "relaxed": rock_salt}, working_ion="Al")
    with pytest.raises(StageFailure, match="did not converge in 2 steps"):
        oxygen_release(electrode, (), potential="ase.calculators.emt:EMT", max_steps=2)


# NIST-JANAF: LiF −616.93, FeF2 −705.84, FeF3 −1041.8 kJ/mol; a planted LiFeF3 above LiF + FeF2.
FLUORIDES = {"LiF": -616.93, "FeF2": -705.84, "FeF3": -1041.8}
VOLTS = KILOJOULE  # kJ/mol of electrons to V


def electrode(formula, voltage, functional="thermochemistry"):
    """An electrode with an average voltage on the scale of a functional."""
    known = Quantity("average_voltage", voltage, method="planted", provenance={"functional": functional})
    candidate = candidate_of(formula)
    return dataclasses.replace(candidate, quantities=(*candidate.quantities, known))


def test_a_voltage_of_another_functional_does_not_compare(tmp_path):
    entries = write_entries(tmp_path / "entries.jsonl", {**FLUORIDES, "LiFeF3": -1300.0})
    with pytest.raises(StageFailure, match=r"average voltage of LiFeF3 \(planted\) and the phases .* do not compare"):
        electrode_conversion(electrode("LiFeF3", 3.0, "PBE"), (), entries)


def test_a_compound_that_falls_into_its_salts_converts(tmp_path):
    above = 30.0
    own = FLUORIDES["LiF"] + FLUORIDES["FeF2"] + above
    entries = write_entries(tmp_path / "entries.jsonl", {**FLUORIDES, "LiFeF3": own})
    intercalation = (FLUORIDES["FeF3"] - own) * VOLTS
    results = electrode_conversion(electrode("LiFeF3", intercalation), (), entries)
    found = values_of(results)
    # FeF3 + Li -> LiF + FeF2 needs no more lithium than LiFeF3 has.
    assert found["conversion_voltage"] == pytest.approx((1041.8 - 616.93 - 705.84) * -VOLTS)
    assert found["conversion_preferred"] == 1
    assert "with the same Li" in results.notes[0]


def test_a_stable_compound_converts_below_its_voltage(tmp_path):
    own = FLUORIDES["LiF"] + FLUORIDES["FeF2"] - 10.0
    entries = write_entries(tmp_path / "entries.jsonl", {**FLUORIDES, "LiFeF3": own})
    intercalation = (FLUORIDES["FeF3"] - own) * VOLTS
    found = values_of(electrode_conversion(electrode("LiFeF3", intercalation), (), entries))
    # LiFeF3 + 2 Li -> 3 LiF + Fe.
    assert found["conversion_voltage"] == pytest.approx((own - 3 * FLUORIDES["LiF"]) / 2 * VOLTS)
    assert found["conversion_preferred"] == 0
    low = values_of(electrode_conversion(electrode("LiFeF3", 1.0), (), entries))
    assert low["conversion_preferred"] == 1


def test_conversion_asks_for_the_discharged_electrode(tmp_path):
    entries = write_entries(tmp_path / "entries.jsonl", FLUORIDES)
    with pytest.raises(StageFailure, match="FeF3 holds no Li"):
        electrode_conversion(electrode("FeF3", 3.0), (), entries)
