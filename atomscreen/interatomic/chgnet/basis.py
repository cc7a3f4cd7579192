"""CHGNet's expansions of bond lengths and angles, each with the map that takes derivatives back.

Like the layers of :mod:`atomscreen.interatomic.chgnet.layers`, an expansion returns its value and a pullback: the
function from the derivative of the energy by the value to the derivative by what was expanded. Lengths, angles and the
smooth cutoff, a difference of large numbers, are in double precision; the expansions, the bulk of it, in single.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    Pullback = Callable[[Tensor], Tensor]

# CHGNet shortens cosines by this factor, which keeps the derivative of the arc cosine finite for straight angles.
_SHORTENED = 1 - 1e-6


class RadialBasis:
    """Bessel functions of a bond's length r under a smooth cutoff: c(r) sqrt(2 / R) sin(f r / R) / r, learned f."""

    def __init__(self, expansion: Any) -> None:
        self.frequencies = expansion.frequencies
        self.cutoff = 1 / expansion.inv_cutoff
        self.norm = float(expansion.norm_const)
        polynomial = expansion.smooth_cutoff
        self.power, self.coefficients = int(polynomial.p), (polynomial.a, polynomial.b, polynomial.c)

    def __call__(self, lengths: Tensor) -> tuple[Tensor, Pullback]:
        """Expand lengths below the cutoff, (n,) in double precision, into (n, functions)."""
        a, b, c = self.coefficients
        p = self.power
        x = lengths / self.cutoff
        # c(r) = 1 + a x^p + b x^(p + 1) + c x^(p + 2), x = r / R; factor = sqrt(2 / R) c(r) / r.
        smooth = 1 + x**p * (a + x * (b + x * c))
        slope = x ** (p - 1) * (p * a + x * ((p + 1) * b + x * (p + 2) * c)) / self.cutoff
        factor = self.norm * smooth / lengths
        factor_slope = (self.norm * slope - factor) / lengths
        phases = x.float()[:, None] * self.frequencies
        waves = phases.sin()

        def pullback(derivative: Tensor) -> Tensor:
            by_factor = (derivative * waves).sum(dim=1).double()
            by_x = (derivative * phases.cos() * self.frequencies).sum(dim=1).double() * factor
            return by_factor * factor_slope + by_x / self.cutoff

        return waves * factor.float()[:, None], pullback


class AngularBasis:
    """Fourier functions of the angle between two bonds: 1 / sqrt(2), sin(f angle), cos(f angle), over sqrt(pi)."""

    def __init__(self, expansion: Any) -> None:
        self.frequencies = expansion.frequencies

    def __call__(self, cosines: Tensor) -> tuple[Tensor, Pullback]:
        """Expand cosines, (n,) in double precision, into (n, functions)."""
        import torch

        shortened = cosines * _SHORTENED
        phases = torch.acos(shortened).float()[:, None] * self.frequencies
        sines, others = phases.sin(), phases.cos()
        constant = sines.new_full((len(sines), 1), math.sqrt(0.5))
        count = len(self.frequencies)

        def pullback(derivative: Tensor) -> Tensor:
            by_sine, by_cosine = derivative[:, 1 : count + 1], derivative[:, count + 1 :]
            by_angle = ((by_sine * others - by_cosine * sines) * self.frequencies).sum(dim=1).double()
            return by_angle * -_SHORTENED / math.sqrt(math.pi) / torch.sqrt(1 - shortened * shortened)

        return torch.cat([constant, sines, others], dim=1) / math.sqrt(math.pi), pullback
