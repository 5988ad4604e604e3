"""When the database or the disk does not let itself be read or written: words, nothing half done, and it goes on."""

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from cnn_core.errors import RunError, StorageError
from cnn_core.runs import database as databases
from cnn_core.runs.events import Failed, Finished, Interrupted
from cnn_core.runs.store import RunStore
from tests.support.runs import STARTED, life, new, waiting

NOT_IDS = ["\0", "a\0b", "%00", "", " ", "x" * 100, "🙂", "'; --", "../..", "\ud800"]


def path_of(store: RunStore) -> str:
    return store._db.url.database


@pytest.fixture
def sqlite(tmp_path, monkeypatch):
    """A store on SQLite that does not wait long for others."""
    monkeypatch.setattr(databases, "BUSY_MILLISECONDS", 50)
    store = RunStore(f"sqlite:///{tmp_path}/runs.db", str(tmp_path / "models"))
    yield store
    store.close()


def writes(store: RunStore, run_id: str) -> dict:
    """All that writes into the database, each as a function, for a run that waits."""
    leases = store.leases("one")
    return {
        "create": lambda: new(store),
        "append": lambda: store.append(run_id, STARTED),
        "submit": lambda: store.submit(new(store).id),
        "rename": lambda: store.rename(run_id, "other"),
        "wish to stop": lambda: store.wish_stop(run_id),
        "delete": lambda: store.delete(run_id),
        "save a duel": lambda: store.duels.save("d", 1.0, "{}"),
        "delete a duel": lambda: store.duels.delete("d"),
        "claim": lambda: leases.claim(1),
    }


def test_a_locked_database_is_said_and_works_again(sqlite):
    run = waiting(sqlite)
    other = sqlite3.connect(path_of(sqlite), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    for what, write in writes(sqlite, run.id).items():
        with pytest.raises(StorageError, match=r"locked.*Try again in a moment") as error:
            write()
        assert error.value.what, what
    assert sqlite.state(run.id).status == "queued", "it can still be read"
    other.execute("ROLLBACK")
    other.close()
    assert (sqlite.count(run.id), sqlite.lists.count()) == (1, 1), "nothing of it was half done"
    assert sqlite.append(run.id, STARTED)
    assert sqlite.state(run.id).status == "training"


def test_a_full_disk_is_said_and_works_again(sqlite):
    """SQLite says the same when a file may not grow as when the disk is full."""
    run = waiting(sqlite)

    def grow(connection, _record, pages: int = 0) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages or 1}")  # never below what it has

    sa.event.listen(sqlite._db, "connect", grow)
    sqlite.close()
    with pytest.raises(StorageError, match=r"full.*Make space on the disk"):
        sqlite.append(run.id, *life(points=2000))
    assert (sqlite.count(run.id), sqlite.state(run.id).status) == (1, "queued")
    sa.event.remove(sqlite._db, "connect", grow)
    sqlite.close()
    assert sqlite.append(run.id, *life(points=2000))
    assert sqlite.state(run.id).status == "finished"


@pytest.fixture
def small_disk():
    """A folder on a disk of 1 MiB; not where pytest cleans up, which a disk that is still there would trouble."""
    folder = Path(tempfile.mkdtemp(prefix="cnn-disk-"))
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        folder.rmdir()
        pytest.skip("this user may not mount a file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
    folder.rmdir()


def test_a_disk_that_is_really_full_loses_nothing(small_disk):
    store = RunStore(f"sqlite:///{small_disk}/runs.db", str(small_disk / "models"))
    run = waiting(store)
    store.save_file(run.id, "model.keras", b"old")
    with pytest.raises(StorageError, match=r"No space.*Make space on the disk"):
        store.save_file(run.id, "model.keras", b"new" * 2**20)
    assert store.load_file(run.id, "model.keras") == b"old"
    assert [path.name for path in (small_disk / "models" / run.id).iterdir()] == ["model.keras"]
    (small_disk / "ballast").write_bytes(bytes(shutil.disk_usage(small_disk).free))
    with pytest.raises(StorageError, match="Make space on the disk"):
        store.append(run.id, *life(points=20_000))
    assert (store.count(run.id), store.state(run.id).status) == (1, "queued")
    (small_disk / "ballast").unlink()
    assert store.append(run.id, *life(points=20))
    assert RunStore.state(store, run.id).status == "finished"
    store.close()


def test_postgresql_may_go_away_and_come_back(postgres, tmp_path):
    store = RunStore(postgres.database(), str(tmp_path))
    run = waiting(store)
    held = store._db.connect()  # a connection that breaks while it is in use
    held.execute(sa.text("SELECT 1"))
    postgres.stop()
    try:
        with pytest.raises(sa.exc.OperationalError):
            held.execute(sa.text("SELECT 1"))
        held.close()
        for write in writes(store, run.id).values():
            with pytest.raises(StorageError, match="Try again in a moment"):
                write()
        for read in (
            lambda: store.state(run.id),
            lambda: store.run(run.id),
            store.lists.page,
            lambda: store.duels.newest(1),
        ):
            with pytest.raises(StorageError, match=r"cannot be read.*Try again in a moment"):
                read()
        with pytest.raises(StorageError, match="The runs cannot be opened"):
            RunStore(str(store._db.url.render_as_string(hide_password=False)), str(tmp_path))
    finally:
        postgres.start()
    assert store.append(run.id, STARTED)
    assert (store.count(run.id), store.state(run.id).status) == (2, "training")
    store.close()


@pytest.fixture
def read_only(small_disk):
    """Makes the folder one that may only be read: root may write anywhere but on a disk that is so."""
    yield lambda: subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)


