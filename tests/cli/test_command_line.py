"""The command line as a user meets it: exit codes, one sentence for every mistake, tables and JSON apart."""

import json
import os
import resource
import sqlite3
import subprocess
import sys

import pytest
from pymatgen.core import Lattice, Structure

from atomscreen.core.errors import UsageError

EMT = "ase.calculators.emt:EMT"
WORKFLOW = f"""\
name: small
role: coating
funnel:
  - composition
  - relax: {{potential: "{EMT}"}}
rank: {{density: max}}
"""


def atomscreen(*arguments, cwd=None, **options):
    command = [sys.executable, "-m", "atomscreen.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300, check=False, **options)


def copper(edge=3.7):
    return Structure(Lattice.cubic(edge), ["Cu"] * 4, [[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])


@pytest.fixture
def cells(tmp_path):
    folder = tmp_path / "cells"
    folder.mkdir()
    copper().to(filename=str(folder / "Cu.cif"), fmt="cif")
    copper(4.1).to(filename=str(folder / "Cu-wide.vasp"), fmt="poscar")
    (tmp_path / "small.yaml").write_text(WORKFLOW)
    return folder


def one_sentence(run, code, message):
    assert run.returncode == code, run.stderr
    assert message in run.stderr, run.stderr
    assert "Traceback" not in run.stderr
    assert run.stdout == ""


def test_help_names_every_command():
    run = atomscreen("--help")
    assert run.returncode == 0
    for command in ("screen", "report", "status", "handoff", "run", "stages", "workflows", "potentials", "sources"):
        assert command in run.stdout


@pytest.mark.parametrize(
    "listing",
    [
        ("stages",),
        ("stages", "relax"),
        ("workflows",),
        ("potentials", "list"),
        ("potentials", "show", "chgnet"),
        ("sources", "list"),
    ],
)
def test_listings_in_words_and_json(listing):
    words, data = atomscreen(*listing), atomscreen(*listing, "--json")
    assert words.returncode == data.returncode == 0, words.stderr + data.stderr
    assert words.stdout.strip() and json.loads(data.stdout)


def test_a_workflow_that_lacks_a_package_is_listed_with_what_it_needs(monkeypatch, capsys):
    from atomscreen.campaign import workflow
    from atomscreen.cli.listings import workflows

    read = workflow.read_workflow

    def without_dispersion(name):
        if name == "cells":
            raise UsageError("the potential 'chgnet-d3' needs the package 'dftd3'")
        return read(name)

    monkeypatch.setattr(workflow, "read_workflow", without_dispersion)
    workflows(json=True)
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert {name for name, row in rows.items() if not row["ready"]} == {"cells"}
    assert "dftd3" in rows["cells"]["missing"] and rows["cells"]["description"].startswith("Well-known electrodes")
    workflows(json=False)
    assert "not ready: the potential 'chgnet-d3'" in capsys.readouterr().out


def test_a_campaign_from_a_folder(cells, tmp_path):
    (cells / "broken.cif").write_text("data_x\nloop_\n_atom_site_label\n")
    run = atomscreen("screen", "small.yaml", "--source", "cells", "--out", "out", "--cluster", "none", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "skipped broken.cif: cannot be read" in run.stderr  # reported, and the rest goes on
    assert "Cu-wide" in run.stdout and "report.html" in run.stdout
    record = json.loads((tmp_path / "out" / "campaign.json").read_text())
    assert [c["status"] for c in record["candidates"]] == ["ranked", "ranked"]
    assert (tmp_path / "out" / "candidates.csv").read_text().count("\n") == 3
    again = atomscreen("screen", "small.yaml", "--source", "cells", "--out", "out", "--json", cwd=tmp_path)
    assert json.loads(again.stdout)["computed"] == 0
    status = atomscreen("status", "out", "--json", cwd=tmp_path)
    assert json.loads(status.stdout)["state"] == "finished"
    (tmp_path / "out" / "report.html").unlink()
    assert atomscreen("report", "out", cwd=tmp_path).returncode == 0 and (tmp_path / "out" / "report.html").exists()


def test_run_prints_the_promised_json(cells):
    run = atomscreen("run", "elasticity", cells / "Cu.cif", "--param", f"potential={EMT}", "--json")
    (entry,) = json.loads(run.stdout)
    assert run.returncode == 0 and set(entry) >= {"file", "quantities", "failure"} and entry["failure"] is None
    found = {quantity["name"]: quantity for quantity in entry["quantities"]}
    assert set(found["bulk_modulus"]) >= {"name", "value", "unit", "uncertainty", "conditions", "method"}
    assert {"bulk_modulus", "shear_modulus", "youngs_modulus", "poisson_ratio"} <= set(found)
    # ASE documents EMT's bulk modulus of copper near 134 GPa; 0.84 eV/Å^3.
    assert found["bulk_modulus"]["value"] == pytest.approx(134, rel=0.03) and found["bulk_modulus"]["unit"] == "GPa"


def test_run_does_the_good_files_and_names_the_bad(cells):
    (cells / "overlap.vasp").write_text("x\n1\n4 0 0\n0 4 0\n0 0 4\nCu\n2\nDirect\n0 0 0\n0.02 0 0\n")
    run = atomscreen("run", "composition", cells / "Cu.cif", cells / "overlap.vasp", cells / "absent.cif", "--json")
    good, bad, absent = json.loads(run.stdout)
    assert run.returncode == 2 and good["failure"] is None
    assert "atoms overlap" in bad["failure"] and "there is no file" in absent["failure"]


def test_an_element_the_potential_does_not_know(tmp_path):
    Structure(Lattice.cubic(3.35), ["Cm"], [[0, 0, 0]]).to(filename=str(tmp_path / "Cm.cif"), fmt="cif")
    one_sentence(atomscreen("run", "relax", tmp_path / "Cm.cif"), 2, "Cm")


def test_a_stage_that_gives_no_result_is_exit_code_one(cells):
    run = atomscreen("run", "relax", cells / "Cu-wide.vasp", "--param", f"potential={EMT}", "--param", "max_steps=1")
    one_sentence(run, 1, "Cu-wide.vasp")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["screen", "nowhere.yaml"], "no workflow file 'nowhere.yaml'"),
        (["screen", "quickstrat"], "did you mean 'quickstart'"),
        (["screen", "small.yaml"], "names no source"),
        (["screen", "small.yaml", "--source", "empty"], "holds no structure file"),
        (["screen", "small.yaml", "--source", "absent"], "there is no file or folder 'absent'"),
        (["screen", "small.yaml", "--source", "cells", "--out", "/proc/nothing"], "cannot be written"),
        (["screen", "small.yaml", "--source", "cells", "--out", "small.yaml"], "cannot be written"),
        (["screen", "small.yaml", "--source", "cells", "--device", "banana"], "banana"),
        (["run", "relaxation", "cells/Cu.cif"], "unknown stage 'relaxation'"),
        (["run", "relax", "cells/Cu.cif", "--param", "fmax=1"], "has a parameter 'fmax'"),
        (["run", "relax", "cells/Cu.cif", "--param", "potential=chgnett"], "did you mean 'chgnet'"),
        (["run", "relax", "cells/Cu.cif", "--param", "max_force"], "is NAME=VALUE"),
        (["run", "relax", "cells/Cu.cif", "--role", "cathod"], "did you mean 'cathode'"),
        (["potentials", "show", "chgnett"], "did you mean 'chgnet'"),
        (["status", "empty"], "no campaign has run there"),
        (["report", "empty"], "no campaign has run there"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_two(arguments, message, cells, tmp_path):
    (tmp_path / "empty").mkdir()
    one_sentence(atomscreen(*arguments, cwd=tmp_path), 2, message)


def test_no_structure_that_can_be_screened(cells, tmp_path):
    for file in cells.iterdir():
        file.write_text("nonsense")
    run = atomscreen("screen", "small.yaml", "--source", "cells", cwd=tmp_path)
    one_sentence(run, 2, "none of the 2 structures of 'cif:cells' can be screened")


def test_a_store_of_a_newer_version(cells, tmp_path):
    out = tmp_path / "out"
    arguments = ("screen", "small.yaml", "--source", "cells", "--out", "out", "--cluster", "none")
    assert atomscreen(*arguments, cwd=tmp_path).returncode == 0
    with sqlite3.connect(out / "store.sqlite") as store:
        store.execute("update about set value = '2000' where key = 'schema'")
    one_sentence(atomscreen(*arguments, cwd=tmp_path), 2, "was written by a newer atomscreen")


def test_a_full_disk(cells, tmp_path):
    """A limit on the size of files is what a quota or a full disk looks like to a program."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    run = atomscreen(
        "screen", "small.yaml", "--source", "cells", "--out", "out", "--cluster", "none", cwd=tmp_path, preexec_fn=limit
    )
    one_sentence(run, 2, "is full")


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may write to read-only folders")
def test_a_read_only_folder(cells, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o555)
    run = atomscreen("screen", "small.yaml", "--source", "cells", "--out", "locked/out", cwd=tmp_path)
    one_sentence(run, 2, "cannot be written")


def test_the_plan_of_a_dry_run(tmp_path):
    run = atomscreen("screen", "quickstart", "--dry-run", "--json", cwd=tmp_path)
    plan = json.loads(run.stdout)
    assert run.returncode == 0 and sum(plan["candidates"].values()) >= 55 and not list(tmp_path.iterdir())


def test_a_folder_whose_name_looks_like_a_query(cells, tmp_path):
    run = atomscreen(
        "screen", "small.yaml", "--source", "cells", "--out", "what?a%20b", "--cluster", "none", cwd=tmp_path
    )
    assert (
        run.returncode == 0 and (tmp_path / "what?a%20b" / "store.sqlite").exists() and not (tmp_path / "what").exists()
    )


@pytest.mark.parametrize("file", ["campaign.json", "progress.json"])
@pytest.mark.parametrize("content", ["{}", "[1]", '{"name": '])
def test_a_file_of_the_folder_that_somebody_changed(tmp_path, file, content):
    (tmp_path / file).write_text(content)
    command = "report" if file == "campaign.json" else "status"
    one_sentence(atomscreen(command, tmp_path), 2, file)


def test_a_file_name_that_is_not_utf8(cells, tmp_path):
    (cells / "Cu.cif").rename(os.fsdecode(os.fsencode(cells) + b"/\xff.cif"))
    run = atomscreen("screen", "small.yaml", "--source", "cells", "--out", "out", "--cluster", "none", cwd=tmp_path)
    assert run.returncode == 0 and (tmp_path / "out" / "report.html").exists(), run.stderr
