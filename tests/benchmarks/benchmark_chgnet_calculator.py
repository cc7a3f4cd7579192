"""Time our CHGNet calculator against the chgnet package's own, on one thread; run this file to see.

The cell is the conventional one of Li6PS5Cl (52 atoms), slightly rattled, moved a little before each evaluation.
"""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator
from ase.spacegroup import crystal

from atomscreen.interatomic.potentials import calculator, set_device, set_threads


def argyrodite() -> Atoms:
    """Return Li6PS5Cl: F-43m, lithium ordered on half of the 48h positions (the 24g saddle between them)."""
    return crystal(
        ["Li", "P", "S", "S", "Cl"],
        [(0.25, 0.0195, 0.25), (0, 0, 0.5), (0.3802, 0.3802, 0.3802), (0.25, 0.25, 0.75), (0, 0, 0)],
        spacegroup=216,
        cellpar=[9.86] * 3 + [90] * 3,
    )


def seconds(atoms: Atoms, ask: Callable[[Atoms], object], evaluations: int = 20) -> float:
    """Return the mean processor time of one evaluation, which other programs on the machine do not disturb."""
    generator = np.random.default_rng(1)
    ask(atoms)
    start = time.process_time()
    for _ in range(evaluations):
        atoms.positions += generator.normal(scale=0.01, size=atoms.positions.shape)
        ask(atoms)
    return (time.process_time() - start) / evaluations


def main() -> None:
    """Print milliseconds of one evaluation for both calculators."""
    from chgnet.model.dynamics import CHGNetCalculator

    set_device("cpu")
    set_threads(1)
    with contextlib.redirect_stdout(io.StringIO()):
        theirs: Calculator = CHGNetCalculator(use_device="cpu")
    ours = calculator("chgnet")
    asked: dict[str, Callable[[Atoms], object]] = {
        "energy": lambda atoms: atoms.get_potential_energy(),
        "energy, forces": lambda atoms: (atoms.get_potential_energy(), atoms.get_forces()),
        "energy, forces, stress": lambda atoms: (atoms.get_potential_energy(), atoms.get_forces(), atoms.get_stress()),
    }
    start = argyrodite()
    print(f"{start.get_chemical_formula()}, {len(start)} atoms, one thread, ms per evaluation")
    for name, ask in asked.items():
        times = []
        for calc in (theirs, ours):
            atoms = start.copy()
            atoms.calc = calc
            times.append(1000 * seconds(atoms, ask))
        print(f"{name:24s} chgnet {times[0]:7.1f}   ours {times[1]:7.1f}   {times[0] / times[1]:.1f} times faster")


if __name__ == "__main__":
    main()
