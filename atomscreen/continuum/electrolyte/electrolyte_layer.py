"""A layer of solid electrolyte as a resistance in series: effective conductivity, areal resistance, ohmic drop.

A solid electrolyte conducts one ion, and its lattice stands still: no salt piles up at one side, so there is no
concentration overpotential and no limiting current, and the layer obeys Ohm's law, R·A = thickness/σ_eff.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from atomscreen.continuum.homogenisation.effective_transport import Tortuosity
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.quantity import Bound, Quantity
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit, convert
from atomscreen.core.vocabulary import Role

Porosity = Annotated[float, Field(ge=0, lt=1)]
TortuosityFactor = Annotated[float, Field(ge=1)]
Thickness = Annotated[float, Unit("µm"), Field(gt=0)]

LAYER_THICKNESS: Final = 30.0
"""Of a layer of which nothing else is said, in µm."""

BEYOND_KNOWN: Final = 0.1
"""Conductivity in S/cm at 300 K above which something else than a lithium solid electrolyte was simulated."""

_RECIPROCAL: Mapping[Bound | None, Bound | None] = {"upper": "lower", "lower": "upper", None: None}
"""What a bound of a positive number is of its reciprocal."""


def area_specific_resistance(thickness: float, conductivity: float) -> float:
    """Return resistance times area in Ω·m² of a layer of a thickness in m and an effective conductivity in S/m."""
    return thickness / conductivity


@stage(
    needs={"bulk_ionic_conductivity_300K"},
    uses={"working_ion"},
    roles={Role.SOLID_ELECTROLYTE, Role.COATING},
    gives={"effective_ionic_conductivity", "area_specific_resistance", "ohmic_drop", "transference_number"},
    cost="light",
    version=2,
)
def electrolyte_layer(
    candidate: Candidate,
    thickness: Thickness = LAYER_THICKNESS,
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
        By which winding paths divide the conductivity, beside the share of the volume; the square of the tortuosity. It
        is 1 only where the paths are straight: a layer that is the same in all directions has at least
        1 + porosity/2, by the upper bound of Hashin and Shtrikman.
    """
    bulk = candidate.quantity("bulk_ionic_conductivity_300K")
    effective = Tortuosity(factor=tortuosity_factor).effective(bulk.number, 1 - porosity)
    resistance = area_specific_resistance(convert(thickness, "µm", "cm"), effective)
    drop = convert(current_density, "mA/cm^2", "A/cm^2") * resistance
    pores = f"porosity {porosity:g}, tortuosity factor {tortuosity_factor:g}"
    layer = f"{thickness:g} µm, {pores}"
    # A log-normal number has the same relative uncertainty as its reciprocal.
    relative = None if bulk.uncertainty is None else bulk.uncertainty / bulk.number

    def give(name: str, value: float, bound: Bound | None, how: str) -> Quantity:
        return Quantity(
            name,
            value,
            None if relative is None else relative * value,
            method=f"{how}; conductivity inside the grains: {bulk.method}",
            provenance={
                "thickness": f"{thickness:g} µm",
                "porosity": porosity,
                "tortuosity_factor": tortuosity_factor,
                "bulk_ionic_conductivity_300K": bulk.number,
            },
            bound=bound,
        )

    return Results(
        (
            give("effective_ionic_conductivity", effective, bulk.bound, f"layer with {pores}"),
            give("area_specific_resistance", resistance, _RECIPROCAL[bulk.bound], f"Ohm's law, layer of {layer}"),
            give("ohmic_drop", drop, _RECIPROCAL[bulk.bound], f"{current_density:g} mA/cm² through {layer}"),
            Quantity("transference_number", 1.0, method="by construction: a solid electrolyte conducts one ion"),
        ),
        notes=conductivity_doubts(bulk.number, candidate.working_ion),
    )


def conductivity_doubts(conductivity: float, ion: str | None) -> tuple[str, ...]:
    """Return a note on a conductivity in S/cm that no lithium solid electrolyte has."""
    if ion != "Li" or conductivity <= BEYOND_KNOWN:
        return ()
    return (
        f"The conductivity of {conductivity:.2g} S/cm at 300 K is above that of any lithium solid electrolyte known "
        "(about 0.03 S/cm): perhaps the potential's lattice is too soft, or its framework moves; a layer's "
        "resistance is then too low.",
    )
