"""From which temperature a charged electrode gives off oxygen, by the grand potential of O2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.quantity import Bound, Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.core.vocabulary import ELECTRODES, structure_kind
from atomscreen.interatomic.potentials import PotentialName, calculator, label, provenance
from atomscreen.interatomic.relaxation import to_atoms
from atomscreen.properties.intercalation.end_members import charged_structure, relaxed_charged
from atomscreen.properties.thermodynamics.gases import gibbs_energy
from atomscreen.properties.thermodynamics.phases import (
    PhaseSet,
    as_written,
    from_file,
    missing_note,
    phase_set,
    reference_companions,
)
from atomscreen.properties.thermodynamics.stability import energy_above_hull
from atomscreen.sources.entries import BUILTIN, PhaseSource

if TYPE_CHECKING:
    from pymatgen.core import Structure

_TEMPERATURES = (100.0, 2000.0)
"""K, those of the table of O2."""
_LEAST_OXYGEN = 1e-4
"""Atoms of oxygen per formula unit below which none is released."""
_NOTED_ABOVE_HULL = 0.01
"""eV/atom."""
_IN_WORDS: Mapping[Bound | None, str] = {
    None: "releases oxygen from {:.0f} K on",
    "upper": "is unstable against the release of oxygen at any temperature",
    "lower": "keeps its oxygen up to {:.0f} K, the end of the table",
}


@dataclass(frozen=True)
class Release:
    """The first reaction of an oxide that gives off oxygen.

    Attributes
    ----------
    energy
        eV per formula unit, with the oxygen as at 0 K; what the oxide has above the hull counts.
    molecules
        O2 per formula unit.
    equation
        The reaction, balanced.
    """

    energy: float
    molecules: float
    equation: str

    def gibbs_energy(self, temperature: float, pressure: float) -> float:
        """Return the reaction's Gibbs energy in eV per formula unit, at a temperature in K and pressure of O2 in Pa."""
        return self.energy + self.molecules * gibbs_energy("O2", temperature, pressure)

    def temperature(self, pressure: float) -> tuple[float, Bound | None]:
        """Return where the Gibbs energy is zero, in K; at an end of the table, as a bound."""
        from scipy.optimize import brentq

        lowest, highest = _TEMPERATURES
        if self.gibbs_energy(lowest, pressure) <= 0:
            return lowest, "upper"
        if self.gibbs_energy(highest, pressure) >= 0:
            return highest, "lower"
        return float(brentq(lambda temperature: self.gibbs_energy(temperature, pressure), lowest, highest)), None


@stage(
    needs={"relaxed", "working_ion"},
    uses={"charged", "charged_relaxed", "intercalated"},
    roles=ELECTRODES,
    companions=reference_companions(),
    gives={"oxygen_release_temperature"},
)
def oxygen_release(
    candidate: Candidate,
    companions: Sequence[Candidate],
    potential: PotentialName = "chgnet",
    phases: PhaseSource = BUILTIN,
    oxygen_pressure: Annotated[float, Unit("Pa"), Field(gt=0)] = 21000.0,
    max_force: Annotated[float, Unit("eV/Å"), Field(gt=0)] = 0.03,
    max_steps: Annotated[int, Field(gt=0)] = 500,
) -> Results:
    """Give the temperature from which the charged electrode, and it in between, releases oxygen in equilibrium.

    It is where the Gibbs energy of the first reaction that gives off O2 becomes zero, with the entropy of O2 alone
    (Ong 2010). Kinetics delay it: LiNi0.6Mn0.2Co0.2O2 loses oxygen near 300 °C when half of its lithium is out. An
    electrode without oxygen, or with no other phase to turn into, gets a note and no temperature.

    Parameters
    ----------
    candidate
        The electrode with its ions in, relaxed. Where no earlier stage gave the charged structure, it is relaxed here,
        in the cell of the full one if its layers drift apart.
    companions
        The built-in set's phases of its elements, relaxed with the same potential.
    potential
        The interatomic potential that relaxed the electrode; it gives the energies of the charged structures.
    phases
        Where competing phases come from: 'builtin', or a file of entries, which must then hold the charged compounds.
    oxygen_pressure
        Partial pressure of O2 in Pa; 21000 Pa is that of air.
    max_force
        Largest force left on any atom of the charged structure, in eV/Å, where it is relaxed here.
    max_steps
        Steps of the optimizer after which that relaxation fails.

    References
    ----------
    S. P. Ong, A. Jain, G. Hautier, B. Kang, G. Ceder, Electrochemistry Communications 12, 427 (2010),
    doi:10.1016/j.elecom.2010.01.010.
    """
    if "O" not in candidate.composition:
        return Results(notes=(f"{candidate.formula} holds no oxygen that it could release.",))
    limits = {"max_force": max_force, "max_steps": max_steps}
    quantities, notes = [], []
    for content, structure in _contents(candidate, potential, phases, limits):
        found = _phases_of(candidate, structure, companions, potential, phases)
        release = first_release(found)
        where = f"{found.own.formula} ({candidate.working_ion} content {content:g})"
        if release is None:
            notes.append(f"{where} has no phases with less oxygen to turn into among those at hand.")
            continue
        temperature, bound = release.temperature(oxygen_pressure)
        if bound == "lower" and not _has_rival(found):
            notes.append(f"{where}: its release is not known, for no other compound of its elements is at hand.")
            continue
        traced = {**found.origin, "reaction": release.equation, "oxygen_pressure_Pa": oxygen_pressure}
        quantities.append(
            Quantity(
                "oxygen_release_temperature",
                temperature,
                conditions={"ion_content": content},
                method=f"{found.method}; O2 by NIST-JANAF tables",
                provenance=traced,
                bound=bound,
            )
        )
        notes += [f"{where} {_IN_WORDS[bound].format(temperature)}: {release.equation}.", *_notes(found, where)]
    return Results(tuple(quantities), notes=tuple(dict.fromkeys(notes)))


