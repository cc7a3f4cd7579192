"""The stage: closed form, orientations, uncertainty, corrected moduli, honest failures."""

import dataclasses

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import get_stage
from atomscreen.interatomic.relaxation import relax
from atomscreen.properties.mechanics import elastic_tensor
from atomscreen.properties.mechanics.elasticity import elasticity
from atomscreen.properties.mechanics.fracture_toughness import fracture_toughness
from atomscreen.properties.plating import dendrites as module
from atomscreen.properties.plating.alkali_metals import METALS
from atomscreen.properties.plating.dendrites import dendrites
from atomscreen.properties.plating.electrodeposition_stability import Deposit, isotropic_stress, stability
from atomscreen.properties.plating.plating_flaw import plating_flaw

FLUORIDE = Structure.from_spacegroup("Fm-3m", Lattice.cubic(4.026), ["Li", "F"], [[0, 0, 0], [0.5, 0.5, 0.5]])
ALUMINA = Structure.from_spacegroup(
    "R-3c", Lattice.hexagonal(4.76, 12.99), ["Al", "O"], [[0, 0, 0.3522], [0.3062, 0, 0.25]]
)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    """A second less for each call; what draws are worth is tested on the polycrystal."""
    monkeypatch.setattr(module, "ORIENTED_SAMPLES", 12)


def cubic(c11, c12, c44):
    stiffness = np.diag([c11 - c12] * 3 + [c44] * 3).astype(float)
    stiffness[:3, :3] += c12
    return stiffness


LIF = cubic(112.0, 46.0, 63.5)  # measured at room temperature


def candidate(stiffness=LIF, ion="Li", structure=FLUORIDE, errors=(3.0, 3.0), **extra):
    mean = elastic_tensor.averages(stiffness)
    quantities = (
        Quantity("elastic_tensor", stiffness),
        Quantity("bulk_modulus", mean.bulk, errors[0]),
        Quantity("shear_modulus", mean.shear, errors[1]),
        *(Quantity(name, *value) for name, value in extra.items()),
    )
    return Candidate("x", {"input": structure, "relaxed": structure}, working_ion=ion, quantities=quantities)


def values(results):
    return {quantity.name: quantity for quantity in results.quantities}


def closed_form(shear, poisson, ratio, wave=0.1):
    lithium = METALS["Li"]
    mean = elastic_tensor.averages(lithium.stiffness)
    metal_poisson = elastic_tensor.poisson_ratio(mean.bulk, mean.shear)
    deposit = Deposit(lithium.molar_volume, 1, ratio, lithium.surface_tension, wave)
    return float(stability(deposit, isotropic_stress(mean.shear, metal_poisson, shear, poisson)).total)


def test_polycrystal_is_the_closed_form_and_its_terms_add_up():
    found = values(dendrites(candidate()))
    mean = elastic_tensor.averages(LIF)
    poisson = elastic_tensor.poisson_ratio(mean.bulk, mean.shear)
    ratio = found["molar_volume_ratio"].number
    assert found["dendrite_parameter"].number == pytest.approx(closed_form(mean.shear, poisson, ratio))
    terms = ("surface_tension", "deviatoric", "hydrostatic")
    total = sum(found[f"dendrite_parameter_{term}"].number for term in terms)
    assert found["dendrite_parameter"].number == pytest.approx(total)
    assert found["dendrite_parameter_surface_tension"].number < 0
    assert found["dendrite_parameter"].provenance["moduli"].startswith("uncorrected")
    assert set(found) == get_stage("dendrites").gives


def test_orientations_of_isotropic_solids_all_give_the_closed_form(monkeypatch):
    lithium = METALS["Li"]
    isotropic = dataclasses.replace(lithium, c44=(lithium.c11 - lithium.c12) / 2)
    monkeypatch.setattr(module, "plating_metal", lambda ion: isotropic)
    found = values(dendrites(candidate(cubic(100.0, 40.0, 30.0))))
    for name in ("min", "mean", "max"):
        assert found[f"dendrite_parameter_{name}"].number == pytest.approx(found["dendrite_parameter"].number)


def test_anisotropic_solids_spread_over_orientations():
    found = values(dendrites(candidate()))
    least, mean, most = (found[f"dendrite_parameter_{name}"].number for name in ("min", "mean", "max"))
    assert least < mean < most
    assert least < found["dendrite_parameter"].number < most
    assert len(found["dendrite_parameter_min"].provenance["plane"]) == 3
    # A soft shear direction and a stiff one: some planes are stable although the polycrystal is not.
    soft = values(dendrites(candidate(cubic(10.0, 8.0, 8.0))))
    assert soft["dendrite_parameter_min"].number < 0 < soft["dendrite_parameter"].number


def test_a_turned_crystal_is_the_same_crystal():
    # A quarter turn about z exchanges x and y: the set of planes and waves has that symmetry, this tensor has not.
    stiffness = np.diag([80.0, 60.0, 50.0, 15.0, 20.0, 30.0])
    stiffness[0, 1] = stiffness[1, 0] = 25.0
    order = [1, 0, 2, 4, 3, 5]
    here, there = values(dendrites(candidate(stiffness))), values(dendrites(candidate(stiffness[np.ix_(order, order)])))
    for name, quantity in here.items():
        assert there[name].number == pytest.approx(quantity.number)


def test_soft_solids_can_win_over_stiff_ones():
    soft, stiff = (values(dendrites(candidate(factor * LIF)))["dendrite_parameter"] for factor in (0.01, 1.0))
    assert soft.number < 0 < stiff.number
    assert soft.provenance["probability_stable"] > 0.5
    assert stiff.provenance["probability_stable"] < 0.05
    assert soft.provenance["critical_wavelength_nm"] is None


