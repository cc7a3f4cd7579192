"""Van Hove functions, probability densities and site occupancies of trajectories whose answers are known exactly."""

import csv
import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from scipy.special import erf

from atomscreen.core.errors import UsageError
from atomscreen.interatomic.dynamics.trajectory import Trajectory
from atomscreen.properties.transport.host_frame import host_frame
from atomscreen.properties.transport.ion_paths import IonPathFiles, write_ion_paths
from atomscreen.properties.transport.probability_density import probability_density, write_density
from atomscreen.properties.transport.site_occupancy import site_occupancies, write_occupancies
from atomscreen.properties.transport.van_hove import van_hove, write_van_hove

FRAME = 0.1  # ps
BOLTZMANN = 8.617333262e-5  # eV/K


def trajectory(ions, edge=12.0, host=((0.0, 0.0, 0.0), (6.0, 6.0, 6.0)), drift=None, lattice=None):
    """Return a trajectory of lithium at ``ions`` (frames, ions, 3) and of a host of oxygen at rest."""
    frames = len(ions)
    still = np.broadcast_to(np.asarray(host, dtype=float), (frames, len(host), 3))
    positions = np.concatenate([ions, still], axis=1)
    if drift is not None:
        positions = positions + np.arange(frames)[:, None, None] * np.asarray(drift)
    cell = edge * np.eye(3) if lattice is None else np.asarray(lattice, dtype=float)
    return Trajectory(positions, cell, ("Li",) * ions.shape[1] + ("O",) * len(host), FRAME)


def brownian(seed, frames=400, ions=60, diffusivity=0.5, edge=12.0):
    """Independent ions with Gaussian steps: ``diffusivity`` in Å²/ps exactly, at every time."""
    generator = np.random.default_rng(seed)
    steps = generator.normal(0, math.sqrt(2 * diffusivity * FRAME), (frames - 1, ions, 3))
    start = generator.uniform(0, edge, (1, ions, 3))
    return np.concatenate([start, start + steps.cumsum(axis=0)])


def within(radii, spread):
    """Return the share of a three-dimensional Gaussian of that width inside each radius."""
    scaled = np.asarray(radii) / (spread * math.sqrt(2))
    return erf(scaled) - 2 / math.sqrt(math.pi) * scaled * np.exp(-(scaled**2))


# van Hove functions


def test_self_part_of_diffusion_is_gaussian():
    found = van_hove(trajectory(brownian(0)), "Li", times=[0.1, 0.8, 2.0], width=0.5)
    assert found.times == pytest.approx([0.1, 0.8, 2.0])
    shells = 4 / 3 * np.pi * np.diff(found.edges**3)
    for time, own in zip(found.times, found.self_part, strict=True):
        expected = np.diff(within(found.edges, math.sqrt(2 * 0.5 * time)))
        # Of 60 ions over 40 ps at least 60 · 20 displacements are independent at 2 ps: shares are good to
        # sqrt(p/1200), 0.013 at most; four times that.
        assert own * shells == pytest.approx(expected, abs=0.05)


def test_distinct_part_of_an_ideal_gas_is_its_density():
    found = van_hove(trajectory(brownian(1, frames=300)), "Li", times=[0.0, 1.0, 10.0], width=1.0)
    assert found.density == pytest.approx(59 / 12.0**3)
    # Shells from 2 Å on hold at least 100 Å³ · 0.034: 100 origins, 60 ions; neighbouring origins say the same, so that
    # some ten are independent: 2000 pairs, 2.2 %; four times that.
    assert found.distinct_part[:, 2:] == pytest.approx(found.density, rel=0.1)


def test_distinct_part_of_a_lattice_has_its_neighbours():
    places = np.array(list(itertools.product(range(4), repeat=3))) * 3.0
    found = van_hove(trajectory(np.broadcast_to(places, (5, 64, 3))), "Li", times=[0.1], width=0.5)
    numbers = found.distinct_part[0] * 4 / 3 * np.pi * np.diff(found.edges**3)
    by_distance = dict(zip(found.edges[:-1], numbers, strict=True))
    assert by_distance.pop(3.0) == pytest.approx(6)  # at 3 Å, 3√2 and 3√3
    assert by_distance.pop(4.0) == pytest.approx(12)
    assert by_distance.pop(5.0) == pytest.approx(8)
    assert by_distance.pop(5.5) > 0  # the next ones lie on its outer face
    assert all(number == 0 for number in by_distance.values())


