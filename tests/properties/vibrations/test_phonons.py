"""Phonons: closed forms of spring crystals, sum rules, planted instabilities, kills, CHGNet against measurement."""

import math
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import toy_crystals as toys
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure, StructureRefused, UsageError
from atomscreen.core.scratch import scratch_folder
from atomscreen.core.stages import get_stage
from atomscreen.properties.vibrations import harmonic_oscillators as oscillators
from atomscreen.properties.vibrations import phonons as module
from atomscreen.properties.vibrations.force_constants import (
    force_constants,
    ideal_primitive_cell,
    point_group,
    supercell_matrix,
)
from atomscreen.properties.vibrations.phonon_spectrum import (
    Mode,
    density_of_states,
    lowest_modes,
    mesh_numbers,
    spectrum,
)
from atomscreen.properties.vibrations.phonons import phonons
from atomscreen.properties.vibrations.unstable_modes import frozen_mode

ROCKSALT, OFF_CENTRE, EMT = "toy_crystals:Rocksalt", "toy_crystals:OffCentre", "ase.calculators.emt:EMT"
GAS_CONSTANT = 8.314462618


def candidate(structure, ion=None):
    return Candidate("crystal", {"input": structure, "relaxed": structure}, working_ion=ion)


def values(results, temperature=None):
    wanted = {None, temperature}
    return {q.name: q for q in results.quantities if q.conditions.get("temperature") in wanted}


@pytest.fixture(scope="module")
def crystal():
    """The spring model of NaCl with force constants from displacements of 1e-4 Å: anharmonic error is of that order."""
    cell = ideal_primitive_cell(toys.rocksalt())
    return force_constants(cell, supercell_matrix(cell, 8.0), ROCKSALT, 1e-4)


# --- frequencies ----------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.tuples(*[st.floats(-1, 1)] * 3))
def test_rocksalt_has_the_dispersion_of_the_closed_form(crystal, wave_vector):
    # In units of 2π/a along the cubic axes, which spglib's primitive cell keeps.
    fractional = crystal.structure.lattice.matrix @ np.array(wave_vector) / toys.EDGE
    crystal.phonopy.run_qpoints([fractional])
    found = np.sort(crystal.phonopy.qpoints.frequencies[0])
    # Springs reach second neighbours, so that the supercell holds all force constants. Near zero a frequency is the
    # root of a rounding error.
    assert found == pytest.approx(toys.rocksalt_frequencies(wave_vector), rel=2e-4, abs=1e-3)


def test_rocksalt_has_the_textbook_branches_of_a_diatomic_chain(crystal):
    # Along [q00], longitudinal: a chain of two masses between springs of NEAR, each held to its like by NEXT.
    for part in (0.1, 0.25, 0.5, 1.0):
        cos = math.cos(math.pi * part)
        onsite = 2 * toys.NEAR + 4 * toys.NEXT * (1 - cos)
        a, b = onsite / 22.98976928, onsite / 35.453
        root = math.sqrt((a - b) ** 2 + 4 * (2 * toys.NEAR * cos) ** 2 / (22.98976928 * 35.453))
        # eV/(Å² Da) to THz: 15.633302 (phonopy's own factor, written out in its manual).
        expected = [15.633302 * math.sqrt((a + b + sign * root) / 2) for sign in (-1, 1)]
        found = toys.rocksalt_frequencies([part, 0, 0])
        for frequency in expected:
            assert np.abs(found - frequency).min() < 1e-5


def test_force_constants_obey_the_sum_rules(crystal):
    constants = crystal.phonopy.force_constants
    assert np.abs(constants.sum(axis=1)).max() < 1e-10  # acoustic sum rule: no force when all atoms move
    assert np.abs(constants - constants.transpose(1, 0, 3, 2)).max() < 1e-10  # action and reaction
    assert crystal.displacements == 2  # two atoms, each with the cubic group: one displacement each


