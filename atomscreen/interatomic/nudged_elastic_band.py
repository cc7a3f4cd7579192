"""Nudged elastic band with a climbing image: the path of least energy between two relaxed structures, and its saddle.

Improved tangents (Henkelman and Jónsson 2000, doi:10.1063/1.1323224), climbing image (Henkelman, Uberuaga and Jónsson
2000, doi:10.1063/1.1329672), first images by the image-dependent pair potential (Smidstrup, Pedersen, Stokbro and
Jónsson 2014, doi:10.1063/1.4878664): ase's. Ours are the driver, the mirrored half of symmetric paths and the checks.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.interatomic.minimum_energy_path import MinimumEnergyPath

if TYPE_CHECKING:
    from ase import Atoms
    from ase.calculators.calculator import Calculator
    from numpy.typing import NDArray

    Array = NDArray[Any]

SPRING = 1.0
"""eV/Å² between images; with improved tangents it only spaces them, and stiff ones space them in fewer steps."""

BOW = 0.3
"""Å by which the first images leave the straight way of the atom that goes farthest."""

CLIMB_FROM = 3.0
"""The highest image climbs once the forces on the band are below so many times the limit."""

PATIENCE, GAIN = 40, 0.98
"""L-BFGS has stalled when the largest force has not come below this part of its least value for this many steps."""

SAVE_EVERY = 10
"""Steps between two checkpoints of a band."""


@dataclass(frozen=True)
class BandSettings:
    """How fine a band is and when it has converged."""

    images: int = 5
    """Images between the ends."""
    max_force: float = 0.05
    """Largest force across the path (and on the climbing image) on any atom, in eV/Å."""
    max_steps: int = 300
    """Steps of the optimizer, with and without the climbing image together."""

    def __post_init__(self) -> None:
        if self.images < 1 or self.max_steps < 1 or not self.max_force > 0:
            raise UsageError("a band needs at least one image, one step and a positive limit of force")


@dataclass(frozen=True)
class Mirror:
    """A symmetry that turns a path round: it takes the structure at the start to the one at the end, and back.

    Atom ``source[b]`` at p comes to lie at ``rotation @ p + shift[b]`` as atom ``b``.
    """

    rotation: Array
    shift: Array
    source: Array

    def positions(self, positions: Array) -> Array:
        """Return the positions (n, 3) of the image of a structure."""
        moved: Array = positions[self.source] @ self.rotation.T + self.shift
        return moved

    def vectors(self, vectors: Array) -> Array:
        """Return the vectors (n, 3) on atoms, such as forces, of the image of a structure."""
        turned: Array = vectors[self.source] @ self.rotation.T
        return turned


def nudged_elastic_band(
    start: Atoms,
    end: Atoms,
    make_calculator: Callable[[], Calculator],
    settings: BandSettings = BandSettings(),
    mirror: Mirror | None = None,
    checkpoint: Path | None = None,
) -> MinimumEnergyPath:
    """Return the path of least energy between two structures: first without, then with a climbing image.

    Parameters
    ----------
    start, end
        Relaxed in the same cell, atoms in the same order; each atom of ``end`` within half the cell of its place in
        ``start``, so that the straight line between the two is the way meant.
    make_calculator
        Returns a new calculator; each image has its own.
    settings
        Images, limit of force, steps.
    mirror
        A symmetry that takes ``start`` to ``end`` and ``end`` to ``start``, where there is one: only half the images
        are computed then, and the path found has that symmetry.
    checkpoint
        A file for the state of the band; a band that finds its file there goes on from it.

    Raises
    ------
    StageFailure
        Where the band does not converge, or an energy on it is no number.
    """
    images = [start.copy(), *(start.copy() for _ in range(settings.images)), end.copy()]
    band = _band_class()(images, mirror)
    climbing = _restore(band, checkpoint)
    if climbing is None:
        _interpolate(band)
        climbing = False
    for index in band.computed:
        images[index].calc = make_calculator()
    band.evaluations = 0
    steps = 0
    for climb in (False, True)[int(climbing) :]:
        band.climb = climb
        # A band without a climbing image need not be exact: its highest image is about to leave it.
        limit = settings.max_force if climb else CLIMB_FROM * settings.max_force
        steps += _converge(band, limit, settings.max_steps - steps, checkpoint)
    return _path(band, steps, mirrored=mirror is not None)


def _interpolate(band: Any) -> None:
    """Set the images on the straight line, then where distances between atoms are nearest to interpolated ones."""
    from ase.mep.neb import idpp_interpolate, interpolate

    interpolate(band.images)
    band.set_positions(band.get_positions())
    if band.natoms > 1:
        idpp_interpolate(band, traj=None, log=None, mic=True)
    band.set_positions(band.get_positions() + _bow(band))


def _bow(band: Any) -> Array:
    """Return displacements that bend a straight path to one side, shape (images * atoms, 3).

    Where the straight line lies in a symmetry no force leads off it, although the ways around it may be lower.
    """
    ways = band.images[-1].positions - band.images[0].positions
    lengths = np.linalg.norm(ways, axis=1, keepdims=True)
    along = np.divide(ways, lengths, out=np.zeros_like(ways), where=lengths > 0)
    side = np.random.default_rng(0).normal(size=3)
    across = side - along * (along @ side)[:, None]
    across *= lengths / lengths.max() / np.linalg.norm(across, axis=1, keepdims=True)
    bends = np.sin(np.pi * np.arange(1, band.nimages - 1) / (band.nimages - 1))
    bow: Array = BOW * (bends[:, None, None] * across).reshape(-1, 3)
    return bow


def _converge(band: Any, limit: float, max_steps: int, checkpoint: Path | None) -> int:
    """Move the band until its forces are below a limit and return the steps; FIRE goes on where L-BFGS stalls."""
    from ase.optimize import FIRE, LBFGS

    used = 0
    for optimizer_class, patience in ((LBFGS, PATIENCE), (FIRE, max_steps)):
        optimizer = optimizer_class(band, logfile=None)
        # Steps that do not move the band leave L-BFGS without a curvature: its next positions are no numbers.
        with contextlib.suppress(_NoNumbers), np.errstate(divide="ignore", invalid="ignore"):
            if _run(optimizer, band, limit, max_steps - used, patience, checkpoint):
                return used + int(optimizer.nsteps)
        used += int(optimizer.nsteps)
    raise StageFailure(
        f"the band of {band.images[0].get_chemical_formula('metal')} did not converge: largest force"
        f" {band.largest_force():.3g} eV/Å of at most {limit:.3g} when its steps were used up"
    )


def _run(optimizer: Any, band: Any, limit: float, max_steps: int, patience: int, checkpoint: Path | None) -> bool:
    """Run one optimizer and say whether the band's forces came below the limit."""
    least, at_step = np.inf, 0
    for _ in optimizer.irun(fmax=0.0, steps=max(0, max_steps)):
        force = band.largest_force()
        if force <= limit:
            _save(band, checkpoint)
            return True
        if force < GAIN * least:
            least, at_step = force, optimizer.nsteps
        elif optimizer.nsteps - at_step >= patience:
            break
        if optimizer.nsteps % SAVE_EVERY == 0:
            _save(band, checkpoint)
    return False


