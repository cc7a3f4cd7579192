"""The free energy of an electrode, read from its record: from energies where there are any, else from the potential.

In order of what tells most:

- all orderings of a supercell: at each content the free energy beyond an ideal solution is −(RT/N) ln⟨exp(−N e/RT)⟩,
  the mean over all arrangements of ions on its N sites, e their energies per site. The entropy that order takes is in
  it, as far as a cell of N sites can tell;
- the lowest orderings alone, as if ions were placed at random with that energy;
- the open-circuit potential, which tells nothing of the barrier between phases that coexist.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from atomscreen.continuum.incomplete import HandoffIncomplete, lacks
from atomscreen.continuum.phase_field.configurations import configurational_energy
from atomscreen.continuum.phase_field.free_energy import FreeEnergy
from atomscreen.continuum.phase_field.free_energy_fit import from_potential, swings, through_energies
from atomscreen.continuum.record import Entry, HandoffRecord
from atomscreen.core.errors import UsageError
from atomscreen.core.units import convert
from atomscreen.properties.working_ion import ion_charge

COMPARED: Final = (0.05, 0.95)
"""Contents between which chemical potentials are compared; beyond, the logarithm of the content is all there is."""

MODEL: Final = "a phase field"


@dataclass(frozen=True)
class KnownFreeEnergy:
    """A material's free energy.

    Attributes
    ----------
    free_energy
        At the temperature asked for.
    origin
        What it was made from.
    at_every_temperature
        Whether its interactions are those of every temperature: of energies at 0 K, that is.
    remarks
        What a reader should know of its limits.
    """

    free_energy: FreeEnergy
    origin: str
    at_every_temperature: bool
    remarks: tuple[str, ...]


def free_energy_of(record: HandoffRecord, temperature: float | None = None) -> KnownFreeEnergy:
    """Return the free energy against content, from what the record of an electrode tells of it.

    Parameters
    ----------
    record
        With energies of mixing between the ends, or an open-circuit potential.
    temperature
        In K; that of the open-circuit potential where it is not given.

    Raises
    ------
    HandoffIncomplete
        Where the record has neither.
    UsageError
        Where there is but the potential, and it is that of another temperature.
    """
    at = temperature if temperature is not None else record.particle.temperature if record.particle else None
    if at is None:
        missing = [lacks("open_circuit_potential", "with its temperature")]
        raise HandoffIncomplete(record.material.id, MODEL, missing)
    energies = {x: entry for x, entry in record.by_content("mixing_energy").items() if 0 < x < 1}
    return _from_energies(record, energies, at) if energies else _from_potential(record, at)


def _from_energies(record: HandoffRecord, lowest: dict[float, Entry], temperature: float) -> KnownFreeEnergy:
    contents = list(lowest)
    excess = [_of_all_orderings(record, content, temperature) for content in contents]
    known = [value for value in excess if value is not None]
    method = "; ".join(dict.fromkeys(entry.method for entry in lowest.values()))
    where = f"at contents {', '.join(f'{content:g}' for content in contents)}"
    if all_orderings := len(known) == len(contents):
        origin = f"energies of all orderings of a supercell {where}: {method}"
        remarks = ["Order over more than a supercell is not in the free energy, nor are vibrations and electrons."]
    else:
        known = [entry.number for entry in lowest.values()]
        origin = f"energies of the lowest orderings {where}: {method}"
        remarks = [
            "The free energy has the energy of the lowest orderings and the entropy of ions placed at random, which "
            "no state has together: it is an estimate that favours mixing, and an ordered content is no sharp minimum "
            "of it."
        ]
    found = through_energies(contents, known, temperature)
    if len(found.interactions) > len(contents):
        remarks.append(
            f"The {len(contents)} energies alone would make a polynomial that swings; further interactions smooth it."
        )
    if swings(found, contents, known):
        remarks.append("The polynomial through the energies swings: it separates phases where they tell of none.")
    return KnownFreeEnergy(found, origin, not all_orderings, (*remarks, *_against_potential(record, found)))


def _of_all_orderings(record: HandoffRecord, content: float, temperature: float) -> float | None:
    """Return the free energy beyond an ideal solution in J/mol, ``None`` where not all orderings are known."""
    energies = record.by_content("ordering_energies").get(content)
    counts = record.by_content("ordering_multiplicities").get(content)
    if energies is None or counts is None:
        return None
    sites = int(energies.provenance.get("supercell_ion_sites", 0))
    if not sites or sum(_numbers(counts)) != math.comb(sites, round(content * sites)):
        return None
    return configurational_energy(_numbers(energies), _numbers(counts), sites, temperature)


def _from_potential(record: HandoffRecord, temperature: float) -> KnownFreeEnergy:
    potential = _potential(record)
    if potential is None or record.particle is None:
        missing = [f"{lacks('mixing_energy', 'at a content between the ends')}, or {lacks('open_circuit_potential')}"]
        raise HandoffIncomplete(record.material.id, MODEL, missing)
    contents, voltages, method = potential
    if abs(temperature - record.particle.temperature) > 0.01:
        raise UsageError(
            f"{record.material.id} has no energies of mixing, and its open-circuit potential is that of "
            f"{record.particle.temperature:g} K, not {temperature:g} K"
        )
    gaps = record.particle.coexistence
    if any(low <= 0 or high >= 1 for low, high in gaps):
        missing = [lacks("mixing_energy", "at contents between the ends, where the potential is but a plateau")]
        raise HandoffIncomplete(record.material.id, MODEL, missing)
    found, mean = from_potential(contents, voltages, gaps, _charge(record), temperature)
    remarks = []
    if gaps:
        remarks.append(
            "The potential is flat where two phases coexist, so the barrier between them, and with it the spinodal, is "
            "not known: the free energy there continues that of the phases."
        )
    single = [(x, u) for x, u in zip(contents, voltages, strict=True) if not any(low < x < high for low, high in gaps)]
    remarks.append(f"The free energy fits the potential within {_difference(record, found, single, mean):.1f} mV.")
    return KnownFreeEnergy(found, f"open-circuit potential: {method}", False, tuple(remarks))


def _against_potential(record: HandoffRecord, free_energy: FreeEnergy) -> list[str]:
    """Return what the chemical potential differs by from the record's open-circuit potential, in a sentence."""
    if (potential := _potential(record)) is None:
        return []
    contents, voltages, _ = potential
    average = record.entries("average_voltage")
    mean = average[-1].number if average else float(np.trapezoid(voltages, contents) / (contents[-1] - contents[0]))
    difference = _difference(record, free_energy, list(zip(contents, voltages, strict=True)), mean)
    return [
        "The chemical potential of the free energy differs from the open-circuit potential by "
        f"{difference:.0f} mV (root mean square at contents from {COMPARED[0]:g} to {COMPARED[1]:g}), which takes "
        "ordered contents as such and has plateaus where two phases coexist."
    ]


def _difference(
    record: HandoffRecord, free_energy: FreeEnergy, points: list[tuple[float, float]], mean: float
) -> float:
    """Return the root mean square difference between points of a potential in V and −μ/(zF), in mV."""
    x, u = np.array([point for point in points if COMPARED[0] <= point[0] <= COMPARED[1]]).reshape(-1, 2).T
    per_volt = _charge(record) * convert(1.0, "faraday_constant", "C/mol")
    off = u - mean + free_energy.chemical_potential(x) / per_volt
    return 1e3 * float(np.sqrt(np.mean(off**2))) if len(off) else math.nan


def _potential(record: HandoffRecord) -> tuple[list[float], list[float], str] | None:
    """Return contents, voltages and method of the open-circuit potential."""
    contents, voltages = (record.entries(f"open_circuit_{name}") for name in ("contents", "potential"))
    if not contents or not voltages:
        return None
    return _numbers(contents[-1]), _numbers(voltages[-1]), voltages[-1].method


def _numbers(entry: Entry) -> list[float]:
    return [float(value) for value in np.ravel(entry.value)]


def _charge(record: HandoffRecord) -> int:
    return ion_charge(str(record.material.working_ion))
