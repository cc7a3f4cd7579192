"""Percolation radius: packings of spheres whose windows have a closed form, room by plain search, errors."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure, StructureRefused
from atomscreen.core.stages import get_stage
from atomscreen.properties.pathways.ionic_framework import framework
from atomscreen.properties.pathways.percolation_radius import ionic_radius
from atomscreen.properties.pathways.void_network import Spheres, percolation_radii

EDGE = 4.0
SPACING = 0.15
# The radius comes out too small, by what a point may miss of the best place beside it: of second order along the way,
# and what the ascent leaves across it. Measured at 40 origins: 0 to 0.15 of the spacing.
SHORT = 0.2 * SPACING
# Between the ends and the middle of a link, where it is not measured, the room can be less by the height of an arc.
LONG = 0.002


def circumradius(a: float, b: float, c: float) -> float:
    """Of a triangle, by Heron."""
    half = (a + b + c) / 2
    return a * b * c / (4 * math.sqrt(half * (half - a) * (half - b) * (half - c)))


CUBIC = {
    "Pm-3m": EDGE / math.sqrt(2),  # window: the middle of a face, between four
    "Fm-3m": EDGE / math.sqrt(6),  # the triangle between three that touch
    "Im-3m": circumradius(EDGE, EDGE * math.sqrt(3) / 2, EDGE * math.sqrt(3) / 2),  # a triangle of two kinds of sides
}


def packing(group: str, shift: tuple[float, float, float] = (0, 0, 0)) -> Structure:
    crystal = Structure.from_spacegroup(group, Lattice.cubic(EDGE), ["S"], [[0, 0, 0]])
    crystal.translate_sites(range(len(crystal)), shift)
    return crystal


@settings(deadline=None, max_examples=8)
@given(st.sampled_from(sorted(CUBIC)), st.tuples(*[st.floats(0, 0.99)] * 3), st.floats(0.0, 1.2), st.booleans())
def test_windows_of_cubic_lattices(group, shift, radius, primitive):
    crystal = packing(group, shift)
    cell = crystal.get_primitive_structure() if primitive else crystal
    found = percolation_radii(cell, {"S": radius}, SPACING)
    assert list(found) == sorted(found, reverse=True)
    for one in found:
        assert -SHORT < one - (CUBIC[group] - radius) < LONG


def test_a_long_cell_is_wider_across_than_along():
    # a × a windows lead along c, a × c ones across it.
    cell = Structure(Lattice.tetragonal(3.0, 5.0), ["S"], [[0.1, 0.2, 0.3]])
    across, along = math.hypot(3.0, 5.0) / 2, 3.0 / math.sqrt(2)
    assert percolation_radii(cell, {"S": 0.0}, SPACING) == pytest.approx((across, across, along), abs=SHORT)


def test_overlapping_spheres_let_nothing_through():
    assert percolation_radii(packing("Fm-3m"), {"S": 2.0}, SPACING) == pytest.approx(
        [CUBIC["Fm-3m"] - 2.0] * 3, abs=SHORT
    )
    first, *_ = stage(Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.0), ["Li", "F"], [[0, 0, 0], [0.5, 0, 0]]))
    assert first.number == 0.0


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 2**31), st.floats(50, 120))
def test_room_is_the_distance_to_the_nearest_of_all_images(seed, angle):
    generator = np.random.default_rng(seed)
    cell = Structure(Lattice.from_parameters(3.0, 4.5, 6.0, 90, angle, 100), ["S", "P", "S"], generator.random((3, 3)))
    cell = cell.get_reduced_structure("LLL")
    radii = {"S": 1.8, "P": 0.3}
    points = generator.random((20, 3)) @ cell.lattice.matrix
    room, away = Spheres(cell, radii).room(points)
    for point, found, direction in zip(points, room, away, strict=True):
        near = cell.get_sites_in_sphere(point, 8.0)
        distances = [site.nn_distance - radii[site.specie.symbol] for site in near]
        assert found == pytest.approx(min(distances), abs=1e-9)
        nearest = near[int(np.argmin(distances))]
        assert direction * np.linalg.norm(point - nearest.coords) == pytest.approx(point - nearest.coords, abs=1e-6)


def stage(structure: Structure, ion: str = "Li"):
    return get_stage("percolation_radius").function(Candidate("one", {"input": structure}, working_ion=ion)).quantities


def antiperovskite() -> Structure:
    sites = [[0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5], [0.5, 0.5, 0.5], [0, 0, 0]]
    return Structure(Lattice.cubic(3.91), ["Li", "Li", "Li", "O", "Cl"], sites)


def test_the_stage_does_not_depend_on_cell_and_orientation():
    plain = antiperovskite()
    turned = plain.copy()
    turned.make_supercell([[2, 1, 0], [0, 1, 0], [0, 0, 1]])
    rotation = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    turned = Structure(Lattice(turned.lattice.matrix @ rotation), turned.species, turned.frac_coords)
    turned.translate_sites(range(len(turned)), [0.013, 0.2, 0.41])
    for one, other in zip(stage(plain), stage(turned), strict=True):
        assert other.number == pytest.approx(one.number, abs=SHORT)  # the grid begins elsewhere
        assert one.uncertainty == pytest.approx(0.1 * SPACING)


def test_the_relaxed_structure_goes_first():
    larger = antiperovskite()
    larger.scale_lattice(1.2 * larger.volume)
    both = Candidate("one", {"input": antiperovskite(), "relaxed": larger}, working_ion="Li")
    found = get_stage("percolation_radius").function(both).quantities
    assert [one.number for one in found] == [one.number for one in stage(larger)]
    assert found[0].provenance["structure"] == "relaxed"


def test_framework_is_the_primitive_cell_of_what_is_left():
    # Without the lithium that tells the halves apart the cell is half as large.
    crystal = Structure(Lattice.tetragonal(4.0, 8.0), ["S", "S", "Li"], [[0, 0, 0], [0, 0, 0.5], [0.5, 0.5, 0.25]])
    assert len(framework(crystal, "Li")) == 1


@pytest.mark.parametrize(
    ("element", "charge", "radius"),
    [("S", -2, 1.84), ("O", -2, (1.35 + 1.36 + 1.38 + 1.40 + 1.42) / 5), ("Mn", 4, (0.39 + 0.53) / 2)],
)
def test_radii_are_the_means_of_shannons_table(element, charge, radius):
    assert ionic_radius(element, charge) == pytest.approx(radius, abs=1e-9)


def test_mixed_valence_lies_between_its_neighbours():
    assert ionic_radius("Mn", 3.5) == pytest.approx((ionic_radius("Mn", 3) + ionic_radius("Mn", 4)) / 2)


@pytest.mark.parametrize(
    ("structure", "ion", "sentence"),
    [
        (packing("Fm-3m"), "Li", "S has no Li whose ways could be looked for"),
        (packing("Fm-3m"), "S", "S is nothing but S: there is no framework"),
        (
            Structure(Lattice.cubic(3.2), ["Li", "Al"], [[0] * 3, [0.5] * 3]),
            "Li",
            "no common oxidation states of LiAl balance",
        ),
        (
            Structure.from_spacegroup("Fm-3m", Lattice.cubic(5), ["Li", "H"], [[0] * 3, [0.5] * 3]),
            "Li",
            "no Shannon radius is known of H with the charge -1",
        ),
        (
            Structure(Lattice.cubic(4), ["Li", {"Cl": 0.5, "Br": 0.5}], [[0] * 3, [0.5] * 3]),
            "Li",
            "the framework is disordered: a site holds",
        ),
    ],
)
def test_what_cannot_be_told_is_said(structure, ion, sentence):
    with pytest.raises((StageFailure, StructureRefused), match=sentence):
        stage(structure, ion)
