"""Cheap calculators with known answers, for tests of dynamics."""

import numpy as np
from ase.calculators.calculator import Calculator, all_changes


class ShiftedLennardJones(Calculator):
    """Argon: Lennard-Jones, energy and force shifted to zero at the cutoff; orthogonal cells twice as wide."""

    implemented_properties = ("energy", "free_energy", "forces", "stress")
    sigma, epsilon, cutoff = 3.4, 0.0104, 5.2

    def calculate(self, atoms=None, properties=("energy",), system_changes=tuple(all_changes)):
        super().calculate(atoms, properties, system_changes)
        first, second = np.triu_indices(len(atoms), 1)
        edges = np.diagonal(atoms.cell.array)
        vectors = atoms.positions[second] - atoms.positions[first]
        vectors -= edges * np.round(vectors / edges)
        squares = (vectors**2).sum(axis=1)
        near = squares < self.cutoff**2
        first, second, vectors = first[near], second[near], vectors[near]
        distances = np.sqrt(squares[near])
        last, slope = self.pair(self.cutoff)
        energies, slopes = self.pair(distances)
        pulls = ((slopes - slope) / distances)[:, None] * vectors
        forces = np.zeros((len(atoms), 3))
        for axis in range(3):
            forces[:, axis] += np.bincount(first, pulls[:, axis], len(atoms))
            forces[:, axis] -= np.bincount(second, pulls[:, axis], len(atoms))
        stress = pulls.T @ vectors / atoms.get_volume()
        energy = float((energies - last - slope * (distances - self.cutoff)).sum())
        self.results = {
            "energy": energy,
            "free_energy": energy,
            "forces": forces,
            "stress": stress.ravel()[[0, 4, 8, 5, 2, 1]],
        }

    def pair(self, distance):
        """Return the energy of a pair and its derivative."""
        power = (self.sigma / distance) ** 6
        return 4 * self.epsilon * (power**2 - power), -24 * self.epsilon * (2 * power**2 - power) / distance


class WithHistory(ShiftedLennardJones):
    """As a list of neighbours with a skin does it: rounding depends on what was computed since the last reset."""

    computed = 0

    def calculate(self, *arguments, **named):
        super().calculate(*arguments, **named)
        self.computed += 1
        self.results["forces"] = self.results["forces"] * (1 + 1e-15 * self.computed)

    def reset(self):
        super().reset()
        self.computed = 0


class ElasticContainer(Calculator):
    """Particles without forces in a container of energy ``modulus * volume0 * strain**2 / 2``, strain = ln(V/V0)."""

    implemented_properties = ("energy", "free_energy", "forces", "stress")
    volume, modulus = 1000.0, 0.05  # Å³, eV/Å³

    def calculate(self, atoms=None, properties=("energy",), system_changes=tuple(all_changes)):
        super().calculate(atoms, properties, system_changes)
        now = atoms.get_volume()
        strain = np.log(now / self.volume)
        energy = self.modulus * self.volume * strain**2 / 2
        stress = self.modulus * self.volume * strain / now * np.array([1.0, 1, 1, 0, 0, 0])
        self.results = {"energy": energy, "free_energy": energy, "forces": np.zeros((len(atoms), 3)), "stress": stress}


class Springs(Calculator):
    """An Einstein crystal with walls of frequency ``omega`` (radians per ASE unit of time) for all atoms of mass m."""

    implemented_properties = ("energy", "free_energy", "forces")

    def __init__(self, sites, masses, omega):
        super().__init__()
        self.sites, self.stiffness = sites, (masses * omega**2)[:, None]

    def calculate(self, atoms=None, properties=("energy",), system_changes=tuple(all_changes)):
        super().calculate(atoms, properties, system_changes)
        displaced = atoms.positions - self.sites
        energy = float((self.stiffness * displaced**2).sum() / 2)
        self.results = {"energy": energy, "free_energy": energy, "forces": -self.stiffness * displaced}


def argon(edge=5.35):
    """Return 32 atoms of argon, face-centred cubic."""
    from pymatgen.core import Lattice, Structure

    structure = Structure.from_spacegroup("Fm-3m", Lattice.cubic(edge), ["Ar"], [[0, 0, 0]])
    structure.make_supercell(2)
    return structure
