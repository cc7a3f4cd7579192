"""Where the weights of a potential lie on this machine, and digests of them, without importing torch."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import importlib.util
import os
from pathlib import Path

from atomscreen.core.errors import UsageError
from atomscreen.interatomic.cards import Card


def weights_folder() -> Path:
    """Return the user's folder of weights: ATOMSCREEN_WEIGHTS, or ``~/.cache/atomscreen/weights``."""
    given = os.environ.get("ATOMSCREEN_WEIGHTS")
    return Path(given).expanduser() if given else Path.home() / ".cache" / "atomscreen" / "weights"


def weights_path(card: Card) -> Path:
    """Return the path of a potential's weights.

    Raises
    ------
    UsageError
        Where the package or the file is missing; the sentence says what to install or where to put which file.
    """
    package = _package_folder(card)
    if card.weights.in_package is not None:
        path = package / card.weights.in_package
        if not path.exists():
            raise UsageError(
                f"the installed package '{card.package}' lacks the weights {card.weights.in_package}; {_install(card)}"
            )
        return path
    path = weights_folder() / str(card.weights.file)
    if not path.exists():
        raise UsageError(
            f"the potential '{card.name}' needs its weights: put '{card.weights.file}' (from {card.weights.source})"
            f" into {weights_folder()}"
        )
    return path


def package_versions(card: Card) -> str:
    """Return a potential's packages with their versions, for example ``"chgnet 0.4.2"``.

    Raises
    ------
    UsageError
        Where one is not installed; the sentence says how to install it.
    """
    _package_folder(card)
    versions = []
    for package in (card.package, *card.requires):
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            raise UsageError(f"the potential '{card.name}' needs the package '{package}'; {_install(card)}") from None
    return " ".join(versions)


def file_digest(path: Path) -> str:
    """Return the sha256 of a file, or of a folder's files with their names."""
    status = path.stat()
    return _digest_of(path, status.st_mtime_ns, status.st_size)


@functools.cache
def _digest_of(path: Path, changed: int, size: int) -> str:
    """Digest a path once for each of its versions: the arguments beside the path only tell versions apart."""
    total = hashlib.sha256()
    files = [path] if path.is_file() else sorted(item for item in path.rglob("*") if item.is_file())
    for file in files:
        if file != path:
            total.update(file.relative_to(path).as_posix().encode() + b"\0")
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                total.update(block)
    return total.hexdigest()


def _package_folder(card: Card) -> Path:
    """Return the folder of a potential's package without importing it."""
    specification = importlib.util.find_spec(card.module)
    if specification is None or not specification.submodule_search_locations:
        raise UsageError(f"the potential '{card.name}' needs the package '{card.package}'; {_install(card)}")
    return Path(next(iter(specification.submodule_search_locations)))


def _install(card: Card) -> str:
    wanted = f"atomscreen[{card.extra}]" if card.extra else "atomscreen"
    return f'run: pip install "{wanted}"'