def test_a_folder_that_may_only_be_read(small_disk, read_only):
    store = RunStore(f"sqlite:///{small_disk}/runs.db", str(small_disk / "models"))
    run = waiting(store)
    store.close()
    read_only()
    for url in (f"sqlite:///{small_disk}/runs.db", f"sqlite:///{small_disk}/sub/runs.db"):
        with pytest.raises(StorageError, match="Let the server write into its home folder"):
            RunStore(url, str(small_disk / "models"))
    with pytest.raises(StorageError, match="Let the server write into its home folder"):
        store.append(run.id, STARTED)
    with pytest.raises(StorageError, match="Let the server write into its home folder"):
        store.save_file(run.id, "model.keras", b"")


def test_a_postgresql_that_may_only_be_read(postgres, tmp_path):
    url = postgres.database()
    store = RunStore(url, str(tmp_path))
    run = waiting(store)
    store.close()
    with pytest.raises(StorageError, match=r"read-only.*Let the server write into.* its database"):
        RunStore(f"{url}&options=-c%20default_transaction_read_only%3Don", str(tmp_path))
    assert RunStore(url, str(tmp_path)).state(run.id).status == "queued"


@pytest.mark.parametrize("run_id", NOT_IDS)
def test_what_is_no_id_has_no_run_and_no_duel(store, run_id):
    for ask in (store.run, store.submit):
        with pytest.raises(RunError, match="no such run"):
            ask(run_id)
    with pytest.raises(RunError, match="no such duel"):
        store.duels.load(run_id)
    assert (store.state(run_id).submitted, store.states([run_id]), store.count(run_id)) == (0.0, {}, 0)
    assert not store.append(run_id, Finished())
    assert store.lists.line().before(run_id) == 0
    store.wish_stop(run_id)
    store.rename(run_id, "name")


@pytest.mark.parametrize("run_id", NOT_IDS)
def test_what_is_no_id_has_no_folder(store, run_id, tmp_path):
    """Least of all one that is somebody else's."""
    store.save_file(new(store).id, "model.keras", b"")
    before = sorted(tmp_path.rglob("*"))
    for act in (
        store.delete,
        store.duels.delete,
        lambda id: store.load_file(id, "a"),
        lambda id: store.save_file(id, "a", b""),
    ):
        with pytest.raises(RunError, match="no id"):
            act(run_id)
    assert sorted(tmp_path.rglob("*")) == before
    assert store.load_file("0" * 10, "model.keras") is None


def test_names_and_messages_may_hold_anything(store):
    run = new(store, " a\0\x07b\u3000\n c\ud800" + "ß" * 300)
    assert run.name == "ab c" + "ß" * 196
    assert store.run(run.id).name == run.name
    store.append(run.id, STARTED, Failed(message="no\0 such \x07 thing."))
    assert store.state(run.id).message == "no\0 such \x07 thing."
    store.duels.save("a", 1.0, json.dumps({"title": "a\0"}))
    with pytest.raises(RunError, match="needs a name"):
        store.rename(run.id, "\0\x07 \n")


def test_all_connections_may_be_in_use_for_a_while(store):
    """More threads than the pool has connections: they wait for each other."""
    run, states = waiting(store), []
    threads = [threading.Thread(target=lambda: states.append(store.state(run.id).status)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states == ["queued"] * 40


@pytest.mark.parametrize("url", ["nonsense", "mysql+nodriver://localhost/x", "oracle+oracledb://secret@host/x"])
def test_a_database_that_cannot_be_used_is_said_without_its_password(url, tmp_path):
    with pytest.raises(StorageError, match="CNN_STUDIO_DATABASE_URL") as error:
        RunStore(url, str(tmp_path))
    assert "secret" not in str(error.value)


def test_what_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="The runs cannot be stored"):
        RunStore(f"sqlite:///{tmp_path}/file/runs.db", str(tmp_path))


def test_what_is_no_database(tmp_path):
    (tmp_path / "runs.db").write_text("something else, and long enough to be one" * 100)
    with pytest.raises(StorageError, match="not a database"):
        RunStore(f"sqlite:///{tmp_path}/runs.db", str(tmp_path))


def test_many_who_save_the_same_file_leave_one_whole(store, tmp_path):
    run, contents = new(store), [bytes([n]) * 300_000 for n in range(8)]
    threads = [threading.Thread(target=store.save_file, args=(run.id, "checkpoint.npz", c)) for c in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.load_file(run.id, "checkpoint.npz") in contents
    assert len(list((tmp_path / "models" / run.id).iterdir())) == 1


def test_an_interrupted_run_is_deleted_with_its_events(store):
    run = waiting(store)
    store.append(run.id, STARTED, Interrupted())
    store.delete(run.id)
    store.delete(run.id)
    with store._db.connect() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(databases.EVENTS)) == 0
