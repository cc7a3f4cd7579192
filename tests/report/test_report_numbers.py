from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomscreen.report.numbers import chance, duration, measured, unit_text

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
