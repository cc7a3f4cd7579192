"""One molecular dynamics run of a candidate, as long as its diffusivity needs, and what it says of the working ion."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import StructureRefused
from atomscreen.core.quantity import Quantity
from atomscreen.core.scratch import kept_file, scratch_file
from atomscreen.core.stages import stage
from atomscreen.core.units import Unit
from atomscreen.interatomic.crystal_symmetry import point_group, primitive_cell, standard_orientation
from atomscreen.interatomic.dynamics.cell_equilibration import equilibrate_cell, standard_error
from atomscreen.interatomic.dynamics.molecular_dynamics import default_time_step, run_nvt
from atomscreen.interatomic.dynamics.thermostats import ThermostatName
from atomscreen.interatomic.potentials import PotentialName, calculator, label, provenance, refuse_unknown_elements
from atomscreen.interatomic.supercells import supercell
from atomscreen.properties.transport.arrhenius import conductivity_per_diffusivity
from atomscreen.properties.transport.drift import MELTED
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
    checkpoint = kept_file("run.npz")
    settings |= {"equilibration": equilibration, "checkpoint": checkpoint}
    trajectory, estimate = _lengthened(crystal, force_field, duration, longest, relative_uncertainty, ion, settings)
    origin = {
        **provenance(potential),
        "atoms": len(crystal),
        "duration_ps": trajectory.duration,
        "cell": cell,
        **{name: settings[name] for name in ("time_step", "seed", "thermostat", "equilibration")},
    }
    if checkpoint is not None:
        origin["trajectory"] = "/".join(checkpoint.with_suffix(".nc").parts[-3:])  # from the campaign's folder on
    about = _About(f"{label(potential)} NVT", temperature, origin)
    ions = sum(symbol == ion for symbol in trajectory.symbols)
    factor = conductivity_per_diffusivity(ions, charge, crystal.volume, temperature)
    return Results(
        (
            *_diffusivities(estimate, primitive, about),
            *_conductivities(estimate, factor, about),
            _thermal_energy(trajectory, rest, about),
        ),
        notes=_notes(trajectory, estimate, temperature),
    )


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


@dataclass(frozen=True)
class _About:
    """What all quantities of a run share."""

    method: str
    temperature: float
    origin: dict[str, Any]

    def quantity(self, name: str, value: Any, uncertainty: float | None, how: str, **rest: Any) -> Quantity:
        return Quantity(
            name,
            value,
            uncertainty,
            conditions={"temperature": self.temperature},
            method=f"{self.method}, {how}",
            provenance={**self.origin, **rest.pop("provenance", {})},
            **rest,
        )


def _diffusivities(estimate: DiffusionEstimate, primitive: Structure, about: _About) -> list[Quantity]:
    how = "Bayesian regression of the MSD" if estimate.enough else "95 % bound from the MSD"
    found = {
        "verdict": str(estimate.verdict),
        "reason": estimate.reason,
        "interval_90_cm2_per_s": list(estimate.interval_90),
        "exponent": estimate.exponent,
        "hops": estimate.hops,
    }
    bound = None if estimate.enough else "upper"
    quantities = [
        about.quantity(
            "tracer_diffusivity",
            estimate.diffusivity,
            estimate.uncertainty,
            how if estimate.enough else f"{estimate.verdict}, {how}",
            bound=bound,
            provenance=found,
        ),
        about.quantity("hops_per_ion", estimate.hops_per_ion, None, "jumps back included"),
    ]
    if estimate.enough:
        tensor, spread = _tensor(estimate, primitive)
        quantities.append(
            about.quantity("tracer_diffusivity_tensor", tensor, spread, f"{how}, averaged over the point group")
        )
    if estimate.collective is not None and estimate.haven_ratio is not None:
        quantities += [
            about.quantity(
                "collective_diffusivity",
                estimate.collective,
                estimate.collective_uncertainty,
                "regression of the ions' sum",
            ),
            about.quantity(
                "haven_ratio",
                estimate.haven_ratio,
                estimate.haven_ratio_uncertainty,
                "tracer over collective diffusivity",
            ),
        ]
    return quantities


def _tensor(estimate: DiffusionEstimate, primitive: Structure) -> tuple[list[list[float]], float]:
    """Return the tensor with the symmetry of the crystal, and the uncertainty of its diagonal."""
    import numpy as np

    rotations = point_group(primitive)
    tensor = np.mean(rotations @ estimate.tensor @ rotations.transpose(0, 2, 1), axis=0)
    spread = float(np.sqrt(np.mean(np.diag(estimate.tensor_uncertainty) ** 2)))
    return tensor.tolist(), spread


def _conductivities(estimate: DiffusionEstimate, factor: float, about: _About) -> list[Quantity]:
    """Return bulk conductivities; ``factor`` is n z² e²/(k_B T) in (S/cm)/(cm²/s)."""
    quantities = [
        about.quantity(
            "bulk_ionic_conductivity",
            factor * estimate.diffusivity,
            None if estimate.uncertainty is None else factor * estimate.uncertainty,
            "bulk, Nernst–Einstein, Haven ratio 1 assumed",
            bound=None if estimate.enough else "upper",
        )
    ]
    if estimate.collective is not None and estimate.collective_uncertainty is not None:
        quantities.append(
            about.quantity(
                "bulk_ionic_conductivity_collective",
                factor * estimate.collective,
                factor * estimate.collective_uncertainty,
                "bulk, Nernst–Einstein with the Haven ratio of the run",
            )
        )
    return quantities


def _thermal_energy(trajectory: Trajectory, rest: float, about: _About) -> Quantity:
    assert trajectory.energies is not None
    energies = trajectory.energies / len(trajectory.symbols)
    return about.quantity("thermal_potential_energy", float(energies.mean()) - rest, standard_error(energies), "mean")


def _notes(trajectory: Trajectory, estimate: DiffusionEstimate, temperature: float) -> tuple[str, ...]:
    """Return what a reader must know of the run."""
    notes = [f"At {temperature:g} K: {note}" for note in (*trajectory.warnings, *estimate.notes)]
    if not estimate.enough:
        notes.append(
            f"Not measured at {temperature:g} K ({estimate.verdict}; {estimate.reason}): the diffusivity is an upper"
            " bound."
        )
    notes += [
        f"{element} of the framework moves too at {temperature:g} K (mean-squared displacement {moved:.1f} Å²):"
        " rotating groups or exchange of sites."
        for element, moved in estimate.framework_msd.items()
        if moved > MELTED
    ]
    return tuple(notes)
