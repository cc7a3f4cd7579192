"""The crystal of an electrode: tensors of every content in the axes of the full one."""

import dataclasses
import itertools

import numpy as np
import pytest
from pymatgen.core import Structure
from pymatgen.core.tensors import Tensor
from scipy.spatial.transform import Rotation

from atomscreen.continuum.crystal import Crystal, crystal_of
from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.record import handoff_record
from atomscreen.core.candidate import Candidate
from atomscreen.core.quantity import Quantity
from atomscreen.core.vocabulary import Role
from atomscreen.interatomic.crystal_symmetry import primitive_cell, standard_orientation
from atomscreen.properties.intercalation.insertion_strain import insertion_strain, to_standard_axes
from atomscreen.properties.mechanics.elastic_tensor import turned_stiffness
from tests.layered_oxide import LAYERED, turned

HEXAGONAL = np.array(
    [
        [300.0, 100, 60, 0, 0, 0],
        [100, 300, 60, 0, 0, 0],
        [60, 60, 200, 0, 0, 0],
        [0, 0, 0, 50, 0, 0],
        [0, 0, 0, 0, 50, 0],
        [0, 0, 0, 0, 0, 100],
    ]
)


def half_empty(full: Structure) -> Structure:
    """Rows of lithium alternate: the crystal is monoclinic, its standard axes are not those of the full one."""
    cell = full.copy()
    cell.make_supercell([2, 1, 1])
    cell.remove_sites([next(n for n, site in enumerate(cell) if site.specie.symbol == "Li")])
    return cell


def in_own_axes(structure: Structure, full: Structure) -> np.ndarray:
    """The stiffness that a calculation in the structure's standard axes gives, if it is the one of the full crystal."""
    to_own = to_standard_axes(structure) @ to_standard_axes(full).T
    return turned_stiffness(HEXAGONAL, to_own)


def electrode(full: Structure, **without) -> Candidate:
    half = half_empty(full)
    candidate = Candidate(
        "x", {"input": full, "intercalated@1": full, "intercalated@0.5": half}, role=Role.CATHODE, working_ion="Li"
    )
    candidate = candidate.with_results(insertion_strain(candidate))
    tensors = [
        Quantity("elastic_tensor", HEXAGONAL.tolist(), conditions={"ion_content": 1.0}),
        Quantity("elastic_tensor", in_own_axes(half, full).tolist(), conditions={"ion_content": 0.5}),
    ]
    kept = [quantity for quantity in (*candidate.quantities, *tensors) if quantity.name != without.get("without")]
    return Candidate("x", dict(candidate.structures), role=Role.CATHODE, working_ion="Li", quantities=tuple(kept))


def test_turned_stiffness_is_that_of_pymatgen():
    rotation = Rotation.random(random_state=4).as_matrix()
    lopsided = HEXAGONAL + 5 * np.arange(36).reshape(6, 6) + 5 * np.arange(36).reshape(6, 6).T
    pairs = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
    full = np.zeros((3, 3, 3, 3))
    for (m, (i, j)), (n, (p, q)) in itertools.product(enumerate(pairs), repeat=2):
        for a, b in ((i, j), (j, i)):
            for c, d in ((p, q), (q, p)):
                full[a, b, c, d] = lopsided[m, n]
    rotated = np.asarray(Tensor(full).rotate(rotation))
    expected = [[rotated[i, j, p, q] for p, q in pairs] for i, j in pairs]
    assert turned_stiffness(lopsided, rotation) == pytest.approx(np.array(expected), rel=1e-9)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_orderings_of_lower_symmetry_are_in_the_axes_of_the_full_crystal(seed):
    full = turned(LAYERED, seed)
    own = standard_orientation(primitive_cell(half_empty(full)))
    assert len(own) == 7  # a supercell of its own
    assert not np.allclose(in_own_axes(half_empty(full), full), HEXAGONAL, atol=1)
    crystal = crystal_of(handoff_record(electrode(full)))
    assert crystal.stiffness[0.5] == pytest.approx(HEXAGONAL * 1e9, abs=1e5)
    assert crystal.stiffness_at(0.7) == pytest.approx(HEXAGONAL * 1e9, abs=1e5)


def test_strain_is_linear_between_contents_and_constant_beyond():
    candidate = electrode(LAYERED)
    planted = np.diag([0.01, 0.01, -0.03])
    others = [quantity for quantity in candidate.quantities if quantity.name != "insertion_strain"]
    strains = [
        Quantity("insertion_strain", (share * planted).tolist(), conditions={"ion_content": 1 - share})
        for share in (0.0, 0.5)
    ]
    record = handoff_record(
        Candidate(
            "x",
            dict(candidate.structures),
            role=Role.CATHODE,
            working_ion="Li",
            quantities=(*others, *strains),
        )
    )
    crystal = crystal_of(record)
    assert crystal.strain_at(0.75) == pytest.approx(0.25 * planted)
    assert crystal.strain_between(1.0, 0.0) == pytest.approx(0.5 * planted)
    assert abs(crystal.odd_axis) == pytest.approx([0, 0, 1], abs=1e-6)  # the axes are those of decimal coordinates
    assert any("0.5 to 1 only" in remark for remark in crystal.remarks)


def test_an_ordering_that_shears_layers_leaves_them_their_axis():
    candidate = electrode(LAYERED)
    sheared = np.array([[0.0, 0.0, -0.01], [0.0, -0.01, 0.06], [-0.01, 0.06, 0.07]])
    others = [quantity for quantity in candidate.quantities if quantity.name != "insertion_strain"]
    strains = [
        Quantity("insertion_strain", (share * sheared).tolist(), conditions={"ion_content": 1 - share})
        for share in (0.0, 0.5)
    ]
    record = handoff_record(dataclasses.replace(candidate, quantities=(*others, *strains)))
    crystal = crystal_of(record)
    assert crystal.odd_axis == pytest.approx([0, 0, 1], abs=1e-6)
    # Over the domains of a trigonal crystal what is left is the strain along the layers' axis and the mean across it.
    assert crystal.domain_strain_between(1.0, 0.5) == pytest.approx(np.diag([-0.0025, -0.0025, 0.035]), abs=1e-6)
    assert crystal.domain_strain_between(0.5, 1.0) == pytest.approx(-crystal.domain_strain_between(1.0, 0.5))


def test_strain_is_known_at_and_between_the_contents_that_it_was_found_at():
    strains = {0.25: np.zeros((3, 3)), 1.0: np.zeros((3, 3))}
    crystal = Crystal("x", "LiX", {1.0: HEXAGONAL}, strains, {})
    assert crystal.knows_strain(0.25, 0.6, 1.0)
    assert not crystal.knows_strain(0.0)
    assert not crystal.knows_strain(0.6, 0.2)


@pytest.mark.parametrize("name", ["elastic_tensor", "insertion_strain"])
def test_what_is_missing_is_named_with_its_stage(name):
    with pytest.raises(HandoffIncomplete, match=name) as caught:
        crystal_of(handoff_record(electrode(LAYERED, without=name)))
    assert "stage" in caught.value.missing[0]
