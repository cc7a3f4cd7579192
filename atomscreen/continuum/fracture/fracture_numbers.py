"""What the fracture of one electrode comes to in numbers, and how far they move with what is uncertain.

Electrodes are drawn as :mod:`~atomscreen.continuum.electrode_samples` does, each property as a whole and apart
from the others; the fracture energy too, although one potential's moduli are behind it and behind Young's modulus, so
that the spread errs to the wide side. A diffusivity that is k times another makes the same fields at k times the rate,
so no sample has to be solved for its contents again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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
from atomscreen.continuum.fracture.fracture_map import Border, FractureMap, charges, fracture_map
from atomscreen.continuum.fracture.grain_size import Z_SPREAD, GrainSizes, Z, grain_sizes
from atomscreen.continuum.fracture.two_phases import two_phase_size
from atomscreen.continuum.particle.sphere import SphereHistory

MECHANICAL: Final[tuple[str, ...]] = ("youngs_modulus", "poisson_ratio", "partial_molar_volume")
"""Properties of a sample that change stresses and energy release rates."""


LEAST_SPREAD: Final = 1e-9
"""Spread that is rounding."""


@dataclass(frozen=True)
class Key:
    """Which number: a quantity of the vocabulary, and where it holds."""

    name: str
    c_rate: float | None = None
    cutoff: float | None = None


Numbers = Mapping[Key, Border]


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
        Contents at which charges end, the farthest last.
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
        As the electrode is.
    spreads
        Standard deviations of the logarithms, over samples; empty where none were drawn.
    varied, fixed
        What the samples differ in, and what nobody knows the uncertainty of.
    fracture_map
        Of the electrode; ``None`` where its phases separate.
    grains
        Of its crystal; ``None`` where that is not known.
    """

    numbers: Numbers
    spreads: Mapping[Key, float]
    varied: tuple[str, ...]
    fixed: tuple[str, ...]
    fracture_map: FractureMap | None
    grains: GrainSizes | None


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
    solved = {} if electrode.phase_separating else charges(electrode, problem.cutoffs[-1], problem.temperature)
    own_map = _map(problem, solved)
    grains = _grains(problem)
    found = _numbers(problem, own_map, grains)
    diffusion = ("diffusivity",) if own_map else ()
    uncertain = [name for name in (*MECHANICAL, *diffusion) if name in with_uncertainty(electrode)]
    if problem.fracture_energy.uncertainties is not None:
        uncertain.append("fracture_energy")
    drawn = [_numbers(one, _map(one, same), _grains(one)) for one, same in _sampled(problem, solved, samples, seed)]
    return FractureNumbers(
        numbers=found,
        spreads={} if samples < 2 else _spreads(found, drawn),
        varied=(*uncertain, "Z"),
        fixed=tuple(name for name in (*MECHANICAL, *diffusion, "fracture_energy") if name not in uncertain),
        fracture_map=own_map,
        grains=grains.get(problem.cutoffs[-1]),
    )


def _spreads(found: Numbers, drawn: Sequence[Numbers]) -> dict[Key, float]:
    """Return standard uncertainties of logarithms; none of what does not move.

    Where samples are beyond the end of the map, the distance to the 16th percentile on the other side stands for it.
    """
    spreads = {}
    for key, border in found.items():
        values = np.array([one[key].value for one in drawn])
        bounds = {one[key].bound for one in drawn} - {None}
        if not bounds:
            spread = standard_uncertainty(values, 1.0, by_ratio=True)
        else:
            inside = float(np.quantile(values, CENTRAL[0] if "lower" in bounds else CENTRAL[1]))
            spread = abs(math.log(inside / border.value))
        if spread > LEAST_SPREAD:
            spreads[key] = spread
    return spreads


def _map(problem: FractureProblem, solved: Mapping[float, SphereHistory]) -> FractureMap | None:
    if not solved:
        return None
    return fracture_map(problem.electrode, problem.fracture_energy, problem.cutoffs, problem.temperature, solved)


def _grains(problem: FractureProblem) -> dict[float, GrainSizes]:
    """Return sizes of grains by the content at which the charge ends."""
    if problem.crystal is None:
        return {}
    return {
        cutoff: grain_sizes(problem.electrode, problem.crystal, problem.fracture_energy, cutoff, problem.z)
        for cutoff in problem.cutoffs
    }


def _numbers(
    problem: FractureProblem, border: FractureMap | None, grains: Mapping[float, GrainSizes]
) -> dict[Key, Border]:
    """Return all numbers of a problem; a size that is infinite, for want of any strain, is none."""
    found: dict[Key, Border] = {}
    for cutoff, sizes in grains.items():
        end = None if cutoff == problem.cutoffs[-1] else cutoff
        found[Key("critical_grain_size", cutoff=end)] = Border(sizes.random)
        found[Key("critical_grain_size_radial", cutoff=end)] = Border(sizes.radial)
    if border is not None:
        farthest = problem.cutoffs[-1]
        for c_rate in problem.c_rates:
            found[Key("critical_particle_radius", c_rate)] = border.critical_radius(c_rate, farthest)
            for cutoff in problem.cutoffs[:-1]:
                key = Key("critical_particle_radius_at_cutoff", c_rate, cutoff)
                found[key] = border.critical_radius(c_rate, cutoff)
        found[Key("safe_rate")] = border.safe_rate(problem.radius, farthest)
    elif problem.crystal is not None:
        phases = two_phase_size(problem.electrode, problem.crystal, problem.fracture_energy, problem.z)
        found[Key("critical_size_of_two_phases")] = Border(phases.size)
    return {key: one for key, one in found.items() if math.isfinite(one.value)}


def _sampled(
    problem: FractureProblem, solved: Mapping[float, SphereHistory], count: int, seed: int
) -> list[tuple[FractureProblem, dict[float, SphereHistory]]]:
    """Return problems drawn from the uncertainties, each with its charges."""
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
        drawn.append((sample, {group * faster: history for group, history in solved.items()}))
    return drawn


def _relative_uncertainty(curve: Curve) -> float:
    """Return the standard uncertainty of the logarithm of a curve as a whole: the mean over its points."""
    assert curve.uncertainties is not None
    return float(np.mean(np.divide(curve.uncertainties, curve.values)))
