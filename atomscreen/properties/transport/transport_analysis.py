"""Diffusivity of a trajectory, from any engine, with an honest answer where the ions are too slow to measure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import UsageError
from atomscreen.properties.transport.diffusive_regression import (
    END,
    FREEDOM,
    SITE_DISTANCE,
    Line,
    collective_line,
    diffusive_line,
    first_lag,
    late_exponent,
    window_covariance,
)
from atomscreen.properties.transport.displacement_statistics import (
    anisotropy,
    displacement_tensors,
    excess_variance,
    independent_particles,
    lag_grid,
)
from atomscreen.properties.transport.drift import (
    MELTED,
    framework_displacements,
    framework_groups,
    in_mean_cell,
    without_drift,
)
from atomscreen.properties.transport.hops import SITE_TIME, count_far, count_hops
from atomscreen.properties.transport.verdict import (
    LONG_RANGE,
    MIN_HOPS,
    Evidence,
    NoDiffusivity,
    Verdict,
    judge,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from atomscreen.interatomic.dynamics.trajectory import Trajectory

    Array = NDArray[Any]

_MIN_FRAMES = 60
_CONFIDENCE = 0.95  # of upper bounds
_FEW_IONS = 10
_NARROW = 8.0  # Å between opposite faces, below which ions meet their own images after two or three hops
_CM2_PER_S = 1e-4  # 1 Å²/ps = 1e-4 cm²/s


@dataclass(frozen=True, eq=False)
class DiffusionEstimate:
    """What a trajectory says of the diffusion of one kind of ion, in three dimensions.

    Attributes
    ----------
    diffusivity
        Tracer diffusivity D* in cm²/s; the upper bound where ``enough`` is false.
    uncertainty
        Its standard uncertainty in cm²/s; ``None`` for a bound.
    interval, interval_90
        The central 68 % and 90 % of the posterior, in cm²/s; for a bound from zero to the bound.
    tensor, tensor_uncertainty
        Tracer diffusivity and standard uncertainty along and between the Cartesian axes of the trajectory, in cm²/s,
        shape (3, 3); a third of the trace is the fitted diffusivity, also where that was not enough.
    collective, collective_uncertainty
        Charge diffusivity D_σ = ⟨|Σ Δr|²⟩/(6 N t) of the ions, all of one charge, in cm²/s; ``None`` where D* was not
        measured or D_σ is not a standard uncertainty above zero.
    haven_ratio, haven_ratio_uncertainty
        D*/D_σ; ``None`` where D_σ is.
    fitted, fitted_uncertainty
        The slope over six and its standard uncertainty, in cm²/s, whatever the verdict.
    hops, hops_per_ion
        Site-to-site displacements in the whole trajectory; jumps back count too.
    verdict, reason
        Whether D* was measured, and otherwise one sentence on what is missing.
    exponent
        Logarithmic slope of the mean-squared displacement from an eighth to half of the run: 1 for diffusion.
    intervals, msd
        Time intervals in ps and the ions' mean-squared displacement in Å², with the framework's drift taken away.
    framework_msd
        By element: mean-squared displacement over half of the run, in Å².
    notes
        Sentences on limits of these numbers: few ions, a small cell, no framework.
    """

    diffusivity: float
    uncertainty: float | None
    interval: tuple[float, float]
    interval_90: tuple[float, float]
    tensor: Array
    tensor_uncertainty: Array
    collective: float | None
    collective_uncertainty: float | None
    haven_ratio: float | None
    haven_ratio_uncertainty: float | None
    fitted: float
    fitted_uncertainty: float
    hops: int
    hops_per_ion: float
    verdict: Verdict
    reason: str
    exponent: float
    intervals: Array
    msd: Array
    framework_msd: dict[str, float]
    notes: tuple[str, ...]

    @property
    def enough(self) -> bool:
        """Whether D* was measured; otherwise it is an upper bound."""
        return self.verdict is Verdict.MEASURED


def diffusion(trajectory: Trajectory, ion: str) -> DiffusionEstimate:
    """Estimate tracer and charge diffusivity of an ion from a trajectory.

    D* = lim MSD/(6 t) is the slope of the mean-squared displacement, fitted by Bayesian regression, see
    ``diffusive_regression``; the framework's drift is taken away first, see ``drift``. It counts as measured where ions
    hopped often enough, got far enough (so that rattling in a cage does not count), where the slope is two standard
    uncertainties above zero and the same in both halves of the run, see ``verdict``. Otherwise the answer is an upper
    bound at 95 %, see :func:`_bound`.

    Parameters
    ----------
    trajectory
        Frames at equal times. All elements but the ion are the framework.
    ion
        The element that moves.

    Raises
    ------
    NoDiffusivity
        Where the framework has melted, or the ions fly or drift.
    UsageError
        For arrays that do not fit together, too few frames, or an ion that is not there.
    """
    elements = np.asarray(trajectory.symbols)
    refuse_nonsense(trajectory, ion)
    positions = in_mean_cell(trajectory.positions, np.asarray(trajectory.lattice))
    groups = framework_groups(positions, np.asarray(trajectory.lattice), elements, ion)
    frame = without_drift(positions - positions[0], elements, ion, groups)
    displacements = frame.displacements
    others = sorted(set(elements.tolist()) - {ion})
    framework = framework_displacements(displacements, elements, others)
    if not frame.own_centre:
        _refuse_melted(framework_displacements(displacements, elements, others, groups))
    moving, spacing = np.ascontiguousarray(displacements[:, elements == ion]), trajectory.frame_spacing
    line = diffusive_line(moving, first_lag(moving))
    first, second = _halves(moving, int(line.lags[0]))
    hops = count_hops(moving, spacing)
    far = count_far(moving, spacing, LONG_RANGE)
    exponent, error = late_exponent(moving)
    evidence = Evidence(hops, far, moving.shape[1], trajectory.duration, line, first, second, exponent, error)
    verdict, reason = judge(evidence)
    if frame.doubt and not reason:
        verdict, reason = Verdict.NOT_CONVERGED, frame.doubt
    bound = _bound(moving, hops, spacing, line if verdict is Verdict.NOT_CONVERGED else None)
    lags = lag_grid(1, int(END * (len(moving) - 1)))
    tensor, tensor_uncertainty = line.tensor()
    per_frame = _CM2_PER_S / (6 * spacing) * frame.correction
    return DiffusionEstimate(
        **_tracer(line, per_frame, frame.correction * bound if reason else None),
        **_collective(moving, line, per_frame, known=not reason and not frame.own_centre),
        tensor=3 * per_frame * tensor,
        tensor_uncertainty=3 * per_frame * tensor_uncertainty,
        fitted=per_frame * line.slope,
        fitted_uncertainty=per_frame * line.uncertainty,
        hops=hops,
        hops_per_ion=hops / moving.shape[1],
        verdict=verdict,
        reason=reason,
        exponent=exponent,
        intervals=lags * spacing,
        msd=frame.correction * np.trace(displacement_tensors(moving, lags), axis1=1, axis2=2),
        framework_msd=framework,
        notes=_notes(moving.shape[1], np.asarray(trajectory.lattice), frame.note, trajectory.warnings),
    )


def refuse_nonsense(trajectory: Trajectory, ion: str) -> None:
    """Raise :class:`UsageError` for a trajectory from which nothing can be learned of the ion."""
    positions, symbols, spacing = trajectory.positions, trajectory.symbols, trajectory.frame_spacing
    if positions.ndim != 3 or positions.shape[1:] != (len(symbols), 3):
        raise UsageError(f"positions of shape {positions.shape} do not fit {len(symbols)} atoms: (frames, atoms, 3)")
    if ion not in symbols:
        raise UsageError(f"there is no {ion} among the atoms of the trajectory: {', '.join(sorted(set(symbols)))}")
    if not (spacing > 0 and math.isfinite(spacing)):
        raise UsageError(f"the time between frames is {spacing} ps; it must be positive")
    if not np.isfinite(positions).all():
        raise UsageError("the trajectory has positions that are not numbers")
    needed = max(_MIN_FRAMES, math.ceil(10 * SITE_TIME / spacing))
    if len(positions) < needed:
        raise UsageError(f"{len(positions)} frames are too few for a diffusivity; at least {needed} are needed")


def _refuse_melted(framework: dict[str, float]) -> None:
    if framework and min(framework.values()) > MELTED:
        moved = ", ".join(f"{name} {value:.1f} Å²" for name, value in framework.items())
        raise NoDiffusivity(
            Verdict.MELTED,
            "the framework melted: its elements' mean-squared displacements, bonded groups taken as one, over half of"
            f" the run are {moved}",
        )


def _halves(moving: Array, lag: int) -> tuple[Line, Line]:
    """Return lines through the two halves of the run, that begin at the lag of the whole run's, or at their latest."""
    half = len(moving) // 2
    first, second = moving[: half + 1], moving[-half - 1 :]
    lag = max(1, min(lag, half // 5))
    return diffusive_line(first, lag), diffusive_line(second, lag)


def _tracer(line: Line, per_frame: float, bound: float | None) -> dict[str, Any]:
    if bound is not None:
        return {"diffusivity": bound, "uncertainty": None, "interval": (0.0, bound), "interval_90": (0.0, bound)}
    (low, high), (lowest, highest) = line.interval(0.68), line.interval(0.9)
    return {
        "diffusivity": per_frame * line.slope,
        "uncertainty": per_frame * line.uncertainty,
        "interval": (per_frame * low, per_frame * high),
        "interval_90": (per_frame * lowest, per_frame * highest),
    }


def _collective(moving: Array, tracer: Line, per_frame: float, *, known: bool) -> dict[str, Any]:
    names = ("collective", "collective_uncertainty", "haven_ratio", "haven_ratio_uncertainty")
    line = collective_line(moving, tracer)
    if not known or line.significance < 1:
        return dict.fromkeys(names)
    ratio = tracer.slope / line.slope
    relative = math.hypot(1 / tracer.significance, 1 / line.significance)
    values = (per_frame * line.slope, per_frame * line.uncertainty, ratio, ratio * relative)
    return dict(zip(names, values, strict=True))


def _bound(moving: Array, hops: int, spacing: float, line: Line | None) -> float:
    """Return an upper bound of D* in cm²/s, at 95 %.

    D ≤ MSD(t)/(6 t) at every t, because vibrations, and jumps that are undone later, add to the mean-squared
    displacement and grow slower than t. It is taken at half of the run, where t is long and the statistics are good,
    and is the variance of f = 2/r² degrees of freedom for a relative uncertainty r of that MSD, skewed as runs that
    happen to give little are the ones not measured: f/χ²(5 %, f) times as much. Where there were fewer than ten hops,
    so that the MSD cannot know how frequent rare events are, it is at least what hops that could have occurred by the
    95 % limit of a Poisson distribution beyond those seen would add, each of 3 Å: (k95 − k) (3 Å)²/(6 N T) for k hops
    of N ions in a run of length T (k95 = 3.0 for k = 0). Where ions do diffuse but the run has not converged, often as
    its late displacement happens to be small, the 95 % limit of the line, which begins earlier, counts if it is larger.
    """
    from scipy.stats import chi2, norm, t

    frames, ions = len(moving) - 1, moving.shape[1]
    lag = int(END * frames)
    tensor = displacement_tensors(moving, np.array([lag]))[0]
    gaussian = anisotropy(tensor)
    overlap = float(window_covariance(np.array([lag / frames]))[0, 0])
    variance = (gaussian * overlap + excess_variance(moving, lag, gaussian)) / independent_particles(moving, lag)
    wider = float(t.ppf(_CONFIDENCE, FREEDOM * frames / lag) / norm.ppf(_CONFIDENCE))  # as in Line.interval
    freedom = 2 / (wider**2 * variance)
    level = float(np.trace(tensor)) / (6 * lag * spacing)
    bound = level * freedom / float(chi2.ppf(1 - _CONFIDENCE, freedom))
    highest = line.interval(2 * _CONFIDENCE - 1)[1] / (6 * spacing) if line is not None else 0.0
    if math.isfinite(highest):
        bound = max(bound, highest)
    if hops < MIN_HOPS:
        limit = float(chi2.ppf(_CONFIDENCE, 2 * (hops + 1))) / 2
        bound = max(bound, level + (limit - hops) * SITE_DISTANCE**2 / (6 * ions * frames * spacing))
    return bound * _CM2_PER_S


def _notes(ions: int, lattice: Array, remark: str, warnings: Sequence[str]) -> tuple[str, ...]:
    """Return sentences on the limits of the numbers."""
    notes = [remark, *warnings]
    width = 1 / np.linalg.norm(np.linalg.inv(lattice if lattice.ndim == 2 else lattice.mean(axis=0)), axis=0).max()
    if ions < _FEW_IONS or width < _NARROW:
        notes.append(
            f"Finite size: {ions} ions in a cell {width:.1f} Å wide; ions that meet their own images move differently"
            " from those of a larger cell, which the uncertainty does not contain."
        )
    return tuple(note for note in notes if note)
