"""The registry of interatomic potentials: by the name of a card, or by the import path of any ASE calculator.

>>> atoms.calc = calculator("chgnet")
>>> atoms.calc = calculator("ase.calculators.emt:EMT")

Adding a potential is adding one card in ``potentials/``.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import importlib
import importlib.metadata
import importlib.util
import inspect
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from atomscreen.core.errors import StructureRefused, UsageError
from atomscreen.core.stages import Versioned
from atomscreen.core.vocabulary import define
from atomscreen.interatomic.cards import Card, card, cards
from atomscreen.interatomic.checking import check_potential
from atomscreen.interatomic.devices import set_device, set_threads
from atomscreen.interatomic.weights import file_digest, package_versions, weights_path

if TYPE_CHECKING:
    from ase.calculators.calculator import Calculator
    from pymatgen.core import Composition, Structure

__all__ = [
    "Card",
    "PotentialName",
    "calculator",
    "card",
    "cards",
    "check_potential",
    "corrected",
    "digest",
    "label",
    "model_uncertainty",
    "provenance",
    "refuse_unknown_elements",
    "set_device",
    "set_threads",
]

PotentialName = Annotated[str, Versioned("atomscreen.interatomic.potentials:digest")]
"""The type of a stage's parameter that names a potential; its digest becomes part of the result's key."""

_IMPORT_PATH = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


def calculator(name: str) -> Calculator:
    """Return an ASE calculator of a potential; its model is loaded once in a process and device.

    Parameters
    ----------
    name
        The name of a card, or ``"module:callable"``, which is called without arguments (but for ``device`` where
        it takes one).

    Returns
    -------
    Calculator
        A calculator of its own for each call: two of them never share results.

    Raises
    ------
    UsageError
        For an unknown name, or where the package, the weights or the device are missing.
    """
    from atomscreen.interatomic.devices import device

    fresh = copy.copy(_loaded(name, device()))
    fresh.reset()
    return fresh


def digest(name: str) -> str:
    """Return what tells this potential from every other: its packages' versions, its settings, its weights' sha256.

    It imports no potential, so that the main process of a campaign stays light.

    Raises
    ------
    UsageError
        Where the potential cannot be used here.
    """
    if _is_import_path(name):
        return _import_path_digest(name)
    found = card(name)
    settings = "".join(f" {key}={value}" for key, value in found.arguments.items() if value != "{weights}")
    return f"{package_versions(found)}{settings} sha256:{file_digest(weights_path(found))}"


def label(name: str) -> str:
    """Return what methods call a potential, for example ``"CHGNet 0.3.0"``."""
    return name if _is_import_path(name) else card(name).label


def provenance(name: str) -> dict[str, Any]:
    """Return what goes into the provenance of every energy: potential, digest and functional.

    Two energies may be compared only where these are equal.
    """
    functional = "unknown" if _is_import_path(name) else card(name).functional
    return {"potential": name, "potential_digest": digest(name), "functional": functional}


def refuse_unknown_elements(name: str, structure: Structure) -> None:
    """Refuse a structure with an element that a potential has not learned.

    Nothing is known of calculators given by import path; they speak for themselves.

    Raises
    ------
    StructureRefused
        It names the elements and the potential.
    """
    if _is_import_path(name):
        return
    unknown = sorted({element.symbol for element in structure.composition.elements} - card(name).symbols)
    if unknown:
        raise StructureRefused(
            f"the potential '{name}' does not know {', '.join(unknown)}"
            f" (in {structure.composition.reduced_formula}); it knows {card(name).elements}"
        )


def model_uncertainty(name: str, quantity: str, value: float) -> float | None:
    """Return the standard uncertainty that a potential's benchmarked error gives a quantity.

    Parameters
    ----------
    name
        The potential.
    quantity
        A name of the vocabulary; value and answer are in its unit, ``None`` where no benchmark is known.
    value
        What was computed.
    """
    unit = define(quantity).unit
    if _is_import_path(name) or quantity not in card(name).errors:
        return None
    return card(name).errors[quantity].standard_uncertainty(value, unit)


def corrected(name: str, quantity: str, value: float, composition: Composition) -> tuple[float, float] | None:
    """Return a value corrected for a potential's systematic error, and the standard uncertainty it then has.

    Parameters
    ----------
    name
        The potential.
    quantity
        A name of the vocabulary; ``None`` is returned where no correction was measured.
    value
        What was computed.
    composition
        Of the compound: potentials err by other factors in oxides than in metals.
    """
    symbols = {element.symbol for element in composition.elements}
    corrections = () if _is_import_path(name) else card(name).corrections.get(quantity, ())
    for correction in corrections:
        if correction.applies_to(symbols):
            return correction.factor * value, correction.relative * abs(correction.factor * value)
    return None


def _is_import_path(name: str) -> bool:
    return _IMPORT_PATH.fullmatch(name) is not None


@functools.cache
def _loaded(name: str, device: str) -> Calculator:
    """Return the one calculator of a potential on a device, from which all others are copied."""
    if _is_import_path(name):
        factory, arguments = _imported(name), {}
    else:
        found = card(name)
        package_versions(found)
        path = str(weights_path(found))
        factory = _imported(found.calculator)
        arguments = {key: path if value == "{weights}" else value for key, value in found.arguments.items()}
    if "device" in inspect.signature(factory).parameters:
        arguments["device"] = device
    # Several packages greet their user on standard output, which belongs to tables here.
    with contextlib.redirect_stdout(io.StringIO()):
        made: Calculator = factory(**arguments)
    return made


def _imported(path: str) -> Callable[..., Any]:
    module, _, attribute = path.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except ImportError as problem:
        raise UsageError(f"the calculator '{path}' cannot be imported: {problem}") from None
    except AttributeError:
        raise UsageError(f"the calculator '{path}': the module {module} has no '{attribute}'") from None
    if not callable(found):
        raise UsageError(f"the calculator '{path}' cannot be called")
    return found  # type: ignore[no-any-return]


@functools.cache
def _import_path_digest(path: str) -> str:
    """Return the version of the distribution that a calculator is in; for a lone file, the digest of the file."""
    module = path.partition(":")[0]
    distributions = importlib.metadata.packages_distributions().get(module.partition(".")[0], [])
    if distributions:
        _find(path, module)
        versions = " ".join(f"{name} {importlib.metadata.version(name)}" for name in sorted(set(distributions)))
        return f"{versions} {path}"
    origin = _find(path, module)
    return f"sha256:{file_digest(origin)} {path}" if origin else path


def _find(path: str, module: str) -> Path | None:
    try:
        specification = importlib.util.find_spec(module)
    except ImportError:
        specification = None
    if specification is None:
        raise UsageError(f"the calculator '{path}' cannot be imported: there is no module '{module}'")
    return Path(specification.origin) if specification.has_location and specification.origin else None
