"""The commands `screen`, `report` and `status`."""

from __future__ import annotations

import json as json_module
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atomscreen.core.errors import AtomscreenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from atomscreen.campaign.campaign import Snapshot

_SHOWN = 15  # rows of a ranking on the terminal; the report has them all
_WIDTH = 140
_LINE_SECONDS = 30.0  # where nobody watches a terminal, one line of progress this often


def screen(
    workflow: str,
    source: str | None,
    out: Path | None,
    cluster: str | None,
    workers: int | None,
    device: str,
    dry_run: bool,
    json: bool,
) -> None:
    """Run or resume a campaign, write its files, and print the rankings and where the report is."""
    from atomscreen.campaign.folder import CampaignFolder
    from atomscreen.campaign.run import run_workflow, take_in
    from atomscreen.campaign.workflow import read_workflow

    checked = read_workflow(workflow)
    if dry_run:
        _show_plan(checked, take_in(checked, source), json)
        return
    folder = CampaignFolder(out if out is not None else Path(f"atomscreen-{checked.name}"))
    try:
        with _progress(checked.name) as observe:
            record = run_workflow(
                checked, folder.path, source=source, cluster=cluster, workers=workers, device=device, observe=observe
            )
    except BaseException as problem:
        if not _was_interrupted(problem):
            raise
        raise AtomscreenError(
            "stopped; what was finished is kept in the store, and the same command goes on from there"
        ) from None
    _write_files(folder.path, record)
    _say_skipped(record)
    if json:
        json_module.dump(_outcome(record, folder.path), sys.stdout)
        print()
    else:
        _print_outcome(record, folder.path)


def _was_interrupted(problem: BaseException | None) -> bool:
    """Say whether Ctrl-C is behind an error: dask turns one in the middle of its start into errors of its own."""
    while problem is not None:
        if isinstance(problem, KeyboardInterrupt):
            return True
        problem = problem.__context__
    return False


def report(folder: Path) -> None:
    """Write the report and the table of a finished campaign again from its record."""
    from atomscreen.campaign.folder import CampaignFolder

    _write_files(folder, CampaignFolder(folder).read_record())
    print(folder / "report.html")


def status(folder: Path, json: bool) -> None:
    """Print where a campaign stands."""
    from atomscreen.campaign.folder import CampaignFolder

    place = CampaignFolder(folder)
    progress = place.read_progress()
    done = progress["done"] == progress["total"]
    progress["state"] = "running" if place.at_work() else "finished" if done else "stopped"
    if json:
        print(json_module.dumps(progress))
        return
    from atomscreen.report.tables import funnel_table

    left = f", {_remaining(**progress['left'])}" if progress["state"] == "running" else ""
    print(
        f"{progress['state']}: {progress['done']} of {progress['total']} candidates done, "
        f"{progress['failed']} failed, {progress['computed']} results computed in "
        f"{_duration(progress['elapsed'])}{left}"
    )
    _console().print(funnel_table(progress))
    for reason, count in Counter(progress["failures"]).most_common():
        print(f"{count} failed: {reason}")


def _write_files(folder: Path, record: Mapping[str, Any]) -> None:
    from atomscreen.report.html import write_report
    from atomscreen.report.tables import write_candidates_csv

    write_candidates_csv(record, folder / "candidates.csv")
    write_report(record, folder / "report.html")


def _show_plan(workflow: Any, intake: Any, json: bool) -> None:
    roles = Counter(str(candidate.role) for candidate in intake.candidates)
    if json:
        steps = [{"label": step.label, "detail": step.detail} for step in workflow.steps]
        plan = {"name": workflow.name, "source": str(intake.source), "candidates": roles, "steps": steps}
        print(json_module.dumps(plan))
        return
    print(f"{workflow.name}: {len(intake.candidates)} candidates from {intake.source}")
    print("  " + ", ".join(f"{count} {role}" for role, count in sorted(roles.items())))
    for number, step in enumerate(workflow.steps, 1):
        print(f"  {number}. {step.label}" + (f"  ({step.detail})" if step.detail else ""))
    if intake.left_out:
        print(f"  {intake.left_out} more are of another role or working ion")
    for item in intake.skipped:
        print(f"atomscreen: cannot use {item.name}: {item.reason}", file=sys.stderr)
    print("the workflow is in order; nothing was computed")


def _say_skipped(record: Mapping[str, Any]) -> None:
    for item in record["source"]["skipped"]:
        print(f"atomscreen: skipped {item['name']}: {item['reason']}", file=sys.stderr)


def _outcome(record: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    return {
        "report": str(folder / "report.html"),
        "computed": record["computed"],
        "seconds": record["seconds"],
        "steps": record["steps"],
        "rankings": record["rankings"],
    }


def _print_outcome(record: Mapping[str, Any], folder: Path) -> None:
    from atomscreen.report.tables import funnel_table, ranking_tables

    console = _console()
    console.print(funnel_table(record))
    for table in ranking_tables(record, limit=_SHOWN):
        console.print(table)
    if not any(ranking["rows"] for ranking in record["rankings"].values()):
        print("no candidate is left to rank; the funnel above says at which step they left, the report why")
    print(f"{record['computed']} results computed in {_duration(record['seconds'])}; the rest was in the store")
    for line in _handoff_lines(record.get("handoff", [])):
        print(line)
    print(f"report: {(folder / 'report.html').resolve()}")


def _handoff_lines(handed: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield how many materials each format got, and why the others did not get into it."""
    for name in dict.fromkeys(one["format"] for one in handed):
        of_format = [one for one in handed if one["format"] == name]
        done = sum(bool(one["files"]) for one in of_format)
        yield f"handed to {name}: {done} of {len(of_format)} materials"
        yield from (f"  not {one['id']}: {one['reason']}" for one in of_format if not one["files"])


@contextmanager
def _progress(name: str) -> Iterator[Callable[[Snapshot], None]]:
    """Show a progress bar on a terminal, and a line now and then elsewhere; on standard error either way."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _line_printer(name)
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}  {task.fields[doing]}"),
        console=console,
    )
    with bar:
        task = bar.add_task(name, total=None, left="starting workers", doing="")

        def observe(snapshot: Snapshot) -> None:
            bar.update(task, completed=snapshot.done, total=snapshot.total, left=_left(snapshot), doing=snapshot.doing)

        yield observe


def _line_printer(name: str) -> Callable[[Snapshot], None]:
    last = -_LINE_SECONDS

    def observe(snapshot: Snapshot) -> None:
        nonlocal last
        if snapshot.elapsed - last >= _LINE_SECONDS or snapshot.done == snapshot.total:
            last = snapshot.elapsed
            print(
                f"{name}: {snapshot.done} of {snapshot.total} candidates done, {snapshot.failed} failed, "
                f"{_duration(snapshot.elapsed)} gone, {_left(snapshot)}  {snapshot.doing}".rstrip(),
                file=sys.stderr,
                flush=True,
            )

    return observe


def _left(snapshot: Snapshot) -> str:
    if snapshot.done == snapshot.total:
        return "done"
    return _remaining(snapshot.left.seconds, snapshot.left.untimed)


def _remaining(seconds: float, untimed: Sequence[str]) -> str:
    """Return the estimate in words; a stage that was never timed comes on top of it, and that is said."""
    unknown = f"{', '.join(untimed)}, not timed yet" if untimed else ""
    if untimed and seconds < 1:
        return f"to come: {unknown}"
    return f"about {_duration(seconds)} left" + (f", and {unknown}" if unknown else "")


def _console() -> Console:
    """Return a console as wide as the terminal, or wide enough for the tables where there is none."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else _WIDTH)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
