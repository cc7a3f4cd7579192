"""What a stiffness tells of a solid: averages, hardness, velocities of sound, Debye temperature, and their errors."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.candidate import Results
from atomscreen.core.quantity import Quantity
from atomscreen.core.units import convert
from atomscreen.interatomic.potentials import corrected, label, model_uncertainty
from atomscreen.properties.mechanics import elastic_tensor as tensor
from atomscreen.properties.mechanics.elastic_directions import directional_extremes
from atomscreen.properties.mechanics.polycrystal_moduli import Moduli

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]

ALIKE = 1e-6
"""Fraction of the largest constant within which those of a crystal are equal by symmetry."""


@dataclass(frozen=True)
class Solid(Moduli):
    """An isotropic solid: its moduli, and what velocities of sound need beside them."""

    density: float
    """In g/cm³."""
    volume_per_atom: float
    """In Å³."""


Property = Callable[[Solid], float]


def hardness_chen(solid: Solid) -> float:
    """Return the Vickers hardness in GPa (Chen 2011, doi:10.1016/j.intermet.2011.03.026); below 0 for soft metals."""
    return float(2 * (solid.shear**3 / solid.bulk**2) ** 0.585 - 3)


def hardness_tian(solid: Solid) -> float:
    """Return the Vickers hardness in GPa (Tian 2012, doi:10.1016/j.ijrmhm.2012.02.021)."""
    return float(0.92 * (solid.shear / solid.bulk) ** 1.137 * solid.shear**0.708)


def longitudinal_sound_velocity(solid: Solid) -> float:
    """Return √((K + 4G/3)/ρ) in m/s."""
    return _velocity(solid.bulk + 4 / 3 * solid.shear, solid.density)


def transverse_sound_velocity(solid: Solid) -> float:
    """Return √(G/ρ) in m/s."""
    return _velocity(solid.shear, solid.density)


def mean_sound_velocity(solid: Solid) -> float:
    """Return the velocity whose inverse cube is the mean of those of one longitudinal and two transverse waves."""
    longitudinal, transverse = longitudinal_sound_velocity(solid), transverse_sound_velocity(solid)
    return float(((2 / transverse**3 + 1 / longitudinal**3) / 3) ** (-1 / 3))


def debye_temperature(solid: Solid) -> float:
    """Return (h/k) (3/(4π V))^(1/3) v_m in K, V the volume per atom (Anderson 1963).

    Source: doi:10.1016/0022-3697(63)90067-2.
    """
    wave_number = (3 / (4 * math.pi * solid.volume_per_atom)) ** (1 / 3)  # in 1/Å, without the 2π that is in h
    return convert(
        wave_number * mean_sound_velocity(solid), "planck_constant * m / s / angstrom", "boltzmann_constant * K"
    )


@functools.cache
def _velocity_unit() -> float:
    return math.sqrt(convert(1.0, "GPa * cm^3 / g", "m^2 / s^2"))


def _velocity(modulus: float, density: float) -> float:
    return _velocity_unit() * math.sqrt(modulus / density)


AVERAGES: Mapping[str, Property] = {
    "bulk_modulus": lambda solid: solid.bulk,
    "shear_modulus": lambda solid: solid.shear,
    "youngs_modulus": lambda solid: tensor.youngs_modulus(solid.bulk, solid.shear),
    "poisson_ratio": lambda solid: solid.poisson,
    "pugh_ratio": lambda solid: solid.bulk / solid.shear,
}
"""Moduli of the polycrystal, as they come from the tensor."""

CORRECTED: Mapping[str, Property] = {
    f"{name}_corrected": AVERAGES[name]
    for name in ("bulk_modulus", "shear_modulus", "youngs_modulus", "poisson_ratio", "pugh_ratio")
}
"""The same, corrected for the softness of the potential."""

ESTIMATES: Mapping[str, Property] = {
    function.__name__: function
    for function in (
        hardness_chen,
        hardness_tian,
        longitudinal_sound_velocity,
        transverse_sound_velocity,
        mean_sound_velocity,
        debye_temperature,
    )
}
"""Properties that follow from the best moduli there are."""

EXTREMES = frozenset(
    f"{name}_{end}"
    for name in ("youngs_modulus", "shear_modulus", "poisson_ratio", "linear_compressibility")
    for end in ("min", "max")
)
"""Extremes over directions of the single crystal."""

BOUNDS = frozenset(f"{modulus}_modulus_{bound}" for modulus in ("bulk", "shear") for bound in ("voigt", "reuss"))
"""Bounds of the averages."""


@dataclass(frozen=True)
class Stiffness:
    """A fitted stiffness and how it was obtained.

    Attributes
    ----------
    tensor
        (6, 6) in GPa, Voigt order, standard axes.
    misfit
        Standard error of the fit in GPa.
    crystal
        The crystal it belongs to.
    potential
        The interatomic potential.
    origin
        Provenance of everything that follows from it.
    conditions
        Of everything that follows from it.
    """

    tensor: Array
    misfit: float
    crystal: Structure
    potential: str
    origin: Mapping[str, Any]
    conditions: Mapping[str, float | str] = field(default_factory=dict)

    def give(self, name: str, value: Any, uncertainty: float | None = None, remark: str = "") -> Quantity:
        """Return a quantity that follows from this stiffness."""
        method = f"{label(self.potential)}, finite strains{remark}"
        return Quantity(name, value, uncertainty, self.conditions, method, self.origin)

    def of_solid(self, solid: Solid, properties: Mapping[str, Property], remark: str = "") -> Iterable[Quantity]:
        """Return properties of an isotropic solid with the uncertainty that its moduli give them."""
        for name, function in properties.items():
            yield self.give(name, function(solid), uncertainty(function, solid), remark)

    @property
    def polycrystal(self) -> Solid:
        """The polycrystal, Hill's averages."""
        mean = tensor.averages(self.tensor)
        return Solid(
            bulk=mean.bulk,
            shear=mean.shear,
            bulk_uncertainty=self._with_misfit(model_uncertainty(self.potential, "bulk_modulus", mean.bulk)),
            shear_uncertainty=self._with_misfit(model_uncertainty(self.potential, "shear_modulus", mean.shear)),
            density=float(self.crystal.density),
            volume_per_atom=float(self.crystal.volume) / len(self.crystal),
        )

    @property
    def corrected(self) -> Solid | None:
        """The polycrystal, corrected for the softness of the potential; ``None`` where that was not measured."""
        raw = self.polycrystal
        bulk = corrected(self.potential, "bulk_modulus", raw.bulk, self.crystal.composition)
        shear = corrected(self.potential, "shear_modulus", raw.shear, self.crystal.composition)
        if bulk is None or shear is None:
            return None
        return replace(
            raw,
            bulk=bulk[0],
            shear=shear[0],
            bulk_uncertainty=self._with_misfit(bulk[1]),
            shear_uncertainty=self._with_misfit(shear[1]),
        )

    def _with_misfit(self, error: float | None) -> float | None:
        """Return an error of the potential together with that of the fit; ``None`` where the potential's is unknown."""
        return None if error is None else math.hypot(error, self.misfit)


