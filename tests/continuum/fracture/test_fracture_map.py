"""Maps of size against rate: their slow limit in closed form, their border against a sphere that is solved on it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomscreen.continuum.electrode import Curve
from atomscreen.continuum.fracture.fracture_map import (
    FASTEST_RATE,
    LARGEST_RADIUS,
    FractureMap,
    fracture_map,
    solved_cycles,
)
from atomscreen.continuum.fracture.griffith import StressedSphere, worst_flaw
from atomscreen.continuum.particle.sphere import Sphere, charge_at_constant_rate
from atomscreen.core.errors import StageFailure, UsageError
from tests.continuum.examples import lithium_iron_phosphate
from tests.continuum.fracture.conftest import (
    CONCENTRATION,
    CUTOFFS,
    DIFFUSIVITY,
    FRACTURE_ENERGY,
    MODULUS,
    PARTIAL_MOLAR_VOLUME,
    POISSON,
    even_electrode,
    flat,
)

END = CUTOFFS[-1]


def closed_form(c_rate: float) -> float:
    """Return the critical radius of a steady flux out of a sphere that swells with its ions: its surface opens.

    Its tangential stress is S(2x² − 1) with S = EΩJR/(15(1 − ν)D) and J = c R rate/3 (Cheng and Verbrugge 2009). The
    worst edge crack in it has K = κ S √R, with κ from Hartranft and Sih's weight function by another quadrature.
    """
    return steady_radius(c_rate, edge_factor())


def steady_radius(c_rate: float, factor: float) -> float:
    """Return the radius at which K = factor S √R of a steady flux reaches the fracture energy."""
    per_square = MODULUS * PARTIAL_MOLAR_VOLUME * CONCENTRATION * c_rate / 3600 / 3 / (15 * (1 - POISSON) * DIFFUSIVITY)
    # G = (factor per_square R^2.5)² (1 − ν²)/E
    return (FRACTURE_ENERGY * MODULUS / (1 - POISSON**2) / (factor * per_square) ** 2) ** 0.2


def edge_factor() -> float:
    """Return κ of the worst edge crack."""
    from scipy.integrate import quad

    def f(x):
        return (1 - x**2) * (0.2945 - 0.3912 * x**2 + 0.7685 * x**4 - 0.9942 * x**6 + 0.5094 * x**8)

    def kappa(a):
        stress = lambda x: 2 * (1 - a * x) ** 2 - 1  # noqa: E731
        return (
            2 * math.sqrt(a / math.pi) * quad(lambda p: (1 + f(math.sin(p))) * stress(math.sin(p)), 0, math.pi / 2)[0]
        )

    return max(kappa(a) for a in np.linspace(0.05, 0.5, 451))


def test_slow_cycles_have_the_closed_forms_border(even_map):
    # A discharge opens the centre, by S(1 − 2x²): the worst penny has a = √0.15 R and K = 1.6 S √(a/π), more than κ.
    centre = 1.6 * math.sqrt(math.sqrt(0.15) / math.pi)
    assert steady_radius(0.01, centre) / closed_form(0.01) == pytest.approx(0.96, abs=0.005)
    # Finite strain of the example, (1 + ΔV/V)^(1/3) − 1 in place of its first order, is 3 to 6 % at the ends: 0.4 of it.
    assert even_map.critical_radius(0.01, END) == pytest.approx(steady_radius(0.01, centre), rel=0.04)


def test_the_border_of_slow_cycles_falls_with_the_rate_to_the_power_of_minus_two_fifths(even_map):
    radii = [even_map.critical_radius(rate, END) for rate in (0.01, 0.1)]
    assert math.log10(radii[0] / radii[1]) == pytest.approx(0.4, abs=0.005)  # transients at the slowest runs


def worst_ratios(electrode, radius: float, c_rate: float, cutoff: float) -> list[float]:
    """Return the largest G/G_c of a charge to a cut-off, and of a discharge back."""
    sphere = Sphere(electrode, radius, 298.15)
    runs = [charge_at_constant_rate(sphere, c_rate, *ends) for ends in ((1.0, cutoff), (cutoff, 1.0))]
    return [
        worst_flaw(StressedSphere.of_history(electrode, run), electrode, flat(FRACTURE_ENERGY)).ratio for run in runs
    ]


def test_the_border_is_where_a_sphere_that_is_solved_just_cracks(even_map):
    ratios = worst_ratios(even_electrode(), even_map.critical_radius(3.0, END), 3.0, END)
    # Between two runs of the map, 1.5 apart in rate·R², its drive is interpolated.
    assert max(ratios) == pytest.approx(1.0, rel=0.02)


@pytest.mark.parametrize(("diffusivities", "worse"), [((0.01, 1.0), 1), ((1.0, 0.01), 0)])
def test_the_worse_of_charge_and_discharge_is_taken(diffusivities, worse):
    # By content, empty first: ions that are slow where a run starts make more stress than where it ends.
    values = tuple(share * DIFFUSIVITY for share in diffusivities)
    electrode = even_electrode(diffusivity=Curve((0.0, 1.0), values, logarithmic=True))
    border = fracture_map(electrode, flat(FRACTURE_ENERGY), solved_cycles(electrode, (0.0,)))
    ratios = worst_ratios(electrode, border.critical_radius(1.0, 0.0), 1.0, 0.0)
    assert ratios[worse] == pytest.approx(1.0, rel=0.03)  # interpolated between runs
    assert ratios[1 - worse] < 0.8


@given(rate=st.floats(1e-3, 1e3), faster=st.floats(1.0, 100.0), cutoff=st.sampled_from(CUTOFFS))
def test_the_border_never_rises_with_the_rate(even_map, rate, faster, cutoff):
    assert even_map.critical_radius(rate * faster, cutoff) <= even_map.critical_radius(rate, cutoff) * (1 + 1e-12)


@given(rate=st.floats(1e-3, 1e3))
def test_an_earlier_end_never_breaks_smaller_particles(even_map, rate):
    radii = [even_map.critical_radius(rate, cutoff) for cutoff in CUTOFFS]
    assert radii == sorted(radii, reverse=True)


def test_the_safe_rate_is_the_maps_border_read_the_other_way(even_map):
    for rate in (0.02, 0.5, 3.0):
        radius = even_map.critical_radius(rate, END)
        assert even_map.safe_rate(radius, END) == pytest.approx(rate, rel=1e-9)


def test_beyond_its_ends_the_map_gives_no_number(even_map):
    # R ~ rate^(−2/5) and rate ~ R^(−5/2): the ends of the map from a number within.
    slowest = 0.01 * (even_map.critical_radius(0.01, END) / LARGEST_RADIUS) ** 2.5
    assert even_map.critical_radius(1.01 * slowest, END) == pytest.approx(LARGEST_RADIUS, rel=0.02)
    assert even_map.critical_radius(0.99 * slowest, END) == math.inf
    assert even_map.safe_rate(1e-9, END) == math.inf
    assert even_map.safe_rate(even_map.critical_radius(3.0, END), END) < FASTEST_RATE


def test_a_material_that_does_not_swell_never_breaks(solved):
    border = fracture_map(even_electrode(volume_change=flat(1e-30)), flat(FRACTURE_ENERGY), solved)
    assert border.critical_radius(100.0, END) == math.inf


def test_the_border_of_slow_cycles_goes_with_the_fifth_root_of_the_fracture_energy(solved, even_map):
    # G = (κ per_square R^2.5)² (1 − ν²)/E ~ R⁵, but for the transient, which falls with rate·R²: a slow rate is taken.
    tougher = fracture_map(even_electrode(), flat(4 * FRACTURE_ENERGY), solved)
    ratio = tougher.critical_radius(1e-4, END) / even_map.critical_radius(1e-4, END)
    assert ratio == pytest.approx(4**0.2, rel=2e-3)


def test_cycles_of_one_diffusivity_serve_every_other(solved, even_map):
    faster = even_electrode(diffusivity=flat(10 * DIFFUSIVITY))
    itself = fracture_map(faster, flat(FRACTURE_ENERGY), solved_cycles(faster, (END,)))
    scaled = fracture_map(faster, flat(FRACTURE_ENERGY), solved.with_diffusivity(10.0))
    for rate in (0.05, 2.0):
        radius = even_map.critical_radius(rate, END)
        assert itself.critical_radius(10 * rate, END) == pytest.approx(radius, rel=1e-3)  # the solver's tolerance
        assert scaled.critical_radius(10 * rate, END) == pytest.approx(radius, rel=1e-9)


def test_two_phases_have_no_map():
    with pytest.raises(StageFailure, match="two phases coexist in LiFePO4"):
        solved_cycles(lithium_iron_phosphate(), (0.0,))


@pytest.mark.parametrize("cutoffs", [(), (1.0,), (-0.1,), (0.5, 1.2)])
def test_a_charge_that_ends_nowhere_is_refused(cutoffs):
    with pytest.raises(UsageError, match="ends at another one between 0 and 1"):
        solved_cycles(even_electrode(), cutoffs)


def test_what_the_map_is_not_of_is_refused(even_map: FractureMap):
    with pytest.raises(UsageError, match="no cut-off"):
        even_map.critical_radius(1.0, 0.3)
    with pytest.raises(UsageError, match="positive rate"):
        even_map.critical_radius(0.0, END)
    with pytest.raises(UsageError, match="positive radius"):
        even_map.safe_rate(-1e-6, END)
