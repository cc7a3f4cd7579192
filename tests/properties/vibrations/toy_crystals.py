"""Crystals whose phonons are known in closed form, as ASE calculators that the stages find by import path."""

import numpy as np
from ase import units
from ase.calculators.calculator import Calculator, all_changes
from ase.neighborlist import neighbor_list
from pymatgen.core import Lattice, Structure


class _BondCalculator(Calculator):
    """Energies of bond vectors; forces and stress follow from dE/d(vector)."""

    implemented_properties = ["energy", "forces", "stress"]  # noqa: RUF012

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        energy, forces, virial = self.bonds(self.atoms)
        stress = (virial + virial.T) / 2 / self.atoms.get_volume()
        self.results = {
            "energy": energy,
            "forces": forces,
            "stress": stress.flat[[0, 4, 8, 5, 2, 1]],
        }

    def bonds(self, atoms):
        raise NotImplementedError


def springs(atoms, cutoff, stiffness_and_length):
    """Return energy, forces and virial of central springs; each pair is listed twice."""
    first, second, vector, length = neighbor_list("ijDd", atoms, cutoff)
    stiffness, rest = stiffness_and_length(atoms.numbers[first], atoms.numbers[second], vector, length)
    gradient = (stiffness * (length - rest) / length)[:, None] * vector  # dE/d(vector) of one pair
    forces = np.zeros((len(atoms), 3))
    np.add.at(forces, first, gradient)
    return 0.25 * float(stiffness @ (length - rest) ** 2), forces, 0.5 * gradient.T @ vector


EDGE, NEAR, NEXT = 5.6, 4.0, 0.7  # Å, eV/Å², eV/Å²


def rocksalt():
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(EDGE), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def perturbed():
    """Return rock salt with a potassium ion and all atoms moved: many displacements, and a relaxation before."""
    cell = rocksalt()
    cell.replace(0, "K")
    cell.perturb(0.02, seed=1)
    return cell


class Rocksalt(_BondCalculator):
    """NaCl of central springs at their rest length: NEAR between unlike, NEXT between like neighbours."""

    def bonds(self, atoms):
        def kind(a, b, vector, length):
            like = (a == 17) == (b == 17)
            return np.where(like, NEXT, NEAR), np.where(like, EDGE / np.sqrt(2), EDGE / 2)

        return springs(atoms, 0.85 * EDGE, kind)


def rocksalt_frequencies(wave_vector):
    """Return the six frequencies in THz, sorted, at a wave vector in units of 2π/EDGE, from the closed form.

    Unlike neighbours couple only displacements along their bond, u_x to u_x of the two neighbours on the x axis:
    2 NEAR (1, −cos θ_x). Like neighbours in the planes (110) add 4 NEXT − 2 NEXT cos θ_x (cos θ_y + cos θ_z) on the
    diagonal and 2 NEXT sin θ_x sin θ_y off it; θ = q EDGE/2.
    """
    theta = np.pi * np.asarray(wave_vector, dtype=float)
    cos, sin = np.cos(theta), np.sin(theta)
    like = 2 * NEXT * np.outer(sin, sin)
    np.fill_diagonal(like, 4 * NEXT - 2 * NEXT * cos * (cos.sum() - cos))
    unlike = np.diag(-2 * NEAR * cos)
    same = like + 2 * NEAR * np.eye(3)
    masses = np.repeat([22.98976928, 35.453], 3)
    dynamical = np.block([[same, unlike], [unlike, same]]) / np.sqrt(np.outer(masses, masses))
    squares = np.linalg.eigvalsh(dynamical) * units._e * 1e20 / units._amu  # 1/s²
    return np.sort(np.sign(squares) * np.sqrt(np.abs(squares))) / (2e12 * np.pi)


WELL, QUARTIC, LATERAL, COUPLING = 1.0, 16.0, 3.0, 0.1  # eV/Å², eV/Å⁴, eV/Å², eV/Å²
A_EDGE, C_EDGE = 3.6, 3.9


def off_centre():
    return Structure(Lattice.tetragonal(A_EDGE, C_EDGE), ["Cs", "Br"], [[0, 0, 0], [0.5, 0.5, 0.5]])


class OffCentre(_BondCalculator):
    """A tetragonal lattice of stiff springs with an ion in each cage, which wants to leave its middle along z.

    With w the ion's vector from the middle of its eight neighbours the energy of an ion is
    LATERAL (w_x² + w_y²)/2 − WELL w_z²/2 + QUARTIC w_z⁴/4, and COUPLING w_z w_z' of each pair of neighbouring ions:
    they want to leave in opposite directions, at the wave vector (½, ½, ½), where the well is WELL + 6 COUPLING.
    """

    def bonds(self, atoms):
        cage = atoms.numbers == 55
        frame = atoms[cage]

        def kind(a, b, vector, length):
            # Edges and the diagonals of all faces hold the lattice against every strain.
            rests = np.array([A_EDGE, C_EDGE, np.hypot(A_EDGE, A_EDGE), np.hypot(A_EDGE, C_EDGE)])
            return np.full(len(length), 5.0), rests[np.abs(length[:, None] - rests).argmin(axis=1)]

        energy, frame_forces, virial = springs(frame, 1.1 * np.hypot(A_EDGE, C_EDGE), kind)
        forces = np.zeros((len(atoms), 3))
        forces[cage] = frame_forces
        offset, cages, ions = self._offsets(atoms, cage)
        first, second = neighbor_list("ij", atoms, 1.25 * C_EDGE)  # moved ones too, and none of the next
        pairs = ~cage[first] & ~cage[second]
        neighbours = np.zeros(len(atoms))
        np.add.at(neighbours, first[pairs], offset[second[pairs], 2])
        x, y, z = offset.T
        energy += float(
            (LATERAL * (x**2 + y**2) / 2 - WELL * z**2 / 2 + QUARTIC * z**4 / 4 + COUPLING * z * neighbours / 2).sum()
        )
        gradient = np.stack([LATERAL * x, LATERAL * y, -WELL * z + QUARTIC * z**3 + COUPLING * neighbours], axis=1)
        forces -= gradient
        np.add.at(forces, cages, gradient[ions] / 8)
        return energy, forces, virial + gradient.T @ offset

    @staticmethod
    def _offsets(atoms, cage):
        first, second, vector = neighbor_list("ijD", atoms, 1.2 * np.sqrt(2 * A_EDGE**2 + C_EDGE**2) / 2)
        bonds = ~cage[first] & cage[second]
        offset = np.zeros((len(atoms), 3))
        np.add.at(offset, first[bonds], -vector[bonds] / 8)
        assert bonds.sum() == 8 * (~cage).sum()
        return offset, second[bonds], first[bonds]
