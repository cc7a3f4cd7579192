"""A material whose properties are the same at all contents: closed forms hold for it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.continuum.fracture.fracture_map import Cycles, FractureMap, fracture_map, solved_cycles
from tests.continuum.examples import lithium_cobalt_oxide, swelling

CONCENTRATION = 22_900.0
PARTIAL_MOLAR_VOLUME = 3.497e-6
DIFFUSIVITY = 7.08e-15
MODULUS, POISSON = 1.0e11, 0.3
FRACTURE_ENERGY = 2.0
CUTOFFS = (0.8, 0.4, 0.0)


def flat(value: float, spread: float | None = None) -> Curve:
    uncertainties = None if spread is None else (spread * value, spread * value)
    return Curve((0.0, 1.0), (value, value), uncertainties, logarithmic=True)


def even_electrode(**changes: Any) -> Electrode:
    shrinks = swelling({0.0: -PARTIAL_MOLAR_VOLUME * CONCENTRATION, 1.0: 0.0}, CONCENTRATION)["volume_change"]
    same: dict[str, Any] = {
        "maximum_concentration": CONCENTRATION,
        "diffusivity": flat(DIFFUSIVITY),
        "activation_energy": Curve((0.0, 1.0), (0.0, 0.0)),
        "youngs_modulus": flat(MODULUS),
        "poisson_ratio": Curve((0.0, 1.0), (POISSON, POISSON)),
        "volume_change": shrinks,
        "partial_molar_volume": Curve((0.0, 1.0), (PARTIAL_MOLAR_VOLUME, PARTIAL_MOLAR_VOLUME)),
    }
    return dataclasses.replace(lithium_cobalt_oxide(), **{**same, **changes})


@pytest.fixture(scope="package")
def solved() -> Cycles:
    """Cycles of the even electrode, which all its maps share."""
    return solved_cycles(even_electrode(), CUTOFFS)


@pytest.fixture(scope="package")
def even_map(solved: Cycles) -> FractureMap:
    return fracture_map(even_electrode(), flat(FRACTURE_ENERGY), solved)
