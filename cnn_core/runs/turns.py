"""Turns: in which order waiting runs are trained, so that nobody waits behind somebody else's many."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from cnn_core.runs.database import OWNERS, RUNS
from cnn_core.runs.state import ACTIVE


class Waiting(NamedTuple):
    """A run that waits, or is under way: whose it is (None: nobody's), and when it was asked for."""

    id: str
    person: str | None
    submitted: float
    waits: bool


def in_turn(runs: Iterable[Waiting]) -> list[str]:
    """The ids of those that wait, in the order in which they are to be trained.

    Everybody's first run comes before anybody's second, and so on; what trains already counts as one of them. Among
    equals it is the order in which they were asked for. What is nobody's counts as one person's.

    >>> annas = [Waiting(id, "Anna", time, True) for id, time in (("a1", 1), ("a2", 2), ("a3", 3))]
    >>> in_turn([*annas, Waiting("b1", "Bert", 4, True)])
    ['a1', 'b1', 'a2', 'a3']
    """
    known = sorted(runs, key=lambda run: (run.waits, run.submitted, run.id))  # what trains comes first
    turns: Counter[str | None] = Counter()
    ranked = []
    for run in known:
        if run.waits:
            ranked.append((turns[run.person], run.submitted, run.id))
        turns[run.person] += 1
    return [run_id for _turn, _submitted, run_id in sorted(ranked)]


def asked(db: sa.Connection) -> list[Waiting]:
    """All runs that wait or are under way, and are not wished to stop."""
    whose = RUNS.outerjoin(OWNERS, (OWNERS.c.kind == "run") & (OWNERS.c.key == RUNS.c.id))
    active = RUNS.c.status.in_(ACTIVE) & (RUNS.c.submitted > 0) & ~RUNS.c.stop_wished
    columns = RUNS.c.id, OWNERS.c.person, RUNS.c.submitted, RUNS.c.status
    rows = db.execute(sa.select(*columns).select_from(whose).where(active)).all()
    return [Waiting(row.id, row.person, row.submitted, row.status == "queued") for row in rows]
