"""RunStore: on SQLite and PostgreSQL, from several threads and processes."""

import threading
from contextlib import suppress

import pytest

from cnn_core.errors import RunError, StorageError
from cnn_core.runs.events import Finished, Progress, Submitted
from cnn_core.runs.files import Files
from cnn_core.runs.store import RunStore
from tests.support.runs import PRESET, STARTED, new
from tests.support.waiting import until


def listed(store: RunStore) -> list[str]:
    return [run.id for run in store.lists.page()[0]]


def test_what_was_asked_comes_back_after_a_restart(store, urls):
    run = new(store)
    store.append(run.id, Submitted(), STARTED)
    again = RunStore(*urls)
    assert again.run(run.id) == run
    assert again.state(run.id) == store.state(run.id)
    assert listed(again) == [run.id]


def test_runs_are_listed_newest_first(store):
    ids = [new(store, name).id for name in ("a", "b", "c")]
    assert listed(store) == ids[::-1]


def test_two_stores_see_each_others_events(store, urls):
    run, other = new(store), RunStore(*urls)
    store.append(run.id, Submitted())
    assert other.state(run.id).status == "queued"
    store.append(run.id, STARTED)
    assert other.state(run.id).status == "training"


def test_threads_may_write_at_the_same_time(store):
    runs = [new(store, str(n)) for n in range(4)]
    event = Progress(epoch=0, step=1, points=((1, 1, 0),), images_per_second=1)

    def write(run):
        store.append(run.id, Submitted(), STARTED)
        for _ in range(50):
            store.append(run.id, event)

    threads = [threading.Thread(target=write, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(store.state(run.id).loss.x) for run in runs] == [50] * 4


def test_rename_and_delete(store, tmp_path):
    run = new(store)
    store.append(run.id, Submitted())
    store.save_file(run.id, "model.keras", b"weights")
    with pytest.raises(RunError, match="Stop it first"):
        store.delete(run.id)
    store.append(run.id, Finished())
    store.rename(run.id, "  better name ")
    assert store.run(run.id).name == "better name"
    with pytest.raises(RunError, match="needs a name"):
        store.rename(run.id, "   ")
    store.delete(run.id)
    assert listed(store) == []
    assert list((tmp_path / "models").rglob("*.keras")) == []
    store.append(run.id, Finished())  # a late event of a run that is gone
    with pytest.raises(RunError, match="no such run"):
        store.run(run.id)


def test_files_are_replaced_whole(store):
    run = new(store)
    assert store.load_file(run.id, "checkpoint.npz") is None
    store.save_file(run.id, "checkpoint.npz", b"one")
    store.save_file(run.id, "checkpoint.npz", b"two")
    assert store.load_file(run.id, "checkpoint.npz") == b"two"


def test_files_are_deleted_while_somebody_still_writes_them(tmp_path):
    """As a worker does that has not heard yet that its run was stopped, and deleted."""
    files, ended, saved = Files(str(tmp_path)), threading.Event(), [0]

    def write():
        while not ended.wait(0.001):
            with suppress(StorageError):  # its folder goes
                files.save("a", "checkpoint.npz", b"one")
                saved[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    until(lambda: saved[0] > 0)
    try:
        for _ in range(2000):
            files.delete("a")
    finally:
        ended.set()
        writer.join()
    files.delete("a")
    assert list(tmp_path.iterdir()) == []


def test_duels_are_kept_listed_and_deleted_with_their_files(store, urls):
    run = store.create("of b", PRESET.network, PRESET.recipe, "bundled", "b")
    store.duels.save("a", 1.0, "first")
    store.duels.save("b", 2.0, "second")
    store.save_file("b", "sweeps.json", b"[]")
    again = RunStore(*urls)
    assert again.duels.newest(5) == ["second", "first"]
    assert again.duels.newest(1) == ["second"]
    assert again.duels.load("a") == "first"
    assert (listed(again), again.lists.of_duels(active=False), again.lists.of_duels(active=True)) == ([], 1, 1)
    again.duels.delete("b")
    assert again.duels.newest(5) == ["first"]
    assert again.load_file("b", "sweeps.json") is None
    assert again.run(run.id) == run
    assert listed(again) == [run.id], "it stands alone now"
    with pytest.raises(RunError, match="no such duel"):
        again.duels.load("b")
