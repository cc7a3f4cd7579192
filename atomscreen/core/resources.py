"""Where the shipped folders lie: workflows, potentials and candidates."""

from __future__ import annotations

from pathlib import Path

from atomscreen.core.errors import UsageError, closest


def shipped(name: str) -> Path:
    """Return the folder ``workflows``, ``potentials`` or ``candidates``, in a wheel or in a checkout.

    Raises
    ------
    UsageError
        Where the folder is in neither place, which means a broken installation.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_shipped" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise UsageError(f"the folder '{name}' that comes with atomscreen is missing; install atomscreen again")


def shipped_file(folder: str, name: str, kind: str) -> Path:
    """Return the path of a shipped YAML file by its name without suffix.

    Parameters
    ----------
    folder
        The shipped folder.
    name
        The file's stem.
    kind
        What to call it in the error, for example ``"workflow"``.

    Raises
    ------
    UsageError
        Where there is none of that name; the near ones are offered.
    """
    files = {path.stem: path for path in sorted(shipped(folder).glob("*.yaml"))}
    if name not in files:
        raise UsageError(f"there is no {kind} '{name}'{closest(name, files)}")
    return files[name]
