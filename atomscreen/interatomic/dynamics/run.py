"""What every simulation begins with: moving atoms, a watch over them, and the settings that tell runs apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atomscreen.interatomic.dynamics.integrator import Dynamics
from atomscreen.interatomic.dynamics.schedule import Schedule
from atomscreen.interatomic.dynamics.watchdogs import Watch
from atomscreen.interatomic.relaxation import to_atoms

if TYPE_CHECKING:
    from ase.calculators.calculator import Calculator
    from pymatgen.core import Structure


class Run:
    """A run at its first frame.

    Parameters
    ----------
    structure
        The cell; an ordered structure.
    calculator
        An ASE calculator.
    schedule
        What happens when.
    settings
        What tells this run from others, ``"thermostat"`` and ``"seed"`` among it; it goes into the checkpoint.
    mobile
        The elements that may leave their sites.
    checkpoint
        The file of the run's state, or ``None``.
    """

    def __init__(
        self,
        structure: Structure,
        calculator: Calculator,
        schedule: Schedule,
        settings: dict[str, Any],
        mobile: Sequence[str],
        checkpoint: Path | None,
    ) -> None:
        self.structure, self.schedule, self.settings, self.checkpoint = structure, schedule, settings, checkpoint
        atoms = to_atoms(structure)
        self.watch = Watch(atoms, schedule.temperature, mobile)
        self.dynamics = Dynamics(
            atoms,
            calculator,
            time_step=schedule.time_step,
            thermostat_name=settings["thermostat"],
            temperature=schedule.target(0),
            seed=settings["seed"],
        )
        self.first_energy = self.dynamics.potential_energy
