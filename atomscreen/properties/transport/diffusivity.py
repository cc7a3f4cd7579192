"""Diffusivity and ionic conductivity of the working ion by molecular dynamics."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure, StructureRefused, UsageError
from atomscreen.core.quantity import Quantity
from atomscreen.core.scratch import scratch_file
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.interatomic.molecular_dynamics import run_nvt
from atomscreen.interatomic.potentials import PotentialName, calculator, label, provenance, refuse_unknown_elements
from atomscreen.interatomic.supercells import supercell
from atomscreen.properties.transport.arrhenius import ArrheniusFit, arrhenius, conductivity_per_diffusivity
from atomscreen.properties.transport.transport_analysis import MELTED, DiffusionEstimate, diffusion

if TYPE_CHECKING:
    from pymatgen.core import Structure

ROOM_TEMPERATURE = 300.0
"""K, where ``bulk_ionic_conductivity_300K`` holds."""

Temperatures = Annotated[tuple[Annotated[float, Field(gt=0)], ...], Unit("K"), Field(min_length=1)]


@stage(
    needs={"relaxed", "working_ion"},
    gives={
        "tracer_diffusivity",
        "hops_per_ion",
        "bulk_ionic_conductivity",
        "bulk_ionic_conductivity_300K",
        "activation_energy",
    },
)
def diffusivity(
    candidate: Candidate,
    temperatures: Temperatures = (700.0, 900.0, 1100.0),
    potential: PotentialName = "chgnet",
    duration: Annotated[float, Unit("ps"), Field(ge=5)] = 20.0,
    equilibration: Annotated[float, Unit("ps"), Field(ge=0)] = 2.0,
    time_step: Annotated[Annotated[float, Field(gt=0, le=5)] | None, Unit("fs")] = None,
    min_width: Annotated[float, Unit("Å"), Field(gt=0)] = 8.0,
    seed: Annotated[int, Field(ge=0)] = 0,
) -> Results:
    """Measure the working ion's tracer diffusivity by molecular dynamics and extrapolate the conductivity to 300 K.

    At each temperature one NVT run of a supercell. Where too few ions hop, or too few get far, the diffusivity is an
    upper bound ('too slow to measure'). The conductivity is the Nernst–Einstein one with Haven ratio 1. An Arrhenius
    line is drawn only through three or more temperatures with enough hops, and only where they agree with a straight
    line. A temperature at which the run explodes or the framework melts is left out and noted.

    Parameters
    ----------
    temperatures
        Of the runs, in K.
    potential
        The interatomic potential.
    duration
        Of each run, in ps, equilibration not included; at least 5.
    equilibration
        Time before that is thrown away, in ps.
    time_step
        In fs; by default 2 fs, and 1 fs with hydrogen.
    min_width
        Least distance between opposite faces of the supercell, in Å.
    seed
        Of velocities and thermostat; each temperature derives its own from it.

    Returns
    -------
    Results
        At each temperature ``tracer_diffusivity``, ``hops_per_ion`` and ``bulk_ionic_conductivity``; where allowed
        ``activation_energy`` and ``bulk_ionic_conductivity_300K``, whose uncertainty is the conductivity times the standard
        uncertainty of its natural logarithm.

    Raises
    ------
    StageFailure
        Where no temperature gave a result.
    StructureRefused
        Where the working ion is not in the structure, or has no charge that is common.
    """
    if len(set(temperatures)) < len(temperatures):
        raise UsageError("the temperatures of 'diffusivity' must differ from each other")
    structure = candidate.structure("relaxed")
    refuse_unknown_elements(potential, structure)
    ion = str(candidate.working_ion)
    charge = _charge(ion, structure)
    cell = supercell(structure, min_width)
    step = time_step if time_step is not None else _time_step(cell)
    runs: list[_Run] = []
    notes: list[str] = []
    for temperature in sorted(temperatures):
        own_seed = _seed(seed, temperature)
        try:
            trajectory = run_nvt(
                cell,
                calculator(potential),
                temperature=temperature,
                duration=duration,
                equilibration=equilibration,
                time_step=step,
                seed=own_seed,
                checkpoint=scratch_file(f"{temperature:g}K.npz"),
            )
            estimate = diffusion(trajectory.positions, trajectory.symbols, ion, trajectory.frame_spacing, seed=own_seed)
        except StageFailure as failure:
            notes.append(f"No diffusivity at {temperature:g} K: {failure}.")
            continue
        ions = sum(symbol == ion for symbol in trajectory.symbols)
        factor = conductivity_per_diffusivity(ions, charge, cell.volume, temperature)
        runs.append(_Run(temperature, estimate, factor))
    if not runs:
        raise StageFailure(" ".join(notes))
    origin = {
        **provenance(potential),
        "atoms": len(cell),
        "duration_ps": duration,
        "time_step_fs": step,
        "seed": seed,
        "thermostat": "stochastic velocity rescaling",
    }
    about = _About(f"{label(potential)} NVT", origin)
    quantities = [quantity for run in runs for quantity in _at_temperature(run, about)]
    extrapolated, more = _extrapolate(runs, len(temperatures), about)
    return Results((*quantities, *extrapolated), notes=(*notes, *_limits(runs), *more))


@dataclass(frozen=True)
class _Run:
    """One temperature's estimate, with σ/D in (S/cm)/(cm²/s)."""

    temperature: float
    estimate: DiffusionEstimate
    factor: float


@dataclass(frozen=True)
class _About:
    """What all quantities of the stage share."""

    method: str
    provenance: dict[str, Any]


