"""Which damage matters for a material: each mechanism switched on and off in a cell that is cycled.

How fast a mechanism goes is the base set's: growth constants of the interphase, Paris' law, rates of active material
lost. What a material decides is what drives them: stress by stiffness, partial molar volume and diffusivity, the
critical stress, and potentials. So a ranking compares mechanisms at the base set's rates, and materials by what they
make of them; it predicts no life.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.cell.base_sets import pybamm_library
from atomscreen.continuum.cell.crack_start import that_cracks_start
from atomscreen.continuum.cell.damage_mechanisms import CRACKING, MECHANISMS, STRESS, with_what_it_builds_on
from atomscreen.continuum.cell.discharge import NO_FRONT, CellModel, model_options, separating_side
from atomscreen.continuum.cell.discharge import TOLERANCES as OF_A_DISCHARGE
from atomscreen.continuum.cell.pybamm_parameters import CellParameters
from atomscreen.continuum.electrode import Side
from atomscreen.core.errors import StageFailure, UsageError, closest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

TOLERANCES: Final = OF_A_DISCHARGE[1:]
"""Of the solver, tried in turn. They start looser than a discharge's, since a step takes twice the time: what a
tolerance makes of a loss is measured, and stress that is noise at it drives no damage."""

NOT_TAKEN: Final = (
    "PyBaMM's single-particle models count the lithium of an interphase on cracks, but do not take it from the "
    "particles (its issue 5263): use the DFN"
)
"""Why 'interphase on cracks' is left out of single-particle models."""

SIDES: Final[tuple[Side, ...]] = ("Negative", "Positive")
"""In the order in which PyBaMM's options have them."""


@dataclass(frozen=True)
class DamageShare:
    """What one mechanism takes.

    Attributes
    ----------
    mechanism
        A name of :data:`MECHANISMS`.
    alone
        Share of the capacity that it takes by itself: on, with those it builds on, less those alone.
    saved_without
        Share of the capacity that is saved where of all mechanisms this one is off, with those that build on it.
    lithium
        Share of the lithium that it takes out of the particles by itself, counted as ``alone`` is.
    of_material, of_base_set
        Its constants that are the material's, and all others, of the electrodes that have it.
    """

    mechanism: str
    alone: float
    saved_without: float
    lithium: float
    of_material: tuple[str, ...]
    of_base_set: tuple[str, ...]


@dataclass(frozen=True)
class DamageRanking:
    """What cycling takes from a cell, and which mechanism takes how much of it.

    Attributes
    ----------
    shares
        Most ``saved_without`` first. They do not add up to ``all_on``: mechanisms feed and starve each other.
    all_on
        Share of the capacity that all mechanisms together take.
    resolution
        What the solver's tolerance makes of a difference of losses: smaller shares are noise.
    left_out
        Mechanisms that the cell cannot have, each with the reason.
    cycles, c_rate, model
        As they were run.
    """

    shares: tuple[DamageShare, ...]
    all_on: float
    resolution: float
    left_out: Mapping[str, str]
    cycles: int
    c_rate: float
    model: CellModel


