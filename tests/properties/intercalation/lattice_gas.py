"""Calculators whose energies are known functions of the content of working ions: every profile's answer is known.

The host is oxygen on a simple cubic lattice, 4 Å apart, with an ion site in the middle of each cube. There are no
forces. Where the crystal has a stiffness, the stress pulls its cell to the volume that its content wants.
"""

import numpy as np
from ase.calculators.calculator import Calculator, all_changes
from pymatgen.core import Lattice, Structure

EDGE = 4.0
METAL_ENERGY = -1.5
VOLTAGE = 2.5
SWELLING = 0.06


class TwoPhase(Calculator):
    """Mixing costs 0.05 eV per site wherever there are both ions and vacancies."""

    implemented_properties = ("energy", "forces", "stress")
    charge = 1
    stiffness = 0.0  # eV/Å⁶ for each cube

    def mixing_energy(self, content, atoms):
        return 0.05 if 0 < content < 1 else 0.0

    def volume(self, content):
        return EDGE**3 * (1 + SWELLING * content)

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        cubes = sum(symbol == "O" for symbol in atoms.symbols)
        ions = len(atoms) - cubes
        units, volume, energy = ions, 20.0, ions * METAL_ENERGY
        if cubes:
            units, volume = cubes, self.volume(ions / cubes)
            energy += -ions * self.charge * VOLTAGE + cubes * self.mixing_energy(ions / cubes, atoms)
        missing = atoms.get_volume() / units - volume
        stress = self.stiffness * missing  # dE/dV
        self.results = {
            "energy": energy + units * self.stiffness * missing**2 / 2,
            "forces": np.zeros((len(atoms), 3)),
            "stress": np.array([stress, stress, stress, 0.0, 0.0, 0.0]),
        }


class TwoPhaseTrivalent(TwoPhase):
    charge = 3


class TwoPhaseDivalent(TwoPhase):
    charge = 2


class SolidSolution(TwoPhase):
    """A regular solution that mixes: −0.4 x (1 − x) eV per site, so that U = VOLTAGE + 0.4 (1 − 2x)."""

    def mixing_energy(self, content, atoms):
        return -0.4 * content * (1 - content)


class HalfOrdered(TwoPhase):
    """Only half the ions make a compound, 0.1 eV per site below the ends."""

    def mixing_energy(self, content, atoms):
        return {0.0: 0.0, 0.5: -0.1, 1.0: 0.0}.get(content, 0.05)


class Repelling(TwoPhase):
    """Ions on neighbouring sites repel each other by 0.02 eV a pair."""

    def mixing_energy(self, content, atoms):
        return 0.02 * neighbour_pairs(atoms) / sum(symbol == "O" for symbol in atoms.symbols)


class Swelling(TwoPhase):
    """A crystal with a bulk modulus of about 100 GPa."""

    stiffness = 0.01


class FallsApart(Swelling):
    """Without its last ions the host wants three times the volume."""

    def volume(self, content):
        return super().volume(content) * (1.0 if content > 0 else 3.0)


class FallsApartBetween(Swelling):
    """At a quarter of the ions the host wants three times the volume."""

    def volume(self, content):
        return super().volume(content) * (3.0 if content == 0.25 else 1.0)


def neighbour_pairs(atoms):
    """Return the pairs of ions one edge apart, each image counted."""
    from ase.neighborlist import neighbor_list

    ions = atoms[[symbol != "O" for symbol in atoms.symbols]]
    return len(neighbor_list("i", ions, 1.1 * EDGE)) / 2 if len(ions) else 0


def electrode(ion="Li"):
    """Return one cube of the full host, at its volume."""
    edge = (EDGE**3 * (1 + SWELLING)) ** (1 / 3)
    return Structure(Lattice.cubic(edge), ["O", ion], [[0, 0, 0], [0.5, 0.5, 0.5]])


def metal(ion="Li"):
    """Return the metal at its volume of 20 Å³ an atom."""
    return Structure(Lattice.cubic(20.0 ** (1 / 3)), [ion], [[0, 0, 0]])
