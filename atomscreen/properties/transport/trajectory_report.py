"""Diffusivity and conductivity of a trajectory from any code, with a verdict: what ``atomscreen analyze`` prints."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import UsageError
from atomscreen.interatomic.dynamics.trajectory_files import load_trajectory
from atomscreen.properties.element_data import CHARGES
from atomscreen.properties.transport.arrhenius import conductivity_per_diffusivity
from atomscreen.properties.transport.transport_analysis import DiffusionEstimate, diffusion
from atomscreen.properties.transport.verdict import NoDiffusivity, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from atomscreen.interatomic.dynamics.trajectory import Trajectory

    Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class TrajectoryReport:
    """What a trajectory says of an ion's diffusion and of the conductivity that goes with it.

    Attributes
    ----------
    ion, ions
        The element that moves, and how many there are.
    n_frames, duration
        Of the trajectory; the duration in ps.
    temperature
        In K, or ``None``.
    lattice
        Mean cell vectors in Å as rows.
    verdict, reason
        Whether the diffusivity was measured, and otherwise one sentence why not.
    estimate
        Diffusivities; ``None`` where there is none, not even a bound.
    siemens
        Conductivity over diffusivity by the Nernst–Einstein relation, in (S/cm)/(cm²/s); ``None`` where temperature or
        charge are not known.
    """

    ion: str
    ions: int
    n_frames: int
    duration: float
    temperature: float | None
    lattice: Array
    verdict: Verdict
    reason: str
    estimate: DiffusionEstimate | None
    siemens: float | None

    @property
    def along_axes(self) -> tuple[Array, Array] | None:
        """Tracer diffusivities along the cell vectors a, b, c and their standard uncertainties, in cm²/s."""
        if self.estimate is None:
            return None
        axes = self.lattice / np.linalg.norm(self.lattice, axis=1, keepdims=True)
        values = np.einsum("ai,ij,aj->a", axes, self.estimate.tensor, axes)
        products = axes[:, :, None] * axes[:, None, :] * self.estimate.tensor_uncertainty
        # The tensor is symmetric: an entry beside the diagonal and its mirror image err together.
        squares = 2 * (products**2).sum(axis=(1, 2)) - (np.einsum("aii->ai", products) ** 2).sum(axis=1)
        return values, np.sqrt(squares)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; the key says the unit, and ``None`` stands for what is not known."""
        found = self.estimate
        known = found is not None
        data: dict[str, Any] = {
            "ion": self.ion,
            "n_ions": self.ions,
            "temperature_K": self.temperature,
            "n_frames": self.n_frames,
            "duration_ps": self.duration,
            "verdict": str(self.verdict),
            "reason": self.reason,
            "bound": "upper" if found is not None and not found.enough else None,
            "diffusivity_cm2_per_s": found.diffusivity if found else None,
            "standard_uncertainty_cm2_per_s": found.uncertainty if found else None,
            "interval_90_cm2_per_s": list(found.interval_90) if found else None,
            "fitted_diffusivity_cm2_per_s": found.fitted if found else None,
            "fitted_uncertainty_cm2_per_s": found.fitted_uncertainty if found else None,
            "collective_diffusivity_cm2_per_s": found.collective if found else None,
            "collective_uncertainty_cm2_per_s": found.collective_uncertainty if found else None,
            "haven_ratio": found.haven_ratio if found else None,
            "haven_ratio_uncertainty": found.haven_ratio_uncertainty if found else None,
            "hops": found.hops if found else None,
            "hops_per_ion": found.hops_per_ion if found else None,
            "msd_exponent": found.exponent if found else None,
            "framework_msd_A2": dict(found.framework_msd) if found else None,
            "tensor_cm2_per_s": found.tensor.tolist() if found else None,
            "tensor_uncertainty_cm2_per_s": found.tensor_uncertainty.tolist() if found else None,
            "conductivities_S_per_cm": self._conductivities() if known else None,
            "notes": list(found.notes) if found else [],
        }
        if (axes := self.along_axes) is not None:
            data["diffusivity_along_abc_cm2_per_s"] = axes[0].tolist()
            data["uncertainty_along_abc_cm2_per_s"] = axes[1].tolist()
        return data

    def _conductivities(self) -> dict[str, Any] | None:
        """Return bulk conductivities: Haven ratio 1 assumed, the measured one in, and along the cell vectors."""
        found, siemens, axes = self.estimate, self.siemens, self.along_axes
        if found is None or siemens is None or axes is None:
            return None
        return {
            "bulk_haven_ratio_1": siemens * found.diffusivity,
            "bulk_haven_ratio_1_uncertainty": _times(siemens, found.uncertainty),
            "bulk_haven_ratio_1_interval_90": [siemens * end for end in found.interval_90],
            "bulk_collective": _times(siemens, found.collective),
            "bulk_collective_uncertainty": _times(siemens, found.collective_uncertainty),
            "bulk_haven_ratio_1_along_abc": (siemens * axes[0]).tolist(),
        }


