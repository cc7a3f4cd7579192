"""A potential whose site energies are sums that can be written down: lithium sees anions, and nothing else is there."""

import numpy as np
from ase.calculators.calculator import Calculator, all_changes
from ase.neighborlist import neighbor_list

CUTOFF = 7.0


def pair(distance):
    """eV between a lithium and an anion; it goes to zero at the cutoff."""
    return 5.0 * np.exp(-distance) * (1 - distance / CUTOFF) ** 2


class Repulsion(Calculator):
    """Lithium is repelled by every other element, and does not see its like."""

    implemented_properties = ("energy", "forces")

    def calculate(self, atoms=None, properties=("energy",), system_changes=tuple(all_changes)):
        super().calculate(atoms, properties, system_changes)
        first, second, distances, vectors = neighbor_list("ijdD", atoms, CUTOFF)
        lithium = atoms.numbers == 3
        met = lithium[first] & ~lithium[second]
        first, second, distances, vectors = first[met], second[met], distances[met], vectors[met]
        energies = pair(distances)
        slopes = -energies * (1 + 2 / (CUTOFF - distances))
        forces = np.zeros((len(atoms), 3))
        np.add.at(forces, first, (slopes / distances)[:, None] * vectors)
        np.add.at(forces, second, -(slopes / distances)[:, None] * vectors)
        self.results = {"energy": float(energies.sum()), "forces": forces}
