from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from atomscreen.continuum.electrode import Curve
from atomscreen.continuum.particle.sphere import Sphere, charge_at_constant_content
from atomscreen.continuum.particle.surface_reaction import (
    Reaction,
    base_exchange_current,
    charge_at_constant_potential,
)
from atomscreen.core.errors import UsageError
from tests.continuum.examples import curve, graphite, lithium_cobalt_oxide
from tests.continuum.particle.constant import constant_electrode

ROOM = 298.15
THERMAL = 8.314462618 * ROOM / 96485.33212


def test_the_current_is_butler_and_volmers_by_hand() -> None:
    electrode = constant_electrode()
    reaction = Reaction(curve({0.0: 2.0}), transfer_coefficient=0.4)
    # U = 4.18 V at 0.5; 100 MPa of tension times Ω = 1e-3/51600 m³/mol over F is 20.085 µV.
    shift = 1e-3 / 51600 * 1e8 / 96485.33212
    assert shift == pytest.approx(2.0085e-5, rel=1e-4)
    over = (0.05 - shift) / THERMAL
    by_hand = 2.0 * (np.exp(0.4 * over) - np.exp(-0.6 * over))
    assert reaction.current_density(electrode, 4.23, 0.5, 1e8, ROOM) == pytest.approx(by_hand, rel=1e-10)
    unstressed = dataclasses.replace(reaction, stressed=False)
    over = 0.05 / THERMAL
    by_hand = 2.0 * (np.exp(0.4 * over) - np.exp(-0.6 * over))
    assert unstressed.current_density(electrode, 4.23, 0.5, 1e8, ROOM) == pytest.approx(by_hand, rel=1e-10)


def test_a_divalent_ion_takes_two_charges() -> None:
    electrode = dataclasses.replace(constant_electrode(), working_ion="Mg")
    reaction = Reaction(curve({0.0: 2.0}))
    # Equilibrium at U + Ωσ_h/(2F), and 2F per mole in the exponents.
    shift = 1e-3 / 51600 * 1e8 / (2 * 96485.33212)
    assert reaction.current_density(electrode, 4.18 + shift, 0.5, 1e8, ROOM) == pytest.approx(0.0, abs=1e-9)
    by_hand = 2 * 2.0 * np.sinh(2 * (0.05 - shift) / THERMAL / 2)
    assert reaction.current_density(electrode, 4.23, 0.5, 1e8, ROOM) == pytest.approx(by_hand, rel=1e-10)


def test_a_divalent_ion_leaves_at_half_the_pace_of_its_current() -> None:
    # Diffusion is fast and the reaction slow: the same current, by twice the overpotential of one charge, moves half.
    single = constant_electrode(diffusivity=1e-8)
    double = dataclasses.replace(
        single, working_ion="Mg", open_circuit_potential=_spread_about(single.open_circuit_potential, 4.2, 0.5)
    )
    reaction = Reaction(curve({0.0: 0.05}), stressed=False)
    one, two = (
        charge_at_constant_potential(Sphere(electrode, 2e-6, ROOM), 4.2, 0.9, reaction)
        for electrode in (single, double)
    )
    assert two.times[-1] == pytest.approx(2 * one.times[-1], rel=1e-3)


def _spread_about(potential: Curve, centre: float, factor: float) -> Curve:
    return dataclasses.replace(
        potential, values=tuple(centre + factor * (value - centre) for value in potential.values)
    )


def test_tension_holds_ions_that_need_room_and_lets_go_of_others() -> None:
    reaction = Reaction(curve({0.0: 2.0}))
    grows = constant_electrode(swelling=0.05)
    shrinks = dataclasses.replace(grows, partial_molar_volume=curve({0.0: -1e-6}))
    # At the equilibrium potential tension draws ions in (a negative current), as insertion then does work.
    assert reaction.current_density(grows, 4.18, 0.5, 1e8, ROOM) < 0
    assert reaction.current_density(grows, 4.18, 0.5, -1e8, ROOM) > 0
    assert reaction.current_density(shrinks, 4.18, 0.5, 1e8, ROOM) > 0
    # Equilibrium is at U + Ωσ_h/F.
    balance = 4.18 + 0.05 / 51600 * 1e8 / 96485.33212
    assert reaction.current_density(grows, balance, 0.5, 1e8, ROOM) == pytest.approx(0.0, abs=1e-9)