def test_the_spectrum_counts_three_modes_an_atom(crystal):
    modes = spectrum(crystal, 40.0, "Na")
    assert modes.shares.sum() == pytest.approx(3, rel=1e-12)
    assert modes.ion_shares.sum() == pytest.approx(3, rel=1e-9)
    # Eigenvectors are complete: both elements together make the whole mode.
    other = spectrum(crystal, 40.0, "Cl")
    assert (modes.ion_shares + other.ion_shares) / 2 == pytest.approx(modes.shares, abs=1e-12)
    # The second moment of the ion's spectrum is the trace of the spring it sits in over its mass.
    onsite = 2 * toys.NEAR + 4 * toys.NEXT
    assert modes.ion_shares @ modes.frequencies**2 == pytest.approx(15.633302**2 * 3 * onsite / 22.98976928, rel=1e-4)
    assert spectrum(crystal, 40.0, "Li").ion_shares is None


@pytest.mark.parametrize(
    "structure",
    [
        toys.rocksalt(),
        Structure(Lattice.tetragonal(2.9, 7.3), ["Cu", "Cu"], [[0, 0, 0], [0.5, 0.5, 0.5]]),
        Structure(Lattice.orthorhombic(3, 4, 9), ["Cu", "Cu"], [[0, 0, 0], [0.5, 0.5, 0.5]]),
        Structure(Lattice.orthorhombic(3, 5, 9), ["Cu", "Cu"], [[0, 0, 0], [0.5, 0.5, 0]]),
        Structure.from_spacegroup("R-3m", Lattice.hexagonal(2.82, 14.05), ["Cu", "Pt"], [[0, 0, 0], [0, 0, 0.5]]),
    ],
)
def test_meshes_have_the_symmetry_of_the_crystal(structure):
    cell = ideal_primitive_cell(structure)
    numbers = np.diag(mesh_numbers(cell, 60.0))
    turned = numbers @ np.linalg.inv(point_group(cell)).transpose(0, 2, 1) @ np.linalg.inv(numbers)
    assert turned == pytest.approx(np.rint(turned), abs=1e-9)


def test_the_density_of_states_holds_all_modes(crystal):
    modes = spectrum(crystal, 60.0)
    frequencies, density = density_of_states(crystal)
    spacing = frequencies[1] - frequencies[0]
    # Van Hove's kinks between the points are what the sum misses.
    assert density.sum() * spacing == pytest.approx(3, rel=0.01)
    inside = frequencies > 0
    capacity = oscillators.heat_capacity(frequencies[inside], density[inside] * spacing, 100.0)
    assert capacity == pytest.approx(oscillators.heat_capacity(modes.frequencies, modes.shares, 100.0), rel=0.01)


@pytest.mark.parametrize(
    ("structure", "atoms"),
    [
        (toys.rocksalt(), 54),  # 3³ primitive cells, 9.7 Å wide; 2³ conventional ones are 64 atoms
        # 3³ conventional cells; the primitive one would need 4³ = 64.
        (Structure(Lattice.cubic(2.87), ["Cu"] * 2, [[0, 0, 0], [0.5, 0.5, 0.5]]), 54),
        (Structure.from_spacegroup("P6_3/mmc", Lattice.hexagonal(2.55, 4.17), ["Cu"], [[1 / 3, 2 / 3, 0.25]]), 64),
        (Structure(Lattice.orthorhombic(3, 4, 5), ["Cu", "Au"], [[0, 0, 0], [0.5, 0.5, 0.5]]), 24),
        (Structure(Lattice.from_parameters(4, 5, 6, 80, 95, 105), ["Cu", "Au"], [[0, 0, 0], [0.4, 0.5, 0.6]]), 24),
    ],
)
def test_supercells_are_wide_and_keep_the_symmetry(structure, atoms):
    cell = ideal_primitive_cell(structure)
    matrix = supercell_matrix(cell, 8.0)
    enlarged = cell.make_supercell(matrix, in_place=False)
    assert len(enlarged) == atoms
    assert (1 / np.linalg.norm(enlarged.lattice.inv_matrix, axis=0) >= 8.0 - 1e-6).all()

    def rotations(crystal):
        import spglib

        found = spglib.get_symmetry((crystal.lattice.matrix, crystal.frac_coords, crystal.atomic_numbers), 1e-3)
        return len(np.unique(found["rotations"], axis=0))

    assert rotations(enlarged) == rotations(cell)


