"""The ends of an electrode: with all working ions, with none, and the metal that the ions come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure
from atomscreen.interatomic.potentials import provenance
from atomscreen.interatomic.relaxation import Relaxation, relax_structure
from atomscreen.properties.energies import cell_energy, common_origin
from atomscreen.properties.working_ion import gravimetric_capacity, ion_charge

if TYPE_CHECKING:
    from pymatgen.core import Composition, Structure

MAX_HOST_VOLUME_CHANGE = 40.0
"""A host that changes by more percent when its ions are taken out has fallen apart: it is not the charged electrode."""

MAX_SWELLING = 5.0
"""A host that swells by more percent when its ions are taken out has layers that drift apart: potentials learned from
functionals without dispersion hardly bind them, while real layered hosts do not swell when charged to the end."""

MAX_HELD_STRESS = 1.0
"""Stress in GPa up to which a host may be held in the cell of the full structure for a voltage: layers that drift apart
from there gain a few hundredths of an eV per ion (CoO2 with CHGNet: 0.05 eV)."""


@dataclass(frozen=True)
class EndMembers:
    """An electrode with and without its ions; energies in eV of each cell, of the metal per atom."""

    full: Structure
    empty: Structure
    full_energy: float
    empty_energy: float
    metal_energy: float
    ion: str
    charge: int
    given: bool = False
    """Whether the candidate brought the structure without ions."""
    held: bool = False
    """Whether the empty host had to be held in the cell of the full structure."""
    origin: Mapping[str, Any] = field(default_factory=dict)
    """What goes into the provenance of everything that follows from these energies."""

    @property
    def n_ions(self) -> float:
        """Ions in the full cell."""
        return float(self.full.composition[self.ion])

    @property
    def empty_cells(self) -> float:
        """Cells of the empty structure that make the host of one full cell."""
        return (len(self.full) - self.n_ions) / len(self.empty)

    @property
    def voltage(self) -> float:
        """Average voltage against the metal in V."""
        reaction = self.full_energy - self.empty_cells * self.empty_energy - self.n_ions * self.metal_energy
        return -reaction / (self.n_ions * self.charge)

    @property
    def volume_per_ion(self) -> float:
        """Volume that one ion takes in Å³."""
        return float((self.full.volume - self.empty_cells * self.empty.volume) / self.n_ions)

    @property
    def volume_change(self) -> float:
        """Change of volume when the ions leave, in percent of the full volume."""
        return -100 * self.volume_per_ion * self.n_ions / float(self.full.volume)

    @property
    def drifts(self) -> bool:
        """Whether the potential does not hold the empty host together, so that its volume means nothing."""
        return self.held or (not self.given and self.volume_change > MAX_SWELLING)

    @property
    def capacity(self) -> float:
        """Theoretical capacity in mAh/g, per mass with the ions in."""
        return gravimetric_capacity(self.n_ions, self.charge, float(self.full.composition.weight))

    @property
    def capacity_host(self) -> float:
        """Theoretical capacity in mAh/g, per mass of the host without ions."""
        return gravimetric_capacity(self.n_ions, self.charge, self.empty_cells * float(self.empty.composition.weight))


def relaxed_end_members(
    candidate: Candidate, companions: Sequence[Candidate], potential: str, limits: Mapping[str, Any]
) -> EndMembers:
    """Return both ends of an electrode, the one without ions relaxed here.

    Parameters
    ----------
    candidate
        The electrode with its ions in, relaxed with ``potential``.
    companions
        Relaxed materials; the working ion's metal must be among them.
    potential
        The interatomic potential.
    limits
        Further arguments of :func:`relax_structure`.

    Raises
    ------
    StageFailure
        Where there is no host, no ion or no metal, energies do not compare, or the host falls apart without its ions.
    """
    ion = str(candidate.working_ion)
    charge = ion_charge(ion)
    metal = _metal_among(companions, ion)
    origin = common_origin([candidate, metal])
    if origin != provenance(potential):
        raise StageFailure(f"'{candidate.id}' was relaxed with another potential than '{potential}'")
    charged, given, held = relaxed_charged(candidate, ion, potential, limits)
    return EndMembers(
        full=candidate.structure("relaxed"),
        empty=charged.structure,
        full_energy=cell_energy(candidate),
        empty_energy=charged.energy,
        metal_energy=metal.quantity("energy_per_atom").number,
        ion=ion,
        charge=charge,
        given=given,
        held=held,
        origin={
            **origin,
            "metal": metal.id,
            "charged": "given" if given else f"relaxed structure without {ion}",
            "cell_held": held,
        },
    )


def relaxed_charged(
    candidate: Candidate, ion: str, potential: str, limits: Mapping[str, Any]
) -> tuple[Relaxation, bool, bool]:
    """Relax an electrode without its ions: the structure that it brought, or what is left of the relaxed one.

    Returns
    -------
    tuple
        The relaxation, whether the candidate brought the structure, and whether the cell was held.

    Raises
    ------
    StageFailure
        As :func:`charged_structure`; where the structure does not relax, or the host falls apart without its ions.
    """
    host, given = charged_structure(candidate, ion)
    if given:
        return relax_structure(host, potential, **limits), True, False
    relaxation, held = relax_host(host, potential, limits)
    change = 100 * (relaxation.structure.volume / host.volume - 1)
    if abs(change) > MAX_HOST_VOLUME_CHANGE:
        raise StageFailure(
            f"the host falls apart without {ion}: its volume changes by {change:.0f} %; give the structure of the "
            "charged material"
        )
    return relaxation, False, held


def relax_host(host: Structure, potential: str, limits: Mapping[str, Any]) -> tuple[Relaxation, bool]:
    """Relax a host that lost ions; hold its cell where only weakly bound layers keep it from an end.

    Returns
    -------
    tuple
        The relaxation, and whether the cell was held.
    """
    try:
        return relax_structure(host, potential, **limits), False
    except StageFailure:
        held = relax_structure(host, potential, cell=False, **limits)
        if held.max_stress > MAX_HELD_STRESS:
            raise
        return held, True


def metals(candidate: Candidate, parameters: Mapping[str, Any]) -> tuple[Candidate, ...]:
    """Return the metal of the candidate's working ion from the built-in set, if it is there."""
    from atomscreen.sources.builtin import reference_candidates

    return tuple(phase for phase in reference_candidates() if _is_metal(phase, candidate.working_ion))


