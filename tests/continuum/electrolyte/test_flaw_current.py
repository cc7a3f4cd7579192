"""Currents at which metal-filled flaws can grow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import spsolve

from atomscreen.continuum.electrolyte.flaw_current import (
    NO_CONDUCTIVITY,
    OPPOSITE_BOUNDS,
    critical_current,
    flaw_currents,
    tip_overpotential,
)
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import get_stage
from atomscreen.properties.plating.plating_flaw import plating_flaw
from atomscreen.report.curves import curves_of
from tests.continuum.electrolyte.examples import candidate, conductivity

positive = st.floats(1e-6, 1e3)


def toughness(value, uncertainty=None, **rest):
    return Quantity("fracture_toughness", value, uncertainty, **rest)


def curves(*quantities, **parameters):
    results = flaw_currents(candidate(*quantities), **parameters)
    return {found.name: found for found in results.quantities}, results.notes


# Measured toughness (MPa·m^0.5) and overpotentials in mV at flaws of 1 and 10 µm, as a review of chemomechanics prints.
@pytest.mark.parametrize(
    ("value", "small", "large"),
    [(0.97, 66, 21), (1.1, 75, 24), (0.91, 62, 20), (0.23, 16, 4.9)],
    ids=["LLZO", "LATP", "LLTO", "Li2S-P2S5"],
)
def test_published_overpotentials(value, small, large):
    found, _ = curves(toughness(value), sizes=(10.0, 1.0))
    assert found["flaw_sizes"].value == (1.0, 10.0)
    # Two digits are printed.
    assert np.multiply(found["flaw_critical_overpotential"].value, 1e3) == pytest.approx([small, large], rel=0.03)


def test_the_same_overpotential_as_the_stage_of_one_flaw():
    found, _ = curves(toughness(0.8), sizes=(3.0,))
    one = plating_flaw(candidate(toughness(0.8)), flaw_size=3.0).quantities[0]
    assert found["flaw_critical_overpotential"].value[0] == pytest.approx(one.number)


def test_a_current_by_hand():
    # LLZO, 0.5 mS/cm, 10 µm: 1e-3 cm over 5e-4 S/cm is 2 Ω·cm², so 21 mV are reached at 10.5 mA/cm²; an interface of
    # 19 Ω·cm² leaves 1 mA/cm².
    free, _ = curves(toughness(0.97), conductivity(5e-4), sizes=(10.0,))
    held, _ = curves(toughness(0.97), conductivity(5e-4), sizes=(10.0,), interface_resistance=19.0)
    (overpotential,) = free["flaw_critical_overpotential"].value
    assert free["flaw_critical_current"].value[0] == pytest.approx(1e3 * overpotential / 2)
    assert held["flaw_critical_current"].value[0] == pytest.approx(1e3 * overpotential / 21)
    assert free["flaw_critical_current"].value[0] == pytest.approx(10.5, rel=0.03)


def test_power_laws_of_the_limits():
    sizes = (0.1, 1.0, 10.0, 100.0)
    free, _ = curves(toughness(1.0), conductivity(1e-3), sizes=sizes)
    blocked, _ = curves(toughness(1.0), conductivity(1e-3), sizes=sizes, interface_resistance=1e9)
    # Without a resistance at the interface a^(−3/2), with nothing but one a^(−1/2).
    assert np.diff(np.log10(free["flaw_critical_current"].value)) == pytest.approx(-1.5)
    assert np.diff(np.log10(blocked["flaw_critical_current"].value)) == pytest.approx(-0.5)


@given(positive, positive, positive, positive, positive)
def test_the_critical_current_gives_the_critical_overpotential(overpotential, size, sigma, resistance, more):
    current = critical_current(overpotential, size, sigma, resistance)
    assert tip_overpotential(current, size, sigma, resistance) == pytest.approx(overpotential)
    assert critical_current(overpotential, size, sigma, resistance + more) <= current


def potential_at_tip(flaw_resistance, resistance=0.3, depth=12, columns=24, rows=48):
    """Solve for the potential at the tip of a thin flaw in a plane cell, by finite volumes of side 1.

    The current density far away and the conductivity are 1. The flaw stands on the electrode along the left edge, which
    is a plane of symmetry; electrode and flaw are at potential 0 behind their areal resistances.
    """
    matrix, inflow = np.zeros((rows * columns,) * 2), np.zeros(rows * columns)

    def cell(row, column):
        return row * columns + column

    def drain(index, areal_resistance):
        matrix[index, index] += 1 / (areal_resistance + 0.5)  # half a cell lies before the surface

    for row in range(rows):
        for column in range(columns):
            for other in ((row + 1, column), (row, column + 1)):
                if other[0] < rows and other[1] < columns:
                    pair = cell(row, column), cell(*other)
                    matrix[np.ix_(pair, pair)] += [[1, -1], [-1, 1]]
    for column in range(columns):
        drain(cell(0, column), resistance)
        inflow[cell(rows - 1, column)] = 1.0
    for row in range(depth):
        drain(cell(row, 0), flaw_resistance)
    solution = spsolve(csr_matrix(matrix), inflow)
    # The tip is the upper face of the last cell beside the flaw.
    return (solution[cell(depth - 1, 0)] + solution[cell(depth, 0)]) / 2


def test_the_bound_holds_in_a_solved_field():
    most = tip_overpotential(1.0, 12.0, 1.0, 0.3)
    assert potential_at_tip(1e12) == pytest.approx(most)  # a flaw that takes no current sees exactly this
    tips = [potential_at_tip(resistance) for resistance in (0.0, 0.3, 3.0, 30.0, 300.0)]
    assert tips == sorted(tips)
    assert tips[-1] < most


def test_uncertainties():
    found, _ = curves(toughness(1.0, 0.3), conductivity(1e-3, 4e-4), sizes=(10.0, 100.0))
    assert found["flaw_critical_overpotential"].provenance["log_uncertainty"] == pytest.approx(0.3)
    assert found["flaw_critical_current"].provenance["log_uncertainty"] == pytest.approx([0.5, 0.5])
    # 10 and 100 µm resist 1 and 10 Ω·cm²: of the drop, a quarter and 10/13 are along the flaw.
    found, _ = curves(toughness(1.0, 0.3), conductivity(1e-3, 4e-4), sizes=(10.0, 100.0), interface_resistance=3.0)
    expected = [np.hypot(0.3, 0.4 / 4), np.hypot(0.3, 0.4 * 10 / 13)]
    assert found["flaw_critical_current"].provenance["log_uncertainty"] == pytest.approx(expected)
    found, _ = curves(toughness(1.0, 0.3), conductivity(1e-3))
    assert found["flaw_critical_current"].provenance["log_uncertainty"] is None


def test_bounds():
    slow, _ = curves(toughness(1.0), conductivity(1e-9, bound="upper"), interface_resistance=1.0)
    assert slow["flaw_critical_current"].bound == "upper" and slow["flaw_critical_overpotential"].bound is None
    tough, _ = curves(toughness(1.0, bound="lower"), conductivity(1e-3), interface_resistance=1.0)
    assert tough["flaw_critical_current"].bound == tough["flaw_critical_overpotential"].bound == "lower"
    neither, notes = curves(toughness(1.0, bound="lower"), conductivity(1e-9, bound="upper"), interface_resistance=1.0)
    assert "flaw_critical_current" not in neither and notes == (OPPOSITE_BOUNDS,)


def test_without_a_resistance_of_the_interface_the_current_is_an_upper_bound():
    known, _ = curves(toughness(1.0), conductivity(1e-3), interface_resistance=1.0)
    free, _ = curves(toughness(1.0), conductivity(1e-3))
    assert known["flaw_critical_current"].bound is None and free["flaw_critical_current"].bound == "upper"
    assert free["flaw_critical_overpotential"].bound is None
    neither, notes = curves(toughness(1.0, bound="lower"), conductivity(1e-3))
    assert "flaw_critical_current" not in neither and notes == (OPPOSITE_BOUNDS,)


def test_without_a_conductivity_there_are_no_currents():
    found, notes = curves(toughness(1.0))
    assert set(found) == {"flaw_sizes", "flaw_critical_overpotential"} and notes == (NO_CONDUCTIVITY,)


def test_the_report_draws_them():
    found, _ = curves(toughness(1.0), conductivity(1e-3))
    drawn = curves_of([quantity.as_dict() for quantity in found.values()])
    assert [curve["name"] for curve in drawn] == ["flaw_critical_overpotential", "flaw_critical_current"]
    assert drawn[0]["lines"][0]["x"] == pytest.approx(
        list(found["flaw_sizes"].value), rel=1e-4
    )  # five digits are drawn


def test_wrong_use():
    with pytest.raises(StageFailure, match="no data for Zn"):
        flaw_currents(candidate(toughness(1.0), ion="Zn"))
    stage = get_stage("flaw_currents")
    for wrong in ({"sizes": []}, {"sizes": [0]}, {"sizes": ["1 V"]}, {"interface_resistance": -1}):
        with pytest.raises(UsageError, match=next(iter(wrong))):
            stage.check(wrong)
    checked = stage.check({"sizes": ["500 nm", 2], "interface_resistance": "1 ohm*m^2"})
    assert checked == {"sizes": pytest.approx((0.5, 2.0)), "interface_resistance": pytest.approx(1e4)}
