"""Crystals made by hand, and what says that CalculiX is missing."""

import shutil

import numpy as np
import pytest

from atomscreen.continuum.crystal import Crystal

needs_calculix = pytest.mark.skipif(
    shutil.which("ccx") is None, reason="needs CalculiX, the program ccx (Debian's package calculix-ccx)"
)

VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


def in_voigt(strain: np.ndarray) -> np.ndarray:
    """Return a strain (3, 3) as (6,) with engineering shears."""
    return np.array([strain[i, j] * (1 if i == j else 2) for i, j in VOIGT])


def triclinic(seed: int = 0, size: float = 0.02) -> Crystal:
    """Return a crystal without any symmetry, whose strain does not go straight with content."""
    generator = np.random.default_rng(seed)
    root = generator.normal(size=(6, 6))
    stiffness = (root @ root.T + 6 * np.eye(6)) * 1e10

    def strain() -> np.ndarray:
        any_strain = generator.uniform(-size, size, (3, 3))
        return (any_strain + any_strain.T) / 2

    return Crystal(
        "triclinic",
        "LiX",
        {0.0: 0.5 * stiffness, 1.0: stiffness},
        {0.0: strain(), 0.5: strain(), 1.0: np.zeros((3, 3))},
        {"stiffness": "made up", "strain": "made up"},
    )


def isotropic(youngs_modulus: float, poisson_ratio: float, strain: np.ndarray) -> Crystal:
    """Return an isotropic solid that is strained where it is empty."""
    shear = youngs_modulus / (2 * (1 + poisson_ratio))
    stiffness = np.zeros((6, 6))
    stiffness[:3, :3] = 2 * shear * poisson_ratio / (1 - 2 * poisson_ratio)
    stiffness += shear * np.diag([2, 2, 2, 1, 1, 1])
    return Crystal("isotropic", "LiX", {1.0: stiffness}, {0.0: strain, 1.0: np.zeros((3, 3))}, {})
