"""turns: nobody waits behind somebody else's many runs, a short run not behind a long one, and no run for ever."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.design.effort import Effort
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.runs.database import RUNS
from cnn_core.runs.events import Cancelled
from cnn_core.runs.store import RunStore
from cnn_core.runs.turns import LONGEST, Waiting, in_turn
from tests.support.runs import STARTED
from tests.support.statements import counted

PERSONS = ("Anna", "Bert", None)
SECONDS = st.sampled_from([0.0, 1.0, 2.0, 5.0, 30.0, LONGEST, 3 * LONGEST])
DUELS = st.sampled_from(["", "", "d", "e"])


def line(*, seconds=SECONDS, duels=DUELS) -> st.SearchStrategy:
    """Runs that wait or are under way. Those of one duel are one person's."""
    rows = st.tuples(st.sampled_from(PERSONS), st.integers(0, 9), st.booleans(), seconds, duels)
    return st.lists(rows, max_size=12).map(
        lambda rows: [
            Waiting(f"r{number:02}", "Anna" if duel else person, submitted, waits, Effort(seconds=seconds), duel)
            for number, (person, submitted, waits, seconds, duel) in enumerate(rows)
        ]
    )


SINGLE = line(duels=st.just(""))


def ids(runs) -> list[str]:
    return [run.id for run in runs]


@given(line(), st.randoms())
def test_all_that_wait_have_a_turn_whatever_order_they_are_told_in(runs, shuffling: random.Random):
    order = in_turn(runs)
    assert sorted(ids(order)) == sorted(run.id for run in runs if run.waits)
    shuffling.shuffle(runs)
    assert in_turn(runs) == order


@given(line())
def test_nobodys_next_run_comes_before_somebody_has_had_as_many(runs):
    """Looked at run by run: whoever is served has had no more than anybody who still waits."""
    had = {person: sum(run.person == person and not run.waits for run in runs) for person in PERSONS}
    order = in_turn(runs)
    for place, run in enumerate(order):
        assert all(had[run.person] <= had[other.person] for other in order[place:])
        had[run.person] += 1


@given(line(seconds=st.just(5.0)))
def test_runs_that_take_equally_long_are_first_come_first_served_within_what_is_somebodys(runs):
    single = [run for run in runs if not run.duel]
    for person in PERSONS:
        own = [run for run in single if run.person == person and run.waits]
        assert [run for run in in_turn(single) if run in own] == sorted(own, key=lambda run: (run.submitted, run.id))


@given(SINGLE)
def test_of_first_runs_the_shorter_comes_first_when_it_was_asked_for_no_later(runs):
    order = in_turn(runs)
    firsts = [next(run for run in order if run.person == person) for person in {run.person for run in order}]
    had = {person: sum(run.person == person and not run.waits for run in runs) for person in PERSONS}
    for short in firsts:
        for long in firsts:
            same = had[short.person] == had[long.person]
            shorter = min(short.effort.seconds, LONGEST) < min(long.effort.seconds, LONGEST)
            if same and shorter and short.submitted <= long.submitted:
                assert order.index(short) < order.index(long)


@given(SINGLE, st.floats(0, 2 * LONGEST))
def test_a_first_run_is_overtaken_only_for_as_long_as_it_takes_and_never_for_longer_than_the_longest(runs, later):
    """By whom it may be is settled then, so nobody waits for ever."""
    order = [run._replace(submitted=run.submitted * later) for run in runs]
    order = in_turn(order)
    had = {person: sum(run.person == person and not run.waits for run in runs) for person in PERSONS}
    for person in {run.person for run in order}:
        mine = next(run for run in order if run.person == person)
        for earlier in order[: order.index(mine)]:
            if had[earlier.person] >= had[person]:
                assert earlier.submitted <= mine.submitted + min(mine.effort.seconds, LONGEST)


@given(st.lists(st.floats(0.5, 30), min_size=60, max_size=90), st.floats(0.5, 5000))
def test_a_long_run_begins_although_short_ones_never_cease_to_come(shorts, seconds):
    """One trainer, and every few seconds somebody new with a short run: more work than it can ever do."""
    mine = Waiting("mine", "Anna", 0.0, True, Effort(seconds=seconds))
    coming = [Waiting(f"s{n:03}", f"p{n}", 10.0 * n, True, Effort(seconds=one)) for n, one in enumerate(shorts)]
    clock, waiting, served = 0.0, [mine], []
    while mine in waiting:
        waiting += [run for run in coming if run.submitted <= clock]
        coming = [run for run in coming if run.submitted > clock]
        now = in_turn(waiting)[0]
        waiting.remove(now)
        served.append(now)
        clock += 11.0
    assert all(run.submitted <= min(seconds, LONGEST) for run in served)


