"""Where potentials run: the device and the number of threads, details of execution that change no result's key."""

from __future__ import annotations

import os

from atomscreen.core.errors import UsageError, closest

DEVICES = ("auto", "cpu", "cuda")

# The setting lives in the environment, so that worker processes started later have it too.
_VARIABLE = "ATOMSCREEN_DEVICE"


def set_device(name: str) -> None:
    """Set the device of all potentials in this process and in those it starts.

    Parameters
    ----------
    name
        ``"auto"`` (CUDA where there is one, else the CPU), ``"cpu"`` or ``"cuda"``.

    Raises
    ------
    UsageError
        For another name, and for ``"cuda"`` on a machine without it.
    """
    _resolve(name)
    os.environ[_VARIABLE] = name


def device() -> str:
    """Return the device that potentials run on: ``"cpu"`` or ``"cuda"``.

    Raises
    ------
    UsageError
        Where the environment variable ATOMSCREEN_DEVICE asks for what there is not.
    """
    return _resolve(os.environ.get(_VARIABLE) or "auto")


def _resolve(name: str) -> str:
    if name not in DEVICES:
        raise UsageError(f"unknown device '{name}'{closest(name, DEVICES)}")
    if name == "cpu":
        return name
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if name == "cuda":
        raise UsageError("the device 'cuda' was asked for, but torch finds no CUDA device here; use 'cpu' or 'auto'")
    return "cpu"


def set_threads(count: int) -> None:
    """Set how many threads torch uses in this process.

    Raises
    ------
    UsageError
        For a count below one.
    """
    if count < 1:
        raise UsageError(f"potentials need at least one thread, not {count}")
    import torch

    torch.set_num_threads(count)
