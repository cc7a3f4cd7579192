"""Stability of plating against a solid electrolyte or coating, for the polycrystal and over crystal orientations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.core.vocabulary import Role
from atomscreen.properties.mechanics import elastic_tensor
from atomscreen.properties.mechanics.polycrystal_moduli import (
    CORRECTED_MODULI,
    MODULI,
    Moduli,
    best_moduli,
    draws,
    scaled,
)
from atomscreen.properties.plating.alkali_metals import Metal, plating_metal
from atomscreen.properties.plating.electrodeposition_stability import (
    Deposit,
    Stability,
    critical_wavelength,
    isotropic_stress,
    stability,
)
from atomscreen.properties.plating.half_space import HalfSpace
from atomscreen.properties.plating.interface_orientations import metal_half_spaces, oriented_parameters, planes_of
from atomscreen.properties.plating.ionic_volume import VolumeRatio, volume_ratio
from atomscreen.properties.working_ion import ion_charge

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SAMPLES, ORIENTED_SAMPLES = 4000, 64
"""Random draws that carry uncertainties into χ: of the polycrystal, and of all orientations (which cost more)."""

TENSION_UNCERTAINTY = 0.5
"""Relative standard uncertainty of the interface's tension, for which the metal's surface energy stands in."""


@stage(
    needs={"relaxed", "elastic_tensor", *MODULI, "working_ion"},
    uses=CORRECTED_MODULI,
    roles={Role.SOLID_ELECTROLYTE, Role.COATING},
    gives={
        "dendrite_parameter",
        "dendrite_parameter_surface_tension",
        "dendrite_parameter_deviatoric",
        "dendrite_parameter_hydrostatic",
        "dendrite_parameter_min",
        "dendrite_parameter_max",
        "dendrite_parameter_mean",
        "molar_volume_ratio",
    },
)
def dendrites(
    candidate: Candidate,
    wave_number: Annotated[float, Unit("1/nm"), Field(gt=0)] = 0.1,
    molar_volume_ratio: Annotated[float, Field(gt=0)] | None = None,
    surface_tension: Annotated[Annotated[float, Field(gt=0)] | None, Unit("J/m^2")] = None,
) -> Results:
    """Give the stability parameter χ of plating lithium or sodium against the solid; stable where it is negative.

    ``dendrite_parameter`` is that of isotropic polycrystals on both sides, the one to rank by: it has every
    uncertainty, and it is what published screens of isotropic solids use. Minimum, mean and maximum are over the
    orientations of single crystals with the full tensors: planes normal to the ⟨100⟩, ⟨110⟩ and ⟨111⟩ directions of the
    standard axes, with waves every 30° in them, on (100), (110) and (111) metal.

    χ tells of a perfect, flat interface of elastic solids (Monroe and Newman 2005; Ahmad and Viswanathan 2017, with
    their signs; :mod:`~atomscreen.properties.plating.electrodeposition_stability` says what speaks against them). It
    leaves out flaws, grain boundaries and the flow of the metal, by which real ceramics are shorted: hold the critical
    overpotential of a flaw (stage ``plating_flaw``) beside it. A stiff solid is not a stable one: drop nothing by its
    shear modulus alone.

    Parameters
    ----------
    candidate
        The solid electrolyte or coating; corrected moduli are taken where there are both, and scale the tensor.
    wave_number
        Wave number of the interface in 1/nm; the stress terms grow with it, that of surface tension with its square.
    molar_volume_ratio
        Volume of the ion in the solid over that of its atom in the metal. Estimated from the ion's radius at its
        coordination number if it is not given; needed where the solid lacks the ion.
    surface_tension
        Tension of the interface in J/m^2; the metal's surface energy if it is not given.
    """
    metal = plating_metal(candidate.working_ion)
    moduli, moduli_origin = best_moduli(candidate)
    tensor = _tensor(candidate, moduli)
    ratio = (
        volume_ratio(candidate.structure("relaxed"), metal)
        if molar_volume_ratio is None
        else VolumeRatio(molar_volume_ratio, 0.0, "given")
    )
    tension = metal.surface_tension if surface_tension is None else surface_tension
    deposit = Deposit(metal.molar_volume, ion_charge(metal.symbol), ratio.value, tension, wave_number)
    tension_uncertainty = TENSION_UNCERTAINTY if surface_tension is None else 0.0
    sample = _sample(deposit, ratio, moduli, tension_uncertainty)
    origin = {
        "metal": metal.symbol,
        "wave_number": f"{wave_number:g} 1/nm",
        "surface_tension": f"{tension:g} J/m^2",
        "molar_volume_ratio": f"{ratio.value:.3g} ({ratio.origin})",
        "moduli": moduli_origin,
    }
    rows = _polycrystal(metal, deposit, moduli, sample) + _orientations(metal, deposit, moduli, tensor, sample)
    method = f"Monroe-Newman, Ahmad-Viswanathan; moduli: {moduli_origin}"
    quantities = [
        Quantity(name, value, spread, method=method, provenance={**origin, **more})
        for name, value, spread, more in rows
    ]
    quantities.append(Quantity("molar_volume_ratio", ratio.value, ratio.uncertainty, method=ratio.origin))
    return Results(tuple(quantities))


_Row = tuple[str, float, float | None, dict[str, Any]]
"""Name, value, uncertainty, and what goes into the provenance beside what all have."""


@dataclass(frozen=True)
class _Sample:
    """Random draws of what is uncertain, each of shape (SAMPLES,); moduli in GPa."""

    volume_ratio: Array
    surface_tension: Array
    bulk: Array
    shear: Array

    @property
    def poisson(self) -> Array:
        return elastic_tensor.poisson_ratio(self.bulk, self.shear)


def _sample(deposit: Deposit, ratio: VolumeRatio, moduli: Moduli, tension_uncertainty: float) -> _Sample | None:
    """Draw what is uncertain, or return ``None`` where nobody knows the error of the moduli."""
    if moduli.relative_uncertainties is None:
        return None
    random = np.random.default_rng(0)
    bulk, shear = moduli.relative_uncertainties
    return _Sample(
        volume_ratio=draws(random, ratio.value, ratio.uncertainty / ratio.value, SAMPLES),
        surface_tension=draws(random, float(deposit.surface_tension), tension_uncertainty, SAMPLES),
        bulk=draws(random, moduli.bulk, bulk, SAMPLES),
        shear=draws(random, moduli.shear, shear, SAMPLES),
    )


def _tensor(candidate: Candidate, moduli: Moduli) -> Array:
    """Return the stiffness, scaled to the moduli that are used.

    Raises
    ------
    StageFailure
        Where it is not positive definite.
    """
    stiffness = np.array(candidate.quantity("elastic_tensor").value)
    if elastic_tensor.eigenvalues(stiffness).min() <= 0:
        raise StageFailure(f"{candidate.formula} is elastically unstable, so no interface with it is in equilibrium")
    own = elastic_tensor.averages(stiffness)
    return scaled(stiffness, moduli.bulk / own.bulk, moduli.shear / own.shear)


def _polycrystal(metal: Metal, deposit: Deposit, moduli: Moduli, sample: _Sample | None) -> list[_Row]:
    """Return χ of isotropic solids and its terms."""
    mean = elastic_tensor.averages(metal.stiffness)
    poisson = elastic_tensor.poisson_ratio(mean.bulk, mean.shear)
    stress = isotropic_stress(mean.shear, poisson, moduli.shear, moduli.poisson)
    terms = _terms(stability(deposit, stress))
    traced: dict[str, Any] = {"critical_wavelength_nm": critical_wavelength(deposit, stress)}
    spread: dict[str, float | None] = dict.fromkeys(terms)
    if sample is not None:
        random = np.random.default_rng(1)
        drawn = isotropic_stress(
            draws(random, mean.shear, metal.shear_uncertainty / mean.shear, SAMPLES),
            random.normal(poisson, metal.poisson_uncertainty, SAMPLES),
            sample.shear,
            sample.poisson,
        )
        uncertain = replace(deposit, volume_ratio=sample.volume_ratio, surface_tension=sample.surface_tension)
        varied = _terms(stability(uncertain, drawn))
        spread = {name: _half_interval(values) for name, values in varied.items()}
        traced["probability_stable"] = float(np.mean(varied["dendrite_parameter"] < 0))
    return [(name, float(value), spread[name], traced) for name, value in terms.items()]


def _terms(found: Stability) -> dict[str, Any]:
    return {
        "dendrite_parameter": found.total,
        "dendrite_parameter_surface_tension": found.surface_tension,
        "dendrite_parameter_deviatoric": found.deviatoric,
        "dendrite_parameter_hydrostatic": found.hydrostatic,
    }


def _orientations(metal: Metal, deposit: Deposit, moduli: Moduli, tensor: Array, sample: _Sample | None) -> list[_Row]:
    """Return the least, the mean and the greatest χ of single crystals over orientations."""
    half_spaces = metal_half_spaces(metal)
    found = oriented_parameters(half_spaces, deposit, tensor)
    varied = [] if sample is None else _varied_orientations(half_spaces, deposit, moduli, tensor, sample)
    rows: list[_Row] = []
    for name, function in (("min", np.min), ("mean", np.mean), ("max", np.max)):
        value = float(function(found))
        spread = _half_interval(np.array([function(values) for values in varied])) if varied else None
        where = {} if name == "mean" else planes_of(int(np.abs(found - value).argmin()))
        rows.append((f"dendrite_parameter_{name}", value, spread, where))
    return rows


def _varied_orientations(
    metal: HalfSpace, deposit: Deposit, moduli: Moduli, tensor: Array, sample: _Sample
) -> list[Array]:
    """Return χ over orientations for each of the first draws."""
    found = []
    for place in range(ORIENTED_SAMPLES):
        ratio, tension = sample.volume_ratio[place], sample.surface_tension[place]
        varied = scaled(tensor, sample.bulk[place] / moduli.bulk, sample.shear[place] / moduli.shear)
        found.append(oriented_parameters(metal, replace(deposit, volume_ratio=ratio, surface_tension=tension), varied))
    return found


def _half_interval(values: Array) -> float:
    """Return half the interval that holds the central 68 % of random draws: a standard uncertainty without tails."""
    low, high = np.quantile(values, (0.16, 0.84))
    return float(high - low) / 2
