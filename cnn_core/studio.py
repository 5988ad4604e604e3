"""Studio: store, library, catalogue, shelf and engine, wired once: for the app, the command line, scripts and tests."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnn_core.data.datasets import Catalogue
from cnn_core.data.upload.shelf import Shelf
from cnn_core.errors import DataError, StudioError
from cnn_core.language import Text
from cnn_core.runs.events import Cancelled
from cnn_core.runs.models import ModelLibrary
from cnn_core.settings import Settings

if TYPE_CHECKING:
    from cnn_core.engine.engine import Engine
    from cnn_core.runs.store import RunStore


class Studio:
    """What all visitors of one server share. The store and the engine are made when they are first asked for.

    Attributes:
        catalogue: the data sets that can be trained on.
        shelf: the files that visitors have sent and not yet kept.

    Args:
        serves: whether its engine trains everybody's runs, as a server's does, or only those that are put into its own
            queue: a command that ends with its own run must not leave another one half done.
    """

    def __init__(self, settings: Settings, *, serves: bool = True):
        self.settings, self.serves = settings, serves
        self.catalogue = Catalogue(settings.datasets)
        self.shelf = Shelf(settings.shelf, settings)
        self._made: dict[str, Any] = {}
        self._closed = False
        self._lock = threading.RLock()

    @property
    def store(self) -> RunStore:
        """All runs; raises StorageError where they cannot be kept."""
        return self._once("store", self._new_store)

    @property
    def library(self) -> ModelLibrary:
        """The trained models, ready-made and own."""
        return self._once("library", lambda: ModelLibrary(self.store))

    @property
    def engine(self) -> Engine:
        """The workers that train and predict. They start in the background; the first question waits for them."""
        return self._once("engine", lambda: new_engine(self))

    def close(self) -> None:
        """End the workers, when they were ever started, and let go of the store: whoever asks afterwards is refused."""
        with self._lock:
            self._closed = True
            made, self._made = self._made, {}
        for name in ("engine", "store"):
            if name in made:
                made[name].close()

    def clear_class(self, seconds: float = 20) -> int:
        """End experiments, end and delete runs and duels, delete the data sets of people, and forget all people.

        Returns:
            how many runs have not ended within so many seconds, and are still there; then nobody is forgotten.
        """
        store, lists, end = self.store, self.store.lists, time.monotonic() + seconds
        if engine := self._made.get("engine"):
            engine.queue.beside.stop()
        for run in lists.under_way():
            store.wish_stop(run)
        while lists.under_way() and time.monotonic() < end:
            time.sleep(0.2)
        left = set(lists.under_way())
        for duel in lists.duel_ids():
            store.duels.delete(duel)
        for run in lists.ids():
            if run not in left:
                if store.state(run).active:
                    store.append(run, Cancelled())  # it was never put into the queue
                store.delete(run)
        if not left:
            for name in store.people.owned("data"):
                with suppress(DataError):  # it is gone already
                    self.catalogue.delete(name)
            store.people.clear()
        return len(left)

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        with self._lock:  # several visitors may be the first
            if self._closed:  # a page that goes on while its server ends would have workers started once more
                raise StudioError(Text("This server has ended"), todo=Text("Start it again"))
            if name not in self._made:
                self._made[name] = make()
            return self._made[name]

    def _new_store(self) -> RunStore:
        from cnn_core.runs.store import RunStore  # SQLAlchemy takes 0.3 s to import: the first page begins without it

        return RunStore(
            self.settings.database,
            self.settings.models,
            lambda: {entry.name: entry.train for entry in self.catalogue.entries()},
        )


def new_engine(studio: Studio) -> Engine:
    """The engine of `studio`, on a cluster; tests put another one in its place."""
    from cnn_core.engine.engine import Engine  # dask takes 0.3 s to import: the first page must not wait for it

    return Engine(studio.store, studio.library, studio.catalogue, studio.settings, serves=studio.serves)


def home_fault(home: Path) -> StudioError | None:
    """What keeps a server from keeping anything in its home folder, which is made when it is not there; or None."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=home).close()
    except OSError as error:
        return StudioError(
            Text("This server cannot keep anything: it may not write into its home folder"),
            received=f"{home}, {error.strerror or error}",
            todo=Text(
                "Whoever runs it can set CNN_STUDIO_HOME to another folder, or allow it to write into this one. "
                "Until then, look at data sets and design networks; nothing can be trained."
            ),
        )
    return None
