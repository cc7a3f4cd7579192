"""Our sphere beside PyBaMM's particle with mechanics, in a discharge of the same cell."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from atomscreen.continuum.cell.base_sets import pybamm_library
from atomscreen.continuum.cell.discharge import model_options
from atomscreen.continuum.cell.pybamm_parameters import pybamm_parameters
from atomscreen.continuum.electrode import Electrode
from atomscreen.continuum.particle.sphere import HOUR, Sphere, charge_at_constant_rate
from tests.continuum.examples import curve, lithium_cobalt_oxide
from tests.continuum.particle.constant import constant_electrode

SHELLS = 150
"""Of PyBaMM's particle: even ones, whose first order at the surface is then below a tenth of a percent of the stress."""


def with_constant_mechanics(electrode: Electrode) -> Electrode:
    """PyBaMM means moduli over a particle; where they are constant there is one theory."""
    same = constant_electrode()
    names = ("youngs_modulus", "poisson_ratio", "volume_change", "partial_molar_volume")
    return dataclasses.replace(electrode, **{name: getattr(same, name) for name in names})


def discharged(electrode: Electrode, coupled: bool) -> tuple[Any, float]:
    pybamm = pybamm_library()
    cell = pybamm_parameters(electrode)
    options = model_options(cell) | {"stress-induced diffusion": "true" if coupled else "false"}
    model = pybamm.lithium_ion.SPM(options)
    simulation = pybamm.Simulation(
        model,
        parameter_values=cell.values,
        C_rate=1.0,
        solver=pybamm.IDAKLUSolver(rtol=1e-9, atol=1e-9),
        var_pts={**model.default_var_pts, "r_p": SHELLS},
    )
    return simulation.solve([0.0, 5400.0]), float(cell.values["Positive particle radius [m]"])


@pytest.mark.parametrize("coupled", [False, True])
@pytest.mark.parametrize(
    "electrode",
    [
        dataclasses.replace(
            with_constant_mechanics(lithium_cobalt_oxide()),
            diffusivity=curve({0.0: 3e-15}, logarithmic=True),
            activation_energy=curve({0.0: 0.0}),
        ),
        with_constant_mechanics(lithium_cobalt_oxide()),
    ],
    ids=["constant diffusivity", "diffusivity by content"],
)
def test_stress_in_a_discharge_is_that_of_pybamm(electrode: Electrode, coupled: bool) -> None:
    solution, radius = discharged(electrode, coupled)
    times = np.asarray(solution.t)
    contents = solution["X-averaged positive particle concentration"].entries
    places = np.linspace(0.0, 1.0, SHELLS + 1) ** 3
    means = np.diff(places) @ contents
    rate = (means[-1] - means[0]) / times[-1]
    ours = charge_at_constant_rate(
        Sphere(electrode, radius, 298.15, "dilute" if coupled else "none"), rate * HOUR, float(means[0]), 1.0
    )
    assert ours.times[-1] >= times[-1]

    tangential = solution["X-averaged positive particle surface tangential stress [Pa]"].entries
    concentration = electrode.assembled_concentration * electrode.partial_molar_volume.values[0]
    # PyBaMM gives no stress at the centre; this is the same theory's, with its concentrations.
    centre = 2 * 1e11 / (9 * 0.7) * concentration * (means - contents[0])
    for theirs, found in ((tangential, ours.surface_tangential_stress), (centre, ours.centre_stress)):
        size = np.abs(theirs).max()
        assert size > 1e4
        assert np.interp(times, ours.times, found) == pytest.approx(theirs, abs=0.02 * size)
