"""Gases against the printed NIST-JANAF tables; moist air on materials against reactions balanced by hand."""

import math

import pytest
from entry_files import KILOJOULE, candidate_of, values_of, write_entries

from atomscreen import run_stage
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.core.stages import get_stage
from atomscreen.properties.thermodynamics.air_stability import air_stability
from atomscreen.properties.thermodynamics.gases import GASES, gibbs_energy
from atomscreen.sources.builtin import reference_candidates

R = 8.314462618e-3  # kJ/(mol K)

# Enthalpies of formation of the gases, kJ/mol, and entropies at 298.15 K, J/(mol K): NIST-JANAF (Chase 1998).
STANDARD = {
    "H2": (0, 130.680), "O2": (0, 205.147), "N2": (0, 191.609), "H2O": (-241.826, 188.834), "CO2": (-393.522, 213.795),
    "H2S": (-20.502, 205.757), "HCl": (-92.312, 186.901), "NH3": (-45.898, 192.774), "SO2": (-296.842, 248.212),
}  # fmt: skip

# −[G(T) − H(298.15 K)]/T in J/(mol K) from the same tables.
PRINTED = {
    "O2": {400: 206.308, 600: 211.044, 800: 216.126, 1000: 220.875, 1500: 231.002},
    "H2": {400: 131.817, 600: 136.392, 1000: 145.536},
    "N2": {400: 192.753, 1000: 206.708},
    "H2O": {400: 190.159, 600: 195.550, 1000: 206.738},
    "CO2": {400: 215.307, 600: 221.772, 1000: 235.901},
}


@pytest.mark.parametrize("gas", sorted(GASES))
def test_gases_have_the_tabulated_enthalpy_and_entropy(gas):
    enthalpy, entropy = STANDARD[gas]
    # The tables print three decimals; the Shomate fits are good to 0.02 kJ/mol.
    expected = enthalpy - 298.15 * entropy / 1000
    assert gibbs_energy(gas, 298.15) / KILOJOULE == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(("gas", "temperature"), [(gas, T) for gas, row in PRINTED.items() for T in row])
def test_gases_follow_the_printed_tables(gas, temperature):
    expected = STANDARD[gas][0] - temperature * PRINTED[gas][temperature] / 1000
    assert gibbs_energy(gas, temperature) / KILOJOULE == pytest.approx(expected, abs=0.02)


def test_pressure_adds_its_logarithm_and_tables_end():
    difference = gibbs_energy("O2", 500, 2.1e4) - gibbs_energy("O2", 500)
    assert difference / KILOJOULE == pytest.approx(R * 500 * math.log(0.21))
    with pytest.raises(StageFailure, match="the table of CO2 goes from 298 to 1200 K, not to 1500 K"):
        gibbs_energy("CO2", 1500)
    # The two halves of O2's table meet.
    assert gibbs_energy("O2", 700) == pytest.approx(gibbs_energy("O2", 700.001), abs=1e-4)


# kJ/mol at 298 K. NIST-JANAF: Li2O, LiOH, Li2CO3, ZrO2. Wagman et al. (NBS, 1982): La2O3, Li2S. La2Zr2O7: some 130
# below its oxides. The garnet's own enthalpy is not known well; it is put 50 below oxides and zirconate here, and what
# it reacts to does not hang on that.
SOLIDS = {"Li2O": -598.73, "LiOH": -484.93, "Li2CO3": -1216.04, "ZrO2": -1097.46, "La2O3": -1793.7, "Li2S": -441.4}
SOLIDS["La2Zr2O7"] = SOLIDS["La2O3"] + 2 * SOLIDS["ZrO2"] - 130
SOLIDS["Li7La3Zr2O12"] = 3.5 * SOLIDS["Li2O"] + SOLIDS["La2Zr2O7"] + 0.5 * SOLIDS["La2O3"] - 50


def gas(name, temperature, pressure):
    enthalpy, entropy = STANDARD[name]
    return enthalpy - temperature * entropy / 1000 + R * temperature * math.log(pressure / 1e5)


def test_garnet_gives_lithium_hydroxide_in_water_and_carbonate_in_carbon_dioxide(tmp_path):
    entries = write_entries(tmp_path / "entries.jsonl", {**SOLIDS, "H2O": -285.83})
    results = air_stability(candidate_of("Li7La3Zr2O12"), (), entries)
    water, carbon_dioxide = results.quantities
    assert water.conditions == {"temperature": 298.15}
    assert set(water.provenance["products"]) == {"LiOH", "La2Zr2O7", "La2O3"}
    assert set(carbon_dioxide.provenance["products"]) == {"Li2CO3", "La2Zr2O7", "La2O3"}
    # Li7La3Zr2O12 + 3.5 H2O -> 7 LiOH + La2Zr2O7 + 0.5 La2O3, 34.5 atoms; 3.5 CO2 likewise.
    rest = SOLIDS["La2Zr2O7"] + 0.5 * SOLIDS["La2O3"] - SOLIDS["Li7La3Zr2O12"]
    hydrolysis = 7 * SOLIDS["LiOH"] + rest - 3.5 * gas("H2O", 298.15, 1000)
    carbonation = 3.5 * SOLIDS["Li2CO3"] + rest - 3.5 * gas("CO2", 298.15, 42)
    assert water.number == pytest.approx(hydrolysis * KILOJOULE / 34.5, abs=1e-4)
    assert carbon_dioxide.number == pytest.approx(carbonation * KILOJOULE / 34.5, abs=1e-4)
    assert "7 LiOH" in results.notes[0]
    assert water.bound is carbon_dioxide.bound is None  # what nature forms is there


