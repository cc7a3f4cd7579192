"""An electrode whose properties do not change with its content, beside the same as a sphere of the closed forms."""

from __future__ import annotations

import dataclasses

from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.continuum.particle.closed_forms import ConstantSphere
from tests.continuum.examples import curve, lithium_cobalt_oxide

YOUNG, POISSON, SWELLING, DIFFUSIVITY, RADIUS = 1.0e11, 0.3, 1e-3, 1e-14, 5e-6
"""SI units; so small a swelling that a third of it is the linear strain to 0.1 %."""


def constant_electrode(swelling: float = SWELLING, young: float = YOUNG, diffusivity: float = DIFFUSIVITY) -> Electrode:
    electrode = lithium_cobalt_oxide()
    return dataclasses.replace(
        electrode,
        youngs_modulus=curve({0.0: young}, logarithmic=True),
        poisson_ratio=curve({0.0: POISSON}),
        volume_change=Curve((0.0, 1.0), (-swelling, 0.0)),
        partial_molar_volume=curve({0.5: swelling / electrode.maximum_concentration}),
        diffusivity=curve({0.0: diffusivity}, logarithmic=True),
        activation_energy=curve({0.0: 0.0}),
    )


def constant_sphere(electrode: Electrode, radius: float = RADIUS) -> ConstantSphere:
    return ConstantSphere(
        youngs_modulus=electrode.youngs_modulus.values[0],
        poisson_ratio=electrode.poisson_ratio.values[0],
        partial_molar_volume=electrode.partial_molar_volume.values[0],
        diffusivity=electrode.diffusivity.values[0],
        radius=radius,
    )
