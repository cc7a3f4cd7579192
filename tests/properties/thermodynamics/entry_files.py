"""Files of entries with known energies, and candidates to go with them."""

import json

from pymatgen.core import Composition, Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.quantity import Quantity

KILOJOULE = 1 / 96.48533212  # eV per kJ/mol


def write_entries(path, enthalpies, volumes=None, gaps=None):
    """Write a file of entries from enthalpies of formation in kJ/mol of formula units; elements are at 0."""
    elements = {element.symbol for formula in enthalpies for element in Composition(formula).elements}
    rows = []
    for formula, enthalpy in {**dict.fromkeys(sorted(elements), 0.0), **enthalpies}.items():
        atoms = Composition(formula).num_atoms
        row = {"formula": formula, "energy_per_atom": enthalpy * KILOJOULE / atoms, "functional": "thermochemistry"}
        if volumes and formula in volumes:  # in cm³/mol
            row["volume_per_atom"] = volumes[formula] / 0.602214076 / atoms
        if gaps and formula in gaps:
            row["band_gap"] = gaps[formula]
        rows.append(json.dumps(row))
    path.write_text("\n".join(rows))
    return str(path)


def candidate_of(formula, ion="Li", **values):
    """A candidate of a formula, with a potential's energy that must not count and other quantities."""
    species = [element.symbol for element, n in Composition(formula).items() for _ in range(int(n))]
    structure = Structure(Lattice.cubic(20), species, [[i / len(species), 0, 0] for i in range(len(species))])
    values = {"energy_per_atom": -99.0, **values}
    return Candidate(
        formula,
        {"input": structure},
        working_ion=ion,
        quantities=tuple(Quantity(name, value) for name, value in values.items()),
    )


def values_of(results):
    """Return numbers by name."""
    return {quantity.name: quantity.number for quantity in results.quantities}
