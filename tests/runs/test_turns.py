"""turns: nobody waits behind somebody else's many runs."""

from hypothesis import given
from hypothesis import strategies as st

from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.runs.store import RunStore
from cnn_core.runs.turns import Waiting, in_turn

PEOPLE = st.sampled_from(["Anna", "Bert", None])
RUNS = st.lists(st.tuples(PEOPLE, st.integers(0, 9), st.booleans()), max_size=12).map(
    lambda rows: [Waiting(f"r{number:02}", *row) for number, row in enumerate(rows)]
)


@given(RUNS)
def test_all_that_wait_have_a_turn_and_ones_own_keep_their_order(runs):
    order = in_turn(runs)
    assert sorted(order) == sorted(run.id for run in runs if run.waits)
    for person in ("Anna", "Bert", None):
        own = [run for run in runs if run.person == person and run.waits]
        assert [one for one in order if one in {run.id for run in own}] == [
            run.id for run in sorted(own, key=lambda run: (run.submitted, run.id))
        ]


@given(RUNS)
def test_nobodys_next_run_comes_before_somebody_has_had_as_many(runs):
    """Looked at run by run: whoever is served has had no more than anybody who still waits."""
    had = {person: sum(run.person == person and not run.waits for run in runs) for person in ("Anna", "Bert", None)}
    by_id = {run.id: run for run in runs}
    order = in_turn(runs)
    for place, run_id in enumerate(order):
        person = by_id[run_id].person
        assert all(had[person] <= had[by_id[other].person] for other in order[place:])
        had[person] += 1


@given(st.lists(st.tuples(st.just(None), st.integers(0, 9), st.booleans()), max_size=12))
def test_where_there_is_no_class_it_is_first_come_first_served(rows):
    runs = [Waiting(f"r{number:02}", *row) for number, row in enumerate(rows)]
    waiting = sorted((run for run in runs if run.waits), key=lambda run: (run.submitted, run.id))
    assert in_turn(runs) == [run.id for run in waiting]


def test_a_server_takes_them_in_turn_and_everybody_is_told_their_place(tmp_path):
    store = RunStore(f"sqlite:///{tmp_path / 'runs.db'}", str(tmp_path))
    anna, bert = (store.people.join(letter * 32, letter) for letter in "ab")
    ids = {}
    for name, person in (("a1", anna), ("a2", anna), ("a3", anna), ("b1", bert)):
        run = store.create(name, PRESETS["keras-log"].network, Recipe(), "bundled")
        store.people.own("run", run.id, person)
        store.submit(run.id)
        ids[name] = run.id
    assert [store.lists.before(ids[name]) for name in ("a1", "b1", "a2", "a3")] == [0, 1, 2, 3]
    assert store.leases("one").claim(2) == [ids["a1"], ids["b1"]]
    assert store.leases("two").claim(9) == [ids["a2"], ids["a3"]]
    store.close()
