"""Numbers as a reader wants them: digits tied to the uncertainty, powers of ten, bounds, units, times."""

from __future__ import annotations

import math
import re

BOUND_SIGNS = {"upper": "≤ ", "lower": "≥ ", None: "", "": ""}
MISSING = "–"

_SUPERSCRIPTS = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
# Outside these, a plain decimal has more zeros than digits that say something.
_SMALLEST_PLAIN, _LARGEST_PLAIN = 1e-3, 1e6
# The digits of a number whose uncertainty nobody knows: what tables of materials data usually print.
_DIGITS_WITHOUT_UNCERTAINTY = 4
# The relative uncertainty up to which one of the logarithm and one of the number itself are much the same.
_LARGEST_SYMMETRIC = 0.5
_LARGEST_FACTOR_POWER = 3


def measured(
    value: float | None, uncertainty: float | None = None, bound: str | None = None, by_ratio: bool = False
) -> str:
    """Return a number with its standard uncertainty, rounded where the uncertainty says.

    Parameters
    ----------
    value
        The number; ``None`` gives a dash.
    uncertainty
        Its standard uncertainty in the same unit, or ``None`` where it is not known.
    bound
        ``"upper"`` or ``"lower"`` where the number is only a limit.
    by_ratio
        Whether it is positive and compared by ratio: the uncertainty over the value is then the standard uncertainty
        of its natural logarithm, as rankings take it, and a large one is written as the factor that this is.

    Returns
    -------
    str
        For example ``"3.94 ± 0.12"``, ``"(1.30 ± 0.21) × 10⁻⁷"``, ``"≤ 2 × 10⁻⁹"``, ``"0.10 ×/÷ 4.5"``.
    """
    if value is None or not math.isfinite(value):
        return MISSING
    sign = BOUND_SIGNS.get(bound, "")
    if uncertainty is None or not math.isfinite(uncertainty):
        return sign + _without_uncertainty(value)
    if uncertainty == 0:
        return f"{sign}{_without_uncertainty(value)} ± 0"
    if by_ratio and value > 0 and uncertainty > _LARGEST_SYMMETRIC * value:
        return f"{sign}{_of_digits(value, 2)} ×/÷ {_factor(uncertainty / value)}"
    return sign + _with_uncertainty(value, uncertainty)


def _factor(logarithm: float) -> str:
    """Return the number of that natural logarithm, to two digits; a very large one as the power of ten next to it."""
    power = logarithm / math.log(10)
    return _of_digits(math.exp(logarithm), 2) if power < _LARGEST_FACTOR_POWER else _ten(round(power))


def _with_uncertainty(value: float, uncertainty: float) -> str:
    spread_exponent, digits = _last_digit(uncertainty)
    last = spread_exponent - digits + 1
    largest = max(abs(value), uncertainty)
    if _SMALLEST_PLAIN <= largest < _LARGEST_PLAIN and last <= 2:
        decimals = max(0, -last)
        return f"{_fixed(round(value, -last), decimals)} ± {_fixed(round(uncertainty, -last), decimals)}"
    power = exponent_of(largest)
    decimals = max(0, power - last)
    return f"({_fixed(value / 10.0**power, decimals)} ± {_fixed(uncertainty / 10.0**power, decimals)}) × {_ten(power)}"


def _last_digit(uncertainty: float) -> tuple[int, int]:
    """Return the power of ten of an uncertainty and how many of its digits to print.

    The rule of the Particle Data Group: two digits where they are 10 to 35, one where they are 36 to 94, and
    what lies above is rounded up to 10 of the next power.
    """
    power = exponent_of(uncertainty)
    leading = uncertainty / 10.0**power
    if leading < 3.55:
        return power, 2
    if leading < 9.5:
        return power, 1
    return power + 1, 2


def _without_uncertainty(value: float) -> str:
    if value == int(value) and abs(value) < _LARGEST_PLAIN:
        return _fixed(value, 0)
    return _of_digits(value, _DIGITS_WITHOUT_UNCERTAINTY)


def _of_digits(value: float, digits: int) -> str:
    """Return a number that is not zero, with so many digits that count."""
    rounded = float(f"{value:.{digits - 1}e}")
    power = exponent_of(rounded)
    if _SMALLEST_PLAIN <= abs(value) < _LARGEST_PLAIN:
        return _fixed(rounded, max(0, digits - 1 - power))
    return f"{_fixed(rounded / 10.0**power, digits - 1)} × {_ten(power)}"


def exponent_of(value: float) -> int:
    """Return the power of ten of a number's first digit; of zero 0."""
    return 0 if value == 0 else int(f"{abs(value):e}".partition("e")[2])


def _fixed(value: float, decimals: int) -> str:
    """Return a number with that many decimals, a real minus sign, and no negative zero."""
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def _ten(power: int) -> str:
    return "10" + str(power).translate(_SUPERSCRIPTS)


def unit_text(unit: str | None) -> str:
    """Return a unit as it is printed: ``"cm^2/s"`` becomes ``"cm²/s"``, ``"percent"`` ``"%"``."""
    if not unit:
        return ""
    if unit == "percent":
        return "%"
    raised = re.sub(r"\^(-?\d+)(?![.\d])", lambda match: match[1].translate(_SUPERSCRIPTS), unit)
    return raised.replace("^0.5", "^½").replace("*", "·")


def duration(seconds: float | None) -> str:
    """Return a time span in the two units that matter: ``"12 min 31 s"``, ``"3 h 5 min"``, ``"0.4 s"``."""
    if seconds is None or not math.isfinite(seconds):
        return MISSING
    if seconds < 9.95:
        return f"{seconds:.1f} s" if seconds >= 0.05 else ("0 s" if seconds == 0 else f"{seconds * 1000:.2g} ms")
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    minutes = round(seconds / 60)
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes // 1440} d {minutes % 1440 // 60} h"


def chance(probability: float | None) -> str:
    """Return a probability in percent, without claiming a certainty that sampling cannot give."""
    if probability is None or not math.isfinite(probability):
        return MISSING
    if 0 < probability < 0.005:
        return "< 1 %"
    if 0.995 < probability < 1:
        return "> 99 %"
    return f"{100 * probability:.0f} %"
