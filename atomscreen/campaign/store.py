"""The campaign store: every result under its key, written the moment it exists, never overwritten.

SQLite through SQLAlchemy. One process writes; any may read. Structures are kept once, by digest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Column, Float, Integer, MetaData, Table, Text, create_engine, event, insert, select
from sqlalchemy.exc import DBAPIError

from atomscreen.core.candidate import Results
from atomscreen.core.errors import AtomscreenError, UsageError
from atomscreen.core.identity import canonical, structure_digest
from atomscreen.core.quantity import Quantity

if TYPE_CHECKING:
    from pymatgen.core import Structure
    from sqlalchemy import Connection

SCHEMA = 1
"""Raised whenever the tables change; a store of a higher number is refused."""

_METADATA = MetaData()
_ABOUT = Table("about", _METADATA, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))
_RUNS = Table(
    "runs",
    _METADATA,
    Column("id", Integer, primary_key=True),
    Column("started", Text, nullable=False),
    Column("environment", Text, nullable=False),
)
_STRUCTURES = Table(
    "structures", _METADATA, Column("digest", Text, primary_key=True), Column("structure", Text, nullable=False)
)
_RESULTS = Table(
    "results",
    _METADATA,
    Column("key", Text, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("stage", Text, nullable=False, index=True),
    Column("formula", Text, nullable=False),
    Column("parameters", Text, nullable=False),
    Column("results", Text),
    Column("failure", Text),
    Column("final", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("finished", Text, nullable=False),
)
_AT_ONCE = 500  # keys in one query, below SQLite's limit of bound variables


@dataclass(frozen=True)
class Failure:
    """Why a stage gave no result: the error's name, its sentence, and what the stage printed."""

    stage: str
    error: str
    reason: str
    log: str


@dataclass(frozen=True)
class Outcome:
    """What became of one stage on one structure: results, or a failure; and the seconds it took.

    ``final`` is false for a failure that says nothing of the material (a worker that died, a missing package); it is
    kept for the report and tried again in the next run.
    """

    results: Results | None
    failure: Failure | None
    seconds: float
    final: bool = True
    run: int | None = None
    """Number of the run that computed it, where it comes from the store."""


@dataclass(frozen=True)
class Finished:
    """An outcome with what the store files it under."""

    key: str
    stage: str
    formula: str
    parameters: Mapping[str, Any]
    outcome: Outcome


