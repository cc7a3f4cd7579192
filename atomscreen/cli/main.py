"""The command line: thin. Every command imports what it needs when it runs, so that --help answers at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from atomscreen.core.errors import AtomscreenError, UsageError

app = typer.Typer(
    name="atomscreen",
    help="From crystal structures to ranked battery materials that a continuum model can use at once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
potentials_app = typer.Typer(help="Interatomic potentials: what there is, and their cards.", no_args_is_help=True)
sources_app = typer.Typer(help="Sources of candidates: what there is, and what they hold.", no_args_is_help=True)
app.add_typer(potentials_app, name="potentials")
app.add_typer(sources_app, name="sources")

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program instead of a table.")]
Device = Annotated[str, typer.Option(help="Where torch runs: auto, cpu or cuda.")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A campaign's folder.")]


@app.command()
def screen(
    workflow: Annotated[str, typer.Argument(metavar="WORKFLOW", help="A workflow file or the name of a shipped one.")],
    source: Annotated[
        str | None, typer.Option(metavar="S", help="Instead of the workflow's source: a folder, builtin:reference ...")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to write; atomscreen-NAME by default. Resumes what is there."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A dask scheduler (tcp://...), or 'none' for this process alone."),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Local worker processes; one for each core.")] = None,
    device: Device = "auto",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, show the plan, compute nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Run or resume a campaign: candidates through a funnel to a ranked report."""
    from atomscreen.cli.screening import screen as run

    run(workflow, source, out, cluster, workers, device, dry_run, json)


@app.command()
def report(folder: Folder) -> None:
    """Write report.html and candidates.csv of a finished campaign again."""
    from atomscreen.cli.screening import report as write

    write(folder)


@app.command()
def status(folder: Folder, json: Json = False) -> None:
    """Show where a campaign stands: progress, failures by reason, estimate."""
    from atomscreen.cli.screening import status as show

    show(folder, json)


@app.command()
def handoff(
    folder: Folder,
    to: Annotated[
        list[str],
        typer.Option(metavar="FORMAT", help="pybamm, bpx, fem, phase-field, csv or json; several times for more."),
    ],
    candidate: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this one; by default all that passed the funnel.")
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(help="Parameter set for what is not the material's: Ai2020 (default), OKane2022 or Chen2020."),
    ] = None,
    json: Json = False,
) -> None:
    """Hand a finished campaign's materials to continuum models: cells, finite elements, phase fields, tables."""
    from atomscreen.cli.handoff import handoff as write

    write(folder, to, candidate or [], base, json)


@app.command()
def run(
    stage: Annotated[str, typer.Argument(metavar="STAGE", help="Any registered stage; see `atomscreen stages`.")],
    files: Annotated[list[Path], typer.Argument(metavar="STRUCTURE...", help="CIF, POSCAR or pymatgen JSON files.")],
    param: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A parameter; may be given several times.")
    ] = None,
    ion: Annotated[str | None, typer.Option(help="The working ion, where the stage needs one.")] = None,
    role: Annotated[str | None, typer.Option(help="The role, where the stage needs one.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep checkpoints and files such as trajectories here.")
    ] = None,
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Run a stage on structure files, with the stages it needs before it."""
    from atomscreen.cli.single import run_files

    run_files(stage, files, param or [], ion, role, out, device, json)


@app.command()
def analyze(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="TRAJECTORY...",
            help="XDATCAR, vasprun.xml, extended XYZ, LAMMPS dump, ASE .traj, NetCDF; several are pieces of one run.",
        ),
    ],
    ion: Annotated[str, typer.Option(help="The element that moves, for example Li.")],
    temperature: Annotated[
        str | None, typer.Option(metavar="K", help="Of the run; needed for the conductivity.")
    ] = None,
    frame_spacing: Annotated[
        str | None, typer.Option(metavar="TIME", help="Time between frames with its unit: 100fs, 0.1ps.")
    ] = None,
    elements: Annotated[
        str | None, typer.Option(metavar="A,B,...", help="Elements of LAMMPS's atom types 1, 2, ...")
    ] = None,
    discard: Annotated[str | None, typer.Option(metavar="TIME", help="Time at the start to leave out: 5ps.")] = None,
    charge: Annotated[float | None, typer.Option(help="Of the ion, where it is not a known working ion.")] = None,
    van_hove: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write van Hove's correlation functions, as CSV.")
    ] = None,
    density: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the ions' density for a viewer: .cube or .vasp.")
    ] = None,
    occupancies: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write how full each site is, as CSV; needs --sites.")
    ] = None,
    sites: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Crystal structure with all sites of the ion, for --occupancies."),
    ] = None,
    json: Json = False,
) -> None:
    """Analyse how an ion diffuses in a trajectory from any code."""
    from atomscreen.cli.analysis import analyze_files

    paths = {"van_hove": van_hove, "density": density, "occupancies": occupancies, "sites": sites}
    analyze_files(files, ion, temperature, frame_spacing, elements, discard, charge, paths, json)


@app.command()
def stages(
    name: Annotated[str | None, typer.Argument(metavar="STAGE", help="One stage, with its parameters.")] = None,
    json: Json = False,
) -> None:
    """List every stage with its parameters, needs and gives."""
    from atomscreen.cli.listings import stages as show

    show(name, json)


@app.command()
def workflows(json: Json = False) -> None:
    """List the shipped workflows."""
    from atomscreen.cli.listings import workflows as show

    show(json)


@potentials_app.command("list")
def potentials_list(json: Json = False) -> None:
    """List the potentials and whether they can be used here."""
    from atomscreen.cli.listings import potentials as show

    show(json)


@potentials_app.command("show")
def potentials_show(name: Annotated[str, typer.Argument(help="A potential of the list.")], json: Json = False) -> None:
    """Show one potential's card."""
    from atomscreen.cli.listings import potential as show

    show(name, json)


@sources_app.command("list")
def sources_list(json: Json = False) -> None:
    """List the kinds of source."""
    from atomscreen.cli.listings import sources as show

    show(json)


@sources_app.command("show")
def sources_show(
    source: Annotated[str, typer.Argument(metavar="S", help="A folder, a file, builtin:reference ...")],
    json: Json = False,
) -> None:
    """Read a source and list its candidates, and what in it cannot be used."""
    from atomscreen.cli.listings import source as show

    show(source, json)


@app.callback(invoke_without_command=True)
def version(
    ctx: typer.Context, show: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    """From crystal structures to ranked battery materials that a continuum model can use at once."""
    if show:
        from atomscreen import __version__

        print(__version__)
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())
        raise typer.Exit


def main() -> None:
    """Run the command line; exit code 0 done, 1 failed, 2 wrong use."""
    try:
        app()
    except UsageError as problem:
        _fail(str(problem), 2)
    except AtomscreenError as problem:
        _fail(str(problem), 1)
    except BrokenPipeError:  # `atomscreen ... | head`
        sys.stderr.close()
        sys.exit(0)


def _fail(message: str, code: int) -> None:
    print(f"atomscreen: {message}", file=sys.stderr)
    sys.exit(code)
