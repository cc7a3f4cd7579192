"""Quantities and notes of one molecular dynamics run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atomscreen.core.candidate import Results
from atomscreen.core.quantity import Quantity
from atomscreen.interatomic.crystal_symmetry import point_group
from atomscreen.interatomic.dynamics.cell_equilibration import standard_error
from atomscreen.properties.transport.drift import MELTED
from atomscreen.properties.transport.transport_analysis import DiffusionEstimate

if TYPE_CHECKING:
    from pymatgen.core import Structure

    from atomscreen.interatomic.dynamics.trajectory import Trajectory


@dataclass(frozen=True)
class About:
    """What all quantities of a run share."""

    method: str
    temperature: float
    origin: dict[str, Any]

    def quantity(self, name: str, value: Any, uncertainty: float | None, how: str, **rest: Any) -> Quantity:
        """Return a quantity at the run's temperature; ``rest`` is its bound and more of its provenance."""
        return Quantity(
            name,
            value,
            uncertainty,
            conditions={"temperature": self.temperature},
            method=f"{self.method}, {how}",
            provenance={**self.origin, **rest.pop("provenance", {})},
            **rest,
        )


def simulation_results(
    trajectory: Trajectory, estimate: DiffusionEstimate, primitive: Structure, factor: float, rest: float, about: About
) -> Results:
    """Return what a run says of the working ion.

    Parameters
    ----------
    trajectory, estimate
        The run, and what its analysis found.
    primitive
        The crystal's primitive cell, in the axes of the trajectory.
    factor
        σ/D = n z² e²/(k_B T) in (S/cm)/(cm²/s).
    rest
        Potential energy of the relaxed crystal in eV/atom.
    about
        What all quantities share.
    """
    return Results(
        (
            *_diffusivities(estimate, primitive, about),
            *_conductivities(estimate, factor, about),
            _thermal_energy(trajectory, rest, about),
        ),
        notes=_notes(trajectory, estimate, about.temperature),
    )


def _diffusivities(estimate: DiffusionEstimate, primitive: Structure, about: About) -> list[Quantity]:
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


def _conductivities(estimate: DiffusionEstimate, factor: float, about: About) -> list[Quantity]:
    """Return bulk conductivities."""
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


def _thermal_energy(trajectory: Trajectory, rest: float, about: About) -> Quantity:
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
