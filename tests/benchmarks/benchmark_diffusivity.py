"""Lithium in Li6PS5Cl, ordered and with exchanged S and Cl, as a campaign on two workers: D, E_a, σ and the time it takes.

python tests/benchmarks/benchmark_diffusivity.py [ordered|exchanged] [MAX_DURATION_PS] [TEMPERATURE_K ...]

Deiseroth 2008 and Kraft 2017 measured 1–5 mS/cm at 300 K on material whose S and Cl have exchanged places; simulations
of the ordered crystal find the lithium caged, of the exchanged one activation energies of 0.2–0.4 eV.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from pymatgen.core import Structure

from atomscreen import run_workflow
from atomscreen.core.quantity import Quantity
from atomscreen.sources.builtin import reference_candidates

WORKFLOW = """
name: argyrodite
role: solid_electrolyte
working_ion: Li
funnel:
  - relax: {{max_force: 0.02}}
  - diffusivity:
      {{temperatures: {temperatures}, duration: 20 ps, max_duration: {longest} ps, relative_uncertainty: 0.1}}
rank: {{bulk_ionic_conductivity_300K: max}}
"""


def argyrodite(exchanged: bool) -> Structure:
    """Return the conventional cell, 52 atoms; with half of the chlorine and as much sulfur of the 4d sites exchanged."""
    from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

    primitive = next(candidate for candidate in reference_candidates() if candidate.id == "Li6PS5Cl").structure()
    cell = SpacegroupAnalyzer(primitive).get_conventional_standard_structure()
    if exchanged:
        chlorine = [index for index, site in enumerate(cell) if site.specie.symbol == "Cl"]
        # The free sulfur is the one that no phosphorus holds.
        phosphorus = [index for index, site in enumerate(cell) if site.specie.symbol == "P"]
        sulfur = [
            index
            for index, site in enumerate(cell)
            if site.specie.symbol == "S" and min(cell.get_distance(index, other) for other in phosphorus) > 3
        ]
        for index in chlorine[:2]:
            cell.replace(index, "S")
        for index in sulfur[:2]:
            cell.replace(index, "Cl")
    return cell


def main() -> None:
    """Run and print."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "ordered"
    longest = float(sys.argv[2]) if len(sys.argv) > 2 else 60.0
    temperatures = [float(text) for text in sys.argv[3:]] or [700.0, 850.0, 1000.0]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        source = place / "structures"
        source.mkdir()
        argyrodite(kind == "exchanged").to(filename=str(source / f"Li6PS5Cl-{kind}.cif"))
        workflow = place / "argyrodite.yaml"
        workflow.write_text(WORKFLOW.format(temperatures=temperatures, longest=longest), encoding="utf-8")
        began = time.monotonic()
        record = run_workflow(workflow, place / "campaign", source=source, workers=2)
        seconds = time.monotonic() - began
    (candidate,) = record["candidates"]
    print(f"Li6PS5Cl, {kind}: {candidate['status']} {candidate['reason'] or ''}")
    for data in candidate["quantities"]:
        if data["stage"] != "relax" and not data["name"].endswith("tensor"):
            known = {key: value for key, value in data.items() if key not in ("stage", "run")}
            origin = data["provenance"]
            length = f"  [{origin['duration_ps']:.0f} ps]" if "duration_ps" in origin else ""
            print(f"{Quantity.from_dict(known)}{length}")
    for note in candidate["notes"]:
        print("note:", note)
    print(f"{seconds / 60:.1f} minutes on two workers of one thread")


if __name__ == "__main__":
    main()
