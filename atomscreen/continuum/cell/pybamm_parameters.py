"""PyBaMM's parameters of a cell in which one electrode is of our material and everything else of a base set.

PyBaMM's sign of the partial molar volume is ours: positive where the particle swells as it takes ions up. The surface
of a particle that swells is under tension, which is positive, while the particle gives ions off; that of one that
shrinks, such as LiCoO2, while it takes them up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from atomscreen.continuum.cell.base_sets import DEFAULT_BASE, base_values, check_base, pybamm_library
from atomscreen.continuum.cell.cell_balance import Balance, balance, lithium_of_new_cell
from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.continuum.electrode_reading import beyond_known
from atomscreen.core.errors import UsageError

Kind = Literal["material", "base set", "set to zero", "balanced", "chosen"]

LAYERS: Final = "Number of electrodes connected in parallel to make a cell"


@dataclass(frozen=True)
class Origin:
    """Where one parameter comes from.

    Attributes
    ----------
    kind
        ``"material"``: known of the material; ``"base set"``: of another cell; ``"balanced"``: follows from both;
        ``"chosen"``: set by the caller; ``"set to zero"``: nobody knows it.
    text
        The source, the base set's name, or the reason.
    """

    kind: Kind
    text: str


@dataclass(frozen=True)
class CellParameters:
    """A parameter set that PyBaMM runs, and where each of its numbers comes from.

    Attributes
    ----------
    values
        A ``pybamm.ParameterValues``.
    origins
        By PyBaMM's name of a parameter; every parameter has one.
    base
        Name of the base set.
    electrode
        The electrode put in; ``None`` in the untouched base set.
    balance
        Of the cell with it; ``None`` in the untouched base set.
    remarks
        What a reader should know of the limits of these numbers.
    """

    values: Any
    origins: Mapping[str, Origin]
    base: str
    electrode: Electrode | None = None
    balance: Balance | None = None
    remarks: tuple[str, ...] = ()

    @property
    def layers(self) -> float:
        """Number of pairs of electrodes that the cell is a stack of."""
        return float(self.values[LAYERS])

    @property
    def area(self) -> float:
        """Area of all the pairs of electrodes together, in m²."""
        return self.layers * float(self.values["Electrode height [m]"]) * float(self.values["Electrode width [m]"])


def untouched_base(base: str) -> CellParameters:
    """Return a base set as it is, to stand beside a material's cell."""
    values = base_values(base)
    return CellParameters(values, {name: Origin("base set", base) for name in values}, base)


def pybamm_parameters(
    electrode: Electrode,
    base: str = DEFAULT_BASE,
    lower_voltage: float | None = None,
    upper_voltage: float | None = None,
) -> CellParameters:
    """Return the parameters of a base set's cell with an electrode of another material in it.

    ``parameters.values`` is for any of PyBaMM's lithium-ion models, charged to the upper voltage (cracks may need
    :func:`~atomscreen.continuum.cell.crack_start.that_cracks_start`). Geometry, porosity,
    particle size, electrolyte, kinetics, the other electrode, and the constants of crack growth stay the base set's.

    Parameters
    ----------
    electrode
        The material; its side says which electrode it replaces.
    base
        Name of the base set.
    lower_voltage, upper_voltage
        Limits of the cell in V; the base set's where they are not given.

    Raises
    ------
    UsageError
        For an unknown base set, or a material of another ion than lithium.
    StageFailure
        Where the open-circuit voltage never gets to a limit.
    """
    if electrode.working_ion != "Li":
        raise UsageError(
            f"the base sets are cells of lithium: {electrode.id} with {electrode.working_ion} goes into none of them"
        )
    values = base_values(base)
    origins = {name: Origin("base set", base) for name in values}

    def put(new: Mapping[str, tuple[Any, Origin]]) -> None:
        values.update({name: value for name, (value, _) in new.items()})
        origins.update({name: origin for name, (_, origin) in new.items()})

    put(_electrochemical(electrode))
    if check_base(base).mechanics:
        put(_mechanical(electrode, values, base))
    put(_limits(lower_voltage, upper_voltage))
    balanced = balance(values, lithium_of_new_cell(values, base, electrode.side))
    put(_balanced(balanced, values))
    used = balanced.positive if electrode.side == "Positive" else balanced.negative
    remarks = (*electrode.remarks, *balanced.remarks, *beyond_known(electrode, min(used), max(used)))
    return CellParameters(values, origins, base, electrode, balanced, remarks)


def _electrochemical(electrode: Electrode) -> dict[str, tuple[Any, Origin]]:
    """Return concentration, potential and diffusivity."""
    side = electrode.side
    return {
        f"Maximum concentration in {side.lower()} electrode [mol.m-3]": (
            electrode.assembled_concentration,
            Origin(
                "material",
                f"{_known(electrode, 'maximum_concentration').text}; over the volume as assembled, "
                f"{electrode.assembled_concentration / electrode.maximum_concentration:.4g} times that in the full one",
            ),
        ),
        f"{side} electrode OCP [V]": (
            _function(electrode.open_circuit_potential, smooth=True),
            _known(electrode, "open_circuit_potential"),
        ),
        f"{side} electrode OCP entropic change [V.K-1]": (
            0.0,
            Origin("set to zero", "not calculated; it matters only away from the reference temperature"),
        ),
        f"{side} particle diffusivity [m2.s-1]": (
            _arrhenius(electrode),
            _known(electrode, "diffusivity", "activation_energy"),
        ),
    }