class Store:
    """The results of one or more campaigns in one file.

    Parameters
    ----------
    path
        The SQLite file; made if it is not there.
    read_only
        Never create or write.

    Raises
    ------
    UsageError
        For a file that is no store, or a store of a newer atomscreen.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = create_engine(URL.create("sqlite", database=str(path)))
        event.listen(self._engine, "connect", _be_durable)
        with self._speaking() as connection:
            _METADATA.create_all(connection)
            version = connection.execute(select(_ABOUT.c.value).where(_ABOUT.c.key == "schema")).scalar()
            if version is None:
                connection.execute(insert(_ABOUT).values(key="schema", value=str(SCHEMA)))
            elif int(version or 0) != SCHEMA:
                age, remedy = ("a newer", "update atomscreen or ") if int(version or 0) > SCHEMA else ("an older", "")
                raise UsageError(
                    f"the store '{path}' was written by {age} atomscreen (schema {version}; this one has {SCHEMA}): "
                    f"{remedy}choose another --out folder"
                )

    def begin_run(self, environment: Mapping[str, Any]) -> int:
        """Record that a run starts, with its versions and seeds; results name the run that made them."""
        with self._speaking() as connection:
            row = insert(_RUNS).values(started=_now(), environment=canonical(environment)).returning(_RUNS.c.id)
            return int(connection.execute(row).scalar_one())

    def write(self, run: int, finished: Iterable[Finished]) -> None:
        """Write outcomes in one transaction. A final one is never replaced."""
        rows, structures = [], {}
        for item in finished:
            rows.append(_row(run, item))
            for structure in (item.outcome.results or Results()).structures.values():
                structures[structure_digest(structure)] = structure
        if not rows:
            return
        with self._speaking() as connection:
            if structures:
                connection.execute(
                    insert(_STRUCTURES).prefix_with("OR IGNORE"),
                    [{"digest": digest, "structure": _dump(item)} for digest, item in structures.items()],
                )
            again = [row["key"] for row in rows]
            for part in _parts(again):
                connection.execute(_RESULTS.delete().where(_RESULTS.c.key.in_(part), _RESULTS.c.final == 0))
            connection.execute(insert(_RESULTS).prefix_with("OR IGNORE"), rows)

    def read(self, keys: Iterable[str]) -> dict[str, Outcome]:
        """Return the final outcomes stored under these keys; what is to be tried again is not among them."""
        found: dict[str, Outcome] = {}
        with self._speaking() as connection:
            for part in _parts(list(keys)):
                query = select(_RESULTS).where(_RESULTS.c.key.in_(part), _RESULTS.c.final == 1)
                rows = connection.execute(query).all()
                named = [(row, json.loads(row.results) if row.results else None) for row in rows]
                structures = self._structures(connection, [data for _, data in named if data])
                for row, data in named:
                    found[row.key] = _outcome(row, data, structures)
        return found

    def seconds_per_stage(self) -> dict[str, list[float]]:
        """Return how long each stored result took, by stage; the base of the estimate of the time left."""
        taken: dict[str, list[float]] = {}
        with self._speaking() as connection:
            for stage, seconds in connection.execute(select(_RESULTS.c.stage, _RESULTS.c.seconds)):
                taken.setdefault(stage, []).append(seconds)
        return taken

    def runs(self) -> dict[int, dict[str, Any]]:
        """Return every run's start and environment, by its number."""
        with self._speaking() as connection:
            return {
                row.id: {"started": row.started, **json.loads(row.environment)}
                for row in connection.execute(select(_RUNS))
            }

    def close(self) -> None:
        """Release the file."""
        self._engine.dispose()

    def _structures(self, connection: Connection, results: Sequence[Mapping[str, Any]]) -> dict[str, Structure]:
        wanted = {digest for data in results for digest in data["structures"].values()}
        found: dict[str, Structure] = {}
        for part in _parts(sorted(wanted)):
            for row in connection.execute(select(_STRUCTURES).where(_STRUCTURES.c.digest.in_(part))):
                found[row.digest] = _load(row.structure)
        return found

    @contextmanager
    def _speaking(self) -> Iterator[Connection]:
        """Open a transaction; say in one sentence what the database could not do."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except DBAPIError as problem:
            raise _explained(self.path, problem) from None


def _explained(path: Path, problem: DBAPIError) -> AtomscreenError:
    reason = str(problem.orig)
    if "full" in reason or "I/O error" in reason:
        return UsageError(
            f"the disk under '{path.parent}' is full or failing ({reason}); what was finished is safe in the store: "
            "make room and run the same command again"
        )
    if "readonly" in reason or "unable to open" in reason:
        return UsageError(f"the folder '{path.parent}' cannot be written to ({reason}); choose another with --out")
    if "not a database" in reason or "malformed" in reason:
        return UsageError(f"'{path}' is not an atomscreen store ({reason}); choose another --out folder")
    if "no such table" in reason:
        return UsageError(f"'{path}' is not an atomscreen store; choose another --out folder")
    return AtomscreenError(f"the store '{path}' failed: {reason}")


def _be_durable(connection: Any, _record: Any) -> None:
    # The rollback journal, unlike a write-ahead log, also works on the network file systems of clusters.
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA busy_timeout=30000")


def _row(run: int, item: Finished) -> dict[str, Any]:
    results, failure = item.outcome.results, item.outcome.failure
    return {
        "key": item.key,
        "run": run,
        "stage": item.stage,
        "formula": item.formula,
        "parameters": canonical(item.parameters),
        "results": None if results is None else json.dumps(_plain(results)),
        "failure": None if failure is None else json.dumps(vars(failure)),
        "final": int(item.outcome.final),
        "seconds": item.outcome.seconds,
        "finished": _now(),
    }


def _plain(results: Results) -> dict[str, Any]:
    return {
        "quantities": [quantity.as_dict() for quantity in results.quantities],
        "structures": {name: structure_digest(structure) for name, structure in results.structures.items()},
        "notes": list(results.notes),
    }


def _outcome(row: Any, data: Mapping[str, Any] | None, structures: Mapping[str, Structure]) -> Outcome:
    results = None
    if data is not None:
        results = Results(
            quantities=tuple(Quantity.from_dict(quantity) for quantity in data["quantities"]),
            structures={name: structures[digest] for name, digest in data["structures"].items()},
            notes=tuple(data["notes"]),
        )
    failure = Failure(**json.loads(row.failure)) if row.failure else None
    return Outcome(results, failure, row.seconds, bool(row.final), row.run)


def _dump(structure: Structure) -> str:
    return json.dumps(structure.as_dict(verbosity=0))


def _load(text: str) -> Structure:
    from pymatgen.core import Structure

    return Structure.from_dict(json.loads(text))


def _parts(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
