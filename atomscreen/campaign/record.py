"""The record of a campaign as plain data: what campaign.json holds and what reports and tables are made from."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atomscreen import __version__
from atomscreen.campaign.campaign import Campaign, Track
from atomscreen.campaign.executors import available_cores
from atomscreen.campaign.folder import CampaignFolder
from atomscreen.campaign.funnel import StageStep, Step
from atomscreen.campaign.ranking import Ranked, rank
from atomscreen.campaign.workflow import Workflow
from atomscreen.core.candidate import Candidate
from atomscreen.core.quantity import Quantity
from atomscreen.core.vocabulary import Role
from atomscreen.interatomic.potentials import PotentialName, label

if TYPE_CHECKING:
    from atomscreen.campaign.run import Intake

_PACKAGES = ("ase", "chgnet", "dask", "numpy", "phonopy", "pybamm", "pymatgen", "scipy", "spglib", "torch")


def environment(workflow: Workflow, seed: int) -> dict[str, Any]:
    """Return the versions and seeds a run depends on."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(aliased=True, terse=True),
        "packages": {"atomscreen": __version__, **{name: metadata.version(name) for name in _PACKAGES}},
        "potentials": {
            str(step.parameters[name]): {"label": label(str(step.parameters[name])), "digest": digest}
            for step in workflow.steps
            if isinstance(step, StageStep)
            for name, digest in step.stage.versions(step.parameters).items()
            if step.stage.parameters[name].annotation == PotentialName
        },
        "seed": seed,
        "cores": available_cores(),
    }


def rankings(workflow: Workflow, candidates: Sequence[Candidate]) -> dict[Role, list[Ranked]]:
    """Return the ranking of each role over the candidates that passed the funnel."""
    return {
        role: rank([item for item in candidates if item.role is role], objectives, workflow.seed)
        for role, objectives in workflow.rankings.items()
    }


def describe(
    workflow: Workflow,
    intake: Intake,
    campaign: Campaign,
    runs: Mapping[int, Any],
    started: datetime,
    run_environment: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the whole record of a finished campaign; plain data, ready for JSON."""
    finished = datetime.now(UTC)
    passed = [track.candidate for track in campaign.tracks if track.status == "passed"]
    ranked = rankings(workflow, passed)
    return {
        "atomscreen": __version__,
        "name": workflow.name,
        "description": workflow.description,
        "started": started.isoformat(timespec="seconds"),
        "finished": finished.isoformat(timespec="seconds"),
        "seconds": (finished - started).total_seconds(),
        "computed": campaign.computed,
        "workflow": workflow.text,
        "source": {
            "description": str(intake.source),
            "read": intake.read,
            "left_out": intake.left_out,
            "skipped": [vars(item) for item in intake.skipped],
        },
        "steps": [
            _step(index, step) | vars(tally)
            for index, (step, tally) in enumerate(zip(workflow.steps, campaign.tallies, strict=True))
        ],
        "candidates": [_candidate(track, workflow) for track in campaign.tracks],
        "rankings": {str(role): _ranking(workflow, role, rows) for role, rows in ranked.items()},
        "companions": [_companion(track) for track in campaign.companions.values()],
        "environment": dict(run_environment),
        # A quantity names the run that computed it, which may have had other versions than this one.
        "runs": {str(number): data for number, data in runs.items()},
    }


def _step(index: int, step: Step) -> dict[str, Any]:
    known = {"index": index, "label": step.label, "kind": step.kind, "detail": step.detail}
    if isinstance(step, StageStep):
        known |= {"parameters": dict(step.parameters), "stage_version": step.stage.version}
    return known


def _candidate(track: Track, workflow: Workflow) -> dict[str, Any]:
    candidate = track.candidate
    left = track.status in ("dropped", "failed")
    ranked = track.status == "passed" and candidate.role in workflow.rankings
    return {
        "id": candidate.id,
        "formula": candidate.formula,
        "role": candidate.role and str(candidate.role),
        "working_ion": candidate.working_ion,
        "origin": dict(candidate.origin),
        "status": "ranked" if ranked else track.status,
        "left_at": track.position if left else None,
        "reason": track.reason,
        "structures": {name: structure.as_dict(verbosity=0) for name, structure in candidate.structures.items()},
        "quantities": _quantities(track),
        "known": [quantity.as_dict() for quantity in candidate.known],
        "notes": list(candidate.notes),
        "failure": _failure(track),
    }


def campaign_candidates(folder: str | Path) -> list[Candidate]:
    """Return the candidates of a finished campaign, as ``run_stage`` takes them for a further stage.

    Raises
    ------
    UsageError
        For a folder without a finished campaign.
    """
    return candidates_in(CampaignFolder(Path(folder)).read_record())


def candidates_in(record: Mapping[str, Any]) -> list[Candidate]:
    """Return the candidates of a campaign's record, with all their structures and quantities."""
    from pymatgen.core import Structure

    return [
        Candidate(
            id=row["id"],
            structures={name: Structure.from_dict(data) for name, data in row["structures"].items()},
            role=row["role"] and Role(row["role"]),
            working_ion=row["working_ion"],
            origin=row["origin"],
            quantities=tuple(_quantity(data) for data in row["quantities"]),
            known=tuple(Quantity.from_dict(data) for data in row["known"]),
            notes=tuple(row["notes"]),
        )
        for row in record["candidates"]
    ]


def _quantity(data: Mapping[str, Any]) -> Quantity:
    """Return a quantity without what the record adds to it: who gave it, and when."""
    return Quantity.from_dict({key: value for key, value in data.items() if key not in ("stage", "run")})


def _companion(track: Track) -> dict[str, Any]:
    return {
        "id": track.candidate.id,
        "formula": track.candidate.formula,
        "quantities": _quantities(track),
        "failure": _failure(track),
    }


def _quantities(track: Track) -> list[dict[str, Any]]:
    return [
        quantity.as_dict() | {"stage": stage, "run": run}
        for stage, results, run in track.given
        for quantity in results.quantities
    ]


def _failure(track: Track) -> dict[str, Any] | None:
    return None if track.failure is None else vars(track.failure) | {"seconds": track.failure_seconds}


def _ranking(workflow: Workflow, role: Role, rows: Sequence[Ranked]) -> dict[str, Any]:
    objectives = workflow.rankings[role]
    names = [str(objective.selector) for objective in objectives]
    return {
        "objectives": [
            {"selector": name, "quantity": item.selector.name, "goal": item.goal, "weight": item.weight}
            for name, item in zip(names, objectives, strict=True)
        ],
        "rows": [
            {
                "id": row.candidate.id,
                "formula": row.candidate.formula,
                "rank": row.rank,
                "rank_low": row.rank_low,
                "rank_high": row.rank_high,
                "score": row.score,
                "score_uncertainty": row.score_uncertainty,
                "pareto": row.pareto,
                "pareto_probability": row.pareto_probability,
                "beats_next": row.beats_next,
                "values": {name: _value(value) for name, value in zip(names, row.values, strict=True) if value},
                "missing": [name for name, value in zip(names, row.values, strict=True) if value is None],
            }
            for row in rows
        ],
    }


def _value(quantity: Quantity) -> dict[str, Any]:
    return {
        "value": quantity.number,
        "uncertainty": quantity.uncertainty,
        "unit": quantity.unit,
        "bound": quantity.bound,
    }
