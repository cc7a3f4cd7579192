"""Capacities: Faraday's law under each name, and the usable part within limits of voltage and strain."""

import numpy as np
import pytest

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


def profile(inner, voltage=4.0):
    energies = (0.0, *inner, 0.0)
    contents = tuple(index / (len(energies) - 1) for index in range(len(energies)))
    hull = IntercalationHull(contents, energies, voltage, 1)
    return open_circuit_potential(hull, 298.15), hull.steps


SOLID_SOLUTION = profile([-0.1, -0.15, -0.1])
TWO_PHASE = profile([0.02, 0.05, 0.02], 3.4)


def shapes(volumes, axis=None):
    contents = np.linspace(0, 1, len(volumes))
    axes = axis or [5.0] * len(volumes)
    return {float(x): Shape(v, (3.0, 3.0, c)) for x, v, c in zip(contents, volumes, axes, strict=True)}


def test_all_is_usable_within_wide_limits():
    used = usable_range(*SOLID_SOLUTION, shapes([-8, -6, -4, -2, 0]), GENEROUS)
    assert (used.low, used.high, used.unknown) == (0.0, 1.0, ())
    assert (used.low_limit, used.high_limit) == ("all ions out", "all ions in")


def test_voltage_window_cuts_both_ends():
    curve, steps = SOLID_SOLUTION
    limits = UsageLimits(3.8, 4.2, 1000.0, 100.0)
    used = usable_range(curve, steps, {}, limits)
    inside = [x for x, u in zip(curve.contents, curve.voltages, strict=True) if 3.8 <= u <= 4.2]
    assert used.low < min(inside) and max(inside) < used.high
    assert used.high - used.low == pytest.approx(len(inside) / 100)
    assert used.low_limit == used.high_limit == "voltage window"
    assert used.unknown == (0.25, 0.5, 0.75)


def test_plateau_is_in_the_window_or_not():
    known = shapes([-6.7, -6, -4, -2, 0])
    assert usable_range(*TWO_PHASE, known, UsageLimits(3.0, 3.6, 100, 100)).low == 0.0
    outside = usable_range(*TWO_PHASE, known, UsageLimits(3.5, 3.6, 100, 100))
    assert outside.high - outside.low == 0.0


def test_strain_is_interpolated_along_a_solid_solution():
    used = usable_range(*SOLID_SOLUTION, shapes([-8, -6, -4, -2, 0]), UsageLimits(0, 10, 5.0, 100))
    assert used.low == pytest.approx(0.375)  # −5 % lies half way between −4 and −6
    assert used.low_limit == "volume change"


def test_strain_of_a_second_phase_counts_at_once():
    # Both phases of LiFePO4 are there from the first ion that leaves.
    used = usable_range(*TWO_PHASE, shapes([-6.7, -6, -4, -2, 0]), UsageLimits(0, 10, 5.0, 100))
    assert (used.low, used.high) == (1.0, 1.0)


def test_collapse_counts_from_the_longest_axis():
    # c goes 14.2, 14.5, 14.8 and falls to 14.2, 13.6: from the longest by 4.05 and 8.1 %.
    limits = UsageLimits(0, 10, 100, 5.0)
    used = usable_range(*SOLID_SOLUTION, shapes([0] * 5, [13.6, 14.2, 14.8, 14.5, 14.2]), limits)
    first, second = 100 * (1 - 14.2 / 14.8), 100 * (1 - 13.6 / 14.8)
    assert used.low == pytest.approx(0.25 * (1 - (5 - first) / (second - first)))
    assert used.low_limit == "collapse of an axis"
    # Growing alone is no collapse.
    grown = usable_range(*SOLID_SOLUTION, shapes([0] * 5, [16, 15.5, 15, 14.5, 14.2]), limits)
    assert grown.low == 0.0


def test_unknown_strain_limits_nothing_and_is_said():
    known = shapes([-8, -6, -4, -2, 0])
    del known[0.0]
    used = usable_range(*SOLID_SOLUTION, known, UsageLimits(0, 10, 7.0, 100))
    assert used.low == 0.0
    assert used.unknown == (0.0,)


def test_reference_set_holds_the_capacities():
    for candidate in reference_candidates():
        known = {quantity.name: quantity.number for quantity in candidate.known}
        if "gravimetric_capacity_full" in known and candidate.working_ion:
            found = run_stage("composition", candidate).find("gravimetric_capacity_full")
            if found is not None:
                assert found.number == pytest.approx(known["gravimetric_capacity_full"], rel=5e-3)
