"""Average voltage between the end members of an electrode, and the change of volume between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import Companions, stage
from atomscreen.core.units import Unit
from atomscreen.core.vocabulary import ELECTRODES
from atomscreen.interatomic.potentials import PotentialName, label, model_uncertainty
from atomscreen.properties.intercalation.end_members import EndMembers, metals, relaxed_end_members


@stage(
    needs={"relaxed", "energy_per_atom", "working_ion"},
    uses={"charged"},
    roles=ELECTRODES,
    companions=Companions(choose=metals, stages=("relax",)),
    gives={"average_voltage", "volume_change", "volume_change_per_ion", "specific_energy", "charged_relaxed"},
)
def voltage(
    candidate: Candidate,
    companions: Sequence[Candidate],
    potential: PotentialName = "chgnet",
    max_force: Annotated[float, Unit("eV/Å"), Field(gt=0)] = 0.03,
    max_steps: Annotated[int, Field(gt=0)] = 500,
) -> Results:
    """Take all working ions out of the relaxed structure, relax what is left, and give the average voltage.

    V = −[E(AₙH) − E(H) − n E(A)]/(n z), with the metal A of the working ion, at 0 K and without entropy. Where the
    candidate brings a structure without ions (``charged``), that is relaxed instead.

    Parameters
    ----------
    candidate
        The electrode with its ions in, relaxed.
    companions
        The metal of the working ion, relaxed with the same potential.
    potential
        The interatomic potential, the one that relaxed the candidate.
    max_force
        Largest force left on any atom of the charged structure, in eV/Å.
    max_steps
        Steps of the optimizer after which the relaxation of the charged structure fails.
    """
    limits = {"max_force": max_force, "max_steps": max_steps}
    return _results(relaxed_end_members(candidate, companions, potential, limits), potential)


def _results(ends: EndMembers, potential: str) -> Results:
    """Return the quantities; those of volume only where the layers of a host without ions hold together."""
    method = label(potential)
    energies = {
        "average_voltage": ends.voltage,
        "specific_energy": ends.voltage * ends.capacity,  # V times mAh/g is Wh/kg
    }
    volumes = {"volume_change": ends.volume_change, "volume_change_per_ion": ends.volume_per_ion}
    notes = []
    if ends.held:
        notes.append(
            f"Without {ends.ion} the potential does not bind the host's layers, so it was relaxed in the cell of the "
            "full structure: the voltage is this potential's within some hundredths of a volt (above it), and there is "
            "no change of volume."
        )
    elif ends.drifts:
        notes.append(
            f"Without {ends.ion} the host swells by {ends.volume_change:.0f} %: the potential hardly binds its layers. "
            "The voltage feels little of it; the change of volume would mean nothing and is left out."
        )
    if ends.voltage < 0:
        notes.append(f"The voltage is negative: by this potential {ends.ion} does not enter the host by itself.")
    error = model_uncertainty(potential, "average_voltage", ends.voltage)
    errors = {"average_voltage": error, "specific_energy": None if error is None else error * ends.capacity}
    quantities = [
        Quantity(name, value, errors[name], method=method, provenance=ends.origin) for name, value in energies.items()
    ]
    if ends.drifts:
        return Results(tuple(quantities), notes=tuple(notes))
    quantities += [Quantity(name, value, method=method, provenance=ends.origin) for name, value in volumes.items()]
    return Results(tuple(quantities), {"charged_relaxed": ends.empty}, tuple(notes))
