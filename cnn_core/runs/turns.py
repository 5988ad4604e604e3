"""Turns: in which order waiting runs are trained, so that nobody waits behind somebody else's many, or one long one."""

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import NamedTuple

import sqlalchemy as sa

from cnn_core.design.effort import Effort, effort
from cnn_core.errors import StudioError
from cnn_core.runs.database import OWNERS, RUNS
from cnn_core.runs.run import design
from cnn_core.runs.state import ACTIVE

LONGEST = 600.0  # seconds that a long run lets shorter ones overtake it, at most
REMEMBERED = 1000  # rounds: who had no turn in them has had none
UNKNOWN = Effort()
_UNDER_WAY = RUNS.c.status.in_(ACTIVE) & (RUNS.c.submitted > 0) & ~RUNS.c.stop_wished
_WAITS = (RUNS.c.status == "queued") & RUNS.c.holder.is_(None)  # who is with a server is as good as under way
_BEGAN = (  # who was stopped while it waited has had no turn
    (RUNS.c.turn > sa.select(sa.func.max(RUNS.c.turn)).scalar_subquery() - REMEMBERED)
    & (RUNS.c.holder.is_not(None) | RUNS.c.seconds.is_not(None))
)
# A run is in the line once, and enters it with a later time than all before it: where the first three are the same, so
# is the line. The last one changes while a run that a server has taken may be put back.
_CHANGES = sa.select(
    sa.func.count(),
    sa.func.count().filter(_WAITS),
    sa.func.max(RUNS.c.submitted),
    sa.func.sum(RUNS.c.lease_until).filter(RUNS.c.status == "queued"),
).where(_UNDER_WAY)


class Waiting(NamedTuple):
    """A run that waits, or is under way.

    Attributes:
        person: whose it is; None: nobody's.
        submitted: when it was asked for.
        duel: that it was made for; empty: none.
        turn: the round in which it was asked for, or, once it has begun, that in which it did.
    """

    id: str
    person: str | None
    submitted: float
    waits: bool
    effort: Effort = UNKNOWN
    duel: str = ""
    turn: int = 1


Served = Mapping[str | None, int]
"""The last round in which somebody's run began, by person; who is not in it has had no turn."""
NOBODY: Served = MappingProxyType({})


class Beside(NamedTuple):
    """What else of a server takes a trainer, and so a turn."""

    work: Sequence[Waiting] = ()
    served: Served = NOBODY


