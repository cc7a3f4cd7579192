"""The composite cathode of a solid-state cell: active material, solid electrolyte and pores as one layer, in SI."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from atomscreen.continuum.electrolyte.electrolyte_layer import conductivity_doubts
from atomscreen.continuum.electrolyte.record_values import check_same_ion
from atomscreen.continuum.homogenisation import composite_moduli, effective_transport
from atomscreen.continuum.homogenisation.comparison_medium import IsotropicMedium
from atomscreen.continuum.homogenisation.composite_expansion import expansion_in
from atomscreen.continuum.homogenisation.composite_moduli import Phase, Phases
from atomscreen.continuum.homogenisation.effective_transport import ConductingPhase, Tortuosity
from atomscreen.continuum.incomplete import HandoffIncomplete, lacks
from atomscreen.continuum.record import Entry, HandoffRecord
from atomscreen.core.errors import UsageError
from atomscreen.core.quantity import Bound
from atomscreen.core.units import convert

ROOM_TEMPERATURE: Final = 300.0
"""In K: the conductivity at it has a name of its own."""

MODULI: Mapping[str, Callable[[Phases], IsotropicMedium]] = {
    "voigt": composite_moduli.voigt,
    "reuss": composite_moduli.reuss,
    "hashin_shtrikman_lower": composite_moduli.hashin_shtrikman_lower,
    "hashin_shtrikman_upper": composite_moduli.hashin_shtrikman_upper,
    "mori_tanaka": lambda phases: composite_moduli.mori_tanaka(phases, matrix="electrolyte"),
    "self_consistent": composite_moduli.self_consistent,
}
"""Bounds and estimates of the layer's moduli; Mori and Tanaka's has the electrolyte as its matrix."""

LIMITS: Final = (
    "The active material's stiffness is that of the full material, at every content.",
    "Bonds between the phases hold; the layer is free to change its volume, and strains are small.",
    "The ionic conductivity rests on that inside the electrolyte's grains: grain boundaries and contacts lower it.",
)
"""What the numbers leave out."""


@dataclass(frozen=True)
class CompositeCathode:
    """A layer of active material, solid electrolyte and pores.

    Attributes
    ----------
    active, electrolyte
        The materials' ids.
    fractions
        Volume fractions of ``"active"``, ``"electrolyte"`` and ``"pores"``.
    temperature
        In K, of conductivity and thermal expansion.
    moduli
        Bulk and shear modulus in Pa (with Young's modulus and Poisson's ratio) by the names of :data:`MODULI`, with the
        active material full of ions.
    ionic_conductivity
        In S/m, active material and pores insulating, the electrolyte as its bulk conducts:
        ``"hashin_shtrikman_upper"``, ``"bruggeman"`` (its power law with exponent 1.5), ``"self_consistent"`` (0 with
        less than a third of electrolyte), and ``"tortuosity_factor"`` where one was given. The lower bounds are 0.
    volume_change
        Of the layer's volume, free to change, when all ions leave the full active material; negative where it shrinks:
        ``"mori_tanaka"`` and ``"self_consistent"``, as the moduli.
    thermal_expansion
        Volumetric, in 1/K, by the same names; ``None`` where one of the materials has none at the temperature.
    sources
        How each number that went in was obtained.
    relative_uncertainties
        Standard uncertainty over value of numbers that went in, by the names of ``sources``, where it is known. The
        layer's conductivity and change of volume each go with one of them.
    bounds
        ``"upper"`` or ``"lower"``, by the same names, where such a number is a bound.
    remarks
        What a reader should know of the numbers of these two materials.
    limits
        What the numbers leave out in any two.
    """

    active: str
    electrolyte: str
    fractions: Mapping[str, float]
    temperature: float
    moduli: Mapping[str, IsotropicMedium]
    ionic_conductivity: Mapping[str, float]
    volume_change: Mapping[str, float]
    thermal_expansion: Mapping[str, float] | None
    sources: Mapping[str, str]
    relative_uncertainties: Mapping[str, float]
    bounds: Mapping[str, Bound]
    remarks: tuple[str, ...]
    limits: tuple[str, ...] = LIMITS


def composite_cathode(
    active: HandoffRecord,
    electrolyte: HandoffRecord,
    *,
    active_fraction: float,
    porosity: float,
    temperature: float = ROOM_TEMPERATURE,
    tortuosity: Tortuosity | None = None,
) -> CompositeCathode:
    """Return the layer that an active material and a solid electrolyte make, from their records.

    Moduli by :mod:`~atomscreen.continuum.homogenisation.composite_moduli`, conductivity by
    :mod:`~atomscreen.continuum.homogenisation.effective_transport`, expansion by
    :func:`~atomscreen.continuum.homogenisation.composite_expansion.expansion_in` (Levin's relation without pores).

    Parameters
    ----------
    active
        The active material. Its stiffness is that of the full one, corrected for the potential's softness where there
        is such a value.
    electrolyte
        The solid electrolyte, which has the rest of the volume.
    active_fraction, porosity
        Volume fractions of active material and of pores.
    temperature
        Of conductivity and thermal expansion, in K; the record must have the conductivity there.
    tortuosity
        Of the electrolyte's paths, where it was measured.

    Raises
    ------
    UsageError
        For fractions that leave no volume to the electrolyte, or where different ions move in the two.
    HandoffIncomplete
        Where a record lacks something: all that it lacks, and which stage gives it.
    """
    check_same_ion(active, electrolyte)
    fractions = _fractions(active_fraction, porosity)
    found = _Found(temperature)
    layer = {
        "active": found.phase("active", active, fractions["active"]),
        "electrolyte": found.phase("electrolyte", electrolyte, fractions["electrolyte"]),
        "pores": Phase.pores(porosity),
    }
    volume_change, conductivity = found.volume_change(active), found.conductivity(electrolyte)
    if found.missing:
        names = f"{active.material.id} with {electrolyte.material.id}"
        raise HandoffIncomplete(names, "a composite cathode", found.missing)
    moduli = {name: average(layer) for name, average in MODULI.items()}
    # The comparison media of the two estimates: the matrix, and the composite itself.
    media = {"mori_tanaka": layer["electrolyte"].medium, "self_consistent": moduli["self_consistent"]}
    thermal = found.thermal_expansions(active, electrolyte)
    return CompositeCathode(
        active=active.material.id,
        electrolyte=electrolyte.material.id,
        fractions=fractions,
        temperature=temperature,
        moduli=moduli,
        ionic_conductivity=_conductivities(conductivity, fractions, tortuosity),
        volume_change={
            name: expansion_in(layer, {"active": volume_change, "electrolyte": 0.0}, medium)
            for name, medium in media.items()
        },
        thermal_expansion=thermal and {name: expansion_in(layer, thermal, medium) for name, medium in media.items()},
        sources=found.sources,
        relative_uncertainties=found.uncertainties,
        bounds=found.bounds,
        remarks=tuple(found.remarks),
    )


_FULL: tuple[dict[str, float], ...] = ({"ion_content": 1.0}, {})
"""Conditions of a full material; that of the relaxed structure, without any, is full too."""


def _fractions(active: float, porosity: float) -> dict[str, float]:
    if not (0 < active < 1 and 0 <= porosity < 1 and active + porosity < 1):
        raise UsageError(
            f"{active:g} of active material and {porosity:g} of pores leave no volume to the electrolyte, or are none"
        )
    return {"active": active, "electrolyte": 1 - active - porosity, "pores": porosity}


def _conductivities(value: float, fractions: Mapping[str, float], tortuosity: Tortuosity | None) -> dict[str, float]:
    """Return bounds and estimates with the electrolyte conducting alone."""
    phases = {
        name: ConductingPhase(fraction, value if name == "electrolyte" else 0.0) for name, fraction in fractions.items()
    }
    found = {
        "hashin_shtrikman_upper": effective_transport.hashin_shtrikman_upper(phases),
        "bruggeman": effective_transport.bruggeman_power_law(value, fractions["electrolyte"]),
        "self_consistent": effective_transport.self_consistent(phases),
    }
    if tortuosity is not None:
        found["tortuosity_factor"] = tortuosity.effective(value, fractions["electrolyte"])
    return found


class _Found:
    """What the records have, where it came from, and what they lack."""

    def __init__(self, temperature: float) -> None:
        self.temperature = temperature
        self.sources: dict[str, str] = {}
        self.uncertainties: dict[str, float] = {}
        self.bounds: dict[str, Bound] = {}
        self.missing: list[str] = []
        self.remarks: list[str] = []

    def phase(self, part: str, record: HandoffRecord, fraction: float) -> Phase:
        """Return a material full of ions, with moduli corrected where both are; without stiffness where they lack."""
        for suffix in ("_corrected", ""):
            for conditions in _FULL:
                youngs = record.find(f"youngs_modulus{suffix}", **conditions)
                poisson = record.find(f"poisson_ratio{suffix}", **conditions)
                if youngs is not None and poisson is not None:
                    self.sources[f"{part} moduli"] = youngs.method
                    if not suffix:
                        self.remarks.append(
                            f"The stiffness of {record.material.id} is not corrected for the potential's softness."
                        )
                    return Phase.of_youngs_modulus(fraction, youngs.number, poisson.number)
        self._lacks(record, "youngs_modulus", "with poisson_ratio, of the full material")
        return Phase.pores(fraction)

    def volume_change(self, record: HandoffRecord) -> float:
        """Return the change of the active material's volume, as a fraction, when all ions leave; nan where it lacks."""
        entry = record.find("volume_change", ion_content=0.0) or record.find("volume_change")
        if entry is None:
            return self._lacks(record, "volume_change", "without working ions")
        return self._take("active volume_change", entry)

    def conductivity(self, record: HandoffRecord) -> float:
        """Return the electrolyte's bulk conductivity in S/m at the temperature; nan where it lacks."""
        entry = record.find("bulk_ionic_conductivity", temperature=self.temperature)
        if entry is None and self.temperature == ROOM_TEMPERATURE:
            entry = record.find("bulk_ionic_conductivity_300K")
        if entry is None:
            return self._lacks(record, "bulk_ionic_conductivity", f"at {self.temperature:g} K")
        if self.temperature == ROOM_TEMPERATURE:
            self.remarks += conductivity_doubts(convert(entry.number, "S/m", "S/cm"), record.material.working_ion)
        return self._take("electrolyte conductivity", entry)

    def thermal_expansions(self, active: HandoffRecord, electrolyte: HandoffRecord) -> dict[str, float] | None:
        """Return both volumetric expansions in 1/K at the temperature; a remark where one lacks."""
        found, without = {}, []
        for part, record in (("active", active), ("electrolyte", electrolyte)):
            entry = record.find("thermal_expansion", temperature=self.temperature)
            if entry is not None:
                found[part] = self._take(f"{part} thermal_expansion", entry)
            else:
                without.append(record.material.id)
        if not without:
            return found
        wanted = lacks("thermal_expansion", f"of {' and '.join(without)} at {self.temperature:g} K")
        self.remarks.append(f"There is no thermal expansion of the layer, for lack of {wanted}.")
        return None

    def _take(self, what: str, entry: Entry) -> float:
        self.sources[what] = entry.method
        if entry.uncertainty is not None and entry.number:
            self.uncertainties[what] = entry.uncertainty / abs(entry.number)
        if entry.bound is not None:
            self.bounds[what] = entry.bound
            self.remarks.append(f"The {what} is a bound ({entry.bound}), and so is what follows from it.")
        return entry.number

    def _lacks(self, record: HandoffRecord, name: str, where: str) -> float:
        self.missing.append(lacks(name, f"of {record.material.id} {where}"))
        return math.nan
