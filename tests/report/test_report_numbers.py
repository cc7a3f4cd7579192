from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure

from atomscreen.campaign.criteria import Selector
from atomscreen.campaign.funnel import Objective
from atomscreen.campaign.ranking import rank
from atomscreen.core.candidate import Candidate
from atomscreen.core.quantity import Quantity
from atomscreen.report.numbers import chance, duration, measured, unit_text
from atomscreen.report.wording import value_text

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")


def read(text: str) -> tuple[float, float | None]:
    """Read a printed number back: what a careful reader would understand."""
    text = text.replace("−", "-").removeprefix("≤ ").removeprefix("≥ ")
    match = re.fullmatch(r"\(?(\S+?)(?: ± ([^\s)]+))?\)?(?: × 10(\S+))?", text)
    assert match, text
    power = int(match[3].translate(SUPERSCRIPTS)) if match[3] else 0
    return float(match[1]) * 10.0**power, None if match[2] is None else float(match[2]) * 10.0**power


@pytest.mark.parametrize(
    ("value", "uncertainty", "text"),
    [
        (3.94123, 0.12, "3.94 ± 0.12"),
        (102.3, 5.0, "102 ± 5"),
        (12345.6, 345, "12350 ± 340"),
        (99.96, 0.0961, "99.96 ± 0.10"),
        (-6.8, 0.36, "−6.8 ± 0.4"),
        (1.3e-7, 2.1e-8, "(1.30 ± 0.21) × 10⁻⁷"),
        (0.0, 1e-8, "(0.0 ± 1.0) × 10⁻⁸"),
        (5.0, 0.0, "5 ± 0"),
        (170.0, None, "170"),
        (0.0, None, "0"),
        (3.45678, None, "3.457"),
        (999.96, None, "1000"),
        (2.5e-9, None, "2.500 × 10⁻⁹"),
        (-0.0, None, "0"),
        (None, None, "–"),
        (math.nan, 1.0, "–"),
    ],
)
def test_digits_follow_the_uncertainty(value: float | None, uncertainty: float | None, text: str) -> None:
    assert measured(value, uncertainty) == text


def test_bounds_have_a_sign() -> None:
    assert measured(2e-9, bound="upper").startswith("≤ ")
    assert measured(8.0, 1.0, "lower") == "≥ 8.0 ± 1.0"


@pytest.mark.parametrize(
    ("value", "uncertainty", "text"),
    [
        (0.1, 0.15, "0.10 ×/÷ 4.5"),  # e^1.5 = 4.48
        (2.34e-8, 2.34e-8, "2.3 × 10⁻⁸ ×/÷ 2.7"),
        (0.1, 0.05, "0.10 ± 0.05"),  # below half of the value, both ways of writing say much the same
        (7.0, 70.0, "7.0 ×/÷ 10⁴"),  # e^10 = 2.2e4
        (1.0, 1e6, "1.0 ×/÷ 10⁴³⁴²⁹⁴"),
        (0.0, 1.0, "0.0 ± 1.0"),
        (1.0, 0.0, "1 ± 0"),
        (1.0, None, "1"),
    ],
)
def test_a_large_uncertainty_of_a_ratio_is_a_factor(value: float, uncertainty: float | None, text: str) -> None:
    assert measured(value, uncertainty, by_ratio=True) == text
    assert "×/÷" not in measured(value, uncertainty)


def test_the_vocabulary_says_what_is_compared_by_ratio() -> None:
    stress = {"name": "surface_stress", "value": 0.1, "uncertainty": 0.4, "unit": "MPa", "bound": "upper"}
    assert value_text(stress) == "≤ 0.10 ×/÷ 55"
    assert value_text({**stress, "name": "surface_stress_max"}) == "≤ 0.1 ± 0.4"


@pytest.mark.parametrize("spread", [0.6, 1.5, 4.0])
def test_the_factor_is_that_of_the_ranking(spread: float) -> None:
    """Of two candidates apart by sqrt(2) times the factor's logarithm, Φ(1) of the draws leave the order."""
    factor = float(measured(1.0, spread, by_ratio=True).partition(" ×/÷ ")[2])
    lattice = {"input": Structure(Lattice.cubic(3.0), ["Po"], [[0, 0, 0]])}
    candidates = [
        Candidate(name, lattice, quantities=(Quantity("bulk_ionic_conductivity_300K", value, spread * value),))
        for name, value in (("low", 1.0), ("high", factor ** math.sqrt(2)))
    ]
    best, _ = rank(candidates, [Objective(Selector("bulk_ionic_conductivity_300K"), "max")])
    assert best.candidate.id == "high"
    # 2000 draws: a standard error of 0.008; the factor has two digits, which moves Φ(1) by 0.02 at most.
    assert best.beats_next == pytest.approx(0.841, abs=0.045)


@given(
    st.floats(-1e12, 1e12, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-30),
    st.floats(1e-30, 1e12),
)
def test_reading_back_stays_within_the_uncertainty(value: float, uncertainty: float) -> None:
    # Two digits of an uncertainty from 10 to 35, one from 36 to 94: rounding moves neither by more than a tenth of
    # it (half of the last digit: 0.5/10 to 0.5/3.55). Doubles carry 15 digits, no table prints more.
    if uncertainty < 1e-12 * abs(value):
        return
    got, spread = read(measured(value, uncertainty))
    assert abs(got - value) <= 0.15 * uncertainty
    assert spread is not None
    assert abs(spread - uncertainty) <= 0.15 * uncertainty


@given(st.floats(-1e12, 1e12, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-30))
def test_four_digits_without_an_uncertainty(value: float) -> None:
    got, spread = read(measured(value))
    assert spread is None
    assert abs(got - value) <= 5.1e-4 * abs(value)


@pytest.mark.parametrize(
    ("unit", "text"),
    [("cm^2/s", "cm²/s"), ("MPa*m^0.5", "MPa·m^½"), ("percent", "%"), ("Å^3/atom", "Å³/atom"), ("", ""), (None, "")],
)
def test_units(unit: str | None, text: str) -> None:
    assert unit_text(unit) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (0.4, "0.4 s"), (59.7, "1 min 0 s"), (751.3, "12 min 31 s"), (3600, "1 h 0 min"), (None, "–")],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


def test_no_certainty_from_sampling() -> None:
    assert [chance(p) for p in (0.0, 0.001, 0.5, 0.999, 1.0)] == ["0 %", "< 1 %", "50 %", "> 99 %", "100 %"]
