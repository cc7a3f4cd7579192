"""Watchdogs of molecular dynamics: what makes a run worthless stops it, what makes it doubtful is said in a sentence.

Worthless is a run that explodes or whose framework melts; a :class:`StageFailure` says so. Doubtful is one in which a
part of the framework leaves its sites, bonds break for good, the energy drifts or the integration gains energy. The
framework is all that is not a mobile element.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from atomscreen.core.errors import StageFailure
from atomscreen.interatomic.dynamics.bonded_groups import bonded_groups, centroids

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray

    from atomscreen.interatomic.dynamics.trajectory import Trajectory

    Array = NDArray[np.float64]

# Far outside what a healthy run shows, soon reached by one that explodes.
HOTTEST = 3.0
"""Instantaneous over wanted temperature at which a run has exploded."""
ENERGY_JUMP = 1.0
"""Change of the potential energy, in eV/atom, at which it has; 3/2 k_B T at 3000 K is 0.39."""
CLOSEST = 0.5
"""Distance of two atoms over the sum of their covalent radii at which they are too close."""

MELTED = 0.25
"""Share of every framework element's atoms that left their sites, with the bonded group they belong to, at which the
framework has melted."""
NOTED_SHARE = 0.1
"""Share of one framework element's atoms that left their sites which is worth a warning."""
LARGEST_DISPLACEMENT = 2.0
"""Å from its site at which an atom has left it where the next site of its element is further than twice as much."""
BOND_STRETCH = 1.4
"""Mean length of a bond, over its first, at which it is broken."""
ENERGY_DRIFT = 5e-3
"""Change of the potential energy along the production, in eV/atom, which is worth a warning where it is significant."""
INTEGRATION_DRIFT = 1e-3
"""Change of the conserved energy, in eV/atom/ps, at which the time step is too long."""
WINDOW = 1.0
"""Time in ps over which positions are averaged before they are compared, so that vibrations do not count."""
_TEMPERATURE_ERROR = 0.05  # of the mean over the run, relative, beside its statistical error
_SIGNIFICANT = 4.0  # standard errors
_BOND = 1.2  # bonds are shorter than this times the sum of the covalent radii


