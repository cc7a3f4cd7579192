"""CalculiX runs the decks: what it finds against stiffness tensors, free grains and the closed form of a laminate."""

import dataclasses

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from atomscreen.continuum.finite_elements import calculix
from atomscreen.continuum.finite_elements.deck import Body, deck, no_rigid_motion
from atomscreen.continuum.finite_elements.grains import Grains, grainy_ball, random_texture, single_grain
from atomscreen.continuum.finite_elements.mesh import Mesh, ball, box
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.properties.mechanics.elastic_tensor import turned_stiffness
from tests.continuum.finite_elements.crystals import VOIGT, in_voigt, needs_calculix, triclinic

ROTATION = Rotation.random(random_state=11).as_matrix()
IN_PLANE, OUT_OF_PLANE = [0, 1, 5], [2, 3, 4]


def printed(number: float) -> float:
    """Seven digits are printed: what is compared with them is uncertain by this, with room for sums of several."""
    return 5e-6 * number


@needs_calculix
def test_a_free_triclinic_grain_swells_as_told_without_stress():
    crystal, mesh = triclinic(), ball(1e-6, 4)
    body = Body(mesh, single_grain(mesh, ROTATION), crystal, (1.0, 0.5, 0.25, 0.0), no_rigid_motion(mesh))
    found = calculix.run(body)
    for step, content in enumerate(body.contents[1:]):
        strain = crystal.strain_between(1.0, content)
        stiffness = np.abs(crystal.stiffness_at(content)).max()
        assert np.abs(found.stresses[step]).max() < 1e-6 * stiffness * np.abs(strain).max()
        gradient = np.linalg.lstsq(mesh.nodes, found.displacements[step], rcond=None)[0]
        # At 0.25, between two contents of the table, CalculiX's secant is off by half a content over 4 × 1000.
        off = 0.5 / 4000 * np.linalg.norm(crystal.strain_between(0.5, 0.0)) if content == 0.25 else 0
        expected = ROTATION @ strain @ ROTATION.T
        assert (gradient + gradient.T) / 2 == pytest.approx(expected, abs=off + 1e-8)  # printed to 1e-9
    assert np.abs(found.forces).max() < 1e-9 * stiffness * 1e-12  # nothing pulls on what holds it


@needs_calculix
@pytest.mark.parametrize("component", range(6))
def test_stiffness_of_a_turned_crystal_is_the_tensor(component):
    """Every strain at once in the shape of the element: a mesh with a node moved out of place (the patch test)."""
    crystal, mesh = triclinic(3), box((1e-6, 2e-6, 1.5e-6), (2, 2, 3))
    mesh.nodes[mesh.nearest(np.array([0.5e-6, 1e-6, 1e-6]))] += [1e-7, -2e-7, 1e-7]
    row, column = VOIGT[component]
    strain = np.zeros((3, 3))
    strain[row, column] += 5e-4
    strain[column, row] += 5e-4
    held = {(node, axis): float(strain[axis] @ mesh.nodes[node]) for node in mesh.surface_nodes for axis in range(3)}
    found = calculix.run(Body(mesh, single_grain(mesh, ROTATION), crystal, (1.0, 1.0), held))
    stiffness = turned_stiffness(crystal.stiffness_at(1.0), ROTATION)
    expected = np.broadcast_to(stiffness @ in_voigt(strain), found.stresses[0].shape)
    assert found.stresses[0] == pytest.approx(expected, abs=printed(np.abs(expected).max()))


@needs_calculix
def test_stiffness_follows_the_content():
    crystal, mesh = triclinic(), box((1e-6, 1e-6, 1e-6), (1, 1, 1))
    still = dataclasses.replace(crystal, strain={0.0: np.zeros((3, 3)), 1.0: np.zeros((3, 3))})
    held = {(node, axis): 1e-3 * mesh.nodes[node][0] * (axis == 0) for node in range(8) for axis in range(3)}
    found = calculix.run(Body(mesh, single_grain(mesh), still, (1.0, 0.75, 0.0), held))
    ratio = np.abs(found.stresses).mean(axis=(1, 2, 3)) / 1e-3 / np.abs(crystal.stiffness[1.0][:, 0]).mean()
    assert ratio == pytest.approx([0.875, 0.5], rel=1e-6)


