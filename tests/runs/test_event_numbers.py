"""Events are numbered within their run by its one writer, and whoever watches gets each of them, in order."""

import threading

import pytest
import sqlalchemy as sa

from cnn_core.runs.database import EVENTS, RUNS
from cnn_core.runs.events import Progress
from cnn_core.runs.series import MAX_POINTS
from cnn_core.runs.store import RunStore
from tests.support.processes import python
from tests.support.runs import STARTED, new, waiting

WRITERS, EACH = 3, 600  # a run each: 1,800 events in all

WRITE = """
import sys
from cnn_core.runs.events import Progress
from cnn_core.runs.store import RunStore

store, run_id = RunStore(*sys.argv[1:3]), sys.argv[3]
print("ready", flush=True)
sys.stdin.readline()
for step in range(1, int(sys.argv[4]) + 1):
    event = Progress(epoch=0, step=step, points=((step, step, 0),), images_per_second=1)
    assert store.append(run_id, event, holder="one")
"""


def step(number: int) -> Progress:
    return Progress(epoch=0, step=number, points=((number, number, 0),), images_per_second=1)


def test_a_watching_store_misses_nothing_that_other_processes_write(store, urls):
    """Its state is what all events add up to: with one missed, or out of order, the curve is another one."""
    runs = [waiting(store, str(n)) for n in range(WRITERS)]
    store.leases("one").claim(WRITERS)
    for run in runs:
        store.append(run.id, STARTED.model_copy(update={"steps_per_epoch": EACH}), holder="one")
    writers = [python(WRITE, *urls, run.id, str(EACH)) for run in runs]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n", writer.stderr.read()
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    ids, seen = [run.id for run in runs], {run.id: [0] for run in runs}
    while any(writer.poll() is None for writer in writers):
        for run_id, state in store.states(ids).items():
            seen[run_id].append(state.step)
    assert [writer.wait() for writer in writers] == [0] * WRITERS, [writer.stderr.read() for writer in writers]
    fresh = RunStore(*urls)
    for run_id in ids:
        assert store.count(run_id) == EACH + 2
        assert store.state(run_id) == fresh.state(run_id)
        assert store.state(run_id).step == EACH
        assert len(store.state(run_id).loss.x) == EACH // 2 <= MAX_POINTS
        assert len(set(seen[run_id])) > 2, "it was watched while it was written"
        assert seen[run_id] == sorted(seen[run_id]), "never a step back"
    fresh.close()
    for writer in writers:
        writer.communicate()


def insert(store: RunStore, run_id: str, number: int, events: int) -> None:
    """By hand, as if the transactions of two writers became visible in another order than that of their numbers."""
    with store._db.begin() as db:
        db.execute(EVENTS.insert().values(run=run_id, number=number, event=step(number).model_dump_json()))
        db.execute(RUNS.update().where(RUNS.c.id == run_id).values(events=events))


def test_a_reader_waits_at_a_gap(store, urls):
    run, watching = new(store), RunStore(*urls)
    store.append(run.id, STARTED, step(2))
    assert watching.state(run.id).step == 2
    insert(store, run.id, 4, events=4)
    assert watching.state(run.id).step == 2
    insert(store, run.id, 3, events=4)
    assert (watching.state(run.id).step, watching.state(run.id).loss.y) == (4, (2.0, 3.0, 4.0))
    watching.close()


def test_events_are_numbered_from_one_in_each_run(store):
    runs = [new(store) for _ in range(2)]
    for number in (1, 2):
        for run in runs:
            store.append(run.id, STARTED, step(number))
    with store._db.connect() as db:
        numbers = [db.scalars(sa.select(EVENTS.c.number).where(EVENTS.c.run == run.id)).all() for run in runs]
    assert [sorted(of_run) for of_run in numbers] == [[1, 2, 3, 4]] * 2


def test_of_two_who_take_the_same_number_one_is_refused_and_nothing_of_it_is_kept(store, urls, monkeypatch):
    """Two writers that both read before either writes: the second finds the count changed."""
    run, other = new(store), RunStore(*urls)
    stale = other._known([run.id])
    monkeypatch.setattr(other, "_known", lambda run_ids: stale)
    assert store.append(run.id, STARTED, step(1))
    assert not other.append(run.id, STARTED, step(9), step(10))
    assert (store.count(run.id), store.state(run.id).step) == (2, 1)
    other.close()


@pytest.mark.parametrize("holder", [None, "somebody"])
def test_what_is_not_the_writers_leaves_no_trace(store, holder):
    run = waiting(store)
    store.leases("one").claim(1)
    assert not store.append(run.id, STARTED, holder=holder)
    assert store.lists.page()[0][0].status == "queued"
    assert store.count(run.id) == 1


def test_threads_that_read_at_the_same_time_see_the_same(store):
    run, seen = new(store), []
    store.append(run.id, STARTED, *map(step, range(1, 301)))

    def read() -> None:
        seen.append(RunStore.state(store, run.id))

    store._states.clear()
    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [seen[0]] * 8
    assert seen[0].step == 300