def test_sulfides_give_hydrogen_sulfide(tmp_path):
    entries = write_entries(tmp_path / "entries.jsonl", {**SOLIDS, "H2S": -39.0, "H2O": -285.83})
    results = air_stability(candidate_of("Li2S"), (), entries)
    # Li2S + 2 H2O -> 2 LiOH + H2S, 9 atoms, the last at 1 Pa; no entry of H2S is needed, nor used.
    expected = 2 * SOLIDS["LiOH"] + gas("H2S", 298.15, 1) - SOLIDS["Li2S"] - 2 * gas("H2O", 298.15, 1000)
    assert results.quantities[0].number == pytest.approx(expected * KILOJOULE / 9, abs=1e-4)
    assert set(results.quantities[0].provenance["products"]) == {"LiOH", "H2S"}
    # At 1 bar of H2S it would not go: water vapour alone does not drive it out.
    closed = values_of(air_stability(candidate_of("Li2S"), (), entries, product_pressure=1e5))
    assert closed["hydrolysis_energy"] == 0


def test_stable_oxides_stay_and_carbonate_decomposes_when_hot(tmp_path):
    entries = write_entries(tmp_path / "entries.jsonl", SOLIDS)
    assert values_of(air_stability(candidate_of("ZrO2"), (), entries)) == {
        "hydrolysis_energy": 0,
        "carbonation_energy": 0,
    }
    # Li2O takes up CO2 until RT ln p has eaten the enthalpy: 1 Pa and 1000 K, 1216.04 − 598.73 − 393.52 = 223.8 kJ/mol
    # against 1000 K of entropy, 235.9 − 213.8 of it in the heat capacity.
    cold = values_of(air_stability(candidate_of("Li2O"), (), entries))["carbonation_energy"]
    hot = values_of(air_stability(candidate_of("Li2O"), (), entries, temperature=1000, carbon_dioxide_pressure=0.01))
    assert cold < -0.2
    assert hot["carbonation_energy"] == 0


def test_ignorance_is_not_stability(tmp_path):
    # Na2O (NBS, 1982) takes up both gases; without hydroxide and carbonate nothing here says so.
    entries = write_entries(tmp_path / "entries.jsonl", {"Na2O": -414.22, "H2O": -285.83, "CO2": -393.52})
    results = air_stability(candidate_of("Na2O", "Na"), (), entries)
    assert [(quantity.number, quantity.bound) for quantity in results.quantities] == [(0, "upper"), (0, "upper")]
    assert "no compound of H-Na-O, C-Na-O" in results.notes[-1] and "upper bound" in results.notes[-1]


def test_half_an_answer_without_carbon_or_without_hydrogen(tmp_path):
    without_carbon = write_entries(tmp_path / "water.jsonl", {"Li2O": SOLIDS["Li2O"], "LiOH": SOLIDS["LiOH"]})
    results = air_stability(candidate_of("Li2O"), (), without_carbon)
    gain = 2 * SOLIDS["LiOH"] - SOLIDS["Li2O"] - gas("H2O", 298.15, 1000)
    assert values_of(results) == {"hydrolysis_energy": pytest.approx(gain * KILOJOULE / 6, abs=1e-4)}
    # As the docstring has it; the solids' entropies are 42.8 (LiOH) and 37.9 J/(mol K) (Li2O) in the JANAF tables.
    assert values_of(results)["hydrolysis_energy"] == pytest.approx(-0.106, abs=5e-4)
    assert (gain - 298.15 * (2 * 42.8 - 37.9) / 1000) * KILOJOULE / 6 == pytest.approx(-0.131, abs=5e-4)
    assert "Nothing is known of CO2: there is no phase of C." in results.notes
    without_hydrogen = write_entries(tmp_path / "carbon.jsonl", {"Li2O": SOLIDS["Li2O"], "Li2CO3": SOLIDS["Li2CO3"]})
    assert set(values_of(air_stability(candidate_of("Li2O"), (), without_hydrogen))) == {"carbonation_energy"}
    with pytest.raises(StageFailure, match="no phase of C, H among the phases"):
        neither = write_entries(tmp_path / "neither.jsonl", {"Li2O": SOLIDS["Li2O"]})
        air_stability(candidate_of("Li2O"), (), neither)


def test_unknown_acids_are_named(tmp_path):
    salts = {"LiF": -616.93, "LiCl": -408.27, "LiOH": SOLIDS["LiOH"], "Li2O": SOLIDS["Li2O"]}
    entries = write_entries(tmp_path / "entries.jsonl", salts)
    fluoride = air_stability(candidate_of("LiF"), (), entries)
    assert any("Gaseous HF is not known" in note for note in fluoride.notes)
    assert fluoride.quantities[0].bound is None
    assert not any("Gaseous" in note for note in air_stability(candidate_of("LiCl"), (), entries).notes)


def test_bad_conditions_are_refused():
    stage = get_stage("air_stability")
    with pytest.raises(UsageError, match="temperature"):
        stage.check({"temperature": "20 K"})
    with pytest.raises(UsageError, match="water_pressure"):
        stage.check({"water_pressure": -1})
    assert stage.check({"water_pressure": "10 mbar"})["water_pressure"] == pytest.approx(1000)


@pytest.mark.slow
def test_garnet_in_air_with_the_built_in_set():
    """With CHGNet: lithium hydroxide and carbonate, as on garnets that have seen air."""
    garnet = next(candidate for candidate in reference_candidates() if candidate.id == "Li7La3Zr2O12-tetragonal")
    found = run_stage("air_stability", garnet)
    hydrolysis = found.quantity("hydrolysis_energy", temperature=298.15)
    carbonation = found.quantity("carbonation_energy", temperature=298.15)
    assert "LiOH" in hydrolysis.provenance["products"]
    assert "Li2CO3" in carbonation.provenance["products"]
    assert carbonation.number < hydrolysis.number < -0.05