def damage_ranking(
    parameters: CellParameters,
    cycles: int = 3,
    c_rate: float = 1.0,
    model: CellModel = "DFN",
    mechanisms: Iterable[str] = tuple(MECHANISMS),
) -> DamageRanking:
    """Rank damage mechanisms by the capacity that a cell is spared without each of them.

    The cell is cycled with all of them, without each, with each alone and with none. A loss is the fall of the
    discharged capacity from the second discharge on, less that of the cell with none; the first one is left out because
    the cell does not yet start from where its own charging ends. It can be negative: what takes lithium from a reserve
    that is never discharged lets the positive electrode be charged further. So lithium stands beside it.

    Parameters
    ----------
    parameters
        Of the cell.
    cycles
        Between the two discharges that are compared.
    c_rate
        Of discharge and charge, in 1/h, by the nominal capacity; then the voltage is held down to C/20.
    model
        PyBaMM's model. Single particles are ten times as fast, and have no interphase on cracks.
    mechanisms
        Names of :data:`MECHANISMS`; those they build on come with them.

    Raises
    ------
    UsageError
        For less than one cycle, a rate that is not positive, or an unknown mechanism.
    StageFailure
        Where the cell can have no mechanism, or cannot be cycled.
    """
    if cycles < 1 or c_rate <= 0:
        raise UsageError(f"{cycles} cycles at {c_rate:g}C rank nothing: at least one at a positive rate does")
    for name in (mechanisms := tuple(mechanisms)):
        if name not in MECHANISMS:
            raise UsageError(f"there is no damage mechanism '{name}'{closest(name, MECHANISMS)}")
    wanted = with_what_it_builds_on(mechanisms)
    left_out = {name: reason for name, reason in _left_out(parameters, model).items() if name in wanted}
    present = [name for name in MECHANISMS if name in wanted and name not in left_out]
    if not present:
        raise StageFailure(f"no damage mechanism can be had: {'; '.join(dict.fromkeys(left_out.values()))}")
    if CRACKING in present:
        # All are run from one charged state, also those without cracks, so that nothing but mechanisms differs.
        parameters = that_cracks_start(parameters, _options(parameters, frozenset(present)), (model,))
    first: StageFailure | None = None
    for tolerance in TOLERANCES:
        try:
            return _ranked(_CycledCell(parameters, cycles, c_rate, model, tolerance), present, left_out)
        except StageFailure as problem:
            first = first or problem
    assert first is not None
    raise first


def _ranked(cell: _CycledCell, present: Sequence[str], left_out: Mapping[str, str]) -> DamageRanking:
    """Run a cell with all of these mechanisms, without each and with each alone, and rank them."""
    everything = frozenset(present)
    all_on = cell.losses(everything)
    resolution = 2 * float(abs(all_on - cell.losses(everything, 10 * cell.tolerance))[0])
    shares = []
    for name in present:
        below = with_what_it_builds_on([name]) - {name}
        without = {other for other in everything if name not in with_what_it_builds_on([other])}
        ours, theirs = _constants(cell.parameters, name)
        (alone, lithium), (saved, _) = cell.losses(below | {name}) - cell.losses(below), all_on - cell.losses(without)
        shares.append(DamageShare(name, float(alone), float(saved), float(lithium), ours, theirs))
    shares.sort(key=lambda share: -share.saved_without)
    return DamageRanking(tuple(shares), float(all_on[0]), resolution, left_out, cell.cycles, cell.c_rate, cell.model)


class _CycledCell:
    """A cell cycled with any mechanisms; each set of them is run once."""

    def __init__(
        self, parameters: CellParameters, cycles: int, c_rate: float, model: CellModel, tolerance: float
    ) -> None:
        self.parameters, self.cycles, self.c_rate = parameters, cycles, c_rate
        self.model, self.tolerance = model, tolerance
        lower, upper = (parameters.values[f"{limit} voltage cut-off [V]"] for limit in ("Lower", "Upper"))
        discharge = f"Discharge at {c_rate:g}C until {lower:g} V"
        charge = (f"Charge at {c_rate:g}C until {upper:g} V", f"Hold at {upper:g} V until C/20")
        experiment = pybamm_library().Experiment
        self.experiment = experiment([(discharge, *charge)] * (cycles + 1) + [(discharge,)])
        self.falls: dict[tuple[frozenset[str], float], Array] = {}

    def losses(self, on: Iterable[str], tolerance: float | None = None) -> Array:
        """Return the shares of capacity and lithium that mechanisms take, shape (2,)."""
        tolerance = tolerance or self.tolerance
        return self._falls(frozenset(on), tolerance) - self._falls(frozenset(), tolerance)

    def _falls(self, on: frozenset[str], tolerance: float) -> Array:
        if (on, tolerance) not in self.falls:
            self.falls[on, tolerance] = self._run(on, tolerance)
        return self.falls[on, tolerance]

    def _run(self, on: frozenset[str], tolerance: float) -> Array:
        """Return the falls of capacity and lithium from the second discharge to the last, shape (2,)."""
        pybamm = pybamm_library()
        simulation = pybamm.Simulation(
            getattr(pybamm.lithium_ion, self.model)(_options(self.parameters, on)),
            parameter_values=self.parameters.values,
            experiment=self.experiment,
            solver=pybamm.IDAKLUSolver(rtol=tolerance, atol=tolerance),
        )
        which = f"cycling with {', '.join(sorted(on)) or 'no damage'}"
        try:
            solution = simulation.solve(calc_esoh=False)
        except pybamm.SolverError as problem:
            raise StageFailure(f"{which} failed: {problem}") from problem
        if len(solution.cycles) < len(self.experiment.cycles):
            why = " ".join(self.parameters.balance.remarks if self.parameters.balance else ()) or solution.termination
            raise StageFailure(f"{which} ended in cycle {len(solution.cycles)} of {len(self.experiment.cycles)}: {why}")
        second, last = (solution.cycles[place].steps[0] for place in (1, -1))
        capacities = [np.ptp(step["Discharge capacity [A.h]"].entries) for step in (second, last)]
        lost = [step["Loss of lithium inventory [%]"].entries[-1] / 100 for step in (second, last)]
        return np.array([1.0 - capacities[1] / capacities[0], lost[1] - lost[0]])


