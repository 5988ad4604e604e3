"""RunStore: what was asked and what became of it. A run is a row; what happened to it are events, numbered by run."""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.errors import RunError
from cnn_core.language import Text
from cnn_core.runs import database, migrations, summary
from cnn_core.runs.classroom import Classroom
from cnn_core.runs.database import EVENTS, READ_FAULT, RUNS, brief_id, may_be_id, said, same_id
from cnn_core.runs.duels import Duels
from cnn_core.runs.events import EVENT, Event, Failed, Submitted
from cnn_core.runs.files import Files
from cnn_core.runs.leases import Leases
from cnn_core.runs.lists import Lists
from cnn_core.runs.people import People
from cnn_core.runs.run import ANOTHER_VERSION, KEPT, UNREADABLE, Run, design
from cnn_core.runs.state import ACTIVE, RunState, reduce
from cnn_core.runs.turns import Turns

WRITE_FAULT = Text("The run cannot be stored")
TOGETHER = 200  # runs whose summaries are written in one go
# Made once: to put such a question together costs more than its answer, and every page asks several.
_COUNTS = sa.select(RUNS.c.id, RUNS.c.events, RUNS.c.stop_wished).where(
    RUNS.c.id.in_(sa.bindparam("ids", expanding=True))
)
_RUN = RUNS.select().where(RUNS.c.id == sa.bindparam("id"))


@dataclass(frozen=True)
class _Known:
    """Of a run: how many events it has, what they add up to, and whether somebody wishes it to stop."""

    count: int = 0
    state: RunState = field(default_factory=RunState)
    stop_wished: bool = False

    @property
    def shown(self) -> RunState:
        """The state, with a wish that the run's server has not heard of yet."""
        return replace(self.state, stop_requested=True) if self.stop_wished and self.state.active else self.state


