"""An electrode material as a cell model sees it: functions of lithium content in SI units, taken from its record.

The content of working ions runs from 0 (empty) to 1 (full), which is the stoichiometry of cell models where the maximum
concentration is that of the full material.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from atomscreen.continuum.incomplete import HandoffIncomplete, lacks
from atomscreen.continuum.record import TWO_PHASES_FROM, HandoffRecord, Particle
from atomscreen.core.errors import UsageError
from atomscreen.core.vocabulary import Role

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

Side = Literal["Positive", "Negative"]


@dataclass(frozen=True)
class Curve:
    """A property against content: linear between points, constant beyond the first and the last.

    Attributes
    ----------
    contents
        Rising, shape (n,).
    values
        SI units, shape (n,).
    uncertainties
        Standard uncertainties, shape (n,), ``None`` where they are not known. One potential made them all, so they go
        the same way.
    logarithmic
        Whether it is positive and known by ratio: it is then interpolated, and drawn, by its logarithm.
    """

    contents: tuple[float, ...]
    values: tuple[float, ...]
    uncertainties: tuple[float, ...] | None = None
    logarithmic: bool = False

    def at(self, content: float | Array) -> Array:
        """Return values at contents, of the same shape."""
        if self.logarithmic:
            return np.asarray(np.exp(np.interp(content, self.contents, np.log(self.values))))
        return np.asarray(np.interp(content, self.contents, self.values))

    def mean(self) -> float:
        """Return the mean over all contents from 0 to 1, of the logarithm where it is known by ratio."""
        grid = np.linspace(0.0, 1.0, 1001)
        values = self.at(grid)
        return float(np.exp(np.log(values).mean()) if self.logarithmic else values.mean())

    def moved(self, deviate: float) -> Curve:
        """Return the curve moved by a number of standard uncertainties; itself where they are not known."""
        if self.uncertainties is None:
            return self
        if self.logarithmic:
            spreads = [math.log1p(u / v) for u, v in zip(self.uncertainties, self.values, strict=True)]
            values = tuple(v * math.exp(deviate * s) for v, s in zip(self.values, spreads, strict=True))
        else:
            values = tuple(v + deviate * u for v, u in zip(self.values, self.uncertainties, strict=True))
        return Curve(self.contents, values, self.uncertainties, self.logarithmic)


@dataclass(frozen=True)
class Electrode:
    """What a cell model needs to know of the active material of one electrode.

    Attributes
    ----------
    id, formula, working_ion
        Of the material.
    side
        The electrode it is for, as PyBaMM writes it.
    maximum_concentration
        Of working ions in the full material, in mol/m³.
    open_circuit_potential
        In V against the working ion's metal.
    diffusivity
        Chemical, in m²/s, at the reference temperature.
    activation_energy
        Of the diffusivity, in J/mol.
    reference_temperature
        In K, of potential and diffusivity.
    youngs_modulus
        Of the polycrystal, in Pa.
    poisson_ratio
        Of the polycrystal, against content.
    partial_molar_volume
        In m³/mol; positive where the material swells as it takes ions up.
    volume_change
        Fraction of the full material's volume, 0 at content 1.
    fracture_toughness
        In Pa·m^0.5, of the least tough content.
    coexistence
        Contents between which two phases coexist.
    sources
        How each of these was obtained, by its name here.
    remarks
        What a reader should know of what was done between the record and these functions.
    """

    id: str
    formula: str
    working_ion: str
    side: Side
    maximum_concentration: float
    open_circuit_potential: Curve
    diffusivity: Curve
    activation_energy: Curve
    reference_temperature: float
    youngs_modulus: Curve
    poisson_ratio: Curve
    partial_molar_volume: Curve
    volume_change: Curve
    fracture_toughness: Curve
    coexistence: tuple[tuple[float, float], ...] = ()
    sources: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def phase_separating(self) -> bool:
        """Whether most of a charge moves fronts between two phases, which diffusion by Fick's law does not describe."""
        return sum(high - low for low, high in self.coexistence) >= TWO_PHASES_FROM


ELECTRODE_QUANTITIES = frozenset(
    {
        "open_circuit_contents",
        "open_circuit_potential",
        "maximum_ion_concentration",
        "chemical_diffusivity",
        "chemical_diffusivity_activation_energy",
        "youngs_modulus",
        "poisson_ratio",
        "volume_change",
        "volume_change_per_ion",
        "fracture_toughness",
    }
)
"""Quantities without which no cell model is made of an electrode."""

TAKEN_BESIDE = frozenset({"youngs_modulus_corrected", "poisson_ratio_corrected", "average_voltage"})
"""What is taken beside them where it is there: moduli corrected for softness, and the uncertainty of the voltage."""


