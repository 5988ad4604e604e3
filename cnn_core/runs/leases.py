"""Leases: which server answers for which run, so that each run has one, and only one, writer of its events.

A server says again and again that it is there. When it has not for LEASE seconds, its runs are anybody's.
"""

from collections.abc import Collection

import sqlalchemy as sa

from cnn_core.language import Text
from cnn_core.runs.database import RUNS, now, said
from cnn_core.runs.state import ACTIVE
from cnn_core.runs.turns import Beside, Turns

LEASE = 8.0  # seconds
FAULT = Text("The queue of runs cannot be read or written")
NOTHING = Beside()
BEGUN = tuple(status for status in ACTIVE if status != "queued")


class Leases:
    """The runs that the server `holder` answers for. Times are the database's. Raises StorageError."""

    def __init__(self, engine: sa.Engine, holder: str, turns: Turns):
        self._engine, self._holder, self._turns = engine, holder, turns

    def claim(self, most: int, among: Collection[str] | None = None, beside: Beside = NOTHING) -> list[str]:
        """Take up to `most` waiting runs that nobody has, in everybody's turn; their ids.

        Args:
            among: only these; None: any.
            beside: what else of this server takes a trainer, and so a turn.
        """
        claimed: list[str] = []
        with said(FAULT), self._engine.begin() as db:
            time = now(db)
            waiting = (RUNS.c.status == "queued") & (RUNS.c.submitted > 0) & ~RUNS.c.stop_wished & self._free(time)
            free = set(db.scalars(sa.select(RUNS.c.id).where(waiting)))
            free &= free if among is None else set(among)
            line = self._turns.line(db).and_also(beside)
            # Of those that have a server, one may have been left before it began: that server is gone.
            for run in (*line.begun, *line.waiting):
                if len(claimed) == most:
                    break
                if run.id in free and self._take(db, run.id, waiting, time, turn=run.turn):
                    claimed.append(run.id)
        return claimed

    def take_left(self) -> list[str]:
        """Take the runs that nobody answers for any more: begun ones, and waiting ones that are wished to stop."""
        taken = []
        with said(FAULT), self._engine.begin() as db:
            time = now(db)
            stopped = (RUNS.c.status == "queued") & RUNS.c.stop_wished
            left = (RUNS.c.status.in_(BEGUN) | stopped) & self._free(time)
            for run_id in db.scalars(_unlocked(sa.select(RUNS.c.id).where(left))).all():
                if self._take(db, run_id, left, time):
                    taken.append(run_id)
        return taken

    def _free(self, time: float) -> sa.ColumnElement:
        return RUNS.c.holder.is_(None) | ((RUNS.c.lease_until < time) & (RUNS.c.holder != self._holder))

    def _take(self, db: sa.Connection, run_id: str, still: sa.ColumnElement, time: float, **also: int) -> bool:
        """False when another server was quicker; `also` says what else is noted of the run."""
        update = RUNS.update().where((RUNS.c.id == run_id) & still)
        return bool(db.execute(update.values(holder=self._holder, lease_until=time + LEASE, **also)).rowcount)

    def renew(self) -> dict[str, bool]:
        """Say that this server is still there: the ids of all its runs, and whether each is wished to stop."""
        with said(FAULT), self._engine.begin() as db:
            mine = RUNS.c.holder == self._holder
            if not db.execute(sa.select(RUNS.c.id).where(mine).limit(1)).first():
                return {}  # an idle server writes nothing
            db.execute(RUNS.update().where(mine).values(lease_until=now(db) + LEASE))
            return {row.id: row.stop_wished for row in db.execute(sa.select(RUNS.c.id, RUNS.c.stop_wished).where(mine))}

    def release(self, *run_ids: str) -> None:
        """Let other servers have these runs."""
        mine = (RUNS.c.holder == self._holder) & RUNS.c.id.in_(run_ids)
        with said(FAULT), self._engine.begin() as db:
            db.execute(RUNS.update().where(mine).values(holder=None, lease_until=None))


def _unlocked(runs: sa.Select) -> sa.Select:
    """Of PostgreSQL, only rows that no other server is taking: none waits for another one. SQLite has one writer."""
    return runs.with_for_update(skip_locked=True)
