"""Damage is what cycling with a mechanism takes beyond cycling without, and its driving force is the material's."""

import dataclasses
import functools

import pytest

from atomscreen.continuum.cell import damage
from atomscreen.continuum.cell.base_sets import base_values
from atomscreen.continuum.cell.damage_mechanisms import MECHANISMS, STRESS, with_what_it_builds_on
from atomscreen.continuum.cell.pybamm_parameters import pybamm_parameters, untouched_base
from atomscreen.core.errors import StageFailure, UsageError
from tests.continuum.examples import graphite, lithium_iron_phosphate

GROWTH = "interphase growth"
ON_CRACKS = "interphase on cracks"
LOSS = "loss of active material"


damage_ranking = functools.partial(damage.damage_ranking, cycles=1, model="SPM")


def share(ranking, name):
    return next(one for one in ranking.shares if one.mechanism == name)


@pytest.fixture(scope="module")
def of_graphite():
    return damage_ranking(pybamm_parameters(graphite(), "OKane2022"))


@pytest.mark.slow
def test_every_mechanism_is_ranked_where_the_set_has_its_constants(of_graphite):
    assert {one.mechanism for one in of_graphite.shares} == set(MECHANISMS) - {ON_CRACKS}
    assert set(of_graphite.left_out) == {ON_CRACKS} and "do not take it" in of_graphite.left_out[ON_CRACKS]
    saved = [one.saved_without for one in of_graphite.shares]
    assert saved == sorted(saved, reverse=True)
    assert of_graphite.all_on > of_graphite.resolution > 0


@pytest.mark.slow
def test_mechanisms_apart_and_together_take_about_the_same(of_graphite):
    # Interactions are of second order in losses of 1e-4: shares of each other, not of the capacity.
    alone = sum(one.alone for one in of_graphite.shares)
    assert alone == pytest.approx(of_graphite.all_on, rel=0.2)


@pytest.mark.slow
def test_what_drives_damage_is_the_material_s_and_how_fast_it_goes_the_base_set_s(of_graphite):
    loss = share(of_graphite, LOSS)
    for name in ("Negative electrode Young's modulus [Pa]", "Negative electrode critical stress [Pa]"):
        assert name in loss.of_material
    assert "Negative electrode LAM constant proportional term [s-1]" in loss.of_base_set
    assert "Positive electrode Young's modulus [Pa]" in loss.of_base_set
    assert share(of_graphite, "lithium plating").of_material == ("Negative electrode OCP [V]",)
    assert share(of_graphite, GROWTH).of_material == ()
    assert share(of_graphite, GROWTH).lithium > 0


@pytest.mark.slow
def test_an_interphase_on_cracks_takes_what_growth_limited_by_diffusion_says(monkeypatch):
    monkeypatch.setattr(damage, "TOLERANCES", (1e-7,))  # a quarter of the time, and the closed form is no better
    values = base_values("OKane2022")
    found = damage_ranking(untouched_base("OKane2022"), model="DFN", mechanisms=[ON_CRACKS])
    assert {one.mechanism for one in found.shares} == {GROWTH, "particle cracking", ON_CRACKS}
    # On solvent that diffuses through it, an interphase grows as L² = L0² + 2kt, from 5 nm, and from nothing on cracks;
    # those have 2 l w ρ times the particles' area. The second discharge ends after about 3.3 h, the third after 5.6 h.
    growth = 2 * values["SEI solvent diffusivity [m2.s-1]"] * values["Bulk solvent concentration [mol.m-3]"]
    growth *= values["SEI partial molar volume [m3.mol-1]"] / values["Ratio of lithium moles to SEI moles"]
    cracks = "Negative electrode initial crack", "Negative electrode number of cracks per unit area [m-2]"
    area = 2 * values[f"{cracks[0]} length [m]"] * values[f"{cracks[0]} width [m]"] * values[cracks[1]]

    def thickness(initial, hours):
        return (initial**2 + growth * 3600 * hours) ** 0.5

    on_particles, on_cracks = (thickness(initial, 5.6) - thickness(initial, 3.3) for initial in (5e-9, 5e-13))
    ratio = share(found, ON_CRACKS).lithium / share(found, GROWTH).lithium
    assert ratio == pytest.approx(area * on_cracks / on_particles, rel=0.1)  # of times known to a few per cent


