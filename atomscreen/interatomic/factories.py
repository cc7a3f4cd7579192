"""Calculators of packages whose own factory wants more than a path and a device; named by potential cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ase.calculators.calculator import Calculator


def matgl(weights: str, device: str) -> Calculator:
    """Make a MatGL calculator.

    Parameters
    ----------
    weights
        Folder with model.json, model.pt and state.pt.
    device
        ``"cpu"`` or ``"cuda"``.
    """
    from matgl import load_model
    from matgl.ext.ase import PESCalculator

    # MatGL gives full stress tensors in GPa unless told otherwise; ASE wants Voigt vectors in eV/Å³.
    calculator: Calculator = PESCalculator(load_model(weights).to(device), stress_unit="eV/A3", use_voigt=True)
    return calculator


def orb(weights: str, architecture: str, device: str) -> Calculator:
    """Make an Orb calculator.

    Parameters
    ----------
    weights
        The checkpoint.
    architecture
        The function of ``orb_models.forcefield.pretrained`` that builds this model.
    device
        ``"cpu"`` or ``"cuda"``.
    """
    from orb_models.forcefield import pretrained
    from orb_models.forcefield.calculator import ORBCalculator

    # Compiling takes minutes and wants a C++ compiler; the highest precision keeps energies smooth for relaxations.
    model = getattr(pretrained, architecture)(
        weights_path=weights, device=device, precision="float32-highest", compile=False
    )
    calculator: Calculator = ORBCalculator(model, device=device)
    return calculator