class Line(NamedTuple):
    """The runs that are trained now or about to be, and in their order those that wait, each with its round."""

    begun: tuple[Waiting, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    served: Served = NOBODY

    @property
    def round(self) -> int:
        """In which somebody asks now: that which goes on, or else the next one."""
        last = max(self.served.values(), default=0)
        if self.begun:
            return last
        return self.waiting[0].turn if self.waiting else last + 1

    def and_also(self, beside: Beside) -> "Line":
        """With other work, in its turn."""
        if not beside.work and not beside.served:
            return self
        served = {
            person: max(self.served.get(person, 0), beside.served.get(person, 0))
            for person in {**self.served, **beside.served}
        }
        begun = *self.begun, *(one for one in beside.work if not one.waits)
        waiting = *self.waiting, *(one for one in beside.work if one.waits)
        return Line(begun, tuple(in_turn(waiting, served)), served)

    def before(self, run_id: str) -> int:
        """How many runs must end or begin before this one; 0 when it does not wait."""
        places = (place for place, run in enumerate(self.waiting) if run.id == run_id)
        return next((len(self.begun) + place for place in places), 0)


def in_turn(waiting: Collection[Waiting], served: Served = NOBODY) -> list[Waiting]:
    """Those that wait, in the order in which they are to be trained, each with the round in which it will be.

    In a round everybody has one turn: a run has it in the round in which it was asked for, or in the one after its
    person's last. What is nobody's counts as one person's. So nobody waits behind somebody's many, however early those
    were asked for, nor for ever: rounds go on. (The start tags of Start-time Fair Queueing, with one turn as the cost:
    Goyal, Vin and Cheng, 1996.)

    Within a round, and among one's own, a run gives up a second of its place for each second that it takes, and never
    more than LONGEST: so shorter ones overtake it, but none that was asked for later than that. The runs of a duel stay
    together, as if they were one long run.

    >>> long, short = Effort(seconds=300), Effort(seconds=5)
    >>> asked = [Waiting("a1", "Anna", 1, True, long), Waiting("a2", "Anna", 2, True, long)]
    >>> asked += [Waiting("b1", "Bert", 9, True, short), Waiting("c1", "Carla", 999, True, short)]
    >>> [(run.id, run.turn) for run in in_turn(asked)]
    [('b1', 1), ('a1', 1), ('c1', 1), ('a2', 2)]
    >>> [(run.id, run.turn) for run in in_turn(asked[1:], {"Anna": 1})]
    [('b1', 1), ('c1', 1), ('a2', 2)]
    """
    last, ranked = dict(served), []
    for place, run in enumerate(_by_rank(waiting)):
        turn = last[run.person] = max(run.turn, last.get(run.person, 0) + 1)
        ranked.append((turn, place, run._replace(turn=turn)))
    return [run for _turn, _place, run in sorted(ranked)]


def _by_rank(runs: Collection[Waiting]) -> list[Waiting]:
    """Where nobody had turns."""
    together: dict[str, list[Waiting]] = defaultdict(list)
    for run in runs:
        together[run.duel or run.id].append(run)
    ranks = {
        name: min(run.submitted for run in those) + min(LONGEST, sum(run.effort.seconds for run in those))
        for name, those in together.items()
    }
    return sorted(runs, key=lambda run: (ranks[run.duel or run.id], run.submitted, run.id))


class Turns:
    """Of the runs of a database: its line, for all who ask on this server.

    Args:
        sizes: gives how many training images each data set has, by its name.
    """

    def __init__(self, sizes: Callable[[], Mapping[str, int]]):
        self._sizes, self._lock = sizes, threading.Lock()
        self._seen: tuple | None = None
        self._line, self._efforts = Line(), dict[str, Effort]()

    def line(self, db: sa.Connection) -> Line:
        """Without those that are wished to stop. Where nothing has changed one row is read, however many wait."""
        seen = tuple(db.execute(_CHANGES).one())
        with self._lock:
            if seen != self._seen:
                self._line, self._seen = self._read(db), seen
            return self._line

    def _read(self, db: sa.Connection) -> Line:
        whose = RUNS.outerjoin(OWNERS, (OWNERS.c.kind == "run") & (OWNERS.c.key == RUNS.c.id))
        columns = RUNS.c.id, OWNERS.c.person, RUNS.c.submitted, _WAITS.label("waits"), RUNS.c.duel, RUNS.c.turn
        rows = db.execute(sa.select(*columns).select_from(whose).where(_UNDER_WAY)).all()
        self._know(db, [row.id for row in rows])
        runs = [
            Waiting(row.id, row.person, row.submitted, bool(row.waits), self._efforts[row.id], row.duel or "", row.turn)
            for row in rows
        ]
        last = sa.select(OWNERS.c.person, sa.func.max(RUNS.c.turn).label("turn")).select_from(whose).where(_BEGAN)
        served = {row.person: row.turn for row in db.execute(last.group_by(OWNERS.c.person))}
        waiting = in_turn([run for run in runs if run.waits], served)
        return Line(tuple(run for run in runs if not run.waits), tuple(waiting), served)

    def _know(self, db: sa.Connection, run_ids: list[str]) -> None:
        """The efforts of these runs, and of no others: a run's never changes, and is found once."""
        known = {run_id: self._efforts[run_id] for run_id in run_ids if run_id in self._efforts}
        if new := [run_id for run_id in run_ids if run_id not in known]:
            sizes, columns = self._sizes(), (RUNS.c.id, RUNS.c.network, RUNS.c.recipe, RUNS.c.dataset)
            known |= dict.fromkeys(new, UNKNOWN)
            for row in db.execute(sa.select(*columns).where(RUNS.c.id.in_(new))):
                with suppress(StudioError):  # this version cannot read it: it will fail as soon as its turn comes
                    network, recipe = design(row.network, row.recipe)
                    known[row.id] = effort(network, recipe, sizes.get(row.dataset, recipe.train_images or 0))
        self._efforts = known
