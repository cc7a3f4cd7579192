"""Capacities: Faraday's law under each name, and the usable part within limits of voltage and strain."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomscreen import run_stage
from atomscreen.core.candidate import Candidate
from atomscreen.core.vocabulary import Role
from atomscreen.properties.intercalation.capacity import Shape, UsageLimits, usable_range
from atomscreen.properties.intercalation.intercalation_hull import IntercalationHull
from atomscreen.properties.intercalation.open_circuit_potential import open_circuit_potential
from atomscreen.sources.builtin import reference_candidates

GENEROUS = UsageLimits(0.0, 10.0, 1000.0, 100.0)


# Textbook theoretical capacities, mAh/g: per mass of the host, and with the ions in.
@pytest.mark.parametrize(
    ("formula", "host", "full"),
    [
        ("LiC6", 372, 339),
        ("Li22Si5", 4200, 2012),  # Li4.4Si
        ("Li2S", 1672, 1167),
        ("LiCoO2", None, 274),
        ("LiFePO4", None, 170),
        ("MgTiS2", None, None),
    ],
)
def test_capacities_each_under_its_own_name(formula, host, full):
    candidate = Candidate("x", {"input": cell_of(formula)}, Role.CATHODE, "Mg" if "Mg" in formula else "Li")
    found = run_stage("composition", candidate)
    in_, out = (found.quantity(f"gravimetric_capacity_{side}").number for side in ("full", "host"))
    if host:
        assert out == pytest.approx(host, rel=3e-3)  # printed to three digits
    if full:
        assert in_ == pytest.approx(full, rel=3e-3)
    if formula == "MgTiS2":  # two charges an ion, M = 136.3
        assert in_ == pytest.approx(2 * 26801.48 / 136.30, rel=1e-3)
    assert out > in_


def cell_of(formula):
    from pymatgen.core import Composition, Lattice, Structure

    species = [element.symbol for element, n in Composition(formula).items() for _ in range(int(n))]
    side = int(np.ceil(len(species) ** (1 / 3)))
    places = [np.array(index) / side for index in np.ndindex(side, side, side)][: len(species)]
    return Structure(Lattice.cubic(3.0 * side), species, places)


def test_lithium_metal():
    from atomscreen.properties.working_ion import gravimetric_capacity

    assert gravimetric_capacity(1, 1, 6.94) == pytest.approx(3862, rel=1e-3)


def curve(inner, voltage=4.0):
    energies = (0.0, *inner, 0.0)
    contents = tuple(index / (len(energies) - 1) for index in range(len(energies)))
    return open_circuit_potential(IntercalationHull(contents, energies, voltage, 1), 298.15)


SOLID_SOLUTION = curve([-0.1, -0.15, -0.1])
TWO_PHASE = curve([0.055, 0.055, 0.055], 3.4)


def shapes(volumes, axis=None):
    contents = np.linspace(0, 1, len(volumes))
    axes = axis or [5.0] * len(volumes)
    return {float(x): Shape(v, (3.0, 3.0, c)) for x, v, c in zip(contents, volumes, axes, strict=True)}


def usable(potential, known, limits, from_empty=False):
    return usable_range(potential, known, limits, from_empty=from_empty)


def test_all_is_usable_within_wide_limits():
    for from_empty in (False, True):
        used = usable(SOLID_SOLUTION, shapes([-8, -6, -4, -2, 0]), GENEROUS, from_empty)
        assert (used.low, used.high, used.unknown, used.cut) == (0.0, 1.0, (), None)
        assert (used.low_limit, used.high_limit) == ("all ions out", "all ions in")


def test_voltage_window_cuts_both_ends():
    limits = UsageLimits(3.8, 4.2, 1000.0, 100.0)
    used = usable(SOLID_SOLUTION, dict.fromkeys(np.linspace(0, 1, 5).tolist()), limits)
    inside = [x for x, u in zip(SOLID_SOLUTION.contents, SOLID_SOLUTION.voltages, strict=True) if 3.8 <= u <= 4.2]
    assert used.low < min(inside) and max(inside) < used.high
    assert used.high - used.low == pytest.approx(len(inside) / 100)
    assert used.low_limit == used.high_limit == "voltage window"
    assert used.unknown == (0.25, 0.5, 0.75)


def test_plateau_is_in_the_window_or_not():
    known = shapes([-6.7, -6, -4, -2, 0])
    assert usable(TWO_PHASE, known, UsageLimits(3.0, 3.6, 100, 100)).low == 0.0
    outside = usable(TWO_PHASE, known, UsageLimits(3.5, 3.6, 100, 100))
    assert outside.high - outside.low == 0.0


def test_strain_is_interpolated_along_a_solid_solution():
    used = usable(SOLID_SOLUTION, shapes([-8, -6, -4, -2, 0]), UsageLimits(0, 10, 5.0, 100))
    assert used.low == pytest.approx(0.375)  # −5 % lies half way between −4 and −6
    assert used.low_limit == "volume change"
    assert used.cut is None


@pytest.mark.parametrize("change", [-4.9, -5.1, -10.0, 10.0])
def test_strain_of_a_plateau_is_the_lever_rules(change):
    # What was computed between the phases does not exist: the electrode's mean is a straight line between them.
    used = usable(TWO_PHASE, shapes([change, -40, -40, -40, 0]), UsageLimits(0, 10, 5.0, 100))
    assert used.high - used.low == pytest.approx(min(5 / abs(change), 1))
    if abs(change) > 5:
        assert (used.cut.low, used.cut.high, used.cut.volume_change) == (0.0, 1.0, pytest.approx(change))


def test_gap_at_the_temperature_counts_and_not_the_hull():
    # Contents above the hull at 0 K are phases of the solid solution: the one at a half swells by 8 %.
    mixing = curve([0.002, 0.003, 0.002])
    used = usable(mixing, shapes([0, 4, 8, 4, 0]), UsageLimits(0, 10, 5.0, 100))
    assert used.low == pytest.approx(0.75 - 0.25 / 4)


def test_strain_counts_from_the_window():
    # Steps of 4.0, 2.99 and 2.81 V: below the window's 3.4 V nothing happens, so that strain starts at a half.
    voltage = 0.5 * 4.0 + 0.25 * (2.99 + 2.81)
    energies = (0.0, 0.0, 0.5 * (voltage - 4.0), 0.25 * (2.81 - voltage), 0.0)
    hull = IntercalationHull((0.0, 0.25, 0.5, 0.75, 1.0), energies, voltage, 1)
    assert [step.voltage for step in hull.steps] == pytest.approx([4.0, 2.99, 2.81])
    volumes, axis = [-12, -10.5, -9, -4.5, 0], [13.1, 13.2, 13.3, 14.0, 14.2]
    potential, limits = open_circuit_potential(hull, 298.15), UsageLimits(3.4, 4.8, 5.0, 5.0)
    used = usable(potential, shapes(volumes, axis), limits)
    assert (used.low, used.high) == (0.0, pytest.approx(0.5, abs=0.02))
    assert (used.low_limit, used.high_limit) == ("all ions out", "voltage window")


def test_anode_counts_from_empty():
    # A host that swells linearly by 30 %: 20 % are reached at two thirds, and from full −20 % at 0.133.
    contents = np.linspace(0, 1, 5)
    known = shapes(list(100 * ((1 + 0.3 * contents) / 1.3 - 1)))
    limits = UsageLimits(-10, 10, 20.0, 100)
    for potential in (SOLID_SOLUTION, TWO_PHASE):
        anode = usable(potential, known, limits, from_empty=True)
        assert (anode.low, anode.high) == (0.0, pytest.approx(2 / 3))
        assert (anode.low_limit, anode.high_limit) == ("all ions out", "volume change")
        assert usable(potential, known, limits).low == pytest.approx(0.04 / 0.3)
    assert usable(TWO_PHASE, known, limits, from_empty=True).cut.volume_change == pytest.approx(30)


def test_anode_outside_the_window_stays_empty():
    used = usable(SOLID_SOLUTION, {}, UsageLimits(0, 1, 5, 5), from_empty=True)
    assert (used.low, used.high) == (0.0, 0.0)


def test_swelling_and_shrinking_keep_their_signs():
    known = shapes([-25, 3, 0])
    used = usable(curve([-0.15]), known, UsageLimits(0, 10, 20.0, 100))
    assert used.low == pytest.approx(0.5 * 5 / 28)


def test_collapse_counts_from_the_longest_axis():
    # c goes 14.2, 14.5, 14.8 and falls to 14.2, 13.6: from the longest by 4.05 and 8.1 %.
    limits = UsageLimits(0, 10, 100, 5.0)
    used = usable(SOLID_SOLUTION, shapes([0] * 5, [13.6, 14.2, 14.8, 14.5, 14.2]), limits)
    first, second = 100 * (1 - 14.2 / 14.8), 100 * (1 - 13.6 / 14.8)
    assert used.low == pytest.approx(0.25 * (1 - (5 - first) / (second - first)))
    assert used.low_limit == "collapse of an axis"
    # Growing alone is no collapse.
    grown = usable(SOLID_SOLUTION, shapes([0] * 5, [16, 15.5, 15, 14.5, 14.2]), limits)
    assert grown.low == 0.0


def test_unknown_strain_limits_nothing_and_is_said():
    for potential in (SOLID_SOLUTION, TWO_PHASE):
        known = shapes([-8, -6, -4, -2, 0]) | {0.0: None}
        used = usable(potential, known, UsageLimits(0, 10, 7.0, 100))
        assert used.low == 0.0
        assert used.unknown == (0.0,)


@given(
    st.lists(st.floats(-0.3, 0.1), min_size=3, max_size=3),
    st.lists(st.floats(-30, 30), min_size=5, max_size=5),
    st.floats(1, 30),
    st.floats(0, 10),
    st.booleans(),
)
@settings(max_examples=100, deadline=None)
def test_a_wider_limit_never_takes_capacity_away(inner, volumes, limit, more, from_empty):
    potential, known = curve(inner), shapes(volumes)
    tight, wide = (
        usable(potential, known, UsageLimits(-10, 10, allowed, 100), from_empty) for allowed in (limit, limit + more)
    )
    assert 0 <= tight.low <= tight.high <= 1
    assert wide.low <= tight.low + 1e-12 and wide.high >= tight.high - 1e-12
    assert (tight.high == 1.0) if not from_empty else (tight.low == 0.0)


def test_reference_set_holds_the_capacities():
    for candidate in reference_candidates():
        known = {quantity.name: quantity.number for quantity in candidate.known}
        if "gravimetric_capacity_full" in known and candidate.working_ion:
            found = run_stage("composition", candidate).find("gravimetric_capacity_full")
            if found is not None:
                assert found.number == pytest.approx(known["gravimetric_capacity_full"], rel=5e-3)
