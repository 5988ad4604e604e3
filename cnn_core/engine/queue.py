"""Queue: takes waiting runs from the store, has workers train them, and notes what becomes of them.

The queue itself is in the store. A server takes a run by a lease, hands Dask only what a free worker can begin at once,
and is the only one that writes the run's events as long as it renews the lease. So the death of a worker touches one
run, and that of a server is settled by any other once its leases are over.
"""

import logging
import secrets
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from distributed import Client, Future, KilledWorker

from cnn_core.engine import reports, trainers
from cnn_core.engine.attempt import KILLED, Attempt, failed
from cnn_core.engine.ledger import Ended, Ledger
from cnn_core.engine.supplies import Supplies
from cnn_core.engine.work.base import Missing
from cnn_core.engine.worker import request_stop
from cnn_core.errors import DataError, EngineError, RunError, StorageError, StudioError
from cnn_core.runs.events import Cancelled, Event, Failed, Finished, Interrupted, StopRequested
from cnn_core.runs.models import CHECKPOINT_FILE
from cnn_core.runs.past import kept_epochs
from cnn_core.runs.run import Run
from cnn_core.runs.store import RunStore

MOST_DEATHS = 3  # to receive a run's data can be what kills
BEAT = 1.0  # seconds between two renewals of the leases, and between two looks for waiting runs
LOG = logging.getLogger(__name__)


