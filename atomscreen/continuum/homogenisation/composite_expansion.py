"""Expansion of a composite whose phases want to expand differently: with temperature, or as they take ions up.

Expansions are all volumetric or all linear, small, isotropic, and in one unit (1/K of a thermal expansion, none of a
strain); what comes out is of the same kind, for a composite that is free to expand.
"""

from __future__ import annotations

from collections.abc import Mapping

from atomscreen.continuum.homogenisation.comparison_medium import IsotropicMedium
from atomscreen.continuum.homogenisation.composite_moduli import Phase, Phases, mean_in
from atomscreen.core.errors import UsageError


def levin_expansion(
    phases: tuple[Phase, Phase], expansions: tuple[float, float], effective_bulk_modulus: float
) -> float:
    """Return the expansion of two phases that has to go with their composite's bulk modulus, whatever its structure.

    α = ⟨α⟩ + (α1 − α2)/(1/K1 − 1/K2) (1/K_eff − ⟨1/K⟩), exact (V. M. Levin 1967; B. W. Rosen and Z. Hashin 1970,
    doi:10.1016/0020-7225(70)90066-2). With bulk moduli that are alike it is the average by volume.

    Parameters
    ----------
    phases
        Two phases that fill the volume, both stiff.
    expansions
        Theirs, in one unit.
    effective_bulk_modulus
        Of the composite, in Pa: measured, an estimate, or a bound, which then bounds the expansion.

    Raises
    ------
    UsageError
        For fractions that do not sum to one, a phase without stiffness, or a bulk modulus outside of Voigt's and
        Reuss's bounds.
    """
    one, two = phases
    reuss = mean_in({"first": one, "second": two}, IsotropicMedium(0.0, 0.0)).bulk
    if one.bulk == 0 or two.bulk == 0:
        raise UsageError("Levin's relation needs two phases with a bulk modulus above 0")
    voigt = one.fraction * one.bulk + two.fraction * two.bulk
    if not reuss * (1 - 1e-9) <= effective_bulk_modulus <= voigt * (1 + 1e-9):
        raise UsageError(
            f"the composite's bulk modulus of {effective_bulk_modulus:.4g} Pa is outside of the bounds of its phases, "
            f"{reuss:.4g} and {voigt:.4g} Pa"
        )
    by_volume = one.fraction * expansions[0] + two.fraction * expansions[1]
    if one.bulk == two.bulk:
        return by_volume
    per_compliance = (expansions[0] - expansions[1]) / (1 / one.bulk - 1 / two.bulk)
    return by_volume + per_compliance * (1 / effective_bulk_modulus - 1 / reuss)


def expansion_in(phases: Phases, expansions: Mapping[str, float], medium: IsotropicMedium) -> float:
    """Return the expansion of any number of phases, each as if it were a sphere in a medium, pores among them or not.

    Σ f α K/(K + K*) / Σ f K/(K + K*): every phase expands against the constraint K* = 4G/3 of the medium. It is the
    estimate of the same name as that of the moduli in the same medium: Mori and Tanaka's where it is the matrix, the
    self-consistent one where it is the composite. For two phases it is Levin's with that bulk modulus.

    Parameters
    ----------
    phases
        By name, in Pa; :class:`UsageError` where their fractions do not sum to one.
    expansions
        Of every phase that has a bulk modulus, in one unit.
    medium
        In Pa.

    Raises
    ------
    UsageError
        Where a phase lacks its expansion, or none has a bulk modulus.
    """
    mean_in(phases, medium)  # refuses wrong fractions
    stiff = {name: phase for name, phase in phases.items() if phase.bulk and phase.fraction}
    if not stiff:
        raise UsageError("no phase has a bulk modulus: nothing expands the composite")
    if lacking := [name for name in stiff if name not in expansions]:
        raise UsageError(f"the expansion of {', '.join(lacking)} is not given")
    constraint = medium.constraint.bulk
    weights = {name: phase.fraction * phase.bulk / (phase.bulk + constraint) for name, phase in stiff.items()}
    return sum(weight * expansions[name] for name, weight in weights.items()) / sum(weights.values())
