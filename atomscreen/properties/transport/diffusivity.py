"""Diffusivity and conductivity of the working ion at several temperatures, and their Arrhenius extrapolation."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import Part, Parts, stage
from atomscreen.core.units import Unit
from atomscreen.properties.transport.arrhenius import ArrheniusFit, arrhenius
from atomscreen.properties.transport.phase_change import phase_changes, unseen_latent_heat
from atomscreen.properties.transport.replicas import mean_of
from atomscreen.properties.transport.simulation import SIMULATED

ROOM_TEMPERATURE = 300.0
"""K, where the quantities whose names end in ``_300K`` hold."""


def _different(temperatures: tuple[float, ...]) -> tuple[float, ...]:
    if len(set(temperatures)) < len(temperatures):
        raise ValueError("the temperatures must differ from each other")
    return temperatures


Temperatures = Annotated[
    tuple[Annotated[float, Field(gt=0)], ...], Unit("K"), Field(min_length=1), AfterValidator(_different)
]


def _runs(parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return temperature and seed of every run."""
    return [
        {"temperature": temperature, "seed": _seed(parameters["seed"], temperature, replica)}
        for temperature in sorted(parameters["temperatures"])
        for replica in range(parameters["replicas"])
    ]


@stage(
    needs={"relaxed", "working_ion"},
    gives={
        *SIMULATED,
        "activation_energy",
        "diffusivity_prefactor",
        "tracer_diffusivity_300K",
        "bulk_ionic_conductivity_300K",
    },
    cost="light",
    version=2,
    parts=Parts("molecular_dynamics", frozenset({"temperature", "seed"}), _runs),
)
def diffusivity(
    candidate: Candidate,
    parts: Sequence[Part],
    temperatures: Temperatures = (700.0, 900.0, 1100.0),
    replicas: Annotated[int, Field(ge=1, le=50)] = 1,
    seed: Annotated[int, Field(ge=0)] = 0,
    extrapolate_to: Temperatures = (ROOM_TEMPERATURE,),
) -> Results:
    """Measure the working ion's diffusivity by molecular dynamics at several temperatures and extrapolate it.

    Every temperature and seed is a run of 'molecular_dynamics' of its own. An Arrhenius line is drawn only through
    three or more temperatures with enough hops, only where they agree with a straight line, and never across a phase
    change that their potential energies show. A temperature at which the run explodes or the framework melts is left
    out and noted.

    Parameters
    ----------
    candidate
        The material.
    parts
        The finished runs.
    temperatures
        Of the runs, in K.
    replicas
        Runs with different seeds at each temperature; what they give is averaged.
    seed
        From which every run derives its own.
    extrapolate_to
        Temperatures in K at which conductivity and diffusivity are wanted.

    Returns
    -------
    Results
        What 'molecular_dynamics' gives at each temperature; where allowed ``activation_energy``,
        ``diffusivity_prefactor``, and diffusivity and conductivity at the wanted temperatures, whose uncertainty is the
        value times the standard uncertainty of its natural logarithm.

    Raises
    ------
    StageFailure
        Where no temperature gave a result.
    """
    found, notes = _by_temperature(parts)
    if not found:
        raise StageFailure(" ".join(notes))
    extrapolated, more = _extrapolated(found, len(temperatures), extrapolate_to)
    simulated = [quantity for at_one in found.values() for quantity in at_one.values()]
    return Results((*simulated, *extrapolated), notes=(*notes, *more))


def _seed(seed: int, temperature: float, replica: int) -> int:
    """Return a seed of its own for each run, so that adding one changes no other."""
    import numpy as np

    return int(np.random.SeedSequence([seed, round(1000 * temperature), replica]).generate_state(1)[0])


def _by_temperature(parts: Sequence[Part]) -> tuple[dict[float, dict[str, Quantity]], list[str]]:
    """Return what the runs gave by temperature and name, averaged over replicas, and what a reader must know."""
    finished: dict[float, list[Results]] = defaultdict(list)
    notes: list[str] = []
    for part in parts:
        temperature = part.parameters["temperature"]
        if part.results is None:
            notes.append(f"No diffusivity at {temperature:g} K: {part.reason}.")
        else:
            finished[temperature].append(part.results)
            notes += part.results.notes
    found = {
        temperature: {
            name: mean_of([quantity for run in runs for quantity in run.quantities if quantity.name == name])
            for name in dict.fromkeys(quantity.name for run in runs for quantity in run.quantities)
        }
        for temperature, runs in sorted(finished.items())
    }
    return found, list(dict.fromkeys(notes))


