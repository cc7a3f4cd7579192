"""A charge in steps of constant current as PyBaMM runs it, and the stress that PyBaMM computes in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.cell.base_sets import pybamm_library
from atomscreen.continuum.cell.discharge import TOLERANCES, model_options
from atomscreen.continuum.cell.pybamm_parameters import CellParameters
from atomscreen.continuum.electrode import Side
from atomscreen.continuum.fracture.griffith import StressedSphere
from atomscreen.core.errors import StageFailure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SHELLS: Final = 40
"""Shells of PyBaMM's particles."""

POINTS: Final = 60
"""Times at which the shortest step of a run is looked at."""


@dataclass(frozen=True)
class ChargingStep:
    """A part of a charge at one current.

    Attributes
    ----------
    c_rate
        Of the cell: 1 takes the capacity between its voltage limits at rest in one hour.
    duration
        In s.
    until
        Content of the electrode, at the mean of its particles, at its end.
    """

    c_rate: float
    duration: float
    until: float


def instructions(steps: Sequence[ChargingStep], parameters: CellParameters) -> tuple[str, ...]:
    """Return steps in PyBaMM's words, each of which ends at the cell's upper voltage at the latest."""
    limit = float(parameters.values["Upper voltage cut-off [V]"])
    return tuple(
        f"Charge at {step.c_rate:.8g}C for {step.duration:.8g} seconds or until {limit:.8g} V" for step in steps
    )


def charge_simulation(discharged: CellParameters, steps: Sequence[ChargingStep], tolerance: float) -> Any:
    """Return PyBaMM's simulation of a charge of a discharged cell: single particles that swell, at one temperature."""
    pybamm = pybamm_library()
    model = pybamm.lithium_ion.SPM(model_options(discharged, "swelling only"))
    shortest = min(step.duration for step in steps)
    return pybamm.Simulation(
        model,
        parameter_values=discharged.values,
        experiment=pybamm.Experiment(list(instructions(steps, discharged)), period=f"{shortest / POINTS:.8g} seconds"),
        solver=pybamm.IDAKLUSolver(rtol=tolerance, atol=tolerance),
        var_pts={**model.default_var_pts, "r_n": SHELLS, "r_p": SHELLS},
    )


def run_charge(
    discharged: CellParameters, steps: Sequence[ChargingStep], radius: float
) -> tuple[StressedSphere, float]:
    """Return what PyBaMM says of the particles in a charge, and the capacity that it charges in A·h."""
    pybamm = pybamm_library()
    words = ""
    for tolerance in TOLERANCES:
        try:
            solution = charge_simulation(discharged, steps, tolerance).solve()
        except (pybamm.SolverError, pybamm.ModelError, ValueError) as problem:
            words = words or " ".join(str(problem).split())
            continue
        assert discharged.electrode is not None
        sphere = pybamm_sphere(solution, discharged.electrode.side, radius)
        return sphere, -float(solution["Discharge capacity [A.h]"].entries[-1])
    raise StageFailure(f"PyBaMM finds no charge at {steps[0].c_rate:g} C and on: {words}")


def pybamm_sphere(solution: Any, side: Side, radius: float) -> StressedSphere:
    """Return contents and stresses of the mean particle of an electrode in a solution of PyBaMM.

    PyBaMM gives the tangential stress at the surface, σ = EΩ (c̄ − c(R))/(3(1 − ν)) with means of E and Ω over the
    particle. With its contents, the same closed form (Y.-T. Cheng and M. W. Verbrugge, Journal of Power Sources 190,
    453, 2009) gives the stress inside: σ_θ = EΩ/(3(1 − ν)) (2c̄/3 + c̄(r)/3 − c), c̄(r) the mean within r.

    Parameters
    ----------
    solution
        Of a model with single particles and "swelling only".
    side
        The electrode.
    radius
        Of its particles, in m.
    """
    name = f"X-averaged {side.lower()} particle"
    contents = np.asarray(solution[f"{name} stoichiometry"].entries).T
    surface = np.asarray(solution[f"{name} surface stoichiometry"].entries)
    surface_stress = np.asarray(solution[f"{name} surface tangential stress [Pa]"].entries)
    faces = np.linspace(0.0, 1.0, contents.shape[1] + 1)
    radii = (faces[1:] + faces[:-1]) / 2
    volumes = np.diff(faces**3)
    within = (np.cumsum(contents * volumes, axis=1) - contents * (faces[1:] ** 3 - radii**3)) / radii**3
    mean = contents @ volumes
    # Before ions move there is no stress, and no gradient to divide it by.
    gradient = np.where(surface == mean, 1.0, mean - surface)
    scale = np.where(surface == mean, 0.0, surface_stress / gradient)
    return StressedSphere(
        radius=radius,
        times=np.asarray(solution.t),
        radii=radius * radii,
        contents=contents,
        surface_contents=surface,
        tangential_stress=scale[:, None] * (2 / 3 * mean[:, None] + within / 3 - contents),
        surface_tangential_stress=surface_stress,
        centre_stress=scale * 2 / 3 * (mean - contents[:, 0]),
    )
