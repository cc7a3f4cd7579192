"""Three electrodes with values such as the literature has, made by hand: they need no campaign and no potential."""

from __future__ import annotations

from pymatgen.core import Lattice, Structure

from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.continuum.si_units import SI_UNITS
from atomscreen.core.candidate import Candidate
from atomscreen.core.quantity import Quantity
from atomscreen.core.units import convert
from atomscreen.core.vocabulary import QUANTITIES, Role

AVOGADRO = 6.02214076e23

SOURCES = dict.fromkeys(
    (
        "maximum_concentration",
        "open_circuit_potential",
        "diffusivity",
        "activation_energy",
        "youngs_modulus",
        "poisson_ratio",
        "partial_molar_volume",
        "volume_change",
        "fracture_toughness",
    ),
    "example",
)


def curve(points: dict[float, float], spread: float | None = None, logarithmic: bool = False) -> Curve:
    """Return a curve from values by content; ``spread``: standard uncertainty over the value's magnitude."""
    values = tuple(points.values())
    uncertainties = None if spread is None else tuple(abs(value) * spread for value in values)
    return Curve(tuple(points), values, uncertainties, logarithmic)


def swelling(points: dict[float, float], maximum_concentration: float) -> dict[str, Curve]:
    """Return volume change, and the partial molar volume that is its slope over the concentration in the full solid."""
    contents, changes = list(points), list(points.values())
    middles, slopes = [], []
    for i in range(len(contents) - 1):
        middles.append((contents[i] + contents[i + 1]) / 2)
        slopes.append((changes[i + 1] - changes[i]) / (contents[i + 1] - contents[i]) / maximum_concentration)
    return {
        "volume_change": Curve(tuple(contents), tuple(changes)),
        "partial_molar_volume": curve(dict(zip(middles, slopes, strict=True)), 0.1),
    }


def lithium_cobalt_oxide() -> Electrode:
    """Return a solid solution with a sloping potential, which shrinks as it takes lithium up."""
    concentration = 51600.0
    voltages = {
        0.0: 4.95,
        0.1: 4.75,
        0.25: 4.5,
        0.4: 4.3,
        0.5: 4.18,
        0.6: 4.08,
        0.75: 3.98,
        0.9: 3.91,
        0.97: 3.85,
        1: 3.6,
    }
    return Electrode(
        id="licoo2",
        formula="LiCoO2",
        working_ion="Li",
        side="Positive",
        maximum_concentration=concentration,
        open_circuit_potential=curve(voltages, 0.01),
        diffusivity=curve({0.25: 4e-15, 0.5: 1e-14, 0.75: 6e-15, 0.95: 1e-15}, 0.5, logarithmic=True),
        activation_energy=curve({0.5: 3.0e4, 0.95: 4.0e4}, 0.1),
        reference_temperature=298.15,
        youngs_modulus=curve({0.0: 6.0e10, 0.5: 1.2e11, 1.0: 1.9e11}, 0.1, logarithmic=True),
        poisson_ratio=curve({0.0: 0.26, 1.0: 0.24}, 0.1),
        **swelling({0.0: 0.008, 0.25: 0.022, 0.5: 0.018, 0.75: 0.008, 1.0: 0.0}, concentration),
        fracture_toughness=curve({0.5: 9.0e5, 1.0: 1.3e6}, 0.2, logarithmic=True),
        sources=SOURCES,
    )


def lithium_iron_phosphate() -> Electrode:
    """Return a material in which two phases coexist at nearly all contents: its potential is flat."""
    concentration = 22800.0
    voltages = {0.0: 4.2, 0.005: 3.65, 0.02: 3.43, 0.98: 3.43, 0.995: 3.25, 1.0: 2.6}
    return Electrode(
        id="lifepo4",
        formula="LiFePO4",
        working_ion="Li",
        side="Positive",
        maximum_concentration=concentration,
        open_circuit_potential=curve(voltages, 0.01),
        diffusivity=curve({0.01: 2e-14, 0.99: 5e-14}, 0.5, logarithmic=True),
        activation_energy=curve({0.01: 3.0e4, 0.99: 2.7e4}, 0.1),
        reference_temperature=298.15,
        youngs_modulus=curve({0.0: 1.24e11, 1.0: 1.25e11}, 0.1, logarithmic=True),
        poisson_ratio=curve({0.0: 0.26, 1.0: 0.28}, 0.1),
        **swelling({0.0: -0.067, 1.0: 0.0}, concentration),
        fracture_toughness=curve({0.0: 7.0e5, 1.0: 8.0e5}, 0.2, logarithmic=True),
        coexistence=((0.02, 0.98),),
        sources=SOURCES,
    )


