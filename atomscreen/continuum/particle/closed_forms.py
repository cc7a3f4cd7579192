"""Stress in a sphere of constant properties in closed form: under a steady flux, and after a step of flux or content.

With constant moduli the surface and the centre of a sphere are stressed by how far their concentrations are from the
mean c̄ alone (Y.-T. Cheng and M. W. Verbrugge, J. Power Sources 190, 453, 2009, doi:10.1016/j.jpowsour.2009.01.021):

    σ_θ(R) = EΩ/[3(1 − ν)] (c̄ − c(R)),    σ_r(0) = σ_θ(0) = 2EΩ/[9(1 − ν)] (c̄ − c(0)).

The concentrations are the series of J. Crank, The Mathematics of Diffusion, chapter 6. Tension is positive; a flux is
positive into the sphere.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.particle.ion_transport import gas_constant
from atomscreen.core.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

NEGLIGIBLE: Final = 40.0
"""Negative exponent from which a term of a series is left out."""


@dataclass(frozen=True)
class ConstantSphere:
    """A sphere whose properties do not change with its content.

    Attributes
    ----------
    youngs_modulus
        In Pa.
    poisson_ratio
        Between -1 and 0.5.
    partial_molar_volume
        Of the ions, in m³/mol.
    diffusivity
        Chemical, in m²/s.
    radius
        In m.
    """

    youngs_modulus: float
    poisson_ratio: float
    partial_molar_volume: float
    diffusivity: float
    radius: float

    @property
    def biaxial(self) -> float:
        """EΩ/[3(1 − ν)] in Pa·m³/mol: tangential stress at the surface by what its concentration lacks to the mean."""
        return self.youngs_modulus * self.partial_molar_volume / (3 * (1 - self.poisson_ratio))

    def coupling_strength(self) -> float:
        """Return θ = 2EΩ²/[9(1 − ν)R] in K·m³/mol: stress turns the diffusivity of a dilute solution to D(1 + θc/T)."""
        return 2 * self.biaxial * self.partial_molar_volume / (3 * gas_constant())

    def steady_stress(self, flux: float, places: Array) -> tuple[Array, Array]:
        """Return the radial and the tangential stress that a steady flux ends in, at radii over that of the sphere.

        Parameters
        ----------
        flux
            Into the sphere, in mol/(m²·s).
        places
            0 to 1, any shape.
        """
        extreme = self.biaxial * flux * self.radius / (5 * self.diffusivity)
        squares = np.asarray(places, dtype=float) ** 2
        return extreme * (1 - squares), extreme * (1 - 2 * squares)

    def stress_after_flux(self, flux: float, times: Array) -> tuple[Array, Array]:
        """Return the stress at a time after a constant flux began: tangential at the surface, any at the centre.

        With λ the positive roots of tan λ = λ and τ = Dt/R² the surface has −EΩJR/[3(1 − ν)D] (1/5 − 2 Σ exp(−λ²τ)/λ²),
        the centre 2EΩJR/[9(1 − ν)D] (3/10 + 2 Σ exp(−λ²τ)/(λ sin λ)). Neither ever exceeds its steady end.

        Raises
        ------
        UsageError
            For a time that is not positive.
        """
        unit = self.biaxial * flux * self.radius / self.diffusivity
        surface, centre = self._series(_after_flux, times)
        return -unit * surface, 2 / 3 * unit * centre

    def stress_after_step(self, step: float, times: Array) -> tuple[Array, Array]:
        """Return the stress at a time after the surface's concentration rose: tangential there, any at the centre.

        With τ = Dt/R² the surface has −EΩ Δc/[3(1 − ν)] (6/π²) Σ exp(−n²π²τ)/n², most as it begins; the centre
        −2EΩ Δc/[9(1 − ν)] (2 Σ (−1)ⁿ exp(−n²π²τ) + (6/π²) Σ exp(−n²π²τ)/n²), most at τ of about 0.057.

        Parameters
        ----------
        step
            In mol/m³; negative where it fell.
        times
            In s, positive, any shape.

        Raises
        ------
        UsageError
            For a time that is not positive.
        """
        surface, centre = self._series(_after_step, times)
        return -self.biaxial * step * surface, 2 / 3 * self.biaxial * step * centre

    def _series(self, sums: Callable[[float], tuple[float, float]], times: Array) -> tuple[Array, Array]:
        """Return two sums at each time."""
        scaled = self.diffusivity * np.asarray(times, dtype=float) / self.radius**2
        if not np.all(scaled > 0):
            raise UsageError("stress after a step is known at positive times")
        rows = np.array([sums(float(time)) for time in scaled.ravel()])
        return rows[:, 0].reshape(scaled.shape), rows[:, 1].reshape(scaled.shape)


def _after_flux(time: float) -> tuple[float, float]:
    """Return how far surface and centre are from the mean, at a time over R²/D, over JR/D."""
    roots = _tangent_roots(_terms(time))
    decays = np.exp(-(roots**2) * time)
    return 0.2 - 2 * float((decays / roots**2).sum()), 0.3 + 2 * float((decays / (roots * np.sin(roots))).sum())


def _after_step(time: float) -> tuple[float, float]:
    """Return how far surface and centre are from the mean, at a time over R²/D, over the step."""
    numbers = np.arange(1, _terms(time) + 1)
    decays = np.exp(-((numbers * math.pi) ** 2) * time)
    surface = 6 / math.pi**2 * float((decays / numbers**2).sum())
    return surface, -2 * float(((-1.0) ** numbers * decays).sum()) - surface


def _terms(time: float) -> int:
    """Return how many terms of a series matter at a time over R²/D."""
    return math.ceil(math.sqrt(NEGLIGIBLE / time) / math.pi) + 1


def _tangent_roots(count: int) -> Array:
    """Return the first positive roots of tan λ = λ, each a little before nπ + π/2."""
    turns = math.pi * np.arange(1, count + 1)
    roots = turns + math.pi / 2
    for _ in range(20):  # contracts at least twentyfold
        roots = turns + np.arctan(roots)
    return roots
