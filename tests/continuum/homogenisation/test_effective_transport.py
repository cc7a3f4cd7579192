"""Effective conductivity against closed forms, and tortuosity whose convention cannot be mistaken."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomscreen.continuum.homogenisation.effective_transport import (
    ConductingPhase,
    Tortuosity,
    bruggeman_power_law,
    hashin_shtrikman_lower,
    hashin_shtrikman_upper,
    maxwell,
    parallel,
    self_consistent,
    series,
)
from atomscreen.core.errors import UsageError

NARROWING = (series, hashin_shtrikman_lower, self_consistent, hashin_shtrikman_upper, parallel)
conductivities = st.one_of(st.just(0.0), st.floats(1e-6, 1e2))
fractions = st.floats(0.01, 0.99)


def two(fraction, first, second):
    return {"first": ConductingPhase(fraction, first), "second": ConductingPhase(1 - fraction, second)}


@given(parts=st.lists(st.tuples(st.floats(0.01, 1), conductivities), min_size=1, max_size=5))
def test_every_average_lies_within_the_wider_bounds(parts):
    total = sum(share for share, _ in parts)
    phases = {str(index): ConductingPhase(share / total, value) for index, (share, value) in enumerate(parts)}
    values = [average(phases) for average in NARROWING]
    # A theorem: only rounding and the end of the self-consistent search may break it.
    assert all(above >= below * (1 - 1e-9) for below, above in itertools.pairwise(values))


@given(fraction=fractions, first=conductivities, second=conductivities)
def test_bruggemans_medium_solves_his_quadratic(fraction, first, second):
    """2s² − bs − σ1σ2 = 0 with b = σ1(3f1 − 1) + σ2(3f2 − 1)."""
    linear = first * (3 * fraction - 1) + second * (2 - 3 * fraction)
    root = (linear + math.sqrt(linear**2 + 8 * first * second)) / 4
    found = self_consistent(two(fraction, first, second))
    # Where the linear term is negative the closed form itself cancels, to this of the larger conductivity.
    assert found == pytest.approx(root, rel=1e-7, abs=1e-10 * max(first, second))


@pytest.mark.parametrize(("fraction", "share"), [(0.2, 0.0), (1 / 3, 0.0), (0.4, 0.1), (0.7, 0.55), (1.0, 1.0)])
def test_a_conductor_among_insulators_percolates_from_a_third_on(fraction, share):
    found = self_consistent(two(fraction, 3.0, 0.0))
    assert found == pytest.approx(3.0 * share, rel=1e-9, abs=1e-9)  # at the very threshold rounding of a third decides


@given(fraction=fractions, conductivity=st.floats(1e-6, 1e2))
def test_a_connected_conductor_among_insulators(fraction, conductivity):
    phases = two(fraction, conductivity, 0.0)
    assert hashin_shtrikman_upper(phases) == pytest.approx(2 * fraction * conductivity / (3 - fraction), rel=1e-9)
    assert maxwell(phases, matrix="first") == hashin_shtrikman_upper(phases)
    assert series(phases) == hashin_shtrikman_lower(phases) == 0.0
    # Bruggeman's law is of a microstructure, so it lies within the bounds.
    assert bruggeman_power_law(conductivity, fraction) <= hashin_shtrikman_upper(phases) * (1 + 1e-12)
    assert bruggeman_power_law(conductivity, fraction) == pytest.approx(conductivity * fraction**1.5)


def test_bruggemans_law_is_maxwells_estimate_added_up_in_many_small_steps():
    """Spheres put into a medium that has all smaller ones already: his differential scheme, from ε 1 to 0.3."""
    steps, conductivity, fraction = 20_000, 1.0, 1.0
    ratio = 0.3 ** (1 / steps)
    for _ in range(steps):
        conductivity = maxwell(two(ratio, conductivity, 0.0), matrix="first")
        fraction *= ratio
    assert conductivity == pytest.approx(bruggeman_power_law(1.0, fraction), rel=1e-4)


def test_layers():
    phases = two(0.25, 4.0, 1.0)
    assert parallel(phases) == pytest.approx(1.75)
    assert series(phases) == pytest.approx(1 / (0.25 / 4 + 0.75))


@given(factor=st.floats(1, 100), fraction=st.floats(0.02, 0.98))
def test_exponent_and_factor_give_the_same_conductivity(factor, fraction):
    tortuosity = Tortuosity(factor=factor)
    exponent = tortuosity.bruggeman_exponent(fraction)
    assert fraction**exponent == pytest.approx(fraction / factor, rel=1e-9)
    assert tortuosity.effective(5.0, fraction) == pytest.approx(bruggeman_power_law(5.0, fraction, exponent), rel=1e-9)
    again = Tortuosity.from_bruggeman(fraction=fraction, exponent=exponent + 1e-12)  # not below 1 by rounding
    assert again.factor == pytest.approx(factor, rel=1e-9)


def test_factor_and_ratio_are_two_things():
    assert Tortuosity.from_path_ratio(ratio=1.5) == Tortuosity(factor=2.25)
    assert Tortuosity(factor=4.0).path_ratio == 2.0
    with pytest.raises(TypeError):
        Tortuosity(2.25)
    with pytest.raises(TypeError):
        Tortuosity.from_path_ratio(1.5)


def pybamm_efficiency(submodel, name, value, porosity):
    """Return the share of the electrolyte's conductivity that PyBaMM leaves a positive electrode of a porosity."""
    import pybamm

    options = pybamm.BatteryModelOptions({})
    model = getattr(pybamm.transport_efficiency, submodel)(pybamm.LithiumIonParameters(options), "Electrolyte", options)
    domains = ("negative electrode", "separator", "positive electrode")
    porosities = {f"{one.capitalize()} porosity": pybamm.PrimaryBroadcast(porosity, one) for one in domains}
    found = model.get_coupled_variables(porosities)["Positive electrolyte transport efficiency"]
    return float(pybamm.ParameterValues({name: value}).process_symbol(found).children[0].evaluate())


