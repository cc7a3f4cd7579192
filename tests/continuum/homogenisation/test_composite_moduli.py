"""Composite moduli against closed forms, exact limits and their order."""

import itertools
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from atomscreen.continuum.homogenisation.composite_moduli import (
    Phase,
    hashin_shtrikman_lower,
    hashin_shtrikman_upper,
    mori_tanaka,
    reuss,
    self_consistent,
    voigt,
)
from atomscreen.core.errors import UsageError

moduli = st.floats(1e6, 1e12)
NARROWING = (reuss, hashin_shtrikman_lower, self_consistent, hashin_shtrikman_upper, voigt)


def composite(fractions, pairs):
    """Return phases of fractions, scaled to sum to one, and of pairs of moduli."""
    total = sum(fractions)
    phases = [Phase(f / total, *pair) for f, pair in zip(fractions, pairs, strict=True)]
    return {f"phase {index}": phase for index, phase in enumerate(phases)}


composites = st.integers(1, 4).flatmap(
    lambda count: st.builds(
        composite,
        st.lists(st.floats(0.01, 1), min_size=count, max_size=count),
        st.lists(st.tuples(moduli, moduli), min_size=count, max_size=count),
    )
)


@given(phases=composites, porosity=st.floats(0, 0.9))
def test_every_average_lies_within_the_wider_bounds(phases, porosity):
    solids = {name: Phase(p.fraction * (1 - porosity), p.bulk, p.shear) for name, p in phases.items()}
    media = [average({**solids, "pores": Phase.pores(porosity)}) for average in NARROWING]
    for modulus in ("bulk", "shear"):
        values = [getattr(medium, modulus) for medium in media]
        # A theorem: only rounding and the end of the self-consistent search may break it.
        assert all(above >= below * (1 - 1e-9) for below, above in itertools.pairwise(values))


@given(bulk=moduli, shear=moduli, fraction=st.floats(0, 1))
def test_phases_that_are_alike_make_the_same_composite(bulk, shear, fraction):
    phases = {"one": Phase(fraction, bulk, shear), "other": Phase(1 - fraction, bulk, shear)}
    for average in NARROWING:
        medium = average(phases)
        assert (medium.bulk, medium.shear) == pytest.approx((bulk, shear), rel=1e-9)


@given(
    fraction=st.floats(0.01, 0.99),
    soft=st.tuples(moduli, moduli),
    stiffer=st.tuples(st.floats(1.01, 100), st.floats(1.01, 100)),
)
def test_two_phases_have_the_bounds_that_hashin_and_shtrikman_printed(fraction, soft, stiffer):
    """K1 + f2/(1/(K2 − K1) + 3f1/(3K1 + 4G1)) and G1 + f2/(1/(G2 − G1) + 6f1(K1 + 2G1)/(5G1(3K1 + 4G1))) (1963)."""
    stiff = tuple(modulus * factor for modulus, factor in zip(soft, stiffer, strict=True))
    phases = {"soft": Phase(1 - fraction, *soft), "stiff": Phase(fraction, *stiff)}

    def printed(near, far, share):
        (k1, g1), (k2, g2) = near, far
        shear_share = 6 * (1 - share) * (k1 + 2 * g1) / (5 * g1 * (3 * k1 + 4 * g1))
        bulk = k1 + share / (1 / (k2 - k1) + 3 * (1 - share) / (3 * k1 + 4 * g1))
        return bulk, g1 + share / (1 / (g2 - g1) + shear_share)

    lower, upper = hashin_shtrikman_lower(phases), hashin_shtrikman_upper(phases)
    assert (lower.bulk, lower.shear) == pytest.approx(printed(soft, stiff, fraction), rel=1e-6)
    assert (upper.bulk, upper.shear) == pytest.approx(printed(stiff, soft, 1 - fraction), rel=1e-6)
    # With the softest or the stiffest phase as its matrix, Mori and Tanaka's estimate is a bound.
    assert mori_tanaka(phases, matrix="soft") == lower
    assert mori_tanaka(phases, matrix="stiff") == upper


@given(phases=composites, data=st.data())
def test_a_matrix_of_any_phase_stays_within_the_bounds(phases, data):
    medium = mori_tanaka(phases, matrix=data.draw(st.sampled_from(sorted(phases))))
    lower, upper = hashin_shtrikman_lower(phases), hashin_shtrikman_upper(phases)
    for modulus in ("bulk", "shear"):
        assert getattr(lower, modulus) * (1 - 1e-9) <= getattr(medium, modulus)
        assert getattr(medium, modulus) <= getattr(upper, modulus) * (1 + 1e-9)


@given(first=st.tuples(moduli, moduli), second=st.tuples(moduli, moduli), which=st.sampled_from(["bulk", "shear"]))
def test_little_of_a_phase_changes_a_matrix_as_one_sphere_does(first, second, which):
    """The dilute limit (J. D. Eshelby 1957): all estimates with that matrix agree to first order in the fraction."""
    assume(all(1e-2 < one / other < 1e2 for one, other in zip(first, second, strict=True)))
    fraction = 1e-6
    phases = {"matrix": Phase(1 - fraction, *first), "sphere": Phase(fraction, *second)}
    bulk, shear = first
    strain = (  # of a sphere over that far away: 1/(1 + s (a/a0 − 1)), with Eshelby's s for dilation and shear
        1 / (1 + 3 * bulk / (3 * bulk + 4 * shear) * (second[0] / bulk - 1)),
        1 / (1 + 6 * (bulk + 2 * shear) / (5 * (3 * bulk + 4 * shear)) * (second[1] / shear - 1)),
    )[which == "shear"]
    there, here = getattr(phases["sphere"], which), getattr(phases["matrix"], which)
    expected = fraction * (there - here) * strain
    for medium in (mori_tanaka(phases, matrix="matrix"), self_consistent(phases)):
        # Second order in the fraction, and what the subtraction and the self-consistent search leave of the digits.
        assert getattr(medium, which) - here == pytest.approx(expected, rel=1e-2, abs=1e-12 * here)