# --- thermodynamics -------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.05, 40), min_size=1, max_size=12), st.floats(20, 2000))
def test_entropy_and_heat_capacity_follow_from_the_free_energy(frequencies, temperature):
    frequencies = np.array(frequencies)
    shares = np.ones_like(frequencies)
    step = 1e-3 * temperature
    joule = 96485.33212

    def slope(function, scale=1.0):
        upper, lower = (function(frequencies, shares, temperature + sign * step) for sign in (1, -1))
        return scale * (upper - lower) / (2 * step)

    # Central differences: their error is the third derivative's, (step/T)² of the value, and the rounding of F.
    entropy = oscillators.entropy(frequencies, shares, temperature)
    assert -slope(oscillators.free_energy, joule) == pytest.approx(entropy, rel=1e-5, abs=1e-6)
    capacity = oscillators.heat_capacity(frequencies, shares, temperature)
    assert temperature * slope(oscillators.entropy) == pytest.approx(capacity, rel=1e-4, abs=1e-9)


def test_limits_of_harmonic_oscillators():
    frequencies, shares = np.array([2.0, 5.0, 11.0]), np.ones(3)
    assert oscillators.heat_capacity(frequencies, shares, 1e5) == pytest.approx(3 * GAS_CONSTANT, rel=1e-5)
    assert oscillators.heat_capacity(frequencies, shares, 0.01) == pytest.approx(0, abs=1e-12)
    assert oscillators.entropy(frequencies, shares, 0.01) == pytest.approx(0, abs=1e-12)
    zero = oscillators.zero_point_energy(frequencies, shares)
    assert zero == pytest.approx(18 * 4.135667696e-3 / 2, rel=1e-9)
    assert oscillators.free_energy(frequencies, shares, 0.01) == pytest.approx(zero, rel=1e-9)
    # Classical: ⟨u²⟩ = k_B T/(m ω²), in SI units; at rest ħ/(2 m ω).
    mass, omega = 6.94 * 1.66053907e-27, 2 * math.pi * 5e12
    classical = 1.380649e-23 * 1e5 / (mass * omega**2) * 1e20
    found = oscillators.mean_squared_displacement(np.array([5.0]), np.ones(1), 6.94, 1e5)
    assert found == pytest.approx(classical, rel=1e-5)
    found = oscillators.mean_squared_displacement(np.array([5.0]), np.ones(1), 6.94, 0.01)
    assert found == pytest.approx(1.054571817e-34 / (2 * mass * omega) * 1e20, rel=1e-6)


def test_thermodynamics_agree_with_phonopy(crystal):
    modes = spectrum(crystal, 100.0, "Cl")
    phonopy = crystal.phonopy
    phonopy.run_mesh([32, 32, 32], is_mesh_symmetry=False)  # of even numbers, off zero
    phonopy.run_thermal_properties(temperatures=[50.0, 300.0])
    theirs = phonopy.get_thermal_properties_dict()
    for index, temperature in enumerate((50.0, 300.0)):
        ours = [
            2 * getattr(oscillators, name)(modes.frequencies, modes.shares, temperature)
            for name in ("free_energy", "entropy", "heat_capacity")
        ]
        expected = [
            theirs["free_energy"][index] / 96.48533212,
            theirs["entropy"][index],
            theirs["heat_capacity"][index],
        ]
        # Two meshes, of 31 and 32 points: what is left is theirs.
        assert ours == pytest.approx(expected, rel=5e-4)


def test_mean_squared_displacements_agree_with_phonopy_and_converge(crystal):
    found = {
        length: oscillators.mean_squared_displacement(modes.frequencies, modes.ion_shares, 35.453, 300.0)
        for length in (30.0, 60.0, 120.0)
        if (modes := spectrum(crystal, length, "Cl"))
    }
    phonopy = crystal.phonopy
    theirs = []
    for count in (15, 30):
        phonopy.run_mesh([count] * 3, is_gamma_center=True, is_mesh_symmetry=False, with_eigenvectors=True)
        phonopy.run_thermal_displacements(temperatures=[300.0], freq_min=1e-2)
        theirs.append(
            phonopy.thermal_displacements.thermal_displacements[0]
            .reshape(2, 3)
            .sum(axis=1)[list(phonopy.primitive.symbols).index("Cl")]
        )
    # Without wave vector zero phonopy's sum lacks what falls as 1/count: the extrapolation has no such error.
    limit = 2 * theirs[1] - theirs[0]
    assert found[120.0] == pytest.approx(limit, rel=0.01)
    assert found[60.0] == pytest.approx(limit, rel=0.02)


