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
from cnn_core.runs.turns import LONGEST, Beside, Line, Waiting, in_turn
from tests.support.runs import STARTED
from tests.support.statements import counted

PERSONS = ("Anna", "Bert", None)
SECONDS = st.sampled_from([0.0, 1.0, 2.0, 5.0, 30.0, LONGEST, 3 * LONGEST])
DUELS = st.sampled_from(["", "", "d", "e"])


def line(*, seconds=SECONDS, duels=DUELS) -> st.SearchStrategy:
    """Runs that wait, asked for in some round. Those of one duel are one person's."""
    rows = st.tuples(st.sampled_from(PERSONS), st.integers(0, 9), st.integers(1, 4), seconds, duels)
    return st.lists(rows, max_size=12).map(
        lambda rows: [
            Waiting(f"r{number:02}", "Anna" if duel else person, submitted, True, Effort(seconds=seconds), duel, turn)
            for number, (person, submitted, turn, seconds, duel) in enumerate(rows)
        ]
    )


SERVED = st.dictionaries(st.sampled_from(PERSONS), st.integers(1, 5))
SINGLE = line(duels=st.just(""))


def ids(runs) -> list[str]:
    return [run.id for run in runs]


@given(line(), SERVED, st.randoms())
def test_all_that_wait_have_a_turn_whatever_order_they_are_told_in(runs, served, shuffling: random.Random):
    order = in_turn(runs, served)
    assert sorted(ids(order)) == sorted(ids(runs))
    shuffling.shuffle(runs)
    assert in_turn(runs, served) == order


@given(line(), SERVED)
def test_in_a_round_everybody_has_one_turn_as_soon_as_there_can_be(runs, served):
    """Looked at from its end: a run is in its round because it was asked for in it, or had one before."""
    order = in_turn(runs, served)
    assert [run.turn for run in order] == sorted(run.turn for run in order)
    asked = {run.id: run.turn for run in runs}
    for person in PERSONS:
        own = [run for run in order if run.person == person]
        turns = [served.get(person, 0), *(run.turn for run in own)]
        for run, before, turn in zip(own, turns, turns[1:], strict=False):
            assert turn == max(asked[run.id], before + 1)


class Day:
    """One trainer, or several, and people who ask for runs of `seconds`; what began in which order."""

    def __init__(self, trainers: int = 1):
        self.line, self.began, self._trainers, self._number = Line(), [], trainers, 0

    def asks(self, person: str, seconds: float = 5.0) -> None:
        self._number += 1
        run = Waiting(f"r{self._number:03}", person, self._number, True, Effort(seconds=seconds), turn=self.line.round)
        self._stands(self.line.begun, (*self.line.waiting, run), self.line.served)

    def begins(self) -> None:
        """As many as can."""
        for run in self.line.waiting[: self._trainers - len(self.line.begun)]:
            begun = *self.line.begun, run._replace(waits=False)
            waiting = [one for one in self.line.waiting if one != run]
            self._stands(begun, waiting, {**self.line.served, run.person: run.turn})
            self.began.append(run.person)

    def ends(self, place: int = 0) -> None:
        begun = [run for n, run in enumerate(self.line.begun) if n != place]
        self._stands(begun, self.line.waiting, self.line.served)

    def _stands(self, begun, waiting, served) -> None:
        self.line = Line(tuple(begun), tuple(in_turn(waiting, served)), served)


def test_who_asked_for_many_first_has_one_in_each_round():
    """Though no run is under way at the moment at which the next one begins."""
    day = Day()
    for person in ("Anna", "Anna", "Anna", "Bert", "Carla", "Carla"):
        day.asks(person)
        day.begins()
    for _ in range(6):
        day.ends()
        day.begins()
    assert day.began == ["Anna", "Bert", "Carla", "Anna", "Carla", "Anna"]


@given(st.integers(1, 3), st.lists(st.sampled_from("ABCD.,"), max_size=60), st.randoms())
def test_of_two_who_both_wait_all_the_time_none_is_ahead_by_more_than_one(trainers, moments, drawing: random.Random):
    """Anna and Bert have always runs that wait; the others come and go."""
    day = Day(trainers)
    for moment in ["A", "B", *moments]:
        if moment in ".,":
            if day.line.begun:
                day.ends(drawing.randrange(len(day.line.begun)))
        else:
            day.asks(moment, seconds=drawing.choice([1.0, 30.0, 2 * LONGEST]))
        for person in "AB":
            while sum(run.person == person for run in day.line.waiting) < trainers + 1:
                day.asks(person, seconds=5.0)
        day.begins()
    assert abs(day.began.count("A") - day.began.count("B")) <= 1


@given(st.lists(st.sampled_from("BCDEF"), min_size=40, max_size=40))
def test_a_second_run_has_its_turn_although_others_never_cease_to_ask(persons):
    """Each of them asks for one, and for the next when that has ended: five and two runs before it at most."""
    day = Day()
    day.asks("A")
    day.asks("A")
    for person in persons:
        if not any(run.person == person for run in (*day.line.begun, *day.line.waiting)):
            day.asks(person)
        day.begins()
        day.ends()
    assert day.began.count("A") == 2
    assert max(n for n, person in enumerate(day.began) if person == "A") <= 10


@given(SINGLE, SERVED, st.randoms())
def test_what_is_no_run_has_its_turns_among_them(runs, served, drawing: random.Random):
    work = [one for one in runs if drawing.random() < 0.5]
    own, begun = [one for one in runs if one not in work], Waiting("begun", "Bert", 0.0, False)
    joint = Line((begun,), tuple(in_turn(own, served)), served).and_also(Beside(work))
    assert joint.waiting == tuple(in_turn(runs, served))
    assert all(joint.before(one.id) == 1 + place for place, one in enumerate(joint.waiting))
    later = joint.and_also(Beside(served={"Anna": 9}))
    assert all(run.turn > 9 for run in later.waiting if run.person == "Anna")


