import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomscreen.core.errors import UsageError
from atomscreen.core.quantity import Quantity
from atomscreen.core.units import convert, parse, registry
from atomscreen.core.vocabulary import CONDITIONS, QUANTITIES


@pytest.mark.parametrize("name", QUANTITIES)
def test_every_unit_of_the_vocabulary_is_known_to_pint(name):
    assert registry().Quantity(1.0, QUANTITIES[name].unit).magnitude == 1.0
    assert QUANTITIES[name].description
    assert QUANTITIES[name].varies_with in {None, *CONDITIONS}


def test_capacity_unit_is_charge_per_mass():
    assert convert(1.0, "mAh/g", "C/g") == pytest.approx(3.6)


def test_energy_per_atom_is_not_energy():
    with pytest.raises(UsageError, match="not a unit of eV/atom"):
        Quantity.of("energy_above_hull", 50, "meV")
    assert Quantity.of("energy_above_hull", 50, "meV/atom").number == pytest.approx(0.05)


def test_temperatures_with_an_offset_convert_values_and_spreads():
    assert parse("25 degC", "K") == pytest.approx(298.15)


@given(st.floats(-1e6, 1e6), st.sampled_from([("GPa", "MPa"), ("S/cm", "mS/cm"), ("eV/atom", "meV/atom"), ("Å", "nm")]))
def test_conversion_there_and_back(value, units):
    there, back = units
    assert convert(convert(value, there, back), back, there) == pytest.approx(value, rel=1e-12, abs=1e-12)


@given(st.floats(allow_nan=False, allow_infinity=False), st.none() | st.floats(0, 1e300))
def test_a_quantity_survives_json(value, uncertainty):
    quantity = Quantity(
        "tracer_diffusivity",
        value,
        uncertainty,
        {"temperature": 300.0},
        "test",
        {"seed": 1, "phases": ["Li", "O2"]},
        "upper",
    )
    assert Quantity.from_dict(json.loads(json.dumps(quantity.as_dict()))) == quantity


def test_a_tensor_becomes_nested_tuples_of_floats():
    quantity = Quantity("elastic_tensor", np.eye(6))
    assert quantity.value[0] == (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    with pytest.raises(UsageError, match="tensor"):
        _ = quantity.number
    with pytest.raises(UsageError, match="entries"):
        Quantity("elastic_tensor", np.eye(3))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Quantity("bulk_modulo", 1), "did you mean 'bulk_modulus'"),
        (lambda: Quantity("bulk_modulus", math.nan), "finite"),
        (lambda: Quantity("bulk_modulus", "large"), "is a number"),
        (lambda: Quantity("bulk_modulus", 1, -0.1), "not negative"),
        (lambda: Quantity("bulk_modulus", 1, conditions={"temprature": 300}), "did you mean 'temperature'"),
        (lambda: Quantity.of("bulk_modulus", 1, "eV"), "not a unit of GPa"),
        (lambda: Quantity.from_dict({"name": "bulk_modulus", "value": 1, "unit": "MPa"}), "stored in MPa"),
        (lambda: parse("fifty meV", "eV"), "begin with a number"),
        (lambda: parse("50", "eV"), "lacks its unit"),
    ],
)
def test_bad_quantities_are_refused_in_one_sentence(make, message):
    with pytest.raises(UsageError, match=message):
        make()


def test_reads_aloud():
    quantity = Quantity("bulk_ionic_conductivity", 1e-6, conditions={"temperature": 300}, bound="upper")
    assert str(quantity) == "bulk_ionic_conductivity = < 1e-06 S/cm (temperature 300 K)"


def test_a_curve_has_any_length_and_a_content_is_a_number():
    curve = Quantity("phonon_frequencies", [0.1, 0.2, 0.3])
    assert curve.value == (0.1, 0.2, 0.3)
    with pytest.raises(UsageError, match="is a number"):
        Quantity("bulk_modulus", 5.0, conditions={"ion_content": "half"})
