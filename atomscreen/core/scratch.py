"""A place for a stage's checkpoints, so that a long stage that is killed goes on where it was.

A campaign gives every costly job a folder of its own, named by the key of its result; it is emptied once the result
is in the store. A stage that is called as a plain function has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_FOLDER: ContextVar[Path | None] = ContextVar("scratch_folder", default=None)


@contextmanager
def scratch_folder(folder: Path | None) -> Iterator[None]:
    """Let the stage that runs inside keep its checkpoints in a folder, which is made when it asks for a file."""
    token = _FOLDER.set(folder)
    try:
        yield
    finally:
        _FOLDER.reset(token)


def scratch_file(name: str) -> Path | None:
    """Return the path of a checkpoint of the running stage, or ``None`` where none can be kept."""
    folder = _FOLDER.get()
    if folder is None:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a worker that does not share the campaign's disk
        return None
    return folder / name
