"""Crystals of ions in planted fields, as calculators that the stage finds by import path: every barrier is known."""

import numpy as np
from ase.calculators.calculator import Calculator, all_changes
from pymatgen.core import Lattice, Structure

EDGES = np.array([3.0, 3.3, 3.6])  # Å
HEIGHTS = np.array([0.2, 0.3, 0.5])  # eV along each edge
# The edges in standard axes: of an orthorhombic crystal the shortest lies along z, the next along x.
STANDARD = np.array([[0, 0, EDGES[0]], [EDGES[1], 0, 0], [0, EDGES[2], 0]])
# Change of each height with strain, eV; symmetric tensors of no particular symmetry but the crystal's.
WITH_STRAIN = np.array([np.diag([-1.0, 0.5, 0.2]), np.diag([0.3, -2.0, 0.1]), np.diag([0.4, 0.6, -3.0])])
WITH_STRAIN[0, 1, 2] = WITH_STRAIN[0, 2, 1] = 0.7
STIFF = 5.0  # eV per cell and squared strain
HOST_HEIGHT = 2.0


def strained_primitive(cell):
    """Return the primitive cell that a strained supercell is made of, its strain, and how many of it there are."""
    repeats = np.rint(cell @ np.linalg.inv(STANDARD))
    gradient = np.linalg.inv(repeats @ STANDARD) @ cell
    return STANDARD @ gradient, (gradient + gradient.T) / 2 - np.eye(3), abs(np.linalg.det(repeats))


class PlantedField(Calculator):
    """Lithium in sine-squared wells at the corners of an orthorhombic cell, chlorine in such at its middle.

    The atoms do not feel each other, so that every hop along an edge has the height of the field as its barrier; the
    heights depend on the strain of the cell.
    """

    implemented_properties = ["energy", "forces", "stress"]  # noqa: RUF012

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        primitive, strain, cells = strained_primitive(self.atoms.cell.array)
        heights = HEIGHTS + np.einsum("kij,ij->k", WITH_STRAIN, strain)
        phases = np.pi * self.atoms.positions @ np.linalg.inv(primitive)
        lithium = self.atoms.numbers == 3
        phases[~lithium] -= np.pi / 2
        heights_of = np.where(lithium[:, None], heights, HOST_HEIGHT)
        slopes = heights_of * np.sin(2 * phases) * np.pi  # by the position in units of the primitive cell
        occupied = (np.sin(phases[lithium]) ** 2).sum(axis=0)
        by_strain = np.einsum("k,kij->ij", occupied, WITH_STRAIN) + 2 * cells * STIFF * strain
        self.results = {
            "energy": float((heights_of * np.sin(phases) ** 2).sum() + cells * STIFF * (strain**2).sum()),
            "forces": -slopes @ np.linalg.inv(primitive).T,
            "stress": by_strain.flat[[0, 4, 8, 5, 2, 1]] / self.atoms.get_volume(),
        }


def planted_crystal():
    """The crystal that the field holds: LiCl with one formula in an orthorhombic cell."""
    return Structure(Lattice(STANDARD), ["Li", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])


class EmptyWells(Calculator):
    """The same crystal, but lithium has wells at half the edges too: there an additional ion can sit."""

    implemented_properties = ["energy", "forces", "stress"]  # noqa: RUF012

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        primitive, _, _ = strained_primitive(self.atoms.cell.array)
        phases = 2 * np.pi * self.atoms.positions @ np.linalg.inv(primitive)
        heights_of = np.where((self.atoms.numbers == 3)[:, None], HEIGHTS, HOST_HEIGHT)
        slopes = heights_of * np.sin(2 * phases) * 2 * np.pi
        self.results = {
            "energy": float((heights_of * np.sin(phases) ** 2).sum()),
            "forces": -slopes @ np.linalg.inv(primitive).T,
            "stress": np.zeros(6),
        }


class WithoutStress(PlantedField):
    """The same field from a calculator that gives no stress."""

    implemented_properties = ["energy", "forces"]  # noqa: RUF012

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        del self.results["stress"]


SPACING, LAYERS = 3.0, 9.0  # Å between neighbours in a triangular layer, and between layers
HILL, CROWDING = 0.3, 0.1  # eV at the middle of a hop, and for each filled site beside it
STRAIGHT = 3.0  # eV that confine hops to the straight lines between sites
NEAR, FAR = 0.9 * SPACING, 0.99 * SPACING  # lithium feels lithium nearer than FAR, constantly so nearer than NEAR
_ROWS = 2 * np.pi / (np.sqrt(3) * SPACING) * np.array([[np.sqrt(3) / 2, 0.5], [0, 1], [-np.sqrt(3) / 2, 0.5]])


class CrowdedTriangles(Calculator):
    """Lithium in triangular layers, chlorine between these: an ion between two sites is too near its two neighbours.

    Both are on plateaus of their repulsion when it is halfway, so that the barrier of a hop is exactly the hill's
    height and one crowding for each of the two that is there.
    """

    implemented_properties = ["energy", "forces"]  # noqa: RUF012

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        lithium = self.atoms.numbers == 3
        across, along = self.atoms.positions[:, :2] @ _ROWS.T, np.pi * self.atoms.positions[:, 2] / LAYERS
        squares, slopes = np.sin(across) ** 2, np.sin(2 * across)
        heights = np.where(lithium, HILL / 2, HOST_HEIGHT)
        others = np.stack([squares[:, [1, 2]], squares[:, [0, 2]], squares[:, [0, 1]]], axis=1).prod(axis=2)
        by_phase = (heights[:, None] + STRAIGHT * lithium[:, None] * others) * slopes
        upward = np.where(lithium, 1, -1)  # chlorine's wells lie between the layers
        forces = -np.column_stack([by_phase @ _ROWS, upward * np.sin(2 * along) * np.pi / LAYERS])
        energy = heights @ squares.sum(axis=1) + STRAIGHT * squares[lithium].prod(axis=1).sum()
        energy += np.where(lithium, np.sin(along) ** 2, np.cos(along) ** 2).sum()
        gaps = self.atoms.get_all_distances(mic=True, vector=True)
        lengths = np.linalg.norm(gaps, axis=2)
        pairs = np.outer(lithium, lithium) & (lengths < FAR) & ~np.eye(len(lithium), dtype=bool)
        step = np.where(pairs, np.clip((FAR - lengths) / (FAR - NEAR), 0, 1), 0)
        energy += CROWDING * (3 * step**2 - 2 * step**3).sum() / 2
        pull = CROWDING * 6 * step * (1 - step) / (FAR - NEAR) / np.where(pairs, lengths, 1)
        self.results = {"energy": float(energy), "forces": forces - (pull[:, :, None] * gaps).sum(axis=1)}


def triangular_crystal():
    """The crystal that the triangular field holds."""
    return Structure(Lattice.hexagonal(SPACING, LAYERS), ["Li", "Cl"], [[0, 0, 0], [0, 0, 0.5]])
