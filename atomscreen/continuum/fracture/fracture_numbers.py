"""What the fracture of one electrode comes to in numbers, and how far they move with what is uncertain.

Electrodes are drawn as :mod:`~atomscreen.continuum.electrode_samples` does, each property as a whole and apart
from the others; the fracture energy too, although one potential's moduli are behind it and behind Young's modulus, so
that the spread errs to the wide side. A diffusivity that is k times another makes the same fields at k times the rate,
so no sample has to be solved for its contents again.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from atomscreen.continuum.crystal import Crystal
from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.continuum.electrode_samples import (
    CENTRAL,
    drawn_deviates,
    moved,
    standard_uncertainty,
    with_uncertainty,
)
from atomscreen.continuum.fracture.fracture_map import Cycles, FractureMap, fracture_map, solved_cycles
from atomscreen.continuum.fracture.grain_size import Z_SPREAD, GrainSizes, Z, grain_sizes
from atomscreen.continuum.fracture.two_phases import two_phase_size, unknown_pairs
from atomscreen.core.vocabulary import define

MECHANICAL: Final[tuple[str, ...]] = ("youngs_modulus", "poisson_ratio", "partial_molar_volume")
"""Properties of a sample that change stresses and energy release rates."""

SMALLEST_SIZE: Final = 1e-9
"""Size in m below which there is no continuum: what breaks there gets it as an upper bound."""

LEAST_SPREAD: Final = 1e-9
"""Spread that is rounding."""


@dataclass(frozen=True)
class Key:
    """Which number: a quantity of the vocabulary, and where it holds."""

    name: str
    c_rate: float | None = None
    cutoff: float | None = None


Numbers = Mapping[Key, float]


@dataclass(frozen=True, eq=False)
class FractureProblem:
    """What fractures, and what is asked of it.

    Attributes
    ----------
    electrode
        The material.
    fracture_energy
        In J/m² against content.
    crystal
        Its insertion strain as a tensor; ``None`` where it is not known, and nothing is said of grains and phases then.
    cutoffs
        Contents at which cycles turn, the farthest last.
    c_rates
        Of the particles.
    radius
        Of the particles, in m, of which the safe rate is asked.
    temperature
        In K.
    z
        Energy that a crack between grains or phases releases, over E ε² d.
    """

    electrode: Electrode
    fracture_energy: Curve
    crystal: Crystal | None
    cutoffs: tuple[float, ...]
    c_rates: tuple[float, ...]
    radius: float
    temperature: float
    z: float = Z


@dataclass(frozen=True, eq=False)
class FractureNumbers:
    """Numbers in SI units and C rates, with the standard deviations of their logarithms.

    Attributes
    ----------
    numbers
        As the electrode is; what is infinite is left out.
    upper_bounds
        Those of the numbers that are: sizes too small for a continuum, or with phases left out.
    spreads
        Standard deviations of the logarithms, over samples, of what is no bound; empty where none were drawn.
    varied, fixed
        What the samples differ in, and what nobody knows the uncertainty of.
    fracture_map
        Of the electrode; ``None`` where its phases separate.
    grains
        Of its crystal, by the cut-offs up to which its strain is known.
    """

    numbers: Numbers
    upper_bounds: frozenset[Key]
    spreads: Mapping[Key, float]
    varied: tuple[str, ...]
    fixed: tuple[str, ...]
    fracture_map: FractureMap | None
    grains: Mapping[float, GrainSizes]


def radius_key(problem: FractureProblem, c_rate: float, cutoff: float) -> Key:
    """Return which number the critical radius at a rate is, of cycles to a cut-off of the problem."""
    if cutoff == problem.cutoffs[-1]:
        return Key("critical_particle_radius", c_rate)
    return Key("critical_particle_radius_at_cutoff", c_rate, cutoff)


def fracture_numbers(problem: FractureProblem, samples: int, seed: int) -> FractureNumbers:
    """Return the numbers of a problem, and their spread over samples.

    Parameters
    ----------
    problem
        What is asked.
    samples
        Electrodes drawn; 0 for none.
    seed
        Of the draws.

    Raises
    ------
    StageFailure
        Where the spreading of ions in a particle is not solved.
    """
    electrode = problem.electrode
    solved = None if electrode.phase_separating else solved_cycles(electrode, problem.cutoffs, problem.temperature)
    own_map = _map(problem, solved)
    grains = _grains(problem)
    found = _numbers(problem, own_map, grains)
    diffusion = ("diffusivity",) if own_map else ()
    uncertain = [name for name in (*MECHANICAL, *diffusion) if name in with_uncertainty(electrode)]
    if any(problem.fracture_energy.uncertainties or ()):
        uncertain.append("fracture_energy")
    bounds = _upper_bounds(problem, found)
    drawn = [_numbers(one, _map(one, same), _grains(one)) for one, same in _sampled(problem, solved, samples, seed)]
    return FractureNumbers(
        numbers={key: max(value, SMALLEST_SIZE) if key in bounds else value for key, value in found.items()},
        upper_bounds=bounds,
        spreads={} if samples < 2 else _spreads(found, bounds, drawn),
        varied=(*uncertain, "Z"),
        fixed=tuple(name for name in (*MECHANICAL, *diffusion, "fracture_energy") if name not in uncertain),
        fracture_map=own_map,
        grains=grains,
    )


def _upper_bounds(problem: FractureProblem, found: Numbers) -> frozenset[Key]:
    bounds = {key for key, value in found.items() if define(key.name).unit and value < SMALLEST_SIZE}
    phases = Key("critical_size_of_two_phases")
    if problem.crystal is not None and phases in found and unknown_pairs(problem.electrode, problem.crystal):
        bounds.add(phases)
    return frozenset(bounds)


def _spreads(found: Numbers, bounds: Collection[Key], drawn: Sequence[Numbers]) -> dict[Key, float]:
    """Return standard uncertainties of logarithms; none of bounds, and of what does not move.

    Where samples are beyond the end of the map, the distance to the 16th percentile on the other side stands for it.
    """
    spreads = {}
    for key, value in found.items():
        if key in bounds:
            continue
        values = np.array([one.get(key, math.inf) for one in drawn])
        if np.isfinite(values).all():
            spread = standard_uncertainty(values, 1.0, by_ratio=True)
        else:
            spread = abs(math.log(float(np.quantile(values, CENTRAL[0], method="lower")) / value))
        if LEAST_SPREAD < spread < math.inf:
            spreads[key] = spread
    return spreads


def _map(problem: FractureProblem, solved: Cycles | None) -> FractureMap | None:
    return None if solved is None else fracture_map(problem.electrode, problem.fracture_energy, solved)


def _grains(problem: FractureProblem) -> dict[float, GrainSizes]:
    """Return sizes of grains by the content at which the cycle turns, where the strain is known up to there."""
    if problem.crystal is None:
        return {}
    sizes = {
        cutoff: grain_sizes(problem.electrode, problem.crystal, problem.fracture_energy, cutoff, problem.z)
        for cutoff in problem.cutoffs
    }
    return {cutoff: one for cutoff, one in sizes.items() if one is not None}


def _numbers(problem: FractureProblem, border: FractureMap | None, grains: Mapping[float, GrainSizes]) -> Numbers:
    """Return all numbers of a problem but infinite ones: of what no strain breaks, or nothing on the map."""
    found: dict[Key, float] = {}
    farthest = problem.cutoffs[-1]
    for cutoff, sizes in grains.items():
        end = None if cutoff == farthest else cutoff
        found[Key("critical_grain_size", cutoff=end)] = sizes.random
        found[Key("critical_grain_size_radial", cutoff=end)] = sizes.radial
    if border is not None:
        for c_rate, cutoff in itertools.product(problem.c_rates, problem.cutoffs):
            found[radius_key(problem, c_rate, cutoff)] = border.critical_radius(c_rate, cutoff)
        found[Key("safe_rate")] = border.safe_rate(problem.radius, farthest)
    elif problem.crystal is not None:
        phases = two_phase_size(problem.electrode, problem.crystal, problem.fracture_energy, problem.z)
        if phases is not None:
            found[Key("critical_size_of_two_phases")] = phases.size
    return {key: value for key, value in found.items() if math.isfinite(value)}


def _sampled(
    problem: FractureProblem, solved: Cycles | None, count: int, seed: int
) -> list[tuple[FractureProblem, Cycles | None]]:
    """Return problems drawn from the uncertainties, each with its cycles."""
    if not count:
        return []
    electrode = problem.electrode
    deviates = drawn_deviates(electrode, count, seed) if with_uncertainty(electrode) else {}
    # Streams of their own, so that they do not change with what else is drawn.
    energies, geometries = (np.random.default_rng([seed, stream]).standard_normal(count) for stream in (1, 2))
    drawn = []
    for i in range(count):
        moves = {name: float(deviates[name][i]) for name in MECHANICAL if name in deviates}
        deviate = float(deviates["diffusivity"][i]) if "diffusivity" in deviates else 0.0
        faster = math.exp(deviate * _relative_uncertainty(electrode.diffusivity)) if deviate else 1.0
        sample = replace(
            problem,
            electrode=moved(electrode, moves),
            fracture_energy=problem.fracture_energy.moved(float(energies[i])),
            z=problem.z * Z_SPREAD ** float(geometries[i]),
        )
        drawn.append((sample, None if solved is None else solved.with_diffusivity(faster)))
    return drawn


def _relative_uncertainty(curve: Curve) -> float:
    """Return the standard uncertainty of the logarithm of a curve as a whole: the mean over its points."""
    assert curve.uncertainties is not None
    return float(np.mean(np.divide(curve.uncertainties, curve.values)))
