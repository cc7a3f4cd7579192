"""Whether a cathode material and a solid electrolyte go together: swelling against fracture energy, voltage in window.

In simulations of a dense composite cathode, G. Bucci et al. (Journal of Materials Chemistry A 5, 19422, 2017,
doi:10.1039/c7ta03199h) found no fracture of the electrolyte where the active particles change their volume by less than
7.5 % and the electrolyte's fracture energy is above 4 J/m².
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from atomscreen.continuum.electrolyte.record_values import check_same_ion, lacking, number
from atomscreen.continuum.incomplete import HandoffIncomplete, lacks
from atomscreen.continuum.record import Entry, HandoffRecord

LARGEST_EXPANSION: Final = 0.075
"""Change of the active material's volume, as a fraction, up to which the criterion holds."""

LEAST_FRACTURE_ENERGY: Final = 4.0
"""Fracture energy of the electrolyte in J/m² from which the criterion holds."""

LIMITS: Final = (
    "The criterion comes from simulations of one dense composite cathode. Size and shape of the particles, rate and "
    "stack pressure are not in it, and all of them matter; the same simulations find compliant electrolytes (15 GPa) "
    "more prone to small cracks.",
    "A change of volume counts against the full material's volume, and by its magnitude: what shrinks on charge "
    "pulls at the electrolyte where what swells presses it.",
    "The window is held against the average voltage; at the end of charge the cathode is above it.",
    "Outside its window an electrolyte decomposes in equilibrium; slow kinetics or a passivating interphase may keep "
    "it, and inside it may still react with the cathode (stage 'interface_with_electrode').",
)
"""What the verdicts leave out."""


@dataclass(frozen=True)
class Pairing:
    """A cathode material in a solid electrolyte.

    Attributes
    ----------
    cathode, electrolyte
        Their ids.
    expansion
        Greatest change of the active material's volume against the full one over a charge, a positive fraction.
    expansion_uncertainty
        Its standard uncertainty; ``None`` where nobody knows it.
    fracture_energy
        Of the electrolyte, in J/m².
    fracture_energy_uncertainty
        Its standard uncertainty; ``None`` where nobody knows it.
    probability
        That both keep to the criterion, from their uncertainties, which are taken as independent; ``None`` where one is
        not known.
    voltage
        Average voltage of the cathode against the working ion's metal, in V.
    window
        Reduction and oxidation limit of the electrolyte against the metal, in V.
    window_is_bound
        Whether phases that were missing may make the true window narrower.
    """

    cathode: str
    electrolyte: str
    expansion: float
    expansion_uncertainty: float | None
    fracture_energy: float
    fracture_energy_uncertainty: float | None
    probability: float | None
    voltage: float
    window: tuple[float, float]
    window_is_bound: bool
    limits: tuple[str, ...] = LIMITS

    @property
    def intact(self) -> bool:
        """Whether the electrolyte stays whole by the criterion."""
        return self.expansion < LARGEST_EXPANSION and self.fracture_energy > LEAST_FRACTURE_ENERGY

    @property
    def in_window(self) -> bool | None:
        """Whether the electrolyte stands the cathode's voltage; ``None`` where the window may be narrower."""
        low, high = self.window
        inside = low <= self.voltage <= high
        return None if inside and self.window_is_bound else inside

    @property
    def verdict(self) -> str:
        """Both answers in one sentence."""
        whole = "stays whole" if self.intact else "is outside what stays whole"
        chance = "" if self.probability is None else f" (probability of staying whole {self.probability:.2f})"
        stands = {True: "stands", False: "does not stand", None: "may stand"}[self.in_window]
        return (
            f"With {self.cathode}, whose volume changes by {self.expansion:.1%}, {self.electrolyte} of "
            f"{self.fracture_energy:.2g} J/m² {whole}{chance}; its window of {self.window[0]:.2f} to "
            f"{self.window[1]:.2f} V {stands} {self.voltage:.2f} V."
        )


def pairing(active: HandoffRecord, electrolyte: HandoffRecord) -> Pairing:
    """Hold the record of a cathode material against that of a solid electrolyte.

    Raises
    ------
    HandoffIncomplete
        Where something is missing in either; all of it is named.
    UsageError
        Where different ions move in them.
    """
    check_same_ion(active, electrolyte)
    limits = ("reduction_limit", "oxidation_limit")
    names = active.material.id, electrolyte.material.id
    missing = lacking(active, ["average_voltage"], which=f"of {names[0]}")
    if not _charged(active):
        missing.append(lacks("volume_change", f"of {names[0]} without working ions"))
    missing += lacking(electrolyte, ["fracture_energy"], limits, which=f"of {names[1]}")
    if missing:
        raise HandoffIncomplete(" with ".join(names), "a composite cathode", missing)
    # A layered oxide that swells before it shrinks changes most on the way.
    changes = [*_charged(active), *active.by_content("volume_change").values()]
    swelling = max(changes, key=lambda entry: abs(entry.number))
    energy = electrolyte.find("fracture_energy")
    assert energy is not None
    low, high = (number(electrolyte, name) for name in limits)
    return Pairing(
        cathode=active.material.id,
        electrolyte=electrolyte.material.id,
        expansion=abs(swelling.number),
        expansion_uncertainty=swelling.uncertainty,
        fracture_energy=energy.number,
        fracture_energy_uncertainty=energy.uncertainty,
        probability=_probability(swelling, energy),
        voltage=number(active, "average_voltage"),
        window=(low, high),
        window_is_bound=any(found.bound for name in limits if (found := electrolyte.find(name))),
    )


def _charged(active: HandoffRecord) -> list[Entry]:
    """Return the change of volume when all working ions leave, as one stage or another gives it."""
    found = active.find("volume_change"), active.find("volume_change", ion_content=0.0)
    return [entry for entry in found if entry is not None]


def _probability(swelling: Entry, energy: Entry) -> float | None:
    """Return the probability that both keep to the criterion: a normal change of volume, a log-normal energy."""
    if swelling.uncertainty is None or energy.uncertainty is None:
        return None
    within = _below(LARGEST_EXPANSION, swelling.number, swelling.uncertainty)
    within -= _below(-LARGEST_EXPANSION, swelling.number, swelling.uncertainty)
    spread = energy.uncertainty / energy.number
    return within * (1 - _below(math.log(LEAST_FRACTURE_ENERGY), math.log(energy.number), spread))


def _below(limit: float, mean: float, spread: float) -> float:
    """Return the probability that a normal number is below a limit."""
    return NormalDist(mean, spread).cdf(limit) if spread > 0 else float(mean < limit)
