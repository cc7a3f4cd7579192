"""Voltage profile of an electrode: orderings between the ends, their hull, the steps, strain and usable capacity."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import Companions, stage
from atomscreen.core.units import Unit
from atomscreen.core.vocabulary import ELECTRODES, Role
from atomscreen.interatomic.crystal_symmetry import primitive_cell
from atomscreen.interatomic.potentials import PotentialName, label, model_uncertainty
from atomscreen.properties.intercalation.capacity import Shape, UsableRange, UsageLimits, usable_range
from atomscreen.properties.intercalation.end_members import EndMembers, metals, relaxed_end_members
from atomscreen.properties.intercalation.intercalation_hull import IntercalationHull
from atomscreen.properties.intercalation.lattice_change import axes_by_content, displacements
from atomscreen.properties.intercalation.open_circuit_potential import OpenCircuitPotential, open_circuit_potential
from atomscreen.properties.intercalation.orderings import orderings, realising_supercell, snapped
from atomscreen.properties.intercalation.relaxed_orderings import (
    Intercalated,
    ends_as_intercalated,
    lowest_at,
    symmetry_note,
)

Contents = tuple[Annotated[float, Field(gt=0, lt=1)], ...]

NOTED_DISPLACEMENT = 1.0
"""Å by which a host's atom may leave its place in the strained lattice before a note says that the host rebuilds."""


@stage(
    needs={"relaxed", "energy_per_atom", "working_ion"},
    uses={"charged", "role"},
    roles=ELECTRODES,
    version=3,
    companions=Companions(choose=metals, stages=("relax",)),
    gives={
        "average_voltage",
        "step_voltage",
        "mixing_energy",
        "ordering_energies",
        "ordering_multiplicities",
        "intercalation_hull_distance",
        "two_phase_fraction",
        "open_circuit_potential",
        "open_circuit_contents",
        "lattice_a",
        "lattice_b",
        "lattice_c",
        "volume_change",
        "volume_change_per_ion",
        "host_displacement",
        "usable_capacity",
        "usable_capacity_host",
        "volumetric_capacity",
        "energy_density",
        "intercalated",
    },
)
def voltage_profile(
    candidate: Candidate,
    companions: Sequence[Candidate],
    potential: PotentialName = "chgnet",
    contents: Contents = (0.25, 0.5, 0.75),
    max_orderings: Annotated[int, Field(gt=0)] = 5,
    max_atoms: Annotated[int, Field(gt=0)] = 100,
    temperature: Annotated[float, Unit("K"), Field(gt=0)] = 298.15,
    min_voltage: Annotated[float, Unit("V")] = 0.0,
    max_voltage: Annotated[float, Unit("V")] = 4.5,
    max_volume_change: Annotated[float, Unit("percent"), Field(gt=0)] = 20.0,
    max_axis_collapse: Annotated[float, Unit("percent"), Field(gt=0)] = 5.0,
    max_force: Annotated[float, Unit("eV/Å"), Field(gt=0)] = 0.03,
    max_steps: Annotated[int, Field(gt=0)] = 500,
    seed: int = 0,
) -> Results:
    """Relax orderings of the working ions at several contents and give the voltage, strain and usable capacity.

    The ions keep to the sites they have in the full structure. Of the distinct orderings in one supercell those of
    lowest electrostatic energy are relaxed; the convex hull of the lowest energies at each content gives the steps of
    voltage at 0 K. All lowest energies, with the ideal entropy of the ions between ordered contents, give the
    open-circuit potential, and what coexists at the temperature. A step's voltage, and the volume that an ion takes
    along it, stand at the middle of its contents; the provenance has their range. Strain that limits the usable
    capacity counts from the electrode as it is assembled: an anode empty, any other full.

    Parameters
    ----------
    candidate
        The electrode with its ions in, relaxed.
    companions
        The metal of the working ion, relaxed with the same potential.
    potential
        The interatomic potential, the one that relaxed the candidate.
    contents
        Fractions of the working ions between the ends, taken as the nearest simple fractions (0.333 is a third). The
        smallest supercell that has them all is used: quarters, or thirds, not both. Coexistence is only found where a
        content within it is computed.
    max_orderings
        Orderings relaxed at each content, at most.
    max_atoms
        Atoms of the full supercell, at most; the stage fails where the contents need more.
    temperature
        Of the open-circuit potential's configurational entropy, in K.
    min_voltage, max_voltage
        Voltages against the working ion's metal, in V, between which capacity counts as usable.
    max_volume_change
        Change of the electrode's volume, in percent, up to which capacity counts as usable: against the assembled
        electrode (anode: empty; else full), or the nearest content to it within the voltage window. Where two phases
        coexist it is their mean by the lever rule; each particle that changes phase changes by the whole step.
    max_axis_collapse
        Fall of an axis below the longest it was since the same start, in percent, up to which capacity counts as
        usable; a mean over particles, too.
    max_force
        Largest force left on any atom, in eV/Å.
    max_steps
        Steps of the optimizer after which a relaxation fails. An ordering that fails is left out with a note; an end
        member, or all orderings of a content, fail the stage.
    seed
        Of the random draw of orderings, where there are too many to go through.
    """
    limits = {"max_force": max_force, "max_steps": max_steps}
    ends = relaxed_end_members(candidate, companions, potential, limits)
    wanted = snapped(contents)
    cell = realising_supercell(primitive_cell(ends.full), ends.ion, wanted, max_atoms)
    empty, full = ends_as_intercalated(ends)
    between: list[Intercalated] = []
    notes: list[str] = []
    for group in orderings(cell, ends.ion, wanted, max_orderings, seed):
        lowest, failed = lowest_at(group, cell, ends, potential, limits)
        between.append(lowest)
        notes.extend(failed)
    if wanted and (said := symmetry_note(cell, float(wanted[-1]), ends, potential, limits)):
        notes.append(said)
    profile = _Profile(
        ends=ends,
        states=(empty, *between, full),
        axes=axes_by_content(candidate.structure(), ends, cell, between),
        displacements=displacements(ends, cell, between),
        temperature=temperature,
        from_empty=candidate.role is Role.ANODE,
        limits=UsageLimits(min_voltage, max_voltage, max_volume_change, max_axis_collapse),
        potential=potential,
        origin={
            **ends.origin,
            "supercell_atoms": len(cell),
            "supercell_ion_sites": int(cell.composition[ends.ion]),
            "seed": seed,
            "relaxed": sum(one.relaxed for one in between),
        },
    )
    return Results(
        (*profile.voltages(), *profile.strains(), *profile.capacities()),
        {f"intercalated@{one.content:.4g}": one.structure for one in profile.states if not one.drifts},
        (*notes, *profile.notes()),
    )