def test_active_material_is_lost_as_the_power_law_of_stress_says():
    parameters = pybamm_parameters(graphite())
    parameters.values["Negative electrode LAM constant proportional term [s-1]"] = 2.8e-7  # zero in Ai2020
    before = share(damage_ranking(parameters, mechanisms=[LOSS]), LOSS)
    parameters.values["Negative electrode critical stress [Pa]"] /= 2
    after = share(damage_ranking(parameters, mechanisms=[LOSS]), LOSS)
    # The rate goes with (stress/critical stress)^2, and the lithium in what is lost with the rate.
    assert after.lithium / before.lithium == pytest.approx(4.0, rel=0.02)


def test_a_looser_tolerance_is_tried_where_one_cannot_be_kept_to(monkeypatch):
    class Cell(damage._CycledCell):
        def _run(self, on, tolerance):
            if self.tolerance == damage.TOLERANCES[0]:
                raise StageFailure("too tight")
            return super()._run(on, tolerance)

    monkeypatch.setattr(damage, "_CycledCell", Cell)
    assert damage_ranking(untouched_base("Chen2020")).all_on > 0
    monkeypatch.setattr(damage, "TOLERANCES", damage.TOLERANCES[:1])
    with pytest.raises(StageFailure, match="too tight"):
        damage_ranking(untouched_base("Chen2020"))


def test_what_a_set_lacks_is_left_out_by_name():
    ranking = damage_ranking(untouched_base("Chen2020"))
    assert [one.mechanism for one in ranking.shares] == [GROWTH]
    assert set(ranking.left_out) == set(MECHANISMS) - {GROWTH}
    assert (
        "Chen2020' lacks its constants, as Exchange-current density for plating" in ranking.left_out["lithium plating"]
    )
    # One mechanism is all there is: alone it takes what all take, and without it nothing is lost.
    (only,) = ranking.shares
    assert only.alone == only.saved_without == ranking.all_on


def test_a_growth_that_stands_still_takes_nothing():
    parameters = untouched_base("Chen2020")
    parameters.values["SEI solvent diffusivity [m2.s-1]"] = 1e-40
    ranking = damage_ranking(parameters)
    assert abs(ranking.all_on) < damage.TOLERANCES[0]


@pytest.mark.slow
def test_no_stress_is_made_of_particles_in_which_two_phases_coexist():
    ranking = damage_ranking(pybamm_parameters(lithium_iron_phosphate(), "Ai2020"))
    for one in ranking.shares:
        assert not any(name.startswith("Positive") for name in (*one.of_material, *one.of_base_set))


@pytest.mark.parametrize("name", MECHANISMS)
def test_a_base_set_has_every_constant_by_pybamm_s_name(name):
    known = base_values("OKane2022")
    for side in ("Negative", "Positive"):
        assert all(constant in known for constant in MECHANISMS[name].constants_of(side))


def test_mechanisms_build_on_others():
    assert with_what_it_builds_on(["interphase on cracks"]) == {"interphase on cracks", GROWTH, "particle cracking"}
    assert [name for name, one in MECHANISMS.items() if one.by_stress] == ["particle cracking", LOSS]


def test_bad_input_is_refused():
    parameters = untouched_base("Chen2020")
    with pytest.raises(UsageError, match="at least one at a positive rate"):
        damage_ranking(parameters, cycles=0)
    with pytest.raises(UsageError, match="at least one at a positive rate"):
        damage_ranking(parameters, c_rate=0.0)
    with pytest.raises(UsageError, match="no damage mechanism 'cracking'; did you mean 'particle cracking'"):
        damage_ranking(parameters, mechanisms=["cracking"])
    values = {name: value for name, value in parameters.values.items() if not name.startswith("SEI")}
    bare = dataclasses.replace(parameters, values=values)
    with pytest.raises(StageFailure, match="no damage mechanism can be had"):
        damage_ranking(bare)
    assert all("{side}" in name for name in STRESS)
