"""The stage registry: one decorator makes a documented function usable from Python, workflow files and command line.

A stage takes a candidate (or, where batching pays, a sequence of candidates) and returns :class:`Results`:

>>> @stage(needs={"relaxed"}, gives={"density"}, cost="light")
... def weigh(candidate: Candidate, scale: float = 1.0) -> Results:
...     '''Weigh the relaxed cell.'''
...     return Results((Quantity("density", scale * candidate.structure("relaxed").density),))

Its parameters, their types, units and defaults are read from the signature; there is no second list.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, get_args, get_origin

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import UsageError, closest
from atomscreen.core.units import Unit
from atomscreen.core.vocabulary import QUANTITIES, STRUCTURES, Role

if TYPE_CHECKING:
    from pydantic import BaseModel

Cost = Literal["light", "heavy"]
StageFunction = Callable[..., Any]
_F = TypeVar("_F", bound=StageFunction)

FACETS = {"role": "what the material is for", "working_ion": "the ion that moves"}
"""What a stage can need of a candidate beside structures and quantities."""

ROOMS = ("learning", "interatomic", "properties", "continuum")
"""The rooms whose modules may register stages."""


@dataclass(frozen=True)
class Versioned:
    """Marks a parameter that names something with a version of its own, such as a potential or a trained model.

    Attributes
    ----------
    resolver
        ``"module:function"``; the function takes the name and returns its digest, or raises a
        :class:`UsageError` where it cannot be used. The digest becomes part of every result's key.
    """

    resolver: str

    def digest(self, name: str) -> str:
        """Return the digest of the thing called ``name``."""
        module, _, function = self.resolver.partition(":")
        return str(getattr(importlib.import_module(module), function)(name))


@dataclass(frozen=True)
class Companions:
    """Other materials that a stage needs finished first: competing phases of a hull, the metal of a voltage.

    Attributes
    ----------
    choose
        Takes the candidate and the stage's parameters and returns the companions, as candidates of their own.
    stages
        Names of the stages that are run on each companion, in this order. The stage then gets, as its second
        argument, those companions for which all of them succeeded.
    """

    choose: Callable[[Candidate, Mapping[str, Any]], Sequence[Candidate]]
    stages: tuple[str, ...]


@dataclass(frozen=True)
class Parts:
    """Runs of another stage on the same candidate that a stage puts together, such as the temperatures of a fit.

    Each is a task of its own, with a result of its own in the store: another temperature later costs only itself.

    Attributes
    ----------
    stage
        The other stage's name. It needs nothing that the stage itself does not need.
    varies
        The parameters that tell its runs apart. The others are parameters of the stage too, without being restated:
        they go to the parts, and to the function only where it declares them itself.
    choose
        Takes the stage's parameters, checked and with defaults filled in, and returns what varies for each run. The
        stage gets, as its second argument, a :class:`Part` for each, in the same order.
    """

    stage: str
    varies: frozenset[str]
    choose: Callable[[Mapping[str, Any]], Sequence[Mapping[str, Any]]]

    def parameters(self, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the parameters of each run, for the parameters of the stage."""
        shared = {name: given[name] for name in get_stage(self.stage).parameters if name not in self.varies}
        return [{**shared, **chosen} for chosen in self.choose(given)]


@dataclass(frozen=True)
class Part:
    """One run of another stage: its parameters and what it gave, or why it gave nothing."""

    parameters: Mapping[str, Any]
    results: Results | None
    reason: str = ""


