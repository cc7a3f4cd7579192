"""Grimme's D3 dispersion with Becke–Johnson damping, added to any potential that has not learned dispersion.

The pairs of atoms are summed by the package dftd3 (s-dftd3) to 60 Bohr; there is no three-body term.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ase import Atoms
    from ase.calculators.calculator import Calculator


def load(potential: str, s8: float, a1: float, a2: float) -> Calculator:
    """Make a calculator that adds D3(BJ) to a potential.

    Parameters
    ----------
    potential
        A name of the potential registry, trained on a functional without dispersion.
    s8, a1, a2
        Scale of the dipole-quadrupole term, and slope and offset (in Bohr) of the damping radii, as fitted to that
        functional (S. Grimme, S. Ehrlich and L. Goerigk, J. Comput. Chem. 32, 1456 (2011), doi:10.1002/jcc.21759).
    """
    from dftd3.ase import DFTD3

    from atomscreen.interatomic.potentials import calculator

    dispersion = DFTD3(damping="d3bj", params_tweaks={"s8": s8, "a1": a1, "a2": a2, "s9": 0.0})
    made: Calculator = _calculator_class()(calculator(potential), dispersion)
    return made


@functools.cache
def _calculator_class() -> Any:
    """Return the class, made at first use, because its base belongs to ase."""
    from ase.calculators.calculator import Calculator, all_changes

    class DispersionCorrected(Calculator):  # type: ignore[misc]
        """A potential plus dispersion: energies in eV, forces in eV/Å, stress in eV/Å³; magnetic moments unchanged."""

        def __init__(self, potential: Calculator, dispersion: Calculator) -> None:
            super().__init__()
            self.potential, self.dispersion = potential, dispersion
            # Not the energies of atoms, since those of the dispersion are not computed.
            offered = {"energy", "free_energy", "forces", "stress", "magmoms"}
            self.implemented_properties = [name for name in potential.implemented_properties if name in offered]

        def __copy__(self) -> DispersionCorrected:
            """Return a calculator of the same model whose parts share no results with this one's."""
            potential = copy.copy(self.potential)
            potential.reset()
            return DispersionCorrected(potential, type(self.dispersion)(**self.dispersion.parameters))

        def get_property(self, name: str, atoms: Atoms | None = None, allow_calculation: bool = True) -> Any:
            """Return one property; the potential hears of it too, since it may plan by what it was asked for."""
            if allow_calculation and name in self.implemented_properties:
                self.potential.get_property(name, atoms)
            return super().get_property(name, atoms, allow_calculation)

        def calculate(
            self,
            atoms: Atoms | None = None,
            properties: Sequence[str] = ("energy",),
            system_changes: Sequence[str] = tuple(all_changes),
        ) -> None:
            """Compute the properties asked for, and those that the potential gives along with them."""
            super().calculate(atoms, properties, system_changes)
            for name in properties:
                self.potential.get_property(name, self.atoms)
            found = self.potential.results
            self.results = {name: found[name] for name in self.implemented_properties if name in found}
            # Derivatives first: the energy comes along with them.
            for name in ("forces", "stress", "energy", "free_energy"):
                if name in self.results:
                    part = self.dispersion.get_property("energy" if name == "free_energy" else name, self.atoms)
                    self.results[name] = self.results[name] + part

    return DispersionCorrected
