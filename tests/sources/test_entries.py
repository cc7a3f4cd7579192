"""Files of entries: each format is read alike, scales are kept apart, and a mistake is named with its line."""

import gzip
import json

import pytest
from pymatgen.core import Composition, Lattice, Structure
from pymatgen.entries.computed_entries import CompositionEnergyAdjustment, ComputedEntry, ComputedStructureEntry

from atomscreen.core.errors import UsageError
from atomscreen.sources.entries import BUILTIN, digest, known_band_gaps, read_phases

SIMPLE = [
    {"id": "a", "formula": "Li", "energy_per_atom": -1.9, "functional": "PBE"},
    {"formula": "Li2O", "energy_per_atom": -4.75, "functional": "PBE", "band_gap": 5.0, "volume_per_atom": 8.2},
]


def oxide_correction(composition):
    return CompositionEnergyAdjustment(
        -0.687, Composition(composition)["O"], name="MP2020 anion correction (oxide)", cls={"@class": "MP2020"}
    )


def computed(formula, energy_per_atom, run_type="GGA", corrected=False):
    composition = Composition(formula)
    return ComputedEntry(
        composition,
        energy_per_atom * composition.num_atoms,
        energy_adjustments=[oxide_correction(formula)] if corrected else None,
        parameters={"run_type": run_type},
        entry_id=f"mp-{formula}",
    )


@pytest.mark.parametrize(
    "name", ["entries.json", "entries.jsonl", "entries.json.gz", "entries.jsonl.gz", "object.json"]
)
def test_simple_records_in_every_format(tmp_path, name):
    text = "\n".join(map(json.dumps, SIMPLE)) if "jsonl" in name else json.dumps(SIMPLE)
    if name == "object.json":
        text = json.dumps({"entries": SIMPLE})
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
    lithium, oxide = read_phases(str(path))
    assert (lithium.id, lithium.formula, lithium.energy_per_atom) == ("a", "Li", -1.9)
    assert (oxide.id, oxide.band_gap, oxide.volume_per_atom, oxide.functional) == ("Li2O", 5.0, 8.2, "PBE")
    assert oxide.elements == {"Li", "O"}


def test_computed_entries_keep_their_corrections_and_get_no_others(tmp_path):
    structure = Structure(Lattice.cubic(4), ["Li", "Li", "O"], [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0, 0]])
    oxide = ComputedStructureEntry(
        structure,
        -14.0,
        energy_adjustments=[oxide_correction("Li2O")],
        parameters={"run_type": "GGA"},
        data={"band_gap": 5.0},
        entry_id="mp-1960",
    )
    entries = [computed("Li", -1.9), computed("Fe2O3", -6.0, "GGA+U", corrected=True), oxide]
    path = tmp_path / "mp.json"
    path.write_text(json.dumps([entry.as_dict() for entry in entries]))
    lithium, hematite, read = read_phases(str(path))
    assert read.energy_per_atom == pytest.approx((-14.0 - 0.687) / 3)
    assert hematite.energy_per_atom == pytest.approx(-6.0 - 0.687 * 3 / 5)
    assert read.volume_per_atom == pytest.approx(64 / 3)
    assert read.band_gap == 5.0
    assert lithium.functional == read.functional == "GGA/GGA+U, corrected (MP2020)"


def test_functionals_side_by_side_are_refused(tmp_path):
    path = tmp_path / "mixed.jsonl"
    path.write_text(
        "\n".join(json.dumps({**row, "functional": name}) for row, name in zip(SIMPLE, ("PBE", "PBE+U"), strict=True))
    )
    with pytest.raises(UsageError, match=r"line 1 \(a\) is PBE and line 2 \(Li2O\) is PBE\+U, without corrections"):
        read_phases(str(path))
    entries = [computed("Li", -1.9), computed("FeO", -6.0, "GGA+U")]
    path.write_text("\n".join(json.dumps(entry.as_dict()) for entry in entries))
    with pytest.raises(UsageError, match=r"GGA\+U, without corrections; .*MaterialsProject2020Compatibility"):
        read_phases(str(path))
    entries.append(computed("Li2O", -4.7, corrected=True))
    path.write_text("\n".join(json.dumps(entry.as_dict()) for entry in entries))
    with pytest.raises(UsageError, match=r"line 2: mp-FeO is GGA\+U and not corrected"):
        read_phases(str(path))


