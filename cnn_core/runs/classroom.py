"""The class: what its teacher has set for everybody, and what its people's runs have come to."""

import threading
from typing import Annotated, Any

import sqlalchemy as sa
from cachetools import TTLCache, cachedmethod
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cnn_core.language import Text
from cnn_core.runs.database import CLASSROOM, MOMENT, OWNERS, RUNS, said
from cnn_core.runs.limits import Limits
from cnn_core.runs.ranking import Reach, Result

MOST_GOALS, MOST_STEPS, MOST_WORDS = 5, 20, 200
MOST_RESULTS = 5000
"""Runs that are ranked, the latest: more than a class makes in a day."""
_FAULT = Text("What the class is to do cannot be read or kept")
_ONLY = 1  # there is one row: a server has one class


class Step(BaseModel):
    """A step of the lesson: what is done on which page.

    Attributes:
        page: its address, without what stands before it; empty for Home.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    page: Annotated[str, Field(pattern=r"^[a-z]{0,40}$")]
    words: Annotated[str, Field(max_length=MOST_WORDS)] = ""


class Plan(BaseModel):
    """What a teacher has set.

    Attributes:
        dataset: the name of the data set to train on, and that the board is about; empty: any.
        goals: what is to be reached.
        hidden: the names of the controls that are not shown.
        limits: what one run may ask for.
        steps: of the lesson; `at`: the place of the one that the class is at, None before it has begun.
        names_hidden: whether the board says nobody's name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    dataset: Annotated[str, Field(max_length=200)] = ""
    goals: Annotated[tuple[Reach, ...], Field(max_length=MOST_GOALS)] = ()
    hidden: Annotated[tuple[Annotated[str, Field(max_length=40)], ...], Field(max_length=50)] = ()
    limits: Limits = Limits()
    steps: Annotated[tuple[Step, ...], Field(max_length=MOST_STEPS)] = ()
    at: Annotated[int, Field(ge=0)] | None = None
    names_hidden: bool = False

    @property
    def step(self) -> Step | None:
        """Where the class is; None when it is not led."""
        return self.steps[self.at] if self.at is not None and self.at < len(self.steps) else None

    def moved(self, by: int) -> "Plan":
        """The class is led so many steps on, or back; before the first step it is not led."""
        at = (-1 if self.at is None else self.at) + by
        return self.model_copy(update={"at": min(at, len(self.steps) - 1) if at >= 0 and self.steps else None})


class Classroom:
    """Of a run store's database."""

    def __init__(self, engine: sa.Engine):
        self._db = engine
        self._plan, self._lock = TTLCache[Any, Plan](1, MOMENT), threading.Lock()

    @cachedmethod(lambda self: self._plan, lock=lambda self: self._lock)
    def plan(self) -> Plan:
        """What the teacher has set; nothing when nobody did, or a version that this one cannot read.

        Kept for a `MOMENT`: all pages of all visitors ask.
        """
        with said(_FAULT), self._db.connect() as db:
            content = db.scalar(sa.select(CLASSROOM.c.content).where(CLASSROOM.c.id == _ONLY))
        try:
            return Plan.model_validate_json(content) if content else Plan()
        except ValidationError:
            return Plan()

    def put(self, plan: Plan) -> None:
        """Set it for everybody."""
        with said(_FAULT), self._db.begin() as db:
            values = {"content": plan.model_dump_json()}
            if not db.execute(CLASSROOM.update().where(CLASSROOM.c.id == _ONLY).values(values)).rowcount:
                db.execute(CLASSROOM.insert().values(id=_ONLY, **values))
        with self._lock:
            self._plan.clear()

    def results(self, dataset: str = "") -> list[Result]:
        """Of each run that was trained here and tested, the latest first; duels' are left out.

        Args:
            dataset: only on this one; empty: on any.
        """
        tested = RUNS.c.saved & RUNS.c.duel.is_(None) & RUNS.c.test_accuracy.is_not(None)
        tested &= RUNS.c.parameters.is_not(None) & (RUNS.c.submitted > 0)  # no model that was brought in
        if dataset:
            tested &= RUNS.c.dataset == dataset
        whose = RUNS.outerjoin(OWNERS, (OWNERS.c.kind == "run") & (OWNERS.c.key == RUNS.c.id))
        columns = RUNS.c.id, OWNERS.c.person, RUNS.c.parameters, RUNS.c.test_accuracy, RUNS.c.ended
        asked = sa.select(*columns).select_from(whose).where(tested).order_by(RUNS.c.ended.desc()).limit(MOST_RESULTS)
        with said(_FAULT), self._db.connect() as db:
            return [Result(*row[:4], row.ended or 0.0) for row in db.execute(asked)]
