"""Elasticity of real crystals: EMT against brute force and matcalc, CHGNet against DFT and experiment."""

import numpy as np
import pytest
import toy_solids as toys
from ase import Atoms, units
from ase.calculators.emt import EMT
from ase.optimize import FIRE
from pymatgen.core import Lattice, Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer
from test_elastic_tensor import rotated, turn

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.core.stages import get_stage
from atomscreen.interatomic.crystal_symmetry import point_group, standard_orientation
from atomscreen.interatomic.relaxation import relax, relax_structure
from atomscreen.properties.mechanics.elasticity import elasticity

EMT_PATH = "ase.calculators.emt:EMT"


def alloy(cell, symbols):
    """Face-centred crystal with a cell of its own and an order of metals that leaves little symmetry."""
    lattice = Lattice(1.95 * np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]]))
    sites = Structure(lattice, ["Cu"], [[0, 0, 0]]).make_supercell(cell, in_place=False)
    return Structure(sites.lattice, symbols.split(), sites.frac_coords)


CRYSTALS = {
    "cubic": Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.61), ["Cu"], [[0, 0, 0]]),
    # Ions without a centre of symmetry move under strain in all but the first and the tetragonal.
    "hexagonal": Structure.from_spacegroup("P6_3/mmc", Lattice.hexagonal(2.55, 4.17), ["Cu"], [[1 / 3, 2 / 3, 0.25]]),
    "trigonal": alloy([1, 1, 4], "Ag Pt Pd Au"),
    "tetragonal": Structure(Lattice.tetragonal(2.8, 3.7), ["Cu", "Au"], [[0, 0, 0], [0.5, 0.5, 0.5]]),
    "orthorhombic": alloy([2, 2, 1], "Ag Pt Pt Au"),
    "monoclinic": alloy([2, 2, 1], "Ag Cu Pd Pt"),
    "triclinic": alloy([2, 2, 2], "Cu Au Pt Cu Pd Pt Pt Ag"),
}


def relaxed(structure, **given):
    candidate = Candidate("crystal", {"input": structure.get_primitive_structure()})
    return candidate.with_results(relax(candidate, **given))


def values(results):
    return {quantity.name: quantity for quantity in results.quantities}


def brute_force(structure, strain=0.002):
    """Six strains, both ways, no symmetry: columns of C from Voigt stresses, ions relaxed by another optimizer."""
    reference = Atoms(
        [site.specie.symbol for site in structure],
        positions=structure.cart_coords,
        cell=structure.lattice.matrix,
        pbc=True,
    )
    columns = []
    for place in range(6):
        row, column = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)][place]
        stresses = []
        for sign in (1, -1):
            deformation = np.eye(3)
            deformation[row, column] += sign * strain / 2
            deformation[column, row] += sign * strain / 2
            atoms = reference.copy()
            atoms.calc = EMT()
            atoms.set_cell(atoms.cell.array @ deformation, scale_atoms=True)
            FIRE(atoms, logfile=None).run(fmax=1e-5, steps=2000)
            stresses.append(atoms.get_stress() / units.GPa)
        columns.append((stresses[0] - stresses[1]) / (2 * strain))
    return np.array(columns).T


@pytest.mark.parametrize("name", CRYSTALS)
def test_stiffness_agrees_with_brute_force(name):
    candidate = relaxed(CRYSTALS[name], potential=EMT_PATH, max_force=1e-4)
    found = values(elasticity(candidate, potential=EMT_PATH, strain=0.002, max_force=1e-5))
    expected = brute_force(standard_orientation(candidate.structure("relaxed")))
    # Residual stress (at most 0.1 GPa) and the third order of strain are what differs.
    stiffness = np.array(found["elastic_tensor"].value)
    assert stiffness == pytest.approx(expected, abs=0.005 * expected.max())
    assert (stiffness == stiffness.T).all()
    crystal_system = SpacegroupAnalyzer(candidate.structure("relaxed")).get_crystal_system()
    assert crystal_system == name
    rotations = point_group(standard_orientation(candidate.structure("relaxed")))
    for rotation in rotations:
        assert rotated(stiffness, rotation) == pytest.approx(stiffness, abs=1e-9 * stiffness.max())


