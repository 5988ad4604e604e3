"""RunStore: the only writer of runs. A run is a row; what happened to it are events; its files lie beside."""

import json
import os
import platform
import secrets
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import fsspec
import psutil
import sqlalchemy as sa

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.errors import RunError
from cnn_core.runs.events import ACTIVE, EVENT, Event, Interrupted, RunState, reduce
from cnn_core.runs.run import Run

_META = sa.MetaData()
_RUNS = sa.Table(
    "runs",
    _META,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("owner", sa.String(200), nullable=False),
    sa.Column("dataset", sa.String(200), nullable=False),
    sa.Column("network", sa.Text, nullable=False),
    sa.Column("recipe", sa.Text, nullable=False),
)
_EVENTS = sa.Table(
    "events",
    _META,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("run", sa.String(16), sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("event", sa.Text, nullable=False),
)
_DUELS = sa.Table(
    "duels",
    _META,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("runs", sa.Text, nullable=False),
)


class RunStore:
    """Runs in a database (SQLite in WAL mode, or PostgreSQL), their files under an fsspec URL.

    Safe to use from several threads; a second server may read and write the same database.

    Args:
        database: an SQLAlchemy URL.
        files: an fsspec URL of a folder; one folder per run is made in it.
    """

    def __init__(self, database: str, files: str):
        url = sa.make_url(database)
        if url.get_backend_name() == "sqlite" and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        self._db = sa.create_engine(url)
        if url.get_backend_name() == "sqlite":
            sa.event.listen(self._db, "connect", _configure_sqlite)
        _META.create_all(self._db)
        self._fs, self._root = fsspec.url_to_fs(files)
        self._states: dict[str, tuple[int, RunState]] = {}
        self._runs: dict[str, Run] = {}
        self._lock = threading.Lock()

    def create(self, name: str, network: Network, recipe: Recipe, dataset: str) -> Run:
        """Note a new run, without any event yet."""
        run = Run(secrets.token_hex(5), name[:200], time.time(), _owner(), dataset, network, recipe)
        row = {**vars(run), "network": network.to_json(), "recipe": recipe.model_dump_json()}
        with self._db.begin() as db:
            db.execute(_RUNS.insert().values(row))
        return run

    def append(self, run_id: str, *events: Event) -> None:
        """Note what happened to a run; events of a run that was deleted meanwhile are dropped."""
        rows = [{"run": run_id, "event": event.model_dump_json()} for event in events]
        with self._db.begin() as db:
            if db.execute(sa.select(_RUNS.c.id).where(_RUNS.c.id == run_id)).first():
                db.execute(_EVENTS.insert(), rows)

    def run(self, run_id: str) -> Run:
        """The run `run_id`; raises RunError when there is none (any more)."""
        with self._db.connect() as db:
            row = db.execute(_RUNS.select().where(_RUNS.c.id == run_id)).first()
        if row is None:
            raise RunError(
                "There is no such run", received=f"the id {run_id[:40]!r}", todo="Choose one from the list of runs"
            )
        return self._run(row)

    def runs(self) -> list[Run]:
        """All runs, the newest first."""
        with self._db.connect() as db:
            return [self._run(row) for row in db.execute(_RUNS.select().order_by(_RUNS.c.created.desc()))]

    def state(self, run_id: str) -> RunState:
        """What the run's events add up to. Only events that came since the last call are read."""
        with self._lock:
            last, state = self._states.get(run_id, (0, RunState()))
            query = sa.select(_EVENTS.c.id, _EVENTS.c.event).where(_EVENTS.c.run == run_id, _EVENTS.c.id > last)
            with self._db.connect() as db:
                rows = db.execute(query.order_by(_EVENTS.c.id)).all()
            if rows:
                state = reduce((EVENT.validate_json(row.event) for row in rows), state)
                self._states[run_id] = rows[-1].id, state
            return state

    def rename(self, run_id: str, name: str) -> None:
        """Give the run another name; raises RunError when the name is empty."""
        if not (name := name.strip()):
            raise RunError("A run needs a name", received="an empty one", todo="Type at least one letter")
        with self._db.begin() as db:
            db.execute(_RUNS.update().where(_RUNS.c.id == run_id).values(name=name[:200]))

    def delete(self, run_id: str) -> None:
        """Remove the run, its events and its files; raises RunError while it is under way."""
        if self.state(run_id).active:
            raise RunError("A run that is under way cannot be deleted", todo="Stop it first")
        with self._db.begin() as db:
            db.execute(_EVENTS.delete().where(_EVENTS.c.run == run_id))
            db.execute(_RUNS.delete().where(_RUNS.c.id == run_id))
        self._states.pop(run_id, None)
        self._delete_files(run_id)

    def save_file(self, run_id: str, name: str, content: bytes) -> None:
        """Write a file of the run; a reader sees the old one or the new one, never half of it."""
        folder = f"{self._root}/{run_id}"
        self._fs.makedirs(folder, exist_ok=True)
        self._fs.pipe_file(f"{folder}/{name}.part", content)
        self._fs.mv(f"{folder}/{name}.part", f"{folder}/{name}")

    def load_file(self, run_id: str, name: str) -> bytes | None:
        """The content of a file of the run, or None when it has none of that name."""
        path = f"{self._root}/{run_id}/{name}"
        return self._fs.cat_file(path) if self._fs.exists(path) else None

    def own(self, run_id: str) -> None:
        """Make this server answer for the run (it is about to resume it)."""
        with self._db.begin() as db:
            db.execute(_RUNS.update().where(_RUNS.c.id == run_id).values(owner=_owner()))

    def mark_interrupted(self) -> list[str]:
        """Note as interrupted the runs that another server process of this machine left under way; their ids."""
        left = [run for run in self.runs() if self.state(run.id).status in ACTIVE and not _alive(run.owner)]
        for run in left:
            self.append(run.id, Interrupted())
        return [run.id for run in left]

    def save_duel(self, duel_id: str, created: float, content: str, runs: Iterable[str]) -> None:
        """Keep a duel (`compare.plan.Duel` as JSON) with the ids of the runs that were made for it.

        Its files are kept like those of a run.
        """
        row = {"id": duel_id, "created": created, "content": content, "runs": json.dumps(list(runs))}
        with self._db.begin() as db:
            db.execute(_DUELS.insert().values(row))

    def duel_runs(self) -> set[str]:
        """The ids of all runs that were made for a duel: lists of runs need not show them all."""
        with self._db.connect() as db:
            return {run_id for runs in db.scalars(sa.select(_DUELS.c.runs)) for run_id in json.loads(runs)}

    def duels(self) -> list[str]:
        """What `save_duel` kept, the newest first."""
        with self._db.connect() as db:
            return list(db.scalars(sa.select(_DUELS.c.content).order_by(_DUELS.c.created.desc())))

    def duel(self, duel_id: str) -> str:
        """What `save_duel` kept under this id; raises RunError when there is none."""
        with self._db.connect() as db:
            content = db.scalar(sa.select(_DUELS.c.content).where(_DUELS.c.id == duel_id))
        if content is None:
            todo = "Start a new one, or choose one from the list"
            raise RunError("There is no such duel", received=f"the id {duel_id[:40]!r}", todo=todo)
        return content

    def delete_duel(self, duel_id: str) -> None:
        """Forget the duel and its files; its runs stay."""
        with self._db.begin() as db:
            db.execute(_DUELS.delete().where(_DUELS.c.id == duel_id))
        self._delete_files(duel_id)

    def _delete_files(self, owner_id: str) -> None:
        folder = f"{self._root}/{owner_id}"
        if self._fs.exists(folder):
            self._fs.rm(folder, recursive=True)

    def _run(self, row: sa.Row) -> Run:
        """Networks never change, and parsing one costs more than the query: keep them."""
        kept = self._runs.get(row.id)
        if kept is None or (kept.name, kept.owner) != (row.name, row.owner):
            network, recipe = Network.from_json(row.network), Recipe.model_validate_json(row.recipe)
            kept = self._runs[row.id] = Run(**{**row._mapping, "network": network, "recipe": recipe})
        return kept


def _configure_sqlite(connection, _record) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _owner() -> str:
    """This server process. Process ids are used again, so the time it was started belongs to it."""
    return json.dumps([platform.node(), os.getpid(), round(psutil.Process().create_time(), 1)])


def _alive(owner: str) -> bool:
    """Whether that server runs still; one on another machine is believed to."""
    node, pid, started = json.loads(owner)
    if node != platform.node():
        return True
    try:
        return abs(psutil.Process(pid).create_time() - started) < 1
    except psutil.NoSuchProcess:
        return False
