"""Average voltage between the end members of an electrode, and the change of volume between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import Companions, stage
from atomscreen.core.units import Unit
from atomscreen.core.vocabulary import ELECTRODES
from atomscreen.interatomic.potentials import PotentialName, label, provenance
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


def metals(candidate: Candidate, parameters: Mapping[str, Any]) -> tuple[Candidate, ...]:
    """Return the metal of the candidate's working ion from the built-in set, if it is there."""
    from atomscreen.sources.builtin import reference_candidates

    return tuple(phase for phase in reference_candidates() if _is_metal(phase, candidate.working_ion))


@stage(
    needs={"relaxed", "energy_per_atom", "working_ion"},
    uses={"charged"},
    roles=ELECTRODES,
    companions=Companions(choose=metals, stages=("relax",)),
    gives={"average_voltage", "volume_change", "volume_change_per_ion", "specific_energy", "charged_relaxed"},
)
def voltage(
    candidate: Candidate,
    companions: Sequence[Candidate],
    potential: PotentialName = "chgnet",
    max_force: Annotated[float, Unit("eV/Å"), Field(gt=0)] = 0.03,
    max_steps: Annotated[int, Field(gt=0)] = 500,
) -> Results:
    """Take all working ions out of the relaxed structure, relax what is left, and give the average voltage.

    V = −[E(AₙH) − E(H) − n E(A)]/(n z), with the metal A of the working ion, at 0 K and without entropy. Where the
    candidate brings a structure without ions (``charged``), that is relaxed instead.

    Parameters
    ----------
    candidate
        The electrode with its ions in, relaxed.
    companions
        The metal of the working ion, relaxed with the same potential.
    potential
        The interatomic potential, the one that relaxed the candidate.
    max_force
        Largest force left on any atom of the charged structure, in eV/Å.
    max_steps
        Steps of the optimizer after which the relaxation of the charged structure fails.
    """
    ion = str(candidate.working_ion)
    charge = ion_charge(ion)
    metal = _metal(companions, ion)
    origin = common_origin([candidate, metal])
    if origin != provenance(potential):
        raise StageFailure(f"'{candidate.id}' was relaxed with another potential than '{potential}'")
    full = candidate.structure("relaxed")
    host, given = _charged_structure(candidate, ion)
    limits: dict[str, Any] = {"max_force": max_force, "max_steps": max_steps}
    charged, held = (relax_structure(host, potential, **limits), False) if given else _relax(host, potential, limits)
    pair = _EndMembers(
        full=full,
        empty=charged.structure,
        full_energy=cell_energy(candidate),
        empty_energy=charged.energy,
        metal_energy=metal.quantity("energy_per_atom").number,
        ion=ion,
        charge=charge,
    )
    if abs(pair.volume_change) > MAX_HOST_VOLUME_CHANGE and not given:
        raise StageFailure(
            f"the host falls apart without {ion}: its volume changes by {pair.volume_change:.0f} %; "
            "give the structure of the charged material to have a voltage"
        )
    traced = {
        **origin,
        "metal": metal.id,
        "charged": "given" if given else f"relaxed structure without {ion}",
        "cell_held": held,
    }
    return _results(pair, label(potential), traced, held=held, own=not given)


@dataclass(frozen=True)
class _EndMembers:
    """An electrode with and without its ions; energies in eV of each cell, of the metal per atom."""

    full: Structure
    empty: Structure
    full_energy: float
    empty_energy: float
    metal_energy: float
    ion: str
    charge: int

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


def _relax(host: Structure, potential: str, limits: Mapping[str, Any]) -> tuple[Relaxation, bool]:
    """Relax a host that lost its ions; hold its cell where only weakly bound layers keep it from an end.

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


def _results(pair: _EndMembers, method: str, origin: Mapping[str, Any], *, held: bool, own: bool) -> Results:
    """Return the quantities; those of volume only where the layers of a host without ions hold together."""
    capacity = gravimetric_capacity(pair.n_ions, pair.charge, float(pair.full.composition.weight))
    energies = {
        "average_voltage": pair.voltage,
        "specific_energy": pair.voltage * capacity,  # V times mAh/g is Wh/kg
    }
    volumes = {"volume_change": pair.volume_change, "volume_change_per_ion": pair.volume_per_ion}
    drifts = held or (own and pair.volume_change > MAX_SWELLING)
    notes = []
    if held:
        notes.append(
            f"Without {pair.ion} the potential does not bind the host's layers, so it was relaxed in the cell of the "
            "full structure: the voltage is this potential's within some hundredths of a volt (above it), and there is "
            "no change of volume."
        )
    elif drifts:
        notes.append(
            f"Without {pair.ion} the host swells by {pair.volume_change:.0f} %: the potential hardly binds its layers. "
            "The voltage feels little of it; the change of volume would mean nothing and is left out."
        )
    if pair.voltage < 0:
        notes.append(f"The voltage is negative: by this potential {pair.ion} does not enter the host by itself.")
    # Not a bound of the true voltage: the potential itself may be off by more, in either direction.
    quantities = [Quantity(name, value, method=method, provenance=origin) for name, value in energies.items()]
    if drifts:
        return Results(tuple(quantities), notes=tuple(notes))
    quantities += [Quantity(name, value, method=method, provenance=origin) for name, value in volumes.items()]
    return Results(tuple(quantities), {"charged_relaxed": pair.empty}, tuple(notes))


def _metal(companions: Sequence[Candidate], ion: str) -> Candidate:
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


def _charged_structure(candidate: Candidate, ion: str) -> tuple[Structure, bool]:
    """Return the structure without ions to be relaxed, and whether the candidate brought it.

    Raises
    ------
    StageFailure
        Where there are no ions to take out, nothing is left without them, or the given structure is of another host.
    """
    full = candidate.structure("relaxed")
    host = _without(full.composition, ion)
    if host == full.composition:
        raise StageFailure(f"{candidate.formula} holds no {ion}: a voltage needs the structure with the ions in")
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
