"""Maps of fracture: the largest particle in which no flaw grows, against the rate of a cycle and where it turns.

Where stress does not move the ions, contents and stresses of a sphere depend on its radius R and the rate only through
rate·R², as functions of r/R and rate·time, and stress intensities go with √R. So a row of runs, at values of rate·R²,
gives Λ(rate·R²), the largest G/G_c of any flaw at any time over R, and the border R Λ(rate·R²) = 1 follows for every
rate by algebra. A slow run has stresses that go with the flux, σ ~ rate·R², so that K ~ rate·R^(5/2) and the border
falls as R ~ rate^(−2/5).

Λ is the larger one of two runs at constant current. The charge goes from an even content, that at which the cell is
assembled, to the cut-off; the discharge from an even content at the cut-off back. Their stresses have opposite signs
and open flaws at opposite places. Where properties are the same at all contents they are much alike: the slow border
of the surface is 4 % above that of the centre. A diffusivity that falls towards the cut-off is low all over the
particle where the discharge begins, but only at the surface where the charge ends, and the discharge can stress it much
more. Cycles that turn between the two contents are not looked at.

A run ends where the surface, which is ahead of the rest, reaches its end. Faster runs end so early that they stress
less again; the border is that of cycles at any rate up to the one that it is asked for, and so never rises: no rate
breaks particles below its end. Holding the voltage after a run that is faster than those is not in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.continuum.fracture.griffith import StressedSphere, worst_by_time
from atomscreen.continuum.particle.sphere import HOUR, Sphere, SphereHistory, charge_at_constant_rate
from atomscreen.core.errors import StageFailure, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SLOWEST: Final = 0.01
"""rate·R²/D of the slowest runs of a map, with the least diffusivity: their flux is the same at all times but the
first."""

STEP: Final = 1.5
"""Factor of rate·R² from one run of a map to the next."""

NOT_FAR: Final = 0.02
"""Share of its way that the mean content has gone where the surface ends the fastest run of a row."""

LARGEST_RADIUS: Final = 1e-3
"""Radius in m up to which particles are looked at."""

FASTEST_RATE: Final = 1000.0
"""C up to which rates are looked at."""

LEAST_DRIVE: Final = 1e-30
"""G/G_c over R, in 1/m, that stands for none in logarithms."""

_REFERENCE = 1e-6  # m: radius of the spheres that are solved; which one does not matter


@dataclass(frozen=True, eq=False)
class Cycles:
    """Contents of a sphere in rows of runs, from so slow that its flux is steady to so fast that ions never get far.

    Attributes
    ----------
    groups
        rate·R² in C·m², rising, shape (n,).
    charges
        From the assembled content to the farthest cut-off, at the first of the groups.
    discharges
        Back to the assembled content, by the cut-off that they start from, each at the first of the groups.
    """

    groups: Array
    charges: tuple[SphereHistory, ...]
    discharges: Mapping[float, tuple[SphereHistory, ...]]

    def with_diffusivity(self, factor: float) -> Cycles:
        """Return the cycles of a diffusivity that is a factor times this one at all contents: the same, but faster."""
        return replace(self, groups=factor * self.groups)


@dataclass(frozen=True, eq=False)
class FractureMap:
    """Which particles break, at which rates.

    Attributes
    ----------
    groups
        rate·R² in C·m², rising, shape (n,).
    cutoffs
        Contents at which cycles turn, shape (m,).
    drives
        Largest G/G_c over R, in 1/m, of charge and discharge up to the group, shape (n, m).
    """

    groups: Array
    cutoffs: tuple[float, ...]
    drives: Array

    def critical_radius(self, c_rate: float, cutoff: float) -> float:
        """Return the largest radius in m of particles in which no flaw grows in a cycle at any rate up to one.

        It is infinite where nothing breaks up to :data:`LARGEST_RADIUS`: what makes so little stress is not known to
        a number.

        Raises
        ------
        UsageError
            For a rate that is not positive, or a cut-off that the map is not of.
        """
        if not c_rate > 0:
            raise UsageError(f"a cycle has a positive rate, not {c_rate:g} C")
        drives = self._drives(cutoff)
        rates = np.log(self.groups * drives**2)
        # Below the slowest runs the border is the power law of steady fluxes.
        slower = min(0.0, np.log(c_rate) - rates[0])
        radius = float(np.exp(np.interp(np.log(c_rate), rates, -np.log(drives)) - 0.4 * slower))
        return radius if radius <= LARGEST_RADIUS else math.inf

    def safe_rate(self, radius: float, cutoff: float) -> float:
        """Return the highest rate in C up to which no flaw grows in particles of a radius in m.

        It is infinite where nothing breaks up to :data:`FASTEST_RATE`.

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
            return math.inf
        slower = min(0.0, wanted - np.log(drives[0]))
        group = float(np.exp(np.interp(wanted, np.log(drives), np.log(self.groups)) + slower / 2))
        rate = group / radius**2
        return rate if rate <= FASTEST_RATE else math.inf

    def _drives(self, cutoff: float) -> Array:
        if cutoff not in self.cutoffs:
            raise UsageError(f"the map has no cut-off {cutoff:g}; it has {', '.join(f'{c:g}' for c in self.cutoffs)}")
        return np.asarray(self.drives[:, self.cutoffs.index(cutoff)])


