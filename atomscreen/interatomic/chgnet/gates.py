"""The parts that CHGNet's layers are made of: linear maps and gated perceptrons, with the way back of derivatives.

Every part here returns its value and a pullback, which takes the derivative of the energy by the value to the
derivative by what went in. Weights are constant. Written by hand, the pullbacks spare the record that torch would keep
of every operation, and can use oneDNN's products, for which torch knows no derivative.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

WIDTH = 64
"""Features of each atom, bond and angle."""

_LARGE_PRODUCT = 1_000_000
"""From so many multiplications on, oneDNN is as fast as torch's BLAS or faster; on AMD processors up to twice."""


class LinearMap:
    """The map x Wᵀ + b with constant weights."""

    def __init__(self, weight: Tensor, bias: Tensor | None = None) -> None:
        self.weight = weight.detach().contiguous()
        self.transposed = self.weight.t().contiguous()
        self.bias = None if bias is None else bias.detach().contiguous()

    def __call__(self, rows: Tensor) -> Tensor:
        """Map rows."""
        return _product(rows, self.weight, self.bias)

    def back(self, derivative: Tensor) -> Tensor:
        """Take derivatives by the image back to derivatives by the rows."""
        return _product(derivative, self.transposed, None)


def _product(rows: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    import torch

    large = rows.numel() * weight.shape[0] >= _LARGE_PRODUCT
    if large and not rows.is_cuda and torch.backends.mkldnn.is_available():
        product: Tensor = torch.ops.mkldnn._linear_pointwise(rows, weight, bias, "none", [], "")
        return product
    return torch.nn.functional.linear(rows, weight, bias)


class Gate:
    """A gated perceptron, silu(norm(core)) sigmoid(norm(gate)), of the sum of mapped features that enters both halves.

    Its first matrix, cut into a block of columns for each joined feature, is left to the layer that it belongs to.
    """

    def __init__(self, gated: Any) -> None:
        import torch

        core, gate = (linears(mlp) for mlp in (gated.mlp_core, gated.mlp_gate))
        self.bias = torch.cat([core[0].bias, gate[0].bias])
        self.blocks = torch.cat([core[0].weight, gate[0].weight]).split(WIDTH, dim=1)
        self.hidden = [LinearMap(half[1].weight, half[1].bias) for half in (core, gate) if len(half) > 1]
        self.norms = [(norm.weight.detach(), norm.bias.detach(), norm.eps) for norm in (gated.bn1, gated.bn2)]

    def __call__(self, joined: Tensor) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
        """Return the gate's value, (n, 64), for the sum of its mapped features, (n, 128)."""
        import torch

        aten = torch.ops.aten
        halves = joined.chunk(2, dim=1)
        if self.hidden:
            inner = [linear(aten.silu(half)) for linear, half in zip(self.hidden, halves, strict=True)]
        else:
            inner = [half.contiguous() for half in halves]
        (core, *core_moments), (gate, *gate_moments) = (
            aten.native_layer_norm(rows, [WIDTH], *norm) for rows, norm in zip(inner, self.norms, strict=True)
        )
        active, opening = aten.silu(core), aten.sigmoid_(gate)

        def pullback(derivative: Tensor) -> Tensor:
            outer = (
                aten.silu_backward(derivative * opening, core),
                aten.sigmoid_backward(derivative * active, opening),
            )
            by_joined = torch.empty_like(joined)
            for index, moments in enumerate((core_moments, gate_moments)):
                weight, bias, _ = self.norms[index]
                by_inner, _, _ = aten.native_layer_norm_backward(
                    outer[index], inner[index], [WIDTH], *moments, weight, bias, [True, False, False]
                )
                target = by_joined[:, index * WIDTH : (index + 1) * WIDTH]
                if self.hidden:
                    aten.silu_backward(self.hidden[index].back(by_inner), halves[index], grad_input=target)
                else:
                    target.copy_(by_inner)
            return by_joined

        return active * opening, pullback


class Readout:
    """The energy of each atom's site from its features: a norm and a perceptron."""

    def __init__(self, norm: Any, mlp: Any) -> None:
        self.norm = (norm.weight.detach(), norm.bias.detach(), norm.eps)
        *inner, last = linears(mlp)
        self.inner = [LinearMap(layer.weight, layer.bias) for layer in inner]
        self.last = LinearMap(last.weight, last.bias)

    def __call__(self, atoms: Tensor) -> tuple[Tensor, Callable[[], Tensor]]:
        """Return the sites' energies in eV, (atoms,); the pullback gives the derivative of their sum."""
        import torch

        aten = torch.ops.aten
        weight, bias, _ = self.norm
        rows, *moments = aten.native_layer_norm(atoms, [WIDTH], *self.norm)
        mapped = []
        for linear in self.inner:
            mapped.append(linear(rows))
            rows = aten.silu(mapped[-1])

        def pullback() -> Tensor:
            derivative = self.last.weight.expand(len(atoms), WIDTH)
            for linear, before in zip(reversed(self.inner), reversed(mapped), strict=True):
                derivative = linear.back(aten.silu_backward(derivative, before))
            by_atoms: Tensor = aten.native_layer_norm_backward(
                derivative, atoms, [WIDTH], *moments, weight, bias, [True, False, False]
            )[0]
            return by_atoms

        return self.last(rows).squeeze(1), pullback


def linears(mlp: Any) -> list[Any]:
    """Return a perceptron's linear maps."""
    from torch import nn

    return [layer for layer in mlp.layers if isinstance(layer, nn.Linear)]
