"""What moves working ions in a particle: the gradient of their content, and that of the hydrostatic stress.

The chemical potential of an ion in a stressed solid is μ = μ₀(c) − Ω σ_h, and ions flow by j = −D_J c/(RT) ∇μ with the
jump diffusivity D_J. Without stress that is Fick's law with the chemical diffusivity D = Γ D_J and the thermodynamic
factor Γ = d(μ₀/RT)/d ln c; with it

    j = −D ∇c + D_J c Ω/(RT) ∇σ_h.

Ω is here the slope of the same stress-free strain e that makes the stress, Ω = (3/c_full) de/dx: only so does the
stress of a gradient never gather ions, whatever the strain's course.

"none"
    Stress does not move ions.
"dilute"
    Γ = 1, so that D_J is taken to be the chemical diffusivity, as X. Zhang, W. Shyy and A. M. Sastry do (Journal of The
    Electrochemical Society 154, A910, 2007), and PyBaMM. With constant moduli the diffusivity is then
    D [1 + θ (c − c_ref)/T], θ = 2EΩ²/[9(1 − ν)R], with c_ref the concentration from which the ions that stress
    moves are counted. The flux above has c_ref = 0; PyBaMM counts from the particle without stress.
"lattice"
    Γ = −(zF/RT) x dU/dx from the open-circuit potential U, z the charge of an ion and x the content of the lattice of
    sites. This is right for electrodes, which are anything but dilute: where nearly all sites are taken, or ions repel
    each other, Γ is 10 or 100, ions jump that much more slowly than their chemical diffusivity says, and stress moves
    them that much less.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.continuum.particle.sphere_stress import stress_free_strain
from atomscreen.core.errors import StageFailure
from atomscreen.core.units import convert
from atomscreen.properties.working_ion import ion_charge

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

Coupling = Literal["none", "dilute", "lattice"]

TABLED: Final = 2001
"""Contents at which the effect of stress is tabled."""


@cache
def gas_constant() -> float:
    """Return R in J/(mol·K)."""
    return convert(1.0, "molar_gas_constant", "J/(mol*K)")


@cache
def faraday_constant() -> float:
    """Return F in C/mol."""
    return convert(1.0, "faraday_constant", "C/mol")


def molar_charge(electrode: Electrode) -> float:
    """Return zF in C/mol, of an electrode's working ions."""
    return ion_charge(electrode.working_ion) * faraday_constant()


class IonTransport:
    """How fast ions move in an electrode at a temperature.

    Parameters
    ----------
    electrode
        The material.
    temperature
        In K.
    coupling
        What stress does, as the module says.
    counted_from
        Content from which the ions that stress moves are counted, of a dilute solution.

    """

    def __init__(self, electrode: Electrode, temperature: float, coupling: Coupling, counted_from: float = 0.0) -> None:
        self.electrode = electrode
        self.coupling = coupling
        self.counted_from = counted_from
        self.temperature = temperature
        slower = (1 / electrode.reference_temperature - 1 / temperature) / gas_constant()
        self._contents = np.union1d(electrode.diffusivity.contents, electrode.activation_energy.contents)
        energies = electrode.activation_energy.at(self._contents)
        self._logarithms = np.log(electrode.diffusivity.at(self._contents)) + energies * slower

    def diffusivity(self, contents: Array) -> Array:
        """Return the chemical diffusivity at contents."""
        return np.asarray(np.exp(np.interp(contents, self._contents, self._logarithms)))

    def enhancement(self, contents: Array) -> Array:
        """Return the share by which stress speeds diffusion, θ c/(ΓT), where moduli change little from place to place.

        With moduli that differ within a particle it is to be multiplied by the fall of the actual stress over that of
        :meth:`stress_fall`.

        Raises
        ------
        StageFailure
            Where a lattice's thermodynamic factor is wanted of a potential that does not fall, or stress gathers ions.
        """
        if self.coupling == "none":
            return np.zeros_like(contents)
        return np.asarray(np.interp(contents, *self._enhancements))

    def stress_fall(self, lower: Array, upper: Array) -> Array:
        """Return by how much the hydrostatic stress falls, in Pa, from a content to another one nearby."""
        electrode, between = self.electrode, (lower + upper) / 2
        swells = stress_free_strain(electrode, upper) - stress_free_strain(electrode, lower)
        stiffness = 2 * electrode.youngs_modulus.at(between) / (3 * (1 - electrode.poisson_ratio.at(between)))
        return np.asarray(stiffness * swells)

    @cached_property
    def _enhancements(self) -> tuple[Array, Array]:
        """Contents, and the enhancement at each."""
        contents = np.linspace(0.0, 1.0, TABLED)
        lower, upper = np.maximum(contents - 0.5 / TABLED, 0.0), np.minimum(contents + 0.5 / TABLED, 1.0)
        fall = self.stress_fall(lower, upper) / (upper - lower)
        swelling = stress_free_strain(self.electrode, upper) - stress_free_strain(self.electrode, lower)
        volume = 3 * swelling / (upper - lower) / self.electrode.assembled_concentration
        moved = volume / (gas_constant() * self.temperature)
        if self.coupling == "lattice":
            moved *= contents / thermodynamic_factor(self.electrode, self.temperature).at(contents)
        else:
            moved *= contents - self.counted_from
        if np.any(moved * fall <= -1):
            raise StageFailure(
                f"stress gathers the ions of {self.electrode.id} counted from content {self.counted_from:g}: their "
                "diffusivity is negative, and no charge is solved"
            )
        return contents, moved * fall


def thermodynamic_factor(electrode: Electrode, temperature: float) -> Curve:
    """Return Γ = −(zF/RT) x dU/dx against content, from the open-circuit potential.

    It is that of each straight piece of the potential at its middle.

    Raises
    ------
    StageFailure
        Where the potential does not fall, as on the plateau of two phases: diffusion is not Fick's there.
    """
    contents = np.asarray(electrode.open_circuit_potential.contents)
    slopes = np.diff(electrode.open_circuit_potential.values) / np.diff(contents)
    if not np.all(slopes < 0):
        place = contents[int(np.argmax(slopes))]
        raise StageFailure(
            f"the open-circuit potential of {electrode.id} does not fall at content {place:.3g}, so that it has no "
            "thermodynamic factor there, which stress coupling of a lattice needs"
        )
    middles = (contents[1:] + contents[:-1]) / 2
    factors = -molar_charge(electrode) / (gas_constant() * temperature) * middles * slopes
    return Curve(tuple(middles.tolist()), tuple(factors.tolist()), logarithmic=True)
