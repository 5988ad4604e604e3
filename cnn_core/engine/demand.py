"""Demand: when the worker for questions of a local cluster is needed, so that it takes memory only then."""

import asyncio
import time
from contextlib import suppress
from typing import Any

from distributed import Scheduler
from distributed.diagnostics.plugin import SchedulerPlugin
from distributed.scheduler import TaskState

from cnn_core.engine.work.base import BACKGROUND, DOWNLOADS, QUESTIONS

ROOMS = {QUESTIONS, DOWNLOADS, BACKGROUND}
"""What only this worker has room for."""
LOOKS = 20  # at whether it is still needed, within the time after which it ends


class Demand(SchedulerPlugin):
    """Of the scheduler in this process. It sees each task, whoever sends it: nobody has to ask for the worker.

    Attributes:
        wanted: set from the first task for the worker until there was none for `idle_seconds`. While it is set, a
            worker that dies is replaced at once: somebody may be in the middle of a conversation with it.
    """

    name = "demand for the worker that answers questions"

    def __init__(self, scheduler: Scheduler, idle_seconds: float):
        self.wanted = asyncio.Event()
        self._scheduler, self._idle_seconds = scheduler, idle_seconds
        self._last = time.monotonic()
        scheduler.add_plugin(self)

    def transition(self, key: Any, start: str, finish: str, *args: Any, **kwargs: Any) -> None:
        """Dask calls this whenever a task changes its state."""
        task = self._scheduler.tasks.get(key)
        if task and _needs_it(task):
            self._last = time.monotonic()
            if finish == "no-worker":  # none is there that has room for it
                self.wanted.set()

    async def end_idle(self) -> None:
        """End the worker whenever nobody has needed it for long enough; until this is cancelled."""
        while True:
            await asyncio.sleep(self._idle_seconds / LOOKS)
            waits = any(map(_needs_it, self._scheduler.unrunnable))  # a new worker is no idle one
            if not waits and time.monotonic() - self._last > self._idle_seconds:
                with suppress(OSError):  # it has died meanwhile
                    await self._end()

    async def _end(self) -> None:
        """Safely: a task that comes meanwhile is not given to it any more, and so wants the next one."""
        idle = [
            address
            for address, worker in self._scheduler.workers.items()
            if QUESTIONS in worker.resources and not worker.processing and not worker.has_what
        ]
        if idle:
            self.wanted.clear()
            await self._scheduler.retire_workers(idle, close_workers=True)


def _needs_it(task: TaskState) -> bool:
    return not ROOMS.isdisjoint(task.resource_restrictions or ())