@dataclass(frozen=True)
class Stage:
    """A registered stage: the function and what the decorator was told of it."""

    name: str
    function: StageFunction
    needs: frozenset[str]
    uses: frozenset[str]
    gives: frozenset[str]
    roles: frozenset[Role] | None
    cost: Cost
    version: int
    companions: Companions | None
    parts: Parts | None = None
    batch: bool = field(init=False)

    def __post_init__(self) -> None:
        first = next(iter(inspect.signature(self.function).parameters.values()), None)
        # Read as text: annotations may be strings whose names exist only for type checkers.
        text = "" if first is None else str(first.annotation)
        object.__setattr__(self, "batch", "Sequence[" in text and text.rstrip("]").endswith("Candidate"))

    def applies_to(self, role: Role | None) -> bool:
        """Say whether the stage means anything for a candidate of that role."""
        return self.roles is None or role is None or role in self.roles

    @property
    def summary(self) -> str:
        """The first sentence of the docstring."""
        return inspect.cleandoc(self.function.__doc__ or "").split("\n\n")[0].replace("\n", " ")

    @property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """The parameters a user can set, with evaluated annotations; those of its parts last."""
        if self.parts is None:
            return self._own_parameters
        theirs = get_stage(self.parts.stage).parameters
        own = self._own_parameters
        inherited = {name: theirs[name] for name in theirs if name not in self.parts.varies and name not in own}
        return {**own, **inherited}

    @property
    def _own_parameters(self) -> Mapping[str, inspect.Parameter]:
        # Before them come the candidate, and what had to be finished first.
        return _parameters(self.function, skip=2 if self.companions or self.parts else 1)

    def call(self, *arguments: Any, **parameters: Any) -> Any:
        """Call the function with those of the parameters that are its own."""
        return self.function(*arguments, **{name: parameters[name] for name in self._own_parameters})

    def check(self, given: Mapping[str, Any], units: str | None = None) -> dict[str, Any]:
        """Return all parameters, checked and with defaults filled in.

        Parameters
        ----------
        given
            What the user set; numbers with a unit may be text such as ``"700 K"``.
        units
            Unit of the bare numbers among them, where it is not the parameter's own.

        Raises
        ------
        UsageError
            For an unknown parameter, a wrong type, a wrong unit, an unknown potential; one sentence.
        """
        from pydantic import ValidationError

        for name in given:
            if name not in self.parameters:
                raise UsageError(f"stage '{self.name}' has no parameter '{name}'{closest(name, self.parameters)}")
        if units is not None:
            given = self._attach(given, units)
        try:
            checked = _model(self)(**given).model_dump()
        except ValidationError as problem:
            first = problem.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            reason = str(first["msg"]).removeprefix("Value error, ")
            raise UsageError(f"parameter '{where}' of stage '{self.name}': {reason}") from None
        self.versions(checked)
        return checked

    def _attach(self, given: Mapping[str, Any], units: str) -> dict[str, Any]:
        dimensional = {name: unit for name in given if (unit := self.unit_of(name))}
        if not dimensional:
            raise UsageError(f"stage '{self.name}' is given units '{units}' but no parameter that has a unit")
        return {
            name: dimensional[name].attach(value, units) if name in dimensional else value
            for name, value in given.items()
        }

    def unit_of(self, parameter: str) -> Unit | None:
        """Return a parameter's unit, or ``None`` for one without."""
        return next((mark for mark in _marks(self.parameters[parameter]) if isinstance(mark, Unit)), None)

    def versions(self, parameters: Mapping[str, Any]) -> dict[str, str]:
        """Return the digests of the potentials and models that the parameters name."""
        return {
            name: mark.digest(parameters[name])
            for name, parameter in self.parameters.items()
            for mark in _marks(parameter)
            if isinstance(mark, Versioned)
        }


_STAGES: dict[str, Stage] = {}


def stage(
    *,
    gives: Iterable[str],
    needs: Iterable[str] = (),
    uses: Iterable[str] = (),
    roles: Iterable[Role] | None = None,
    cost: Cost = "heavy",
    version: int = 1,
    companions: Companions | None = None,
    parts: Parts | None = None,
) -> Callable[[_F], _F]:
    """Register a function as a stage under its own name and return it unchanged.

    Parameters
    ----------
    gives
        Quantities and structures it can return.
    needs
        Structures, quantities or facets (``"working_ion"``, ``"role"``) without which it cannot run. It sees these,
        ``uses`` and the input structure, and nothing else of the candidate.
    uses
        The same, but it can do without.
    roles
        The roles it means something for; others pass by it. ``None`` is all.
    cost
        ``"light"`` (milliseconds; many candidates go into one task) or ``"heavy"`` (seconds to days; one each).
    version
        Raise it when the stage gives other numbers than before, so that stored results are computed anew.
    companions
        Other materials that must be finished first.
    parts
        Runs of another stage that this one puts together; a stage has companions or parts, not both.

    Raises
    ------
    TypeError
        For a name that is in no vocabulary, a name already taken, or an unannotated parameter: a mistake of the
        programmer, found when the module is imported.
    """

    def register(function: _F) -> _F:
        entry = Stage(
            name=function.__name__,
            function=function,
            needs=frozenset(needs),
            uses=frozenset(uses),
            gives=frozenset(gives),
            roles=None if roles is None else frozenset(roles),
            cost=cost,
            version=version,
            companions=companions,
            parts=parts,
        )
        _refuse_mistakes(entry)
        _STAGES[entry.name] = entry
        return function

    return register


