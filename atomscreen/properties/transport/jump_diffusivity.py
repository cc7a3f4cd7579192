"""Where a jump diffusivity comes from: simulations at partial contents, or the barriers of dilute carriers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Bound, Quantity
from atomscreen.properties.transport.arrhenius import arrhenius
from atomscreen.properties.transport.lattice_gas_diffusivity import (
    Barrier,
    Carrier,
    LogNormal,
    activation_energy,
    carrier_diffusivity,
    jump_diffusivity,
    unblocked_diffusivity,
)

MIGRATION_BARRIERS = ("migration_barrier_1d", "migration_barrier_2d", "migration_barrier_3d")

_CARRIERS = {0.0: "one ion in the empty host", 1.0: "one vacancy in the full crystal"}
_SAME_TEMPERATURE = 1.0  # K, in which a diffusivity changes by some percent


@dataclass(frozen=True)
class Jump:
    """A jump diffusivity in cm²/s at one content, where it is from, and its activation energy in eV where known."""

    content: float
    diffusivity: LogNormal
    method: str
    provenance: dict[str, Any]
    bound: Bound | None = None
    activation_energy: float | None = None
    activation_energy_uncertainty: float | None = None


@dataclass(frozen=True)
class BarrierEstimate:
    """Jump diffusivities at all contents from the barriers of dilute carriers, by their content (0 or 1)."""

    carriers: dict[float, Carrier]
    method: str
    provenance: dict[str, Any]
    bound: Bound | None

    def at(self, content: float) -> Jump:
        """Return the jump diffusivity at a content."""
        return self._jump(content, jump_diffusivity(self.carriers, content))

    def dilute(self) -> list[Jump]:
        """Return the chemical diffusivity, which is that of the lone carrier, in the dilute limits that are known."""
        return [self._jump(content, unblocked_diffusivity(self.carriers, content)) for content in sorted(self.carriers)]

    def _jump(self, content: float, diffusivity: LogNormal) -> Jump:
        energy, spread = activation_energy(self.carriers, content)
        return Jump(content, diffusivity, self.method, self.provenance, self.bound, energy, spread)


def simulated(candidate: Candidate, temperature: float) -> list[Jump]:
    """Return what simulations say of each partial content: at this temperature, or on the Arrhenius line of others.

    With one kind of ion in a host at rest the collective diffusivity lim ⟨|Σ Δr|²⟩/(6 N t) is the jump diffusivity.
    """
    by_content: dict[float, dict[float, Quantity]] = {}
    for quantity in candidate.quantities:
        content, at = quantity.conditions.get("ion_content"), quantity.conditions.get("temperature")
        if quantity.name == "collective_diffusivity" and isinstance(content, float) and isinstance(at, float):
            by_content.setdefault(content, {})[at] = quantity  # the newest
    found = (_from_runs(content, runs, temperature) for content, runs in by_content.items() if 0 < content < 1)
    return [jump for jump in found if jump is not None]


def _from_runs(content: float, runs: dict[float, Quantity], temperature: float) -> Jump | None:
    """Return the jump diffusivity that runs at one content give at a temperature, or ``None``."""
    for at, run in runs.items():
        if abs(at - temperature) < _SAME_TEMPERATURE and run.number > 0:
            spread = None if run.uncertainty is None else run.uncertainty / run.number
            return Jump(content, LogNormal(run.number, spread), _simulation(run), _origin(run), run.bound)
    good = {at: run for at, run in runs.items() if run.bound is None and run.uncertainty and run.number > 0}
    if len(good) < 3:
        return None
    fit = arrhenius(list(good), [run.number for run in good.values()], [run.uncertainty or 0 for run in good.values()])
    if not fit.straight or fit.activation_energy <= 0:
        return None
    logarithm, spread = fit.log_diffusivity(temperature)
    first = next(iter(good.values()))
    return Jump(
        content,
        LogNormal(math.exp(logarithm), spread),
        f"{_simulation(first)}, Arrhenius extrapolation from {min(good):g}–{max(good):g} K",
        {**_origin(first), "temperatures_K": sorted(good)},
        activation_energy=fit.activation_energy,
        activation_energy_uncertainty=fit.activation_energy_uncertainty,
    )


def _simulation(run: Quantity) -> str:
    return f"{run.method}, centre-of-mass displacement of the ions"


def _origin(run: Quantity) -> dict[str, Any]:
    return {**run.provenance, "source": "collective_diffusivity"}


def from_barriers(candidate: Candidate, attempt_frequency: float, temperature: float) -> BarrierEstimate | None:
    """Return the estimate from the barriers of a lone ion, of a lone vacancy, or of both."""
    band_center = candidate.find("phonon_band_center")
    frequency = attempt_frequency if band_center is None else band_center.number
    found = {content: barriers for content in _CARRIERS if (barriers := _migration_barriers(candidate, content))}
    if not found:
        return None
    carriers = {
        content: carrier_diffusivity([barrier for _, barrier in barriers], frequency, temperature)
        for content, barriers in found.items()
    }
    quantities = [quantity for barriers in found.values() for quantity, _ in barriers]
    source = "the parameter's" if band_center is None else "the band centre of the ion's phonons"
    method = (
        f"{quantities[0].method}; independent hops blocked by filled sites, D_J = (1 − x) Σ a² ν exp(−E/k_BT)/3 with "
        f"barriers of {' and '.join(_CARRIERS[content] for content in found)}, ν {frequency:.3g} THz ({source})"
    )
    provenance = {
        **quantities[0].provenance,
        "source": "migration barriers",
        "attempt_frequency_THz": frequency,
        "attempt_frequency_source": "parameter" if band_center is None else "phonon_band_center",
        "barriers": {
            f"{content:g}": [{"energy_eV": barrier.energy, "hop_A": barrier.hop_distance} for _, barrier in barriers]
            for content, barriers in found.items()
        },
    }
    # Barriers that are at most so high make diffusivities that are at least so large.
    bound: Bound | None = "lower" if any(quantity.bound == "upper" for quantity in quantities) else None
    return BarrierEstimate(carriers, method, provenance, bound)


def _migration_barriers(candidate: Candidate, content: float) -> list[tuple[Quantity, Barrier]]:
    """Return the barriers for one, two and three dimensions of the carrier that a content has, as far as known.

    Ions in places that the full crystal leaves empty are no carriers of an electrode, which fills its sites only.
    """
    found = []
    for name in MIGRATION_BARRIERS:
        quantity = candidate.find(name, ion_content=content)
        if quantity is None or (content == 1.0 and "interstitial" in quantity.method):
            continue
        hop = candidate.find("hop_barrier", ion_content=content, direction=quantity.provenance.get("deciding_hop", ""))
        if hop is None or "vector" not in hop.provenance:
            raise StageFailure(f"the length of the hop that decides {name} at ion content {content:g} is not known")
        length = math.hypot(*hop.provenance["vector"])
        found.append((quantity, Barrier(quantity.number, quantity.uncertainty, length)))
    return found
