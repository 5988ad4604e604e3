"""Who is in the class, and what is whose.

A person is known by a secret of their browser, of which only a hash is kept.
"""

import hashlib
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from cachetools import TTLCache, cachedmethod

from cnn_core.errors import RunError
from cnn_core.language import Text
from cnn_core.runs.database import MOMENT, OWNERS, PEOPLE, RUNS, said
from cnn_core.runs.state import ACTIVE
from cnn_core.runs.summary import clean

LONGEST = 30
"""Letters of a nickname."""
Kind = Literal["run", "duel", "data"]
_FAULT = Text("Who is in the class cannot be read or kept")


@dataclass(frozen=True)
class Person:
    """Somebody in the class, as others may see them: `id` cannot be turned back into their browser's secret."""

    id: str
    name: str


def known_as(secret: str) -> str:
    """The id of whoever has this secret."""
    return hashlib.sha256(f"cnn-studio:{secret}".encode()).hexdigest()


class People:
    """Of a run store's database."""

    def __init__(self, engine: sa.Engine):
        self._db = engine
        self._names, self._lock = TTLCache[Any, dict[str, str]](1, MOMENT), threading.Lock()

    def person(self, secret: str) -> Person | None:
        """Who has this secret; None before they have said their name."""
        id_ = known_as(secret)
        name = self.names().get(id_)
        return Person(id_, name) if name else None

    def join(self, secret: str, name: str) -> Person:
        """Take somebody into the class, or give them another name.

        Raises RunError for an empty name, one that is too long, or one that somebody else has.
        """
        name, id_ = clean(name).strip(), known_as(secret)
        if not 0 < len(name) <= LONGEST:
            expected = Text("1 to {most} letters", most=LONGEST)
            raise RunError(Text("This cannot be a name"), expected=expected, received=Text("{n} letters", n=len(name)))
        with said(_FAULT), self._db.begin() as db:
            folded = name.casefold()
            if db.execute(PEOPLE.select().where((PEOPLE.c.folded == folded) & (PEOPLE.c.id != id_))).first():
                raise RunError(Text("Somebody here has this name already"), todo=Text("Choose another one"))
            values = {"name": name, "folded": folded}
            if not db.execute(PEOPLE.update().where(PEOPLE.c.id == id_).values(values)).rowcount:
                db.execute(PEOPLE.insert().values(id=id_, joined=time.time(), **values))
        self._look_again()
        return Person(id_, name)

    @cachedmethod(lambda self: self._names, lock=lambda self: self._lock)
    def names(self) -> Mapping[str, str]:
        """What everybody is called, by id, in the order in which they came.

        Kept for a `MOMENT`: all pages of all visitors ask.
        """
        with said(_FAULT), self._db.connect() as db:
            return {row.id: row.name for row in db.execute(PEOPLE.select().order_by(PEOPLE.c.joined))}

    def clear(self) -> None:
        """Forget everybody, and what was whose."""
        with said(_FAULT), self._db.begin() as db:
            db.execute(OWNERS.delete())
            db.execute(PEOPLE.delete())
        self._look_again()

    def _look_again(self) -> None:
        with self._lock:
            self._names.clear()

    def own(self, kind: Kind, key: str, person: Person) -> None:
        """Note that this run, duel or data set is theirs; what has an owner already keeps it."""
        with said(_FAULT), self._db.begin() as db:
            mine = (OWNERS.c.kind == kind) & (OWNERS.c.key == key)
            if not db.execute(OWNERS.select().where(mine)).first():
                db.execute(OWNERS.insert().values(kind=kind, key=key, person=person.id))

    def disown(self, kind: Kind, key: str) -> None:
        """It is gone."""
        with said(_FAULT), self._db.begin() as db:
            db.execute(OWNERS.delete().where((OWNERS.c.kind == kind) & (OWNERS.c.key == key)))

    def owned(self, kind: Kind) -> list[str]:
        """The keys of all things of this kind that are somebody's."""
        with said(_FAULT), self._db.connect() as db:
            return list(db.scalars(sa.select(OWNERS.c.key).where(OWNERS.c.kind == kind).order_by(OWNERS.c.key)))

    def under_way(self, person: Person) -> int:
        """How many of their runs wait or are trained."""
        theirs = (OWNERS.c.kind == "run") & (OWNERS.c.person == person.id) & RUNS.c.status.in_(ACTIVE)
        asked = sa.select(sa.func.count()).select_from(OWNERS).join(RUNS, RUNS.c.id == OWNERS.c.key).where(theirs)
        with said(_FAULT), self._db.connect() as db:
            return db.scalar(asked) or 0

    def owners(self, kind: Kind, keys: Iterable[str]) -> dict[str, Person]:
        """Whose they are, by key; what is nobody's is left out."""
        asked = (
            sa.select(OWNERS.c.key, PEOPLE.c.id, PEOPLE.c.name)
            .join(PEOPLE, PEOPLE.c.id == OWNERS.c.person)
            .where((OWNERS.c.kind == kind) & OWNERS.c.key.in_(list(keys)))
        )
        with said(_FAULT), self._db.connect() as db:
            return {row.key: Person(row.id, row.name) for row in db.execute(asked)}