class Watch:
    """What a run is watched for.

    Parameters
    ----------
    atoms
        As they start, on their sites.
    temperature
        The one wanted, in K.
    mobile
        Elements that do not belong to the framework.
    """

    def __init__(self, atoms: Atoms, temperature: float, mobile: Sequence[str]) -> None:
        self._temperature = temperature
        self._atoms = atoms.copy()
        self._start: Array = atoms.positions.copy()
        self._cell: Array = atoms.cell.array.copy()
        self._symbols = np.array(atoms.get_chemical_symbols())
        self._framework = ~np.isin(self._symbols, list(mobile))
        self._elements = sorted(set(self._symbols[self._framework].tolist()))
        self._reach = {element: _half_way(atoms, self._symbols == element) for element in self._elements}
        self._bonds = _bonds(atoms, self._framework)

    def refuse_explosion(self, when: float, temperature: float, energy: float, first_energy: float) -> None:
        """Stop a run that broke down or exploded.

        Parameters
        ----------
        when
            Time since the start, in ps.
        temperature
            Instantaneous, in K.
        energy, first_energy
            Potential energy now and at the start, in eV.
        """
        at = f"after {when:.2f} ps at {self._temperature:g} K"
        change = (energy - first_energy) / len(self._symbols)
        if not (math.isfinite(change) and math.isfinite(temperature)):
            raise StageFailure(f"the dynamics broke down {at}: energy or temperature is not a number")
        if temperature > HOTTEST * self._temperature:
            raise StageFailure(f"the dynamics exploded {at}: the temperature reached {temperature:.0f} K")
        if abs(change) > ENERGY_JUMP:
            raise StageFailure(f"the dynamics exploded {at}: the energy changed by {change:.1f} eV/atom")

    def refuse_overlap(self, when: float, atoms: Atoms) -> None:
        """Stop a run in which two atoms are nearer than chemistry allows; costs a list of neighbours."""
        from ase.data import covalent_radii
        from ase.neighborlist import neighbor_list

        # With one radius an atom, the list holds the pairs whose spheres overlap.
        first, second, distances = neighbor_list("ijd", atoms, CLOSEST * covalent_radii[atoms.numbers])
        if len(distances):
            nearest = distances.argmin()
            raise StageFailure(
                f"atoms came too close after {when:.2f} ps at {self._temperature:g} K: "
                f"{atoms.symbols[first[nearest]]}–{atoms.symbols[second[nearest]]} at {distances[nearest]:.2f} Å"
            )

    def refuse_melt(self, when: float, positions: Array) -> None:
        """Stop a run whose framework has melted, from mean positions in Å, shape (atoms, 3).

        An atom of a bonded group left its site where the group's centroid did: groups may turn on the spot.
        """
        groups = bonded_groups(self._atoms, positions[None], self._framework)
        shares = self._shares((self._start + centroids(positions - self._start, groups)[groups])[None])
        if shares and min(share[0] for share in shares.values()) > MELTED:
            moved = ", ".join(f"{100 * share[0]:.0f} % of {element}" for element, share in shares.items())
            raise StageFailure(
                f"the framework melted within {when:.2f} ps at {self._temperature:g} K: {moved} left their sites"
            )

    def refuse_wrong_temperature(self, temperatures: Array, correlation_time: float, spacing: float) -> None:
        """Refuse a run whose mean temperature is off by more than 5 % and four times its statistical error.

        Parameters
        ----------
        temperatures
            Of the frames, in K.
        correlation_time, spacing
            Of the kinetic energy, and between frames; in ps.
        """
        mean = float(temperatures.mean())
        # Kinetic energy of f degrees of freedom has a relative variance of 2/f.
        freedom = 3 * len(self._symbols) - 3
        independent = max(1.0, len(temperatures) * spacing / (2 * correlation_time))
        allowed = _TEMPERATURE_ERROR + _SIGNIFICANT * math.sqrt(2 / (freedom * independent))
        if abs(mean / self._temperature - 1) > allowed:
            raise StageFailure(
                f"the mean temperature is {mean:.0f} K where {self._temperature:g} K were wanted: not equilibrated"
            )

    def doubts(self, trajectory: Trajectory, integration_drift: float) -> tuple[str, ...]:
        """Return a sentence for all that makes a run doubtful.

        Parameters
        ----------
        trajectory
            Of the production.
        integration_drift
            Change of the conserved energy along it, in eV/atom/ps.
        """
        means, ends = _window_means(trajectory)
        found = [*self._moved(means, ends), *self._broken(means, ends)]
        if trajectory.energies is not None:
            found += _drifting(trajectory.energies / len(self._symbols), trajectory.duration)
        if abs(integration_drift) > INTEGRATION_DRIFT:
            found.append(
                f"The time step is too long at {self._temperature:g} K: the conserved energy changes by "
                f"{1000 * integration_drift:.1f} meV/atom in a picosecond."
            )
        return tuple(found)

    def _shares(self, positions: Array) -> dict[str, Array]:
        """Return by framework element the share of atoms off their sites, shape (windows,)."""
        if not self._elements:
            return {}
        displacements = positions - self._start
        displacements = displacements - displacements[:, self._framework].mean(axis=1, keepdims=True)
        distances = np.linalg.norm(displacements, axis=-1)
        return {
            element: (distances[:, self._symbols == element] > reach).mean(axis=1)
            for element, reach in self._reach.items()
        }

    def _moved(self, means: Array, ends: Array) -> list[str]:
        return [
            f"{100 * share[-1]:.0f} % of the framework's {element} left their sites by {ends[since]:.1f} ps of "
            f"production at {self._temperature:g} K and stayed away: rotating groups, exchange of sites, or melting."
            for element, share in self._shares(means).items()
            if (since := _since(share > NOTED_SHARE)) is not None
        ]

    def _broken(self, means: Array, ends: Array) -> list[str]:
        first, second, shifts, lengths = self._bonds
        # Of mean positions: shorter than the mean length where a group rotates, never longer.
        vectors = means[:, second] + shifts @ self._cell - means[:, first]
        broken = np.linalg.norm(vectors, axis=-1) > BOND_STRETCH * lengths
        kinds: dict[str, list[int]] = {}
        total: dict[str, int] = {}
        for bond, (one, other) in enumerate(zip(first, second, strict=True)):
            kind = "–".join(sorted((self._symbols[one], self._symbols[other])))
            total[kind] = total.get(kind, 0) + 1
            if (since := _since(broken[:, bond])) is not None:
                kinds.setdefault(kind, []).append(since)
        return [
            f"{len(times)} of {total[kind]} {kind} bonds broke for good at {self._temperature:g} K, the first by "
            f"{ends[min(times)]:.1f} ps of production."
            for kind, times in kinds.items()
        ]


