"""The stage: what it gives of a solid solution and of two phases, its uncertainties, bounds and notes."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from atomscreen.continuum.crystal import Crystal
from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.continuum.fracture.fracture_notes import fracture_notes
from atomscreen.continuum.fracture.fracture_numbers import FractureProblem, Key, fracture_numbers
from atomscreen.continuum.fracture.particle_fracture import C_RATES, particle_fracture
from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.checking import check_stage
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import get_stage
from tests.continuum.examples import candidate_with, lithium_iron_phosphate
from tests.continuum.fracture.conftest import CUTOFFS, FRACTURE_ENERGY, even_electrode, flat

STRAIN = Crystal("made", "LiX", {1.0: np.eye(6)}, {0.0: np.diag([0.02, -0.01, -0.01]), 1.0: np.zeros((3, 3))}, {})


TWO_PHASES = even_electrode(coexistence=((0.1, 0.9),))
"""Of which no map is made, so that what is asked of grains and phases is quickly answered."""


def problem(
    electrode: Electrode,
    fracture_energy: Curve,
    crystal: Crystal | None = None,
    cutoffs: tuple[float, ...] = CUTOFFS,
) -> FractureProblem:
    return FractureProblem(electrode, fracture_energy, crystal, cutoffs, (0.01, 1.0), 5e-6, 298.15)


def with_fracture_energy(electrode: Electrode) -> Candidate:
    candidate = candidate_with(electrode)
    energies = tuple(
        Quantity("fracture_energy", FRACTURE_ENERGY, FRACTURE_ENERGY / 2, {"ion_content": content})
        for content in (0.0, 1.0)
    )
    return dataclasses.replace(candidate, quantities=(*candidate.quantities, *energies))


@pytest.fixture(scope="module")
def results() -> Results:
    return particle_fracture(with_fracture_energy(even_electrode()), base="OKane2022", samples=5)


def found(results: Results, name: str, **conditions: float) -> Quantity:
    return next(q for q in results.quantities if q.name == name and q.conditions == conditions)


def test_the_stage_is_complete():
    check_stage(get_stage("particle_fracture"))


def test_it_gives_what_the_map_says(results, even_map):
    for rate in C_RATES:
        whole = found(results, "critical_particle_radius", c_rate=rate)
        expected = 1e6 * even_map.critical_radius(rate, CUTOFFS[-1])
        assert whole.number == pytest.approx(expected, rel=1e-2)  # values pass through the vocabulary's units
        earlier = [
            q.number for q in results.quantities if "ion_content" in q.conditions and q.conditions["c_rate"] == rate
        ]
        assert earlier == sorted(earlier, reverse=True)  # those of ends nearer to the start come first
        assert min(earlier) >= whole.number
    assert found(results, "particle_radius_of_base").number == pytest.approx(5.22)
    assert found(results, "safe_rate").number == pytest.approx(even_map.safe_rate(5.22e-6, 0.0), rel=2e-2)


def test_what_it_leaves_out_is_said(results):
    notes = " ".join(results.notes)
    assert "No critical size of grains or phases" in notes
    assert "elastic_tensor" in notes
    assert "lower bounds, since nobody knows those of" in notes
    assert "critical_grain_size" not in {quantity.name for quantity in results.quantities}


def test_the_usable_capacity_ends_the_charge():
    candidate = with_fracture_energy(even_electrode())
    limited = (Quantity("usable_capacity", 100.0, provenance={"contents": [0.5, 1.0]}),)
    ended = particle_fracture(
        dataclasses.replace(candidate, quantities=(*candidate.quantities, *limited)), base="OKane2022", samples=0
    )
    assert found(ended, "critical_particle_radius", c_rate=1.0).provenance["cutoffs"][-1] == pytest.approx(0.5)
    contents = {q.conditions["ion_content"] for q in ended.quantities if "ion_content" in q.conditions}
    assert sorted(contents) == [0.667, 0.833]
    assert all(quantity.uncertainty is None for quantity in ended.quantities)


def test_what_nothing_breaks_gets_no_number_but_a_note():
    faster = with_fracture_energy(even_electrode(diffusivity=flat(1e-9, 0.5)))
    ended = particle_fracture(faster, base="OKane2022", samples=3)
    given = {q.conditions["c_rate"] for q in ended.quantities if q.name == "critical_particle_radius"}
    assert given and min(given) > 0.1
    assert not any(quantity.bound for quantity in ended.quantities)
    assert "safe_rate" not in {quantity.name for quantity in ended.quantities}
    note = next(note for note in ended.notes if note.startswith("No flaw that is looked at grows"))
    assert f"to content 0 at up to {max(set(C_RATES) - given):g} C" in note
    assert "in particles of 5.22 µm at up to 1000 C" in note


def test_the_uncertainty_of_what_some_samples_do_not_break_is_that_of_the_others():
    # A radius of 0.1 mm that is a factor of 7 either way, R ~ D^(2/5), goes beyond a millimetre in every ninth sample.
    asked = problem(even_electrode(diffusivity=flat(2e-11, 5.0)), flat(FRACTURE_ENERGY), cutoffs=(0.0,))
    numbers = fracture_numbers(asked, 100, 0)
    key = Key("critical_particle_radius", 1.0)
    assert 5e-5 < numbers.numbers[key] < 3e-4
    assert numbers.spreads[key] == pytest.approx(0.4 * 5.0, rel=0.2)


def test_a_diffusivity_of_unknown_uncertainty_is_warned_of(results):
    assert sum("critical radii go with about D^0.4" in note for note in results.notes) == 1
    known = problem(even_electrode(diffusivity=flat(7e-15, 0.5)), flat(FRACTURE_ENERGY), cutoffs=(0.0,))
    assert not any("D^0.4" in note for note in fracture_notes(known, fracture_numbers(known, 0, 0)))


def test_grains_are_left_out_where_their_strain_is_not_known():
    half = dataclasses.replace(STRAIN, strain={0.4: STRAIN.strain[0.0], 1.0: STRAIN.strain[1.0]})
    asked = problem(TWO_PHASES, flat(FRACTURE_ENERGY), half)
    numbers = fracture_numbers(asked, 0, 0)
    assert [key.cutoff for key in numbers.numbers if key.name == "critical_grain_size"] == [0.8, 0.4]
    notes = " ".join(fracture_notes(asked, numbers))
    assert "known at contents from 0.4 to 1 only: there is no critical size of grains for cycles to 0." in notes
    assert "In cycles to content 0.4, grains at random are worst at 0.40" in notes
    anode = dataclasses.replace(asked, electrode=dataclasses.replace(TWO_PHASES, side="Negative"), cutoffs=(0.5, 1.0))
    numbers = fracture_numbers(anode, 0, 0)
    assert not any(key.name.startswith("critical_grain") for key in numbers.numbers)
    assert "not where a cell is assembled: there is no critical size of grains" in " ".join(
        fracture_notes(anode, numbers)
    )


def test_phases_left_out_make_the_size_of_the_others_an_upper_bound():
    half = dataclasses.replace(STRAIN, strain={0.4: STRAIN.strain[0.0], 1.0: STRAIN.strain[1.0]})
    electrode = even_electrode(coexistence=((0.0, 0.4), (0.4, 1.0)))
    asked = problem(electrode, flat(FRACTURE_ENERGY), half)
    numbers = fracture_numbers(asked, 5, 0)
    size = Key("critical_size_of_two_phases")
    assert numbers.upper_bounds == {size}
    assert size not in numbers.spreads
    assert "misfit of the phases at 0 and 0.4 is not known" in " ".join(fracture_notes(asked, numbers))
    none = dataclasses.replace(asked, electrode=even_electrode(coexistence=((0.0, 0.9),)))
    assert size not in fracture_numbers(none, 5, 0).numbers
    assert "there is no critical size of two phases" in " ".join(fracture_notes(none, fracture_numbers(none, 0, 0)))


def test_what_breaks_below_a_nanometre_is_below_a_nanometre():
    brittle = fracture_numbers(problem(TWO_PHASES, flat(1e-3), STRAIN), 0, 0)
    grains = Key("critical_grain_size")
    assert brittle.numbers[grains] == 1e-9
    assert grains in brittle.upper_bounds


def test_a_cubic_average_gives_no_grains_and_says_so():
    about_the_diagonal = np.array([np.linalg.matrix_power([[0, 0, 1], [1, 0, 0], [0, 1, 0]], n) for n in range(3)])
    cubic = dataclasses.replace(STRAIN, symmetry=about_the_diagonal)
    asked = problem(TWO_PHASES, flat(FRACTURE_ENERGY), cubic)
    numbers = fracture_numbers(asked, 0, 0)
    assert not any(key.name.startswith("critical_grain") for key in numbers.numbers)
    assert "the same along all axes: it gives no critical size of grains" in " ".join(fracture_notes(asked, numbers))


def test_two_phases_with_a_crystal_get_the_size_of_their_misfit():
    numbers = fracture_numbers(problem(TWO_PHASES, flat(FRACTURE_ENERGY), STRAIN), 0, 0)
    assert numbers.fracture_map is None
    assert "diffusivity" not in numbers.fixed
    size = numbers.numbers[Key("critical_size_of_two_phases")]
    assert size == pytest.approx(FRACTURE_ENERGY / (1e11 * (0.8 * 0.02) ** 2))
    assert not any(key.name == "critical_particle_radius" for key in numbers.numbers)


def test_two_phases_get_no_map():
    ended = particle_fracture(with_fracture_energy(lithium_iron_phosphate()), samples=0)
    assert not ended.quantities  # no crystal either
    assert any("there is no map of size" in note for note in ended.notes)


def test_without_fracture_energy_at_contents_it_says_who_gives_it():
    candidate = candidate_with(even_electrode())
    full = dataclasses.replace(candidate, quantities=(*candidate.quantities, Quantity("fracture_energy", 3.0)))
    with pytest.raises(HandoffIncomplete, match="fracture_toughness"):
        particle_fracture(full)


def test_uncertain_fracture_energy_spreads_slow_radii_by_its_fifth_root():
    asked = problem(even_electrode(), flat(FRACTURE_ENERGY, 0.5), cutoffs=(0.0,))
    # R ~ G_c^(1/5); half of what the central 68 % of 100 samples span is known to 9 %.
    spread = fracture_numbers(asked, 100, 0).spreads
    assert spread[Key("critical_particle_radius", 0.01)] == pytest.approx(0.1, rel=0.2)


def test_uncertain_diffusivity_spreads_them_by_two_fifths_of_its_own():
    electrode = even_electrode(diffusivity=flat(7.08e-15, 0.5))
    spread = fracture_numbers(problem(electrode, flat(FRACTURE_ENERGY), cutoffs=(0.0,)), 100, 0).spreads
    assert spread[Key("critical_particle_radius", 0.01)] == pytest.approx(0.2, rel=0.2)


def test_nothing_uncertain_no_spread_but_that_of_the_geometry():
    numbers = fracture_numbers(problem(TWO_PHASES, flat(FRACTURE_ENERGY), STRAIN), 100, 0)
    assert {key.name for key in numbers.spreads} == {"critical_grain_size", "critical_size_of_two_phases"}
    sizes = [numbers.numbers[Key("critical_grain_size", cutoff=end)] for end in (0.8, 0.4, None)]
    assert sizes[0] / sizes[2] == pytest.approx(25.0)  # the strain of a fifth of the charge
    assert sizes[1] / sizes[2] == pytest.approx(1 / 0.36)
    assert numbers.spreads[Key("critical_grain_size")] == pytest.approx(math.log(2.5), rel=0.2)  # of 100 samples


def test_nothing_uncertain_no_spread_of_particles():
    numbers = fracture_numbers(problem(even_electrode(), flat(FRACTURE_ENERGY), cutoffs=(0.0,)), 3, 0)
    assert not numbers.spreads
    assert numbers.fixed == (
        "youngs_modulus",
        "poisson_ratio",
        "partial_molar_volume",
        "diffusivity",
        "fracture_energy",
    )


def test_the_same_seed_gives_the_same_spread():
    asked = problem(even_electrode(), flat(2.0, 0.5), cutoffs=(0.0,))
    first, second = (fracture_numbers(asked, 5, 3).spreads for _ in range(2))
    assert first == second
