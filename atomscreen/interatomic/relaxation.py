"""Relaxation of cell and positions with an interatomic potential, to stated limits of force and stress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure, StructureRefused
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.interatomic.crystal_axes import conventional_axes, conventional_cell, strained_axes
from atomscreen.interatomic.optimizer import LARGEST_VOLUME_CHANGE, Limits, largest_force, largest_stress, optimize
from atomscreen.interatomic.potentials import (
    PotentialName,
    calculator,
    label,
    model_uncertainty,
    provenance,
    refuse_unknown_elements,
)
from atomscreen.sources.checks import refuse_unusable

if TYPE_CHECKING:
    from ase import Atoms
    from pymatgen.core import Structure

NOTED_VOLUME_CHANGE = 20.0
"""Percent; DFT's own error is a few, so more than this in relaxation is worth a note."""

SHAKE_SEED = 0
"""Of the random displacements of a shaken structure."""

SADDLE_DEPTH = 1e-3
"""eV/atom by which a shaken structure must end lower to count as another one; learned surfaces are rough below it."""


@dataclass(frozen=True)
class Relaxation:
    """A relaxed structure and how well it is relaxed.

    Attributes
    ----------
    structure
        Sites in the order of the input.
    energy
        Potential energy of the cell in eV.
    max_force
        Largest force on an atom in eV/Å.
    max_stress
        Largest component of the stress in GPa.
    steps
        Steps of the optimizer.
    """

    structure: Structure
    energy: float
    max_force: float
    max_stress: float
    steps: int


def relax_structure(
    structure: Structure,
    potential: str = "chgnet",
    *,
    max_force: float = 0.03,
    max_steps: int = 500,
    cell: bool = True,
    max_volume_change: float = LARGEST_VOLUME_CHANGE,
) -> Relaxation:
    """Relax the positions of a structure and, unless told otherwise, its cell.

    Parameters
    ----------
    structure
        An ordered structure.
    potential
        A name of the potential registry.
    max_force
        Largest force on any atom, in eV/Å, of a relaxed structure.
    max_steps
        Steps after which the relaxation counts as failed.
    cell
        Whether the cell relaxes too, until no component of the stress is above 0.05 GPa.
    max_volume_change
        Fraction of the first volume by which it may change before the structure counts as fallen apart. Layers that
        only van der Waals forces hold, such as those of CoO2, drift apart with potentials that have none.

    Returns
    -------
    Relaxation
        The relaxed structure, with energy, remaining force and stress.

    Raises
    ------
    StructureRefused
        For partial occupancies, overlapping atoms, or an element that the potential does not know.
    StageFailure
        Where the limits are not met within ``max_steps``, or the structure falls apart.
    """
    refuse_unusable(structure)
    refuse_unknown_elements(potential, structure)
    atoms = to_atoms(structure)
    atoms.calc = calculator(potential)
    try:
        steps = optimize(atoms, Limits(max_force, max_steps, cell, max_volume_change))
    except NotImplementedError as problem:  # how ase's own calculators refuse an element
        raise StructureRefused(
            f"the potential '{potential}' cannot do {structure.reduced_formula}: {problem}"
        ) from None
    return Relaxation(
        structure=_moved(structure, atoms),
        energy=float(atoms.get_potential_energy()),
        max_force=largest_force(atoms),
        max_stress=largest_stress(atoms),
        steps=steps,
    )


def leave_saddle(
    found: Relaxation, potential: str, shake: float, *, max_force: float, max_steps: int, max_volume_change: float
) -> Relaxation:
    """Shake a relaxed structure, relax it again, and return the lower of the two; the given one where they are alike.

    A relaxation keeps the symmetry it starts with, so that a Jahn–Teller crystal drawn undistorted, or lithium drawn
    on the site between its own, ends on a saddle: a structure that no real crystal has.

    Parameters
    ----------
    found
        A relaxed structure.
    potential
        The potential that relaxed it.
    shake
        Standard deviation in Å of the random displacements; the cell's edges are strained by as much.
    max_force, max_steps, max_volume_change
        As for :func:`relax_structure`.

    Raises
    ------
    StageFailure
        Where the shaken structure does not relax.
    """
    random = np.random.default_rng(SHAKE_SEED)
    start = found.structure
    strain = random.normal(scale=shake / start.volume ** (1 / 3), size=(3, 3))
    displaced = start.frac_coords + start.lattice.get_fractional_coords(
        random.normal(scale=shake, size=(len(start), 3))
    )
    shaken = type(start)(
        start.lattice.matrix @ (np.eye(3) + (strain + strain.T) / 2),
        start.species,
        displaced,
        site_properties=start.site_properties,
    )
    other = relax_structure(
        shaken, potential, max_force=max_force, max_steps=max_steps, max_volume_change=max_volume_change
    )
    return other if found.energy - other.energy > SADDLE_DEPTH * len(start) else found


