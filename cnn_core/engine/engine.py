"""Engine: the server's way to the workers. `train` and come back later; `ask` and wait for the answer."""

import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from distributed import Future

from cnn_core.data.datasets import Catalogue, Dataset
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.engine import tasks
from cnn_core.engine.cluster import DOWNLOADS, QUESTIONS, TRAINING
from cnn_core.engine.connection import Connection
from cnn_core.engine.queue import Queue
from cnn_core.engine.trainers import KEY
from cnn_core.errors import EngineError, StudioError
from cnn_core.runs.models import ModelLibrary
from cnn_core.runs.run import Run
from cnn_core.runs.store import RunStore
from cnn_core.settings import Settings

WATCHED_SECONDS = 1800


class Engine:
    """Trains and answers on a Dask cluster: a local one of its own, or that at `settings.scheduler_address`.

    The cluster starts in the background, and again when it has died. What a run's worker reports goes to `store`.
    """

    def __init__(self, store: RunStore, library: ModelLibrary, catalogue: Catalogue, settings: Settings):
        self._store, self._library, self._catalogue, self._settings = store, library, catalogue, settings
        self._threads = ThreadPoolExecutor(4, "engine")
        self._wishes: list[Future] = []
        self._queue = Queue(store, catalogue, lambda: self._connection.client())
        self._connection = Connection(settings, self._queue.subscribe)
        self._queue.start()

    def train(self, run: Run) -> None:
        """Put the run into the queue; it goes on from its checkpoint when it has one.

        Raises DataError without its data set, and RunError when it is in the queue already, or under way.
        """
        self._catalogue_has(run.dataset)
        self._store.submit(run.id)
        self._queue.look()

    def prepare(self, network: Network, recipe: Recipe, images: int) -> None:
        """Have idle workers trace this network, so that its training on so many images can begin at once.

        Cheap to call, and only a wish: the last one wins, and none of them delays a run.
        """
        if self._queue.idle:
            self._threads.submit(self._prepare, network, recipe, -(-images // recipe.batch_size))

    def stop(self, run_id: str) -> None:
        """End the run at its next batch and keep what it learned; take it out of the queue when it has not begun."""
        self._store.wish_stop(run_id)
        self._queue.look()

    def queue_position(self, run_id: str) -> int:
        """How many runs come before it; 0 when it does not wait."""
        return self._store.lists.before(run_id)

    def trouble(self) -> str:
        """Why something cannot be stored now, in words (it is kept and tried again); empty when all is well."""
        return self._queue.trouble

    def ask(self, function: Callable, *args: Any, timeout: float = 30) -> Any:
        """The value of `tasks.<function>(*args)`, from the worker for questions; raises EngineError when it is late."""
        client = self._connection.client()
        future = client.submit(function, *args, resources={QUESTIONS: 1}, pure=False, priority=10)
        return self._answer(future, timeout)

    def _answer(self, future: Future, timeout: float) -> Any:
        try:
            return future.result(timeout=timeout)
        except StudioError:
            raise
        except TimeoutError:
            future.cancel()
            raise EngineError("No answer came in time", todo="The server is busy: try again in a moment") from None
        except Exception as error:
            raise EngineError(f"The question could not be answered ({error})", todo="Try again") from error

    def predict(self, keys: list[str], images: np.ndarray) -> dict[str, np.ndarray]:
        """Probabilities (N, classes) for raw pixels (N, H, W, C) uint8, by the models `keys`."""
        contents: dict[str, bytes | None] = dict.fromkeys(keys)
        for _ in range(len(keys) + 1):
            answer = self.ask(tasks.predict, contents, images)
            if not isinstance(answer, tasks.Missing):
                return answer
            contents[answer.key] = self._library.model(answer.key).load()
        raise EngineError("The models could not be loaded", todo="Choose fewer models")

    def download(self, name: str, progress: Callable[[float], None] = lambda share: None) -> Dataset:
        """Fetch one of Keras's data sets (minutes) and keep it in the catalogue.

        Args:
            progress: gets the share (0 to 1) that has arrived, about twice a second, in this thread.
        """
        future = self._connection.client().submit(tasks.download, name, resources={DOWNLOADS: 1}, pure=False)
        return self._catalogue.save(name, self._watched(future, tasks.downloaded, name, progress))

    def split_lesson(self, progress: Callable[[float], None], *args: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """`tasks.split_lesson(*args)` on a worker that trains (about half a minute), with `progress` as in `download`.

        It ends with the caller: whatever `progress` raises, a visitor who goes away too, stops the training.
        """
        key = secrets.token_hex(8)
        future = self._connection.client().submit(
            tasks.split_lesson, key, *args, key=f"{KEY}lesson-{key}", resources={TRAINING: 1}, pure=False
        )
        try:
            return self._watched(future, tasks.lesson_progress, key, progress)
        finally:
            if not future.done():
                self._connection.client().run(tasks.request_stop, key, 0.0, on_error="ignore")
                future.cancel()

    def _watched(self, future: Future, share: Callable[[str], float], key: str, progress: Callable) -> Any:
        """The value of a future that takes minutes; `share(key)` is asked of the workers in the meantime."""
        end = time.monotonic() + WATCHED_SECONDS
        while not future.done() and time.monotonic() < end:
            shares = self._connection.client().run(share, key, on_error="ignore")
            progress(max(shares.values(), default=0.0))
            time.sleep(0.5)
        answer = self._answer(future, max(0.1, end - time.monotonic()))
        progress(1.0)  # a quick one ends between two looks
        return answer

    def close(self) -> None:
        """End the cluster, when it is this engine's own."""
        self._queue.close()
        self._connection.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _catalogue_has(self, name: str) -> None:
        if not any(entry.name == name and entry.ready for entry in self._catalogue.entries()):
            self._catalogue.load(name)  # raises the DataError that says what to do

    def _prepare(self, network: Network, recipe: Recipe, steps: int) -> None:
        client = self._connection.client(urgent=False)
        # To let go of the wishes before these cancels them.
        self._wishes = [
            client.submit(
                tasks.prepare, network, recipe, steps, resources={TRAINING: 1}, pure=False, priority=-1, retries=0
            )
            for _ in range(self._settings.training_workers)
        ]