def _extrapolated(
    found: Mapping[float, Mapping[str, Quantity]], wanted: int, targets: Sequence[float]
) -> tuple[list[Quantity], list[str]]:
    """Return what follows from an Arrhenius line where the runs allow one, and a note on it either way."""
    measured = {
        temperature: at_one["tracer_diffusivity"]
        for temperature, at_one in found.items()
        if at_one["tracer_diffusivity"].bound is None
    }
    refusal = f"No extrapolation to {', '.join(f'{target:g}' for target in targets)} K: "
    if len(measured) < 3:
        return [], [f"{refusal}only {len(measured)} of {wanted} temperatures had enough hops (3 needed)."]
    if changes := _changes(found, max(measured)):
        where = ", ".join(f"{low:g} and {high:g} K" for low, high in changes)
        return [], [
            f"{refusal}the potential energy rises between {where} as only a phase change, or a sublattice that melts,"
            " lets it."
        ]
    fit = arrhenius(
        list(measured),
        [quantity.number for quantity in measured.values()],
        [quantity.uncertainty or 0.0 for quantity in measured.values()],
    )
    if not fit.straight:
        bend = "" if fit.bend is None else f", bent by {fit.bend:+.1f} standard deviations"
        return [], [
            f"{refusal}the diffusivities do not lie on one Arrhenius line (chi-squared {fit.chi_squared:.1f},"
            f" probability {fit.probability:.1g}{bend})."
        ]
    if fit.activation_energy <= 0:
        return [], [f"{refusal}the diffusivity does not rise with temperature."]
    note = (
        f"Extrapolated from {min(measured):g}–{max(measured):g} K, assuming the same phase and the same mechanism at"
        f" the wanted temperature; a phase change below {min(measured):g} K shows in the energies only where its latent"
        f" heat is above {1000 * unseen_latent_heat(min(measured)):.0f} meV/atom."
    )
    cold = min(measured)
    about = _Line(fit, measured[cold], found[cold]["bulk_ionic_conductivity"].number * cold / measured[cold].number)
    return about.parameters() + [quantity for target in targets for quantity in about.at(target)], [note]


def _changes(found: Mapping[float, Mapping[str, Quantity]], hottest: float) -> list[tuple[float, float]]:
    energies = {
        temperature: at_one["thermal_potential_energy"]
        for temperature, at_one in found.items()
        if temperature <= hottest
    }
    return phase_changes(
        list(energies),
        [quantity.number for quantity in energies.values()],
        [quantity.uncertainty or 0.0 for quantity in energies.values()],
    )


@dataclass(frozen=True)
class _Line:
    """An Arrhenius line, and the quantities that follow from it.

    Attributes
    ----------
    fit
        The line.
    coldest
        Diffusivity of the coldest run on it, for method and provenance.
    per_diffusivity
        T σ/D, in K (S/cm)/(cm²/s): n z² e²/k_B of the coldest run, the same at all temperatures.
    """

    fit: ArrheniusFit
    coldest: Quantity
    per_diffusivity: float

    def parameters(self) -> list[Quantity]:
        """Return activation energy and prefactor."""
        prefactor = math.exp(self.fit.log_prefactor)
        error = prefactor * math.sqrt(self.fit.covariance[0][0])
        return [
            self._quantity("activation_energy", self.fit.activation_energy, self.fit.activation_energy_uncertainty),
            self._quantity(
                "diffusivity_prefactor", prefactor, error, "; uncertainty: value times that of its logarithm"
            ),
        ]

    def at(self, target: float) -> list[Quantity]:
        """Return diffusivity and conductivity at a temperature in K."""
        logarithm, spread = self.fit.log_diffusivity(target)
        value = math.exp(logarithm)
        suffix, conditions = ("_300K", {}) if target == ROOM_TEMPERATURE else ("", {"temperature": target})
        return [
            self._quantity(
                name + suffix,
                number,
                number * spread,
                f", extrapolated{how}; uncertainty: value times that of its logarithm",
                conditions,
                {
                    "interval_68_percent": [number * math.exp(-spread), number * math.exp(spread)],
                    "log_uncertainty": spread,
                },
            )
            for name, number, how in (
                ("tracer_diffusivity", value, ""),
                ("bulk_ionic_conductivity", value * self.per_diffusivity / target, ", bulk, Haven ratio 1 assumed"),
            )
        ]

    def _quantity(
        self,
        name: str,
        value: float,
        uncertainty: float,
        how: str = "",
        conditions: Mapping[str, float] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> Quantity:
        origin = {
            **self.coldest.provenance,
            "chi_squared": self.fit.chi_squared,
            "probability": self.fit.probability,
            "bend": self.fit.bend,
            "covariance": [list(row) for row in self.fit.covariance],
        }
        return Quantity(
            name,
            value,
            uncertainty,
            conditions=conditions or {},
            method=f"{self.coldest.method.partition(',')[0]}, Arrhenius fit of the tracer diffusivity{how}",
            provenance={**origin, **(more or {})},
        )