def test_stage_gives_the_thermodynamics_of_the_closed_form():
    results = phonons(candidate(toys.rocksalt(), "Na"), (100.0, 300.0), ROCKSALT, displacement=1e-3)
    found = values(results, 100.0)
    # The closed form on a mesh of its own, shifted off zero, in the cubic reciprocal cell.
    axis = (np.arange(16) + 0.5) / 16
    frequencies = np.array([toys.rocksalt_frequencies([2 * x, 2 * y, 2 * z]) for x in axis for y in axis for z in axis if x <= y <= z])  # fmt: skip
    orders = np.array([{1: 1, 2: 3, 3: 6}[len({x, y, z})] for x in axis for y in axis for z in axis if x <= y <= z])
    shares = np.repeat(orders / orders.sum() / 2, 6)
    frequencies = frequencies.ravel()
    assert found["zero_point_energy"].number == pytest.approx(
        oscillators.zero_point_energy(frequencies, shares), rel=1e-3
    )
    capacity = oscillators.heat_capacity(frequencies, shares, 100.0)
    assert found["heat_capacity"].number == pytest.approx(capacity, rel=1e-3)
    assert found["specific_heat_capacity"].number == pytest.approx(1000 * capacity * 2 / 58.443, rel=1e-3)
    free = oscillators.free_energy(frequencies, shares, 100.0)
    assert found["vibrational_free_energy"].number == pytest.approx(free, abs=1e-4)
    assert found["dynamically_stable"].number == 1
    assert found["lowest_phonon_frequency"].number > 0
    assert values(results, 300.0)["heat_capacity"].number > capacity
    assert not results.notes
    assert len(found["phonon_frequencies"].value) == len(found["phonon_density_of_states"].value)
    assert found["heat_capacity"].provenance["supercell_evaluations"] == 3
    assert "no LO–TO" in found["heat_capacity"].method
    assert found["ion_mean_squared_displacement"].number > 0
    assert 0 < found["phonon_band_center"].number < frequencies.max()


def test_stage_without_the_working_ion_has_no_quantities_of_it():
    found = values(phonons(candidate(toys.rocksalt(), "Li"), (300.0,), ROCKSALT), 300.0)
    assert "heat_capacity" in found
    assert "phonon_band_center" not in found and "ion_mean_squared_displacement" not in found


def test_cell_choice_does_not_matter():
    turn = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])
    small = toys.rocksalt().get_primitive_structure()
    turned = Structure(small.lattice.matrix @ turn.T, small.species[::-1], small.frac_coords[::-1])
    results = [
        values(phonons(candidate(cell, "Na"), (300.0,), ROCKSALT), 300.0)
        for cell in (toys.rocksalt(), turned, small.make_supercell([2, 1, 3], in_place=False))
    ]
    for name in ("heat_capacity", "ion_mean_squared_displacement", "phonon_band_center", "lowest_phonon_frequency"):
        for other in results[1:]:
            assert other[name].number == pytest.approx(results[0][name].number, rel=1e-6)


# --- instabilities --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("min_width", [7.0, 8.0])
def test_a_planted_instability_is_found_with_the_structure_it_leads_to(min_width):
    cell = candidate(toys.off_centre(), "Br")
    results = phonons(cell, (300.0,), OFF_CENTRE, displacement=1e-3, min_width=min_width)
    found = values(results, 300.0)
    assert found["dynamically_stable"].number == 0
    well = toys.WELL + 6 * toys.COUPLING
    if min_width == 7.0:  # a supercell of 2³, which holds the wave; that of 3³ does not, and interpolates
        # At (½, ½, ½) the ions of neighbouring cages move oppositely and the corners of cages not at all.
        expected = -15.633302 * math.sqrt(well / 79.904)
        assert found["lowest_phonon_frequency"].number == pytest.approx(expected, rel=1e-4)
        assert min(found["phonon_frequencies"].value) < expected
    else:
        assert any("interpolated" in note for note in results.notes)
    # The minimum of −well w²/2 + QUARTIC w⁴/4, at w² = well/QUARTIC, for one of two atoms; cages relax no further
    # because there is no force on them.
    assert found["unstable_mode_energy_gain"].number == pytest.approx(1000 * well**2 / (4 * toys.QUARTIC) / 2, rel=1e-3)
    lower = results.structures["distorted"]
    assert len(lower) == 4
    assert any("(0.5, 0.5, 0.5)" in note for note in results.notes)
    assert "no harmonic thermodynamic" in results.notes[0]
    assert "meV/atom lower" in results.notes[0] and "'distorted'" in results.notes[-1]
    refused = {"heat_capacity", "vibrational_free_energy", "vibrational_entropy", "zero_point_energy"}
    assert not refused & set(found) and "phonon_band_center" not in found
    # The lower structure is a stable one.
    again = values(phonons(candidate(lower, "Br"), (300.0,), OFF_CENTRE, displacement=0.01), 300.0)
    assert again["dynamically_stable"].number == 1
    assert again["lowest_phonon_frequency"].number > 0.5


