"""Critical sizes of grains in a secondary particle, whose lattices strain unlike in different directions.

Grains that are turned against each other strain against each other as ions come and go, however slowly. With grains at
random a crack along a grain releases G = Z E ε² d, with d the size of the grains, so that none grows below

    d_c = G_c / (Z E ε²)

(Y. Hu, X. Zhao, Z. Suo, Journal of Materials Research 25, 1007, 2010). Here ε = √(ε':ε') is the norm of the deviatoric
insertion strain since assembly, averaged over the domains of an ordering of the ions. Z is of the order of one and
depends on where the crack is. 0.2 follows from the grain size from which ceramics crack as they cool, 14.4 γ/(E Δε²)
with G_c = 2γ and Δε the difference between two axes (J. J. Cleveland and R. C. Bradt, Journal of the American Ceramic
Society 61, 478, 1978); 4 is that of an edge crack in a strained layer (J. W. Hutchinson and Z. Suo, Advances in Applied
Mechanics 29, 63, 1992).

Where all grains have the odd axis of their lattice along the radius of the particle, the particle strains as one
sphere, by ε_r along the radius and ε_θ across it. In an isotropic sphere equilibrium then is

    σ_r = 2S ln(r/R),   σ_θ = S (1 + 2 ln(r/R)),   S = E (ε_r − ε_θ)/(3(1 − ν)).

The logarithm has no end at the centre, but the stress intensity of a crack there has: K = 2S√(a/π) (2 ln(2a/R) − 1), so
nothing is cut off. The critical size is then that of the particle, and goes with G_c/(E (ε_r − ε_θ)²) too.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.crystal import NO_STRAIN, Crystal
from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.continuum.fracture.flaw import FLAW_SIZES, Place, stress_intensity
from atomscreen.core.errors import UsageError
from atomscreen.properties.intercalation.insertion_strain import deviatoric_norm

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

Z: Final = 1.0
"""Energy that a crack between misoriented grains releases, over E ε² d."""

Z_SPREAD: Final = 2.5
"""Factor by which Z is uncertain (one standard deviation of its logarithm): 0.2 to 4 is then its 90 % interval."""


@dataclass(frozen=True)
class GrainSizes:
    """Critical sizes, each at the content at which it is smallest; infinite where the domains' strain is isotropic.

    Attributes
    ----------
    random
        Size in m of grains turned at random.
    random_content
        The content at which a crack between them comes nearest to growing.
    strain
        Norm of the deviatoric strain there, since assembly.
    radial
        Diameter in m of a particle whose grains all have their odd axis along the radius.
    radial_content
        The content at which a crack in it comes nearest to growing.
    radial_flaw
        Where that crack is.
    """

    random: float
    random_content: float
    strain: float
    radial: float
    radial_content: float
    radial_flaw: Place


def critical_size(fracture_energy: float, youngs_modulus: float, strain: float, z: float = Z) -> float:
    """Return G_c/(Z E ε²) in m from J/m², Pa and a strain; infinite without strain.

    Raises
    ------
    UsageError
        For a fracture energy, modulus or Z that is not positive.
    """
    if not (fracture_energy > 0 and youngs_modulus > 0 and z > 0):
        raise UsageError("fracture energy, Young's modulus and Z are positive")
    return float(np.divide(fracture_energy, z * youngs_modulus * strain**2)) if strain else float("inf")


def radial_texture_stress(
    radius: float, youngs_modulus: float, poisson_ratio: float, difference: float
) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """Return radial and tangential stress in Pa, as functions of the distance in m from the centre of a sphere.

    Parameters
    ----------
    radius
        Of the sphere, in m.
    youngs_modulus, poisson_ratio
        Isotropic; the modulus in Pa.
    difference
        Stress-free strain along the radius less that across it.
    """
    scale = youngs_modulus * difference / (3 * (1 - poisson_ratio))
    return (
        lambda r: 2 * scale * np.log(r / radius),
        lambda r: scale * (1 + 2 * np.log(r / radius)),
    )


def radial_texture_diameter(
    fracture_energy: float, youngs_modulus: float, poisson_ratio: float, difference: float
) -> tuple[float, Place]:
    """Return the diameter in m of a sphere of radial texture below which no flaw grows, and where the worst one is.

    Parameters as of :func:`critical_size` and :func:`radial_texture_stress`.
    """
    # More strain along the radius leaves the surface under tension, less of it the centre.
    place: Place = "surface" if difference > 0 else "centre"
    scale = youngs_modulus * abs(difference) / (3 * (1 - poisson_ratio))
    per_radius = (_shape_factor(place) * scale) ** 2 * (1 - poisson_ratio**2) / youngs_modulus
    return 2 * float(np.divide(fracture_energy, per_radius)) if difference else float("inf"), place


def grain_sizes(
    electrode: Electrode, crystal: Crystal, fracture_energy: Curve, cutoff: float, z: float = Z
) -> GrainSizes | None:
    """Return critical sizes over a charge from the assembled content to a cut-off; the way back has the same strains.

    It is ``None`` where the insertion strain is not known from one to the other.

    Parameters
    ----------
    electrode
        Its isotropic moduli, and the content that it is assembled at.
    crystal
        Its insertion strain.
    fracture_energy
        In J/m² against content.
    cutoff
        Content at which the charge ends.
    z
        Energy that a crack between grains releases, over E ε² d.
    """
    start, axis = electrode.assembled_content, crystal.odd_axis
    if not crystal.knows_strain(start, cutoff):
        return None
    random: list[tuple[float, float, float]] = []
    radial: list[tuple[float, float, Place]] = []
    for content in map(float, np.linspace(start, cutoff, 51)[1:]):
        strain = crystal.domain_strain_between(start, content)
        resists, modulus, poisson = (
            float(curve.at(content)) for curve in (fracture_energy, electrode.youngs_modulus, electrode.poisson_ratio)
        )
        norm, along = deviatoric_norm(strain), float(axis @ strain @ axis)
        difference = along - (float(np.trace(strain)) - along) / 2
        if norm < NO_STRAIN:
            norm = difference = 0.0
        random.append((critical_size(resists, modulus, norm, z), content, norm))
        diameter, place = radial_texture_diameter(resists, modulus, poisson, difference)
        radial.append((diameter, content, place))
    # Of equal ones the first is taken, nearest to the start of the charge.
    size, at, norm = min(random, key=lambda one: one[0])
    diameter, radial_at, flaw = min(radial, key=lambda one: one[0])
    return GrainSizes(size, at, norm, diameter, radial_at, flaw)


@functools.cache
def _shape_factor(place: Place) -> float:
    """Return the largest K over S √R of the flaws at a place of a sphere of radial texture."""
    sign = 1.0 if place == "surface" else -1.0
    _, tangential = radial_texture_stress(1.0, 3.0, 0.0, sign)
    return float(stress_intensity(place, np.array(FLAW_SIZES), 1.0, tangential).max())
