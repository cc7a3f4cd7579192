"""Places for a stage's files: checkpoints, so that a killed stage goes on where it was, and what stays for good.

A campaign gives every costly job two folders of its own, named by the key of its result. Its checkpoints go once the
result is in the store; a trajectory stays beside the store. A stage that is called as a plain function has neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_CHECKPOINTS: ContextVar[Path | None] = ContextVar("checkpoints", default=None)
_KEPT: ContextVar[Path | None] = ContextVar("kept", default=None)


@contextmanager
def scratch_folder(checkpoints: Path | None, kept: Path | None = None) -> Iterator[None]:
    """Let the stage that runs inside use these folders, which are made when it asks for a file."""
    tokens = _CHECKPOINTS.set(checkpoints), _KEPT.set(kept)
    try:
        yield
    finally:
        _CHECKPOINTS.reset(tokens[0])
        _KEPT.reset(tokens[1])


def scratch_file(name: str) -> Path | None:
    """Return the path of a checkpoint of the running stage, or ``None`` where none can be kept."""
    return _file(_CHECKPOINTS.get(), name)


def kept_file(name: str) -> Path | None:
    """Return the path of a file that stays beside the result of the running stage, or ``None`` where none can."""
    return _file(_KEPT.get(), name)


def _file(folder: Path | None, name: str) -> Path | None:
    if folder is None:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a worker that does not share the campaign's disk
        return None
    return folder / name
