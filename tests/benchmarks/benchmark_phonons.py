"""Phonons with a potential beside measurement: heat capacities, thermal expansion, band centres of lithium.

    python tests/benchmarks/benchmark_phonons.py [POTENTIAL] [DISPLACEMENT] [MIN_WIDTH]

runs the stage 'phonons' at 298.15 K on compounds of the built-in set and prints the heat capacity C_V beside the
measured C_p, both per mole of atoms, the mean frequency of lithium's phonons, its mean-squared displacement, the
evaluations of supercells and the seconds; then the stage 'thermal_expansion' on three of them.
"""

from __future__ import annotations

import sys
import time

from atomscreen import AtomscreenError, Candidate, run_stage
from atomscreen.sources.builtin import reference_candidates

# C_p at 298.15 K in J/(mol K) per mole of formula units (CRC Handbook of Chemistry and Physics, standard
# thermodynamic properties), and atoms in it. At room temperature C_p is 1 to 3 % above C_V.
MEASURED = {"MgO": (37.2, 2), "Al2O3": (79.0, 5), "LiF": (41.6, 2), "LiCl": (48.0, 2), "Li2O": (54.1, 3)}
IONIC = ("Li3PO4-beta", "Li3PS4-gamma", "Li3PS4-beta", "Li6PS5Cl", "LiCoO2")

# Volumetric, in 1e-6/K at 300 K: three times the usual tabulated linear ones (MgO 10.4, LiF 33, Al2O3 mean 5.4).
EXPANSION = {"MgO": 31, "LiF": 99, "Al2O3": 16}


def phonons(name: str, candidate: Candidate, potential: str, **options: float) -> str:
    """Return one line of the table."""
    began = time.perf_counter()
    try:
        found = run_stage("phonons", candidate, potential=potential, temperatures=[298.15], **options)
    except AtomscreenError as problem:
        return f"{name:14s} {problem}"
    seconds = time.perf_counter() - began
    lowest = found.quantity("lowest_phonon_frequency")
    line = f"{name:14s} lowest {lowest.number:6.2f} THz"
    capacity = found.find("heat_capacity")
    if capacity is not None:
        line += f"  C_V {capacity.number:5.2f}"
        if name in MEASURED:
            measured = MEASURED[name][0] / MEASURED[name][1]
            line += f"  measured C_p {measured:5.2f} ({100 * (capacity.number / measured - 1):+.1f} %)"
    for quantity, label in (("phonon_band_center", "centre"), ("ion_mean_squared_displacement", "<u2>")):
        if (value := found.find(quantity)) is not None:
            line += f"  {label} {value.number:.4g} {value.unit}"
    if (gain := found.find("unstable_mode_energy_gain")) is not None:
        line += f"  gain {gain.number:.2f} meV/atom to space group {gain.provenance['distorted_space_group']}"
    origin = lowest.provenance
    return f"{line}  {origin['supercell_evaluations']} evaluations of {origin['atoms_in_supercell']} atoms, {seconds:.0f} s"


def expansion(name: str, candidate: Candidate, potential: str, **options: float) -> str:
    """Return one line on thermal expansion."""
    began = time.perf_counter()
    try:
        found = run_stage("thermal_expansion", candidate, potential=potential, **options)
    except AtomscreenError as problem:
        return f"{name:14s} {problem}"
    value, modulus = found.quantity("thermal_expansion"), found.quantity("isothermal_bulk_modulus")
    return (
        f"{name:14s} expansion ({1e6 * value.number:.0f} ± {1e6 * value.uncertainty:.0f})e-6/K at 300 K, measured about "
        f"{EXPANSION[name]}; K_T {modulus.number:.0f} ± {modulus.uncertainty:.0f} GPa; "
        f"{time.perf_counter() - began:.0f} s"
    )


def main() -> None:
    """Compute and print."""
    potential, displacement, width = (*sys.argv[1:], *["chgnet", "0.05", "8"][len(sys.argv) - 1 :])
    options = {"displacement": float(displacement), "min_width": float(width)}
    candidates = {candidate.id: candidate for candidate in reference_candidates()}
    print(f"{potential}, displacements of {displacement} Å, supercells of {width} Å", flush=True)
    for name in (*MEASURED, *IONIC):
        ion = "Li" if "Li" in candidates[name].structure().symbol_set else None
        print(
            phonons(name, Candidate(name, candidates[name].structures, working_ion=ion), potential, **options),
            flush=True,
        )
    for name in EXPANSION:
        print(expansion(name, candidates[name], potential, **options), flush=True)


if __name__ == "__main__":
    main()
