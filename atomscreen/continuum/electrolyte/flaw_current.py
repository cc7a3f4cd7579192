"""The current at which a metal-filled flaw of a solid electrolyte can reach its critical overpotential.

Metal in a thin flaw of depth a, along the current, is at the potential of the electrode it grows from. Where the flaw
takes no current, the electrolyte beside its tip is at the potential it has without the flaw,

    η = i (a/σ + R),

for a current density i, a conductivity σ and an areal resistance R of the interface: the drop across the interface and
along the flaw. A flaw that takes current drains the electrolyte around it, which only lowers this (the two potentials
differ by a harmonic function that by the maximum principle is nowhere negative). So η is the most that the current can
do, a flaw cannot grow unless it reaches the critical overpotential η_c, and below

    i_c = η_c/(a/σ + R)

it does not grow. i_c is therefore on the safe side of what a flaw of that depth stands, if R is the true one and the
contact is even. Both matter: R = 0 gives the greatest i_c, so with an unknown resistance i_c is no more than an upper
bound of the current that is safe; and voids or poor contact focus the current, so that the local one, which counts, is
many times the one per area of the cell. Safe, too, is that the plating pressure acts all along the flaw as at its tip.

Without R, i_c falls with a^(−3/2).
"""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.quantity import Bound, Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit, convert
from atomscreen.core.vocabulary import Role
from atomscreen.properties.plating.alkali_metals import plating_metal
from atomscreen.properties.plating.plating_flaw import critical_overpotential

Sizes = Annotated[tuple[Annotated[float, Field(gt=0)], ...], Unit("µm"), Field(min_length=1)]

NO_CONDUCTIVITY = (
    "The current at which a metal-filled flaw can grow is not known: the conductivity at 300 K, which stage "
    "diffusivity gives, is missing."
)
OPPOSITE_BOUNDS = (
    "The current at which a metal-filled flaw can grow is not known: of conductivity, toughness and an interface "
    "resistance of 0, which makes the current an upper bound, one bounds it from above and one from below."
)


def tip_overpotential(
    current_density: float, flaw_size: float, conductivity: float, interface_resistance: float = 0.0
) -> float:
    """Return the greatest overpotential in V at the tip of a flaw.

    Parameters
    ----------
    current_density
        In A/m², far from the flaw.
    flaw_size
        Depth of the flaw in m.
    conductivity
        Of the electrolyte in S/m.
    interface_resistance
        Of the electrode's interface, in Ω·m².
    """
    return current_density * (flaw_size / conductivity + interface_resistance)


def critical_current(
    overpotential: float, flaw_size: float, conductivity: float, interface_resistance: float = 0.0
) -> float:
    """Return the current density in A/m² below which a flaw's tip stays under an overpotential in V.

    The other parameters are those of :func:`tip_overpotential`.
    """
    return overpotential / tip_overpotential(1.0, flaw_size, conductivity, interface_resistance)


@stage(
    needs={"fracture_toughness", "working_ion"},
    uses={"bulk_ionic_conductivity_300K"},
    roles={Role.SOLID_ELECTROLYTE, Role.COATING},
    gives={"flaw_sizes", "flaw_critical_overpotential", "flaw_critical_current"},
    cost="light",
    version=2,
)
def flaw_currents(
    candidate: Candidate,
    sizes: Sizes = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0),
    interface_resistance: Annotated[float, Unit("ohm*cm^2"), Field(ge=0)] = 0.0,
) -> Results:
    """Give the overpotential and the current below which a metal-filled surface flaw cannot grow, by its depth.

    A flaw of depth a in a current density i sees at most the overpotential i (a/σ + R) at its tip; the critical current
    is that at which this reaches the critical overpotential (see stage ``plating_flaw``). It holds for the current just
    at the flaw: voids and poor contact focus the current, so that real cells short at far less per area of the cell.
    Where the flaw is as deep as the layer is thick, it means nothing.

    Parameters
    ----------
    candidate
        The solid electrolyte or coating; without a conductivity it gets no currents.
    sizes
        Depths of the flaw in µm.
    interface_resistance
        Of the interface with the metal, in ohm*cm^2. The default, no resistance, makes the currents upper bounds of
        what is safe: any real interface lowers them.
    """
    metal = plating_metal(candidate.working_ion)
    toughness = candidate.quantity("fracture_toughness")
    bulk = candidate.find("bulk_ionic_conductivity_300K")
    depths = sorted(set(sizes))
    overpotentials = [critical_overpotential(toughness.number, depth, metal) for depth in depths]
    origin = {
        "metal": metal.symbol,
        "fracture_toughness": toughness.number,
        "molar_volume": f"{metal.molar_volume} cm^3/mol",
    }
    found = [
        Quantity("flaw_sizes", tuple(depths), method="asked for"),
        Quantity(
            "flaw_critical_overpotential",
            tuple(overpotentials),
            method=f"filled surface flaw; toughness: {toughness.method}",
            provenance={**origin, "log_uncertainty": _log_uncertainty(toughness)},
            bound=toughness.bound,
        ),
    ]
    if bulk is None:
        return Results(tuple(found), notes=(NO_CONDUCTIVITY,))
    of_interface: Bound | None = None if interface_resistance else "upper"
    if len(bounds := {toughness.bound, bulk.bound, of_interface} - {None}) > 1:
        return Results(tuple(found), notes=(OPPOSITE_BOUNDS,))
    found.append(_currents(depths, overpotentials, toughness, bulk, interface_resistance, next(iter(bounds), None)))
    return Results(tuple(found))


def _currents(
    depths: list[float],
    overpotentials: list[float],
    toughness: Quantity,
    bulk: Quantity,
    interface_resistance: float,
    bound: Bound | None,
) -> Quantity:
    """Return the critical currents of flaws of depths in µm, for an interface resistance in ohm*cm^2."""
    conductivity = convert(bulk.number, bulk.unit, "S/m")
    resistance = convert(interface_resistance, "ohm*cm^2", "ohm*m^2")
    of_toughness, of_conductivity = _log_uncertainty(toughness), _log_uncertainty(bulk)
    currents, spreads = [], []
    for depth, overpotential in zip((convert(depth, "µm", "m") for depth in depths), overpotentials, strict=True):
        current = critical_current(overpotential, depth, conductivity, resistance)
        currents.append(convert(current, "A/m^2", "mA/cm^2"))
        if of_toughness is not None and of_conductivity is not None:
            # The conductivity counts by the share of the drop that is along the flaw.
            share = tip_overpotential(current, depth, conductivity) / overpotential
            spreads.append(math.hypot(of_toughness, share * of_conductivity))
    return Quantity(
        "flaw_critical_current",
        tuple(currents),
        method=f"critical overpotential over a/σ + R, R = {interface_resistance:g} Ω·cm²; conductivity inside the "
        f"grains: {bulk.method}; toughness: {toughness.method}",
        provenance={
            "bulk_ionic_conductivity_300K": bulk.number,
            "interface_resistance": f"{interface_resistance:g} ohm*cm^2",
            "log_uncertainty": spreads or None,
        },
        bound=bound,
    )


def _log_uncertainty(quantity: Quantity) -> float | None:
    """Return the standard uncertainty of a positive number's logarithm."""
    return None if quantity.uncertainty is None else quantity.uncertainty / quantity.number