class RunStore:
    """Runs in a database (SQLite in WAL mode, or PostgreSQL), their files under an fsspec URL.

    Safe to use from several threads; several servers may share a database. Everything raises StorageError when the
    database or the disk does not let it; nothing is half written then.

    Args:
        database_url: an SQLAlchemy URL.
        files_url: an fsspec URL of a folder; one folder per run is made in it.
        sizes: gives how many training images each data set has, by its name: short runs may overtake long ones.
    """

    def __init__(self, database_url: str, files_url: str, sizes: Callable[[], Mapping[str, int]] = dict):
        self._db = database.connect(database_url)
        with said(Text("The runs cannot be opened")):
            migrations.migrate(self._db)
        self._files = Files(files_url)
        self.save_file, self.load_file = self._files.save, self._files.load
        self.file_sizes, self.remove_file = self._files.sizes, self._files.remove
        self._states: OrderedDict[str, tuple[int, RunState]] = OrderedDict()
        self._lock = threading.Lock()
        self._turns, self.people, self.classroom = Turns(sizes), People(self._db), Classroom(self._db)
        self.lists, self.duels = Lists(self._db, self._turns), Duels(self._db, self._files, self.people)
        self._summarize_anew()

    def close(self) -> None:
        """Let go of the database."""
        self._db.dispose()

    def leases(self, holder: str) -> Leases:
        """The leases of the server `holder` on the runs of this store."""
        return Leases(self._db, holder, self._turns)

    def create(self, name: str, network: Network, recipe: Recipe, dataset: str, duel: str | None = None) -> Run:
        """Note a new run, without any event yet. `duel` is the id of the duel that it is made for."""
        run = Run(secrets.token_hex(5), _name(name), time.time(), dataset, network, recipe)
        row = {**vars(run), "network": network.to_json(), "recipe": recipe.model_dump_json(), "duel": duel}
        row["words"] = summary.words(run.name, network.name, dataset)
        row |= summary.asked(network, recipe) | summary.became(RunState())
        with said(WRITE_FAULT), self._db.begin() as db:
            db.execute(RUNS.insert().values(row))
        return run

    def submit(self, run_id: str, minutes: float | None = None, turn: int | None = None) -> None:
        """Put the run into the queue (again); it may train at most so many minutes, those of earlier attempts included.

        Args:
            turn: in which round it is asked for (`turns.Line.round`); None: that of the runs.

        Raises RunError when it is there already, under way, trained to its end, deleted, or cannot be read.
        """
        known = self._known([run_id]).get(run_id)
        if known is None:
            raise _no_such_run(run_id)
        if known.state.status == "unreadable":
            raise RunError(UNREADABLE, received=ANOTHER_VERSION, todo=Text("Train again"))
        if known.state.saved:  # it is kept in many places, and would be another one
            raise RunError(Text("This run has its model already"), todo=Text("Train again"))
        under_way = known.state.active and known.state.submitted
        turn = self.lists.line().round if turn is None else turn
        if under_way or not self._write(run_id, known, (Submitted(minutes=minutes),), None, turn=turn):
            raise RunError(Text("This run is under way already"), todo=Text("Wait until it has ended, or stop it"))

    def append(self, run_id: str, *events: Event, holder: str | None = None) -> bool:
        """Note what happened to a run; only the server that has its lease may (without one: anybody).

        Returns:
            whether it was noted; not when the run was deleted, or another server answers for it by now.
        """
        return self._write(run_id, self._known([run_id]).get(run_id, _Known()), events, holder)

    def _write(self, run_id: str, known: _Known, events: Sequence[Event], holder: str | None, **also: int) -> bool:
        """One transaction: the events, numbered on from what is known, and the summary that the run has after them."""
        after, count = reduce(events, known.state), known.count
        values = summary.became(after) | {"events": count + len(events)} | also
        if not after.active:
            values |= {"holder": None, "lease_until": None}
        if any(event.kind == "submitted" for event in events):
            values |= {"stop_wished": False}
        rows = [
            {"run": run_id, "number": number, "event": event.model_dump_json()}
            for number, event in enumerate(events, count + 1)
        ]
        mine = same_id(RUNS.c.id, run_id) & (RUNS.c.events == count) & RUNS.c.holder.is_not_distinct_from(holder)
        with said(WRITE_FAULT), self._db.begin() as db:
            if not db.execute(RUNS.update().where(mine).values(values)).rowcount:
                return False
            db.execute(EVENTS.insert(), rows)
        self._keep_state(run_id, count + len(events), after)
        return True

    def wish_stop(self, run_id: str) -> None:
        """Have the server that answers for the run end it."""
        under_way = same_id(RUNS.c.id, run_id) & RUNS.c.status.in_(ACTIVE)
        with said(WRITE_FAULT), self._db.begin() as db:
            db.execute(RUNS.update().where(under_way).values(stop_wished=True))

    def run(self, run_id: str) -> Run:
        """The run `run_id`; raises RunError when there is none (any more), or this version cannot read it."""
        with said(READ_FAULT), self._db.connect() as db:
            row = db.execute(_RUN, {"id": run_id}).first() if may_be_id(run_id) else None
        if row is None:
            raise _no_such_run(run_id)
        network, recipe = design(row.network, row.recipe)
        return Run(row.id, row.name, row.created, row.dataset, network, recipe)

    def state(self, run_id: str) -> RunState:
        """What the run's events add up to. Only events that came since the last call are read."""
        return self.states([run_id]).get(run_id, RunState())

    def states(self, run_ids: Iterable[str]) -> dict[str, RunState]:
        """The states of many runs at once, by id; a run that does not exist is left out."""
        return {run_id: known.shown for run_id, known in self._known(run_ids).items()}

    def count(self, run_id: str) -> int:
        """How many events the run has."""
        with said(READ_FAULT), self._db.connect() as db:
            return db.scalar(sa.select(RUNS.c.events).where(same_id(RUNS.c.id, run_id))) or 0

    def _known(self, run_ids: Iterable[str]) -> dict[str, _Known]:
        run_ids = list(filter(may_be_id, run_ids))
        with self._lock:
            kept = {run_id: self._states.get(run_id, (0, RunState())) for run_id in run_ids}
        with said(READ_FAULT), self._db.connect() as db:
            rows = db.execute(_COUNTS, {"ids": run_ids}).all()
            behind = [row.id for row in rows if row.events > kept[row.id][0]]
            new = _events_after(db, {run_id: kept[run_id][0] for run_id in behind}) if behind else {}
        for run_id in behind:
            kept[run_id] = _go_on(*kept[run_id], new.get(run_id, []))
            self._keep_state(run_id, *kept[run_id])
        self._note_unreadable(run_id for run_id in behind if kept[run_id][1].status == "unreadable")
        return {row.id: _Known(*kept[row.id], row.stop_wished) for row in rows}

    def _note_unreadable(self, run_ids: Iterable[str]) -> None:
        """Have lists say so, too: an event, unlike a design, is read only when somebody looks at the run."""
        ended = RUNS.c.status.not_in(ACTIVE)  # of one under way, its server says what becomes of it
        for run_id in run_ids:
            with said(WRITE_FAULT), self._db.begin() as db:
                values = summary.became(RunState(status="unreadable"))
                db.execute(RUNS.update().where((RUNS.c.id == run_id) & ended).values(values))

    def _keep_state(self, run_id: str, count: int, state: RunState) -> None:
        with self._lock:
            if self._states.get(run_id, (0,))[0] <= count:  # another thread may have read more meanwhile
                self._states[run_id] = count, state
            self._states.move_to_end(run_id)
            while len(self._states) > KEPT:
                self._states.popitem(last=False)

    def rename(self, run_id: str, name: str) -> None:
        """Give the run another name; raises RunError when the name is empty."""
        if not (name := _name(name)):
            raise RunError(Text("A run needs a name"), received=Text("nothing"), todo=Text("Type at least one letter"))
        with said(WRITE_FAULT), self._db.begin() as db:
            asked = sa.select(RUNS.c.network_name, RUNS.c.dataset).where(same_id(RUNS.c.id, run_id))
            for others in db.execute(asked):
                values = {"name": name, "words": summary.words(name, *others)}
                db.execute(RUNS.update().where(RUNS.c.id == run_id).values(values))

    def delete(self, run_id: str) -> None:
        """Remove the run, its events and its files; raises RunError while it is under way."""
        ended = same_id(RUNS.c.id, run_id) & RUNS.c.status.not_in(ACTIVE)
        with said(Text("The run cannot be deleted")), self._db.begin() as db:
            deleted = db.execute(RUNS.delete().where(ended)).rowcount  # and with it, its events
            if not deleted and db.execute(sa.select(RUNS.c.id).where(same_id(RUNS.c.id, run_id))).first():
                raise RunError(Text("A run that is under way cannot be deleted"), todo=Text("Stop it first"))
        with self._lock:
            self._states.pop(run_id, None)
        self._files.delete(run_id)
        self.people.disown("run", run_id)

    def _summarize_anew(self) -> None:
        """Make the summaries that a migration asked for, and those of runs that an older version could not read."""
        asked = sa.select(RUNS.c.id).where(RUNS.c.status.in_(("", "unreadable"))).order_by(RUNS.c.id)
        with said(READ_FAULT), self._db.connect() as db:
            run_ids = db.scalars(asked).all()
        for start in range(0, len(run_ids), TOGETHER):
            known = self._known(run_ids[start : start + TOGETHER])
            with said(WRITE_FAULT), self._db.begin() as db:
                for row in db.execute(RUNS.select().where(RUNS.c.id.in_(known)).order_by(RUNS.c.id)).all():
                    # Another server that has started meanwhile may know more by now.
                    same = (RUNS.c.id == row.id) & (RUNS.c.events == known[row.id].count)
                    db.execute(RUNS.update().where(same).values(_summary(row, known[row.id].state)))