def _refuse_mistakes(entry: Stage) -> None:
    known = {*QUANTITIES, *STRUCTURES}
    for name in (entry.needs | entry.uses) - known - set(FACETS) | entry.gives - known:
        raise TypeError(
            f"stage '{entry.name}' speaks of '{name}', which the vocabulary has not{closest(name, known)}; a new "
            "quantity is a line in atomscreen/core/vocabulary.py"
        )
    taken = _STAGES.get(entry.name)
    if taken is not None and taken.function.__module__ != entry.function.__module__:
        raise TypeError(f"stage '{entry.name}' is registered in {taken.function.__module__} already")
    if entry.companions is not None and entry.parts is not None:
        raise TypeError(f"stage '{entry.name}' has companions and parts; it can have one of them")
    if not entry.function.__doc__:
        raise TypeError(f"stage '{entry.name}' has no docstring")
    for parameter in inspect.signature(entry.function).parameters.values():
        if parameter.annotation is inspect.Parameter.empty:
            raise TypeError(f"parameter '{parameter.name}' of stage '{entry.name}' has no type")


def get_stage(name: str) -> Stage:
    """Return the stage of that name.

    Raises
    ------
    UsageError
        Where there is none; the near ones are offered.
    """
    known = all_stages()
    if name not in known:
        raise UsageError(f"unknown stage '{name}'{closest(name, known)}")
    return known[name]


def all_stages() -> dict[str, Stage]:
    """Return every stage by name: those of all rooms' modules and those registered by the caller's own code."""
    _discover()
    return dict(sorted(_STAGES.items()))


def providers(name: str) -> list[Stage]:
    """Return the stages that give a quantity or structure."""
    return [entry for entry in all_stages().values() if name in entry.gives]


@functools.cache
def _discover() -> None:
    """Import every module of the rooms; importing one registers its stages, and none imports torch or pymatgen."""
    import atomscreen

    rooms = [room for room in pkgutil.iter_modules(atomscreen.__path__, "atomscreen.") if room.ispkg]
    for room in rooms:
        if room.name.removeprefix("atomscreen.") in ROOMS:
            package = importlib.import_module(room.name)
            for module in pkgutil.walk_packages(package.__path__, room.name + "."):
                importlib.import_module(module.name)


@functools.cache
def _parameters(function: StageFunction, skip: int) -> dict[str, inspect.Parameter]:
    """Return a stage's own parameters: those behind the candidate (and its companions or parts)."""
    signature = inspect.signature(function, eval_str=True)
    return dict(list(signature.parameters.items())[skip:])


@functools.cache
def _model(entry: Stage) -> type[BaseModel]:
    """Return the pydantic model of a stage's parameters."""
    from pydantic import ConfigDict, create_model

    fields: dict[str, Any] = {
        name: (parameter.annotation, ... if parameter.default is inspect.Parameter.empty else parameter.default)
        for name, parameter in entry.parameters.items()
    }
    return create_model(
        entry.name, __config__=ConfigDict(extra="forbid", validate_default=True, allow_inf_nan=False), **fields
    )


def _marks(parameter: inspect.Parameter) -> tuple[Any, ...]:
    """Return what ``Annotated`` says of a parameter beside its type."""
    annotation = parameter.annotation
    return get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
