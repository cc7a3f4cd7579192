import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomscreen.campaign.criteria import Selector
from atomscreen.campaign.funnel import Objective
from atomscreen.campaign.ranking import rank
from atomscreen.core.candidate import Candidate
from atomscreen.core.quantity import Quantity
from tests.campaign.toys import crystal

STRUCTURES = {"input": crystal(3.0)}


def candidate(name, **quantities):
    made = [Quantity(key, *(value if isinstance(value, tuple) else (value, None))) for key, value in quantities.items()]
    return Candidate(name, STRUCTURES, quantities=tuple(made))


def objective(name, goal, weight=1.0):
    return Objective(Selector.parse(name), goal, weight)


VOLTAGE, COST = objective("average_voltage", "max"), objective("element_cost", "min")


def test_front_and_score_of_a_known_case():
    rows = rank(
        [
            candidate("best", average_voltage=4.0, element_cost=10.0),
            candidate("cheap", average_voltage=3.0, element_cost=5.0),
            candidate("beaten", average_voltage=3.0, element_cost=20.0),
        ],
        [VOLTAGE, COST],
    )
    assert [(row.candidate.id, row.rank, row.pareto) for row in rows] == [
        ("best", 1, True),
        ("cheap", 2, True),
        ("beaten", 3, False),
    ]
    # Scaled by hand: best (1 + 10/15)/2, cheap (0 + 1)/2, beaten 0.
    assert [row.score for row in rows] == pytest.approx([5 / 6, 0.5, 0.0])
    assert all(row.rank_low == row.rank == row.rank_high for row in rows)  # nothing is uncertain
    assert [row.pareto_probability for row in rows] == [1.0, 1.0, 0.0]
    assert [row.beats_next for row in rows] == [1.0, 1.0, None]


def test_weights_turn_the_order():
    two = [
        candidate("a", average_voltage=4.0, element_cost=10.0),
        candidate("b", average_voltage=3.0, element_cost=5.0),
    ]
    assert rank(two, [VOLTAGE, objective("element_cost", "min", 3.0)])[0].candidate.id == "b"


def test_probability_of_two_overlapping_normals():
    # P(a > b) for N(0, s) with difference d is Phi(d / (s sqrt 2)); with one objective the front is the best one.
    rows = rank([candidate("a", average_voltage=(3.1, 0.1)), candidate("b", average_voltage=(3.0, 0.1))], [VOLTAGE])
    expected = 0.5 * (1 + math.erf(0.1 / (0.1 * math.sqrt(2)) / math.sqrt(2)))
    assert rows[0].candidate.id == "a"
    assert rows[0].pareto_probability == pytest.approx(expected, abs=0.03)  # 2000 samples: 3 standard errors
    assert rows[0].beats_next == pytest.approx(expected, abs=0.03)
    assert (rows[0].rank_low, rows[0].rank_high) == (1, 2)


def test_decades_are_compared_by_logarithm():
    names = {"a": 1e-3, "b": 1e-5, "c": 1e-7}
    rows = rank(
        [candidate(k, bulk_ionic_conductivity_300K=v) for k, v in names.items()],
        [objective("bulk_ionic_conductivity_300K", "max")],
    )
    assert [row.score for row in rows] == pytest.approx([1.0, 0.5, 0.0])


def test_what_lacks_an_objective_stands_behind_and_says_so():
    rows = rank(
        [candidate("a", average_voltage=5.0), candidate("b", average_voltage=2.0, element_cost=3.0)], [VOLTAGE, COST]
    )
    assert [row.candidate.id for row in rows] == ["b", "a"] and rows[1].values[1] is None


def test_nothing_to_rank():
    assert rank([], [VOLTAGE]) == [] and rank([candidate("a")], []) == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=8), st.randoms())
def test_order_of_input_does_not_matter_and_the_front_is_the_definition(values, random):
    made = [candidate(str(i), average_voltage=float(v), element_cost=float(c)) for i, (v, c) in enumerate(values)]
    rows = {row.candidate.id: row for row in rank(made, [VOLTAGE, COST])}
    shuffled = list(made)
    random.shuffle(shuffled)
    again = {row.candidate.id: row for row in rank(shuffled, [VOLTAGE, COST])}
    for i, (v, c) in enumerate(values):
        beaten = any(w >= v and d <= c and (w, d) != (v, c) for w, d in values)
        assert rows[str(i)].pareto == again[str(i)].pareto == (not beaten)
        assert rows[str(i)].score == pytest.approx(again[str(i)].score)


def test_differences_far_below_the_uncertainty_hardly_count():
    rows = rank(
        [
            candidate("a", average_voltage=(3.001, 0.5), element_cost=5.0),
            candidate("b", average_voltage=(3.0, 0.5), element_cost=4.0),
        ],
        [VOLTAGE, COST],
    )
    assert rows[0].candidate.id == "b" and abs(rows[0].score - 0.75) < 0.01 and rows[0].score_uncertainty < 0.2


def test_one_candidate_alone_scores_the_middle_whatever_the_unit():
    (row,) = rank([candidate("a", average_voltage=3.0, element_cost=500.0)], [VOLTAGE, COST])
    assert row.score == 0.5 and row.score_uncertainty == 0.0 and row.pareto


def test_at_most_so_much_does_not_win():
    slow = Candidate("slow", STRUCTURES, quantities=(Quantity("bulk_ionic_conductivity_300K", 1e-2, bound="upper"),))
    rows = rank(
        [slow, candidate("measured", bulk_ionic_conductivity_300K=1e-3)],
        [objective("bulk_ionic_conductivity_300K", "max")],
    )
    assert [row.candidate.id for row in rows] == ["measured", "slow"] and rows[1].values[0].bound == "upper"
