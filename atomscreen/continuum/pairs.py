"""Every cathode with every solid electrolyte: does the electrolyte stay whole, and what layer do the two make."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from atomscreen.continuum.electrolyte import cathode_pairing
from atomscreen.continuum.electrolyte.cathode_pairing import pairing
from atomscreen.continuum.homogenisation import composite_cathode as layers
from atomscreen.continuum.homogenisation.composite_cathode import composite_cathode
from atomscreen.continuum.incomplete import HandoffIncomplete, in_one_line
from atomscreen.continuum.record import HandoffRecord
from atomscreen.core.errors import UsageError
from atomscreen.core.files import written
from atomscreen.core.vocabulary import Role

FILE: Final = "pairs.csv"

ACTIVE_FRACTION, POROSITY = 0.6, 0.1
"""Volume fractions of active material and of pores in the layers of the table: an ordinary cold-pressed composite."""

COLUMNS: Final = (
    "cathode",
    "electrolyte",
    "largest_volume_change_magnitude",
    "largest_volume_change_uncertainty",
    "fracture_energy_J_per_m2",
    "fracture_energy_uncertainty_J_per_m2",
    "stays_whole",
    "probability",
    "average_voltage_V",
    "reduction_limit_V",
    "oxidation_limit_V",
    "window_may_be_narrower",
    "in_window",
    "active_fraction",
    "electrolyte_fraction",
    "pore_fraction",
    "layer_youngs_modulus_mori_tanaka_Pa",
    "layer_youngs_modulus_self_consistent_Pa",
    "layer_youngs_modulus_hashin_shtrikman_upper_Pa",
    "layer_conductivity_bruggeman_S_per_m",
    "layer_conductivity_hashin_shtrikman_upper_S_per_m",
    "layer_conductivity_relative_uncertainty",
    "layer_conductivity_bound",
    "layer_volume_change_full_to_empty_mori_tanaka",
    "layer_volume_change_full_to_empty_self_consistent",
    "layer_volume_change_relative_uncertainty",
    "layer_volume_change_bound",
    "layer_volumetric_thermal_expansion_mori_tanaka_per_K",
    "said",
    "remarks",
)

ABOUT: Final = (
    "Every cathode with every solid electrolyte, in SI units: Bucci's criterion and the electrolyte's window, and the "
    "composite cathode that the two make with pores. Changes of volume are fractions of the full material's volume; "
    "that of the layer is signed, negative where it shrinks as all ions leave."
)

LIMITS: Final = (
    *cathode_pairing.LIMITS,
    *layers.LIMITS,
    "The volume fractions are assumed; with the electrolyte at less than a third, the self-consistent estimate has no "
    "path of electrolyte through the layer and a conductivity of 0: whether there is one depends on the mixing.",
    "Moduli are without uncertainty. With pores their lower bounds are 0.",
)
"""What no row of the table takes into account."""


def write_pairs(
    records: Sequence[HandoffRecord], folder: Path, earlier: Sequence[Mapping[str, Any]] = ()
) -> list[Path]:
    """Write the table of all pairs; nothing where there is none.

    Rows of an ``earlier`` table of pairs that are not among these stay in it. A pair that lacks something has empty
    cells, and says what it lacks; the layers are of :data:`ACTIVE_FRACTION` and :data:`POROSITY`.
    """
    rows = {(row["cathode"], row["electrolyte"]): row for row in (*earlier, *pairs(records))}
    if not rows:
        return []
    path = folder / FILE
    with written(path) as file:
        table = csv.DictWriter(file, COLUMNS, restval="")
        table.writeheader()
        table.writerows(rows.values())
    return [path]


def read_pairs(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of the table in a folder; none where there is no table.

    Raises
    ------
    UsageError
        For a table that is not what :func:`write_pairs` wrote.
    """
    path = folder / FILE
    if not path.exists():
        return []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.DictReader(file, strict=True)
            rows = list(table)
    except (OSError, ValueError, csv.Error):
        rows, table = [], None
    if table is None or tuple(table.fieldnames or ()) != COLUMNS or any(None in row for row in rows):
        raise UsageError(f"'{path}' is not what atomscreen wrote; move it away and hand over again")
    return rows