def _options(parameters: CellParameters, on: frozenset[str]) -> dict[str, Any]:
    """Return PyBaMM's options; particles swell throughout, so that stress acts on diffusion in all runs alike."""
    swelling = [_has_stress(parameters, side) for side in SIDES]
    options: dict[str, Any] = {
        "particle": model_options(parameters)["particle"],
        "particle mechanics": tuple("swelling only" if swells else "none" for swells in swelling),
        "stress-induced diffusion": tuple("true" if swells else "false" for swells in swelling),
    }
    for name in on:
        mechanism = MECHANISMS[name]
        if not mechanism.by_stress:
            options[mechanism.option] = mechanism.choice
            continue
        before = options.get(mechanism.option, ("none", "none"))
        options[mechanism.option] = tuple(
            mechanism.choice if side in _sides(parameters, name) else other
            for side, other in zip(SIDES, before, strict=True)
        )
    return options


def _sides(parameters: CellParameters, name: str) -> tuple[Side, ...]:
    """Return the electrodes in which a cell can have a mechanism."""
    mechanism = MECHANISMS[name]
    if not mechanism.by_stress:
        there = not _lacking(parameters, name, "Negative")
        built = all("Negative" in _sides(parameters, other) for other in mechanism.builds_on)
        return ("Negative",) if there and built else ()
    return tuple(side for side in SIDES if _has_stress(parameters, side) and not _lacking(parameters, name, side))


def _has_stress(parameters: CellParameters, side: Side) -> bool:
    """Return whether the stress in an electrode's particles can be known."""
    constants = (name.format(side=side) for name in STRESS)
    return side != separating_side(parameters) and all(name in parameters.values for name in constants)


def _lacking(parameters: CellParameters, mechanism: str, side: Side) -> tuple[str, ...]:
    return tuple(name for name in MECHANISMS[mechanism].constants_of(side) if name not in parameters.values)


def _left_out(parameters: CellParameters, model: CellModel) -> dict[str, str]:
    """Return the mechanisms that a cell cannot have in a model, each with the reason."""
    reasons = {} if model == "DFN" else {"interphase on cracks": NOT_TAKEN}
    for name, mechanism in MECHANISMS.items():
        if not _sides(parameters, name):
            parts = (*mechanism.builds_on, name)
            first = next((lacks[0] for part in parts if (lacks := _least_lacking(parameters, part))), None)
            reasons[name] = f"base set '{parameters.base}' lacks its constants, as {first}" if first else NO_FRONT
    return reasons


def _least_lacking(parameters: CellParameters, name: str) -> tuple[str, ...]:
    """Return the constants missing in the electrode that lacks fewest."""
    return sorted((_lacking(parameters, name, side) for side in SIDES), key=len)[0]


def _constants(parameters: CellParameters, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a mechanism's constants that are the material's, and the others."""
    names = dict.fromkeys(one for side in _sides(parameters, name) for one in MECHANISMS[name].constants_of(side))
    ours = tuple(one for one in names if parameters.origins[one].kind == "material")
    return ours, tuple(one for one in names if one not in ours)
