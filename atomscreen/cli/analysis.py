"""The command `analyze`: diffusivity and conductivity of a trajectory from any code."""

from __future__ import annotations

import json as json_module
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atomscreen.core.errors import UsageError

if TYPE_CHECKING:
    from atomscreen.properties.transport.trajectory_report import TrajectoryReport

_MEASURE = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S*)\s*")


def analyze_files(
    files: Sequence[Path],
    ion: str,
    temperature: str | None,
    frame_spacing: str | None,
    elements: str | None,
    discard: str | None,
    charge: float | None,
    paths: Mapping[str, Path | None],
    json: bool,
) -> None:
    """Analyse a trajectory and print what it says of the ion; ``paths`` are those of :class:`IonPathFiles`."""
    # Options are read before the files, which can take long.
    kelvin = None if temperature is None else read_measure("--temperature", temperature, "K", bare=True)
    spacing = None if frame_spacing is None else read_measure("--frame-spacing", frame_spacing, "ps")
    skipped = 0.0 if discard is None else read_measure("--discard", discard, "ps")
    names = [name.strip() for name in elements.split(",")] if elements else []
    from atomscreen.interatomic.dynamics.trajectory_files import load_trajectory
    from atomscreen.properties.transport.ion_paths import IonPathFiles, write_ion_paths
    from atomscreen.properties.transport.trajectory_report import analyze_trajectory

    wanted = IonPathFiles(**paths)
    trajectory = load_trajectory(files, frame_spacing=spacing, elements=names, discard=skipped)
    report = analyze_trajectory(trajectory, ion, temperature=kelvin, charge=charge)
    found = write_ion_paths(trajectory, ion, kelvin, wanted)
    if json:
        print(json_module.dumps(report.as_dict() | found, indent=1, allow_nan=False))
    else:
        _print(report, found)


def read_measure(option: str, text: str, unit: str, *, bare: bool = False) -> float:
    """Read a number with its unit, ``100fs`` or ``0.1 ps``, and convert it.

    Parameters
    ----------
    option
        Whose value it is, for the error.
    text
        What the user wrote.
    unit
        The unit wanted.
    bare
        Whether a number alone is in that unit.

    Raises
    ------
    UsageError
        Where there is no number, no unit, or the wrong one, or the number is negative.
    """
    from atomscreen.core.units import parse

    found = _MEASURE.fullmatch(text)
    if not found:
        raise UsageError(f"{option} is a number with its unit, not '{text}'")
    number, given = found.groups()
    if not given and not bare:
        raise UsageError(f"{option} lacks its unit; write for example {option} {number}fs or {number}ps")
    value = parse(f"{number} {given or unit}", unit)
    if value < 0:
        raise UsageError(f"{option} is {text}; it must not be negative")
    return value


def _print(report: TrajectoryReport, paths: Mapping[str, Any]) -> None:
    rows = [
        ("trajectory", f"{report.n_frames} frames, {report.duration:.4g} ps, {report.ions} {report.ion}"),
        ("verdict", f"{report.verdict}" + (f" ({report.reason})" if report.reason else "")),
    ]
    if report.estimate is not None:
        rows += _rows(report)
    rows += _path_rows(paths)
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        print(f"{name:{width}}  {text}")
    for note in report.estimate.notes if report.estimate is not None else ():
        print(f"note: {note}")


def _rows(report: TrajectoryReport) -> list[tuple[str, str]]:
    data = report.as_dict()
    value, spread = data["diffusivity_cm2_per_s"], data["standard_uncertainty_cm2_per_s"]
    low, high = data["interval_90_cm2_per_s"]
    rows = [("tracer diffusivity", f"{_number(value, spread, data['bound'])} cm²/s")]
    if spread is not None:
        rows.append(("  90 % interval", f"{low:.3g} to {high:.3g} cm²/s"))
    along, beside = data["diffusivity_along_abc_cm2_per_s"], data["uncertainty_along_abc_cm2_per_s"]
    pairs = zip("abc", along, beside, strict=True)
    rows.append(("  along a, b, c", ", ".join(f"{_number(number, error)}" for _, number, error in pairs) + " cm²/s"))
    charge = data["collective_diffusivity_cm2_per_s"]
    if charge is not None:
        rows.append(("charge diffusivity", f"{_number(charge, data['collective_uncertainty_cm2_per_s'])} cm²/s"))
        rows.append(("Haven ratio", _number(data["haven_ratio"], data["haven_ratio_uncertainty"])))
    rows.append(("hops", f"{data['hops']}, {data['hops_per_ion']:.3g} per ion"))
    found = data["conductivities_S_per_cm"]
    if found is None:
        return rows
    simple = _number(found["bulk_haven_ratio_1"], found["bulk_haven_ratio_1_uncertainty"], data["bound"])
    rows.append((f"bulk conductivity, {report.temperature:g} K", f"{simple} S/cm, Haven ratio 1 assumed"))
    if found["bulk_collective"] is not None:
        collective = _number(found["bulk_collective"], found["bulk_collective_uncertainty"])
        rows.append(("  with the Haven ratio", f"{collective} S/cm"))
    return rows


def _path_rows(paths: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = []
    for barrier in paths.get("percolation", ()):
        value = _number(barrier["free_energy_eV"], barrier["uncertainty_eV"])
        text = f"{'more than ' if barrier['bound'] else ''}{value} eV"
        rows.append((f"free energy along {barrier['dimensions']}D paths", text))
    for orbit in paths.get("orbits", ()):
        time = orbit["residence_time_ps"]
        stay = "" if time is None else f", residence time {'more than ' if orbit['bound'] else ''}{time:.3g} ps"
        rows.append((f"occupancy of {orbit['wyckoff']}", f"{_number(orbit['occupancy'], orbit['uncertainty'])}{stay}"))
    if "share_between_sites" in paths:
        rows.append(("time between sites", f"{100 * paths['share_between_sites']:.1f} %"))
    return rows


def _number(value: float, spread: float | None, bound: str | None = None) -> str:
    return f"{'at most ' if bound else ''}{value:.3g}" + ("" if spread is None else f" ± {spread:.2g}")
