"""What the uncertainties of a finished campaign's electrodes do to cells, and what finding that out costs.

For every electrode: 90 % intervals over samples and the time of one; which cathode is better, and how sure that is; for
the first cathode with uncertainties a surrogate's error against direct runs that it has not seen, the time that it
saves, and which property matters; and the ranking of damage for each.

python tests/benchmarks/benchmark_cell_uncertainty.py DIR [BASE]
"""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path

from atomscreen.campaign.folder import CampaignFolder
from atomscreen.campaign.record import candidates_in
from atomscreen.continuum.cell.base_sets import DEFAULT_BASE
from atomscreen.continuum.cell.cell_surrogate import cell_surrogate
from atomscreen.continuum.cell.cell_uncertainty import CellUncertainty, cell_uncertainty, probability_better
from atomscreen.continuum.cell.damage import damage_ranking
from atomscreen.continuum.cell.pybamm_parameters import pybamm_parameters
from atomscreen.continuum.cell.sensitivities import sensitivities
from atomscreen.continuum.electrode import Electrode
from atomscreen.continuum.electrode_reading import electrode_of
from atomscreen.continuum.electrode_samples import with_uncertainty
from atomscreen.continuum.record import handoff_record
from atomscreen.core.errors import StageFailure
from atomscreen.core.vocabulary import ELECTRODES, define

SAMPLES = 100
SHOWN = ("cell_capacity", "cell_energy", "cell_mean_voltage", "surface_stress")
MANY = 10_000
RUNS, HELD_OUT = 60, 20

CHARGED = 4.0
"""V to which cells are cycled: beyond 4.06 V one with LiC6 gets to where nobody knows the potential of Ai2020's LiCoO2."""


def main(folder: Path, base: str) -> None:
    """Print all of it."""
    found = candidates_in(CampaignFolder(folder).read_record())
    electrodes = [electrode_of(handoff_record(one)) for one in found if one.role in ELECTRODES]
    drawn = {one.id: intervals(one, base) for one in electrodes if with_uncertainty(one)}
    for one in electrodes:
        if one.id not in drawn:
            print(f"{one.id}: nothing is known to be uncertain")
    cathodes = [one for one in electrodes if one.side == "Positive" and one.id in drawn]
    for ours, theirs in itertools.combinations(cathodes, 2):
        energies = (drawn[one.id].outputs["cell_energy"] for one in (ours, theirs))
        print(f"probability that the cell with {ours.id} gives more energy than {theirs.id}'s: ", end="")
        print(f"{probability_better(*energies):.2f}")
    for one in cathodes[:1]:
        surrogate(one, base)
    for one in electrodes:
        damage(one, base)


def intervals(electrode: Electrode, base: str) -> CellUncertainty:
    """Print 90 % intervals of an electrode's cell, and the time of a sample."""
    found = cell_uncertainty(electrode, base, SAMPLES)
    print(
        f"{electrode.id}: {SAMPLES} samples, {found.seconds_per_sample:.2f} s each, {len(found.failures)} failed",
        end="",
    )
    print(f"; drawn: {', '.join(with_uncertainty(electrode))}; 90 % intervals:")
    for name in SHOWN:
        if name in found.outputs:
            one = found.interval(name)
            print(f"  {name:20}{one.low:10.4g} {one.median:10.4g} {one.high:10.4g} {define(name).unit}")
    return found


def surrogate(electrode: Electrode, base: str) -> None:
    """Print a surrogate's errors in direct runs that it has not seen, the time it saves, and what matters."""
    start = time.perf_counter()
    found = cell_surrogate(electrode, base, model="SPM", runs=RUNS, held_out=HELD_OUT)
    trained = time.perf_counter() - start
    start = time.perf_counter()
    found.distribution(MANY, seed=0)
    drawn = time.perf_counter() - start
    direct = MANY * found.seconds_per_run
    print(
        f"surrogate of {electrode.id}: {RUNS} runs and {HELD_OUT} held out at {found.seconds_per_run:.2f} s, ", end=""
    )
    print(f"{len(found.failures)} of them failed; {MANY} samples in {trained + drawn:.0f} s in place of {direct:.0f} s")
    for name in SHOWN:
        if name not in found.processes:
            continue
        error = found.held_out[name]
        print(f"  {name:20}held-out error {error.root_mean_square:.3g} {define(name).unit} ", end="")
        print(f"({error.of_spread:.1%} of the spread), {error.within_90:.0%} within its 90 % interval; ", end="")
        rows = sensitivities(found, name, count=256)
        print(", ".join(f"{row.property} {row.total:.2f}" for row in rows if row.total > 0.01))


def damage(electrode: Electrode, base: str) -> None:
    """Print which damage takes most."""
    start = time.perf_counter()
    try:
        found = damage_ranking(pybamm_parameters(electrode, base, upper_voltage=CHARGED), cycles=1, model="SPM")
    except StageFailure as problem:
        print(f"damage to {electrode.id}: {problem}")
        return
    taken = time.perf_counter() - start
    print(f"damage to {electrode.id} in a cycle: {found.all_on:.2g} of the capacity, resolved to ", end="")
    print(f"{found.resolution:.1g}, in {taken:.0f} s; spared without each: ", end="")
    print(", ".join(f"{one.mechanism} {one.saved_without:.2g}" for one in found.shares))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else DEFAULT_BASE)
