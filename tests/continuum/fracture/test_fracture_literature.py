"""Sizes that experiments found, from values that were published before or beside them; nothing is fitted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from atomscreen.continuum.fracture.flaw import LARGEST_SHARE, energy_release_rate, stress_intensity
from atomscreen.continuum.fracture.fracture_map import FractureMap, fracture_map
from atomscreen.continuum.fracture.grain_size import Z_SPREAD, critical_size
from tests.continuum.fracture.conftest import even_electrode, flat

WITHIN = 3.0
"""Factor asked for."""


def test_silicon_particles_crack_from_about_150_nm():
    """Silicon flows, so that its stress is limited by what it flows at, whatever the rate.

    The tension in lithiated films as they flow is 1 GPa (V. A. Sethuraman et al., Journal of Power Sources 195, 5062,
    2010, doi:10.1016/j.jpowsour.2010.02.013), the biaxial modulus of Li3Si 35 GPa and the fracture energy at high
    lithium contents 5.4 to 6.9 J/m² (M. Pharr, Z. Suo, J. J. Vlassak, Nano Letters 13, 5570, 2013; the modulus is quoted
    there); Poisson's ratio 0.24. The deepest edge crack looked at, half of the radius, then grows from a diameter of
    176 nm on; particles crack from about 150 nm (X. H. Liu et al., ACS Nano 6, 1522, 2012). The size goes with the
    inverse square of the stress: with 0.5 GPa, which is reported too, it is four times as large, and outside the factor
    of three. Agreement is thus no better than what is known of the stress.
    """
    poisson, fracture_energy = 0.24, 6.15
    modulus = 35e9 * (1 - poisson)

    def diameter(flow: float) -> float:
        of_micrometre = stress_intensity("surface", LARGEST_SHARE * 1e-6, 1e-6, lambda r: np.full_like(r, flow))
        release = float(energy_release_rate(of_micrometre, np.array(modulus), np.array(poisson)))
        return 2 * 1e-6 * fracture_energy / release  # G goes with the size

    assert 1 / WITHIN < diameter(1e9) / 150e-9 < WITHIN
    # So does the estimate by Z σ² h/E with Z = 1: 160 nm.
    assert 1 / WITHIN < critical_size(fracture_energy, modulus, 1e9 / modulus) / 150e-9 < WITHIN
    assert diameter(0.5e9) / 150e-9 > WITHIN


# Crack-tip and pillar-splitting values differ by a factor of three: the middle of their logarithms.
TOUGHNESS = math.sqrt(0.24e6 * 0.81e6)
MODULUS = 1.0e11


@pytest.fixture(scope="module")
def manganese_spinel(solved) -> FractureMap:
    """LixMn2O4 with diffusivity 7.08e-15 m²/s and Ω = 3.497e-6 m³/mol (X. Zhang, W. Shyy, A. M. Sastry, J. Electrochem.
    Soc. 154, A910, 2007), E = 87 to 104 GPa (H.-Y. Amanieu et al., Acta Materialia 89, 153, 2015) and K_Ic = 0.24 to
    0.81 MPa·m^0.5 (M. Z. Mughal et al., Materials 10, 403, 2017, doi:10.3390/ma10040403)."""
    energy = float(energy_release_rate(np.array(TOUGHNESS), np.array(MODULUS), np.array(0.3)))
    return fracture_map(even_electrode(), flat(energy), solved)


def test_diffusion_alone_breaks_manganese_spinel_from_larger_particles_than_those_that_were_found_to(manganese_spinel):
    """Diffusion alone gives a diameter of 11 µm at 1 C and 4.5 µm at 10 C, and at 30 C still 2.9 µm.

    Particles below about 1 µm survive, as W. H. Woodford, W. C. Carter and Y.-M. Chiang found, who ascribe fracture to
    the coherency stress of two cubic phases, which acts at any rate (J. Electrochem. Soc. 161, F3005, 2014,
    doi:10.1149/2.0021411jes). Fracture by diffusion is outside a factor of three of that at the rates of use: the next
    test has the misfit.
    """
    diameters = {rate: 2 * manganese_spinel.critical_radius(rate, 0.0) for rate in (1.0, 10.0, 30.0)}
    assert diameters[1.0] == pytest.approx(11e-6, rel=0.05)  # the numbers above are rounded
    assert diameters[10.0] == pytest.approx(4.5e-6, rel=0.05)
    assert diameters[10.0] > WITHIN * 1e-6
    assert 2e-6 < diameters[30.0] < WITHIN * 1e-6


def test_the_misfit_of_the_cubic_spinels_alone_is_known_no_better_than_from_15_nm_to_a_micrometre():
    """Their lattice parameters differ by about 1.2 % (T. Ohzuku, M. Kitagawa, T. Hirai, J. Electrochem. Soc. 137, 769,
    1990). With Z = 1 and the middle of the toughnesses the critical size is 0.12 µm, eight times less than the 1 µm
    that was found. Z is known to a factor of 2.5 (one standard deviation) and the fracture energy to one of 3.4: where
    both are at that end, it is 1.04 µm. That it can be reached is all that this says."""
    sizes = [
        critical_size(float(energy_release_rate(np.array(k), np.array(MODULUS), np.array(0.3))), MODULUS, 0.012, z)
        for k, z in ((0.24e6, Z_SPREAD), (TOUGHNESS, 1.0), (0.81e6, 1 / Z_SPREAD))
    ]
    assert sizes == pytest.approx([0.015e-6, 0.123e-6, 1.04e-6], rel=0.05)  # the numbers above are rounded
    assert sizes[1] < 1e-6 / WITHIN