@pytest.mark.parametrize("exact", [True, False])
def test_no_lower_structure_means_no_gain(monkeypatch, exact):
    def falsely_unstable(crystal):
        mode = lowest_modes(crystal)[0]
        return [Mode(-1.0, mode.wave_vector, mode.eigenvectors, exact)]

    monkeypatch.setattr(module, "lowest_modes", falsely_unstable)
    results = phonons(candidate(toys.rocksalt()), (300.0,), ROCKSALT)
    found = values(results)
    assert "unstable_mode_energy_gain" not in found and not results.structures
    assert "No structure of lower energy was found" in results.notes[0]
    # What is only interpolated and leads nowhere is no proof.
    assert ("dynamically_stable" in found) == exact
    assert any("not decided" in note for note in results.notes) != exact


def test_an_instability_only_between_exact_wave_vectors_is_not_decided(monkeypatch):
    def pushed(crystal, mesh, ion):
        found = spectrum(crystal, mesh, ion)
        found.frequencies[:3] = -0.4
        return found

    monkeypatch.setattr(module, "spectrum", pushed)
    results = phonons(candidate(toys.rocksalt(), "Na"), (300.0,), ROCKSALT)
    found = values(results, 300.0)
    assert "dynamically_stable" not in found and "heat_capacity" not in found
    assert found["lowest_phonon_frequency"].number == pytest.approx(-0.4)
    assert "not decided" in results.notes[0]
    # Within the tolerance they are noise, which is said.
    results = phonons(candidate(toys.rocksalt(), "Na"), (300.0,), ROCKSALT, frequency_tolerance=0.5)
    assert values(results)["dynamically_stable"].number == 1
    assert "leave them out" in results.notes[0]


def test_frozen_modes_have_the_frequency_of_the_mode(crystal):
    from pymatgen.io.ase import AseAtomsAdaptor

    phonopy = crystal.phonopy
    for wave_vector in ([0.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.25, 0.25, 0.5], [1 / 3, 0.0, 0.0]):
        phonopy.run_qpoints([wave_vector], with_eigenvectors=True)
        for band in (3, 5):
            frequency = phonopy.qpoints.frequencies[0, band]
            mode = Mode(frequency, np.array(wave_vector), phonopy.qpoints.eigenvectors[0][:, band].reshape(1, -1, 3))
            cell, pattern = frozen_mode(crystal.structure, mode, np.ones(1))
            atoms = AseAtomsAdaptor.get_atoms(cell, msonable=False)
            atoms.calc = toys.Rocksalt()
            atoms.positions += 1e-4 * pattern
            # F = −m ω² u for every atom, which holds in no other pattern and no other cell.
            expected = -1e-4 * pattern * atoms.get_masses()[:, None] * (frequency / 15.633302) ** 2
            assert atoms.get_forces() == pytest.approx(expected, abs=2e-3 * np.abs(expected).max())


def test_smallest_cells_of_waves(crystal):
    sizes = {(0, 0, 0): 2, (0.5, 0.5, 0.5): 4, (0.5, 0, 0.5): 4, (0.25, 0.5, 0.75): 8, (1 / 3, 1 / 3, 0): 6}
    for wave_vector, atoms in sizes.items():
        mode = Mode(-1.0, np.array(wave_vector), np.ones((1, 2, 3), dtype=complex))
        cell, pattern = frozen_mode(crystal.structure, mode, np.ones(1))
        assert len(cell) == atoms
        assert np.linalg.norm(pattern, axis=1).max() == pytest.approx(1)


