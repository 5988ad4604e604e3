"""Engine: the server's way to the workers. `train` and come back later; `ask` and wait for the answer."""

import io
import secrets
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import Any

import numpy as np
from dask.base import tokenize
from distributed import Future, KilledWorker

from cnn_core.data.datasets import Catalogue, Dataset
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.engine import tasks
from cnn_core.engine.cluster import DOWNLOADS, QUESTIONS, TRAINING
from cnn_core.engine.connection import Connection
from cnn_core.errors import EngineError, StudioError
from cnn_core.runs.events import EVENT, Cancelled, Failed, Finished, StopRequested, Submitted
from cnn_core.runs.models import MODEL_FILE, ModelLibrary
from cnn_core.runs.predictions import PREDICTIONS_FILE
from cnn_core.runs.run import Run
from cnn_core.runs.store import RunStore
from cnn_core.settings import Settings

CHECKPOINT_FILE = "checkpoint.npz"
WATCHED_SECONDS = 1800
TRIES = 3  # a run that only waits when its worker dies is sent again; not for ever, it may be what kills them
KILLED = (
    "The training process ended unexpectedly: it was killed, or ran out of memory. "
    "A new one has taken its place. Resume the run, or choose a smaller batch or network if it was memory"
)
LOST = "The connection to the training cluster was lost. Resume the run to go on from its last finished epoch"