def test_images_in_an_oblique_cell():
    lattice = np.array([[9.0, 0, 0], [3.0, 8.0, 0], [-2.0, 3.0, 9.0]])
    generator = np.random.default_rng(0)
    ions = generator.uniform(0, 1, (1, 12, 3)) @ lattice
    found = van_hove(trajectory(np.repeat(ions, 3, axis=0), lattice=lattice), "Li", times=[0.0], width=0.25)
    distances = Lattice(lattice).get_all_distances(*2 * (ions[0] @ np.linalg.inv(lattice),))
    expected = np.histogram(distances[~np.eye(12, dtype=bool)], found.edges)[0] / 12
    assert found.distinct_part[0] * 4 / 3 * np.pi * np.diff(found.edges**3) == pytest.approx(expected)


def test_drift_and_breathing_of_the_cell_change_nothing():
    ions = brownian(2, frames=50, ions=10)
    still, moving = trajectory(ions), trajectory(ions, drift=(0.3, -0.2, 0.1))
    breathing = 1 + 0.05 * np.sin(np.arange(50))[:, None, None]
    breathing /= breathing.mean()
    swelling = Trajectory(still.positions * breathing, still.lattice * breathing, still.symbols, FRAME)
    for other in (moving, swelling):
        assert host_frame(other, "Li").ions == pytest.approx(host_frame(still, "Li").ions)
        assert van_hove(other, "Li").self_part == pytest.approx(van_hove(still, "Li").self_part)