@pytest.mark.parametrize(("symbol", "a"), [("Cu", 3.61), ("Al", 4.05), ("Ag", 4.09), ("Ni", 3.52)])
def test_metals_agree_with_matcalc(symbol, a):
    matcalc = pytest.importorskip("matcalc")
    structure = Structure.from_spacegroup("Fm-3m", Lattice.cubic(a), [symbol], [[0, 0, 0]])
    candidate = relaxed(structure, potential=EMT_PATH, max_force=1e-4)
    found = values(elasticity(candidate, potential=EMT_PATH, strain=0.002))
    theirs = matcalc.ElasticityCalc(
        EMT(), norm_strains=(-0.002, 0.002), shear_strains=(-0.002, 0.002), fmax=1e-4,
        relax_structure=False, relax_deformed_structures=True, use_equilibrium=False, units_GPa=True,
    ).calc(candidate.structure("relaxed"))  # fmt: skip
    # The same strains; the anharmonic term grows with their square, to 2.9 % of nickel's G at the default of 0.02.
    default = values(elasticity(candidate, potential=EMT_PATH))
    for name, expected in (("bulk_modulus", "bulk_modulus_vrh"), ("shear_modulus", "shear_modulus_vrh")):
        assert found[name].number == pytest.approx(theirs[expected], rel=0.002)
        assert default[name].number == pytest.approx(theirs[expected], rel=0.03)


# A crystal of one atom with central forces in closed form: Born and Huang's sums over neighbours.
@pytest.mark.parametrize("lattice", ["face-centred cubic", "trigonal", "triclinic"])
def test_lennard_jones_crystal_has_the_closed_form(lattice):
    structure = toys.lennard_jones_crystal(lattice)
    found = values(
        elasticity(
            Candidate("x", {"input": structure, "relaxed": structure}),
            potential="toy_solids:LennardJones",
            strain=0.001,
        )
    )
    turned = standard_orientation(structure)
    expected = toys.lennard_jones_stiffness(turned)
    # The third order of a strain of 0.001 is what differs.
    assert np.array(found["elastic_tensor"].value) == pytest.approx(expected, abs=1e-3 * expected.max())
    if lattice == "face-centred cubic":
        assert found["cauchy_pressure"].value == pytest.approx(0, abs=1e-3 * expected.max())


@pytest.mark.parametrize("lattice", ["trigonal", "triclinic"])
def test_rotation_of_the_input_leaves_averages_unchanged(lattice):
    structure = toys.lennard_jones_crystal(lattice)
    found = []
    for angles in ((0, 0, 0), (0.3, 1.1, 2.5), (4.0, 2.2, 5.1)):
        turned = Structure(structure.lattice.matrix @ turn(angles).T, structure.species, structure.frac_coords)
        candidate = Candidate("x", {"input": turned, "relaxed": turned})
        found.append(values(elasticity(candidate, potential="toy_solids:LennardJones")))
    for name in ("bulk_modulus", "shear_modulus", "bulk_modulus_voigt", "shear_modulus_reuss"):
        for there in found[1:]:
            assert there[name].number == pytest.approx(found[0][name].number, rel=1e-3)


def test_cell_choice_does_not_matter():
    candidate = relaxed(CRYSTALS["hexagonal"], potential=EMT_PATH, max_force=1e-4)
    small = candidate.structure("relaxed")
    turn = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])
    turned = Structure(small.lattice.matrix @ turn.T, small.species, small.frac_coords)
    cells = (small, turned, small.make_supercell([2, 1, 1], in_place=False))
    candidates = [Candidate("x", {"input": small, "relaxed": cell}) for cell in cells]
    results = [elasticity(candidate, potential=EMT_PATH, max_force=1e-5) for candidate in candidates]
    tensors = [np.array(values(result)["elastic_tensor"].value) for result in results]
    # Rotations and supercells change only how far ions are relaxed.
    assert tensors[1] == pytest.approx(tensors[0], abs=0.05)
    assert tensors[2] == pytest.approx(tensors[0], abs=0.05)


