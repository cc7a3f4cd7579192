"""Griffith's criterion: which flaw of a charging sphere comes nearest to growing, and how near.

A crack grows where the energy that it releases reaches the one that its faces cost, G ≥ G_c. Both, and the moduli that
turn a stress intensity into G, are taken at the content of the crack's tip. Flaws of every size from a 200th to a half
of the radius are looked at, at the centre and at the surface, at every time: where none reaches G_c, growth is
forbidden, whichever of these flaws a particle has.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atomscreen.continuum.electrode import Curve, Electrode
from atomscreen.continuum.fracture.flaw import FLAW_SIZES, PLACES, Place, energy_release_rate, loading_matrix, tips
from atomscreen.continuum.incomplete import HandoffIncomplete, lacks
from atomscreen.continuum.particle.radial_mesh import radial_mesh
from atomscreen.continuum.particle.sphere import SphereHistory
from atomscreen.continuum.particle.sphere_stress import sphere_stress
from atomscreen.continuum.record import HandoffRecord

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class StressedSphere:
    """Contents of a sphere and the stress that they make, at m times and n distances from its centre; SI units.

    Attributes
    ----------
    radius
        Of the sphere.
    times
        Shape (m,).
    radii
        Rising, without the centre and the surface, shape (n,).
    contents, tangential_stress
        Shape (m, n).
    surface_contents, surface_tangential_stress, centre_stress
        Shape (m,).
    """

    radius: float
    times: Array
    radii: Array
    contents: Array
    tangential_stress: Array
    surface_contents: Array
    surface_tangential_stress: Array
    centre_stress: Array

    @classmethod
    def of_contents(
        cls, electrode: Electrode, radius: float, times: Array, contents: Array, surface_contents: Array
    ) -> StressedSphere:
        """Return the sphere of an electrode whose contents are those in the shells of a radial mesh."""
        mesh = radial_mesh(contents.shape[1])
        stress = sphere_stress(electrode, mesh, contents, surface_contents)
        return cls(
            radius=radius,
            times=times,
            radii=radius * mesh.radii,
            contents=contents,
            tangential_stress=stress.tangential,
            surface_contents=surface_contents,
            surface_tangential_stress=stress.surface_tangential,
            centre_stress=stress.centre,
        )

    @classmethod
    def of_history(cls, electrode: Electrode, history: SphereHistory) -> StressedSphere:
        """Return a charged sphere with the stress of an electrode: the one that was charged, or of other mechanics."""
        return cls.of_contents(electrode, history.radius, history.times, history.contents, history.surface_contents)


@dataclass(frozen=True)
class WorstFlaw:
    """The flaw that comes nearest to growing.

    Attributes
    ----------
    ratio
        Its energy release rate over the fracture energy: it grows from 1 on.
    place
        Where it is.
    size
        In m.
    time
        In s, of its largest ratio.
    """

    ratio: float
    place: Place
    size: float
    time: float

    @property
    def grows(self) -> bool:
        """Whether Griffith's criterion lets it grow."""
        return self.ratio >= 1


def fracture_energy_of(record: HandoffRecord) -> Curve:
    """Return the fracture energy in J/m² against content.

    Raises
    ------
    HandoffIncomplete
        Where the record has none at any content of working ions.
    """
    entries = record.by_content("fracture_energy")
    if not entries:
        missing = [lacks("fracture_energy", "at a content of working ions")]
        raise HandoffIncomplete(record.material.id, "a model of fracture", missing)
    spreads = tuple(entry.uncertainty for entry in entries.values())
    known = tuple(spread for spread in spreads if spread is not None)
    values = tuple(entry.number for entry in entries.values())
    return Curve(tuple(entries), values, known if len(known) == len(spreads) else None, logarithmic=True)


def fracture_energy_from_toughness(electrode: Electrode) -> Curve:
    """Return the fracture energy K_Ic² (1 − ν²)/E in J/m² of an electrode of which only the toughness is known."""
    contents = np.array(electrode.fracture_toughness.contents)
    values = energy_release_rate(
        electrode.fracture_toughness.at(contents),
        electrode.youngs_modulus.at(contents),
        electrode.poisson_ratio.at(contents),
    )
    return Curve(tuple(map(float, contents)), tuple(map(float, values)), logarithmic=True)


def release_ratios(sphere: StressedSphere, electrode: Electrode, fracture_energy: Curve) -> dict[Place, Array]:
    """Return G/G_c of every flaw of :data:`~atomscreen.continuum.fracture.flaw.FLAW_SIZES` at every time.

    Parameters
    ----------
    sphere
        What is in it at each time.
    electrode
        Its moduli.
    fracture_energy
        In J/m² against content.

    Returns
    -------
    dict
        By the place of the flaws, shape (n_t, n_sizes).
    """
    stress = np.column_stack([sphere.centre_stress, sphere.tangential_stress, sphere.surface_tangential_stress])
    contents = np.column_stack([sphere.contents[:, 0], sphere.contents, sphere.surface_contents])
    nodes = (0.0, *map(float, sphere.radii / sphere.radius), 1.0)
    found: dict[Place, Array] = {}
    for place in PLACES:
        loads, at_tips = _matrices(place, nodes)
        at_tip = np.clip(contents @ at_tips.T, 0.0, 1.0)
        rates = energy_release_rate(
            stress @ loads.T * np.sqrt(sphere.radius),
            electrode.youngs_modulus.at(at_tip),
            electrode.poisson_ratio.at(at_tip),
        )
        found[place] = rates / fracture_energy.at(at_tip)
    return found


def worst_by_time(sphere: StressedSphere, electrode: Electrode, fracture_energy: Curve) -> NDArray[np.float64]:
    """Return the largest G/G_c of any flaw at every time; parameters as of :func:`release_ratios`."""
    ratios = release_ratios(sphere, electrode, fracture_energy)
    found: NDArray[np.float64] = np.max([by_time.max(axis=1) for by_time in ratios.values()], axis=0)
    return found


def worst_flaw(sphere: StressedSphere, electrode: Electrode, fracture_energy: Curve) -> WorstFlaw:
    """Return the flaw that comes nearest to growing; parameters as of :func:`release_ratios`."""
    ratios = release_ratios(sphere, electrode, fracture_energy)
    place = max(PLACES, key=lambda one: float(ratios[one].max()))
    time, size = np.unravel_index(int(ratios[place].argmax()), ratios[place].shape)
    return WorstFlaw(
        ratio=float(ratios[place][time, size]),
        place=place,
        size=FLAW_SIZES[size] * sphere.radius,
        time=float(sphere.times[time]),
    )


@functools.lru_cache(maxsize=16)
def _matrices(place: Place, nodes: tuple[float, ...]) -> tuple[Array, Array]:
    """Return what turns values at nodes into stress intensities over √radius, and into values at the flaws' tips."""
    sizes, grid = np.array(FLAW_SIZES), np.array(nodes)
    ends = tips(place, sizes)
    return loading_matrix(place, sizes, grid), np.column_stack(
        [np.interp(ends, grid, hat) for hat in np.eye(len(grid))]
    )
