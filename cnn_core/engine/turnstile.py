"""Turnstile: work that takes a trainer and is no run, such as an experiment of a page, has its turns among the runs."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from time import time

from cnn_core.design.effort import Effort
from cnn_core.engine.job import Task
from cnn_core.runs.turns import Beside, Waiting


class Place:
    """Of one piece of work.

    Attributes:
        turn: is done when the work may take a trainer.
        key: of the Dask task by which it takes one.
    """

    def __init__(self, task: Task, person: str | None, effort: Effort, turn: int):
        self.turn: Future[None] = Future()
        self.key = task.name
        self.task, self._asked = task, Waiting(task.name, person, time(), True, effort, turn=turn)

    @property
    def entry(self) -> Waiting:
        """What the line of the runs would know of it, had it been one; once it has begun, with what it takes still."""
        if not self.turn.done():
            return self._asked
        return self._asked._replace(waits=False, effort=self._asked.effort.rest(self.task.fraction))


class Turnstile:
    """Of one server. The runs are anybody's; these are only its own, and end with it.

    Args:
        on_change: called when some work comes, or is done.
    """

    def __init__(self, on_change: Callable[[], None]):
        self._on_change = on_change
        self._places: dict[str, Place] = {}  # by the name of the task
        self._served: dict[str | None, int] = {}

    @contextmanager
    def place(self, task: Task, person: str | None, effort: Effort, turn: int) -> Iterator[Place]:
        """A place in the line, and then the trainer, until the end of the block.

        Args:
            turn: the round in which it is asked for.
        """
        self._places[task.name] = place = Place(task, person, effort, turn)
        self._on_change()
        try:
            yield place
        finally:
            del self._places[task.name]
            self._on_change()

    @property
    def all(self) -> Beside:
        """As the line of the runs takes it."""
        return Beside([place.entry for place in list(self._places.values())], dict(self._served))

    @property
    def waits(self) -> bool:
        """Whether something here waits for its turn."""
        return any(not place.turn.done() for place in list(self._places.values()))

    @property
    def keys(self) -> set[str]:
        """Of what has a trainer or is about to."""
        return {place.key for place in list(self._places.values()) if place.turn.done()}

    def let_in(self, entries: Iterable[Waiting]) -> int:
        """It is the turn of these, of which some may be runs; how many are here."""
        count = 0
        for entry in entries:
            place = self._places.get(entry.id)
            if place and not place.turn.done():
                self._served[entry.person] = entry.turn
                count += _end(place.turn, None)
        return count

    def stop(self) -> None:
        """End all of it, whoever wants it."""
        for place in list(self._places.values()):
            place.task.stop()

    def refuse(self, error: Exception) -> None:
        """None of them will have a turn, and why."""
        for place in list(self._places.values()):
            _end(place.turn, error)


def _end(turn: Future[None], error: Exception | None) -> bool:
    """False when that was known before."""
    if turn.done():
        return False
    turn.set_exception(error) if error else turn.set_result(None)
    return True
