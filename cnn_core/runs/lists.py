"""Lists of runs, made by the database from a row a run: it pages, searches and sorts them, however many there are."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import sqlalchemy as sa

from cnn_core.errors import RunError
from cnn_core.language import Text
from cnn_core.runs.database import DUELS, RUNS, may_be_id, said
from cnn_core.runs.run import design
from cnn_core.runs.state import ACTIVE
from cnn_core.runs.summary import Summary, words
from cnn_core.runs.turns import Line, Turns

LONGEST = 1000  # letters of a search: more than any name has, and SQLite takes no end of them
FAULT = Text("The list of runs cannot be read")


class Needed(NamedTuple):
    """What runs that wait or are trained cannot do without: what they begin with, their duels, their data sets."""

    runs: frozenset[str]
    duels: frozenset[str]
    datasets: frozenset[str]


class Lists:
    """Of the runs of a database. A run that was made for a duel stands only in lists that ask for those."""

    def __init__(self, engine: sa.Engine, turns: Turns):
        self._engine, self._turns = engine, turns

    def page(
        self, offset: int = 0, limit: int = 50, *, order: str = "-created", **shown: Any
    ) -> tuple[list[Summary], int]:
        """A page of all runs, and how many there are on all pages.

        Args:
            order: one of `summary.SORTABLE`, descending with a minus before it; what has no value comes last.
            shown: which runs, as for `count`.
        """
        return self.lines(offset, limit, order=order, **shown), self.count(**shown)

    def lines(self, offset: int = 0, limit: int = 50, *, order: str = "-created", **shown: Any) -> list[Summary]:
        """The runs of a `page`, where it is known how many there are."""
        return [_summary(row) for row in self._rows(_shown(**shown), _by(order), limit, offset)]

    def count(self, **shown: Any) -> int:
        """How many runs `page` has on all its pages.

        Args:
            text: only runs with this in the name of the run, of its network or of its data set; capitals do not count.
            datasets: and those on these data sets, when there is a text.
            duels: with the trainings of duels.
        """
        return self._count(_shown(**shown))

    def some(self, run_ids: Sequence[str]) -> list[Summary]:
        """The runs with these ids, in their order; without those that are gone."""
        if not run_ids:
            return []
        rows = self._rows(RUNS.c.id.in_(filter(may_be_id, run_ids)), RUNS.c.created, len(run_ids))
        return sorted(map(_summary, rows), key=lambda run: run_ids.index(run.id))

    def active(self, limit: int) -> list[Summary]:
        """Runs under way, the newest first."""
        shown = RUNS.c.status.in_(ACTIVE) & RUNS.c.duel.is_(None)
        return [_summary(row) for row in self._rows(shown, RUNS.c.created.desc(), limit)]

    def trained(self, limit: int) -> list[Summary]:
        """Runs with a model that reads images, the newest first; without those that this version cannot read."""
        shown = RUNS.c.saved & RUNS.c.reads_images & RUNS.c.duel.is_(None)
        return [run for run in map(_summary, self._rows(shown, RUNS.c.created.desc(), limit)) if run.network]

    def ids(self) -> list[str]:
        """Of all runs, duels' too."""
        return self._ids(RUNS.c.id, sa.true())

    def duel_ids(self) -> list[str]:
        """Of all duels."""
        return self._ids(DUELS.c.id, sa.true())

    def under_way(self) -> list[str]:
        """The ids of all runs that wait or train, duels' too, also of those that are to stop."""
        return self._ids(RUNS.c.id, RUNS.c.status.in_(ACTIVE) & (RUNS.c.submitted > 0))

    def _ids(self, column: sa.Column, shown: sa.ColumnElement) -> list[str]:
        with said(FAULT), self._engine.connect() as db:
            return list(db.scalars(sa.select(column).where(shown)))

    def of_duels(self, *, active: bool) -> int:
        """How many runs were made for duels, or, `active`, how many of them are under way."""
        shown = RUNS.c.duel.is_not(None)
        return self._count(shown & RUNS.c.status.in_(ACTIVE) if active else shown)

    def older(self, most: int) -> list[tuple[str, str | None]]:
        """Of the runs that have ended, all but the `most` newest: the id of each and of its duel, the oldest first."""
        by = sa.func.coalesce(RUNS.c.ended, RUNS.c.created).desc()
        query = sa.select(RUNS.c.id, RUNS.c.duel).where(RUNS.c.status.not_in(ACTIVE)).order_by(by, RUNS.c.id)
        with said(FAULT), self._engine.connect() as db:
            return [(row.id, row.duel) for row in reversed(db.execute(query.offset(most)).all())]

    def of_duel(self, duel: str) -> list[str]:
        """The runs that were made for it."""
        with said(FAULT), self._engine.connect() as db:
            return list(db.scalars(sa.select(RUNS.c.id).where(RUNS.c.duel == duel)))

    def needed(self) -> Needed:
        """What must not be deleted now."""
        under_way = RUNS.select().where(RUNS.c.status.in_(ACTIVE))
        with said(FAULT), self._engine.connect() as db:
            rows = db.execute(under_way).all()
        bases: set[str] = set()
        for row in rows:
            with suppress(RunError):  # it was asked for by another version
                start = design(row.network, row.recipe)[1].start
                bases |= {start.base} if start else set()
        duels = {row.duel for row in rows if row.duel}
        return Needed(frozenset(bases), frozenset(duels), frozenset(row.dataset for row in rows))

    def waiting(self) -> bool:
        """Whether any run waits for a worker."""
        waits = (RUNS.c.status == "queued") & (RUNS.c.submitted > 0) & ~RUNS.c.stop_wished
        with said(FAULT), self._engine.connect() as db:
            return db.execute(sa.select(RUNS.c.id).where(waits).limit(1)).first() is not None

    def line(self) -> Line:
        """The runs that are trained, and those that wait in the order of their turns."""
        with said(FAULT), self._engine.connect() as db:
            return self._turns.line(db)

    def _rows(self, shown: sa.ColumnElement, by: sa.ColumnElement, limit: int, offset: int = 0) -> list[sa.Row]:
        query = RUNS.select().where(shown).order_by(by, RUNS.c.id).offset(offset).limit(limit)
        with said(FAULT), self._engine.connect() as db:
            return list(db.execute(query))

    def _count(self, shown: sa.ColumnElement) -> int:
        with said(FAULT), self._engine.connect() as db:
            return db.scalar(sa.select(sa.func.count()).select_from(RUNS).where(shown)) or 0


def _shown(text: str = "", datasets: Collection[str] = (), duels: bool = False) -> sa.ColumnElement:
    shown: sa.ColumnElement = sa.true() if duels else RUNS.c.duel.is_(None)
    if text := words(text)[:LONGEST]:
        shown &= RUNS.c.words.contains(text, autoescape=True) | RUNS.c.dataset.in_(datasets)
    return shown


def _by(order: str) -> sa.ColumnElement:
    name = order.removeprefix("-")
    column = RUNS.c.words if name == "name" else RUNS.c[name]
    by = column.desc() if order.startswith("-") else column.asc()
    return by.nulls_last() if column.nullable else by  # an index has no say in where nulls go


def _summary(row: sa.Row) -> Summary:
    try:
        network, recipe = design(row.network, row.recipe)
        status = row.status
    except RunError:
        network, recipe, status = None, None, "unreadable"
    return Summary(
        id=row.id,
        name=row.name,
        created=row.created,
        dataset=row.dataset,
        network_name=row.network_name,
        parameters=row.parameters,
        network=network,
        recipe=recipe,
        status=status,
        seconds=row.seconds,
        test_accuracy=row.test_accuracy,
        validation_accuracy=row.validation_accuracy,
    )
