"""Maps of fracture: the largest particle in which no flaw grows, against the rate of a charge and where it ends.

Where stress does not move the ions, contents and stresses of a sphere depend on its radius R and the rate only through
rate·R², as functions of r/R and rate·time, and stress intensities go with √R. So one row of charges, at values of
rate·R², gives Λ(rate·R²), the largest G/G_c of any flaw at any time over R, and the border R Λ(rate·R²) = 1 follows for
every rate by algebra. A slow charge has stresses that go with the flux, σ ~ rate·R², so that K ~ rate·R^(5/2) and the
border falls as R ~ rate^(−2/5).

A charge at constant current ends where the surface, which is ahead of the rest, reaches the cut-off. Faster charges end
so early that they stress less again; the border is that of charges at any rate up to the one that it is asked for, and
so never rises: no rate breaks particles below its end. Holding the voltage after a charge that is faster than those is
not in it. A discharge at the same rate has stress of the other sign, which opens the flaws at the other place: where
properties do not change with the content, the slow border of the surface is 4 % above that of the centre.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.continuum.fracture.griffith import StressedSphere, worst_by_time
from atomscreen.continuum.particle.sphere import HOUR, Sphere, SphereHistory, charge_at_constant_rate
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.core.quantity import Bound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SLOWEST: Final = 0.01
"""rate·R²/D of the slowest charge of a map, with the least diffusivity: its flux is the same at all times but the
first."""

STEP: Final = 1.5
"""Factor of rate·R² from one charge of a map to the next."""

NOT_FAR: Final = 0.02
"""Share of its way that the mean content has gone where the surface ends the fastest charge of a map."""

LARGEST_RADIUS: Final = 1e-3
"""Radius in m up to which particles are looked at: what does not break then gets it as a lower bound."""

SMALLEST_RADIUS: Final = 1e-9
"""Radius in m below which there is no continuum: what breaks there gets it as an upper bound."""

FASTEST_RATE: Final = 1000.0
"""C up to which rates are looked at: what does not break then gets it as a lower bound."""

LEAST_DRIVE: Final = 1e-30
"""G/G_c over R, in 1/m, that stands for none in logarithms."""

_REFERENCE = 1e-6  # m: radius of the spheres that are solved; which one does not matter


@dataclass(frozen=True)
class Border:
    """A value on the border of a map, or the end of the map that it is beyond.

    Attributes
    ----------
    value
        Radius in m, or rate in C.
    bound
        ``"lower"`` where the truth is at least the value, ``"upper"`` where at most; ``None`` where it is the value.
    """

    value: float
    bound: Bound | None = None


@dataclass(frozen=True, eq=False)
class FractureMap:
    """Which particles break, at which rates.

    Attributes
    ----------
    groups
        rate·R² in C·m², rising, shape (n,).
    cutoffs
        Contents at which charges end, shape (m,).
    drives
        Largest G/G_c over R, in 1/m, of charges up to the group, shape (n, m).
    """

    groups: Array
    cutoffs: tuple[float, ...]
    drives: Array

    def critical_radius(self, c_rate: float, cutoff: float) -> Border:
        """Return the largest radius of particles in which no flaw grows in a charge at any rate up to one.

        Raises
        ------
        UsageError
            For a rate that is not positive, or a cut-off that the map is not of.
        """
        if not c_rate > 0:
            raise UsageError(f"a charge has a positive rate, not {c_rate:g} C")
        drives = self._drives(cutoff)
        rates = np.log(self.groups * drives**2)
        # Below the slowest charge the border is the power law of steady fluxes.
        slower = min(0.0, np.log(c_rate) - rates[0])
        radius = float(np.exp(np.interp(np.log(c_rate), rates, -np.log(drives)) - 0.4 * slower))
        return _within(radius, SMALLEST_RADIUS, LARGEST_RADIUS)

    def safe_rate(self, radius: float, cutoff: float) -> Border:
        """Return the highest rate in C up to which no flaw grows in particles of a radius in m.

        Raises
        ------
        UsageError
            For a radius that is not positive, or a cut-off that the map is not of.
        """
        if not radius > 0:
            raise UsageError(f"a particle has a positive radius, not {radius:g} m")
        drives = self._drives(cutoff)
        wanted = -np.log(radius)
        if wanted >= np.log(drives[-1]):
            return Border(FASTEST_RATE, "lower")
        slower = min(0.0, wanted - np.log(drives[0]))
        group = float(np.exp(np.interp(wanted, np.log(drives), np.log(self.groups)) + slower / 2))
        return _within(group / radius**2, 0.0, FASTEST_RATE)

    def _drives(self, cutoff: float) -> Array:
        if cutoff not in self.cutoffs:
            raise UsageError(f"the map has no cut-off {cutoff:g}; it has {', '.join(f'{c:g}' for c in self.cutoffs)}")
        return np.asarray(self.drives[:, self.cutoffs.index(cutoff)])


def charges(electrode: Electrode, end: float, temperature: float) -> dict[float, SphereHistory]:
    """Return charges of a sphere, from so slow that its flux is steady to so fast that ions never get far, by rate·R².

    Parameters
    ----------
    electrode
        The material; it must not separate into phases.
    end
        Content at which they end; they start where the cell is assembled.
    temperature
        In K.

    Raises
    ------
    StageFailure
        For an electrode whose phases separate: diffusion does not describe its particles. Where a charge is not solved.
    """
    if electrode.phase_separating:
        raise StageFailure(
            f"two phases coexist in {electrode.formula} at most contents: fronts move in its particles, and no map of "
            "diffusion describes them"
        )
    sphere, start = Sphere(electrode, _REFERENCE, temperature), electrode.assembled_content
    slowest = float(sphere.transport.diffusivity(np.linspace(start, end, 201)).min())
    group = SLOWEST * HOUR * slowest
    found: dict[float, SphereHistory] = {}
    gone = 1.0
    while gone > NOT_FAR:
        found[group] = charge_at_constant_rate(sphere, group / _REFERENCE**2, start, end)
        gone = float((found[group].mean_contents[-1] - start) / (end - start))
        group *= STEP
    return found


def fracture_map(
    electrode: Electrode,
    fracture_energy: Curve,
    cutoffs: Sequence[float],
    temperature: float = 298.15,
    solved: Mapping[float, SphereHistory] | None = None,
) -> FractureMap:
    """Return the map of an electrode.

    Parameters
    ----------
    electrode
        The material; it must not separate into phases.
    fracture_energy
        In J/m² against content.
    cutoffs
        Contents at which charges end; they start where the cell is assembled.
    temperature
        In K.
    solved
        From :func:`charges` of an electrode of the same diffusivity up to the farthest cut-off, so that only stresses
        are computed; they are solved where it is not given.

    Raises
    ------
    UsageError
        For no cut-off, or one that is no content or that a charge starts from.
    StageFailure
        For an electrode whose phases separate.
    """
    start = electrode.assembled_content
    if not cutoffs or any(not 0 <= cutoff <= 1 or cutoff == start for cutoff in cutoffs):
        raise UsageError(f"a charge from content {start:g} ends at another one between 0 and 1")
    farthest = max(cutoffs, key=lambda cutoff: abs(cutoff - start))
    histories = charges(electrode, farthest, temperature) if solved is None else solved
    drives = np.array([_drives(history, electrode, fracture_energy, start, cutoffs) for history in histories.values()])
    return FractureMap(
        groups=np.array(list(histories)),
        cutoffs=tuple(cutoffs),
        drives=np.maximum(np.maximum.accumulate(drives, axis=0), LEAST_DRIVE),
    )


def _drives(
    history: SphereHistory, electrode: Electrode, fracture_energy: Curve, start: float, cutoffs: Sequence[float]
) -> list[float]:
    """Return the largest G/G_c over R of a charge until its surface is at each of the cut-offs."""
    worst = worst_by_time(StressedSphere.of_history(electrode, history), electrode, fracture_energy) / history.radius
    gone = np.abs(history.surface_contents - start)
    return [float(worst[gone <= abs(cutoff - start) * (1 + 1e-6)].max()) for cutoff in cutoffs]


def _within(value: float, least: float, most: float) -> Border:
    if value > most:
        return Border(most, "lower")
    return Border(least, "upper") if value < least else Border(value)
