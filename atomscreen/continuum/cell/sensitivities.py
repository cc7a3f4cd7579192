"""Which property's uncertainty matters most for what a cell does: Sobol's indices, from a surrogate.

The first-order index is the share of an output's variance that would go if a property were known exactly; the total one
is the share that would stay if it were the only one unknown, with its part in interactions (I. M. Sobol, Mathematics
and Computers in Simulation 55, 271, 2001, doi:10.1016/S0378-4754(00)00270-6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atomscreen.continuum.cell.cell_surrogate import CellSurrogate
from atomscreen.core.errors import UsageError, closest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sensitivity:
    """What one property's uncertainty does to an output.

    Attributes
    ----------
    property
        A name of an electrode's properties.
    first_order, total
        Sobol's indices.
    """

    property: str
    first_order: float
    total: float


def sensitivities(
    surrogate: CellSurrogate, output: str, c_rate: float | None = None, count: int = 1024, seed: int = 0
) -> tuple[Sensitivity, ...]:
    """Return the properties whose uncertainties matter for an output, by total index, most first.

    Parameters
    ----------
    surrogate
        Of the cell; the indices are of its mean, so they are no better than its held-out error.
    output
        A name of its outputs.
    c_rate
        The rate, where it is an input of the surrogate.
    count
        Of base points, a power of two.
    seed
        Of the points.

    Raises
    ------
    UsageError
        For an unknown output, a count that is no power of two, or a rate that is missing or outside.
    """
    from scipy.stats import sobol_indices

    if output not in surrogate.processes:
        raise UsageError(f"the surrogate has no output '{output}'{closest(output, surrogate.processes)}")
    if count < 2 or count & (count - 1):
        raise UsageError(f"the points of Sobol's sequence are a power of two, not {count}")
    deviates = surrogate.deviates

    def mean(places: Array) -> Array:
        points = {one.name: row for one, row in zip(deviates, places, strict=True)}
        return surrogate.predict(surrogate.at_rate(points, c_rate))[output][0]

    distributions = [one.deviates() for one in deviates]
    found = sobol_indices(func=mean, n=count, dists=distributions, rng=np.random.default_rng(seed))
    indices = zip(deviates, found.first_order, found.total_order, strict=True)
    rows = [Sensitivity(one.name, float(first), float(total)) for one, first, total in indices]
    return tuple(sorted(rows, key=lambda row: -row.total))
