"""Strain of an electrode's lattice as tensor against content, and the concentration of ions in the full material."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import convert
from atomscreen.core.vocabulary import ELECTRODES, structure_kind
from atomscreen.interatomic.crystal_symmetry import primitive_cell, standard_orientation

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]

LARGEST_STRAIN = 0.25
"""Largest component of strain with which a cell still counts as a strained supercell of the full one."""


def lattice_strain(full: Array, other: Array) -> Array | None:
    """Return the strain of :func:`lattice_deformation` alone, or ``None``."""
    found = lattice_deformation(full, other)
    return None if found is None else found[0]


def lattice_deformation(full: Array, other: Array) -> tuple[Array, Array] | None:
    """Return strain and turn of a lattice against another, from the polar decomposition of the deformation gradient.

    Parameters
    ----------
    full
        Vectors of the unstrained cell, rows in Å, shape (3, 3).
    other
        Vectors of a strained, perhaps turned, supercell of it.

    Returns
    -------
    tuple or None
        Strain U − 1, U the symmetric stretch, (3, 3) in the axes of ``full``; and the rotation (3, 3) that takes
        Cartesian vectors of ``other`` to those axes. ``None`` where ``other`` is no slightly strained supercell of it.
    """
    supercell = _supercell(full, other)
    if not _copies(supercell):
        return None
    gradient = np.linalg.inv(supercell @ full) @ other  # rows: x' = x F
    left, stretches, right = np.linalg.svd(gradient)
    strain: Array = left @ np.diag(stretches) @ left.T - np.eye(3)
    return (strain, left @ right) if np.abs(strain).max() < LARGEST_STRAIN else None


def _supercell(full: Array, other: Array) -> Array:
    """Return the whole numbers (3, 3) of which ``other`` is that supercell of ``full``, but for its strain."""
    whole: Array = np.rint(other @ np.linalg.inv(full))
    return whole


def _copies(supercell: Array) -> int:
    return abs(round(float(np.linalg.det(supercell))))


def deviatoric_norm(strain: Array) -> float:
    """Return √(ε':ε') of a strain (3, 3), ε' its deviatoric part."""
    return float(np.linalg.norm(strain - np.trace(strain) / 3 * np.eye(3)))


@stage(
    needs={"intercalated", "working_ion"},
    roles=ELECTRODES,
    cost="light",
    gives={"insertion_strain", "insertion_strain_deviatoric", "maximum_ion_concentration"},
)
def insertion_strain(candidate: Candidate) -> Results:
    """Give the strain tensor of the lattice against content, from the full material, and the concentration there.

    The strain is U − 1 with U the right stretch of the full lattice's deformation: turns do not count. Its axes are the
    standard axes (IRE 1949) of the full crystal, those of its elastic tensor.

    Parameters
    ----------
    candidate
        The electrode with its relaxed structures at several contents, the full one among them.

    Returns
    -------
    Results
        ``insertion_strain`` and ``insertion_strain_deviatoric`` at each content, ``maximum_ion_concentration``. A
        content whose host is another lattice than the full one has no strain; a note says so.
    """
    by_content = {
        float(name.partition("@")[2]): structure
        for name, structure in candidate.structures.items()
        if structure_kind(name) == "intercalated"
    }
    if 1.0 not in by_content:
        raise StageFailure(f"{candidate.formula} has no relaxed structure with all its ions in, to which strain refers")
    full, ion = by_content[1.0], str(candidate.working_ion)
    turn = to_standard_axes(full)
    quantities = [_concentration(full, ion)]
    strange: list[str] = []
    for content, structure in sorted(by_content.items()):
        strain = lattice_strain(full.lattice.matrix, structure.lattice.matrix)
        if strain is None or not _same_host(full, structure, ion):
            strange.append(f"{content:g}")
            continue
        quantities += _strains(turn @ strain @ turn.T, content)
    notes = (
        (f"No strain at ion content {', '.join(strange)}: the host there is no strained supercell of the full one.",)
        if strange
        else ()
    )
    return Results(tuple(quantities), notes=notes)


def to_standard_axes(crystal: Structure) -> Array:
    """Return the rotation (3, 3) from a cell's own Cartesian axes to the standard ones (IRE 1949)."""
    cell = primitive_cell(crystal)
    turned = standard_orientation(cell)
    rotation: Array = (np.linalg.inv(cell.lattice.matrix) @ turned.lattice.matrix).T
    return rotation


def _same_host(full: Structure, other: Structure, ion: str) -> bool:
    """Say whether a cell has as many host atoms for its supercell as the full one."""
    copies = _copies(_supercell(full.lattice.matrix, other.lattice.matrix))
    hosts = [sum(site.specie.symbol != ion for site in cell) for cell in (full, other)]
    return bool(hosts[1] == copies * hosts[0])


def _concentration(full: Structure, ion: str) -> Quantity:
    ions = sum(site.specie.symbol == ion for site in full)
    value = convert(ions / float(full.volume), "1/(avogadro_constant * Å^3)", "mol/L")
    return Quantity("maximum_ion_concentration", value, method="ions over volume of the relaxed full cell")


def _strains(strain: Array, content: float) -> list[Quantity]:
    conditions, method = {"ion_content": content}, "relaxed cells, stretch of the full lattice"
    return [
        Quantity("insertion_strain", strain.tolist(), conditions=conditions, method=method),
        Quantity("insertion_strain_deviatoric", deviatoric_norm(strain), conditions=conditions, method=method),
    ]
