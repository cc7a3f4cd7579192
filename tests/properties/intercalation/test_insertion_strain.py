"""Strain of the lattice against content: planted strains come back, whatever the supercell and its orientation."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure
from scipy.spatial.transform import Rotation

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure
from atomscreen.core.vocabulary import Role
from atomscreen.interatomic.crystal_symmetry import primitive_cell, standard_orientation
from atomscreen.properties.intercalation.insertion_strain import deviatoric_norm, insertion_strain, lattice_strain

small = st.floats(-0.04, 0.04)
PLANTED = np.array([[0.01, 0.002, 0.0], [0.002, -0.02, 0.003], [0.0, 0.003, 0.03]])


def layered():
    return Structure.from_spacegroup(
        "R-3m", Lattice.hexagonal(2.816, 14.05), ["Li", "Co", "O"], [[0, 0, 0], [0, 0, 0.5], [0, 0, 0.2395]]
    ).get_primitive_structure()


def strained(structure, strain, supercell=((1, 0, 0), (0, 1, 0), (0, 0, 1)), turn=(0.0, 0.0, 0.0)):
    cell = structure.copy()
    cell.make_supercell(supercell)
    rotation = Rotation.from_rotvec(turn).as_matrix()
    return Structure(Lattice(cell.lattice.matrix @ (np.eye(3) + strain) @ rotation.T), cell.species, cell.frac_coords)


def emptied(structure, strain=PLANTED, **more):
    cell = strained(structure, strain, **more)
    cell.remove_species(["Li"])
    return cell


def electrode(full, **others):
    structures = {"input": full, "intercalated@1": full}
    structures |= {f"intercalated@{content}": structure for content, structure in others.items()}
    return Candidate("x", structures, role=Role.CATHODE, working_ion="Li")


@given(st.tuples(*[small] * 6), st.tuples(*[st.floats(-0.03, 0.03)] * 3))
@settings(max_examples=50, deadline=None)
def test_planted_strain_comes_back_from_a_turned_supercell(parts, turn):
    xx, yy, zz, yz, xz, xy = parts
    strain = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    full = np.array([[2.8, 0.0, 0.0], [-1.4, 2.42, 0.0], [0.0, 0.3, 5.0]])
    rotation = Rotation.from_rotvec(turn).as_matrix()
    other = np.array([[2, 1, 0], [0, 2, 0], [0, 0, 1]]) @ full @ (np.eye(3) + strain) @ rotation.T
    assert lattice_strain(full, other) == pytest.approx(strain, abs=1e-12)


def test_another_lattice_has_no_strain():
    full = np.diag([3.0, 3.0, 3.0])
    assert lattice_strain(full, np.diag([3.0, 3.0, 4.4])) is None  # stretched by half
    assert lattice_strain(full, np.diag([3.0, 3.0, 1.0])) is None  # no whole supercell


@pytest.mark.parametrize("supercell", [np.eye(3, dtype=int), np.diag([2, 2, 1]), np.diag([2, 2, 2])])
def test_stage_gives_the_tensor_in_the_axes_of_the_elastic_tensor(supercell):
    full = layered()
    results = insertion_strain(electrode(full, **{"0": emptied(full, supercell=supercell, turn=(0.01, 0.0, 0.02))}))
    found = {(q.name, q.conditions.get("ion_content")): q for q in results.quantities}
    primitive = primitive_cell(full)
    turn = np.linalg.inv(primitive.lattice.matrix) @ standard_orientation(primitive).lattice.matrix
    assert np.array(found["insertion_strain", 0.0].value) == pytest.approx(turn.T @ PLANTED @ turn, abs=1e-9)
    assert np.array(found["insertion_strain", 1.0].value) == pytest.approx(np.zeros((3, 3)), abs=1e-12)
    assert found["insertion_strain_deviatoric", 0.0].number == pytest.approx(deviatoric_norm(PLANTED), rel=1e-9)
    # One ion in 32.16 Å³, the primitive cell of a 2.816 and c 14.05 Å: 51.6 mol/L.
    volume = np.sqrt(3) / 2 * 2.816**2 * 14.05 / 3
    assert found["maximum_ion_concentration", None].number == pytest.approx(1e27 / volume / 6.02214076e23, rel=1e-6)
    assert results.notes == ()


def test_a_host_of_other_atoms_has_a_note_and_no_strain():
    full = layered()
    other = emptied(full)
    other.append("O", [0.3, 0.3, 0.3])
    results = insertion_strain(electrode(full, **{"0": other}))
    assert [q.conditions["ion_content"] for q in results.quantities if q.name == "insertion_strain"] == [1.0]
    assert "ion content 0" in results.notes[0]


def test_large_supercells_that_shrink_much_are_counted_right():
    full = layered()
    shrunk = emptied(full, np.diag([-0.05, -0.05, -0.05]), supercell=np.diag([3, 3, 2]))  # 15 % of 18 copies
    results = insertion_strain(electrode(full, **{"0": shrunk}))
    assert not results.notes


def test_deviatoric_norm_of_simple_strains():
    assert deviatoric_norm(0.1 * np.eye(3)) == pytest.approx(0.0, abs=1e-15)
    assert deviatoric_norm(np.diag([0.01, 0.0, 0.0])) == pytest.approx(0.01 * np.sqrt(2 / 3))


def test_without_the_full_structure_there_is_no_reference():
    candidate = electrode(layered())
    structures = {"input": candidate.structures["input"], "intercalated@0": layered()}
    with pytest.raises(StageFailure, match="no relaxed structure with all its ions"):
        insertion_strain(dataclasses.replace(candidate, structures=structures))
