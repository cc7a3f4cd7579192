"""Time our CHGNet calculator against the chgnet package's own, on one thread; run this file to see.

The cells are slightly rattled, and moved a little before each evaluation: what molecular dynamics asks for. The first
is the conventional one of Li6PS5Cl (52 atoms); then others of it, and of rock salt, which has more bonds to an atom.
"""

from __future__ import annotations

import contextlib
import io
import time
import warnings
from collections.abc import Callable, Sequence

import numpy as np
from ase import Atoms
from ase.build import bulk
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


def energy_and_forces(atoms: Atoms) -> object:
    """Ask for what each step of molecular dynamics at constant volume needs."""
    return atoms.get_potential_energy(), atoms.get_forces()


ASKED: dict[str, Callable[[Atoms], object]] = {
    "energy": lambda atoms: atoms.get_potential_energy(),
    "energy, forces": energy_and_forces,
    "energy, forces, stress": lambda atoms: (*energy_and_forces(atoms), atoms.get_stress()),
}


def compare(label: str, start: Atoms, ask: Callable[[Atoms], object], calculators: Sequence[Calculator]) -> None:
    """Print milliseconds of one evaluation for the package's calculator and for ours."""
    times = []
    for calc in calculators:
        atoms = start.copy()
        atoms.calc = calc
        times.append(1000 * seconds(atoms, ask))
    print(f"{label:24s} chgnet {times[0]:7.1f}   ours {times[1]:7.1f}   {times[0] / times[1]:.1f} times faster")


def main() -> None:
    """Print milliseconds of one evaluation for both calculators, by what is asked for and by the size of the cell."""
    from chgnet.model.dynamics import CHGNetCalculator

    set_device("cpu")
    set_threads(1)
    warnings.filterwarnings("ignore", message="Converting a tensor with requires_grad")
    with contextlib.redirect_stdout(io.StringIO()):
        calculators = CHGNetCalculator(use_device="cpu"), calculator("chgnet")
    start = argyrodite()
    print(f"{start.get_chemical_formula()}, {len(start)} atoms, one thread, ms per evaluation")
    for label, ask in ASKED.items():
        compare(label, start, ask, calculators)
    print("energy and forces by the number of atoms")
    rock_salt = bulk("MgO", "rocksalt", 4.2, cubic=True)
    for cell in (rock_salt, rock_salt * (2, 2, 1), start * (2, 1, 1), start * (2, 2, 1)):
        compare(
            f"{len(cell)} {cell.get_chemical_formula('hill', empirical=True)}", cell, energy_and_forces, calculators
        )


if __name__ == "__main__":
    main()