def _metal_among(companions: Sequence[Candidate], ion: str) -> Candidate:
    """Return the metal among the companions, the one of lowest energy.

    Raises
    ------
    StageFailure
        Where there is none.
    """
    found = [companion for companion in companions if _is_metal(companion, ion)]
    if not found:
        raise StageFailure(f"there is no relaxed {ion} metal to measure the voltage against")
    return min(found, key=lambda phase: phase.quantity("energy_per_atom").number)


def _is_metal(phase: Candidate, ion: str | None) -> bool:
    return [element.symbol for element in phase.composition.elements] == [ion]


def charged_structure(candidate: Candidate, ion: str) -> tuple[Structure, bool]:
    """Return the structure without ions, not relaxed, and whether the candidate brought it.

    Raises
    ------
    StageFailure
        Where there are no ions to take out, nothing is left without them, or the given structure is of another host.
    """
    full = candidate.structure("relaxed")
    host = _without(full.composition, ion)
    if host == full.composition:
        raise StageFailure(f"{candidate.formula} holds no {ion}: give the structure with the ions in")
    if not host:
        raise StageFailure(f"{candidate.formula} without {ion} is nothing: it is no host")
    if "charged" not in candidate.structures:
        empty = full.copy()
        empty.remove_species([ion])
        return empty, False
    charged = candidate.structure("charged")
    if charged.composition.reduced_composition != host.reduced_composition:
        raise StageFailure(
            f"the charged structure {charged.composition.reduced_formula} is not {candidate.formula} without {ion} "
            f"({host.reduced_formula})"
        )
    return charged, True


def _without(composition: Composition, ion: str) -> Composition:
    return type(composition)({element: n for element, n in composition.items() if element.symbol != ion})
