"""What an electrode's uncertainties do to a cell: intervals on its discharge, and which of two candidates is better.

Every sample is a cell of its own, balanced anew and discharged at its own 1C times the rate. Its potential, diffusivity
and mechanics are tables, which PyBaMM compiles into the model, so the model is built for each; that is most of the few
tenths of a second that a sample takes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from atomscreen.continuum.cell.base_sets import DEFAULT_BASE
from atomscreen.continuum.cell.discharge import CellModel, Discharge, Mechanics, run_discharge
from atomscreen.continuum.cell.discharge_quantities import discharge_numbers, theoretical_capacity
from atomscreen.continuum.cell.pybamm_parameters import CellParameters, pybamm_parameters
from atomscreen.continuum.electrode import Electrode
from atomscreen.continuum.electrode_samples import sampled, standard_uncertainty, without_uncertainty
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.core.vocabulary import define

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

INTERVAL: Final = (0.05, 0.95)
"""Quantiles that end the 90 % interval."""

Goal = Literal["max", "min"]


@dataclass(frozen=True)
class Interval:
    """A quantity's 90 % interval and median over samples."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, eq=False)
class CellUncertainty:
    """Discharges of a cell whose electrode was drawn from its uncertainties.

    Attributes
    ----------
    outputs
        By the vocabulary's name and in its unit, one number a sample that ran, shape (n,); stress only where it is
        known.
    capacity
        Common capacities in A·h, shape (m,), up to the one that all but 5 % of the samples deliver.
    voltage
        5 %, 50 % and 95 % quantiles in V, shape (3, m). A sample that has ended counts as below all others.
    failures
        Of samples that did not run, one sentence each.
    fixed
        Properties that were not drawn, as nobody knows how uncertain they are.
    seed, seconds_per_sample
        As it was run.
    """

    outputs: Mapping[str, Array]
    capacity: Array
    voltage: Array
    failures: tuple[str, ...]
    fixed: tuple[str, ...]
    seed: int
    seconds_per_sample: float

    def interval(self, name: str) -> Interval:
        """Return the 90 % interval of an output."""
        return Interval(*map(float, np.quantile(self._samples(name), (INTERVAL[0], 0.5, INTERVAL[1]))))

    def standard_uncertainty(self, name: str, value: float) -> float:
        """Return the standard uncertainty of a value of an output, which may be that of another model."""
        return standard_uncertainty(self._samples(name), value, by_ratio=define(name).logarithmic)

    def _samples(self, name: str) -> Array:
        if name not in self.outputs:
            raise UsageError(f"the discharges gave no '{name}' but {', '.join(self.outputs)}")
        return self.outputs[name]


def cell_uncertainty(
    electrode: Electrode,
    base: str = DEFAULT_BASE,
    count: int = 100,
    seed: int = 0,
    model: CellModel = "SPM",
    mechanics: Mechanics = "swelling only",
    c_rate: float = 1.0,
    lower_voltage: float | None = None,
    upper_voltage: float | None = None,
) -> CellUncertainty:
    """Discharge cells with electrodes drawn from the uncertainties of one.

    Parameters
    ----------
    electrode
        As it was calculated, with its uncertainties.
    base
        Name of the base set.
    count
        Of samples.
    seed
        Of the draws.
    model, mechanics, c_rate
        Of the discharge, as :func:`~atomscreen.continuum.cell.discharge.run_discharge` has them.
    lower_voltage, upper_voltage
        Limits of the cell in V; the base set's where they are not given.

    Raises
    ------
    UsageError
        Where there is nothing to draw, or for less than two samples.
    StageFailure
        Where less than two samples ran.
    """
    start = time.perf_counter()
    if count < 2:
        raise UsageError(f"{count} samples tell nothing of a spread; take two or more")
    cells, failures = [], []
    for sample in sampled(electrode, count, seed):
        try:
            parameters = pybamm_parameters(sample, base, lower_voltage, upper_voltage)
            cells.append((parameters, run_discharge(parameters, model, mechanics, c_rate)))
        except StageFailure as problem:
            failures.append(str(problem))
    seconds = (time.perf_counter() - start) / count
    if len(cells) < 2:
        raise StageFailure(f"{len(failures)} of {count} samples of {electrode.id} failed, the first: {failures[0]}")
    outputs = discharge_outputs(cells)
    capacity, voltage = _voltage_quantiles([discharge for _, discharge in cells])
    return CellUncertainty(outputs, capacity, voltage, tuple(failures), without_uncertainty(electrode), seed, seconds)


def probability_better(ours: ArrayLike, theirs: ArrayLike, goal: Goal = "max") -> float:
    """Return the probability that a draw from one set of samples is better than one from another, ties counting half.

    All pairs are compared, so that the sets may be of different sizes and drawn with any random numbers.

    Parameters
    ----------
    ours, theirs
        One number a sample, of the same quantity, shapes (n,) and (m,).
    goal
        Whether more or less is better.

    Raises
    ------
    UsageError
        For an empty set, numbers that are not finite, or another goal.
    """
    one, other = (np.asarray(samples, dtype=float).ravel() for samples in (ours, theirs))
    if goal not in ("max", "min"):
        raise UsageError(f"the goal is 'max' or 'min', not '{goal}'")
    if not (one.size and other.size and np.isfinite(one).all() and np.isfinite(other).all()):
        raise UsageError("samples are compared where there are some and all are finite numbers")
    ordered = np.sort(other)
    below, not_above = (np.searchsorted(ordered, one, side=side).mean() / other.size for side in ("left", "right"))
    above = float(below + not_above) / 2
    return above if goal == "max" else 1.0 - above


def discharge_outputs(cells: Iterable[tuple[CellParameters, Discharge]]) -> dict[str, Array]:
    """Return what is counted of cells and their discharges, by the vocabulary's names, one number a cell."""
    rows = [
        {"cell_theoretical_capacity": theoretical_capacity(parameters), **discharge_numbers(parameters, discharge)}
        for parameters, discharge in cells
    ]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _voltage_quantiles(discharges: Sequence[Discharge]) -> tuple[Array, Array]:
    common = np.linspace(0.0, np.quantile([one.capacity[-1] for one in discharges], INTERVAL[0]), 101)
    # At most 5 % have ended anywhere here, at the lower limit: the quantiles do not see by how much they are below.
    voltages = np.array([np.interp(common, one.capacity, one.voltage) for one in discharges])
    return common, np.quantile(voltages, (INTERVAL[0], 0.5, INTERVAL[1]), axis=0)
