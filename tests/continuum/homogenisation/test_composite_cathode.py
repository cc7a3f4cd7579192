"""A composite cathode from two records: what goes in, what comes out, and what is refused."""

import dataclasses

import pytest
from pymatgen.core import Lattice, Structure

from atomscreen.continuum.homogenisation import composite_moduli
from atomscreen.continuum.homogenisation.composite_cathode import MODULI, composite_cathode
from atomscreen.continuum.homogenisation.composite_expansion import levin_expansion
from atomscreen.continuum.homogenisation.composite_moduli import Phase
from atomscreen.continuum.homogenisation.effective_transport import Tortuosity
from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.record import handoff_record
from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import UsageError
from atomscreen.core.quantity import Quantity

FULL, EMPTY = {"ion_content": 1.0}, {"ion_content": 0.0}
ACTIVE = (
    Quantity("youngs_modulus", 170.0, conditions=FULL, method="raw"),
    Quantity("poisson_ratio", 0.25, conditions=FULL),
    Quantity("youngs_modulus", 90.0, conditions=EMPTY),
    Quantity("poisson_ratio", 0.3, conditions=EMPTY),
    Quantity("volume_change", -5.0, conditions=EMPTY, method="orderings"),
    Quantity("thermal_expansion", 4e-5, conditions={"temperature": 300.0}),
)
ELECTROLYTE = (
    Quantity("youngs_modulus", 20.0),
    Quantity("poisson_ratio", 0.35),
    Quantity("youngs_modulus_corrected", 24.0, method="corrected"),
    Quantity("poisson_ratio_corrected", 0.34),
    Quantity("bulk_ionic_conductivity_300K", 2e-3, method="Arrhenius"),
    Quantity("bulk_ionic_conductivity", 5e-2, conditions={"temperature": 400.0}),
    Quantity("thermal_expansion", 9e-5, conditions={"temperature": 300.0}),
)


def record(quantities, element):
    structure = Structure(Lattice.cubic(4), ["Li", element], [[0, 0, 0], [0.5, 0.5, 0.5]])
    return handoff_record(Candidate(f"Li{element}-x", {"input": structure}, quantities=tuple(quantities)))


def cathode(active=ACTIVE, electrolyte=ELECTROLYTE, **wanted):
    given = {"active_fraction": 0.6, "porosity": 0.05, **wanted}
    return composite_cathode(record(active, "Co"), record(electrolyte, "S"), **given)


def without(quantities, *names):
    return [quantity for quantity in quantities if quantity.name not in names]


def test_moduli_are_those_of_the_full_active_material_and_the_corrected_electrolyte():
    layer = cathode()
    phases = {
        "active": Phase.of_youngs_modulus(0.6, 170e9, 0.25),
        "electrolyte": Phase.of_youngs_modulus(0.35, 24e9, 0.34),
        "pores": Phase.pores(0.05),
    }
    assert set(layer.moduli) == set(MODULI)
    for name, average in (
        ("voigt", composite_moduli.voigt),
        ("self_consistent", composite_moduli.self_consistent),
        ("mori_tanaka", lambda given: composite_moduli.mori_tanaka(given, matrix="electrolyte")),
    ):
        found, expected = layer.moduli[name], average(phases)
        assert (found.bulk, found.shear) == pytest.approx((expected.bulk, expected.shear))
    assert layer.sources["active moduli"] == "raw"
    assert layer.sources["electrolyte moduli"] == "corrected"
    assert [remark for remark in layer.remarks if "not corrected" in remark] == [
        "The stiffness of LiCo-x is not corrected for the potential's softness."
    ]
    assert sum(layer.fractions.values()) == pytest.approx(1)


def test_moduli_of_the_relaxed_structure_are_of_the_full_material_too():
    relaxed = [dataclasses.replace(q, conditions={}) if q.conditions == FULL else q for q in ACTIVE]
    assert cathode(relaxed).moduli == cathode().moduli


