"""The overpotential at which a metal-filled flaw of a solid electrolyte grows: toughness against plating pressure.

Metal that plates into a flaw presses on its faces until the pressure balances the overpotential, p = zFη/V. A surface
flaw of size a then has the stress intensity K = 1.12 p √(πa), and grows where K reaches the toughness K_Ic
(L. Porz et al., Advanced Energy Materials 7, 1701003, 2017, doi:10.1002/aenm.201701003).
"""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit, convert
from atomscreen.core.vocabulary import Role
from atomscreen.properties.plating.alkali_metals import Metal, plating_metal
from atomscreen.properties.working_ion import ion_charge

SURFACE_FLAW = 1.12
"""Stress intensity of an edge crack over that of a crack inside, under uniform pressure."""


def plating_pressure(overpotential: float, metal: Metal) -> float:
    """Return the pressure in MPa that plating at an overpotential in V can build up: 7.41 MPa per mV for lithium."""
    volts = ion_charge(metal.symbol) * overpotential
    return convert(volts / metal.molar_volume, "V * faraday_constant * mol / cm^3", "MPa")


def stress_intensity(pressure: float, flaw_size: float) -> float:
    """Return K in MPa·m^0.5 of a surface flaw of a size in µm under a pressure in MPa."""
    return SURFACE_FLAW * pressure * math.sqrt(math.pi * flaw_size * 1e-6)


def critical_overpotential(toughness: float, flaw_size: float, metal: Metal) -> float:
    """Return the overpotential in V at which a flaw of a size in µm grows in a solid of a toughness in MPa·m^0.5."""
    return toughness / stress_intensity(plating_pressure(1.0, metal), flaw_size)


@stage(
    needs={"fracture_toughness", "working_ion"},
    roles={Role.SOLID_ELECTROLYTE, Role.COATING},
    gives={"critical_overpotential"},
    cost="light",
)
def plating_flaw(
    candidate: Candidate,
    flaw_size: Annotated[float, Unit("µm"), Field(gt=0)] = 10.0,
) -> Results:
    """Give the overpotential at which a surface flaw filled with the working ion's metal grows.

    Flaws short real ceramics, so it says more of them than the stability of a perfect interface does (stage
    ``dendrites``). It leaves out that metal flows out of wide flaws, grain boundaries, and currents that focus at tips.

    Parameters
    ----------
    candidate
        The solid electrolyte or coating.
    flaw_size
        Depth of the flaw in µm; the overpotential goes with its inverse square root.
    """
    metal = plating_metal(candidate.working_ion)
    toughness = candidate.quantity("fracture_toughness")
    per_toughness = critical_overpotential(1.0, flaw_size, metal)
    return Results(
        (
            Quantity(
                "critical_overpotential",
                per_toughness * toughness.number,
                None if toughness.uncertainty is None else per_toughness * toughness.uncertainty,
                method=f"surface flaw of {flaw_size:g} µm; toughness: {toughness.method}",
                provenance={
                    "metal": metal.symbol,
                    "flaw_size": f"{flaw_size:g} µm",
                    "fracture_toughness": toughness.number,
                    "molar_volume": f"{metal.molar_volume} cm^3/mol",
                },
                bound=toughness.bound,
            ),
        )
    )
