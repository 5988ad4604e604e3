"""Ledger: writes what becomes of the runs of this server, and keeps what cannot be written until it can be."""

import threading
from collections.abc import Callable

from cnn_core.engine.attempt import Attempt
from cnn_core.errors import StorageError
from cnn_core.runs.events import Event
from cnn_core.runs.store import RunStore

Ended = Callable[[str], object]
"""Gets the id of a run that has ended."""


class Ledger:
    """Of the server `holder`. Called from one thread at a time, it writes the events of each run in their order.

    Attributes:
        attempts: by the run's id, those that are not written to their end yet.
        trouble: why something could not be written; None when all is well.

    Args:
        on_lost: gets an attempt whose run this server does not answer for any more.
        on_ended: called when an attempt of a run was written to its end.
    """

    def __init__(self, store: RunStore, holder: str, on_lost: Callable[[Attempt], None], on_ended: Ended):
        self._store, self._holder, self._on_lost, self._on_ended = store, holder, on_lost, on_ended
        self._lock = threading.Lock()
        self.attempts: dict[str, Attempt] = {}
        self.trouble: StorageError | None = None

    def note(self, attempt: Attempt, event: Event) -> None:
        """What the server itself has to say of the run."""
        attempt.unwritten.append(event)
        self.write(attempt)

    def finish(self, attempt: Attempt, end: Event) -> None:
        """`end` comes after everything else of the attempt, its files too."""
        attempt.end = end
        self.write(attempt)

    def write_all(self) -> None:
        """Try again what could not be written."""
        for attempt in list(self.attempts.values()):
            self.write(attempt)
        if not self.attempts:
            self.trouble = None

    def write(self, attempt: Attempt) -> None:
        """Write what there is of the attempt: its events, its files, its end."""
        try:
            if self._events(attempt):
                self._files(attempt)
                if attempt.end and self._append(attempt, attempt.end):
                    self.drop(attempt)
                    self._on_ended(attempt.run.id)
        except StorageError as error:
            self.trouble = error
        else:
            self.trouble = None

    def drop(self, attempt: Attempt) -> None:
        """Forget the attempt; another one of the same run stays."""
        with self._lock:
            if self.attempts.get(attempt.run.id) is attempt:
                del self.attempts[attempt.run.id]

    def _events(self, attempt: Attempt) -> bool:
        if attempt.in_doubt:  # a lost connection does not tell whether the last write went through
            for _ in range(self._store.count(attempt.run.id) - attempt.written):
                attempt.unwritten.popleft()
                attempt.written += 1
        attempt.in_doubt = True
        noted = not attempt.unwritten or self._append(attempt, *attempt.unwritten)
        attempt.in_doubt = False
        attempt.written += len(attempt.unwritten)
        attempt.unwritten.clear()
        return noted

    def _files(self, attempt: Attempt) -> None:
        for name in list(attempt.files):
            self._store.save_file(attempt.run.id, name, attempt.files[name])
            del attempt.files[name]

    def _append(self, attempt: Attempt, *events: Event) -> bool:
        noted = self._store.append(attempt.run.id, *events, holder=self._holder)
        if not noted:
            self._on_lost(attempt)
        return noted
