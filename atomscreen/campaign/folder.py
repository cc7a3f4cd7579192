"""The folder of a campaign: its files, the lock that keeps two runs apart, and the progress that `status` reads."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atomscreen.core.errors import UsageError
from atomscreen.core.files import explained, written

if TYPE_CHECKING:
    from atomscreen.campaign.campaign import Snapshot, Tally

_RESERVE = 16 * 1024 * 1024  # bytes free below which nothing is begun that could not be written down


class CampaignFolder:
    """Where one campaign keeps what it writes.

    Parameters
    ----------
    path
        The folder; :meth:`make` creates it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = path / "store.sqlite"
        self.record = path / "campaign.json"
        self.report = path / "report.html"
        self.table = path / "candidates.csv"
        self.scratch = path.absolute() / "scratch"
        self.files = path.absolute() / "files"
        self._progress = path / "progress.json"
        self._lock = path / ".lock"

    def make(self) -> None:
        """Create the folder and try to write in it.

        Raises
        ------
        UsageError
            For a folder that cannot be made or written to, or a full disk.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            # Asking for the space, not for its amount, also finds quotas and read-only mounts.
            with tempfile.TemporaryFile(dir=self.path) as probe:
                probe.write(b"\0" * _RESERVE)
                probe.flush()
        except OSError as problem:
            raise explained(self.path, problem) from None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other run out of the folder; the system lets go of the lock when this process dies.

        Raises
        ------
        UsageError
            Where another run is at work here.
        """
        with self._lock.open("w", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise UsageError(
                    f"another run is at work in '{self.path}'; wait for it or choose another --out folder"
                ) from None
            yield

    def at_work(self) -> bool:
        """Say whether a run holds the lock."""
        if not self._lock.exists():
            return False
        with self._lock.open("r", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return True
        return False

    def write_progress(
        self, name: str, snapshot: Snapshot, labels: list[str], tallies: list[Tally], failures: Mapping[str, int]
    ) -> None:
        """Write where the run stands; a full disk here is left to the store to report."""
        data = {
            "name": name,
            **dataclasses.asdict(snapshot),
            "steps": [
                {"label": label, **dataclasses.asdict(tally)} for label, tally in zip(labels, tallies, strict=True)
            ],
            "failures": dict(failures),
        }
        with contextlib.suppress(UsageError), written(self._progress) as file:
            json.dump(data, file)

    def read_progress(self) -> dict[str, Any]:
        """Return what :meth:`write_progress` wrote last.

        Raises
        ------
        UsageError
            Where the folder holds no campaign.
        """
        return self._read(self._progress)

    def read_record(self) -> dict[str, Any]:
        """Return the record of the finished campaign.

        Raises
        ------
        UsageError
            Where there is none (yet).
        """
        if not self.record.exists() and self._progress.exists():
            raise UsageError(f"the campaign in '{self.path}' is not finished; run `atomscreen screen` again to go on")
        return self._read(self.record)

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UsageError(f"the folder '{self.path}' holds no {path.name}: no campaign has run there") from None
        except (OSError, ValueError) as problem:
            raise UsageError(f"'{path}' cannot be read: {problem}") from None
        if not isinstance(data, dict) or not {"name", "steps"} <= data.keys():
            raise UsageError(f"'{path}' is not what atomscreen wrote; run `atomscreen screen` again to have it anew")
        return data
