"""Every record of the built-in reference set, checked against its formula, its symmetry and chemistry."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spglib
from ase.data import covalent_radii
from ase.filters import FrechetCellFilter
from ase.optimize import FIRE
from pymatgen.core import Composition, Element
from pymatgen.io.ase import AseAtomsAdaptor
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from atomscreen.core.vocabulary import QUANTITIES
from atomscreen.sources import reference_set
from atomscreen.sources.reference_set import ReferenceRecord, build_structure, read_record, records

RECORDS = records()
BY_ID = {record.id: record for record in RECORDS}
ELECTRODES = [record for record in RECORDS if record.role in ("cathode", "anode")]
ELECTROLYTES = [record for record in RECORDS if record.role in ("solid_electrolyte", "coating")]

every_record = pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.id)


@every_record
def test_stoichiometry_is_the_formula(record: ReferenceRecord) -> None:
    composition = build_structure(record).composition
    assert composition.reduced_composition.almost_equals(Composition(record.formula).reduced_composition)
    assert sum(composition.values()) <= 100


@every_record
def test_charges_balance_with_known_oxidation_states(record: ReferenceRecord) -> None:
    states = record.oxidation_states
    composition = build_structure(record).composition
    assert sum(composition[symbol] * state for symbol, state in states.items()) == pytest.approx(
        0.0, abs=1e-4 * composition.num_atoms
    )  # states such as 8/3 are written with four decimals
    for symbol, state in states.items():
        known = {0, *Element(symbol).oxidation_states, *Element(symbol).common_oxidation_states}
        if float(state).is_integer():
            assert state in known, f"{symbol} {state}"
        else:
            assert min(known) < state < max(known), f"{symbol} {state}"
    if any(states.values()):
        assert min(states.values()) < 0 < max(states.values())


@every_record
def test_no_two_atoms_are_too_near(record: ReferenceRecord) -> None:
    structure = build_structure(record)
    first, second, _, distances = structure.get_neighbor_list(3.0)
    radii = np.array([covalent_radii[site.specie.Z] for site in structure])
    assert (distances > 0.55 * (radii[first] + radii[second])).all()


@every_record
def test_space_group_is_recovered(record: ReferenceRecord) -> None:
    assert SpacegroupAnalyzer(build_structure(record), 0.01).get_space_group_number() == record.space_group["number"]


def _conventional_cell(record: ReferenceRecord) -> tuple[Any, Any, list[int], list[int]]:
    """Lattice, positions, atomic numbers and index of the record's site, expanded apart from the library's builder."""
    operations = spglib.get_symmetry_from_database(reference_set._hall_number(record))
    positions: list[Any] = []
    origins: list[int] = []
    matrix = reference_set._lattice(record).matrix
    for index, site in enumerate(record.sites):
        kept: list[Any] = []
        for image in operations["rotations"] @ np.array(site["position"]) + operations["translations"]:
            if all(np.linalg.norm((image - other - np.round(image - other)) @ matrix) > 0.05 for other in kept):
                kept.append(image)
        positions += kept
        origins += [index] * len(kept)
    return matrix, positions, [Element(record.sites[index]["element"]).Z for index in origins], origins


@every_record
def test_wyckoff_letters_are_those_of_spglib(record: ReferenceRecord) -> None:
    matrix, positions, numbers, origins = _conventional_cell(record)
    hall_number = reference_set._hall_number(record)
    dataset = spglib.get_symmetry_dataset((matrix, positions, numbers), symprec=0.01, hall_number=hall_number)
    assert dataset is not None
    for letter, index in zip(dataset.wyckoffs, origins, strict=True):
        assert record.sites[index]["wyckoff"][-1] == letter, record.sites[index]
    for index, site in enumerate(record.sites):
        assert int(site["wyckoff"][:-1]) == origins.count(index)


@every_record
def test_primitive_cell_is_the_conventional_one_divided_by_its_lattice_points(record: ReferenceRecord) -> None:
    matrix, positions, _, _ = _conventional_cell(record)
    structure = build_structure(record)
    points = len(positions) / len(structure)
    assert points in (1, 2, 3, 4)
    assert structure.volume * points == pytest.approx(abs(np.linalg.det(matrix)), rel=1e-9)
    assert len(structure.get_primitive_structure(tolerance=0.05)) == len(structure)


@every_record
def test_literature_values_have_a_name_a_unit_and_a_source(record: ReferenceRecord) -> None:
    assert len(record.structure_source) > 5
    for value in record.known:
        assert value["unit"] == QUANTITIES[value["quantity"]].unit
        assert len(value["source"]) > 10
        if value["quantity"] == "bulk_ionic_conductivity":
            assert 250 < value["conditions"]["temperature"] < 500
            assert 1e-20 < value["value"] < 0.1
        if value["quantity"] == "average_voltage":
            assert record.role in ("cathode", "anode") and 0 < value["value"] < 6


@every_record
def test_capacity_in_a_record_is_faradays_law(record: ReferenceRecord) -> None:
    composition = Composition(record.formula)
    for value in record.known:
        if value["quantity"].startswith("gravimetric_capacity"):
            ions = composition[record.working_ion]
            mass = composition.weight
            if value["quantity"] == "gravimetric_capacity_host":
                mass -= ions * Element(record.working_ion).atomic_mass
            assert value["value"] == pytest.approx(ions * 96485.33 / 3.6 / mass, rel=0.005)  # written as integers


def test_charged_end_members_exist_and_lack_the_working_ion() -> None:
    for record in ELECTRODES:
        assert record.working_ion in record.oxidation_states, record.id
        if record.charged is not None:
            assert record.working_ion not in BY_ID[record.charged].oxidation_states, record.id
    assert all(record.charged is None for record in RECORDS if record not in ELECTRODES)


def test_every_element_that_occurs_has_an_element_record() -> None:
    elements = {next(iter(record.oxidation_states)) for record in RECORDS if len(record.oxidation_states) == 1}
    assert {symbol for record in RECORDS for symbol in record.oxidation_states} == elements


def test_set_is_as_large_and_as_broad_as_promised() -> None:
    assert len(ELECTRODES) >= 25
    assert len(ELECTROLYTES) >= 30
    assert len(ELECTRODES) + len(ELECTROLYTES) >= 60
    roles = Counter(record.role for record in RECORDS)
    assert set(roles) == set(reference_set.ROLES)
    sodium = {record.formula for record in ELECTRODES + ELECTROLYTES if record.working_ion == "Na"}
    assert len(sodium) >= 6
    families = " ".join(record.family for record in ELECTRODES + ELECTROLYTES)
    for family in (
        *("layered oxide", "spinel", "olivine", "tavorite", "layered sulfide", "alloy", "garnet", "NASICON"),
        *("perovskite", "antiperovskite", "LISICON", "argyrodite", "thio-LISICON", "LGPS", "chloride", "bromide"),
        *("nitride", "phosphate", "borohydride"),
    ):
        assert family in families, family
    for name in (
        *("LiCoO2", "LiNiO2", "LiFePO4", "LiMnPO4", "LiMn2O4", "LiTiS2", "LiC6", "C-graphite", "MgO", "Li2O"),
        *("Li6PS5Cl", "Li2S", "Li3P", "LiCl", "LiF", "Li", "Na"),
    ):
        assert name in BY_ID


def test_ordered_argyrodite_has_13_atoms() -> None:
    assert build_structure(BY_ID["Li6PS5Cl"]).composition == Composition("Li6PS5Cl")


def test_building_twice_gives_the_same_sites_in_the_same_order() -> None:
    for record in RECORDS[::10]:
        first, second = build_structure(record), build_structure(record)
        assert first == second and np.array_equal(first.frac_coords, second.frac_coords)


GOOD = """\
name: magnesium oxide
formula: MgO
family: oxide
role: reference
space_group: {number: 225}
lattice: {a: 4.212}
sites:
  - {element: Mg, wyckoff: 4a, position: [0, 0, 0]}
  - {element: O, wyckoff: 4b, position: [1/2, 1/2, 1/2]}
