"""A whole cell as a BPX file, the exchange format of battery models, from a material and a base set.

BPX has the standard exchange current only, one activation energy for a diffusivity, no thermodynamic factor and no
mechanics. What that leaves out is fitted or put into its section of user-defined parameters; the header says how.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from atomscreen.continuum.cell.base_sets import DEFAULT_BASE, pybamm_library
from atomscreen.continuum.cell.cell_balance import Balance
from atomscreen.continuum.cell.pybamm_parameters import LAYERS, CellParameters, pybamm_parameters
from atomscreen.continuum.cell.sampled_parameters import (
    CONCENTRATIONS,
    STOICHIOMETRIES,
    SampledParameters,
    mean_over_stoichiometry,
)
from atomscreen.continuum.electrode import Electrode, Side
from atomscreen.continuum.electrode_reading import electrode_of
from atomscreen.continuum.record import HandoffRecord
from atomscreen.core.files import written

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

VERSION: Final = "1.1.0"
"""The version of BPX that is written."""

_INNER = np.linspace(0.05, 0.95, 91)
"""Stoichiometries at which exchange currents are compared; the standard form vanishes at the ends."""

_CONSTANTS = (
    "Poisson's ratio",
    "reference concentration for free of deformation [mol.m-3]",
    "critical stress [Pa]",
    "LAM constant proportional term [s-1]",
    "LAM constant exponential term",
    "initial crack length [m]",
    "initial crack width [m]",
    "number of cracks per unit area [m-2]",
    "Paris' law constant b",
    "Paris' law constant m",
)
"""Constants of an electrode's mechanics, as PyBaMM names them after the electrode."""

_OF_CONTENT = ("Young's modulus [Pa]", "partial molar volume [m3.mol-1]")
"""What changes with content in the mechanics of an electrode, besides its volume."""

_NOTES = (
    "Activation energies of diffusivities are means over stoichiometry; those of the electrolyte hold at its initial "
    "concentration.",
    "User-defined are mechanics and the electrolyte's thermodynamic factor, for which BPX has no place. What has "
    "PyBaMM's name is read by it; 'against stoichiometry' is the whole curve of a constant that is its mean.",
    "The cell is charged at the negative electrode's maximum and the positive electrode's minimum stoichiometry.",
    "No growth of an interphase, no plating and no thermal properties are in this file.",
)

_SEPARATING = (
    "Two phases coexist in its particles at most contents, and diffusion by Fick's law describes no front between "
    "them: take the particles as uniform (PyBaMM: option 'particle', 'uniform profile')."
)


def bpx_document(electrode: Electrode, base: str = DEFAULT_BASE) -> dict[str, Any]:
    """Return a BPX document of a base set's cell with an electrode of another material in it, checked by ``bpx``.

    Tables replace functions. The reaction rate constant is the geometric mean, over stoichiometry, of the one that the
    base set's exchange current amounts to; the activation energy of a diffusivity is its mean over stoichiometry.
    PyBaMM reads what is user-defined by name: constant moduli and partial molar volumes (means over stoichiometry), so
    that particle mechanics run, and a constant thermodynamic factor. Whole curves stand beside them.

    Raises
    ------
    UsageError, StageFailure
        As :func:`~atomscreen.continuum.cell.pybamm_parameters.pybamm_parameters` does.
    """
    import bpx

    parameters = pybamm_parameters(electrode, base)
    assert parameters.balance is not None
    document = _Document(parameters, electrode, parameters.balance).whole()
    bpx.parse_bpx_obj(copy.deepcopy(document))  # it changes what it checks
    return document


def write_bpx(record: HandoffRecord, folder: Path, base: str) -> list[Path]:
    """Write the cell of a record's material as a BPX file; raises as :func:`bpx_document` and ``electrode_of`` do."""
    path = folder / f"{record.material.id}.bpx.json"
    document = bpx_document(electrode_of(record), base)
    with written(path) as file:
        json.dump(document, file, indent=1, ensure_ascii=False)
    return [path]