# --- interruption ---------------------------------------------------------------------------------------------------

KILLED = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
import toy_crystals
from atomscreen.core.candidate import Candidate
from atomscreen.core.scratch import scratch_folder
from atomscreen.properties.vibrations.phonons import phonons
inner = toy_crystals.Rocksalt.bonds
def bonds(self, atoms):
    print("evaluation", flush=True)
    sys.stdin.readline()
    return inner(self, atoms)
toy_crystals.Rocksalt.bonds = bonds
cell = toy_crystals.perturbed()
with scratch_folder(Path(sys.argv[1])):
    phonons(Candidate("x", {{"input": cell, "relaxed": cell}}), (300.0,), "toy_crystals:Rocksalt", min_width=5.0)
"""


def killed_run(folder, after):
    """Run the stage in a process of its own, and kill it when it begins its evaluation number ``after``."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", KILLED, str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    for _ in range(after):
        assert process.stdout.readline() == "evaluation\n"
        process.stdin.write("\n")
        process.stdin.flush()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)


def test_a_killed_run_goes_on_and_gives_the_same(tmp_path, monkeypatch):
    calls, inner = [0], toys.Rocksalt.bonds

    def counted(self, atoms):
        calls[0] += 1
        return inner(self, atoms)

    monkeypatch.setattr(toys.Rocksalt, "bonds", counted)
    run = {"temperatures": (300.0,), "potential": ROCKSALT, "min_width": 5.0}
    whole = phonons(candidate(toys.perturbed()), **run)
    needed, calls[0] = calls[0], 0
    moment = int(np.random.default_rng().integers(1, needed))
    killed_run(tmp_path, moment)
    finished = len(list(tmp_path.glob("*.npy")))
    with scratch_folder(tmp_path):
        resumed = phonons(candidate(toys.perturbed()), **run)
    assert resumed.quantities == whole.quantities, moment
    # Each finished part, the relaxation or the forces of a supercell, saves at least its one evaluation.
    assert calls[0] <= needed - finished, (moment, finished)


def test_nothing_finished_is_computed_again(tmp_path, monkeypatch):
    with scratch_folder(tmp_path):
        first = phonons(candidate(toys.rocksalt()), (300.0,), ROCKSALT)
        for name in ("_forces", "relax_structure"):
            monkeypatch.setattr(
                f"atomscreen.properties.vibrations.force_constants.{name}", lambda *given, **named: 1 / 0
            )
        second = phonons(candidate(toys.rocksalt()), (300.0,), ROCKSALT)
    assert first.quantities == second.quantities


# --- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"temperatures": []}, {"temperatures": [0]}, {"min_width": 0}, {"displacement": "0.05 K"}, {"displacement": 1.0},
        {"mesh_length": -1}, {"frequency_tolerance": -0.1}, {"max_force": 0}, {"max_steps": 0}, {"supercell": 2},
    ],
)  # fmt: skip
def test_wrong_parameters_are_refused(given):
    with pytest.raises(UsageError, match=next(iter(given))):
        get_stage("phonons").check(given)


def test_what_cannot_be_computed_is_refused():
    with pytest.raises(StructureRefused, match="cannot do NaCl"):
        phonons(candidate(toys.rocksalt()), (300.0,), EMT)
    shaken = Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.7), ["Cu"], [[0, 0, 0]])
    with pytest.raises(StageFailure, match="did not converge in 1 steps"):
        phonons(candidate(shaken), (300.0,), EMT, max_steps=1)


# --- the default potential ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_heat_capacity_of_magnesium_oxide_with_chgnet():
    structure = Structure.from_spacegroup("Fm-3m", Lattice.cubic(4.21), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    found = values(phonons(candidate(structure)), 300.0)
    capacity = found["heat_capacity"].number
    print(f"MgO at 300 K: {capacity:.2f} J/(mol K) per mole of atoms; measured C_p 18.6 (37.2 per mole of MgO)")
    # 7 % high, which is beyond 5 %: CHGNet is soft and knows no LO–TO splitting. With all frequencies 1.17 times as high
    # C_V would be the measured one, 18.4 (C_p less α² K V T); its transverse optical mode is at 10.4 THz, measured 12.
    assert 18.6 < capacity < 1.1 * 18.6
    assert found["dynamically_stable"].number == 1
