"""Expansion of composites: Levin's exact relation, its limits, and the estimates that keep it."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from atomscreen.continuum.homogenisation import composite_moduli as moduli
from atomscreen.continuum.homogenisation.comparison_medium import IsotropicMedium
from atomscreen.continuum.homogenisation.composite_expansion import expansion_in, levin_expansion
from atomscreen.continuum.homogenisation.composite_moduli import Phase
from atomscreen.core.errors import UsageError

stiff = st.floats(1e9, 1e12)
expansions = st.floats(-0.1, 0.1)
phases_of_two = st.builds(
    lambda f, k1, g1, k2, g2: {"one": Phase(f, k1, g1), "two": Phase(1 - f, k2, g2)},
    st.floats(0.02, 0.98), stiff, stiff, stiff, stiff,
)  # fmt: skip


@given(phases=phases_of_two, first=expansions, second=expansions)
def test_two_phases_keep_levins_relation_in_every_estimate(phases, first, second):
    one, two = phases.values()
    assume(abs(one.bulk / two.bulk - 1) > 1e-3)  # nearer, the difference of compliances loses its digits
    by_name = {"one": first, "two": second}
    composite = moduli.self_consistent(phases)
    media = {"one": one.medium, "two": two.medium, "composite": composite, "none": IsotropicMedium(0.0, 0.0)}
    for medium in media.values():
        bulk = moduli.mean_in(phases, medium).bulk
        exact = levin_expansion((one, two), (first, second), bulk)
        assert expansion_in(phases, by_name, medium) == pytest.approx(exact, abs=1e-9)


@given(phases=phases_of_two, expansion=expansions, shear=st.floats(0, 1e12))
def test_phases_that_expand_alike_do_not_strain_each_other(phases, expansion, shear):
    bulk = moduli.hashin_shtrikman_lower(phases).bulk
    assert levin_expansion(tuple(phases.values()), (expansion, expansion), bulk) == pytest.approx(expansion)
    medium = IsotropicMedium(bulk, shear)
    assert expansion_in(phases, {"one": expansion, "two": expansion}, medium) == pytest.approx(expansion)


@given(fraction=st.floats(0.02, 0.98), bulk=stiff, first=expansions, second=expansions)
def test_equal_bulk_moduli_give_the_average_by_volume(fraction, bulk, first, second):
    phases = {"one": Phase(fraction, bulk, 1e9), "two": Phase(1 - fraction, bulk, 5e11)}
    mean = fraction * first + (1 - fraction) * second
    assert levin_expansion(tuple(phases.values()), (first, second), bulk) == pytest.approx(mean)
    assert expansion_in(phases, {"one": first, "two": second}, phases["two"].medium) == pytest.approx(mean)


@given(phases=phases_of_two, first=expansions, second=expansions)
def test_the_limits_are_those_of_equal_stress_and_equal_strain(phases, first, second):
    one, two = phases.values()
    assume(abs(one.bulk / two.bulk - 1) > 1e-3)
    by_volume = one.fraction * first + two.fraction * second
    weights = one.fraction * one.bulk, two.fraction * two.bulk
    by_stiffness = (weights[0] * first + weights[1] * second) / sum(weights)
    pair = (one, two), (first, second)
    assert levin_expansion(*pair, moduli.reuss(phases).bulk) == pytest.approx(by_volume, abs=1e-9)
    assert levin_expansion(*pair, moduli.voigt(phases).bulk) == pytest.approx(by_stiffness, abs=1e-9)


def test_a_sphere_in_a_thick_shell():
    """Hashin's coated sphere, from Lamé's solution of a pressed sphere and shell: it has Mori and Tanaka's expansion."""
    fraction, core, shell = 0.4, Phase(0.4, 1.5e11, 9e10), Phase(0.6, 2.5e10, 1e10)
    # Volumetric strains e of a free coated sphere with a misfit a in its core: pressure p on the core from the shell,
    # whose inside moves by e_inside = p (f/(1 − f)/K + 3/(4G (1 − f))), the outside by e = p f/(1 − f) (1/K + 3/(4G)).
    misfit = 0.03
    per_pressure = fraction / (1 - fraction) / shell.bulk + 3 / (4 * shell.shear * (1 - fraction))
    pressure = misfit / (per_pressure + 1 / core.bulk)
    expected = pressure * fraction / (1 - fraction) * (1 / shell.bulk + 3 / (4 * shell.shear))
    phases = {"core": core, "shell": shell}
    assert expansion_in(phases, {"core": misfit, "shell": 0.0}, shell.medium) == pytest.approx(expected, rel=1e-12)


@given(porosity=st.floats(0, 0.45), phases=phases_of_two, expansion=expansions)
def test_pores_do_not_change_how_a_solid_expands(porosity, phases, expansion):
    solids = {name: Phase((1 - porosity) * p.fraction, p.bulk, p.shear) for name, p in phases.items()}
    porous = {**solids, "pores": Phase.pores(porosity)}
    medium = moduli.self_consistent(porous)
    assert expansion_in(porous, {"one": expansion, "two": expansion}, medium) == pytest.approx(expansion)


ONE, TWO = Phase(0.5, 1e11, 5e10), Phase(0.5, 2e10, 1e10)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: levin_expansion((ONE, TWO), (0.1, 0.0), 9e10), "outside of the bounds"),
        (lambda: levin_expansion((ONE, TWO), (0.1, 0.0), 1e9), "outside of the bounds"),
        (lambda: levin_expansion((ONE, Phase.pores(0.5)), (0.1, 0.0), 1e9), "above 0"),
        (lambda: levin_expansion((ONE, Phase(0.4, 1e9, 1e9)), (0.1, 0.0), 1e10), "sum to 0.9"),
        (lambda: expansion_in({"one": ONE}, {"one": 0.1}, ONE.medium), "sum to 0.5"),
        (lambda: expansion_in({"one": ONE, "two": TWO}, {"one": 0.1}, ONE.medium), "of two is not given"),
        (lambda: expansion_in({"pores": Phase.pores(1.0)}, {}, ONE.medium), "nothing expands"),
    ],
)
def test_bad_input_is_refused(make, words):
    with pytest.raises(UsageError, match=words):
        make()
