"""Attempt: one try of this server to have a run trained, and what its worker has reported of it."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from distributed import Future

from cnn_core.engine.work.train import why_not_trained
from cnn_core.errors import RunError, StudioError
from cnn_core.language import Text
from cnn_core.runs.events import EVENT, Cancelled, Event, Failed
from cnn_core.runs.run import Run

KILLED = RunError(
    Text("The training process ended unexpectedly: it was killed, or ran out of memory"),
    todo=Text("A new one has taken its place. Resume the run, or choose a smaller batch or network if it was memory."),
)
LOST = RunError(
    Text("The connection to the training cluster was lost"),
    todo=Text("Resume the run to go on from its last finished epoch."),
)


@dataclass(eq=False)
class Attempt:
    """`submitted` tells this attempt from an earlier one of the same run.

    The worker numbers its events from 1. Whichever way and in whatever order they come, `unwritten` has each once, in
    order, without a gap.
    """

    run: Run
    submitted: float
    checkpoint: bytes | None
    written: int  # how many events the store has of the run
    future: Future | None = None
    begun: bool = False  # a worker has said that it has all it needs
    stopping: bool = False
    minutes: float | None = None  # the most that it may train, with the attempts before
    kept: tuple[int, ...] = ()  # after how many epochs the store has the weights
    asking: set[str] = field(default_factory=set)  # what is being asked of its worker
    unwritten: deque[Event] = field(default_factory=deque)
    files: dict[str, bytes] = field(default_factory=dict)  # by name, of what the worker gave back and is not saved yet
    in_doubt: bool = False  # whether the last write went through
    end: Event | None = None  # what is noted when everything before it is
    _received: int = 0
    _early: dict[int, str] = field(default_factory=dict)

    @property
    def received(self) -> int:
        """The number of the last event that came after all before it."""
        return self._received

    def take(self, number: int, event: str) -> bool:
        """Take an event, as JSON; False when one before it is missing."""
        if number > self._received:
            self._early[number] = event
        while text := self._early.pop(self._received + 1, None):
            self._received += 1
            self.unwritten.append(EVENT.validate_json(text))
        return not self._early

    def take_all(self, events: Sequence[str]) -> None:
        """Take all events of the attempt, of which some may be known."""
        for number, event in enumerate(events, 1):
            self.take(number, event)

    def end_of_cancelled(self) -> Event | None:
        """By a wish to stop, or with the connection; None when it has not begun and shall wait again."""
        if self.stopping:
            return Cancelled()
        return Failed.by(LOST) if self.begun else None


def failed(error: Exception) -> Failed:
    """The end of a run that `error` ended."""
    return Failed.by(error if isinstance(error, StudioError) else why_not_trained(error))
