"""A Gaussian process in place of a cell model, with its own error, for what takes thousands of runs.

It learns capacity, energy, stress and what else a discharge gives over an electrode's deviates (each property's curve
moved by a number of its standard uncertainties) and the rate, from tens of runs, and is checked on runs that it has not
seen.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.cell.base_sets import DEFAULT_BASE
from atomscreen.continuum.cell.cell_uncertainty import discharge_outputs
from atomscreen.continuum.cell.discharge import CellModel, Mechanics, run_discharge
from atomscreen.continuum.cell.pybamm_parameters import pybamm_parameters
from atomscreen.continuum.electrode import Electrode
from atomscreen.continuum.electrode_samples import deviate_range, moved, with_uncertainty
from atomscreen.core.errors import StageFailure, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

FARTHEST: Final = 3.0
"""Deviates to which a surrogate is trained: 99.7 % of a normal distribution lie within."""

RATE: Final = "c_rate"
"""The name of the rate among a surrogate's inputs."""


@dataclass(frozen=True)
class Input:
    """A number that a surrogate depends on, and the interval it was trained in."""

    name: str
    low: float
    high: float
    logarithmic: bool = False

    def to_unit(self, values: Array) -> Array:
        """Return values with the interval scaled to 0 to 1, by ratio where it is logarithmic."""
        if self.logarithmic:
            return np.asarray(np.log(values / self.low) / np.log(self.high / self.low))
        return (values - self.low) / (self.high - self.low)

    def from_unit(self, shares: Array) -> Array:
        """Return what :meth:`to_unit` has scaled."""
        if self.logarithmic:
            return np.asarray(self.low * (self.high / self.low) ** shares)
        return self.low + shares * (self.high - self.low)

    def deviates(self) -> Any:
        """Return the ``scipy`` distribution of a deviate: standard normal within the interval."""
        from scipy.stats import truncnorm

        return truncnorm(self.low, self.high)


@dataclass(frozen=True)
class HeldOut:
    """How far a surrogate is off in runs that it has not seen.

    Attributes
    ----------
    root_mean_square
        Of the differences, in the output's unit.
    of_spread
        The same over the standard deviation of the runs: 1 is as good as guessing their mean.
    overconfidence
        Root mean square of the differences over the process's own standard deviations. Where it is above 1, the
        surrogate's deviations are widened by it.
    within_90
        Share of the runs within the 90 % interval that follows.
    """

    root_mean_square: float
    of_spread: float
    overconfidence: float
    within_90: float


@dataclass(frozen=True, eq=False)
class CellSurrogate:
    """Gaussian processes of a cell's outputs.

    Attributes
    ----------
    inputs
        What it depends on; the box of their intervals is where it holds.
    processes
        One ``sklearn`` regressor by output, named as the vocabulary does; none of what is the same in all runs.
    held_out
        Its errors, by output.
    runs
        That it was trained with.
    failures
        Of runs, one sentence each; neither trained nor checked with. Where a cell does not run the surrogate still
        answers: their share is that of the box in which it extrapolates.
    seed, seconds_per_run
        Of those runs.
    """

    inputs: tuple[Input, ...]
    processes: Mapping[str, Any]
    held_out: Mapping[str, HeldOut]
    runs: int
    failures: tuple[str, ...]
    seed: int
    seconds_per_run: float

    def predict(self, points: Mapping[str, Array]) -> dict[str, tuple[Array, Array]]:
        """Return each output's mean and standard deviation at points, shapes (n,).

        Parameters
        ----------
        points
            Every input by name, shapes (n,).

        Raises
        ------
        UsageError
            For another set of inputs, or points outside the box: it does not extrapolate.
        """
        names = [one.name for one in self.inputs]
        if set(points) != set(names):
            raise UsageError(f"the surrogate depends on {', '.join(names)}; {', '.join(points) or 'nothing'} was given")
        for one in self.inputs:
            if not np.all((points[one.name] >= one.low) & (points[one.name] <= one.high)):
                raise UsageError(f"the surrogate holds for {one.name} from {one.low:.3g} to {one.high:.3g} only")
        unit = np.column_stack([one.to_unit(np.asarray(points[one.name], dtype=float)) for one in self.inputs])
        predicted = {name: process.predict(unit, return_std=True) for name, process in self.processes.items()}
        return {
            name: (mean, spread * max(1.0, self.held_out[name].overconfidence))
            for name, (mean, spread) in predicted.items()
        }

    def distribution(self, count: int, seed: int, c_rate: float | None = None) -> dict[str, Array]:
        """Return outputs of many samples of the electrode, shapes (count,), with the surrogate's own error in them.

        Deviates are standard normal within the box; the errors of different samples are taken as independent. The rate
        is given where it is an input.
        """
        draws = np.random.default_rng(seed)
        points = {one.name: one.deviates().rvs(count, random_state=draws) for one in self.deviates}
        predicted = self.predict(self.at_rate(points, c_rate))
        return {name: draws.normal(mean, spread) for name, (mean, spread) in predicted.items()}

    @property
    def deviates(self) -> tuple[Input, ...]:
        """All inputs but the rate."""
        return tuple(one for one in self.inputs if one.name != RATE)

    def at_rate(self, points: Mapping[str, Array], c_rate: float | None) -> dict[str, Array]:
        """Return points with the rate beside the deviates, where one is given."""
        length = len(next(iter(points.values())))
        return dict(points) if c_rate is None else {**points, RATE: np.full(length, c_rate)}


