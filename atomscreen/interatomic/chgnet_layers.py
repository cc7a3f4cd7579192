"""CHGNet's layers with their first linear map applied before atoms and bonds are spread over pairs and triplets.

Each layer of CHGNet joins features of atoms, bonds and angles for every pair or triplet, then multiplies the long rows
by a matrix: W [a, b, c] = W_a a + W_b b + W_c c. The three products are the same for all pairs that share an atom or
bond, so they are done once for each atom and bond, and only their sums are formed for pairs. The result is the same
but for the rounding of sums; most of the arithmetic is gone.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chgnet.model import CHGNet
    from torch import Tensor


def split_layers(network: CHGNet) -> CHGNet:
    """Replace a network's convolutions by equivalent ones that do less; the network is changed and returned."""
    import torch

    atom_convolution, bond_convolution, angle_update = _layer_classes()
    for name, new in (
        ("atom_conv_layers", atom_convolution),
        ("bond_conv_layers", bond_convolution),
        ("angle_layers", angle_update),
    ):
        setattr(network, name, torch.nn.ModuleList(new(layer) for layer in getattr(network, name)))
    return network


@functools.cache
def _layer_classes() -> tuple[Any, Any, Any]:
    """Return the layers, made at first use, because their base belongs to torch."""
    import torch
    from torch import nn

    class SplitGate(nn.Module):  # type: ignore[misc]
        """A gated perceptron whose first matrix is cut into one block of columns for each joined feature."""

        def __init__(self, gated: Any, widths: Sequence[int]) -> None:
            super().__init__()
            self.gated = gated
            core, gate = (_first_linear(mlp) for mlp in (gated.mlp_core, gated.mlp_gate))
            weight = torch.cat([core[0].weight, gate[0].weight]).detach()
            bias = torch.cat([core[0].bias, gate[0].bias]).detach()
            self.register_buffer("bias", bias)
            for index, block in enumerate(weight.split(list(widths), dim=1)):
                self.register_buffer(f"block{index}", block.contiguous())
            self.core, self.gate = core[1], gate[1]

        def forward(self, *features: tuple[Tensor, Tensor | None]) -> Tensor:
            """Join features, each with the rows that pairs or triplets take of it (all in their order for None)."""
            total: Any = self.bias
            for index, (feature, rows) in enumerate(features):
                mapped = nn.functional.linear(feature, getattr(self, f"block{index}"))
                total = total + (mapped if rows is None else mapped.index_select(0, rows))
            core, gate = total.chunk(2, dim=1)
            core = self.gated.activation(self.gated.bn1(self.core(core)))
            gate = self.gated.sigmoid(self.gated.bn2(self.gate(gate)))
            return core * gate

    class SplitAtomConvolution(nn.Module):  # type: ignore[misc]
        """Updates atoms from their bonds and neighbours."""

        def __init__(self, layer: Any) -> None:
            super().__init__()
            _refuse_unlike(layer, layer.atom_norm)
            self.gate = SplitGate(layer.twoBody_atom, [64, 64, 64])
            self.out = layer.mlp_out

        def forward(
            self,
            atom_feas: Tensor,
            bond_feas: Tensor,
            bond_weights: Tensor,
            atom_graph: Tensor,
            directed2undirected: Tensor,
        ) -> Tensor:
            """Return the atoms' new features."""
            centers, neighbours = atom_graph[:, 0], atom_graph[:, 1]
            messages = self.gate((atom_feas, centers), (bond_feas, directed2undirected), (atom_feas, neighbours))
            messages = messages * bond_weights.index_select(0, directed2undirected)
            return self.out(torch.zeros_like(atom_feas).index_add(0, centers, messages)) + atom_feas

    class SplitBondConvolution(nn.Module):  # type: ignore[misc]
        """Updates bonds from the angles they make."""

        def __init__(self, layer: Any) -> None:
            super().__init__()
            _refuse_unlike(layer, layer.bond_norm)
            self.gate = SplitGate(layer.twoBody_bond, [64, 64, 64, 64])
            self.out = layer.mlp_out

        def forward(
            self, atom_feas: Tensor, bond_feas: Tensor, bond_weights: Tensor, angle_feas: Tensor, bond_graph: Tensor
        ) -> Tensor:
            """Return the bonds' new features."""
            center, first, second = bond_graph.unbind(dim=1)
            update = self.gate((bond_feas, first), (bond_feas, second), (angle_feas, None), (atom_feas, center))
            update = update * bond_weights.index_select(0, first) * bond_weights.index_select(0, second)
            return self.out(torch.zeros_like(bond_feas).index_add(0, first, update)) + bond_feas

    class SplitAngleUpdate(nn.Module):  # type: ignore[misc]
        """Updates angles from their bonds and center."""

        def __init__(self, layer: Any) -> None:
            super().__init__()
            _refuse_unlike(layer, layer.angle_norm)
            self.gate = SplitGate(layer.twoBody_bond, [64, 64, 64, 64])

        def forward(self, atom_feas: Tensor, bond_feas: Tensor, angle_feas: Tensor, bond_graph: Tensor) -> Tensor:
            """Return the angles' new features."""
            center, first, second = bond_graph.unbind(dim=1)
            update = self.gate((bond_feas, first), (bond_feas, second), (angle_feas, None), (atom_feas, center))
            return update + angle_feas

    return SplitAtomConvolution, SplitBondConvolution, SplitAngleUpdate


def _first_linear(mlp: Any) -> tuple[Any, Any]:
    """Return a perceptron's first linear map and the rest of its layers."""
    from torch import nn

    layers = [layer for layer in mlp.layers if not isinstance(layer, nn.Dropout)]
    return layers[0], nn.Sequential(*layers[1:])


def _refuse_unlike(layer: Any, norm: Any) -> None:
    """Refuse checkpoints of another build than those that atomscreen ships cards for."""
    if norm is not None or not layer.resnet:
        raise ValueError("this CHGNet checkpoint has normalised or non-residual layers, which are not implemented here")
