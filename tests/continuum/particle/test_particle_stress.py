from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from atomscreen.continuum.electrode import Electrode
from atomscreen.continuum.electrode_reading import ELECTRODE_QUANTITIES
from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.particle.particle_stress import SHOWN, particle_stress
from atomscreen.continuum.particle.sphere import SPHERES_ONLY, Sphere, charge_at_constant_rate
from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import get_stage
from tests.continuum.examples import candidate_with, curve, graphite, lithium_cobalt_oxide, lithium_iron_phosphate
from tests.continuum.particle.constant import constant_electrode, constant_sphere


def numbers(results: Results) -> dict[str, float]:
    return {one.name: one.number for one in results.quantities if one.conditions.keys() == {"c_rate"}}


def soft_or_stiff(electrode: Electrode, spread: float) -> Candidate:
    """Return a candidate whose Young's modulus alone is uncertain."""
    candidate = candidate_with(electrode)
    return dataclasses.replace(
        candidate,
        quantities=tuple(
            dataclasses.replace(one, uncertainty=spread * one.number) if one.name == "youngs_modulus" else one
            for one in candidate.quantities
        ),
    )


@pytest.mark.parametrize("example", [lithium_cobalt_oxide, graphite])
def test_gives_the_stress_of_a_charge(example: Callable[[], Electrode]) -> None:
    electrode = example()
    results = particle_stress(candidate_with(electrode), samples=0)
    assert {one.name for one in results.quantities} == get_stage("particle_stress").gives
    assert results.notes[0] == SPHERES_ONLY
    radius = 3e-6 if electrode.side == "Positive" else 5e-6  # Ai2020's
    history = charge_at_constant_rate(
        Sphere(electrode, radius, 298.15), 1.0, electrode.assembled_content, 1 - electrode.assembled_content
    )
    found = numbers(results)
    assert found["particle_surface_stress_max"] == pytest.approx(history.surface_tangential_stress.max() / 1e6)
    assert found["particle_surface_stress_min"] == pytest.approx(history.surface_tangential_stress.min() / 1e6)
    assert found["particle_centre_stress_max"] == pytest.approx(history.centre_stress.max() / 1e6)
    assert found["particle_centre_stress_min"] == pytest.approx(history.centre_stress.min() / 1e6)
    assert found["particle_stress"] >= max(found["particle_surface_stress_max"], found["particle_centre_stress_max"])


def test_profiles_go_from_the_centre_to_the_surface_at_some_times() -> None:
    candidate = candidate_with(lithium_cobalt_oxide())
    results = particle_stress(candidate, radius=2.0, samples=0)
    candidate = candidate.with_results(results)
    times = [one.conditions["time"] for one in results.quantities if one.name == "particle_radii"]
    assert len(times) == len(SHOWN) and times == sorted(times)
    for time in times:
        radii, radial, tangential = (
            np.array(candidate.quantity(name, time=time).value)
            for name in ("particle_radii", "particle_radial_stress", "particle_tangential_stress")
        )
        assert radii[0] == 0 and radii[-1] == pytest.approx(2.0) and np.all(np.diff(radii) > 0)
        assert radial[0] == tangential[0] and radial[-1] == 0
        # Half a sphere pulls at the other half with no force; trapezes over 62 points.
        assert abs(np.trapezoid(tangential * radii, radii)) < 0.01 * np.abs(tangential).max() * 2.0


def test_stress_of_constant_properties_is_the_steady_one() -> None:
    electrode = constant_electrode()
    results = particle_stress(candidate_with(electrode), radius=5.0, samples=0)
    flux = -electrode.maximum_concentration / 3600 * 5e-6 / 3
    radial, tangential = constant_sphere(electrode).steady_stress(flux, np.array([0.0, 1.0]))
    found = numbers(results)
    # The 1 %, of which 0.1 % is the cube root in the strain.
    assert found["particle_surface_stress_max"] == pytest.approx(tangential[1] / 1e6, rel=2e-3)
    assert found["particle_centre_stress_min"] == pytest.approx(radial[0] / 1e6, rel=2e-3)
    enhancement = next(one.number for one in results.quantities if one.name == "stress_enhancement")
    assert 0 < enhancement < constant_sphere(electrode).coupling_strength() / 298.15 * electrode.maximum_concentration


def test_uncertainties_are_those_of_sampled_electrodes() -> None:
    results = particle_stress(soft_or_stiff(constant_electrode(), 0.1), radius=5.0, samples=20)
    for one in results.quantities:
        if one.name in ("particle_stress", "particle_surface_stress_max", "particle_centre_stress_min"):
            # Stress is proportional to the modulus; 20 samples know a width between quantiles to about a quarter.
            assert one.uncertainty == pytest.approx(0.1 * abs(one.number), rel=0.6)
        elif isinstance(one.value, tuple):
            assert one.uncertainty is None
    assert any("lower bounds" in note and "diffusivity" in note for note in results.notes)
    again = particle_stress(soft_or_stiff(constant_electrode(), 0.1), radius=5.0, samples=20)
    assert again.quantities == results.quantities
    none = particle_stress(candidate_with(constant_electrode()))
    assert all(one.uncertainty is None for one in none.quantities)
    assert any("No property" in note for note in none.notes)


