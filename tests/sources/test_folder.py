import json

import pytest
from pymatgen.core import Lattice, Structure
from pymatgen.io.cif import CifWriter

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StructureRefused, UsageError
from atomscreen.sources.checks import refuse_unusable
from atomscreen.sources.folder import read
from atomscreen.sources.open import SourceSpec, check_source, load_candidates


def rock_salt(edge=4.21, cation="Mg"):
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(edge), [cation, "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])


@pytest.fixture
def folder(tmp_path):
    """Good files in every format, in a subfolder too, and four kinds of bad ones."""
    (tmp_path / "deep er").mkdir()
    CifWriter(rock_salt(), symprec=0.01).write_file(tmp_path / "MgO.cif")
    CifWriter(rock_salt(4.8, "Ca")).write_file(tmp_path / "deep er" / "CaO.cif")
    rock_salt(4.2).to(filename=str(tmp_path / "POSCAR"), fmt="poscar")
    (tmp_path / "MgO.json").write_text(json.dumps(rock_salt().as_dict()))
    (tmp_path / "broken.cif").write_text("data_broken\n_cell_length_a 4.2\nloop_\n_atom_site_label\n")
    (tmp_path / "garbage.json").write_text("{not json")
    overlapping = Structure(Lattice.cubic(4), ["Mg", "O"], [[0, 0, 0], [0.05, 0, 0]])
    overlapping.to(filename=str(tmp_path / "overlap.vasp"), fmt="poscar")
    disordered = Structure(Lattice.cubic(4), [{"Li": 0.5, "Na": 0.5}, "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    CifWriter(disordered).write_file(tmp_path / "disordered.cif")
    (tmp_path / "notes.txt").write_text("not a structure")
    return tmp_path


def test_good_files_become_candidates_and_bad_ones_are_named_with_the_reason(folder):
    items = list(read(str(folder)))
    good = {item.id: item for item in items if isinstance(item, Candidate)}
    bad = {item.name: item.reason for item in items if not isinstance(item, Candidate)}
    assert set(good) == {"MgO", "MgO.2", "POSCAR", "deep_er_CaO"}
    assert len(good["MgO"].structure()) == 2  # the primitive cell
    assert good["deep_er_CaO"].origin["file"] == "deep er/CaO.cif"
    assert set(bad) == {"broken.cif", "garbage.json", "overlap.vasp", "disordered.cif"}
    assert bad["overlap.vasp"].startswith("atoms overlap: Mg (site 1) and O (site 2) are 0.20 Å apart")
    assert "disordered" in bad["disordered.cif"] and bad["broken.cif"].startswith("cannot be read")


def test_a_folder_without_structures_is_wrong_use(tmp_path):
    with pytest.raises(UsageError, match="holds no structure file"):
        load_candidates(tmp_path)


def test_a_source_with_nothing_usable_gives_the_first_reason(folder):
    with pytest.raises(UsageError, match=r"nothing in .* can be used: overlap.vasp: atoms overlap"):
        load_candidates(folder / "overlap.vasp")


@pytest.mark.parametrize(
    ("given", "spec"),
    [
        ({"builtin": "reference"}, SourceSpec("builtin", "reference")),
        ("builtin:reference", SourceSpec("builtin", "reference")),
    ],
)
def test_sources_are_named_alike_in_files_and_on_the_command_line(given, spec):
    assert check_source(given) == spec


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("bultin:reference", "did you mean 'builtin'"),
        ("builtin:refference", "did you mean 'reference'"),
        ("cif:/no/such", "there is no file or folder '/no/such'"),
        ({"builtin": "reference", "cif": "x"}, "has one kind"),
        ({}, "has one kind"),
    ],
)
def test_wrong_sources_are_one_sentence(given, message):
    with pytest.raises(UsageError, match=message):
        check_source(given)


def test_hydrogen_molecules_do_not_overlap():
    refuse_unusable(Structure(Lattice.cubic(6), ["H", "H"], [[0, 0, 0], [0.74 / 6, 0, 0]]))


@pytest.mark.parametrize(
    ("structure", "message"),
    [
        (Structure(Lattice.cubic(4), [], []), "no atoms"),
        (Structure(Lattice.cubic(0.4), ["Li"], [[0, 0, 0]]), "volume"),
        (Structure(Lattice.cubic(1.0), ["Cs"], [[0, 0, 0]]), "overlap"),
    ],
)
def test_unusable_structures_are_refused(structure, message):
    with pytest.raises(StructureRefused, match=message):
        refuse_unusable(structure)


HEAD = "x\n1.0\n4 0 0\n0 4 0\n0 0 4\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + "1\nDirect\n0 0 0\n", "names no elements"),
        (HEAD + "Mg\n1\nDirect\nnan 0 0\n", "not finite"),
        (HEAD.replace("4 0 0", "inf 0 0") + "Mg\n1\nDirect\n0 0 0\n", "."),
        ("", "cannot be read"),
    ],
)
def test_files_that_would_crash_what_comes_later(tmp_path, text, message):
    (tmp_path / "x.vasp").write_text(text)
    with pytest.raises(UsageError, match=message):
        load_candidates(tmp_path)


def test_what_other_programs_write_beside_the_structure_is_left_out(tmp_path):
    (tmp_path / "x.vasp").write_text(HEAD + "Mg\n1\nSelective dynamics\nDirect\n0 0 0 T T F\n")
    (candidate,) = load_candidates(tmp_path)
    assert candidate.structure().site_properties == {}
    json.dumps(candidate.structure().as_dict())


def test_a_good_structure_behind_a_refused_one_in_the_same_file(tmp_path):
    good = CifWriter(rock_salt()).__str__()
    bad = CifWriter(Structure(Lattice.cubic(4), ["Mg", "O"], [[0, 0, 0], [0.05, 0, 0]])).__str__()
    (tmp_path / "many.cif").write_text(
        good.replace("data_", "data_a") + bad.replace("data_", "data_b") + good.replace("data_", "data_c")
    )
    items = list(read(str(tmp_path)))
    assert [isinstance(item, Candidate) for item in items] == [True, False, True]
    assert items[1].name == "many.cif (structure 2)"


def test_a_folder_with_a_colon_in_its_name(tmp_path):
    (tmp_path / "a:b").mkdir()
    rock_salt().to(filename=str(tmp_path / "a:b" / "x.vasp"), fmt="poscar")
    assert len(load_candidates(str(tmp_path / "a:b"))) == 1
