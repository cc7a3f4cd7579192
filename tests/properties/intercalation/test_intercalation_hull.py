"""Hull, steps and open-circuit potential: closed forms, exact integrals, and what thermodynamics demands of any input."""

import gzip
import itertools
import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.spatial import ConvexHull

from atomscreen.properties.intercalation.intercalation_hull import IntercalationHull, lower_hull
from atomscreen.properties.intercalation.open_circuit_potential import open_circuit_potential

DATA = Path(os.environ.get("ATOMSCREEN_DATA", Path(__file__).parents[4] / "shared" / "data"))
THERMAL = 0.025692579  # k_B · 298.15 K in eV

profiles = st.integers(2, 8).flatmap(
    lambda n: st.tuples(
        st.lists(st.floats(-0.5, 0.2), min_size=n - 1, max_size=n - 1),
        st.floats(-1.0, 5.0),
        st.integers(1, 3),
    )
)


def hull_of(inner, voltage=3.4, charge=1):
    energies = (0.0, *inner, 0.0)
    contents = tuple(index / (len(energies) - 1) for index in range(len(energies)))
    return IntercalationHull(contents, energies, voltage, charge)


def mean(curve):
    return float(np.dot(curve.voltages, np.diff(curve.nodes)))


def test_two_states_are_one_flat_plateau():
    for inner in ([], [0.055, 0.055, 0.055], [0.04, 0.055, 0.04]):
        hull = hull_of(inner)
        curve = open_circuit_potential(hull, 298.15)
        assert np.allclose(curve.voltages, 3.4, rtol=0, atol=1e-12)
        assert [(step.low, step.high, step.voltage) for step in hull.steps] == [(0.0, 1.0, 3.4)]
    assert hull.two_phase_fraction == 1.0
    assert hull.distances == (0.0, *inner, 0.0)
    assert hull_of([]).two_phase_fraction == 0.0  # nothing was computed, so nothing was found


def binodal(interaction, thermal):
    """Return where a regular solution Ω x (1 − x) splits: ln((1 − x)/x) = (Ω/kT) (1 − 2x), the root below a half."""
    return brentq(lambda x: math.log((1 - x) / x) - interaction / thermal * (1 - 2 * x), 1e-9, 0.499)


@pytest.mark.parametrize("half", [0.003, 0.0127])
def test_weak_repulsion_is_a_solid_solution(half):
    # Above the hull at 0 K, and below Ω = 2 kT no gap: e(1/2) = Ω/4 < 12.85 meV.
    hull = hull_of([4 * half * x * (1 - x) for x in (0.25, 0.5, 0.75)])
    assert hull.two_phase_fraction == 1.0
    curve = open_circuit_potential(hull, 298.15)
    assert curve.coexistence == ()
    nodes = np.array(curve.nodes)
    free = 4 * half * nodes * (1 - nodes)
    free[1:-1] += THERMAL * sum(p * np.log(p) for p in (nodes[1:-1], 1 - nodes[1:-1]))
    assert np.allclose(curve.voltages, 3.4 - np.diff(free) / np.diff(nodes), atol=1e-6)


@pytest.mark.parametrize("half", [0.0135, 0.015, 0.02])
def test_miscibility_gap_is_the_regular_solutions(half):
    hull = hull_of([4 * half * x * (1 - x) for x in (0.25, 0.5, 0.75)])
    ((low, high),) = open_circuit_potential(hull, 298.15).coexistence
    assert low == pytest.approx(binodal(4 * half, THERMAL), abs=0.011)  # nodes are a hundredth apart
    assert low + high == pytest.approx(1.0)


def test_gap_closes_with_temperature():
    hull = hull_of([0.002, 0.003, 0.002])
    cold, warm, hot = (open_circuit_potential(hull, temperature) for temperature in (10, 298.15, 2000))
    assert np.ptp(cold.voltages) < 1e-12 and cold.coexistence == ((0.0, 1.0),)
    assert warm.coexistence == hot.coexistence == ()
    assert np.ptp(hot.voltages) > 5 * np.ptp(warm.voltages)


def test_lone_point_just_above_the_hull_hardly_matters():
    # Noise of less than an meV must not make an ordered compound of a solid solution: that is a jump of 0.2 V at a half.
    below, above = (
        np.array(open_circuit_potential(hull_of([-0.03, -0.04, third]), 298.15).voltages)
        for third in (-0.0202, -0.0198)  # the line between its neighbours is at −0.02
    )
    # The interpolations differ, by 0.05 V next to a half; the energies at computed contents are the same.
    assert np.abs(below - above).mean() < 0.01
    assert np.diff(above)[10:-10].min() > -0.02  # no jump inside; the ends are logarithmic


def test_ordered_compound_makes_two_exact_plateaus():
    # At half the ions 0.1 eV per site below the ends, quarters above the hull: V ± 0.1/0.5.
    hull = hull_of([0.0, -0.1, 0.0], voltage=4.0)
    assert [step.voltage for step in hull.steps] == pytest.approx([4.2, 3.8])
    assert hull.two_phase_fraction == 1.0
    assert hull.distances == pytest.approx((0.0, 0.05, 0.0, 0.05, 0.0))
    curve = open_circuit_potential(hull, 298.15)
    assert np.allclose(curve.voltages, np.where(np.array(curve.contents) < 0.5, 4.2, 3.8), atol=1e-12)


def test_charge_divides_the_step():
    assert [step.voltage for step in hull_of([0.0, -0.3, 0.0], 2.0, 3).steps] == pytest.approx([2.2, 1.8])


