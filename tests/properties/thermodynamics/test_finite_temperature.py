"""Hulls at finite temperature with known answers: planted vibrations, and silver oxide with tabulated entropies."""

import pytest
from entry_files import KILOJOULE
from pymatgen.core import Composition, Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.properties.thermodynamics.finite_temperature import finite_temperature_stability

ORIGIN = {"potential": "planted", "potential_digest": "1", "functional": "none"}


def phase(name, formula, energy, entropy, temperatures=(300.0, 400.0, 500.0)):
    """A solid of constant entropy in J/(mol K) of atoms, so that F(T) = U(300) − T S with U(300) as you like (0.1)."""
    atoms = Composition(formula).element_composition
    species = [element.symbol for element, n in atoms.items() for _ in range(int(n))]
    structure = Structure(Lattice.cubic(20), species, [[i / len(species), 0, 0] for i in range(len(species))])
    quantities = [Quantity("energy_per_atom", energy, method="planted", provenance=ORIGIN)]
    for temperature in temperatures:
        at = {"temperature": temperature}
        free = 0.1 - temperature * entropy * KILOJOULE / 1000
        quantities.append(Quantity("vibrational_free_energy", free, conditions=at))
        quantities.append(Quantity("vibrational_entropy", entropy, conditions=at))
    return Candidate(name, {"input": structure}, quantities=tuple(quantities))


def above_hull(candidate, companions, **parameters):
    results = finite_temperature_stability(candidate, companions, **parameters)
    return {quantity.conditions["temperature"]: quantity.number for quantity in results.quantities}, results


def test_a_polymorph_of_more_entropy_wins_when_hot():
    # 10 meV/atom higher and 2.412 J/(mol K) more entropy (25 µeV/K): even at 400 K.
    low = phase("white", "Sn", -4.0, 44.0)
    high = phase("grey", "Sn", -3.99, 44.0 + 25e-6 / KILOJOULE * 1000)
    found, _ = above_hull(high, [low])
    assert found == pytest.approx({300: 0.0025, 400: 0.0, 500: 0.0}, abs=1e-9)
    found, _ = above_hull(low, [high])
    assert found == pytest.approx({300: 0.0, 400: 0.0, 500: 0.0025}, abs=1e-9)


def test_silver_oxide_decomposes_near_its_known_temperature():
    # CRC Handbook, 298 K: Ag2O −31.1 kJ/mol, 121.3 J/(mol K); Ag 42.6 J/(mol K). 2 Ag2O -> 4 Ag + O2 at 1 bar: 469 K
    # by these numbers (measured: about 460 K). Without the entropy of the solids it would be 302 K.
    temperatures = (300.0, 450.0, 490.0)
    oxide = phase("Ag2O", "Ag2O", -31.1 * KILOJOULE / 3, 121.3 / 3, temperatures)
    silver = phase("Ag", "Ag", 0.0, 42.6, temperatures)
    oxygen = phase("O2", "O2", 0.0, 30.0, temperatures)  # frozen; the gas takes its place
    found, results = above_hull(oxide, [silver, oxygen], oxygen_pressure=1e5)
    assert found[300] == found[450] == 0
    assert found[490] > 0
    assert results.quantities[-1].provenance["decomposition"] == pytest.approx({"Ag": 2 / 3, "O2 (gas)": 1 / 3})


def test_phases_without_vibrations_are_named_or_refused():
    oxide = phase("Ag2O", "Ag2O", -0.1, 40.0)
    bare = phase("AgO", "AgO", -0.05, 30.0, temperatures=())
    _, results = above_hull(oxide, [phase("Ag", "Ag", 0, 42.6), phase("O2", "O2", 0, 30), bare])
    assert results.notes == ("Left out of the hull, without phonons: AgO.",)
    with pytest.raises(StageFailure, match="no relaxed reference phase of Ag"):
        above_hull(oxide, [phase("Ag", "Ag", 0, 42.6, temperatures=()), phase("O2", "O2", 0, 30)])
    with pytest.raises(StageFailure, match="not known at both 400 and 300 K"):
        above_hull(phase("Ag", "Ag", 0, 42.6, temperatures=(400.0,)), [])