def test_a_file_can_say_that_its_energies_are_on_one_scale(tmp_path):
    path = tmp_path / "declared.json"
    entries = [computed("Li", -1.9).as_dict(), computed("FeO", -6.0, "GGA+U").as_dict()]
    path.write_text(json.dumps({"functional": "PBE/PBE+U, corrected with MP2020", "entries": entries}))
    assert {phase.functional for phase in read_phases(str(path))} == {"PBE/PBE+U, corrected with MP2020"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"formula": "Li2O", "energy_per_atom": -4.75}', "line 2: is no entry: it has no 'functional'"),
        ('{"formula": "Li2O"}', "line 2: is no entry: it has no 'energy'"),
        ('{"formula": "Xx2O", "energy_per_atom": -4.75, "functional": "PBE"}', "line 2: is no entry"),
        ('{"formula": "", "energy_per_atom": -4.75, "functional": "PBE"}', "line 2: is no entry"),
        ('{"formula": "Li2O", "energy_per_atom": "low", "functional": "PBE"}', "'energy_per_atom' is 'low'"),
        ('{"formula": "Li2O", "energy_per_atom": NaN, "functional": "PBE"}', "'energy_per_atom' is nan"),
        ('{"formula": "Li", "energy_per_atom": 1, "functional": "PBE", "band_gap": -1}', "'band_gap' is -1"),
        ('{"energy": -3, "composition": {"Li": 1}, "energy_adjustments": 5}', "line 2: is no entry"),
        ("[1, 2]", "line 2: is no object"),
        ('{"formula": "Li2O",', "line 2: not JSON"),
        ("data_Li2O", "line 2: not JSON"),
    ],
)
def test_what_is_no_entry_is_named_with_its_line(tmp_path, line, message):
    path = tmp_path / "entries.jsonl"
    path.write_text(json.dumps(SIMPLE[0]) + "\n" + line)
    with pytest.raises(UsageError, match=message) as problem:
        read_phases(str(path))
    assert str(path) in str(problem.value)


def test_unreadable_files_are_one_sentence(tmp_path):
    with pytest.raises(UsageError, match=r"cannot be read .*give 'builtin' or a file of entries"):
        digest(str(tmp_path / "none.json"))
    with pytest.raises(UsageError, match="cannot be read"):
        digest(str(tmp_path))
    broken = tmp_path / "broken.json.gz"
    broken.write_bytes(b"no gzip")
    with pytest.raises(UsageError, match="cannot be read as gzip"):
        read_phases(str(broken))
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read as text"):
        read_phases(str(binary))
    empty = tmp_path / "empty.json"
    empty.write_text("")
    with pytest.raises(UsageError, match="holds no entries"):
        read_phases(str(empty))
    cif = tmp_path / "many_lines.json"
    cif.write_text('[\n  {"formula": "Li"},\n  oops\n]')
    with pytest.raises(UsageError, match="line 3: not JSON"):
        read_phases(str(cif))


def test_digest_follows_the_content(tmp_path):
    path = tmp_path / "entries.json"
    path.write_text(json.dumps(SIMPLE))
    first = digest(str(path))
    assert read_phases(str(path))[0].energy_per_atom == -1.9
    path.write_text(json.dumps([{**SIMPLE[0], "energy_per_atom": -2.0}]))
    assert digest(str(path)) != first
    assert read_phases(str(path))[0].energy_per_atom == -2.0


def test_built_in_set_brings_its_band_gaps():
    assert known_band_gaps()["Si"] == 1.12
    assert digest(BUILTIN).startswith("builtin ")