def _charge(ion: str, structure: Structure) -> int:
    """Return the charge of the working ion: the only common one of its element."""
    from pymatgen.core import Element

    if ion not in structure.symbol_set:
        raise StructureRefused(
            f"{structure.composition.reduced_formula} has no {ion} whose diffusion could be measured"
        )
    common = Element(ion).common_oxidation_states
    if len(common) != 1:
        raise StructureRefused(f"{ion} has no single common charge, so that its conductivity is not known")
    return int(common[0])


def _time_step(structure: Structure) -> float:
    """Return the time step in fs: with hydrogen a tenth of its shortest period of vibration, about 10 fs."""
    return 1.0 if "H" in structure.symbol_set else 2.0


def _seed(seed: int, temperature: float) -> int:
    """Return a seed of its own for each temperature, so that adding one changes no other."""
    import numpy as np

    return int(np.random.SeedSequence([seed, round(1000 * temperature)]).generate_state(1)[0])


def _at_temperature(run: _Run, about: _About) -> list[Quantity]:
    """Return the quantities of one temperature."""
    estimate, uncertainty = run.estimate, run.estimate.uncertainty
    rest: dict[str, Any] = {
        "conditions": {"temperature": run.temperature},
        "bound": None if estimate.enough else "upper",
        "provenance": {**about.provenance, "interval_cm2_per_s": list(estimate.interval), "reason": estimate.reason},
    }
    how = "MSD regression (kinisi)" if estimate.enough else "too slow to measure: 95 % bound from the MSD"
    return [
        Quantity("tracer_diffusivity", estimate.diffusivity, uncertainty, method=f"{about.method}, {how}", **rest),
        Quantity(
            "bulk_ionic_conductivity",
            run.factor * estimate.diffusivity,
            None if uncertainty is None else run.factor * uncertainty,
            method=f"{about.method}, bulk, Nernst–Einstein, Haven ratio 1 assumed",
            **rest,
        ),
        Quantity(
            "hops_per_ion",
            estimate.hops_per_ion,
            conditions=rest["conditions"],
            method=f"{about.method}, jumps back included",
            provenance=about.provenance,
        ),
    ]


def _extrapolate(runs: Sequence[_Run], wanted: int, about: _About) -> tuple[list[Quantity], list[str]]:
    """Return activation energy and conductivity at 300 K where the runs allow them, and a note on it either way."""
    measured = [run for run in runs if run.estimate.enough]
    if len(measured) < 3:
        return [], [
            f"No extrapolation to 300 K: only {len(measured)} of {wanted} temperatures had enough hops (3 needed)."
        ]
    fit = arrhenius(
        [run.temperature for run in measured],
        [run.estimate.diffusivity for run in measured],
        [run.estimate.uncertainty or 0.0 for run in measured],
    )
    if not fit.straight:
        return [], [
            f"No extrapolation to 300 K: the diffusivities do not lie on one Arrhenius line (chi-squared"
            f" {fit.chi_squared:.1f}, probability {fit.probability:.1g})."
        ]
    if fit.activation_energy <= 0:
        return [], ["No extrapolation to 300 K: the diffusivity does not rise with temperature."]
    low, high = measured[0].temperature, measured[-1].temperature
    note = (
        f"The conductivity at 300 K is extrapolated from {low:g}–{high:g} K; it assumes the same phase and the same"
        " mechanism in between."
    )
    return _arrhenius_quantities(fit, measured[0], about), [note]


def _arrhenius_quantities(fit: ArrheniusFit, run: _Run, about: _About) -> list[Quantity]:
    log_diffusivity, spread = fit.log_diffusivity(ROOM_TEMPERATURE)
    # n z² e² is the same at all temperatures; only 1/T changes.
    conductivity = run.factor * run.temperature / ROOM_TEMPERATURE * math.exp(log_diffusivity)
    interval = [conductivity * math.exp(-spread), conductivity * math.exp(spread)]
    origin = {**about.provenance, "chi_squared": fit.chi_squared, "probability": fit.probability}
    return [
        Quantity(
            "activation_energy",
            fit.activation_energy,
            fit.activation_energy_uncertainty,
            method=f"{about.method}, Arrhenius fit of the tracer diffusivity",
            provenance=origin,
        ),
        Quantity(
            "bulk_ionic_conductivity_300K",
            conductivity,
            conductivity * spread,
            conditions={"temperature": ROOM_TEMPERATURE},
            method=(
                f"{about.method}, Arrhenius extrapolation, bulk, Haven ratio 1 assumed;"
                " uncertainty: value times that of its logarithm"
            ),
            provenance={**origin, "interval_68_percent": interval, "log_uncertainty": spread},
        ),
    ]


def _limits(runs: Sequence[_Run]) -> list[str]:
    """Return what a reader must know of the runs."""
    notes = [
        f"Too slow to measure at {run.temperature:g} K ({run.estimate.reason}); the diffusivity is an upper bound."
        for run in runs
        if not run.estimate.enough
    ]
    notes += [
        f"{element} of the framework moves too at {run.temperature:g} K (mean-squared displacement {moved:.1f} Å²):"
        " rotating groups or exchange of sites."
        for run in runs
        for element, moved in run.estimate.framework_msd.items()
        if moved > MELTED
    ]
    if any(run.estimate.enough for run in runs):
        notes.append(
            "Universal potentials tend to be too soft, which makes diffusivities too high; cell shape and volume are"
            " those of the relaxed structure at 0 K, without thermal expansion."
        )
    return notes