def test_regular_solution_comes_back():
    # −w x (1 − x) has U = V + w (1 − 2x) without entropy; sampled at eighths, the smooth curve is that straight line.
    w = 0.4
    hull = hull_of([-w * x * (1 - x) for x in np.arange(1, 8) / 8])
    assert hull.two_phase_fraction == 0
    curve = open_circuit_potential(hull, 1e-3)
    x = np.array(curve.contents)
    assert np.allclose(curve.voltages, 3.4 + w * (1 - 2 * x), atol=1e-6)


def test_ideal_entropy_is_nernsts():
    # A solid solution without energy of mixing: U = V − (k T/e) ln(x/(1 − x)), here as means over the intervals.
    hull = hull_of([0.0, 0.0, 0.0])
    curve = open_circuit_potential(hull, 298.15)
    nodes = np.array(curve.nodes)
    mixing = np.array([THERMAL * sum(p * math.log(p) for p in (x, 1 - x) if p > 0) for x in nodes])
    assert np.allclose(curve.voltages, 3.4 - np.diff(mixing) / np.diff(nodes), atol=1e-6)
    quarter = np.searchsorted(nodes, 0.25)
    assert curve.voltages[quarter] == pytest.approx(3.4 + THERMAL * math.log(3), abs=2e-3)


def test_plateau_stays_beside_a_solid_solution():
    # Solid solution up to a half, then coexistence: the plateau is flat, and begins within the solid solution.
    hull = hull_of([-0.06, -0.1, -0.02], voltage=3.5)
    assert [step.two_phase for step in hull.steps] == [False, False, True]
    assert hull.two_phase_fraction == 0.5
    curve = open_circuit_potential(hull, 298.15)
    upper = np.array(curve.voltages)[np.array(curve.contents) > 0.5]
    assert np.ptp(upper) < 1e-9
    assert upper[0] == pytest.approx(3.3, abs=0.03)  # the step at 0 K, moved by the entropy of the other phase
    assert mean(curve) == pytest.approx(3.5)


@given(profiles)
@settings(max_examples=200, deadline=None)
def test_potential_never_rises_and_keeps_the_energy(case):
    inner, voltage, charge = case
    hull = hull_of(inner, voltage, charge)
    curve = open_circuit_potential(hull, 298.15)
    # The hull lets through 1e-6 eV; over the narrowest interval of a hundredth that is 1e-4 V.
    assert (np.diff(curve.voltages) <= 1e-9).all()
    assert mean(curve) == pytest.approx(voltage, abs=1e-9)
    assert curve.nodes[0] == 0.0 and curve.nodes[-1] == 1.0
    assert set(hull.contents) <= set(curve.nodes)
    at_gaps = np.array([curve.voltages[curve.nodes.index(low)] for low, _ in curve.coexistence])
    ends = np.array([curve.voltages[curve.nodes.index(high) - 1] for _, high in curve.coexistence])
    assert np.allclose(at_gaps, ends, atol=1e-9)


@given(profiles)
@settings(max_examples=200, deadline=None)
def test_hull_is_qhulls(case):
    inner, voltage, charge = case
    hull = hull_of(inner, voltage, charge)
    # qhull's lower edges, on the points closed above.
    points = np.array([*zip(hull.contents, hull.energies, strict=True), (0.5, 10.0)])
    edges = ConvexHull(points).equations
    below = edges[edges[:, 1] < -1e-12]
    floor = [max(-(a * x + c) / b for a, b, c in below) for x in hull.contents]
    assert np.allclose(np.array(hull.energies) - floor, hull.distances, atol=1e-9)
    spans = [step.high - step.low for step in hull.steps]
    assert sum(spans) == pytest.approx(1.0)
    assert sum(s * step.voltage for s, step in zip(spans, hull.steps, strict=True)) == pytest.approx(voltage)
    for left, right in itertools.pairwise(hull.steps):
        # Contents within 1e-6 eV of the hull count as on it.
        assert right.voltage <= left.voltage + 1e-6 * 16
    assert 0 <= hull.two_phase_fraction <= 1 + 1e-12


def test_lower_hull_of_points_on_a_line_has_its_ends():
    assert lower_hull([0, 1, 2, 3], [0, 1, 2, 3]) == [0, 3]


@pytest.mark.slow
def test_lithium_iron_phosphate_by_its_dft_energies_is_two_phase():
    """PBE+U (Materials Project) has Li0.25FePO4 above the line between LiFePO4 and FePO4, as it must be.

    CHGNet 0.3.0 has the same structure below it, by 0.08 eV per Fe: it does not know which Fe is Fe2+, as PBE without U
    does not (F. Zhou et al., Phys. Rev. B 69, 201101, 2004), and makes of LiFePO4 a solid solution.
    """
    path = DATA / "materials" / "train.jsonl.gz"
    if not path.exists():
        pytest.skip("the reference data are not here")
    wanted = {'"mp-20361"': 0.0, '"mp-632692"': 0.25, '"mp-19017"': 1.0}
    found = {}
    with gzip.open(path, "rt") as file:
        for line in file:
            for identifier, content in wanted.items():
                if identifier in line[:100]:
                    row = json.loads(line)
                    sites = row["structure"]["sites"]
                    iron = sum(site["species"][0]["element"] == "Fe" for site in sites)
                    found[content] = row["energy_per_atom_eV"] * len(sites) / iron
    mixing = found[0.25] - 0.25 * found[1.0] - 0.75 * found[0.0]
    assert mixing == pytest.approx(0.055, abs=0.001)
    hull = IntercalationHull((0.0, 0.25, 1.0), (0.0, mixing, 0.0), 3.45, 1)
    assert hull.two_phase_fraction == 1.0
    assert np.ptp(open_circuit_potential(hull, 298.15).voltages) < 1e-12