def uncertainty(function: Property, solid: Solid) -> float | None:
    """Return the standard uncertainty that independent ones of both moduli give a property, to first order."""
    if solid.bulk_uncertainty is None or solid.shear_uncertainty is None:
        return None
    parts = []
    for name, spread in (("bulk", solid.bulk_uncertainty), ("shear", solid.shear_uncertainty)):
        step = 1e-4 * getattr(solid, name)
        above, below = (replace(solid, **{name: getattr(solid, name) + sign * step}) for sign in (1, -1))
        parts.append(spread * (function(above) - function(below)) / (2 * step))
    return math.hypot(*parts)


def averages(stiffness: Stiffness) -> Results:
    """Return the tensor, whether it is stable, and the averages where it is."""
    quantities = [stiffness.give("elastic_tensor", stiffness.tensor)]
    lowest = float(tensor.eigenvalues(stiffness.tensor).min())
    if lowest <= 0 and -lowest < stiffness.misfit:
        note = (
            f"Whether it is elastically stable is not decided: the lowest eigenvalue of the stiffness is {lowest:.2g} "
            f"GPa, within the misfit of the fit, {stiffness.misfit:.2g} GPa; there are no averages."
        )
        return Results(tuple(quantities), notes=(note,))
    quantities.append(stiffness.give("elastically_stable", float(lowest > 0)))
    if lowest <= 0:
        note = f"The stiffness is not positive definite (lowest eigenvalue {lowest:.3g} GPa), so it has no averages."
        return Results(tuple(quantities), notes=(note,))
    quantities += stiffness.of_solid(stiffness.polycrystal, AVERAGES)
    if (better := stiffness.corrected) is not None:
        quantities += stiffness.of_solid(better, CORRECTED, ", corrected")
    quantities.append(stiffness.give("universal_anisotropy", tensor.averages(stiffness.tensor).universal_anisotropy))
    if lowest > stiffness.misfit:
        return Results(tuple(quantities))
    note = f"Elastic stability is uncertain: the lowest eigenvalue, {lowest:.2g} GPa, is within the fit's error."
    return Results(tuple(quantities), notes=(note,))