class Queue:
    """The runs of one server.

    Args:
        client: gives the client of a cluster that lives, and waits for one; raises EngineError when there is none.
        on_ended: called, in a thread, when a run has ended.
    """

    def __init__(self, store: RunStore, supplies: Supplies, client: Callable[[], Client], on_ended: Ended):
        self._store, self._supplies, self._client = store, supplies, client
        self.own: set[str] | None = None  # a set: the runs that were put here, and no others are taken
        self._id = secrets.token_hex(8)
        self._topic = f"runs-{self._id}"  # other servers on the same cluster have their own
        self._leases = store.leases(self._id)
        self._ledger = Ledger(store, self._id, self._abandon, lambda run: self._asker.submit(_logged, on_ended, run))
        self._attempts = self._ledger.attempts
        self._deaths: Counter[str] = Counter()  # by run, how often its worker died before it had begun
        self._troubles: dict[str, Exception | None] = {}  # by the loop that met it
        self.trainers = 0  # how many runs the cluster could train at a time, when one waited last
        self._closing, self._wake_beat, self._wake_dispatch = (threading.Event() for _ in range(3))
        self._writer = ThreadPoolExecutor(1, "writer")  # the only thread that writes events of begun runs: in order
        self._asker = ThreadPoolExecutor(2, "asker")  # what waits for workers
        self._loops = [
            threading.Thread(target=self._loop, args=args, daemon=True, name=args[0].__name__.strip("_"))
            for args in ((self._beat, self._wake_beat), (self._dispatch, self._wake_dispatch))
        ]

    def start(self) -> None:
        """Begin to take runs."""
        for loop in self._loops:
            loop.start()

    def subscribe(self, client: Client) -> None:
        """Hear what workers report to `client`; to be called for each new connection."""
        client.subscribe_topic(self._topic, lambda message: self._later(self._take, message[1]))

    def put(self, run: Run, minutes: float | None = None) -> None:
        """Have the run trained, at most so many minutes; it goes on from its checkpoint when it has one.

        Raises DataError without its data set, and RunError when it is in the queue already, or under way.
        """
        if not any(entry.name == run.dataset and entry.ready for entry in self._supplies.catalogue.entries()):
            self._supplies.catalogue.load(run.dataset)  # raises the DataError that says what to do
        if self.own is not None:
            self.own.add(run.id)
        self._store.submit(run.id, minutes)
        self._look()

    def stop(self, run_id: str) -> None:
        """End the run at its next batch and keep what it learned; take it out of the queue when it has not begun."""
        self._store.wish_stop(run_id)
        self._look()

    def position(self, run_id: str) -> int:
        """How many runs come before it; 0 when it does not wait."""
        return self._store.lists.before(run_id)

    @property
    def idle(self) -> bool:
        """Whether this server has no run with a worker."""
        return not self._attempts

    @property
    def trouble(self) -> str:
        """Why the queue does not go on, or cannot store something, in words; it tries again. Empty when all is well."""
        return str(next(filter(None, [self._ledger.trouble, *list(self._troubles.values())]), ""))

    def close(self) -> None:
        """Let go of all runs, in the words of a server that has ended."""
        self._closing.set()
        self._look()
        for loop in filter(threading.Thread.is_alive, self._loops):
            loop.join(timeout=2 * BEAT)
        self._writer.shutdown(wait=True, cancel_futures=True)
        self._asker.shutdown(wait=False, cancel_futures=True)
        with suppress(StorageError):
            for attempt in [attempt for attempt in self._attempts.values() if attempt.begun]:
                self._ledger.note(attempt, Interrupted())
            self._leases.release(*self._attempts)

    def _look(self) -> None:
        """There is something new in the store."""
        self._wake_beat.set()
        self._wake_dispatch.set()

    def _loop(self, turn: Callable[[], None], wake: threading.Event) -> None:
        while not self._closing.is_set():
            try:
                turn()
                self._troubles[turn.__name__] = None
            except (StudioError, OSError) as error:
                self._troubles[turn.__name__] = error
            except Exception:  # a turn must never be the last one
                LOG.exception("A turn of the queue failed")
            wake.wait(BEAT)
            wake.clear()

    def _later(self, function: Callable, *arguments: Any) -> None:
        """Have the writer do it."""
        with suppress(RuntimeError):  # the server ends: nothing is written any more
            self._writer.submit(_logged, function, *arguments)

    # The beat: leases, wishes to stop, and the runs of servers that are gone.

    def _beat(self) -> None:
        attempts = list(self._attempts.items())  # first: what is claimed meanwhile is not among the renewed ones
        held = self._leases.renew()
        for run_id, attempt in attempts:
            if run_id not in held and not attempt.end:
                self._abandon(attempt)
            elif held.get(run_id) and not attempt.stopping:
                self._stop(attempt)
        for run_id in self._leases.take_left():
            self._settle(run_id)
        self._later(self._ledger.write_all)

    def _stop(self, attempt: Attempt) -> None:
        """At its next batch, or before it has begun."""
        attempt.stopping = True
        self._later(self._ledger.note, attempt, StopRequested())
        self._asker.submit(self._stop_on_workers, attempt.run.id, attempt.submitted)
        if not attempt.begun and attempt.future:
            attempt.future.cancel()

    def _abandon(self, attempt: Attempt) -> None:
        """Somebody else answers for the run by now, or it is gone."""
        self._ledger.drop(attempt)
        self._asker.submit(self._stop_on_workers, attempt.run.id, attempt.submitted)
        if attempt.future:
            attempt.future.cancel()

    def _stop_on_workers(self, run_id: str, submitted: float) -> None:
        with suppress(EngineError):
            self._client().run(request_stop, (run_id, submitted), on_error="ignore")

    def _settle(self, run_id: str) -> None:
        """Say of a run that nobody answers for what became of it."""
        state = self._store.state(run_id)
        ends = (StopRequested(), Cancelled()) if state.status == "queued" else (Interrupted(),)
        self._store.append(run_id, *ends, holder=self._id)
        if state.status != "queued":  # on a cluster that several servers share it may still train
            self._asker.submit(self._stop_on_workers, run_id, state.submitted)

    # The dispatch: waiting runs to free workers.

    def _dispatch(self) -> None:
        if self._ledger.trouble or not self._store.lists.waiting():
            return
        handed_over = {str(a.future.key) for a in list(self._attempts.values()) if a.future}
        free, self.trainers = trainers.free(self._client(), handed_over)
        for run_id in self._leases.claim(free, self.own) if free > 0 else ():
            self._begin(run_id)

    def _begin(self, run_id: str) -> None:
        try:
            checkpoint = self._store.load_file(run_id, CHECKPOINT_FILE)
            kept = tuple(kept_epochs(self._store.file_sizes(run_id)))
            run, state = self._store.run(run_id), self._store.state(run_id)
        except RunError as error:
            self._store.append(run_id, Failed.by(error), holder=self._id)
            return
        attempt = Attempt(run, state.submitted, checkpoint, self._store.count(run_id), minutes=state.minutes, kept=kept)
        self._attempts[run_id] = attempt
        self._send(attempt, with_data=False)

    def _send(self, attempt: Attempt, *, with_data: bool) -> None:
        """Give the run to Dask; a worker that has the data set already is not sent it again."""
        try:
            sent = attempt, self._supplies
            attempt.future = trainers.submit(self._client(), self._topic, *sent, with_data=with_data)
        except (DataError, RunError) as error:
            self._later(self._ledger.finish, attempt, Failed.by(error))
        except Exception:  # the cluster's fault, not the run's
            LOG.warning("A run could not be given to the cluster and waits again", exc_info=True)
            self._later(self._put_back, attempt)
        else:
            attempt.future.add_done_callback(lambda done: self._later(self._on_done, attempt, done))
            if attempt.stopping:
                attempt.future.cancel()

    # What comes from the workers.

    def _take(self, report: dict[str, Any]) -> None:
        attempt = self._attempts.get(report["run"])
        if attempt is None or attempt.submitted != report["submitted"]:
            return  # a worker that has not heard yet that its run was stopped
        attempt.begun = True
        if report["number"] and not attempt.take(report["number"], report["event"]):
            self._ask_once(self._ask_again, attempt)
        self._ledger.write(attempt)
        if report["checkpoint"]:
            self._ask_once(self._pull_progress, attempt)

    def _ask_once(self, question: Callable[[Attempt], None], attempt: Attempt) -> None:
        """Unless it is being asked: quick epochs must not pile up questions, with a wish to stop behind them."""
        if question.__name__ not in attempt.asking:
            attempt.asking.add(question.__name__)
            self._asker.submit(self._ask, question, attempt)

    def _ask(self, question: Callable[[Attempt], None], attempt: Attempt) -> None:
        try:
            _logged(question, attempt)
        finally:
            attempt.asking.discard(question.__name__)

    def _ask_again(self, attempt: Attempt) -> None:
        """Events were lost with a connection: the worker still has them."""
        with suppress(EngineError):
            answers = self._client().run(
                reports.reported, attempt.run.id, attempt.submitted, attempt.received, on_error="ignore"
            )
            for first, events in filter(None, answers.values()):
                for number, event in enumerate(events, first):
                    report = {"run": attempt.run.id, "submitted": attempt.submitted, "checkpoint": False}
                    self._later(self._take, {**report, "number": number, "event": event})

    def _pull_progress(self, attempt: Attempt) -> None:
        """Fetch the state after the last epoch, or before the first, while the run goes on.

        With it, any server can resume the run of one that was killed; and it is what visitors see of the network.
        """
        with suppress(EngineError, StorageError):  # the next epoch brings the next one
            progress = trainers.progress(self._client(), attempt)
            if progress and self._attempts.get(attempt.run.id) is attempt:  # else another server answers for it by now
                trainers.keep_progress(self._store, attempt, progress)

    def _on_done(self, attempt: Attempt, future: Future) -> None:
        if future is not attempt.future or self._attempts.get(attempt.run.id) is not attempt:
            return
        self._wake_dispatch.set()
        end: Event | None
        try:
            outcome = future.result()
            if isinstance(outcome, Missing):
                self._asker.submit(self._send, attempt, with_data=True)
                return
            attempt.take_all(outcome["events"])
            attempt.files = trainers.files(outcome)
            with suppress(StorageError):  # too many are kept for once
                trainers.keep_progress(self._store, attempt, outcome["progress"]._replace(snapshots={}))
            end = Finished()
        except CancelledError:
            end = attempt.end_of_cancelled()
        except KilledWorker:
            self._deaths[attempt.run.id] += 1
            end = Failed.by(KILLED) if attempt.begun or self._deaths[attempt.run.id] >= MOST_DEATHS else None
        except Exception as error:
            end = failed(error)
        if end is None:
            self._put_back(attempt)
        else:
            self._ledger.finish(attempt, end)

    def _put_back(self, attempt: Attempt) -> None:
        """It had not begun when its worker ended: that was not its fault."""
        self._ledger.drop(attempt)
        self._leases.release(attempt.run.id)


def _logged(function: Callable, *arguments: Any) -> None:
    try:
        function(*arguments)
    except Exception:  # nobody waits for its result
        LOG.exception("%s failed", function.__name__)
