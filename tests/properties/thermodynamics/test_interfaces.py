"""Interface reactions with known answers: enthalpies of formation from tables, balanced by hand."""

import pytest
from entry_files import KILOJOULE, candidate_of, values_of, write_entries
from pymatgen.core import Composition

from atomscreen import run_stage
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.core.stages import get_stage
from atomscreen.properties.thermodynamics.electronic_class import ElectronicClass, electronic_class
from atomscreen.properties.thermodynamics.interface_with_electrode import interface_with_electrode
from atomscreen.properties.thermodynamics.interface_with_metal import Interphase, interface_with_metal
from atomscreen.properties.thermodynamics.missing_phases import missing_between
from atomscreen.properties.thermodynamics.phases import PhaseSet, as_written
from atomscreen.sources.builtin import reference_candidates
from atomscreen.sources.entries import Phase

# Enthalpies of formation in kJ/mol at 298 K: NIST-JANAF (Chase 1998); Li2S: Wagman et al. (NBS, 1982).
JANAF = {"Li2O": -598.73, "LiOH": -484.93, "LiH": -90.65, "Al2O3": -1675.69, "MgO": -601.24, "CoO": -237.74}
LI2S = -441.4


def chosen(*formulas):
    return {formula: JANAF[formula] for formula in formulas}


def test_alumina_and_lithium_give_a_metal(tmp_path):
    entries = write_entries(tmp_path / "entries.jsonl", chosen("Al2O3", "Li2O"))
    results = interface_with_metal(candidate_of("Al2O3"), (), entries)
    found = values_of(results)
    # Al2O3 + 6 Li -> 3 Li2O + 2 Al, 11 atoms.
    assert found["metal_reaction_energy"] == pytest.approx(
        (3 * JANAF["Li2O"] - JANAF["Al2O3"]) * KILOJOULE / 11, rel=1e-6
    )
    assert found["interphase_class"] == Interphase.MIXED_CONDUCTING
    # Stable it is not called before its double oxide is at hand (planted above Li2O + Al2O3, where it does nothing).
    assert results.quantities[0].bound == "upper"
    assert "interphase_class" not in values_of(
        interface_with_metal(candidate_of("Al2O3"), (), entries, stable_above=-0.12)
    )
    complete = write_entries(tmp_path / "complete.jsonl", {**chosen("Al2O3", "Li2O"), "LiAlO2": -1000.0})
    generous = interface_with_metal(candidate_of("Al2O3"), (), complete, stable_above=-0.12)
    assert values_of(generous)["interphase_class"] == Interphase.STABLE
    assert results.quantities[0].provenance["reaction"] == "Al2O3 + 6 Li -> 2 Al + 3 Li2O"
    assert "interface_volume_change" not in found  # the entries have no volumes


def test_magnesia_does_not_react_with_lithium(tmp_path):
    # MgO + 2 Li -> Li2O + Mg would cost 2.5 kJ/mol.
    entries = write_entries(tmp_path / "entries.jsonl", chosen("MgO", "Li2O"))
    results = interface_with_metal(candidate_of("MgO"), (), entries)
    assert set(values_of(results).values()) == {0}
    assert results.notes[0] == "Against Li it is stable."


def test_lithium_hydroxide_passivates_and_shrinks(tmp_path):
    # Molar volumes in cm³/mol from densities (CRC Handbook): Li 13.0, LiOH 16.4, Li2O 14.8, LiH 10.2.
    volumes = {"Li": 13.0, "LiOH": 16.4, "Li2O": 14.8, "LiH": 10.2}
    entries = write_entries(tmp_path / "entries.jsonl", chosen("LiOH", "Li2O", "LiH"), volumes)
    results = interface_with_metal(candidate_of("LiOH"), (), entries)
    found = values_of(results)
    # LiOH + 2 Li -> Li2O + LiH, 5 atoms.
    gain = JANAF["Li2O"] + JANAF["LiH"] - JANAF["LiOH"]
    assert found["metal_reaction_energy"] == pytest.approx(gain * KILOJOULE / 5)
    assert found["interface_volume_change"] == pytest.approx(100 * ((14.8 + 10.2) / (16.4 + 2 * 13.0) - 1))
    assert found["interphase_expansion"] == pytest.approx(100 * ((14.8 + 10.2) / 16.4 - 1))
    assert found["interphase_class"] == Interphase.PASSIVATING
    assert results.quantities[1].conditions == {"partner": "Li"}


def test_known_band_gaps_decide_before_rules(tmp_path):
    entries = write_entries(tmp_path / "entries.jsonl", chosen("LiOH", "Li2O", "LiH"), gaps={"LiH": 0.1})
    found = values_of(interface_with_metal(candidate_of("LiOH"), (), entries))
    assert found["interphase_class"] == Interphase.MIXED_CONDUCTING
    found = values_of(interface_with_metal(candidate_of("LiOH"), (), entries, insulating_gap=0.05))
    assert found["interphase_class"] == Interphase.PASSIVATING


