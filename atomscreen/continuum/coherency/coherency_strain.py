"""Two phases of one crystal that keep their lattices in line: what the misfit costs, and along which plane least.

Phases at two contents of working ions that share one coherent lattice are strained by their misfit. Where they lie in
lamellae with normal n and both have the stiffness C, the mean elastic energy is ½ B(n) f (1 − f) at a volume fraction f
of one of them, with B(n) = ε:C:ε − n·σ (nCn)⁻¹ σ·n and σ = C:ε (A. G. Khachaturyan, Theory of Structural
Transformations in Solids, Wiley, 1983). The phases choose the plane of least B, the habit plane.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.continuum.coherency.thin_film import film_energy, film_stress
from atomscreen.continuum.crystal import Crystal
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.properties.mechanics.elastic_tensor import eigenvalues

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_NORMALS = 2000  # on a hemisphere: 3 degrees apart, closer than any two valleys of B can be told apart
_REFINED = 5  # of the best of them


@dataclass(frozen=True, eq=False)
class Coherency:
    """Two coexisting phases of a crystal on one lattice, in the crystal's axes.

    Attributes
    ----------
    low, high
        Contents of the phases.
    misfit
        Strain (3, 3) of the free lattice at ``high`` against that at ``low``.
    stiffness
        (6, 6) in Pa, the mean of both phases'.
    normal
        Unit vector (3,) of the habit plane; symmetry can give others of the same energy.
    modulus
        B of the habit plane in J/m³.
    modulus_of_either
        B of the habit planes that the stiffness of the phase at ``low`` alone, and of that at ``high`` alone, give: how
        much it matters that the phases are not equally stiff.
    remarks
        What a reader should know of the limits.
    """

    low: float
    high: float
    misfit: Array
    stiffness: Array
    normal: Array
    modulus: float
    modulus_of_either: tuple[float, float]
    remarks: tuple[str, ...] = ()

    @property
    def volumetric(self) -> float:
        """The relative change of volume from the phase at ``low`` to that at ``high``, to first order."""
        return float(np.trace(self.misfit))

    @property
    def deviatoric(self) -> Array:
        """The misfit (3, 3) less a third of its trace along each axis."""
        found: Array = self.misfit - self.volumetric / 3 * np.eye(3)
        return found

    @property
    def energy(self) -> float:
        """The energy in J/m³ of a thin lamella of one phase inside the other, per volume of the lamella: B/2."""
        return self.modulus / 2

    @property
    def modulus_per_content(self) -> float:
        """B in J/m³ for a step of all working ions: ½ of it times (x − mean x)² is a term of the free energy density.

        The misfit is taken as linear in the content between the phases. It adds this much to the second derivative of
        the free energy density by the content, so that the spinodal of the coherent crystal is narrower (J. W. Cahn,
        Acta Metall. 9, 795, 1961, doi:10.1016/0001-6160(61)90182-1).
        """
        return self.modulus / (self.high - self.low) ** 2

    def mean_energy(self, fraction: float) -> float:
        """Return the elastic energy in J/m³, per volume of all, at a volume fraction of the phase at ``high``."""
        _check_fraction(fraction)
        return self.modulus / 2 * fraction * (1 - fraction)

    def stresses(self, fraction: float) -> tuple[Array, Array]:
        """Return the stresses (3, 3) in Pa of the low and the high phase, at a volume fraction of the high one."""
        _check_fraction(fraction)
        alone = film_stress(self.stiffness, self.misfit, self.normal)
        return -fraction * alone, (1 - fraction) * alone


def coherency_between(crystal: Crystal, low: float, high: float) -> Coherency:
    """Return what keeps phases of a crystal at two contents of working ions on one lattice.

    Parameters
    ----------
    crystal
        With stiffness and insertion strain against content.
    low, high
        Contents of the coexisting phases.

    Raises
    ------
    UsageError
        For contents that do not rise between 0 and 1.
    StageFailure
        Where the insertion strain is not known at both contents or between contents around them, or where the stiffness
        is not that of a stable crystal.
    """
    if not 0 <= low < high <= 1:
        raise UsageError(f"coexisting phases have contents that rise between 0 and 1, not {low:g} and {high:g}")
    if not crystal.knows_strain(low, high):
        raise StageFailure(
            f"the insertion strain of {crystal.formula} is known at contents from {min(crystal.strain):g} to "
            f"{max(crystal.strain):g} only: "
            f"nothing is known of the misfit of phases at {low:g} and {high:g}"
        )
    misfit = crystal.strain_between(low, high)
    either = crystal.stiffness_at(low), crystal.stiffness_at(high)
    if min(eigenvalues(stiffness).min() for stiffness in either) <= 0:
        raise StageFailure(f"{crystal.formula} at content {low:g} or {high:g} is not stable against every small strain")
    stiffness = (either[0] + either[1]) / 2
    normal, modulus = habit_plane(stiffness, misfit)
    of_low, of_high = (habit_plane(alone, misfit)[1] for alone in either)
    return Coherency(
        low=low,
        high=high,
        misfit=misfit,
        stiffness=stiffness,
        normal=normal,
        modulus=modulus,
        modulus_of_either=(of_low, of_high),
        remarks=tuple(crystal.remarks),
    )


def coherency_modulus(stiffness: Array, misfit: Array, normals: Array) -> Array:
    """Return B(n) of normals (..., 3) in the unit of a stiffness (6, 6), for a misfit (3, 3) of lamellae."""
    return 2 * film_energy(stiffness, misfit, normals)


def habit_plane(stiffness: Array, misfit: Array) -> tuple[Array, float]:
    """Return the unit normal (3,) of least B, and that B in the unit of the stiffness (6, 6)."""
    from scipy.optimize import minimize

    normals = _hemisphere(_NORMALS)
    order = np.argsort(coherency_modulus(stiffness, misfit, normals))
    # Units near 1, whatever those of stiffness and strain: the search knows its own accuracy.
    scale = float(np.abs(stiffness).max() * max(np.abs(misfit).max() ** 2, np.finfo(float).tiny))

    def refined(start: Array) -> tuple[float, Array]:
        across = np.linalg.svd(start[None])[2][1:]

        def tilted(tilts: Array) -> Array:
            found: Array = start + tilts @ across
            return found

        found = minimize(
            lambda tilts: float(coherency_modulus(stiffness, misfit, tilted(tilts))) / scale,
            np.zeros(2),
            method="Nelder-Mead",
            options={"initial_simplex": 0.03 * np.array([[0, 0], [1, 0], [0, 1]]), "xatol": 1e-8, "fatol": 1e-15},
        )
        return float(found.fun) * scale, tilted(found.x)

    least, normal = min((refined(normals[index]) for index in order[:_REFINED]), key=lambda found: found[0])
    normal = normal / np.linalg.norm(normal)
    # A plane has two normals: of these, the one whose largest component is positive.
    return normal * np.sign(normal[np.argmax(np.abs(normal))]), max(least, 0.0)


def _hemisphere(count: int) -> Array:
    """Return unit vectors (count, 3) spread evenly over a hemisphere, on Fibonacci's spiral."""
    number = np.arange(count) + 0.5
    heights, turns = 1 - number / count, number * np.pi * (3 - np.sqrt(5))
    radii = np.sqrt(1 - heights**2)
    spread: Array = np.stack([radii * np.cos(turns), radii * np.sin(turns), heights], axis=-1)
    return spread


def _check_fraction(fraction: float) -> None:
    if not 0 <= fraction <= 1:
        raise UsageError(f"a volume fraction is between 0 and 1, not {fraction:g}")
