"""The stability parameter: published features, units, scaling, signs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomscreen.core.units import registry
from atomscreen.properties.plating.electrodeposition_stability import (
    Deposit,
    critical_wavelength,
    isotropic_stress,
    stability,
)

# Lithium as Monroe and Newman (2005) and Ahmad and Viswanathan (2017) have it.
SHEAR, POISSON, VOLUME, TENSION, WAVE = 3.4, 0.42, 13.0, 0.556, 0.1


def chi(shear, volume_ratio, poisson=0.33, tension=TENSION, wave=WAVE):
    deposit = Deposit(VOLUME, 1, volume_ratio, tension, wave)
    return stability(deposit, isotropic_stress(SHEAR, POISSON, shear, poisson))


def critical_ratio(volume_ratio):
    """G_s/G_e at which χ passes zero, by bisection, without surface tension."""
    low, high = 0.01, 100.0
    sign = np.sign(chi(low * SHEAR, volume_ratio, tension=0.0).total)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if np.sign(chi(middle * SHEAR, volume_ratio, tension=0.0).total) == sign else (low, middle)
        )
    return low


def test_numbers_have_the_unit_they_claim():
    unit = registry()
    metal, solid = (unit.Quantity(value, "GPa") for value in (SHEAR, 50.0))
    nu_e, nu_s, volume, v = POISSON, 0.25, unit.Quantity(VOLUME, "cm^3/mol"), 0.1
    wave, tension = unit.Quantity(1e8, "1/m"), unit.Quantity(TENSION, "J/m^2")
    compliance = metal * (nu_e - 1) * (4 * nu_s - 3) + solid * (4 * nu_e - 3) * (nu_s - 1)
    expected = (
        -tension * wave**2 * volume * (1 + v) / 2,
        2 * metal * solid * wave * volume * (1 + v) * (nu_e * (4 * nu_s - 3) - 3 * nu_s + 2) / compliance,
        wave * volume * (1 - v) * (metal**2 * (4 * nu_s - 3) + solid**2 * (3 - 4 * nu_e)) / (2 * compliance),
    )
    found = chi(50.0, v, poisson=nu_s)
    for value, term in zip((found.surface_tension, found.deviatoric, found.hydrostatic), expected, strict=True):
        assert value == pytest.approx(term.to("kJ/mol/nm").magnitude)


def test_a_polymer_like_contact_is_stable_above_about_twice_the_shear_modulus_of_lithium():
    # Monroe and Newman (2005), for ions that take more room in the electrolyte: G_s/G_Li about 2.
    for volume_ratio in (3.5, 5.0, 10.0):
        ratio = critical_ratio(volume_ratio)
        assert 1.7 < ratio < 2.3
        assert chi(1.2 * ratio * SHEAR, volume_ratio, tension=0.0).total < 0
        assert chi(0.8 * ratio * SHEAR, volume_ratio, tension=0.0).total > 0


def test_where_the_ion_is_small_stiffness_destabilises_and_softness_stabilises():
    # Ahmad and Viswanathan (2017): the density-driven regime of inorganic solids.
    values = [float(chi(shear, 0.1).total) for shear in (0.1, 1.0, 10.0, 50.0, 100.0)]
    assert values == sorted(values)
    assert values[0] < 0 < values[2]
    assert critical_ratio(0.1) < 1


def test_signs_of_the_terms():
    for shear in (0.5, 5.0, 50.0):
        for volume_ratio in (0.05, 0.5, 2.0):
            found = chi(shear, volume_ratio)
            assert found.surface_tension < 0
            assert found.deviatoric > 0
            assert np.sign(found.hydrostatic) == np.sign(1 - volume_ratio) * np.sign(
                shear**2 * (3 - 4 * POISSON) - SHEAR**2 * (3 - 4 * 0.33)
            )


def test_limits():
    # A solid without stiffness carries no shear: only the free surface of the metal answers, p = −G_e/(1 − ν_e).
    free = isotropic_stress(SHEAR, POISSON, 1e-12, 0.3)
    assert free.deviator_jump == pytest.approx(0, abs=1e-9)
    assert free.pressure_sum == pytest.approx(-SHEAR / (1 - POISSON))
    # A rigid metal and a rigid electrolyte change places.
    assert isotropic_stress(1e-12, 0.3, SHEAR, POISSON).pressure_sum == pytest.approx(SHEAR / (1 - POISSON))
    same = isotropic_stress(5.0, 0.3, 5.0, 0.3)
    assert same.pressure_sum == pytest.approx(0)


@given(shear=st.floats(0.1, 300), ratio=st.floats(0.01, 5), factor=st.floats(0.1, 10))
def test_scaling_with_the_wave_number(shear, ratio, factor):
    once, often = chi(shear, ratio), chi(shear, ratio, wave=factor * WAVE)
    assert often.surface_tension == pytest.approx(factor**2 * once.surface_tension)
    assert often.deviatoric == pytest.approx(factor * once.deviatoric)
    assert often.hydrostatic == pytest.approx(factor * once.hydrostatic)


@given(shear=st.floats(0.1, 300), ratio=st.floats(0.01, 5))
def test_surface_tension_wins_below_the_critical_wavelength(shear, ratio):
    deposit = Deposit(VOLUME, 1, ratio, TENSION, WAVE)
    wavelength = critical_wavelength(deposit, isotropic_stress(SHEAR, POISSON, shear, 0.33))
    if wavelength is None:
        assert chi(shear, ratio).total < 0
    else:
        wave = 2 * np.pi / wavelength
        assert chi(shear, ratio, wave=1.01 * wave).total < 0 < chi(shear, ratio, wave=0.99 * wave).total
