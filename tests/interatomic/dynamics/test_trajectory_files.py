"""Trajectories written by other programs' libraries, and by hand as their manuals say, come back as they were."""

import gzip
import shutil

import ase.io
import numpy as np
import pytest
from ase import Atoms

from atomscreen import analyze
from atomscreen.core.errors import UsageError
from atomscreen.interatomic.dynamics.trajectory_files import load_trajectory
from tests.properties.transport.planted_walks import independent_walk, trajectory

FRAMES, SPACING = 121, 0.1
SKEWED = np.array([[12.0, 0, 0], [3.0, 11.0, 0], [-2.0, 1.0, 13.0]])


@pytest.fixture(scope="module")
def walk():
    """A walk in a skewed cell, unwrapped; its ions leave the cell."""
    made = trajectory(independent_walk(0, 6, FRAMES, 15), SPACING, framework=4)
    places = made.positions - made.positions[0] + np.random.default_rng(0).random((10, 3)) @ SKEWED
    return places, made.symbols


def images(walk, *, wrapped, cells=None):
    places, symbols = walk
    found = [
        Atoms(symbols, place, cell=SKEWED if cells is None else cells[number], pbc=True)
        for number, place in enumerate(places)
    ]
    for atoms in found:
        if wrapped:
            atoms.wrap()
    return found


def assert_same_motion(found, walk, tolerance=1e-5):
    assert found.symbols == walk[1]
    assert found.positions - found.positions[0] == pytest.approx(walk[0] - walk[0][0], abs=tolerance)


def numbers(row):
    return " ".join(f"{number:12.8f}" for number in row)


def write_xdatcar(path, frames, *, cells=None, scale=1.0):
    """As VASP 6 writes it: fractional coordinates inside the cell; at constant pressure a header for every frame."""
    lines = []
    for number, atoms in enumerate(frames):
        if number == 0 or cells is not None:
            cell = atoms.cell.array / scale
            lines += ["unknown system", f"   {scale:.6f}", *(numbers(row) for row in cell)]
            lines += ["   Li   S", "    6    4"]
        lines.append(f"Direct configuration= {number + 1:5d}")
        lines += [numbers(row) for row in atoms.get_scaled_positions(wrap=True)]
    path.write_text("\n".join(lines) + "\n")
    return path


def write_vasprun(path, frames, *, killed=False):
    head = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<modeling>\n<incar><i type="int" name="IBRION"> 0</i>'
        '<i name="POTIM"> 2.0</i></incar>\n<atominfo><array name="atoms"><set>'
    )
    head += "".join(f"<rc><c>{symbol} </c><c> 1</c></rc>" for symbol in frames[0].get_chemical_symbols())
    parts = [head + "</set></array></atominfo>\n"]
    for atoms in frames:
        basis = "".join(f"<v> {numbers(row)} </v>" for row in atoms.cell.array)
        places = "".join(f"<v> {numbers(row)} </v>" for row in atoms.get_scaled_positions(wrap=True))
        parts.append(
            f'<calculation><structure><crystal><varray name="basis">{basis}</varray></crystal>'
            f'<varray name="positions">{places}</varray></structure></calculation>\n'
        )
    path.write_text("".join(parts) + ("<calculation><struc" if killed else "</modeling>\n"))
    return path


def write_dump(path, frames, columns, *, first_step=0, shuffled=True):
    """As LAMMPS writes it: atoms in any order, a triclinic box by its bounds."""
    generator = np.random.default_rng(0)
    lines = []
    for number, atoms in enumerate(frames):
        (lx, _, _), (xy, ly, _), (xz, yz, lz) = atoms.cell.array
        bounds = [
            (min(0, xy, xz, xy + xz), lx + max(0, xy, xz, xy + xz), xy),
            (min(0, yz), ly + max(0, yz), xz),
            (0, lz, yz),
        ]
        lines += ["ITEM: TIMESTEP", str(first_step + 50 * number), "ITEM: NUMBER OF ATOMS", str(len(atoms))]
        lines += ["ITEM: BOX BOUNDS xy xz yz pp pp pp", *(numbers(bound) for bound in bounds)]
        lines.append("ITEM: ATOMS " + " ".join(columns))
        scaled = atoms.get_scaled_positions(wrap=False)
        image = np.floor(scaled)
        inside = (scaled - image) @ atoms.cell.array
        for atom in generator.permutation(len(atoms)) if shuffled else range(len(atoms)):
            values = {"id": atom + 1, "element": atoms.symbols[atom], "type": 1 if atoms.symbols[atom] == "Li" else 2}
            for axis, name in enumerate("xyz"):
                values |= {f"{name}u": f"{atoms.positions[atom, axis]:.7f}", f"i{name}": int(image[atom, axis])}
                values |= {name: f"{inside[atom, axis]:.7f}", f"{name}s": f"{(scaled - image)[atom, axis]:.8f}"}
                values |= {f"{name}su": f"{scaled[atom, axis]:.8f}"}
            lines.append(" ".join(str(values[name]) for name in columns))
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("name", ["run.xyz", "run.traj"])
def test_files_of_ase(tmp_path, walk, name, wrapped):
    ase.io.write(tmp_path / name, images(walk, wrapped=wrapped))
    assert_same_motion(load_trajectory([tmp_path / name], frame_spacing=SPACING), walk)


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_xdatcar(tmp_path, walk, scale):
    path = write_xdatcar(tmp_path / "XDATCAR_1", images(walk, wrapped=True), scale=scale)
    found = load_trajectory([path], frame_spacing=SPACING)
    assert_same_motion(found, walk)
    assert found.lattice == pytest.approx(SKEWED, abs=1e-5)
    # ASE reads the same positions, without unwrapping them.
    theirs = ase.io.read(path, index=-1, format="vasp-xdatcar")
    difference = (found.positions[-1] - theirs.positions) @ np.linalg.inv(SKEWED)
    assert difference == pytest.approx(np.rint(difference), abs=1e-6)


