"""Quasi-harmonic expansion: closed forms, thermodynamic identities, phonopy's own, copper, honest failures."""

import warnings

import numpy as np
import pytest
import toy_crystals as toys
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.core.scratch import scratch_folder
from atomscreen.core.stages import get_stage
from atomscreen.properties.vibrations import thermal_expansion as module
from atomscreen.properties.vibrations.force_constants import force_constants, supercell_matrix, tightly_relaxed
from atomscreen.properties.vibrations.phonons import phonons
from atomscreen.properties.vibrations.quasi_harmonic import equilibrium
from atomscreen.properties.vibrations.thermal_expansion import thermal_expansion

EMT = "ase.calculators.emt:EMT"
COPPER = Structure.from_spacegroup("Fm-3m", Lattice.cubic(3.61), ["Cu"], [[0, 0, 0]])
JOULE = 96485.33212  # J/mol in 1 eV
GIGAPASCAL = 160.2176634  # GPa in 1 eV/Å³


def candidate(structure):
    return Candidate("crystal", {"input": structure, "relaxed": structure})


def values(results, temperature):
    return {q.name: q for q in results.quantities if q.conditions == {"temperature": temperature}}


# --- the fit --------------------------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.floats(8, 30), st.floats(20, 300), st.floats(0.5, 3), st.floats(50, 600))
def test_a_crystal_of_known_equation_of_state_is_recovered(volume, modulus, gruneisen, temperature):
    # E quadratic in x = V^(−2/3) with its minimum at V₀ and the modulus K₀; classical oscillators whose entropy grows
    # linearly with x: both lie in the space of the fit, so that nothing is approximate.
    volumes = volume * np.linspace(0.96, 1.1, 8)
    x, x0 = volumes ** (-2 / 3), volume ** (-2 / 3)
    slope = -2 / 3 * x0 / volume
    curvature = modulus / GIGAPASCAL / (volume * slope**2)
    energies = curvature / 2 * (x - x0) ** 2
    # S(V) with dS/dV = 3 k_B γ/V at V₀.
    rise = 3 * 8.617333262e-5 * gruneisen / (volume * slope)
    entropies = rise * (x - x0) + 3e-4
    found = equilibrium(temperature, volumes, energies, -temperature * entropies, entropies * JOULE, np.full(8, 24.943))
    expected_x = x0 + temperature * rise / curvature
    if not x.min() < expected_x < x.max():
        assert found is None
        return
    assert found.volume == pytest.approx(expected_x**-1.5, rel=1e-9)
    # dx/dT is rise/curvature at every temperature.
    assert found.expansion == pytest.approx(-1.5 * rise / curvature / expected_x, rel=1e-6)
    local_slope = -2 / 3 * expected_x / found.volume
    assert found.bulk_modulus == pytest.approx(GIGAPASCAL * found.volume * curvature * local_slope**2, rel=1e-6)
    difference = found.expansion**2 * found.bulk_modulus / GIGAPASCAL * found.volume * temperature * JOULE
    assert found.heat_capacity == pytest.approx(24.943 + difference, rel=1e-9)
    coupling = found.expansion * found.bulk_modulus / GIGAPASCAL * found.volume * JOULE
    assert found.gruneisen == pytest.approx(coupling / 24.943, rel=1e-6)


def test_no_minimum_between_the_volumes_is_no_equilibrium():
    volumes = np.linspace(10, 11, 6)
    flat = np.zeros(6)
    assert equilibrium(300.0, volumes, 0.1 * volumes, flat, flat, flat + 20) is None
    assert equilibrium(300.0, volumes, -((volumes - 10.5) ** 2), flat, flat, flat + 20) is None


# --- the stage ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copper():
    return thermal_expansion(candidate(COPPER), (100.0, 290.0, 300.0, 310.0), EMT)


def test_copper_expands_as_phonopy_has_it(copper):
    phonopy = pytest.importorskip("phonopy")
    if not hasattr(phonopy, "run_qha"):
        pytest.skip("this phonopy has no run_qha")
    relaxed = tightly_relaxed(COPPER, EMT, 1e-3, 500)
    matrix = supercell_matrix(relaxed, 8.0)
    crystals = []
    for scale in np.linspace(0.97, 1.06, 9):
        cell = relaxed.copy()
        cell.scale_lattice(relaxed.volume * scale)
        crystals.append(force_constants(cell, matrix, EMT, 0.05))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = phonopy.run_qha(
            [crystal.phonopy for crystal in crystals],
            np.arange(80.0, 331.0, 10.0),
            internal_energies=[crystal.energy for crystal in crystals],
            mesh=[23, 23, 23],
        )
    for temperature in (100.0, 300.0):
        index = int(np.flatnonzero(theirs.temperatures == temperature)[0])
        found = values(copper, temperature)
        # Theirs is Vinet's equation for the sum of energies and takes differences of volumes 10 K apart.
        assert found["thermal_expansion"].number == pytest.approx(theirs.thermal_expansion[index], rel=0.02)
        assert found["volume_per_atom"].number == pytest.approx(theirs.equilibrium_volumes[index], rel=1e-4)
        modulus = theirs.bulk_moduli[index] * GIGAPASCAL
        assert found["isothermal_bulk_modulus"].number == pytest.approx(modulus, rel=0.02)
        assert found["gruneisen_parameter"].number == pytest.approx(theirs.gruneisen_parameters[index], rel=0.02)


