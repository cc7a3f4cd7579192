"""CHGNet's layers, each with the map that takes derivatives back through it.

A layer of CHGNet joins features of atoms, bonds and angles for every pair or triplet, then multiplies the long rows by
a matrix: W [a, b, c] = W_a a + W_b b + W_c c. The three products are the same for all pairs that share an atom or
bond, so they are done once for each atom and bond, and only their sums are formed for pairs. The result is the same
but for the rounding of sums; most of the arithmetic is gone.

A layer returns its value and a pullback, as the parts in :mod:`atomscreen.interatomic.chgnet.gates` do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from atomscreen.interatomic.chgnet.gates import WIDTH, Gate, LinearMap, linears

if TYPE_CHECKING:
    from torch import Tensor

    from atomscreen.interatomic.chgnet.graph import Graph


class AtomConvolution:
    """Updates atoms from their bonds and neighbours.

    Only short bonds, which make angles, have features that change from layer to layer. Those of the others stay a
    linear map of the radial basis, so that the two maps are one.
    """

    def __init__(self, layer: Any, embedding: Tensor) -> None:
        import torch

        self.gate = Gate(layer.twoBody_atom)
        center, bond, neighbour = self.gate.blocks
        self.ends = LinearMap(torch.cat([center, neighbour]), torch.cat([self.gate.bias, 0 * self.gate.bias]))
        self.short_bonds = LinearMap(bond)
        self.long_bonds = LinearMap(bond @ embedding)
        self.out = LinearMap(linears(layer.mlp_out)[0].weight)

    def __call__(
        self, atoms: Tensor, short_bonds: Tensor, long_basis: Tensor, weights: Tensor, graph: Graph
    ) -> tuple[Tensor, Callable[[Tensor], tuple[Tensor, Tensor, Tensor, Tensor]]]:
        """Return the atoms' new features; derivatives come back in the order of the first four arguments.

        Each bond sends two messages, from its second atom to its first, then from its first to its second.
        """
        import torch
        from torch.nn.functional import embedding_bag

        ends = self.ends(atoms).view(-1, 2 * WIDTH)
        joined = embedding_bag(graph.pairs, ends, mode="sum")
        by_direction = joined.view(2, len(weights), 2 * WIDTH)
        by_direction[:, : graph.short] += self.short_bonds(short_bonds)
        by_direction[:, graph.short :] += self.long_bonds(long_basis)
        messages, gate_back = self.gate(joined)
        weighted = (messages.view(2, len(weights), WIDTH) * weights).view(-1, WIDTH)
        received = torch.zeros_like(atoms).index_add_(0, graph.receivers, weighted)

        def pullback(derivative: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
            by_messages = self.out.back(derivative).index_select(0, graph.receivers)
            by_weights = _both_directions(by_messages * messages)
            by_messages.view(2, len(weights), WIDTH).mul_(weights)
            by_joined = gate_back(by_messages)
            by_ends = torch.zeros_like(ends)
            for rows in graph.pairs.t():
                by_ends.index_add_(0, rows, by_joined)
            by_bonds = _both_directions(by_joined)
            return (
                derivative + self.ends.back(by_ends.view(len(atoms), 4 * WIDTH)),
                self.short_bonds.back(by_bonds[: graph.short]),
                self.long_bonds.back(by_bonds[graph.short :]),
                by_weights,
            )

        return atoms + self.out(received), pullback


def _both_directions(messages: Tensor) -> Tensor:
    """Add what the two messages of each bond have."""
    there, back = messages.chunk(2)
    return there + back


class AngleGate:
    """The gated perceptron of angles, their bonds and their corners: the message that updates bonds, then angles."""

    def __init__(self, layer: Any) -> None:
        import torch

        self.gate = Gate(layer.twoBody_bond)
        one, other, angle, corner = self.gate.blocks
        self.bonds = LinearMap(torch.cat([one, other]))
        self.angles = LinearMap(angle, self.gate.bias)
        self.corners = LinearMap(corner)

    def __call__(
        self, atoms: Tensor, bonds: Tensor, angles: Tensor, graph: Graph
    ) -> tuple[Tensor, Callable[[Tensor], tuple[Tensor, Tensor, Tensor]]]:
        """Return a row for each angle; derivatives come back in the order of the first three arguments."""
        import torch
        from torch.nn.functional import embedding_bag

        parts = torch.cat([self.bonds(bonds).view(-1, 2 * WIDTH), self.corners(atoms)])
        joined = self.angles(angles)
        joined += embedding_bag(graph.triplets, parts, mode="sum")
        messages, gate_back = self.gate(joined)

        def pullback(derivative: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            by_joined = gate_back(derivative)
            by_parts = torch.zeros_like(parts)
            for rows in graph.triplets.t():
                by_parts.index_add_(0, rows, by_joined)
            by_bonds, by_corners = by_parts.split([2 * len(bonds), len(atoms)])
            return (
                self.corners.back(by_corners),
                self.bonds.back(by_bonds.view(len(bonds), 4 * WIDTH)),
                self.angles.back(by_joined),
            )

        return messages, pullback


class BondConvolution:
    """Updates short bonds from the angles they make."""

    def __init__(self, layer: Any) -> None:
        self.gate = AngleGate(layer)
        self.out = LinearMap(linears(layer.mlp_out)[0].weight)

    def __call__(
        self, atoms: Tensor, bonds: Tensor, angles: Tensor, weights: Tensor, graph: Graph
    ) -> tuple[Tensor, Callable[[Tensor], tuple[Tensor, Tensor, Tensor, Tensor]]]:
        """Return the bonds' new features; ``weights`` are the angles', and derivatives come back by all four."""
        import torch

        messages, gate_back = self.gate(atoms, bonds, angles, graph)
        received = torch.zeros_like(bonds).index_add_(0, graph.one, messages * weights)

        def pullback(derivative: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
            by_messages = self.out.back(derivative).index_select(0, graph.one)
            by_atoms, by_bonds, by_angles = gate_back(by_messages * weights)
            return by_atoms, derivative + by_bonds, by_angles, by_messages * messages

        return bonds + self.out(received), pullback


class AngleUpdate:
    """Updates angles from their bonds and their corner."""

    def __init__(self, layer: Any) -> None:
        self.gate = AngleGate(layer)

    def __call__(
        self, atoms: Tensor, bonds: Tensor, angles: Tensor, graph: Graph
    ) -> tuple[Tensor, Callable[[Tensor], tuple[Tensor, Tensor, Tensor]]]:
        """Return the angles' new features; derivatives come back in the order of the first three arguments."""
        update, gate_back = self.gate(atoms, bonds, angles, graph)

        def pullback(derivative: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            by_atoms, by_bonds, by_angles = gate_back(derivative)
            return by_atoms, by_bonds, derivative + by_angles

        return angles + update, pullback
