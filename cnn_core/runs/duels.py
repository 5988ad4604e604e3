"""The duels of a run store, as JSON: what they were about is for `compare.duel` to read."""

import sqlalchemy as sa

from cnn_core.errors import RunError
from cnn_core.language import Text
from cnn_core.runs.database import DUELS, READ_FAULT, RUNS, brief_id, said, same_id
from cnn_core.runs.files import Files
from cnn_core.runs.people import People


class Duels:
    """Of a run store's database. The files of a duel are kept like those of a run."""

    def __init__(self, engine: sa.Engine, files: Files, people: People):
        self._db, self._files, self._people = engine, files, people

    def save(self, duel_id: str, created: float, content: str) -> None:
        """Keep a duel (`compare.plan.Duel` as JSON)."""
        with said(Text("The duel cannot be stored")), self._db.begin() as db:
            db.execute(DUELS.insert().values(id=duel_id, created=created, content=content))

    def newest(self, limit: int) -> list[str]:
        """What `save` kept, the newest first."""
        newest = sa.select(DUELS.c.content).order_by(DUELS.c.created.desc()).limit(limit)
        with said(READ_FAULT), self._db.connect() as db:
            return list(db.scalars(newest))

    def load(self, duel_id: str) -> str:
        """What `save` kept under this id; raises RunError when there is none."""
        asked = sa.select(DUELS.c.content).where(same_id(DUELS.c.id, duel_id))
        with said(READ_FAULT), self._db.connect() as db:
            content = db.scalar(asked)
        if content is None:
            todo = Text("Start a new one, or choose one from the list")
            raise RunError(Text("There is no such duel"), received=brief_id(duel_id), todo=todo)
        return content

    def delete(self, duel_id: str) -> None:
        """Forget the duel and its files; its runs stay, and stand in the list of runs."""
        with said(Text("The duel cannot be deleted")), self._db.begin() as db:
            db.execute(DUELS.delete().where(same_id(DUELS.c.id, duel_id)))
            db.execute(RUNS.update().where(same_id(RUNS.c.duel, duel_id)).values(duel=None))
        self._files.delete(duel_id)
        self._people.disown("duel", duel_id)