def test_an_interphase_of_unknown_conduction_has_no_class(tmp_path):
    # CoO as the last product (planted: cobalt itself unreachable), a Mott insulator by experiment, open-shell by rule.
    entries = write_entries(tmp_path / "entries.jsonl", {"Co3O4": -900.0, "CoO": -500.0, "Li2O": -300.0})
    results = interface_with_metal(candidate_of("Co3O4"), (), entries)
    assert "interphase_class" not in values_of(results)
    assert any("whether CoO conducts electrons is not known" in note for note in results.notes)


def test_a_phase_above_the_hull_does_not_gain_by_decomposing_alone(tmp_path):
    salts = {"Li2S": LI2S, "LiCl": -408.27}  # both stable against lithium
    entries = write_entries(tmp_path / "entries.jsonl", {**salts, "Li3SCl": LI2S - 408.27 + 20})
    found = values_of(interface_with_metal(candidate_of("Li3SCl"), (), entries))
    assert found["metal_reaction_energy"] == 0


def test_sodium_and_the_metal_itself(tmp_path):
    entries = write_entries(tmp_path / "entries.jsonl", {"Na2O": -417.98, **chosen("Al2O3")})
    results = interface_with_metal(candidate_of("Al2O3", "Na"), (), entries)
    found = values_of(results)
    assert found["metal_reaction_energy"] == 0  # 3 Na2O lie above Al2O3
    # 2 Al2O3 + 3 Na -> 3 NaAlO2 + Al would gain.
    assert "interphase_class" not in found
    assert results.quantities[0].bound == "upper"
    assert any("no compound of Al-Na-O" in note for note in results.notes)
    with pytest.raises(StageFailure, match="Na is the working ion's metal itself"):
        interface_with_metal(candidate_of("Na", "Na"), (), entries)
    with pytest.raises(StageFailure, match="no Li among the phases"):
        interface_with_metal(candidate_of("Al2O3", "Li"), (), entries)


PAIR = {"Li2S": LI2S, "CoO": -237.74, "Li2O": -598.73, "CoS": -100.0}  # CoS planted


def test_exchange_with_an_electrode(tmp_path):
    entries = write_entries(tmp_path / "entries.jsonl", PAIR)
    results = interface_with_electrode(candidate_of("Li2S"), (), "CoO", None, entries)
    energy = results.quantities[0]
    # Li2S + CoO -> Li2O + CoS, 5 atoms.
    gain = PAIR["Li2O"] + PAIR["CoS"] - PAIR["Li2S"] - PAIR["CoO"]
    assert energy.number == pytest.approx(gain * KILOJOULE / 5)
    assert energy.conditions == {"partner": "CoO"}
    assert energy.provenance["products"] == pytest.approx({"Li2O": 3 / 5, "CoS": 2 / 5})


def test_an_exchange_whose_products_are_missing_is_a_bound(tmp_path):
    lacking = {"Li3PS4": -600.0, "LiCoO2": -680.0, "Li2O": -598.73, "Li2S": LI2S, "P2O5": -1500.0}
    entries = write_entries(tmp_path / "entries.jsonl", {**lacking, "Li3P": -350.0})
    results = interface_with_electrode(candidate_of("Li3PS4"), (), "LiCoO2", None, entries)
    assert results.quantities[0].bound == "upper"
    assert results.quantities[0].provenance["missing_systems"] == ["Co-S", "Li-O-P"]


def phases_of(*formulas):
    own, *others = (Phase(formula, Composition(formula), 0.0, "none") for formula in formulas)
    return PhaseSet(own, tuple(others), {}, "none")


@pytest.mark.parametrize(
    ("own", "other", "missing"),
    [
        ("LiF", "LiCoO2", ()),  # lithium keeps the fluoride
        ("Li3PO4", "LiCoO2", ()),
        ("Li2S", "LiCoO2", ("Co-S",)),
        ("Li3InCl6", "LiCoO2", ("In-Li-O", "In-O")),
        ("Al2O3", "NaCoO2", ("Al-Na-O", "Na-O")),
        ("MgO", "Li", ()),  # two s metals have no double oxide
        ("SiO2", "Na", ("Na-O", "Na-O-Si")),
        ("Na3PS4", "Na", ()),
        ("Li7La3Zr2O12", "H2O", ()),
        ("La2O3", "H2O", ("H-La-O",)),
        ("Na2O", "CO2", ("C-Na-O",)),
    ],
)
def test_only_systems_that_nature_fills_are_missed(own, other, missing):
    known = ["Li2O", "LiOH", "Li2S", "LiF", "LiCl", "Li3P", "CoO", "P2O5", "La2O3", "ZrO2", "SiO2", "Al2O3"]
    known += ["MgO", "Na2S", "Na3P"]
    phases = phases_of(own, other, *known)
    elements = [{element.symbol for element in Composition(formula).elements} for formula in (own, other)]
    assert missing_between(phases, *elements) == missing