def test_a_slow_reaction_empties_an_even_particle_as_it_does_by_hand() -> None:
    # Diffusion is so fast that the particle is even: dx/dt = −3 i(x)/(F c R), an ordinary equation.
    electrode = constant_electrode(diffusivity=1e-8)
    reaction = Reaction(curve({0.0: 0.05}), stressed=False)
    history = charge_at_constant_potential(Sphere(electrode, 2e-6, ROOM), 4.2, 0.9, reaction)
    fine = np.linspace(history.mean_contents[0], history.mean_contents[-1], 20001)
    over = (4.2 - electrode.open_circuit_potential.at(fine)) / THERMAL
    pace = 3 * 2 * 0.05 * np.sinh(over / 2) / (96485.33212 * electrode.assembled_concentration * 2e-6)
    elapsed = np.concatenate([[0.0], np.cumsum(-np.diff(fine) * (1 / pace[1:] + 1 / pace[:-1]) / 2)])
    by_hand = np.interp(history.mean_contents[::-1], fine[::-1], elapsed[::-1])[::-1]
    assert history.times == pytest.approx(by_hand, rel=1e-3, abs=1e-3 * by_hand[-1])
    # The stress is the steady one of that moment's flux: EΩJR/[15(1 − ν)D], Ωc = 1e-3 of a volume.
    flow = -np.interp(history.mean_contents, fine[::-1], pace[::-1]) / 3  # JR/(c R²) with the sign of an influx
    steady = 1e11 * 1e-3 * flow * (2e-6) ** 2 / (15 * 0.7 * 1e-8)
    settled = history.times > (2e-6) ** 2 / 1e-8
    assert history.centre_stress[settled] == pytest.approx(steady[settled], abs=0.01 * np.abs(steady).max())


def test_a_fast_reaction_is_a_surface_of_that_potentials_content() -> None:
    electrode = lithium_cobalt_oxide()
    sphere = Sphere(electrode, 3e-6, ROOM)
    fast = charge_at_constant_potential(sphere, 4.18, 0.9, Reaction(curve({0.0: 1e4}), stressed=False))
    kept = charge_at_constant_content(sphere, 0.9, 0.5)
    assert fast.times[-1] == pytest.approx(kept.times[-1], rel=1e-3)
    late = np.linspace(0.05, 1.0, 20) * kept.times[-1]
    ours, theirs = (np.interp(late, one.times, one.centre_stress) for one in (fast, kept))
    assert ours == pytest.approx(theirs, abs=2e-3 * np.abs(kept.centre_stress).max())
    # A surface that is kept is stressed most as it begins, one that reacts is not stressed then.
    assert np.abs(kept.surface_tangential_stress).argmax() == 0
    assert fast.surface_tangential_stress[0] == 0.0


def test_stress_slows_what_makes_it() -> None:
    electrode = dataclasses.replace(constant_electrode(swelling=0.06), partial_molar_volume=curve({0.0: 0.06 / 51600}))
    reaction = Reaction(curve({0.0: 0.5}))
    sphere = Sphere(electrode, 5e-6, ROOM)
    with_stress, without = (
        charge_at_constant_potential(sphere, 4.3, 0.9, dataclasses.replace(reaction, stressed=stressed))
        for stressed in (True, False)
    )
    # Ions leave, the surface shrinks and is in tension, which holds ions: fewer leave by the same time.
    early = 0.02 * without.times[-1]
    gone = [0.9 - np.interp(early, one.times, one.mean_contents) for one in (with_stress, without)]
    assert with_stress.surface_tangential_stress.max() > 0
    assert gone[0] < gone[1]


def test_the_exchange_current_is_the_base_sets() -> None:
    # Ai2020's: 1e-11 F √c_e √c_s √(c_max − c_s) with a constant of Dualfoil's; its shape is what is checked.
    found = base_exchange_current(lithium_cobalt_oxide())
    contents = np.array([0.1, 0.5, 0.8])
    assert found.at(contents) / found.at(0.5) == pytest.approx(2 * np.sqrt(contents * (1 - contents)), rel=1e-3)
    assert found.at(0.0) == found.at(1.0) == 0.0
    assert found.at(0.5) != base_exchange_current(lithium_cobalt_oxide(), "OKane2022").at(0.5)
    assert base_exchange_current(graphite()).at(0.5) > 0


def test_what_starts_nothing_is_refused() -> None:
    sphere = Sphere(lithium_cobalt_oxide(), 3e-6, ROOM)
    reaction = Reaction(base_exchange_current(sphere.electrode))
    with pytest.raises(UsageError, match=r"between 3\.6 and 4\.95 V, none of 5 V"):
        charge_at_constant_potential(sphere, 5.0, 0.9, reaction)
    with pytest.raises(UsageError, match="exchange current is 0"):
        charge_at_constant_potential(sphere, 4.2, 1.0, reaction)
    with pytest.raises(UsageError, match=r"the potential of content 0\.5"):
        charge_at_constant_potential(sphere, 4.18, 0.5, reaction)
    with pytest.raises(UsageError, match="unknown base set"):
        base_exchange_current(sphere.electrode, "Ai2021")