class _Document:
    """Writes the sections, and notes what fits badly."""

    def __init__(self, parameters: CellParameters, electrode: Electrode, balance: Balance) -> None:
        self.parameters, self.electrode, self.balance = parameters, electrode, balance
        self.sampled = SampledParameters(parameters.values)
        self.number = self.sampled.number
        self.misfits: list[str] = []

    def whole(self) -> dict[str, Any]:
        """Return the document."""
        parameterisation = {
            "Cell": self.cell(),
            "Electrolyte": self.electrolyte(),
            "Negative electrode": self.porous_electrode("Negative"),
            "Positive electrode": self.porous_electrode("Positive"),
            "Separator": self.layer("Separator"),
            "User-defined": self.user_defined(),
        }
        # No state of charge is said: PyBaMM would balance the cell anew; without it, it starts at the limits.
        state = {
            "Initial conditions": {
                "Initial temperature [K]": self.number("Initial temperature [K]"),
                "Initial electrolyte concentration [mol.m-3]": self.sampled.concentration,
            },
            "Thermal environment": {"Ambient temperature [K]": self.number("Ambient temperature [K]")},
        }
        return {"Header": self.header(), "Parameterisation": parameterisation, "State": state}

    def header(self) -> dict[str, str]:
        """Return title, and what came from where."""
        material, base = f"{self.electrode.formula} ({self.electrode.id})", self.parameters.base
        origins = (
            f"{name}: {origin.kind}, {origin.text}."
            for name, origin in self.parameters.origins.items()
            if origin.kind != "base set"
        )
        lines = (
            f"{material} as the {self.electrode.side.lower()} electrode of the cell of PyBaMM's set {base}. Whatever "
            "is not named here is that set's.",
            *origins,
            *self.parameters.remarks,
            *((_SEPARATING,) if self.electrode.phase_separating else ()),
            *self.misfits,
            *_NOTES,
        )
        return {
            "BPX": VERSION,
            "Title": f"{material} in the cell of {base}",
            "Description": "\n".join(lines),
            "References": f"{base}, as PyBaMM cites it",
            "Model": "DFN",
        }

    def cell(self) -> dict[str, float]:
        """Return what is of the cell as a whole."""
        return {
            "Electrode area [m2]": self.number("Electrode height [m]") * self.number("Electrode width [m]"),
            "External surface area [m2]": self.number("Cell cooling surface area [m2]"),
            "Volume [m3]": self.number("Cell volume [m3]"),
            "Number of electrode pairs connected in parallel to make a cell": round(self.number(LAYERS)),
            "Lower voltage cut-off [V]": self.number("Lower voltage cut-off [V]"),
            "Upper voltage cut-off [V]": self.number("Upper voltage cut-off [V]"),
            "Nominal cell capacity [A.h]": self.number("Nominal cell capacity [A.h]"),
            "Reference temperature [K]": self.sampled.temperature,
        }

    def electrolyte(self) -> dict[str, Any]:
        """Return transport in the electrolyte."""
        section: dict[str, Any] = {"Cation transference number": self.sampled.initial("Cation transference number")}
        for name, unit in (("diffusivity", "[m2.s-1]"), ("conductivity", "[S.m-1]")):
            theirs, ours = f"Electrolyte {name} {unit}", name.capitalize()
            section[f"{ours} {unit}"] = _table(CONCENTRATIONS, self.sampled.of_electrolyte(theirs))
            energy = self.sampled.activation_energy(theirs, self.sampled.concentration)
            section[f"{ours} activation energy [J.mol-1]"] = energy
        return section

    def layer(self, name: str) -> dict[str, float]:
        """Return thickness, porosity and transport efficiency of an electrode or the separator."""
        porosity = self.number(f"{name} porosity")
        return {
            "Thickness [m]": self.number(f"{name} thickness [m]"),
            "Porosity": porosity,
            "Transport efficiency": porosity ** self.number(f"{name} Bruggeman coefficient (electrolyte)"),
        }

    def porous_electrode(self, side: Side) -> dict[str, Any]:
        """Return an electrode; its conductivity is that of the porous solid, as BPX wants it."""
        name, diffusivity = f"{side} electrode", f"{side} particle diffusivity [m2.s-1]"
        solid = 1.0 - self.number(f"{name} porosity")
        radius = self.number(f"{side} particle radius [m]")
        ends = sorted(self.balance.negative if side == "Negative" else self.balance.positive)
        temperature = self.sampled.temperature
        return {
            **self.layer(name),
            "Conductivity [S.m-1]": self.number(f"{name} conductivity [S.m-1]")
            * solid ** self.number(f"{name} Bruggeman coefficient (electrode)"),
            "Minimum stoichiometry": ends[0],
            "Maximum stoichiometry": ends[1],
            "Maximum concentration [mol.m-3]": self.number(f"Maximum concentration in {name.lower()} [mol.m-3]"),
            "Particle radius [m]": radius,
            "Surface area per unit volume [m-1]": 3 * self.number(f"{name} active material volume fraction") / radius,
            "Diffusivity [m2.s-1]": _of_stoichiometry(self.sampled.of_stoichiometry(diffusivity, temperature)),
            "Diffusivity activation energy [J.mol-1]": self.sampled.activation_energy(
                diffusivity, np.linspace(0.0, 1.0, 401)
            ),
            "OCP [V]": _of_stoichiometry(self.sampled.of_stoichiometry(f"{name} OCP [V]")),
            "Entropic change coefficient [V.K-1]": _of_stoichiometry(
                self.sampled.of_stoichiometry(f"{name} OCP entropic change [V.K-1]")
            ),
            **self.reaction(side),
        }

    def reaction(self, side: Side) -> dict[str, float]:
        """Return K of j0 = F K √(c/c0 · x (1 − x)), with c of the electrolyte, and its activation energy."""
        name = f"{side} electrode exchange-current density [A.m-2]"
        highest = self.number(f"Maximum concentration in {side.lower()} electrode [mol.m-3]")
        initial, temperature = self.sampled.concentration, self.sampled.temperature
        shape = float(pybamm_library().constants.F.value) * np.sqrt(_INNER * (1.0 - _INNER))
        rates, of_double = (
            self.sampled.at(name, factor * initial, _INNER * highest, highest, temperature) / shape / np.sqrt(factor)
            for factor in (1.0, 2.0)
        )
        rate = float(np.exp(np.log(rates).mean()))
        off = float(np.abs(np.concatenate([rates, of_double]) / rate - 1.0).max())
        self.misfits.append(
            f"Exchange current of the {side.lower()} electrode: K = {rate:.4g} mol/(m² s) in BPX's form differs from "
            f"{self.parameters.base}'s function by up to {off:.1%} (stoichiometries from 0.05 to 0.95, single and "
            "double concentration of the salt)."
        )
        energy = self.sampled.activation_energy(name, initial, _INNER * highest, highest)
        return {
            "Reaction rate constant [mol.m-2.s-1]": rate,
            "Reaction rate constant activation energy [J.mol-1]": energy,
        }

    def user_defined(self) -> dict[str, Any]:
        """Return what BPX has no place for."""
        states = (f"Open-circuit voltage at {state}% SOC [V]" for state in (0, 100))
        toughness = self.electrode.fracture_toughness
        against = f"{self.electrode.side} electrode fracture toughness against stoichiometry [Pa.m0.5]"
        return {
            "Thermodynamic factor": self.sampled.initial("Thermodynamic factor"),
            **{name: self.number(name) for name in states},
            **self.mechanics("Negative electrode"),
            **self.mechanics("Positive electrode"),
            against: _table(toughness.contents, toughness.values),
        }

    def mechanics(self, name: str) -> dict[str, Any]:
        """Return an electrode's mechanics; nothing where the set has none."""
        if f"{name} volume change" not in self.sampled:
            return {}
        temperature = self.sampled.temperature
        section: dict[str, Any] = {f"{name} {one}": self.number(f"{name} {one}") for one in _CONSTANTS}
        section[f"{name} cracking rate"] = float(self.sampled.at(f"{name} cracking rate", temperature)[0])
        section[f"{name} volume change"] = _of_stoichiometry(self.sampled.of_stoichiometry(f"{name} volume change"))
        for of_content in _OF_CONTENT:
            values = self.sampled.of_stoichiometry(f"{name} {of_content}", temperature)
            what, _, unit = of_content.rpartition(" ")
            section[f"{name} {of_content}"] = mean_over_stoichiometry(values)
            section[f"{name} {what} against stoichiometry {unit}"] = _of_stoichiometry(values)
        return section


def _of_stoichiometry(values: Array) -> dict[str, list[float]]:
    return _table(STOICHIOMETRIES, values)


def _table(places: Sequence[float] | Array, values: Sequence[float] | Array) -> dict[str, list[float]]:
    return {"x": [float(x) for x in places], "y": [float(y) for y in values]}
