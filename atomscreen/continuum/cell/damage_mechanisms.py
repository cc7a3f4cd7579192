"""Ways in which a cell loses capacity, as PyBaMM's options switch them on, and the constants that each needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from atomscreen.continuum.electrode import Side

CRACKING: Final = "particle cracking"

STRESS = (
    "{side} electrode Young's modulus [Pa]",
    "{side} electrode Poisson's ratio",
    "{side} electrode partial molar volume [m3.mol-1]",
    "{side} electrode reference concentration for free of deformation [mol.m-3]",
    "{side} electrode volume change",
    "{side} particle diffusivity [m2.s-1]",
)
"""What the stress in particles needs."""


@dataclass(frozen=True)
class Mechanism:
    """One way in which a cell loses capacity.

    Attributes
    ----------
    option, choice
        PyBaMM's option that switches it on.
    constants
        PyBaMM's names of what it needs; with ``{side}`` where it is of each electrode by itself.
    builds_on
        Mechanisms without which it is not.
    """

    option: str
    choice: str
    constants: tuple[str, ...]
    builds_on: tuple[str, ...] = ()

    def constants_of(self, side: Side) -> tuple[str, ...]:
        """Return the names of its constants in an electrode."""
        return tuple(name.format(side=side) for name in self.constants)

    @property
    def by_stress(self) -> bool:
        """Whether stress drives it, in either electrode by itself."""
        return set(STRESS) <= set(self.constants)


MECHANISMS: Final[Mapping[str, Mechanism]] = {
    "interphase growth": Mechanism(
        "SEI",
        "solvent-diffusion limited",
        (
            "SEI solvent diffusivity [m2.s-1]",
            "Bulk solvent concentration [mol.m-3]",
            "Ratio of lithium moles to SEI moles",
            "SEI partial molar volume [m3.mol-1]",
            "SEI resistivity [Ohm.m]",
            "SEI growth activation energy [J.mol-1]",
            "Initial SEI thickness [m]",
        ),
    ),
    CRACKING: Mechanism(
        "particle mechanics",
        "swelling and cracking",
        (
            *STRESS,
            "{side} electrode cracking rate",
            "{side} electrode Paris' law constant b",
            "{side} electrode Paris' law constant m",
            "{side} electrode initial crack length [m]",
            "{side} electrode initial crack width [m]",
            "{side} electrode number of cracks per unit area [m-2]",
        ),
    ),
    "interphase on cracks": Mechanism(
        "SEI on cracks",
        "true",
        ("Initial SEI on cracks thickness [m]",),
        builds_on=("interphase growth", CRACKING),
    ),
    "loss of active material": Mechanism(
        "loss of active material",
        "stress-driven",
        (
            *STRESS,
            "{side} electrode critical stress [Pa]",
            "{side} electrode LAM constant proportional term [s-1]",
            "{side} electrode LAM constant exponential term",
        ),
    ),
    "lithium plating": Mechanism(
        "lithium plating",
        "partially reversible",
        (
            "Exchange-current density for plating [A.m-2]",
            "Exchange-current density for stripping [A.m-2]",
            "Lithium plating transfer coefficient",
            "Lithium metal partial molar volume [m3.mol-1]",
            "Dead lithium decay rate [s-1]",
            "Initial plated lithium concentration [mol.m-3]",
            "Typical plated lithium concentration [mol.m-3]",
            "Negative electrode OCP [V]",
        ),
    ),
}
"""Every mechanism, in the order in which one builds on another."""


def with_what_it_builds_on(names: Iterable[str]) -> frozenset[str]:
    """Return mechanisms with all those without which they are not."""
    found = set(names)
    for name in list(found):
        found |= with_what_it_builds_on(MECHANISMS[name].builds_on)
    return frozenset(found)