def test_vasprun_with_its_time_step_and_of_a_killed_run(tmp_path, walk):
    path = write_vasprun(tmp_path / "vasprun.xml", images(walk, wrapped=True))
    found = load_trajectory([path])
    assert found.frame_spacing == pytest.approx(0.002)
    assert_same_motion(found, walk)
    write_vasprun(path, images(walk, wrapped=True), killed=True)
    assert_same_motion(load_trajectory([path]), walk)


@pytest.mark.parametrize(
    "columns",
    [
        ["id", "element", "x", "y", "z"],
        ["id", "element", "xs", "ys", "zs"],
        ["element", "id", "xu", "yu", "zu"],
        ["id", "element", "xsu", "ysu", "zsu"],
        ["id", "element", "x", "y", "z", "ix", "iy", "iz"],
    ],
)
def test_lammps_dumps(tmp_path, walk, columns):
    path = write_dump(tmp_path / "dump.lammpstrj", images(walk, wrapped=False), columns)
    found = load_trajectory([path], frame_spacing=SPACING)
    assert_same_motion(found, walk)
    assert found.lattice == pytest.approx(SKEWED, abs=1e-6)


def test_lammps_types_need_their_elements(tmp_path, walk):
    path = write_dump(tmp_path / "dump", images(walk, wrapped=False), ["id", "type", "x", "y", "z"])
    assert_same_motion(load_trajectory([path], frame_spacing=SPACING, elements=["Li", "S"]), walk)
    with pytest.raises(UsageError, match="--elements"):
        load_trajectory([path], frame_spacing=SPACING)
    with pytest.raises(UsageError, match="names only 1"):
        load_trajectory([path], frame_spacing=SPACING, elements=["Li"])


def test_our_own_netcdf(tmp_path, walk):
    from atomscreen.interatomic.dynamics.trajectory_file import TrajectoryFile

    file = TrajectoryFile(tmp_path / "run.nc", walk[1], SKEWED, SPACING)
    file.cut(0)
    file.append(walk[0], [SKEWED] * FRAMES, [300.0] * FRAMES, [0.0] * FRAMES)
    file.close()
    found = load_trajectory([tmp_path / "run.nc"])
    assert found.frame_spacing == SPACING
    assert_same_motion(found, walk)  # single precision: 2e-6 Å at 30 Å


def test_gzip_is_read_as_it_is(tmp_path, walk):
    for name in ("run.xyz", "run.traj"):
        ase.io.write(tmp_path / name, images(walk, wrapped=True))
        with (tmp_path / name).open("rb") as plain, gzip.open(tmp_path / f"{name}.gz", "wb") as packed:
            shutil.copyfileobj(plain, packed)
        assert_same_motion(load_trajectory([tmp_path / f"{name}.gz"], frame_spacing=SPACING), walk)


@pytest.mark.parametrize("repeated", [0, 1])
def test_pieces_are_joined_and_a_repeated_frame_is_dropped(tmp_path, walk, repeated):
    frames = images(walk, wrapped=True)
    ase.io.write(tmp_path / "first.xyz", frames[:50])
    ase.io.write(tmp_path / "second.traj", frames[50 - repeated :])
    found = load_trajectory([tmp_path / "first.xyz", tmp_path / "second.traj"], frame_spacing=SPACING)
    assert_same_motion(found, walk)


def test_dump_pieces_are_joined_by_their_time_steps(tmp_path, walk):
    frames, columns = images(walk, wrapped=False), ["id", "element", "x", "y", "z"]
    first = write_dump(tmp_path / "first", frames[:50], columns)
    second = write_dump(tmp_path / "second", frames[49:], columns, first_step=49 * 50)
    assert_same_motion(load_trajectory([first, second], frame_spacing=SPACING), walk)
    with pytest.raises(UsageError, match="not at equal times"):
        load_trajectory([second, first], frame_spacing=SPACING)


