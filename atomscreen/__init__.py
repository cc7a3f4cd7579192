"""atomscreen: from crystal structures to ranked battery materials that a continuum model can use at once.

The names below are the Python API; each is imported when it is first used, so that ``import atomscreen`` is instant.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_API = {
    "Candidate": "atomscreen.core.candidate",
    "Results": "atomscreen.core.candidate",
    "Quantity": "atomscreen.core.quantity",
    "Role": "atomscreen.core.vocabulary",
    "stage": "atomscreen.core.stages",
    "AtomscreenError": "atomscreen.core.errors",
    "StageFailure": "atomscreen.core.errors",
    "campaign_candidates": "atomscreen.campaign.record",
    "analyze": "atomscreen.properties.transport.trajectory_report",
    "HandoffRecord": "atomscreen.continuum.record",
    "handoff_campaign": "atomscreen.campaign.handoff",
    "handoff_records": "atomscreen.campaign.handoff",
    "handoff_record": "atomscreen.continuum.record",
    "load_candidates": "atomscreen.sources.open",
    "parameter_values": "atomscreen.campaign.handoff",
    "run_workflow": "atomscreen.campaign.run",
    "run_stage": "atomscreen.campaign.single",
    "working_folder": "atomscreen.campaign.single",
    "write_report": "atomscreen.report.html",
}

__all__ = [
    "AtomscreenError",
    "Candidate",
    "HandoffRecord",
    "Quantity",
    "Results",
    "Role",
    "StageFailure",
    "__version__",
    "analyze",
    "campaign_candidates",
    "handoff_campaign",
    "handoff_record",
    "handoff_records",
    "load_candidates",
    "parameter_values",
    "run_stage",
    "run_workflow",
    "stage",
    "working_folder",
    "write_report",
]

if TYPE_CHECKING:
    from atomscreen.campaign.handoff import handoff_campaign, handoff_records, parameter_values
    from atomscreen.campaign.record import campaign_candidates
    from atomscreen.campaign.run import run_workflow
    from atomscreen.campaign.single import run_stage, working_folder
    from atomscreen.continuum.record import HandoffRecord, handoff_record
    from atomscreen.core.candidate import Candidate, Results
    from atomscreen.core.errors import AtomscreenError, StageFailure
    from atomscreen.core.quantity import Quantity
    from atomscreen.core.stages import stage
    from atomscreen.core.vocabulary import Role
    from atomscreen.properties.transport.trajectory_report import analyze
    from atomscreen.report.html import write_report
    from atomscreen.sources.open import load_candidates


def __getattr__(name: str) -> Any:
    if name in _API:
        return getattr(importlib.import_module(_API[name]), name)
    raise AttributeError(f"module 'atomscreen' has no attribute '{name}'")
