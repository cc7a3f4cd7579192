"""Trajectories whose diffusivity is known: walks on lattices, rattling in cages, and what files make of them."""

import numpy as np

from atomscreen.interatomic.dynamics.trajectory import Trajectory

HOP = 3.0  # Å
CUBIC = np.vstack([np.eye(3), -np.eye(3)]) * HOP


def independent_walk(seed, ions, frames, hops_per_ion, weights=(1, 1, 1)):
    """Ions that hop on a simple cubic lattice without seeing each other: D = hops HOP²/(6 T), Haven ratio 1.

    ``weights`` say how often they hop along x, y and z.
    """
    generator = np.random.default_rng(seed)
    steps = np.zeros((frames, ions, 3))
    share = np.asarray(weights) / np.sum(weights)
    count = generator.poisson(hops_per_ion * ions)
    axes, signs = generator.choice(3, count, p=share), generator.choice([-HOP, HOP], count)
    np.add.at(steps, (generator.integers(1, frames, count), generator.integers(0, ions, count), axes), signs)
    return steps.cumsum(axis=0)


def vacancy_walk(seed, size, kind, vacancies, hops, frames):
    """Ions on an almost full periodic lattice, that hop into vacancies only; also how often they hopped.

    ``kind`` is ``sc`` or ``fcc``; ``hops`` is how often vacancies try to hop in the whole run, on average.
    """
    generator = np.random.default_rng(seed)
    if kind == "sc":
        directions = np.rint(CUBIC / HOP).astype(int)
    else:
        grid = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
        directions = grid[(grid**2).sum(axis=1) == 2]
    edge = size if kind == "sc" else 2 * size
    sites = np.stack(np.meshgrid(*[np.arange(edge)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    if kind == "fcc":
        sites = sites[sites.sum(axis=1) % 2 == 0]
    index = {tuple(site): number for number, site in enumerate(sites.tolist())}
    neighbours = [[index[tuple(((site + step) % edge).tolist())] for step in directions] for site in sites]
    order = generator.permutation(len(sites))
    holes, occupant = order[:vacancies].tolist(), {int(site): ion for ion, site in enumerate(order[vacancies:])}
    tries = generator.poisson(hops)
    which = generator.integers(0, vacancies, tries).tolist()
    where = generator.integers(0, len(directions), tries).tolist()
    ions, moves = np.full(tries, -1), np.array(where)
    for number in range(tries):
        hole = holes[which[number]]
        source = neighbours[hole][where[number]]
        if source in occupant:
            ions[number] = occupant[hole] = occupant.pop(source)
            holes[which[number]] = source
    moved = ions >= 0
    steps = np.zeros((frames, len(sites) - vacancies, 3))
    times = np.sort(generator.integers(1, frames, tries))
    length = HOP if kind == "sc" else HOP / np.sqrt(2)
    np.add.at(steps, (times[moved], ions[moved]), -directions[moves[moved]] * length)
    return steps.cumsum(axis=0), int(moved.sum())


def cage_walk(seed, ions, frames, residence, radius=2.4):
    """Ions that jump to random places on a sphere, the cage of an argyrodite, and never leave it."""
    generator = np.random.default_rng(seed)
    places = generator.normal(size=(frames, ions, 3))
    places *= radius / np.linalg.norm(places, axis=-1, keepdims=True)
    jumps = generator.random((frames, ions)) < 1 / residence
    for frame in range(1, frames):
        places[frame, ~jumps[frame]] = places[frame - 1, ~jumps[frame]]
    return places


def box_walk(seed, ions, frames, residence, sites):
    """Ions that hop between the sites of a closed cube of ``sites``³."""
    generator = np.random.default_rng(seed)
    places, steps = generator.integers(0, sites, (ions, 3)), np.rint(CUBIC / HOP).astype(int)
    path = np.empty((frames, ions, 3))
    for frame in range(frames):
        new = places + steps[generator.integers(0, 6, ions)]
        hop = (generator.random(ions) < 1 / residence) & ((new >= 0) & (new < sites)).all(axis=1)
        places = np.where(hop[:, None], new, places)
        path[frame] = places * HOP
    return path


def trajectory(paths, frame_spacing=0.1, *, framework=8, vibration=0.15, seed=0, edge=20.0, drift=(0, 0, 0)):
    """Put ions into a cell with a framework, let all atoms vibrate, and let the cell drift (Å per frame)."""
    generator = np.random.default_rng([seed, 1])
    still = np.zeros((len(paths), framework, 3))
    places = np.concatenate([paths, still], axis=1)
    places = places + generator.uniform(0, edge, (1, *places.shape[1:])) * (framework > 0)
    places = places + generator.normal(0, vibration, places.shape) if vibration else places
    places = places + np.arange(len(places))[:, None, None] * np.asarray(drift)
    symbols = ("Li",) * paths.shape[1] + ("S",) * framework
    return Trajectory(places, edge * np.eye(3), symbols, frame_spacing)
