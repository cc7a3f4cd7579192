"""What the loop of molecular dynamics costs beside the force call, and beside plain ASE.

    OMP_NUM_THREADS=1 python tests/benchmarks/benchmark_molecular_dynamics.py [STEPS] [REPEATS]

runs Li6PS5Cl (52 atoms, CHGNet, 700 K, 2 fs, one thread) with `run_nvt`, with checkpoints and trajectory file, and
prints processor time per step, in force calls and outside of them; then the same with ASE's Bussi and Langevin
dynamics and the same calculator, and with ASE's Bussi and the chgnet package's own calculator.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ase.md.bussi import Bussi
from ase.md.langevin import Langevin
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution
from ase.units import fs

from atomscreen.interatomic.dynamics.molecular_dynamics import run_nvt
from atomscreen.interatomic.potentials import calculator
from atomscreen.interatomic.relaxation import to_atoms
from atomscreen.interatomic.supercells import supercell
from atomscreen.sources.builtin import reference_candidates

TEMPERATURE = 700.0


class Timed:
    """A calculator whose processor time in calculations is counted."""

    def __init__(self, wrapped: Any) -> None:
        self.calculator, self.seconds, self.calls = wrapped, 0.0, 0
        calculate = wrapped.calculate

        def timed(*arguments: Any, **named: Any) -> None:
            began = time.process_time()
            calculate(*arguments, **named)
            self.seconds += time.process_time() - began
            self.calls += 1

        wrapped.calculate = timed


def ours(structure: Any, steps: int) -> tuple[float, Timed]:
    """Run with checkpoints every 0.1 ps; return processor seconds and the calculator."""
    timed = Timed(calculator("chgnet"))
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        run_nvt(
            structure,
            timed.calculator,
            temperature=TEMPERATURE,
            duration=steps * 0.002 / 2,
            equilibration=steps * 0.002 / 2,
            mobile=("Li",),
            checkpoint=Path(folder) / "run.npz",
            checkpoint_interval=0.1,
        )
        return time.process_time() - began, timed


def plain(structure: Any, steps: int, make: Callable[[Any, Any], Any], potential: Any) -> tuple[float, Timed]:
    """Run ASE's dynamics without any output; return processor seconds and the calculator."""
    timed = Timed(potential)
    atoms, generator = to_atoms(structure), np.random.default_rng(0)
    atoms.calc = timed.calculator
    began = time.process_time()
    MaxwellBoltzmannDistribution(atoms, temperature_K=TEMPERATURE, rng=generator)
    make(atoms, generator).run(steps)
    return time.process_time() - began, timed


def main(steps: int = 200, repeats: int = 3) -> None:
    """Print the table: the least of some repeats, interleaved, since other programs disturb."""
    from chgnet.model.dynamics import CHGNetCalculator

    torch.set_num_threads(1)
    structure = supercell(next(c for c in reference_candidates() if c.id == "Li6PS5Cl").structure("input"), 8.0)

    def bussi(atoms: Any, generator: Any) -> Any:
        return Bussi(atoms, 2 * fs, temperature_K=TEMPERATURE, taut=100 * fs, rng=generator)

    def langevin(atoms: Any, generator: Any) -> Any:
        return Langevin(atoms, 2 * fs, temperature_K=TEMPERATURE, friction=0.001 / fs, fixcm=False, rng=generator)

    cases: dict[str, Callable[[], tuple[float, Timed]]] = {
        "run_nvt, atomscreen's CHGNet": lambda: ours(structure, steps),
        "ASE Bussi, atomscreen's CHGNet": lambda: plain(structure, steps, bussi, calculator("chgnet")),
        "ASE Langevin, atomscreen's CHGNet": lambda: plain(structure, steps, langevin, calculator("chgnet")),
        "ASE Bussi, chgnet's own": lambda: plain(
            structure, steps, bussi, CHGNetCalculator(use_device="cpu", verbose=False)
        ),
    }
    ours(structure, 20)  # loads and compiles what is loaded once
    rows: dict[str, list[tuple[float, float, float]]] = {name: [] for name in cases}
    for _ in range(repeats):
        for name, case in cases.items():
            total, timed = case()
            outside = (total - timed.seconds) / steps
            rows[name].append((total / steps, timed.seconds / timed.calls, outside))
    print(f"{len(structure)} atoms, {steps} steps, {torch.get_num_threads()} thread; milliseconds of processor time")
    print(f"{'':36s} per step  per force call  outside of it")
    for name, found in rows.items():
        step, call, outside = (1000 * min(column) for column in zip(*found, strict=True))
        print(f"{name:36s} {step:8.2f} {call:15.2f} {outside:9.2f} ({100 * outside / call:.1f} %)")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