def test_exchange_at_a_voltage(tmp_path):
    entries = write_entries(tmp_path / "entries.jsonl", PAIR)
    # At 2.3 V the sulfide has lost its lithium; S + CoO + 2 Li -> CoS + Li2O, 3 atoms that are not lithium.
    gain = (PAIR["CoS"] + PAIR["Li2O"] - PAIR["CoO"]) * KILOJOULE + 2 * 2.3
    results = interface_with_electrode(candidate_of("Li2S"), (), "CoO", 2.3, entries)
    assert values_of(results)["interface_reaction_energy"] == pytest.approx(gain / 3)
    results = interface_with_electrode(candidate_of("Li2S"), (), "CoO", 2.5, entries)
    assert values_of(results)["interface_reaction_energy"] == 0
    assert "does not react" in results.notes[0]


def test_wrong_partners_are_refused(tmp_path):
    entries = write_entries(tmp_path / "entries.jsonl", PAIR)
    with pytest.raises(UsageError, match="'LiCoO' is not a material of the built-in set; did you mean 'LiCoO2'"):
        get_stage("interface_with_electrode").check({"partner": "LiCoO"})
    with pytest.raises(StageFailure, match="no Li3PO4 among the phases"):
        interface_with_electrode(candidate_of("Li2S"), (), "Li3PO4-gamma", None, entries)
    with pytest.raises(StageFailure, match="leave out 'voltage'"):
        interface_with_electrode(candidate_of("CoO"), (), "Li", 2.0, entries)
    with pytest.raises(StageFailure, match="has no such ion"):
        interface_with_electrode(candidate_of("Li2S", None), (), "CoO", 2.0, entries)


def conducts(formula, gap=None):
    return electronic_class(Phase("any", Composition(formula), 0.0, "none", band_gap=gap), 0.5)


@pytest.mark.parametrize(
    "formula",
    [
        "Li2S",
        "Li3P",
        "LiCl",
        "Zn3N2",
        "LaPO4",
        "Li2O",
        "La2O3",
        "ZrO2",
        "Li3PO4",
        "Li2TiO3",
        "ZnO",
        "Li3N",
        "S8",
        "LiF",
        "I2",
    ],
)
def test_closed_shell_salts_insulate(formula):
    assert conducts(formula) is ElectronicClass.INSULATING


@pytest.mark.parametrize("formula", ["Al", "LiAl", "Li15Ge4", "Li22Sn5", "TiP", "Ti3P", "ZrP", "TiN", "Zr3O", "Co2P"])
def test_metals_intermetallics_and_metal_rich_phosphides_conduct(formula):
    assert conducts(formula) is ElectronicClass.CONDUCTING


@pytest.mark.parametrize(
    "formula", ["Ge", "P", "C", "CoO", "Fe3O4", "LiC6", "Li3Sb", "NiP2", "LaN", "YP", "LiZnP", "RuO2"]
)
def test_what_no_rule_covers_is_undecided(formula):
    assert conducts(formula) is ElectronicClass.UNDECIDED


def test_copper_phosphide_does_not_insulate():
    assert conducts("Cu3P") is not ElectronicClass.INSULATING


@pytest.mark.parametrize(
    ("printed", "written"),
    [("LiHO", "LiOH"), ("Mg(HO)2", "Mg(OH)2"), ("2 NaHO + H2S", "2 NaOH + H2S"), ("NaHCO3", "NaHCO3"), ("LiH", "LiH")],
)
def test_hydroxides_are_written_as_chemists_do(printed, written):
    assert as_written(printed) == written


def test_a_band_gap_decides():
    assert conducts("Al", 1.0) is ElectronicClass.INSULATING
    assert conducts("Li2S", 0.4) is ElectronicClass.CONDUCTING


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "interphase"),
    [("LiGe2P3O12", Interphase.MIXED_CONDUCTING), ("Li6PS5Cl", Interphase.PASSIVATING), ("Li2S", Interphase.STABLE)],
)
def test_known_interphases_on_lithium(name, interphase):
    """With CHGNet and the built-in set, as photoelectron spectroscopy has it.

    NASICONs: Hartmann et al., Journal of Physical Chemistry C 117, 21064 (2013). Argyrodites: Wenzel et al., Solid State
    Ionics 318, 102 (2018).
    """
    start = next(candidate for candidate in reference_candidates() if candidate.id == name)
    assert run_stage("interface_with_metal", start).quantity("interphase_class").number == interphase
