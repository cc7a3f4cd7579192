"""Finished parts of a long stage, kept so that a killed run computes only what is missing."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.scratch import scratch_file

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core import Structure

    Array = NDArray[Any]


def kept_array(name: str, compute: Callable[[], Array]) -> Array:
    """Return what ``compute`` gives, from the running stage's scratch folder where it is there already.

    Parameters
    ----------
    name
        Of the part; once in a run of a stage. The folder belongs to one result, so a name says enough.
    compute
        Returns an array of numbers.
    """
    path = scratch_file(f"{name}.npy")
    if path is None:
        return compute()
    if path.exists():
        loaded: Array = np.load(path, allow_pickle=False)
        return loaded
    array = compute()
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        np.save(file, array)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    return array


def kept_structure(name: str, start: Structure, compute: Callable[[], Structure]) -> Structure:
    """Return what ``compute`` gives, as :func:`kept_array` does; sites are those of ``start``, in its order."""
    from pymatgen.core import Structure

    def numbers() -> Array:
        found = compute()
        return np.vstack([found.lattice.matrix, found.frac_coords])

    table = kept_array(name, numbers)
    return Structure(table[:3], start.species, table[3:])
