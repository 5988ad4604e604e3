"""A home folder of the first version of the app (tests/runs/version_1), on either database."""

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from cnn_core.runs.events import EVENT
from cnn_core.runs.state import RunState, reduce

KEPT = Path(__file__).parents[1] / "runs" / "version_1"
# As SQLAlchemy had made them on PostgreSQL.
ON_POSTGRESQL = (
    "CREATE TABLE runs (id VARCHAR(16) NOT NULL, name VARCHAR(200) NOT NULL, created FLOAT NOT NULL, "
    "owner VARCHAR(200) NOT NULL, dataset VARCHAR(200) NOT NULL, network TEXT NOT NULL, recipe TEXT NOT NULL, "
    "PRIMARY KEY (id))",
    "CREATE TABLE events (id BIGSERIAL NOT NULL, run VARCHAR(16) NOT NULL, event TEXT NOT NULL, PRIMARY KEY (id), "
    "FOREIGN KEY(run) REFERENCES runs (id) ON DELETE CASCADE)",
    "CREATE INDEX ix_events_run ON events (run)",
    "CREATE TABLE duels (id VARCHAR(16) NOT NULL, created FLOAT NOT NULL, content TEXT NOT NULL, "
    "runs TEXT NOT NULL, PRIMARY KEY (id))",
)


@dataclass(frozen=True)
class Old:
    """A copy of it: `urls` are those of a RunStore, `rows` what its tables hold, by table."""

    urls: tuple[str, str]
    rows: dict[str, list[dict]]

    def states(self) -> dict[str, RunState]:
        """Of each run, in the order in which the first version read its events."""
        ordered = sorted(self.rows["events"], key=lambda row: row["id"])
        return {
            run["id"]: reduce(EVENT.validate_json(row["event"]) for row in ordered if row["run"] == run["id"])
            for run in self.rows["runs"]
        }

    def change(self, statement: str, **values: object) -> None:
        """Change it by SQL, as something else than the first version might have."""
        engine = sa.create_engine(self.urls[0])
        with engine.begin() as db:
            db.execute(sa.text(statement), values)
        engine.dispose()


def copied(database: str, home: Path) -> Old:
    """Copy it into `home`, and into the new, empty `database`."""
    shutil.copytree(KEPT / "models", home / "models")
    rows = _rows()
    url = sa.make_url(database)
    if url.get_backend_name() == "sqlite":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(KEPT / "runs.db", url.database)
    else:
        _load(database, rows)
    return Old((database, str(home / "models")), rows)


def _rows() -> dict[str, list[dict]]:
    with sqlite3.connect(f"file:{KEPT / 'runs.db'}?mode=ro&immutable=1", uri=True) as db:
        db.row_factory = sqlite3.Row
        tables = ("runs", "events", "duels")
        rows = {table: [dict(row) for row in db.execute(f"SELECT * FROM {table}")] for table in tables}
    db.close()
    return rows


def _load(database: str, rows: dict[str, list[dict]]) -> None:
    engine = sa.create_engine(database)
    with engine.begin() as db:
        for statement in ON_POSTGRESQL:
            db.execute(sa.text(statement))
        for table, of_table in rows.items():
            columns = list(of_table[0])
            insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(f':{name}' for name in columns)})"
            # The other way round: the order in which a table holds its rows means nothing.
            db.execute(sa.text(insert), of_table[::-1])
    engine.dispose()