@stage(
    gives={
        "relaxed",
        "energy_per_atom",
        "lattice_a",
        "lattice_b",
        "lattice_c",
        "volume_per_atom",
        "density",
        "space_group",
        "relaxation_volume_change",
    },
    version=2,
)
def relax(
    candidate: Candidate,
    potential: PotentialName = "chgnet",
    max_force: Annotated[float, Unit("eV/Å"), Field(gt=0)] = 0.03,
    max_steps: Annotated[int, Field(gt=0)] = 500,
    max_volume_change: Annotated[float, Unit("percent"), Field(gt=0)] = 100.0,
    shake: Annotated[float, Unit("Å"), Field(ge=0)] = 0.0,
) -> Results:
    """Relax cell and positions of the input structure; lattice parameters are those of the conventional cell.

    Parameters
    ----------
    candidate
        The candidate; its input structure is relaxed.
    potential
        The interatomic potential.
    max_force
        Largest force left on any atom, in eV/Å; the stress left is at most 0.05 GPa.
    max_steps
        Steps of the optimizer after which the stage fails.
    max_volume_change
        Change of volume, in percent, at which the structure counts as fallen apart and the stage fails. Molecular
        and layered crystals swell by tens of percent with potentials that have no dispersion forces; their energy is
        still of use, so the limit is wide, and a note says what happened from 20 percent on.
    shake
        Random displacement, in Å, of a second relaxation that begins at the end of the first: where it ends lower, the
        first was a saddle that only its symmetry held, and the lower structure is given. 0 is none; 0.03 finds
        Jahn–Teller distortions and misplaced ions, at about twice the time.
    """
    start = candidate.structure("input")
    limits: dict[str, Any] = {
        "max_force": max_force,
        "max_steps": max_steps,
        "max_volume_change": max_volume_change / 100,
    }
    relaxation = relax_structure(start, potential, **limits)
    a, b, c, space_group = conventional_cell(relaxation.structure)
    saddle_notes: tuple[str, ...] = ()
    if shake:
        symmetric = relaxation.structure
        relaxation, saddle_notes = _off_saddle(relaxation, potential, shake, limits)
        # On the axes that it had before, so that a small distortion does not swap one conventional cell for another.
        a, b, c = strained_axes(conventional_axes(symmetric), symmetric, relaxation.structure)
        space_group = conventional_cell(relaxation.structure)[3]
    relaxed = relaxation.structure
    values = {
        "energy_per_atom": relaxation.energy / len(relaxed),
        "lattice_a": a,
        "lattice_b": b,
        "lattice_c": c,
        "volume_per_atom": relaxed.volume / len(relaxed),
        "density": float(relaxed.density),
        "space_group": space_group,
        "relaxation_volume_change": 100 * (relaxed.volume / start.volume - 1),
    }
    origin: dict[str, Any] = {
        **provenance(potential),
        "max_force": relaxation.max_force,
        "max_stress": relaxation.max_stress,
        "steps": relaxation.steps,
        **({"shake": f"{shake:g} Å", "shake_seed": SHAKE_SEED} if shake else {}),
    }
    method = label(potential)
    return Results(
        quantities=tuple(
            Quantity(name, value, model_uncertainty(potential, name, value), method=method, provenance=origin)
            for name, value in values.items()
        ),
        structures={"relaxed": relaxed},
        notes=(*_swelling_note(values["relaxation_volume_change"], method), *saddle_notes),
    )


def _off_saddle(
    found: Relaxation, potential: str, shake: float, limits: dict[str, Any]
) -> tuple[Relaxation, tuple[str, ...]]:
    """Return the lower of a structure and its shaken self, and a note where they differ or nobody knows."""
    try:
        lower = leave_saddle(found, potential, shake, **limits)
    except StageFailure as problem:
        return found, (
            f"Whether the relaxed structure is a saddle is not known: shaken, it did not relax ({problem}).",
        )
    if lower is found:
        return found, ()
    gain = 1000 * (found.energy - lower.energy) / len(found.structure)
    return lower, (
        f"The structure relaxed with the input's symmetry (space group {conventional_cell(found.structure)[3]}) is "
        f"a saddle: shaken by {shake:g} Å it relaxes to one {gain:.1f} meV/atom lower, which is given.",
    )


def _swelling_note(change: float, method: str) -> tuple[str, ...]:
    if abs(change) < NOTED_VOLUME_CHANGE:
        return ()
    return (
        f"{method} changes the volume by {change:.0f} % in relaxation: it does not hold this structure as it is known, "
        "and what is computed from the relaxed one tells of the potential more than of the material.",
    )


def to_atoms(structure: Structure) -> Atoms:
    """Return the bare ASE atoms of a structure: symbols, positions, cell, periodic."""
    from ase import Atoms

    return Atoms(
        [site.specie.symbol for site in structure],
        positions=structure.cart_coords,
        cell=structure.lattice.matrix,
        pbc=True,
    )


def _moved(structure: Structure, atoms: Atoms) -> Structure:
    """Return a structure with the species and properties it has and the cell and positions of the atoms."""
    from pymatgen.core import Structure

    return Structure(
        atoms.cell.array,
        structure.species,
        atoms.positions,
        coords_are_cartesian=True,
        site_properties=structure.site_properties,
    )
