"""An engine without a cluster, for tests of pages: the same face, and the same work for real, in the test's process."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from cnn_core.engine import trainers
from cnn_core.engine.attempt import failed
from cnn_core.engine.engine import new_supplies
from cnn_core.engine.job import Job, Task, Tasks
from cnn_core.engine.queue import CHECKPOINT_FILE
from cnn_core.engine.supplies import Supplies
from cnn_core.engine.turnstile import Turnstile
from cnn_core.engine.work.base import TRAINING, Missing, Work
from cnn_core.engine.work.begin import start_arrays, start_keys
from cnn_core.engine.work.context import Context, Kept, answer
from cnn_core.engine.work.train import Reached
from cnn_core.errors import RunError
from cnn_core.runs.events import Cancelled, Event, Finished, StopRequested
from cnn_core.runs.past import kept_epochs
from cnn_core.runs.run import Run
from cnn_core.runs.turns import Line
from cnn_core.studio import Studio
from cnn_core.ui.kit import services
from tests.support.pages import APP
from tests.support.waiting import until


@contextmanager
def without_a_cluster() -> Iterator[None]:
    """The pages of this process have an engine of their own meanwhile, which is a stand-in."""
    with pytest.MonkeyPatch.context() as patch:
        _start_anew()  # other tests of this process may have had an engine with a cluster
        patch.setattr("cnn_core.studio.new_engine", StandIn)
        # Where Keras is loaded Streamlit clears its session after every script, also that of a training beside it.
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        AppTest.from_file(APP, default_timeout=120).run()  # components can only be imported while an app runs
        yield
        _start_anew()


def _start_anew() -> None:
    services.stop()
    st.cache_resource.clear()


def forget_active() -> None:
    """No run waits any more, or is under way: others look at what is."""
    for run_id in services.store().lists.under_way():
        services.engine().queue.forget(run_id)


class StandIn:
    """In place of `cnn_core.engine.engine.Engine`. Wishes are noted in `wishes`, and not fulfilled."""

    def __init__(self, studio: Studio):
        self._kept, self._tasks = Kept(), Tasks()
        self._supplies = new_supplies(studio.library, studio.catalogue, studio.settings)
        self._trainer = threading.Lock()  # there is one, for runs and for work
        self.queue = StandInQueue(studio, self._supplies, self._trainer)
        self.wishes: list[Work] = []
        self.answers = True

    def ask(self, work: Work, timeout: float = 30) -> Any:
        return self._carry_out(work)

    def begin(self, work: Work, then: Callable[[Any], Any] | None = None, person: str | None = None) -> Job:
        if work.wish:
            self.wishes.append(work)
            return Task(lambda task: None).start()

        def run(task: Task) -> Any:
            got = self._carry_out(work, report=task.report, stopped=lambda: task.stopping)
            return then(got) if then else got

        return self._tasks.begin(work, run)

    def close(self) -> None:
        self._tasks.stop()
        self.queue.close()

    def _carry_out(self, work: Work, **context: Any) -> Any:
        if work.place == TRAINING:
            with self._trainer:
                return self._answer(work, **context)
        return self._answer(work, **context)

    def _answer(self, work: Work, **context: Any) -> Any:
        sent = {}
        while isinstance(got := answer(work, Context(self._kept, sent, **context)), Missing):
            sent |= self._supplies.fetch(got.keys)
        return got


class StandInQueue:
    """In place of `cnn_core.engine.queue.Queue`: one thread trains the runs of the store, one after another."""

    idle, trouble, trainers = True, "", 1
    """Work that is no run waits for the trainer's lock; a test may put some into the line."""

    def __init__(self, studio: Studio, supplies: Supplies, trainer: threading.Lock):
        self._store, self._catalogue, self._trainer = studio.store, studio.catalogue, trainer
        self._supplies, self.beside = supplies, Turnstile(lambda: None)
        self._waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._lock, self._begun, self._stops = threading.Lock(), set(), set()
        self._thread = threading.Thread(target=self._live, daemon=True, name="stand-in trainer")
        self._thread.start()

    def put(self, run: Run, minutes: float | None = None) -> None:
        if not any(entry.name == run.dataset and entry.ready for entry in self._catalogue.entries()):
            self._catalogue.load(run.dataset)
        self._store.submit(run.id, minutes)
        self._waiting.put(run.id)

    def stop(self, run_id: str) -> None:
        self._store.wish_stop(run_id)
        with self._lock:
            if run_id in self._begun:
                self._stops.add(run_id)
            elif self._store.state(run_id).status == "queued":
                self._store.append(run_id, StopRequested(), Cancelled())

    def forget(self, run_id: str) -> None:
        """Stop the run, wait for its end, and delete it."""
        self.stop(run_id)
        until(lambda: run_id not in self._begun)
        if self._store.state(run_id).active:  # only the store says so
            self._store.append(run_id, Cancelled())
        self._store.delete(run_id)

    @property
    def line(self) -> Line:
        return self._store.lists.line().and_also(self.beside.all)

    def position(self, run_id: str) -> int:
        return self.line.before(run_id)

    def close(self) -> None:
        self._waiting.put(None)
        with self._lock:
            self._stops |= self._begun
        self._thread.join(60)  # a thread that is in TensorFlow when its process ends takes that down with it

    def _live(self) -> None:
        while run_id := self._waiting.get():
            with self._lock:
                if self._store.state(run_id).status != "queued":
                    continue
                self._begun.add(run_id)
            with self._trainer:
                end = self._end_of(run_id)
            with self._lock:
                self._begun.discard(run_id)
                self._stops.discard(run_id)
                self._store.append(run_id, end)

    def _end_of(self, run_id: str) -> Event:
        try:
            self._train(self._store.run(run_id))
        except Exception as error:
            return failed(error)
        return Finished()

    def _train(self, run: Run) -> None:
        from cnn_core.training.build import checkpoint, snapshot
        from cnn_core.training.fit import fit

        def emit(event: Event) -> None:
            if not self._store.append(run.id, event):
                raise RunError("The run is gone")

        reached = Reached(kept_epochs(self._store.file_sizes(run.id)))

        def on_epoch(attempt, epochs: int) -> None:
            self._store.save_file(run.id, CHECKPOINT_FILE, checkpoint(attempt, epochs))
            reached.put(epochs, b"", snapshot(attempt.model))

        start = run.recipe.start
        context = Context(Kept(), self._supplies.fetch(start_keys(start)))
        outcome = fit(
            run.network,
            run.recipe,
            self._catalogue.load(run.dataset),
            emit,
            lambda: run.id in self._stops,
            on_epoch=on_epoch,
            resume=self._store.load_file(run.id, CHECKPOINT_FILE),
            base=start_arrays(context, start, self._supplies.depth(start)),
            most_seconds=60 * minutes if (minutes := self._store.state(run.id).minutes) else None,
        )
        for name, content in trainers.files({**vars(outcome), "progress": reached.take(-1)}).items():
            self._store.save_file(run.id, name, content)
