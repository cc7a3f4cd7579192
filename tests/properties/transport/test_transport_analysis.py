"""Diffusivities of walks whose answer is known, and honest verdicts where there is none."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_walks import HOP, box_walk, cage_walk, independent_walk, trajectory, vacancy_walk
from scipy.spatial.transform import Rotation

from atomscreen.core.errors import UsageError
from atomscreen.interatomic.dynamics.trajectory import Trajectory
from atomscreen.properties.transport.diffusive_regression import diffusive_line, first_lag, fit_line, window_covariance
from atomscreen.properties.transport.displacement_statistics import displacement_tensors, lag_grid
from atomscreen.properties.transport.hops import count_hops
from atomscreen.properties.transport.transport_analysis import diffusion
from atomscreen.properties.transport.verdict import Evidence, NoDiffusivity, Verdict, judge
from tests.interatomic.model_polyanions import closo_borate

FRAMES, SPACING = 1001, 0.1
DURATION = (FRAMES - 1) * SPACING


def truth(hops_per_ion, duration=DURATION):
    """D of uncorrelated hops, in cm²/s."""
    return hops_per_ion * HOP**2 / (6 * duration) * 1e-4


def covered(estimates, true):
    return np.mean([found.interval_90[0] <= true <= found.interval_90[1] for found in estimates])


# --- the size of the error -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ions", "hops", "vibration"), [(6, 40, 0.0), (24, 10, 0.2), (100, 3, 0.2)])
def test_interval_covers_the_truth_for_independent_ions(ions, hops, vibration):
    frames = 501
    found = [
        diffusion(trajectory(independent_walk(seed, ions, frames, hops), vibration=vibration, seed=seed), "Li")
        for seed in range(200)
    ]
    true = truth(hops, DURATION / 2)
    measured = [estimate for estimate in found if estimate.enough]
    assert len(measured) >= 195
    # 200 repetitions give a share of 0.9 to 0.021; 85–95 % is what is promised.
    assert 0.85 <= covered(measured, true) <= 0.95
    mean = np.mean([estimate.diffusivity for estimate in measured])
    error = np.mean([estimate.uncertainty for estimate in measured])
    # Standard error of the mean, and the skewness of a variance that is estimated from few ions.
    assert mean == pytest.approx(true, abs=4 * error / math.sqrt(len(measured)))


@pytest.mark.parametrize(("kind", "size", "vacancies", "tries"), [("sc", 3, 1, 800), ("fcc", 2, 2, 1000)])
def test_interval_covers_the_truth_for_ions_that_block_each_other(kind, size, vacancies, tries):
    frames = 501
    found, hops = [], []
    for seed in range(200):
        paths, count = vacancy_walk(seed, size, kind, vacancies, tries, frames)
        found.append(diffusion(trajectory(paths, seed=seed), "Li"))
        hops.append(count)
    measured = [estimate for estimate in found if estimate.enough]
    assert len(measured) >= 190
    # The truth for so small a box is the mean of 200 runs, which is known 14 times better than one.
    true = np.mean([estimate.fitted for estimate in found])
    assert 0.85 <= covered(measured, true) <= 0.95
    bare = np.mean(hops) / paths.shape[1] * HOP**2 / (6 * (frames - 1) * SPACING) * 1e-4
    assert true < 0.9 * bare


@pytest.mark.parametrize(("together", "rows", "own"), [(4, 10, 50), (8, 6, 0)])
def test_interval_covers_the_truth_for_ions_that_hop_together(together, rows, own):
    # Rows of ions that hop at once, beside hops of their own: Haven ratios of 0.4 and 1/8.
    found = []
    for seed in range(100):
        row = independent_walk([seed, 1], rows, FRAMES, 50).repeat(together, axis=1)
        alone = independent_walk([seed, 2], rows * together, FRAMES, own)
        found.append(diffusion(trajectory(row + alone, seed=seed), "Li"))
    measured = [estimate for estimate in found if estimate.enough]
    assert len(measured) >= 85
    # 0.9 to 0.03, with 100 repetitions; without the correlation of ions it is 0.72–0.88.
    assert covered(measured, truth(50 + own)) >= 0.85


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "size", "factor"), [("sc", 8, 0.6531), ("fcc", 5, 0.7815)])
def test_tracer_correlation_factor_of_a_vacancy_walk(kind, size, factor):
    ratios, havens = [], []
    for seed in range(8):
        paths, hops = vacancy_walk(seed, size, kind, 2, 10_000, FRAMES)
        found = diffusion(trajectory(paths, seed=seed, edge=60.0), "Li")
        assert found.verdict is Verdict.MEASURED
        ratios.append(found.diffusivity / truth(hops / paths.shape[1]))
        havens.append(found.haven_ratio)
    # Eight runs of 500 ions, each good to about 2 %; two vacancies in 500 sites shift f by a few parts in a thousand.
    assert np.mean(ratios) == pytest.approx(factor, abs=0.02)
    # Single vacancies hop at random, so that the Haven ratio is the correlation factor; eight runs, 25 % each.
    assert np.mean(havens) == pytest.approx(factor, abs=0.3)


def test_one_ion_alone_can_be_measured():
    found = [
        diffusion(trajectory(independent_walk(seed, 1, 2001, 200), framework=0, vibration=0), "Li")
        for seed in range(20)
    ]
    measured = [estimate for estimate in found if estimate.enough]
    assert len(measured) >= 12
    assert covered(measured, truth(200, 200.0)) >= 0.7  # 0.9 ± 0.08 for 15 runs


def test_independent_ions_have_haven_ratio_one():
    found = [diffusion(trajectory(independent_walk(seed, 24, FRAMES, 100), seed=seed), "Li") for seed in range(40)]
    found = [estimate for estimate in found if estimate.enough]
    assert len(found) >= 38  # the halves of a run are three standard deviations apart now and then
    ratios = np.array([estimate.haven_ratio for estimate in found])
    errors = np.array([estimate.haven_ratio_uncertainty for estimate in found])
    assert np.mean(abs(ratios - 1) < 2 * errors) > 0.85
    assert np.median(ratios) == pytest.approx(1, abs=3 * errors.mean() / math.sqrt(40))


def test_tensor_of_an_anisotropic_walk():
    weights = np.array([6, 3, 0])
    found = [
        diffusion(trajectory(independent_walk(seed, 24, FRAMES, 30, weights), seed=seed), "Li") for seed in range(60)
    ]
    true = np.diag(weights / 9 * 3) * truth(30)
    values = np.array([estimate.tensor for estimate in found])
    errors = np.array([estimate.tensor_uncertainty for estimate in found])
    assert np.allclose([np.trace(value) / 3 for value in values], [estimate.fitted for estimate in found])
    # 60 runs: means to an eighth of an error, of which four; spreads to 9 %, of which three and a half.
    assert (abs(values.mean(axis=0) - true) < 0.5 * errors.mean(axis=0)).all()
    assert values.std(axis=0)[[0, 1], [0, 1]] == pytest.approx(errors.mean(axis=0)[[0, 1], [0, 1]], rel=0.35)
    assert (values.std(axis=0) < 1.35 * errors.mean(axis=0)).all()


def test_posterior_is_kinisis_where_the_covariance_is_the_same():
    import scipp
    from kinisi.diffusion import Diffusion

    paths = independent_walk(0, 24, FRAMES, 30)
    lags = lag_grid(20, 200)
    tensors = displacement_tensors(paths, lags)
    line = fit_line(lags, tensors, FRAMES - 1, 2 / 3 / 24, 1e-3)
    msd = np.trace(tensors, axis1=1, axis2=2)
    level = line.intercept + line.slope * lags
    covariance = (2 / 3 / 24 * window_covariance(lags / (FRAMES - 1)) + 1e-3) * np.outer(level, level)

    class Planted(Diffusion):
        def compute_covariance_matrix(self):
            return scipp.array(dims=["time_interval1", "time_interval2"], values=covariance, unit="angstrom**4")

    data = scipp.DataArray(
        scipp.array(dims=["time interval"], values=msd, variances=np.diag(covariance), unit="angstrom**2"),
        coords={"time interval": scipp.array(dims=["time interval"], values=lags * 1.0, unit="ps")},
    )
    state = np.random.get_state()
    np.random.seed(0)
    regression = Planted(scipp.DataGroup({"da": data, "dimensionality": 3 * scipp.units.dimensionless}))
    regression.bayesian_regression(data.coords["time interval"][0], n_samples=2000, progress=False)
    np.random.set_state(state)
    samples = regression.gradient.values
    # 32 walkers × 2000 steps, correlated over some 30: 2000 independent samples, whose spread is good to 1.6 %.
    assert samples.mean() == pytest.approx(line.slope, abs=4 * line.uncertainty / math.sqrt(2000))
    assert samples.std() == pytest.approx(line.uncertainty, rel=0.07)


@pytest.mark.parametrize(("first", "second"), [(0.1, 0.1), (0.05, 0.3), (0.2, 0.5)])
def test_window_covariance_is_that_of_brownian_motion(first, second):
    generator = np.random.default_rng(0)
    frames, runs = 400, 4000
    paths = np.concatenate([np.zeros((1, runs)), generator.normal(size=(frames, runs)).cumsum(axis=0)])
    means = []
    for part in (first, second):
        lag = round(part * frames)
        means.append(((paths[lag:] - paths[:-lag]) ** 2).mean(axis=0) / lag)
    # In one dimension a squared displacement has the relative variance 2. 4000 runs are good to some 5 %.
    expected = 2 * window_covariance(np.array([first, second]))
    assert np.cov(means) == pytest.approx(expected, rel=0.15)


# --- verdicts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("residence", [5, 20, 100, 300])
def test_rattling_in_a_cage_is_never_measured(residence):
    for seed in range(10):
        found = diffusion(trajectory(cage_walk(seed, 24, FRAMES, residence), seed=seed), "Li")
        assert found.hops > 24
        assert found.verdict is Verdict.TOO_SLOW
        assert "no long-range diffusion" in found.reason


@pytest.mark.parametrize(("ions", "residence"), [(6, 3), (6, 10), (24, 3), (24, 10), (24, 30)])
def test_wide_cages_that_the_run_explores_are_never_measured(ions, residence):
    # Here ions do get 6 Å away; only the mean-squared displacement tells.
    found = [
        diffusion(trajectory(box_walk(seed, ions, FRAMES, residence, 3), seed=seed), "Li").verdict for seed in range(10)
    ]
    assert Verdict.MEASURED not in found


def test_vibrating_ions_are_too_slow_to_measure():
    generator = np.random.default_rng(0)
    phase = generator.uniform(0, 2 * np.pi, (1, 24, 3))
    paths = 0.4 * np.sin(2 * np.pi * SPACING * np.arange(FRAMES)[:, None, None] / 0.13 + phase)
    found = diffusion(trajectory(paths, vibration=0.1), "Li")
    assert found.verdict is Verdict.TOO_SLOW
    assert found.uncertainty is None
    assert found.hops == 0
    assert found.interval_90 == (0.0, found.diffusivity)
    assert abs(found.fitted) < 3 * found.fitted_uncertainty
    # No hop in 24 × 100 ps: at 95 % fewer than 3, each of 3 Å, so 3 × 9/(6 × 2400) Å²/ps, and the vibrations' share.
    poisson = 3.0 * 9 / (6 * 24 * 100) * 1e-4
    assert poisson < found.diffusivity < 3 * poisson


@pytest.mark.parametrize("hops", [0.05, 0.3, 1.0])
def test_bound_is_above_the_truth_where_hops_are_rare(hops):
    found = [diffusion(trajectory(independent_walk(seed, 24, FRAMES, hops), seed=seed), "Li") for seed in range(20)]
    bounds = [estimate.diffusivity for estimate in found if not estimate.enough]
    assert len(bounds) >= 15
    # At 95 % each: four of twenty below would happen once in sixty.
    assert sum(bound < truth(hops) for bound in bounds) <= 3


@pytest.mark.parametrize(("ions", "weights", "runs"), [(1, (1, 1, 1), 80), (1, (0, 0, 1), 80), (3, (0, 0, 1), 200)])
def test_bound_is_above_the_truth_where_the_run_happened_to_give_little(ions, weights, runs):
    # Few ions, of which a good part of the runs is not measured: those that gave little.
    found = [
        diffusion(trajectory(independent_walk([seed, 3], ions, FRAMES, 100, weights), seed=seed), "Li")
        for seed in range(runs)
    ]
    bounds = [estimate.diffusivity for estimate in found if not estimate.enough]
    assert len(bounds) >= 8
    assert np.mean([bound > truth(100) for bound in bounds]) >= 0.9


def test_drift_of_the_cell_is_no_diffusion():
    paths = independent_walk(1, 24, FRAMES, 20)
    still, moving = (diffusion(trajectory(paths, drift=drift), "Li") for drift in [(0, 0, 0), (0.05, -0.02, 0.03)])
    assert moving.diffusivity == pytest.approx(still.diffusivity, rel=1e-6)
    assert moving.collective == pytest.approx(still.collective, rel=1e-6)


def test_drift_without_a_framework_is_seen_and_diffusion_is_left_alone():
    paths = independent_walk(1, 24, FRAMES, 20)
    still, moving = (
        diffusion(trajectory(paths, framework=0, drift=drift), "Li") for drift in [(0, 0, 0), (0.1, -0.1, 0.2)]
    )
    assert still.collective is not None
    assert abs(moving.diffusivity - truth(20)) < 3 * moving.uncertainty
    assert moving.collective is None
    assert any("drifts" in note for note in moving.notes)


def test_own_centre_that_is_held_takes_nothing_from_the_diffusivity():
    found = [
        diffusion(trajectory(independent_walk([seed, 4], 4, 501, 40), framework=0, drift=(0.2, 0, 0), seed=seed), "Li")
        for seed in range(60)
    ]
    # As seen from the centre of four independent ions D is 3/4. Sixty runs are good to 0.12/√60, of which three.
    mean = np.mean([estimate.fitted for estimate in found]) / truth(40, DURATION / 2)
    assert mean == pytest.approx(1, abs=0.05)
    assert all("N/(N − 1)" in estimate.notes[0] and estimate.collective is None for estimate in found)


def test_ions_that_move_together_without_a_framework_are_not_measured():
    below = 0
    for seed in range(20):
        common = independent_walk([seed, 5], 1, FRAMES, 50).repeat(20, axis=1)
        paths = common + independent_walk([seed, 6], 20, FRAMES, 20)
        found = diffusion(trajectory(paths, framework=0, seed=seed), "Li")
        if found.collective is None and not found.enough:
            below += found.diffusivity < truth(70)
        elif found.enough:
            # The sum went no farther than ten times that of independent ions would, and is part of the answer.
            assert abs(found.diffusivity - truth(70)) < 4 * found.uncertainty
    assert below <= 2


def test_ions_that_fly_do_not_diffuse():
    velocities = np.random.default_rng(0).normal(0, 0.1, (1, 24, 3))
    with pytest.raises(NoDiffusivity, match="drift or fly") as raised:
        diffusion(trajectory(np.arange(FRAMES)[:, None, None] * velocities), "Li")
    assert raised.value.verdict is Verdict.NOT_DIFFUSIVE


@pytest.mark.parametrize(
    ("exponent", "error", "expected"),
    [(0.45, 0.4, Verdict.MEASURED), (0.45, 0.1, Verdict.NOT_CONVERGED), (1.6, 0.1, Verdict.NOT_CONVERGED)],
)
def test_exponent_is_judged_by_its_error(exponent, error, expected):
    line = fit_line(np.array([20, 100, 200]), np.eye(3) * np.array([20, 100, 200])[:, None, None], 1000, 0.02, 0.0)
    assert judge(Evidence(200, 6, 6, 100.0, line, line, line, exponent, error))[0] is expected
    with pytest.raises(NoDiffusivity, match="drift or fly"):
        judge(Evidence(200, 6, 6, 100.0, line, line, line, 2.0, 0.1))


@pytest.mark.parametrize("ions", [1, 2])
def test_few_ions_in_wide_cages_are_rarely_measured(ions):
    found = [diffusion(trajectory(box_walk(seed, ions, FRAMES, 10, 3), seed=seed), "Li").enough for seed in range(40)]
    assert np.mean(found) <= 0.05


def test_run_whose_halves_differ_is_not_converged():
    slow, fast = independent_walk(0, 24, 501, 5), independent_walk(1, 24, 501, 60)
    found = diffusion(trajectory(np.concatenate([slow, slow[-1] + fast[1:]])), "Li")
    assert found.verdict is not Verdict.MEASURED


def test_molten_framework_has_no_diffusivity_and_turning_groups_have():
    walk = independent_walk(0, 24, FRAMES, 20)
    solid = trajectory(walk)
    symbols = ("Li",) * 24 + ("P",) * 2 + ("S",) * 6
    places = solid.positions.copy()
    turn = np.sign(np.sin(np.arange(FRAMES) / 30))[:, None, None]
    places[:, 26:] += np.random.default_rng(0).normal(size=(1, 6, 3)) * turn
    turned = diffusion(Trajectory(places, solid.lattice, symbols, SPACING), "Li")
    assert turned.framework_msd["P"] < 1 < turned.framework_msd["S"]
    places[:, 24:] += np.random.default_rng(0).normal(0, 0.2, (FRAMES, 8, 3)).cumsum(axis=0)
    with pytest.raises(NoDiffusivity, match="melted") as raised:
        diffusion(Trajectory(places, solid.lattice, symbols, SPACING), "Li")
    assert raised.value.verdict is Verdict.MELTED


def rotating_cages(seed, leave=0.0):
    """Ions that hop, and two B12H12 that tumble by 0.2 rad a frame while their centres walk by ``leave`` Å a frame."""
    generator = np.random.default_rng(seed)
    turns = [Rotation.identity(2)]
    for _ in range(FRAMES - 1):
        turns.append(Rotation.from_rotvec(0.2 * generator.normal(size=(2, 3))) * turns[-1])
    cages = np.array([closo_borate(turn).positions[4:] for turn in turns])
    centres = generator.normal(0, leave, (FRAMES, 2, 3)).cumsum(axis=0)
    cages += np.repeat(centres, 24, axis=1) + generator.normal(0, 0.08, cages.shape)
    ions = independent_walk(seed, 24, FRAMES, 20) + generator.uniform(0, 10, (24, 3))
    symbols = ("Li",) * 24 + tuple(closo_borate().symbols)[4:]
    return Trajectory(np.concatenate([ions, cages], axis=1), 10 * np.eye(3), symbols, SPACING)


def test_cages_that_tumble_are_a_framework_until_they_leave():
    found = [diffusion(rotating_cages(seed), "Li") for seed in range(5)]
    for estimate in found:
        assert estimate.enough
        assert min(estimate.framework_msd.values()) > 1.5  # no atom stays, as the notes of a run say
    mean = np.mean([estimate.diffusivity for estimate in found])
    assert mean == pytest.approx(truth(20), abs=4 * found[0].uncertainty / math.sqrt(5))
    with pytest.raises(NoDiffusivity, match="melted") as raised:
        diffusion(rotating_cages(0, leave=0.1), "Li")
    assert raised.value.verdict is Verdict.MELTED


def test_names_of_isotopes_and_of_no_element_are_understood():
    cages, walk = rotating_cages(0), trajectory(independent_walk(0, 24, FRAMES, 20))
    heavy = tuple("D" if symbol == "H" else symbol for symbol in cages.symbols)
    isotopes = Trajectory(cages.positions, cages.lattice, heavy, SPACING)
    assert diffusion(isotopes, "Li").diffusivity == diffusion(cages, "Li").diffusivity
    unknown = Trajectory(walk.positions, walk.lattice, ("Li",) * 24 + ("S1",) * 8, SPACING)
    assert diffusion(unknown, "Li").diffusivity == diffusion(walk, "Li").diffusivity


def test_breathing_cell_does_not_diffuse_and_does_not_hide_diffusion():
    # Unwrapped coordinates times a cell that breathes move farther the farther they are from the origin.
    generator = np.random.default_rng(0)
    paths = independent_walk(2, 24, FRAMES, 20)
    still = trajectory(paths)
    scale = 1 + 0.02 * generator.normal(size=(FRAMES, 1, 1))
    cells = still.lattice * scale
    breathing = Trajectory(still.positions @ np.linalg.inv(still.lattice) @ cells, cells, still.symbols, SPACING)
    assert diffusion(breathing, "Li").diffusivity == pytest.approx(diffusion(still, "Li").diffusivity, rel=2e-3)


# --- hops, invariants, bad input -----------------------------------------------------------------------------------


def test_hop_is_counted_once_and_excursions_are_not():
    path = np.zeros((200, 1, 3))
    path += np.random.default_rng(0).normal(0, 0.2, path.shape)
    path[100:, 0, 0] += 3.0  # one jump
    path[50:55, 0, 1] += 3.0  # 0.1 ps away
    assert count_hops(path, 0.02) == 1


def test_hops_of_a_lattice_without_vibrations_are_all_counted():
    paths = independent_walk(0, 24, FRAMES, 50)
    jumps = (np.abs(np.diff(paths, axis=0)).sum(axis=-1) > 0).sum()
    # Two hops of one ion in one frame (5 % of them) may undo each other, and are one displacement if not.
    assert count_hops(paths, 0.01) == jumps


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(24)), st.floats(-20, 20))
def test_nothing_depends_on_order_or_origin(order, shift):
    walk = independent_walk(4, 24, 301, 10)
    one, other = (trajectory(paths, framework=0, vibration=0) for paths in (walk, walk[:, list(order)] + shift))
    first, second = diffusion(one, "Li"), diffusion(other, "Li")
    assert second.fitted == pytest.approx(first.fitted, rel=1e-9)
    assert second.hops == first.hops


@settings(max_examples=10, deadline=None)
@given(st.floats(0.5, 10), st.integers(0, 2**31))
def test_diffusivity_scales_with_time_and_turns_with_the_axes(scale, seed):
    walk = trajectory(independent_walk(5, 24, 301, 10, (5, 2, 1)), vibration=0)
    rotation = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    turned = Trajectory(walk.positions @ rotation, walk.lattice @ rotation, walk.symbols, scale * walk.frame_spacing)
    first, second = diffusion(walk, "Li"), diffusion(turned, "Li")
    assert second.tensor == pytest.approx(rotation.T @ first.tensor @ rotation / scale, rel=1e-6, abs=1e-12)


def test_line_begins_where_the_displacement_is_straight():
    # Jumps back and forth inside cages of 3 Å, with rare jumps to the next cage: the early slope is far too steep.
    cages = box_walk(0, 60, 2001, 5, 2)
    paths = cages + 2 * independent_walk(1, 60, 2001, 8)
    line = diffusive_line(paths, first_lag(paths))
    true = 8 * (2 * HOP) ** 2 / 2000
    assert abs(line.slope - true) < 3 * line.uncertainty


def test_bad_trajectories_are_refused():
    good = trajectory(independent_walk(0, 24, FRAMES, 10))

    def changed(**new):
        values = {"positions": good.positions, "symbols": good.symbols, "frame_spacing": SPACING} | new
        return Trajectory(lattice=good.lattice, **values)

    with pytest.raises(UsageError, match="there is no Na"):
        diffusion(good, "Na")
    with pytest.raises(UsageError, match="do not fit"):
        diffusion(changed(positions=good.positions[:, :-1]), "Li")
    with pytest.raises(UsageError, match="too few"):
        diffusion(changed(positions=good.positions[:30]), "Li")
    with pytest.raises(UsageError, match="positive"):
        diffusion(changed(frame_spacing=0.0), "Li")
    broken = good.positions.copy()
    broken[5, 3, 1] = np.nan
    with pytest.raises(UsageError, match="not numbers"):
        diffusion(changed(positions=broken), "Li")


@pytest.mark.parametrize("flips", [0, 2, 3, 5, 24])
def test_ions_that_stand_still_or_flip_exactly_get_a_bound(flips):
    """Files can hold what no crystal does: ions at the same digits in every frame, or at two places by turns."""
    places = np.random.default_rng(0).random((6, 3)) * 10
    positions = np.repeat(places[None], 400, axis=0)
    if flips:
        positions[np.arange(400) // flips % 2 == 1, 0, 0] += 0.5
    found = diffusion(Trajectory(positions, 10 * np.eye(3), ("Li",) * 2 + ("S",) * 4, 0.1), "Li")
    assert found.verdict is Verdict.TOO_SLOW and 0 < found.diffusivity < 1e-5
    assert np.isfinite(found.tensor).all() and np.isfinite(found.tensor_uncertainty).all()