oxidation_states: {Mg: 2, O: -2}
structure_source: standard tables
"""


def _read(folder: Path, text: str) -> ReferenceRecord:
    path = folder / "MgO.yaml"
    path.write_text(text, encoding="utf-8")
    return read_record(path)


def test_good_record_is_read_and_built(tmp_path: Path) -> None:
    structure = build_structure(_read(tmp_path, GOOD))
    assert structure.volume == pytest.approx(4.212**3 / 4)
    assert structure.get_distance(0, 1) == pytest.approx(4.212 / 2)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("family: oxide", "family: oxide\ncolour: white", "field 'colour'"),
        ("family: oxide\n", "", "field 'family': Field required"),
        ("role: reference", "role: decoration", "field 'role'"),
        ("role: reference", "role: coating", "'working_ion'"),
        ("role: reference", "role: reference\nworking_ion: Li", "'working_ion'"),
        ("number: 225", "number: 231", "231"),
        ("number: 225", "number: 225, setting: 1", "field 'space_group.setting'"),
        ("a: 4.212", "a: long", "field 'lattice.a'"),
        ("formula: MgO", "formula: 3", "field 'formula'"),
        ("[0, 0, 0]", "[0, 0]", "field 'sites.0.position'"),
        ("[0, 0, 0]", "[0, 0, 1/0]", "'1/0' is neither"),
        ("wyckoff: 4a, ", "", "field 'sites.0.wyckoff'"),
        ("{Mg: 2, O: -2}", "{Mg: 2}", "'oxidation_states'"),
        ("structure_source: standard tables", "structure_source: [", "cannot be read as YAML"),
        ("structure_source: standard tables", "structure_source: x\nknown: [{quantity: hue}]", "field 'known.0.value'"),
        (
            "structure_source: standard tables",
            "structure_source: x\nknown: [{quantity: hue, value: 1, unit: V, source: y}]",
            "field 'known' has 'hue'",
        ),
        (
            "structure_source: standard tables",
            "structure_source: x\nknown: [{quantity: band_gap, value: 1, unit: J, source: y}]",
            "'band_gap' in 'J'",
        ),
    ],
)
def test_bad_record_is_refused_with_a_sentence(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(ValueError) as caught:
        _read(tmp_path, GOOD.replace(old, new))
    message = str(caught.value)
    assert message.startswith("MgO.yaml: ") and said in message and "\n" not in message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("wyckoff: 4a", "wyckoff: 8c", "multiplicity 4"),
        ("[0, 0, 0]", "[0.1, 0, 0]", "multiplicity 24"),
        ("number: 225", "number: 225, choice: H", "choice 'H'"),
        ("a: 4.212", "a: 4.212, c: 5", "must give a and nothing else"),
    ],
)
def test_record_that_cannot_be_built_is_refused_with_a_sentence(tmp_path: Path, old: str, new: str, said: str) -> None:
    record = _read(tmp_path, GOOD.replace(old, new))
    with pytest.raises(ValueError, match=said) as caught:
        build_structure(record)
    assert str(caught.value).startswith("MgO: ")


def test_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none.yaml: cannot be read"):
        read_record(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("number", "choice", "lattice", "angles"),
    [
        (5, "c1", {"a": 5.0, "b": 6.0, "c": 7.0, "gamma": 100.0}, (90, 90, 100)),
        (15, None, {"a": 5.0, "b": 6.0, "c": 7.0, "beta": 100.0}, (90, 100, 90)),
        (166, "R", {"a": 5.0, "alpha": 60.0}, (60, 60, 60)),
        (166, None, {"a": 5.0, "c": 9.0}, (90, 90, 120)),
        (62, None, {"a": 5.0, "b": 6.0, "c": 7.0}, (90, 90, 90)),
    ],
)
def test_lattice_takes_its_fixed_angles_from_the_crystal_system(
    number: int, choice: str | None, lattice: dict[str, float], angles: tuple[float, ...]
) -> None:
    group = {"number": number} | ({"choice": choice} if choice else {})
    record = ReferenceRecord("x", "x", "Li", "x", "reference", group, lattice, [], {}, "x")
    assert reference_set._lattice(record).angles == pytest.approx(angles)


# The regular slow test relaxes every record of up to 20 atoms per primitive cell, some 200, in about three minutes of
# one core. With the variable at 100 it relaxes all, which takes ten minutes more and is how the exceptions were found.
# The relaxation starts from the exact symmetry, so it finds a wrong position, distance or cell, but not a structure
# that only a displacement would show to be unstable (such as the cubic average of a distorted one).
SLOW_LIMIT = int(os.environ.get("ATOMSCREEN_RELAX_UP_TO_SITES", "20"))
MOLECULAR = "molecules held together by dispersion, which PBE and hence CHGNet lack"
RELAXATION_EXCEPTIONS = {
    "Cl2": MOLECULAR,
    "I2": MOLECULAR,
    "O2": MOLECULAR,
    "S-orthorhombic": MOLECULAR,
    "C-graphite": "layers held together by dispersion, which PBE and hence CHGNet lack",
    "InCl3": "experimental cell of layers held together by dispersion, which PBE and hence CHGNet lack",
    "SiS2": "experimental cell of chains held together by dispersion, which PBE and hence CHGNet lack",
    "LiGaBr4": "experimental cell of large GaBr4 ions in soft contact, which PBE without dispersion makes too wide",
    "Li6PS5Cl": "CHGNet makes the ordered model 3 to 4 % too long, and no less so where lithium may leave 24g",
}


@pytest.fixture(scope="module")
def calculator() -> Any:
    from chgnet.model.dynamics import CHGNetCalculator

    return CHGNetCalculator(use_device="cpu")


@pytest.mark.slow
@every_record
def test_relaxing_keeps_symmetry_and_volume(record: ReferenceRecord, calculator: Any) -> None:
    structure = build_structure(record)
    if len(structure) > SLOW_LIMIT:
        pytest.skip(f"{len(structure)} atoms; set ATOMSCREEN_RELAX_UP_TO_SITES to relax it")
    atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
    atoms.calc = calculator
    assert FIRE(FrechetCellFilter(atoms), logfile=None).run(fmax=0.05, steps=500)
    relaxed = AseAtomsAdaptor.get_structure(atoms)
    assert SpacegroupAnalyzer(relaxed, 0.1).get_space_group_number() == record.space_group["number"]
    keeps_volume = abs(relaxed.volume / structure.volume - 1) < 0.1
    # An exception that is none any more has to leave the table.
    assert keeps_volume != (record.id in RELAXATION_EXCEPTIONS), relaxed.volume / structure.volume - 1


def test_relaxation_exceptions_are_records() -> None:
    assert set(RELAXATION_EXCEPTIONS) <= set(BY_ID)
