import sqlite3

import pytest

from atomscreen.campaign.store import Failure, Finished, Outcome, Store
from atomscreen.core.candidate import Results
from atomscreen.core.errors import UsageError
from atomscreen.core.quantity import Quantity
from tests.campaign.toys import crystal


def finished(key, value=1.0, final=True):
    results = Results((Quantity("density", value, 0.1, {"temperature": 300}),), {"relaxed": crystal(3.1)}, ("note",))
    return Finished(key, "weigh", "LiO", {"factor": 1.0}, Outcome(results, None, 2.5, final))


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store.sqlite")
    yield made
    made.close()


def test_results_come_back_as_they_went_in(store):
    run = store.begin_run({"seed": 0})
    store.write(
        run,
        [
            finished("a"),
            Finished("b", "press", "LiO", {}, Outcome(None, Failure("press", "StageFailure", "why", "log"), 1.0)),
        ],
    )
    back = store.read(["a", "b", "c"])
    assert set(back) == {"a", "b"}
    assert back["a"].results.quantities == finished("a").outcome.results.quantities
    assert back["a"].results.structures["relaxed"] == crystal(3.1) and back["a"].results.notes == ("note",)
    assert back["b"].failure.reason == "why" and back["a"].seconds == 2.5
    assert store.seconds_per_stage() == {"weigh": [2.5], "press": [1.0]}


def test_a_final_result_is_never_replaced_and_one_to_be_tried_again_is(store):
    run = store.begin_run({})
    store.write(run, [finished("a", 1.0), finished("b", 1.0, final=False)])
    assert set(store.read(["a", "b"])) == {"a"}
    store.write(run, [finished("a", 2.0), finished("b", 2.0)])
    assert {key: outcome.results.quantities[0].number for key, outcome in store.read(["a", "b"]).items()} == {
        "a": 1.0,
        "b": 2.0,
    }


def test_the_same_structure_is_kept_once(store):
    store.write(store.begin_run({}), [finished("a"), finished("b")])
    with sqlite3.connect(store.path) as raw:
        assert raw.execute("select count(*) from structures").fetchone() == (1,)


def test_more_keys_than_one_query_holds(store):
    store.write(store.begin_run({}), [finished(str(number)) for number in range(1203)])
    assert len(store.read(str(number) for number in range(1203))) == 1203


def test_a_store_of_a_newer_version_is_refused(store):
    with sqlite3.connect(store.path) as raw:
        raw.execute("update about set value = '99' where key = 'schema'")
    with pytest.raises(UsageError, match="was written by a newer atomscreen"):
        Store(store.path)


@pytest.mark.parametrize("content", [b"this is no database, whatever it is" * 100, b"\x00" * 4096])
def test_a_file_that_is_no_store_is_refused(tmp_path, content):
    path = tmp_path / "store.sqlite"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="not an atomscreen store"):
        Store(path)
    assert path.read_bytes() == content
