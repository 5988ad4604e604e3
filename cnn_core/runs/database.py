"""The database of the runs: its tables, how it is opened, and what is said when it cannot be read or written."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from cnn_core.errors import StorageError
from cnn_core.language import Text

MOMENT = 1.0
"""Seconds for which an answer that every page needs is kept: so late is seen what another server has changed."""
READ_FAULT = Text("The runs cannot be read")
META = sa.MetaData()
# Compared letter by letter, as Python does, whatever language the database's machine speaks.
PLAIN = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
RUNS = sa.Table(
    "runs",
    META,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("created", sa.Double, nullable=False, index=True),
    sa.Column("dataset", sa.String(200), nullable=False),
    sa.Column("network", sa.Text, nullable=False),
    sa.Column("recipe", sa.Text, nullable=False),
    sa.Column("duel", sa.String(16)),
    # What lists show, sort and search by: what `summary.columns` makes of the run and of its events.
    sa.Column("words", PLAIN, nullable=False, default=""),
    sa.Column("network_name", sa.String(200), nullable=False, default=""),
    sa.Column("parameters", sa.BigInteger),
    sa.Column("reads_images", sa.Boolean, nullable=False, default=True),
    sa.Column("status", sa.String(16), nullable=False, default="", index=True),
    sa.Column("submitted", sa.Double, nullable=False, default=0.0),
    sa.Column("ended", sa.Double),
    sa.Column("seconds", sa.Double),
    sa.Column("test_accuracy", sa.Double),
    sa.Column("validation_accuracy", sa.Double),
    sa.Column("saved", sa.Boolean, nullable=False, default=False),
    # How many events it has: the number of the next one is this plus 1.
    sa.Column("events", sa.Integer, nullable=False, default=0),
    # The lease: which server answers for the run, and until when if it does not say so again.
    sa.Column("holder", sa.String(64)),
    sa.Column("lease_until", sa.Double),
    sa.Column("stop_wished", sa.Boolean, nullable=False, default=False),
    # The round in which it was asked for, or, once a server has taken it, that in which it was: see `turns`.
    sa.Column("turn", sa.Integer, nullable=False, default=0, server_default="0", index=True),
    # Most lists are of runs that stand alone, the newest first.
    sa.Index("ix_runs_duel", "duel", "created"),
)
EVENTS = sa.Table(
    "run_events",
    META,
    sa.Column("run", sa.String(16), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("event", sa.Text, nullable=False),
)
DUELS = sa.Table(
    "duels",
    META,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("created", sa.Double, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
)
PEOPLE = sa.Table(
    "people",
    META,
    sa.Column("id", sa.String(64), primary_key=True),  # a hash: the secret itself stays in its browser
    sa.Column("name", sa.String(40), nullable=False),
    sa.Column("folded", sa.String(80), nullable=False, unique=True),  # without capital letters
    sa.Column("joined", sa.Double, nullable=False),
)
OWNERS = sa.Table(
    "owners",
    META,
    sa.Column("kind", sa.String(8), primary_key=True),
    sa.Column("key", sa.String(80), primary_key=True),
    sa.Column("person", sa.String(64), sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
)
CLASSROOM = sa.Table(
    "classroom",
    META,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content", sa.Text, nullable=False),  # `classroom.Plan` as JSON
)
VERSION = sa.Table("version", META, sa.Column("number", sa.Integer, nullable=False))

BUSY_MILLISECONDS = 5000
MIGRATION_MILLISECONDS = 600_000  # a server that starts meanwhile waits
MIGRATING = 4_107_771  # any number that no other program on the same PostgreSQL locks


def connect(database: str) -> sa.Engine:
    """An engine for the SQLAlchemy URL `database`; the folder of an SQLite file is made. Raises StorageError."""
    try:
        url = sa.make_url(database)
        engine = sa.create_engine(url, pool_pre_ping=url.get_backend_name() != "sqlite")
    except (sa.exc.ArgumentError, ImportError) as error:  # the URL may hold a password: it is not shown
        todo = Text("Correct CNN_STUDIO_DATABASE_URL, or install the database's driver (README.md)")
        raise StorageError(Text("The database cannot be used"), received=_first_line(error), todo=todo) from error
    if url.get_backend_name() == "sqlite":
        sa.event.listen(engine, "connect", _configure_sqlite)
        if url.database:
            with said(Text("The runs cannot be stored")):
                Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    return engine


def may_be_id(text: str) -> bool:
    """Whether a run or a duel can have this id: what stands in an address can be anything."""
    return re.fullmatch("[0-9a-z]{1,16}", text) is not None


def brief_id(text: str) -> Text:
    """An id that somebody has asked for, to be shown: it can be as long as they like."""
    return Text("the id {id}", id=repr(text[:40]))


def same_id(column: sa.Column, text: str) -> sa.ColumnElement:
    """That `column` holds this id. PostgreSQL must not be asked for what it takes for no text at all."""
    return column == text if may_be_id(text) else sa.false()


@contextmanager
def said(what: Text) -> Iterator[None]:
    """An error of the database or of the disk inside this block becomes a StorageError that begins with `what`."""
    try:
        yield
    except (sa.exc.DBAPIError, sa.exc.TimeoutError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        raise StorageError(what, received=_first_line(cause), todo=_todo(str(cause).lower())) from error


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _todo(cause: str) -> Text:
    if any(sign in cause for sign in ("full", "no space", "disk i/o")):
        return Text("Make space on the disk of the server")
    if any(word in cause for word in ("readonly", "read-only", "permission", "unable to open")):
        return Text(
            "Let the server write into its home folder and its database, or set CNN_STUDIO_HOME to another folder"
        )
    return Text("Try again in a moment")


def now(db: sa.Connection) -> float:
    """Seconds since 1970 on the database's clock: leases of several servers are measured by one clock."""
    if db.dialect.name == "sqlite":
        return db.scalar(sa.text("SELECT (julianday('now') - 2440587.5) * 86400.0"))
    return float(db.scalar(sa.text("SELECT extract(epoch FROM clock_timestamp())")))


@contextmanager
def alone(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction beside which no other server is in one that came from here."""
    if engine.dialect.name != "sqlite":
        with engine.begin() as db:
            db.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
            yield db
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.exec_driver_sql(f"PRAGMA busy_timeout={MIGRATION_MILLISECONDS}")
        # Python's sqlite3 would begin a transaction only at the first change of a row, after tables were changed.
        db.exec_driver_sql("BEGIN IMMEDIATE")
        db.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        try:
            yield db
        except BaseException:
            with suppress(sa.exc.OperationalError):  # after some errors SQLite has rolled back already
                db.exec_driver_sql("ROLLBACK")
            raise
        db.exec_driver_sql("COMMIT")


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    _write_ahead(connection)
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """The one thing for which SQLite does not wait by itself: another server may be doing it at this moment."""
    end = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