@dataclass(frozen=True)
class _Profile:
    """The lowest structure at each content, and everything that follows."""

    ends: EndMembers
    states: tuple[Intercalated, ...]
    axes: Mapping[float, tuple[float, float, float]]
    displacements: Mapping[float, float]
    temperature: float
    from_empty: bool
    limits: UsageLimits
    potential: str
    origin: Mapping[str, Any]

    @property
    def hull(self) -> IntercalationHull:
        contents, energies = zip(*((one.content, one.mixing_energy) for one in self.states), strict=True)
        return IntercalationHull(contents, energies, self.ends.voltage, self.ends.charge)

    @property
    def curve(self) -> OpenCircuitPotential:
        return open_circuit_potential(self.hull, self.temperature)

    @property
    def usable(self) -> UsableRange:
        shapes = {
            one.content: None if one.drifts else Shape(one.volume_change, self.axes.get(one.content))
            for one in self.states
        }
        return usable_range(self.curve, shapes, self.limits, from_empty=self.from_empty)

    def voltages(self) -> list[Quantity]:
        """Return average voltage, steps, energies of mixing, and the open-circuit potential."""
        hull, curve = self.hull, self.curve
        given = [self._give("average_voltage", self.ends.voltage)]
        for step in hull.steps:
            about = {"contents": [step.low, step.high], "two_phase": step.two_phase}
            given.append(self._give("step_voltage", step.voltage, (step.low + step.high) / 2, about))
        for one, distance in zip(self.states, hull.distances, strict=True):
            about = {"relaxed": one.relaxed, "distinct": one.distinct, "sampled": one.sampled}
            given.append(self._give("mixing_energy", one.mixing_energy, one.content, about))
            if one.energies:
                given.append(self._give("ordering_energies", one.energies, one.content, about))
                given.append(self._give("ordering_multiplicities", one.multiplicities, one.content, about))
            given.append(self._give("intercalation_hull_distance", distance, one.content, about))
        about = {
            "temperature": self.temperature,
            "smoothing": "all energies, ideal entropy between ordered contents, convex envelope",
            "coexistence": [list(gap) for gap in curve.coexistence],
        }
        if len(self.states) > 2:
            given.append(self._give("two_phase_fraction", hull.two_phase_fraction))
        return [
            *given,
            self._give("open_circuit_contents", curve.contents, about=about),
            self._give("open_circuit_potential", curve.voltages, about=about),
        ]

    def strains(self) -> list[Quantity]:
        """Return change of volume, axes and displacements at each content where the potential holds the structure."""
        changes = {one.content: one.volume_change for one in self.states if not one.drifts}
        given = [self._give("volume_change", change, content) for content, change in changes.items()]
        of_percent = float(self.ends.full.volume) / self.ends.n_ions / 100
        for step in self.hull.steps:
            if step.low in changes and step.high in changes:
                per_ion = of_percent * (changes[step.high] - changes[step.low]) / (step.high - step.low)
                given.append(self._give("volume_change_per_ion", per_ion, (step.low + step.high) / 2))
        for content, lengths in sorted(self.axes.items()):
            names = ("lattice_a", "lattice_b", "lattice_c")
            given += [self._give(name, length, content) for name, length in zip(names, lengths, strict=True)]
        return given + [self._give("host_displacement", far, content) for content, far in self.displacements.items()]

    def capacities(self) -> list[Quantity]:
        """Return usable capacity by mass, theoretical capacity and energy by volume of the full electrode."""
        used = self.usable
        about = {
            **dataclasses.asdict(self.limits),
            "assembled": "empty" if self.from_empty else "full",
            "contents": [used.low, used.high],
            "low_limit": used.low_limit,
            "high_limit": used.high_limit,
        }
        bound: Any = "upper" if used.unknown else None
        volumetric = self.ends.capacity * float(self.ends.full.density)  # mAh/g times g/cm³
        share = used.high - used.low
        return [
            dataclasses.replace(self._give("usable_capacity", share * self.ends.capacity, about=about), bound=bound),
            dataclasses.replace(
                self._give("usable_capacity_host", share * self.ends.capacity_host, about=about), bound=bound
            ),
            self._give("volumetric_capacity", volumetric),
            self._give("energy_density", self.ends.voltage * volumetric),  # V mAh/cm³ is Wh/L
        ]

    def notes(self) -> list[str]:
        """Return what a reader should know of the limits of these numbers."""
        ion, notes = self.ends.ion, []
        if len(self.states) == 2:
            notes.append("Nothing was computed between the ends: the potential is their average, flat by ignorance.")
        if drifting := [f"{one.content:.4g}" for one in self.states if one.drifts]:
            notes.append(
                f"At a content of {', '.join(drifting)} the potential hardly binds the host's layers: the voltage feels"
                " some hundredths of a volt of it; volume and axes would mean nothing and are left out there, and do "
                "not limit the usable capacity."
            )
        if moved := [f"{at:.4g} ({far:.1f} Å)" for at, far in self.displacements.items() if far > NOTED_DISPLACEMENT]:
            notes.append(
                f"The host rebuilds at a content of {', '.join(moved)}: some of its atoms leave their places in the "
                "strained lattice by that far, so this is no plain intercalation there."
            )
        if (cut := self.usable.cut) is not None:
            notes.append(
                f"Strain ends the usable range while contents of {cut.low:.4g} and {cut.high:.4g} coexist: the mean "
                "stays within the limit, but each particle changes by the whole step, "
                f"{cut.volume_change:+.1f} % of volume."
            )
        if any(one.sampled for one in self.states):
            notes.append("Orderings were drawn at random where there were too many: lower ones may exist.")
        if self.ends.voltage < 0:
            notes.append(f"The voltage is negative: by this potential {ion} does not enter the host by itself.")
        return notes

    def _give(
        self, name: str, value: Any, content: float | None = None, about: Mapping[str, Any] | None = None
    ) -> Quantity:
        uncertainty = None if isinstance(value, tuple) else model_uncertainty(self.potential, name, value)
        return Quantity(
            name,
            value,
            uncertainty,
            conditions={} if content is None else {"ion_content": content},
            method=f"{label(self.potential)}, orderings on the ions' sites",
            provenance={**self.origin, **(about or {})},
        )
