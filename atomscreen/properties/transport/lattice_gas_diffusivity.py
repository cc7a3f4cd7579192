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


@dataclass(frozen=True)
class Carrier:
    """What one lone carrier does: its diffusivity in cm²/s, and the activation energy of that in eV with its error."""

    diffusivity: LogNormal
    activation_energy: float
    activation_energy_uncertainty: float | None


def carrier_diffusivity(barriers: Sequence[Barrier], attempt_frequency: float, temperature: float) -> Carrier:
    """Return the diffusivity of one lone carrier, a third of its tensor's trace, and −d ln D/d(1/k_BT).

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
    energy = sum(share * barrier.energy for share, barrier in zip(shares, barriers, strict=True)) / sum(shares)
    if any(barrier.uncertainty is None for barrier in barriers):
        return Carrier(LogNormal(value, None), energy, None)
    # One potential made them all: their errors go the same way.
    pairs = zip(shares, barriers, strict=True)
    spread = sum(share * (barrier.uncertainty or 0.0) for share, barrier in pairs) / sum(shares)
    return Carrier(LogNormal(value, spread / thermal), energy, spread)


def jump_diffusivity(carriers: Mapping[float, Carrier], content: float) -> LogNormal:
    """Return D_J = D_0(x) (1 − x) in cm²/s: ions that hop independently but never onto a filled site.

    It is the jump diffusivity per ion: a flux of ions is −(c D_J/k_BT) ∇μ. Between a lone ion (x = 0) and a lone
    vacancy (x = 1) the logarithm of D_0 is interpolated, with the standard deviation √[x (1 − x)] of its difference, as
    if every hop were of one kind or the other; with one of them known only, that one serves for all contents.

    Parameters
    ----------
    carriers
        D_0 at content 0, 1, or both.
    content
        x, from 0 to 1.
    """
    free = unblocked_diffusivity(carriers, content)
    return LogNormal(free.value * (1 - content), free.log_uncertainty)


def unblocked_diffusivity(carriers: Mapping[float, Carrier], content: float) -> LogNormal:
    """Return D_0(x) in cm²/s, which :func:`jump_diffusivity` blocks with 1 − x; parameters as there.

    In the dilute limits Γ = 1/(1 − x) (Nernst), so that D_0 at content 0 and 1 is the chemical diffusivity there.
    """
    weights = _weights(carriers, content)
    found = {end: carrier.diffusivity for end, carrier in carriers.items()}
    logarithms = {end: math.log(one.value) for end, one in found.items()}
    value = math.exp(sum(weights[end] * logarithms[end] for end in carriers))
    known = [(weights[end], found[end].log_uncertainty) for end in carriers]
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


def activation_energy(carriers: Mapping[float, Carrier], content: float) -> tuple[float, float | None]:
    """Return the activation energy of :func:`unblocked_diffusivity` in eV with its standard uncertainty."""
    weights = _weights(carriers, content)
    value = sum(weights[end] * carrier.activation_energy for end, carrier in carriers.items())
    spreads = [(weights[end], carrier.activation_energy_uncertainty) for end, carrier in carriers.items()]
    if any(spread is None for _, spread in spreads):
        return value, None
    return value, sum(weight * (spread or 0.0) for weight, spread in spreads)


def _weights(carriers: Mapping[float, Carrier], content: float) -> dict[float, float]:
    """Return how much each carrier counts at a content: one that is known alone serves for all."""
    return {0.0: 1 - content, 1.0: content} if len(carriers) == 2 else dict.fromkeys(carriers, 1.0)
