"""Every cathode with every solid electrolyte: does the electrolyte stay whole, and what layer do the two make."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from atomscreen.continuum.electrolyte.cathode_pairing import pairing
from atomscreen.continuum.homogenisation.composite_cathode import composite_cathode
from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.record import HandoffRecord
from atomscreen.core.files import written
from atomscreen.core.vocabulary import Role

FILE: Final = "pairs.csv"

ACTIVE_FRACTION, POROSITY = 0.6, 0.1
"""Volume fractions of active material and of pores in the layers of the table: an ordinary cold-pressed composite."""

COLUMNS: Final = (
    "cathode",
    "electrolyte",
    "expansion",
    "fracture_energy_J_per_m2",
    "stays_whole",
    "probability",
    "in_window",
    "layer_youngs_modulus_Pa",
    "layer_youngs_modulus_low_Pa",
    "layer_youngs_modulus_high_Pa",
    "layer_conductivity_S_per_m",
    "layer_volume_change",
    "said",
)


def write_pairs(records: Sequence[HandoffRecord], folder: Path) -> list[Path]:
    """Write the table of all pairs; nothing where there is none.

    A pair that lacks something has empty cells, and says what it lacks; the layers are of
    :data:`ACTIVE_FRACTION` and :data:`POROSITY`.
    """
    rows = list(pairs(records))
    if not rows:
        return []
    path = folder / FILE
    with written(path) as file:
        table = csv.DictWriter(file, COLUMNS, restval="")
        table.writeheader()
        table.writerows(rows)
    return [path]


def pairs(records: Sequence[HandoffRecord]) -> Iterator[dict[str, Any]]:
    """Yield a row of :data:`COLUMNS` for every cathode with every solid electrolyte."""
    cathodes = [record for record in records if record.material.role == Role.CATHODE]
    electrolytes = [record for record in records if record.material.role == Role.SOLID_ELECTROLYTE]
    for active in cathodes:
        for electrolyte in electrolytes:
            row: dict[str, Any] = {"cathode": active.material.id, "electrolyte": electrolyte.material.id}
            said = []
            for part in (_criterion, _layer):
                try:
                    found, words = part(active, electrolyte)
                    row |= found
                    said.append(words)
                except HandoffIncomplete as problem:
                    said.append(str(problem))
            yield {**row, "said": "; ".join(filter(None, said))}


def _criterion(active: HandoffRecord, electrolyte: HandoffRecord) -> tuple[dict[str, Any], str]:
    found = pairing(active, electrolyte)
    return {
        "expansion": found.expansion,
        "fracture_energy_J_per_m2": found.fracture_energy,
        "stays_whole": found.intact,
        "probability": found.probability,
        "in_window": found.in_window,
    }, found.verdict


def _layer(active: HandoffRecord, electrolyte: HandoffRecord) -> tuple[dict[str, Any], str]:
    layer = composite_cathode(active, electrolyte, active_fraction=ACTIVE_FRACTION, porosity=POROSITY)
    return {
        "layer_youngs_modulus_Pa": layer.moduli["mori_tanaka"].youngs_modulus,
        "layer_youngs_modulus_low_Pa": layer.moduli["hashin_shtrikman_lower"].youngs_modulus,
        "layer_youngs_modulus_high_Pa": layer.moduli["hashin_shtrikman_upper"].youngs_modulus,
        "layer_conductivity_S_per_m": layer.ionic_conductivity["bruggeman"],
        "layer_volume_change": layer.volume_change["mori_tanaka"],
    }, ""
