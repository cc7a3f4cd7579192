"""The command `handoff`."""

from __future__ import annotations

import dataclasses
import json as json_module
from collections.abc import Sequence
from pathlib import Path

from atomscreen.core.errors import AtomscreenError


def handoff(folder: Path, to: Sequence[str], candidates: Sequence[str], base: str | None, json: bool) -> None:
    """Write a campaign's materials for continuum models, and print what was written and what is missing."""
    from atomscreen.campaign.handoff import FOLDER, handoff_campaign
    from atomscreen.continuum.cell.base_sets import DEFAULT_BASE

    outcome = handoff_campaign(folder, to, candidates, base or DEFAULT_BASE)
    if json:
        print(json_module.dumps([dataclasses.asdict(one) for one in outcome]))
    else:
        for one in outcome:
            print(f"{one.id} to {one.format}: {one.reason or ', '.join(one.files)}")
    if not any(one.files for one in outcome):
        if not outcome:
            why = "no material went through the whole funnel; name one with --candidate"
        elif all(one.missing for one in outcome):
            why = "every material lacks something"
        else:
            why = "the reason stands with each material"
        raise AtomscreenError(f"nothing was handed over from '{folder}': {why}")
    if not json:
        print(folder / FOLDER)
