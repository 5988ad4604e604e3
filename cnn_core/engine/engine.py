"""Engine: the server's way to the workers. `ask` and wait for a short answer, or `begin` and come back for it."""

import pickle
import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from distributed import Client, Future

from cnn_core.data.datasets import Catalogue
from cnn_core.engine.connection import Connection
from cnn_core.engine.job import Job, Stopped, Task, Tasks, late
from cnn_core.engine.queue import Queue
from cnn_core.engine.supplies import Supplies
from cnn_core.engine.tracking import Tracking
from cnn_core.engine.trainers import KEY
from cnn_core.engine.turnstile import Place
from cnn_core.engine.work.base import QUESTIONS, TRAINING, Key, Missing, Work
from cnn_core.engine.worker import Order, carry_out, request_stop
from cnn_core.errors import EngineError, StudioError
from cnn_core.exchange.backbones import Backbones
from cnn_core.language import Text
from cnn_core.runs.kept import Kept, tidy
from cnn_core.runs.models import ModelLibrary
from cnn_core.runs.store import RunStore
from cnn_core.settings import Settings


def new_supplies(library: ModelLibrary, catalogue: Catalogue, settings: Settings) -> Supplies:
    """What this server can send, by its settings."""
    shelf = None if settings.scheduler_address else (str(settings.features), settings.max_features_bytes)
    return Supplies(library, catalogue, Backbones(settings.backbones, settings.keras_home), shelf)


class Engine:
    """Has work done on a Dask cluster: a local one of its own, or that at `settings.scheduler_address`.

    The cluster starts in the background, and again when it has died.

    Attributes:
        queue: the runs that wait or are trained; what their workers report goes to `store`.

    Args:
        serves: whether it trains whatever waits in the store, or only what is put into its own queue.
    """

    def __init__(
        self, store: RunStore, library: ModelLibrary, catalogue: Catalogue, settings: Settings, *, serves: bool = True
    ):
        self._settings = settings
        self._supplies = new_supplies(library, catalogue, settings)
        self._topic = f"jobs-{secrets.token_hex(8)}"  # other servers on the same cluster have their own
        self._tasks = Tasks()
        self._wish_lock = threading.Lock()
        self._wish: Work | None = None
        self._wishes: list[Future] = []
        self._tracking = Tracking(store, settings.mlflow_tracking_uri)

        def on_ended(run_id: str) -> None:
            self._tracking.tell(run_id)
            tidy(store, catalogue, Kept.by(settings))

        self.queue = Queue(store, self._supplies, lambda: self._connection.client(), on_ended)
        self.queue.own = None if serves else set()
        self._connection = Connection(settings, self._subscribe)
        self.queue.start()

    @property
    def answers(self) -> bool:
        """Whether a worker for questions is there: else the next question waits until it has started."""
        return self._connection.has(QUESTIONS)

    def ask(self, work: Work, timeout: float = 30) -> Any:
        """What `work` gives, now. Raises EngineError when that takes more than `timeout` seconds."""
        return self._carry_out(work, lambda future: future.result(timeout=timeout), priority=10)

    def begin(self, work: Work, then: Callable[[Any], Any] | None = None, person: str | None = None) -> Job:
        """Have `work` done while the caller goes on. Returns at once, also while the cluster starts.

        Args:
            person: whose turn it takes among the runs, where it needs a trainer: somebody's id; None: nobody's.
            then: gets the answer on this server, in a thread, whether anybody looks or not: to keep it. What it gives
                is the job's result.
        """
        if work.wish:
            return self._begin_wish(work)

        def run(task: Task) -> Any:
            do = partial(self._in_turn, person=person) if work.place == TRAINING else self._by_name
            answer = do(work, task)
            return then(answer) if then else answer

        return self._tasks.begin(work, run)

    def close(self) -> None:
        """End the cluster, when it is this engine's own, and what was begun."""
        self._tasks.stop()
        self.queue.close()
        self._connection.close()
        self._tracking.close()

    def _by_name(self, work: Work, task: Task, place: Place | None = None) -> Any:
        return self._carry_out(work, task.wait, task.name, place=place)

    def _in_turn(self, work: Work, task: Task, person: str | None) -> Any:
        """Once no run, nor anybody else's work, comes before it."""
        self._connection.client()  # raises EngineError where there is none
        with self.queue.beside.place(task, person, work.effort(), self.queue.line.round) as place:
            task.ahead = partial(self.queue.position, task.name)
            task.wait(place.turn)
            return self._by_name(work, task, place)

    def _carry_out(
        self,
        work: Work,
        wait: Callable[[Future], Any],
        name: str = "",
        priority: int = 0,
        place: Place | None = None,
    ) -> Any:
        """Send the work, and once more with what the worker lacks."""
        client = self._connection.client()
        sent: Mapping[Key, Any] = {}
        while True:
            future = self._submit(client, Order(work, name, sent, self._topic if name else ""), priority, place)
            answer = _answer(future, wait, lambda: client.run(request_stop, name, on_error="ignore"))
            if not isinstance(answer, Missing):
                return answer
            sent = {**sent, **self._supplies.fetch(answer.keys)}

    def _submit(self, client: Client, order: Order, priority: int, place: Place | None = None) -> Future:
        kind = type(order.work)
        # The queue counts what keeps a trainer busy by its key.
        begins = KEY if kind.place == TRAINING and not kind.wish else ""
        key = f"{begins}{kind.__name__}-{secrets.token_hex(8)}"
        if place:
            place.key = key
        return client.submit(
            carry_out, order, key=key, resources={kind.place: 1}, pure=False, priority=priority, retries=0
        )

    def _begin_wish(self, work: Work) -> Job:
        self._wish = work
        return Task(lambda task: self._send_wish(work)).start()

    def _send_wish(self, work: Work) -> None:
        client = self._connection.client(urgent=False)
        with self._wish_lock:
            if self._wish is work and self.queue.idle:
                workers = range(self._settings.training_workers)
                # To let go of the futures of the last wish cancels it.
                self._wishes = [self._submit(client, Order(work), -1) for _ in workers]

    def _subscribe(self, client: Client) -> None:
        self.queue.subscribe(client)
        client.subscribe_topic(self._topic, self._on_report)

    def _on_report(self, message: tuple[float, dict[str, Any]]) -> None:
        report = message[1]
        if task := self._tasks.get(report["name"]):
            task.note(report["fraction"], report["partial"] and pickle.loads(report["partial"]))


def _answer(future: Future, wait: Callable[[Future], Any], stop: Callable[[], Any]) -> Any:
    """The future's value; errors in words."""
    try:
        return wait(future)
    except StudioError:
        raise
    except Stopped:
        with suppress(Exception):  # the cluster may be gone, and the work with it
            stop()
        future.cancel()
        raise
    except TimeoutError:
        future.cancel()
        raise late() from None
    except Exception as error:
        what = Text("The question could not be answered ({error})", error=str(error))
        raise EngineError(what, todo=Text("Try again")) from error
