"""An electrode read from its record: whatever it lacks is named, and what is less than certain is remarked on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from atomscreen.continuum.electrode import Curve, Electrode, Side
from atomscreen.continuum.incomplete import HandoffIncomplete, lacks
from atomscreen.continuum.record import Entry, HandoffRecord, Particle
from atomscreen.core.errors import UsageError
from atomscreen.core.vocabulary import Role

NEAR: Final = 0.05
"""Content by which one may go beyond those at which a property is known before a remark says so."""

IN_LIQUID: Final = 3e-10
"""Diffusivity in m²/s of lithium ions in a liquid electrolyte at room temperature, about."""

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

TAKEN_BESIDE = frozenset({"youngs_modulus_corrected", "poisson_ratio_corrected", "average_voltage", "mixing_energy"})
"""What is taken beside them where it is there: moduli corrected for softness, the uncertainty of the voltage, and the
energies that decide whether phases separate."""


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


def beyond_known(electrode: Electrode, low: float, high: float) -> Iterator[str]:
    """Yield a sentence on properties that are used at contents, from ``low`` to ``high``, at which nobody knows them.

    Fracture toughness is left out: what is made of these functions takes one number of it, or none.
    """
    beyond: dict[tuple[float, float], list[str]] = {}
    for name, (first, last) in electrode.known.items():
        if name != "fracture_toughness" and (low < first - NEAR or high > last + NEAR):
            beyond.setdefault((first, last), []).append(name.replace("_", " "))
    for (first, last), names in beyond.items():
        goes_on = "; the volume goes on by the partial molar volume there" if "volume change" in names else ""
        yield (
            f"Contents from {low:.2f} to {high:.2f} are used; known from {first:.2f} to {last:.2f} only are "
            f"{', '.join(names)}. Beyond, what is known nearest is taken{goes_on}."
        )


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
        self.known: dict[str, tuple[float, float]] = {}
        self.remarks: list[str] = []

    def electrode(self, side: Side) -> Electrode:
        """Return the electrode."""
        potential = self.potential()
        particle = self.particle()
        suffix = self.moduli_suffix()
        expansion = self.curve("partial_molar_volume", "volume_change_per_ion")
        concentration = self.number("maximum_concentration", "maximum_ion_concentration")
        return Electrode(
            id=self.record.material.id,
            formula=self.record.material.formula,
            working_ion=str(self.record.material.working_ion),
            side=side,
            maximum_concentration=concentration,
            open_circuit_potential=potential,
            diffusivity=self.diffusivity(particle),
            activation_energy=self.curve("activation_energy", "chemical_diffusivity_activation_energy"),
            reference_temperature=particle.temperature,
            youngs_modulus=self.curve("youngs_modulus", f"youngs_modulus{suffix}", logarithmic=True),
            poisson_ratio=self.curve("poisson_ratio", f"poisson_ratio{suffix}"),
            partial_molar_volume=expansion,
            volume_change=self.volume_change(expansion, concentration),
            fracture_toughness=self.curve("fracture_toughness", "fracture_toughness", logarithmic=True),
            coexistence=particle.coexistence,
            sources=self.sources,
            known=self.known,
            remarks=tuple(self.remarks),
        )

    def number(self, what: str, name: str) -> float:
        entry = self.record.entries(name)[-1]
        self.sources[what] = f"{name}: {entry.method}"
        self.note_bounds(name, [entry])
        return entry.number

    def note_bounds(self, name: str, entries: Iterable[Entry]) -> None:
        """Remark on values that are bounds."""
        if bounds := sorted({entry.bound for entry in entries if entry.bound}):
            self.remarks.append(f"{name} is {' or '.join(bounds)} bound, taken as if it were the value.")

    def curve(self, what: str, name: str, *, logarithmic: bool = False) -> Curve:
        """Return a quantity against content."""
        entries = self.record.by_content(name)
        values = tuple(entry.number for entry in entries.values())
        spreads = tuple(entry.uncertainty for entry in entries.values())
        known = tuple(spread for spread in spreads if spread is not None)
        methods = dict.fromkeys(entry.method for entry in entries.values())
        self.sources[what] = f"{name}: {'; '.join(methods)}"
        self.known[what] = min(entries), max(entries)
        self.note_bounds(name, entries.values())
        if 0 < len(known) < len(spreads):
            self.remarks.append(f"{name} has an uncertainty at some contents only, and is taken as having none.")
        return Curve(tuple(entries), values, known if len(known) == len(spreads) else None, logarithmic)

    def moduli_suffix(self) -> str:
        """Return the ending of the moduli to take: those corrected for softness, where both are at every content."""
        names = ("youngs_modulus", "poisson_ratio")
        if all(set(self.record.by_content(f"{name}_corrected")) == set(self.record.by_content(name)) for name in names):
            return "_corrected"
        self.remarks.append("Young's modulus and Poisson's ratio are not corrected for the potential's softness.")
        return ""

    def volume_change(self, expansion: Curve, concentration: float) -> Curve:
        """Return the volume change from 0 to 1; beyond the known contents it goes on by the partial molar volume."""
        entries = {**self.record.by_content("volume_change")}
        if len(entries) < 2:
            missing = lacks("volume_change", "at two contents of working ions")
            raise HandoffIncomplete(self.record.material.id, "a cell model", [missing])
        known = self.curve("volume_change", "volume_change")
        self.known["partial_molar_volume"] = self.known["volume_change"]  # both come from the same structures
        contents, values = list(known.contents), list(known.values)
        for end, place in ((0.0, 0), (1.0, -1)):
            if end not in contents:
                slope = float(expansion.at(contents[place])) * concentration
                beyond = values[place] + slope * (end - contents[place])
                position = 0 if end == 0.0 else len(contents)
                contents.insert(position, end)
                values.insert(position, beyond)
        return Curve(tuple(contents), tuple(values))

    def potential(self) -> Curve:
        """Return the open-circuit potential, uncertain as the average voltage is."""
        contents, voltages = (self.record.entries(f"open_circuit_{name}")[-1] for name in ("contents", "potential"))
        assert isinstance(contents.value, tuple) and isinstance(voltages.value, tuple)
        self.sources["open_circuit_potential"] = f"open_circuit_potential: {voltages.method}"
        self.note_bounds("open_circuit_potential", [voltages])
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
        elif mixing := [entry.number / 1e3 for entry in self.record.by_content("mixing_energy").values()]:
            self.remarks.append(
                "That its particles stay in one phase rests on the potential's energies of mixing, "
                f"{min(mixing):.1f} to {max(mixing):.1f} kJ per mole of the ions' sites."
            )
        found = self.curve("diffusivity", "chemical_diffusivity", logarithmic=True)
        if (fastest := max(found.values)) > IN_LIQUID:
            self.remarks.append(
                f"The chemical diffusivity is up to {fastest:.1e} m²/s, more than ions in a liquid have: the barriers "
                "behind it are too low or the thermodynamic factor is great, and where it is so, diffusion makes next "
                "to no stress."
            )
        return found
