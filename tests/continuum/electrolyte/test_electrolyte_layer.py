"""A layer of solid electrolyte as a resistance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomscreen.continuum.electrolyte.electrolyte_layer import (
    area_specific_resistance,
    electrolyte_layer,
)
from atomscreen.continuum.homogenisation.effective_transport import Tortuosity
from atomscreen.core.errors import UsageError
from atomscreen.core.stages import get_stage
from tests.continuum.electrolyte.examples import candidate, conductivity


def given_by_stage(*quantities, **parameters):
    return {found.name: found for found in electrolyte_layer(candidate(*quantities), **parameters).quantities}


def test_ohms_law_by_hand():
    # 30 µm at 1 mS/cm: 3e-3 cm over 1e-3 S/cm is 3 Ω·cm²; 2 mA through a square centimetre of it lose 6 mV.
    found = given_by_stage(conductivity(1e-3), thickness=30.0, current_density=2.0)
    assert found["area_specific_resistance"].number == pytest.approx(3.0)
    assert found["ohmic_drop"].number == pytest.approx(6e-3)
    assert found["effective_ionic_conductivity"].number == pytest.approx(1e-3)
    assert found["transference_number"].number == 1.0
    assert "inside the grains" in found["area_specific_resistance"].method
    assert "30 µm" in found["ohmic_drop"].method


def test_pores_and_tortuosity_by_hand():
    # Half of it pores, paths √2 times as long: conductivity over 2 · (√2)² = 4.
    found = given_by_stage(conductivity(4e-4), thickness=100.0, porosity=0.5, tortuosity_factor=2.0)
    assert found["effective_ionic_conductivity"].number == pytest.approx(1e-4)
    assert found["area_specific_resistance"].number == pytest.approx(100.0)


@given(
    st.floats(1e-9, 1e2),
    st.floats(1e-9, 1e-2),
    st.floats(0, 0.95),
    st.floats(1, 20),
    st.integers(min_value=2, max_value=9),
)
def test_layers_add_up(value, thickness, porosity, factor, parts):
    effective = Tortuosity(factor=factor).effective(value, 1 - porosity)
    assert 0 < effective <= value
    slices = parts * area_specific_resistance(thickness / parts, effective)
    assert slices == pytest.approx(area_specific_resistance(thickness, effective))


def test_uncertainties_are_those_of_log_normal_numbers():
    found = given_by_stage(conductivity(1e-3, 4e-4))
    draws = 3.0 * np.random.default_rng(0).lognormal(0, 0.4, 200_000) ** -1
    resistance = found["area_specific_resistance"]
    # Standard uncertainty over value is that of the logarithm, as in stage diffusivity; 4 standard errors of sampling.
    assert resistance.uncertainty / resistance.number == pytest.approx(
        np.log(draws).std(), rel=4 / np.sqrt(2 * 200_000)
    )
    assert resistance.number == pytest.approx(np.median(draws), rel=0.01)
    assert all(found[name].uncertainty is None for name in ("transference_number",))
    assert given_by_stage(conductivity(1e-3))["ohmic_drop"].uncertainty is None


@pytest.mark.parametrize(("bound", "of_resistance"), [("upper", "lower"), ("lower", "upper"), (None, None)])
def test_a_bound_of_the_conductivity_turns_round_for_the_resistance(bound, of_resistance):
    found = given_by_stage(conductivity(1e-8, bound=bound))
    assert found["effective_ionic_conductivity"].bound == bound
    assert found["area_specific_resistance"].bound == found["ohmic_drop"].bound == of_resistance
    assert found["transference_number"].bound is None


@pytest.mark.parametrize(("value", "ion", "doubted"), [(0.5, "Li", True), (0.03, "Li", False), (0.5, "Ag", False)])
def test_a_conductivity_that_no_lithium_electrolyte_has_is_doubted(value, ion, doubted):
    notes = electrolyte_layer(candidate(conductivity(value), ion=ion)).notes
    assert any("above that of any lithium solid electrolyte known" in note for note in notes) is doubted


def test_wrong_use():
    stage = get_stage("electrolyte_layer")
    for wrong in (
        {"thickness": 0},
        {"thickness": "30 V"},
        {"porosity": 1},
        {"porosity": -0.1},
        {"tortuosity_factor": 0.9},
    ):
        with pytest.raises(UsageError, match=next(iter(wrong))):
            stage.check(wrong)
    assert stage.check({"thickness": "20 nm", "current_density": "10 A/m^2"}) == {
        "thickness": pytest.approx(0.02),
        "current_density": pytest.approx(1.0),
        "porosity": 0.0,
        "tortuosity_factor": 1.0,
    }
