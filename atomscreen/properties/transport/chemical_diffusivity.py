"""Chemical diffusivity of an electrode: the jump diffusivity of its ions times their thermodynamic factor."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Bound, Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.core.vocabulary import ELECTRODES
from atomscreen.properties.transport.jump_diffusivity import MIGRATION_BARRIERS, Jump, from_barriers, simulated
from atomscreen.properties.transport.lattice_gas_diffusivity import LogNormal
from atomscreen.properties.transport.thermodynamic_factor import PotentialSlope, ThermodynamicFactor
from atomscreen.properties.working_ion import ion_charge

Contents = Annotated[tuple[Annotated[float, Field(gt=0, lt=1)], ...], Field(min_length=1)]

_SAME_CONTENT = 1e-3
_OPPOSITE: Mapping[Bound | None, Bound] = {"lower": "upper", "upper": "lower"}


@stage(
    needs={"working_ion", "open_circuit_potential", "open_circuit_contents"},
    uses={*MIGRATION_BARRIERS, "hop_barrier", "phonon_band_center", "collective_diffusivity"},
    roles=ELECTRODES,
    cost="light",
    version=2,
    gives={
        "chemical_diffusivity",
        "chemical_diffusivity_activation_energy",
        "thermodynamic_factor",
        "jump_diffusivity",
    },
)
def chemical_diffusivity(
    candidate: Candidate,
    contents: Contents = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
    attempt_frequency: Annotated[float, Unit("THz"), Field(gt=0)] = 10.0,
) -> Results:
    """Give the chemical diffusivity D_chem = Γ D_J of the working ion at several contents.

    Convention (Van der Ven and Ceder): Γ = ∂(μ/k_BT)/∂ ln x with x the content from 0 to 1, from the slope of the
    open-circuit potential; D_J is per ion: their flux relative to the host is −(c D_J/k_BT) ∇μ = −D_chem ∇c.
    D_J is that of simulations at that content, and at that temperature or at three others on one Arrhenius line, where
    there are any: with one kind of ion in a host at rest the collective diffusivity is the jump diffusivity. Else it is
    that of ions that hop independently over the migration barriers but not onto filled sites, isotropic: a third of the
    trace. A tracer diffusivity is never used. All holds at the temperature of the open-circuit potential. Where two
    phases coexist there is no chemical diffusivity; a note says so. In the dilute limits (content 0 and 1) Γ (1 − x) is
    1, and the diffusivity of a lone ion or vacancy is the chemical diffusivity: of phases that separate, that of each.

    Parameters
    ----------
    candidate
        The electrode with its open-circuit potential, and migration barriers in its full or its dilute limit.
    contents
        Contents of working ions between 0 and 1; those of simulations are added.
    attempt_frequency
        Of a hop in THz, where the mean frequency of the ion's vibrations is not known from phonons.

    Returns
    -------
    Results
        At each content ``thermodynamic_factor``, ``jump_diffusivity``, ``chemical_diffusivity`` and its
        ``chemical_diffusivity_activation_energy``, as far as they exist. The uncertainty of a diffusivity is its value
        times that of its logarithm. That of Γ is not known; how well the potential's intervals resolve its slope is
        part of the chemical diffusivity's.

    Raises
    ------
    StageFailure
        Where neither Γ nor D_J exists at any content, or the potential does not say its temperature.
    """
    curve = candidate.quantity("open_circuit_potential")
    temperature = _temperature(curve)
    slope = PotentialSlope(
        _points(candidate.quantity("open_circuit_contents")),
        _points(curve),
        ion_charge(str(candidate.working_ion)),
        temperature,
    )
    runs = simulated(candidate, temperature)
    estimate = from_barriers(candidate, attempt_frequency, temperature)
    given: list[Quantity] = []
    nowhere: dict[str, list[float]] = {}
    for content in sorted({*contents, *(jump.content for jump in runs)}):
        factor = slope.at(content)
        jump = next((one for one in runs if abs(one.content - content) < _SAME_CONTENT), None)
        if jump is None and estimate is not None:
            jump = estimate.at(content)
        given += _quantities(factor, jump, content, temperature, curve)
        if factor.value is None:
            nowhere.setdefault(factor.reason, []).append(content)
    if estimate is not None:
        for limit in estimate.dilute():
            given += _chemical(limit, limit.diffusivity, "dilute limit, where Γ (1 − x) = 1", temperature, {})
    notes = _reasons(nowhere)
    if estimate is None:
        where = "at the other contents" if runs else "anywhere"
        notes.append(f"No jump diffusivity {where}: there are no migration barriers of the ion or of a vacancy.")
    if not given:
        raise StageFailure(" ".join(notes))
    return Results(tuple(given), notes=tuple(notes))


def _points(curve: Quantity) -> Sequence[float]:
    assert isinstance(curve.value, tuple)  # the vocabulary says so
    return curve.value


def _temperature(curve: Quantity) -> float:
    found = curve.conditions.get("temperature", curve.provenance.get("temperature"))
    if not isinstance(found, int | float):
        raise StageFailure("the open-circuit potential does not say at which temperature it holds")
    return float(found)


def _quantities(
    factor: ThermodynamicFactor, jump: Jump | None, content: float, temperature: float, curve: Quantity
) -> list[Quantity]:
    """Return what there is at one content."""
    given: list[Quantity] = []
    if factor.value is not None:
        given.append(
            Quantity(
                "thermodynamic_factor",
                factor.value,
                conditions={"ion_content": content},
                method=f"{curve.method}; slope of the open-circuit potential at {temperature:g} K, x from 0 to 1",
                provenance={**curve.provenance, "temperature": temperature, "slope_resolution": factor.resolution},
            )
        )
    if jump is None:
        return given
    conditions = {"ion_content": content, "temperature": temperature}
    given.append(
        Quantity(
            "jump_diffusivity",
            jump.diffusivity.value,
            jump.diffusivity.uncertainty,
            conditions=conditions,
            method=jump.method,
            provenance=_with_interval(jump.provenance, jump.diffusivity),
            bound=jump.bound,
        )
    )
    if factor.value is not None:
        how = f"Γ D_J at {temperature:g} K, Γ by the open-circuit potential, error of D_J only"
        given += _chemical(
            jump, _product(factor, jump.diffusivity), how, temperature, {"thermodynamic_factor": factor.value}
        )
    return given


def _chemical(
    jump: Jump, value: LogNormal, how: str, temperature: float, traced: dict[str, float]
) -> Iterator[Quantity]:
    """Yield a chemical diffusivity and, where it is known, the activation energy of the jumps behind it."""
    conditions = {"ion_content": jump.content}
    provenance = {**jump.provenance, "temperature": temperature, **traced}
    yield Quantity(
        "chemical_diffusivity",
        value.value,
        value.uncertainty,
        conditions=conditions,
        method=f"{how}; {jump.method}",
        provenance=_with_interval(provenance, value),
        bound=jump.bound,
    )
    if jump.activation_energy is not None:
        yield Quantity(
            "chemical_diffusivity_activation_energy",
            jump.activation_energy,
            jump.activation_energy_uncertainty,
            conditions=conditions,
            method=jump.method,
            provenance=provenance,
            bound=_OPPOSITE.get(jump.bound),  # the faster, the lower the barrier
        )


def _product(factor: ThermodynamicFactor, jump: LogNormal) -> LogNormal:
    """Return Γ D_J, with the error of D_J and of the slope's resolution."""
    assert factor.value is not None
    value = factor.value * jump.value
    if jump.log_uncertainty is None or factor.resolution is None:
        return LogNormal(value, None)
    return LogNormal(value, math.hypot(jump.log_uncertainty, factor.resolution / factor.value))


def _with_interval(provenance: dict[str, Any], number: LogNormal) -> dict[str, Any]:
    """Return a provenance with the central 68 % of a log-normal number."""
    if number.log_uncertainty is None:
        return provenance
    factor = math.exp(number.log_uncertainty)
    interval = [number.value / factor, number.value * factor]
    return {**provenance, "interval_68_percent": interval, "log_uncertainty": number.log_uncertainty}


def _reasons(nowhere: dict[str, list[float]]) -> list[str]:
    """Return a note for each reason why contents have no chemical diffusivity."""
    return [
        f"No chemical diffusivity at ion content {', '.join(f'{content:g}' for content in contents)}: {reason}."
        for reason, contents in nowhere.items()
    ]
