"""The graph that CHGNet sees of a periodic cell: bonds within 6 Å, and angles between bonds within 3 Å.

Bonds and angles are those of the chgnet package's own converter, found with whole arrays instead of an object for each
bond. They are listed in an order that depends on the positions alone, never on structures seen before, so that the
same positions give the same forces to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ase import Atoms
    from numpy.typing import NDArray
    from torch import Tensor

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Graph:
    """Bonds and angles as tensors; each bond is counted once, and the short ones, which make angles, come first.

    Attributes
    ----------
    numbers
        Atomic numbers, (atoms,).
    vectors
        Of each bond, from its first atom to its second, in Å and double precision, (bonds, 3).
    receivers, senders
        The atoms of the bonds' messages, (2 bonds,): first and second atoms of all bonds, then second and first.
    short
        How many bonds are short.
    one, other
        The bonds of each angle, (angles,). Every two bonds of an atom make two angles, one in each order.
    signs
        1 where both bonds of an angle point away from its corner or both towards it, else -1, (angles,).
    pairs
        Rows of what a message is the sum of, (2 bonds, 2), in an array that has two rows for each atom: the receiver's
        first and the sender's second.
    triplets
        Rows of what an angle's message is the sum of, (angles, 3), in an array that has two rows for each short bond
        and behind them one for each atom: the first of one bond, the second of the other, and the corner's.
    """

    numbers: Tensor
    vectors: Tensor
    receivers: Tensor
    senders: Tensor
    short: int
    one: Tensor
    other: Tensor
    signs: Tensor
    pairs: Tensor
    triplets: Tensor


def crystal_graph(atoms: Atoms, cutoff: float, angle_cutoff: float, device: str = "cpu") -> Graph:
    """Return the graph of a periodic cell.

    Parameters
    ----------
    atoms
        The cell; periodic along all three vectors, which may be left-handed.
    cutoff, angle_cutoff
        Length in Å below which two atoms are bonded, and below which their bond makes angles.
    device
        Where the tensors are to lie.
    """
    import torch

    cell = np.ascontiguousarray(atoms.cell.array, dtype=float)
    positions = atoms.get_scaled_positions(wrap=True) @ cell
    bonds, lengths = half_bonds(positions, cell, cutoff)
    bonds = bonds[np.argsort(lengths >= angle_cutoff, kind="stable")]
    first, second = np.ascontiguousarray(bonds[:, :2].T)
    short = int(np.count_nonzero(lengths < angle_cutoff))
    corners = np.concatenate([first[:short], second[:short]])  # of the short bonds, then of their reverse
    angles = _angles(corners)
    reverse = angles >= short

    def tensor(array: Integers | Floats) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(device)

    receivers, senders = np.concatenate([first, second]), np.concatenate([second, first])
    one, other = angles - short * reverse
    return Graph(
        numbers=tensor(atoms.numbers),
        vectors=tensor(positions[second] - positions[first] + bonds[:, 2:] @ cell),
        receivers=tensor(receivers),
        senders=tensor(senders),
        short=short,
        one=tensor(one),
        other=tensor(other),
        signs=tensor(np.where(reverse[0] == reverse[1], 1.0, -1.0)),
        pairs=tensor(np.stack([2 * receivers, 2 * senders + 1], axis=1)),
        triplets=tensor(np.stack([2 * one, 2 * other + 1, 2 * short + corners[angles[0]]], axis=1)),
    )


def half_bonds(positions: Floats, cell: Floats, cutoff: float) -> tuple[Integers, Floats]:
    """Return each bond once, (bonds, 5): first atom, second atom and its image; and the lengths in Å."""
    from pymatgen.optimization.neighbors import find_points_in_spheres

    points = np.ascontiguousarray(positions)
    periodic = np.ones(3, dtype=np.int64)
    centers, neighbours, images, lengths = find_points_in_spheres(
        points, points, r=float(cutoff), pbc=periodic, lattice=cell, tol=1e-8
    )
    images = images.astype(np.int64)
    # Of a bond between two images of one atom, the direction whose first component that is not zero is positive.
    leading = images @ np.array([10_000, 100, 1])
    once = (centers < neighbours) | ((centers == neighbours) & (leading > 0))
    bonds = np.column_stack([centers[once], neighbours[once], images[once]])
    return bonds, lengths[once]


def _angles(corners: Integers) -> Integers:
    """Return (2, angles): every ordered pair of different directed bonds that start at the same corner."""
    order = np.argsort(corners, kind="stable")
    _, starts, sizes = np.unique(corners[order], return_index=True, return_counts=True)
    start, size = np.repeat(starts, sizes), np.repeat(sizes, sizes)
    one = np.repeat(np.arange(len(order)), size)
    # Counts 0, 1, 2, ... within the partners of each bond.
    within = np.arange(len(one)) - np.repeat(np.cumsum(size) - size, size)
    other = np.repeat(start, size) + within
    return np.stack([order[one], order[other]])[:, one != other]
