"""Leases: each run has one server that answers for it, whoever asks at the same time."""

import threading

import pytest

from cnn_core.errors import RunError
from cnn_core.runs import leases
from cnn_core.runs.database import RUNS
from cnn_core.runs.events import Cancelled, Finished, Interrupted, Progress
from cnn_core.runs.store import RunStore
from tests.support.processes import printed, python
from tests.support.runs import STARTED, ended, new, waiting

# Threads of this process and of two others take runs until there are none: each prints what it got.
CLAIM = """
import sys, threading
from cnn_core.runs.store import RunStore

def claim(holder):
    leases = store.leases(holder)
    while claimed := leases.claim(2):
        found.extend(claimed)

store, found = RunStore(*sys.argv[1:3]), []
print("ready", flush=True)
sys.stdin.readline()
threads = [threading.Thread(target=claim, args=(f"{sys.argv[3]}-{n}",)) for n in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(*found)
"""


@pytest.fixture
def servers(store, urls):
    """Two of them."""
    other = RunStore(*urls)
    yield store.leases("one"), other.leases("other")
    other.close()


@pytest.fixture
def lapsed(monkeypatch):
    """What is taken from now on is over at once, as that of a server that has died."""
    monkeypatch.setattr(leases, "LEASE", -1.0)


def test_waiting_runs_are_taken_once_and_in_the_order_of_asking(store, servers):
    one, other = servers
    runs = [new(store, str(n)) for n in range(5)]
    order = [runs[n].id for n in (3, 0, 4, 1)]
    for run_id in order:
        store.submit(run_id)
    assert one.claim(0) == []
    assert one.claim(1) == order[:1]
    assert other.claim(2) == order[1:3]
    assert one.claim(9) == order[3:], "what was not asked for does not wait"
    assert (one.claim(9), other.claim(9)) == ([], [])


def test_many_threads_and_processes_take_each_run_once(store, urls):
    expected = [waiting(store, str(n)).id for n in range(40)]
    processes = [python(CLAIM, *urls, name) for name in ("a", "b")]
    for process in processes:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    taken = [run_id for found in printed(processes) for run_id in found]
    assert sorted(taken) == sorted(expected)


def test_the_run_of_a_server_that_is_gone_is_taken_and_its_late_events_are_not(store, servers, lapsed, monkeypatch):
    one, other = servers
    run = waiting(store)
    assert one.claim(1) == [run.id]
    monkeypatch.setattr(leases, "LEASE", 8.0)
    assert other.claim(1) == [run.id]
    before = store.count(run.id)
    assert not store.append(run.id, STARTED, holder="one")
    assert (store.count(run.id), store.state(run.id).status) == (before, "queued")
    assert store.append(run.id, STARTED, holder="other")
    assert not store.append(run.id, Finished()), "somebody answers for it"
    assert (one.renew(), other.renew()) == ({}, {run.id: False})


def test_a_server_does_not_take_its_own_run_again_when_its_lease_was_over(store, servers, lapsed, monkeypatch):
    one, other = servers
    begun, queued = waiting(store), waiting(store)
    assert one.claim(2) == [begun.id, queued.id]
    store.append(begun.id, STARTED, holder="one")
    assert (one.claim(2), one.take_left()) == ([], [])
    monkeypatch.setattr(leases, "LEASE", 8.0)
    assert one.renew() == {begun.id: False, queued.id: False}, "nobody else had it"
    assert (other.claim(2), other.take_left()) == ([], [])


def test_what_a_dead_server_had_begun_is_left_to_be_settled_once(store, servers, lapsed, monkeypatch):
    one, other = servers
    run = waiting(store)
    one.claim(1)
    store.append(run.id, STARTED, Progress(epoch=0, step=1, points=((1, 1, 0),), images_per_second=1), holder="one")
    monkeypatch.setattr(leases, "LEASE", 8.0)
    assert other.claim(1) == [], "it does not wait"
    assert other.take_left() == [run.id]
    assert one.take_left() == []
    assert store.append(run.id, Interrupted(), holder="other")
    assert (store.state(run.id).status, other.renew()) == ("interrupted", {}), "the lease ends with the run"
    store.submit(run.id)
    assert one.claim(1) == [run.id]


def test_begun_and_released_is_waiting_for_nobody_but_left(store, servers):
    one, other = servers
    first, second = waiting(store), waiting(store)
    one.claim(2)
    other.release(first.id)
    assert other.claim(2) == [], "it was not its to release"
    one.release(first.id)
    assert other.claim(2) == [first.id]
    assert one.renew() == {second.id: False}


def test_a_wish_to_stop_reaches_the_server_of_the_run(store, servers):
    one, other = servers
    held, queued = waiting(store), waiting(store)
    one.claim(1)
    for run in (held, queued):
        store.wish_stop(run.id)
        assert store.state(run.id).stop_requested, "seen at once"
    assert one.renew() == {held.id: True}
    assert other.claim(9) == [], "nobody begins what shall stop"
    assert other.take_left() == [queued.id]
    assert not store.lists.waiting()
    for run, holder in ((held, "one"), (queued, "other")):
        assert store.append(run.id, Cancelled(), holder=holder)
        store.wish_stop(run.id)
        assert store.state(run.id).status == "stopped"
        store.submit(run.id)
        assert not store.state(run.id).stop_requested, "the wish was for the time before"
    assert sorted(one.claim(9)) == sorted([held.id, queued.id])


def test_a_run_is_in_the_queue_once(store):
    run = waiting(store)
    with pytest.raises(RunError, match="under way already"):
        store.submit(run.id)
    assert store.count(run.id) == 1
    with pytest.raises(RunError, match="no such run"):
        store.submit("0" * 10)


def test_a_run_with_a_model_keeps_it(store):
    run = ended(store)
    with pytest.raises(RunError, match="has its model already"):
        store.submit(run.id)
    assert store.state(run.id).saved


def test_of_many_who_ask_at_once_one_puts_the_run_into_the_queue(store, urls):
    run, answers = new(store), []
    others = [RunStore(*urls) for _ in range(8)]

    def submit(store: RunStore) -> None:
        try:
            store.submit(run.id)
            answers.append("done")
        except RunError as error:
            answers.append(str(error.what))

    threads = [threading.Thread(target=submit, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["This run is under way already"] * 7 + ["done"]
    assert store.count(run.id) == 1
    for other in others:
        other.close()


def test_the_place_in_the_queue_is_told(store):
    runs = [waiting(store, str(n)) for n in range(3)]
    assert [store.lists.line().before(run.id) for run in runs] == [0, 1, 2]
    store.leases("one").claim(1)
    store.append(runs[0].id, STARTED, holder="one")
    assert [store.lists.line().before(run.id) for run in runs] == [0, 1, 2], "one that trains is before those that wait"
    store.append(runs[0].id, Finished(), holder="one")
    assert [store.lists.line().before(run.id) for run in runs] == [0, 0, 1]


def test_the_lease_ends_on_the_clock_of_the_database(store, servers):
    one, _ = servers
    run = waiting(store)
    one.claim(1)
    with store._db.connect() as db:
        until = db.scalar(RUNS.select().with_only_columns(RUNS.c.lease_until).where(RUNS.c.id == run.id))
        assert 0 < until - leases.now(db) <= leases.LEASE


def test_only_some_are_claimed_where_others_are_somebody_elses(store):
    first, second, third = (waiting(store, name) for name in ("first", "second", "third"))
    leases = store.leases("one")
    assert leases.claim(9, set()) == []
    assert leases.claim(9, {third.id, second.id, "gone"}) == [second.id, third.id]
    assert leases.claim(9) == [first.id]
