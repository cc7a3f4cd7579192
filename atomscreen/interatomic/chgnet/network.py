"""The CHGNet network (Deng et al. 2023, doi:10.1038/s42256-023-00716-3) for energies and forces, and nothing else.

It is built from a network of the chgnet package and gives the same energies and derivatives. What is left out: records
for the second derivatives that only training needs, features that never reach the energy (the last layer's angles),
and the repeated work on long bonds. The energy is derived once, by the vectors of the bonds: from that derivative
follow forces and stress alike.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atomscreen.interatomic.chgnet.basis import AngularBasis, RadialBasis
from atomscreen.interatomic.chgnet.gates import LinearMap, Readout
from atomscreen.interatomic.chgnet.layers import AngleUpdate, AtomConvolution, BondConvolution

if TYPE_CHECKING:
    from chgnet.model import CHGNet
    from torch import Tensor

    from atomscreen.interatomic.chgnet.graph import Graph

# How the networks were built that are implemented here; what a checkpoint does not say of itself has these values.
_BUILD = {
    "atom_fea_dim": 64,
    "bond_fea_dim": 64,
    "angle_fea_dim": 64,
    "atom_conv_hidden_dim": 64,
    "bond_conv_hidden_dim": 64,
    "angle_layer_hidden_dim": 0,
    "update_bond": True,
    "update_angle": True,
    "mlp_first": True,
    "non_linearity": "silu",
    "gMLP_norm": "layer",
    "readout_norm": "layer",
    "conv_norm": None,
    "mlp_out_bias": False,
    "final_mlp": "MLP",
}


@dataclass(frozen=True)
class Prediction:
    """What the network says of a graph.

    Attributes
    ----------
    site_energies
        In eV, relative to the elements' reference energies, single precision, (atoms,).
    by_vectors
        The derivative of their sum by the bonds' vectors in eV/Å, double precision, (bonds, 3); ``None`` where it was
        not asked for.
    magnetic_moments
        In µB, (atoms,).
    """

    site_energies: Tensor
    by_vectors: Tensor | None
    magnetic_moments: Tensor


class LeanNetwork:
    """CHGNet with constant weights.

    Attributes
    ----------
    cutoff, angle_cutoff
        Lengths in Å of bonds, and of those that make angles.
    reference_energies
        Of the elements, from hydrogen on, in eV.
    """

    def __init__(self, network: CHGNet) -> None:
        """Take over the weights of a network, on the device where they are."""
        _refuse_unlike(network)
        self.cutoff = float(network.graph_converter.atom_graph_cutoff)
        self.angle_cutoff = float(network.graph_converter.bond_graph_cutoff)
        self.reference_energies = network.composition_model.fc.weight[0]
        self.elements = network.atom_embedding.embedding.weight
        self.expansions = _Expansions(network)
        embedding = network.bond_embedding.weight
        self.atom_layers = [AtomConvolution(layer, embedding) for layer in network.atom_conv_layers]
        self.bond_layers = [BondConvolution(layer) for layer in network.bond_conv_layers]
        # The last layer's angles would change nothing that comes after.
        self.angle_layers = [AngleUpdate(layer) for layer in network.angle_layers[:-1]]
        self.moments = LinearMap(network.site_wise.weight, network.site_wise.bias)
        self.readout = Readout(network.readout_norm, network.mlp)

    def __call__(self, graph: Graph, derive: bool) -> Prediction:
        """Evaluate the network for a graph on its device; ``derive`` asks for the derivative."""
        import torch

        with torch.inference_mode(), _denormals_flushed():
            features, expansions_back = self.expansions(graph)
            features["atoms"] = self.elements.index_select(0, graph.numbers - 1)
            tape = []

            def apply(layer: Any, name: str, *inputs: str) -> None:
                features[name], pullback = layer(*(features[key] for key in inputs), graph)
                tape.append((pullback, name, inputs))

            before_last = features["atoms"]
            for depth, atom_layer in enumerate(self.atom_layers):
                before_last = features["atoms"]
                apply(atom_layer, "atoms", "atoms", "bonds", "long_basis", "weights")
                if depth < len(self.bond_layers):
                    apply(self.bond_layers[depth], "bonds", "atoms", "bonds", "angles", "angle_weights")
                if depth < len(self.angle_layers):
                    apply(self.angle_layers[depth], "angles", "atoms", "bonds", "angles")
            energies, readout_back = self.readout(features["atoms"])
            by_vectors = None
            if derive:
                derivatives: dict[str, Any] = {"atoms": readout_back()}
                while tape:
                    pullback, name, inputs = tape.pop()
                    # A layer that updates features gives their new derivative with all that came before it.
                    for key, derivative in zip(inputs, pullback(derivatives.pop(name)), strict=True):
                        derivatives[key] = derivatives[key] + derivative if key in derivatives else derivative
                by_vectors = expansions_back(derivatives)
            return Prediction(energies, by_vectors, self.moments(before_last).squeeze(1).abs())


class _Expansions:
    """What enters the layers of bond vectors: features of bonds and angles, and the weights that cut them off."""

    def __init__(self, network: CHGNet) -> None:
        radial = network.bond_basis_expansion
        self.long, self.short = RadialBasis(radial.rbf_expansion_ag), RadialBasis(radial.rbf_expansion_bg)
        self.angular = AngularBasis(network.angle_basis_expansion.fourier_expansion)
        self.bonds = LinearMap(network.bond_embedding.weight)
        self.angles = LinearMap(network.angle_embedding.weight)
        self.weights = LinearMap(network.bond_weights_ag.weight)
        self.short_weights = LinearMap(network.bond_weights_bg.weight)

    def __call__(self, graph: Graph) -> tuple[dict[str, Tensor], Callable[[dict[str, Tensor]], Tensor]]:
        """Return the features by name; the pullback takes derivatives under the same names to that by the vectors."""
        import torch

        short = graph.short
        lengths = graph.vectors.norm(dim=1)
        directions = graph.vectors / lengths[:, None]
        one, other = directions.index_select(0, graph.one), directions.index_select(0, graph.other)
        basis, basis_back = self.long(lengths)
        short_basis, short_basis_back = self.short(lengths[:short])
        angle_basis, angle_basis_back = self.angular((one * other).sum(dim=1) * graph.signs)
        short_weights = self.short_weights(short_basis)
        weights = short_weights.index_select(0, graph.one), short_weights.index_select(0, graph.other)
        features = {
            "bonds": self.bonds(basis[:short]),
            "long_basis": basis[short:],
            "weights": self.weights(basis),
            "angles": self.angles(angle_basis),
            "angle_weights": weights[0] * weights[1],
        }

        def pullback(by: dict[str, Tensor]) -> Tensor:
            by_basis = torch.cat([self.bonds.back(by["bonds"]), by["long_basis"]])
            by_lengths = basis_back(by_basis + self.weights.back(by["weights"]))
            by_short_weights = torch.zeros_like(short_weights)
            by_short_weights.index_add_(0, graph.one, by["angle_weights"] * weights[1])
            by_short_weights.index_add_(0, graph.other, by["angle_weights"] * weights[0])
            by_lengths[:short] += short_basis_back(self.short_weights.back(by_short_weights))
            by_cosines = (angle_basis_back(self.angles.back(by["angles"])) * graph.signs)[:, None]
            by_directions = torch.zeros_like(directions)
            by_directions.index_add_(0, graph.one, by_cosines * other)
            by_directions.index_add_(0, graph.other, by_cosines * one)
            # Only what turns a bond changes its direction.
            along = (by_directions * directions).sum(dim=1)
            return (by_lengths - along / lengths)[:, None] * directions + by_directions / lengths[:, None]

        return features, pullback


@contextlib.contextmanager
def _denormals_flushed() -> Iterator[None]:
    """Let the processor take numbers below 1e-38 for zero; in this thread, for as long as the context lasts.

    The exponential of every large number ends there, and an operation that meets such numbers takes several times as
    long, while no result would show them.
    """
    import torch

    flushed_before = bool((torch.tensor(1e-38) * 0.1 == 0).item())
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(flushed_before)


def _refuse_unlike(network: CHGNet) -> None:
    """Refuse checkpoints of another build than those that atomscreen ships cards for."""
    other = {key: found for key, known in _BUILD.items() if (found := network.model_args.get(key, known)) != known}
    if other:
        raise ValueError(f"this CHGNet checkpoint was built with {other}, which is not implemented here")