def test_symmetry_saves_strained_cells():
    candidate = relaxed(CRYSTALS["cubic"], potential=EMT_PATH)
    provenance = values(elasticity(candidate, potential=EMT_PATH))["elastic_tensor"].provenance
    assert provenance["strained_cells"] == 4
    assert provenance["evaluations"] == 6  # ions at fixed sites: one for each cell, the unstrained and the shaken one
    assert "IRE-1949" in provenance["axes"]


def test_unknown_error_is_not_zero_error():
    found = values(elasticity(relaxed(CRYSTALS["cubic"], potential=EMT_PATH), potential=EMT_PATH))
    assert found["bulk_modulus"].uncertainty is None
    assert found["youngs_modulus"].uncertainty is None


def test_cell_relaxed_otherwise_is_refused():
    strained = CRYSTALS["cubic"].copy()
    strained.scale_lattice(strained.volume * 1.05)
    candidate = Candidate("copper", {"input": strained, "relaxed": strained})
    with pytest.raises(StageFailure, match="relax it with the same potential"):
        elasticity(candidate, potential=EMT_PATH)


def test_unstable_crystal_has_a_tensor_and_no_averages():
    # EMT's copper is face-centred: in the body-centred cell C11 < C12.
    bcc = Structure(Lattice.cubic(2.87), ["Cu", "Cu"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    results = elasticity(relaxed(bcc, potential=EMT_PATH, max_force=1e-3), potential=EMT_PATH)
    found = values(results)
    assert set(found) == {"elastic_tensor", "elastically_stable"}
    assert found["elastically_stable"].value == 0
    assert "not positive definite" in results.notes[0]


@pytest.mark.parametrize(
    "given", [{"strain": 0.2}, {"strain": 0}, {"max_force": -1}, {"max_force": "1 GPa"}, {"steps": 3}]
)
def test_wrong_parameters_are_refused(given):
    with pytest.raises(UsageError, match=next(iter(given))):
        get_stage("elasticity").check(given)


# DFT-PBE values of the Materials Project (Voigt-Reuss-Hill, GPa).
@pytest.mark.slow
@pytest.mark.parametrize(
    ("formula", "a", "basis", "bulk", "shear"),
    [
        ("MgO", 4.21, [[0, 0, 0], [0.5, 0.5, 0.5]], 151.5, 118.8),
        ("Li2O", 4.62, [[0.25, 0.25, 0.25], [0, 0, 0]], 78.6, 68.5),
    ],
)
def test_chgnet_is_too_soft_but_not_by_much(formula, a, basis, bulk, shear):
    species = ["Mg", "O"] if formula == "MgO" else ["Li", "O"]
    candidate = relaxed(Structure.from_spacegroup("Fm-3m", Lattice.cubic(a), species, basis))
    found = values(elasticity(candidate))
    print(f"{formula}: K {found['bulk_modulus']} (PBE {bulk}), G {found['shear_modulus']} (PBE {shear})")
    for name, expected in (("bulk_modulus", bulk), ("shear_modulus", shear)):
        # Two standard uncertainties of the potential's card.
        assert abs(found[name].number - expected) < 2 * found[name].uncertainty
        assert found[name].number < expected


def test_a_structure_that_only_its_symmetry_holds_has_no_elasticity():
    # The simple cubic crystal is a saddle for every pair-like metal: in a cell of eight it falls to another one.
    cell = Structure(Lattice.cubic(4.9), ["Cu"] * 8, [[x, y, z] for x in (0, 0.5) for y in (0, 0.5) for z in (0, 0.5)])
    shape = relax_structure(cell, EMT_PATH, max_force=1e-3).structure
    assert np.ptp(shape.lattice.abc) < 1e-6  # relaxation alone keeps it cubic
    shape.replace(0, "Ni")  # so that the primitive cell keeps its eight atoms
    held = relax_structure(shape, EMT_PATH, max_force=1e-3).structure
    with pytest.raises(StageFailure, match="a saddle that its symmetry holds"):
        elasticity(Candidate("x", {"input": held, "relaxed": held}), potential=EMT_PATH)
