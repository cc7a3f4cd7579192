"""Running a workflow: source, store, executor and funnel put together; the record at the end."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from atomscreen.campaign.campaign import Campaign, Snapshot
from atomscreen.campaign.executors import Executor, InProcess, OnDask
from atomscreen.campaign.folder import CampaignFolder
from atomscreen.campaign.handoff import hand_over_record
from atomscreen.campaign.record import describe, environment
from atomscreen.campaign.store import Store
from atomscreen.campaign.workflow import Workflow, read_workflow
from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import UsageError
from atomscreen.core.files import written
from atomscreen.interatomic.devices import set_device
from atomscreen.sources.open import Skipped, SourceSpec, check_source, read_source


@dataclasses.dataclass(frozen=True)
class Intake:
    """What a source gave: candidates with role and ion, what cannot be used, and how many were read."""

    source: SourceSpec
    candidates: list[Candidate]
    skipped: list[Skipped]
    read: int

    @property
    def left_out(self) -> int:
        """How many are of a role or working ion that the workflow does not screen."""
        return self.read - len(self.candidates) - len(self.skipped)


def run_workflow(
    workflow: str | Path | Workflow,
    out: str | Path | None = None,
    *,
    source: str | Path | Mapping[str, str] | None = None,
    cluster: str | None = None,
    workers: int | None = None,
    device: str = "auto",
    observe: Callable[[Snapshot], None] = lambda snapshot: None,
) -> dict[str, Any]:
    """Run or resume a campaign and return its record.

    Parameters
    ----------
    workflow
        A workflow file, the name of a shipped workflow, or a workflow already read.
    out
        The campaign's folder; ``atomscreen-NAME`` in the current folder by default. What is stored there is used
        again.
    source
        Instead of the workflow's own: a folder, a structure file, ``"builtin:reference"``.
    cluster
        Address of a dask scheduler (``tcp://...``), ``"none"`` to compute in this process, or by default one local
        worker process for each core.
    workers
        How many local worker processes.
    device
        Where torch runs: ``"auto"``, ``"cpu"`` or ``"cuda"``.
    observe
        Called with a snapshot as work goes on.

    Returns
    -------
    dict
        The record, as written to ``campaign.json``.

    Raises
    ------
    UsageError
        For a workflow, source, scheduler or folder that cannot be used.
    """
    checked = workflow if isinstance(workflow, Workflow) else read_workflow(workflow)
    folder = CampaignFolder(Path(out) if out is not None else Path(f"atomscreen-{checked.name}"))
    intake = take_in(checked, source)
    folder.make()
    with folder.locked():
        store = Store(folder.store)
        try:
            return _run(checked, intake, folder, store, _executor(cluster, workers, device), observe)
        finally:
            store.close()


def take_in(workflow: Workflow, source: str | Path | Mapping[str, str] | None = None) -> Intake:
    """Read a workflow's source; leave out the roles and ions it does not screen.

    Raises
    ------
    UsageError
        Where there is no source, or nothing in it can be used.
    """
    spec = check_source(source) if source is not None else workflow.source
    if spec is None:
        raise UsageError(f"the workflow '{workflow.name}' names no source; give one with --source")
    skipped: list[Skipped] = []
    found: list[Candidate] = []
    read = 0
    for item in read_source(spec):
        read += 1
        if isinstance(item, Skipped):
            skipped.append(item)
        elif (fitted := _fitted(item, workflow)) is not None:
            found.append(fitted)
    if not found:
        reasons = "; ".join(f"{item.name}: {item.reason}" for item in skipped[:3])
        wanted = f"roles {', '.join(workflow.roles)}" + (
            f" and working ions {', '.join(workflow.working_ions)}" if workflow.working_ions else ""
        )
        raise UsageError(
            f"none of the {read} structures of '{spec}' can be screened ({reasons or 'wanted: ' + wanted})"
        )
    _refuse_twins(found, spec)
    return Intake(spec, found, skipped, read)


def _fitted(candidate: Candidate, workflow: Workflow) -> Candidate | None:
    """Return the candidate with the workflow's role and ion where it has none, or ``None`` for another's."""
    role = candidate.role or workflow.roles[0]
    ions = workflow.working_ions
    ion = candidate.working_ion or (ions[0] if ions else None)
    if role not in workflow.roles or (ions and ion not in ions):
        return None
    return dataclasses.replace(candidate, role=role, working_ion=ion)


def _refuse_twins(candidates: Iterable[Candidate], spec: SourceSpec) -> None:
    twice = [identity for identity, count in Counter(item.id for item in candidates).items() if count > 1]
    if twice:
        raise UsageError(f"the source '{spec}' has the id '{twice[0]}' more than once")


def _executor(cluster: str | None, workers: int | None, device: str) -> Executor:
    if cluster in (None, "none") or device not in ("auto", "cuda"):
        set_device(device)  # a device that is not here is said before anything runs
    if cluster == "none":
        return InProcess(device)
    return OnDask(cluster, workers, device)


def _run(
    workflow: Workflow,
    intake: Intake,
    folder: CampaignFolder,
    store: Store,
    executor: Executor,
    observe: Callable[[Snapshot], None],
) -> dict[str, Any]:
    started = datetime.now(UTC)
    run_environment = environment(workflow, workflow.seed)
    labels = [step.label for step in workflow.steps]

    def report(snapshot: Snapshot) -> None:
        failures = Counter(track.reason or "" for track in campaign.tracks if track.status == "failed")
        folder.write_progress(workflow.name, snapshot, labels, campaign.tallies, failures)
        observe(snapshot)

    campaign = Campaign(workflow.steps, store, report, folder.scratch, folder.files)
    with executor:
        campaign.run(intake.candidates, executor, store.begin_run(run_environment))
    shutil.rmtree(folder.scratch, ignore_errors=True)  # of jobs that an earlier, other workflow left
    record = describe(workflow, intake, campaign, store.runs(), started, run_environment)
    _write(record, folder)
    if workflow.handoff is not None:
        handed = hand_over_record(record, workflow.handoff, folder.path)
        record["handoff"] = [dataclasses.asdict(one) for one in handed]
        _write(record, folder)
    return record


def _write(record: Mapping[str, Any], folder: CampaignFolder) -> None:
    with written(folder.record) as file:
        json.dump(record, file)
