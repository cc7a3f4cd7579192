"""Trajectory files as ASE and MDAnalysis read them, and as they are cut and continued."""

import numpy as np
import pytest

from atomscreen.core.errors import UsageError
from atomscreen.interatomic.dynamics.trajectory import Trajectory
from atomscreen.interatomic.dynamics.trajectory_file import TrajectoryFile, read_trajectory

TRICLINIC = np.array([[5.0, 1.0, 0.3], [0.2, 6.0, 1.0], [1.0, -1.0, 7.0]])
SYMBOLS = ("Li", "P", "S", "S")


def write_trajectory(trajectory, path):
    frames = len(trajectory.positions)
    lattices = np.broadcast_to(trajectory.lattice, (frames, 3, 3))
    unknown = np.full(frames, np.nan)
    file = TrajectoryFile(path, trajectory.symbols, lattices[0], trajectory.frame_spacing)
    file.cut(0)
    file.append(
        trajectory.positions,
        lattices,
        unknown if trajectory.temperatures is None else trajectory.temperatures,
        unknown if trajectory.energies is None else trajectory.energies,
    )
    file.close()


def trajectory(lattice=TRICLINIC, frames=7):
    generator = np.random.default_rng(0)
    return Trajectory(
        positions=10 * generator.normal(size=(frames, 4, 3)),
        lattice=lattice,
        symbols=SYMBOLS,
        frame_spacing=0.02,
        temperatures=300.0 + np.arange(frames),
        energies=-1.0 * np.arange(frames),
    )


@pytest.mark.parametrize("lattice", [TRICLINIC, TRICLINIC[[1, 0, 2]], 8 * np.eye(3)], ids=["right", "left", "cube"])
def test_ase_and_mdanalysis_read_what_was_written(tmp_path, lattice):
    pytest.importorskip("netCDF4")
    reader = pytest.importorskip("MDAnalysis.coordinates.TRJ").NCDFReader
    from ase.io import read

    written = trajectory(lattice)
    write_trajectory(written, tmp_path / "run.nc")
    images = read(tmp_path / "run.nc", index=":", format="netcdftrajectory")
    lengths = np.linalg.norm(lattice, axis=1)
    assert len(images) == 7
    for frame, image in enumerate(images):
        assert image.get_chemical_symbols() == list(SYMBOLS)
        assert image.info["time"] == pytest.approx(0.02 * frame)
        assert image.info["temperature"] == pytest.approx(300 + frame)
        assert image.info["potential_energy"] == pytest.approx(-frame)
        np.testing.assert_allclose(image.cell.lengths(), lengths, rtol=1e-12)
        # Positions fit to the cell: their fractional coordinates are those of the frames, unwrapped.
        expected = written.positions[frame] @ np.linalg.inv(lattice)
        np.testing.assert_allclose(image.get_scaled_positions(wrap=False), expected, atol=1e-6)
    with reader(str(tmp_path / "run.nc")) as universe:
        assert universe.n_frames == 7
        assert universe.dt == pytest.approx(0.02)  # ps
        for frame, (step, image) in enumerate(zip(universe, images, strict=True)):
            assert step.time == pytest.approx(0.02 * frame)
            np.testing.assert_allclose(step.dimensions, image.cell.cellpar(), rtol=1e-6)
            np.testing.assert_allclose(step.positions, image.positions, rtol=1e-6)


def test_own_reader_gives_back_orientation_and_all(tmp_path):
    written = trajectory()
    write_trajectory(written, tmp_path / "run.nc")
    found = read_trajectory(tmp_path / "run.nc")
    # Single precision of numbers up to 40 Å.
    np.testing.assert_allclose(found.positions, written.positions, atol=4e-6)
    np.testing.assert_array_equal(found.lattice, written.lattice)
    np.testing.assert_array_equal(found.temperatures, written.temperatures)
    np.testing.assert_array_equal(found.energies, written.energies)
    assert (found.symbols, found.frame_spacing, found.duration) == (SYMBOLS, 0.02, pytest.approx(0.12))


def test_changing_cell_keeps_fractional_coordinates(tmp_path):
    lattices = np.array([TRICLINIC * (1 + 0.01 * frame) for frame in range(7)])
    written = trajectory(lattices)
    write_trajectory(written, tmp_path / "run.nc")
    found = read_trajectory(tmp_path / "run.nc")
    assert found.lattice.shape == (7, 3, 3)
    np.testing.assert_allclose(np.linalg.det(found.lattice), np.linalg.det(lattices))
    np.testing.assert_allclose(
        found.positions @ np.linalg.inv(found.lattice), written.positions @ np.linalg.inv(lattices), atol=1e-6
    )


def test_unknown_temperatures_and_energies_are_not_numbers(tmp_path):
    written = Trajectory(trajectory().positions, TRICLINIC, SYMBOLS, 0.02)
    write_trajectory(written, tmp_path / "run.nc")
    assert np.isnan(read_trajectory(tmp_path / "run.nc").energies).all()


@pytest.mark.parametrize("place", ["file", "memory"])
def test_cut_and_continued_is_as_written_at_once(tmp_path, place):
    whole = trajectory()
    path = tmp_path / "run.nc" if place == "file" else None
    file = TrajectoryFile(path, SYMBOLS, TRICLINIC, 0.02)
    file.cut(0)

    def append(frames):
        file.append(
            whole.positions[frames],
            [TRICLINIC] * len(whole.positions[frames]),
            whole.temperatures[frames],
            whole.energies[frames],
        )

    append(slice(0, 5))
    file.cut(3)
    append(slice(3, 7))
    found = file.read(7)
    np.testing.assert_allclose(found.positions, whole.positions, atol=4e-6)
    np.testing.assert_array_equal(found.energies, whole.energies)
    file.close()
    if path:
        write_trajectory(whole, tmp_path / "once.nc")
        assert path.read_bytes() == (tmp_path / "once.nc").read_bytes()


def test_file_of_other_atoms_or_too_short_is_not_continued(tmp_path):
    write_trajectory(trajectory(), tmp_path / "run.nc")
    for symbols, frames in (("Na", "P", "S", "S"), 3), (SYMBOLS, 8):
        file = TrajectoryFile(tmp_path / "run.nc", symbols, TRICLINIC, 0.02)
        with pytest.raises(UsageError, match="does not go with its checkpoint"):
            file.cut(frames)
        file.close()


def test_other_files_are_refused(tmp_path):
    (tmp_path / "text.nc").write_text("no trajectory")
    with pytest.raises(UsageError, match=r"text\.nc"):
        read_trajectory(tmp_path / "text.nc")
    with pytest.raises(UsageError, match="cannot be read"):
        read_trajectory(tmp_path / "missing.nc")
    from scipy.io import netcdf_file

    with netcdf_file(tmp_path / "other.nc", "w") as other:
        other.createDimension("x", 2)
    with pytest.raises(UsageError, match="no trajectory of atomscreen"):
        read_trajectory(tmp_path / "other.nc")