def cell_surrogate(
    electrode: Electrode,
    base: str = DEFAULT_BASE,
    model: CellModel = "DFN",
    mechanics: Mechanics = "swelling only",
    c_rates: tuple[float, float] = (1.0, 1.0),
    runs: int = 60,
    held_out: int = 20,
    seed: int = 0,
) -> CellSurrogate:
    """Train a surrogate of the discharge of cells with an electrode drawn from its uncertainties.

    Parameters
    ----------
    electrode
        As it was calculated, with its uncertainties.
    base
        Name of the base set.
    model, mechanics
        Of the discharge.
    c_rates
        Least and largest rate that the surrogate shall hold for; an input only where they differ.
    runs, held_out
        To train it with, and to check it with.
    seed
        Of both.

    Raises
    ------
    UsageError
        Where nothing is uncertain, for rates that are no interval, or for too few runs.
    StageFailure
        Where too many runs failed.
    """
    names = with_uncertainty(electrode)
    if not names:
        raise UsageError(f"no property of {electrode.id} has a known uncertainty: there is nothing to learn")
    if not 0 < c_rates[0] <= c_rates[1]:
        raise UsageError(f"rates run from a positive one to a larger one, not from {c_rates[0]:g} to {c_rates[1]:g}")
    ranges = {name: deviate_range(electrode, name) for name in names}
    inputs = [Input(name, max(-FARTHEST, low), min(FARTHEST, high)) for name, (low, high) in ranges.items()]
    if c_rates[0] < c_rates[1]:
        inputs.append(Input(RATE, *c_rates, logarithmic=True))

    def run(point: Mapping[str, float]) -> Mapping[str, float]:
        deviates = {name: point[name] for name in names}
        cell = pybamm_parameters(moved(electrode, deviates), base)
        found = discharge_outputs([(cell, run_discharge(cell, model, mechanics, point.get(RATE, c_rates[0])))])
        return {name: float(value[0]) for name, value in found.items()}

    return trained(inputs, run, runs, held_out, seed)


def trained(
    inputs: Sequence[Input],
    run: Callable[[Mapping[str, float]], Mapping[str, float]],
    runs: int,
    held_out: int,
    seed: int,
) -> CellSurrogate:
    """Train a surrogate of any function of inputs that gives outputs by name; parameters as :func:`cell_surrogate`."""
    if runs < 2 * len(inputs) or held_out < 5:
        raise UsageError(f"{len(inputs)} inputs need at least {2 * len(inputs)} runs, and 5 held out")
    start = time.perf_counter()
    failures: list[str] = []
    known, theirs = _ran(inputs, run, runs, seed, failures), _ran(inputs, run, held_out, seed + 1, failures)
    seconds = (time.perf_counter() - start) / (runs + held_out)
    if len(known[0]) < 2 * len(inputs) or len(theirs[0]) < 5:
        raise StageFailure(f"{len(failures)} of {runs + held_out} runs failed, the first: {failures[0]}")
    processes = {name: _process(known[0], values, seed) for name, values in known[1].items() if np.ptp(values) > 0}
    errors = {name: _errors(process, theirs[0], theirs[1][name]) for name, process in processes.items()}
    return CellSurrogate(tuple(inputs), processes, errors, len(known[0]), tuple(failures), seed, seconds)


def _ran(
    inputs: Sequence[Input],
    run: Callable[[Mapping[str, float]], Mapping[str, float]],
    count: int,
    seed: int,
    failures: list[str],
) -> tuple[Array, dict[str, Array]]:
    """Return places in the unit box, shape (n, number of inputs), and the outputs there, of the runs that worked."""
    from scipy.stats.qmc import LatinHypercube

    places, outputs = [], []
    for place in LatinHypercube(len(inputs), rng=seed).random(count):
        point = {one.name: float(one.from_unit(share)) for one, share in zip(inputs, place, strict=True)}
        try:
            outputs.append(run(point))
        except StageFailure as problem:
            failures.append(str(problem))
        else:
            places.append(place)
    names = outputs[0] if outputs else ()
    return np.array(places), {name: np.array([one[name] for one in outputs]) for name in names}


def _process(places: Array, values: Array, seed: int) -> Any:
    """Return a Gaussian process with a length for each input, and noise for what its solver's tolerance makes."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    lengths = np.ones(places.shape[1])
    kernel = ConstantKernel(1.0, (1e-2, 1e4)) * Matern(lengths, (0.05, 1e3), nu=2.5) + WhiteKernel(1e-4, (1e-9, 1.0))
    process = GaussianProcessRegressor(kernel, normalize_y=True, n_restarts_optimizer=2, random_state=seed)
    with warnings.catch_warnings():
        # An input without influence has no longest length: the bound is where it rightly ends.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return process.fit(places, values)


def _errors(process: Any, places: Array, values: Array) -> HeldOut:
    from scipy.stats import norm

    mean, spread = process.predict(places, return_std=True)
    off = values - mean
    root_mean_square, overconfidence = (float(np.sqrt(np.mean(errors**2))) for errors in (off, off / spread))
    within = np.abs(off) <= norm.ppf(0.95) * max(1.0, overconfidence) * spread
    return HeldOut(root_mean_square, root_mean_square / float(values.std()), overconfidence, float(within.mean()))
