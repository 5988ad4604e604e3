"""Databases of older versions are brought up to date, whole or not at all."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
import sqlalchemy as sa

from cnn_core.errors import RunError, StorageError
from cnn_core.runs import database as databases
from cnn_core.runs import migrations
from cnn_core.runs.database import RUNS, VERSION
from cnn_core.runs.events import Submitted
from cnn_core.runs.models import ModelLibrary
from cnn_core.runs.store import RunStore
from cnn_core.runs.summary import asked, became
from tests.support.processes import printed, python
from tests.support.runs import ended
from tests.support.version_1 import Old, copied

OPEN = """
import sys
from cnn_core.runs.store import RunStore
print("ready", flush=True)
sys.stdin.readline()
store = RunStore(*sys.argv[1:3])
runs, total = store.lists.page(duels=True)
print(total, *sorted(run.status for run in runs))
"""
CRASH = """
import os, sys
from cnn_core.runs import migrations
from cnn_core.runs.store import RunStore

step = migrations.STEPS[0]
migrations.STEPS = (lambda db: (step(db), os._exit(7)),)
RunStore(*sys.argv[1:3])
"""


@pytest.fixture
def old(database, tmp_path) -> Old:
    return copied(database, tmp_path)


def opened(old: Old) -> RunStore:
    return RunStore(*old.urls)


def tables(database: str) -> dict[str, int]:
    """How many rows each has."""
    engine = sa.create_engine(database)
    with engine.connect() as db:
        names = sa.inspect(db).get_table_names()
        found = {name: db.scalar(sa.text(f"SELECT count(*) FROM {name}")) for name in names}
    engine.dispose()
    return found


def test_the_first_version_is_as_it_was(old):
    """States, names, what was asked and the files."""
    store = opened(old)
    expected = old.states()
    assert len(expected) == 8
    assert {state.status for state in expected.values()} >= {"finished", "stopped", "training", "queued"}
    assert store.states(expected) == expected
    for row in old.rows["runs"]:
        run = store.run(row["id"])
        assert (run.name, run.created, run.dataset) == (row["name"], row["created"], row["dataset"])
        assert run.network.model_dump(mode="json") == json.loads(row["network"])
        assert json.loads(row["recipe"]).items() <= json.loads(run.recipe.model_dump_json()).items()
        assert (store.load_file(run.id, "model.keras") is not None) == expected[run.id].saved
        assert store.count(run.id) == sum(event["run"] == run.id for event in old.rows["events"])
    assert tables(old.urls[0]) == {
        "runs": 8,
        "run_events": len(old.rows["events"]),
        "duels": 1,
        "version": 1,
        "people": 0,
        "owners": 0,
        "classroom": 0,
    }


def test_the_summaries_are_what_the_events_add_up_to(old):
    store, expected = opened(old), old.states()
    with store._db.connect() as db:
        rows = db.execute(RUNS.select()).all()
    for row in rows:
        run = store.run(row.id)
        summary = asked(run.network, run.recipe) | became(expected[row.id])
        assert {name: getattr(row, name) for name in summary} == summary
        assert (row.holder, row.stop_wished) == (None, False)
    assert [run.id for run in store.lists.page(text="*FIRST* run of 数字")[0]] == ["d74a6b4cf1"]
    trained = [run.id for run in store.lists.trained(50)]
    of_duel = json.loads(old.rows["duels"][0]["runs"])
    assert sorted(trained) == sorted(id for id, state in expected.items() if state.saved and id not in of_duel)
    assert {model.key for model in ModelLibrary(store).models()} >= set(trained)


def test_duels_know_their_runs(old):
    store, [row] = opened(old), old.rows["duels"]
    assert store.duels.load(row["id"]) == row["content"]
    assert store.duels.newest(5) == [row["content"]]
    of_duel = set(json.loads(row["runs"]))
    listed = {run.id for run in store.lists.page()[0]}
    assert listed == {run["id"] for run in old.rows["runs"]} - of_duel
    assert {run.id for run in store.lists.page(duels=True)[0]} == listed | of_duel
    store.duels.delete(row["id"])
    assert {run.id for run in store.lists.page()[0]} == listed | of_duel


def test_a_waiting_run_waits_and_a_begun_one_is_settled(old):
    store, expected = opened(old), old.states()
    leases = store.leases("new")
    assert leases.claim(9) == [run_id for run_id, state in expected.items() if state.status == "queued"]
    assert leases.take_left() == [run_id for run_id, state in expected.items() if state.status == "training"]


def test_old_runs_go_on(old):
    """The next event has the next number; what was broken off can be trained on, what ended renamed and deleted."""
    store = opened(old)
    run_id = next(run_id for run_id, state in old.states().items() if not state.active and not state.saved)
    count = store.count(run_id)
    store.submit(run_id)
    assert store.count(run_id) == count + 1
    assert (store.state(run_id).status, opened(old).state(run_id).status) == ("queued", "queued")
    other = next(run_id for run_id, state in old.states().items() if state.status == "stopped")
    store.rename(other, "another name")
    assert store.lists.page(text="another")[0][0].id == other
    store.delete(other)
    with pytest.raises(RunError, match="no such run"):
        opened(old).run(other)
    assert ended(store, "new").name == "new"


def test_migrating_again_does_nothing(old):
    first = opened(old)
    with first._db.connect() as db:
        before = [tuple(row) for row in db.execute(RUNS.select().order_by(RUNS.c.id))]
    second = opened(old)
    with second._db.connect() as db:
        assert [tuple(row) for row in db.execute(RUNS.select().order_by(RUNS.c.id))] == before
        assert db.scalars(sa.select(VERSION.c.number)).all() == [migrations.CURRENT]
    assert second.states(old.states()) == old.states()


def schema(database: str) -> dict:
    engine = sa.create_engine(database)
    inspector = sa.inspect(engine)
    found = {
        table: {
            "columns": {c["name"]: (c["type"].python_type, c["nullable"]) for c in inspector.get_columns(table)},
            "key": inspector.get_pk_constraint(table)["constrained_columns"],
            "indexes": sorted(str(index["column_names"]) for index in inspector.get_indexes(table)),
            "foreign": [
                (key["constrained_columns"], key["referred_table"], key["options"])
                for key in inspector.get_foreign_keys(table)
            ],
        }
        for table in inspector.get_table_names()
    }
    engine.dispose()
    return found


def test_a_migrated_database_is_like_a_new_one(old, postgres, tmp_path):
    opened(old)
    sqlite = old.urls[0].startswith("sqlite")
    fresh = f"sqlite:///{tmp_path}/fresh.db" if sqlite else postgres.database()
    RunStore(fresh, str(tmp_path))
    assert schema(old.urls[0]) == schema(fresh)


def test_threads_of_servers_that_start_at_the_same_moment(old):
    stores, faults = [], []

    def start() -> None:
        try:
            stores.append(opened(old))
        except StorageError as error:
            faults.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert all(store.states(old.states()) == old.states() for store in stores)


@pytest.mark.parametrize("of_version_1", [True, False], ids=["old", "empty"])
def test_servers_that_start_at_the_same_moment(database, tmp_path, of_version_1):
    """On a database of the first version, and on one that is not there yet."""
    urls = copied(database, tmp_path).urls if of_version_1 else (database, str(tmp_path))
    servers = [python(OPEN, *urls) for _ in range(3)]
    for server in servers:
        assert server.stdout.readline() == "ready\n", server.stderr.read()
    for server in servers:
        server.stdin.write("go\n")
        server.stdin.flush()
    found = printed(servers)
    assert found == [found[0]] * 3
    assert found[0][0] == ("8" if of_version_1 else "0")


def test_a_newer_database_is_left_alone(database, tmp_path):
    store = RunStore(database, str(tmp_path))
    run = ended(store)
    with store._db.begin() as db:
        db.execute(VERSION.update().values(number=migrations.CURRENT + 1))
    with pytest.raises(StorageError, match=r"newer version of CNN Studio.*Update CNN Studio"):
        RunStore(database, str(tmp_path))
    with store._db.begin() as db:
        db.execute(VERSION.update().values(number=migrations.CURRENT))
    assert RunStore(database, str(tmp_path)).run(run.id) == run


def test_a_server_that_is_killed_in_the_middle_leaves_the_old_database_whole(old):
    before = tables(old.urls[0])
    server = python(CRASH, *old.urls)
    server.communicate(timeout=60)
    assert server.returncode == 7
    assert tables(old.urls[0]) == before
    assert opened(old).states(old.states()) == old.states()


def test_a_step_that_fails_leaves_the_old_database_whole(old, monkeypatch):
    before, step = tables(old.urls[0]), migrations.STEPS[0]

    def fails(db: sa.Connection) -> None:
        step(db)
        db.execute(sa.text("SELECT * FROM nowhere"))

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", (fails,))
        with pytest.raises(StorageError, match="The runs cannot be opened"):
            opened(old)
    assert tables(old.urls[0]) == before
    assert opened(old).states(old.states()) == old.states()


def test_summaries_that_were_not_made_are_made_by_the_next_server(old, monkeypatch):
    """The tables are new, and then the server was killed."""
    with monkeypatch.context() as patch:
        patch.setattr(RunStore, "_summarize_anew", lambda self: None)
        opened(old)
    assert {run.status for run in opened(old).lists.page(duels=True)[0]} >= {"finished", "queued", "training"}


def test_a_summary_that_another_server_has_written_meanwhile_stays(old, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(RunStore, "_summarize_anew", lambda self: None)
        late, quick = opened(old), opened(old)
    run_id = next(run_id for run_id, state in old.states().items() if not state.active)
    known = late._known

    def slow(run_ids):
        found = known(run_ids)
        quick.append(run_id, Submitted())
        return found

    monkeypatch.setattr(late, "_known", slow)
    late._summarize_anew()
    assert next(run.status for run in late.lists.page(duels=True)[0] if run.id == run_id) == "queued"


def test_a_large_database_is_migrated_without_a_server_giving_up(database, tmp_path, monkeypatch):
    """Who comes second waits, even longer than for a single write."""
    monkeypatch.setattr(databases, "BUSY_MILLISECONDS", 1)
    old, step, begun = copied(database, tmp_path), migrations.STEPS[0], threading.Event()
    go_on = threading.Event()

    def slow(db: sa.Connection) -> None:
        begun.set()
        go_on.wait()
        step(db)

    monkeypatch.setattr(migrations, "STEPS", (slow, *migrations.STEPS[1:]))

    def start() -> None:
        engine = databases.connect(database)
        with databases.said("The runs cannot be opened"):
            migrations.migrate(engine)
        engine.dispose()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(start)
        begun.wait()
        second = pool.submit(start)
        wait([second], timeout=0.5)  # long enough to give up
        go_on.set()
        first.result(), second.result()
    monkeypatch.undo()
    assert opened(old).lists.count(duels=True) == 8
