"""What an analysis can tell beside diffusivities: van Hove functions, the ions' density, and occupancies of sites."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atomscreen.core.errors import UsageError
from atomscreen.properties.transport.probability_density import is_density_file, probability_density, write_density
from atomscreen.properties.transport.site_occupancy import site_occupancies, write_occupancies
from atomscreen.properties.transport.van_hove import van_hove, write_van_hove

if TYPE_CHECKING:
    from pymatgen.core import Structure

    from atomscreen.interatomic.dynamics.trajectory import Trajectory


@dataclass(frozen=True)
class IonPathFiles:
    """The files that are wanted of an analysis; ``None`` is not wanted.

    Attributes
    ----------
    van_hove
        Gets both parts of the van Hove function, comma-separated.
    density
        Gets the density of the ions: a name that ends with ``.cube`` or ``.vasp``.
    occupancies
        Gets the sites' occupancies, comma-separated.
    sites
        File of a crystal structure with the sites, which occupancies need: CIF, POSCAR, JSON.

    Raises
    ------
    UsageError
        For occupancies without sites, the other way round, or another ending of the density's file.
    """

    van_hove: Path | None = None
    density: Path | None = None
    occupancies: Path | None = None
    sites: Path | None = None

    def __post_init__(self) -> None:
        if (self.occupancies is None) != (self.sites is None):
            raise UsageError("occupancies need both: a file to write, and a structure file with the sites")
        if self.density is not None and not is_density_file(self.density):
            raise UsageError(f"'{self.density.name}' is no name of a density file: it ends with .cube or .vasp")


def write_ion_paths(trajectory: Trajectory, ion: str, temperature: float | None, files: IonPathFiles) -> dict[str, Any]:
    """Write the files that are wanted, and return what of them fits into a few lines.

    Parameters
    ----------
    trajectory
        The run, equilibrated.
    ion
        Element that moves.
    temperature
        Of the run in K, which turns densities into free energies; ``None`` where it is not known.
    files
        What is wanted.

    Returns
    -------
    dict
        Plain data. With a density and a temperature ``percolation``: the free energy in eV at which the density
        percolates in 1, 2 and 3 dimensions (``bound`` is ``"lower"`` where no ion was ever on the way). With
        occupancies ``orbits``: occupancy and residence time (``bound`` likewise, where no ion ever left), and
        ``share_between_sites``.

    Raises
    ------
    UsageError
        For sites that do not fit the trajectory, or a file that cannot be read or written.
    """
    found: dict[str, Any] = {}
    if files.van_hove is not None:
        write_van_hove(van_hove(trajectory, ion), files.van_hove)
    if files.density is not None:
        density = probability_density(trajectory, ion)
        write_density(density, files.density)
        if temperature is not None:
            found["percolation"] = [
                {
                    "dimensions": barrier.dimensions,
                    "free_energy_eV": barrier.free_energy,
                    "uncertainty_eV": barrier.uncertainty,
                    "density_per_cubic_angstrom": barrier.density,
                    "bound": "lower" if barrier.bound else None,
                }
                for barrier in density.percolation(temperature)
            ]
    if files.occupancies is not None and files.sites is not None:
        found |= _occupancies(trajectory, ion, files.sites, files.occupancies)
    return found


def _occupancies(trajectory: Trajectory, ion: str, reference: Path, file: Path) -> dict[str, Any]:
    """Write occupancies of the sites in a structure file, and return their means over orbits."""
    sites = site_occupancies(trajectory, ion, _structure(reference))
    write_occupancies(sites, file)
    orbits = [
        {
            "wyckoff": orbit.wyckoff,
            "sites": orbit.sites,
            "occupancy": orbit.occupancy,
            "uncertainty": orbit.occupancy_uncertainty,
            "residence_time_ps": orbit.residence_time,
            "bound": "lower" if orbit.residence_time is not None and not orbit.departures else None,
        }
        for orbit in sites.orbits
    ]
    return {"orbits": orbits, "share_between_sites": sites.between}


def _structure(path: Path) -> Structure:
    """Return the structure of a file in the cell that it is written in, which a primitive one would turn."""
    import warnings

    from pymatgen.core import Structure

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pymatgen warns of every rounded coordinate
            return Structure.from_file(path, primitive=False)
    except Exception as problem:  # parsers raise whatever a broken file makes them trip over
        reason = " ".join(str(problem).split())[:160] or type(problem).__name__
        raise UsageError(f"'{path}' cannot be read as a crystal structure: {reason}") from None
