"""Voltage: closed forms with planted and simple energies, honest failures, and CHGNet beside experiment."""

import pytest
from pymatgen.core import Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.vocabulary import Role
from atomscreen.interatomic.relaxation import relax, relax_structure
from atomscreen.properties.intercalation.end_members import metals
from atomscreen.properties.intercalation.voltage import voltage
from atomscreen.sources.builtin import reference_candidates

EMT = "ase.calculators.emt:EMT"


def values(results):
    return {quantity.name: quantity for quantity in results.quantities}


def relaxed(identifier, structure, potential=EMT, ion="Al", **structures):
    candidate = Candidate(identifier, {"input": structure, **structures}, role=Role.CATHODE, working_ion=ion)
    return candidate.with_results(relax(candidate, potential=potential))


def fcc(symbol, a):
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(a), [symbol], [[0, 0, 0]])


@pytest.fixture(scope="module")
def aluminium():
    return relaxed("Al", fcc("Al", 4.05))


@pytest.fixture(scope="module")
def alloy():
    """Al3+ in copper: L1_2 AlCu3, whose host, copper with a quarter of its sites empty, EMT can relax."""
    return Structure.from_spacegroup("Pm-3m", Lattice.cubic(3.7), ["Al", "Cu"], [[0, 0, 0], [0, 0.5, 0.5]])


def test_voltage_is_the_energy_of_the_cell_reaction(alloy, aluminium):
    copper = fcc("Cu", 3.61)
    electrode = relaxed("AlCu3", alloy, charged=copper)
    found = values(voltage(electrode, [aluminium], potential=EMT))
    host = relax_structure(copper, EMT)
    reaction = (
        4 * electrode.quantity("energy_per_atom").number
        - 3 * host.energy / len(copper)
        - aluminium.quantity("energy_per_atom").number
    )
    assert found["average_voltage"].number == pytest.approx(-reaction / 3, abs=1e-6)  # one Al3+
    cell = electrode.structure("relaxed")
    per_ion = cell.volume - 3 * host.structure.volume / len(copper)
    assert found["volume_change_per_ion"].number == pytest.approx(per_ion, rel=1e-5)
    assert found["volume_change"].number == pytest.approx(-100 * per_ion / cell.volume, rel=1e-5)
    faraday = 26801.48  # mAh/mol
    assert found["specific_energy"].number == pytest.approx(
        found["average_voltage"].number * 3 * faraday / float(cell.composition.weight), rel=1e-5
    )


def test_cells_of_any_size_give_the_same(alloy, aluminium):
    copper = fcc("Cu", 3.61)
    small = voltage(relaxed("x", alloy, charged=copper), [aluminium], potential=EMT)
    large = voltage(
        relaxed("x", alloy.make_supercell([2, 1, 1], in_place=False), charged=copper.get_primitive_structure()),
        [aluminium],
        potential=EMT,
    )
    for name, quantity in values(small).items():
        assert values(large)[name].number == pytest.approx(quantity.number, rel=1e-3)


def test_energies_shift_the_voltage_by_their_part(alloy, aluminium):
    electrode = relaxed("AlCu3", alloy, charged=fcc("Cu", 3.61))
    before = values(voltage(electrode, [aluminium], potential=EMT))["average_voltage"].number
    energy = aluminium.quantity("energy_per_atom")
    raised = Quantity("energy_per_atom", energy.number + 0.6, provenance=energy.provenance)
    after = values(voltage(electrode, [_with(aluminium, raised)], potential=EMT))["average_voltage"].number
    assert after - before == pytest.approx(0.6 / 3)


def _with(candidate, quantity):
    return Candidate(candidate.id, candidate.structures, quantities=(quantity,))


def test_what_has_no_voltage_fails_with_a_sentence(alloy, aluminium):
    electrode = relaxed("AlCu3", alloy, charged=fcc("Cu", 3.61))
    with pytest.raises(StageFailure, match="no relaxed Al metal"):
        voltage(electrode, [], potential=EMT)
    with pytest.raises(StageFailure, match="holds no Al"):
        voltage(relaxed("Cu", fcc("Cu", 3.61)), [aluminium], potential=EMT)
    with pytest.raises(StageFailure, match="without Al is nothing"):
        voltage(relaxed("Al", fcc("Al", 4.05)), [aluminium], potential=EMT)
    with pytest.raises(StageFailure, match="charged structure Ag is not AlCu3 without Al"):
        voltage(relaxed("AlCu3", alloy, charged=fcc("Ag", 4.09)), [aluminium], potential=EMT)


def test_energies_of_two_potentials_are_refused(alloy, aluminium):
    electrode = relaxed("AlCu3", alloy)
    energy = aluminium.quantity("energy_per_atom")
    other = Quantity("energy_per_atom", energy.number, provenance={**energy.provenance, "potential": "other"})
    with pytest.raises(StageFailure, match="do not compare"):
        voltage(electrode, [_with(aluminium, other)], potential=EMT)
    with pytest.raises(StageFailure, match="another potential than 'chgnet'"):
        voltage(electrode, [aluminium])


def test_host_that_falls_apart_is_a_failure():
    # Li2S without its lithium is no sulfur: the lattice collapses.
    found = {candidate.id: candidate for candidate in reference_candidates()}
    sulfide = found["Li2S"].with_results(relax(found["Li2S"]))
    lithium = found["Li"].with_results(relax(found["Li"]))
    with pytest.raises(StageFailure, match=r"fell apart|falls apart"):
        voltage(sulfide, [lithium])


def test_metal_of_the_working_ion_is_chosen():
    for ion in ("Li", "Na", "Mg", "Zn"):
        candidate = Candidate("x", {"input": fcc("Cu", 3.61)}, working_ion=ion)
        assert [metal.id for metal in metals(candidate, {})] == [ion]


# Measured average voltages (V), as the records of the built-in set give them with their sources, and what CHGNet 0.3.0
# is known to do: it follows PBE+U with the Materials Project's U and has no dispersion.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("identifier", "measured", "tolerance"),
    [
        ("LiFePO4", 3.45, 0.2),
        ("LiMn2O4", 4.05, 0.3),
        ("LiNiO2", 3.85, 0.3),
        ("LiTiS2", 2.15, 0.4),
        ("LiCoO2", 3.9, 0.5),
        ("LiMnPO4", 4.1, 0.5),
        ("LiC6", 0.12, 0.4),
    ],
)
def test_chgnet_beside_experiment(identifier, measured, tolerance):
    found = {candidate.id: candidate for candidate in reference_candidates()}
    electrode = found[identifier].with_results(relax(found[identifier]))
    lithium = found["Li"].with_results(relax(found["Li"]))
    results = voltage(electrode, [lithium])
    for quantity in results.quantities:
        print(identifier, quantity)
    print(f"{identifier}: measured {measured} V", *results.notes)
    assert values(results)["average_voltage"].number == pytest.approx(measured, abs=tolerance)
    if identifier == "LiFePO4":
        # PBE+U, which CHGNet learned, has −4.8 % (Materials Project), measured are −6.6 to −6.8 %: the potential is to
        # be nearer to its teacher than that is to nature. FePO4 is soft: at 0.03 eV/Å 0.8 % of its volume are open.
        tight = values(voltage(electrode, [lithium], max_force=0.005))
        assert tight["volume_change"].number == pytest.approx(-4.8, abs=1.0)
    if identifier == "LiCoO2":
        # CHGNet does not bind the layers of CoO2; the volume is left out.
        assert "volume_change" not in values(results)
