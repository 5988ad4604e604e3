"""Databases of older versions, brought to the tables of `database` step by step.

A step is never changed once it was released: it says the tables' names and columns itself, for the code around it
will be another one. It marks rows whose summary is to be made anew with an empty status.
"""

import json
from collections.abc import Callable

import sqlalchemy as sa

from cnn_core.errors import StorageError
from cnn_core.language import Text
from cnn_core.runs import database


def _columns_of_summaries_and_leases(db: sa.Connection) -> None:
    plain = 'TEXT COLLATE "C"' if db.dialect.name == "postgresql" else "TEXT"
    for column in (
        "duel VARCHAR(16)",
        f"words {plain} NOT NULL DEFAULT ''",
        "network_name VARCHAR(200) NOT NULL DEFAULT ''",
        "parameters BIGINT",
        "reads_images BOOLEAN NOT NULL DEFAULT TRUE",
        "status VARCHAR(16) NOT NULL DEFAULT ''",
        "submitted DOUBLE PRECISION NOT NULL DEFAULT 0",
        "ended DOUBLE PRECISION",
        "seconds DOUBLE PRECISION",
        "test_accuracy DOUBLE PRECISION",
        "validation_accuracy DOUBLE PRECISION",
        "saved BOOLEAN NOT NULL DEFAULT FALSE",
        "events INTEGER NOT NULL DEFAULT 0",
        "holder VARCHAR(64)",
        "lease_until DOUBLE PRECISION",
        "stop_wished BOOLEAN NOT NULL DEFAULT FALSE",
    ):
        db.execute(sa.text(f"ALTER TABLE runs ADD COLUMN {column}"))
    for index, columns in (("created", "created"), ("status", "status"), ("duel", "duel, created")):
        db.execute(sa.text(f"CREATE INDEX ix_runs_{index} ON runs ({columns})"))


def _numbered_events_summaries_and_leases(db: sa.Connection) -> None:
    """Version 1: events were numbered over all runs, runs knew the process that answered for them, duels their runs."""
    _columns_of_summaries_and_leases(db)
    db.execute(sa.text("ALTER TABLE runs DROP COLUMN owner"))
    db.execute(
        sa.text(
            "CREATE TABLE run_events (run VARCHAR(16) NOT NULL, number INTEGER NOT NULL, event TEXT NOT NULL, "
            "PRIMARY KEY (run, number), FOREIGN KEY (run) REFERENCES runs (id) ON DELETE CASCADE)"
        )
    )
    db.execute(
        sa.text(
            "INSERT INTO run_events SELECT run, row_number() OVER (PARTITION BY run ORDER BY id), event FROM events"
        )
    )
    db.execute(sa.text("DROP TABLE events"))
    db.execute(sa.text("UPDATE runs SET events = (SELECT count(*) FROM run_events WHERE run = runs.id)"))
    for duel_id, runs in db.execute(sa.text("SELECT id, runs FROM duels")).all():
        for run_id in json.loads(runs):
            db.execute(sa.text("UPDATE runs SET duel = :duel WHERE id = :run"), {"duel": duel_id, "run": run_id})
    db.execute(sa.text("ALTER TABLE duels DROP COLUMN runs"))


def _people_and_what_is_theirs(_db: sa.Connection) -> None:
    """Version 2 knew nobody: two more tables, which `create_all` makes."""


def _what_a_teacher_sets(_db: sa.Connection) -> None:
    """Version 3 had no class with a plan: one more table, which `create_all` makes."""


def _rounds(db: sa.Connection) -> None:
    """Version 4 did not know who had had a turn already."""
    db.execute(sa.text("ALTER TABLE runs ADD COLUMN turn INTEGER NOT NULL DEFAULT 0"))
    db.execute(sa.text("CREATE INDEX ix_runs_turn ON runs (turn)"))


STEPS: tuple[Callable[[sa.Connection], None], ...] = (
    _numbered_events_summaries_and_leases,
    _people_and_what_is_theirs,
    _what_a_teacher_sets,
    _rounds,
)
"""STEPS[n] makes version n + 2 of a database of version n + 1."""
CURRENT = len(STEPS) + 1


def migrate(engine: sa.Engine) -> None:
    """Make the tables, or bring those of an older version up to date.

    Raises StorageError for a database of a newer version.
    """
    with database.alone(engine) as db:
        version = _version(db)
        if version > CURRENT:
            raise StorageError(
                Text("The runs were stored by a newer version of CNN Studio"),
                expected=Text("version {number} of the database or an older one", number=CURRENT),
                received=Text("version {number}", number=version),
                todo=Text("Update CNN Studio, or choose another CNN_STUDIO_HOME"),
            )
        for step in STEPS[version - 1 :] if version else ():
            step(db)
        database.META.create_all(db)
        db.execute(database.VERSION.delete())
        db.execute(database.VERSION.insert().values(number=CURRENT))


def _version(db: sa.Connection) -> int:
    """0 for an empty database; the first version had no table that says so."""
    tables = sa.inspect(db).get_table_names()
    if "version" in tables:
        return db.scalar(sa.select(database.VERSION.c.number)) or CURRENT
    return 1 if "runs" in tables else 0