@pytest.mark.parametrize("porosity", [0.0, 0.1, 0.3, 0.45, 0.499])
def test_self_consistent_pores(porosity):
    """A solid of Poisson's ratio 1/5 keeps it, and its stiffness falls as 1 − 2φ (Budiansky 1965)."""
    solid = Phase.of_youngs_modulus(1 - porosity, 1e11, 0.2)
    medium = self_consistent({"solid": solid, "pores": Phase.pores(porosity)})
    assert medium.youngs_modulus == pytest.approx((1 - 2 * porosity) * 1e11, rel=1e-9)
    assert medium.poisson_ratio == pytest.approx(0.2, rel=1e-9)


@given(poisson=st.floats(-0.4, 0.49), porosity=st.floats(0.5001, 0.99))
def test_with_more_than_half_of_pores_no_stiffness_is_left(poisson, porosity):
    solid = Phase.of_youngs_modulus(1 - porosity, 1e11, poisson)
    medium = self_consistent({"solid": solid, "pores": Phase.pores(porosity)})
    assert (medium.bulk, medium.shear, medium.youngs_modulus) == (0.0, 0.0, 0.0)
    assert math.isnan(medium.poisson_ratio)


@given(porosity=st.floats(0.01, 0.99), bulk=moduli, shear=moduli)
def test_pores_leave_no_lower_bound_and_mackenzies_upper_one(porosity, bulk, shear):
    """J. K. Mackenzie 1950: K = 4KG(1 − φ)/(4G + 3Kφ)."""
    phases = {"solid": Phase(1 - porosity, bulk, shear), "pores": Phase.pores(porosity)}
    for lower in (reuss(phases), hashin_shtrikman_lower(phases), mori_tanaka(phases, matrix="pores")):
        assert (lower.bulk, lower.shear) == (0.0, 0.0)
    expected = 4 * bulk * shear * (1 - porosity) / (4 * shear + 3 * bulk * porosity)
    assert hashin_shtrikman_upper(phases).bulk == pytest.approx(expected, rel=1e-6)


def test_a_suspension_flows_until_its_grains_percolate():
    water = {"bulk": 2.2e9, "shear": 0.0}
    thin = {"water": Phase(0.7, **water), "grains": Phase(0.3, 4e10, 4e10)}
    medium = self_consistent(thin)
    assert (medium.bulk, medium.shear) == (reuss(thin).bulk, 0.0)
    assert medium.poisson_ratio == 0.5
    thick = {"water": Phase(0.3, **water), "grains": Phase(0.7, 4e10, 4e10)}
    assert self_consistent(thick).shear > 1e9
    only = self_consistent({"water": Phase(1.0, **water)})
    assert (only.bulk, only.shear) == (2.2e9, 0.0)


@given(phases=composites, factor=st.floats(1e-6, 1e6))
def test_moduli_scale_with_those_of_the_phases(phases, factor):
    scaled = {name: Phase(p.fraction, factor * p.bulk, factor * p.shear) for name, p in phases.items()}
    for average in NARROWING:
        here, there = average(phases), average(scaled)
        assert (there.bulk, there.shear) == pytest.approx((factor * here.bulk, factor * here.shear), rel=1e-9)


@given(youngs=st.floats(1e6, 1e12), poisson=st.floats(-0.9, 0.49))
def test_a_phase_of_youngs_modulus_has_it(youngs, poisson):
    medium = Phase.of_youngs_modulus(1.0, youngs, poisson).medium
    assert medium.youngs_modulus == pytest.approx(youngs)
    assert medium.poisson_ratio == pytest.approx(poisson, abs=1e-12)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: voigt({"a": Phase(0.4, 1e9, 1e9), "b": Phase(0.5, 1e9, 1e9)}), r"a 0\.4 \+ b 0\.5 sum to 0\.9"),
        (lambda: self_consistent({"a": Phase(1.4, 1e9, 1e9), "b": Phase(-0.4, 1e9, 1e9)}), "between 0 and 1"),
        (lambda: voigt({"a": Phase(math.nan, 1e9, 1e9)}), "between 0 and 1"),
        (lambda: hashin_shtrikman_lower({}), "of no phases"),
        (lambda: Phase(0.5, -1e9, 1e9), "bulk modulus of a phase in Pa is -1e"),
        (lambda: Phase(0.5, 1e9, math.inf), "shear modulus of a phase in Pa is inf"),
        (lambda: Phase.of_youngs_modulus(0.5, 1e9, 0.5), "Poisson"),
        (lambda: mori_tanaka({"active": Phase(1, 1e9, 1e9)}, matrix="actve"), "did you mean 'active'"),
        (lambda: mori_tanaka({"a": Phase(1, 1e9, 1e9), "b": Phase(0, 1, 1)}, matrix="b"), "no volume"),
    ],
)
def test_bad_input_is_refused(make, words):
    with pytest.raises(UsageError, match=words):
        make()
