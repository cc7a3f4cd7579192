"""The errors a user can meet; each carries one clear sentence."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class AtomscreenError(Exception):
    """Anything that goes wrong in a way atomscreen foresees; its text says what, where and what to do."""


class UsageError(AtomscreenError):
    """Wrong use: a bad argument, file, name, unit or folder. The command line answers with exit code 2."""


class StructureRefused(UsageError):
    """A structure that cannot be used: unreadable, overlapping atoms, partial occupancies, an unknown element."""


class StageFailure(AtomscreenError):
    """A stage that could not give an honest result for a candidate; recorded, shown in the report, never fatal."""


def closest(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that offers the names nearest to a wrong one.

    Parameters
    ----------
    name
        What the user wrote.
    known
        The names there are.

    Returns
    -------
    str
        ``"; did you mean 'elasticity'?"``, or the list of names where none is near.
    """
    choices = sorted(known)
    near = difflib.get_close_matches(name, choices, n=3, cutoff=0.6)
    if near:
        return "; did you mean " + " or ".join(f"'{choice}'" for choice in near) + "?"
    return "; there are " + (", ".join(choices) if choices else "none")