def test_copper_expands_as_measured(copper):
    found = values(copper, 300.0)
    # Measured: 16.5e-6/K in length, 50e-6/K in volume; EMT was fitted to elasticity, not to this: within 30 %.
    assert found["thermal_expansion"].number == pytest.approx(50e-6, rel=0.3)
    assert found["gruneisen_parameter"].number == pytest.approx(2.0, rel=0.2)  # measured: 2.0
    assert found["heat_capacity_constant_pressure"].number == pytest.approx(24.44, rel=0.02)  # measured
    # The volume it has at 290 and 310 K says the same as the derivative at 300 K.
    rise = np.log(values(copper, 310.0)["volume_per_atom"].number / values(copper, 290.0)["volume_per_atom"].number)
    assert found["thermal_expansion"].number == pytest.approx(rise / 20, rel=1e-3)
    assert 0 < found["thermal_expansion"].uncertainty < 0.02 * found["thermal_expansion"].number
    assert found["thermal_expansion"].provenance["supercell_evaluations"] == 9 * 2
    assert not copper.notes


def test_a_bulk_modulus_at_a_temperature_shadows_no_other(copper):
    after = candidate(COPPER).with_results(copper)
    assert after.find("bulk_modulus") is None
    assert after.find("volume_per_atom") is None
    assert after.find("volume_per_atom", temperature=300.0) is not None


def test_ions_and_shape_relax_at_every_volume():
    # Layers of copper and palladium: under isotropic strain they would keep c/a and a stress that is no pressure.
    cell = Structure(Lattice.tetragonal(2.7, 3.6), ["Cu", "Pd"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    relaxed = tightly_relaxed(cell, EMT, 1e-3, 500)
    larger = module._at_volume(relaxed, 0.06, "larger", EMT, 1e-3, 500)
    assert larger.volume == pytest.approx(1.06 * relaxed.volume, rel=1e-6)
    from ase import units
    from ase.calculators import emt
    from pymatgen.io.ase import AseAtomsAdaptor

    atoms = AseAtomsAdaptor.get_atoms(larger, msonable=False)
    atoms.calc = emt.EMT()
    stress = atoms.get_stress(voigt=False) / units.GPa
    assert np.abs(stress - np.trace(stress) / 3 * np.eye(3)).max() < 0.05
    assert np.trace(stress) / 3 > 1  # under tension


def test_relaxed_volumes_keep_their_symmetry():
    # In the least symmetric crystal at hand each displacement that symmetry does not save shows.
    cell = Structure(
        Lattice.monoclinic(2.7, 4.0, 5.2, 96), ["Cu", "Cu", "Pd", "Au"],
        [[0, 0, 0], [0.5, 0.5, 0.25], [0, 0, 0.5], [0.5, 0.5, 0.75]],
    )  # fmt: skip
    relaxed = tightly_relaxed(cell, EMT, 1e-3, 500)
    matrix = supercell_matrix(relaxed, 5.0)
    counts = [
        force_constants(module._at_volume(relaxed, strain, "x", EMT, 1e-3, 500), matrix, EMT, 0.05).displacements
        for strain in (-0.03, 0.0, 0.06)
    ]
    assert len(set(counts)) == 1


def test_an_imaginary_phonon_at_one_volume_is_a_failure():
    with pytest.raises(StageFailure, match=r"a phonon has the imaginary frequency .* no quasi-harmonic crystal"):
        thermal_expansion(candidate(toys.off_centre()), (300.0,), "toy_crystals:OffCentre")


def test_a_temperature_beyond_the_volumes_is_left_out_and_noted():
    results = thermal_expansion(candidate(COPPER), (100.0, 900.0), EMT, expansion=2.5, volumes=6)
    assert values(results, 100.0) and not values(results, 900.0)
    assert "No values at 900 K" in results.notes[0]
    with pytest.raises(StageFailure, match="No values at 900 K"):
        thermal_expansion(candidate(COPPER), (900.0,), EMT, expansion=2.5, volumes=6)


def test_finished_volumes_are_not_computed_again(tmp_path, monkeypatch):
    with scratch_folder(tmp_path):
        first = thermal_expansion(candidate(COPPER), (300.0,), EMT, volumes=6)
        for name in ("_forces", "relax_structure"):
            monkeypatch.setattr(
                f"atomscreen.properties.vibrations.force_constants.{name}", lambda *given, **named: 1 / 0
            )
        monkeypatch.setattr(module, "_relax_shape", lambda *given: 1 / 0)
        second = thermal_expansion(candidate(COPPER), (300.0,), EMT, volumes=6)
    assert first.quantities == second.quantities


def test_the_heat_capacities_differ_by_the_work_of_expansion(copper):
    harmonic = {q.name: q.number for q in phonons(candidate(COPPER), (300.0,), EMT).quantities if q.conditions}
    found = values(copper, 300.0)
    per_atom = found["volume_per_atom"].number * found["isothermal_bulk_modulus"].number / GIGAPASCAL
    difference = found["thermal_expansion"].number ** 2 * per_atom * 300 * JOULE
    assert difference > 0.5
    # C_p − C_V = α² K V T. Copper at 300 K is near the classical limit, where the volume does not matter to C_V.
    at_volume = found["heat_capacity_constant_pressure"].number - difference
    assert at_volume == pytest.approx(harmonic["heat_capacity"], rel=0.01)


@pytest.mark.parametrize(
    "given", [{"volumes": 4}, {"compression": 0}, {"expansion": "20 percent"}, {"temperatures": [-1]}, {"eos": "vinet"}]
)
def test_wrong_parameters_are_refused(given):
    with pytest.raises(UsageError, match=next(iter(given))):
        get_stage("thermal_expansion").check(given)
