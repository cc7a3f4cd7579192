"""Site-energy picture: what one working ion has at its own sites and at empty ones, from a potential."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.interatomic.crystal_axes import SYMMETRY_PRECISION
from atomscreen.interatomic.crystal_symmetry import spglib_cell
from atomscreen.interatomic.optimizer import Limits, optimize
from atomscreen.interatomic.potentials import PotentialName, calculator, label, provenance, refuse_unknown_elements
from atomscreen.interatomic.relaxation import to_atoms
from atomscreen.interatomic.supercells import supercell
from atomscreen.properties.checkpoints import kept_array
from atomscreen.properties.migration.carrier_sites import standard_crystal
from atomscreen.properties.migration.empty_sites import voids
from atomscreen.properties.pathways.ionic_framework import refuse_without

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]

_MAX_STEPS = 100


@stage(needs={"relaxed", "working_ion"}, gives={"empty_site_energy", "occupied_site_energy_spread"})
def site_energies(
    candidate: Candidate,
    potential: PotentialName = "chgnet",
    min_width: Annotated[float, Unit("Å"), Field(gt=0)] = 10.0,
    max_voids: Annotated[int, Field(ge=1)] = 8,
    max_force: Annotated[float, Unit("eV/Å"), Field(gt=0)] = 0.05,
) -> Results:
    """Compare the energies that one working ion has at its distinct sites and at empty ones, the rest held fixed.

    Occupied sites: one ion is taken out at each symmetry-distinct site; the energies of what is left differ by what
    these sites bind an ion more or less strongly. The spread is the greatest less the least; with one distinct site
    it is 0. Empty sites: one more ion is put in the middle of each void and relaxes there, all other atoms held where
    they are in the relaxed structure. Taking an ion from its weakest site to the best empty one far away costs the sum
    of both, which is the energy of the empty site. As the rest does not give way it is too high for the energy of a
    defect: it ranks. Where both numbers are small the landscape is flat; nothing is known of the barriers in it.

    Parameters
    ----------
    potential
        The interatomic potential.
    min_width
        Least distance between opposite faces of the supercell, in Å.
    max_voids
        How many symmetry-distinct voids are tried, the widest first.
    max_force
        Force on the added ion, in eV/Å, below which it counts as relaxed.

    Raises
    ------
    StageFailure
        Where the working ion is not in the structure.
    """
    relaxed = candidate.structure("relaxed")
    ion = str(candidate.working_ion)
    refuse_without(ion, relaxed)
    refuse_unknown_elements(potential, relaxed)
    crystal = _with_orbits(standard_crystal(relaxed))
    sites = _Sites(crystal, ion, potential, min_width, max_force)
    removed = sites.removed()
    rest: dict[str, Any] = {"provenance": {**provenance(potential), "atoms": len(sites.structure)}}
    quantities = [
        Quantity(
            "occupied_site_energy_spread",
            max(removed) - min(removed),
            method=f"{label(potential)}, {len(removed)} distinct sites of {ion}, one ion taken out, rest fixed",
            **rest,
        )
    ]
    middles = voids(crystal)
    added = [sites.added(number, middle) for number, middle in enumerate(middles[:max_voids])]
    held = sorted(energy for energy in added if np.isfinite(energy))
    notes = []
    if len(middles) > max_voids:
        notes.append(f"Only the {max_voids} widest of {len(middles)} distinct voids were tried for empty sites.")
    if len(held) < len(added):
        notes.append(f"In {len(added) - len(held)} of {len(added)} voids another {ion} did not come to rest.")
    if not held:
        return Results(tuple(quantities), notes=(*notes, f"No empty site: no void holds another {ion}."))
    energies = [min(removed) + energy for energy in held]
    rest["provenance"] = {**rest["provenance"], "energies_eV": energies}
    method = f"{label(potential)}, {ion} from its weakest site to the best of {len(held)} voids, rest fixed"
    return Results((*quantities, Quantity("empty_site_energy", energies[0], method=method, **rest)), notes=tuple(notes))


def _with_orbits(crystal: Structure) -> Structure:
    """Return a crystal whose sites know the symmetry-equivalent set that they belong to."""
    import spglib

    data = spglib.get_symmetry_dataset(spglib_cell(crystal)[0], symprec=SYMMETRY_PRECISION)
    orbits = range(len(crystal)) if data is None else data.equivalent_atoms
    marked: Structure = crystal.copy(site_properties={"orbit": [int(orbit) for orbit in orbits]})
    return marked


@dataclass
class _Sites:
    """A crystal's working ions in a supercell, out of which one is taken, or into which one more is put."""

    crystal: Structure
    ion: str
    potential: str
    min_width: float
    max_force: float

    def __post_init__(self) -> None:
        self.structure = supercell(self.crystal, self.min_width)

    @functools.cached_property
    def _full(self) -> float:
        return self._energy()

    def removed(self) -> list[float]:
        """Return what it costs to take out an ion, in eV, for each distinct site."""
        ions = np.array([index for index, site in enumerate(self.structure) if site.specie.symbol == self.ion])
        _, first = np.unique(np.array(self.structure.site_properties["orbit"])[ions], return_index=True)

        def energies() -> Array:
            return np.array([self._energy(without=int(ions[at])) for at in first]) - self._full

        return [float(energy) for energy in kept_array("removed", energies)]

    def added(self, number: int, middle: Array) -> float:
        """Return what it costs to put an ion into a void, in eV; not a number where it does not come to rest."""
        return float(kept_array(f"void{number}", lambda: np.array(self._relaxed_ion(middle) - self._full)))

    def _relaxed_ion(self, middle: Array) -> float:
        from ase import Atom
        from ase.constraints import FixAtoms

        atoms = to_atoms(self.structure)
        atoms.set_constraint(FixAtoms(range(len(atoms))))
        atoms.append(Atom(self.ion, self.crystal.lattice.get_cartesian_coords(middle)))
        atoms.calc = calculator(self.potential)
        try:
            optimize(atoms, Limits(max_force=self.max_force, max_steps=_MAX_STEPS, cell=False))
        except StageFailure:
            return float("nan")
        return float(atoms.get_potential_energy())

    def _energy(self, without: int | None = None) -> float:
        atoms = to_atoms(self.structure)
        if without is not None:
            del atoms[without]
        atoms.calc = calculator(self.potential)
        return float(atoms.get_potential_energy())
