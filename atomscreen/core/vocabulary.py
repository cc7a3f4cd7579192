"""The vocabulary: every quantity, condition and structure atomscreen speaks of, in one table each.

Stages, criteria, rankings, reports and handoffs use these names and no others. A new quantity is one line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from atomscreen.core.errors import UsageError, closest


class Role(StrEnum):
    """What a material is for; what is good differs: an anode wants a low voltage, a cathode a high one."""

    CATHODE = "cathode"
    ANODE = "anode"
    SOLID_ELECTROLYTE = "solid_electrolyte"
    COATING = "coating"
    REFERENCE = "reference"  # a competing phase: it makes hulls, it is not screened


ELECTRODES = frozenset({Role.CATHODE, Role.ANODE})


@dataclass(frozen=True, slots=True)
class Definition:
    """What a quantity's name means.

    Attributes
    ----------
    unit
        The unit of every value of that name inside atomscreen; ``""`` is dimensionless.
    label
        A short heading for tables.
    description
        What it is, with convention and normalisation.
    shape
        ``()`` for a number, ``(6, 6)`` for a tensor in Voigt notation; ``None`` is an axis of any length.
    varies_with
        The condition that tells several values of one candidate apart, for example ``"temperature"``.
    logarithmic
        Whether it is positive and compared by ratio: rankings then take its logarithm, and its error as log-normal.
    against
        For a curve of shape ``(None,)``: the quantity of the same shape that holds its abscissa.
    """

    unit: str
    label: str
    description: str
    shape: tuple[int | None, ...] = ()
    varies_with: str | None = None
    logarithmic: bool = False
    against: str | None = None


_D = Definition

QUANTITIES: Mapping[str, Definition] = {
    # composition
    "n_sites": _D("", "sites", "sites in the primitive cell"),
    "n_elements": _D("", "elements", "distinct elements"),
    "molar_mass": _D("g/mol", "M", "mass of one mole of formula units"),
    "oxidation_state": _D("", "oxidation state", "mean oxidation state of an element, guessed from the composition",
                          varies_with="element"),
    "charge_balanced": _D("", "charge balanced", "1 where common oxidation states sum to zero, else 0"),
    "gravimetric_capacity_full": _D(
        "mAh/g", "capacity (ions in)", "theoretical capacity per mass with all working ions in (LiCoO2: 274)"),
    "gravimetric_capacity_host": _D(
        "mAh/g", "capacity (host)", "theoretical capacity per mass of the host without working ions (graphite: 372)"),
    "element_cost": _D("USD/kg", "element cost", "price of the elements contained, per mass of material"),
    "scarcest_abundance": _D("mg/kg", "scarcest element", "abundance in the Earth's crust of the scarcest element",
                             logarithmic=True),
    "toxic_mass_fraction": _D("", "toxic fraction", "mass fraction of elements with toxicity concerns"),
    "radioactive": _D("", "radioactive", "1 where an element has no stable isotope, else 0"),
    # relaxed structure
    "energy_per_atom": _D("eV/atom", "E", "potential energy of the relaxed structure, per atom"),
    "lattice_a": _D("Å", "a", "lattice parameter a of the standardised conventional cell (hexagonal axes)"),
    "lattice_b": _D("Å", "b", "lattice parameter b of the standardised conventional cell"),
    "lattice_c": _D("Å", "c", "lattice parameter c of the standardised conventional cell"),
    "volume_per_atom": _D("Å^3/atom", "V/atom", "volume of the relaxed cell, per atom"),
    "density": _D("g/cm^3", "density", "mass density of the relaxed cell"),
    "space_group": _D("", "space group", "space-group number of the relaxed structure"),
    "relaxation_volume_change": _D("percent", "ΔV relax", "change of volume in relaxation, against the input"),
    # thermodynamics
    "formation_energy": _D("eV/atom", "E_f", "energy of formation from the elements' reference phases, per atom"),
    "energy_above_hull": _D("eV/atom", "E_hull", "energy above the convex hull of the competing phases, per atom"),
    # elasticity: Hill averages unless the name says otherwise
    "elastic_tensor": _D("GPa", "C", "stiffness in Voigt order (xx yy zz yz xz xy), IRE-1949 standard axes", (6, 6)),
    "bulk_modulus": _D("GPa", "K", "bulk modulus, Hill average", logarithmic=True),
    "bulk_modulus_voigt": _D("GPa", "K_V", "bulk modulus, Voigt average (upper bound)", logarithmic=True),
    "bulk_modulus_reuss": _D("GPa", "K_R", "bulk modulus, Reuss average (lower bound)", logarithmic=True),
    "shear_modulus": _D("GPa", "G", "shear modulus, Hill average", logarithmic=True),
    "shear_modulus_voigt": _D("GPa", "G_V", "shear modulus, Voigt average (upper bound)", logarithmic=True),
    "shear_modulus_reuss": _D("GPa", "G_R", "shear modulus, Reuss average (lower bound)", logarithmic=True),
    "youngs_modulus": _D("GPa", "E_Y", "Young's modulus of the polycrystal, from the Hill averages", logarithmic=True),
    "poisson_ratio": _D("", "ν", "Poisson's ratio of the polycrystal, from the Hill averages"),
    "pugh_ratio": _D("", "K/G", "Pugh's ratio of Hill averages; above 1.75 tends to ductile"),
    "universal_anisotropy": _D("", "A_U", "universal elastic anisotropy 5 G_V/G_R + K_V/K_R − 6; 0 is isotropic"),
    "elastically_stable": _D("", "stable C", "1 where the stiffness is positive definite (Born), else 0"),
    # electrochemistry
    "average_voltage": _D("V", "V", "average voltage against the working ion's metal between the end members"),
    "volume_change": _D("percent", "ΔV", "change of volume when all working ions leave, against the full structure"),
    "volume_change_per_ion": _D("Å^3/atom", "ΔV/ion", "volume that one working ion takes: (V_full − V_empty)/ions"),
    "specific_energy": _D("Wh/kg", "energy", "average voltage times capacity, per mass with all working ions in"),
    # transport
    "tracer_diffusivity": _D("cm^2/s", "D*", "tracer diffusivity of the working ion", varies_with="temperature",
                             logarithmic=True),
    "hops_per_ion": _D("", "hops", "site-to-site displacements per working ion in a run", varies_with="temperature"),
    "ionic_conductivity": _D("S/cm", "σ", "ionic conductivity; the method says bulk or total and the Haven ratio",
                             varies_with="temperature", logarithmic=True),
    "ionic_conductivity_300K": _D("S/cm", "σ(300 K)", "bulk ionic conductivity at 300 K (Haven ratio 1 if not said)",
                                  logarithmic=True),
    "activation_energy": _D("eV", "E_a", "activation energy of diffusion, from an Arrhenius fit of D"),
    # phonons
    "phonon_frequencies": _D("THz", "ν", "frequencies at which the phonon density of states is given", (None,)),
    # known from the literature only, so far
    "band_gap": _D("eV", "gap", "band gap; the method says experimental or which functional"),
    "fracture_toughness": _D("MPa*m^0.5", "K_Ic", "mode-I fracture toughness"),
}  # fmt: skip

CONDITIONS: Mapping[str, str | None] = {
    "temperature": "K",
    "pressure": "GPa",
    "element": None,
    "direction": None,
    "partner": None,  # the other material of an interface or a reaction
    "ion_content": "",  # working ions in an electrode, as a fraction of those of the full one: 0 charged, 1 discharged
}
"""Every condition a quantity can be given at, with the unit of its numbers; ``None`` where it is a text."""

STRUCTURES: Mapping[str, str] = {
    "input": "the structure as the source gave it",
    "charged": "the end member without working ions, where the source knows it",
    "relaxed": "cell and positions relaxed with a potential",
    "charged_relaxed": "the end member without working ions, relaxed with a potential",
    "intercalated": "an ordering of lowest energy at a part of the working ions, relaxed: 'intercalated@0.5' has half",
}
"""Every structure a candidate can carry. Of a kind there may be several, told apart by what follows an '@'."""


def structure_kind(name: str) -> str:
    """Return the vocabulary's part of a structure's name: ``"intercalated"`` of ``"intercalated@0.5"``."""
    return name.partition("@")[0]


def define(name: str) -> Definition:
    """Return a quantity's definition.

    Raises
    ------
    UsageError
        For a name that is not in the vocabulary; the near ones are offered.
    """
    try:
        return QUANTITIES[name]
    except KeyError:
        raise UsageError(f"unknown quantity '{name}'{closest(name, QUANTITIES)}") from None