def _mechanical(electrode: Electrode, values: Any, base: str) -> dict[str, tuple[Any, Origin]]:
    """Return moduli, expansion and critical stress.

    Volumes count from the particle as the cell is assembled: full in a positive electrode, empty in a negative one.
    The reference concentration is zero, since PyBaMM takes the concentration above it for all the ions that stress
    drives. Its displacement, that concentration times the partial molar volume at the moment, is then no size where
    that volume changes with content: sizes follow from the volume change.
    """
    side = f"{electrode.side} electrode"
    change = electrode.volume_change
    start = float(change.at(electrode.assembled_content))
    from_start = Curve(change.contents, tuple((value - start) / (1 + start) for value in change.values))
    crack, geometry = (
        float(values[f"{side} {name}"]) for name in ("initial crack length [m]", "Paris' law constant b")
    )
    toughness = min(electrode.fracture_toughness.values)
    of_toughness = _known(electrode, "fracture_toughness").text
    return {
        f"{side} Young's modulus [Pa]": (_of_both(electrode.youngs_modulus), _known(electrode, "youngs_modulus")),
        f"{side} Poisson's ratio": (electrode.poisson_ratio.mean(), _known(electrode, "poisson_ratio", mean=True)),
        f"{side} partial molar volume [m3.mol-1]": (
            _of_both(electrode.partial_molar_volume),
            _known(electrode, "partial_molar_volume"),
        ),
        f"{side} volume change": (_function(from_start), _known(electrode, "volume_change")),
        f"{side} reference concentration for free of deformation [mol.m-3]": (
            0.0,
            Origin(
                "set to zero",
                "so that stress drives all ions that are in a particle; take sizes from the volume change, not from "
                "PyBaMM's displacement",
            ),
        ),
        f"{side} critical stress [Pa]": (
            2 / 3 * toughness / (geometry * math.sqrt(math.pi * crack)),
            Origin(
                "material",
                f"hydrostatic stress, 2/3 of the tangential one, at which a crack of the base set's initial length "
                f"l = {crack:g} m grows: toughness {toughness:.3g} Pa·m^0.5 ({of_toughness}) over b √(π l), b = "
                f"{geometry:g} of {base}; it goes with the root of that length, which no calculation gives",
            ),
        ),
    }


def _limits(lower: float | None, upper: float | None) -> dict[str, tuple[Any, Origin]]:
    """Return the voltage limits that are not the base set's."""
    chosen = Origin("chosen", "voltage limits of the cell")
    limits = (("Lower", 0, lower), ("Upper", 100, upper))
    return {
        name: (voltage, chosen)
        for which, state, voltage in limits
        if voltage is not None
        for name in (f"{which} voltage cut-off [V]", f"Open-circuit voltage at {state}% SOC [V]")
    }


def _balanced(found: Balance, values: Any) -> dict[str, tuple[Any, Origin]]:
    """Return what follows from the balance of both electrodes: the charged state and the current of 1C."""
    origin = Origin("balanced", f"{found.lithium:.4g} A·h of lithium between the voltage limits")
    charged = {
        f"Initial concentration in {side} electrode [mol.m-3]": (
            stoichiometries[1] * float(values[f"Maximum concentration in {side} electrode [mol.m-3]"]),
            origin,
        )
        for side, stoichiometries in (("negative", found.negative), ("positive", found.positive))
    }
    capacity = dict.fromkeys(("Nominal cell capacity [A.h]", "Current function [A]"), (found.capacity, origin))
    return charged | capacity


def _known(electrode: Electrode, *names: str, mean: bool = False) -> Origin:
    """Return the origin of what is known of a material."""
    sources = dict.fromkeys(electrode.sources.get(name, "source not said") for name in names)
    return Origin("material", "; ".join(sources) + ("; mean over contents" if mean else ""))


def _function(curve: Curve, smooth: bool = False) -> Callable[..., Any]:
    """Return a curve as a function of PyBaMM's stoichiometry, linear or, ``smooth``, with a continuous derivative.

    Both keep a curve that falls everywhere falling everywhere: a cubic spline would overshoot beside a plateau.
    """
    pybamm = pybamm_library()
    contents = np.unique([0.0, *curve.contents, 1.0])
    values = np.log(curve.at(contents)) if curve.logarithmic else curve.at(contents)

    def of_stoichiometry(stoichiometry: Any) -> Any:
        found = pybamm.Interpolant(contents, values, stoichiometry, interpolator="pchip" if smooth else "linear")
        return pybamm.exp(found) if curve.logarithmic else found

    return of_stoichiometry


def _of_both(curve: Curve) -> Callable[..., Any]:
    """Return a curve as a function of stoichiometry and temperature that does not change with temperature."""
    of_stoichiometry = _function(curve)

    def of_both(stoichiometry: Any, temperature: Any) -> Any:
        return of_stoichiometry(stoichiometry)

    return of_both


def _arrhenius(electrode: Electrode) -> Callable[..., Any]:
    """Return the diffusivity as a function of stoichiometry and temperature."""
    pybamm = pybamm_library()
    diffusivity, activation_energy = _function(electrode.diffusivity), _function(electrode.activation_energy)

    def of_both(stoichiometry: Any, temperature: Any) -> Any:
        inverse = 1 / electrode.reference_temperature - 1 / temperature
        return diffusivity(stoichiometry) * pybamm.exp(activation_energy(stoichiometry) / pybamm.constants.R * inverse)

    return of_both
