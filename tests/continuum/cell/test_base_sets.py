from __future__ import annotations

import os
import subprocess
import sys

import pytest

from atomscreen.continuum.cell.base_sets import BASE_SETS, base_values, check_base, require_mechanics
from atomscreen.core.errors import UsageError


@pytest.mark.parametrize("name", BASE_SETS)
def test_every_base_set_is_one_of_pybamm(name: str) -> None:
    values = base_values(name)
    both = all(f"{side} electrode partial molar volume [m3.mol-1]" in values for side in ("Positive", "Negative"))
    assert both is BASE_SETS[name].mechanics


def test_base_values_are_ones_own() -> None:
    base_values("Ai2020")["Nominal cell capacity [A.h]"] = 1.0
    assert base_values("Ai2020")["Nominal cell capacity [A.h]"] == 2.28


def test_an_unknown_base_set_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="unknown base set 'Marquis2019'; there are Ai2020, Chen2020, OKane2022"):
        check_base("Marquis2019")


def test_mechanics_without_the_other_electrodes_is_refused() -> None:
    with pytest.raises(UsageError, match="use OKane2022, the same cell with mechanics"):
        require_mechanics("Chen2020")


def test_nothing_is_sent_and_nothing_is_asked() -> None:
    program = (
        "from atomscreen.continuum.cell.base_sets import pybamm_library\n"
        "print(type(pybamm_library().telemetry._posthog).__name__)"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYBAMM_DISABLE_TELEMETRY"}
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert ran.stdout.split() == ["MockTelemetry"], ran.stderr
