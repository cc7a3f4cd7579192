"""Conductivity from diffusivity, and diffusivity at other temperatures: Nernst–Einstein and Arrhenius."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atomscreen.core.errors import UsageError

if TYPE_CHECKING:
    import numpy as np

_BOLTZMANN = 8.617333262e-5  # eV/K, exact in the SI of 2019 to the digits given
_CURVED = 0.01  # probability of a worse fit below which a straight line is rejected
_BENT = 2.58  # standard deviations of the quadratic term, the same 1 %


def conductivity_per_diffusivity(ions: int, charge: float, volume: float, temperature: float) -> float:
    """Return σ/D = n z² e²/(k_B T) in (S/cm)/(cm²/s), the Nernst–Einstein relation with Haven ratio 1.

    Parameters
    ----------
    ions
        Mobile ions in the cell.
    charge
        Charge number z of each.
    volume
        Of the cell, in Å³.
    temperature
        In K.
    """
    from scipy.constants import elementary_charge, k

    density = ions / (volume * 1e-24)  # per cm³; e²/(k_B T) in C²/J, and C²/J/cm/s is S/cm
    return float(density * charge**2 * elementary_charge**2 / (k * temperature))


@dataclass(frozen=True)
class ArrheniusFit:
    """A weighted straight line of ln D against 1/T.

    Attributes
    ----------
    log_prefactor
        ln of D0 in cm²/s.
    activation_energy
        In eV.
    covariance
        Of (ln D0, E_a/eV), row by row.
    chi_squared
        Sum of squared, weighted residuals.
    probability
        Chance of a larger ``chi_squared`` where the line is right.
    bend
        Quadratic term of ln D against 1/T in its standard deviations; ``None`` with three temperatures. Positive where
        the activation energy is smaller in the cold.
    """

    log_prefactor: float
    activation_energy: float
    covariance: tuple[tuple[float, float], tuple[float, float]]
    chi_squared: float
    probability: float
    bend: float | None = None

    @property
    def activation_energy_uncertainty(self) -> float:
        """Standard uncertainty, in eV."""
        return math.sqrt(self.covariance[1][1])

    @property
    def straight(self) -> bool:
        """Whether the points agree with one activation energy: chi-squared and quadratic term, each at 1 %."""
        return self.probability >= _CURVED and (self.bend is None or abs(self.bend) < _BENT)

    def log_diffusivity(self, temperature: float) -> tuple[float, float]:
        """Return ln D (D in cm²/s) and its standard uncertainty at a temperature in K.

        Both parameters' uncertainties and their covariance go in: at 300 K the two errors partly cancel.
        """
        slope = -1 / (_BOLTZMANN * temperature)
        (prefactor, mixed), (_, energy) = self.covariance
        value = self.log_prefactor + slope * self.activation_energy
        return value, math.sqrt(prefactor + 2 * slope * mixed + slope**2 * energy)


def arrhenius(
    temperatures: Sequence[float], diffusivities: Sequence[float], uncertainties: Sequence[float]
) -> ArrheniusFit:
    """Fit ln D = ln D0 − E_a/(k_B T) by weighted least squares.

    The weights are those of ln D, (D/u)²; the covariance is the uncertainties' own and is not scaled by the residuals,
    of which three points leave one degree of freedom only.

    Parameters
    ----------
    temperatures
        In K, at least three different ones.
    diffusivities, uncertainties
        In cm²/s, of independent runs.

    Raises
    ------
    UsageError
        For fewer than three temperatures, or a value that is not positive.
    """
    import numpy as np
    from scipy.stats import chi2

    if len(set(temperatures)) < 3:
        raise UsageError("an Arrhenius fit needs diffusivities at three temperatures at least")
    if min(*temperatures, *diffusivities, *uncertainties) <= 0:
        raise UsageError("an Arrhenius fit needs positive temperatures, diffusivities and uncertainties")
    values = np.log(diffusivities)
    weights = np.asarray(diffusivities) / np.asarray(uncertainties)
    inverse = -1 / (_BOLTZMANN * np.asarray(temperatures))
    parameters, covariance, chi_squared = _weighted_polynomial(inverse, values, weights, 1)
    (first, mixed), (_, last) = covariance.tolist()
    bend = None
    if len(set(temperatures)) > 3:
        # About its mean the abscissa's powers are hardly correlated, which keeps the matrix well conditioned.
        curved, spread, _ = _weighted_polynomial(inverse - inverse.mean(), values, weights, 2)
        bend = float(curved[2] / np.sqrt(spread[2, 2]))
    return ArrheniusFit(
        log_prefactor=float(parameters[0]),
        activation_energy=float(parameters[1]),
        covariance=((first, mixed), (mixed, last)),
        chi_squared=chi_squared,
        probability=float(chi2.sf(chi_squared, len(values) - 2)),
        bend=bend,
    )


def _weighted_polynomial(
    x: np.ndarray, y: np.ndarray, weights: np.ndarray, degree: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return coefficients (constant first), their covariance, and the sum of squared weighted residuals."""
    import numpy as np

    design = np.vander(x, degree + 1, increasing=True)
    weighted = design * weights[:, None]
    covariance = np.linalg.inv(weighted.T @ weighted)
    coefficients = covariance @ (weighted.T @ (weights * y))
    return coefficients, covariance, float((((y - design @ coefficients) * weights) ** 2).sum())
