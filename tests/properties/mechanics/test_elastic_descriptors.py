"""Hardness, sound and Debye temperature against pymatgen and measured values; corrections and uncertainties."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pymatgen.core import Composition, Lattice, Structure
from pymatgen.core.elasticity import ElasticTensor
from test_elastic_directions import cubic

from atomscreen.interatomic.cards import Correction, card, read_card
from atomscreen.interatomic.potentials import corrected
from atomscreen.properties.mechanics import elastic_descriptors as solids

COPPER = Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.615), ["Cu"], [[0, 0, 0]])
EMT = "ase.calculators.emt:EMT"


def stiffness(tensor, crystal=COPPER, potential=EMT):
    return solids.Stiffness(np.asarray(tensor), 0.1, crystal, potential, {})


def values(results):
    return {quantity.name: quantity for quantity in results.quantities if "direction" not in quantity.conditions}


def test_sound_and_debye_temperature_agree_with_pymatgen():
    tensor = cubic(168.4, 121.4, 75.4)
    found = values(solids.descriptors(stiffness(tensor)))
    theirs = ElasticTensor.from_voigt(tensor)
    assert found["longitudinal_sound_velocity"].number == pytest.approx(theirs.long_v(COPPER), rel=1e-6)
    assert found["transverse_sound_velocity"].number == pytest.approx(theirs.trans_v(COPPER), rel=1e-6)
    assert found["debye_temperature"].number == pytest.approx(theirs.debye_temperature(COPPER), rel=1e-3)
    # Measured heat capacity at 4 K gives 343 K (Kittel); the elastic constants here are those at 300 K.
    assert found["debye_temperature"].number == pytest.approx(343, rel=0.05)


def test_hardness_of_diamond():
    # K and G of diamond's measured constants 1079, 124, 578 GPa; its measured hardness is 96 ± 5 GPa (Chen 2011).
    diamond = Structure.from_spacegroup("Fd-3m", Lattice.cubic(3.567), ["C"], [[0, 0, 0]])
    found = values(solids.descriptors(stiffness(cubic(1079, 124, 578), diamond)))
    assert found["hardness_chen"].number == pytest.approx(96, abs=5)
    assert found["hardness_tian"].number == pytest.approx(96, abs=5)


def test_soft_solid_has_no_hardness_by_chen():
    results = solids.descriptors(stiffness(cubic(13.5, 11.3, 8.8)))  # lithium
    assert "hardness_chen" not in values(results)
    assert values(results)["hardness_tian"].number > 0
    assert "too soft" in results.notes[0]


def test_cauchy_pressure_is_one_number_in_cubic_crystals_only():
    found = [q for q in solids.descriptors(stiffness(cubic(168.4, 121.4, 75.4))).quantities if q.name.startswith("cau")]
    assert [(q.number, q.conditions) for q in found] == [(pytest.approx(46.0), {})]
    tetragonal = cubic(168.4, 121.4, 75.4)
    tetragonal[5, 5] = 50.0
    found = [q for q in solids.descriptors(stiffness(tetragonal)).quantities if q.name.startswith("cau")]
    assert {q.conditions["direction"]: q.number for q in found} == pytest.approx({"yz": 46.0, "xz": 46.0, "xy": 71.4})


@given(bulk=st.floats(20, 300), shear=st.floats(20, 300), parts=st.tuples(st.floats(0.01, 0.1), st.floats(0.01, 0.1)))
def test_uncertainty_is_that_of_the_moduli_times_the_derivatives(bulk, shear, parts):
    solid = solids.Solid(bulk, shear, parts[0] * bulk, parts[1] * shear, 5.0, 12.0)
    # Powers of K and G propagate their relative errors by the exponents.
    found = solids.uncertainty(solids.hardness_tian, solid)
    expected = solids.hardness_tian(solid) * np.hypot(1.137 * parts[0], (1.137 + 0.708) * parts[1])
    assert found == pytest.approx(expected, rel=1e-6)
    scale = 3 * bulk + shear
    derivatives = {
        "youngs_modulus": ((3 * shear / scale) ** 2, 27 * (bulk / scale) ** 2),
        "poisson_ratio": (4.5 * shear / scale**2, -4.5 * bulk / scale**2),
        "pugh_ratio": (1 / shear, -bulk / shear**2),
    }
    unknown = dataclasses.replace(solid, shear_uncertainty=None)
    for name, (by_bulk, by_shear) in derivatives.items():
        expected = np.hypot(by_bulk * parts[0] * bulk, by_shear * parts[1] * shear)
        assert solids.uncertainty(solids.AVERAGES[name], solid) == pytest.approx(expected, rel=1e-6)
        assert solids.uncertainty(solids.AVERAGES[name], unknown) is None


def test_correction_stands_beside_the_raw_value():
    tensor = cubic(168.4, 121.4, 75.4)
    shipped = {name: correction[-1] for name, correction in card("chgnet").corrections.items()}
    state = stiffness(tensor, potential="chgnet")
    raw = values(solids.averages(state))
    more = raw | values(solids.descriptors(state))
    for name in ("bulk_modulus", "shear_modulus"):
        better = more[f"{name}_corrected"]
        assert better.number == pytest.approx(shipped[name].factor * raw[name].number)
        assert better.uncertainty == pytest.approx(np.hypot(shipped[name].relative * better.number, state.misfit))
        assert better.method.endswith("corrected")
    bulk, shear = more["bulk_modulus_corrected"].number, more["shear_modulus_corrected"].number
    assert more["youngs_modulus_corrected"].number == pytest.approx(9 * bulk * shear / (3 * bulk + shear))
    assert more["transverse_sound_velocity"].number == pytest.approx(1000 * np.sqrt(shear / COPPER.density), rel=1e-6)
    assert more["debye_temperature"].method.endswith("from corrected moduli")


def test_unmeasured_softness_is_not_corrected():
    assert corrected(EMT, "bulk_modulus", 100.0, COPPER.composition) is None
    assert corrected("chgnet", "average_voltage", 3.0, COPPER.composition) is None
    found = values(solids.descriptors(stiffness(cubic(168.4, 121.4, 75.4))))
    assert not {name for name in found if name.endswith("_corrected")}
    assert found["debye_temperature"].uncertainty is None


def test_the_first_correction_that_applies_is_taken():
    oxide = Correction(factor=1.2, relative=0.3, source="measured", with_any="O F-F")
    assert oxide.applies_to({"Li", "O"})
    assert not oxide.applies_to({"Li", "N"})
    first, *_, last = card("chgnet").corrections["shear_modulus"]
    assert last.with_any is None
    for symbols, correction in (("Mg O", first), ("Cu", last)):
        value, spread = corrected("chgnet", "shear_modulus", 10.0, Composition("".join(symbols.split())))
        assert (value, spread) == pytest.approx((10 * correction.factor, 10 * correction.factor * correction.relative))


@pytest.mark.parametrize("wrong", [{"factor": -1}, {"relative": 0}, {"source": None}, {"offset": 1}, {"with_any": 1}])
def test_wrong_corrections_are_refused(wrong):
    with pytest.raises(ValidationError):
        Correction.model_validate({"factor": 1.1, "relative": 0.2, "source": "measured"} | wrong)


def test_card_corrects_only_what_has_a_corrected_name(tmp_path):
    from ruamel.yaml import YAML

    data = card("chgnet").model_dump(exclude_none=True) | {"name": "mine"}
    data["corrections"] = {"average_voltage": [{"factor": 1.1, "relative": 0.2, "source": "measured"}]}
    with (tmp_path / "mine.yaml").open("w") as file:
        YAML(typ="safe").dump(data, file)
    from atomscreen.core.errors import UsageError

    with pytest.raises(UsageError, match="'average_voltage', of which there is no corrected value"):
        read_card(tmp_path / "mine.yaml")