def pairs(records: Sequence[HandoffRecord]) -> Iterator[dict[str, Any]]:
    """Yield a row of :data:`COLUMNS` for every cathode with every solid electrolyte."""
    cathodes = [record for record in records if record.material.role == Role.CATHODE]
    electrolytes = [record for record in records if record.material.role == Role.SOLID_ELECTROLYTE]
    for active in cathodes:
        for electrolyte in electrolytes:
            yield _row(active, electrolyte)


def _row(active: HandoffRecord, electrolyte: HandoffRecord) -> dict[str, Any]:
    row: dict[str, Any] = {"cathode": active.material.id, "electrolyte": electrolyte.material.id}
    said: list[str] = []
    missing: list[str] = []
    for part in (_criterion, _layer):
        try:
            row |= part(active, electrolyte)
        except HandoffIncomplete as problem:
            missing += problem.missing
        except Exception as problem:  # of one pair: the others go on
            said.append(f"{in_one_line(problem)}.")
    if missing:
        said.append(f"The pair lacks {'; '.join(dict.fromkeys(missing))}.")
    return row | {"said": " ".join([*filter(None, [row.get("said")]), *dict.fromkeys(said)])}


def _criterion(active: HandoffRecord, electrolyte: HandoffRecord) -> dict[str, Any]:
    found = pairing(active, electrolyte)
    return {
        "largest_volume_change_magnitude": found.expansion,
        "largest_volume_change_uncertainty": found.expansion_uncertainty,
        "fracture_energy_J_per_m2": found.fracture_energy,
        "fracture_energy_uncertainty_J_per_m2": found.fracture_energy_uncertainty,
        "stays_whole": found.intact,
        "probability": found.probability,
        "average_voltage_V": found.voltage,
        "reduction_limit_V": found.window[0],
        "oxidation_limit_V": found.window[1],
        "window_may_be_narrower": found.window_is_bound,
        "in_window": found.in_window,
        "said": found.verdict,
    }


def _layer(active: HandoffRecord, electrolyte: HandoffRecord) -> dict[str, Any]:
    layer = composite_cathode(active, electrolyte, active_fraction=ACTIVE_FRACTION, porosity=POROSITY)
    youngs_moduli = {name: medium.youngs_modulus for name, medium in layer.moduli.items()}
    return {
        "active_fraction": layer.fractions["active"],
        "electrolyte_fraction": round(layer.fractions["electrolyte"], 12),
        "pore_fraction": layer.fractions["pores"],
        "layer_youngs_modulus_mori_tanaka_Pa": youngs_moduli["mori_tanaka"],
        "layer_youngs_modulus_self_consistent_Pa": youngs_moduli["self_consistent"],
        "layer_youngs_modulus_hashin_shtrikman_upper_Pa": youngs_moduli["hashin_shtrikman_upper"],
        "layer_conductivity_bruggeman_S_per_m": layer.ionic_conductivity["bruggeman"],
        "layer_conductivity_hashin_shtrikman_upper_S_per_m": layer.ionic_conductivity["hashin_shtrikman_upper"],
        "layer_conductivity_relative_uncertainty": layer.relative_uncertainties.get("electrolyte conductivity"),
        "layer_conductivity_bound": layer.bounds.get("electrolyte conductivity"),
        "layer_volume_change_full_to_empty_mori_tanaka": layer.volume_change["mori_tanaka"],
        "layer_volume_change_full_to_empty_self_consistent": layer.volume_change["self_consistent"],
        "layer_volume_change_relative_uncertainty": layer.relative_uncertainties.get("active volume_change"),
        "layer_volume_change_bound": layer.bounds.get("active volume_change"),
        "layer_volumetric_thermal_expansion_mori_tanaka_per_K": (layer.thermal_expansion or {}).get("mori_tanaka"),
        "remarks": " ".join(layer.remarks),
    }