def laminate_stresses(stiffnesses: list, strains: list, shares: list) -> list:
    """Stresses (6,) in layers normal to z of an infinite free laminate that does not bend.

    Layers share their strains in the plane; out of it there is no traction. With 1 the components in the plane and 2
    the others, σ₂ = 0 gives σ₁ = Q (ε₁ − ε*₁), Q = C₁₁ − C₁₂ C₂₂⁻¹ C₂₁, and the mean of σ₁ is zero.
    """
    reduced = []
    for c in stiffnesses:
        across = c[np.ix_(IN_PLANE, OUT_OF_PLANE)]
        inverse = np.linalg.inv(c[np.ix_(OUT_OF_PLANE, OUT_OF_PLANE)])
        reduced.append(c[np.ix_(IN_PLANE, IN_PLANE)] - across @ inverse @ across.T)
    own = [in_voigt(strain)[IN_PLANE] for strain in strains]
    total = sum(share * q for share, q in zip(shares, reduced, strict=True))
    pull = sum(share * q @ e for share, q, e in zip(shares, reduced, own, strict=True))
    common = np.linalg.solve(total, pull)
    stresses = np.zeros((len(own), 6))
    for stress, q, e in zip(stresses, reduced, own, strict=True):
        stress[IN_PLANE] = q @ (common - e)
    return stresses


def periodic(mesh: Mesh, lengths: tuple) -> tuple[dict, list]:
    """What repeats a box in x and y without end, free to strain as a whole, and what keeps it from turning."""
    at_x = mesh.nearest(np.array([lengths[0], 0, 0]))
    at_y = mesh.nearest(np.array([0, lengths[1], 0]))
    origin = mesh.nearest(np.zeros(3))
    held = dict.fromkeys([(origin, 0), (origin, 1), (origin, 2), (at_x, 1), (at_x, 2), (at_y, 2)], 0.0)
    equations = []
    for node, place in enumerate(mesh.nodes):
        far = np.isclose(place[:2], lengths[:2])
        if far.any() and node not in (at_x, at_y):
            partner = mesh.nearest(place - [*(far * lengths[:2]), 0])
            corners = [corner for corner, one in ((at_x, far[0]), (at_y, far[1])) if one]
            for axis in range(3):
                minus = {(other, axis): -1.0 for other in (partner, *corners) if (other, axis) not in held}
                equations.append({(node, axis): 1.0, **minus})
    return held, equations


@needs_calculix
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_bicrystal_with_misfit_is_a_laminate(seed):
    crystal, lengths = triclinic(seed), (1e-6, 1e-6, 0.8e-6)
    mesh = box(lengths, (2, 3, 4))
    labels = (mesh.centroids[:, 2] > 0.6e-6).astype(int)
    rotations = random_texture(np.zeros((2, 3)), np.random.default_rng(seed))
    held, equations = periodic(mesh, lengths)
    found = calculix.run(Body(mesh, Grains(labels, rotations), crystal, (1.0, 0.0), held, equations))
    stiffnesses = [turned_stiffness(crystal.stiffness_at(0.0), rotation) for rotation in rotations]
    strains = [rotation @ crystal.strain_between(1.0, 0.0) @ rotation.T for rotation in rotations]
    expected = laminate_stresses(stiffnesses, strains, [0.75, 0.25])
    assert np.abs(expected).max() > 1e7
    everywhere = expected[labels][:, None]
    assert found.stresses[0] == pytest.approx(
        np.broadcast_to(everywhere, found.stresses[0].shape), abs=printed(np.abs(expected).max())
    )


