"""Where the ions are, on a grid; at which density their paths percolate, and the free energy that they must climb."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import UsageError
from atomscreen.core.files import written
from atomscreen.core.units import registry
from atomscreen.properties.pathways.grid_percolation import grid_counts, percolation_levels
from atomscreen.properties.transport.host_frame import HostFrame, host_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    from atomscreen.interatomic.dynamics.trajectory import Trajectory

    Array = NDArray[Any]


@dataclass(frozen=True)
class PercolationBarrier:
    """What an ion must climb to go on for ever in some dimensions, by the density it leaves.

    Attributes
    ----------
    dimensions
        1, 2 or 3.
    density
        The highest density in Å⁻³ of an isosurface that percolates so; ``None`` where no ion was ever in between.
    free_energy
        k_B T ln(p_max/p) in eV; where nothing percolates that of one ion seen once, a lower bound.
    uncertainty
        Standard uncertainty in eV by the number of times an ion was seen at that density; frames that are not
        independent make it larger. ``None`` for a bound.
    """

    dimensions: int
    density: float | None
    free_energy: float
    uncertainty: float | None

    @property
    def bound(self) -> bool:
        """Whether ``free_energy`` is a lower bound."""
        return self.density is None


@dataclass(frozen=True, eq=False)
class ProbabilityDensity:
    """Mean number density of one kind of ion on a grid over the cell.

    Attributes
    ----------
    density
        In Å⁻³, shape (a, b, c), means over boxes along the cell's axes; their integral is the number of ions.
    frame
        The paths that it is made from, with the host's mean positions.
    ion
        The element.
    """

    density: Array
    frame: HostFrame
    ion: str

    def percolation(self, temperature: float) -> tuple[PercolationBarrier, PercolationBarrier, PercolationBarrier]:
        """Return the barriers of free energy along the ions' paths in one, two and three dimensions.

        F = −k_B T ln(p/p_max) is the potential of mean force of one ion among the others at this temperature. A path is
        as wide as the boxes are: along a line to be compared with an energy's saddle, a box must be smaller than the
        saddle is wide.

        Parameters
        ----------
        temperature
            Of the run, in K.

        Raises
        ------
        UsageError
            Where the temperature is not positive.
        """
        if not temperature > 0:
            raise UsageError(f"the temperature is {temperature} K; it must be positive")
        thermal = float(registry().Quantity(temperature, "K * boltzmann_constant").to("eV").magnitude)
        once = self.density.size / self.frame.volume / len(self.frame.ions)  # of an ion seen once in a box
        highest = float(self.density.max())

        def barrier(dimensions: int, level: float) -> PercolationBarrier:
            if level <= 0:
                return PercolationBarrier(dimensions, None, thermal * math.log(highest / once), None)
            spread = thermal * math.sqrt(once / level + once / highest)
            return PercolationBarrier(dimensions, level, thermal * math.log(highest / level), spread)

        one, two, three = (-level for level in percolation_levels(-self.density))
        return barrier(1, one), barrier(2, two), barrier(3, three)

    def host(self) -> Structure:
        """Return the mean structure of the host, in the cell of the grid."""
        from pymatgen.core import Lattice, Structure

        return Structure(Lattice(self.frame.lattice), self.frame.host_symbols, self.frame.host, to_unit_cell=True)


def probability_density(trajectory: Trajectory, ion: str, *, spacing: float = 0.25) -> ProbabilityDensity:
    """Count where an ion is, relative to its host, on a grid over the cell.

    Own code: ProbabilityDensityAnalysis of pymatgen-analysis-diffusion goes through every ion of every frame in Python,
    makes the last box along each axis smaller than the others, and does not look at percolation.

    Parameters
    ----------
    trajectory
        The run, equilibrated.
    ion
        Element that moves.
    spacing
        Largest edge of a box, in Å.

    Raises
    ------
    UsageError
        For a spacing that is not positive, or an ion that is not there.
    """
    from pymatgen.core import Lattice

    if not spacing > 0:
        raise UsageError(f"the spacing of the grid is {spacing} Å; it must be positive")
    frame = host_frame(trajectory, ion)
    shape = grid_counts(Lattice(frame.lattice), spacing)
    # The first box is centred on the origin, where crystals have sites: modulo after rounding closes the cell.
    boxes = np.rint(frame.ions.reshape(-1, 3) * shape).astype(int) % shape
    counts = np.bincount(np.ravel_multi_index(tuple(boxes.T), shape), minlength=math.prod(shape))
    density = counts.reshape(shape) / len(frame.ions) / (frame.volume / math.prod(shape))
    return ProbabilityDensity(density, frame, ion)


def is_density_file(path: Path) -> bool:
    """Say whether :func:`write_density` knows the format of a file by its name."""
    return path.suffix in (".cube", ".vasp") or path.name.startswith("CHGCAR")


def write_density(density: ProbabilityDensity, path: Path) -> None:
    """Write a density with its host for a viewer such as VESTA.

    A name that ends with ``.cube`` gets a Gaussian cube, one that ends with ``.vasp`` or begins with CHGCAR the format
    of VASP's charge densities. As the formats have it, the cube's numbers are densities in Å⁻³, the other's densities
    times the cell's volume.

    Raises
    ------
    UsageError
        For another name, or a file that cannot be written.
    """
    if not is_density_file(path):
        raise UsageError(f"'{path.name}' is no name of a density file: it ends with .cube or .vasp")
    if path.suffix == ".cube":
        from ase.io.cube import write_cube

        with written(path) as file:
            comment = f"number density of {density.ion} in 1/angstrom^3"
            write_cube(file, density.host().to_ase_atoms(), data=density.density, comment=comment)
    else:
        from pymatgen.io.vasp import Poscar

        with written(path) as file:
            file.write(Poscar(density.host(), comment=f"density of {density.ion}", sort_structure=True).get_str())
            file.write("\n" + " ".join(str(points) for points in density.density.shape) + "\n")
            for value in density.density.ravel(order="F") * density.frame.volume:
                file.write(f"{value:.6e}\n")