def test_small_errors_propagate_linearly(monkeypatch):
    exact = dataclasses.replace(METALS["Li"], shear_uncertainty=0.0, poisson_uncertainty=0.0)
    monkeypatch.setattr(module, "plating_metal", lambda ion: exact)
    solid = candidate(errors=(0.5, 0.3))
    found = values(dendrites(solid, molar_volume_ratio=0.1, surface_tension=0.556))["dendrite_parameter"]
    mean = elastic_tensor.averages(LIF)

    def chi(bulk, shear):
        return closed_form(shear, elastic_tensor.poisson_ratio(bulk, shear), 0.1)

    by_bulk = (chi(mean.bulk + 0.01, mean.shear) - chi(mean.bulk - 0.01, mean.shear)) / 0.02
    by_shear = (chi(mean.bulk, mean.shear + 0.01) - chi(mean.bulk, mean.shear - 0.01)) / 0.02
    # 4,000 draws leave 2 %.
    assert found.uncertainty == pytest.approx(np.hypot(0.5 * by_bulk, 0.3 * by_shear), rel=0.06)


def test_uncertainties_are_repeatable_and_unknown_where_the_moduli_have_none():
    once, again = values(dendrites(candidate())), values(dendrites(candidate()))
    assert once == again
    unknown = values(dendrites(candidate(errors=(None, None))))
    for name, quantity in unknown.items():
        assert (quantity.uncertainty is None) == name.startswith("dendrite_parameter")
    assert "probability_stable" not in unknown["dendrite_parameter"].provenance
    vague = values(dendrites(candidate(errors=(30.0, 40.0))))
    for name in ("dendrite_parameter", "dendrite_parameter_min", "dendrite_parameter_max"):
        assert vague[name].uncertainty > 2 * once[name].uncertainty


def test_corrected_moduli_scale_polycrystal_and_tensor():
    mean = elastic_tensor.averages(LIF)
    doubled = {
        "bulk_modulus_corrected": (2 * mean.bulk, 6.0),
        "shear_modulus_corrected": (2 * mean.shear, 6.0),
    }
    corrected, expected = values(dendrites(candidate(**doubled))), values(dendrites(candidate(2 * LIF)))
    for name, quantity in expected.items():
        assert corrected[name].number == pytest.approx(quantity.number)
    assert corrected["dendrite_parameter"].provenance["moduli"].startswith("corrected")


def test_parameters():
    usual = values(dendrites(candidate()))
    short = values(dendrites(candidate(), wave_number=0.2))
    for name, factor in (("surface_tension", 4), ("deviatoric", 2), ("hydrostatic", 2)):
        name = f"dendrite_parameter_{name}"
        assert short[name].number == pytest.approx(factor * usual[name].number)
    chosen = values(dendrites(candidate(), molar_volume_ratio=0.5, surface_tension=1.112))
    assert chosen["molar_volume_ratio"].number == 0.5
    assert chosen["molar_volume_ratio"].uncertainty == 0
    ratio = 2 * 1.5 / (1 + usual["molar_volume_ratio"].number)
    assert chosen["dendrite_parameter_surface_tension"].number == pytest.approx(
        ratio * usual["dendrite_parameter_surface_tension"].number
    )
    stage = get_stage("dendrites")
    assert stage.check({"surface_tension": "500 mJ/m^2", "wave_number": "1e8 1/m"})["wave_number"] == pytest.approx(0.1)
    for wrong in ({"wave_number": 0}, {"molar_volume_ratio": -1}, {"surface_tension": "1 V"}, {"surface_tension": 0}):
        with pytest.raises(UsageError, match=next(iter(wrong))):
            stage.check(wrong)


def test_sodium_is_its_own_metal():
    salt = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    found = values(dendrites(candidate(cubic(48.7, 12.6, 12.7), ion="Na", structure=salt)))
    assert found["dendrite_parameter"].provenance["metal"] == "Na"
    assert found["dendrite_parameter"].number > 0
    assert 0.1 < found["molar_volume_ratio"].number < 0.3


def test_what_has_no_parameter_fails_with_a_sentence():
    with pytest.raises(StageFailure, match="no data for K metal"):
        dendrites(candidate(ion="K"))
    with pytest.raises(StageFailure, match="give molar_volume_ratio"):
        dendrites(candidate(structure=ALUMINA))
    assert values(dendrites(candidate(structure=ALUMINA), molar_volume_ratio=0.1))["dendrite_parameter"].number > 0
    unstable = dataclasses.replace(
        candidate(), quantities=(*candidate().quantities, Quantity("elastic_tensor", cubic(50.0, 60.0, 30.0)))
    )
    with pytest.raises(StageFailure, match="elastically unstable"):
        dendrites(unstable)
    with pytest.raises(UsageError, match="has no quantity"):  # the registry asks for it before it runs the stage
        dendrites(dataclasses.replace(candidate(), quantities=candidate().quantities[1:]))


@pytest.mark.slow
def test_from_a_structure_to_both_quantities_with_a_potential():
    found = Candidate("LiF", {"input": FLUORIDE.get_primitive_structure()}, working_ion="Li")
    for stage in (relax, elasticity, dendrites, fracture_toughness, plating_flaw):
        found = found.with_results(stage(found))
    for name in ("bulk_modulus", "shear_modulus", "dendrite_parameter", "fracture_toughness", "critical_overpotential"):
        print(found.quantity(name))
    assert found.quantity("dendrite_parameter").number > 0  # stiff, and the ion is small
    assert found.quantity("dendrite_parameter").uncertainty > 0
    assert 0 < found.quantity("critical_overpotential").number < 0.1
