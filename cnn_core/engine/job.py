"""Job: work that goes on while its visitor does other things. No dask here: pages hold jobs."""

import itertools
import logging
import secrets
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any

from cnn_core.engine.work.base import Work
from cnn_core.errors import EngineError, StudioError
from cnn_core.language import Text

LOG = logging.getLogger(__name__)
_numbers = itertools.count()
_forgotten: "SimpleQueue[tuple[Task, int]]" = SimpleQueue()  # by whoever held a job and is gone


class Stopped(Exception):  # noqa: N818 - not an error: a wish
    """Nobody wants the work any more."""


class Job:
    """One person's hold on work that was begun: kept in their session, read by any page.

    The work ends early when nobody holds it: each holder has stopped it, or is gone, and the job with them.
    """

    def __init__(self, task: "Task"):
        self._task, self._number, self._stopped = task, next(_numbers), False
        task.holders.add(self._number)
        # A finalizer runs in the middle of whatever its thread was doing: SimpleQueue is made for that, locks are not.
        weakref.finalize(self, _forgotten.put, (task, self._number)).atexit = False

    @property
    def fraction(self) -> float:
        """How much is done, 0 to 1; 0 while the work waits for its turn."""
        return self._task.fraction

    @property
    def ahead(self) -> int:
        """How much comes before it: runs, and work of others; 0 when nothing does, or nobody knows."""
        return 0 if self.done else self._task.ahead()

    @property
    def name(self) -> str:
        """By which the line of those who wait for a trainer knows it."""
        return self._task.name

    @property
    def partial(self) -> Any:
        """What there is of the result so far; None before there is anything."""
        return self._task.partial

    @property
    def done(self) -> bool:
        """Whether `result` would not wait: the work has ended, or was stopped."""
        return self._stopped or self._task.outcome.done()

    @property
    def stopped(self) -> bool:
        """Whether its holder has stopped it."""
        return self._stopped

    def result(self, timeout: float | None = None) -> Any:
        """What came of it, waiting up to `timeout` seconds. Raises StudioError: whatever went wrong, in words."""
        if self._stopped:
            raise EngineError(Text("This was stopped"), todo=Text("Start it again"))
        try:
            return self._task.outcome.result(timeout)
        except Stopped:
            raise EngineError(Text("This was ended with its server"), todo=Text("Start it again")) from None
        except TimeoutError:
            raise late() from None

    def stop(self) -> None:
        """Let go of the work. Returns at once; what has ended already stays as it is."""
        if not self.done:
            self._stopped = True
            self._task.leave(self._number)


class Task:
    """The work behind one job or several, in a thread of its own.

    Args:
        run: gets this task; what it gives is the result. It calls `report` or `wait` often, which raise Stopped.

    Attributes:
        name: no other one has it.
        outcome: the result, once there is one.
        holders: the numbers of the jobs that want it.
        ahead: see `Job.ahead`.
    """

    def __init__(self, run: Callable[["Task"], Any]):
        self.name = secrets.token_hex(8)
        self.fraction, self.partial = 0.0, None
        self.ahead: Callable[[], int] = lambda: 0
        self.outcome: Future[Any] = Future()
        self.holders: set[int] = set()
        self._run, self._lock = run, threading.Lock()
        self._stopping, self._news = False, threading.Event()

    def start(self) -> Job:
        """Begin it, held by one job."""
        job = Job(self)
        threading.Thread(target=self._live, daemon=True, name="task").start()
        return job

    def join(self) -> Job | None:
        """One more hold on it; None when it has ended or will."""
        with self._lock:
            return None if self._stopping or self.outcome.done() else Job(self)

    def leave(self, number: int) -> None:
        """The job of this number no longer wants it."""
        with self._lock:
            self.holders.discard(number)
            self._stopping = self._stopping or not self.holders
        self._news.set()

    @property
    def stopping(self) -> bool:
        """Whether nobody wants it any more."""
        return self._stopping

    def stop(self) -> None:
        """End it, whoever wants it."""
        self._stopping = True
        self._news.set()

    def note(self, fraction: float, partial: Any = None) -> None:
        """Somebody else does the work and says how far it is."""
        self.fraction, self.partial = fraction, self.partial if partial is None else partial

    def report(self, fraction: float, partial: Any = None) -> None:
        """This thread does the work and says how far it is. Raises Stopped when nobody wants it."""
        self.note(fraction, partial)
        if self._stopping:
            raise Stopped

    def wait(self, future: Any) -> Any:
        """The result of a future, Dask's or Python's. Raises what it raises, and Stopped when nobody wants it."""
        future.add_done_callback(lambda done: self._news.set())
        while not future.done():
            if self._stopping:
                raise Stopped
            self._news.wait()
            self._news.clear()
        return future.result()

    def _live(self) -> None:
        try:
            self.outcome.set_result(self._run(self))
        except (StudioError, Stopped) as error:
            self.outcome.set_exception(error)
        except Exception as error:
            LOG.exception("Work of the server failed")
            what = Text("This ended with an unexpected error ({error})", error=str(error))
            self.outcome.set_exception(EngineError(what, todo=Text("Try again")))


class Tasks:
    """What an engine has under way. Work that is shared is one task for all who begin an equal one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_name: dict[str, Task] = {}
        self._shared: dict[Work, Task] = {}

    def begin(self, work: Work, run: Callable[[Task], Any]) -> Job:
        """A hold on the task that does `run` for `work`."""

        def live(task: Task) -> Any:
            try:
                return run(task)
            finally:
                self._forget(work, task)

        with self._lock:
            known = self._shared.get(work) if work.shared else None
            if known and (job := known.join()):
                return job
            task = Task(live)
            self._by_name[task.name] = task
            if work.shared:
                self._shared[work] = task
            return task.start()

    def get(self, name: str) -> Task | None:
        """The task of this name, while it is under way."""
        return self._by_name.get(name)

    def stop(self) -> None:
        """End all of them."""
        for task in list(self._by_name.values()):
            task.stop()

    def _forget(self, work: Work, task: Task) -> None:
        with self._lock:
            del self._by_name[task.name]
            if work.shared and self._shared.get(work) is task:
                del self._shared[work]


def begin_here(function: Callable[[Callable[[float], None]], Any]) -> Job:
    """Have this process do what takes a while and needs no worker, in a thread.

    Args:
        function: gets what it is to call with the fraction that is done, several times a second: that ends it when
            nobody wants it any more.
    """
    return Task(lambda task: function(task.report)).start()


def late() -> EngineError:
    """Nobody has answered within the time that was given."""
    return EngineError(Text("No answer came in time"), todo=Text("The server is busy: try again in a moment"))


def _let_go() -> None:
    while True:
        task, number = _forgotten.get()
        task.leave(number)
        del task  # or it would live until the next one is forgotten


threading.Thread(target=_let_go, daemon=True, name="forgotten jobs").start()
