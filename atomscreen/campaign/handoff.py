"""Handing a campaign's materials to continuum models."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from atomscreen.campaign.folder import CampaignFolder
from atomscreen.campaign.record import candidates_in
from atomscreen.continuum.cell.base_sets import DEFAULT_BASE
from atomscreen.continuum.electrode_reading import electrode_of
from atomscreen.continuum.handoff import Handed, HandoffSpec, check_handoff, hand_over
from atomscreen.continuum.record import HandoffRecord, handoff_record
from atomscreen.core.errors import UsageError, closest

if TYPE_CHECKING:
    import pybamm

FOLDER: Final = "handoff"
"""Where the files lie in a campaign's folder."""


def handoff_campaign(
    folder: str | Path, to: str | Sequence[str], candidates: Sequence[str] = (), base: str = DEFAULT_BASE
) -> list[Handed]:
    """Write the materials of a finished campaign for continuum models, into its folder ``handoff``.

    What lies there from earlier stays, and stays in its index; the report shows all of it when it is written again.

    Parameters
    ----------
    folder
        The campaign's.
    to
        Formats: ``"pybamm"``, ``"bpx"``, ``"fem"``, ``"phase-field"``, ``"csv"``, ``"json"``.
    candidates
        Ids of the materials; by default all that went through the whole funnel.
    base
        The parameter set from which a cell takes what is not the material's.

    Returns
    -------
    list
        What became of each material in each format: files, or what is missing and which stage gives it.

    Raises
    ------
    UsageError
        For a folder without a finished campaign, an id that is not in it, or an unknown format or base set.
    """
    spec = check_handoff({"to": to, "base": base})
    return hand_over_record(CampaignFolder(Path(folder)).read_record(), spec, Path(folder), candidates)


def hand_over_record(
    record: Mapping[str, Any], spec: HandoffSpec, folder: Path, candidates: Sequence[str] = ()
) -> list[Handed]:
    """Write what a campaign's record holds; parameters as of :func:`handoff_campaign`."""
    return hand_over(_records(record, candidates), spec, folder / FOLDER)


def handoff_records(folder: str | Path, candidates: Sequence[str] = ()) -> list[HandoffRecord]:
    """Return the records of a finished campaign's materials; parameters and errors as of :func:`handoff_campaign`."""
    return _records(CampaignFolder(Path(folder)).read_record(), candidates)


def parameter_values(folder: str | Path, candidate: str, base: str = DEFAULT_BASE) -> pybamm.ParameterValues:
    """Return PyBaMM's parameter values of a cell with one electrode of a campaign's material.

    They run in SPM, SPMe and DFN, with cracks too where the base set has mechanics. What limits them, and which options
    a material needs whose particles separate into two phases, is issued as warnings.

    Raises
    ------
    UsageError
        As :func:`handoff_campaign`; for a material that lacks something, what it is and which stage gives it.
    """
    from atomscreen.continuum.cell.discharge import model_options
    from atomscreen.continuum.cell.pybamm_file import runnable
    from atomscreen.continuum.cell.pybamm_parameters import pybamm_parameters

    (record,) = handoff_records(folder, [candidate])
    parameters = runnable(pybamm_parameters(electrode_of(record), base))
    for remark in parameters.remarks:
        warnings.warn(f"{candidate} in {base}: {remark}", stacklevel=2)
    if (particle := model_options(parameters)["particle"]) != "Fickian diffusion":
        warnings.warn(
            f"{candidate} separates into two phases: give the model {{'particle': {particle!r}}}", stacklevel=2
        )
    return parameters.values


def _records(record: Mapping[str, Any], wanted: Sequence[str]) -> list[HandoffRecord]:
    """Return the handoff records of the materials asked for, or of all that went through the funnel."""
    status = {row["id"]: row["status"] for row in record["candidates"]}
    for identity in wanted:
        if identity not in status:
            raise UsageError(f"the campaign has no candidate '{identity}'{closest(identity, status)}")
    chosen = set(wanted) or {identity for identity, state in status.items() if state in ("ranked", "passed")}
    return [handoff_record(candidate) for candidate in candidates_in(record) if candidate.id in chosen]
