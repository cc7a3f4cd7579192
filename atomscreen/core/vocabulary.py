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
    beside
        The quantity of the same unit in whose figure it is drawn as a further line, for example what it is to be
        compared with. A number that holds at every abscissa is a level line there.
    """

    unit: str
    label: str
    description: str
    shape: tuple[int | None, ...] = ()
    varies_with: str | None = None
    logarithmic: bool = False
    against: str | None = None
    beside: str | None = None


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
    "free_energy_above_hull": _D(
        "eV/atom", "G_hull", "Gibbs energy above the convex hull of the competing phases, per atom",
        varies_with="temperature"),
    "decomposition_energy": _D(
        "eV/atom", "E_d", "energy against the hull of phases of other compositions; negative where it is stable"),
    "reduction_limit": _D("V", "V_red", "voltage against the working ion's metal below which it takes up ions"),
    "oxidation_limit": _D("V", "V_ox", "voltage against the working ion's metal above which it gives off ions"),
    "electrochemical_window": _D("V", "window", "oxidation limit less reduction limit, in equilibrium"),
    "metal_reaction_energy": _D(
        "eV/atom", "E(metal)", "reaction with the working ion's metal at the worst ratio, per atom of the mixture"),
    "interface_reaction_energy": _D(
        "eV/atom", "E(electrode)", "reaction with an electrode at the worst ratio, per atom of the mixture",
        varies_with="partner"),
    "interface_volume_change": _D(
        "percent", "ΔV interface", "volume of the products of an interface reaction against that of what reacts",
        varies_with="partner"),
    "interphase_expansion": _D(
        "percent", "ΔV interphase",
        "volume of what a material and the working ion's metal react to, against the material that reacts alone"),
    "interphase_class": _D(
        "", "interphase", "on the working ion's metal: 0 stable, 1 passivating, 2 mixed conducting"),
    "hydrolysis_energy": _D(
        "eV/atom", "ΔG(H2O)", "Gibbs energy of reaction with H2O at the worst ratio, per atom of the mixture",
        varies_with="temperature"),
    "carbonation_energy": _D(
        "eV/atom", "ΔG(CO2)", "Gibbs energy of reaction with CO2 at the worst ratio, per atom of the mixture",
        varies_with="temperature"),
    "oxygen_release_temperature": _D(
        "K", "T(O2)", "temperature from which an electrode releases oxygen in equilibrium", varies_with="ion_content"),
    "conversion_voltage": _D(
        "V", "V_conv", "voltage below which the discharged electrode turns into other phases in equilibrium"),
    "conversion_preferred": _D("", "converts", "1 where conversion comes before intercalation in equilibrium, else 0"),
    # elasticity: Hill averages unless the name says otherwise
    "elastic_tensor": _D("GPa", "C", "stiffness in Voigt order (xx yy zz yz xz xy), IRE-1949 standard axes", (6, 6)),
    "bulk_modulus": _D("GPa", "K", "bulk modulus, Hill average", logarithmic=True),
    "bulk_modulus_corrected": _D(
        "GPa", "K corr.", "bulk modulus, Hill average, corrected for the potential's softness", logarithmic=True),
    "bulk_modulus_voigt": _D("GPa", "K_V", "bulk modulus, Voigt average (upper bound)", logarithmic=True),
    "bulk_modulus_reuss": _D("GPa", "K_R", "bulk modulus, Reuss average (lower bound)", logarithmic=True),
    "shear_modulus": _D("GPa", "G", "shear modulus, Hill average", logarithmic=True),
    "shear_modulus_corrected": _D(
        "GPa", "G corr.", "shear modulus, Hill average, corrected for the potential's softness", logarithmic=True),
    "shear_modulus_voigt": _D("GPa", "G_V", "shear modulus, Voigt average (upper bound)", logarithmic=True),
    "shear_modulus_reuss": _D("GPa", "G_R", "shear modulus, Reuss average (lower bound)", logarithmic=True),
    "youngs_modulus": _D("GPa", "E_Y", "Young's modulus of the polycrystal, from the Hill averages", logarithmic=True),
    "youngs_modulus_corrected": _D(
        "GPa", "E corr.", "Young's modulus of the polycrystal, corrected for the potential's softness",
        logarithmic=True),
    "poisson_ratio_corrected": _D(
        "", "ν corr.", "Poisson's ratio of the polycrystal, from moduli corrected for the potential's softness"),
    "pugh_ratio_corrected": _D(
        "", "K/G corr.", "Pugh's ratio, from moduli corrected for softness; above 1.75 tends to ductile"),
    "youngs_modulus_change": _D(
        "percent", "ΔE_Y", "Young's modulus without working ions against that with all of them in, from Hill averages"),
    "youngs_modulus_min": _D("GPa", "E min", "Young's modulus of the single crystal, least over directions",
                             logarithmic=True),
    "youngs_modulus_max": _D("GPa", "E max", "Young's modulus of the single crystal, greatest over directions",
                             logarithmic=True),
    "shear_modulus_min": _D("GPa", "G min", "shear modulus of the single crystal, least over planes and directions",
                            logarithmic=True),
    "shear_modulus_max": _D("GPa", "G max", "shear modulus of the single crystal, greatest over planes and directions",
                            logarithmic=True),
    "poisson_ratio_min": _D("", "ν min", "Poisson's ratio of the single crystal, least over directions"),
    "poisson_ratio_max": _D("", "ν max", "Poisson's ratio of the single crystal, greatest over directions"),
    "linear_compressibility_min": _D("1/GPa", "β min", "linear compressibility under pressure, least over directions"),
    "linear_compressibility_max": _D(
        "1/GPa", "β max", "linear compressibility under pressure, greatest over directions"),
    "cauchy_pressure": _D(
        "GPa", "C12−C44", "Cauchy pressure of a cubic crystal; of others C23−C44, C13−C55, C12−C66 as directions yz, "
        "xz, xy of the standard axes; negative where bonds are directional"),
    "hardness_chen": _D("GPa", "H (Chen)", "Vickers hardness by Chen's model 2 (G^3/K^2)^0.585 − 3"),
    "hardness_tian": _D("GPa", "H (Tian)", "Vickers hardness by Tian's model 0.92 (G/K)^1.137 G^0.708",
                        logarithmic=True),
    "longitudinal_sound_velocity": _D("m/s", "v_l", "longitudinal velocity of sound of the polycrystal"),
    "transverse_sound_velocity": _D("m/s", "v_t", "transverse velocity of sound of the polycrystal"),
    "mean_sound_velocity": _D("m/s", "v_m", "Debye's mean of the velocities of sound of the polycrystal"),
    "debye_temperature": _D("K", "θ_D", "Debye temperature from the mean velocity of sound (Anderson 1963)"),
    "poisson_ratio": _D("", "ν", "Poisson's ratio of the polycrystal, from the Hill averages"),
    "pugh_ratio": _D("", "K/G", "Pugh's ratio of Hill averages; above 1.75 tends to ductile"),
    "universal_anisotropy": _D("", "A_U", "universal elastic anisotropy 5 G_V/G_R + K_V/K_R − 6; 0 is isotropic"),
    "elastically_stable": _D("", "stable C", "1 where the stiffness is positive definite (Born), else 0"),
    # electrochemistry
    "average_voltage": _D("V", "V", "average voltage against the working ion's metal between the end members"),
    "volume_change": _D(
        "percent", "ΔV", "change against the full structure when working ions leave; all of them unless at a content"),
    "volume_change_per_ion": _D("Å^3/atom", "ΔV/ion", "volume one ion takes: (V_full − V_empty)/ions, or along a step"),
    "specific_energy": _D("Wh/kg", "energy", "average voltage times capacity, per mass with all working ions in"),
    "step_voltage": _D("V", "V step", "voltage between neighbouring stable contents, at the middle of the two",
                       varies_with="ion_content"),
    "mixing_energy": _D("eV", "E_mix", "energy against the ends at the same content, per site of a working ion",
                        varies_with="ion_content"),
    "ordering_energies": _D(
        "eV", "E_mix of orderings", "energies of all relaxed orderings of one content against the ends, per site of a "
        "working ion, the lowest first", (None,), varies_with="ion_content"),
    "ordering_multiplicities": _D(
        "", "arrangements", "in how many arrangements of the supercell symmetry finds each relaxed ordering, in the "
        "order of their energies", (None,), varies_with="ion_content"),
    "intercalation_hull_distance": _D(
        "eV", "E above ends' hull", "energy above the hull over content of the working ion, per site of one",
        varies_with="ion_content"),
    "two_phase_fraction": _D(
        "", "two-phase", "share of the contents at which two phases coexist at 0 K: 1 two-phase, 0 solid solution"),
    "open_circuit_contents": _D(
        "", "ion content", "contents of working ions, 0 charged to 1 discharged, of the open-circuit potential",
        (None,)),
    "open_circuit_potential": _D(
        "V", "U", "equilibrium potential against the working ion's metal, means over even intervals of content",
        (None,), against="open_circuit_contents"),
    "host_displacement": _D(
        "Å", "host moves", "farthest that a host atom leaves its place in the strained lattice",
        varies_with="ion_content"),
    "insertion_strain": _D(
        "", "ε", "strain U − 1 of the lattice against the full one, U the stretch of its deformation, IRE-1949 "
        "standard axes of the full crystal", (3, 3), varies_with="ion_content"),
    "insertion_strain_deviatoric": _D(
        "", "ε dev", "norm √(ε':ε') of the deviatoric part of the insertion strain: 0 where it is isotropic",
        varies_with="ion_content"),
    "maximum_ion_concentration": _D("mol/L", "c_max", "concentration of working ions in the full material"),
    "usable_capacity": _D(
        "mAh/g", "usable",
        "capacity within limits of voltage, and of strain since assembly (anode empty, else full), per mass, ions in"),
    "usable_capacity_host": _D(
        "mAh/g", "usable (host)",
        "capacity within limits of voltage and of strain since assembly, per mass of the host without ions"),
    "volumetric_capacity": _D("mAh/cm^3", "capacity by volume", "theoretical capacity per volume with all ions in"),
    "energy_density": _D("Wh/L", "energy by volume", "average voltage times capacity, per volume with all ions in"),
    # transport: simulated conductivities are bulk, most measured ones are total, and the name says which
    "tracer_diffusivity": _D("cm^2/s", "D*", "tracer (self-) diffusivity of the working ion", varies_with="temperature",
                             logarithmic=True),
    "tracer_diffusivity_tensor": _D(
        "cm^2/s", "D* tensor", "tracer diffusivity along and across the IRE-1949 standard axes", (3, 3),
        varies_with="temperature"),
    "tracer_diffusivity_300K": _D("cm^2/s", "D*(300 K)", "tracer diffusivity at 300 K, from an Arrhenius fit",
                                  logarithmic=True),
    "collective_diffusivity": _D(
        "cm^2/s", "D_σ", "charge (collective) diffusivity of the working ions, which the conductivity goes with",
        varies_with="temperature", logarithmic=True),
    "jump_diffusivity": _D(
        "cm^2/s", "D_J", "jump (centre-of-mass) diffusivity of the working ions", varies_with="temperature",
        logarithmic=True),
    "chemical_diffusivity": _D(
        "cm^2/s", "D_chem", "chemical diffusivity: jump diffusivity times the thermodynamic factor",
        varies_with="ion_content", logarithmic=True),
    "chemical_diffusivity_activation_energy": _D(
        "eV", "E_a D_chem", "activation energy of the jumps behind the chemical diffusivity at its temperature; the "
        "change of the thermodynamic factor with temperature is left out", varies_with="ion_content"),
    "thermodynamic_factor": _D("", "Γ", "thermodynamic factor d(μ/k_BT)/d ln c of the working ion",
                               varies_with="ion_content"),
    "haven_ratio": _D("", "H_R", "Haven ratio: tracer over charge diffusivity", varies_with="temperature"),
    "thermal_potential_energy": _D(
        "eV/atom", "E − E(0 K)", "mean potential energy of a simulation above the relaxed structure's, per atom; 3/2 "
        "k_B T where it is harmonic", varies_with="temperature"),
    "hops_per_ion": _D("", "hops", "site-to-site displacements per working ion in a run", varies_with="temperature"),
    "bulk_ionic_conductivity": _D(
        "S/cm", "σ bulk", "conductivity inside the grains, Nernst–Einstein with Haven ratio 1 where it is calculated",
        varies_with="temperature", logarithmic=True),
    "bulk_ionic_conductivity_collective": _D(
        "S/cm", "σ bulk, coll.", "conductivity inside the grains, from the charge diffusivity: the Haven ratio is in",
        varies_with="temperature", logarithmic=True),
    "total_ionic_conductivity": _D("S/cm", "σ total", "conductivity of a sintered or pressed body, grain boundaries in",
                                   varies_with="temperature", logarithmic=True),
    "bulk_ionic_conductivity_300K": _D(
        "S/cm", "σ bulk (300 K)", "conductivity inside the grains at 300 K, Nernst–Einstein with Haven ratio 1",
        logarithmic=True),
    "activation_energy": _D("eV", "E_a", "activation energy of diffusion, from an Arrhenius fit of D"),
    "diffusivity_prefactor": _D("cm^2/s", "D0", "prefactor of the tracer diffusivity's Arrhenius fit",
                                logarithmic=True),
    # hops and cheap screens of transport
    "migration_barrier_1d": _D(
        "eV", "E_m 1D", "least barrier of single hops of the working ion that percolate in one dimension at least",
        varies_with="ion_content"),
    "migration_barrier_2d": _D(
        "eV", "E_m 2D", "least barrier of single hops of the working ion that percolate in two dimensions",
        varies_with="ion_content"),
    "migration_barrier_3d": _D(
        "eV", "E_m 3D", "least barrier of single hops of the working ion that percolate in three dimensions",
        varies_with="ion_content"),
    "divacancy_barrier_1d": _D(
        "eV", "E_m 1D (V2)", "least barrier by which a pair of neighbouring vacancies, never apart, percolates in one "
        "dimension at least", varies_with="ion_content"),
    "divacancy_barrier_2d": _D(
        "eV", "E_m 2D (V2)", "least barrier by which a pair of neighbouring vacancies, never apart, percolates in two "
        "dimensions", varies_with="ion_content"),
    "divacancy_barrier_3d": _D(
        "eV", "E_m 3D (V2)", "least barrier by which a pair of neighbouring vacancies, never apart, percolates in "
        "three dimensions", varies_with="ion_content"),
    "hop_barrier": _D("eV", "E_m hop", "saddle of one single-ion hop above the lower of its ends",
                      varies_with="direction"),
    "concerted_barrier": _D("eV", "E_m concerted", "saddle of one hop of two or three ions at once above the lower end",
                            varies_with="direction"),
    "barrier_strain_tensor": _D(
        "eV", "dE_m/dε", "change of one hop's barrier with strain, IRE-1949 standard axes: positive where stretching "
        "raises it", (3, 3), varies_with="direction"),
    "activation_volume": _D(
        "Å^3", "Ω_m", "change of one hop's barrier with pressure; positive: pressure raises it",
        varies_with="direction"),
    "bond_valence_barrier_1d": _D(
        "eV", "BV 1D", "bond-valence site energy that percolates in one dimension, above its minimum"),
    "bond_valence_barrier_2d": _D("eV", "BV 2D", "bond-valence site energy that percolates in two dimensions"),
    "bond_valence_barrier_3d": _D("eV", "BV 3D", "bond-valence site energy that percolates in three dimensions"),
    "bond_valence_dimensionality": _D(
        "", "BV dimensions", "directions that the bond-valence site energy percolates in below a stated energy"),
    "percolation_radius_1d": _D(
        "Å", "r 1D", "greatest sphere that travels in one dimension between the framework's ions (Shannon radii)"),
    "percolation_radius_2d": _D("Å", "r 2D", "greatest sphere that travels in two dimensions between them"),
    "percolation_radius_3d": _D("Å", "r 3D", "greatest sphere that travels in three dimensions between them"),
    "anion_bcc_deviation": _D(
        "", "anions vs bcc", "distance of the anions' neighbourhoods from body-centred cubic, by neighbour distance"),
    "anion_fcc_deviation": _D("", "anions vs fcc", "distance of them from face-centred cubic"),
    "anion_hcp_deviation": _D("", "anions vs hcp", "distance of them from hexagonal close-packed"),
    "anion_bcc_likeness": _D(
        "", "bcc likeness", "1 where the anions are body-centred cubic, 0 where close-packed, 1/2 as far from either"),
    "empty_site_energy": _D(
        "eV", "E empty site", "energy to take a working ion from its weakest site to the best empty one, rest fixed"),
    "occupied_site_energy_spread": _D(
        "eV", "ΔE occupied", "greatest less least energy that one working ion has at its distinct sites, rest fixed"),
    # phonons
    "phonon_frequencies": _D("THz", "frequency", "frequencies at which the phonon density of states is given", (None,)),
    "phonon_density_of_states": _D(
        "1/(THz*atom)", "g(ν)", "phonon density of states per atom: its integral is 3; imaginary modes are negative ν",
        (None,), against="phonon_frequencies"),
    "dynamically_stable": _D("", "stable ν", "1 where no wave vector has a phonon of imaginary frequency, else 0"),
    "lowest_phonon_frequency": _D(
        "THz", "ν_min", "lowest phonon frequency, translations aside; an imaginary one is negative"),
    "unstable_mode_energy_gain": _D(
        "meV/atom", "ΔE unstable", "energy per atom that relaxation along the most unstable phonon gains"),
    "zero_point_energy": _D("eV/atom", "ZPE", "zero-point energy of the harmonic crystal, per atom"),
    "vibrational_free_energy": _D(
        "eV/atom", "F_vib", "Helmholtz free energy of vibration, zero-point energy included, per atom",
        varies_with="temperature"),
    "vibrational_entropy": _D("J/(mol*K)", "S_vib", "entropy of vibration, per mole of atoms",
                              varies_with="temperature"),
    "heat_capacity": _D("J/(mol*K)", "C_V", "heat capacity at constant volume, per mole of atoms (at most 24.94)",
                        varies_with="temperature"),
    "specific_heat_capacity": _D("J/(kg*K)", "c_V", "heat capacity at constant volume, per mass",
                                 varies_with="temperature"),
    "ion_mean_squared_displacement": _D(
        "Å^2", "⟨u²⟩", "thermal mean of |u|², all three directions, over the working ions (U_iso is a third of it)",
        varies_with="temperature"),
    "phonon_band_center": _D("THz", "band centre", "mean frequency of the working ion's phonon density of states"),
    "thermal_expansion": _D("1/K", "α_V", "volumetric thermal expansion (d ln V/dT) at zero pressure",
                            varies_with="temperature"),
    "isothermal_bulk_modulus": _D("GPa", "K_T", "isothermal bulk modulus with the lattice vibrations in",
                                  varies_with="temperature", logarithmic=True),
    "heat_capacity_constant_pressure": _D("J/(mol*K)", "C_p", "heat capacity at zero pressure, per mole of atoms",
                                          varies_with="temperature"),
    "gruneisen_parameter": _D("", "γ", "thermodynamic Grüneisen parameter α K_T V/C_V", varies_with="temperature"),
    # plating of the working ion's metal
    "dendrite_parameter": _D(
        "kJ/mol/nm", "χ", "stability of plating on the polycrystal (Ahmad-Viswanathan, published signs), stable < 0"),
    "dendrite_parameter_surface_tension": _D("kJ/mol/nm", "χ tension", "part of χ from the interface's tension"),
    "dendrite_parameter_deviatoric": _D("kJ/mol/nm", "χ deviatoric", "part of χ from the jump in deviatoric stress"),
    "dendrite_parameter_hydrostatic": _D("kJ/mol/nm", "χ hydrostatic", "part of χ from the pressures on both sides"),
    "dendrite_parameter_min": _D("kJ/mol/nm", "χ min", "least χ over orientations of single crystals"),
    "dendrite_parameter_mean": _D("kJ/mol/nm", "χ mean", "mean χ over orientations of single crystals"),
    "dendrite_parameter_max": _D("kJ/mol/nm", "χ max", "greatest χ over orientations of single crystals"),
    "molar_volume_ratio": _D("", "v", "volume of the working ion over that of its atom in the metal"),
    "fracture_toughness": _D("MPa*m^0.5", "K_Ic", "mode-I fracture toughness", logarithmic=True),
    "fracture_energy": _D(
        "J/m^2", "G_c", "energy release rate at which a crack grows, K_Ic² (1 − ν²)/E", logarithmic=True),
    "critical_overpotential": _D(
        "V", "η_c", "overpotential at which a metal-filled flaw grows; the method says its size"),
    # polycrystals and composites
    "bulk_modulus_hashin_shtrikman_lower": _D(
        "GPa", "K_HS−", "bulk modulus, Hashin–Shtrikman lower bound of the random polycrystal", logarithmic=True),
    "bulk_modulus_hashin_shtrikman_upper": _D(
        "GPa", "K_HS+", "bulk modulus, Hashin–Shtrikman upper bound of the random polycrystal", logarithmic=True),
    "bulk_modulus_self_consistent": _D(
        "GPa", "K_SC", "bulk modulus, self-consistent estimate of the random polycrystal", logarithmic=True),
    "shear_modulus_hashin_shtrikman_lower": _D(
        "GPa", "G_HS−", "shear modulus, Hashin–Shtrikman lower bound of the random polycrystal", logarithmic=True),
    "shear_modulus_hashin_shtrikman_upper": _D(
        "GPa", "G_HS+", "shear modulus, Hashin–Shtrikman upper bound of the random polycrystal", logarithmic=True),
    "shear_modulus_self_consistent": _D(
        "GPa", "G_SC", "shear modulus, self-consistent estimate of the random polycrystal", logarithmic=True),
    "youngs_modulus_self_consistent": _D(
        "GPa", "E_SC", "Young's modulus of the random polycrystal, from its self-consistent moduli", logarithmic=True),

    # solid electrolytes as layers of a cell
    "effective_ionic_conductivity": _D(
        "S/cm", "σ eff", "conductivity of a layer of solid electrolyte at 300 K: that inside the grains, less what "
        "pores and tortuous paths take; grain boundaries are not in", logarithmic=True),
    "area_specific_resistance": _D(
        "ohm*cm^2", "R·A", "resistance of a layer of solid electrolyte times its area at 300 K, interfaces not in; the "
        "method says its thickness", logarithmic=True),
    "ohmic_drop": _D(
        "V", "iR", "voltage lost in a layer of solid electrolyte at 300 K; the method says thickness and current",
        logarithmic=True),
    "transference_number": _D("", "t", "share of the ionic current that the working ion carries"),
    "flaw_sizes": _D("µm", "flaw size", "depths of metal-filled surface flaws, of their critical values", (None,)),
    "flaw_critical_overpotential": _D(
        "V", "η_c(a)", "overpotential at which a metal-filled surface flaw grows, by its depth", (None,),
        logarithmic=True, against="flaw_sizes"),
    "flaw_critical_current": _D(
        "mA/cm^2", "i_c(a)", "current density below which a metal-filled surface flaw cannot grow where contact is "
        "even, by its depth", (None,), logarithmic=True, against="flaw_sizes"),

    # cells
    "cell_theoretical_capacity": _D(
        "mAh/cm^2", "Q cell, at rest", "capacity between the voltage limits at rest of a cell with the material as one "
        "electrode, per area of electrodes; the method names the base set that gives the rest"),
    "cell_capacity": _D(
        "mAh/cm^2", "Q cell", "capacity that a cell with the material in it delivers, per area of electrodes",
        varies_with="c_rate"),
    "cell_utilisation": _D(
        "", "Q cell/at rest", "capacity that a cell delivers over that between the same limits at rest",
        varies_with="c_rate"),
    "cell_energy": _D(
        "mWh/cm^2", "E cell", "energy that a cell with the material in it delivers, per area of electrodes",
        varies_with="c_rate"),
    "cell_mean_voltage": _D("V", "V cell", "energy over capacity of a cell's discharge", varies_with="c_rate"),
    "cell_thickness_change": _D(
        "µm", "Δd cell", "change of the thickness of one pair of electrodes in a discharge; positive where it swells",
        varies_with="c_rate"),
    "electrode_thickness_change": _D(
        "µm", "Δd electrode", "change of the thickness of the electrode of the material in a discharge",
        varies_with="c_rate"),
    "surface_stress": _D(
        "MPa", "|σ_θ|", "largest magnitude of the tangential stress at the surface of a particle in a discharge, be it "
        "tension or compression", varies_with="c_rate", logarithmic=True),
    "surface_stress_max": _D(
        "MPa", "σ_θ max", "largest tangential stress at the surface of a particle in a discharge, tension positive",
        varies_with="c_rate"),
    "surface_stress_min": _D(
        "MPa", "σ_θ min", "least tangential stress at the surface of a particle in a discharge, compression negative",
        varies_with="c_rate"),
    "cell_discharge_capacities": _D(
        "mAh/cm^2", "Q", "capacities delivered, in even steps from 0 to the end of a cell's discharge", (None,),
        varies_with="c_rate"),
    "cell_discharge_voltages": _D(
        "V", "V", "voltage of a cell with the material in it, in a discharge", (None,), varies_with="c_rate",
        against="cell_discharge_capacities"),
    "base_cell_capacities": _D(
        "mAh/cm^2", "Q of base set", "capacities delivered, in even steps, by the base set's cell as it is published",
        (None,), varies_with="c_rate"),
    "base_cell_voltages": _D(
        "V", "V of base set", "voltage of the base set's cell as it is published, in a discharge", (None,),
        varies_with="c_rate", against="base_cell_capacities", beside="cell_discharge_voltages"),
    "surface_stress_curve": _D(
        "MPa", "σ_θ", "tangential stress at the particles' surface in a discharge, mean over the electrode", (None,),
        varies_with="c_rate", against="cell_discharge_capacities"),

    # stress in particles
    "particle_stress": _D(
        "MPa", "σ tension", "largest tensile stress anywhere in a spherical particle as it is charged, in any "
        "direction; at 1 C its content would change by 1 in an hour", varies_with="c_rate", logarithmic=True),
    "particle_surface_stress_max": _D(
        "MPa", "σ_θ surface max", "largest tangential stress at the surface of a spherical particle as it is charged, "
        "tension positive; at 1 C its content would change by 1 in an hour", varies_with="c_rate"),
    "particle_surface_stress_min": _D(
        "MPa", "σ_θ surface min", "least tangential stress at the surface of a spherical particle as it is charged, "
        "compression negative; at 1 C its content would change by 1 in an hour", varies_with="c_rate"),
    "particle_centre_stress_max": _D(
        "MPa", "σ_r centre max", "largest radial stress at the centre of a spherical particle as it is charged, where "
        "it is the same in all directions, tension positive; at 1 C its content would change by 1 in an hour",
        varies_with="c_rate"),
    "particle_centre_stress_min": _D(
        "MPa", "σ_r centre min", "least radial stress at the centre of a spherical particle as it is charged, "
        "compression negative; at 1 C its content would change by 1 in an hour", varies_with="c_rate"),
    "stress_enhancement": _D(
        "", "θc/(ΓT)", "share by which the stress of a gradient of content speeds diffusion in a particle, "
        "2EΩ²c/[9(1 − ν)RTΓ] with the thermodynamic factor Γ", varies_with="ion_content"),
    "particle_radii": _D(
        "µm", "r", "distances from the centre of a spherical particle, at a time", (None,), varies_with="time"),
    "particle_radial_stress": _D(
        "MPa", "σ_r", "radial stress in a spherical particle as it is charged, at a time", (None,), varies_with="time",
        against="particle_radii"),
    "particle_tangential_stress": _D(
        "MPa", "σ_θ", "tangential stress in a spherical particle as it is charged, at a time", (None,),
        varies_with="time", against="particle_radii"),

    # fracture of particles
    "critical_particle_radius": _D(
        "µm", "R_c", "radius of spherical particles below which no flaw at centre or surface grows in a charge or "
        "discharge at constant current, at any rate up to the one given, between the assembled content and the end of "
        "the usable ones; at 1 C the content of the particle would change by 1 in an hour", varies_with="c_rate",
        logarithmic=True),
    "critical_particle_radius_at_cutoff": _D(
        "µm", "R_c to content", "critical particle radius of a charge to the content given, or a discharge from it; "
        "at 1 C the content of the particle would change by 1 in an hour", varies_with="c_rate", logarithmic=True,
        beside="critical_particle_radius"),
    "particle_radius_of_base": _D(
        "µm", "R of base set", "radius of the particles in the base set's electrode, safe at rates at which the "
        "critical one is larger", logarithmic=True, beside="critical_particle_radius"),
    "safe_rate": _D(
        "", "C safe", "highest C rate up to which no flaw grows in a charge or discharge at constant current of "
        "particles of the base set's radius; at 1 C the content of the particle would change by 1 in an hour",
        logarithmic=True),
    "critical_grain_size": _D(
        "µm", "d_c", "size of grains, turned at random in a polycrystal, below which no crack grows between them as "
        "their ions come and go, however slowly; to the end of the usable contents, or to the one given",
        logarithmic=True),
    "critical_grain_size_radial": _D(
        "µm", "d_c radial", "diameter of a polycrystalline particle whose grains all have the odd axis of their "
        "lattice along its radius, below which no flaw grows in it, however slowly it is charged", logarithmic=True),
    "critical_size_of_two_phases": _D(
        "µm", "h_c", "size of particles below which no crack grows between coexisting phases that hold together, "
        "however slowly they are charged", logarithmic=True),

    # free energy against content
    "free_energy_contents": _D(
        "", "ion content", "contents of working ions, 0 empty to 1 full, of the free energy of mixing", (None,)),
    "free_energy_of_mixing": _D(
        "eV", "g", "smooth free energy against the ends at the same content, entropy of the ions in, per site of a "
        "working ion", (None,), against="free_energy_contents", varies_with="temperature"),
    "common_tangent": _D(
        "eV", "in equilibrium", "the same free energy of what is in equilibrium: common tangents where two phases "
        "coexist", (None,), against="free_energy_contents", beside="free_energy_of_mixing", varies_with="temperature"),
    "spinodal_contents": _D(
        "", "spinodal", "contents between which a uniform electrode is unstable: first and last of each interval",
        (None,), varies_with="temperature"),
    "binodal_contents": _D(
        "", "binodal", "contents of coexisting phases, by the common tangents of a smooth free energy: pair by pair",
        (None,), varies_with="temperature"),
    "miscibility_gap": _D(
        "", "gap of mixing", "share of the contents at which two phases coexist, by the common tangents of a smooth "
        "free energy: 0 in a solid solution", varies_with="temperature"),

    # known from the literature only, so far
    "band_gap": _D("eV", "gap", "band gap; the method says experimental or which functional"),
}  # fmt: skip

CONDITIONS: Mapping[str, str | None] = {
    "temperature": "K",
    "pressure": "GPa",
    "element": None,
    "direction": None,
    "partner": None,  # the other material of an interface or a reaction
    "ion_content": "",  # working ions in an electrode, as a fraction of those of the full one: 0 charged, 1 discharged
    "time": "s",  # since a charge began
    "c_rate": "",  # current of a cell over the one that takes its capacity at rest in one hour
}
"""Every condition a quantity can be given at, with the unit of its numbers; ``None`` where it is a text."""

CONDITIONS_BY_RATIO = frozenset({"c_rate"})
"""Conditions of positive numbers that are compared by ratio: figures have them on a logarithmic axis."""

STRUCTURES: Mapping[str, str] = {
    "input": "the structure as the source gave it",
    "charged": "the end member without working ions, where the source knows it",
    "relaxed": "cell and positions relaxed with a potential",
    "charged_relaxed": "the end member without working ions, relaxed with a potential",
    "intercalated": "an ordering of lowest energy at a part of the working ions, relaxed: 'intercalated@0.5' has half",
    "distorted": "the lower structure that the most unstable phonon of the relaxed one leads to, relaxed",
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
