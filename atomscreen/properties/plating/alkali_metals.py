"""Lithium and sodium metal as electrodes: stiffness, molar volume, surface energy, and the radii of their ions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atomscreen.core.errors import StageFailure

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Metal:
    """A body-centred cubic metal that plates from its ions, at room temperature.

    Attributes
    ----------
    c11, c12, c44
        Elastic constants of the single crystal in GPa.
    shear_uncertainty
        Standard uncertainty in GPa of the polycrystal's shear modulus.
    poisson_uncertainty
        Standard uncertainty of the polycrystal's Poisson ratio.
    molar_volume
        In cm³/mol.
    surface_tension
        Surface energy of its densest plane, (110), in J/m²; the interface with a solid has a tension of this order.
    ionic_radii
        Effective ionic radius in Å of its ion by coordination number.
    """

    symbol: str
    c11: float
    c12: float
    c44: float
    shear_uncertainty: float
    poisson_uncertainty: float
    molar_volume: float
    surface_tension: float
    ionic_radii: Mapping[float, float]

    @property
    def stiffness(self) -> NDArray[Any]:
        """Stiffness (6, 6) in GPa, Voigt order, in the cubic axes."""
        import numpy as np

        stiffness = np.diag([self.c11 - self.c12] * 3 + [self.c44] * 3)
        stiffness[:3, :3] += self.c12
        return stiffness


# Elastic constants: H. Ledbetter and S. Kim, Monocrystal elastic constants and derived properties of the cubic and the
# hexagonal elements, in Handbook of Elastic Properties of Solids, Liquids, and Gases, vol. 2 (Academic Press, 2001).
# Their Hill averages are G 3.9 GPa (Li) and 2.0 GPa (Na), and the crystals are so anisotropic that Voigt's and Reuss's
# bounds of G lie apart by a factor of 2.5; polycrystals of Li were measured at 2.8 to 4.2 GPa, and 3.4 GPa is the value
# of Monroe and Newman (2005). The uncertainties span that.
# Molar volumes: lattice parameters 3.510 Å (Li) and 4.291 Å (Na), two atoms in the cell.
# Surface energies: L. Vitos, A. V. Ruban, H. L. Skriver, J. Kollár, Surface Science 411, 186 (1998),
# doi:10.1016/S0039-6028(98)00363-X.
# Radii: R. D. Shannon, Acta Crystallographica A 32, 751 (1976), doi:10.1107/S0567739476001551.
METALS: Mapping[str, Metal] = {
    "Li": Metal(
        "Li", 13.50, 11.44, 8.78, shear_uncertainty=0.6, poisson_uncertainty=0.03, molar_volume=13.02,
        surface_tension=0.556, ionic_radii={4: 0.590, 6: 0.76, 8: 0.92},
    ),
    "Na": Metal(
        "Na", 7.39, 6.22, 4.19, shear_uncertainty=0.4, poisson_uncertainty=0.03, molar_volume=23.79,
        surface_tension=0.253, ionic_radii={4: 0.99, 5: 1.00, 6: 1.02, 7: 1.12, 8: 1.18, 9: 1.24, 12: 1.39},
    ),
}  # fmt: skip


def plating_metal(ion: str | None) -> Metal:
    """Return the metal that plates from an ion.

    Raises
    ------
    StageFailure
        For an ion whose metal has no data here.
    """
    if ion is None or ion not in METALS:
        raise StageFailure(f"there are no data for {ion} metal as an electrode; there are {', '.join(METALS)}")
    return METALS[ion]
