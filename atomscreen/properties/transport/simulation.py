"""One molecular dynamics run of a candidate, as long as its diffusivity needs, and what it says of the working ion."""

from __future__ import annotations

import contextlib
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StructureRefused
from atomscreen.core.scratch import kept_file, scratch_file
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.interatomic.crystal_symmetry import primitive_cell, standard_orientation
from atomscreen.interatomic.dynamics.cell_equilibration import equilibrate_cell
from atomscreen.interatomic.dynamics.molecular_dynamics import default_time_step, run_nvt
from atomscreen.interatomic.dynamics.thermostats import ThermostatName
from atomscreen.interatomic.potentials import PotentialName, calculator, label, provenance, refuse_unknown_elements
from atomscreen.interatomic.supercells import supercell
from atomscreen.properties.transport.arrhenius import conductivity_per_diffusivity
from atomscreen.properties.transport.simulation_results import About, simulation_results
from atomscreen.properties.transport.transport_analysis import DiffusionEstimate, diffusion
from atomscreen.properties.working_ion import ion_charge

if TYPE_CHECKING:
    from ase.calculators.calculator import Calculator
    from pymatgen.core import Structure

    from atomscreen.interatomic.dynamics.trajectory import Trajectory

SIMULATED = frozenset(
    {
        "tracer_diffusivity",
        "tracer_diffusivity_tensor",
        "collective_diffusivity",
        "haven_ratio",
        "hops_per_ion",
        "bulk_ionic_conductivity",
        "bulk_ionic_conductivity_collective",
        "thermal_potential_energy",
    }
)
"""What a run gives, at its temperature."""

_LENGTHENING = 1.5  # of a run that is not yet precise enough; its analysis costs a small part of it


