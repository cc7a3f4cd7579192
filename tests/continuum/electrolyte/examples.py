"""Solid electrolytes and cathodes with the few quantities that these tests need, made by hand."""

from __future__ import annotations

from pymatgen.core import Lattice, Structure

from atomscreen.continuum.record import HandoffRecord, handoff_record
from atomscreen.core.candidate import Candidate
from atomscreen.core.quantity import Quantity
from atomscreen.core.vocabulary import Role


def candidate(*quantities: Quantity, ion: str | None = "Li", role: Role = Role.SOLID_ELECTROLYTE) -> Candidate:
    cell = Structure(Lattice.cubic(4), ["Cu"], [[0, 0, 0]])
    return Candidate(str(role), {"input": cell}, role=role, working_ion=ion, quantities=quantities)


def record(*quantities: Quantity, role: Role = Role.SOLID_ELECTROLYTE) -> HandoffRecord:
    return handoff_record(candidate(*quantities, role=role))


def conductivity(value: float, uncertainty: float | None = None, **rest) -> Quantity:
    return Quantity("bulk_ionic_conductivity_300K", value, uncertainty, **rest)