def electrode_of(record: HandoffRecord) -> Electrode:
    """Return the functions that a cell model needs, from the record of a cathode or an anode.

    Raises
    ------
    HandoffIncomplete
        Where the record lacks something: all of it is named, with the stages that give it.
    UsageError
        For a material that is no electrode.
    """
    sides: dict[str | None, Side] = {Role.CATHODE: "Positive", Role.ANODE: "Negative"}
    if (role := record.material.role) not in sides:
        raise UsageError(f"'{record.material.id}' is no cathode or anode, but {role or 'of no role'}")
    _refuse_incomplete(record)
    return _Reading(record).electrode(sides[role])


def _refuse_incomplete(record: HandoffRecord) -> None:
    """Refuse a record that lacks something, or has it at no content of working ions."""
    curves = {"open_circuit_contents", "open_circuit_potential", "maximum_ion_concentration"}
    missing = []
    for name in sorted(ELECTRODE_QUANTITIES):
        if not (record.entries(name) if name in curves else record.by_content(name)):
            missing.append(lacks(name, "" if name in curves else "at a content of working ions"))
    if missing:
        raise HandoffIncomplete(record.material.id, "a cell model", missing)


class _Reading:
    """Reads an electrode from a complete record, noting where each thing is from."""

    def __init__(self, record: HandoffRecord) -> None:
        self.record = record
        self.sources: dict[str, str] = {}
        self.remarks: list[str] = []

    def electrode(self, side: Side) -> Electrode:
        """Return the electrode."""
        potential = self.potential()
        particle = self.particle()
        return Electrode(
            id=self.record.material.id,
            formula=self.record.material.formula,
            working_ion=str(self.record.material.working_ion),
            side=side,
            maximum_concentration=self.number("maximum_concentration", "maximum_ion_concentration"),
            open_circuit_potential=potential,
            diffusivity=self.diffusivity(particle),
            activation_energy=self.curve("activation_energy", "chemical_diffusivity_activation_energy"),
            reference_temperature=particle.temperature,
            youngs_modulus=self.corrected("youngs_modulus", logarithmic=True),
            poisson_ratio=self.corrected("poisson_ratio", logarithmic=False),
            partial_molar_volume=self.curve("partial_molar_volume", "volume_change_per_ion"),
            volume_change=self.curve("volume_change", "volume_change"),
            fracture_toughness=self.curve("fracture_toughness", "fracture_toughness", logarithmic=True),
            coexistence=particle.coexistence,
            sources=self.sources,
            remarks=tuple(self.remarks),
        )

    def number(self, what: str, name: str) -> float:
        entry = self.record.entries(name)[-1]
        self.sources[what] = entry.method
        return entry.number

    def curve(self, what: str, name: str, *, logarithmic: bool = False) -> Curve:
        """Return a quantity against content."""
        entries = self.record.by_content(name)
        values = tuple(entry.number for entry in entries.values())
        spreads = tuple(entry.uncertainty for entry in entries.values())
        known = tuple(spread for spread in spreads if spread is not None)
        self.sources[what] = next(iter(entries.values())).method
        if bounds := sorted({entry.bound for entry in entries.values() if entry.bound}):
            self.remarks.append(f"{name} is {' or '.join(bounds)} bound, taken as if it were the value.")
        return Curve(tuple(entries), values, known if len(known) == len(spreads) else None, logarithmic)

    def corrected(self, name: str, *, logarithmic: bool) -> Curve:
        """Return a modulus corrected for the potential's softness where it is so at every content that has it."""
        better = f"{name}_corrected"
        whole = set(self.record.by_content(better)) == set(self.record.by_content(name))
        return self.curve(name, better if whole else name, logarithmic=logarithmic)

    def potential(self) -> Curve:
        """Return the open-circuit potential, uncertain as the average voltage is."""
        contents, voltages = (self.record.entries(f"open_circuit_{name}")[-1] for name in ("contents", "potential"))
        assert isinstance(contents.value, tuple) and isinstance(voltages.value, tuple)
        self.sources["open_circuit_potential"] = voltages.method
        average = self.record.entries("average_voltage")
        spread = average[-1].uncertainty if average else None
        spreads = None if spread is None else (spread,) * len(voltages.value)
        return Curve(contents.value, voltages.value, spreads)  # type: ignore[arg-type]

    def particle(self) -> Particle:
        """Return where two phases coexist, and the temperature that the potential is at."""
        if (found := self.record.particle) is None:
            missing = lacks("open_circuit_potential", "with its temperature and what coexists")
            raise HandoffIncomplete(self.record.material.id, "a cell model", [missing])
        return found

    def diffusivity(self, particle: Particle) -> Curve:
        """Return the chemical diffusivity; where two phases coexist the curve joins those of the two."""
        if particle.coexistence:
            gaps = ", ".join(f"{low:.3g} to {high:.3g}" for low, high in particle.coexistence)
            self.remarks.append(
                f"Two phases coexist at contents from {gaps}: there is no chemical diffusivity there. The curve joins "
                "those of the phases, and describes no front between them."
            )
        return self.curve("diffusivity", "chemical_diffusivity", logarithmic=True)
