"""Queue: takes waiting runs from the store, has workers train them, and notes what becomes of them.

The queue itself is in the store. A server takes a run by a lease, hands Dask only what a free worker can begin at once,
and is the only one that writes the run's events as long as it renews the lease. So the death of a worker touches one
run, and that of a server is settled by any other once its leases are over.
"""

import logging
import secrets
from collections import Counter
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from distributed import Client, Future, KilledWorker

from cnn_core.engine import reports, trainers
from cnn_core.engine.attempt import KILLED, Attempt, failed
from cnn_core.engine.ledger import Ended, Ledger
from cnn_core.engine.loops import Loops
from cnn_core.engine.supplies import Supplies
from cnn_core.engine.turnstile import Turnstile
from cnn_core.engine.work.base import Missing
from cnn_core.engine.worker import request_stop
from cnn_core.errors import DataError, EngineError, RunError, StorageError
from cnn_core.runs.events import Cancelled, Event, Failed, Finished, Interrupted, StopRequested
from cnn_core.runs.models import CHECKPOINT_FILE
from cnn_core.runs.past import kept_epochs
from cnn_core.runs.run import Run
from cnn_core.runs.store import RunStore
from cnn_core.runs.turns import Line

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
        self.trainers = 0  # how many runs the cluster could train at a time, when one waited last
        self._loops = Loops(BEAT, self._beat, self._dispatch)
        self.beside = Turnstile(lambda: self._loops.wake("dispatch"))
        self._writer = ThreadPoolExecutor(1, "writer")  # the only thread that writes events of begun runs: in order
        self._asker = ThreadPoolExecutor(2, "asker")  # what waits for workers

    def start(self) -> None:
        """Begin to take runs."""
        self._loops.start()

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
        self._store.submit(run.id, minutes, self.line.round)
        self._loops.wake()

    def stop(self, run_id: str) -> None:
        """End the run at its next batch and keep what it learned; take it out of the queue when it has not begun."""
        self._store.wish_stop(run_id)
        self._loops.wake()

    @property
    def line(self) -> Line:
        """All runs that are trained or wait, and this server's other work that takes a trainer, in their turn."""
        return self._store.lists.line().and_also(self.beside.all)

    def position(self, name: str) -> int:
        """How many must end or begin before this run, or the work of this name; 0 when it does not wait."""
        return self.line.before(name)

    @property
    def idle(self) -> bool:
        """Whether this server has no run with a worker."""
        return not self._attempts

    @property
    def trouble(self) -> str:
        """Why the queue does not go on, or cannot store something, in words; it tries again. Empty when all is well."""
        return str(self._ledger.trouble or self._loops.trouble or "")

    def close(self) -> None:
        """Let go of all runs, in the words of a server that has ended."""
        self._loops.close()
        self._writer.shutdown(wait=True, cancel_futures=True)
        self._asker.shutdown(wait=False, cancel_futures=True)
        with suppress(StorageError):
            for attempt in [attempt for attempt in self._attempts.values() if attempt.begun]:
                self._ledger.note(attempt, Interrupted())
            self._leases.release(*self._attempts)

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

    # The dispatch: free workers to what waits.

    def _dispatch(self) -> None:
        runs_wait = not self._ledger.trouble and self._store.lists.waiting()
        if not runs_wait and not self.beside.waits:
            return
        free = self._free()
        line = self.line if runs_wait else Line().and_also(self.beside.all)
        free -= self.beside.let_in(line.waiting[:free])
        for run_id in self._leases.claim(free, self.own, self.beside.all) if free and runs_wait else ():
            self._begin(run_id)

    def _free(self) -> int:
        """How many trainers are."""
        handed_over = {str(a.future.key) for a in list(self._attempts.values()) if a.future} | self.beside.keys
        try:
            free, self.trainers = trainers.free(self._client(), handed_over)
        except EngineError as error:
            self.beside.refuse(error)
            raise
        return max(0, free)

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
        self._loops.wake("dispatch")
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
