"""Chemical diffusivity: isotherms in closed form, a simulated lattice gas, plateaus, units, and what is never done."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import get_stage
from atomscreen.core.vocabulary import Role
from atomscreen.properties.intercalation.intercalation_hull import IntercalationHull
from atomscreen.properties.intercalation.open_circuit_potential import open_circuit_potential
from atomscreen.properties.transport.chemical_diffusivity import chemical_diffusivity
from atomscreen.properties.transport.lattice_gas_diffusivity import (
    ATTEMPT_FREQUENCY_FACTOR,
    Barrier,
    Carrier,
    LogNormal,
    activation_energy,
    carrier_diffusivity,
    jump_diffusivity,
)
from atomscreen.properties.transport.thermodynamic_factor import PotentialSlope

BOLTZMANN = 8.617333262e-5  # eV/K
T = 298.15
THERMAL = BOLTZMANN * T
MIDDLES = (np.arange(100) + 0.5) / 100
CONTENTS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def isotherm(repulsion=0.0, charge=1, temperature=T):
    """Return mean potentials of U = 3 V − (k T/z e) {ln[x/(1 − x)] + repulsion (x − 1/2)}: Langmuir, Frumkin."""
    nodes = np.arange(101) / 100
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = np.nan_to_num(nodes * np.log(nodes)) + np.nan_to_num((1 - nodes) * np.log(1 - nodes))
    integral = entropy + repulsion * (nodes**2 - nodes) / 2
    return 3.0 - BOLTZMANN * temperature / charge * np.diff(integral) * 100


def factors(voltages, charge=1, temperature=T, contents=CONTENTS):
    slope = PotentialSlope(MIDDLES, voltages, charge, temperature)
    return {content: slope.at(content) for content in contents}


# thermodynamic factor


@pytest.mark.parametrize("charge", [1, 2, 3])
@pytest.mark.parametrize("temperature", [200.0, T, 1000.0])
def test_ideal_lattice_gas_has_the_factor_of_langmuir(charge, temperature):
    found = factors(isotherm(0.0, charge, temperature), charge, temperature)
    for content, factor in found.items():
        assert factor.value == pytest.approx(1 / (1 - content), rel=1e-9)
        assert factor.resolution == pytest.approx(0, abs=1e-9)


@given(st.floats(-3.9, 40.0), st.floats(0.03, 0.97))
@settings(max_examples=50, deadline=None)
def test_frumkin_and_regular_solutions_have_theirs(repulsion, content):
    factor = factors(isotherm(repulsion), contents=(content,))[content]
    expected = 1 / (1 - content) + repulsion * content
    # Between nodes 0.01 apart x (1 − x) is off by h²/4 at most, and near 0.03 by a thousandth of itself.
    assert factor.value == pytest.approx(expected, rel=5e-3 + 3 * factor.resolution / expected)


def test_slope_of_the_whole_potential_counts_whatever_its_height():
    low, high = factors(isotherm(5.0)), factors(isotherm(5.0) + 1.5)
    assert [one.value for one in low.values()] == pytest.approx([one.value for one in high.values()])


def test_regular_solution_of_the_voltage_profile_comes_back():
    interaction = -0.05  # eV per site, mixes
    grid = tuple(n / 8 for n in range(9))
    hull = IntercalationHull(grid, tuple(interaction * x * (1 - x) for x in grid), 3.0, 1)
    curve = open_circuit_potential(hull, T)
    slope = PotentialSlope(curve.contents, curve.voltages, 1, T)
    for content in (0.3, 0.45, 0.55, 0.7):
        expected = 1 / (1 - content) - 2 * interaction / THERMAL * content
        # The profile's ideal entropy is whole only where the crystal does not order; it says what it takes as ordered.
        assert slope.at(content).value == pytest.approx(expected, rel=0.03)


def test_two_phases_have_no_factor():
    hull = IntercalationHull((0.0, 0.5, 1.0), (0.0, 0.2, 0.0), 3.4, 1)
    curve = open_circuit_potential(hull, T)
    slope = PotentialSlope(curve.contents, curve.voltages, 1, T)
    for content in CONTENTS:
        found = slope.at(content)
        assert found.value is None
        assert "two phases coexist" in found.reason


def test_regular_solution_below_its_critical_temperature_has_one_outside_of_the_gap_only():
    interaction = 3.0 * THERMAL
    grid = tuple(n / 32 for n in range(33))
    hull = IntercalationHull(grid, tuple(interaction * x * (1 - x) for x in grid), 3.0, 1)
    curve = open_circuit_potential(hull, T)
    slope = PotentialSlope(curve.contents, curve.voltages, 1, T)
    # Both ends of the gap of Ω = 3 k T: ln[x/(1 − x)] = 3 (2x − 1), 0.0707 and 0.9293.
    assert all(slope.at(content).value is None for content in (0.1, 0.3, 0.5, 0.7, 0.9))


def test_ordered_content_is_not_resolved():
    hull = IntercalationHull((0.0, 0.25, 0.5, 0.75, 1.0), (0.0, 0.05, -0.1, 0.05, 0.0), 3.4, 1)
    curve = open_circuit_potential(hull, T)
    slope = PotentialSlope(curve.contents, curve.voltages, 1, T)
    for content in (0.49, 0.5, 0.51):
        assert slope.at(content).value is None
        assert "ordered content" in slope.at(content).reason
    assert "two phases" in slope.at(0.4).reason


@pytest.mark.parametrize(
    "contents",
    [MIDDLES[:50], MIDDLES[::-1], np.linspace(0, 1, 100), np.array([0.5])],
    ids=["half", "reversed", "points", "one"],
)
def test_curve_that_is_no_set_of_intervals_is_refused(contents):
    with pytest.raises(StageFailure, match="intervals"):
        PotentialSlope(contents, np.zeros(len(contents)), 1, T)


def test_contents_at_the_ends_have_no_slope():
    slope = PotentialSlope(MIDDLES, isotherm(), 1, T)
    assert slope.at(0.001).value is None
    assert slope.at(0.999).value is None


# jump diffusivity


def test_carrier_of_a_cubic_lattice():
    barriers = [Barrier(0.3, 0.05, 3.0)] * 3
    found = carrier_diffusivity(barriers, 5.0, 500.0).diffusivity
    # (1/6) z a² ν exp(−E/kT), z = 6, in SI.
    expected = (3.0e-10) ** 2 * 5e12 * math.exp(-0.3 / (BOLTZMANN * 500)) * 1e4
    assert found.value == pytest.approx(expected, rel=1e-9)
    assert found.log_uncertainty == pytest.approx(0.05 / (BOLTZMANN * 500), rel=1e-9)


def test_carrier_of_a_channel_has_a_third_of_its_diffusivity():
    three = carrier_diffusivity([Barrier(0.3, None, 3.0)] * 3, 5.0, 500.0).diffusivity
    one = carrier_diffusivity([Barrier(0.3, None, 3.0), Barrier(3.0, None, 3.0)], 5.0, 500.0).diffusivity
    assert one.value == pytest.approx(three.value / 3)
    assert one.log_uncertainty is None


def lone(value, spread, energy=0.3):
    return Carrier(LogNormal(value, spread), energy, 0.1)


def test_activation_energy_is_the_slope_of_the_carriers_diffusivity():
    barriers = [Barrier(0.25, 0.1, 2.0), Barrier(0.3, 0.2, 3.0), Barrier(0.5, 0.1, 4.0)]
    found = carrier_diffusivity(barriers, 5.0, 500.0)
    hot, cold = (carrier_diffusivity(barriers, 5.0, 500.0 + shift).diffusivity.value for shift in (0.5, -0.5))
    inverse = 1 / BOLTZMANN / 500.5 - 1 / BOLTZMANN / 499.5
    assert found.activation_energy == pytest.approx(-math.log(hot / cold) / inverse, rel=1e-5)
    assert found.activation_energy_uncertainty == pytest.approx(found.diffusivity.log_uncertainty * BOLTZMANN * 500.0)
    both = {0.0: lone(1e-8, 1.0, 0.2), 1.0: lone(1e-10, 2.0, 0.6)}
    assert activation_energy(both, 0.25) == pytest.approx((0.3, 0.1))
    assert activation_energy({1.0: both[1.0]}, 0.25) == pytest.approx((0.6, 0.1))


def simulated_jump_diffusivity(filled, seed=0):
    """Return D_J/(a² Γ) of a lattice gas on 6 × 6 × 6 sites: Σ displacements squared, over 6 N t."""
    generator = np.random.default_rng(seed)
    edge, blocks, attempts = 6, 3000, 60
    sites = generator.permutation(edge**3)[:filled]
    places = [tuple(int(index) for index in np.unravel_index(site, (edge,) * 3)) for site in sites]
    occupied = set(places)
    steps = [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)]
    squares = 0.0
    chosen = generator.integers(0, filled, (blocks, attempts)).tolist()
    directions = generator.integers(0, 6, (blocks, attempts)).tolist()
    for ions, ways in zip(chosen, directions, strict=True):
        total = [0, 0, 0]
        for ion, way in zip(ions, ways, strict=True):
            step, place = steps[way], places[ion]
            there = tuple((a + b) % edge for a, b in zip(place, step, strict=True))
            if there not in occupied:
                occupied.remove(place)
                occupied.add(there)
                places[ion] = there
                total = [a + b for a, b in zip(total, step, strict=True)]
        squares += sum(component**2 for component in total)
    time = attempts / (filled * 6)  # in 1/Γ: every ion tries each of six ways at Γ
    return squares / blocks / (6 * filled * time)


@pytest.mark.parametrize("filled", [22, 108, 194])
def test_blocking_agrees_with_a_simulated_lattice_gas(filled):
    content = filled / 216
    # D_0 = a² Γ = 1. In a closed box 215 sites are there for the others; 3000 squares of three components: 1.5 %.
    found = jump_diffusivity({0.0: lone(1.0, 0.0), 1.0: lone(1.0, 0.0)}, content)
    assert simulated_jump_diffusivity(filled) == pytest.approx(found.value * 216 / 215, rel=0.06)


def test_independent_ions_have_a_constant_chemical_diffusivity():
    carrier = {1.0: lone(2e-9, 0.1)}
    for content, factor in factors(isotherm()).items():
        assert factor.value * jump_diffusivity(carrier, content).value == pytest.approx(2e-9, rel=1e-9)


def test_carriers_of_both_limits_are_joined():
    carriers = {0.0: lone(1e-8, 1.0), 1.0: lone(1e-10, 2.0)}
    assert jump_diffusivity(carriers, 1e-9).value == pytest.approx(1e-8, rel=1e-6)
    assert jump_diffusivity(carriers, 1 - 1e-9).value == pytest.approx(1e-10 * 1e-9, rel=1e-6)
    half = jump_diffusivity(carriers, 0.5)
    assert half.value == pytest.approx(1e-9 / 2)
    spread = math.hypot(1.5, math.log(100) / 2, math.log(ATTEMPT_FREQUENCY_FACTOR))
    assert half.log_uncertainty == pytest.approx(spread)
    assert half.uncertainty == pytest.approx(spread * half.value)


# the stage


def barrier(name, value, content=1.0, uncertainty=0.1, hop="a", bound=None, carrier="vacancy"):
    return Quantity(
        name,
        value,
        uncertainty,
        conditions={"ion_content": content},
        method=f"model NEB, single-ion {carrier} hop",
        provenance={"deciding_hop": hop},
        bound=bound,
    )


def hop_barrier(vector, content=1.0, hop="a"):
    return Quantity(
        "hop_barrier", 0.3, conditions={"ion_content": content, "direction": hop}, provenance={"vector": vector}
    )


def electrode(*quantities, voltages=None, ion="Li", temperature=T):
    voltages = isotherm() if voltages is None else voltages
    curve = [
        Quantity("open_circuit_contents", MIDDLES),
        Quantity("open_circuit_potential", voltages, method="model", provenance={"temperature": temperature}),
    ]
    structure = Structure(Lattice.cubic(4.0), ["O", ion], [[0, 0, 0], [0.5, 0.5, 0.5]])
    return Candidate("x", {"input": structure}, role=Role.CATHODE, working_ion=ion, quantities=(*curve, *quantities))


VACANCY = (
    hop_barrier([3.0, 0.0, 0.0]),
    barrier("migration_barrier_1d", 0.3),
    barrier("migration_barrier_2d", 0.3),
    barrier("migration_barrier_3d", 0.3),
)
CONSTANT = 9.0 * 10.0 * math.exp(-0.3 / THERMAL) * 1e-4  # a² ν exp(−E/kT) in cm²/s


def by_content(results, name):
    return {q.conditions["ion_content"]: q for q in results.quantities if q.name == name}


@pytest.mark.parametrize(
    "wrong", [{"contents": ()}, {"contents": (0.0,)}, {"contents": (1.2,)}, {"attempt_frequency": 0}]
)
def test_impossible_parameters_are_refused(wrong):
    with pytest.raises(UsageError):
        get_stage("chemical_diffusivity").check(wrong)


def test_ideal_lattice_gas_of_one_barrier():
    results = chemical_diffusivity(electrode(*VACANCY))
    chemical, jump = by_content(results, "chemical_diffusivity"), by_content(results, "jump_diffusivity")
    factor = by_content(results, "thermodynamic_factor")
    assert set(jump) == set(factor) == set(CONTENTS)
    # The vacancy is the lone carrier of the full crystal: there Γ (1 − x) is 1 and its diffusivity the chemical one.
    assert set(chemical) == {*CONTENTS, 1.0}
    assert chemical[1.0].number == pytest.approx(CONSTANT)
    energies = by_content(results, "chemical_diffusivity_activation_energy")
    assert [one.number for one in energies.values()] == pytest.approx([0.3] * 10)
    assert energies[0.5].uncertainty == pytest.approx(0.1)
    for content in CONTENTS:
        assert chemical[content].number == pytest.approx(CONSTANT, rel=1e-6)
        assert jump[content].number == pytest.approx(CONSTANT * (1 - content), rel=1e-6)
        assert factor[content].number == pytest.approx(1 / (1 - content))
        spread = math.hypot(0.1 / THERMAL, math.log(ATTEMPT_FREQUENCY_FACTOR))
        assert chemical[content].uncertainty == pytest.approx(spread * CONSTANT, rel=1e-3)
        assert jump[content].conditions["temperature"] == T
    assert results.notes == ()


def test_results_are_found_by_their_content():
    candidate = electrode(*VACANCY)
    found = candidate.with_results(chemical_diffusivity(candidate))
    assert found.quantity("chemical_diffusivity", ion_content=0.5).provenance["temperature"] == T
    assert found.quantity("jump_diffusivity", ion_content=0.5, temperature=T).number > 0


def test_both_limits_and_the_phonons_frequency():
    dilute = (
        hop_barrier([2.0, 2.0, 0.0], 0.0),
        barrier("migration_barrier_1d", 0.2, 0.0),
    )
    phonons = Quantity("phonon_band_center", 7.0)
    results = chemical_diffusivity(electrode(*VACANCY, *dilute, phonons), contents=(0.5,))
    full = CONSTANT * 0.7
    empty = 8.0 / 3 * 7.0 * math.exp(-0.2 / THERMAL) * 1e-4
    jump = by_content(results, "jump_diffusivity")[0.5]
    assert jump.number == pytest.approx(math.sqrt(full * empty) / 2, rel=1e-6)
    assert "band centre" in jump.method
    assert jump.provenance["attempt_frequency_THz"] == 7.0


def test_simulation_at_the_content_and_temperature_comes_first():
    md = [
        Quantity("collective_diffusivity", 4e-8, 1e-8, conditions={"ion_content": 0.5, "temperature": T}, method="MD"),
        Quantity("collective_diffusivity", 9e-8, 1e-8, conditions={"ion_content": 0.3, "temperature": 700.0}),
        Quantity("collective_diffusivity", 8e-8, 1e-8, conditions={"temperature": T}),
        Quantity(
            "collective_diffusivity",
            5e-9,
            conditions={"ion_content": 0.65, "temperature": T},
            method="MD",
            bound="upper",
        ),
    ]
    chemical = by_content(chemical_diffusivity(electrode(*VACANCY, *md)), "chemical_diffusivity")
    assert chemical[0.5].number == pytest.approx(8e-8)
    assert chemical[0.5].uncertainty == pytest.approx(2e-8, rel=1e-3)
    assert "centre-of-mass" in chemical[0.5].method
    assert chemical[0.3].number == pytest.approx(CONSTANT)
    assert chemical[0.65].bound == "upper"
    assert chemical[0.65].uncertainty is None


def runs_at(temperatures, energies, content=0.5):
    return [
        Quantity(
            "collective_diffusivity",
            1e-3 * math.exp(-energy / (BOLTZMANN * at)),
            1e-4 * math.exp(-energy / (BOLTZMANN * at)),
            conditions={"ion_content": content, "temperature": at},
            method="MD",
        )
        for at, energy in zip(temperatures, energies, strict=True)
    ]


def test_hot_simulations_are_extrapolated_on_one_line_only():
    hot = (700.0, 850.0, 1000.0)
    chemical = by_content(
        chemical_diffusivity(electrode(*runs_at(hot, [0.3] * 3)), contents=(0.4, 0.5)), "chemical_diffusivity"
    )
    assert set(chemical) == {0.5}
    assert chemical[0.5].number == pytest.approx(2 * 1e-3 * math.exp(-0.3 / THERMAL), rel=1e-6)
    assert "Arrhenius extrapolation from 700–1000 K" in chemical[0.5].method
    energies = by_content(
        chemical_diffusivity(electrode(*runs_at(hot, [0.3] * 3))), "chemical_diffusivity_activation_energy"
    )
    assert energies[0.5].number == pytest.approx(0.3)
    for no_line in (runs_at(hot, [0.3, 0.4, 0.3]), runs_at(hot[:2], [0.3] * 2), runs_at(hot, [-0.1] * 3)):
        results = chemical_diffusivity(electrode(*no_line))
        assert not by_content(results, "chemical_diffusivity")


def test_tracer_diffusivity_is_never_used():
    assert "tracer_diffusivity" not in get_stage("chemical_diffusivity").uses
    tracer = Quantity("tracer_diffusivity", 1e-8, 1e-9, conditions={"ion_content": 0.5, "temperature": T})
    results = chemical_diffusivity(electrode(tracer))
    assert {quantity.name for quantity in results.quantities} == {"thermodynamic_factor"}
    assert "no migration barriers" in " ".join(results.notes)


def test_two_phase_contents_have_a_note_and_no_number():
    results = chemical_diffusivity(electrode(*VACANCY, voltages=np.full(100, 3.4)))
    assert set(by_content(results, "jump_diffusivity")) == set(CONTENTS)
    (full,) = by_content(results, "chemical_diffusivity").items()
    assert full[0] == 1.0  # of the full phase, not of the mixture
    assert len(results.notes) == 1
    assert "two phases coexist" in results.notes[0]
    assert "0.1, 0.2" in results.notes[0]


def test_nothing_at_all_is_a_failure():
    with pytest.raises(StageFailure, match="two phases coexist"):
        chemical_diffusivity(electrode(voltages=np.full(100, 3.4)))


def test_barrier_that_is_a_bound_makes_a_bound():
    bounded = [dataclasses.replace(one, bound="upper") for one in VACANCY[1:]]
    results = chemical_diffusivity(electrode(VACANCY[0], *bounded))
    for quantity in results.quantities:
        bounds = {"thermodynamic_factor": None, "chemical_diffusivity_activation_energy": "upper"}
        assert quantity.bound == bounds.get(quantity.name, "lower")


def test_interstitials_of_the_full_crystal_are_no_carriers():
    one = barrier("migration_barrier_1d", 0.1, carrier="interstitial")
    results = chemical_diffusivity(electrode(hop_barrier([3.0, 0, 0]), one))
    assert {quantity.name for quantity in results.quantities} == {"thermodynamic_factor"}


@pytest.mark.parametrize("hop", [(), (Quantity("hop_barrier", 0.3, conditions={"ion_content": 1, "direction": "a"}),)])
def test_barrier_of_a_hop_of_unknown_length_is_refused(hop):
    with pytest.raises(StageFailure, match="length"):
        chemical_diffusivity(electrode(*hop, *VACANCY[1:]))


def test_unknown_uncertainty_stays_unknown():
    unsure = [dataclasses.replace(one, uncertainty=None) for one in VACANCY[1:]]
    results = chemical_diffusivity(electrode(VACANCY[0], *unsure))
    assert all(q.uncertainty is None for q in results.quantities if q.name == "chemical_diffusivity")


def test_divalent_ion_has_half_the_voltage_slope():
    voltages = isotherm(4.0, charge=2)
    results = chemical_diffusivity(electrode(*VACANCY, voltages=voltages, ion="Mg"))
    factor = by_content(results, "thermodynamic_factor")[0.5]
    assert factor.number == pytest.approx(2 + 4.0 * 0.5, rel=1e-3)


def test_potential_without_temperature_is_refused():
    candidate = electrode(*VACANCY)
    nameless = dataclasses.replace(candidate.quantities[1], provenance={})
    with pytest.raises(StageFailure, match="temperature"):
        chemical_diffusivity(
            dataclasses.replace(candidate, quantities=(candidate.quantities[0], nameless, *candidate.quantities[2:]))
        )