def graphite() -> Electrode:
    """Return an anode with stages, which stiffens and swells as it takes lithium up."""
    concentration = 31000.0
    voltages = {
        0.0: 1.2, 0.01: 0.7, 0.03: 0.38, 0.06: 0.25, 0.1: 0.215, 0.2: 0.19, 0.3: 0.15, 0.45: 0.13, 0.55: 0.11,
        0.6: 0.09, 0.9: 0.085, 0.97: 0.06, 1.0: 0.02,
    }  # fmt: skip
    return Electrode(
        id="graphite",
        formula="LiC6",
        working_ion="Li",
        side="Negative",
        maximum_concentration=concentration,
        open_circuit_potential=curve(voltages, 0.1),
        diffusivity=curve({0.1: 6e-14, 0.5: 3e-14, 0.9: 2e-14}, 0.5, logarithmic=True),
        activation_energy=curve({0.1: 3.0e4, 0.9: 3.5e4}, 0.1),
        reference_temperature=298.15,
        youngs_modulus=curve({0.0: 3.2e10, 0.5: 5.8e10, 1.0: 1.09e11}, 0.1, logarithmic=True),
        poisson_ratio=curve({0.0: 0.32, 1.0: 0.24}, 0.1),
        **swelling({0.0: -0.105, 0.25: -0.06, 0.5: -0.05, 1.0: 0.0}, concentration),
        fracture_toughness=curve({0.0: 4.0e5, 1.0: 9.0e5}, 0.2, logarithmic=True),
        coexistence=((0.6, 0.9),),
        sources=SOURCES,
    )


def candidate_with(electrode: Electrode, without: str = "", temperature: float = 298.15) -> Candidate:
    """Return a candidate whose quantities say what the electrode does."""

    def ours(name: str, value: float) -> float:
        unit = QUANTITIES[name].unit
        if unit in ("eV", "Å^3/atom"):
            return convert(value / AVOGADRO, SI_UNITS[unit].removesuffix("/mol"), unit.removesuffix("/atom"))
        return convert(value, SI_UNITS[unit], unit)

    curves: dict[str, Curve] = {
        "chemical_diffusivity": electrode.diffusivity,
        "chemical_diffusivity_activation_energy": electrode.activation_energy,
        "youngs_modulus": electrode.youngs_modulus,
        "poisson_ratio": electrode.poisson_ratio,
        "volume_change_per_ion": electrode.partial_molar_volume,
        "volume_change": electrode.volume_change,
        "fracture_toughness": electrode.fracture_toughness,
    }
    potential = electrode.open_circuit_potential
    about = {"temperature": temperature, "coexistence": [list(gap) for gap in electrode.coexistence]}
    quantities = [
        Quantity("maximum_ion_concentration", ours("maximum_ion_concentration", electrode.maximum_concentration)),
        Quantity("open_circuit_contents", potential.contents),
        Quantity("open_circuit_potential", potential.values, provenance=about),
        *(
            Quantity(name, ours(name, value), conditions={"ion_content": content})
            for name, curve in curves.items()
            for content, value in zip(curve.contents, curve.values, strict=True)
        ),
    ]
    return Candidate(
        "material",
        {"input": Structure(Lattice.cubic(3.0), ["Li"], [[0, 0, 0]])},
        role=Role.ANODE if electrode.side == "Negative" else Role.CATHODE,
        working_ion="Li",
        quantities=tuple(quantity for quantity in quantities if quantity.name != without),
    )
