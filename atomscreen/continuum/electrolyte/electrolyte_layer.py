"""A layer of solid electrolyte as a resistance in series: effective conductivity, areal resistance, ohmic drop.

A solid electrolyte conducts one ion, and its lattice stands still: no salt piles up at one side, so there is no
concentration overpotential and no limiting current, and the layer obeys Ohm's law, R·A = thickness/σ_eff.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.quantity import Bound, Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit, convert
from atomscreen.core.vocabulary import Role

Porosity = Annotated[float, Field(ge=0, lt=1)]
TortuosityFactor = Annotated[float, Field(ge=1)]

_RECIPROCAL: Mapping[Bound | None, Bound | None] = {"upper": "lower", "lower": "upper", None: None}
"""What a bound of a positive number is of its reciprocal."""


def effective_conductivity(conductivity: float, porosity: float = 0.0, tortuosity_factor: float = 1.0) -> float:
    """Return the conductivity σ (1 − porosity)/τ of a layer with pores that do not conduct, in the unit of σ.

    τ is the tortuosity factor, the square of the tortuosity. It is 1 only where the paths are straight: a layer that is
    the same in all directions has at least 1 + porosity/2, by the upper bound of Hashin and Shtrikman.
    """
    return conductivity * (1 - porosity) / tortuosity_factor


def area_specific_resistance(thickness: float, conductivity: float) -> float:
    """Return resistance times area in Ω·m² of a layer of a thickness in m and an effective conductivity in S/m."""
    return thickness / conductivity


@stage(
    needs={"bulk_ionic_conductivity_300K"},
    roles={Role.SOLID_ELECTROLYTE, Role.COATING},
    gives={"effective_ionic_conductivity", "area_specific_resistance", "ohmic_drop", "transference_number"},
    cost="light",
)
def electrolyte_layer(
    candidate: Candidate,
    thickness: Annotated[float, Unit("µm"), Field(gt=0)] = 30.0,
    current_density: Annotated[float, Unit("mA/cm^2"), Field(gt=0)] = 1.0,
    porosity: Porosity = 0.0,
    tortuosity_factor: TortuosityFactor = 1.0,
) -> Results:
    """Give resistance and ohmic drop of a layer of the material at 300 K.

    The conductivity is that inside the grains: what grain boundaries and the interfaces with the electrodes resist
    comes on top, and in sintered oxides that is often the greater part. The transference number is 1 because a solid
    electrolyte conducts one ion; electrons, whose current leaks, are not counted.

    Parameters
    ----------
    candidate
        The solid electrolyte or coating.
    thickness
        Of the layer in µm; of a coating, some nm.
    current_density
        Through the layer, in mA/cm^2.
    porosity
        Share of the layer's volume in pores, which do not conduct.
    tortuosity_factor
        By which winding paths divide the conductivity, beside the share of the volume; the square of the tortuosity.
    """
    bulk = candidate.quantity("bulk_ionic_conductivity_300K")
    effective = effective_conductivity(bulk.number, porosity, tortuosity_factor)
    resistance = area_specific_resistance(convert(thickness, "µm", "cm"), effective)
    drop = convert(current_density, "mA/cm^2", "A/cm^2") * resistance
    layer = f"{thickness:g} µm, porosity {porosity:g}, tortuosity factor {tortuosity_factor:g}"
    # A log-normal number has the same relative uncertainty as its reciprocal.
    relative = None if bulk.uncertainty is None else bulk.uncertainty / bulk.number

    def give(name: str, value: float, bound: Bound | None, how: str) -> Quantity:
        return Quantity(
            name,
            value,
            None if relative is None else relative * value,
            method=f"{how}; conductivity inside the grains: {bulk.method}",
            provenance={"layer": layer, "bulk_ionic_conductivity_300K": bulk.number},
            bound=bound,
        )

    return Results(
        (
            give("effective_ionic_conductivity", effective, bulk.bound, f"layer with {layer.partition(', ')[2]}"),
            give("area_specific_resistance", resistance, _RECIPROCAL[bulk.bound], f"Ohm's law, layer of {layer}"),
            give("ohmic_drop", drop, _RECIPROCAL[bulk.bound], f"{current_density:g} mA/cm² through {layer}"),
            Quantity("transference_number", 1.0, method="by construction: a solid electrolyte conducts one ion"),
        )
    )