def test_default_times_rise_to_half_of_the_run(tmp_path):
    found = van_hove(trajectory(brownian(3, frames=101, ions=4)), "Li")
    assert found.times[0] == pytest.approx(FRAME)
    assert found.times[-1] == pytest.approx(5.0)
    assert (np.diff(found.times) > 0).all()
    write_van_hove(found, tmp_path / "van_hove.csv")
    with (tmp_path / "van_hove.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == found.self_part.size
    assert float(rows[0]["self_per_cubic_angstrom"]) == pytest.approx(found.self_part[0, 0], rel=1e-6)


@pytest.mark.parametrize(
    "wrong", [{"times": [-1.0]}, {"times": [1e3]}, {"times": []}, {"width": 0.0}, {"width": 9.0}, {"reach": 6.5}]
)
def test_impossible_shells_and_times_are_refused(wrong):
    with pytest.raises(UsageError):
        van_hove(trajectory(brownian(0, frames=20, ions=3)), "Li", **wrong)


def test_ion_that_is_not_there_and_broken_positions():
    run = trajectory(brownian(0, frames=20, ions=3))
    with pytest.raises(UsageError, match="no Na"):
        host_frame(run, "Na")
    with pytest.raises(UsageError, match="too few"):
        host_frame(trajectory(brownian(0, frames=2, ions=3)), "Li")
    run.positions[3, 0, 0] = np.nan
    with pytest.raises(UsageError, match="not numbers"):
        host_frame(run, "Li")


# probability density


def test_oscillator_has_a_gaussian_density():
    spread, frames = 0.4, 20000
    generator = np.random.default_rng(0)
    centres = np.array([[3.0, 3.0, 3.0], [3.0, 6.0, 9.0], [11.9, 6.0, 3.0]])  # the last one across a face
    found = probability_density(trajectory(centres + generator.normal(0, spread, (frames, 3, 3))), "Li", spacing=0.2)
    box = found.frame.volume / found.density.size
    assert found.density.sum() * box == pytest.approx(3)
    indices = (np.rint(centres / 0.2).astype(int) % 60).T
    middle = erf(0.1 / spread / math.sqrt(2)) ** 3 / box  # the mean over the box in the middle, in closed form
    # 20000 · 0.0076 = 150 counts: 8 %; three times that.
    assert found.density[tuple(indices[:, :2])] == pytest.approx(middle, rel=0.25)
    assert found.percolation(300.0)[0].bound


def boltzmann_positions(barriers, temperature, frames, ions, generator):
    """Return independent positions in V = Σ E_i/2 (1 − cos 2πx_i/4 Å), drawn by rejection; no bound in a cell of 8 Å."""
    found = np.empty((0, 3))
    while len(found) < frames * ions:
        places = generator.uniform(0, 8, (400_000, 3))
        energies = (np.array(barriers) / 2 * (1 - np.cos(2 * np.pi * places / 4))).sum(axis=1)
        found = np.vstack([found, places[generator.random(len(places)) < np.exp(-energies / BOLTZMANN / temperature)]])
    return found[: frames * ions].reshape(frames, ions, 3)


def test_planted_barriers_come_back_in_each_dimension():
    temperature, barriers = 1000.0, (0.10, 0.20, 0.35)
    positions = boltzmann_positions(barriers, temperature, 8000, 40, np.random.default_rng(0))
    found = probability_density(trajectory(positions, 8.0, [(2.0, 2.0, 2.0)]), "Li", spacing=0.5)
    assert found.density.shape == (16, 16, 16)
    # Means over boxes of 0.5 Å round a cosine's ends off: by E π² (0.5/4)²/12 of an energy below k T at each end at
    # most, 1.3 % of E or 0.005 eV. Counts at the highest saddle are 15 and more.
    for barrier, expected in zip(found.percolation(temperature), barriers, strict=True):
        assert barrier.free_energy == pytest.approx(expected, abs=0.005 + 3 * barrier.uncertainty)
        assert barrier.uncertainty < 0.03


def test_channel_percolates_in_one_dimension_only():
    generator = np.random.default_rng(0)
    along = boltzmann_positions((0.15, 0, 0), 800.0, 4000, 10, generator)[..., :1]
    across = 4.0 + generator.normal(0, 0.3, (4000, 10, 2))
    found = probability_density(trajectory(np.concatenate([along, across], axis=2), 8.0), "Li", spacing=0.4)
    one, two, three = found.percolation(800.0)
    assert not one.bound
    assert one.free_energy == pytest.approx(0.15, abs=0.01 + 3 * one.uncertainty)
    assert two.bound and three.bound
    assert two.density is None
    assert two.free_energy > one.free_energy


@pytest.mark.parametrize("name", ["density.cube", "CHGCAR_Li", "density.vasp"])
def test_density_files_are_read_back_by_others(name, tmp_path):
    positions = brownian(0, frames=40, ions=5)
    found = probability_density(trajectory(positions, 12.0), "Li", spacing=2.0)
    write_density(found, tmp_path / name)
    if name.endswith(".cube"):
        from ase.io.cube import read_cube

        with (tmp_path / name).open() as file:
            read = read_cube(file)
        data, cell, symbols = read["data"], read["atoms"].cell.array, read["atoms"].get_chemical_symbols()
    else:
        from pymatgen.io.vasp import Chgcar

        read = Chgcar.from_file(tmp_path / name)
        data, cell = read.data["total"] / read.structure.volume, read.structure.lattice.matrix
        symbols = [site.specie.symbol for site in read.structure]
    assert data == pytest.approx(found.density, rel=1e-4, abs=1e-9)
    assert np.allclose(cell, 12 * np.eye(3), atol=1e-4)
    assert symbols == ["O", "O"]


def test_bad_density_input_is_refused(tmp_path):
    run = trajectory(brownian(0, frames=20, ions=3))
    with pytest.raises(UsageError, match="spacing"):
        probability_density(run, "Li", spacing=0.0)
    with pytest.raises(UsageError, match="positive"):
        probability_density(run, "Li").percolation(0.0)
    with pytest.raises(UsageError, match=r"\.cube"):
        write_density(probability_density(run, "Li", spacing=2.0), tmp_path / "density.txt")


# site occupancies

REFERENCE = Structure(
    Lattice.cubic(4.0),
    ["O", {"Li": 0.5}, {"Li": 0.2}, {"Li": 0.2}, {"Li": 0.2}],
    [[0.5, 0.5, 0.5], [0, 0, 0], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]],
)
"""One site at the corner (1a) and three in the middles of edges (3d), 2 Å from it."""

HOST = [(4.0 * np.array(cell) + 2.0).tolist() for cell in itertools.product(range(3), repeat=3)]