def _half_way(atoms: Atoms, chosen: NDArray[np.bool_]) -> float:
    """Return half the distance in Å to the next site of an element, at most :data:`LARGEST_DISPLACEMENT`."""
    from ase.neighborlist import neighbor_list

    distances = neighbor_list("d", atoms[chosen], 2 * LARGEST_DISPLACEMENT)
    return float(distances.min()) / 2 if len(distances) else LARGEST_DISPLACEMENT


def _bonds(atoms: Atoms, framework: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64], Array, Array]:
    """Return first and second atom, image and length (Å) of the bonds between p-block elements and hydrogen."""
    from ase.data import covalent_radii
    from ase.neighborlist import neighbor_list
    from pymatgen.core import Element

    covalent = np.array([symbol == "H" or Element(symbol).block == "p" for symbol in atoms.get_chemical_symbols()])
    first, second, shifts, lengths = neighbor_list("ijSd", atoms, _BOND * covalent_radii[atoms.numbers])
    member = covalent & framework
    chosen = (first < second) & member[first] & member[second]
    return first[chosen], second[chosen], shifts[chosen].astype(float), lengths[chosen]


def _window_means(trajectory: Trajectory) -> tuple[Array, Array]:
    """Return mean positions in Å, shape (windows, atoms, 3), and when the windows end, in ps."""
    frames = len(trajectory.positions)
    size = min(frames, max(1, round(WINDOW / trajectory.frame_spacing)))
    windows = frames // size
    means: Array = trajectory.positions[: windows * size].reshape(windows, size, -1, 3).mean(axis=1)
    ends: Array = trajectory.frame_spacing * size * np.arange(1.0, windows + 1)
    return means, ends


def _since(wrong: NDArray[np.bool_]) -> int | None:
    """Return from which window on something is wrong up to the end; ``None`` where it is not at the end."""
    if not wrong[-1]:
        return None
    right = np.flatnonzero(~wrong)
    return int(right[-1]) + 1 if len(right) else 0


def _drifting(energies: Array, duration: float) -> list[str]:
    """Return a sentence where energies per atom, in eV, change along a run more than they scatter."""
    blocks = min(20, len(energies) // 10)
    if blocks < 5:
        return []
    means = np.array([part.mean() for part in np.array_split(energies, blocks)])
    (slope, _), covariance = np.polyfit((np.arange(blocks) + 0.5) / blocks, means, 1, cov=True)
    if abs(slope) < ENERGY_DRIFT or abs(slope) < _SIGNIFICANT * math.sqrt(covariance[0, 0]):
        return []
    return [
        f"The potential energy drifts by {1000 * slope:+.1f} ± {1000 * math.sqrt(covariance[0, 0]):.1f} meV/atom over "
        f"{duration:.3g} ps of production: not equilibrated, or a slow change of the structure."
    ]
