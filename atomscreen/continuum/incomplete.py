"""What a handoff says of what is missing: each quantity with the stages that give it, and nothing is filled in."""

from __future__ import annotations

from collections.abc import Sequence

from atomscreen.core.errors import AtomscreenError, UsageError
from atomscreen.core.stages import providers


class HandoffIncomplete(UsageError):
    """A material that cannot be handed over: what is missing, and which stages give it.

    Attributes
    ----------
    missing
        Each missing thing, with what gives it, in words.
    """

    def __init__(self, material: str, model: str, missing: Sequence[str]) -> None:
        self.missing = tuple(missing)
        super().__init__(f"{material} cannot be handed to {model}: it lacks {'; '.join(missing)}")


def lacks(name: str, which: str = "") -> str:
    """Return a missing quantity in words, ``which`` telling it apart from others of its name, with its stages."""
    stages = " or ".join(f"'{stage.name}'" for stage in providers(name))
    wanted = f"{name} {which}".strip()
    return f"{wanted} (stage {stages})" if stages else f"{wanted} (which no stage gives)"


def in_one_line(problem: Exception) -> str:
    """Return why something was not done; of an error that nobody foresaw, with its type."""
    text = str(problem) if isinstance(problem, AtomscreenError) else f"{type(problem).__name__}: {problem}"
    return " ".join(text.split())
