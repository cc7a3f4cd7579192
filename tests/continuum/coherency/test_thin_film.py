"""Films on thick solids, against closed forms of isotropic and cubic films, and bilayers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from atomscreen.continuum.coherency.thin_film import biaxial_modulus, film_curvature, film_energy, film_stress
from atomscreen.core.errors import UsageError
from atomscreen.properties.mechanics.elastic_tensor import turned_stiffness
from tests.continuum.coherency.stiffnesses import cubic, isotropic

YOUNG, POISSON = 150e9, 0.28
SILICON = cubic(165.7, 63.9, 79.6)


@given(st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda normal: np.linalg.norm(normal) > 0.1))
def test_an_isotropic_film_that_would_be_larger_is_compressed_by_its_biaxial_modulus(normal):
    modulus = YOUNG / (1 - POISSON)
    unit = np.array(normal) / np.linalg.norm(normal)
    stress = film_stress(isotropic(YOUNG, POISSON), 0.01 * np.eye(3), np.array(normal))
    assert np.allclose(stress, -0.01 * modulus * (np.eye(3) - np.outer(unit, unit)), atol=1e-6 * modulus)
    assert biaxial_modulus(isotropic(YOUNG, POISSON), np.array(normal)) == pytest.approx(modulus)
    energy = film_energy(isotropic(YOUNG, POISSON), 0.01 * np.eye(3), np.array(normal))
    assert energy == pytest.approx(modulus * 0.01**2)


def test_biaxial_moduli_of_a_cubic_crystal():
    c11, c12, c44 = 165.7, 63.9, 79.6
    assert biaxial_modulus(SILICON, np.array([0, 0, 1])) == pytest.approx(c11 + c12 - 2 * c12**2 / c11)
    assert biaxial_modulus(SILICON, np.array([1, 1, 1])) == pytest.approx(
        6 * c44 * (c11 + 2 * c12) / (c11 + 2 * c12 + 4 * c44)
    )
    # W. A. Brantley 1973: 180 GPa on {100}, 229 GPa on {111} of silicon.
    assert biaxial_modulus(SILICON, np.array([0, 0, 1])) == pytest.approx(180, abs=1)
    assert biaxial_modulus(SILICON, np.array([1, 1, 1])) == pytest.approx(229, abs=1)


@given(st.integers(0, 10_000))
def test_turning_everything_turns_the_stress(seed):
    random = np.random.default_rng(seed)
    rotation = Rotation.random(random_state=seed).as_matrix()
    misfit, normal = random.normal(size=(3, 3)) / 100, random.normal(size=3)
    misfit = (misfit + misfit.T) / 2
    turned = film_stress(turned_stiffness(SILICON, rotation), rotation @ misfit @ rotation.T, rotation @ normal)
    stress = film_stress(SILICON, misfit, normal)
    assert np.allclose(turned, rotation @ stress @ rotation.T, atol=1e-9)
    assert np.allclose(stress @ normal, 0, atol=1e-9), "no traction on the plane"


def test_what_strains_along_the_normal_only_is_free():
    normal = np.array([0.36, 0.48, 0.8])
    across = np.array([0.02, -0.01, 0.03])
    misfit = (np.outer(normal, across) + np.outer(across, normal)) / 2
    assert np.allclose(film_stress(SILICON, misfit, normal), 0, atol=1e-12)


def test_many_normals_at_once():
    normals = np.random.default_rng(3).normal(size=(4, 5, 3))
    misfit = np.diag([0.01, 0.02, -0.03])
    energies = film_energy(SILICON, misfit, normals)
    assert energies.shape == (4, 5)
    assert energies[2, 3] == pytest.approx(film_energy(SILICON, misfit, normals[2, 3]))
    # The energy is what the stress does along the misfit.
    assert energies[2, 3] == pytest.approx(-np.sum(film_stress(SILICON, misfit, normals[2, 3]) * misfit) / 2)


@pytest.mark.parametrize("ratio", [1e-3, 1e-2])
def test_the_curvature_is_that_of_a_bilayer_as_the_film_gets_thin(ratio):
    """Timoshenko's bilayer (J. Opt. Soc. Am. 11, 233, 1925) with biaxial moduli; Stoney's is its first order in h/H."""
    film, substrate, misfit, thickness = 100e9, 180e9, 0.004, 5e-4
    m, n = ratio, film / substrate
    total = thickness * (1 + m)
    exact = 6 * misfit * (1 + m) ** 2 / (total * (3 * (1 + m) ** 2 + (1 + m * n) * (m**2 + 1 / (m * n))))
    found = film_curvature(film * misfit, m * thickness, thickness, substrate)
    # The next order of h/H is 4n - 1 - ..., here within 4 of it.
    assert found == pytest.approx(exact, rel=4 * ratio)


def test_wrong_use():
    with pytest.raises(UsageError, match="thinner"):
        film_curvature(1e9, 1e-3, 1e-6, 1e11)
    with pytest.raises(UsageError, match="positive"):
        film_curvature(1e9, 0.0, 1e-6, 1e11)
    with pytest.raises(UsageError, match="normal"):
        film_stress(SILICON, np.eye(3), np.zeros(3))
