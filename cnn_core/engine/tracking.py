"""Tracking: an MLflow server hears of each run that has ended, in its own time."""

import logging
import threading
from contextlib import suppress
from queue import SimpleQueue

from cnn_core.errors import RunError
from cnn_core.exchange import mlflow
from cnn_core.runs.store import RunStore

CLOSE_SECONDS = 10.0  # for what was to be told when the server ends
LOG = logging.getLogger(__name__)


class Tracking:
    """Tells in a thread of its own: neither a slow MLflow server nor a fault of it touches a run or its queue.

    Args:
        uri: of the MLflow server; empty: nobody is told.
    """

    def __init__(self, store: RunStore, uri: str):
        self._store, self._uri = store, uri
        self._ended: SimpleQueue[str | None] = SimpleQueue()
        self._fault = ""  # what the log was told last: the same for each run would fill it
        self._thread = threading.Thread(target=self._live, daemon=True, name="tracking")
        if uri:
            self._thread.start()

    def tell(self, run_id: str) -> None:
        """This run has ended. Returns at once."""
        if self._uri:
            self._ended.put(run_id)

    def close(self) -> None:
        """Tell what is still to be told, for CLOSE_SECONDS at most."""
        if self._uri:
            self._ended.put(None)
            self._thread.join(CLOSE_SECONDS)

    def _live(self) -> None:
        while run_id := self._ended.get():
            try:
                with suppress(RunError):  # somebody has deleted it meanwhile
                    mlflow.log(self._uri, self._store.run(run_id), self._store.state(run_id))
                self._fault = ""
            except Exception as error:
                if self._fault != (fault := f"{type(error).__name__}: {error}"):
                    LOG.warning("MLflow at %s was not told of run %s: %s", self._uri, run_id, fault)
                self._fault = fault