@given(line())
def test_the_runs_of_a_duel_stay_together_in_the_order_in_which_they_were_asked_for(runs):
    for duel in ("d", "e"):
        own = [run for run in runs if run.duel == duel and run.waits]
        order = [run for run in in_turn(runs) if run.person == "Anna"]
        places = [order.index(run) for run in sorted(own, key=lambda run: (run.submitted, run.id))]
        assert places == sorted(places)


@pytest.fixture
def class_(store):
    """Makes runs that wait, of some person of a class."""
    people = {name: store.people.join(name * 32, name) for name in "abcdefgh"}

    def ask(name: str, epochs: int = 5, dataset: str = "bundled") -> str:
        run = store.create(name, PRESETS["keras-log"].network, Recipe(epochs=epochs, train_images=4000), dataset)
        store.people.own("run", run.id, people[name[0]])
        store.submit(run.id)
        return run.id

    return ask


def test_a_server_takes_them_in_turn_and_everybody_is_told_their_place(store, class_):
    found = [class_(name) for name in ("a1", "a2", "a3", "b1")]
    a1, a2, a3, b1 = found
    assert [store.lists.before(run_id) for run_id in (a1, b1, a2, a3)] == [0, 1, 2, 3]
    assert store.leases("one").claim(2) == [a1, b1]
    assert store.leases("two").claim(9) == [a2, a3]


def test_a_short_run_overtakes_a_long_one_that_waits(store, class_):
    long, short = class_("a1", epochs=300), class_("b1", epochs=1)
    assert (store.lists.before(short), store.lists.before(long)) == (0, 1)
    assert store.leases("one").claim(1) == [short]
    store.append(short, STARTED, holder="one")
    late = class_("c1", epochs=1)
    with store._db.begin() as db:
        db.execute(RUNS.update().where(RUNS.c.id == late).values(submitted=RUNS.c.submitted + LONGEST))
    assert (store.lists.before(long), store.lists.before(late)) == (1, 2), "it has waited long enough"


def test_how_long_a_run_is_depends_on_its_data(urls):
    store = RunStore(*urls, lambda: {"bundled": 4_000, "large": 60_000})
    runs = [store.create(name, PRESETS["keras-log"].network, Recipe(), name) for name in ("large", "bundled", "gone")]
    for run in runs:
        store.submit(run.id)
    order = store.lists.line().waiting
    assert [run.effort.images for run in order] == [0, 5 * 3_600, 5 * 54_000]
    assert ids(order) == [runs[2].id, runs[1].id, runs[0].id]
    store.close()


def test_the_line_follows_whatever_happens_also_on_another_server(store, class_, urls):
    other = RunStore(*urls)
    first, second, third = (class_(name) for name in ("a1", "b1", "c1"))

    def places() -> list[int]:
        here, there = ([of.lists.before(run_id) for run_id in (first, second, third)] for of in (store, other))
        assert here == there
        return here

    assert places() == [0, 1, 2]
    store.wish_stop(second)
    assert places() == [0, 0, 1]
    store.append(second, Cancelled())
    store.submit(second)
    assert places() == [0, 2, 1]
    other.leases("other").claim(1)
    other.append(first, STARTED, holder="other")
    assert places() == [0, 2, 1], "who trains is before all who wait"
    other.append(first, Cancelled(), holder="other")
    assert places() == [0, 1, 0]
    other.close()


def test_a_look_at_a_line_that_stands_is_one_row_however_many_wait(store, class_):
    mine = class_("a1")
    for _ in range(60):
        class_("b1")
    assert store.lists.before(mine) == 0
    with counted(store) as statements:
        store.lists.before(mine)
        store.lists.before(mine)
    assert len(statements) == 2
    assert all("count(*)" in statement for statement in statements)
    class_("c1")
    with counted(store) as statements:
        store.lists.before(mine)
    assert len(statements) == 3, "what changed, the line, and the design of the new one"
