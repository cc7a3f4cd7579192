"""A spherical particle with a core of one phase in a shell of another: stresses and energy of their misfit.

Both are isotropic and elastic, with moduli and a stress-free linear strain of their own, bonded at the interface, with
a free surface. The core is under an even pressure; in the shell stresses go with the inverse cube of the radius (Lamé's
thick-walled sphere: S. P. Timoshenko and J. N. Goodier, Theory of Elasticity, 3rd edition, McGraw-Hill, 1970).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.continuum.electrode import Electrode
from atomscreen.core.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True)
class IsotropicPhase:
    """One phase of a particle.

    Attributes
    ----------
    youngs_modulus
        In Pa.
    poisson_ratio
        Between -1 and 0.5.
    strain
        Linear, without stress, against a reference that all phases share.

    Raises
    ------
    UsageError
        For moduli that no stable solid has, or a strain that is not finite.
    """

    youngs_modulus: float
    poisson_ratio: float
    strain: float

    def __post_init__(self) -> None:
        if not (0 < self.youngs_modulus < math.inf and -1 < self.poisson_ratio < 0.5 and math.isfinite(self.strain)):
            raise UsageError(
                f"no phase has a Young's modulus of {self.youngs_modulus:g} Pa, a Poisson's ratio of "
                f"{self.poisson_ratio:g} and a strain of {self.strain:g}"
            )

    @classmethod
    def of(cls, electrode: Electrode, content: float) -> IsotropicPhase:
        """Return the phase of an electrode at a content of working ions, its strain against the full material."""
        if not 0 <= content <= 1:
            raise UsageError(f"a content of working ions is between 0 and 1, not {content:g}")
        return cls(
            float(electrode.youngs_modulus.at(content)),
            float(electrode.poisson_ratio.at(content)),
            float(np.cbrt(1 + electrode.volume_change.at(content))) - 1,
        )

    @property
    def pressure_compliance(self) -> float:
        """Linear strain over an even tension, in 1/Pa: 1/(3K)."""
        return (1 - 2 * self.poisson_ratio) / self.youngs_modulus

    @property
    def shear_compliance(self) -> float:
        """Linear strain around a hole over the deviatoric part of a pressure in it, in 1/Pa: 1/(4G)."""
        return (1 + self.poisson_ratio) / (2 * self.youngs_modulus)


@dataclass(frozen=True)
class CoreShell:
    """A sphere of two phases.

    Attributes
    ----------
    core, shell
        The phases.
    core_radius, radius
        Of the interface and of the surface, in m.

    Raises
    ------
    UsageError
        For radii that do not rise from 0.
    """

    core: IsotropicPhase
    shell: IsotropicPhase
    core_radius: float
    radius: float

    def __post_init__(self) -> None:
        if not 0 < self.core_radius < self.radius < math.inf:
            raise UsageError(
                f"a core of radius {self.core_radius:g} m in a particle of {self.radius:g} m: radii must rise from 0"
            )

    @property
    def misfit(self) -> float:
        """The linear strain of the free core against the free shell."""
        return self.core.strain - self.shell.strain

    @property
    def pressure(self) -> float:
        """The pressure at the interface in Pa, positive where the core is compressed."""
        growth = self._growth
        shell = growth * self.shell.pressure_compliance + (1 + growth) * self.shell.shear_compliance
        return self.misfit / (self.core.pressure_compliance + shell)

    @property
    def hoop_in_shell(self) -> float:
        """The tangential stress on the shell's side of the interface in Pa, the largest in magnitude in the shell."""
        return self.pressure * (1 + 3 * self._growth) / 2

    @property
    def hoop_at_surface(self) -> float:
        """The tangential stress at the particle's surface in Pa."""
        return 1.5 * self.pressure * self._growth

    @property
    def energy(self) -> float:
        """The elastic energy of the particle in J."""
        return 2 * math.pi * self.core_radius**3 * self.pressure * self.misfit

    def radial_stress(self, radii: Array) -> Array:
        """Return the radial stress in Pa at radii in m, tension positive."""
        self._check(radii)
        inside = np.asarray(radii) <= self.core_radius
        with np.errstate(divide="ignore", invalid="ignore"):
            shell = self.pressure * self._growth * (1 - (self.radius / np.asarray(radii)) ** 3)
        return np.where(inside, -self.pressure, shell)

    def tangential_stress(self, radii: Array) -> Array:
        """Return the tangential stress in Pa at radii in m; at the interface itself it is that of the core."""
        self._check(radii)
        inside = np.asarray(radii) <= self.core_radius
        with np.errstate(divide="ignore", invalid="ignore"):
            shell = self.pressure * self._growth * (1 + (self.radius / np.asarray(radii)) ** 3 / 2)
        return np.where(inside, -self.pressure, shell)

    @property
    def _growth(self) -> float:
        """The core's volume over the shell's."""
        return self.core_radius**3 / (self.radius**3 - self.core_radius**3)

    def _check(self, radii: Array) -> None:
        if np.any(np.asarray(radii) < 0) or np.any(np.asarray(radii) > self.radius):
            raise UsageError(f"radii lie between 0 and the particle's {self.radius:g} m")


def core_shell_of(
    electrode: Electrode, core_content: float, shell_content: float, core_radius: float, radius: float
) -> CoreShell:
    """Return a particle of an electrode whose core and shell are at two contents of working ions.

    While a charge goes on, one phase grows inward: the core has the content that the particle started at.

    Parameters
    ----------
    electrode
        For moduli and volume change, each a function of the content.
    core_content, shell_content
        Between 0 and 1.
    core_radius, radius
        Of the interface and of the particle, in m.

    Raises
    ------
    UsageError
        For contents or radii out of their ranges.
    """
    return CoreShell(
        IsotropicPhase.of(electrode, core_content), IsotropicPhase.of(electrode, shell_content), core_radius, radius
    )
