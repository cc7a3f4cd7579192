"""An electrode material as a cell model sees it: functions of lithium content in SI units.

The content of working ions runs from 0 (empty) to 1 (full), which is the stoichiometry of cell models where the maximum
concentration is that of the full material.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from atomscreen.continuum.record import TWO_PHASES_FROM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

Side = Literal["Positive", "Negative"]


@dataclass(frozen=True)
class Curve:
    """A property against content: linear between points, constant beyond the first and the last.

    Attributes
    ----------
    contents
        Rising, shape (n,).
    values
        SI units, shape (n,).
    uncertainties
        Standard uncertainties, shape (n,), ``None`` where they are not known. One potential made them all, so they go
        the same way.
    logarithmic
        Whether it is positive and known by ratio: it is then interpolated, and drawn, by its logarithm.
    """

    contents: tuple[float, ...]
    values: tuple[float, ...]
    uncertainties: tuple[float, ...] | None = None
    logarithmic: bool = False

    def at(self, content: float | Array) -> Array:
        """Return values at contents, of the same shape."""
        if self.logarithmic:
            return np.asarray(np.exp(np.interp(content, self.contents, np.log(self.values))))
        return np.asarray(np.interp(content, self.contents, self.values))

    def mean(self) -> float:
        """Return the mean over all contents from 0 to 1, of the logarithm where it is known by ratio."""
        grid = np.linspace(0.0, 1.0, 1001)
        values = self.at(grid)
        return float(np.exp(np.log(values).mean()) if self.logarithmic else values.mean())

    def moved(self, deviate: float) -> Curve:
        """Return the curve moved by a number of standard uncertainties; itself where they are not known.

        The uncertainty of what is known by ratio is the value times that of its logarithm.
        """
        if self.uncertainties is None:
            return self
        if self.logarithmic:
            values = tuple(v * math.exp(deviate * u / v) for v, u in zip(self.values, self.uncertainties, strict=True))
        else:
            values = tuple(v + deviate * u for v, u in zip(self.values, self.uncertainties, strict=True))
        return Curve(self.contents, values, self.uncertainties, self.logarithmic)


@dataclass(frozen=True)
class Electrode:
    """What a cell model needs to know of the active material of one electrode.

    Attributes
    ----------
    id, formula, working_ion
        Of the material.
    side
        The electrode it is for, as PyBaMM writes it.
    maximum_concentration
        Of working ions in the full material, in mol/m³.
    open_circuit_potential
        In V against the working ion's metal.
    diffusivity
        Chemical, in m²/s, at the reference temperature.
    activation_energy
        Of the diffusivity, in J/mol.
    reference_temperature
        In K, of potential and diffusivity.
    youngs_modulus
        Of the polycrystal, in Pa.
    poisson_ratio
        Of the polycrystal, against content.
    partial_molar_volume
        In m³/mol; positive where the material swells as it takes ions up.
    volume_change
        Fraction of the full material's volume, 0 at content 1.
    fracture_toughness
        In Pa·m^0.5.
    coexistence
        Contents between which two phases coexist.
    sources
        How each of these was obtained, by its name here.
    known
        First and last content at which each curve is known, by its name here.
    remarks
        What a reader should know of what was done between the record and these functions.
    """

    id: str
    formula: str
    working_ion: str
    side: Side
    maximum_concentration: float
    open_circuit_potential: Curve
    diffusivity: Curve
    activation_energy: Curve
    reference_temperature: float
    youngs_modulus: Curve
    poisson_ratio: Curve
    partial_molar_volume: Curve
    volume_change: Curve
    fracture_toughness: Curve
    coexistence: tuple[tuple[float, float], ...] = ()
    sources: dict[str, str] = field(default_factory=dict)
    known: dict[str, tuple[float, float]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def assembled_content(self) -> float:
        """The content at which a cell is assembled: a positive electrode is full then, a negative one empty."""
        return 1.0 if self.side == "Positive" else 0.0

    @property
    def assembled_concentration(self) -> float:
        """The ions of the full material over the volume that it has when a cell is assembled, in mol/m³.

        Volume fractions and radii of cells are those of the assembled particle, which models do not let grow.
        """
        return self.maximum_concentration / (1 + float(self.volume_change.at(self.assembled_content)))

    @property
    def phase_separating(self) -> bool:
        """Whether most of a charge moves fronts between two phases, which diffusion by Fick's law does not describe."""
        return sum(high - low for low, high in self.coexistence) >= TWO_PHASES_FROM