def test_an_extreme_before_the_charge_has_no_uncertainty() -> None:
    # A cathode that swells as it takes ions up: its surface is in tension while they leave, never in compression.
    results = particle_stress(soft_or_stiff(constant_electrode(), 0.1), radius=5.0, samples=5)
    found = {one.name: one for one in results.quantities if one.conditions.keys() == {"c_rate"}}
    for name in ("particle_surface_stress_min", "particle_centre_stress_max"):
        assert found[name].number == 0 and found[name].uncertainty is None
    assert found["particle_surface_stress_max"].uncertainty is not None


def test_contents_at_which_nothing_is_known_are_told() -> None:
    electrode = lithium_cobalt_oxide()
    half = dataclasses.replace(electrode, youngs_modulus=curve({0.5: 1.2e11, 1.0: 1.9e11}, logarithmic=True))
    said = "Contents from {} to 1.00 are used; known from 0.50 to 1.00 only are youngs modulus. Beyond"
    assert any(note.startswith(said.format("0.00")) for note in particle_stress(candidate_with(half), samples=0).notes)
    within = particle_stress(candidate_with(half), samples=0, end=0.5)
    assert not any("youngs modulus" in note for note in within.notes)


def test_an_end_that_is_a_bound_is_told() -> None:
    capacities = (Quantity("usable_capacity", 137.0, bound="upper"), Quantity("gravimetric_capacity_full", 274.0))
    candidate = candidate_with(lithium_cobalt_oxide()).with_results(Results(capacities))
    said = "usable capacity goes, of which only the upper bound is known"
    assert any(said in note for note in particle_stress(candidate, samples=0).notes)
    assert not any(said in note for note in particle_stress(candidate, samples=0, end=0.5).notes)


def test_two_phases_give_a_note_and_no_stress() -> None:
    results = particle_stress(candidate_with(lithium_iron_phosphate()))
    assert not results.quantities
    (note,) = results.notes
    assert "front" in note


def test_the_end_is_the_usable_capacity_or_the_one_that_is_said() -> None:
    candidate = candidate_with(lithium_cobalt_oxide())
    usable = candidate.with_results(Results((Quantity("usable_capacity", 137.0, provenance={"contents": [0.5, 1.0]}),)))
    by_capacity, said, whole = (
        particle_stress(one, samples=0, **parameters)
        for one, parameters in ((usable, {}), (usable, {"end": 0.8}), (candidate, {}))
    )

    def contents(results: Results) -> Any:
        return results.quantities[0].provenance["contents"]

    assert (contents(by_capacity), contents(said), contents(whole)) == ([1.0, 0.5], [1.0, 0.8], [1.0, 0.0])


def test_a_window_that_starts_below_the_assembled_content_ends_where_it_ends() -> None:
    usable = Quantity("usable_capacity", 137.0, provenance={"contents": [0.4, 0.9]})
    results = particle_stress(candidate_with(lithium_cobalt_oxide()).with_results(Results((usable,))), samples=0)
    assert results.quantities[0].provenance["contents"] == [1.0, 0.4]


def test_without_usable_capacity_there_is_no_charge() -> None:
    usable = Quantity("usable_capacity", 0.0, provenance={"contents": [1.0, 1.0]})
    with pytest.raises(StageFailure, match=r"no capacity of .* is usable"):
        particle_stress(candidate_with(lithium_cobalt_oxide()).with_results(Results((usable,))), samples=0)


def test_where_it_came_from_is_said() -> None:
    theirs, ours = (
        particle_stress(candidate_with(graphite()), samples=0, **parameters).quantities[0]
        for parameters in ({"base": "OKane2022"}, {"radius": 1.5, "coupling": "lattice"})
    )
    assert theirs.method == "diffusion in a sphere of 5.86 µm (particles of OKane2022)"
    assert ours.method == "diffusion in a sphere of 1.5 µm"
    assert ours.provenance["coupling"] == "lattice" and "surface at" in ours.provenance["ended_by"]


def test_a_flat_potential_has_no_enhancement_and_a_note() -> None:
    electrode = lithium_cobalt_oxide()
    potential = electrode.open_circuit_potential
    values = (*potential.values[:4], potential.values[3], *potential.values[5:])
    flat = dataclasses.replace(electrode, open_circuit_potential=dataclasses.replace(potential, values=values))
    results = particle_stress(candidate_with(flat), samples=0)
    assert "stress_enhancement" not in {one.name for one in results.quantities}
    assert any("does not fall" in note for note in results.notes)


@pytest.mark.parametrize("name", sorted(ELECTRODE_QUANTITIES))
def test_what_is_missing_is_named_with_its_stage(name: str) -> None:
    with pytest.raises(HandoffIncomplete, match=rf"lacks {name} (at a content of working ions )?\(stage '\w+'"):
        particle_stress(candidate_with(graphite(), without=name))


def test_parameters_are_checked_before_anything_runs() -> None:
    stage = get_stage("particle_stress")
    assert stage.check({"radius": "500 nm"})["radius"] == pytest.approx(0.5)
    for wrong in (
        {"c_rate": 0.0},
        {"radius": -1.0},
        {"end": 1.5},
        {"coupling": "weak"},
        {"samples": -1},
        {"base": "A"},
    ):
        with pytest.raises(UsageError, match=f"'{next(iter(wrong))}' of stage 'particle_stress'"):
            stage.check(wrong)
