"""Killed at any moment and run again, a campaign ends with the same result: real processes, real signals."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

WORKFLOW = """\
name: metals
role: coating
funnel:
  - composition
  - relax: {potential: "ase.calculators.emt:EMT", max_force: 0.01}
  - keep: {volume_per_atom: "<= 40 Å^3/atom"}
  - elasticity: {potential: "ase.calculators.emt:EMT"}
  - top: {count: 12, by: bulk_modulus}
rank: {bulk_modulus: max, density: min}
"""
SIMULATIONS = """\
name: simulations
role: solid_electrolyte
working_ion: Al
funnel:
  - relax: {potential: "ase.calculators.emt:EMT", max_force: 0.01}
  - diffusivity:
      temperatures: [500]
      replicas: 2
      min_width: 5 Å
      potential: "ase.calculators.emt:EMT"
      cell: isotropic
      cell_equilibration: 2 ps
      duration: 5 ps
      max_duration: 6 ps
      equilibration: 1 ps
      time_step: 4 fs
rank: {density: min}
"""
EDGES = {"Al": 4.05, "Cu": 3.61, "Ag": 4.09, "Au": 4.08, "Ni": 3.52, "Pd": 3.89, "Pt": 3.92}


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    """A workflow file and a folder of 28 shaken crystals of EMT metals."""
    folder = tmp_path_factory.mktemp("metals")
    (folder / "cells").mkdir()
    generator = np.random.default_rng(1)
    for metal, edge in EDGES.items():
        for number in range(4):
            cell = Structure.from_spacegroup("Fm-3m", Lattice.cubic(edge), [metal], [[0, 0, 0]])
            cell.replace(0, list(EDGES)[number])
            cell.translate_sites(range(4), generator.normal(0, 0.02, 3))
            cell.to(filename=str(folder / "cells" / f"{metal}-{number}.vasp"), fmt="poscar")
    (folder / "metals.yaml").write_text(WORKFLOW)
    return folder


@pytest.fixture(scope="module")
def simulations(tmp_path_factory):
    """A workflow file and a crystal of aluminium, whose atoms do not diffuse: every run is made longer once."""
    folder = tmp_path_factory.mktemp("simulations")
    (folder / "cells").mkdir()
    cell = Structure.from_spacegroup("Fm-3m", Lattice.cubic(4.05), ["Al"], [[0, 0, 0]])
    cell.to(filename=str(folder / "cells" / "Al.vasp"), fmt="poscar")
    (folder / "metals.yaml").write_text(SIMULATIONS)
    return folder


def start(campaign, out):
    command = [sys.executable, "-m", "atomscreen.cli", "screen", str(campaign / "metals.yaml")]
    command += ["--source", str(campaign / "cells"), "--out", str(out), "--json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    # A shell starts its background jobs with Ctrl-C ignored, and their children inherit that.
    return subprocess.Popen(command, **pipes, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))


def finish(campaign, out):
    process = start(campaign, out)
    printed, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return json.loads(printed), json.loads((out / "campaign.json").read_text())


def essence(record):
    """What must not depend on interruptions: all but times, and which run computed what."""
    steps = [{k: v for k, v in step.items() if k not in ("seconds", "reused")} for step in record["steps"]]
    candidates = [{k: v for k, v in c.items() if k not in ("failure", "quantities")} for c in record["candidates"]]
    quantities = [[{**q, "run": None} for q in c["quantities"]] for c in record["candidates"]]
    failures = [c["failure"] and c["failure"]["reason"] for c in record["candidates"]]
    return steps, candidates, quantities, failures, record["rankings"]


def children(pid):
    listing = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    found = [int(word) for word in listing.split()]
    return found + [deeper for child in found for deeper in children(child)]


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.slow
def test_killed_at_random_moments_and_resumed_it_ends_the_same(campaign, tmp_path):
    printed, whole = killed_and_resumed(campaign, tmp_path)
    assert printed["computed"] > 28 and whole["rankings"]["coating"]["rows"]


@pytest.mark.slow
def test_killed_simulations_go_on_to_the_same_diffusivities(simulations, tmp_path):
    printed, whole = killed_and_resumed(simulations, tmp_path)
    found = [q for q in whole["candidates"][0]["quantities"] if q["name"] == "tracer_diffusivity"]
    assert printed["computed"] == 1 + 2 + 1  # the relaxation, two runs, and what puts them together
    assert [len(q["provenance"]["runs"]) for q in found] == [2]
    assert len(list((tmp_path / "whole" / "files").glob("*/run.nc"))) == 2


def killed_and_resumed(campaign, tmp_path):
    """Compare three campaigns, each killed twice, with one that ran through; return what that one gave."""
    started = time.monotonic()
    printed, whole = finish(campaign, tmp_path / "whole")
    duration = time.monotonic() - started
    generator = np.random.default_rng(2)
    for number in range(3):
        out = tmp_path / f"killed{number}"
        for moment in generator.uniform(0.1, 0.8, 2):
            process = start(campaign, out)
            time.sleep(float(moment) * duration)
            workers = children(process.pid)
            process.send_signal(signal.SIGKILL)
            process.wait()
            process.stdout.close(), process.stderr.close()
            deadline = time.monotonic() + 20
            while any(alive(pid) for pid in workers) and time.monotonic() < deadline:
                time.sleep(0.2)
            assert not any(alive(pid) for pid in workers), "workers outlive the main process"
        resumed, record = finish(campaign, out)
        assert essence(record) == essence(whole)
        assert resumed["computed"] <= printed["computed"]
    again, _ = finish(campaign, tmp_path / "whole")
    assert again["computed"] == 0
    return printed, whole


@pytest.mark.slow
def test_interrupted_from_the_keyboard_it_says_how_to_go_on(campaign, tmp_path):
    process = start(campaign, tmp_path / "out")
    # Past the start of the workers, which can print a traceback of their own, and before the end some seconds later.
    progress = tmp_path / "out" / "progress.json"
    while not progress.exists() or not json.loads(progress.read_text())["computed"]:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1 and "the same command goes on from there" in errors and "Traceback" not in errors


@pytest.mark.slow
def test_two_runs_in_one_folder_are_kept_apart(campaign, tmp_path):
    first = start(campaign, tmp_path / "out")
    while not (tmp_path / "out" / "store.sqlite").exists():
        time.sleep(0.1)
    second = start(campaign, tmp_path / "out")
    _, errors = second.communicate(timeout=60)
    assert second.returncode == 2 and "another run is at work" in errors
    first.send_signal(signal.SIGKILL)
    first.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("cost", ["light", "heavy"])
def test_a_worker_that_dies_is_a_failure_of_its_candidate_alone(tmp_path, cost):
    from atomscreen.campaign.campaign import Campaign
    from atomscreen.campaign.executors import OnDask
    from atomscreen.campaign.store import Store
    from atomscreen.core.candidate import Candidate, Results
    from atomscreen.core.quantity import Quantity
    from atomscreen.core.stages import _STAGES, stage
    from tests.campaign.toys import candidates, step

    @stage(gives={"density"}, cost=cost)
    def deadly(candidate: Candidate) -> Results:
        """Kill the process for one of the candidates, as a crash in native code would."""
        if candidate.structure().lattice.a > 3.15:
            os.kill(os.getpid(), signal.SIGSEGV)
        return Results((Quantity("density", 1.0),))

    store = Store(tmp_path / "store.sqlite")
    campaign = Campaign([step("deadly")], store)
    try:
        with OnDask(workers=2) as executor:
            campaign.run(candidates(3), executor, store.begin_run({}))
    finally:
        _STAGES.pop("deadly")
        store.close()
    assert [track.status for track in campaign.tracks] == ["passed", "passed", "failed"]
    assert campaign.tracks[2].failure.error == "KilledWorker"
