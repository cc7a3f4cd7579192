"""The base sets: published cells of PyBaMM, from which comes whatever no calculation of ours gives."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from atomscreen.core.errors import UsageError, closest

BaseName = Literal["Ai2020", "OKane2022", "Chen2020"]

DEFAULT_BASE: Final[BaseName] = "Ai2020"
"""The parameter set from which a cell takes what is not the material's."""


@dataclass(frozen=True)
class BaseSet:
    """A cell of PyBaMM's that a material is put into.

    Attributes
    ----------
    cell
        Its electrodes, negative first, and its form.
    mechanics
        Whether it has what stress and cracking of both electrodes need.
    """

    cell: str
    mechanics: bool


BASE_SETS: Final[Mapping[str, BaseSet]] = {
    "Ai2020": BaseSet("graphite and LiCoO2, pouch cell of 2.28 A·h", mechanics=True),
    "OKane2022": BaseSet("graphite with SiOx and NMC 811, cylindrical cell of 5 A·h (LG M50)", mechanics=True),
    "Chen2020": BaseSet("graphite with SiOx and NMC 811, cylindrical cell of 5 A·h (LG M50)", mechanics=False),
}
"""Every base set, by PyBaMM's name of it."""


def pybamm_library() -> Any:
    """Return the module ``pybamm``, told before it is imported to send nothing home and to ask nothing."""
    os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
    import pybamm

    return pybamm


def check_base(name: str) -> BaseSet:
    """Return what is known of a base set.

    Raises
    ------
    UsageError
        For an unknown one, with those there are.
    """
    if name not in BASE_SETS:
        raise UsageError(f"unknown base set '{name}'{closest(name, BASE_SETS)}")
    return BASE_SETS[name]


def base_values(name: str) -> Any:
    """Return a base set's ``pybamm.ParameterValues``, untouched and one's own to change."""
    check_base(name)
    return pybamm_library().ParameterValues(name)


def require_mechanics(name: str) -> None:
    """Raise a :class:`UsageError` where a base set cannot be run with particle mechanics."""
    if not check_base(name).mechanics:
        raise UsageError(
            f"base set '{name}' has no mechanics of the other electrode: use OKane2022, the same cell with mechanics, "
            "or run without mechanics"
        )