def two_state_walk(seed, frames=4000, ions=30, leave=(0.02, 0.08), vibration=0.25):
    """Ions that jump from corners to edges and back with these chances per frame: exact shares and residence times."""
    generator = np.random.default_rng(seed)
    places = generator.integers(0, 3, (ions, 3)) * 4.0
    on_edge = generator.random(ions) < leave[0] / sum(leave)
    moves = np.vstack([np.eye(3), -np.eye(3)]) * 2.0
    steps = moves[generator.integers(0, 6, (frames, ions))]
    edge_axis = np.zeros((ions, 3))
    edge_axis[on_edge] = np.array([2.0, 0, 0])
    places = places + edge_axis
    path = np.empty((frames, ions, 3))
    for frame in range(frames):
        go = generator.random(ions) < np.where(on_edge, leave[1], leave[0])
        from_corner, from_edge = go & ~on_edge, go & on_edge
        edge_axis[from_corner] = steps[frame][from_corner]
        sign = np.sign(steps[frame].sum(axis=1, keepdims=True))
        places = (
            places + np.where(from_corner[:, None], edge_axis, 0) + np.where(from_edge[:, None], sign * edge_axis, 0)
        )
        on_edge ^= go
        path[frame] = places
    return path + generator.normal(0, vibration, path.shape)


def test_planted_walk_has_its_occupancies_and_residence_times():
    found = site_occupancies(trajectory(two_state_walk(0), 12.0, HOST, drift=(0.01, 0, 0.02)), "Li", REFERENCE)
    corner, edge = found.orbits
    assert (corner.wyckoff, corner.sites, edge.wyckoff, edge.sites) == ("1a", 27, "3d", 81)
    assert found.core == pytest.approx(0.8)
    # Shares 0.8 and 0.2 of 30 ions on 27 and 81 sites, good to what the orbit itself says.
    assert corner.occupancy == pytest.approx(0.8 * 30 / 27, abs=4 * corner.occupancy_uncertainty)
    assert edge.occupancy == pytest.approx(0.2 * 30 / 81, abs=4 * edge.occupancy_uncertainty)
    assert corner.occupancy_uncertainty < 0.03
    assert found.occupancies.sum() == pytest.approx(30)
    # 1/0.02 and 1/0.08 frames of 0.1 ps, some 2000 departures each: 2.2 %; four times that. Noise that leaves a core
    # (3 in 100 frames) and comes back is no departure.
    assert corner.residence_time == pytest.approx(5.0, rel=0.09)
    assert edge.residence_time == pytest.approx(1.25, rel=0.09)
    assert found.jumps[0, 0] == found.jumps[1, 1] == 0
    assert abs(found.jumps[0, 1] - found.jumps[1, 0]) <= 30
    assert 0 < found.between < 0.05


def test_rattling_over_the_face_between_sites_is_no_jump():
    sites = np.array([[0.0, 0, 0], [4.0, 4, 4]])
    swing = 0.55 + 0.55 * np.sin(np.arange(500) / 3)  # up to 1.1 Å of the way to a site at 2 Å, past the face
    ions = sites + np.stack([swing, 0 * swing, 0 * swing], axis=1)[:, None]
    found = site_occupancies(trajectory(ions, 12.0, HOST), "Li", REFERENCE)
    corner, edge = found.orbits
    assert corner.departures == 0
    assert corner.occupancy == pytest.approx(2 / 27)
    assert corner.residence_time == pytest.approx(2 * 500 * FRAME / 3)  # at 95 %: no event where 3 are expected
    assert edge.occupancy == 0
    assert edge.residence_time is None


def test_reference_with_another_origin_and_a_strained_trajectory():
    walk = two_state_walk(1, frames=600)
    expected = site_occupancies(trajectory(walk, 12.0, HOST), "Li", REFERENCE)
    shifted = REFERENCE.copy()
    shifted.translate_sites(range(len(shifted)), [0.2, 0.13, -0.1])
    swollen = trajectory(1.03 * walk, 12.36, 1.03 * np.array(HOST))
    for other, run in ((shifted, trajectory(walk, 12.0, HOST)), (REFERENCE, swollen)):
        found = site_occupancies(run, "Li", other)
        assert [orbit.occupancy for orbit in found.orbits] == pytest.approx(
            [orbit.occupancy for orbit in expected.orbits], abs=2e-3
        )