def test_cell_that_changes_is_unwrapped_without_artefact(tmp_path, walk):
    # The crystal breathes by 2 %; seen in its mean cell, nothing but the walk is left, however far atoms went.
    generator = np.random.default_rng(1)
    cells = SKEWED * (1 + 0.02 * generator.normal(size=(FRAMES, 1, 1)))
    scaled = walk[0] @ np.linalg.inv(SKEWED)
    breathing = (scaled @ cells, walk[1])
    path = write_xdatcar(tmp_path / "XDATCAR", images(breathing, wrapped=True, cells=cells), cells=cells)
    found = load_trajectory([path], frame_spacing=SPACING)
    assert found.lattice.shape == (FRAMES, 3, 3)
    back = found.positions @ np.linalg.inv(found.lattice)
    assert back - back[0] == pytest.approx(scaled - scaled[0], abs=1e-5)


def test_steps_beyond_half_a_cell_are_refused_where_wrapped_and_kept_where_not(tmp_path):
    generator = np.random.default_rng(0)
    places = generator.normal(0, 4.0, (200, 10, 3)).cumsum(axis=0)
    far = (places, ("Li",) * 6 + ("S",) * 4)
    ase.io.write(tmp_path / "wrapped.xyz", images(far, wrapped=True))
    ase.io.write(tmp_path / "unwrapped.xyz", images(far, wrapped=False))
    with pytest.raises(UsageError, match="half the cell"):
        load_trajectory([tmp_path / "wrapped.xyz"], frame_spacing=SPACING)
    assert_same_motion(load_trajectory([tmp_path / "unwrapped.xyz"], frame_spacing=SPACING), far)


def test_steps_of_ions_that_are_too_long_are_not_hidden_by_a_framework(tmp_path):
    generator = np.random.default_rng(0)
    places = np.zeros((300, 304, 3))
    # 1.7 Å in a cell of 10: 2 % of the ions' steps are longer than 4 Å, and 0.03 % of all atoms' would be.
    places[:, :4] = generator.normal(0, 1.7, (300, 4, 3)).cumsum(axis=0)
    cell = 10 * np.eye(3)
    frames = [Atoms("Li4S300", place % 10, cell=cell, pbc=True) for place in places + 10 * generator.random((304, 3))]
    ase.io.write(tmp_path / "run.xyz", frames)
    with pytest.raises(UsageError, match="half the cell"):
        load_trajectory([tmp_path / "run.xyz"], frame_spacing=SPACING)


def test_start_can_be_left_out(tmp_path, walk):
    ase.io.write(tmp_path / "run.xyz", images(walk, wrapped=True))
    found = load_trajectory([tmp_path / "run.xyz"], frame_spacing=SPACING, discard=2.0)
    assert_same_motion(found, (walk[0][20:], walk[1]))
    with pytest.raises(UsageError, match="nothing is left"):
        load_trajectory([tmp_path / "run.xyz"], frame_spacing=SPACING, discard=100.0)


def test_last_frame_that_is_cut_off_is_left_out(tmp_path, walk):
    path = write_xdatcar(tmp_path / "XDATCAR", images(walk, wrapped=True))
    whole = path.read_text().splitlines(keepends=True)
    path.write_text("".join(whole[:-3]))
    assert len(load_trajectory([path], frame_spacing=SPACING).positions) == FRAMES - 1


def test_every_mistake_is_one_sentence(tmp_path, walk):
    frames = images(walk, wrapped=True)
    path = tmp_path / "run.xyz"
    ase.io.write(path, frames)
    with pytest.raises(UsageError, match="no trajectory file"):
        load_trajectory([tmp_path / "absent.xyz"], frame_spacing=SPACING)
    with pytest.raises(UsageError, match="time between its frames"):
        load_trajectory([path])
    with pytest.raises(UsageError, match="there is no Na"):
        analyze(path, "Na", frame_spacing=SPACING)
    with pytest.raises(UsageError, match="too few"):
        analyze(path, "Li", frame_spacing=SPACING, discard=9.0)
    with pytest.raises(UsageError, match="temperature"):
        analyze(path, "Li", frame_spacing=SPACING, temperature=-5)
    other = tmp_path / "other.xyz"
    ase.io.write(other, [atoms[:-1] for atoms in frames])
    with pytest.raises(UsageError, match="another system"):
        load_trajectory([path, other], frame_spacing=SPACING)
    ase.io.write(other, [frames[0], frames[1][::-1]])
    with pytest.raises(UsageError, match="frame 2 has other atoms"):
        load_trajectory([other], frame_spacing=SPACING)
    for content, match in [
        ("hello\n", "no format known"),
        ("", "no format known"),
        ("2\nno cell\nLi 0 0 0\nLi 1 1 1\n", "Lattice"),
    ]:
        other.write_text(content)
        with pytest.raises(UsageError, match=match):
            load_trajectory([other], frame_spacing=SPACING)
    other.write_bytes(b"CDF\x02 no netcdf at all")
    with pytest.raises(UsageError, match="no trajectory of atomscreen"):
        load_trajectory([other], frame_spacing=SPACING)
