"""Checkpoints of molecular dynamics: the state of a run in one file that is whole at every moment."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from atomscreen.core.errors import UsageError
from atomscreen.core.files import explained


def save(path: Path, settings: dict[str, Any], state: dict[str, Any]) -> None:
    """Write a state to a temporary file and rename it, so that a kill never leaves half a checkpoint.

    Parameters
    ----------
    path
        Of the checkpoint; the one before is replaced.
    settings
        What tells this run from every other; numbers, texts and lists of them.
    state
        Arrays by name.

    Raises
    ------
    UsageError
        For a full disk or a folder that cannot be written to.
    """
    import numpy as np

    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("wb") as file:
            np.savez(file, settings=np.array(_text(settings)), **state)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as problem:
        raise explained(path, problem) from None


def load(path: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """Return the state of a checkpoint of the same run.

    Raises
    ------
    UsageError
        For a file that cannot be read, or one of a run with other settings.
    """
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as stored:
            state = {name: stored[name] for name in stored.files}
        found = str(state.pop("settings"))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as problem:
        raise UsageError(f"the checkpoint {path} cannot be read ({problem}); remove it to start anew") from None
    if found != _text(settings):
        raise UsageError(f"the checkpoint {path} is of another run; remove it or give this run its own file")
    return state


def _text(settings: dict[str, Any]) -> str:
    return json.dumps(settings, sort_keys=True)
