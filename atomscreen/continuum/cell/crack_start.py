"""Charged states from which PyBaMM's cracks grow: at rest its rate of growth may be no number.

In a particle without any gradient the stress is rounding noise. PyBaMM computes it twice, once for its size and once
for its sign, and where the two disagree the rate is a negative number to a broken power: of twenty charged states of
Ai2020 as it is published eight do not start. A concentration that differs by a ten-millionth rounds differently.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from atomscreen.continuum.cell.base_sets import pybamm_library
from atomscreen.continuum.cell.pybamm_parameters import CellParameters
from atomscreen.core.errors import StageFailure

STEP: Final = 1e-7
"""Share of its concentration by which an electrode's is changed from one try to the next."""

TRIES: Final = 40


def that_cracks_start(
    parameters: CellParameters, options: Mapping[str, Any], models: Sequence[str] = ("SPM", "SPMe", "DFN")
) -> CellParameters:
    """Return the parameters with charged concentrations, changed by millionths at most, from which cracks can grow.

    Parameters
    ----------
    parameters
        Of a cell of a base set with mechanics.
    options
        Of PyBaMM's models, cracking among them.
    models
        Of PyBaMM's, in all of which they shall.

    Raises
    ------
    StageFailure
        Where no such concentration was found.
    """
    for number in range(TRIES):
        changed = _changed(parameters, number)
        if all(_starts(changed.values, model, options) for model in models):
            return changed
    raise StageFailure(f"PyBaMM's cracks start from none of {TRIES} charged states that differ by millionths")


def _changed(parameters: CellParameters, number: int) -> CellParameters:
    values = parameters.values.copy()
    for step, side in enumerate(("negative", "positive"), start=2):  # different shares, so that each has its own luck
        values[f"Initial concentration in {side} electrode [mol.m-3]"] *= 1 - number * step * STEP / 3
    return dataclasses.replace(parameters, values=values)


def _starts(values: Any, model: str, options: Mapping[str, Any]) -> bool:
    """Say whether a model gets through its first second."""
    pybamm = pybamm_library()
    simulation = pybamm.Simulation(
        getattr(pybamm.lithium_ion, model)(dict(options)), parameter_values=values, C_rate=1.0
    )
    try:
        with _without_standard_error():
            simulation.solve([0.0, 1.0])
    except pybamm.SolverError:
        return False
    return True


@contextlib.contextmanager
def _without_standard_error() -> Iterator[None]:
    """Keep what the solver's C code writes to standard error from the user: a try that fails is no news."""
    kept = os.dup(2)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