def descriptors(stiffness: Stiffness) -> Results:
    """Return what follows from a stable stiffness beside its averages.

    The relative error of a polycrystal's modulus stands in for that of the single crystal along a direction.
    """
    mean, raw, better = tensor.averages(stiffness.tensor), stiffness.polycrystal, stiffness.corrected
    quantities = [
        stiffness.give("bulk_modulus_voigt", mean.bulk_voigt, raw.bulk_uncertainty),
        stiffness.give("bulk_modulus_reuss", mean.bulk_reuss, raw.bulk_uncertainty),
        stiffness.give("shear_modulus_voigt", mean.shear_voigt, raw.shear_uncertainty),
        stiffness.give("shear_modulus_reuss", mean.shear_reuss, raw.shear_uncertainty),
        *_extremes(stiffness, raw),
        *_cauchy_pressures(stiffness),
    ]
    remark = "" if better is None else ", from corrected moduli"
    estimates = list(stiffness.of_solid(better or raw, ESTIMATES, remark))
    quantities += [quantity for quantity in estimates if quantity.number > 0]
    if hardness_chen(better or raw) > 0:
        return Results(tuple(quantities))
    return Results(tuple(quantities), notes=("It is too soft for Chen's model of hardness, which would be negative.",))


def _extremes(stiffness: Stiffness, solid: Solid) -> Iterable[Quantity]:
    """Return the extremes over directions."""
    for name, value in directional_extremes(stiffness.tensor).items():
        mean = AVERAGES[name.rpartition("_")[0].replace("linear_compressibility", "bulk_modulus")]
        error = uncertainty(mean, solid)
        # Poisson's ratio is of either sign, perhaps zero: its error does not shrink with it.
        share = 1.0 if name.startswith("poisson_ratio") else abs(value) / mean(solid)
        yield stiffness.give(name, value, None if error is None else share * error)


def _cauchy_pressures(stiffness: Stiffness) -> Iterable[Quantity]:
    """Return what central forces would make zero where every atom is a centre of symmetry: one number if cubic."""
    constants = stiffness.tensor
    pressures = {name: float(constants[pair] - constants[shear, shear]) for name, (pair, shear) in _CAUCHY.items()}
    blocks = [constants[:3, :3], constants[3:, 3:]]
    cubic = all(np.ptp(np.diag(block)) <= ALIKE * constants.max() for block in blocks) and (
        np.ptp([constants[pair] for pair, _ in _CAUCHY.values()]) <= ALIKE * constants.max()
    )
    if cubic:
        return [stiffness.give("cauchy_pressure", pressures["xy"])]
    return [
        replace(stiffness, conditions={**stiffness.conditions, "direction": name}).give("cauchy_pressure", value)
        for name, value in pressures.items()
    ]


_CAUCHY: Mapping[str, tuple[tuple[int, int], int]] = {"yz": ((1, 2), 3), "xz": ((0, 2), 4), "xy": ((0, 1), 5)}
