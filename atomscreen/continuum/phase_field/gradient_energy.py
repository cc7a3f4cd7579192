"""Interfaces between coexisting phases: their energy, their width, and the coefficient of the gradient energy.

The energy density is f = c g(x) + ½ κ |∇x|², c in mol/m³, κ in J/m. Across a flat interface in equilibrium both parts
of what is beyond the common tangent are equal, ½ κ x'² = c Δg(x), so that γ = ∫ √(2 κ c Δg) dx between the phases
(J. W. Cahn, J. E. Hilliard, Journal of Chemical Physics 28, 258, 1958, doi:10.1063/1.1744102; their κ is half of ours).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.continuum.phase_field.coexistence import Gap
from atomscreen.continuum.phase_field.free_energy import FreeEnergy
from atomscreen.core.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


def interface_energy(free_energy: FreeEnergy, gap: Gap, concentration: float, gradient_coefficient: float) -> float:
    """Return γ in J/m² of a flat interface.

    Parameters
    ----------
    free_energy
        Of the material; with coherency strain in it where the interface is coherent.
    gap
        Contents of the two phases, as :func:`~atomscreen.continuum.phase_field.coexistence.binodal` gives them.
    concentration
        Of the ions' sites in mol/m³.
    gradient_coefficient
        κ in J/m.
    """
    _refuse_negative(concentration=concentration, gradient_coefficient=gradient_coefficient)
    return math.sqrt(2 * gradient_coefficient * concentration) * _barrier_integral(free_energy, gap)


def gradient_coefficient(free_energy: FreeEnergy, gap: Gap, concentration: float, interface_energy: float) -> float:
    """Return κ in J/m that gives an interface an energy in J/m²; the rest as in :func:`interface_energy`."""
    _refuse_negative(concentration=concentration, interface_energy=interface_energy)
    return (interface_energy / _barrier_integral(free_energy, gap)) ** 2 / (2 * concentration)


def interface_width(free_energy: FreeEnergy, gap: Gap, concentration: float, gradient_coefficient: float) -> float:
    """Return the width of an interface in m: the step of content over its steepest slope.

    The parameters are those of :func:`interface_energy`.
    """
    _refuse_negative(concentration=concentration, gradient_coefficient=gradient_coefficient)
    highest = float(beyond_tangent(free_energy, gap, np.linspace(*gap, 2001)).max())
    return (gap[1] - gap[0]) * math.sqrt(gradient_coefficient / (2 * concentration * highest))


def beyond_tangent(free_energy: FreeEnergy, gap: Gap, contents: Array) -> Array:
    """Return Δg in J/mol at contents (n,) within a gap: the free energy above that of the two phases side by side."""
    tangent = np.interp(contents, gap, free_energy.at(np.array(gap)))
    return np.asarray(np.maximum(free_energy.at(contents) - tangent, 0.0))


def _barrier_integral(free_energy: FreeEnergy, gap: Gap) -> float:
    """Return ∫ √Δg dx over a gap, in (J/mol)^½."""
    from scipy.integrate import quad

    middle, half = (gap[0] + gap[1]) / 2, (gap[1] - gap[0]) / 2

    def integrand(angle: float) -> float:  # as √Δg falls linearly to both ends, it is smooth in the angle
        content = np.array([middle - half * math.cos(angle)])
        return half * math.sin(angle) * math.sqrt(float(beyond_tangent(free_energy, gap, content)[0]))

    return float(quad(integrand, 0.0, math.pi, epsrel=1e-10)[0])


def _refuse_negative(**values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise UsageError(f"{name.replace('_', ' ')} is {value:g}: it is a positive number")
