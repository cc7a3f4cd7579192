"""The interface's own checker: what every potential must obey, whatever it was trained on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ase import Atoms
    from ase.calculators.calculator import Calculator
    from numpy.typing import NDArray

_Probe = tuple["Atoms", "Calculator"]


def check_potential(potential: str | Calculator, atoms: Atoms | None = None, tolerance: float = 1e-3) -> None:
    """Check that a potential is one: extensive, invariant, and with forces and stress that are its derivatives.

    Parameters
    ----------
    potential
        A name of the registry, or an ASE calculator.
    atoms
        A periodic cell that it knows, off its equilibrium; face-centred copper, strained and rattled, by default.
    tolerance
        Largest error of forces in eV/Å and of the derivative by strain in eV/atom; the default lies above what single
        precision leaves of a difference quotient and far below any wrong sign, unit or missing term. Energies must
        agree to a tenth of it, per atom.

    Raises
    ------
    AssertionError
        It says which law is broken and by how much.
    """
    from atomscreen.interatomic.potentials import calculator

    cell = atoms.copy() if atoms is not None else _strained_copper()
    made = calculator(potential) if isinstance(potential, str) else potential
    for law, error, allowed in (
        ("the energy per atom of a supercell is that of the cell (eV/atom)", _supercell, tolerance / 10),
        ("a translation leaves the energy as it is (eV/atom)", _translation, tolerance / 10),
        ("a rotation leaves the energy as it is (eV/atom)", _rotation_of_energy, tolerance / 10),
        ("a rotation leaves the magnitudes of forces as they are (eV/Å)", _rotation_of_forces, tolerance),
        ("left-handed cell vectors leave the energy as it is (eV/atom)", _handedness_of_energy, tolerance / 10),
        ("left-handed cell vectors leave the forces as they are (eV/Å)", _handedness_of_forces, tolerance),
        ("left-handed cell vectors leave volume times stress as it is (eV/atom)", _handedness_of_stress, tolerance),
        ("forces are the negative derivative of the energy by positions (eV/Å)", _forces, tolerance),
        ("volume times stress is the derivative of the energy by strain (eV/atom)", _stress, tolerance),
    ):
        off = error((cell, made))
        if not off <= allowed:  # also where it is not a number
            raise AssertionError(f"the potential breaks a law: {law}; it is off by {off:.3g}, {allowed:g} at most")


def _strained_copper() -> Atoms:
    from ase.build import bulk

    atoms = bulk("Cu", cubic=True)
    strain = np.array([[0.02, 0.01, 0.0], [0.0, -0.01, 0.015], [0.0, 0.0, 0.01]])
    atoms.set_cell(atoms.cell.array @ (np.eye(3) + strain), scale_atoms=True)
    atoms.rattle(0.05, seed=1)
    return atoms


def _with(atoms: Atoms, calculator: Calculator) -> Atoms:
    copied = atoms.copy()
    copied.calc = calculator
    return copied


def _energy(atoms: Atoms, calculator: Calculator) -> float:
    return float(_with(atoms, calculator).get_potential_energy())


def _supercell(probe: _Probe) -> float:
    """Return the difference of energies per atom of a supercell and its cell."""
    atoms, calculator = probe
    supercell = atoms * (2, 1, 1)
    return abs(_energy(supercell, calculator) / len(supercell) - _energy(atoms, calculator) / len(atoms))


def _translation(probe: _Probe) -> float:
    """Return the change of the energy per atom in a translation."""
    atoms, calculator = probe
    moved = atoms.copy()
    moved.translate([0.3, -1.7, 11.1])
    return abs(_energy(moved, calculator) - _energy(atoms, calculator)) / len(atoms)


def _rotated(atoms: Atoms) -> Atoms:
    turned = atoms.copy()
    turned.rotate(37.0, (1, 2, -1), rotate_cell=True)
    return turned


def _rotation_of_energy(probe: _Probe) -> float:
    """Return the change of the energy per atom in a rotation."""
    atoms, calculator = probe
    return abs(_energy(_rotated(atoms), calculator) - _energy(atoms, calculator)) / len(atoms)


def _rotation_of_forces(probe: _Probe) -> float:
    """Return the largest change of a force's magnitude in a rotation."""
    atoms, calculator = probe
    before, after = (np.linalg.norm(_with(each, calculator).get_forces(), axis=1) for each in (atoms, _rotated(atoms)))
    return float(np.abs(before - after).max())


def _other_handed(atoms: Atoms) -> Atoms:
    """Return the same crystal, two of its cell vectors exchanged, so that their triple product changes sign."""
    swapped = atoms.copy()
    swapped.set_cell(atoms.cell.array[[1, 0, 2]], scale_atoms=False)
    swapped.pbc = atoms.pbc[[1, 0, 2]]
    return swapped


def _handedness_of_energy(probe: _Probe) -> float:
    """Return the change of the energy per atom where the cell's handedness changes."""
    atoms, calculator = probe
    return abs(_energy(_other_handed(atoms), calculator) - _energy(atoms, calculator)) / len(atoms)


def _handedness_of_forces(probe: _Probe) -> float:
    """Return the largest change of a force's component where the cell's handedness changes."""
    before, after = (_with(each, probe[1]).get_forces() for each in (probe[0], _other_handed(probe[0])))
    return float(np.abs(before - after).max())


def _handedness_of_stress(probe: _Probe) -> float:
    """Return the largest change, per atom, of volume times stress where the cell's handedness changes."""
    atoms, calculator = probe
    before, after = (_with(each, calculator).get_stress() for each in (atoms, _other_handed(atoms)))
    return float(np.abs(before - after).max() * atoms.get_volume() / len(atoms))


def _forces(probe: _Probe, step: float = 0.005) -> float:
    """Return the largest difference of forces and difference quotients of the energy."""
    atoms, calculator = probe
    forces = _with(atoms, calculator).get_forces()
    chosen = sorted({0, len(atoms) - 1})

    def displaced(atom: int, axis: int, distance: float) -> float:
        moved = atoms.copy()
        moved.positions[atom, axis] += distance
        return _energy(moved, calculator)

    errors = [
        abs(forces[atom, axis] + _derivative(partial(displaced, atom, axis), step))
        for atom in chosen
        for axis in range(3)
    ]
    return float(max(errors))


def _stress(probe: _Probe, step: float = 0.002) -> float:
    """Return the largest difference, per atom, of the stress times volume and difference quotients of the energy."""
    atoms, calculator = probe
    stress = _with(atoms, calculator).get_stress(voigt=False)

    def strained(direction: NDArray[np.float64], amount: float) -> float:
        moved = atoms.copy()
        moved.set_cell(atoms.cell.array @ (np.eye(3) + amount * direction), scale_atoms=True)
        return _energy(moved, calculator)

    errors = []
    for row in range(3):
        for column in range(row, 3):
            direction = np.zeros((3, 3))
            direction[row, column] += 0.5
            direction[column, row] += 0.5
            slope = _derivative(partial(strained, direction), step)
            errors.append(abs(slope - atoms.get_volume() * stress[row, column]) / len(atoms))
    return float(max(errors))


def _derivative(function: Callable[[float], float], step: float) -> float:
    """Return the derivative at zero by the five-point central difference, exact to the fourth order in the step."""
    near = function(step) - function(-step)
    far = function(2 * step) - function(-2 * step)
    return (8 * near - far) / (12 * step)
