"""Bands on surfaces whose saddles are known in closed form, or found by another way."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.calculator import Calculator, all_changes
from ase.calculators.emt import EMT
from ase.mep import NEB
from ase.optimize import BFGS
from scipy.optimize import minimize, root

from atomscreen.core.errors import StageFailure, UsageError
from atomscreen.interatomic.nudged_elastic_band import BandSettings, Mirror, nudged_elastic_band

HEIGHT, PERIOD, BEND = 0.4, 3.0, 0.3  # eV, Å, Å
# Parameters of Müller and Brown (1979), energies scaled by 0.01 to eV.
_A, _X, _Y = 0.01 * np.array([-200, -100, -170, 15]), np.array([1, 0, -0.5, -1]), np.array([0, 0.5, 1.5, 1])
_XX, _XY, _YY = np.array([-1, -1, -6.5, 0.7]), np.array([0, 0, 11, 0.6]), np.array([-10, -10, -6.5, 0.7])


def bent_valley(place):
    """Energy and gradient of a cosine of known height along x whose valley bends in y."""
    x, y, z = place
    phase = np.pi * x / PERIOD
    off = y - BEND * np.sin(phase) ** 2
    energy = HEIGHT * np.sin(phase) ** 2 + 2 * off**2 + 2 * z**2
    along = (HEIGHT - 4 * off * BEND) * np.sin(2 * phase) * np.pi / PERIOD
    return energy, np.array([along, 4 * off, 4 * z])


def mueller_brown(place):
    """Energy and gradient of the Müller–Brown surface, with a spring across it."""
    x, y, z = place[0] - _X, place[1] - _Y, place[2]
    terms = _A * np.exp(_XX * x**2 + _XY * x * y + _YY * y**2)
    gradient = [terms @ (2 * _XX * x + _XY * y), terms @ (_XY * x + 2 * _YY * y), 4 * z]
    return terms.sum() + 2 * z**2, np.array(gradient)


def hill_on_the_way(place):
    """Energy and gradient of a surface whose straight way leads over a hill twice as high as the ways around it."""
    x, y, z = place
    on_way, at_ends = np.sin(np.pi * x / PERIOD) ** 2, np.cos(np.pi * x / PERIOD) ** 2
    around = (y / 0.6) ** 2 - 1
    energy = HEIGHT * on_way * (1 + around**2) + 0.5 * y**2 * at_ends + 2 * z**2
    along = (HEIGHT * (1 + around**2) - 0.5 * y**2) * np.sin(2 * np.pi * x / PERIOD) * np.pi / PERIOD
    return energy, np.array([along, HEIGHT * on_way * 4 * around * y / 0.36 + y * at_ends, 4 * z])


class Surface(Calculator):
    """One particle on a surface; counts its evaluations."""

    implemented_properties = ["energy", "forces"]  # noqa: RUF012
    evaluations = 0
    fail_after = np.inf

    def __init__(self, function):
        super().__init__()
        self.function = function

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        Surface.evaluations += 1
        if Surface.evaluations > Surface.fail_after:
            raise KeyboardInterrupt
        energy, gradient = self.function(self.atoms.positions[0])
        self.results = {"energy": energy, "forces": -gradient[None]}


def particle(x, y):
    return Atoms("Li", positions=[[x, y, 0.0]], cell=[20, 20, 20], pbc=True)


def across_the_cosine(images=5, **rest):
    settings = BandSettings(images=images, max_force=0.01)
    return nudged_elastic_band(particle(0, 0), particle(PERIOD, 0), lambda: Surface(bent_valley), settings, **rest)


@pytest.mark.parametrize("images", [1, 4, 5])
def test_a_cosine_has_its_height_as_barrier(images):
    path = across_the_cosine(images)
    # The climbing image is on the saddle to the force limit f: f²/(2·curvature) is some 1e-5 eV here.
    assert path.barrier == pytest.approx(HEIGHT, rel=1e-3)
    assert path.reverse_barrier == pytest.approx(HEIGHT, rel=1e-3)
    assert path.numerical_error < 0.01 * HEIGHT
    assert path.minima == ()


def test_a_mirrored_band_takes_half_the_evaluations_and_finds_the_same():
    turn = Mirror(np.diag([-1.0, 1.0, 1.0]), np.array([[PERIOD, 0, 0]]), np.array([0]))
    whole, half = across_the_cosine(7), across_the_cosine(7, mirror=turn)
    assert half.barrier == pytest.approx(whole.barrier, abs=1e-4)
    assert half.energies == pytest.approx(half.energies[::-1])
    assert half.evaluations < 0.7 * whole.evaluations


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_band_leaves_the_symmetric_ridge(mirrored):
    """No force leads off the straight way over the hill, but the saddles beside it are half as high."""
    turn = Mirror(np.diag([-1.0, 1.0, 1.0]), np.array([[PERIOD, 0, 0]]), np.array([0])) if mirrored else None
    ends = particle(0, 0), particle(PERIOD, 0)
    path = nudged_elastic_band(*ends, lambda: Surface(hill_on_the_way), BandSettings(max_force=0.01), turn)
    assert path.barrier == pytest.approx(HEIGHT, rel=0.01)


def test_mueller_browns_saddle_and_the_minimum_on_the_way():
    def minimum(x, y):
        return minimize(lambda place: mueller_brown([*place, 0])[0], [x, y], tol=1e-12)

    def saddle(x, y):
        return mueller_brown([*root(lambda place: mueller_brown([*place, 0])[1][:2], [x, y]).x, 0])[0]

    first, between, last = minimum(-0.56, 1.44), minimum(-0.05, 0.47), minimum(0.62, 0.03)
    settings = BandSettings(images=11, max_force=0.02)
    path = nudged_elastic_band(particle(*first.x), particle(*last.x), lambda: Surface(mueller_brown), settings)
    assert path.barrier == pytest.approx(saddle(-0.82, 0.62) - first.fun, rel=0.01)
    assert path.reverse_barrier == pytest.approx(saddle(-0.82, 0.62) - last.fun, rel=0.01)
    # A curve through images 0.3 Å apart passes the minimum within some hundredths of an eV.
    assert path.minima == pytest.approx([between.fun - first.fun], abs=0.03)


def test_a_vacancy_in_copper_against_plain_ase():
    """EMT's vacancy hop: ase's own band driven by BFGS, and our mirrored one."""
    crystal = bulk("Cu", cubic=True).repeat(2)
    hop = crystal.get_distance(1, 0, vector=True, mic=True)
    ends = []
    for displacement in (0.0, hop):
        atoms = crystal.copy()
        atoms.positions[1] += displacement
        del atoms[0]
        atoms.calc = EMT()
        BFGS(atoms, logfile=None).run(fmax=0.005)
        ends.append(atoms)
    images = [ends[0].copy(), *(ends[0].copy() for _ in range(3)), ends[1].copy()]
    for image in images:
        image.calc = EMT()
    plain = NEB(images, climb=True, method="improvedtangent")
    plain.interpolate()
    assert BFGS(plain, logfile=None).run(fmax=0.01, steps=300)
    expected = max(image.get_potential_energy() for image in images) - ends[0].get_potential_energy()
    path = nudged_elastic_band(ends[0], ends[1], EMT, BandSettings(images=3, max_force=0.01))
    assert path.barrier == pytest.approx(expected, abs=1e-3)  # both are within the force limit of the same saddle


def test_a_band_that_does_not_converge_is_refused():
    with pytest.raises(StageFailure, match="did not converge"):
        nudged_elastic_band(
            particle(0, 0), particle(PERIOD, 0), lambda: Surface(bent_valley), BandSettings(max_steps=2, max_force=1e-4)
        )


def test_forces_that_are_no_numbers_are_refused():
    def broken(place):
        return 0.0, np.full(3, np.nan)

    with pytest.raises(StageFailure, match="no numbers"):
        nudged_elastic_band(particle(0, 0), particle(PERIOD, 0), lambda: Surface(broken))


@pytest.mark.parametrize("wrong", [{"images": 0}, {"max_force": 0.0}, {"max_steps": 0}])
def test_senseless_settings_are_refused(wrong):
    with pytest.raises(UsageError, match="a band needs"):
        BandSettings(**wrong)


def test_a_killed_band_goes_on_where_it_was(tmp_path, monkeypatch):
    checkpoint = tmp_path / "band.npz"
    monkeypatch.setattr(Surface, "evaluations", 0)
    monkeypatch.setattr("atomscreen.interatomic.nudged_elastic_band.SAVE_EVERY", 1)
    whole = across_the_cosine(4)
    needed = Surface.evaluations
    Surface.evaluations = 0
    monkeypatch.setattr(Surface, "fail_after", needed // 2)
    with pytest.raises(KeyboardInterrupt):
        across_the_cosine(4, checkpoint=checkpoint)
    monkeypatch.setattr(Surface, "fail_after", np.inf)
    Surface.evaluations = 0
    resumed = across_the_cosine(4, checkpoint=checkpoint)
    assert Surface.evaluations < needed
    assert resumed.barrier == pytest.approx(whole.barrier, abs=1e-4)


def test_a_checkpoint_of_another_band_is_refused(tmp_path):
    checkpoint = tmp_path / "band.npz"
    across_the_cosine(4, checkpoint=checkpoint)
    with pytest.raises(UsageError, match="another band"):
        across_the_cosine(5, checkpoint=checkpoint)
    checkpoint.write_bytes(b"no archive")
    with pytest.raises(UsageError, match="cannot be read"):
        across_the_cosine(4, checkpoint=checkpoint)
