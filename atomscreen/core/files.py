"""Files that others read are written under a temporary name and renamed, so that nobody ever sees half of one."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from atomscreen.core.errors import UsageError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """Open a text file that takes its name only when it is complete.

    Raises
    ------
    UsageError
        For a full disk or a folder that cannot be written to.
    """
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o666 & ~_umask())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise explained(path, problem) from None


def explained(path: Path, problem: OSError) -> UsageError:
    """Return one sentence for an operating system's refusal to write ``path``."""
    if problem.errno in _FULL:
        return UsageError(f"the disk under '{path}' is full; make room and run the same command again")
    return UsageError(f"'{path}' cannot be written ({problem.strerror}); choose another folder")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
