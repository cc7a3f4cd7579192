"""The reaction at a particle's surface, Butler and Volmer's, which stress there drives too.

Tension makes room for ions, so that they are held at a potential higher by Ωσ_h/(zF), and the reaction is that of an
overpotential lower by it (A. F. Bower, P. R. Guduru and V. A. Sethuraman, J. Mech. Phys. Solids 59, 804, 2011):

    i = i₀ {exp[αzF(η − Ωσ_h/(zF))/(RT)] − exp[−(1 − α)zF(η − Ωσ_h/(zF))/(RT)]},    η = φ − U(x),

with z the charge of an ion, φ the electrode's potential against the ion's metal in the electrolyte, positive i where
ions leave, and σ_h the hydrostatic stress at the surface, positive in tension.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.cell.base_sets import DEFAULT_BASE, base_values
from atomscreen.continuum.cell.sampled_parameters import SampledParameters
from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.continuum.particle.ion_transport import gas_constant, molar_charge
from atomscreen.continuum.particle.sphere import Sphere, SphereHistory, charge_at_surface
from atomscreen.continuum.particle.sphere_stress import sphere_stress
from atomscreen.core.errors import StageFailure, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SYMMETRIC: Final = 0.5
"""Charge transfer coefficient of PyBaMM's symmetric Butler–Volmer kinetics, with which its exchange currents go."""

AT_REST: Final = 1e-9
"""Difference of contents below which a particle is at its potential's content."""

CONTENTS: Final = 201
"""Points of an exchange current against content."""


@dataclass(frozen=True)
class Reaction:
    """What limits a surface's reaction.

    Attributes
    ----------
    exchange_current
        i₀ in A/m² against content.
    transfer_coefficient
        α, of the direction in which ions leave.
    stressed
        Whether stress drives it too.
    """

    exchange_current: Curve
    transfer_coefficient: float = SYMMETRIC
    stressed: bool = True

    def current_density(
        self, electrode: Electrode, potential: float, content: float, stress: float, temperature: float
    ) -> float:
        """Return i in A/m², positive where ions leave.

        Parameters
        ----------
        electrode
            For open-circuit potential and partial molar volume.
        potential
            φ in V against the ion's metal.
        content
            At the surface.
        stress
            Hydrostatic, at the surface, in Pa.
        temperature
            In K.
        """
        overpotential = potential - float(electrode.open_circuit_potential.at(content))
        if self.stressed:
            overpotential -= float(electrode.partial_molar_volume.at(content)) * stress / molar_charge(electrode)
        thermal = molar_charge(electrode) * overpotential / (gas_constant() * temperature)
        leave = np.exp(self.transfer_coefficient * thermal)
        enter = np.exp((self.transfer_coefficient - 1) * thermal)
        return float(self.exchange_current.at(content) * (leave - enter))


def base_exchange_current(electrode: Electrode, base: str = DEFAULT_BASE) -> Curve:
    """Return i₀ against content as a base set has it for that side of the cell: no calculation of ours gives one.

    It is at the base set's temperature and initial concentration of the electrolyte, and for the material's own
    concentration of sites.

    Raises
    ------
    UsageError
        For an unknown base set.
    """
    sampled = SampledParameters(base_values(base))
    contents = np.linspace(0.0, 1.0, CONTENTS)
    full = electrode.assembled_concentration
    values = sampled.at(
        f"{electrode.side} electrode exchange-current density [A.m-2]",
        sampled.concentration,
        contents * full,
        full,
        sampled.temperature,
    )
    return Curve(tuple(contents.tolist()), tuple(values.tolist()))


def charge_at_constant_potential(
    sphere: Sphere, potential: float, start: float, reaction: Reaction, share: float = 0.99
) -> SphereHistory:
    """Charge or discharge a sphere of even content at a potential that is kept, limited by reaction and diffusion.

    Parameters
    ----------
    sphere
        Of one phase.
    potential
        In V against the ion's metal in the electrolyte.
    start
        Content, at which there is an exchange current: that of published sets is 0 in the empty and the full material.
    reaction
        At its surface.
    share
        Of the way from the start to the content of that potential, at which it ends.

    Raises
    ------
    UsageError
        For a potential that the material has at no content, or at the start; or a start without exchange current.
    StageFailure
        Where no solution is found.
    """
    end = _content_at(sphere.electrode, potential)
    if abs(end - start) < AT_REST:
        raise UsageError(f"{potential:g} V is the potential of content {start:g}: nothing is charged")
    if not reaction.exchange_current.at(start) > 0:
        raise UsageError(f"no reaction begins at content {start:g}, where the exchange current is 0")
    return charge_at_surface(sphere, _Reacting(sphere, potential, reaction), start, end, share)


def _content_at(electrode: Electrode, potential: float) -> float:
    """Return the content at which an electrode has a potential."""
    from scipy.optimize import brentq

    curve = electrode.open_circuit_potential
    if not min(curve.values) < potential < max(curve.values):
        raise UsageError(
            f"{electrode.id} has potentials between {min(curve.values):.3g} and {max(curve.values):.3g} V, none of "
            f"{potential:g} V"
        )
    return float(brentq(lambda content: float(curve.at(content)) - potential, curve.contents[0], curve.contents[-1]))


class _Reacting:
    """The surface of a sphere that reacts at a potential."""

    def __init__(self, sphere: Sphere, potential: float, reaction: Reaction) -> None:
        self.sphere, self.potential, self.reaction = sphere, potential, reaction
        # Of the content of the sphere per second, by the current density through its surface.
        concentration = sphere.electrode.assembled_concentration
        self._rate = 3 / (sphere.radius * molar_charge(sphere.electrode) * concentration)

    def exchange(self, contents: Array, conductance: Callable[[float], float]) -> tuple[float, float, float]:
        """Return what :class:`atomscreen.continuum.particle.radial_diffusion.Surface` says."""
        from scipy.optimize import brentq

        outer, tiny = float(contents[-1]), 1e-7
        between = conductance(outer)
        stress = self._stress(contents, outer) if self.reaction.stressed else 0.0

        def unbalanced(surface: float) -> float:
            return between * (outer - surface) - self._leaving(surface, stress)

        if unbalanced(0.0) < 0 or unbalanced(1.0) > 0:
            raise StageFailure(f"at {self.potential:g} V and {stress:.3g} Pa the reaction is at rest at no content")
        surface = float(brentq(unbalanced, 0.0, 1.0, xtol=1e-14))
        steeper = (self._leaving(surface + tiny, stress) - self._leaving(surface - tiny, stress)) / (2 * tiny)
        return surface, self._leaving(surface, stress), between * steeper / (between + steeper)

    def _leaving(self, content: float, stress: float) -> float:
        reaction, sphere = self.reaction, self.sphere
        return self._rate * reaction.current_density(
            sphere.electrode, self.potential, content, stress, sphere.temperature
        )

    def _stress(self, contents: Array, surface: float) -> float:
        """Return the hydrostatic stress at the surface, where the radial one is 0."""
        found = sphere_stress(self.sphere.electrode, self.sphere.mesh, contents, np.asarray(surface))
        return 2 / 3 * float(found.surface_tangential)