def rotated(structure, angle=0.7):
    turn = np.array([[math.cos(angle), math.sin(angle), 0], [-math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
    return Structure(structure.lattice.matrix @ turn, structure.species_and_occu, structure.frac_coords)


@pytest.mark.parametrize(
    "other",
    [REFERENCE.get_primitive_structure(), REFERENCE.make_supercell([3, 1, 1], in_place=False), rotated(REFERENCE)],
    ids=["primitive", "supercell", "rotated"],
)
def test_reference_in_another_cell(other):
    run = trajectory(two_state_walk(1, frames=300), 12.0, HOST)
    expected, found = (site_occupancies(run, "Li", structure).orbits for structure in (REFERENCE, other))
    assert sorted(one.occupancy for one in found) == pytest.approx(sorted(one.occupancy for one in expected), abs=1e-6)
    assert {one.wyckoff for one in found} == {"1a", "3d"}


def test_face_centred_reference_of_a_primitive_supercell():
    conventional = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.2), ["O", {"Li": 0.7}], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )
    cell = conventional.get_primitive_structure()
    cell.make_supercell(3)  # of no conventional cell
    ions = [site.coords for site in cell if "Li" in site.species_string]
    host = [site.coords for site in cell if "Li" not in site.species_string]
    run = trajectory(np.repeat(np.array(ions)[None], 5, axis=0), host=host, lattice=cell.lattice.matrix)
    (orbit,) = site_occupancies(run, "Li", conventional).orbits
    assert (orbit.wyckoff[0], orbit.sites, orbit.occupancy) == ("4", 27, 1.0)


def test_occupancies_as_a_table(tmp_path):
    found = site_occupancies(trajectory(two_state_walk(0, frames=200), 12.0, HOST), "Li", REFERENCE)
    write_occupancies(found, tmp_path / "sites.csv")
    with (tmp_path / "sites.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 108
    assert {(row["orbit"], row["wyckoff"]) for row in rows} == {("1", "1a"), ("2", "3d")}
    assert sum(float(row["occupancy"]) for row in rows) == pytest.approx(30, abs=1e-3)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (Structure(Lattice.cubic(5.1), ["O", "Li"], [[0.5, 0.5, 0.5], [0, 0, 0]]), "no supercell"),
        (Structure(Lattice.cubic(4.0), ["O", "Na"], [[0.5, 0.5, 0.5], [0, 0, 0]]), "no site of Li"),
        (Structure(Lattice.cubic(4.0), ["S", "Li"], [[0.5, 0.5, 0.5], [0, 0, 0]]), "lacks elements"),
        (Structure(Lattice.cubic(4.0), ["O", "Li", "Li"], [[0.5] * 3, [0] * 3, [0.05, 0, 0]]), "apart only"),
    ],
)
def test_reference_that_does_not_fit_is_refused(reference, said):
    with pytest.raises(UsageError, match=said):
        site_occupancies(trajectory(two_state_walk(0, frames=20), 12.0, HOST), "Li", reference)


def test_host_of_another_structure_is_refused():
    scattered = np.random.default_rng(0).uniform(0, 12, (27, 3))
    with pytest.raises(UsageError, match="root mean square"):
        site_occupancies(trajectory(two_state_walk(0, frames=20), 12.0, scattered), "Li", REFERENCE)


# all together


def test_files_and_summary_of_an_analysis(tmp_path):
    run = trajectory(two_state_walk(0, frames=500), 12.0, HOST)
    REFERENCE.to(str(tmp_path / "reference.cif"))
    names = {"van_hove": "g.csv", "density": "p.cube", "occupancies": "sites.csv", "sites": "reference.cif"}
    files = {name: tmp_path / file for name, file in names.items()}
    found = write_ion_paths(run, "Li", 600.0, IonPathFiles(**files))
    assert all(file.stat().st_size > 100 for file in files.values())
    assert [one["dimensions"] for one in found["percolation"]] == [1, 2, 3]
    assert {one["wyckoff"] for one in found["orbits"]} == {"1a", "3d"}
    assert json.loads(json.dumps(found)) == found
    assert write_ion_paths(run, "Li", None, IonPathFiles(density=files["density"])) == {}
    assert write_ion_paths(run, "Li", 600.0, IonPathFiles()) == {}


def test_broken_structure_file_is_named(tmp_path):
    (tmp_path / "broken.cif").write_text("data_\nnothing")
    files = IonPathFiles(occupancies=tmp_path / "sites.csv", sites=tmp_path / "broken.cif")
    with pytest.raises(UsageError, match=r"broken\.cif"):
        write_ion_paths(trajectory(brownian(0, frames=20, ions=3)), "Li", None, files)


@pytest.mark.parametrize("wrong", [{"occupancies": "a.csv"}, {"sites": "a.cif"}, {"density": "density.dat"}])
def test_wrong_choice_of_files_is_said_before_anything_is_read(wrong):
    with pytest.raises(UsageError):
        IonPathFiles(**{name: Path(file) for name, file in wrong.items()})