class _NoNumbers(Exception):
    """Positions that an optimizer asks for and that are no numbers."""


@functools.cache
def _band_class() -> Any:
    """Return the class, made at first use, because its base belongs to ase."""
    from ase.calculators.singlepoint import SinglePointCalculator
    from ase.mep.neb import NEB

    class Band(NEB):  # type: ignore[misc]
        """A band whose second half mirrors the first where the path is symmetric."""

        def __init__(self, images: list[Atoms], mirror: Mirror | None) -> None:
            super().__init__(images, k=SPRING, method="improvedtangent")
            last = len(images) - 1
            # Originals and copies, the ends among them; a middle image is its own copy.
            self.pairs = [] if mirror is None else [(mirror, k, last - k) for k in range(last // 2 + 1)]
            copies = {copy for _, original, copy in self.pairs if copy != original}
            self.computed = [index for index in range(last + 1) if index not in copies]
            self.evaluations = 0

        def set_positions(self, positions: Array) -> None:
            """Move the images between the ends; copies go where their originals' mirror images are."""
            if not np.isfinite(positions).all():
                raise _NoNumbers
            super().set_positions(positions)
            for mirror, original, copy in self.pairs:
                mirrored = mirror.positions(self.images[original].positions)
                if copy == original:
                    mirrored = (mirrored + self.images[original].positions) / 2
                self.images[copy].set_positions(mirrored)

        def get_forces(self) -> Array:
            """Return the forces on the band, shape (images * atoms, 3)."""
            for image in (self.images[index] for index in self.computed):
                self.evaluations += image.calc.calculation_required(image, ["energy", "forces"])
                image.get_forces()
            for mirror, original, copy in self.pairs:
                if copy != original:
                    atoms = self.images[original]
                    self.images[copy].calc = SinglePointCalculator(
                        self.images[copy],
                        energy=atoms.get_potential_energy(),
                        forces=mirror.vectors(atoms.get_forces()),
                    )
            forces: Array = super().get_forces()
            if not np.isfinite(forces).all():
                raise StageFailure("the potential gives forces on the band that are no numbers")
            return forces

        def largest_force(self) -> float:
            """Return the largest force of the band on an atom, in eV/Å."""
            return float(np.linalg.norm(self.get_forces(), axis=1).max())

    return Band


def _path(band: Any, steps: int, *, mirrored: bool) -> MinimumEnergyPath:
    """Return what a converged band has found."""
    forces = np.array([image.get_forces() for image in band.images])
    return MinimumEnergyPath(
        positions=np.array([image.positions for image in band.images]),
        energies=np.array([image.get_potential_energy() for image in band.images]),
        forces=forces,
        numbers=band.images[0].numbers.copy(),
        cell=band.images[0].cell.array.copy(),
        largest_force=band.largest_force(),
        evaluations=int(band.evaluations),
        steps=steps,
        mirrored=mirrored,
    )


def _save(band: Any, checkpoint: Path | None) -> None:
    """Write positions and phase to a temporary file and rename it, so that a kill never leaves half a checkpoint."""
    if checkpoint is None:
        return
    temporary = checkpoint.with_name(checkpoint.name + ".tmp")
    with temporary.open("wb") as file:
        np.savez(file, positions=np.array([image.positions for image in band.images]), climbing=np.array(band.climb))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(checkpoint)


def _restore(band: Any, checkpoint: Path | None) -> bool | None:
    """Set the images as a checkpoint has them and return whether one of them climbed; ``None`` without a checkpoint."""
    if checkpoint is None or not checkpoint.exists():
        return None
    try:
        with np.load(checkpoint, allow_pickle=False) as stored:
            positions, climbing = stored["positions"], bool(stored["climbing"])
    except (OSError, ValueError, KeyError) as problem:
        raise UsageError(f"the checkpoint {checkpoint} cannot be read ({problem}); remove it to start anew") from None
    ends = np.array([band.images[0].positions, band.images[-1].positions])
    if len(positions) != len(band.images) or not np.allclose(positions[[0, -1]], ends, atol=1e-6):
        raise UsageError(f"the checkpoint {checkpoint} is of another band; remove it or give this band its own file")
    band.set_positions(np.concatenate(positions[1:-1]))
    return climbing