def test_conductivity_is_that_of_the_electrolyte_alone():
    layer = cathode(porosity=0.0, active_fraction=0.5, tortuosity=Tortuosity(factor=2.5))
    assert layer.ionic_conductivity == pytest.approx(
        {  # in S/m; the bound is Maxwell's 2ε/(3 − ε), the medium Bruggeman's (3ε − 1)/2
            "hashin_shtrikman_upper": 0.2 * 1.0 / 2.5,
            "bruggeman": 0.2 * 0.5**1.5,
            "self_consistent": 0.2 * 0.25,
            "tortuosity_factor": 0.2 * 0.5 / 2.5,
        }
    )
    assert cathode(temperature=400.0).ionic_conductivity["bruggeman"] == pytest.approx(5.0 * 0.35**1.5)
    assert "tortuosity_factor" not in cathode().ionic_conductivity


def test_expansions_of_a_dense_layer_keep_levins_relation():
    layer = cathode(porosity=0.0, active_fraction=0.6)
    phases = Phase.of_youngs_modulus(0.6, 170e9, 0.25), Phase.of_youngs_modulus(0.4, 24e9, 0.34)
    for name in ("mori_tanaka", "self_consistent"):
        bulk = layer.moduli[name].bulk
        assert layer.volume_change[name] == pytest.approx(levin_expansion(phases, (-0.05, 0.0), bulk))
        assert layer.thermal_expansion[name] == pytest.approx(levin_expansion(phases, (4e-5, 9e-5), bulk))
        # Between that of loose phases and that of the active material, which is stiffer and so has more of a say.
        assert -0.05 < layer.volume_change[name] < -0.05 * 0.6


def test_a_layer_can_do_without_thermal_expansion_but_says_so():
    layer = cathode(electrolyte=without(ELECTROLYTE, "thermal_expansion"))
    assert layer.thermal_expansion is None
    (remark,) = [remark for remark in layer.remarks if "thermal" in remark]
    assert "lack of thermal_expansion of LiS-x at 300 K (stage 'thermal_expansion')" in remark


def test_all_that_is_missing_is_named_with_the_stages_that_give_it():
    with pytest.raises(HandoffIncomplete) as problem:
        cathode(
            [quantity for quantity in ACTIVE if quantity.name == "thermal_expansion"],
            without(ELECTROLYTE, "poisson_ratio", "poisson_ratio_corrected"),
            temperature=350.0,
        )
    modulus, other, change, conductivity = problem.value.missing
    assert "youngs_modulus of LiCo" in modulus and "'elasticity'" in modulus
    assert "youngs_modulus of LiS" in other and "poisson_ratio" in other
    assert "volume_change of LiCo-x without working ions" in change and "'voltage'" in change
    assert "bulk_ionic_conductivity of LiS-x at 350 K" in conductivity and "'diffusivity'" in conductivity


def test_a_bound_stays_a_bound():
    quick = dataclasses.replace(ELECTROLYTE[4], bound="upper")
    layer = cathode(electrolyte=[*ELECTROLYTE, quick])
    assert any("electrolyte conductivity is a bound (upper)" in remark for remark in layer.remarks)
    assert layer.bounds == {"electrolyte conductivity": "upper"}


def test_uncertainties_go_with_the_numbers_they_are_of():
    unsure = dataclasses.replace(ELECTROLYTE[4], uncertainty=0.25 * ELECTROLYTE[4].number)
    assert cathode(electrolyte=[*ELECTROLYTE, unsure]).relative_uncertainties["electrolyte conductivity"] == 0.25
    assert "electrolyte conductivity" not in cathode().relative_uncertainties


@pytest.mark.parametrize("wrong", [(0.0, 0.1), (0.7, 0.3), (0.9, 0.2), (0.5, -0.1), (1.2, 0.0)])
def test_fractions_that_leave_no_electrolyte_are_refused(wrong):
    with pytest.raises(UsageError, match="leave no volume"):
        cathode(active_fraction=wrong[0], porosity=wrong[1])
