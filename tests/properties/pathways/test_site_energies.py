"""Site energies: a planted landscape with sums that can be written down, invariances, errors, and CHGNet's supercells."""

import pytest
from planted_landscape import CUTOFF, pair
from pymatgen.core import Lattice, Structure

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure, StructureRefused
from atomscreen.core.scratch import scratch_folder
from atomscreen.core.stages import get_stage
from atomscreen.interatomic.relaxation import relax

PLANTED = "planted_landscape:Repulsion"
EDGE = 5.7


def antifluorite() -> Structure:
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(EDGE), ["S", "Li"], [[0] * 3, [0.25] * 3])


def filled(edge: float = EDGE) -> Structure:
    """Of the structure of Li3Bi: lithium in all tetrahedra and octahedra."""
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(edge), ["S", "Li", "Li"], [[0] * 3, [0.25] * 3, [0.5] * 3])


def site_energy(structure: Structure, place: list[float]) -> float:
    """Sum of the pairs of one lithium at a fractional place."""
    near = structure.get_sites_in_sphere(structure.lattice.get_cartesian_coords(place), CUTOFF)
    return sum(pair(site.nn_distance) for site in near if site.specie.symbol == "S")


def run(
    structure: Structure, potential: str = PLANTED, ion: str = "Li", min_width: float = 4.0, **parameters
) -> Results:
    # The planted lithium does not see its like, so that one in each narrow cell does no harm.
    candidate = Candidate("one", {"input": structure, "relaxed": structure}, working_ion=ion)
    return get_stage("site_energies").function(candidate, potential=potential, min_width=min_width, **parameters)


def numbers(results: Results) -> dict[str, float]:
    return {one.name: one.number for one in results.quantities}


def test_the_empty_site_costs_the_difference_of_the_sums():
    crystal = antifluorite()
    found = numbers(run(crystal))
    # By symmetry an ion in the middle of the octahedron feels no force and stays there.
    expected = site_energy(crystal, [0.5] * 3) - site_energy(crystal, [0.25] * 3)
    assert found["empty_site_energy"] == pytest.approx(expected, abs=1e-9)
    assert found["occupied_site_energy_spread"] == 0.0


def test_the_spread_is_the_difference_of_the_distinct_sites():
    crystal = filled()
    expected = abs(site_energy(crystal, [0.5] * 3) - site_energy(crystal, [0.25] * 3))
    assert numbers(run(crystal, max_voids=1))["occupied_site_energy_spread"] == pytest.approx(expected, abs=1e-9)


def test_a_crystal_without_voids_has_no_empty_site():
    results = run(filled(edge=4.0))
    assert set(numbers(results)) == {"occupied_site_energy_spread"}
    assert any("No empty site: no void holds another Li" in note for note in results.notes)


def test_neither_cell_nor_origin_nor_width_matters():
    crystal = antifluorite()
    other = crystal.get_primitive_structure()
    other.make_supercell([[1, 1, 0], [0, 1, 0], [0, 0, 2]])
    other.translate_sites(range(len(other)), [0.13, 0.27, 0.41])
    assert numbers(run(other)) == pytest.approx(numbers(run(crystal)), abs=1e-6)
    assert numbers(run(crystal, min_width=8.0)) == pytest.approx(numbers(run(crystal)), abs=1e-6)


def test_finished_parts_are_not_computed_again(tmp_path, monkeypatch):
    with scratch_folder(tmp_path):
        first = numbers(run(antifluorite()))
    assert {path.name for path in tmp_path.iterdir()} == {"removed.npy", "void0.npy"}
    monkeypatch.setattr("atomscreen.properties.pathways.site_energies.optimize", None)  # fails where it is called
    with scratch_folder(tmp_path):
        assert numbers(run(antifluorite())) == first


def test_what_is_left_out_is_said():
    low = Structure(Lattice.cubic(6.0), ["S", "Li"], [[0] * 3, [0.5, 0.5, 0.2]])
    assert any("widest of" in note for note in run(low, max_voids=1).notes)


@pytest.mark.parametrize(
    ("ion", "sentence"), [("Na", "Li2S has no Na whose ways could be looked for"), ("K", "Li2S has no K")]
)
def test_without_the_ion_there_is_no_result(ion, sentence):
    with pytest.raises((StageFailure, StructureRefused), match=sentence):
        run(antifluorite(), ion=ion)


@pytest.mark.slow
def test_a_wider_supercell_changes_little_with_chgnet():
    # 10 Å is the stage's own. CHGNet sees 6 Å and passes it on; 0.05 eV is far below what the numbers differ by between materials.
    candidate = Candidate("one", {"input": antifluorite()}, working_ion="Li")
    relaxed = candidate.with_results(relax(candidate)).structure("relaxed")
    default, large = (numbers(run(relaxed, "chgnet", min_width=width)) for width in (10.0, 15.0))
    assert large == pytest.approx(default, abs=0.05)
    assert large["empty_site_energy"] > 0.5  # fluorites hold their ions: a flat landscape would be a mistake
