"""An electrode's crystal as solid mechanics sees it: stiffness and insertion strain as tensors against content.

All tensors are in one set of Cartesian axes, the standard ones (IRE 1949) of the full crystal, in SI units. Stiffness
is (6, 6) in Voigt order xx yy zz yz xz xy, as everywhere in atomscreen; programs for finite elements have orders of
their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.incomplete import HandoffIncomplete, lacks
from atomscreen.continuum.record import Entry, HandoffRecord
from atomscreen.interatomic.crystal_symmetry import point_group, primitive_cell, standard_orientation
from atomscreen.properties.intercalation.insertion_strain import lattice_deformation, to_standard_axes
from atomscreen.properties.mechanics.elastic_tensor import turned_stiffness

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]

NO_STRAIN: Final = 1e-6
"""Norm of a deviatoric strain below which it is rounding."""

SAME_CONTENT: Final = 1e-3
"""Difference below which contents are the same: those that are asked for are rounded."""

_ROUNDING = 1e-12

CRYSTAL_QUANTITIES = frozenset({"elastic_tensor", "insertion_strain"})
"""Quantities, at contents of working ions, without which nothing anisotropic is made of an electrode."""


@dataclass(frozen=True, eq=False)
class Crystal:
    """Stiffness and insertion strain of one electrode against content: linear between points, constant beyond them.

    Attributes
    ----------
    id, formula
        Of the material.
    stiffness
        By content, rising: (6, 6) in Pa, as calculated (no single-crystal stiffness is corrected for softness).
    strain
        By content, rising: (3, 3), of the stress-free lattice against that of the full material, 0 at content 1.
    sources
        How both were obtained.
    remarks
        What a reader should know of their limits.
    symmetry
        Rotations of the full crystal's point group, (n, 3, 3); the identity alone where nothing is known of it.
    """

    id: str
    formula: str
    stiffness: dict[float, Array]
    strain: dict[float, Array]
    sources: dict[str, str]
    remarks: tuple[str, ...] = ()
    symmetry: Array = field(default_factory=lambda: np.eye(3)[None])

    def stiffness_at(self, content: float) -> Array:
        """Return the stiffness (6, 6) in Pa."""
        return _interpolated(self.stiffness, content)

    def strain_at(self, content: float) -> Array:
        """Return the strain (3, 3) against the full material."""
        return _interpolated(self.strain, content)

    def strain_between(self, start: float, end: float) -> Array:
        """Return the strain (3, 3) of a lattice at one content against that at another, to first order."""
        return self.strain_at(end) - self.strain_at(start)

    def domain_strain_between(self, start: float, end: float) -> Array:
        """Return the strain (3, 3) between two contents, averaged over the full crystal's symmetry.

        An ordering of ions can shear the lattice. In a grain of many domains, each ordered along another of the
        directions that the full crystal does not tell apart, that averages out.
        """
        return self._over_domains(self.strain_between(start, end))

    def knows_strain(self, *contents: float) -> bool:
        """Return whether the strain is known at contents, or at others around them, so that none is held constant."""
        first, last = min(self.strain) - SAME_CONTENT, max(self.strain) + SAME_CONTENT
        return all(first <= content <= last for content in contents)

    @property
    def odd_axis(self) -> Array:
        """The unit vector (3,) along which the lattice strains most unlike the other two directions.

        It is the principal axis of the deviatoric insertion strain, at the content where that is greatest, whose value
        is the largest in magnitude: the c axis of layered hosts. The strain is averaged over the domains of an
        ordering, as in :meth:`domain_strain_between`, unless that leaves none.
        """
        strains = list(self.strain.values())
        largest = max((_deviatoric(self._over_domains(strain)) for strain in strains), key=np.linalg.norm)
        if np.linalg.norm(largest) < NO_STRAIN:
            largest = max((_deviatoric(strain) for strain in strains), key=np.linalg.norm)
        values, axes = np.linalg.eigh(largest)
        odd: Array = axes[:, np.argmax(np.abs(values))]
        return odd if odd[np.argmax(np.abs(odd))] > 0 else -odd

    def _over_domains(self, strain: Array) -> Array:
        averaged: Array = np.mean(self.symmetry @ strain @ self.symmetry.swapaxes(1, 2), axis=0)
        return averaged


def crystal_of(record: HandoffRecord) -> Crystal:
    """Return the crystal of an electrode's record.

    Raises
    ------
    HandoffIncomplete
        Where the record has no stiffness or no strain at contents of working ions, or not at two contents.
    """
    missing = [
        lacks(name, "at two contents of working ions" if name == "insertion_strain" else "at a content of working ions")
        for name in sorted(CRYSTAL_QUANTITIES)
        if len(record.by_content(name)) < (2 if name == "insertion_strain" else 1)
    ]
    if missing:
        raise HandoffIncomplete(record.material.id, "anisotropic mechanics", missing)
    structures = _structures(record)
    if 1.0 not in structures:
        missing = [lacks("intercalated", "at content 1, the structure whose axes tensors are in")]
        raise HandoffIncomplete(record.material.id, "anisotropic mechanics", missing)
    turns = _turns(structures)
    stiffness, nowhere = {}, []
    for content, entry in record.by_content("elastic_tensor").items():
        if (turn := turns.get(content)) is None:
            nowhere.append(f"{content:g}")
        else:
            stiffness[content] = turned_stiffness(np.array(entry.value), turn)
    if not stiffness:
        missing = [lacks("elastic_tensor", "in a lattice that is a strained one of the full crystal")]
        raise HandoffIncomplete(record.material.id, "anisotropic mechanics", missing)
    strains = record.by_content("insertion_strain")
    return Crystal(
        id=record.material.id,
        formula=record.material.formula,
        stiffness=stiffness,
        strain={content: _without_rounding(np.array(entry.value)) for content, entry in strains.items()},
        sources={
            "stiffness": _methods("elastic_tensor", record.by_content("elastic_tensor")),
            "strain": _methods("insertion_strain", strains),
        },
        remarks=tuple(_remarks(stiffness, strains, nowhere)),
        symmetry=point_group(standard_orientation(primitive_cell(structures[1.0]))),
    )


def _turns(structures: dict[float, Structure]) -> dict[float, Array]:
    """Return the rotations (3, 3) from the standard axes at each content to those of the full crystal.

    An ordering of ions can have another symmetry than the full crystal, and its standard axes then point elsewhere.
    """
    full = structures[1.0]
    to_full = to_standard_axes(full)
    turns = {}
    for content, structure in structures.items():
        if (found := lattice_deformation(full.lattice.matrix, structure.lattice.matrix)) is not None:
            turns[content] = to_full @ found[1] @ to_standard_axes(structure).T
    return turns


def _structures(record: HandoffRecord) -> dict[float, Structure]:
    """Return the relaxed structures by content."""
    from pymatgen.core import Structure

    return {
        float(name.partition("@")[2]): Structure.from_dict(data)
        for name, data in record.material.structures.items()
        if name.startswith("intercalated@")
    }


def _remarks(stiffness: dict[float, Array], strains: dict[float, Entry], nowhere: list[str]) -> list[str]:
    remarks = [
        "The stiffness of the crystal is as the potential has it: its softness is corrected in isotropic moduli only."
    ]
    if nowhere:
        remarks.append(f"The stiffness at content {', '.join(nowhere)} is left out: its axes are not known.")
    if between := [f"{x:g}" for x in strains if x not in stiffness and min(stiffness) < x < max(stiffness)]:
        remarks.append(f"There is no stiffness at content {', '.join(between)}: it is taken as between its neighbours.")
    for what, contents, beyond in (
        ("stiffness", list(stiffness), "beyond, what is known nearest is taken"),
        ("strain", list(strains), "nothing is made of contents beyond"),
    ):
        if min(contents) > 0 or max(contents) < 1:
            remarks.append(
                f"The {what} is known at contents from {min(contents):g} to {max(contents):g} only; {beyond}."
            )
    return remarks


def _methods(name: str, entries: dict[float, Entry]) -> str:
    return f"{name}: {'; '.join(dict.fromkeys(entry.method for entry in entries.values()))}"


def _interpolated(points: dict[float, Array], content: float) -> Array:
    contents, values = list(points), np.array(list(points.values()))
    flat = values.reshape(len(contents), -1)
    found: Array = np.array([np.interp(content, contents, column) for column in flat.T]).reshape(values.shape[1:])
    return found


def _without_rounding(strain: Array) -> Array:
    """Return a strain whose components that are nothing but rounding are 0."""
    cleaned: Array = np.where(np.abs(strain) < _ROUNDING, 0.0, strain)
    return cleaned


def _deviatoric(strain: Array) -> Array:
    deviatoric: Array = strain - np.trace(strain) / 3 * np.eye(3)
    return deviatoric
