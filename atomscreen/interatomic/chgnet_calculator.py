"""CHGNet as an ASE calculator that computes what is asked for and no more.

The network and its weights are the chgnet package's. Four things are done differently from its own calculator, none
of which changes a result: the crystal graph is built with whole arrays instead of an object for every bond; layers
map features before they spread them over pairs (see chgnet_layers); forces are derived once, without keeping the
graph for the second derivatives that only training needs; and stresses and magnetic moments are left out where nobody
asks for them. Energies of sites are summed in double precision, so that the energy of a large cell has no more
rounding noise than that of a small one.
"""

from __future__ import annotations

import contextlib
import functools
import io
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.interatomic.chgnet_layers import split_layers

if TYPE_CHECKING:
    from ase import Atoms
    from ase.calculators.calculator import Calculator
    from chgnet.graph.crystalgraph import CrystalGraph
    from chgnet.model import CHGNet
    from numpy.typing import NDArray


def load(model: str, device: str) -> Calculator:
    """Make a calculator from a checkpoint.

    Parameters
    ----------
    model
        Path of the checkpoint.
    device
        ``"cpu"`` or ``"cuda"``.
    """
    from chgnet.model import CHGNet

    with contextlib.redirect_stdout(io.StringIO()):  # it greets its user there
        # Without a bias in the output layers, as the package itself loads all models but 0.2.0.
        network = CHGNet.from_file(model, mlp_out_bias=False)
    network = split_layers(network).to(device).eval().requires_grad_(False)
    calculator: Calculator = _calculator_class()(network, device)
    return calculator


@functools.cache
def _calculator_class() -> Any:
    """Return the class, made at first use, because its base belongs to ase."""
    from ase import units
    from ase.calculators.calculator import Calculator, all_changes
    from ase.stress import full_3x3_to_voigt_6_stress

    class LeanCHGNetCalculator(Calculator):  # type: ignore[misc]
        """CHGNet: energy and free energy in eV, forces in eV/Å, stress in eV/Å³, magnetic moments in µB."""

        implemented_properties = ("energy", "free_energy", "forces", "stress", "magmoms", "energies")

        def __init__(self, network: CHGNet, device: str) -> None:
            super().__init__()
            self.network = network
            self.device = device
            self._asked: frozenset[str] = frozenset()

        def get_property(self, name: str, atoms: Atoms | None = None, allow_calculation: bool = True) -> Any:
            """Return one property, computing it where needed, and remember that it was asked for."""
            self._asked |= {name}
            return super().get_property(name, atoms, allow_calculation)

        def calculate(
            self,
            atoms: Atoms | None = None,
            properties: Sequence[str] = ("energy",),
            system_changes: Sequence[str] = tuple(all_changes),
        ) -> None:
            """Compute the properties asked for, and those that the structure before this one was asked for.

            An optimizer that asks for the energy, then the forces, then the stress of each structure so gets all of
            them from one pass; a simulation that never asks for the stress never pays for it.
            """
            super().calculate(atoms, properties, system_changes)
            wanted = frozenset(properties)
            if system_changes:
                wanted, self._asked = wanted | self._asked, wanted
            results = predict(self.network, crystal_graph(self.atoms, self.network).to(self.device), wanted)
            if "stress" in results:
                results["stress"] = full_3x3_to_voigt_6_stress(results["stress"]) * units.GPa
            self.results |= results

    return LeanCHGNetCalculator


