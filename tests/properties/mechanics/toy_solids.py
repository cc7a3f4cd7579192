"""Solids whose stiffness is known in closed form, as ASE calculators that the stages find by import path."""

import numpy as np
from ase.calculators.calculator import Calculator, all_changes
from ase.neighborlist import neighbor_list
from pymatgen.core import Lattice, Structure
from scipy.optimize import minimize

DEPTH, DISTANCE, REACH = 0.05, 2.4, 5.5  # eV, Å, Å
_VOIGT = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]


def pair_energy(length):
    """Lennard-Jones energy in eV, brought to zero at its reach with three derivatives, and its first two of these."""
    p = DISTANCE / length
    energy = 4 * DEPTH * (p**12 - p**6)
    slope = 4 * DEPTH * (-12 * p**12 + 6 * p**6) / length
    curve = 4 * DEPTH * (156 * p**12 - 42 * p**6) / length**2
    # Times (1 − x²)⁴, x the length over the reach.
    x = length / REACH
    f = (1 - x**2) ** 4
    df = -8 * x * (1 - x**2) ** 3 / REACH
    ddf = (-8 * (1 - x**2) ** 3 + 48 * x**2 * (1 - x**2) ** 2) / REACH**2
    return energy * f, slope * f + energy * df, curve * f + 2 * slope * df + energy * ddf


class LennardJones(Calculator):
    """A Lennard-Jones solid that goes smoothly to zero."""

    implemented_properties = ["energy", "forces", "stress"]  # noqa: RUF012

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        first, vector, length = neighbor_list("iDd", self.atoms, REACH)
        energy, slope, _ = pair_energy(length)
        gradient = (slope / length)[:, None] * vector
        forces = np.zeros((len(self.atoms), 3))
        np.add.at(forces, first, gradient)
        stress = 0.5 * gradient.T @ vector / self.atoms.get_volume()
        self.results = {
            "energy": 0.5 * float(energy.sum()),
            "forces": forces,
            "stress": stress.flat[[0, 4, 8, 5, 2, 1]],
        }


def lennard_jones_crystal(lattice):
    """Return a crystal of one atom: the face-centred one at rest, or one strained from it by a stress below 0.5 GPa."""
    start = Lattice([[0, 1, 1], [1, 0, 1], [1, 1, 0]])

    def energy(scale):
        atoms = Structure(Lattice(scale[0] * start.matrix), ["Ar"], [[0, 0, 0]]).to_ase_atoms()
        atoms.calc = LennardJones()
        return atoms.get_potential_energy()

    edge = minimize(energy, [1.85], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-14}).x[0]
    strain = {
        "face-centred cubic": np.zeros((3, 3)),
        "trigonal": 0.007 * (np.ones((3, 3)) - np.eye(3)),
        "triclinic": np.array([[0.012, 0.006, -0.003], [0.006, -0.009, 0.009], [-0.003, 0.009, 0.003]]),
    }[lattice]
    return Structure(Lattice(edge * start.matrix @ (np.eye(3) + strain)), ["Ar"], [[0, 0, 0]])


def lennard_jones_stiffness(structure):
    """Return dσ/dε (6, 6) in GPa: Born and Huang's sum over pairs, and what the stress that is there adds to it."""
    from ase import units

    atoms = structure.to_ase_atoms()
    vector, length = neighbor_list("Dd", atoms, REACH)
    _, slope, curve = pair_energy(length)
    volume = atoms.get_volume() * units.GPa
    sums = np.einsum("p,pi,pj,pk,pl->ijkl", (curve - slope / length) / length**2, *[vector] * 4, optimize=True)
    sums /= 2 * volume
    stress = np.einsum("p,pi,pj->ij", slope / length, vector, vector) / (2 * volume)
    unit = np.eye(3)
    # Cauchy stress under a symmetric strain: σ' = FσFᵀ/det F beside the second derivatives of the energy.
    for one, two in (("ik,jl->ijkl", 0.5), ("il,jk->ijkl", 0.5), ("jk,il->ijkl", 0.5), ("jl,ik->ijkl", 0.5)):
        sums += two * np.einsum(one, unit, stress)
    sums -= np.einsum("ij,kl->ijkl", stress, unit)
    stiffness = np.array([[sums[row + column] for column in _VOIGT] for row in _VOIGT])
    return (stiffness + stiffness.T) / 2