def analyze(
    files: Sequence[str | Path] | str | Path,
    ion: str,
    *,
    temperature: float | None = None,
    frame_spacing: float | None = None,
    elements: Sequence[str] = (),
    discard: float = 0.0,
    charge: float | None = None,
) -> TrajectoryReport:
    """Analyse how an ion diffuses in a trajectory from any code.

    Parameters
    ----------
    files
        One file, or the consecutive pieces of one run in their order: VASP XDATCAR or vasprun.xml, extended XYZ, LAMMPS
        dump, ASE .traj, or atomscreen's own NetCDF; plain or gzip.
    ion
        The element that moves, for example ``"Li"``.
    temperature
        Of the run, in K; without it there is no conductivity.
    frame_spacing
        Time between frames, in ps, where the files do not say it.
    elements
        Of LAMMPS's atom types 1, 2, ..., for a dump without element column.
    discard
        Time at the start that is left out, in ps.
    charge
        Of the ion; by default that of a known working ion.

    Raises
    ------
    UsageError
        For files that cannot be read, too few frames, or no such ion.
    """
    paths = [files] if isinstance(files, str | Path) else files
    trajectory = load_trajectory(paths, frame_spacing=frame_spacing, elements=elements, discard=discard)
    return analyze_trajectory(trajectory, ion, temperature=temperature, charge=charge)


def analyze_trajectory(
    trajectory: Trajectory, ion: str, *, temperature: float | None = None, charge: float | None = None
) -> TrajectoryReport:
    """Analyse a trajectory that is read already; parameters and errors are those of :func:`analyze`."""
    if temperature is not None and not temperature > 0:
        raise UsageError(f"the temperature is {temperature:g} K; it must be positive")
    estimate, verdict, reason = _estimate(trajectory, ion)
    lattice = trajectory.lattice if trajectory.lattice.ndim == 2 else trajectory.lattice.mean(axis=0)
    ions = trajectory.symbols.count(ion)
    number = charge if charge is not None else CHARGES.get(ion)
    if number is not None and not (math.isfinite(number) and number != 0):
        raise UsageError(f"the charge of an ion is a number other than zero, not {number:g}")
    siemens = None
    if temperature is not None and number is not None:
        siemens = conductivity_per_diffusivity(ions, number, float(abs(np.linalg.det(lattice))), temperature)
    return TrajectoryReport(
        ion=ion,
        ions=ions,
        n_frames=len(trajectory.positions),
        duration=trajectory.duration,
        temperature=temperature,
        lattice=lattice,
        verdict=verdict,
        reason=reason,
        estimate=estimate,
        siemens=siemens,
    )


def _estimate(trajectory: Trajectory, ion: str) -> tuple[DiffusionEstimate | None, Verdict, str]:
    try:
        estimate = diffusion(trajectory, ion)
    except NoDiffusivity as nothing:
        return None, nothing.verdict, str(nothing)
    return estimate, estimate.verdict, estimate.reason


def _times(factor: float, value: float | None) -> float | None:
    return None if value is None else factor * value