def predict(network: CHGNet, graph: CrystalGraph, properties: frozenset[str]) -> dict[str, Any]:
    """Return the network's prediction for a crystal graph.

    Parameters
    ----------
    network
        CHGNet, without gradients of its weights.
    graph
        The crystal graph, on the network's device.
    properties
        Of ``forces`` (n, 3) in eV/Å, ``stress`` (3, 3) in GPa, ``magmoms`` (n,) in µB. Energies always come:
        ``energy`` and ``free_energy`` of the cell and ``energies`` (n,) of the sites, in eV.
    """
    import torch
    from chgnet.model.model import BatchedGraph

    # Stress without forces is asked for by nobody, and both come from one derivative.
    stress = "stress" in properties
    forces = stress or "forces" in properties
    with torch.set_grad_enabled(forces), warnings.catch_warnings():
        # The package reads the volume out of a tensor that has a gradient; nobody derives by the volume.
        warnings.filterwarnings("ignore", message="Converting a tensor with requires_grad=True to a scalar")
        batch = BatchedGraph.from_graphs(
            [graph],
            bond_basis_expansion=network.bond_basis_expansion,
            angle_basis_expansion=network.angle_basis_expansion,
            compute_stress=stress,
        )
        found = network._compute(batch, compute_magmom="magmoms" in properties, return_site_energies=True)
        sites = found["site_energies"][0]
        wanted = [*batch.atom_positions, *(batch.strains if stress else [])] if forces else []
        gradients = torch.autograd.grad(sites.sum(), wanted) if forces else []
    elements = network.composition_model.fc.weight[0, graph.atomic_number - 1]
    energies = sites.detach().double() + elements.double()
    results: dict[str, Any] = {"energies": energies.cpu().numpy(), "energy": float(energies.sum())}
    results["free_energy"] = results["energy"]
    if forces:
        results["forces"] = -gradients[0].cpu().numpy().astype(float)
    if stress:
        # The package's volume is a triple product, negative where the cell vectors are left-handed.
        volume = abs(float(batch.volumes[0]))
        # 160.21766 GPa are 1 eV/Å³; CHGNet's own rounding of it, so that its stresses are met to the last digit.
        results["stress"] = gradients[1].cpu().numpy().astype(float) / volume * 160.21766208
    if "magmoms" in properties:
        results["magmoms"] = found["m"][0].detach().cpu().numpy().astype(float)
    return results


def crystal_graph(atoms: Atoms, network: CHGNet) -> CrystalGraph:
    """Return the crystal graph of a periodic cell: bonds within 6 Å, angles between bonds within 3 Å.

    Bonds are those of CHGNet's own converter, in another order.
    """
    import torch
    from chgnet.graph import CrystalGraph

    converter = network.graph_converter
    cell = np.ascontiguousarray(atoms.cell.array, dtype=float)
    fractional = atoms.get_scaled_positions(wrap=True)
    half, lengths = _half_bonds(fractional @ cell, cell, converter.atom_graph_cutoff)
    first, second, images = half[:, 0], half[:, 1], half[:, 2:]
    count = len(half)
    # Every bond is there in both directions, the reverse ones behind all others.
    centers, neighbours = np.concatenate([first, second]), np.concatenate([second, first])
    bonds = np.concatenate([np.arange(count)] * 2)
    angles = _angles(centers, np.concatenate([lengths] * 2) < converter.bond_graph_cutoff)
    bond_graph = np.stack([centers[angles[0]], bonds[angles[0]], angles[0], bonds[angles[1]], angles[1]], axis=1)

    def integers(array: NDArray[np.int64]) -> Any:
        return torch.from_numpy(array.astype(np.int32))

    def floats(array: NDArray[np.float64], gradient: bool = False) -> Any:
        return torch.from_numpy(array.astype(np.float32)).requires_grad_(gradient)

    return CrystalGraph(
        atomic_number=integers(atoms.numbers),
        atom_frac_coord=floats(fractional, gradient=True),
        atom_graph=integers(np.stack([centers, neighbours], axis=1)),
        atom_graph_cutoff=converter.atom_graph_cutoff,
        neighbor_image=floats(np.concatenate([images, -images]).astype(float)),
        directed2undirected=integers(bonds),
        undirected2directed=integers(np.arange(count)),
        bond_graph=integers(bond_graph),
        bond_graph_cutoff=converter.bond_graph_cutoff,
        lattice=floats(cell, gradient=True),
    )


def _half_bonds(
    positions: NDArray[np.float64], cell: NDArray[np.float64], cutoff: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return each bond once, (bonds, 5): center, neighbour and its image; and the lengths in Å."""
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


def _angles(centers: NDArray[np.int64], short: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return (2, angles): every ordered pair of different short directed bonds with the same center."""
    chosen = np.flatnonzero(short)
    chosen = chosen[np.argsort(centers[chosen], kind="stable")]
    _, starts, sizes = np.unique(centers[chosen], return_index=True, return_counts=True)
    start, size = np.repeat(starts, sizes), np.repeat(sizes, sizes)
    one = np.repeat(np.arange(len(chosen)), size)
    # Counts 0, 1, 2, ... within the partners of each bond.
    within = np.arange(len(one)) - np.repeat(np.cumsum(size) - size, size)
    other = np.repeat(start, size) + within
    return np.stack([chosen[one], chosen[other]])[:, one != other]
