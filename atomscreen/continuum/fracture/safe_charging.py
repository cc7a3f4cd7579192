"""Charging that no flaw survives to grow in: the highest safe rate at every content, as steps that PyBaMM runs.

At a steady flux the content of a sphere is a parabola, c = c̄ + (J R/D)(x²/2 − 3/10) with x = r/R, and J R/D =
(rate/hour) R²/(3D). Griffith's criterion gives the highest rate of it at every content. The steps are the lowest of
these over a part of the charge each. That a flux is not steady when a step begins, and that the diffusivity is not the
same from the centre to the surface, is in the run that checks them: PyBaMM's single particle, with the stress that it
computes itself. Each step is then made slower or faster until its worst flaw just does not grow, and run again. In a
thick electrode the particles near the separator are charged faster than the mean one that this is of.
Discharges, which open other flaws and can stress more, are not in it: maps of fracture have both.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.cell.base_sets import require_mechanics
from atomscreen.continuum.cell.discharge import TOLERANCES
from atomscreen.continuum.cell.pybamm_parameters import CellParameters
from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.continuum.fracture.charging_run import ChargingStep, charge_simulation, instructions, run_charge
from atomscreen.continuum.fracture.griffith import StressedSphere, WorstFlaw, worst_by_time, worst_flaw
from atomscreen.continuum.particle.ion_transport import IonTransport
from atomscreen.continuum.particle.radial_mesh import radial_mesh
from atomscreen.continuum.particle.sphere import HOUR
from atomscreen.core.errors import StageFailure, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SHELLS: Final = 60
"""Shells of the sphere whose flux is steady."""

TRIES: Final = 6
"""Runs of PyBaMM in which the rates of the steps are sought."""

AIM: Final = 0.9
"""G/G_c that the worst flaw of each step is to have."""

FAST_ENOUGH: Final = 0.75
"""G/G_c from which a step is fast enough not to be changed any more."""

CHANGE: Final = (0.25, 2.0)
"""Least and greatest factor between the rates of a step in two runs."""


@dataclass(frozen=True)
class SafeCharge:
    """A charge in steps of constant current, and what its run in PyBaMM showed.

    Attributes
    ----------
    steps
        In their order.
    parameters
        Of the cell, discharged, with particles of the radius.
    worst
        The flaw that came nearest to growing, from the stress that PyBaMM computes.
    capacity
        Charged in the run, in A·h.
    tries
        Number of the run, of those in which the rates were sought, that this one is.
    """

    steps: tuple[ChargingStep, ...]
    parameters: CellParameters
    worst: WorstFlaw
    capacity: float
    tries: int

    @property
    def instructions(self) -> tuple[str, ...]:
        """The steps in PyBaMM's words, for ``pybamm.Experiment``."""
        return instructions(self.steps, self.parameters)

    def simulation(self) -> Any:
        """Return PyBaMM's simulation of it, ready to be solved: single particles that swell, at one temperature."""
        return charge_simulation(self.parameters, self.steps, TOLERANCES[0])


def steady_safe_rates(
    electrode: Electrode, fracture_energy: Curve, radius: float, contents: Array, temperature: float
) -> NDArray[np.float64]:
    """Return the highest rates in C at which a steady flux lets no flaw grow, at mean contents of shape (n,).

    At 1 C the mean content of the particle would change by 1 in an hour. Infinite where no gradient makes a stress.

    Parameters
    ----------
    electrode
        The material, which a charge takes from its assembled content to the other end.
    fracture_energy
        In J/m² against content.
    radius
        Of the particles, in m.
    contents
        Means of the particle.
    temperature
        In K.
    """
    mesh = radial_mesh(SHELLS)
    growth = 1.0 if electrode.assembled_content == 0 else -1.0
    diffusivity = IonTransport(electrode, temperature, "none").diffusivity(contents)
    # A small gradient, of which stress is a multiple: moduli and expansion are those at the mean content.
    small = 1e-4
    profile = growth * small * (mesh.radii**2 / 2 - 0.3)
    inside, surface = contents[:, None] + profile, contents + growth * small * 0.2
    sphere = StressedSphere.of_contents(electrode, radius, np.zeros(len(contents)), inside, surface)
    worst = worst_by_time(sphere, electrode, fracture_energy)
    rates = small * 3 * diffusivity * HOUR / radius**2
    with np.errstate(divide="ignore"):
        return np.asarray(rates / np.sqrt(worst))


