"""Likeness of anions to known lattices: perfect ones, noise, what turns and cells may not change, known conductors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure
from atomscreen.core.stages import get_stage
from atomscreen.properties.pathways.anion_sublattice import mean_deviations
from atomscreen.properties.pathways.neighbourhood_matching import LATTICES, deviations, template
from atomscreen.sources.builtin import reference_candidates

REFERENCE = {candidate.id: candidate for candidate in reference_candidates()}
PERFECT = {
    "bcc": Structure.from_spacegroup("Im-3m", Lattice.cubic(4.0), ["S"], [[0] * 3]),
    "fcc": Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.0), ["S"], [[0] * 3]),
    "hcp": Structure(
        Lattice.hexagonal(4.0, 4.0 * np.sqrt(8 / 3)), ["S"] * 2, [[1 / 3, 2 / 3, 0.25], [2 / 3, 1 / 3, 0.75]]
    ),
}


def screen(candidate: Candidate) -> dict[str, float]:
    return {one.name: one.number for one in get_stage("anion_sublattice").function(candidate).quantities}


def shaken(structure: Structure, amplitude: float, seed: int) -> Structure:
    """Every coordinate off by a normal error, in Å."""
    moved = structure.cart_coords + np.random.default_rng(seed).normal(0, amplitude, (len(structure), 3))
    return Structure(structure.lattice, structure.species, moved, coords_are_cartesian=True)


@pytest.mark.parametrize("lattice", LATTICES)
def test_a_perfect_lattice_is_itself_and_no_other(lattice):
    found = mean_deviations(PERFECT[lattice])
    assert found[lattice] == pytest.approx(0.0, abs=1e-7)
    assert min(found[other] for other in LATTICES if other != lattice) > 0.1


@pytest.mark.parametrize("lattice", LATTICES)
def test_templates_have_the_right_distances(lattice):
    lengths = np.linalg.norm(template(lattice), axis=1)
    assert lengths.mean() == pytest.approx(1.0)
    if lattice == "bcc":
        assert sorted(lengths / lengths.min())[8:] == pytest.approx([2 / np.sqrt(3)] * 6)
    else:
        assert lengths == pytest.approx(1.0)
        touching = np.linalg.norm(template(lattice)[:, None] - template(lattice)[None], axis=-1)
        assert (abs(touching - 1) < 1e-9).sum(axis=1).tolist() == [4] * 12  # each of the twelve touches four


@pytest.mark.parametrize("lattice", LATTICES)
def test_noise_gives_the_deviation_it_is(lattice):
    # 36 or 42 coordinates, each off by the noise of neighbour and centre (√2), of which rotation (3), scale (1) and the
    # shift of the centre (3, which the neighbours share) take their part: between those limits it must lie.
    amplitude = 0.02
    crystal = PERFECT[lattice].copy()
    crystal.make_supercell(3)
    found = mean_deviations(shaken(crystal, amplitude, 1))[lattice]
    distance = {"bcc": 4.0 * (8 * np.sqrt(3) / 2 + 6) / 14, "fcc": 5.0 / np.sqrt(2), "hcp": 4.0}[lattice]
    most = amplitude / distance * np.sqrt(3) * np.sqrt(2)
    assert 0.75 * most < found < most


@settings(deadline=None, max_examples=10)
@given(st.sampled_from(LATTICES), st.integers(0, 2**31), st.floats(0.0, 0.3), st.floats(0.5, 2.0))
def test_neither_turn_nor_scale_nor_order_matters(lattice, seed, noise, scale):
    generator = np.random.default_rng(seed)
    near = 1.0 * np.array(
        [site.coords - PERFECT[lattice][0].coords for site in PERFECT[lattice].get_neighbors(PERFECT[lattice][0], 8.0)]
    )
    near += generator.normal(0, noise, near.shape)
    turn = np.linalg.qr(generator.normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))
    other = deviations(scale * generator.permutation(near) @ turn)
    for name, found in deviations(near).items():
        assert other[name] == pytest.approx(found, abs=1e-6)


@pytest.mark.parametrize("name", ["Li3PS4-gamma", "Li10GeP2S12"])
def test_supercells_do_not_matter(name):
    structure = REFERENCE[name].structure()
    larger = structure.copy()
    larger.make_supercell([[1, 1, 0], [0, 1, 0], [0, 0, 2]])
    one, other = (screen(Candidate("one", {"input": cell})) for cell in (structure, larger))
    assert other == pytest.approx(one, abs=1e-6)


def test_known_anion_lattices():
    # Wang et al. (2015): Li2S fcc, γ-Li3PS4 and Li4GeS4 hcp, Li10GeP2S12 nearest to bcc of the four.
    found = {name: screen(REFERENCE[name]) for name in ("Li2S", "Li3PS4-gamma", "Li4GeS4", "Li10GeP2S12")}

    def nearest(name: str) -> str:
        return min(LATTICES, key=lambda lattice: found[name][f"anion_{lattice}_deviation"])

    assert [nearest(name) for name in found] == ["fcc", "hcp", "hcp", "bcc"]
    assert max(found, key=lambda name: found[name]["anion_bcc_likeness"]) == "Li10GeP2S12"
    assert found["Li2S"]["anion_bcc_likeness"] == pytest.approx(0.0, abs=1e-6)


def test_likeness_of_a_perfect_lattice_is_one():
    # In the antiperovskite Li3OCl oxygen and chlorine together are body-centred cubic.
    assert screen(REFERENCE["Li3OCl"])["anion_bcc_likeness"] == pytest.approx(1.0, abs=1e-6)


def test_without_charges_there_are_no_anions():
    alloy = Structure(Lattice.cubic(3.2), ["Li", "Al"], [[0] * 3, [0.5] * 3])
    with pytest.raises(StageFailure, match="no common oxidation states of LiAl balance"):
        screen(Candidate("one", {"input": alloy}))


def test_mixed_anions_are_one_sublattice_but_missing_ones_are_refused():
    def halite(anions: dict[str, float]) -> Candidate:
        structure = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.3), ["Li", anions], [[0] * 3, [0.5] * 3])
        return Candidate("one", {"input": structure})

    assert screen(halite({"Cl": 0.5, "Br": 0.5}))["anion_fcc_deviation"] == pytest.approx(0.0, abs=1e-6)
    with pytest.raises(StageFailure, match="the anions are disordered: a site holds O"):
        screen(halite({"O": 0.5}))