def _has_rival(phases: PhaseSet) -> bool:
    """Say whether another compound of the own phase's elements is at hand: without one, nothing is known to form."""
    own = phases.own
    return any(phase.elements == own.elements and phase.formula != own.formula for phase in phases.competing)


def first_release(phases: PhaseSet) -> Release | None:
    """Return the reaction of the own phase to the equilibrium that is next poorer in oxygen; ``None`` without one."""
    composition = phases.own.composition.reduced_composition
    diagram = phases.diagram()
    for step in diagram.get_element_profile("O", composition):
        if step["evolution"] > -_LEAST_OXYGEN:
            continue
        rest = step["critical_composition"]
        # The critical composition is of some amount; the other elements say of how much.
        scale = (composition.num_atoms - composition["O"]) / (rest.num_atoms - rest["O"])
        released = float(composition["O"] - scale * rest["O"])
        energy = (
            scale * diagram.get_hull_energy(rest)
            + released * phases.element_energy("O")
            - composition.num_atoms * phases.own.energy_per_atom
        )
        return Release(float(energy), released / 2, as_written(str(step["reaction"])))
    return None


def _contents(
    candidate: Candidate, potential: str, phases: str, limits: Mapping[str, Any]
) -> list[tuple[float, Structure]]:
    """Return the fraction of the working ions and the structure, from the charged end member up."""
    found = {
        float(name.partition("@")[2]): structure
        for name, structure in candidate.structures.items()
        if structure_kind(name) == "intercalated"
    }
    if 0.0 not in found:
        found[0.0] = _charged(candidate, potential, phases, limits)
    return sorted(found.items())


def _charged(candidate: Candidate, potential: str, phases: str, limits: Mapping[str, Any]) -> Structure:
    """Return the end member without ions: as an earlier stage relaxed it, or relaxed here."""
    if "charged_relaxed" in candidate.structures:
        return candidate.structure("charged_relaxed")
    ion = str(candidate.working_ion)
    if phases != BUILTIN:  # entries count by their composition: nothing is to be relaxed
        return charged_structure(candidate, ion)[0]
    return relaxed_charged(candidate, ion, potential, limits)[0].structure


def _phases_of(
    candidate: Candidate, structure: Structure, companions: Sequence[Candidate], potential: str, phases: str
) -> PhaseSet:
    """Return the phases around a partly or wholly charged structure."""
    if phases != BUILTIN:
        composition = structure.composition.element_composition
        return from_file(composition, phases, {element.symbol for element in composition.elements})
    atoms = to_atoms(structure)
    atoms.calc = calculator(potential)
    origin: Mapping[str, Any] = provenance(potential)
    energy = Quantity(
        "energy_per_atom", atoms.get_potential_energy() / len(atoms), method=label(potential), provenance=origin
    )
    name = f"{candidate.id}, charged"
    return phase_set(Candidate(name, {"input": structure}, quantities=(energy,)), companions)


def _notes(phases: PhaseSet, where: str) -> tuple[str, ...]:
    above = energy_above_hull(phases).above_hull
    metastable = (
        (f"{where} lies {above:.3f} eV/atom above the hull, which drives the release.",)
        if above > _NOTED_ABOVE_HULL
        else ()
    )
    return (*metastable, *missing_note(phases.missing_systems, "oxygen may come off earlier"))
