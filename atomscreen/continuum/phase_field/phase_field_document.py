"""What is handed to a phase-field code of one material: everything it needs, in SI units, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from atomscreen.continuum.cell.base_sets import base_values, check_base
from atomscreen.continuum.cell.sampled_parameters import SampledParameters
from atomscreen.continuum.coherency.coherency_strain import coherency_between
from atomscreen.continuum.crystal import crystal_of
from atomscreen.continuum.electrode import Electrode, Side
from atomscreen.continuum.electrode_reading import beyond_known, electrode_of
from atomscreen.continuum.incomplete import HandoffIncomplete, lacks
from atomscreen.continuum.phase_field.coexistence import Gap, binodal, critical_temperature, spinodal
from atomscreen.continuum.phase_field.content_table import content_table
from atomscreen.continuum.phase_field.free_energy import FreeEnergy
from atomscreen.continuum.phase_field.free_energy_reading import MODEL, KnownFreeEnergy, free_energy_of
from atomscreen.continuum.phase_field.gradient_energy import gradient_coefficient, interface_energy, interface_width
from atomscreen.continuum.phase_field.mechanics_block import elasticity, fracture
from atomscreen.continuum.phase_field.mobility import unblocked_diffusivity_of
from atomscreen.continuum.record import HandoffRecord
from atomscreen.core.errors import StageFailure
from atomscreen.core.vocabulary import Role
from atomscreen.properties.working_ion import ion_charge

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

FORMULA: Final = (
    "g(x) = R*T*(x*ln(x) + (1 - x)*ln(1 - x)) + x*(1 - x)*sum over k from 0 of L[k]*(2*x - 1)**k, in J per mole of ion "
    "sites, x the share of the sites that hold an ion; mu(x) = dg/dx in J per mole of ions; the electrode potential is "
    "its mean voltage less mu/(z*F)"
)
DENSITY: Final = "f = c*g(x) + kappa/2*|grad x|**2, c the concentration of ion sites in mol/m3, kappa in J/m"
FLUX: Final = (
    "the flux of ions is -c*M(x)*grad(mu), mu that of f over c; M = x*(1 - x)*D_0(x)/(R*T), ln(D_0) linear in x "
    "between the contents given and constant beyond; D_0 = D_J/(1 - x), D_J the jump diffusivity; at contents of 0 and "
    "1 it is the chemical diffusivity, to which both come there"
)
NOT_TOGETHER: Final = (
    "M*g'' is the chemical diffusivity of this free energy; the column 'chemical diffusivity [m2/s]' is another one, "
    "with the thermodynamic factor of the open-circuit potential, and is not for use together with g"
)
COHERENCY: Final = (
    "with coherent phases f gains B/2*(x - mean x)**2, of lamellae along the habit plane, whose normal is in the axes "
    "of the full crystal; g then acts as if L[0] were less by B/(2*c); this stands for the elastic energy of a code "
    "that does not solve for stress, never beside it"
)
ORDER: Final = (
    "order parameters of ordered contents (which no stage gives: energies of orderings come without their symmetries, "
    "so the free energy is a function of content and temperature alone)"
)
INTERFACE: Final = (
    "energy of the interface between the phases (which no stage gives); where it is known, kappa is the number above "
    "times its square, or give it to phase_field_input in Python"
)


@dataclass(frozen=True)
class PhaseFieldInput:
    """What a phase-field code needs of one material.

    Attributes
    ----------
    document
        Plain data for JSON: formulas, coefficients, what coexists, gradient energy, mobility, fracture, what is from
        the base set, what is missing.
    table
        Columns by name; what is not known is no column.
    """

    document: Mapping[str, Any]
    table: Mapping[str, Array]


def phase_field_input(
    record: HandoffRecord, base: str, interface_energy: float | None = None, strength: float | None = None
) -> PhaseFieldInput:
    """Return what a phase-field code needs of an electrode.

    Parameters
    ----------
    record
        Of the electrode.
    base
        The base set that gives what no calculation does: size of particles and kinetics of the surface.
    interface_energy
        Of the interface between its phases in J/m², where it is known.
    strength
        Of its particles in Pa, where it is known.

    Raises
    ------
    HandoffIncomplete
        Where the record has no free energy or no concentration of ions. What else it lacks is listed in the document.
    UsageError
        For an unknown base set.
    """
    return _Writing(record, base, interface_energy, strength).input()


class _Writing:
    """Puts the document together, noting what is missing."""

    def __init__(
        self, record: HandoffRecord, base: str, interface_energy: float | None, strength: float | None
    ) -> None:
        check_base(base)
        self.record, self.base = record, base
        self.interface_energy, self.strength = interface_energy, strength
        self.known: KnownFreeEnergy = free_energy_of(record)
        self.free_energy: FreeEnergy = self.known.free_energy
        self.gaps, self.unstable = binodal(self.free_energy), spinodal(self.free_energy)
        if not (concentrations := record.entries("maximum_ion_concentration")):
            raise HandoffIncomplete(record.material.id, MODEL, [lacks("maximum_ion_concentration")])
        self.concentration = concentrations[-1].number
        self.missing = [ORDER]
        self.remarks = list(self.known.remarks)
        self.electrode = self.mechanics()

    def mechanics(self) -> Electrode | None:
        """Return the electrode's functions of content; what they lack is missing here too."""
        try:
            found = electrode_of(self.record)
        except HandoffIncomplete as problem:
            self.missing += problem.missing
            return None
        self.remarks += found.remarks
        self.remarks += beyond_known(found, 0.0, 1.0)
        return found

    def input(self) -> PhaseFieldInput:
        kinetics = self.kinetics()
        table, missing = content_table(self.record, self.free_energy, self.electrode)
        radius = next((value for name, value in kinetics.items() if name.endswith("particle radius [m]")), None)
        cracks, lacking = fracture(table, radius, self.strength)
        self.missing += [*missing, *lacking]
        document = {
            "about": "What a phase-field code needs of one material; all numbers in SI units",
            "material": self.record.material.model_dump(include={"id", "formula", "role", "working_ion"}),
            "free_energy": self.thermodynamics(),
            "gradient_energy": self.gradients(),
            "coherency": self.coherency(),
            "mobility": self.transport(),
            "elasticity": elasticity(self.electrode),
            "fracture": cracks,
            "of_base_set": kinetics,
            "missing": self.missing,
            "remarks": self.remarks,
            "notes": list(self.record.notes_of_material),
        }
        return PhaseFieldInput(document, table)

    def thermodynamics(self) -> dict[str, Any]:
        """Return formula and coefficients of the free energy, and what coexists."""
        average = self.record.entries("average_voltage")
        energy, fixed = self.free_energy, self.known.at_every_temperature
        return {
            "formula": FORMULA,
            "L [J/mol]": list(energy.interactions),
            "T [K]": energy.temperature,
            "z": ion_charge(str(self.record.material.working_ion)),
            "c [mol/m3]": self.concentration,
            "mean voltage [V]": average[-1].number if average else None,
            "origin": self.known.origin,
            "L holds": "at every temperature" if fixed else "at this temperature",
            "solid solution above [K]": critical_temperature(energy) if fixed and len(self.gaps) == 1 else None,
            "spinodal contents": [list(gap) for gap in self.unstable],
            "binodal contents": [list(gap) for gap in self.gaps],
        }

    def gradients(self) -> dict[str, Any]:
        """Return the gradient energy's coefficient, or what is missing for it."""
        found: dict[str, Any] = {"formula": DENSITY}
        if not self.gaps:
            return found | {"about": "a solid solution has no interfaces between phases, and needs no gradient energy"}
        widest: Gap = max(self.gaps, key=lambda gap: gap[1] - gap[0])
        # κ goes with the square of the interface's energy: with one known, this alone gives it.
        found["kappa over squared interface energy [m3/J]"] = gradient_coefficient(
            self.free_energy, widest, self.concentration, 1.0
        )
        found["of the interface between contents"] = list(widest)
        if self.interface_energy is None:
            self.missing.append(INTERFACE)
            return found
        kappa = gradient_coefficient(self.free_energy, widest, self.concentration, self.interface_energy)
        given = (self.free_energy, widest, self.concentration, kappa)
        return found | {
            "kappa [J/m]": kappa,
            "interface energy [J/m2]": interface_energy(*given),
            "interface width [m]": interface_width(*given),
        }

    def coherency(self) -> list[dict[str, Any]]:
        """Return what coherent phases cost for each pair of them; a pair whose misfit is not known gets a remark."""
        if not self.gaps:
            return []
        try:
            crystal = crystal_of(self.record)
        except HandoffIncomplete as problem:
            self.missing += problem.missing
            return []
        found = []
        for low, high in self.gaps:
            try:
                phases = coherency_between(crystal, low, high)
            except StageFailure as problem:
                self.remarks.append(f"No coherency strain of phases at {low:.3f} and {high:.3f}: {problem}.")
                continue
            strained = self.free_energy.with_coherency(phases.modulus_per_content, self.concentration)
            found.append(
                {
                    "phases": [low, high],
                    "formula": COHERENCY,
                    "B [J/m3]": phases.modulus_per_content,
                    "habit plane normal": phases.normal.tolist(),
                    "coherent spinodal contents": _within(spinodal(strained), low, high),
                    "coherent binodal contents": _within(binodal(strained), low, high),
                    "remarks": list(phases.remarks),
                }
            )
        return found

    def transport(self) -> dict[str, Any]:
        """Return what the mobility is made of."""
        told: dict[str, Any] = {"formula": FLUX, "about": NOT_TOGETHER}
        with suppress(HandoffIncomplete):  # the table has said so
            free, origin = unblocked_diffusivity_of(self.record, self.free_energy.temperature)
            told |= {"D_0 contents": list(free.contents), "D_0 [m2/s]": list(free.values), "origin": origin}
        return told

    def kinetics(self) -> dict[str, Any]:
        """Return what comes from the base set, by PyBaMM's names."""
        if self.record.material.working_ion != "Li":
            self.missing.append(
                f"size of particles and surface kinetics of {self.record.material.working_ion}: the base "
                "sets are cells of lithium"
            )
            return {}
        side: Side = "Negative" if self.record.material.role == Role.ANODE else "Positive"
        parameters = SampledParameters(base_values(self.base))
        current = f"{side} electrode exchange-current density [A.m-2]"
        half = self.concentration / 2
        at_half = parameters.at(current, parameters.concentration, half, self.concentration, parameters.temperature)
        return {
            "name": self.base,
            f"{side} particle radius [m]": parameters.number(f"{side} particle radius [m]"),
            current: float(at_half[0]),
            "about": f"exchange-current density at half content, {parameters.concentration:g} mol/m3 of salt and "
            f"{parameters.temperature:g} K; it is that of the base set's material, not of this one",
        }


def _within(gaps: Sequence[Gap], low: float, high: float) -> list[list[float]]:
    return [list(gap) for gap in gaps if low <= gap[0] and gap[1] <= high]