def safe_charge(
    parameters: CellParameters,
    fracture_energy: Curve,
    radius: float,
    steps: int = 6,
    fastest: float = 2.0,
) -> SafeCharge:
    """Return a charge of a cell between its voltage limits in which Griffith's criterion forbids all growth.

    Parameters
    ----------
    parameters
        Of a cell with the electrode in it, from
        :func:`~atomscreen.continuum.cell.pybamm_parameters.pybamm_parameters`.
    fracture_energy
        In J/m² against content.
    radius
        Of the electrode's particles, in m, instead of the base set's.
    steps
        Number of steps, each over the same change of content.
    fastest
        Highest rate of the cell in C: what is safe beyond it is not asked for.

    Raises
    ------
    UsageError
        For a base set without mechanics, an untouched one, or numbers that are not positive.
    StageFailure
        For an electrode whose phases separate, or where PyBaMM finds no solution or no safe charge.
    """
    require_mechanics(parameters.base)
    if parameters.electrode is None or parameters.balance is None:
        raise UsageError("a safe charge is of a cell with a material in it, not of an untouched base set")
    if not (radius > 0 and fastest > 0 and steps > 0):
        raise UsageError("radius, fastest rate and number of steps of a charge are positive")
    electrode = parameters.electrode
    if electrode.phase_separating:
        raise StageFailure(f"two phases coexist in {electrode.formula}: PyBaMM has no stress of their front")
    discharged = _discharged(parameters, radius)
    planned = _planned(discharged, fracture_energy, radius, steps, fastest)
    found: SafeCharge | None = None
    for tries in range(1, TRIES + 1):
        sphere, capacity = run_charge(discharged, planned, radius)
        worst = worst_flaw(sphere, electrode, fracture_energy)
        if not worst.grows and (found is None or _hours(planned) < _hours(found.steps)):
            found = SafeCharge(planned, discharged, worst, capacity, tries)
        ratios = _by_step(sphere, planned, electrode, fracture_energy)
        if found is not None and all(
            ratio is None or ratio > FAST_ENOUGH or step.c_rate == fastest
            for step, ratio in zip(planned, ratios, strict=True)
        ):
            break
        planned = tuple(_changed(step, ratio, fastest) for step, ratio in zip(planned, ratios, strict=True))
    if found is None:
        raise StageFailure(f"in {TRIES} charges, each slower, a flaw at the {worst.place} still grows in PyBaMM's run")
    return found


def _discharged(parameters: CellParameters, radius: float) -> CellParameters:
    """Return the parameters of the discharged cell with particles of a radius."""
    assert parameters.electrode is not None and parameters.balance is not None
    values = parameters.values.copy()
    ends = {"negative": parameters.balance.negative, "positive": parameters.balance.positive}
    for side, (discharged, _) in ends.items():
        most = float(values[f"Maximum concentration in {side} electrode [mol.m-3]"])
        values[f"Initial concentration in {side} electrode [mol.m-3]"] = discharged * most
    values[f"{parameters.electrode.side} particle radius [m]"] = radius
    return replace(parameters, values=values)


def _planned(
    discharged: CellParameters, fracture_energy: Curve, radius: float, steps: int, fastest: float
) -> tuple[ChargingStep, ...]:
    """Return steps at the lowest of the rates that are safe at a steady flux over each."""
    electrode, balance = discharged.electrode, discharged.balance
    assert electrode is not None and balance is not None
    start, end = balance.positive if electrode.side == "Positive" else balance.negative
    swing = abs(end - start)
    temperature = float(discharged.values["Ambient temperature [K]"])
    marks = np.linspace(start, end, steps + 1)
    planned = []
    for first, last in itertools.pairwise(marks):
        contents = np.linspace(first, last, 21)
        safe = float(steady_safe_rates(electrode, fracture_energy, radius, contents, temperature).min())
        c_rate = min(safe / swing, fastest)
        planned.append(ChargingStep(c_rate, HOUR / (steps * c_rate), float(last)))
    return tuple(planned)


def _by_step(
    sphere: StressedSphere, steps: Sequence[ChargingStep], electrode: Electrode, fracture_energy: Curve
) -> list[float | None]:
    """Return the largest G/G_c in each step, ``None`` in one that the voltage did not let begin."""
    worst = worst_by_time(sphere, electrode, fracture_energy)
    ends = np.cumsum([step.duration for step in steps])
    inside = [
        (sphere.times > end - step.duration) & (sphere.times <= end * (1 + 1e-9))
        for step, end in zip(steps, ends, strict=True)
    ]
    return [float(worst[times].max()) if times.any() else None for times in inside]


def _changed(step: ChargingStep, ratio: float | None, fastest: float) -> ChargingStep:
    """Return a step at the rate at which a flaw would come near to growing; G goes with the square of the rate."""
    if not ratio:
        return step
    factor = float(np.clip(math.sqrt(AIM / ratio), *CHANGE))
    c_rate = min(step.c_rate * factor, fastest)
    return replace(step, c_rate=c_rate, duration=step.duration * step.c_rate / c_rate)


def _hours(steps: Sequence[ChargingStep]) -> float:
    return sum(step.duration for step in steps) / HOUR