@stage(needs={"relaxed", "working_ion"}, gives=SIMULATED)
def molecular_dynamics(
    candidate: Candidate,
    temperature: Annotated[float, Unit("K"), Field(gt=0)] = 900.0,
    potential: PotentialName = "chgnet",
    duration: Annotated[float, Unit("ps"), Field(ge=5)] = 20.0,
    max_duration: Annotated[Annotated[float, Field(ge=5)] | None, Unit("ps")] = None,
    relative_uncertainty: Annotated[float, Field(gt=0)] = 0.25,
    equilibration: Annotated[float, Unit("ps"), Field(ge=0)] = 2.0,
    cell: Literal["relaxed", "isotropic", "flexible"] = "relaxed",
    cell_equilibration: Annotated[float, Unit("ps"), Field(gt=0)] = 10.0,
    thermostat: ThermostatName = "velocity_rescaling",
    time_step: Annotated[Annotated[float, Field(gt=0, le=5)] | None, Unit("fs")] = None,
    min_width: Annotated[float, Unit("Å"), Field(gt=0)] = 8.0,
    seed: Annotated[int, Field(ge=0)] = 0,
) -> Results:
    """Simulate the working ion's motion at one temperature until its tracer diffusivity is precise enough.

    NVT in a supercell of the relaxed structure, or in the mean cell of an NPT run at zero pressure. The run is
    lengthened by half until the wanted relative uncertainty of the diffusivity is reached or the longest duration is.
    Where too few ions hop, or too few get far, the diffusivity is an upper bound ('too slow to measure'). The
    trajectory stays beside the result, as AMBER NetCDF.

    Parameters
    ----------
    temperature
        In K.
    potential
        The interatomic potential.
    duration
        Of the run at first, in ps, equilibration not included; at least 5.
    max_duration
        At which it is not lengthened further, in ps; by default three times the first duration.
    relative_uncertainty
        Of the tracer diffusivity, at which the run is long enough.
    equilibration
        Time before the run that is thrown away, in ps; its first part heats the crystal up.
    cell
        ``relaxed`` keeps the relaxed cell; ``isotropic`` lets its volume follow the temperature first, ``flexible`` its
        shape too.
    cell_equilibration
        Length of the NPT run that does so, in ps.
    thermostat
        ``velocity_rescaling``, ``langevin`` or ``nose_hoover_chain``.
    time_step
        In fs; by default 2 fs, shorter with hydrogen, carbon or nitrogen.
    min_width
        Least distance between opposite faces of the supercell, in Å.
    seed
        Of velocities, thermostat and barostat.

    Returns
    -------
    Results
        Diffusivities (tracer, its tensor in the standard axes, collective), Haven ratio, hops, bulk conductivities by
        the Nernst–Einstein relation with Haven ratio 1 and by the collective diffusivity, and the mean potential
        energy; all at the temperature.

    Raises
    ------
    StageFailure
        Where the run explodes or melts, the cell does not settle, or the working ion has no charge that is known.
    StructureRefused
        Where the working ion is not in the structure.
    """
    longest = 3 * duration if max_duration is None else max_duration
    structure, ion = candidate.structure("relaxed"), str(candidate.working_ion)
    refuse_unknown_elements(potential, structure)
    if ion not in structure.symbol_set:
        raise StructureRefused(
            f"{structure.composition.reduced_formula} has no {ion} whose diffusion could be measured"
        )
    charge = ion_charge(ion)
    primitive = standard_orientation(primitive_cell(structure))  # the axes of the tensors
    crystal = supercell(primitive, min_width)
    settings: dict[str, Any] = {
        "temperature": temperature,
        "time_step": default_time_step(crystal) if time_step is None else time_step,
        "seed": seed,
        "thermostat": thermostat,
        "mobile": (ion,),
    }
    force_field = calculator(potential)
    rest = _potential_energy(crystal, force_field)
    if cell != "relaxed":
        file = scratch_file("cell.npz")
        crystal = equilibrate_cell(
            crystal, force_field, duration=cell_equilibration, cell=cell, checkpoint=file, **settings
        ).structure
    with _checkpoint() as checkpoint:
        settings |= {"equilibration": equilibration, "checkpoint": checkpoint}
        trajectory, estimate = _lengthened(crystal, force_field, duration, longest, relative_uncertainty, ion, settings)
    origin = {
        **provenance(potential),
        "atoms": len(crystal),
        "duration_ps": trajectory.duration,
        "cell": cell,
        **{name: settings[name] for name in ("time_step", "seed", "thermostat", "equilibration")},
    }
    if (kept := kept_file("run.nc")) is not None:
        origin["trajectory"] = "/".join(kept.parts[-3:])  # from the campaign's folder on
    ions = sum(symbol == ion for symbol in trajectory.symbols)
    factor = conductivity_per_diffusivity(ions, charge, crystal.volume, temperature)
    about = About(f"{label(potential)} NVT", temperature, origin)
    return simulation_results(trajectory, estimate, primitive, factor, rest, about)


@contextlib.contextmanager
def _checkpoint() -> Iterator[Path]:
    """Give the run's checkpoint: a file that stays or, for a plain call, one from which at least this call goes on."""
    with tempfile.TemporaryDirectory() as folder:
        yield kept_file("run.npz") or Path(folder) / "run.npz"


def _lengthened(
    crystal: Structure,
    force_field: Calculator,
    duration: float,
    max_duration: float,
    relative_uncertainty: float,
    ion: str,
    settings: dict[str, Any],
) -> tuple[Trajectory, DiffusionEstimate]:
    """Run, and go on by half of what there is until the diffusivity is precise enough or the time is spent."""
    while True:
        trajectory = run_nvt(crystal, force_field, duration=duration, **settings)
        estimate = diffusion(trajectory, ion)
        precise = (
            estimate.uncertainty is not None and estimate.uncertainty <= relative_uncertainty * estimate.diffusivity
        )
        if precise or duration >= max_duration:
            return trajectory, estimate
        duration = min(math.ceil(_LENGTHENING * duration), max_duration)  # in whole ps, where the checkpoints are


def _potential_energy(structure: Structure, force_field: Calculator) -> float:
    """Return the potential energy in eV/atom."""
    from pymatgen.io.ase import AseAtomsAdaptor

    atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
    atoms.calc = force_field
    return float(atoms.get_potential_energy()) / len(atoms)
