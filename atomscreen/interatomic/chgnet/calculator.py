"""CHGNet as an ASE calculator that computes what is asked for and no more.

The network and its weights are the chgnet package's; how they are evaluated is not, which changes no result: see
:mod:`atomscreen.interatomic.chgnet.network` for what is left out, and :mod:`atomscreen.interatomic.chgnet.graph` for
how bonds are found. Stresses and magnetic moments are left out where nobody asks for them. Energies of sites are
summed in double precision, so that the energy of a large cell has no more rounding noise than that of a small one.
"""

from __future__ import annotations

import contextlib
import functools
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from atomscreen.interatomic.chgnet.graph import crystal_graph
from atomscreen.interatomic.chgnet.network import LeanNetwork

if TYPE_CHECKING:
    from ase import Atoms
    from ase.calculators.calculator import Calculator


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
    lean = LeanNetwork(network.to(device).eval().requires_grad_(False))
    calculator: Calculator = _calculator_class()(lean, device)
    return calculator


@functools.cache
def _calculator_class() -> Any:
    """Return the class, made at first use, because its base belongs to ase."""
    from ase.calculators.calculator import Calculator, all_changes
    from ase.stress import full_3x3_to_voigt_6_stress

    class LeanCHGNetCalculator(Calculator):  # type: ignore[misc]
        """CHGNet: energy and free energy in eV, forces in eV/Å, stress in eV/Å³, magnetic moments in µB."""

        implemented_properties = ("energy", "free_energy", "forces", "stress", "magmoms", "energies")

        def __init__(self, network: LeanNetwork, device: str) -> None:
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
            results = predict(self.network, self.atoms, wanted, self.device)
            if "stress" in results:
                results["stress"] = full_3x3_to_voigt_6_stress(results["stress"])
            self.results |= results

    return LeanCHGNetCalculator


def predict(network: LeanNetwork, atoms: Atoms, properties: frozenset[str], device: str) -> dict[str, Any]:
    """Return the network's prediction for a periodic cell.

    Parameters
    ----------
    network
        CHGNet.
    atoms
        The cell.
    properties
        Of ``forces`` (n, 3) in eV/Å, ``stress`` (3, 3) in eV/Å³, ``magmoms`` (n,) in µB. Energies always come:
        ``energy`` and ``free_energy`` of the cell and ``energies`` (n,) of the sites, in eV.
    device
        The network's.
    """
    import torch

    graph = crystal_graph(atoms, network.cutoff, network.angle_cutoff, device)
    found = network(graph, derive=bool(properties & {"forces", "stress"}))
    elements = network.reference_energies[graph.numbers - 1]
    energies = found.site_energies.double() + elements.double()
    results: dict[str, Any] = {"energies": energies.cpu().numpy(), "energy": float(energies.sum())}
    results["free_energy"] = results["energy"]
    if found.by_vectors is not None:
        # A bond's vector grows as its second atom moves along it, and shrinks as its first does.
        pulls = torch.cat([found.by_vectors, -found.by_vectors])
        forces = pulls.new_zeros((len(atoms), 3)).index_add_(0, graph.receivers, pulls)
        results["forces"] = forces.cpu().numpy()
        if "stress" in properties:
            virial = graph.vectors.t() @ found.by_vectors
            results["stress"] = virial.cpu().numpy() / atoms.cell.volume
    if "magmoms" in properties:
        results["magmoms"] = found.magnetic_moments.cpu().numpy().astype(float)
    return results
