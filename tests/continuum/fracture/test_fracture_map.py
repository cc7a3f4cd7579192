"""Maps of size against rate: their slow limit in closed form, their border against a sphere that is solved on it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomscreen.continuum.fracture.fracture_map import (
    FASTEST_RATE,
    LARGEST_RADIUS,
    FractureMap,
    charges,
    fracture_map,
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
    from scipy.integrate import quad

    def f(x):
        return (1 - x**2) * (0.2945 - 0.3912 * x**2 + 0.7685 * x**4 - 0.9942 * x**6 + 0.5094 * x**8)

    def kappa(a):
        stress = lambda x: 2 * (1 - a * x) ** 2 - 1  # noqa: E731
        return (
            2 * math.sqrt(a / math.pi) * quad(lambda p: (1 + f(math.sin(p))) * stress(math.sin(p)), 0, math.pi / 2)[0]
        )

    largest = max(kappa(a) for a in np.linspace(0.05, 0.5, 451))
    per_square = MODULUS * PARTIAL_MOLAR_VOLUME * CONCENTRATION * c_rate / 3600 / 3 / (15 * (1 - POISSON) * DIFFUSIVITY)
    # G = (κ per_square R^2.5)² (1 − ν²)/E
    return (FRACTURE_ENERGY * MODULUS / (1 - POISSON**2) / (largest * per_square) ** 2) ** 0.2


def test_slow_charges_have_the_closed_forms_border(even_map):
    # Finite strain of the example, (1 + ΔV/V)^(1/3) − 1 in place of its first order, is 3 to 6 % at the ends: 0.4 of it.
    assert even_map.critical_radius(0.01, END).value == pytest.approx(closed_form(0.01), rel=0.04)


def test_the_border_of_slow_charges_falls_with_the_rate_to_the_power_of_minus_two_fifths(even_map):
    radii = [even_map.critical_radius(rate, END).value for rate in (0.01, 0.1)]
    assert math.log10(radii[0] / radii[1]) == pytest.approx(0.4, abs=0.005)  # transients at the slowest charges


def test_the_border_is_where_a_sphere_that_is_solved_just_cracks(even_map):
    radius = even_map.critical_radius(3.0, END).value
    history = charge_at_constant_rate(Sphere(even_electrode(), radius, 298.15), 3.0, 1.0, END)
    sphere = StressedSphere.of_history(even_electrode(), history)
    # Between two charges of the map, 1.5 apart in rate·R², its drive is interpolated.
    assert worst_flaw(sphere, even_electrode(), flat(FRACTURE_ENERGY)).ratio == pytest.approx(1.0, rel=0.02)


@given(rate=st.floats(1e-3, 1e3), faster=st.floats(1.0, 100.0), cutoff=st.sampled_from(CUTOFFS))
def test_the_border_never_rises_with_the_rate(even_map, rate, faster, cutoff):
    assert even_map.critical_radius(rate * faster, cutoff).value <= even_map.critical_radius(rate, cutoff).value * (
        1 + 1e-12
    )


@given(rate=st.floats(1e-3, 1e3))
def test_an_earlier_end_never_breaks_smaller_particles(even_map, rate):
    radii = [even_map.critical_radius(rate, cutoff).value for cutoff in CUTOFFS]
    assert radii == sorted(radii, reverse=True)


def test_the_safe_rate_is_the_maps_border_read_the_other_way(even_map):
    for rate in (0.02, 0.5, 3.0):
        radius = even_map.critical_radius(rate, END).value
        assert even_map.safe_rate(radius, END).value == pytest.approx(rate, rel=1e-9)


def test_beyond_its_ends_the_map_gives_bounds(even_map):
    slow = even_map.critical_radius(1e-7, END)
    assert (slow.value, slow.bound) == (LARGEST_RADIUS, "lower")
    fast = even_map.safe_rate(1e-9, END)
    assert (fast.value, fast.bound) == (FASTEST_RATE, "lower")


def test_a_material_that_does_not_swell_never_breaks(solved):
    still = even_electrode(volume_change=flat(1e-30))
    border = fracture_map(still, flat(FRACTURE_ENERGY), (END,), 298.15, solved)
    assert border.critical_radius(100.0, END).bound == "lower"


def test_the_border_of_slow_charges_goes_with_the_fifth_root_of_the_fracture_energy(solved, even_map):
    # G = (κ per_square R^2.5)² (1 − ν²)/E ~ R⁵, but for the transient of the slowest charges.
    tougher = fracture_map(even_electrode(), flat(4 * FRACTURE_ENERGY), CUTOFFS, 298.15, solved)
    ratio = tougher.critical_radius(0.01, END).value / even_map.critical_radius(0.01, END).value
    assert ratio == pytest.approx(4**0.2, rel=2e-3)


def test_one_map_serves_every_diffusivity(even_map):
    faster = even_electrode(diffusivity=flat(10 * DIFFUSIVITY))
    border = fracture_map(faster, flat(FRACTURE_ENERGY), (END,))
    for rate in (0.05, 2.0):
        assert border.critical_radius(10 * rate, END).value == pytest.approx(
            even_map.critical_radius(rate, END).value, rel=1e-3
        )  # the solver's tolerance


def test_two_phases_have_no_map():
    with pytest.raises(StageFailure, match="two phases coexist in LiFePO4"):
        charges(lithium_iron_phosphate(), 0.0, 298.15)


@pytest.mark.parametrize("cutoffs", [(), (1.0,), (-0.1,), (0.5, 1.2)])
def test_a_charge_that_ends_nowhere_is_refused(solved, cutoffs):
    with pytest.raises(UsageError, match="ends at another one between 0 and 1"):
        fracture_map(even_electrode(), flat(FRACTURE_ENERGY), cutoffs, 298.15, solved)


def test_what_the_map_is_not_of_is_refused(even_map: FractureMap):
    with pytest.raises(UsageError, match="no cut-off"):
        even_map.critical_radius(1.0, 0.3)
    with pytest.raises(UsageError, match="positive rate"):
        even_map.critical_radius(0.0, END)
    with pytest.raises(UsageError, match="positive radius"):
        even_map.safe_rate(-1e-6, END)