class Engine:
    """Trains and answers on a Dask cluster: a local one of its own, or that at `settings.scheduler_address`.

    The cluster starts in the background, and again when it has died. What a run's worker reports goes to `store`.
    """

    def __init__(self, store: RunStore, library: ModelLibrary, catalogue: Catalogue, settings: Settings):
        self._store, self._library, self._catalogue, self._settings = store, library, catalogue, settings
        self._topic = f"runs-{secrets.token_hex(8)}"  # other servers on the same cluster have their own
        self._queue = ThreadPoolExecutor(1, "queue")  # first come, first served
        self._threads = ThreadPoolExecutor(4, "engine")
        self._futures: dict[str, Future] = {}
        self._wishes: list[Future] = []
        self._pulling: set[str] = set()
        store.mark_interrupted()
        self._connection = Connection(settings, lambda client: client.subscribe_topic(self._topic, self._on_event))

    def train(self, run: Run, *, resume: bool = False) -> None:
        """Put the run into the queue; with `resume`, from its checkpoint (from the start when it has none)."""
        self._catalogue_has(run.dataset)
        self._store.own(run.id)
        self._store.append(run.id, Submitted())
        checkpoint = self._store.load_file(run.id, CHECKPOINT_FILE) if resume else None
        self._queue.submit(self._submit, run, checkpoint)

    def prepare(self, network: Network, recipe: Recipe, images: int) -> None:
        """Have idle workers trace this network, so that its training on so many images can begin at once.

        Cheap to call, and only a wish: the last one wins, and none of them delays a run.
        """
        if not self._futures:
            self._threads.submit(self._prepare, network, recipe, -(-images // recipe.batch_size))

    def stop(self, run_id: str) -> None:
        """End the run at its next batch and keep what it learned; take it out of the queue when it has not begun."""
        if self._store.state(run_id).active:
            self._store.append(run_id, StopRequested())
            self._threads.submit(self._stop, run_id)

    def queue_position(self, run_id: str) -> int:
        """How many runs of this server are before it; 0 when it runs, or is not there."""
        before = 0
        for other in list(self._futures):
            if other == run_id:
                return before
            before += self._store.state(other).active
        return 0

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
        future = self._connection.client().submit(tasks.split_lesson, key, *args, resources={TRAINING: 1}, pure=False)
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
        self._connection.close()
        for threads in (self._queue, self._threads):
            threads.shutdown(wait=False, cancel_futures=True)

    def _catalogue_has(self, name: str) -> None:
        if not any(entry.name == name and entry.ready for entry in self._catalogue.entries()):
            self._catalogue.load(name)  # raises the DataError that says what to do

    def _on_event(self, message: tuple[float, dict]) -> None:
        run_id, event = message[1]["run"], EVENT.validate_json(message[1]["event"])
        state = self._store.state(run_id)
        if not state.active or state.submitted != message[1]["submitted"]:
            return  # a worker that has not heard yet that its run was cancelled
        self._store.append(run_id, event)
        if event.kind == "epoch_ended" and run_id not in self._pulling:
            self._pulling.add(run_id)
            self._threads.submit(self._pull_checkpoint, run_id)

    def _pull_checkpoint(self, run_id: str) -> None:
        """Fetch the state after the last epoch while the run goes on, so that a killed server can resume it."""
        try:
            answers = self._connection.client().run(tasks.take_checkpoint, run_id, on_error="ignore")
            for content in filter(None, answers.values()):
                self._store.save_file(run_id, CHECKPOINT_FILE, content)
        finally:
            self._pulling.discard(run_id)

    def _prepare(self, network: Network, recipe: Recipe, steps: int) -> None:
        client = self._connection.client(urgent=False)
        # To let go of the wishes before these cancels them.
        self._wishes = [
            client.submit(
                tasks.prepare, network, recipe, steps, resources={TRAINING: 1}, pure=False, priority=-1, retries=0
            )
            for _ in range(self._settings.training_workers)
        ]

    def _submit(self, run: Run, checkpoint: bytes | None, *, send_data: bool = False, tries: int = TRIES) -> None:
        try:
            future = self._future(run, checkpoint, send_data)
        except Exception as error:
            self._store.append(run.id, Failed(message=_reason(error)))
            return
        self._futures[run.id] = future
        future.add_done_callback(lambda done: self._on_done(run, checkpoint, tries, done))
        if self._store.state(run.id).stop_requested:  # before there was a future to cancel
            self._stop(run.id)

    def _future(self, run: Run, checkpoint: bytes | None, send_data: bool) -> Future:
        dataset = self._catalogue.load(run.dataset)
        return self._connection.client().submit(
            tasks.train,
            self._topic,
            run.id,
            self._store.state(run.id).submitted,
            run.network,
            run.recipe,
            _data_key(dataset),
            dataset if send_data else None,
            checkpoint,
            resources={TRAINING: 1},
            pure=False,
            priority=int(send_data),  # it has waited already
        )

    def _on_done(self, run: Run, checkpoint: bytes | None, tries: int, future: Future) -> None:
        """Note how the run ended, or send it again."""
        state = self._store.state(run.id)
        try:
            outcome = future.result()
            if isinstance(outcome, tasks.Missing):
                self._queue.submit(self._submit, run, checkpoint, send_data=True, tries=tries)
                return
            self._save(run.id, outcome)
            end = Finished()
        except CancelledError:
            end = Cancelled() if state.stop_requested else Failed(message=LOST)
        except Exception as error:
            if isinstance(error, KilledWorker) and state.status == "queued" and tries > 1:
                # Dask gives every waiting task to a worker, and counts its death against all of them.
                self._queue.submit(self._submit, run, checkpoint, tries=tries - 1)
                return
            end = Failed(message=_reason(error))
        self._futures.pop(run.id, None)
        self._store.append(run.id, end)

    def _save(self, run_id: str, outcome: dict[str, Any]) -> None:
        buffer = io.BytesIO()
        np.savez_compressed(buffer, predicted=outcome["predicted"], confidence=outcome["confidence"])
        self._store.save_file(run_id, PREDICTIONS_FILE, buffer.getvalue())
        self._store.save_file(run_id, MODEL_FILE, outcome["model"])

    def _stop(self, run_id: str) -> None:
        self._connection.client().run(
            tasks.request_stop, run_id, self._store.state(run_id).submitted, on_error="ignore"
        )
        if (future := self._futures.get(run_id)) and self._store.state(run_id).status == "queued":
            future.cancel()


def _data_key(dataset: Dataset) -> str:
    return f"{dataset.name}-{tokenize(dataset.x_train, dataset.y_train, dataset.x_test, dataset.y_test)}"


def _reason(error: BaseException) -> str:
    """Why a run failed, for the person who asked for it."""
    if isinstance(error, StudioError):
        return str(error)
    if isinstance(error, KilledWorker):
        return KILLED + "."
    return f"The training ended with an unexpected error: {type(error).__name__}: {str(error)[:500]}"