def solved_cycles(electrode: Electrode, cutoffs: Sequence[float], temperature: float = 298.15) -> Cycles:
    """Return the cycles of a sphere that is charged from where its cell is assembled to cut-offs, and back.

    Parameters
    ----------
    electrode
        The material; it must not separate into phases.
    cutoffs
        Contents at which cycles turn.
    temperature
        In K.

    Raises
    ------
    UsageError
        For no cut-off, or one that is no content or that a charge starts from.
    StageFailure
        For an electrode whose phases separate: diffusion does not describe its particles. Where a run is not solved.
    """
    start = electrode.assembled_content
    if not cutoffs or any(not 0 <= cutoff <= 1 or cutoff == start for cutoff in cutoffs):
        raise UsageError(f"a charge from content {start:g} ends at another one between 0 and 1")
    if electrode.phase_separating:
        raise StageFailure(
            f"two phases coexist in {electrode.formula} at most contents: fronts move in its particles, and no map of "
            "diffusion describes them"
        )
    farthest = max(cutoffs, key=lambda cutoff: abs(cutoff - start))
    sphere = Sphere(electrode, _REFERENCE, temperature)
    least = float(sphere.transport.diffusivity(np.linspace(start, farthest, 201)).min())
    slowest = SLOWEST * HOUR * least
    charges = _row(sphere, slowest, start, farthest)
    discharges = {cutoff: _row(sphere, slowest, cutoff, start) for cutoff in cutoffs}
    longest = max(len(row) for row in (charges, *discharges.values()))
    return Cycles(slowest * STEP ** np.arange(longest), charges, discharges)


def fracture_map(electrode: Electrode, fracture_energy: Curve, cycles: Cycles) -> FractureMap:
    """Return the map of an electrode.

    Parameters
    ----------
    electrode
        The material.
    fracture_energy
        In J/m² against content.
    cycles
        Of an electrode of the same diffusivity, and assembled at the same content; stresses are this electrode's own.
    """
    start, cutoffs, count = electrode.assembled_content, tuple(cycles.discharges), len(cycles.groups)
    charged = _drives(cycles.charges, electrode, fracture_energy, start, cutoffs, count)
    discharged = [
        _drives(row, electrode, fracture_energy, cutoff, (start,), count) for cutoff, row in cycles.discharges.items()
    ]
    # What a fast run at the end of a row no longer reaches, slower ones before it have.
    drives = np.maximum.accumulate(np.maximum(charged, np.hstack(discharged)), axis=0)
    return FractureMap(cycles.groups, cutoffs, np.maximum(drives, LEAST_DRIVE))


def _row(sphere: Sphere, slowest: float, start: float, end: float) -> tuple[SphereHistory, ...]:
    """Return runs from one content to another, from the slowest rate·R² on until ions no longer get far."""
    row: list[SphereHistory] = []
    gone = 1.0
    while gone > NOT_FAR:
        c_rate = slowest * STEP ** len(row) / sphere.radius**2
        row.append(charge_at_constant_rate(sphere, c_rate, start, end))
        gone = float((row[-1].mean_contents[-1] - start) / (end - start))
    return tuple(row)


def _drives(
    row: Sequence[SphereHistory],
    electrode: Electrode,
    fracture_energy: Curve,
    start: float,
    ends: Sequence[float],
    count: int,
) -> Array:
    """Return the largest G/G_c over R of each run until its surface is at each of the ends, shape (count, n_ends).

    It is 0 beyond the end of the row.
    """
    found = np.zeros((count, len(ends)))
    for largest, history in zip(found, row, strict=False):
        worst = worst_by_time(StressedSphere.of_history(electrode, history), electrode, fracture_energy)
        gone = np.abs(history.surface_contents - start)
        for place, way in enumerate(abs(end - start) for end in ends):
            until = max(float(worst[gone <= way].max()), float(np.interp(way, gone, worst)))
            largest[place] = until / history.radius
    return found