def _summary(row: sa.Row, state: RunState) -> dict[str, Any]:
    """All columns that lists show, sort and search by."""
    values = {"words": summary.words(row.name, row.network_name, row.dataset)}
    with suppress(RunError):  # a design that this version cannot read
        network, recipe = design(row.network, row.recipe)
        values = summary.asked(network, recipe) | {"words": summary.words(row.name, network.name, row.dataset)}
    return values | summary.became(state)


def _events_after(db: sa.Connection, last: dict[str, int]) -> dict[str, list[sa.Row]]:
    """By run, the events whose numbers are above `last`, in their order."""
    missed = sa.or_(*((EVENTS.c.run == run_id) & (EVENTS.c.number > number) for run_id, number in last.items()))
    ordered = db.execute(EVENTS.select().where(missed).order_by(EVENTS.c.run, EVENTS.c.number))
    return {run_id: list(events) for run_id, events in groupby(ordered, attrgetter("run"))}


def _go_on(count: int, state: RunState, rows: Sequence[sa.Row]) -> tuple[int, RunState]:
    """The state after those of `rows` that follow without a gap: what is missing may still be on its way."""
    events = []
    for row in rows:
        if row.number != count + 1:
            break
        count += 1
        try:
            events.append(EVENT.validate_json(row.event))
        except ValidationError:
            failure = Failed(what=UNREADABLE, received=ANOTHER_VERSION)
            return rows[-1].number, RunState(status="unreadable", failure=failure)
    return count, reduce(events, state)


def _name(text: str) -> str:
    return summary.clean(text)[:200].strip()


def _no_such_run(run_id: str) -> RunError:
    return RunError(
        Text("There is no such run"), received=brief_id(run_id), todo=Text("Choose one from the list of runs")
    )
