"""Volume of an ion against its atom's in the metal."""

import math

import pytest
from pymatgen.core import Lattice, Structure

from atomscreen.core.errors import StageFailure
from atomscreen.properties.plating.alkali_metals import METALS, plating_metal
from atomscreen.properties.plating.ionic_volume import coordination_number, volume_ratio
from atomscreen.sources.builtin import reference_candidates

LITHIUM = METALS["Li"]
ROCK_SALT = Structure.from_spacegroup("Fm-3m", Lattice.cubic(4.026), ["Li", "F"], [[0, 0, 0], [0.5, 0.5, 0.5]])
OXIDE = Structure.from_spacegroup("Fm-3m", Lattice.cubic(4.62), ["Li", "O"], [[0.25, 0.25, 0.25], [0, 0, 0]])


@pytest.mark.parametrize(("structure", "expected"), [(ROCK_SALT, 6), (OXIDE, 4)])
def test_coordination_of_textbook_crystals(structure, expected):
    # Hoppe's number counts the next shell by its distance, here 0.1 % and less.
    assert coordination_number(structure, structure[0]) == pytest.approx(expected, rel=1e-3)


def test_six_coordinated_lithium_has_the_sphere_of_shannons_radius():
    found = volume_ratio(ROCK_SALT, LITHIUM)
    atom = 3.51**3 / 2
    assert found.value == pytest.approx(4 / 3 * math.pi * 0.90**3 / atom, rel=2e-3)
    assert found.value - found.uncertainty == pytest.approx(4 / 3 * math.pi * 0.76**3 / atom, rel=2e-3)


def test_it_does_not_depend_on_the_cell_and_grows_with_coordination():
    large = ROCK_SALT.make_supercell([2, 1, 1], in_place=False)
    assert volume_ratio(large, LITHIUM).value == pytest.approx(volume_ratio(ROCK_SALT, LITHIUM).value)
    assert volume_ratio(OXIDE, LITHIUM).value < volume_ratio(ROCK_SALT, LITHIUM).value < 1


def test_what_has_no_ion_fails_with_a_sentence():
    with pytest.raises(StageFailure, match="holds no Na"):
        volume_ratio(ROCK_SALT, METALS["Na"])
    metal = Structure(Lattice.cubic(3.51), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    with pytest.raises(StageFailure, match="no anion within"):
        volume_ratio(metal, LITHIUM)


@pytest.mark.parametrize("ion", ["K", "Mg", None])
def test_metals_without_data_fail(ion):
    with pytest.raises(StageFailure, match="there are Li, Na"):
        plating_metal(ion)


@pytest.mark.parametrize(("material", "centre"), [("LiBH4", "B"), ("Na3PS4-cubic", "P")])
def test_the_centre_of_a_complex_anion_is_no_anion(material, centre):
    """Boron of BH4 and phosphorus of PS4 are more electronegative than the ion, and yet cations: they do not count."""
    (candidate,) = (one for one in reference_candidates() if one.id == material)
    whole = candidate.structure()
    alone = whole.copy()
    alone.remove_species([centre])
    for crystal in (whole, alone):
        crystal.sort()
    ion = candidate.working_ion
    counts = [
        [coordination_number(crystal, site) for site in crystal if site.specie.symbol == ion]
        for crystal in (whole, alone)
    ]
    assert counts[0] == pytest.approx(counts[1])
