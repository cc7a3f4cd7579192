"""Jump diffusivity of ions that share a lattice of sites, from the barriers of dilute carriers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from atomscreen.core.units import registry

ATTEMPT_FREQUENCY_FACTOR = 3.0
"""One standard deviation of an attempt frequency, as a factor: the band centre or a round number stands for the ratio
of all frequencies at a site to those at a saddle (Vineyard 1957), and for the number of ways out of a site."""

_CM2_PER_S = 1e-4  # 1 Å² THz = 1e-4 cm²/s


@dataclass(frozen=True)
class LogNormal:
    """A positive number with the standard uncertainty of its natural logarithm; ``None`` where nobody knows it."""

    value: float
    log_uncertainty: float | None

    @property
    def uncertainty(self) -> float | None:
        """The value times the uncertainty of its logarithm, as all our extrapolated diffusivities have it."""
        return None if self.log_uncertainty is None else self.value * self.log_uncertainty


@dataclass(frozen=True)
class Barrier:
    """A migration barrier in eV with its standard uncertainty, and the length in Å of the hop that it belongs to."""

    energy: float
    uncertainty: float | None
    hop_distance: float


def carrier_diffusivity(barriers: Sequence[Barrier], attempt_frequency: float, temperature: float) -> LogNormal:
    """Return the diffusivity in cm²/s of one lone carrier, a third of its tensor's trace.

    D = (1/3) Σ a² ν exp(−E/k_BT), over the barriers at which the network percolates in one, two and three dimensions:
    that of a walk with two hops along each of three directions. With equal barriers it is the simple cubic lattice's
    a² ν exp(−E/k_BT), which is (1/6) z a² Γ with z = 6. The attempt frequency is not in the uncertainty.

    Parameters
    ----------
    barriers
        For one, two and three dimensions, as far as there are: a direction without one has no diffusion.
    attempt_frequency
        ν in THz.
    temperature
        In K.
    """
    thermal = float(registry().Quantity(temperature, "K * boltzmann_constant").to("eV").magnitude)
    shares = [barrier.hop_distance**2 * math.exp(-barrier.energy / thermal) for barrier in barriers]
    value = attempt_frequency * sum(shares) / 3 * _CM2_PER_S
    if any(barrier.uncertainty is None for barrier in barriers):
        return LogNormal(value, None)
    # One potential made them all: their errors go the same way.
    spread = sum(share * (barrier.uncertainty or 0.0) for share, barrier in zip(shares, barriers, strict=True))
    return LogNormal(value, spread / sum(shares) / thermal)


def jump_diffusivity(carriers: Mapping[float, LogNormal], content: float) -> LogNormal:
    """Return D_J = D_0(x) (1 − x) in cm²/s: ions that hop independently but never onto a filled site.

    It is the jump diffusivity per ion: a flux of ions is −(c D_J/k_BT) ∇μ. Between a lone ion (x = 0) and a lone
    vacancy (x = 1) the logarithm of D_0 is interpolated, with the standard deviation √[x (1 − x)] of its difference, as
    if every hop were of one kind or the other; with one of them known only, that one serves for all contents.

    Parameters
    ----------
    carriers
        D_0 at content 0, 1, or both.
    content
        x, between 0 and 1.
    """
    weights = {0.0: 1 - content, 1.0: content} if len(carriers) == 2 else dict.fromkeys(carriers, 1.0)
    logarithms = {end: math.log(carrier.value) for end, carrier in carriers.items()}
    mean = sum(weights[end] * logarithms[end] for end in carriers)
    value = math.exp(mean) * (1 - content)
    known = [(weights[end], carriers[end].log_uncertainty) for end in carriers]
    if any(uncertainty is None for _, uncertainty in known):
        return LogNormal(value, None)
    difference = max(logarithms.values()) - min(logarithms.values())
    return LogNormal(
        value,
        math.hypot(
            sum(weight * (uncertainty or 0.0) for weight, uncertainty in known),
            difference * math.sqrt(content * (1 - content)),
            math.log(ATTEMPT_FREQUENCY_FACTOR),
        ),
    )
