"""Stiffnesses (6, 6) in Voigt order xx yy zz yz xz xy, of any unit."""

import numpy as np


def isotropic(young, poisson):
    shear = young / (2 * (1 + poisson))
    return cubic(
        young * (1 - poisson) / ((1 + poisson) * (1 - 2 * poisson)), 2 * shear * poisson / (1 - 2 * poisson), shear
    )


def cubic(c11, c12, c44):
    return orthorhombic((c11, c11, c11), (c44, c44, c44), (c12, c12, c12))


def orthorhombic(normal, shear, cross):
    """Of C11 C22 C33, of C44 C55 C66, and of C23 C13 C12."""
    stiffness = np.diag([*normal, *shear]).astype(float)
    for value, (row, column) in zip(cross, ((1, 2), (0, 2), (0, 1)), strict=True):
        stiffness[row, column] = stiffness[column, row] = value
    return stiffness
