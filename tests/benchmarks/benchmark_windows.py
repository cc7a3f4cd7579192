"""Electrochemical windows and interphases with the built-in set, beside published ones.

    python tests/benchmarks/benchmark_windows.py [POTENTIAL] [FOLDER]

relaxes what the materials below compete with (some 120 phases; four minutes on one core with CHGNet, most of them for
the garnet) and prints windows against the metal, contact with lithium, and reactions with moist air. Finished
relaxations are kept in FOLDER, where one is given, as a file of entries that the stages read with ``phases:``.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from atomscreen import AtomscreenError, Candidate, run_stage
from atomscreen.core.stages import get_stage
from atomscreen.sources.builtin import reference_candidates

# Published with PBE and the Materials Project's phases of 2015: Y. Zhu, X. He, Y. Mo, ACS Applied Materials &
# Interfaces 7, 23685 (2015), doi:10.1021/acsami.5b07517. LATP and LAGP there hold aluminium, whose phosphate is what
# oxidises first; the two here do not.
PUBLISHED = {
    "Li2S": (0.0, 2.01, "stable"),
    "Li3PS4-beta": (1.71, 2.31, "passivating"),
    "Li10GeP2S12": (1.71, 2.14, "mixed conducting"),
    "Li6PS5Cl": (1.71, 2.01, "passivating"),
    "Li3PO4-gamma": (0.69, 4.21, "passivating"),
    "LiTi2P3O12": (2.17, 4.21, "mixed conducting"),
    "LiGe2P3O12": (2.70, 4.27, "mixed conducting"),
    "Li7La3Zr2O12-tetragonal": (0.05, 2.91, "(nearly) stable"),
}
CLASSES = ("stable", "passivating", "mixed conducting")


def relaxed(name: Candidate, potential: str) -> dict:
    """Return one phase as an entry."""
    found = run_stage("relax", name, potential=potential)
    energy = found.quantity("energy_per_atom")
    return {
        "id": name.id,
        "formula": name.composition.formula.replace(" ", ""),
        "energy_per_atom": energy.number,
        "volume_per_atom": found.quantity("volume_per_atom").number,
        "functional": f"{energy.method}: {energy.provenance['functional']}",
    }


def write_entries(path: Path, wanted: list[Candidate], potential: str) -> None:
    """Relax what the file does not have yet."""
    done = {json.loads(line)["id"] for line in path.read_text().splitlines()} if path.exists() else set()
    for candidate in wanted:
        if candidate.id in done:
            continue
        try:
            entry = relaxed(candidate, potential)
        except AtomscreenError as problem:
            print(f"left out: {candidate.id}: {problem}", file=sys.stderr)
            continue
        with path.open("a") as file:
            file.write(json.dumps(entry) + "\n")


def elements(candidate: Candidate) -> set[str]:
    """Return the symbols of the elements."""
    return {element.symbol for element in candidate.composition.elements}


def ask(stage: str, candidate: Candidate, entries: Path) -> tuple[dict, tuple[str, ...]]:
    """Return a stage's numbers by name and its notes."""
    found = get_stage(stage)
    results = found.function(candidate, (), **found.check({"phases": str(entries)}))
    return {quantity.name: quantity.number for quantity in results.quantities}, results.notes


def main() -> None:
    """Compute and print."""
    potential = sys.argv[1] if len(sys.argv) > 1 else "chgnet"
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.mkdtemp())
    everything = reference_candidates()
    materials = [candidate for candidate in everything if candidate.id in PUBLISHED]
    systems = [elements(candidate) | {"H", "C", "O"} for candidate in materials]
    wanted = [candidate for candidate in everything if any(elements(candidate) <= system for system in systems)]
    entries = folder / f"{potential}.jsonl"
    write_entries(entries, sorted(wanted, key=lambda candidate: len(candidate.structure())), potential)

    print(f"{'material':24} {'E_hull':>7} {'reduced':>8} {'publ.':>6} {'oxidised':>9} {'publ.':>6}  contact with Li")
    for candidate in materials:
        reduced, oxidised, interphase = PUBLISHED[candidate.id]
        hull, _ = ask("stability", candidate, entries)
        window, _ = ask("electrochemical_window", candidate, entries)
        metal, notes = ask("interface_with_metal", candidate, entries)
        found = CLASSES[int(metal["interphase_class"])] if "interphase_class" in metal else "undecided"
        print(
            f"{candidate.id:24} {hull['energy_above_hull']:7.3f} {window['reduction_limit']:8.2f} {reduced:6.2f} "
            f"{window['oxidation_limit']:9.2f} {oxidised:6.2f}  {found} (known: {interphase}), "
            f"{metal['metal_reaction_energy']:.3f} eV/atom, {metal['interface_volume_change']:+.0f} % of volume, "
            f"{metal['interphase_expansion']:+.0f} % against the material alone"
        )
        print(f"{'':24} {notes[0]}")
    for candidate in materials:
        air, notes = ask("air_stability", candidate, entries)
        print(f"{candidate.id:24} H2O {air['hydrolysis_energy']:.3f}, CO2 {air['carbonation_energy']:.3f} eV/atom")
        for note in notes[:2]:
            print(f"{'':24} {note}")


if __name__ == "__main__":
    main()
