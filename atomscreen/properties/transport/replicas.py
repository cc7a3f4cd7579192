"""The mean of a quantity over independent runs that differ in their seed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, Literal

from atomscreen.core.quantity import Quantity

_ONE_SIDED = 1.645  # standard deviations to the 95 % limit


def mean_of(quantities: Sequence[Quantity]) -> Quantity:
    """Return the mean of one quantity over runs, with equal weights: those of 1/u² would favour the low values.

    The uncertainty, of a tensor that of its diagonal, is the larger of what the runs' own say and what their scatter
    says. Where a run gave an upper
    bound, so is the mean: of the bounds and of the 95 % limits of the others.

    Parameters
    ----------
    quantities
        One at least, of the same name and conditions.
    """
    import numpy as np

    first = quantities[0]
    if len(quantities) == 1:
        return first
    values = np.array([quantity.value for quantity in quantities])
    own = np.array([quantity.uncertainty or 0.0 for quantity in quantities])
    if any(quantity.bound for quantity in quantities):
        limits = [
            value if quantity.bound else value + _ONE_SIDED * error
            for quantity, value, error in zip(quantities, values, own, strict=True)
        ]
        bounded = next(quantity for quantity in quantities if quantity.bound)
        return _with(bounded, float(np.mean(limits)), None, "upper", quantities)
    mean = values.mean(axis=0)
    spreads = values.std(axis=0, ddof=1)
    scatter = _root_mean_square(np.diag(spreads) if spreads.ndim == 2 else spreads) / math.sqrt(len(values))
    error = max(float(np.sqrt((own**2).sum())) / len(own), scatter)
    return _with(first, mean.tolist(), error or None, None, quantities)


def _root_mean_square(values: Any) -> float:
    import numpy as np

    return float(np.sqrt(np.mean(np.square(values))))


def _with(
    first: Quantity, value: Any, error: float | None, bound: Literal["upper"] | None, runs: Sequence[Quantity]
) -> Quantity:
    each = [{"value": run.value, "uncertainty": run.uncertainty, "bound": run.bound, **run.provenance} for run in runs]
    return dataclasses.replace(
        first,
        value=value,
        uncertainty=error,
        bound=bound,
        method=f"{first.method}, mean of {len(runs)} runs",
        provenance={"runs": each},
    )