@given(line(seconds=st.just(5.0)))
def test_runs_that_take_equally_long_are_first_come_first_served_within_what_is_somebodys(runs):
    single = [run for run in runs if not run.duel]
    for person in PERSONS:
        own = [run for run in single if run.person == person]
        order = [run.id for run in in_turn(single) if run.person == person]
        assert order == ids(sorted(own, key=lambda run: (run.submitted, run.id)))


@given(SINGLE, SERVED)
def test_in_a_round_the_shorter_comes_first_when_it_was_asked_for_no_later(runs, served):
    order = in_turn(runs, served)
    for short in order:
        for long in order:
            shorter = min(short.effort.seconds, LONGEST) < min(long.effort.seconds, LONGEST)
            if short.turn == long.turn and shorter and short.submitted <= long.submitted:
                assert order.index(short) < order.index(long)


@given(SINGLE, SERVED, st.floats(0, 2 * LONGEST))
def test_in_a_round_a_run_is_overtaken_only_for_as_long_as_it_takes_and_never_longer_than_the_longest(
    runs, served, later
):
    order = in_turn([run._replace(submitted=run.submitted * later) for run in runs], served)
    for place, mine in enumerate(order):
        for earlier in order[:place]:
            if earlier.turn == mine.turn:
                assert earlier.submitted <= mine.submitted + min(mine.effort.seconds, LONGEST)


@given(st.lists(st.floats(0.5, 30), min_size=60, max_size=90), st.floats(0.5, 5000))
def test_a_long_run_begins_although_short_ones_never_cease_to_come(shorts, seconds):
    """One trainer, and every few seconds somebody new with a short run: more work than it can ever do."""
    mine = Waiting("mine", "Anna", 0.0, True, Effort(seconds=seconds))
    coming = [Waiting(f"s{n:03}", f"p{n}", 10.0 * n, True, Effort(seconds=one)) for n, one in enumerate(shorts)]
    clock, waiting, served = 0.0, [mine], []
    while any(run.id == "mine" for run in waiting):
        waiting += [run for run in coming if run.submitted <= clock]
        coming = [run for run in coming if run.submitted > clock]
        now = in_turn(waiting)[0]
        waiting = [run for run in waiting if run.id != now.id]
        served.append(now)
        clock += 11.0
    assert all(run.submitted <= min(seconds, LONGEST) for run in served)


@given(line())
def test_the_runs_of_a_duel_stay_together_in_the_order_in_which_they_were_asked_for(runs):
    for duel in ("d", "e"):
        own = [run for run in runs if run.duel == duel]
        order = [run.id for run in in_turn(runs) if run.person == "Anna"]
        places = [order.index(run.id) for run in sorted(own, key=lambda run: (run.submitted, run.id))]
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
    assert [store.lists.line().before(run_id) for run_id in (a1, b1, a2, a3)] == [0, 1, 2, 3]
    assert store.leases("one").claim(2) == [a1, b1]
    assert store.leases("two").claim(9) == [a2, a3]


def test_who_asked_for_many_first_lets_others_go_in_between(store, class_):
    """One trainer: at the moment at which the next run begins none is under way."""
    a1, a2, a3, b1, c1 = (class_(name) for name in ("a1", "a2", "a3", "b1", "c1"))
    leases, began = store.leases("one"), []
    for _ in range(5):
        (run_id,) = leases.claim(1)
        began.append(run_id)
        if run_id == b1:
            c2 = class_("c1")
        store.append(run_id, STARTED, holder="one")
        store.append(run_id, Cancelled(), holder="one")
    assert began == [a1, b1, c1, a2, c2]
    assert store.lists.line().before(a3) == 0


def test_who_was_stopped_while_waiting_has_had_no_turn(store, class_):
    long, mine, other = class_("b1"), class_("a1"), class_("c1")
    assert store.leases("one").claim(1) == [long]
    store.wish_stop(mine)
    store.append(mine, Cancelled())
    store.submit(mine)
    assert [store.lists.line().before(run_id) for run_id in (other, mine)] == [1, 2]
    assert [run.turn for run in store.lists.line().waiting] == [1, 1]


def test_a_short_run_overtakes_a_long_one_that_waits(store, class_):
    long, short = class_("a1", epochs=300), class_("b1", epochs=1)
    assert (store.lists.line().before(short), store.lists.line().before(long)) == (0, 1)
    assert store.leases("one").claim(1) == [short]
    store.append(short, STARTED, holder="one")
    late = class_("c1", epochs=1)
    with store._db.begin() as db:
        db.execute(RUNS.update().where(RUNS.c.id == late).values(submitted=RUNS.c.submitted + LONGEST))
    assert (store.lists.line().before(long), store.lists.line().before(late)) == (1, 2), "it has waited long enough"


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
        here, there = ([of.lists.line().before(run_id) for run_id in (first, second, third)] for of in (store, other))
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
    assert store.lists.line().before(mine) == 0
    with counted(store) as statements:
        store.lists.line().before(mine)
        store.lists.line().before(mine)
    assert len(statements) == 2
    assert all("count(*)" in statement for statement in statements)
    class_("c1")
    with counted(store) as statements:
        store.lists.line().before(mine)
    assert len(statements) == 4, "what changed, the line, who had a turn, and the design of the new one"