@needs_calculix
def test_the_middle_of_a_wide_free_sandwich_is_a_laminate():
    """Without any constraint but six against rigid motion; three layers, so that it does not bend."""
    crystal, lengths = triclinic(1), (8e-6, 8e-6, 1e-6)
    mesh = box(lengths, (16, 16, 4))
    labels = (np.abs(mesh.centroids[:, 2] - 0.5e-6) < 0.25e-6).astype(int)
    rotations = random_texture(np.zeros((2, 3)), np.random.default_rng(5))
    found = calculix.run(Body(mesh, Grains(labels, rotations), crystal, (1.0, 0.5), no_rigid_motion(mesh)))
    stiffnesses = [turned_stiffness(crystal.stiffness_at(0.5), rotation) for rotation in rotations]
    strains = [rotation @ crystal.strain_between(1.0, 0.5) @ rotation.T for rotation in rotations]
    expected = laminate_stresses(stiffnesses, strains, [0.5, 0.5])
    middle = (np.abs(mesh.centroids[:, :2] - 4e-6) < 0.6e-6).all(axis=1)
    for layer in (0, 1):
        stress = found.stresses[0][middle & (labels == layer)].mean(axis=(0, 1))
        assert stress == pytest.approx(
            expected[layer], abs=0.02 * np.abs(expected).max()
        )  # edges are four thicknesses off


@needs_calculix
def test_a_free_polycrystal_has_no_stress_on_average_and_holds_itself():
    mesh, grains = grainy_ball(1e-6, 8, random_texture, 1)
    found = calculix.run(Body(mesh, grains, triclinic(), (1.0, 0.0), no_rigid_motion(mesh)))
    stresses, volumes = found.stresses[0], mesh.point_volumes
    mean = (stresses * volumes[..., None]).sum(axis=(0, 1)) / volumes.sum()
    # In equilibrium without tractions: exact of finite elements too.
    assert np.abs(mean).max() < printed(np.abs(stresses).max())


@needs_calculix
def test_calculix_says_itself_what_is_wrong():
    mesh = box((1e-6, 1e-6, 1e-6), (1, 1, 1))
    inverted = Mesh(mesh.nodes, mesh.elements[:, [4, 5, 6, 7, 0, 1, 2, 3]])
    body = Body(inverted, single_grain(inverted), triclinic(), (1.0, 0.5), no_rigid_motion(inverted))
    with pytest.raises(StageFailure, match=r"CalculiX failed.*nonpositive jacobian"):
        calculix.run(body)


def test_without_calculix_it_is_asked_for(monkeypatch):
    monkeypatch.setattr(calculix, "PROGRAM", "no-such-program")
    with pytest.raises(StageFailure, match="calculix-ccx"):
        calculix.run_deck("")


@pytest.mark.parametrize("contents", [(1.0,), (1.0, -0.1), (1.2, 0.5)])
def test_contents_that_there_are_not_are_refused(contents):
    mesh = box((1e-6, 1e-6, 1e-6), (1, 1, 1))
    with pytest.raises(UsageError, match="content"):
        Body(mesh, single_grain(mesh), triclinic(), contents, {})


def test_a_deck_says_what_stands_for_what_in_plain_ascii():
    mesh = box((1e-6, 1e-6, 1e-6), (1, 1, 1))
    text = deck(Body(mesh, single_grain(mesh), triclinic(), (1.0, 0.5), no_rigid_motion(mesh)), ["A box of 1 µm³."])
    assert text.isascii()
    assert "TEMPERATURE IS THE CONTENT OF WORKING IONS" in text and "micrometre" in text and "A box of 1 ?m?." in text
    assert max(map(len, text.splitlines())) < 200
    fields = [field for line in text.splitlines() if line[0] not in "*" for field in line.split(",")]
    assert max(len(field.strip()) for field in fields) <= 20  # CalculiX reads no more of a number
