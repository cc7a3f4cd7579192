"""A path of least energy as images along it: barrier, saddle, minima between, and what the spacing leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray

    Array = NDArray[Any]

MINIMUM_DEPTH = 0.02
"""eV that a dip on a path lies below both its sides to count as a minimum; less is a potential's roughness."""

_PER_INTERVAL = 50  # points of the interpolated energy between two images


@dataclass(frozen=True)
class MinimumEnergyPath:
    """The images of a converged band.

    Attributes
    ----------
    positions
        In Å, shape (images, atoms, 3), the ends among them.
    energies
        Of the cell in eV, shape (images,).
    forces
        Of the potential in eV/Å, shape (images, atoms, 3).
    numbers
        Atomic numbers, shape (atoms,).
    cell
        Rows in Å, shape (3, 3).
    largest_force
        That the band had left on an atom, in eV/Å.
    evaluations
        Of the potential, those of the ends' relaxation not included.
    steps
        Of the optimizer.
    mirrored
        Whether half of the images were made by symmetry.
    """

    positions: Array
    energies: Array
    forces: Array
    numbers: Array
    cell: Array
    largest_force: float
    evaluations: int
    steps: int
    mirrored: bool = False

    @property
    def saddle(self) -> int:
        """The image of highest energy: 0 or the last where the path only rises."""
        return int(np.argmax(self.energies))

    @property
    def barrier(self) -> float:
        """Energy of the saddle above the start, in eV."""
        return float(self.energies.max() - self.energies[0])

    @property
    def reverse_barrier(self) -> float:
        """Energy of the saddle above the end, in eV."""
        return float(self.energies.max() - self.energies[-1])

    @property
    def coordinates(self) -> Array:
        """Length of the path up to each image in Å, all atoms' displacements together, shape (images,)."""
        return np.concatenate([[0.0], np.cumsum(self._steps()[1])])

    def atoms(self, image: int) -> Atoms:
        """Return an image as ASE atoms, without calculator."""
        from ase import Atoms

        return Atoms(self.numbers, positions=self.positions[image], cell=self.cell, pbc=True)

    def profile(self) -> tuple[Array, Array]:
        """Return lengths in Å and energies in eV of a curve through the images' energies and slopes.

        The slope at an image is its force along the path, so that the cubic pieces between images (Hermite's) know
        twice as much as the energies alone.
        """
        from scipy.interpolate import CubicHermiteSpline

        coordinates = self.coordinates
        if coordinates[-1] == 0 or (np.diff(coordinates) == 0).any():
            return coordinates, self.energies
        curve = CubicHermiteSpline(coordinates, self.energies, self._slopes())
        last = len(coordinates) - 1
        dense = np.interp(np.arange(last * _PER_INTERVAL + 1) / _PER_INTERVAL, np.arange(last + 1), coordinates)
        return dense, curve(dense)

    @property
    def numerical_error(self) -> float:
        """Standard uncertainty of the barrier in eV from the finite number of images and the force left.

        How far the curve through energies and slopes rises above the highest image; that image climbed to the
        saddle, so anything above it is a second top between images, or a saddle not quite reached.
        """
        return float(self.profile()[1].max() - self.energies.max())

    @property
    def minima(self) -> tuple[float, ...]:
        """Energies above the start, in eV, of the minima between the ends: each makes the path two hops."""
        energies = self.profile()[1] - self.energies[0]
        dips = []
        lowest_since: float | None = None
        top = energies[0]
        # A dip counts once the curve has risen again, by what it had fallen: walk and remember the last top and dip.
        for energy in energies:
            if lowest_since is None:
                top = max(top, energy)
                if top - energy >= MINIMUM_DEPTH and top > energies[0]:
                    lowest_since = energy
            else:
                lowest_since = min(lowest_since, energy)
                if energy - lowest_since >= MINIMUM_DEPTH:
                    dips.append(float(lowest_since))
                    top, lowest_since = energy, None
        return tuple(dips)

    def _steps(self) -> tuple[Array, Array]:
        """Return displacements (images − 1, atoms, 3) from image to image and their lengths."""
        steps = np.diff(self.positions, axis=0)
        return steps, np.linalg.norm(steps.reshape(len(steps), -1), axis=1)

    def _slopes(self) -> Array:
        """Return the energy's slope along the path at each image, in eV/Å."""
        steps, lengths = self._steps()
        units = steps / lengths[:, None, None]
        # The direction at an image: the mean of the straight lines to both neighbours, the nearer counting more.
        weights = 1 / lengths
        inner = (units[:-1] * weights[:-1, None, None] + units[1:] * weights[1:, None, None]) / (
            weights[:-1] + weights[1:]
        )[:, None, None]
        tangents = np.concatenate([units[:1], inner, units[-1:]])
        tangents = tangents / np.linalg.norm(tangents.reshape(len(tangents), -1), axis=1)[:, None, None]
        slopes: Array = -np.einsum("iaj,iaj->i", self.forces, tangents)
        return slopes