def test_pybamms_coefficient_and_its_tortuosity_factor_are_ours():
    pytest.importorskip("pybamm")
    porosity, tortuosity = 0.3, Tortuosity(factor=3.2)
    for submodel, name, value in (
        ("Bruggeman", "Bruggeman coefficient", tortuosity.bruggeman_exponent(porosity)),
        ("TortuosityFactor", "tortuosity factor", tortuosity.factor),
    ):
        efficiency = pybamm_efficiency(submodel, f"Positive electrode {name} (electrolyte)", value, porosity)
        assert efficiency == pytest.approx(tortuosity.effective(1.0, porosity), rel=1e-12)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: parallel({"a": ConductingPhase(0.4, 1.0)}), "sum to 0.4"),
        (lambda: ConductingPhase(0.5, -1.0), "conductivity of a phase is -1"),
        (lambda: maxwell(two(0.5, 1, 2), matrix="frist"), "did you mean 'first'"),
        (lambda: Tortuosity(factor=0.9), "at least 1"),
        (lambda: Tortuosity(factor=math.nan), "at least 1"),
        (lambda: Tortuosity.from_path_ratio(ratio=0.9), "at least 1"),
        (lambda: Tortuosity.from_path_ratio(ratio=-2.0), "at least 1"),
        (lambda: Tortuosity.from_bruggeman(fraction=0.3, exponent=0.5), "at least 1"),
        (lambda: Tortuosity(factor=2.0).effective(1.0, 30.0), "at most 1"),
        (lambda: Tortuosity(factor=2.0).effective(-1.0, 0.3), "not negative"),
        (lambda: Tortuosity(factor=2.0).bruggeman_exponent(0.0), "above 0"),
        (lambda: Tortuosity(factor=2.0).bruggeman_exponent(1.0), "no Bruggeman exponent"),
    ],
)
def test_bad_input_is_refused(make, words):
    with pytest.raises(UsageError, match=words):
        make()
